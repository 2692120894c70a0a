"""Wrong arguments: each is an error of ours that names what is wrong."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

import heedful as hf

TABLE: dict[str, Any] = {
    "account": ["a", "b"], "score": [3, 9], "at": ["2026-01-05", "2026-01-06"], "left": [True, False], "why": ["wait", "price"],
}
CARD = {"name": "use", "groups": [{"id": "use", "measures": [{"id": "score", "points": {"linear": [[0, 0], [10, 100]]}}]}]}
RULES = [{"id": "low", "when": {"average": {"below": 6.5}}}]
HISTORY = {"purchases": [1, 2], "days_since_last": [9, 4], "days_known": [9, 9]}
call: Any = hf  # what types refuse is asked for all the same

WRONG: dict[str, tuple[Callable[[], object], str]] = {
    "initiative, unknown target": (lambda: call.initiative(TABLE, "x", reasons="why", target="wiat"), "target"),
    "initiative, target no text": (lambda: call.initiative(TABLE, "x", reasons="why", target=[5]), "target"),
    "behaviour, negative horizon": (lambda: call.behaviour(TABLE, customer="account", at="at", horizon_days=-1), "horizon_days"),
    "behaviour, infinite horizon": (lambda: call.behaviour(TABLE, customer="account", at="at", horizon_days=math.inf), "horizon_days"),
    "behaviour, column no text": (lambda: call.behaviour(TABLE, customer=["account"], at="at"), "['account']"),
    "repurchase, negative horizon": (lambda: call.repurchase(HISTORY, model={"r": 1, "alpha": 1, "a": 1, "b": 1}, horizon_days=-1), "horizon_days"),
    "repurchase, model no dict": (lambda: call.repurchase(HISTORY, model="x"), "model"),
    "score, by no text": (lambda: call.score(TABLE, rating="score", by=5), "by"),
    "score, by of numbers": (lambda: call.score(TABLE, rating="score", by=[5]), "by"),
    "score, metric": (lambda: call.score(TABLE, rating="score", metric=5), "metric"),
    "score, NaN": (lambda: call.score(TABLE, rating="score", confidence=math.nan), "confidence"),
    "score, an object": (lambda: call.score(TABLE, rating="score", confidence=object()), "confidence"),
    "health, no scorecard": (lambda: call.health(None, TABLE), "scorecard"),
    "health, no stage": (lambda: call.health([None], TABLE), "stages[0]"),
    "health, account no text": (lambda: call.health(CARD, TABLE, account=5), "5"),
    "health, time too far": (lambda: call.health(CARD, TABLE, now=10**30), "now"),
    "backtest, outcome no text": (lambda: call.backtest(CARD, TABLE, outcome=["left"]), "['left']"),
    "fit_scorecard, measures no list": (lambda: call.fit_scorecard(TABLE, outcome="left", measures=5), "measures"),
    "fit_scorecard, better no dict": (lambda: call.fit_scorecard(TABLE, outcome="left", measures=["score"], better=["higher"]), "better"),
    "pulse, rules no list": (lambda: call.Pulse(5), "rules"),
    "pulse, window no dict": (lambda: call.Pulse(RULES, window="x"), "window"),
    "pulse, merge": (lambda: call.Pulse(RULES).merge(None), "other"),
    "pulse, a row that is none": (lambda: call.Pulse(RULES).observe([None]), ""),
    "alerts, storm": (lambda: call.Alerts(storm=5), "storm"),
    "alerts, happenings no list": (lambda: call.Alerts().take(5, now=0), "happenings"),
    "alerts, no happening": (lambda: call.Alerts().take([None], now=0), "[0]"),
    "alerts, severity": (lambda: call.Alerts().take([{"source": "health", "rule": "x", "at": 0}], now=0, severity="worst"), "[0].severity"),
    "alerts, reasons": (lambda: call.Alerts().take_responses(TABLE, now=0, reasons=5), "reasons"),
    "desk, event": (lambda: call.Desk().apply("x", 5, now=0), "event"),
    "desk, merge": (lambda: call.Desk().merge(None), "other"),
    "desk, speeds": (lambda: call.Desk().outcomes(0, speeds=5), "speeds"),
    "desk, opt_out": (lambda: call.Desk().opt_out("ada", 10**30), "now"),
    "calendar, days": (lambda: call.BusinessCalendar().add_days(0, -1), "days"),
    "playbooks": (lambda: call.Playbooks(5), "playbooks"),
    "linkage, worth": (lambda: call.linkage(TABLE, "score", ["left"], worth=["left"]), "worth"),
    "weight, targets": (lambda: call.weight(TABLE, targets=["x"]), "targets"),
    "weight, shares": (lambda: call.weight(TABLE, targets={"why": 5}), "targets.why"),
    "detect, counts": (lambda: call.detect(5, every="day"), "counts"),
    "detect, holidays": (lambda: call.detect([1, 2], every="day", holidays=5), "holidays"),
    "detector, metric": (lambda: call.Detector(every="day").run(TABLE, at="at", rating="score", metric="x"), "metric"),
    "forget, no responses": (lambda: call.forget(TABLE, "ada"), "data"),
    "session, no survey": (lambda: call.Session("nps"), "survey"),
    "read, nothing to read": (lambda: call.read(5), "path"),
    "read, format": (lambda: call.read(b"score\n9\n", rating="score", format="x"), "format"),
    "read, missing": (lambda: call.read(b"score\n9\n", rating="score", missing=5), "missing"),
    "redact, names": (lambda: call.redact(["x"], names=5), "names"),
    "taxonomy": (lambda: call.Taxonomy({"id": object()}), "id"),
}


@pytest.mark.parametrize(("ask", "path"), WRONG.values(), ids=WRONG)
def test_wrong_arguments_are_named(ask: Callable[[], object], path: str) -> None:
    with pytest.raises(hf.HeedfulError) as refused:
        ask()
    assert refused.value.path == path
    assert refused.value.code not in ("internal", "")


def test_one_word_that_stands_for_missing_is_one_word() -> None:
    assert hf.score(hf.read(b"score\n9\nNIL\n", rating="score", missing="NIL"))["missing"] == [1]
