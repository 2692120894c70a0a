"""The pulse against a slow twin that keeps every response, under rules of every kind drawn at random."""

from __future__ import annotations

import calendar
import datetime
import math
import random
from typing import Any

import pytest

import heedful as hf

DAY = 86_400_000
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
BANDS = {"detractor": range(7), "passive": range(7, 9), "promoter": range(9, 11)}
KINDS = [None, "relational", "transactional"]
OTHER = {"below": "above", "above": "below"}
NPS = [-100.0] * 7 + [0.0] * 2 + [100.0] * 2


def beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function, by its continued fraction (Numerical Recipes 6.4)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - beta(b, a, 1 - x)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)) / a
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, 400):
        for factor in (m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)), -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))):
            d, c = 1 / (1 + factor * d), 1 + factor / c
            value *= c * d
    return front * value


def posterior(ratings: list[int], values: list[float]) -> tuple[float, float]:
    """Mean and variance of the score under half a response more of each value."""
    classes = sorted(set(values))
    weights = [0.5 + sum(values[rating] == one for rating in ratings) for one in classes]
    total = sum(weights)
    mean = sum(one * weight for one, weight in zip(classes, weights)) / total
    square = sum((one - mean) ** 2 * weight for one, weight in zip(classes, weights)) / total
    return mean, square / (total + 1)


def beyond(side: str, ratings: list[int], values: list[float], level: float) -> float:
    low, high = min(values), max(values)
    mean, variance = posterior(ratings, values)
    mean, variance = (mean - low) / (high - low), variance / (high - low) ** 2
    size = mean * (1 - mean) / variance - 1
    below = beta(mean * size, (1 - mean) * size, (level - low) / (high - low))
    return below if side == "below" else 1 - below


def back(day: datetime.date, window: dict[str, int], times: int) -> int:
    """The first day, since 1970, of the window that ends on a day."""
    if "days" in window:
        first = day - datetime.timedelta(days=window["days"] * times - 1)
    else:
        months = day.year * 12 + day.month - 1 - window["months"] * times
        year, month = divmod(months, 12)
        last = calendar.monthrange(year, month + 1)[1]
        first = datetime.date(year, month + 1, min(day.day, last)) + datetime.timedelta(days=1)
    return (first - EPOCH.date()).days


class Twin:
    def __init__(self, rules: list[dict[str, Any]], window: dict[str, int], pool: bool) -> None:
        self.rules, self.window, self.pool = rules, window, pool
        self.given: list[dict[str, Any]] = []
        self.standing: dict[tuple[str, str | None, str], tuple[bool, int]] = {}
        self.starts: tuple[int, int] | None = None

    def observe(self, one: dict[str, Any]) -> str:
        oldest = self.starts[1] if self.starts else -math.inf
        if one["at"] < oldest:
            return "late"
        if one["id"] is not None and any(other["id"] == one["id"] and other["at"] >= oldest for other in self.given):
            return "repeated"
        self.given.append({**one, "kind": None if self.pool else one["kind"]})
        return "counted"

    def see(self, rule: dict[str, Any], all_: list[dict[str, Any]], now: int, stands: bool) -> tuple[bool, bool, float] | None:
        start, before = self.starts or (0, 0)
        inside = [one for one in all_ if one["at"] >= start]
        ratings = [one["rating"] for one in inside]
        earlier = [one["rating"] for one in all_ if before <= one["at"] < start]
        (kind, asked), = rule["when"].items()
        enough = len(ratings) >= rule["minimum_n"]
        if kind in ("average", "score") and enough:
            values = list(map(float, range(11))) if kind == "average" else NPS
            side = "below" if "below" in asked else "above"
            level, sign = asked[side], 1 if side == "below" else -1
            clear = asked.get("clear", level)
            value = sum(values[rating] for rating in ratings) / len(ratings)
            if "certainty" not in asked:
                return sign * value < sign * level, sign * value >= sign * clear, value
            raises = beyond(side, ratings, values, level) > asked["certainty"]
            sure = asked.get("clear_certainty", asked["certainty"])
            return raises, not raises and beyond(side, ratings, values, clear) <= sure, value
        if kind == "drop" and enough and len(earlier) >= rule["minimum_n"]:
            worse = sum(NPS[r] for r in earlier) / len(earlier) - sum(NPS[r] for r in ratings) / len(ratings)
            by, clear = asked["by"], asked.get("clear", asked["by"])
            if "certainty" not in asked:
                return worse >= by, worse < clear, worse
            (mean, variance), (old, old_variance) = posterior(ratings, NPS), posterior(earlier, NPS)
            chance = lambda level: 0.5 * math.erfc(-(old - mean - level) / math.sqrt(2 * (variance + old_variance)))
            raises = chance(by) > asked["certainty"]
            return raises, not raises and chance(clear) <= asked.get("clear_certainty", asked["certainty"]), worse
        if kind == "turned":
            last: dict[str, list[int]] = {}
            for one in all_:
                if one["customer"] is not None and one["at"] >= before:
                    last.setdefault(one["customer"], []).append(one["rating"])
            n = sum(len(own) > 1 and own[-2] in BANDS[asked["from"]] and own[-1] in BANDS[asked["to"]] for own in last.values())
            return n > 0, n == 0, n
        if kind == "repeated" and enough:
            times = sum(rating in BANDS[asked["band"]] for rating in ratings)
            return times >= asked["times"], times <= asked.get("clear", asked["times"] - 1), times
        if kind == "silent":
            if asked["who"] == "anybody":
                times_ = [max(one["at"] for one in all_)] if all_ else []
            else:
                newest = {one["customer"]: one for one in all_ if one["customer"] is not None}
                times_ = [one["at"] for one in newest.values() if one["key"]]
            if not times_:
                return None
            quiet = now - min(times_) > asked["days"] * DAY
            return quiet, not quiet, (now - min(times_)) / DAY
        return None

    def judge(self, now: int) -> list[tuple[Any, ...]]:
        day = EPOCH.date() + datetime.timedelta(days=now // DAY)
        self.starts = back(day, self.window, 1) * DAY, back(day, self.window, 2) * DAY
        said = []
        for name, kind in sorted({(one["account"], one["kind"]) for one in self.given}, key=lambda one: (one[0], KINDS.index(one[1]))):
            all_ = sorted((one for one in self.given if (one["account"], one["kind"]) == (name, kind) and one["at"] <= now), key=lambda one: one["at"])
            n = sum(one["at"] >= self.starts[0] for one in all_)
            for rule in self.rules:
                if rule.get("kind") not in (None, kind):
                    continue
                stands, since = self.standing.get((name, kind, rule["id"]), (False, -math.inf))
                seen = self.see(rule, all_, now, stands)
                raises, clears = seen[:2] if seen else (False, n == 0)
                cool = since + rule["cool_down_days"] * DAY
                if clears and not raises if stands else raises and now >= cool:
                    self.standing[name, kind, rule["id"]] = not stands, now
                    said.append((name, kind, rule["id"], "cleared" if stands else "raised", seen and round(seen[2], 6), n))
        return said


def draw_rule(draw: random.Random, place: int, pool: bool) -> dict[str, Any]:
    def sure(when: dict[str, Any]) -> dict[str, Any]:
        if draw.random() < 0.5:
            when["certainty"] = draw.choice([0.5, 0.6, 0.8, 0.9])
            if draw.random() < 0.5:
                when["clear_certainty"] = when["certainty"] - draw.choice([0, 0.1, 0.2])
        return when

    def level(low: float, high: float, gap: float) -> dict[str, Any]:
        side, at = draw.choice(["below", "above"]), draw.uniform(low, high)
        clear = {"clear": at + (gap if side == "below" else -gap)} if draw.random() < 0.6 else {}
        return sure({side: at, **clear})

    by = draw.uniform(5, 80)
    when = [
        lambda: {"average": level(4, 8, 0.7)},
        lambda: {"score": level(-40, 60, 12)},
        lambda: {"drop": sure({"by": by, **({"clear": by / 2} if draw.random() < 0.5 else {})})},
        lambda: {"turned": dict(zip(("from", "to"), draw.sample(list(BANDS), 2)))},
        lambda: {"repeated": {"band": draw.choice(list(BANDS)), "times": (times := draw.randint(2, 6)), **({"clear": times - 2} if draw.random() < 0.5 else {})}},
        lambda: {"silent": {"days": draw.randint(3, 25), "who": draw.choice(["key_contact", "anybody"])}},
    ][place % 6]()
    rule = {"id": f"r{place}", "when": when, "minimum_n": draw.randint(1, 4), "cool_down_days": draw.choice([0, 0, 3, 12])}
    kind = None if pool else draw.choice([None, None, "relational", "transactional"])
    return rule | ({"kind": kind} if kind else {})


@pytest.mark.parametrize("seed", range(12))
def test_equals_the_slow_twin(seed: int) -> None:
    draw = random.Random(seed)
    window = draw.choice([{"days": 14}, {"days": 45}, {"months": 1}, {"months": 6}])
    pool = draw.random() < 0.5
    rules = [draw_rule(draw, place, pool) for place in range(12)]
    pulse, twin = hf.Pulse(rules, window=window, pool=pool, id="id", key_contact="key"), Twin(rules, window, pool)
    now, said = 1_770_000_000_000, 0
    for step in range(150):
        rows = []
        for i in range(draw.randint(0, 5)):
            late = draw.choice([0, 0, 0, 0, draw.randint(1, 100)]) * DAY
            number = 10 * step + i
            rows.append({
                "account": draw.choice("abc"), "rating": draw.choice([0, 4, 6, 7, 8, 9, 10, 10]), "kind": draw.choice(KINDS),
                "at": now - late - draw.randrange(20) * 3_600_000 + number, "id": draw.choice([None, f"id{number - draw.choice([0, 0, 10])}"]),
                "customer": draw.choice([None, "u", "v", "w"]), "key": draw.random() < 0.5,
            })
        if rows:
            table = {name: [row[name] for row in rows] for name in rows[0]}
            table["at"] = [EPOCH + datetime.timedelta(milliseconds=at) for at in table["at"]]
            counts = pulse.observe(table)
            outcomes = [twin.observe(row) for row in rows]
            assert {name: counts[name] for name in ("counted", "repeated", "late")} == {
                name: outcomes.count(name) for name in ("counted", "repeated", "late")}, step
        now += draw.choice([5, 24, 24, 24 * 4]) * 3_600_000
        alerts = pulse.judge(EPOCH + datetime.timedelta(milliseconds=now)).alerts.to_pylist()
        value = lambda alert: None if alert["value"] is None else round(alert["value"], 6)
        found = [(a["account"], a["kind"], a["rule"], a["status"], value(a), a["n"]) for a in alerts]
        assert found == twin.judge(now), (step, rules)
        said += len(found)
    assert said > 20
