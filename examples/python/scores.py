"""Scores of a CSV file by group and over time: `python examples/python/scores.py [FILE.csv RATING AT BY]`.

Without a file it reads the bundled sample. Needs the wheel only (`cargo xtask wheel`, then `pip install
dist/heedful-*.whl`).
"""

import pathlib
import sys

import heedful as hf

SAMPLE = str(pathlib.Path(__file__).parents[1] / "data/sample.csv")
file, rating, at, by = sys.argv[1:] or [SAMPLE, "score", "created", "plan"]

responses = hf.read(file, rating=rating, at=at, attributes=[by])
print(hf.score(responses, metric="nps"))
print(hf.score(responses, metric="nps", by=by))
print(hf.trend(responses, metric="nps", every="quarter"))
