"""Scores of plain values, in every form that they come in."""

from __future__ import annotations

import copy
import dataclasses
import decimal
import fractions
import math
import pickle
import threading
import tracemalloc
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import heedful as hf

RATINGS = [10, 9, 8, 3]


def test_the_readme_example() -> None:
    score = hf.nps([10, 9, 8, None, 3])
    assert (score.value, score.n, score.missing, score.invalid, score.out_of_range) == (25.0, 4, 1, 0, 0)
    assert score.shares == {"detractor": 0.25, "passive": 0.25, "promoter": 0.5}
    assert score.counts == {**dict.fromkeys(range(11), 0), 3: 1, 8: 1, 9: 1, 10: 1}
    assert score.mean == 7.5
    assert (score.effective_n, score.design_effect) == (4.0, None)
    assert score.interval is not None
    assert score.interval.lower < 25.0 < score.interval.upper
    assert (score.interval.confidence, score.interval.method) == (0.95, "score")


def test_intervals_of_the_published_example() -> None:
    """15, 25 and 60 detractors, passives and promoters: the bounds of three methods."""
    values = [3] * 15 + [7] * 25 + [10] * 60
    for method, lower, upper in [
        ("score", 0.292569, 0.581257),
        ("adjusted_wald", 0.293431, 0.580355),
        ("wald", 0.304976, 0.595024),
    ]:
        interval = hf.nps(values, interval=method).interval
        assert interval is not None
        assert interval.lower / 100 == pytest.approx(lower, abs=5e-7)
        assert interval.upper / 100 == pytest.approx(upper, abs=5e-7)


def test_other_metrics() -> None:
    assert hf.csat([5, 4, 2]).value == pytest.approx(200 / 3)
    assert hf.ces([7, 6, 2]).value == 5.0
    assert hf.enps([10]).metric == "enps"
    top = hf.Metric(name="top", scale="0-10", rule={"type": "top", "boxes": 3})
    assert hf.score([10, 8, 7], metric=top).value == pytest.approx(200 / 3)
    assert hf.score([1, 0], metric={"name": "yes", "scale": "binary", "rule": {"type": "mean"}}).value == 0.5
    assert hf.score(["happy", "Unhappy"], metric="smileys").value == 0.0


@pytest.mark.parametrize(
    "values",
    [
        RATINGS,
        tuple(RATINGS),
        (value for value in RATINGS),
        {10: 1, 9: 1, 8: 1, 3: 1}.keys(),
        ["10 - Extremely likely", "9", " 8 ", 3.0],
        [np.int64(10), np.float32(9), np.uint8(8), decimal.Decimal(3)],
        [fractions.Fraction(10), 9, 8, 3],
        np.array(RATINGS),
        np.array(RATINGS, dtype=">i4"),
        np.array(RATINGS, dtype=np.float16),
        np.array(RATINGS, dtype=np.longdouble),
        np.array(RATINGS, dtype=object),
        np.array([str(rating) for rating in RATINGS]),
        np.array(RATINGS)[::-1],
        np.array([[10, 0], [9, 0], [8, 0], [3, 0]], dtype=np.uint8)[:, 0],
        np.frombuffer(b"x" + bytes(np.array(RATINGS, dtype=np.int32)), dtype=np.uint8)[1:].view(np.int32),
        pd.Series(RATINGS, index=[3, 1, 2, 0]),
        pd.Series(RATINGS, dtype="Int8"),
        pd.Series(RATINGS, dtype="category"),
        pd.Series(RATINGS, dtype="int8[pyarrow]"),
        pd.Series(["10", "9", "8", "3"]),
        pd.Index(RATINGS),
        pd.array(RATINGS, dtype="Float64"),
        pd.Categorical(RATINGS),
        pl.Series(RATINGS),
        pl.Series(RATINGS, dtype=pl.Int8).append(pl.Series([], dtype=pl.Int8)),
        pl.Series(["10", "9", "8", "3"]).cast(pl.Categorical),
        pl.Series(RATINGS, dtype=pl.Decimal(10, 2)),
        pa.array(RATINGS),
        pa.array(RATINGS, pa.float16()),
        pa.array([0, *RATINGS, 0], pa.int64())[1:5],
        pa.chunked_array([[10, 9], [], [8, 3]]),
        pa.array(RATINGS, pa.decimal128(5, 1)),
        pa.array(["10", "9", "8", "3"], pa.string_view()),
    ],
    ids=lambda values: f"{type(values).__module__}.{type(values).__name__}",
)
def test_forms_of_values(values: Any) -> None:
    score = hf.nps(values)
    assert (score.value, score.n, score.missing) == (25.0, 4, 0)


@pytest.mark.parametrize("dtype", ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8"])
def test_every_type_of_number(dtype: str) -> None:
    assert hf.nps(np.array(RATINGS, dtype=dtype)).value == 25.0
    assert hf.nps(pa.array(RATINGS).cast(pa.from_numpy_dtype(np.dtype(dtype)))).value == 25.0


@pytest.mark.parametrize(
    "values",
    [
        [10, None],
        [10, math.nan],
        [10, pd.NA],
        [10, pd.NaT],
        [10, np.float64("nan")],
        [10, ""],
        ["10", "  "],
        np.array([10, np.nan]),
        np.array([10, None]),
        pd.Series([10, None]),
        pd.Series([10, None], dtype="UInt8"),
        pd.Series([10, None], dtype="category"),
        pd.Series(["10", None]),
        pl.Series([10, None]),
        pl.Series([10.0, math.nan]),
        pa.array([10, None]),
        pa.array([10, None]).dictionary_encode(),
    ],
    ids=repr,
)
def test_what_is_missing(values: Any) -> None:
    score = hf.nps(values)
    assert (score.n, score.missing, score.value) == (1, 1, 100.0)


def test_zero_is_a_rating_and_nothing_is_clamped() -> None:
    assert hf.nps([0]).value == -100.0
    assert hf.nps(np.zeros(3, dtype=bool)).n == 3
    counted = hf.nps([11, -1, math.inf, 10**400, 6.9, "soso", 9], invalid="count")
    assert (counted.n, counted.out_of_range, counted.invalid) == (1, 4, 2)


@pytest.mark.parametrize(
    ("values", "code", "row"),
    [
        ([10, 11], "rating-out-of-range", 1),
        ([10, 9, 6.9], "rating-invalid", 2),
        ([-math.inf], "rating-out-of-range", 0),
        (["x"], "rating-invalid", 0),
        (["\ud800"], "encoding", 0),
        ([9, object()], "column-type", 1),
        ([9, 1j], "column-type", 1),
        ("10", "column-type", None),
        (b"10", "column-type", None),
        (10, "column-type", None),
        (None, "column-type", None),
        (np.zeros((2, 2)), "column-type", None),
        (np.array([1j]), "column-type", 0),
        (np.array(["2024-01-01"], dtype="M8[D]"), "column-type", None),
        (pa.array([[1]]), "column-type", None),
    ],
    ids=repr,
)
def test_what_is_refused(values: Any, code: str, row: int | None) -> None:
    with pytest.raises(hf.HeedfulError) as caught:
        hf.nps(values)
    assert (caught.value.code, caught.value.row) == (code, row)


def test_errors_are_value_errors_with_a_place() -> None:
    with pytest.raises(ValueError, match=r"outside the scale 0-10 at `values` in row 1") as caught:
        hf.nps([10, 11])
    error = caught.value
    assert isinstance(error, hf.HeedfulError)
    assert (error.path, error.line) == ("values", None)
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.code, again.row) == (str(error), error.code, error.row)
    assert issubclass(hf.InternalError, hf.HeedfulError)


@pytest.mark.parametrize(
    ("options", "code", "path"),
    [
        ({"confidence": 1.5}, "invalid-argument", "confidence"),
        ({"confidence": math.nan}, "invalid-argument", "confidence"),
        ({"interval": "guess"}, "invalid-config", "interval"),
        ({"interval": "t"}, "invalid-argument", "interval"),
        ({"weights": [1, 1, 1, -1]}, "weight-invalid", "weights"),
        ({"weights": [1]}, "length-mismatch", "weights"),
    ],
    ids=repr,
)
def test_options_that_are_refused(options: Any, code: str, path: str) -> None:
    with pytest.raises(hf.HeedfulError) as caught:
        hf.nps(RATINGS, **options)
    assert (caught.value.code, caught.value.path) == (code, path)


def test_unknown_names() -> None:
    with pytest.raises(TypeError, match="confidense"):
        hf.nps(RATINGS, confidense=0.9)  # type: ignore[call-arg]
    with pytest.raises(hf.HeedfulError) as caught:
        hf.score(RATINGS, metric="npz")
    assert caught.value.code == "unknown-name"


def test_weights() -> None:
    weighted = hf.nps(RATINGS, weights=np.array([1.0, 1.0, 1.0, 1.0]))
    plain = hf.nps(RATINGS)
    assert weighted.value == plain.value
    assert weighted.standard_error is not None
    assert plain.standard_error is not None
    assert weighted.standard_error / plain.standard_error == pytest.approx(math.sqrt(4 / 3))
    assert hf.nps(RATINGS, weights=[0, 0, 0, 2]).value == -100.0


def test_no_values() -> None:
    score = hf.nps([])
    assert (score.value, score.n, score.interval, score.mean) == (None, 0, None, None)
    assert "no rated responses" in repr(score)


def test_scores_are_values() -> None:
    score = hf.nps(RATINGS)
    assert score == hf.nps(RATINGS) != hf.nps([10])
    assert copy.deepcopy(score) == pickle.loads(pickle.dumps(score)) == score
    assert score.to_dict()["interval"]["method"] == "score"
    with pytest.raises(dataclasses.FrozenInstanceError):
        score.value = 1.0  # type: ignore[misc]


def test_displays() -> None:
    score = hf.nps(RATINGS)
    assert repr(score).startswith("Score(nps 25.0, 95 % -")
    assert score._repr_html_().startswith("<div><b>NPS 25.0</b> (95 % -")
    evil = {"name": "<b>", "scale": "binary", "rule": {"type": "mean"}}
    assert "<b><b>" not in hf.score([1], metric=evil)._repr_html_()
    table = hf.score({"score": [10], "<i>": ["<u>"]}, "score", by="<i>")
    html = table._repr_html_()
    assert "&lt;i&gt;" in html
    assert "<u>" not in html
    assert repr(table).splitlines()[0].startswith("<i>")


def test_arrays_are_not_copied() -> None:
    """A million ratings take no memory of Python's or NumPy's, and the ones changed later are seen then."""
    values = np.zeros(1_000_000, dtype=np.uint8)
    responses = hf.Responses({"score": values}, rating="score")
    assert hf.score(responses)["value"] == [-100.0]
    values[:] = 10
    assert hf.score(responses)["value"] == [100.0]
    tracemalloc.start()
    hf.nps(values)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100_000


def test_memory_lives_as_long_as_it_is_used() -> None:
    responses = hf.Responses({"score": np.full(100_000, 9, dtype=np.int64)}, rating="score")
    frame = hf.Responses(pl.DataFrame({"score": [9] * 100_000}), rating="score")
    noise = [np.zeros(100_000, dtype=np.int64) for _ in range(20)]
    assert hf.score(responses)["n"] == hf.score(frame)["n"] == [100_000]
    assert len(noise) == 20


@pytest.mark.parametrize("exported", [False, True])
def test_arrow_memory_is_shared(exported: bool) -> None:
    numbers = pa.array(np.arange(1000) % 11)
    responses = hf.Responses(pa.table({"score": numbers}), rating="score")
    column = pa.table(responses)["score"].chunk(0)
    assert column.buffers()[1].address == numbers.buffers()[1].address
    if exported:
        del responses
        assert column.to_pylist() == numbers.to_pylist()


def test_other_threads_go_on() -> None:
    values = np.full(20_000_000, 9.0)
    ticks = 0
    done = threading.Event()

    def tick() -> None:
        nonlocal ticks
        while not done.wait(0.001):
            ticks += 1

    thread = threading.Thread(target=tick)
    thread.start()
    hf.nps(values)
    done.set()
    thread.join()
    assert ticks > 0


@given(st.lists(st.one_of(st.none(), st.integers(0, 10))))
def test_forms_agree(values: list[int | None]) -> None:
    score = hf.nps(values)
    numbers = [math.nan if value is None else float(value) for value in values]
    assert hf.nps(np.array(numbers, dtype=np.float64)) == score
    assert hf.nps(pl.Series(values, dtype=pl.UInt8)) == score
    assert hf.nps(pa.array(values, pa.int16())) == score
    assert hf.nps(pd.Series(values, dtype="UInt8")) == score
    assert hf.Tally(values).score("nps") == score


def test_tallies() -> None:
    one, other = hf.Tally([10, 9, None]), hf.Tally([8, 3, 12])
    both = one + other
    assert both == other.merge(one) == hf.Tally([10, 9, None, 8, 3, 12])
    score = both.score("nps", confidence=0.9)
    assert (score.value, score.missing, score.out_of_range) == (25.0, 1, 1)
    assert pickle.loads(pickle.dumps(both)) == hf.Tally.from_json(both.to_json()) == both
    assert hf.Tally.from_counts([0, 0, 0, 1, 1], scale="1-5").score("csat").value == 100.0
    with pytest.raises(hf.HeedfulError) as caught:
        one.merge(hf.Tally([1], scale="1-5"))
    assert caught.value.code == "scale-mismatch"
    with pytest.raises(hf.HeedfulError):
        one.score("csat")
    with pytest.raises(hf.HeedfulError):
        hf.Tally([11], invalid="error")


def test_metrics_and_scales() -> None:
    for name in hf.Metric.presets():
        metric = hf.Metric.preset(name)
        assert hf.Metric.from_json(metric.to_json()) == metric == pickle.loads(pickle.dumps(metric))
        assert hf.Metric.from_json(f'"{name}"') == metric
        assert hf.Metric(**metric.to_dict()) == metric
    scale = hf.Scale([0, 0.5, 1], labels=["never", None, "always"])
    assert (scale.points, scale.labels) == ((0.0, 0.5, 1.0), ("never", None, "always"))
    assert hf.Scale.from_json(scale.to_json()) == copy.copy(scale) == scale
    own = hf.Metric(name="own", scale=scale, rule={"type": "mean"}, better="lower")
    assert hf.score(["Always", "never"], metric=own).mean == 0.5
    assert (own.scale, own.better) == (scale, "lower")
    with pytest.raises(hf.HeedfulError) as caught:
        hf.Metric(name="bad", scale="0-10", rule={"type": "net", "positive": [9, 10], "negativ": [0, 6]})
    assert (caught.value.code, caught.value.path) == ("invalid-config", "rule.negativ")
