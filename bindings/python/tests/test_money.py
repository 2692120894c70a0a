"""Money on data frames."""

from __future__ import annotations

import datetime

import heedful as hf
import pandas as pd
import polars as pl
import pytest

CUSTOMERS = {
    "id": ["a", "b", "c", "d"],
    "revenue": [1000.0, 400.0, 250.0, 600.0],
    "p": [0.5, 0.1, 0.8, 0.6],
    "band": ["red", "green", "red", "yellow"],
    "plan": ["pro", "pro", "free", "pro"],
    "why": ["price;speed", None, "price", None],
}


@pytest.mark.parametrize("kind", [dict, pd.DataFrame, pl.DataFrame])
def test_value_at_risk_on_every_kind_of_table(kind: type) -> None:
    table = kind(CUSTOMERS)
    found = hf.value_at_risk(table, "revenue", churn="p", by="plan", reasons="why", customer="id", silent=2)
    assert isinstance(found.table, pd.DataFrame if kind is pd.DataFrame else pl.DataFrame if kind is pl.DataFrame else hf.Table)
    rows = found.to_pylist()
    assert [row["kind"] for row in rows] == ["all", "segment", "segment", "reason", "reason", "reason"] + 4 * ["segment_reason"]
    assert (found.exposure, found.expected_loss) == (1850.0, 1060.0)
    assert [(row["reason"], row["exposure"]) for row in rows[3:6]] == [("price", 1250.0), ("speed", 1000.0), (None, 600.0)]
    assert rows[0]["silent_exposure"] == 2 * rows[0]["exposure"]
    assert rows[0]["exposure_lower"] < 1850 < rows[0]["exposure_upper"]
    assert "stated as 2" in repr(found)


def test_shared_reasons_add_up() -> None:
    found = hf.value_at_risk(CUSTOMERS, "revenue", churn="p", reasons="why", share_reasons=True)
    rows = [row for row in found.to_pylist() if row["kind"] == "reason"]
    assert sum(row["expected_loss"] for row in rows) == pytest.approx(found.expected_loss)


def test_bands_and_their_rates() -> None:
    ask = {"band": "band", "at_risk": ["red", "yellow"]}
    assert hf.value_at_risk(CUSTOMERS, "revenue", **ask).expected_loss is None
    rates = {"red": {"events": 20, "n": 100}, "yellow": 0.1}
    found = hf.value_at_risk(CUSTOMERS, "revenue", **ask, rates=rates)
    assert found.expected_loss == pytest.approx(310.0)
    with pytest.raises(hf.HeedfulError) as caught:
        hf.value_at_risk(CUSTOMERS, "revenue", **ask, rates={"red": 0.2})
    assert (caught.value.code, caught.value.path) == ("invalid-argument", "rates.yellow")


def test_mistakes_of_value_at_risk_say_where() -> None:
    twice = {**CUSTOMERS, "id": ["a", "b", "a", "d"]}
    with pytest.raises(hf.HeedfulError) as caught:
        hf.value_at_risk(twice, "revenue", churn="p", customer="id")
    assert (caught.value.code, caught.value.path, caught.value.row) == ("duplicate-key", "id", 2)
    with pytest.raises(hf.HeedfulError, match="no such column"):
        hf.value_at_risk(CUSTOMERS, "income", churn="p")


def test_business_case() -> None:
    case = hf.business_case(
        {"triangular": {"low": 80, "mode": 100, "high": 150}},
        effect={"normal": {"mean": 0.4, "sd": 0.1}},
        driver_to_score={"uniform": {"low": 4, "high": 8}},
        score_to_behaviour=-0.1,
        behaviour_to_money={"lognormal": {"mean": 1, "sd": 0.5}},
        saved=60,
        months=24,
        loss_aversion=2,
    )
    assert case.table["line"] == ["cost_saved", "revenue_gained", "cost", "return"]
    known = case.to_dict()
    assert known["lines"][3]["mean"] == case.expected_return
    assert known["return_without_loss_aversion"] > case.expected_return
    assert case.table["mean"][0] == 120.0
    assert set(case.tornado["input"]) == {"cost", "effect", "driver_to_score", "behaviour_to_money"}
    assert 0 < case.chance_of_loss < 1
    assert "expected return" in repr(case)
    again = hf.business_case(100, saved={"pert": {"low": 0, "mode": 20, "high": 90}}, seed=3)
    assert again.to_dict() == hf.business_case(100, saved={"pert": {"low": 0, "mode": 20, "high": 90}}, seed=3).to_dict()


def test_mistakes_of_a_case_say_where() -> None:
    for given, code, path in [
        ({"cost": {"gauss": {}}}, "invalid-config", "cost"),
        ({"cost": {"normal": {"mean": 1, "sd": -1}}}, "invalid-argument", "cost"),
        ({"cost": 1, "effect": 1}, "invalid-argument", "score_to_behaviour"),
        ({"cost": float("nan")}, "invalid-argument", "cost"),
    ]:
        with pytest.raises(hf.HeedfulError) as caught:
            hf.business_case(**given)
        assert (caught.value.code, caught.value.path) == (code, path)


def panel(accounts: int) -> dict[str, list[object]]:
    """Spending that follows the score of four months before, five for each point."""
    table: dict[str, list[object]] = {"account": [], "month": [], "score": [], "spend": [], "size": []}
    for number in range(accounts):
        scores = [(7 * number + 13 * month * month) % 11 for month in range(12)]
        for month in range(12):
            noise = (number * 31 + month * 17) % 7
            before = scores[month - 4] if month >= 4 else 5
            row = (number, pd.Timestamp(2025, month + 1, 15), scores[month], 100 + 5 * before + noise, "large" if number % 3 else "small")
            for name, value in zip(table, row):
                table[name].append(value)
    return table


@pytest.mark.parametrize("kind", [dict, pd.DataFrame, pl.DataFrame])
def test_linkage_from_data(kind: type) -> None:
    ask = {"unit": "account", "at": "month", "controls": "size", "worth": {"spend": 12}, "assumed": {"spend": {"score": 1, "change": 3}}}
    found = hf.linkage(kind(panel(40)), "score", "spend", **ask)
    link = found.links["spend"]
    assert (link["basis"], link["lag"], link["told"], link["assumed"]) == ("data", 4, True, 3.0)
    assert link["slope"] == pytest.approx(5, abs=0.2)
    assert link["money"] == pytest.approx(12 * link["slope"])
    assert len(found.lags) == 9
    assert "from the data" in repr(found)
    case = hf.business_case(10, effect=1, score_to_behaviour=link["quantity"], behaviour_to_money=12, months=12)
    assert case.expected_return == pytest.approx(12 * link["slope"] - 10, abs=1)


def test_linkage_of_thin_data_is_what_was_stated() -> None:
    thin = hf.linkage(panel(5), "score", "spend", unit="account", at="month", assumed={"spend": {"score": 1, "change": 3, "range": [1, 4]}})
    link = thin.links["spend"]
    assert (link["basis"], link["slope"], link["interval"]) == ("assumption", 3.0, None)
    assert link["quantity"] == {"pert": {"low": 1.0, "mode": 3.0, "high": 4.0}}
    assert "a stated assumption" in repr(thin)
    none = hf.linkage(panel(5), "score", "spend", unit="account", at="month")
    assert (none.links["spend"]["basis"], none.links["spend"]["slope"]) == ("nothing", None)
    with pytest.raises(hf.HeedfulError) as caught:
        hf.linkage(panel(5), "score", "spend", worth={"spent": 1})
    assert (caught.value.code, caught.value.path) == ("unknown-name", "worth")


def test_avoidable_contacts() -> None:
    table = {"why": ["bill;order", "bill", "address", None], "minutes": [4.0, 6.0, 10.0, 2.0], "again": [True, True, False, True]}
    found = hf.avoidable_contacts(table, "minutes", failure="again", reasons="why", days=365.25 / 2)
    assert found.failure_cost == 12.0
    assert found.table["reason"] == [None, "bill", "order", "address", None]
    assert found.table["yearly"][0] == pytest.approx(24.0)
    assert found.saved is not None and found.saved["normal"]["mean"] == pytest.approx(24.0)
    case = hf.business_case(20, saved=found.saved)
    assert case.table["line"][0] == "cost_saved"
    shared = hf.avoidable_contacts(table, "minutes", failure="again", reasons="why", share_reasons=True)
    assert sum(shared.table["failure_cost"][1:]) == pytest.approx(shared.failure_cost)
    with pytest.raises(hf.HeedfulError) as caught:
        hf.avoidable_contacts(table, 5, reasons="why", failure_reasons="speed")
    assert caught.value.code == "unknown-name"


@pytest.mark.parametrize("kind", [dict, pd.DataFrame, pl.DataFrame])
def test_initiative(kind: type) -> None:
    rows = range(160)
    start = pd.Timestamp(2026, 3, 1)
    table = {
        "who": [row // 4 for row in rows],
        "at": [start + pd.Timedelta(days=30 * (row % 4 - 2)) for row in rows],
        "new": [row // 4 % 2 == 1 for row in rows],
        "ease": [5 + row * row % 3 + (2.0 if row // 4 % 2 and row % 4 >= 2 else 0.0) for row in rows],
        "why": ["wait" if row % 16 == 1 else None for row in rows],
        "never": [row // 4 == 4 for row in rows],
    }
    found = hf.initiative(
        kind(table),
        "more staff",
        reasons="why",
        target="wait",
        effort=5,
        at="at",
        start=datetime.date(2026, 3, 1),
        customer="who",
        outcome="ease",
        treated="new",
        do_not_contact="never",
    )
    assert found.effect is not None and found.check is not None
    assert found.effect["interval"]["lower"] < 2 < found.effect["interval"]["upper"]
    assert found.effect["p_value"] < 0.001 < found.check["p_value"]
    assert (found.effect["n"], found.effect["customers"]) == (160, 40)
    assert (found.affected, found.to_dict()["withheld"]) == (10, 1)
    assert 4 not in list(found.tell["customer"]) and len(found.tell) == 9
    assert len(found.cells) == 4
    assert "effect +" in repr(found)


def test_mistakes_of_initiatives_say_where() -> None:
    with pytest.raises(hf.HeedfulError) as caught:
        hf.initiative({"a": [1]}, "x", outcome="a", treated="a")
    assert (caught.value.code, caught.value.path) == ("invalid-argument", "start")
    with pytest.raises(hf.HeedfulError, match="nothing tells the reasons"):
        hf.initiative({"a": [1]}, "x", target="wait", customer="a")
    with pytest.raises(hf.HeedfulError, match="`wiat`: known are wait") as caught:
        hf.initiative({"why": ["wait"]}, "x", reasons="why", target="wiat")
    assert caught.value.code == "unknown-name"
