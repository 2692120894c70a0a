"""Drivers, changes, scans and journeys, on every kind of table."""

from __future__ import annotations

import json
import math
import pickle

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import heedful as hf

N = 1200
SCORES = [(3 if i % 4 == 0 else 9) if i % 5 else 7 for i in range(N)]
LISTS = [["price", "staff"] if i % 12 == 0 else ["price"] if i % 4 == 0 else ["staff"] if i % 6 == 0 else [] for i in range(N)]
REGIONS = ["north" if i % 3 else "south" for i in range(N)]


def columns():
    return {"score": SCORES, "why": LISTS, "region": REGIONS}


def polars():
    return pl.DataFrame({"score": SCORES, "why": LISTS, "region": REGIONS})


def arrow_chunked():
    table = pa.table(columns())
    return pa.concat_tables([table.slice(0, 500), table.slice(500)])


FRAMES = {
    "dict": columns,
    "rows": lambda: [dict(zip(columns(), row, strict=True)) for row in zip(*columns().values(), strict=True)],
    "pandas": lambda: pd.DataFrame(columns()),
    "pandas missing": lambda: pd.DataFrame({**columns(), "why": [reasons or None for reasons in LISTS]}),
    "pandas nan": lambda: pd.DataFrame({**columns(), "why": pd.Series([reasons or math.nan for reasons in LISTS], dtype=object)}),
    "pandas arrays": lambda: pd.DataFrame({**columns(), "why": [np.array(reasons) for reasons in LISTS]}),
    "pandas arrow": lambda: arrow_chunked().to_pandas(types_mapper=pd.ArrowDtype),
    "pandas texts": lambda: pd.DataFrame({**columns(), "why": [";".join(reasons) or None for reasons in LISTS]}),
    "polars": polars,
    "polars lazy": lambda: polars().lazy(),
    "polars categories": lambda: polars().with_columns(pl.col("why").cast(pl.List(pl.Categorical))),
    "polars texts": lambda: polars().with_columns(pl.col("why").list.join("; ")),
    "arrow": lambda: pa.table(columns()),
    "arrow chunked": arrow_chunked,
    "arrow sliced": lambda: pa.concat_tables([pa.table(columns()).slice(0, 7), pa.table(columns())]).combine_chunks().slice(7),
    "arrow batch": lambda: pa.table(columns()).to_batches()[0],
    "arrow large": lambda: pa.table({**columns(), "why": pa.array(LISTS, pa.large_list(pa.large_string()))}),
    "responses": lambda: hf.Responses({**columns(), "why": [";".join(reasons) or None for reasons in LISTS]}),
}


@pytest.mark.parametrize("kind", FRAMES)
def test_every_table_gives_the_same_drivers(kind):
    data = FRAMES[kind]()
    found = hf.drivers(data, rating="score", reasons="why", attributes="region", replicates=200)
    expected = hf.drivers(columns(), rating="score", reasons="why", attributes="region", replicates=200)
    assert found.to_pylist() == expected.to_pylist()
    like = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "arrow": pa.Table}.get(kind.split()[0], hf.Table)
    assert isinstance(found.table, like) and isinstance(found.contributions, like)


def leave_one_out(name):
    def nps(scores):
        return 100 * (sum(s >= 9 for s in scores) - sum(s <= 6 for s in scores)) / len(scores)

    rest = [s for s, reasons in zip(SCORES, LISTS, strict=True) if name not in reasons]
    return nps(SCORES) - nps(rest)


@pytest.mark.parametrize("kind", ["bool", "int8", "nullable", "arrow", "polars"])
def test_columns_of_flags_are_reasons(kind):
    flags = {name: [name in reasons for reasons in LISTS] for name in ("price", "staff")}
    frame = pd.DataFrame({"score": SCORES, **flags})
    data = {
        "bool": lambda: frame,
        "int8": lambda: frame.astype({"price": "int8", "staff": "int8"}),
        "nullable": lambda: frame.astype({"price": "boolean", "staff": "Int64"}),
        "arrow": lambda: pa.Table.from_pandas(frame),
        "polars": lambda: pl.from_pandas(frame),
    }[kind]()
    found = hf.drivers(data, rating="score", reasons=["price", "staff"])
    impacts = {row["name"]: row["impact"] for row in found.to_pylist()}
    assert impacts == pytest.approx({name: leave_one_out(name) for name in flags})
    shares = pa.table(found.contributions)["contribution"].to_pylist() if kind == "arrow" else found.contributions["contribution"]
    assert found.reference + sum(shares) == pytest.approx(found.score.value)


def test_reasons_of_comments():
    shop = {"reasons": [{"id": "price", "terms": ["price"]}, {"id": "staff", "terms": ["staff"]}]}
    texts = ["bad price", "great staff", None, "bad price, great staff"] * 60
    table = pd.DataFrame({"score": [2, 10, 8, 5] * 60, "text": texts})
    mappings = hf.ReasonMapper(shop).mappings(table, "text")
    by = [
        hf.drivers(table, rating="score", reasons=reasons, comment="text").to_pylist()
        for reasons in (mappings, shop, hf.Taxonomy(shop), hf.ReasonMapper(shop))
    ]
    assert all(one == by[0] for one in by)
    row = hf.asymmetry(table, rating="score", reasons=shop, comment="text").to_pylist()
    assert [(r["reason"], r["failures"], r["delights"]) for r in row] == [("price", 120, 0), ("staff", 0, 120)]


def test_failures_and_delights_by_the_arithmetic():
    table = {"score": [2, 9, 9, 3, 7, 10] * 50, "bad": [["wait"], [], []] * 100, "good": [[], [], ["wait"]] * 100}
    found = hf.asymmetry(pd.DataFrame(table), rating="score", failures="bad", delights="good")
    row = found.table.iloc[0]
    assert (row["cost"], row["gain"], row["asymmetry"]) == (150.0, 50.0, 100.0)
    assert row["lower"] < 100.0 < row["upper"] and row["p_value"] < 0.001
    with pytest.raises(hf.HeedfulError, match="either"):
        hf.asymmetry(table, rating="score", failures="bad", reasons={})


def test_a_scenario():
    table = pd.DataFrame(columns())
    found = hf.what_if(table, "price", 0.5, rating="score", reasons="why", segments="region")
    assert found.change == pytest.approx(found.table["contribution"].sum())
    assert found.interval[0] < found.new_score < found.interval[1]
    assert found.change_interval[0] < found.change < found.change_interval[1]
    assert found.affected == sum("price" in reasons for reasons in LISTS) and found.borrowed == 0
    with pytest.raises(hf.HeedfulError) as error:
        hf.what_if(table, "nonsense", 0.5, rating="score", reasons="why")
    assert error.value.code == "unknown-name"
    with pytest.raises(hf.HeedfulError) as error:
        hf.what_if(table, "price", 0.5, rating="score", reasons=None)
    assert error.value.path == "reasons"


@pytest.mark.parametrize("kind", ["pandas", "polars", "arrow"])
def test_a_change_adds_up(kind):
    make = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "arrow": pa.table}[kind]
    who = [f"c{i}" for i in range(N)]
    before = make({**columns(), "who": who})
    after = make({"score": SCORES[::-1][:900], "why": LISTS[:900], "region": ["south"] * 450 + ["west"] * 450, "who": who[300:]})
    found = hf.explain_change(before, after, rating="score", by="region", reasons="why", customer="who", replicates=100)
    total = found.comparison.difference
    assert sum(list(found.table["mix"].to_pylist() if kind == "arrow" else found.table["mix"])) + sum(
        list(found.table["rate"].to_pylist() if kind == "arrow" else found.table["rate"])
    ) == pytest.approx(total)
    effects = found.reasons["effect"]
    assert sum(effects.to_pylist() if kind == "arrow" else effects) == pytest.approx(total)
    cohorts = found.cohorts
    assert (cohorts["stayers"], cohorts["joiners"], cohorts["leavers"]) == (900, 0, 300)
    assert sum(cohorts[name]["value"] for name in ("staying", "joining", "leaving")) == pytest.approx(total)
    assert found.sentences[0].startswith("NPS") and found.sentences[0] in repr(found)
    assert "<table>" in found._repr_html_() and found.sentences[0] in found._repr_html_()


def test_a_scan_and_its_change():
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({name: rng.integers(0, 5, 8000).astype(str) for name in ("a", "b", "c")})
    frame["score"] = np.where((frame["a"] == "1") & (frame["b"] == "2"), 4, 9)
    frame["score"] -= rng.integers(0, 5, 8000)
    found = hf.scan(frame, ["a", "b", "c"], rating="score")
    assert found.table["segment"].iloc[0] == "a is 1 and b is 2"
    assert found.looked_at >= len(found) and found.significant >= len(found)
    earlier = frame.assign(score=rng.permutation(frame["score"]))
    changed = hf.scan(frame, ["a", "b", "c"], rating="score", before=earlier)
    assert changed.to_pandas()["segment"].iloc[0] == "a is 1 and b is 2"
    assert changed.to_pandas()["n_before"].iloc[0] > 50 and changed.sentences


def test_importance_roles_and_confounding():
    rng = np.random.default_rng(8)
    staff, price = rng.integers(1, 6, 600), rng.integers(1, 6, 600)
    frame = pd.DataFrame({"score": np.clip(staff + price // 2 + 2, 0, 10), "staff": staff, "price": price})
    found = hf.importance(frame, ["staff", "price"], rating="score", replicates=0)
    assert found.table["importance"].sum() == pytest.approx(found.to_dict()["r_squared"])
    roles = hf.reason_roles(pd.DataFrame(columns()), rating="score", reasons="why")
    assert list(roles.table["reason"]) == ["price", "staff"]
    changes = hf.reason_roles(columns(), rating="score", reasons="why", before=columns())
    assert {row["shift"] for row in changes.to_pylist()} == {"steady"}
    within = hf.confounding(pd.DataFrame(columns()), rating="score", reasons="why", by="region")
    assert len(within) == 2 and len(within.segments) == 4


STAY = {
    "name": "stay",
    "stages": [
        {"name": "arrive", "touchpoints": [{"name": "reception", "importance": 9}]},
        {"name": "sleep", "touchpoints": [{"name": "room", "reasons": ["noise"]}, {"name": "breakfast"}]},
    ],
}


def test_a_journey():
    stay = hf.Journey(STAY)
    assert hf.Journey.from_json(stay.to_json()) == stay == pickle.loads(pickle.dumps(stay)) and len({stay, hf.Journey(STAY)}) == 1
    assert stay.to_dict() == STAY
    assert {issue["touchpoint"] for issue in stay.lint()} == {"reception"}
    steps = ["reception", "room", "breakfast"]
    frame = pd.DataFrame(
        {
            "score": [9, 3, 8, 10, 2, 10] * 40,
            "step": steps * 80,
            "who": [i // 3 for i in range(240)],
            "feeling": [0.5, -0.8, 0.0] * 80,
            "wait": [1.0, 2.0, None] * 80,
        }
    )
    found = stay.analyse(frame, rating="score", touchpoint="step", intensity="feeling", measures=["wait"])
    assert list(found.table["score"]) == [100.0, -100.0, 50.0]
    assert found.table["mean_wait"].iloc[1] == 2.0 and found.attached == 240 and found.unattached == 0
    assert len(found.issues) == 3 and "<table>" in found._repr_html_()
    # Comments alone, without ratings.
    spoken = stay.analyse(pl.DataFrame({"why": [["noise"], [], ["room", "breakfast"]]}), reasons="why", minimum_n=1)
    assert spoken.table["n"].to_list() == [0, 2, 1] and spoken.table["score"].is_null().all()

    relation = pd.DataFrame({"score": [2, 10] * 40, "who": range(80)})
    moments = stay.moments(frame, relation, rating="score", touchpoint="step", customer="who")
    assert moments["peak_end"]["n"] == 80 and [gap["reached"] for gap in moments["gaps"]] == [80, 80]

    views = stay.views(frame, frame.assign(score=10), rating="score", touchpoint="step")
    assert [round(row["gap"].difference) for row in views] == [0, -200, -50]
    earlier = hf.Journey({"name": "stay", "stages": [{"name": "all", "touchpoints": [{"name": "reception", "importance": 5}, {"name": "bar"}]}]})
    compared = stay.compare(earlier, frame, frame, rating="score", touchpoint="step")
    assert compared["differences"] == stay.differences(earlier)
    assert [step["touchpoint"] for step in compared["steps"]] == ["reception"]
    assert json.loads(found.to_json())["attached"] == 240


def test_what_is_wrong_is_said():
    table = columns()
    cases = {
        "missing-column": lambda: hf.drivers(table, rating="score", reasons="nope"),
        "length-mismatch": lambda: hf.drivers(table, rating="score", reasons=[["price"], []]),
        "invalid-argument": lambda: hf.drivers(table, rating="score", reasons="why", replicates=3),
        "column-type": lambda: hf.drivers({**table, "why": [3.5] * (N - 1) + [["x"]]}, rating="score", reasons="why"),
        "invalid-config": lambda: hf.scan(table, ["region"], rating="score", conditions="three"),
        "duplicate-key": lambda: hf.Journey({"name": "x", "stages": [{"name": "a"}, {"name": "a"}]}),
    }
    for code, run in cases.items():
        with pytest.raises(hf.HeedfulError) as error:
            run()
        assert error.value.code == code, str(error.value)
    with pytest.raises(TypeError, match="minimum"):
        hf.Journey(STAY).analyse(table, rating="score", touchpoint="region", minimum=3)
    stream = pa.RecordBatchReader.from_batches(pa.table(table).schema, pa.table(table).to_batches())
    with pytest.raises(hf.HeedfulError, match="not from a stream"):
        hf.drivers(stream, rating="score", reasons="why")


def test_reports_show_themselves():
    found = hf.drivers(pd.DataFrame(columns()), rating="score", reasons="why")
    assert "price" in repr(found) and found._repr_html_().count("<table>") == 2
    assert isinstance(found.to_polars(), pl.DataFrame) and pa.table(found).num_rows == len(found)
