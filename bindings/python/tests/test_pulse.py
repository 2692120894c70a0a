"""The pulse, alerts and playbooks."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pandas as pd
import polars as pl
import pytest

import heedful as hf

RULES: list[dict[str, Any]] = [
    {"id": "low", "when": {"average": {"below": 6.5, "clear": 7}}, "severity": "high"},
    {"id": "sure", "when": {"score": {"below": 45, "certainty": 0.8}}, "minimum_n": 3},
    {"id": "turned", "when": {"turned": {"from": "promoter", "to": "detractor"}}},
]
START = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
TABLE: dict[str, list[Any]] = {
    "account": ["a", "a", "a", "b", None],
    "score": [9, 3, 2, 10, 5],
    "at": [START + datetime.timedelta(days=10 * day) for day in range(5)],
    "customer": ["ada", "ada", "bo", "cy", "dee"],
    "response": ["r1", "r2", "r3", "r4", "r5"],
}
COLUMNS: dict[str, str] = {"rating": "score", "at": "at", "customer": "customer"}


@pytest.mark.parametrize("kind", [dict, pd.DataFrame, lambda table: pl.DataFrame(table, strict=False)])
def test_a_pulse_of_every_kind_of_table(kind: Any) -> None:
    pulse = hf.Pulse(RULES, id="response")
    table = kind(TABLE)
    assert pulse.observe(table, **COLUMNS)["keyless"] == 1
    assert pulse.observe(table, **COLUMNS)["repeated"] == 4
    judged = pulse.judge("2026-03-01")
    assert [one["rule"] for one in judged.happenings] == ["low", "sure", "turned"]
    assert list(judged.alerts["customers"]) == ["", "", "ada"]
    # Two detractors, one promoter: the beta distribution with the moments of Dirichlet (2.5, 0.5, 1.5), added up.
    mean, square = (0.5 * 0.5 + 1.5) / 4.5, (0.25 * 0.5 + 1.5) / 4.5
    size = mean * (1 - mean) / ((square - mean * mean) / 5.5) - 1
    density = [x ** (mean * size - 1) * (1 - x) ** ((1 - mean) * size - 1) for x in ((i + 0.5) / 100_000 for i in range(100_000))]
    assert judged.alerts["probability"][1] == pytest.approx(sum(density[:72_500]) / sum(density), abs=1e-4)
    assert type(judged.alerts) is (hf.Table if kind is dict else type(table))
    assert list(pulse.state()["voices"]) == [2, 1]
    # Nothing new, nothing said.
    assert len(pulse.judge("2026-03-01T12:00:00").happenings) == 0
    with pytest.raises(hf.HeedfulError) as caught:
        pulse.judge("2026-01-01")
    assert (caught.value.code, caught.value.path) == ("invalid-argument", "now")


def test_one_response_at_a_time_goes_on_after_storage() -> None:
    pulse = hf.Pulse(RULES)
    pulse.observe({"account": "a", "rating": 2, "at": START, "customer": "ada"})
    assert [one["rule"] for one in pulse.judge(START).happenings] == ["low"]
    again = hf.Pulse.from_json(pulse.to_json())
    for one in (pulse, again):
        one.observe({"account": "a", "rating": 10, "at": START + datetime.timedelta(days=1)})
        one.observe({"account": "a", "rating": 10, "at": START + datetime.timedelta(days=1)})
    later = START + datetime.timedelta(days=2)
    assert pulse.judge(later).happenings == again.judge(later).happenings
    assert pulse.to_json() == again.to_json()
    assert pulse.forget("ada") == 1 and "ada" not in pulse.to_json()
    other = hf.Pulse(RULES)
    other.observe({"account": "b", "rating": 9, "at": START})
    pulse.merge(other)
    pulse.judge(later)
    assert list(pulse.state()["account"]) == ["a", "b"]
    assert repr(pulse) == "Pulse(by='account', 3 rules, 4 responses)"


def test_daily_tells_what_a_look_each_day_would_have() -> None:
    whole, steps = hf.Pulse(RULES), hf.Pulse(RULES)
    for pulse in (whole, steps):
        pulse.observe(TABLE, **COLUMNS)
    end = START + datetime.timedelta(days=60)
    found = [one for day in range(60) for one in steps.judge(START + datetime.timedelta(days=day + 1) - datetime.timedelta(milliseconds=1)).happenings]
    assert whole.judge(end, daily=True).happenings == found + steps.judge(end).happenings


def test_what_is_wrong_is_named() -> None:
    for rules, path in [
        ([{"id": "x", "when": {"average": {}}}], "rules[0].when.average"),
        ([{"id": "x", "when": {"turned": {"from": "fan", "to": "detractor"}}}], "rules[0].when.turned.from"),
    ]:
        with pytest.raises(hf.HeedfulError) as caught:
            hf.Pulse(rules)
        assert caught.value.path == path
    with pytest.raises(hf.HeedfulError) as caught:
        hf.Pulse().observe({"account": ["a"], "score": [11], "at": [START]}, rating="score")
    assert (caught.value.code, caught.value.row) == ("rating-out-of-range", 0)
    with pytest.raises(hf.HeedfulError) as caught:
        hf.Pulse().observe({"account": ["a"], "score": [1], "at": [None]}, rating="score")
    assert (caught.value.path, caught.value.row) == ("at", 0)


def test_alerts_are_raised_once_grouped_and_closed() -> None:
    rules: list[dict[str, Any]] = [{"id": "furious", "at_most": 2, "severity": "high"}, {"id": "late", "reasons": ["late"]}]
    alerts = hf.Alerts(rules, storm={"members": 3, "hours": 24})
    frame = pd.DataFrame({
        "score": [1, 7, 7, 7],
        "at": pd.to_datetime(["2026-01-05"] * 4, utc=True),
        "customer": ["ada", "bo", "cy", "di"],
    })
    reasons = [["price"], ["late"], ["late"], ["late"]]
    found = alerts.take_responses(frame, now="2026-01-06", reasons=reasons)
    assert isinstance(found.changes, pd.DataFrame)
    assert list(found.changes["step"]) == ["opened", "opened", "opened", "merged", "joined"]
    assert list(alerts.open()["members"]) == [1, 3]
    # The same rows again are nothing new.
    assert alerts.take_responses(frame, now="2026-01-06", reasons=reasons).alerts[0]["step"] == "repeated"
    pulse = hf.Pulse(RULES)
    pulse.observe({"account": "a", "rating": 2, "at": START})
    alerts.take(pulse.judge(START), now=START)
    assert alerts.to_dicts()[-1]["members"][0]["first"]["evidence"]["value"] == 2
    again = hf.Alerts.from_json(alerts.to_json())
    assert again.to_dicts() == alerts.to_dicts()
    assert alerts.forget("bo") == 1 and "bo" not in alerts.to_json()
    assert set(alerts.take([], now="2026-06-01").changes["step"]) == {"closed"}
    assert len(hf.alerts(frame, rules, now="2026-01-06")) == 1


def test_alarms_of_health_and_anomalies_become_alerts() -> None:
    card: dict[str, Any] = {
        "name": "use",
        "groups": [{"id": "use", "measures": [{"id": "logins", "points": {"linear": [[0, 0], [20, 100]]}}]}],
        "alarms": [{"id": "idle", "when": [{"column": "logins", "test": {"below": 1}}]}],
    }
    alerts = hf.Alerts()
    table = {"account": ["acme", "bolt", "core"], "logins": [0, 0, 5]}
    first = hf.health(card, table, START)
    assert list(alerts.take(first, now=START, severity="high").changes["step"]) == ["opened", "opened"]
    # The same look again is the same alerts; an alarm that no longer fires closes its own, and the other goes on.
    second = hf.health(card, {**table, "logins": [7, 0, 5]}, START + datetime.timedelta(days=1), first)
    changes = alerts.take(second, now=START + datetime.timedelta(days=1)).changes
    assert sorted(zip(changes["step"], changes["subject"])) == [("closed", "acme"), ("repeated", "bolt")]
    assert alerts.open().to_pylist()[0]["severity"] == "high"
    assert alerts.to_dicts()[0]["members"][0]["first"]["evidence"] == {"total": 0.0}
    days = [START + datetime.timedelta(days=day) for day in range(60) for _ in range(90 if day == 58 else 20)]
    found = hf.Detector(every="day").run({"at": days}, at="at")
    alerts = hf.Alerts()
    seen = alerts.take(found, now=days[-1], severity="critical")
    assert len(found.told) == 1 and list(seen.changes["step"]) == ["opened"]
    assert (seen.alerts[0]["source"], seen.alerts[0]["severity"]) == ("anomaly", "critical")
    assert seen.alerts[0]["seen"]["evidence"]["observed"] == 90
    assert list(alerts.take(found, now=days[-1]).changes["step"]) == ["repeated"]


def test_playbooks_ask_nobody_twice_and_leave_replies_to_humans() -> None:
    books = hf.Playbooks([
        {"id": "save", "on": {"band": {"from": "green", "to": "yellow"}}, "again_after_days": 30, "steps": [
            {"id": "call", "kind": "reply", "what": "call", "due_hours": 24},
            {"id": "check", "what": "check", "after": "call", "due_days": 14, "done_when": ["band:green"]}]},
        {"id": "advocate", "on": {"rated": {"band": "promoter"}}, "steps": [
            {"id": "praise", "kind": "praise", "what": "well done"}, {"id": "review", "kind": "ask", "what": "a review"}]},
    ])
    assert hf.Playbooks.from_json(books.to_json()) == books
    band = {"band": {"from": "green", "to": "yellow"}}
    run = books.start(band, subject="acme", now="2026-01-05T09:00:00Z")[0]["run"]
    with pytest.raises(hf.HeedfulError) as caught:
        books.done(run, "call", human=False, now="2026-01-05T10:00:00Z")
    assert caught.value.path == "human"
    late = books.tick(run, now="2026-01-06T10:00:00Z")
    assert [effect["kind"] for effect in late["effects"]] == ["overdue"]
    called = books.done(json.loads(json.dumps(late["run"])), "call", by="bo", now="2026-01-06T11:00:00Z")
    ended = books.happened(called["run"], "band:green", now="2026-01-07")
    assert ended["effects"][-1]["kind"] == "ended"
    assert books.start(band, subject="acme", started={"save": "2026-01-05"}, now="2026-01-20") == []
    promoter = {"rated": {"band": "promoter"}}
    first = books.start(promoter, customer="ada", employee="bo", now="2026-01-05")[0]
    assert [(e["kind"], e["to"]) for e in first["effects"]] == [("praise", "bo"), ("ask", "ada")]
    second = books.start(promoter, customer="ada", asked="2026-01-05", now="2026-02-05")[0]
    assert [e["why"] for e in second["effects"]] == ["no_employee", "asked_recently", None]
    assert books.stop(run, now="2026-01-06")["run"]["ended"] is not None
