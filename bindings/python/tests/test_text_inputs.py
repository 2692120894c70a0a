"""Calls on comments, in every form that comments come in, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import heedful as hf

SHOP = {"id": "shop", "reasons": [{"id": "price", "terms": ["price", "dear"]}, {"id": "staff", "terms": ["staff", "rude"]}]}
COMMENTS = ["too dear and rude staff", "delighted with the staff", None, "the queue was long", "a fair price"] * 8
LABELS = [["price", "staff"], ["staff"], None, [], ["price"]] * 8
SCORES = [2, 10, 9, 0, 8] * 8
TABLE = {"score": SCORES, "text": COMMENTS}

COLUMNS: dict[str, Callable[[list[Any]], Any]] = {
    "list": list,
    "tuple": tuple,
    "numpy": lambda values: np.array([*values, None], dtype=object)[:-1],
    "pandas": lambda values: pd.Series(values),
    "polars": lambda values: pl.Series(values, strict=False),
    "pyarrow array": pa.array,
    "pyarrow chunks": lambda values: pa.chunked_array([values]),
}
RESULTS = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "pyarrow array": pa.Table, "pyarrow chunks": pa.Table}
FRAMES = {"dict": lambda: TABLE, "pandas": lambda: pd.DataFrame(TABLE), "polars": lambda: pl.DataFrame(TABLE), "pyarrow": lambda: pa.table(TABLE)}


@pytest.fixture(params=COLUMNS)
def column(request: pytest.FixtureRequest) -> tuple[str, Callable[[list[Any]], Any]]:
    return request.param, COLUMNS[request.param]


@pytest.fixture(scope="module")
def trained() -> hf.ReasonMapper:
    return hf.ReasonMapper(SHOP).fit(COMMENTS, LABELS)


def test_every_call_takes_every_kind_of_column(column: tuple[str, Callable[[list[Any]], Any]], trained: hf.ReasonMapper) -> None:
    name, made = column
    comments, labels = made(COMMENTS), made(LABELS)
    assert hf.ReasonMapper(SHOP).fit(comments, labels).to_bytes() == trained.to_bytes()
    assert hf.ReasonMapper(SHOP).fit(comments, made(["price", "staff"] * 20)).to_bytes()
    best = trained.predict(comments)
    assert best[:3] == ["staff", "staff", None] or best[:3] == ["price", "staff", None]
    assert len(trained.predict(comments, abstain=True)) == 40
    assert hf.evaluate(labels, LABELS).micro.f1.value == 1.0
    assert hf.agreement(labels, LABELS).alpha.value == 1.0
    for result in (hf.sentiment(comments), hf.clauses(comments), hf.emotions(comments), hf.tokens(comments)):
        assert isinstance(result, RESULTS.get(name, hf.Table)) and len(result) > 0
    assert len(hf.redact(comments).texts) == 40
    assert hf.fit_sentiment(comments, made(SCORES)).comments == 32
    assert hf.discover(comments, known=trained).comments >= 8
    assert len(hf.split(comments, labels).train) + len(hf.split(comments, labels).test) == 32
    assert len(trained.curve(comments, labels)) == 198
    assert len(trained.suggest(comments, 2)) == 2
    assert "queue" not in {row["term"] for row in trained.lint(comments).to_pylist()}
    assert len(trained.overlaps(comments)) == 1


@pytest.mark.parametrize("frame", FRAMES)
def test_the_calls_of_a_notebook(frame: str, trained: hf.ReasonMapper) -> None:
    df = FRAMES[frame]()
    found = trained.map(df, comment="text")
    names = list(found.column_names if isinstance(found, pa.Table) else found.columns)
    assert names == ["row", "reason", "parent", "main", "source", "confidence", "sentiment", "start", "end", "spans"]
    assert len(hf.keywords(df, comment="text", rating="score", metric="nps", by="band")) > 0
    assert hf.discover(df, known=trained, comment="text").comments == 8
    by_reason = hf.score(df, rating="score", metric="nps", by="reason", reasons=trained.mappings(df, comment="text"))
    assert len(by_reason) == 3
    assert hf.evaluate(LABELS, trained.mappings(df, comment="text")).n == 32


def refused(call: Callable[[], Any], code: str, path: str = "", row: int | None = None) -> None:
    with pytest.raises(hf.HeedfulError) as failure:
        call()
    error = failure.value
    assert (error.code, error.path, error.row) == (code, path, row), error
    assert "dear" not in error.message  # nothing that a customer wrote


@pytest.mark.parametrize("call", [lambda data: hf.ReasonMapper(SHOP).predict(data), lambda data: hf.fit_sentiment(data, SCORES), lambda data: hf.split(data, LABELS)])
def test_comments_are_a_list(call: Callable[[Any], Any]) -> None:
    refused(lambda: call("too dear"), "column-type", "comments")
    refused(lambda: call(None), "column-type", "comments")
    refused(lambda: call(pd.DataFrame(TABLE)), "column-type", "comments")
    refused(lambda: call([{"text": "too dear"}]), "column-type", "comments")
    refused(lambda: call(["too dear", 7]), "column-type", "comments", 1)
    refused(lambda: call(["too dear", "dear \ud800"]), "encoding", "comments", 1)


def test_what_else_is_refused(trained: hf.ReasonMapper) -> None:
    mapper = hf.ReasonMapper(SHOP)
    refused(lambda: hf.ReasonMapper().fit(["a", "b"], [1.5, "x"]), "column-type", "labels", 0)
    refused(lambda: hf.ReasonMapper().fit(["a", "b"], ["", "x"]), "invalid-argument", "", 0)
    refused(lambda: hf.ReasonMapper().fit(["a", "b"], ["x", "y"], aims="f1"), "invalid-config", "aims")
    refused(lambda: hf.ReasonMapper().fit(["a", "b"], ["x", "y"], aim={"recall": 2}), "invalid-argument", "aim")
    refused(lambda: hf.ReasonMapper(SHOP, language="klingon"), "unknown-name", "language")
    refused(lambda: hf.ReasonMapper(SHOP, least_confidence=2), "invalid-argument", "least_confidence")
    refused(lambda: hf.ReasonMapper(SHOP, model=b"dear"), "invalid-argument")
    refused(lambda: hf.Taxonomy({"reasons": [{"id": "a", "terms": ["x", "* y"]}]}), "invalid-argument", "reasons[0].terms[1]")
    refused(lambda: hf.Taxonomy({"reasons": [{"id": "a", "term": ["x"]}]}), "invalid-config", "reasons[0].term")
    refused(lambda: hf.Taxonomy.preset("retail", language="ja"), "unknown-name", "language")
    refused(lambda: mapper.map(TABLE), "missing-column", "comment")
    refused(lambda: mapper.map(TABLE, comment="txt"), "missing-column", "txt")
    refused(lambda: mapper.map(TABLE, comment="score"), "column-type", "score")
    refused(lambda: mapper.curve(COMMENTS, LABELS), "too-few")
    refused(lambda: mapper.suggest(COMMENTS), "too-few")
    refused(lambda: trained.suggest(COMMENTS, -1), "invalid-argument", "count")
    refused(lambda: mapper.mappings(TABLE, comment="text").at_level(-1), "invalid-argument", "level")
    refused(lambda: hf.evaluate("abc", "abd"), "column-type", "labels")
    refused(lambda: hf.agreement(["a"], ["a", "b"]), "length-mismatch")
    refused(lambda: hf.split(["a"], ["x"], seed=-1), "invalid-argument", "seed")
    refused(lambda: hf.sentiment(["good"], words=["a"]), "invalid-argument", "words")  # type: ignore[arg-type]
    refused(lambda: hf.fit_sentiment(COMMENTS, ["too dear"] * 40), "column-type", "ratings", 0)  # type: ignore[list-item]
    refused(lambda: hf.fit_sentiment(COMMENTS, [11] * 40), "rating-out-of-range", "", 0)
    refused(lambda: hf.redact(["Anna"], names=[3]), "column-type", "names")  # type: ignore[list-item]
    refused(lambda: hf.tokens(["a"], language="klingon"), "unknown-name", "language")
    refused(lambda: hf.discover(["a"], by="x"), "invalid-argument", "by")


def told(classifier: Any) -> Any:
    return hf.ReasonMapper(SHOP, classifier=classifier, reasons=["price"]).map({"text": ["👍 dear", None, "staff"]}, comment="text")


def test_a_classifier_over_batches() -> None:
    asked = []

    def classifier(texts: list[str]) -> list[list[tuple[str, float, list[tuple[int, int]]]]]:
        asked.append(texts)
        return [[("price", 0.9, [(2, 6)])] if "dear" in text else [] for text in texts]

    found = told(classifier).to_pylist()
    assert [(row["row"], row["reason"], row["source"], row["start"], row["end"]) for row in found] == [(0, "price", "model", 2, 6), (2, "staff", "terms", 0, 5)]
    assert asked == [["👍 dear", "staff"]]
    mapper = hf.ReasonMapper(SHOP, classifier=lambda texts: [[("price", 0.4)] for _ in texts], reasons="price", least_confidence=0.3)
    assert mapper.predict(["x", None]) == ["price", None]
    assert hf.discover(["x"] * 9, known=mapper).comments == 0


def test_what_a_classifier_raises_comes_out() -> None:
    class DownError(Exception):
        pass

    def broken(texts: list[str]) -> Any:
        raise DownError(len(texts))

    mapper = hf.ReasonMapper(SHOP, classifier=broken, reasons=["price"])
    for call in (lambda: mapper.map(TABLE, comment="text"), lambda: mapper.predict(["a"]), lambda: hf.discover(["a"] * 9, known=mapper)):
        with pytest.raises(DownError):
            call()
    # It is forgotten afterwards.
    with pytest.raises(hf.HeedfulError):
        mapper.map({"text": ["a"], "click": ["prize"]}, comment="text", clicks="click")


def test_what_a_classifier_must_not_say() -> None:
    refused(lambda: told(3), "invalid-argument", "classifier")
    refused(lambda: told(lambda texts: []), "length-mismatch", "classifier")
    for wrong in (None, ["price", "price"], [[("price",)]] * 2, [[{"reason": "price"}]] * 2, [[("price", 1.0, [(-1, 2)])]] * 2):
        refused(lambda wrong=wrong: told(lambda texts: wrong), "column-type", "classifier")
    refused(lambda: told(lambda texts: [[("prize", 0.9)], []]), "unknown-name", "classifier", 0)
    for confidence in (9, float("nan"), -0.1):
        refused(lambda confidence=confidence: told(lambda texts: [[("price", confidence)], []]), "invalid-argument", "classifier", 0)
    for span in ((0, 99), (3, 1)):
        refused(lambda span=span: told(lambda texts: [[], [("price", 0.9, [span])]]), "invalid-argument", "classifier", 2)


@pytest.mark.parametrize("form", COLUMNS)
def test_a_mapper_reads_comments_alone(form: str) -> None:
    mapper = hf.ReasonMapper(SHOP)
    alone = mapper.map(COLUMNS[form](COMMENTS))
    assert alone.to_pylist() == mapper.map({"text": COMMENTS}, "text").to_pylist()
