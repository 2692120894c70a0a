"""Behaviour as a sign, on tables of events and of histories; what account managers say; weights that may turn."""

from __future__ import annotations

import datetime
import pathlib

import heedful as hf
import pandas as pd
import polars as pl
import pytest

CDNOW = pathlib.Path(__file__).parents[4] / "shared/data/cdnow/CDNOW_master.txt"
START = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
MODEL = {"r": 0.25, "alpha": 33.5, "a": 0.72, "b": 2.16}


def visits() -> dict[str, list[object]]:
    rows = [(who, START + datetime.timedelta(days=who + 7 * i)) for who in range(40) for i in range(20 if who % 4 == 0 else 1 + who % 2)]
    return {"who": [who for who, _ in rows], "day": [day for _, day in rows], "price": [10.0] * len(rows)}


@pytest.mark.parametrize("kind", [dict, pd.DataFrame, pl.DataFrame])
def test_behaviour_on_every_kind_of_table(kind: object) -> None:
    now = START + datetime.timedelta(days=170)
    found = hf.behaviour(kind(visits()), customer="who", at="day", amount="price", now=now, horizon_days=28)  # type: ignore[operator]
    groups = list(found.customers["group"])
    assert (groups[0], groups[1], groups[36]) == ("regular", "sceptic", "fanatic")
    assert list(found.customers["purchases"])[:3] == [20, 2, 1]
    assert list(found.customers["who"])[:3] == [0, 1, 2]
    assert (list(found.customers["value"])[0], list(found.customers["total"])[0]) == (10.0, 200.0)
    assert found.report["fit"]["repeaters"] == 30 and set(found.report["model"]) == set(MODEL)
    # Its columns are what `repurchase` reads, and the model can be used again.
    again = hf.repurchase(found.customers, model=found.report["model"], horizon_days=28)
    assert list(again.forecasts["expected"]) == list(found.customers["expected"])


def test_texts_are_dates_and_later_events_wait() -> None:
    events = {"who": ["a", "a", "b", None], "day": ["2026-01-01", "2026-01-11", "2026-02-01", "2026-01-01"]}
    found = hf.behaviour(events, customer="who", at="day", now=datetime.date(2026, 1, 21), model=MODEL)
    assert found.customers["days_since_last"] == [10.0]
    assert found.report["left_out"] == {"no_customer": 1, "no_time": 0, "later": 1}
    alone = hf.behaviour(events, customer="who", at="day")
    assert alone.report["model"] is None and alone.customers["alive"] == [None, None]
    assert alone.customers["days_since_last"] == [21.0, 0.0]


def test_what_is_wrong_is_said_with_its_place() -> None:
    for options, code, path in [
        ({"fanatic_share": 2}, "invalid-argument", "fanatic_share"),
        ({"amount": "nope"}, "missing-column", "nope"),
        ({"model": {"r": 0, "alpha": 1, "a": 1, "b": 1}}, "invalid-argument", "model.r"),
        ({"horizon_days": -1, "model": MODEL}, "invalid-argument", "horizon_days"),
    ]:
        with pytest.raises(hf.HeedfulError) as error:
            hf.behaviour(visits(), customer="who", at="day", **options)  # type: ignore[arg-type]
        assert (error.value.code, error.value.path) == (code, path)
    with pytest.raises(hf.HeedfulError) as error:
        hf.repurchase({"purchases": [1, 1], "days_since_last": [3, 1], "days_known": [3, 4]}, model=MODEL)
    assert (error.value.code, error.value.row) == ("invalid-argument", 1)


@pytest.mark.skipif(not CDNOW.exists(), reason="../shared/data/cdnow is not there")
def test_half_a_year_is_forecast_as_well_as_by_lifetimes() -> None:
    events = pd.read_csv(CDNOW, sep=r"\s+", skiprows=1, names=["who", "day", "many", "value"])
    events["day"] = [datetime.date(day // 10000, day // 100 % 100, day % 100) for day in events["day"].tolist()]
    end = datetime.date(1997, 9, 30)
    found = hf.behaviour(events, customer="who", at="day", amount="value", now=end, horizon_days=273).customers
    later = events[events["day"] > end].drop_duplicates(["who", "day"]).groupby("who").size()
    happened = later.reindex(found["who"], fill_value=0).to_numpy()
    # lifetimes 0.11.3 with pandas 2.2.3: 1.732911.
    assert ((found["expected"] - happened) ** 2).mean() ** 0.5 == pytest.approx(1.732911, rel=1e-5)


def test_managers_and_scorecards_are_compared() -> None:
    card = {"name": "use", "groups": [{"id": "use", "measures": [{"id": "x", "points": {"linear": [[0, 0], [100, 100]]}}]}]}
    table = pd.DataFrame({"id": range(6), "x": [60, 60, 20, 90, 90, 10], "said": ["yellow", "green", "green", "green", "yellow", "red"]})
    found = hf.health_agreement(card, table, manager="said", account="id")
    # scikit-learn 1.9.1, cohen_kappa_score(weights="linear"); statsmodels 0.15.0 for errors is in the tests of the core.
    assert found.report["kappa"]["value"] == pytest.approx(0.25)
    assert (found.report["n"], found.report["same"]) == (6, 3)
    assert found.disputes["account"].tolist() == ["2", "1", "4"] and found.disputes["steps"].tolist() == [2, 1, -1]


def test_charts_hold_their_data() -> None:
    table = {"account": list(range(400)), "logins": [i % 20 for i in range(400)], "left": [(i * 7 % 11) > i % 20 for i in range(400)]}
    fitted = hf.fit_scorecard(table, outcome="left", measures=["logins"], non_negative=True)
    assert fitted.chart["data"]["values"][0]["n"] == fitted.report["calibration"][0]["n"]
    found = hf.backtest(fitted.scorecard, table, outcome="left")
    assert len(found.charts["lift"]["layer"][0]["data"]["values"]) == len(found.report["deciles"])
    assert found.charts["calibration"]["$schema"].endswith("vega-lite/v5.json")
