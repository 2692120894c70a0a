"""Heedful and its rivals on the same data in the same run: `cargo xtask bench [--quick] [NAME ...]`.

The contenders of a contest take turns, so that a busy machine slows all of them; the ratios are what counts, not the
times. Before anything is timed all answers are compared. The table goes to the terminal and to target/bench.md.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
LIBRARIES = ["heedful", "polars", "duckdb", "pandas", "pyarrow", "numpy"]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="contests to run; all where not given")
    parser.add_argument("--quick", action="store_true", help="few rows: whether it works, not how fast it is")
    parser.add_argument("--rounds", type=int, default=None, help="turns of each contender (7, quick 2)")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    if asked.worker:
        print(json.dumps(work(**json.loads(asked.worker))))
        return 0

    from contests import CONTESTS

    unknown = set(asked.names) - set(CONTESTS)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(CONTESTS)}")
    rounds = asked.rounds or (2 if asked.quick else 7)
    report = Report(quick=asked.quick, rounds=rounds)
    for name in asked.names or CONTESTS:
        contest = CONTESTS[name]
        rows = contest.quick_rows if asked.quick else contest.rows
        report.heading(f"{contest.title}: {rows / 1e6:g} million rows")
        for threads in contest.threads:
            print(f"... {name}, threads: {threads}", file=sys.stderr, flush=True)
            found = start(threads, task="times", name=name, rows=rows, threads=threads, rounds=rounds)
            report.times(contest, rows, threads, found)
        if contest.memory:
            report.memory(rows, contest.threads)
    report.write(TARGET / "bench.md")
    return 0 if asked.quick or report.holds else 1


def start(limit: int, /, **task: Any) -> Any:
    """A process that has this many threads to work with from its first import on."""
    limits = {name: str(limit) for name in ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
    done = subprocess.run(
        [sys.executable, __file__, "--worker", json.dumps(task)],
        env={**os.environ, **limits},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


# In the worker --------------------------------------------------------------------------------------------------


def work(task: str, **arguments: Any) -> Any:
    import pyarrow

    pyarrow.set_cpu_count(arguments["threads"])
    return {"times": time_all, "peak": peak}[task](**arguments)


def time_all(name: str, rows: int, threads: int, rounds: int) -> list[dict[str, Any]]:
    """Wall and processor seconds of each contender, round by round."""
    from contests import CONTESTS

    contenders = CONTESTS[name].prepare(rows, threads)
    expected = contenders[0].answer(contenders[0].run())
    for contender in contenders[1:]:
        answer = contender.answer(contender.run())
        if answer != expected:
            raise SystemExit(f"{name}: {contender.side} ({contender.name}) found another answer: {differing(expected, answer)}")
    found: list[dict[str, Any]] = [{"side": c.side, "name": c.name, "wall": [], "cpu": []} for c in contenders]
    order = list(range(len(contenders)))
    for _ in range(rounds):
        for i in order:
            gc.collect()
            wall, cpu = time.perf_counter(), time.process_time()
            result = contenders[i].run()
            found[i]["cpu"].append(time.process_time() - cpu)
            found[i]["wall"].append(time.perf_counter() - wall)
            del result
        # Nobody always follows the same one.
        order = order[1:] + order[:1]
    return found


def differing(a: Any, b: Any) -> str:
    if isinstance(a, dict) and isinstance(b, dict):
        keys = [key for key in {**a, **b} if a.get(key) != b.get(key)]
        return "; ".join(f"{key}: {a.get(key)} and {b.get(key)}" for key in keys[:3])
    return f"{a} and {b}"


def peak(side: str, way: int, rows: int, threads: int, warm: bool) -> dict[str, Any]:
    """Peak memory above what the process held with the data loaded, in bytes.

    What the library sets up once counts, as do the pages of its code, unless it is warm: then it has answered the
    same question about a few rows. A process of its own for each way: a second one would find the first one's memory
    ready to use.
    """
    from contests import memory

    if warm:
        memory(side, 1000, threads)[way].run()
    contender = memory(side, rows, threads)[way]
    gc.collect()
    before = resident()
    contender.run()
    above = max(highest() - before, 0)
    whole = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return {"name": contender.name, "above": above, "whole": whole}


def resident() -> int:
    """Bytes held now; the peak starts again from here where the system can do that."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return status("VmRSS")


def highest() -> int:
    try:
        return status("VmHWM")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def status(field: str) -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) * 1024
    raise OSError(f"no {field} in /proc/self/status")


# The report -----------------------------------------------------------------------------------------------------


class Report:
    """Lines of Markdown, shown as they come."""

    def __init__(self, quick: bool, rounds: int) -> None:
        self.lines: list[str] = []
        self.holds = True
        self.quick = quick
        self.say("# Benchmarks")
        self.say("")
        self.say(", ".join(f"{name} {version(name)}" for name in LIBRARIES) + f", Python {platform.python_version()}")
        self.say("")
        self.say(f"{machine()}. Load at the start: {os.getloadavg()[0]:.1f}. {rounds} rounds, contenders in turn.")
        self.say("")
        self.say(
            "Ratios are the rival's time over ours: `least` and `median` of the rounds, `best` of the best times,"
            " `cpu` the median for processor time of all threads, which other programs disturb least. Of several ways"
            " a rival has, the one with the best median counts. A bar holds where the median reaches it."
        )
        if quick:
            self.say("")
            self.say("**Quick run: too few rows to say anything about speed.**")

    def say(self, line: str) -> None:
        self.lines.append(line)
        print(line, flush=True)

    def heading(self, title: str) -> None:
        self.say("")
        self.say(f"## {title}")

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        self.say("")
        widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
        for row in [head, ["-" * width for width in widths], *rows]:
            self.say("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |")

    def verdict(self, holds: bool) -> str:
        if self.quick:
            return "(not judged)"
        self.holds &= holds
        return "holds" if holds else "MISSED"

    def times(self, contest: Any, rows: int, threads: int, found: list[dict[str, Any]]) -> None:
        ours = [c for c in found if c["side"] == "heedful"]
        rivals: dict[str, dict[str, Any]] = {}
        for contender in found:
            best = rivals.get(contender["side"])
            faster = best is None or statistics.median(contender["wall"]) < statistics.median(best["wall"])
            if contender["side"] != "heedful" and faster:
                rivals[contender["side"]] = contender
        out = []
        for mine in ours:
            for side, rival in rivals.items():
                ratios = [b / a for a, b in zip(mine["wall"], rival["wall"], strict=True)]
                cpu = [b / max(a, 1e-9) for a, b in zip(mine["cpu"], rival["cpu"], strict=True)]
                bar = contest.bars.get(threads, {}).get(side)
                median = statistics.median(ratios)
                out.append(
                    [
                        mine["name"],
                        f"{side}: {rival['name']}",
                        f"{min(ratios):.1f}",
                        f"{median:.1f}",
                        f"{min(rival['wall']) / min(mine['wall']):.1f}",
                        f"{statistics.median(cpu):.1f}",
                        f"{bar:g} {self.verdict(median >= bar)}" if bar else "",
                    ]
                )
        self.say("")
        self.say(f"Threads: {threads}")
        self.table(["ours", "rival", "least", "median", "best", "cpu", "bar"], out)
        times = []
        for contender in found:
            wall = contender["wall"]
            row = [f"{contender['side']}: {contender['name']}", f"{1e3 * min(wall):.1f}"]
            row += [f"{1e3 * statistics.median(wall):.1f}", f"{1e3 * min(contender['cpu']):.1f}"]
            if contest.bar_gb:
                speed = rows / min(wall) / 1e9
                row.append(f"{speed:.2f}")
                # Other programs can only slow it down, so the best round is the measure of an absolute speed.
                ours_here = contender["side"] == "heedful"
                row.append(f"{contest.bar_gb:g} {self.verdict(speed >= contest.bar_gb)}" if ours_here else "")
            times.append(row)
        head = ["ms", "best", "median", "cpu, best"] + (["GB/s, best", "bar"] if contest.bar_gb else [])
        self.table(head, times)

    def memory(self, rows: int, all_threads: Sequence[int]) -> None:
        from contests import MEMORY_SIDES

        for threads in all_threads:
            print(f"... memory, threads: {threads}", file=sys.stderr, flush=True)
            peaks = {}
            for side, ways in MEMORY_SIDES.items():
                task = {"task": "peak", "side": side, "rows": rows, "threads": threads}
                found = []
                for way in ways:
                    cold = start(threads, way=way, warm=False, **task)
                    found.append({**cold, "warm": start(threads, way=way, warm=True, **task)["above"]})
                peaks[side] = min(found, key=lambda peak: peak["above"])
            rivals = [peak for side, peak in peaks.items() if not side.startswith("heedful")]
            bar, warm_bar = (min(peak[kind] for peak in rivals) for kind in ("above", "warm"))
            self.say("")
            self.say(f"Memory, threads: {threads}")
            out = []
            for side, peak in peaks.items():
                ours = side.startswith("heedful")
                row = [side, peak["name"]]
                for kind, most in (("above", bar), ("warm", warm_bar)):
                    row.append(f"{peak[kind] / 1e6:.1f}")
                    row.append(f"{most / 1e6:.1f} {self.verdict(peak[kind] <= most)}" if ours else "")
                out.append([*row, f"{peak['whole'] / 1e6:.0f}"])
            self.table(["side", "way", "MB above the data", "bar", "same, warm", "bar, warm", "MB in all"], out)

    def write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(self.lines) + "\n", encoding="utf-8")
        print(f"\nwritten to {path}", file=sys.stderr)


def machine() -> str:
    model = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    return f"{model}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}"


if __name__ == "__main__":
    raise SystemExit(main())
