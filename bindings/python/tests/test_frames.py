"""Every form of table gives the same scores, and the same kind of table back."""

from __future__ import annotations

import datetime
import subprocess
import sys
from typing import Any

import frames
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import heedful as hf


def pylist(table: Any) -> list[dict[str, Any]]:
    """Any kind of result as dicts, with None for what is missing."""
    if isinstance(table, pd.DataFrame):
        table = table.astype(object).where(table.notna(), None)
        return [
            {k: v.date() if isinstance(v, datetime.datetime) else v for k, v in row.items()}
            for row in table.to_dict("records")
        ]
    if isinstance(table, pl.DataFrame):
        return table.to_dicts()
    return table.to_pylist()


def test_scores_by_group(frame: Any) -> None:
    found = pylist(hf.score(frame, rating="score", metric="nps", by="plan"))
    assert [(row["plan"], row["value"], row["n"], row["missing"]) for row in found] == [
        ("free", 0.0, 2, 0),
        ("pro", 50.0, 2, 1),
        (None, -100.0, 1, 0),
    ]


def test_trend(frame: Any) -> None:
    found = pylist(hf.trend(frame, rating="score", at="day", metric="nps", every="month"))
    assert [(row["period"], row["value"], row["n"]) for row in found] == [
        (datetime.date(2024, 1, 1), 0.0, 3),
        (datetime.date(2024, 2, 1), None, 0),
        (datetime.date(2024, 3, 1), 100.0, 1),
        (None, -100.0, 1),
    ]


def test_whole_table_operations(frame: Any) -> None:
    found = pylist(hf.contrast(frame, rating="score", by="plan"))
    assert [row["plan"] for row in found] == ["free", "pro", None]


def test_responses(frame: Any) -> None:
    responses = hf.Responses(frame, rating="score", at="day")
    assert len(responses) == 6
    assert responses.roles == {"rating": "score", "at": "day"}
    assert pylist(hf.score(responses, by="plan"))[1]["value"] == 50.0
    again = hf.Responses(responses.to_polars(), rating="score", at="day")
    assert hf.score(again, by="plan").to_pylist() == hf.score(responses, by="plan").to_pylist()
    pandas = responses.to_pandas()
    assert [None if pd.isna(plan) else plan for plan in pandas["plan"]] == frames.PLANS
    assert hf.score(hf.Responses(pandas, rating="score")).to_pylist()[0]["n"] == 5
    assert len(pa.table(responses)) == 6


@pytest.mark.parametrize(
    ("frame", "kind"),
    [
        (frames.pandas_plain, pd.DataFrame),
        (frames.polars_chunked, pl.DataFrame),
        (frames.FRAMES["polars lazy"], pl.DataFrame),
        (frames.arrow, pa.Table),
        (frames.FRAMES["arrow batch"], pa.Table),
        (frames.columns, hf.Table),
        (frames.rows, hf.Table),
        (frames.FRAMES["stream"], hf.Table),
    ],
)
def test_the_same_kind_comes_out(frame: Any, kind: type) -> None:
    for found in (
        hf.score(frame(), "score"),
        hf.score(frame(), "score", by=["plan"]),
        hf.trend(frame(), "score", "day"),
        hf.league(frame(), "score", "plan", minimum_n=1),
        hf.contrast(frame(), "score", "plan"),
        hf.weight(frame(), {"plan": {"pro": 0.5, "free": 0.5}}, missing="keep").targets,
    ):
        assert isinstance(found, kind)
    assert len(hf.score(frame(), "score")) == 1


def test_pandas_types() -> None:
    found = hf.trend(frames.pandas_plain(), "score", "day", by="plan")
    assert found.index.equals(pd.RangeIndex(len(found)))
    types = found.dtypes.astype(str)
    assert types["plan"] == "str"
    assert types["period"] == "datetime64[s]"
    assert (types["value"], types["n"], types["suppressed"]) == ("float64", "int64", "bool")
    hidden = hf.score(frames.pandas_plain(), "score", by="plan", minimum_n=2)
    assert hidden["n"].dtype == "Int64"
    assert list(hidden["suppressed"]) == [False, False, True]


@pytest.mark.usefixtures("no_pyarrow")
@pytest.mark.parametrize("make", [frames.pandas_plain, frames.pandas_object, frames.pandas_nullable])
def test_pandas_without_pyarrow(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with pd.option_context("mode.string_storage", "python"):
        frame = make()
        found = hf.score(frame, "score", by="plan")
        assert isinstance(found, pd.DataFrame)
        assert list(found["value"]) == [0.0, 50.0, -100.0]
        assert list(hf.trend(frame, "score", "day")["n"]) == [3, 0, 1, 1]
        assert len(hf.Responses(frame, rating="score").to_pandas()) == 6
        assert list(hf.weight(frame, {"plan": {"pro": 0.4, "free": 0.6}}, missing="keep").weights)


def test_a_program_without_any_data_frame_library() -> None:
    code = """
import sys
for name in ("numpy", "pandas", "polars", "pyarrow", "duckdb"):
    sys.modules[name] = None
import heedful as hf
assert hf.nps([10, 9, 3]).n == 3
table = hf.score({"score": (10, 9, 3), "plan": ["a", "b", None]}, rating="score", by="plan")
assert table["plan"] == ["a", "b", None], table
assert hf.weight({"plan": ["a", "b"]}, {"plan": {"a": 1, "b": 3}}).weights == [0.5, 1.5]
"""
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


def test_only_named_columns_are_read() -> None:
    odd = pa.table({"score": [10, 9], "list": [[1], [2]]})
    assert hf.score(odd, "score")["n"].to_pylist() == [2]
    assert hf.score(frames.Stream(odd), "score")["n"] == [2]
    frame = pd.DataFrame({"score": [10, 9], "what": [object(), object()]})
    assert hf.score(frame, "score")["n"][0] == 2
    with pytest.raises(hf.HeedfulError) as caught:
        hf.score(odd, "score", by="list")
    assert (caught.value.code, caught.value.path) == ("column-type", "list")


def test_instants_fall_into_periods_by_zone() -> None:
    at = pd.to_datetime(["2024-01-31T23:30:00Z", "2024-02-10T12:00:00Z"])
    frame = pd.DataFrame({"score": [10, 9], "at": at})
    assert list(hf.trend(frame, "score", "at")["n"]) == [1, 1]
    assert list(hf.trend(frame, "score", "at", time_zone="Europe/Copenhagen")["n"]) == [2]
    local = frame.assign(at=frame["at"].dt.tz_convert("America/New_York"))
    assert list(hf.trend(local, "score", "at", time_zone="Europe/Copenhagen")["n"]) == [2]
    lists = {"score": [10, 9], "at": list(at.to_pydatetime())}
    assert hf.trend(lists, "score", "at", time_zone="Europe/Copenhagen")["n"] == [2]
    naive = {"score": [10], "at": [datetime.datetime(2024, 1, 31, 23, 30)]}
    assert hf.trend(naive, "score", "at", time_zone="Europe/Copenhagen")["period"] == [datetime.date(2024, 1, 1)]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns", "D", "h"])
def test_every_unit_of_time(unit: str) -> None:
    days = np.array(["2024-01-31", "NaT", "1969-12-31"], dtype=f"datetime64[{unit}]")
    found = hf.trend({"score": [10, 9, 3], "at": days}, "score", "at", every="year")
    assert (found["period"][0], found["period"][-1]) == (datetime.date(1969, 1, 1), None)
    assert found["n"][0] == found["n"][-1] == found["n"][-2] == 1


@pytest.mark.parametrize("rows", [0, 1])
def test_few_rows(rows: int) -> None:
    for make in (frames.arrow, frames.arrow_chunked, frames.polars_chunked, frames.pandas_nullable):
        frame = make()[:rows]
        assert [row["n"] for row in pylist(hf.score(frame, "score"))] == [rows]
        assert len(hf.score(frame, "score", by="plan")) == rows
        assert len(hf.contrast(frame, "score", by="plan")) == rows
    assert hf.score({"score": []}, "score")["value"] == [None]
    assert hf.score({"score": [], "day": []}, "score", by="day").to_pylist() == []
    assert len(hf.trend({"score": [], "day": []}, "score", "day")) == 0


def test_no_columns() -> None:
    for empty in ({}, pd.DataFrame(), pl.DataFrame(), pa.table({})):
        with pytest.raises(hf.HeedfulError) as caught:
            hf.score(empty, "score")
        assert (caught.value.code, caught.value.path) == ("missing-column", "score")
        assert len(hf.Responses(empty)) == 0


def test_keys_keep_their_type() -> None:
    table = {"score": [10, 9, 3], "team": [2, 1, None], "new": [True, False, True], "day": frames.DAYS[:3]}
    assert hf.score(table, "score", by="team")["team"] == [1, 2, None]
    assert hf.score(table, "score", by="new")["new"] == [False, True]
    assert hf.score(table, "score", by="day")["day"] == [*frames.DAYS[:2], None]
    frame = pd.DataFrame({"score": [10, 9], "new": np.array([True, False]), "kind": pd.Categorical([3, 1])})
    assert list(hf.score(frame, "score", by="new")["new"]) == [False, True]
    assert list(hf.score(frame, "score", by="kind")["kind"]) == [1, 3]


def test_columns_named_by_numbers() -> None:
    frame = pd.DataFrame({0: [10, 9], 1: ["a", "b"]})
    assert list(hf.score(frame, "0", by="1")["1"]) == ["a", "b"]
    assert hf.score({0: [10, 9], 1: ["a", "b"]}, "0", by="1")["1"] == ["a", "b"]
    assert hf.score([{0: 10}, {0: 9}], "0")["n"] == [2]


def test_duplicate_columns() -> None:
    frame = pd.DataFrame([[10, 9]], columns=["score", "score"])
    table = pa.table([[10], [9]], names=["score", "score"])
    for data in (frame, table):
        with pytest.raises(hf.HeedfulError) as caught:
            hf.score(data, "score")
        assert (caught.value.code, caught.value.path) == ("duplicate-column", "score")


def test_a_stream_that_fails_is_an_error() -> None:
    def batches() -> Any:
        yield frames.arrow().to_batches()[0]
        raise OSError("disk")

    reader = pa.RecordBatchReader.from_batches(frames.arrow().schema, batches())
    with pytest.raises(hf.HeedfulError) as caught:
        hf.score(reader, "score")
    assert caught.value.code == "io"


def test_rows_in_errors_count_over_batches() -> None:
    table = pa.concat_tables([pa.table({"score": [10, 9]}), pa.table({"score": [3, 11]})])
    with pytest.raises(hf.HeedfulError) as caught:
        hf.score(table, "score")
    assert (caught.value.code, caught.value.path, caught.value.row) == ("rating-out-of-range", "score", 3)


@pytest.mark.parametrize("data", [1, None, "text", [[1]], [{"a": 1}, 2]])
def test_what_is_no_table(data: Any) -> None:
    with pytest.raises(hf.HeedfulError) as caught:
        hf.score(data, rating="a", by="a")
    assert caught.value.code == "column-type"


def test_a_defect_is_an_ordinary_exception() -> None:
    """A stream without a callback makes the reader panic; a handler of ordinary exceptions must see it."""
    import ctypes

    class Broken:
        def __arrow_c_stream__(self, requested_schema: object = None) -> object:
            capsule = frames.arrow().__arrow_c_stream__()
            pointer = ctypes.pythonapi.PyCapsule_GetPointer
            pointer.restype = ctypes.c_void_p
            pointer.argtypes = [ctypes.py_object, ctypes.c_char_p]
            # The second of the five pointers is `get_next`.
            callbacks = (ctypes.c_void_p * 5).from_address(pointer(capsule, b"arrow_array_stream") or 0)
            callbacks[1] = None
            return capsule

    for call in (lambda: hf.score(Broken(), "score"), lambda: hf.Responses({"score": Broken()})):
        with pytest.raises(hf.InternalError) as caught:
            call()
        assert caught.value.code == "internal"


TEXTS = ["2024-01-31", "2024-03-01T09:30:00", None, " ", "2024-01-02T23:59:59.5", "2024-01-02 00:00"]


@pytest.mark.parametrize(
    "kind",
    [
        list,
        lambda texts: pd.Series(texts, dtype="object"),
        lambda texts: pd.Series(texts, dtype="str"),
        lambda texts: pl.Series(texts),
        pa.array,
        lambda texts: pa.chunked_array([texts[:3], texts[3:]]),
        lambda texts: pa.array(texts).dictionary_encode(),
    ],
)
def test_times_that_are_texts(kind: Any) -> None:
    found = hf.trend({"score": frames.RATINGS, "at": kind(TEXTS)}, rating="score", at="at", every="month")
    assert [(row["period"], row["n"]) for row in found.to_pylist()] == [
        (datetime.date(2024, 1, 1), 3),
        (datetime.date(2024, 2, 1), 0),
        (datetime.date(2024, 3, 1), 1),
        (None, 1),
    ]


def test_texts_that_are_instants_and_those_that_need_a_format() -> None:
    late = {"score": [10, 3], "at": ["2024-01-31T23:30:00Z", "2024-01-31T23:30:00+02:00"]}
    found = hf.trend(late, rating="score", at="at", every="month", time_zone="Europe/Copenhagen")
    assert found["value"] == [-100.0, 100.0]
    for text, code in (("04/03/2024", "date-ambiguous"), ("soon", "date-invalid"), ("2024-01-01T00:00Z", "date-mixed")):
        for make in (list, pd.Series, pa.array):
            table = {"score": [10, 3], "at": make(["2024-01-01", text])}
            with pytest.raises(hf.HeedfulError) as caught:
                hf.trend(table, rating="score", at="at")
            assert (caught.value.code, caught.value.path, caught.value.row) == (code, "at", 1)
    history = {"id": ["a", "a"], "since": ["2024-01-01", "2024-02-01"], "plan": ["free", "pro"]}
    answers = {"score": [1, 2], "who": ["a", "a"], "at": ["2024-01-31", "2024-02-01"]}
    joined = hf.join(answers, history, on="who", key="id", at="at", valid_from="since")
    assert hf.score(joined.table, rating="score", by="plan")["plan"] == ["free", "pro"]


@pytest.mark.parametrize("make", [list, pd.Series, pl.Series, pa.array, lambda texts: pa.array(texts).dictionary_encode()])
def test_times_that_are_texts_in_a_format(make: Any) -> None:
    table = {"score": [10, 3, 9], "at": make(["04/03/2024 09:30", "05/02/2024 10:00", None])}
    given = "%d/%m/%Y %H:%M"
    expected = [datetime.date(2024, 2, 1), datetime.date(2024, 3, 1), None]
    assert hf.trend(table, rating="score", at="at", date_format=given)["period"] == expected
    responses = hf.Responses(table, rating="score", at="at", date_format=given)
    assert hf.trend(responses)["period"] == expected
    one = {**table, "who": ["a"] * 3}
    found = hf.score(one, rating="score", at="at", date_format=given, customer="who", repeats="latest")
    assert found["n"] == [1]
    other: Any = 5
    for wrong, code, path in (
        ("%m/%d/%Y", "date-invalid", "at"),
        ("%Q", "invalid-argument", "date_format"),
        (other, "invalid-argument", "date_format"),
    ):
        with pytest.raises(hf.HeedfulError) as caught:
            hf.trend(table, rating="score", at="at", date_format=wrong)
        assert (caught.value.code, caught.value.path) == (code, path)


def test_a_format_for_history() -> None:
    history = {"id": ["a", "a"], "since": ["01/01/2024", "01/02/2024"], "plan": ["free", "pro"]}
    answers = {"score": [1, 2], "who": ["a", "a"], "at": ["31/01/2024", "02/02/2024"]}
    joined = hf.join(answers, history, on="who", key="id", at="at", valid_from="since", date_format="%d/%m/%Y")
    assert hf.score(joined.table, rating="score", by="plan")["plan"] == ["free", "pro"]
