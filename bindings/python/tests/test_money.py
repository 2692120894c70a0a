"""Money on data frames."""

from __future__ import annotations

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
