"""Series and tables, watched."""

from __future__ import annotations

import datetime
import json
import random
from typing import Any

import pandas as pd
import polars as pl
import pytest

import heedful as hf

START = datetime.date(2024, 1, 1)


def rows(days: int, spike: int | None = None, seed: int = 1) -> pd.DataFrame:
    """Forty responses a day; from `spike` on twenty more for three days, of promotions in Texas, on the web."""
    draw = random.Random(seed)
    found = []
    for day in range(days):
        date = pd.Timestamp(START) + pd.Timedelta(days=day)
        for _ in range(30 + draw.randrange(20)):
            topic = draw.choice(["promotions", "delivery", "staff", "price"])
            place = draw.choice(["TX", "CA", "NY", "WA"]), draw.choice(["web", "store"])
            text = draw.choice(["fine as always", "good choice of goods", "was helped quickly and kindly"])
            found.append((date, topic, *place, draw.choice([10, 9, 9, 8, 3]), text))
        if spike is not None and spike <= day < spike + 3:
            found += [(date, "promotions", "TX", "web", 1, "sales tax charged on the full price, call 555-123-4567")] * 20
    names = ["created", "reason", "state", "channel", "score", "text"]
    return pd.DataFrame(found, columns=names)


COLUMNS: Any = {"at": "created", "topic": "reason", "by": ["state", "channel"], "comment": "text", "rating": "score"}


def test_a_spike_is_told_with_place_cost_and_evidence() -> None:
    detector = hf.Detector(every="day", alarms_per_month=2)
    found = detector.run(rows(100, spike=97), **COLUMNS)
    first = found[0]
    assert first.part_of is None
    assert (first.topic, first.place, first.direction) == ("promotions", None, "up")
    assert first.start == START + datetime.timedelta(days=97)
    assert first.last == START + datetime.timedelta(days=99)
    assert first.places[0]["values"] == {"state": "TX", "channel": "web"}
    assert first.cost is not None
    assert first.cost["lower"] < first.cost["points"] < -15
    assert any("sales tax" in term for term in first.terms)
    assert "555" not in first.comments[0]
    assert "sales tax" in first.earliest[0]
    assert "state = TX, channel = web" in first.explain()
    assert found.series == 2 * (1 + 4 + 6 + 24)
    frame = found.to_pandas()
    assert frame["topic"][0] == "promotions"
    assert isinstance(found.table, pd.DataFrame)
    assert isinstance(found.to_polars(), pl.DataFrame)
    chart = first.series().chart
    assert chart["data"]["values"][-1]["alarm"] is True
    assert "sales tax" not in detector.to_json()


def test_a_stored_detector_goes_on() -> None:
    data = rows(100, spike=97)
    before, after = data[data.created < "2024-04-05"], data[data.created >= "2024-04-05"]
    detector = hf.Detector(every="day", fdr=0.05)
    detector.run(before, **COLUMNS)
    again = hf.Detector.from_json(detector.to_json())
    last = START + datetime.timedelta(days=99)
    one, other = detector.update(after, through=last), again.update(pl.from_pandas(after), through=last)
    assert [a.explain() for a in one] == [a.explain() for a in other]
    assert detector.to_json() == again.to_json()
    assert one.judged == (datetime.date(2024, 4, 5), last)
    assert any(a.topic == "promotions" for a in one)
    # What is judged stays judged.
    again.update(after, through=last)
    assert again.late == len(after)
    one[0].expected_one()
    assert '"expected"' in detector.to_json()


def test_topics_from_comments() -> None:
    shop = {"reasons": [{"id": "tax", "terms": ["tax"]}, {"id": "price", "terms": ["price"]}]}
    data = rows(80, spike=78)
    found = hf.Detector(every="day").run(data, at="created", comment="text", reasons=shop)
    assert {"tax", "price"} <= {a.topic for a in found}


def test_hours() -> None:
    counts = [1 if hour % 24 < 8 else 12 + hour % 5 for hour in range(24 * 40)]
    counts[24 * 39 + 3] = 15
    table, episodes = hf.detect(counts, every="hour", start=datetime.datetime(2024, 1, 1))
    assert table["period"][25] == datetime.datetime(2024, 1, 2, 1)
    assert episodes["start"][-1] == datetime.datetime(2024, 2, 9, 3)
    later = hf.detect(counts[5:], every="hour", start=datetime.datetime(2024, 1, 1, 5))
    assert later.table["period"][0] == datetime.datetime(2024, 1, 1, 5)
    times = [datetime.datetime(2024, 1, 1) + datetime.timedelta(hours=hour) for hour, n in enumerate(counts) for _ in range(n)]
    found = hf.Detector(every="hour").run(pd.DataFrame({"at": times}), at="at")
    assert found[0].start == datetime.datetime(2024, 2, 9, 3)
    assert found.to_pandas()["start"][0] == pd.Timestamp(2024, 2, 9, 3)
    found[0].expected_one()


def test_refusals() -> None:
    with pytest.raises(hf.HeedfulError) as caught:
        hf.Detector(every="day", fdr=0.05, alarms_per_month=2)
    assert caught.value.path == "fdr"
    with pytest.raises(hf.HeedfulError):
        hf.Detector(every="day").to_json()
    with pytest.raises(hf.HeedfulError) as caught:
        hf.Detector(every="day").run({"created": [START]}, at="created", topic="reason")
    assert caught.value.code == "missing-column"
    with pytest.raises(hf.HeedfulError) as caught:
        hf.Detector.from_json('{"version": 9}')
    assert caught.value.code == "state-version"


def test_methods_and_charts_of_one_series() -> None:
    counts = [5 + week % 3 for week in range(329)] + [40]
    for method in ["baseline", "farrington", "farrington_noufaily", "ears_c1", "seasonal_z", "cusum"]:
        found = hf.detect(counts, every="week", start=datetime.date(2001, 1, 1), method=method)  # type: ignore[arg-type]
        assert found.table["alarm"][329] is True, method
        assert len(found.episodes) > 0
        assert json.dumps(found.chart).count('"2001-01-01"') == 1
    with pytest.raises(hf.HeedfulError):
        hf.detect(counts, every="day", method="farrington")


def test_a_detector_says_what_it_watches():
    detector = hf.Detector(every="day", alarms_per_month=2)
    assert repr(detector) == "Detector(every day)"
    detector.run({"day": ["2024-01-01"] * 3, "why": ["price"] * 3, "plan": ["a"] * 3}, at="day", topic="why", by="plan")
    assert repr(detector) == "Detector(every day, why, plan)"
    assert repr(hf.Detector.from_json(detector.to_json())) == repr(detector)
