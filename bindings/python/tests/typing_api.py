"""Read by mypy only: what a user's type checker must accept and infer."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
from typing_extensions import assert_type

import heedful as hf

assert_type(hf.__version__, str)

score = hf.nps([10, 9, None, 3], confidence=0.9, interval="wald")
assert_type(score, hf.Score)
assert_type(score.value, float | None)
assert_type(score.shares, dict[str, float | None])
assert_type(hf.csat(np.array([5, 4])), hf.Score)
assert_type(hf.score([1, 0], metric="psat"), hf.Score)
hf.nps([10], confidense=0.9)  # type: ignore[call-arg]
hf.nps([10], interval="guess")  # type: ignore[arg-type]

pandas = pd.DataFrame({"score": [10]})
polars = pl.DataFrame({"score": [10]})
plain: Mapping[str, object] = {"score": [10]}
assert_type(hf.score(pandas, rating="score", by="plan"), pd.DataFrame)
assert_type(hf.score(polars, rating={"nps": "score"}), pl.DataFrame)
assert_type(hf.score({"score": [10]}, rating="score"), hf.Table)
assert_type(hf.score([{"score": 10}], rating="score"), hf.Table)
assert_type(hf.score(plain, rating="score", minimum_n=5, signals=["solicited"]), hf.Table)
assert_type(hf.trend(pandas, rating="score", at="day", every="week"), pd.DataFrame)
assert_type(hf.trend(plain, rating="score", at="day"), hf.Table)
hf.trend(pandas, rating="score", at="day", every="fortnight")  # type: ignore[call-overload]

responses = hf.read("responses.csv", rating="score", attributes=["plan"])
assert_type(responses, hf.Responses)
assert_type(hf.score(responses, by=["plan"]), hf.Table)
assert_type(responses.to_polars(), pl.DataFrame)

assert_type(hf.compare([10], [9]), hf.Comparison)
assert_type(hf.target(pandas, 30.0, rating="score").probability, float | None)
assert_type(hf.sample_size(margin=5.0).n, int)
assert_type(hf.league(polars, rating="score", by="agent"), pl.DataFrame)
assert_type(hf.contrast(plain, rating="score", by="agent"), hf.Table)
assert_type(hf.weight(pandas, {"plan": {"a": 1.0}}).effective_n, float)

metric = hf.Metric(name="own", scale=hf.Scale([1, 2, 3]), rule={"type": "mean"})
assert_type(metric.to_dict(), dict[str, Any])
assert_type(hf.Tally([10]) + hf.Tally([9]), hf.Tally)

shop = hf.Taxonomy({"reasons": []})
assert_type(hf.evaluate(["a"], ["b"]).micro.f1.value, float | None)
assert_type(hf.split(["a"], ["b"]).test, list[int])
assert_type(hf.discover(["a"], known=shop)[0].examples, list[str])
assert_type(shop.with_reason(hf.discover(["a"])[0], under="price"), hf.Taxonomy)
assert_type(hf.score(pandas, rating="score", by="reason", reasons=shop, comment="text"), pd.DataFrame)
hf.keywords(pandas, comment="text", adjustment="guess")  # type: ignore[arg-type]

try:
    hf.nps([11])
except hf.HeedfulError as error:
    assert_type(error.code, str)
    assert_type(error.row, int | None)
assert_type(hf.join(pandas, polars, on="customer").matched, int)
assert_type(hf.funnel(pandas, status="state"), pd.DataFrame)
assert_type(hf.funnel({"invited": 10}), hf.Table)

found = hf.drivers(pandas, rating="score", reasons=["price", "staff"], attributes="region", confidence=0.9)
assert_type(found, hf.Drivers)
assert_type(found.score, hf.Score)
assert_type(found.to_pandas(), pd.DataFrame)
assert_type(found.reference, float | None)
assert_type(hf.what_if(pandas, "price", 0.5, reasons="why").new_score, float | None)
moved = hf.explain_change(pandas, pandas, by=["region", "store"], reasons="why", customer="who")
assert_type(moved.comparison, hf.Comparison)
assert_type(moved.sentences, list[str])
assert_type(hf.scan(pandas, ["region"], before=pandas, level=0.01).looked_at, int)
assert_type(hf.Journey({"name": "stay", "stages": []}).analyse(pandas, touchpoint="step"), hf.JourneyReport)

risk = hf.value_at_risk(pandas, "revenue", churn="p", by=["plan"], silent=2)
assert_type(risk.expected_loss, float | None)
case = hf.business_case({"normal": {"mean": 1, "sd": 2}}, saved=3)
assert_type(case.payback_months, float | None)
assert_type(hf.linkage(pandas, "nps", ["left"], worth={"left": -2e6}).links, dict[str, dict[str, Any]])
assert_type(hf.avoidable_contacts(pandas, 6, failure="again").failure_cost, float)
assert_type(hf.initiative(pandas, "faster", target="wait", method="randomised").affected, int)
hf.initiative(pandas, "faster", method="guess")  # type: ignore[arg-type]
seen = hf.behaviour(pandas, customer="who", at="day", amount="price", horizon_days=30)
assert_type(seen, hf.Behaviour)
assert_type(hf.repurchase(pandas, model=seen.report["model"]), hf.Repurchase)
assert_type(hf.health_agreement({"name": "x"}, pandas, manager="opinion", weights="quadratic"), hf.BandAgreement)
assert_type(hf.fit_scorecard(pandas, outcome="left", measures=["plan"], non_negative=True).scorecard, hf.Scorecard)
desk = hf.Desk({"fallback": {"role": "care"}})
assert_type(desk.tick(0), hf.Table)
assert_type(desk.queue(0, hours=4), hf.Queued)
assert_type(desk.outcomes(0).groups, hf.Table)
desk.queue(0, by="age")  # type: ignore[arg-type]
