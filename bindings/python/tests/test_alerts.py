"""Alerts and playbooks: `tests/vectors/act/alerts.json`, which Rust runs too."""

from __future__ import annotations

from typing import Any

import pytest

import heedful as hf
from test_vectors import act_vectors, holds

VECTORS = act_vectors("alerts")


def playbook(given: dict[str, Any], options: dict[str, Any]) -> Any:
    books = hf.Playbooks(**options)
    trigger = dict(given["trigger"])
    started = books.start(trigger.pop("happened"), now=given["now"], **trigger, **given["past"])
    run = started[0]["run"] if started else None
    events: list[dict[str, Any]] = []
    for told in given["events"]:
        event, now, past = told["event"], told["now"], told["past"]
        try:
            if event == "tick":
                change = books.tick(run, now=now, **past)
            elif event == "stop":
                change = books.stop(run, now=now)
            elif "happened" in event:
                change = books.happened(run, event["happened"], now=now, **past)
            else:
                change = books.done(run, now=now, **event["done"], **past)
        except hf.HeedfulError as error:
            events.append({"error": error.code})
        else:
            run = change["run"]
            events.append({"effects": change["effects"]})
    return {"started": started, "events": events, "run": run}


def answer(function: str, given: dict[str, Any], options: dict[str, Any]) -> Any:
    if function == "playbook":
        return playbook(given, options)
    options = {name: value if value is not None else False for name, value in options.items()}
    alerts = hf.Alerts(**options)
    if function == "alerts":
        changes: Any = [alerts.take(batch["happenings"], now=batch["now"]).alerts for batch in given["batches"]]
    else:
        rows = [dict(row) for row in given["rows"]]
        reasons = [row.pop("reasons") for row in rows]
        table = {name: [row[name] for row in rows] for name in rows[0]}
        changes = alerts.take_responses(table, now=given["now"], reasons=reasons).alerts
    return {"changes": changes, "open": alerts.open().to_pylist()}


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["id"] for vector in VECTORS])
def test_vector(vector: dict[str, Any]) -> None:
    holds(vector, answer)
