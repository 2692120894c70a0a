"""Leave-one-out by Heedful's core and by pandas on the same data in the same run.

`python benches/drivers.py [ROWS]` after `cargo build --release -p heedful-benches --example drivers`. The answers are
compared before ratios are printed; the contenders take turns.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
REASONS = [f"reason_{i}" for i in range(12)]


def data(rows: int) -> pd.DataFrame:
    """Twelve reasons with falling shares, of which every other one lowers the rating."""
    draw = np.random.default_rng(20_261_122)
    flags = np.stack([draw.random(rows) < 0.3 / (1 + i / 4) for i in range(12)], axis=1)
    pull = flags @ np.array([(-1.0) ** i * (12 - i) / 8 for i in range(12)])
    score = np.clip(np.rint(7.5 - pull + 2 * draw.standard_normal(rows)), 0, 10).astype(np.uint8)
    return pd.DataFrame({"score": score, **{name: flags[:, i] for i, name in enumerate(REASONS)}})


def nps(score: pd.Series) -> float:
    return 100 * ((score >= 9).mean() - (score <= 6).mean())


def by_filter(frame: pd.DataFrame) -> dict[str, float]:
    everyone = nps(frame["score"])
    return {name: everyone - nps(frame.loc[~frame[name], "score"]) for name in REASONS}


def by_rows(frame: pd.DataFrame) -> dict[str, float]:
    """As most write it: the frame without the rows."""
    everyone = nps(frame["score"])
    return {name: everyone - nps(frame[~frame[name]]["score"]) for name in REASONS}


def by_sums(frame: pd.DataFrame) -> dict[str, float]:
    """The score of all from sums, and those of each reason by one grouping."""
    value = (frame["score"] >= 9).astype("int8") - (frame["score"] <= 6).astype("int8")
    everyone = 100 * value.mean()
    return {name: everyone - 100 * value.groupby(frame[name]).mean()[False] for name in REASONS}


def main() -> int:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    frame = data(rows)
    program = TARGET / "release" / "examples" / "drivers"
    ours: list[dict[str, object]] = []
    rivals: dict[str, list[float]] = {"filter": [], "rows": [], "group by": []}
    with tempfile.TemporaryDirectory() as folder:
        for name in frame:
            frame[name].to_numpy().astype(np.uint8).tofile(Path(folder) / str(name))
        for _ in range(3):
            ours.append(json.loads(subprocess.run([program, folder], stdout=subprocess.PIPE, check=True).stdout))
            for way, run in (("filter", by_filter), ("rows", by_rows), ("group by", by_sums)):
                start = time.perf_counter()
                answer = run(frame)
                rivals[way].append(time.perf_counter() - start)
                differing = {k: (v, ours[-1]["impacts"][k]) for k, v in answer.items() if abs(v - ours[-1]["impacts"][k]) > 1e-6}
                if differing:
                    raise SystemExit(f"{way} found another answer: {differing}")
    rival = min(min(times) for times in rivals.values())
    print(f"{rows} rows, pandas {pd.__version__}, best of 3: " + ", ".join(f"{k} {1e3 * min(v):.1f} ms" for k, v in rivals.items()))
    for way in ("columns", "lists"):
        best = min(run[way] for run in ours)
        usual = min(rivals["rows"])
        print(
            f"impacts with intervals and contributions from {way}: {1e3 * best:.1f} ms, {rival / best:.1f} times faster than "
            f"pandas' impacts alone at their best, {usual / best:.1f} times than as most write them"
        )
    scan = min(run["scan"] for run in ours)
    print(f"scan of 10 attributes, {ours[0]['looked_at']} segments of at least 50 responses: {scan:.2f} s")
    print(f"impacts and contributions with 1,000 bootstrap replicates of all: {min(run['replicated'] for run in ours):.2f} s")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
