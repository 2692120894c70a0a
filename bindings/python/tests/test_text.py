"""Reasons, feelings, keywords, topics and redaction."""

from __future__ import annotations

import datetime
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import heedful as hf

SHOP = hf.Taxonomy(
    {
        "id": "shop",
        "reasons": [
            {"id": "price", "terms": ["price", "expensive", "cheap"]},
            {"id": "staff", "terms": ["staff", "rude"]},
        ],
    }
)
TABLE: dict[str, list[Any]] = {
    "score": [10, 2, 9, 0],
    "text": ["fair price, good staff", "rude staff 🙁", None, "the parcel was late"],
    "region": ["north", "south", "north", None],
}


def _dicts() -> list[dict[str, Any]]:
    return [dict(zip(TABLE, row, strict=True)) for row in zip(*TABLE.values(), strict=True)]


FRAMES: dict[str, Callable[[], Any]] = {
    "dict": lambda: TABLE,
    "rows": _dicts,
    "responses": lambda: hf.Responses(TABLE),
    "pandas": lambda: pd.DataFrame(TABLE),
    "pandas categories": lambda: pd.DataFrame(TABLE).astype({"text": "category"}),
    "polars": lambda: pl.DataFrame(TABLE),
    "polars lazy": lambda: pl.LazyFrame(TABLE),
    "polars categories": lambda: pl.DataFrame(TABLE).with_columns(pl.col("text").cast(pl.Categorical)),
    "pyarrow": lambda: pa.table(TABLE),
    "pyarrow dictionary": lambda: pa.table({**TABLE, "text": pa.array(TABLE["text"], pa.string()).dictionary_encode()}),
}


@pytest.fixture(params=FRAMES)
def table(request: pytest.FixtureRequest) -> Any:
    return FRAMES[request.param]()


def rows(result: Any) -> list[dict[str, Any]]:
    """The rows of a table of any kind; NaN is missing."""
    if isinstance(result, pd.DataFrame):
        plain = result.astype(object).where(result.notna(), None).to_dict("records")
    elif isinstance(result, pl.DataFrame):
        plain = result.to_dicts()
    else:
        plain = result.to_pylist()
    return [dict(row) for row in plain]


def kind(data: Any) -> type:
    if isinstance(data, pl.LazyFrame):
        return pl.DataFrame
    return type(data) if isinstance(data, (pd.DataFrame, pl.DataFrame, pa.Table)) else hf.Table


# Reasons


def test_maps_every_kind_of_table(table: Any) -> None:
    found = hf.ReasonMapper(SHOP).map(table, comment="text")
    assert isinstance(found, kind(table))
    named = [(row["row"], row["reason"], row["start"], row["end"]) for row in rows(found)]
    assert sorted(named) == [(0, "price", 5, 10), (0, "staff", 17, 22), (1, "staff", 0, 4)]


def test_spans_are_characters() -> None:
    text = "🙁🙁 très rude"
    row = rows(hf.ReasonMapper(SHOP).map({"text": [text]}, comment="text"))[0]
    assert text[row["start"] : row["end"]] == "rude"


def test_clicks_beat_terms_and_disagreements_show() -> None:
    answers = {"text": ["too expensive", "rude"], "click": ["staff", None]}
    found = hf.ReasonMapper(SHOP).mappings(answers, comment="text", clicks="click")
    assert [(row["reason"], row["source"]) for row in rows(found.table()) if row["main"]] == [
        ("staff", "click"),
        ("staff", "terms"),
    ]
    assert found.disagreements() == [{"row": 0, "clicked": "staff", "read": "price"}]


def test_unknown_reasons_are_refused() -> None:
    with pytest.raises(hf.HeedfulError) as failure:
        hf.ReasonMapper(SHOP).map({"text": ["x"], "click": ["prize"]}, comment="text", clicks="click")
    assert "prize" in str(failure.value)
    with pytest.raises(hf.HeedfulError) as failure:
        hf.discover(["too cheap"], known=SHOP, within="prize")
    assert (failure.value.code, failure.value.path) == ("unknown-name", "within")
    with pytest.raises(hf.HeedfulError) as failure:
        SHOP.with_reason({"id": "queue"}, under="prize")
    assert failure.value.code == "unknown-name"
    with pytest.raises(hf.HeedfulError) as failure:
        SHOP.with_reason({"id": "price"})
    assert failure.value.code == "duplicate-key"


@pytest.mark.parametrize(
    "call",
    [
        lambda data: hf.ReasonMapper(SHOP).map({"text": data}, comment="text"),
        lambda data: hf.ReasonMapper(SHOP).predict(data),
        lambda data: hf.sentiment(data),
        lambda data: hf.sentiment({"text": data}, comment="text"),
        lambda data: hf.redact(data),
        lambda data: hf.redact({"text": data}, comment="text"),
        lambda data: hf.discover(data),
        lambda data: hf.keywords({"text": data, "by": data}, comment="text", by="by"),
        lambda data: hf.split(data, ["a"] * len(data)),
        lambda data: hf.fit_sentiment(data, [1.0] * len(data)),
    ],
)
def test_numbers_are_no_comments(call: Callable[[list[int]], Any]) -> None:
    with pytest.raises(hf.HeedfulError) as failure:
        call([1, 2, 3])
    assert failure.value.code == "column-type"


def test_one_text_is_no_list() -> None:
    for call in (hf.sentiment, hf.discover, hf.redact):
        with pytest.raises(hf.HeedfulError):
            call("rude staff")
    with pytest.raises(hf.HeedfulError):
        hf.split(["rude staff"], "staff")


def test_lengths_must_agree() -> None:
    for call in (
        lambda: hf.evaluate(["a"], ["a", "b"]),
        lambda: hf.split(["a"], ["a", "b"]),
        lambda: hf.ReasonMapper().fit(["a"], ["a", "b"]),
        lambda: hf.score(
            {"score": [1]}, rating="score", by="reason", reasons=hf.ReasonMapper(SHOP).mappings(TABLE, comment="text")
        ),
    ):
        with pytest.raises(hf.HeedfulError) as failure:
            call()
        assert failure.value.code == "length-mismatch"


def test_missing_comes_in_every_librarys_way() -> None:
    texts = ["rude", None, float("nan"), pd.NA, np.nan]
    assert hf.ReasonMapper(SHOP).predict(texts) == ["staff", None, None, None, None]
    assert hf.ReasonMapper(SHOP).predict(pd.Series(["rude", None])) == ["staff", None]
    assert hf.ReasonMapper(SHOP).predict(pl.Series(["rude", None])) == ["staff", None]
    assert hf.ReasonMapper(SHOP).predict(pa.array(["rude", None])) == ["staff", None]


def test_what_is_missing_among_labels_is_left_out() -> None:
    codes = pd.DataFrame({"first": ["a", "b", None], "second": [np.nan, "c", None]})
    quality = hf.evaluate(codes.to_numpy().tolist(), [["a"], ["b", "c"], ["a"]])
    assert (quality.n, quality.missing, quality.exact.value) == (2, 1, 1.0)
    # Whole numbers with gaps are floats in pandas.
    numbers = hf.evaluate(pd.Series([1, 2, None]), np.array([1, 2, 2]))
    assert (numbers.n, numbers.exact.value) == (2, 1.0)
    assert hf.evaluate(pd.Series([np.array(["a"]), np.array([])]), [["a"], []]).exact.value == 1.0


def test_a_model_reads_the_language_of_the_taxonomy() -> None:
    texts = ["kam zu spät", "wieder verspätet", "zu spät da", "viel zu teuer", "teuer hier", "alles teurer"]
    german = {"language": "de", "reasons": [{"id": "preis", "terms": ["teuer"]}]}
    mapper = hf.ReasonMapper(german).fit(texts, ["verzug"] * 3 + ["preis"] * 3)
    found = mapper.map({"text": ["leider verspätet", "sehr teuer"]}, comment="text")
    assert list(zip(found["reason"], found["source"], strict=True)) == [("verzug", "model"), ("preis", "model")]


# How good it is


def test_evaluate_counts() -> None:
    gold = ["a", "a", "a", "b", "b", None]
    predicted = ["a", "a", "b", "b", "a", "a"]
    quality = hf.evaluate(gold, predicted, replicates=200)
    assert (quality.n, quality.missing) == (5, 1)
    a = rows(quality.table())[0]
    assert (a["reason"], a["support"], a["found"]) == ("a", 3, 3)
    assert (a["precision"], a["recall"]) == (2 / 3, 2 / 3)
    assert a["precision_lower"] < 2 / 3 < a["precision_upper"]
    assert quality.micro.f1.value == pytest.approx(0.6)
    assert quality.macro.f1.value == pytest.approx((2 / 3 + 1 / 2) / 2)
    assert quality.exact.value == 0.6
    # Chance agreement is (3 * 3 + 2 * 2) / 25.
    assert quality.kappa.value == pytest.approx((0.6 - 0.52) / 0.48)
    # Krippendorff: 1 - (10 - 1) * 4 / (100 - 36 - 16).
    assert quality.alpha.value == pytest.approx(1 - 9 * 4 / 48)
    assert [row["n"] for row in rows(quality.confusion)] == [2, 1, 1, 1]
    assert rows(quality.agreement())[0]["reason"] is None
    assert repr(quality) == "Evaluation(micro F1 0.600, macro F1 0.583, n 5)"


def test_evaluate_takes_mappings() -> None:
    frame = pd.DataFrame(TABLE)
    found = hf.ReasonMapper(SHOP).mappings(frame, comment="text")
    quality = hf.evaluate([["price", "staff"], ["staff"], [], []], found)
    assert quality.exact.value == 1.0
    assert quality.confusion is None
    assert isinstance(quality.table(), pd.DataFrame)


def test_evaluate_without_replicates_has_no_intervals_of_averages() -> None:
    quality = hf.evaluate(["a"], ["a"], replicates=0)
    assert quality.micro.f1 == hf.Measure(1.0, None)
    with pytest.raises(hf.HeedfulError):
        hf.evaluate(["a"], ["a"], replicates=3)


def test_split_keeps_the_same_text_together_whatever_the_order() -> None:
    texts = [f"Comment number {i // 2}{'!' * (i % 2)}" for i in range(200)]
    labels = [["a"], ["a"], ["b"], ["b"]] * 50
    train, test = hf.split(texts, labels, share=0.25, seed=3)
    assert sorted(train + test) == list(range(200))
    assert len(test) == 50
    assert {row // 2 for row in train}.isdisjoint(row // 2 for row in test)
    back = hf.split(texts[::-1], labels[::-1], share=0.25, seed=3)
    assert {199 - row for row in back.test} == set(test)
    with pytest.raises(hf.HeedfulError):
        hf.split(texts, labels, share=1.0)


def test_curve_needs_a_model() -> None:
    with pytest.raises(hf.HeedfulError) as failure:
        hf.ReasonMapper(SHOP).curve(["cheap"], ["price"])
    assert failure.value.code == "too-few"
    texts, labels = ["late again", "too dear", "so late", "dear me"] * 5, ["delay", "price"] * 10
    curve = hf.ReasonMapper().fit(texts, labels).curve(texts, labels)
    assert len(curve) == 2 * 99
    assert curve["recall"][0] == 1.0


# Words and topics


def many() -> dict[str, list[Any]]:
    return {
        "score": [3, 10, None, 8] * 10,
        "text": ["long waiting time", "great staff", None, "it was fine"] * 10,
        "region": ["north", "south", "south", "north"] * 10,
    }


@pytest.mark.parametrize("make", [dict, pd.DataFrame, pl.DataFrame, pa.table, hf.Responses])
def test_keywords_by_band_and_by_column(make: Callable[[Any], Any]) -> None:
    table = make(many())
    found = hf.keywords(table, comment="text", rating="score")
    assert isinstance(found, kind(table))
    first = rows(found)[0]
    assert (first["band"], first["term"], first["comments"], first["rest_comments"]) == (
        "detractor",
        "long waiting time",
        10,
        0,
    )
    assert first["example"] == 0
    assert {row["band"] for row in rows(found)} == {"detractor", "passive", "promoter"}
    by = {(row["region"], row["term"]) for row in rows(hf.keywords(table, comment="text", by="region"))}
    assert ("south", "great staff") in by
    # A column of this name, where no rating is given.
    named = make({"text": many()["text"], "band": many()["region"]})
    assert {row["band"] for row in rows(hf.keywords(named, comment="text"))} <= {"north", "south"}


def test_keywords_refuse_what_is_wrong() -> None:
    table = {**many(), "bad": [11] * 40}
    for code, given in (
        ("rating-out-of-range", {"rating": "bad"}),
        ("missing-column", {"by": "country"}),
        ("invalid-argument", {"by": "region", "words": 9}),
    ):
        with pytest.raises(hf.HeedfulError) as failure:
            hf.keywords(table, comment="text", **given)
        assert failure.value.code == code
    with pytest.raises(hf.HeedfulError) as failure:
        hf.keywords(table, rating="score")
    assert failure.value.code == "missing-column"
    with pytest.raises(hf.HeedfulError, match="need the column of ratings") as failure:
        hf.keywords(table, comment="text")
    assert (failure.value.code, failure.value.path) == ("missing-column", "band")


def test_discover_then_a_taxonomy_entry_in_one_call() -> None:
    texts = ["too cheap", None, "the parking garage was full"] * 8
    topics = hf.discover(texts, known=SHOP)
    assert (topics.comments, len(topics)) == (8, 1)
    topic = topics[0]
    assert topics[topic.name] is topic
    assert topic.rows == list(range(2, 24, 3))
    assert (topic.comments, topic.share, topic.homogeneity) == (8, 1.0, pytest.approx(1.0))
    assert set(topic.examples) == {"the parking garage was full"}
    grown = SHOP.with_reason(topic, id="parking", under="price")
    assert grown.reasons == ["price", "parking", "staff"]
    assert hf.ReasonMapper(grown).predict(["the parking garage"]) == ["parking"]
    assert "parking" not in SHOP.reasons
    assert len(hf.discover(texts, known=grown)) == 0


def test_a_reason_is_not_a_topic_of_itself_and_few_are_not_all() -> None:
    known = {"reasons": [{"id": "communication", "terms": ["communicat*"]}]}
    said = ["communication about invoices", "your communications: only invoices"] * 5
    topics = hf.discover(said, known=known, within="communication")
    assert [topic.name for topic in topics] == ["invoices"]
    topics = hf.discover(["parking full", "parking full", "blue sky", "green tree", "odd thing", " "])
    assert topics.comments == 5 and topics.homogeneity == pytest.approx(0.1)


def test_discover_within_and_by_group() -> None:
    table = pl.DataFrame(
        {
            "score": [0, 10] * 10,
            "text": ["rude staff at the till", "staff of the parking garage smiled"] * 10,
        }
    )
    topics = hf.discover(table, known=SHOP, within="staff", comment="text", rating="score", by="band")
    assert topics.comments == 20
    groups = topics.by_group()
    assert isinstance(groups, pl.DataFrame)
    assert groups["group"].to_list() == ["detractor", "promoter"]
    assert groups["homogeneity"].to_list() == pytest.approx([1.0, 1.0])
    assert topics.homogeneity is not None and topics.homogeneity < 0.9
    with pytest.raises(hf.HeedfulError):
        hf.discover(table, comment="text", within="staff")
    with pytest.raises(hf.HeedfulError):
        hf.discover(["x"], by="band")


# Redaction


def test_redacts_every_kind_of_table(table: Any) -> None:
    texts, spans = hf.redact(table, "text", names=["Parcel"])
    assert isinstance(spans, kind(table))
    assert rows(spans) == [{"row": 3, "kind": "name", "start": 4, "end": 10}]
    plain = texts.to_pylist() if isinstance(texts, (pa.Array, pa.ChunkedArray)) else list(texts)
    assert plain[3] == "the [name] was late"
    assert isinstance(texts, {pd.DataFrame: pd.Series, pl.DataFrame: pl.Series, pa.Table: pa.Array}.get(kind(table), list))


def test_languages_are_guessed_from_letters() -> None:
    said = ["Le temps d'attente en caisse est beaucoup trop long", "Das Personal war sehr freundlich", None, "", "12 345"]
    found = hf.detect_language(said)
    assert found["language"] == ["fr", "de", None, None, None]
    assert [sure is not None and 0 <= sure <= 1 for sure in found["confidence"]] == [True, True, False, False, False]
    frame = pd.DataFrame({"text": ["送货太慢了", "很好"]})
    assert list(hf.detect_language(frame, "text")["language"]) == ["zh", "zh"]
    with pytest.raises(hf.HeedfulError) as refused:
        hf.detect_language(said, among=["fr", "klingon"])
    assert (refused.value.code, refused.value.path) == ("unknown-name", "among")


def test_redacted_spans_are_characters_and_series_keep_their_kind() -> None:
    text = "🙁 déjà: anna@mail.example, +44 20 7946 0000"
    texts, spans = hf.redact(pd.Series([None, text], index=["x", "y"], name="said"))
    assert (texts.name, list(texts.index), texts["y"]) == ("said", ["x", "y"], "🙁 déjà: [email], [phone]")
    cut = [(row["kind"], text[row["start"] : row["end"]]) for row in rows(spans)]
    assert cut == [("email", "anna@mail.example"), ("phone", "+44 20 7946 0000")]
    assert hf.redact(pl.Series("said", [text, None])).texts.to_list() == ["🙁 déjà: [email], [phone]", None]


# Scores by reason


def test_scores_by_mention_and_by_main_reason(table: Any) -> None:
    for reasons in (SHOP, hf.ReasonMapper(SHOP), hf.ReasonMapper(SHOP).mappings(table, comment="text")):
        found = hf.score(table, rating="score", by="reason", reasons=reasons, comment="text")
        assert isinstance(found, kind(table))
        by = {row["reason"]: (row["n"], row["value"]) for row in rows(found)}
        assert by == {"price": (1, 100.0), "staff": (2, 0.0), None: (2, 0.0)}
        main = hf.score(table, rating="score", by=["region", "main_reason"], reasons=reasons, comment="text")
        assert sum(row["n"] for row in rows(main)) == 4


def test_a_stream_is_read_once() -> None:
    reader = pa.table(TABLE).to_reader()
    found = hf.score(reader, rating="score", by="main_reason", reasons=SHOP, comment="text")
    assert sum(found["n"]) == 4


def test_reasons_go_with_a_column_of_them() -> None:
    for by in (None, "region", ["reason", "main_reason"]):
        with pytest.raises(hf.HeedfulError) as failure:
            hf.score(TABLE, rating="score", by=by, reasons=SHOP, comment="text")
        assert failure.value.path == "by"
    with pytest.raises(hf.HeedfulError) as failure:
        hf.score(TABLE, rating="score", by="reason", reasons=SHOP)
    assert failure.value.code == "missing-column"
    # Without `reasons` it is a column like any other.
    with pytest.raises(hf.HeedfulError):
        hf.score(TABLE, rating="score", by="reason")
    assert hf.score({"score": [10], "reason": ["x"]}, rating="score", by="reason")["reason"] == ["x"]


# Feelings


def test_sentiment_of_every_kind_of_table(table: Any) -> None:
    found = hf.sentiment(table, comment="text")
    assert isinstance(found, kind(table))
    values = [row["value"] for row in rows(found)]
    assert values[0] > 0 > values[1]
    assert values[2] is None


def test_sentiment_of_series() -> None:
    assert isinstance(hf.sentiment(pd.Series(["great"])), pd.DataFrame)
    assert isinstance(hf.sentiment(pl.Series(["great"])), pl.DataFrame)
    assert hf.sentiment(["great", None, ""])["value"][1:] == [None, None]


# Pickles


def test_pickles() -> None:
    texts, labels = ["late again", "too dear", "so late", "dear me"] * 5, ["delay", "price"] * 10
    mapper = hf.ReasonMapper(SHOP, typos=True).fit(texts, labels)
    again = pickle.loads(pickle.dumps(mapper))
    assert again.predict(texts) == mapper.predict(texts)
    assert again.to_bytes() == mapper.to_bytes()
    assert again.taxonomy == mapper.taxonomy
    assert pickle.loads(pickle.dumps(SHOP)) == SHOP
    model = hf.fit_sentiment(["brilliant", "awful"] * 20, [10, 0] * 20)
    assert pickle.loads(pickle.dumps(model)).predict(["brilliant"]) == model.predict(["brilliant"])
    topic = hf.discover(["the parking garage was full"] * 8)[0]
    assert pickle.loads(pickle.dumps(topic)) == topic


# Series of counts


def test_detects_in_every_kind_of_series() -> None:
    counts: list[Any] = [20 + week % 5 for week in range(120)]
    counts[118] = 60
    counts[50] = None
    start = datetime.date(2001, 1, 1)
    for made in (counts, pd.Series(counts), pl.Series(counts), pa.array(counts), np.array(counts, dtype=float)):
        found, episodes = hf.detect(made, every="week", start=start)
        assert [row["period"] for row in rows(found) if row["alarm"]][-1].isoformat()[:10] == "2003-04-07"
        assert len(rows(episodes)) == 1
        assert rows(found)[50]["observed"] is None
    for bad in ([-1], [0.5], ["x"], [float("inf")]):
        with pytest.raises(hf.HeedfulError) as failure:
            hf.detect(bad, every="day")
        assert (failure.value.code, failure.value.row) == ("invalid-argument", 0)
    with pytest.raises(hf.HeedfulError) as failure:
        hf.detect([1, 2], every="day", volume=[1])
    assert failure.value.code == "length-mismatch"


@pytest.mark.parametrize("language", ["en", "de", "fr", "es"])
@pytest.mark.parametrize("field", hf.Taxonomy.presets())
def test_a_starter_reads_whatever_comes(field: str, language: str) -> None:
    mapper = hf.ReasonMapper(hf.Taxonomy.preset(field, language=language))
    assert mapper.taxonomy.reasons == hf.Taxonomy.preset(field).reasons
    assert not {"dead", "repeated", "stop_words"} & set(mapper.lint()["kind"])
    comments = ["", " ", None, "?!", "\u200b", "a" * 5000, "🚆 +++ |*= -", "no"]
    assert mapper.predict([comment for comment in comments if comment != "no"]) == [None] * 7
    assert len(mapper.map({"text": comments * 50}, comment="text")) % 50 == 0


def test_starters_tell_reasons_of_languages_apart() -> None:
    travel = hf.ReasonMapper(hf.Taxonomy.preset("travel", language=["en", "de", "fr", "es"]))
    table = {
        "text": ["Our flight was cancelled", "Der Koffer ist weg", "Chambre très propre", "Nadie contesta el teléfono"],
        "language": ["en", "de", "fr", "es"],
    }
    found = {(row["row"], row["reason"]) for row in rows(travel.map(table, comment="text", language="language"))}
    assert found >= {(0, "cancellation"), (1, "baggage"), (2, "cleanliness"), (3, "customer_service")}
