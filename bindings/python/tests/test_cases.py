"""Cases: business time, desks on tables, queues and outcomes; `tests/vectors/act` is run here too."""

from __future__ import annotations

import datetime
import pickle
from typing import Any

import pandas as pd
import polars as pl
import pytest

import heedful as hf
from test_vectors import act_vectors, holds

VECTORS = act_vectors("cases")
MONDAY = datetime.datetime(2026, 1, 5, 9, tzinfo=datetime.timezone.utc)
HOUR = datetime.timedelta(hours=1)
POLICY = {
    "routes": [
        {"name": "prices", "when": {"reasons": ["price"]}, "to": {"role": "sales"}},
        {"name": "read", "when": {"touchpoints": ["web"]}, "to": {"role": "analyst"}, "contact": False},
    ],
    "fallback": {"role": "care"},
    "reminders": [4],
    "escalations": [{"to": {"role": "head"}}],
}
RESPONSES = {
    "id": ["r1", "r2", "r3", "r4"],
    "who": ["ada", "bo", "cy", "ada"],
    "score": [2, 9, 5, None],
    "why": ["price;staff", "staff", None, None],
    "where": ["branch", "web", "web", "web"],
    "quiet": [False, False, True, False],
}
FACTS: dict[str, Any] = {
    "id": "id", "customer": "who", "rating": "score", "reasons": "why", "touchpoint": "where", "no_contact": "quiet"
}


def millis(time: datetime.datetime) -> int:
    return int(time.timestamp() * 1000)


def opened(desk: hf.Desk, rows: list[dict[str, Any]], now: int) -> hf.Table:
    table = {name: [row.get(name) for row in rows] for name in rows[0]}
    columns: dict[str, Any] = {name: name for name in table if name != "reasons"}
    if "reasons" in table:
        columns["reasons"] = table.pop("reasons")
    effects: hf.Table = desk.open(table, now=now, **columns)
    return effects


def answer(function: str, given: dict[str, Any], options: dict[str, Any]) -> Any:
    if function == "business":
        calendar, at = hf.BusinessCalendar(given["calendar"]), given["at"]
        return {
            "is_open": calendar.is_open(at),
            "next_opening": millis(calendar.next_opening(at)),
            "add_hours": millis(calendar.add_hours(at, given["hours"])),
            "add_days": millis(calendar.add_days(at, given["days"])),
            "hours_between": calendar.hours_between(at, given["to"]),
        }
    desk = hf.Desk(given["policy"])
    if function == "desk":
        effects = opened(desk, given["cases"], given["now"])
        ticked = desk.tick(given["until"])
        return {
            "opened": effects.to_pylist(),
            "ticked": ticked.to_pylist(),
            "cases": desk.cases(given["until"]).to_pylist(),
        }
    if function == "queue":
        opened(desk, given["cases"], given["now"])
        order, report = desk.queue(given["now"], **options)
        return {"order": order.to_pylist(), "report": report}
    opened(desk, given["cases"], given["start"])
    for event in given["events"]:
        desk.apply(by="bo", **event)
    report, groups = desk.outcomes(given["now"], **options)
    price = [row for row in groups.to_pylist() if (row["by"], row["name"]) == ("reason", "price")]
    return {"report": report, "group": price[0]}


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["id"] for vector in VECTORS])
def test_vector(vector: dict[str, Any]) -> None:
    holds(vector, answer)


@pytest.mark.parametrize("kind", [dict, pd.DataFrame, pl.DataFrame])
def test_opens_from_every_kind_of_table(kind: Any) -> None:
    desk = hf.Desk(POLICY)
    effects = desk.open(kind(RESPONSES), now=MONDAY, **FACTS)
    assert type(effects).__module__.split(".")[0] == {dict: "heedful", pd.DataFrame: "pandas"}.get(kind, "polars")
    assert list(effects["case"]) == ["r1", "r3"]  # 9 opens none, nor does no rating
    assert list(effects["role"]) == ["sales", "analyst"]  # who asked for quiet is read about only
    assert len(desk) == 2
    assert len(desk.open(kind(RESPONSES), now=MONDAY, **FACTS)) == 0  # once is enough
    assert len(desk.open(kind(RESPONSES), now=MONDAY, every=True, **FACTS)) == 2


def test_reasons_come_as_lists_too() -> None:
    table = {name: column for name, column in RESPONSES.items() if name != "why"}
    facts = {name: column for name, column in FACTS.items() if name != "reasons"}
    desk = hf.Desk(POLICY)
    lists = [["price", "staff"], ["staff"], [], []]
    assert desk.open(table, now=MONDAY, reasons=lists, **facts)["role"] == ["sales", "analyst"]
    assert desk.case("r1")["facts"]["reasons"] == ["price", "staff"]


def test_a_case_from_opening_to_closing() -> None:
    desk = hf.Desk(POLICY)
    desk.open(RESPONSES, now=MONDAY, **FACTS)
    due = MONDAY + 48 * HOUR
    assert desk.cases(MONDAY)["due"] == [millis(due), None]
    assert desk.next_tick == due - 20 * HOUR  # four business hours before: Tuesday at one
    assert desk.tick(due)["kind"] == ["reminder", "escalation"]
    assert desk.cases(due + HOUR)["overdue"] == [True, False]
    assert desk.apply("r1", "assign", to={"owner": "eva"}, now=due, by="head")["owner"] == ["eva"]
    desk.apply("r1", "reply", now=due + HOUR, by="eva")
    desk.apply("r1", "promise", what="refund", due=due + 5 * HOUR, now=due + HOUR)
    with pytest.raises(hf.HeedfulError, match="promise is open") as caught:
        desk.apply("r1", "close", outcome="recovered", now=due + HOUR)
    assert caught.value.code == "illegal-transition"
    desk.apply("r1", {"event": "keep", "what": "refund"}, now=due + 2 * HOUR)
    desk.apply("r1", "remedy", remedy="refund", cost=20, now=due + 2 * HOUR)
    desk.apply("r1", "close", outcome="recovered", now=due + 2 * HOUR)
    desk.apply("r1", "rated", rating=9, now=due + 90 * HOUR)
    case = desk.case("r1")
    events = ["open", "remind", "escalate", "assign", "reply", "promise", "keep", "remedy", "close", "rated"]
    assert [entry["event"] for entry in case["trail"]] == events
    report, groups = desk.outcomes(due + 90 * HOUR)
    assert (report["recovery"]["count"], report["lift"]["value"], report["without_contact"]) == (1, 7.0, 1)
    assert ("remedy", "refund", 1) in list(zip(groups["by"], groups["name"], groups["recovered"]))
    scored = hf.score(desk.cases(due + 90 * HOUR), rating="rated", by="outcome")
    assert scored["value"][0] is None or scored["value"][0] == 100.0


def test_a_customer_who_opts_out_is_left_alone() -> None:
    desk = hf.Desk(POLICY)
    desk.open(RESPONSES, now=MONDAY, **FACTS)
    assert desk.opt_out("ada", MONDAY)["role"] == [None]
    assert desk.next_tick is None
    with pytest.raises(hf.HeedfulError) as caught:
        desk.apply("r1", "reply", now=MONDAY)
    assert caught.value.code == "illegal-transition"
    assert desk.queue(MONDAY).report["without_contact"] == 2
    # A later case of theirs too, until they change their mind.
    later = {"id": "later", "score": 1, "who": "ada"}
    columns: dict[str, Any] = {"id": "id", "rating": "score", "customer": "who"}
    desk.open([later], now=MONDAY + HOUR, **columns)
    assert desk.case("later")["no_contact"]
    assert desk.opt_in("ada") and not desk.opt_in("ada")
    desk.open([{**later, "id": "last"}], now=MONDAY + HOUR, **columns)
    assert not desk.case("last")["no_contact"]


def test_errors_name_the_columns_of_the_caller() -> None:
    desk = hf.Desk()
    for columns, path in (({"score": ["bad"]}, "score"), ({"p": [1.5]}, "p")):
        with pytest.raises(hf.HeedfulError) as caught:
            named: dict[str, Any] = {"rating": "score"} if "score" in columns else {"churn": "p"}
            desk.open({"key": ["r1"], **columns}, now=MONDAY, id="key", **named)
        assert caught.value.path == path


def test_stored_merged_and_forgotten() -> None:
    desk = hf.Desk(POLICY)
    desk.open(RESPONSES, now=MONDAY, **FACTS)
    again = hf.Desk.from_json(desk.to_json())
    again.apply("r1", "start", now=MONDAY)
    assert pickle.loads(pickle.dumps(again)).to_json() == again.to_json()
    desk.merge(again)
    assert desk.to_json() == again.to_json()
    assert desk.policy["fallback"] == {"role": "care"}
    assert desk.forget("ada") == 1 and desk.forget("ada") == 0
    assert "ada" not in desk.to_json() and "r1" not in desk.to_json()
    assert desk.outcomes(MONDAY).report["cases"] == 2
    with pytest.raises(hf.HeedfulError) as caught:
        desk.merge(hf.Desk())
    assert caught.value.code == "scale-mismatch"


def test_the_queue_says_what_is_left() -> None:
    desk = hf.Desk()
    rows = {"id": ["a", "b"], "value": [10_000.0, 8_000.0], "churn": [0.4, 0.1], "growth": [None, 900.0], "effort": [4.0, 1.0]}
    columns: dict[str, Any] = {name: name for name in rows}
    desk.open(rows, now=MONDAY, every=True, **columns)
    order, report = desk.queue(MONDAY, hours=4, by="value", recovery={"chance": 0.5, "half_life_hours": 24})
    assert (order["case"], order["done"]) == (["b", "a"], [True, False])
    assert (report["saved"], report["undone"], report["undone_cost"]) == (1300.0, 1, 2000.0)
    with pytest.raises(hf.HeedfulError) as caught:
        desk.queue(MONDAY, by="value")
    assert (caught.value.code, caught.value.path) == ("invalid-argument", "recovery")


def test_what_is_wrong_is_named() -> None:
    for policy, path in [
        ({"reminders": [1, 4]}, "reminders"),
        ({"routes": [{"name": "x", "to": {"team": "y"}}]}, "routes[0].to"),
        ({"colour": 1}, "colour"),
    ]:
        with pytest.raises(hf.HeedfulError) as caught:
            hf.Desk(policy)
        assert caught.value.path == path
    desk = hf.Desk()
    for call in (lambda: desk.case("none"), lambda: desk.apply("none", "start", now=MONDAY)):
        with pytest.raises(hf.HeedfulError) as caught:
            call()
        assert (caught.value.code, caught.value.path) == ("unknown-name", "case")
    with pytest.raises(hf.HeedfulError) as caught:
        desk.apply("none", "cloze", now=MONDAY)
    assert (caught.value.code, caught.value.path) == ("invalid-config", "event")
    with pytest.raises(hf.HeedfulError) as caught:
        desk.open({"id": ["a"], "churn": [2.0]}, now=MONDAY, id="id", churn="churn", every=True)
    assert (caught.value.code, caught.value.path, caught.value.row) == ("invalid-argument", "churn", 0)


def test_a_severe_alert_makes_a_case_urgent() -> None:
    rows = {"id": ["a1", "a2", "a3"], "how": ["critical", "high", None]}

    def priorities(policy: dict[str, Any] | None) -> list[int]:
        desk = hf.Desk(policy)
        desk.open(rows, now=MONDAY, id="id", alert="id", severity="how", every=True)
        assert desk.cases(MONDAY)["severity"] == rows["how"] and desk.case("a2")["facts"]["severity"] == "high"
        found: list[int] = desk.cases(MONDAY)["priority"]
        return found

    assert priorities(None) == [1, 6, 6]
    assert priorities({"priority_by_severity": {"high": 2}}) == [2, 2, 6]
    assert priorities({"priority_by_severity": {}}) == [6, 6, 6]
    with pytest.raises(hf.HeedfulError) as refused:
        hf.Desk({"priority_by_severity": {"worst": 1}})
    assert (refused.value.code, refused.value.path) == ("invalid-argument", "priority_by_severity.worst")
    with pytest.raises(hf.HeedfulError) as refused:
        hf.Desk().open({"key": ["a1"], "how": ["worst"]}, now=MONDAY, id="key", severity="how")
    assert (refused.value.path, refused.value.row) == ("how", 0)
