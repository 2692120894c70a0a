"""The detector on simulated series with known outbreaks: `python benches/anomaly.py [DATA ...]`.

DATA are folders in the layout of ../shared/data/anomaly_sim (the default), as `simulate.py OUT --seed N` there writes
them. Runs the release build of the example `anomaly` and score.py on its output, then prints its speed.
"""

from __future__ import annotations

import csv
import datetime
import gzip
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data" / "anomaly_sim"
RUN = ["cargo", "run", "--quiet", "--release", "-p", "heedful-benches", "--example", "anomaly", "--"]
# Optimising across crates takes minutes and gains little here.
BUILD = {"CARGO_PROFILE_RELEASE_LTO": "false", "CARGO_PROFILE_RELEASE_CODEGEN_UNITS": "16"}


def main(folders: list[Path]) -> None:
    for folder in folders:
        print(folder.name)
        score(folder, "weekly", weekly(folder), [])
        counts, holidays = daily(folder)
        score(folder, "daily", counts, [",".join(map(str, holidays))])
    subprocess.run([*RUN, "speed"], cwd=ROOT, env=os.environ | BUILD, check=True)


def rows(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", newline="") as file:
        return list(csv.DictReader(file))


def weekly(folder: Path) -> list[str]:
    names = [f"w{week}" for week in range(1, 625)]
    return [",".join(row[name] for name in names) for row in rows(folder / "weekly_counts.csv.gz")]


def daily(folder: Path) -> tuple[list[str], list[int]]:
    series: dict[tuple[str, str], list[str]] = {}
    holidays = set()
    epoch = datetime.date(1970, 1, 1)
    for row in rows(folder / "daily_counts.csv.gz"):
        series.setdefault((row["scenario"], row["replicate"]), []).append(row["count"])
        if row["holiday"] == "1":
            holidays.add((datetime.date.fromisoformat(row["date"]) - epoch).days)
    return [",".join(counts) for counts in series.values()], sorted(holidays)


def score(folder: Path, kind: str, counts: list[str], extra: list[str]) -> None:
    with tempfile.TemporaryDirectory() as out:
        files = [f"{out}/scores.csv", f"{out}/alarms.csv"]
        command = [*RUN, kind, *files, *extra]
        subprocess.run(command, cwd=ROOT, env=os.environ | BUILD, input="\n".join(counts), text=True, check=True)
        told = [sys.executable, str(SHARED / "score.py"), kind, *files]
        subprocess.run(told, env=os.environ | {"ANOMALY_DATA": str(folder)}, check=True)


if __name__ == "__main__":
    main([Path(a) for a in sys.argv[1:]] or [SHARED])
