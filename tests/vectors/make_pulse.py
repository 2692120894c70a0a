"""Makes `pulse.json`: `python3 make_pulse.py` (Python 3.11, mpmath 1.3), in the way of `make.py`.

Every look counts all responses anew: windows by the dates of Python's calendar, standings look by look, the probability
by the moments of a Dirichlet (by their textbook formulas) and mpmath's incomplete beta function.
"""

import calendar
import datetime
import random

import mpmath as mp

from make import METRICS, compare, number, score, vector, write

mp.mp.dps = 40
DAY = 86_400_000
EPOCH = datetime.datetime(1970, 1, 1)
SOURCE = "make_pulse.py: from the definition, mpmath 1.3 with 40 digits"


def millis(*date):
    return (datetime.datetime(*date) - EPOCH) // datetime.timedelta(milliseconds=1)


def months_before(day, months):
    count = day.year * 12 + day.month - 1 - months
    year, month = count // 12, count % 12 + 1
    return datetime.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def starts(window, now):
    today = (EPOCH + datetime.timedelta(milliseconds=now)).date()
    found = []
    for windows in (1, 2):
        if "months" in window:
            last_out = months_before(today, window["months"] * windows)
        else:
            last_out = today - datetime.timedelta(days=window["days"] * windows)
        first = last_out + datetime.timedelta(days=1)
        found.append(millis(first.year, first.month, first.day))
    return found


def moments(values, ratings, value_of):
    """Mean and variance of the posterior of a mean: a Dirichlet with half a response for each distinct value."""
    distinct = sorted({mp.mpf(v) for v in values})
    a = [mp.mpf(1) / 2 + sum(1 for r in ratings if value_of(r) == v) for v in distinct]
    total = sum(a)
    mean = sum(v * w for v, w in zip(distinct, a)) / total
    square = sum(v * v * w for v, w in zip(distinct, a)) / total
    return mean, (square - mean * mean) / (total + 1), distinct[0], distinct[-1]


def beyond(level, ratings, metric, average, below=True):
    points, value_of, _, _ = METRICS[metric]
    of = (lambda p: p) if average else value_of
    mean, variance, low, high = moments([of(p) for p in points], ratings, of)
    mean, variance = (mean - low) / (high - low), variance / (high - low) ** 2
    size = mean * (1 - mean) / variance - 1
    at = (mp.mpf(level) - low) / (high - low)
    at = max(mp.mpf(0), min(mp.mpf(1), at))
    with mp.workdps(25):
        under = mp.betainc(mean * size, (1 - mean) * size, 0, at, regularized=True)
    return under if below else 1 - under


def drops(by, before, now, metric):
    points, value_of, _, _ = METRICS[metric]
    (m0, v0, *_), (m1, v1, *_) = (moments([value_of(p) for p in points], r, value_of) for r in (before, now))
    return mp.ncdf((m0 - m1 - by) / mp.sqrt(v0 + v1))


def average_of(ratings, value_of=lambda p: p):
    return sum(mp.mpf(value_of(r)) for r in ratings) / len(ratings) if ratings else None


def look(rule, rows, before, start, now, metric):
    """(raise, clear, value, probabilities, customers, levels); `None` where nothing can be said."""
    _, value_of, _, bands = METRICS[metric]
    in_window = [r for r in rows if start <= r["at"] <= now]
    old = [r for r in rows if before <= r["at"] < start]
    ratings, old_ratings = [r["rating"] for r in in_window], [r["rating"] for r in old]
    (name, given), = rule["when"].items()
    least = rule.get("minimum_n", 1)
    if name in ("average", "score"):
        if len(ratings) < least:
            return None
        value = average_of(ratings, (lambda p: p) if name == "average" else value_of)
        below = "below" in given
        raises = given["below" if below else "above"]
        clears = given.get("clear", raises)
        if "certainty" in given:
            p, q = (beyond(level, ratings, metric, name == "average", below) for level in (raises, clears))
            certain = given["certainty"]
            return p > certain, q <= given.get("clear_certainty", certain), value, (p, q), [], (raises, clears)
        up = value < raises if below else value > raises
        return up, value >= clears if below else value <= clears, value, None, [], (raises, clears)
    if name == "drop":
        if min(len(ratings), len(old_ratings)) < least:
            return None
        worse = average_of(old_ratings, value_of) - average_of(ratings, value_of)
        by, clear = given["by"], given.get("clear", given["by"])
        if "certainty" in given:
            p, q = (drops(level, old_ratings, ratings, metric) for level in (by, clear))
            return p > given["certainty"], q <= given.get("clear_certainty", given["certainty"]), worse, (p, q), [], (by, clear)
        return worse >= by, worse < clear, worse, None, [], (by, clear)
    if name == "turned":
        inside = lambda rating, band: bands[band][0] <= rating <= bands[band][1]
        people = {}
        for r in sorted(old + in_window, key=lambda r: r["at"]):
            if r["customer"] is not None:
                people.setdefault(r["customer"], []).append(r["rating"])
        turned = sorted(
            c for c, last in people.items() if len(last) > 1 and inside(last[-2], given["from"]) and inside(last[-1], given["to"])
        )
        return bool(turned), not turned, mp.mpf(len(turned)), None, turned, (1, 1)
    if name == "repeated":
        if len(ratings) < least:
            return None
        low, high = bands[given["band"]]
        times = sum(1 for r in ratings if low <= r <= high)
        clear = given.get("clear", given["times"] - 1)
        return times >= given["times"], times <= clear, mp.mpf(times), None, [], (given["times"], clear + 1)
    past = sorted((r for r in rows if r["at"] <= now), key=lambda r: r["at"])
    most = given["days"] * DAY
    if given.get("who") == "anybody":
        lasts = {None: past[-1]["at"]} if past else {}
    else:
        latest = {r["customer"]: r for r in past if r["customer"] is not None}
        lasts = {c: r["at"] for c, r in latest.items() if r["key_contact"]}
    if not lasts:
        return None
    last = min(lasts.values())
    silent = now - last > most
    quiet = sorted(c for c, at in lasts.items() if c is not None and now - at > most)
    return silent, not silent, mp.mpf(now - last) / DAY, None, quiet, (given["days"], given["days"])


def pulse(table, options, looks):
    metric = options.get("metric", "nps")
    window = options.get("window", {"months": 6})
    rows, ids = [], set()
    for i in range(len(table["account"])):
        row = {name: column[i] for name, column in table.items()}
        if row["rating"] is None or row["id"] in ids:
            continue
        ids |= {row["id"]} - {None}
        rows.append(row | {"kind": None if options.get("pool") else row["kind"]})
    order = {None: 0, "relational": 1, "transactional": 2}
    names = sorted({(r["account"], r["kind"]) for r in rows}, key=lambda name: (name[0], order[name[1]]))
    standing, alerts, state = {}, [], []
    for now in looks:
        start, before = starts(window, now)
        for name in names:
            own = [r for r in rows if (r["account"], r["kind"]) == name]
            current = [r for r in own if start <= r["at"] <= now]
            old = [r for r in own if before <= r["at"] < start]
            for rule in options["rules"]:
                if rule.get("kind", name[1]) != name[1]:
                    continue
                raised, since = standing.get((name, rule["id"]), (False, None))
                found = look(rule, own, before, start, now, metric)
                up, down, value, probability, customers, levels = found or (False, not current, None, None, [], None)
                if levels is None:
                    given, = rule["when"].values()
                    levels = (None, given.get("clear", given.get("below", given.get("by", given.get("times")))))
                cooling = since is not None and now < since + rule.get("cool_down_days", 0) * DAY
                if raised and not (down and not up) or not raised and not (up and not cooling):
                    continue
                standing[name, rule["id"]] = (not raised, now)
                alerts.append({
                    "account": name[0], "kind": name[1], "rule": rule["id"],
                    "status": "cleared" if raised else "raised", "severity": rule.get("severity", "medium"),
                    "at": now, "raised_at": since if raised else now, "measure": next(iter(rule["when"])),
                    "value": number(value), "level": number(levels[raised]),
                    "probability": None if probability is None else number(probability[raised]),
                    "n": len(current), "n_before": len(old), "customers": "" if raised else ",".join(customers),
                })
            if now != looks[-1]:
                continue
            ratings, old_ratings = [r["rating"] for r in current], [r["rating"] for r in old]
            known = score(ratings, metric)
            change = compare(old_ratings, ratings, metric) if ratings and old_ratings else {}
            past = sorted((r for r in own if r["at"] <= now), key=lambda r: r["at"])
            bounds = known["interval"] or {"lower": None, "upper": None}
            ends = change.get("interval") or {"lower": None, "upper": None}
            state.append({
                "account": name[0], "kind": name[1], "n": len(current),
                "voices": len({r["customer"] or i for i, r in enumerate(current)}),
                "average": number(average_of(ratings)), "score": known["value"],
                "lower": bounds["lower"], "upper": bounds["upper"],
                "n_before": len(old), "score_before": score(old_ratings, metric)["value"],
                "change": change.get("difference"), "change_lower": ends["lower"], "change_upper": ends["upper"],
                "last_rating": number(past[-1]["rating"]) if past else None, "last_at": past[-1]["at"] if past else None,
                "raised": ",".join(r["id"] for r in options["rules"] if standing.get((name, r["id"]), (False,))[0]),
            })
    return {"alerts": alerts, "state": state}


def responses(seed, n, first, days, accounts, ratings):
    draw = random.Random(seed)
    table = {name: [] for name in ("account", "kind", "at", "rating", "id", "customer", "key_contact")}
    for i in range(n):
        customer = draw.choice(["ada", "bo", "cy", None])
        row = {
            "account": draw.choice(accounts),
            "kind": draw.choice(["relational", "transactional"]),
            # Whole minutes, no two alike.
            "at": first + (draw.randrange(days * 1440 // n) + i * (days * 1440 // n)) * 60_000,
            "rating": draw.choice(ratings),
            # Some are delivered twice.
            "id": f"r{i - (i % 10 == 9)}" if i % 7 else None,
            "customer": customer,
            "key_contact": customer == "ada",
        }
        for name, value in row.items():
            table[name].append(value)
    # In no order of time.
    order = list(range(n))
    draw.shuffle(order)
    return {name: [column[i] for i in order] for name, column in table.items()}


ALL = [
    {"id": "average", "when": {"average": {"below": 6.5, "clear": 7.25}}, "minimum_n": 3},
    {"id": "sure", "when": {"score": {"below": 20, "clear": 30, "certainty": 0.8, "clear_certainty": 0.6}}, "minimum_n": 2,
     "severity": "high", "cool_down_days": 12},
    {"id": "drop", "when": {"drop": {"by": 30, "clear": 10}}, "minimum_n": 2},
    {"id": "sure_drop", "when": {"drop": {"by": 10, "certainty": 0.7}}, "minimum_n": 3},
    {"id": "turned", "when": {"turned": {"from": "promoter", "to": "detractor"}}},
    {"id": "repeated", "when": {"repeated": {"band": "detractor", "times": 4, "clear": 2}}, "severity": "critical"},
    {"id": "contact", "when": {"silent": {"days": 30}}},
    {"id": "quiet", "when": {"silent": {"days": 12, "who": "anybody"}}, "severity": "low"},
]
NPS = [0, 3, 6, 7, 8, 9, 10, 10]


def main():
    out = []

    def case(id, table, options, looks):
        named = {"id": "id", "key_contact": "key_contact", **options}
        given = {"table": table, "looks": looks}
        out.append(vector(f"pulse-{id}", "pulse", given, named, pulse(table, options, looks), source=SOURCE))

    ends = lambda year, months: [millis(year, month, calendar.monthrange(year, month)[1], 23) for month in months]
    table = responses(1, 90, millis(2025, 3, 1), 400, ["acme", "bolt"], NPS)
    case("half-year", table, {"pool": True, "rules": ALL}, ends(2025, range(3, 13)) + ends(2026, range(1, 5)))
    case("apart", table, {"rules": ALL[:6]}, ends(2025, range(4, 13, 2)) + ends(2026, [2]))
    weeks = [millis(2025, 3, 5) + 7 * DAY * week for week in range(40)]
    case("days", responses(2, 80, millis(2025, 3, 1), 270, ["acme"], NPS), {"pool": True, "window": {"days": 28}, "rules": ALL}, weeks)
    case(
        "csat",
        responses(3, 40, millis(2025, 1, 1), 180, ["acme"], [1, 2, 3, 4, 5, 5]),
        {"metric": "csat", "pool": True, "window": {"months": 1}, "rules": [
            {"id": "low", "when": {"score": {"below": 60, "certainty": 0.7, "clear_certainty": 0.5}}},
            {"id": "mean", "when": {"average": {"below": 3.5, "certainty": 0.75}}, "minimum_n": 2}]},
        ends(2025, range(1, 8)),
    )
    case(
        "effort-above",
        responses(4, 30, millis(2025, 1, 1), 180, ["acme"], [1, 2, 3, 4, 5, 6, 7]),
        {"metric": "ces", "pool": True, "window": {"months": 1}, "rules": [
            {"id": "high", "when": {"average": {"above": 3.5, "clear": 3.25}}}]},
        ends(2025, range(1, 8)),
    )
    one = {"account": ["a"], "kind": ["relational"], "at": [0], "rating": [11], "id": ["r"], "customer": ["ada"], "key_contact": [False]}
    out.append(vector("pulse-off-scale", "pulse", {"table": one, "looks": [0]}, {"rules": []}, source=SOURCE,
                      error={"code": "rating-out-of-range", "path": "rating", "row": 0}))
    bad = {"rules": [{"id": "x", "when": {"average": {"below": 7, "clear": 6}}}]}
    out.append(vector("pulse-clear-below", "pulse", {"table": one, "looks": [0]}, bad, source=SOURCE,
                      error={"code": "invalid-argument", "path": "rules[0].when.average.clear"}))
    statuses = {(a["rule"], a["status"]) for v in out for a in v.get("expected", {}).get("alerts", [])}
    assert all((rule["id"], status) in statuses for rule in ALL for status in ("raised", "cleared")), statuses
    write("pulse", out)


if __name__ == "__main__":
    main()
