"""Options of scores, comparisons, targets, weights, and files."""

from __future__ import annotations

import copy
import datetime
import io
import json
import pickle
from pathlib import Path
from typing import Any

import frames
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import heedful as hf

DATA = Path(__file__).resolve().parents[3].parent / "shared/data"


def test_several_columns_at_once() -> None:
    table = {"nps": [10, 9, 3], "happy": [5, 4, 1], "plan": ["a", "a", "b"]}
    found = hf.score(table, rating={"nps": "nps", "csat": "happy"}, by="plan")
    assert list(zip(found["metric"], found["plan"], found["value"], strict=True)) == [
        ("nps", "a", 100.0),
        ("nps", "b", -100.0),
        ("csat", "a", 100.0),
        ("csat", "b", 0.0),
    ]
    own = hf.Metric(name="own", scale="1-5", rule={"type": "mean"})
    assert hf.score(table, rating={"own": "happy"}, metric=own)["value"] == [10 / 3]
    two = hf.score(table, rating="happy", metric=["csat", "stars"])
    assert two["metric"] == ["csat", "stars"]


def test_kinds_and_signals() -> None:
    table = {
        "score": [10, 9, 3, 0],
        "kind": ["relational", "relational", "transactional", "relational"],
        "signal": ["solicited", None, "solicited", "inferred"],
    }
    with pytest.raises(hf.HeedfulError) as caught:
        hf.score(table, "score", kind_column="kind")
    assert (caught.value.code, caught.value.path, caught.value.row) == ("mixed-kinds", "kind", 2)
    both: Any = {"kind_column": "kind", "signal_column": "signal"}
    assert hf.score(table, "score", kind="relational", **both)["n"] == [2]
    assert hf.score(table, "score", pool=True, **both)["n"] == [3]
    assert hf.score(table, "score", pool=True, signals=("solicited", "inferred"), **both)["n"] == [4]


def test_repeats_clusters_and_designs() -> None:
    table = pa.table({"score": [10, 0, 9, 9], "who": ["a", "a", "b", None], "org": ["x", "x", "x", "y"]})
    chunked = pa.concat_tables([table[:1], table[1:]])
    for data in (table, chunked):
        assert hf.score(data, "score", customer="who", repeats="latest")["n"].to_pylist() == [3]
        votes = hf.score(data, "score", account="org", clusters="votes").to_pylist()[0]
        assert votes["value"] == pytest.approx((100 / 3 + 100) / 2)
        valued = hf.score(
            data.append_column("money", pa.array([1, 1, 1, 3])), "score", account="org", clusters={"value": "money"}
        )
        assert valued["value"][0].as_py() == pytest.approx((100 / 3 + 300) / 4)
        design = hf.score(data, "score", design={"clusters": "org"}).to_pylist()[0]
        assert design["value"] == 50.0
        assert hf.compare(data, data, rating="score", customer="who", repeats="latest").difference == 0.0
    with pytest.raises(hf.HeedfulError) as caught:
        hf.score(table, "score", clusters="votes")
    assert caught.value.code == "missing-column"


def test_threads_change_nothing() -> None:
    rng = np.random.default_rng(7)
    frame = pl.DataFrame({"score": rng.integers(0, 11, 100_000), "plan": rng.integers(0, 9, 100_000)})
    one = hf.score(frame, "score", by="plan")
    assert one.equals(hf.score(frame, "score", by="plan", threads=3))
    assert isinstance(one, pl.DataFrame)


def test_rolling() -> None:
    days = [datetime.date(2024, month, 5) for month in (1, 2, 3)]
    found = hf.trend({"score": [10, 3, 9], "day": days}, "score", "day", rolling=2)
    assert found["n"] == [1, 2, 2]
    with pytest.raises(hf.HeedfulError) as caught:
        hf.trend({"score": [10], "day": days[:1]}, "score", "day", rolling=0)
    assert caught.value.path == "rolling"
    with pytest.raises(hf.HeedfulError) as caught:
        hf.trend({"score": [10], "day": days[:1]}, "score", "day", time_zone="Mars/Base")
    assert caught.value.path == "time_zone"


def test_compare() -> None:
    before, after = [10] * 30 + [7] * 40 + [2] * 30, [10] * 50 + [7] * 40 + [2] * 10
    change = hf.compare(before, after, metric="nps")
    assert change.difference == 40.0
    assert change.p_value is not None
    assert change.p_value < 0.001
    assert change.interval is not None
    assert change.interval.lower < 40.0 < change.interval.upper
    assert (change.method, change.before, change.after) == ("score", hf.nps(before), hf.nps(after))
    assert hf.compare(hf.Tally(before), np.array(after)) == change
    tables = [pd.DataFrame({"r": values, "x": 1}) for values in (before, after)]
    assert hf.compare(*tables, rating="r") == change
    assert hf.compare(hf.Responses(tables[0], rating="r"), pl.DataFrame({"r": after}), rating="r") == change
    assert change.to_dict()["after"]["value"] == change.after.value
    assert repr(change).startswith("Comparison(nps +40.0, 95 % +")
    assert "+40.0" in change._repr_html_()
    empty = hf.compare([], [10])
    assert (empty.difference, empty.p_value) == (None, None)
    assert "not known" in repr(empty)
    with pytest.raises(hf.HeedfulError):
        hf.compare([11], [10])
    with pytest.raises(TypeError):
        hf.compare(hf.Tally([10]), hf.Tally([10]), repeats="latest")


def test_target() -> None:
    values = [10] * 60 + [7] * 25 + [2] * 15
    found = hf.target(values, 30.0, name="industry")
    assert (found.status, found.name, found.target, found.distance) == ("likely", "industry", 30.0, 15.0)
    assert found.score == hf.nps(values)
    assert hf.target(values, 80.0).status == "missed"
    assert hf.target(hf.Tally(values), 10.0).status == "reached"
    assert hf.target({"r": values}, 10.0, rating="r", confidence=0.99).status == "reached"
    with pytest.raises(hf.HeedfulError) as caught:
        hf.target(values, 30.0, likely=0.2)
    assert caught.value.path == "likely"


def test_sample_size() -> None:
    plan = hf.sample_size(metric="nps", margin=5.0, shares=None)
    assert (plan.n, plan.variance, plan.assumption, plan.power) == (1537, 10_000.0, "worst_case", None)
    found = hf.sample_size(difference=10.0, power=0.9)
    assert found.n > plan.n
    assert found.margin is None
    pilot = hf.sample_size(margin=5.0, pilot=hf.Tally([10, 9, 8, 3] * 10))
    assert pilot.assumption == "pilot"
    assert hf.sample_size(margin=5.0, population=1000).n < 1000
    detectable = hf.sample_size(n=400).difference
    assert detectable is not None
    assert detectable > 0
    with pytest.raises(hf.HeedfulError):
        hf.sample_size()
    with pytest.raises(hf.HeedfulError) as caught:
        hf.sample_size(margin=5.0, shares={"promotor": 0.5})
    assert "shares" in caught.value.path


def test_league() -> None:
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"score": rng.integers(0, 11, 600), "agent": rng.choice(list("abcdef"), 600)})
    found = hf.league(frame, rating="score", by="agent", metric="nps", k=2, seed=1, draws=500)
    assert list(found["rank"]) == [1, 2, 3, 4, 5, 6]
    assert found["p_top"].sum() == pytest.approx(2.0)
    again = hf.league(frame, "score", "agent", k=2, seed=1, draws=500)
    pd.testing.assert_frame_equal(found, again)
    with pytest.raises(hf.HeedfulError):
        hf.league(frame, "score")


def test_contrast() -> None:
    frame = pl.DataFrame({"score": [10, 9, 3, 2] * 20, "store": ["a", "a", "b", "b"] * 20})
    found = hf.contrast(frame, rating="score", by="store", adjustment="holm")
    assert found["difference"].to_list() == [200.0, -200.0]
    assert "p_adjusted" in found.columns


def test_weight() -> None:
    table = {"score": [10, 9, 3, 10], "region": ["EU", "EU", "US", "EU"], "age": [1, 2, 1, None]}
    made = hf.weight(table, targets={"region": {"EU": 0.5, "US": 0.5}})
    assert made.weights == pytest.approx([2 / 3, 2 / 3, 2.0, 2 / 3])
    assert made.effective_n == pytest.approx(3.0)
    assert made.targets["achieved"] == pytest.approx([0.5, 0.5])
    frame = pd.DataFrame(table, index=[7, 5, 3, 1])
    made = hf.weight(frame, targets={"region": {"EU": 0.5, "US": 0.5}})
    frame["w"] = made.weights
    assert list(frame["w"]) == pytest.approx([2 / 3, 2 / 3, 2.0, 2 / 3])
    assert hf.score(frame, "score", weight="w")["value"][0] == pytest.approx(0.0, abs=1e-9)
    assert isinstance(hf.weight(pl.DataFrame(table), {"region": {"EU": 1, "US": 3}}).weights, pl.Series)
    assert isinstance(hf.weight(pa.table(table), {"region": {"EU": 1, "US": 3}}).weights, pa.ChunkedArray)
    both = hf.weight(table, {"age": {1: 0.4, 2: 0.4, None: 0.2}, "region": {"EU": 0.7, "US": 0.3}}, cap=5)
    assert sum(both.weights) == pytest.approx(4.0)
    assert "effective n" in repr(both)
    cells = [{"keys": {"region": region, "age": age}, "share": 0.25} for region, age in [("EU", 1), ("EU", 2)]]
    cells += [{"keys": {"region": "US", "age": 1}, "share": 0.25}, {"keys": {"region": "EU", "age": None}, "share": 0.25}]
    assert hf.weight(table, cells=cells).weights == pytest.approx([1.0] * 4)
    design = {"weighting": {"targets": {"region": {"EU": 0.5, "US": 0.5}}}}
    assert hf.score(table, "score", design=design)["value"][0] == pytest.approx(0.0, abs=1e-9)
    with pytest.raises(hf.HeedfulError) as caught:
        hf.weight(table, {"region": {"EU": 0.5, "UK": 0.5}})
    assert caught.value.code == "target-mismatch"
    with pytest.raises(hf.HeedfulError) as caught:
        hf.weight(table, {"land": {"EU": 1.0}})
    assert (caught.value.code, caught.value.path) == ("missing-column", "land")


def test_suppression() -> None:
    table = {"score": [10] * 12, "plan": ["a"] * 9 + ["b"] * 2 + ["c"]}
    found = hf.score(table, "score", by="plan", minimum_n=2)
    assert (found["suppressed"], found["n"]) == ([False, False, True], [9, 2, None])
    found = hf.score(table, "score", by="plan", minimum_n=2, secondary=True)
    assert found["suppressed"] == [False, True, True]


FILE = "Score;Plan;When;Why\n10 - Extremely likely;pro;28/02/2024;\"fast;\nfriendly\"\n0;free;01/03/2024;\n;free;;N/A\n"


def read(source: Any, **more: Any) -> hf.Responses:
    roles: Any = {"rating": "Score", "at": "When", "comment": "Why", "attributes": ["Plan"], **more}
    return hf.read(source, **roles)


def test_read(tmp_path: Path) -> None:
    path = tmp_path / "responses.csv"
    path.write_text(FILE, encoding="utf-8")
    for source in (path, str(path), FILE.encode(), io.BytesIO(FILE.encode())):
        responses = read(source)
        assert len(responses) == 3
        assert responses.roles == {"rating": "Score", "at": "When", "comment": "Why"}
        assert responses.reading is not None
        assert (responses.reading.rows, responses.reading.delimiter, responses.reading.day_first) == (3, ";", True)
        row = hf.score(responses).to_pylist()[0]
        assert (row["value"], row["n"], row["missing"]) == (0.0, 2, 1)
        assert hf.trend(responses, every="month")["n"] == [1, 1, 0]
        frame = responses.to_pandas()
        assert list(frame["Why"].isna()) == [False, True, True]
        assert list(frame["When"].dt.strftime("%Y-%m-%d"))[:2] == ["2024-02-28", "2024-03-01"]
        assert list(frame["When"].isna()) == [False, False, True]
        assert responses.to_polars()["Why"][0] == "fast;\nfriendly"
    assert "3 rows" in repr(responses)
    assert "rating" in responses._repr_html_()


def test_read_says_what_is_wrong() -> None:
    broken = FILE.replace("0;free;01", "ten;free;01")
    with pytest.raises(hf.HeedfulError) as caught:
        read(broken.encode())
    error = caught.value
    assert (error.code, error.path, error.row, error.line) == ("rating-invalid", "Score", 1, 4)
    responses = read(broken.encode(), on_error="collect")
    assert responses.reading is not None
    assert len(responses) == 2
    rejected = responses.reading.rejected
    assert [(row["row"], row["line"], row["column"], row["code"]) for row in rejected] == [(1, 4, "Score", "rating-invalid")]
    with pytest.raises(hf.HeedfulError) as caught:
        hf.read(b"score,when\n1,01/02/2024\n2,03/04/2024\n", rating="score", at="when")
    assert caught.value.code == "date-ambiguous"
    with pytest.raises(hf.HeedfulError) as caught:
        hf.read("no such file.csv", rating="score")
    assert caught.value.code == "io"
    with pytest.raises(hf.HeedfulError) as caught:
        hf.read(b"score\n1\n", rating="scor")
    assert (caught.value.code, caught.value.path) == ("missing-column", "scor")
    for file in (b"score,plan\n1,a\n", b'{"score": 1, "plan": "a"}\n'):
        with pytest.raises(hf.HeedfulError, match="score, plan") as caught:
            hf.read(file, format="jsonl" if file.startswith(b"{") else "csv")
        assert (caught.value.code, caught.value.path) == ("missing-column", "rating")
    with pytest.raises(hf.HeedfulError, match="no column is named as `rating`: the table has plan"):
        hf.score(hf.read(b"score,plan\n1,a\n", attributes=["plan"]))


def test_options_say_what_is_wrong() -> None:
    table = {"score": [10, 9, 3], "plan": ["a", "a", "b"]}
    score: Any = hf.score
    for options, code, path in (
        ({"metric": "npss"}, "unknown-name", "metric"),
        ({"minimum_n": -1}, "invalid-config", "minimum_n"),
        ({"confidence": float("nan")}, "invalid-argument", "confidence"),
        ({"design": {"weighting": {"targets": {"plan": {"a": float("inf")}}}}}, "invalid-argument", WEIGHTED),
        ({"signals": [0.5, float("nan")]}, "invalid-argument", "signals[1]"),
    ):
        with pytest.raises(hf.HeedfulError) as caught:
            score(table, rating="score", by="plan", **options)
        assert (caught.value.code, caught.value.path) == (code, path)


WEIGHTED = "design.weighting.targets.plan.a"


def test_read_json_lines(tmp_path: Path) -> None:
    path = tmp_path / "responses.jsonl"
    rows = [{"score": 10, "who": {"plan": "pro"}}, {"score": None, "who": {"plan": "free"}}]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    for responses in (
        hf.read(path, rating="score", attributes=["who.plan"]),
        hf.read(path.read_bytes(), rating="score", attributes=["who.plan"], format="jsonl"),
    ):
        assert hf.score(responses, by="who.plan")["missing"] == [1, 0]


def test_read_other_forms(tmp_path: Path) -> None:
    table = "score\tease\tweight\nüber\t7\t2\n".encode("latin-1")
    responses = hf.read(
        table,
        rating={"own": "score", "ces": "ease"},
        metric=hf.Metric(name="own", scale=hf.Scale([0, 1], labels=["unter", "über"]), rule={"type": "mean"}),
        weight="weight",
        encoding="latin-1",
        delimiter="\t",
    )
    assert hf.score(responses, {"ces": "ease"})["value"] == [7.0]
    assert responses.columns == ["score", "ease", "weight"]
    every = hf.read(b"a,b,c\n1,x,y\n", rating="a", attributes="all")
    assert every.columns == ["a", "b", "c"]


def test_real_file() -> None:
    path = DATA / "nps_broadband/responses.csv"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    responses = hf.read(
        path,
        rating="NPS_SCORE",
        at="CUSTOMER_RESPONSE_DATE",
        date_format="%d/%m/%Y %H:%M",
        attributes=["SURVEY_SUB_TYPE"],
    )
    assert isinstance(responses, hf.Responses)
    total = hf.score(responses, metric="nps").to_pylist()[0]
    assert total["missing"] == 32
    assert total["n"] + total["missing"] == len(responses)
    groups = hf.score(responses, by="SURVEY_SUB_TYPE")
    assert sum(groups["n"]) == total["n"]
    frame = pd.read_csv(path)
    assert hf.score(frame, "NPS_SCORE")["value"][0] == total["value"]


def test_results_are_arrow_streams() -> None:
    found = hf.score(frames.columns(), "score", by="plan")
    table = pa.table(found)
    assert table.column_names == found.columns
    assert table["n"].type == pa.int64()
    assert pl.DataFrame(found).columns == found.to_polars().columns == list(found.to_pandas().columns) == found.columns
    assert len(found) == len(found.to_pylist()) == 3
    with pytest.raises(KeyError):
        found["no such column"]


HISTORY = {
    "id": ["ada", "ada", "bo", None],
    "since": [datetime.date(2024, 1, 1), datetime.date(2024, 2, 1), datetime.date(2024, 3, 1), None],
    "plan": ["free", "pro", "pro", "free"],
}
ANSWERS = {
    "score": [10, 9, 3, 0],
    "customer": ["ada", "ada", "bo", "cy"],
    "day": [datetime.date(2024, 1, 15), datetime.date(2024, 2, 1), datetime.date(2024, 2, 1), None],
}


def pandas_with_repeated_index(table: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(table).set_index(pd.Index([1, 1, 2, 0][: len(next(iter(table.values())))]))


@pytest.mark.parametrize("make", [dict, pd.DataFrame, pl.DataFrame, pa.table, pandas_with_repeated_index])
def test_join(make: Any) -> None:
    data = make(ANSWERS)
    made = hf.join(data, make(HISTORY), on="customer", key="id", at="day", valid_from="since")
    assert (made.matched, made.too_early, made.unmatched, made.keyless, made.unused) == (2, 1, 1, 1, 1)
    assert "2 matched" in repr(made)
    if isinstance(data, dict):
        assert isinstance(made.table, hf.Responses)
    else:
        assert type(made.table) is type(data)
    found = pl.DataFrame(hf.score(made.table, rating="score", by="plan"))
    assert found["plan"].to_list() == ["free", "pro", None]
    assert found["n"].to_list() == [1, 1, 2]
    plain = hf.join(data, make({"customer": ["ada", "bo"], "value": [1.5, None]}), on="customer", columns=["value"])
    assert (plain.matched, plain.unmatched) == (3, 1)
    with pytest.raises(hf.HeedfulError) as caught:
        hf.join(data, make(HISTORY), on="customer", key="id")
    assert caught.value.code == "duplicate-key"
    with pytest.raises(hf.HeedfulError) as caught:
        hf.join(data, {"customer": ["ada"], "score": [1]}, on="customer")
    assert (caught.value.code, caught.value.path) == ("duplicate-column", "score")


def test_funnel() -> None:
    counts = hf.funnel({"invited": 1000, "delivered": 900, "rated": 90}, confidence=0.9)
    assert counts["of_previous"] == [None, 0.9, 0.1]
    frame = pd.DataFrame({"state": ["SENT", "DONE", "DONE"], "score": [None, 10, 3], "why": [None, "good", ""]})
    found = hf.funnel(frame, status="state", words={"SENT": "invited", "DONE": "rated"})
    assert isinstance(found, pd.DataFrame)
    assert dict(zip(found["step"], found["n"], strict=True)) == {"invited": 3, "rated": 2}
    found = hf.funnel(frame, rating="score", comment="why")
    assert list(found["n"]) == [3, 2, 1]
    opened = pl.DataFrame({"opened": [True, False, None]})
    assert hf.funnel(opened, columns={"opened": "opened"})["n"].to_list() == [3, 1]
    with pytest.raises(hf.HeedfulError) as caught:
        hf.funnel({"invited": 1, "rated": 2})
    assert caught.value.path == "rated"


def test_results_are_stored() -> None:
    table = {"score": [10, 9, 3], "plan": ["a", None, "b"], "day": [datetime.date(2024, 1, 31)] * 3}
    found = hf.trend(table, rating="score", at="day", by="plan")
    assert [row["period"] for row in json.loads(found.to_json())] == ["2024-01-01"] * 3
    assert [row["plan"] for row in json.loads(found.to_json())] == ["a", "b", None]
    results = [
        hf.nps([10, 9, 3]),
        hf.compare([10, 9, 3], [10, 10, 1]),
        hf.target([10, 9, 3], 20),
        hf.sample_size(margin=5),
        hf.Metric.preset("csat"),
        hf.Tally([10, 9, 3]),
    ]
    for result in results:
        assert pickle.loads(pickle.dumps(result)) == result


def test_tables_are_pickled() -> None:
    days = [datetime.date(2024, 1, 31), None, datetime.date(2024, 3, 1)]
    table = {"score": [10, 9, 3], "plan": ["a", None, "b"], "day": days, "size": [1, None, 3], "paid": [True, False, None]}
    found = hf.trend(table, rating="score", at="day", by=["plan", "size", "paid"])
    for again in (pickle.loads(pickle.dumps(found)), copy.deepcopy(found)):
        assert again.to_pylist() == found.to_pylist()
        assert pa.table(again).equals(pa.table(found))


@pytest.mark.parametrize("dtype", ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8"])
def test_numbers_are_pickled_as_they_are(dtype: str) -> None:
    responses = hf.Responses({"score": np.array([10, 0, 3], dtype=dtype)}, rating="score")
    again = pickle.loads(pickle.dumps(responses))
    assert (again.roles, pa.table(again).schema) == (responses.roles, pa.table(responses).schema)
    assert pa.table(again).equals(pa.table(responses))


def test_responses_are_pickled() -> None:
    responses = read(FILE.encode())
    assert responses.reading is not None
    for again in (pickle.loads(pickle.dumps(responses)), copy.deepcopy(responses)):
        assert (again.roles, again.reading) == (responses.roles, responses.reading)
        pd.testing.assert_frame_equal(again.to_pandas(), responses.to_pandas())
    times = pa.array([1, None, 3], pa.timestamp("ns", "UTC"))
    keys = [1, None, datetime.date(2024, 1, 1)]
    frame = {"score": pa.array([10, None, 3]), "when": times, "key": keys, "comment": ["good", None, ""]}
    responses = hf.Responses(frame, rating="score", at="when", comment="comment")
    again = pickle.loads(pickle.dumps(responses))
    assert pa.table(again).equals(pa.table(responses))
    assert len(pickle.loads(pickle.dumps(hf.Responses({})))) == 0


def test_pickled_responses_still_stand_once_for_each_reason() -> None:
    shop = {"reasons": [{"id": "price", "terms": ["price"]}, {"id": "staff", "terms": ["staff"]}]}
    answers = {"score": [10, 2], "text": ["fair price, good staff", "rude staff"]}
    attached = hf.ReasonMapper(shop).mappings(answers, comment="text").attach()
    again = pickle.loads(pickle.dumps(attached))
    assert hf.score(again, rating="score", by="reason")["n"] == [1, 2]
    with pytest.raises(hf.HeedfulError, match="group by it"):
        hf.score(again, rating="score")
