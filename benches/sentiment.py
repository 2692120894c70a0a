"""How good sentiment is, ours and the rivals' in one run: `python benches/sentiment.py`.

Needs scikit-learn, pandas, numpy and vaderSentiment, and the shared data. Ours come from the example `sentiment` of this
folder. The rivals learn from detractors and promoters, five-fold; comments that are the same but for case, spacing and
punctuation are never on both sides. Of several ways to set up TF-IDF with logistic regression the best counts.

Ends with 1 where ours is worse than it must be. How fast it is depends on the machine and decides nothing.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline, make_union
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data"


def words(**options):
    return TfidfVectorizer(sublinear_tf=True, **options)


RIVALS = {
    "defaults": lambda: (TfidfVectorizer(), 1),
    "words and pairs, C=3": lambda: (words(ngram_range=(1, 2)), 3),
    "words and pairs, C=10": lambda: (words(ngram_range=(1, 2)), 10),
    "characters, C=3": lambda: (words(analyzer="char_wb", ngram_range=(2, 5)), 3),
    "all, C=3": lambda: (
        make_union(words(ngram_range=(1, 2)), words(analyzer="char_wb", ngram_range=(2, 5))),
        3,
    ),
}


def folds(texts: pd.Series, count: int) -> np.ndarray:
    keys = texts.map(lambda text: re.sub(r"[\W_]+", "", text.lower()))
    distinct = sorted(set(keys))
    np.random.default_rng(0).shuffle(distinct)
    fold_of = {key: place % count for place, key in enumerate(distinct)}
    return keys.map(fold_of).to_numpy()


def held_out(folder: str, rating: str, comment: str) -> float:
    """The best of the rivals' areas under the curve."""
    table = pd.read_csv(DATA / folder / "responses.csv", encoding_errors="replace")[[rating, comment]].dropna()
    table = table[(table[rating] <= 6) | (table[rating] >= 9)]
    texts, promoter = table[comment], (table[rating] >= 9).to_numpy()
    fold = folds(texts, 5)
    best = 0.0
    for name, make in RIVALS.items():
        predicted = np.zeros(len(table))
        for held in range(5):
            features, strength = make()
            model = make_pipeline(features, LogisticRegression(C=strength, max_iter=1000))
            model.fit(texts[fold != held], promoter[fold != held])
            predicted[fold == held] = model.predict_proba(texts[fold == held])[:, 1]
        area = roc_auc_score(promoter, predicted)
        best = max(best, area)
        print(f"{folder}: auc {area:.4f}, scikit-learn, {name}", flush=True)
    return best


def main() -> None:
    command = ["cargo", "run", "--quiet", "--release", "-p", "heedful-benches", "--example", "sentiment"]
    ours = subprocess.run(command, cwd=ROOT, check=True, text=True, stdout=subprocess.PIPE).stdout
    print(ours, end="")
    found = {name: float(value) for name, value in re.findall(r"^(\w+): (?:r|auc) ([\d.]+)", ours, re.MULTILINE)}
    vader = SentimentIntensityAnalyzer()
    lines = (DATA / "vader_truth" / "amazonReviewSnippets_GroundTruth.txt").read_text(encoding="utf-8", errors="replace")
    snippets = [line.split("\t", 2)[2] for line in lines.splitlines()]
    start = time.perf_counter()
    for snippet in snippets:
        vader.polarity_scores(snippet)
    print(f"VADER in Python: {len(snippets) / (time.perf_counter() - start):,.0f} comments a second")
    bars = {"tweets": 0.87, "amazonReviewSnippets": 0.62}
    bars["nps_broadband"] = held_out("nps_broadband", "NPS_SCORE", "text")
    bars["nps_retail_fr"] = held_out("nps_retail_fr", "nps", "explication")
    if failed := [f"{name} ({bar:.4f})" for name, bar in bars.items() if found[name] < bar]:
        sys.exit(f"not reached: {', '.join(failed)}")


if __name__ == "__main__":
    main()
