"""Makes `cases.json`: `python3 make.py` (Python 3.11, tzdata).

Business time is counted minute by minute with Python's zones; who gets a case, by when, who is reminded, the order of the
queue and what came of it follow from the definitions, by code that shares nothing with the library.
"""

import datetime as dt
import itertools
import json
import math
import pathlib
import random
import statistics
import zoneinfo

HERE = pathlib.Path(__file__).parent
SOURCE = "act/make.py: minute by minute with Python's zoneinfo, and from the definitions"
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MINUTE, HOUR = 60_000, 3_600_000
UTC = dt.timezone.utc
PLAIN = {day: [["09:00", "17:00"]] for day in DAYS[:5]}


def millis(text):
    return int(dt.datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


class Calendar:
    def __init__(self, given):
        self.zone = zoneinfo.ZoneInfo(given.get("zone", "UTC"))
        self.hours = given.get("hours", PLAIN)
        self.holidays = set(given.get("holidays", ()))

    def local(self, at):
        return dt.datetime.fromtimestamp(at / 1000, UTC).astimezone(self.zone)

    def open(self, at):
        here = self.local(at)
        if here.date().isoformat() in self.holidays:
            return False
        clock = here.strftime("%H:%M")
        return any(a <= clock < ("24:00" if b == "00:00" else b) for a, b in self.hours.get(DAYS[here.weekday()], ()))

    def next_opening(self, at):
        return next(t for t in itertools.count(at, MINUTE) if self.open(t))

    def add_hours(self, at, hours):
        left = round(hours * 60)
        for t in itertools.count(at, MINUTE):
            if left == 0:
                return t
            left -= self.open(t)

    def add_days(self, at, days):
        start = self.next_opening(at)
        first, clock = self.local(start).date(), self.local(start).strftime("%H:%M")
        if days == 0:
            return start
        seen = []
        for t in itertools.count(start, MINUTE):
            day = self.local(t).date()
            if len(seen) == days and day > seen[-1]:
                break
            if self.open(t) and day > first and day not in seen:
                seen.append(day)
                minutes = []
            if seen and day == seen[-1] and self.open(t):
                minutes.append(t)
        begun = [t for t in minutes if self.local(t).strftime("%H:%M") <= clock]
        if not begun:
            return minutes[0]
        return begun[-1] + (0 if self.local(begun[-1]).strftime("%H:%M") == clock else MINUTE)

    def minutes_between(self, start, end):
        return sum(self.open(t) for t in range(start, end, MINUTE))


CALENDARS = {
    "plain": {},
    "denmark": {"zone": "Europe/Copenhagen", "holidays": ["2024-03-28", "2024-03-29", "2024-04-01"]},
    "night": {"zone": "Europe/Copenhagen", "hours": {day: [["00:00", "05:30"], ["22:00", "00:00"]] for day in DAYS}},
    "island": {"zone": "Australia/Lord_Howe", "hours": {day: [["01:00", "03:15"], ["09:00", "12:00"]] for day in DAYS}},
    "short fridays": {"zone": "America/New_York", "hours": {**PLAIN, "friday": [["08:00", "12:00"]]}},
}


def business():
    random.seed(20260105)
    starts = {
        "plain": "2026-01-02T15:10",
        "denmark": "2024-03-26T11:37",
        "night": "2024-03-30T19:05",
        "island": "2024-04-05T01:20",
        "short fridays": "2024-10-30T19:45",
    }
    for name, start in starts.items():
        for i in range(4):
            at = millis(start) + i * random.randrange(60, 3000) * MINUTE
            hours = [0, 0.5, 7.25, 16][i]
            days = [1, 2, 0, 4][i]
            to = at + random.randrange(0, 6000) * MINUTE
            calendar = Calendar(CALENDARS[name])
            yield {
                "id": f"business-{name.replace(' ', '-')}-{i}",
                "function": "business",
                "input": {"calendar": CALENDARS[name], "at": at, "hours": hours, "days": days, "to": to},
                "expected": {
                    "is_open": calendar.open(at),
                    "next_opening": calendar.next_opening(at),
                    "add_hours": calendar.add_hours(at, hours),
                    "add_days": calendar.add_days(at, days),
                    "hours_between": calendar.minutes_between(at, to) / 60,
                },
            }


POLICY = {
    "calendar": {"zone": "Europe/Copenhagen", "holidays": ["2026-01-06"]},
    "values": [{"name": "A", "from": 50000}, {"name": "B", "from": 5000}, {"name": "C"}],
    "routes": [
        {"name": "prices", "when": {"reasons": ["price"]}, "to": {"role": "representative"}},
        {"name": "key", "when": {"values": ["A"]}, "to": {"owner": "anna"}},
        {"name": "read", "when": {"touchpoints": ["web"]}, "to": {"role": "analyst"}, "contact": False},
    ],
    "fallback": {"role": "care"},
    "due": [
        {"when": {"touchpoints": ["delivery"], "tiers": ["0-2"]}, "reply": "at_once", "close": {"business_days": 1}},
        {"when": {"values": ["A"]}, "reply": {"business_hours": 4}},
    ],
    "reminders": [4, 1],
    "escalations": [{"to": {"role": "head"}}, {"after_hours": 8, "to": {"owner": "director"}}],
}
TIERS = (("0-2", 0, 2), ("3-4", 3, 4), ("5-6", 5, 6))


SEVERITIES = ("low", "medium", "high", "critical")


def routed(case, at_least=None):
    """Tier, value tier, priority, owner, role, route, due of reply and closing."""
    tier = next((name for name, low, high in TIERS if low <= case["rating"] <= high), None)
    value = "A" if case["value"] >= 50000 else "B" if case["value"] >= 5000 else "C"
    priority = 6 if tier is None else 1 + "ABC".index(value) + [t[0] for t in TIERS].index(tier)
    for severity, least in ({"critical": 1} if at_least is None else at_least).items():
        if case.get("severity") in SEVERITIES[SEVERITIES.index(severity):]:
            priority = min(priority, least)
    if any(reason == "price" or reason.startswith("price/") for reason in case["reasons"]) and not case["no_contact"]:
        to = (None, "representative", "prices")
    elif value == "A" and not case["no_contact"]:
        to = ("anna", None, "key")
    elif case["touchpoint"] == "web":
        to = (None, "analyst", "read")
    else:
        to = (None, None, None) if case["no_contact"] else (None, "care", None)
    return tier, value, priority, to


def desk():
    random.seed(7)
    calendar = Calendar(POLICY["calendar"])
    reasons = ([], ["price"], ["price/fees", "staff"], ["prices"], ["staff"])
    # Later stories are of alerts: by the policy as it is, by one that names severities, and by one that names none.
    alerts = {6: None, 7: {"medium": 3, "high": 2}, 8: {}}
    severe = random.Random(19)
    for story in range(9):
        at_least = alerts.get(story)
        policy = POLICY if at_least is None else {**POLICY, "priority_by_severity": at_least}
        now = millis("2026-01-05T08:00") + story * 700 * MINUTE
        rows, effects, later, table = [], [], [], []
        for i in range(8):
            case = {
                "id": f"c{i}",
                "rating": random.randrange(0, 9),
                "reasons": random.choice(reasons),
                "touchpoint": random.choice(("delivery", "web", "branch")),
                "value": random.choice((100, 5000, 49999, 50000)),
                "no_contact": random.random() < 0.2,
            }
            if story in alerts:
                case |= {"alert": f"a{i}", "severity": severe.choice((None, *SEVERITIES))}
            rows.append(case)
            tier, value, priority, (owner, role, route) = routed(case, at_least)
            if tier is None:
                continue
            duties = []
            if not case["no_contact"]:
                if case["touchpoint"] == "delivery" and tier == "0-2":
                    duties = [("reply", now), ("close", calendar.add_days(now, 1))]
                elif value == "A":
                    duties = [("reply", calendar.add_hours(now, 4))]
                else:
                    duties = [("reply", calendar.add_days(now, 2))]
            due = min((at for _, at in duties), default=None)
            effects.append({"case": case["id"], "kind": "assigned", "owner": owner, "role": role, "due": due})
            table.append({"case": case["id"], "severity": case.get("severity"), "tier": tier, "value_tier": value, "priority": priority, "owner": owner,
                          "role": role, "route": route, "due": due, "state": "new"})
            for duty, at in duties:
                span = calendar.minutes_between(now, at) / 60
                for step, before in enumerate((4, 1), 1):
                    if before < span:
                        when = calendar.add_hours(now, span - before)
                        later.append((case["id"], when, duty, "reminder", owner, role, step, at))
                for step, (after, who) in enumerate(((0, (None, "head")), (8, ("director", None))), 1):
                    later.append((case["id"], calendar.add_hours(at, after), duty, "escalation", *who, step, at))
        order = {"reply": 0, "close": 1}
        until = now + random.choice((20, 50, 90)) * HOUR
        told = sorted((one for one in later if one[1] <= until), key=lambda one: (one[0], one[1], order[one[2]], one[3] == "escalation", one[6]))
        ticked = [
            {"case": case, "kind": kind, "owner": owner, "role": role, "duty": duty, "step": step, "due": due}
            for case, _, duty, kind, owner, role, step, due in told
        ]
        for row in table:
            row["overdue"] = row["due"] is not None and row["due"] < until
        yield {
            "id": f"desk-{story}",
            "function": "desk",
            "input": {"policy": policy, "cases": rows, "now": now, "until": until},
            "expected": {"opened": effects, "ticked": ticked, "cases": table},
        }


def queue():
    random.seed(11)
    for i in range(6):
        now = millis("2026-02-02T09:00")
        rows = [
            {
                "id": f"q{j}",
                "rating": random.randrange(0, 7),
                "value": random.randrange(100, 90000),
                "churn": random.choice((None, 0.1, 0.35, 0.8)),
                "growth": random.choice((None, 0, 900, 4000)),
                "effort": random.choice((None, 0.5, 2, 5)),
                "at": now - random.randrange(0, 200) * HOUR,
            }
            for j in range(7)
        ]
        options = {"hours": [3, 6, 10][i % 3], "effort": 1.5, "churn": {"0-2": 0.6}, "by": ["value", "matrix"][i // 3],
                   "recovery": {"chance": 0.45, "half_life_hours": 36}}
        places = []
        for row in rows:
            tier, value, _, _ = routed({**row, "reasons": [], "touchpoint": None, "no_contact": False})
            priority = 1 + "ABC".index(value) + [t[0] for t in TIERS].index(tier)
            churn = row["churn"] if row["churn"] is not None else options["churn"].get(tier)
            effort = row["effort"] or 1.5
            gone = (now - row["at"]) / HOUR
            kept = None if churn is None else row["value"] * churn * 0.45 * math.pow(2, -gone / 36)
            saved = None if kept is None and row["growth"] is None else (kept or 0) + (row["growth"] or 0)
            # Every case was opened now and owes a reply: four hours for A, two days for the others.
            due = 0 if value == "A" else 1
            rate = -math.inf if saved is None else saved / effort
            rank = (priority, due, row["id"])
            places.append(((-rate, *rank) if options["by"] == "value" else rank, row["id"], saved, effort))
        places.sort()
        used, kept, undone, cost, order = 0.0, 0.0, 0, 0.0, []
        for _, name, saved, effort in places:
            done = used + effort <= options["hours"]
            order.append({"case": name, "saved": saved, "effort": effort, "done": done})
            if done:
                used, kept = used + effort, kept + (saved or 0)
            else:
                undone, cost = undone + 1, cost + (saved or 0)
        yield {
            "id": f"queue-{i}",
            "function": "queue",
            "input": {"policy": POLICY, "cases": rows, "now": now},
            "options": options,
            "expected": {
                "order": order,
                "report": {"used": used, "saved": kept, "undone": undone, "undone_cost": cost,
                           "unknown": sum(place[2] is None for place in places)},
            },
        }


def wilson(x, n, z=1.959963984540054):
    p = x / n
    middle, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)


def outcomes():
    random.seed(13)
    calendar = Calendar(POLICY["calendar"])
    start = millis("2026-01-05T08:00")
    rows, events, known = [], [], []
    for i in range(24):
        reasons = random.choice((["price"], ["staff"], ["price", "staff"]))
        rows.append({"id": f"o{i:02}", "rating": random.randrange(0, 7), "reasons": reasons, "value": 100, "touchpoint": "branch"})
        at, reply = start, None
        if random.random() < 0.8:
            at = reply = start + random.randrange(0, 90) * HOUR
            events.append({"case": f"o{i:02}", "event": "reply", "now": at})
        if random.random() < 0.4:
            events.append({"case": f"o{i:02}", "event": "remedy", "remedy": "refund", "now": at})
        outcome = random.choice(("recovered", "recovered", "lost", "no_contact", "false_alarm", None))
        if outcome:
            events.append({"case": f"o{i:02}", "event": "close", "outcome": outcome, "now": at})
        later = random.choice((None, 4, 9))
        if later is not None:
            events.append({"case": f"o{i:02}", "event": "rated", "rating": later, "now": at})
        hours = None if reply is None else calendar.minutes_between(start, reply) / 60
        known.append((reasons, hours, outcome, later, rows[-1]["rating"], at if outcome else None, reply))
    now = start + 100 * HOUR
    due = calendar.add_days(start, 2)
    price = [one for one in known if "price" in one[0] and one[2] not in (None, "false_alarm")]
    recovered = sum(one[2] == "recovered" for one in price)
    lower, upper = wilson(recovered, len(price))
    counted = [one for one in known if one[2] != "false_alarm"]
    lift = [one[3] - one[4] for one in known if one[3] is not None]
    hours = [one[1] for one in known if one[1] is not None]
    all_ended = [one for one in known if one[2] not in (None, "false_alarm")]
    yield {
        "id": "outcomes",
        "function": "outcomes",
        "input": {"policy": POLICY, "cases": rows, "events": events, "start": start, "now": now},
        "expected": {
            "report": {
                "cases": 24,
                "open": sum(one[2] is None for one in known),
                "recovery": {"n": len(all_ended), "count": sum(one[2] == "recovered" for one in all_ended)},
                "replied_in_time": {"n": len(counted), "count": sum(one[6] is not None and one[6] <= due for one in counted)},
                "closed_in_time": {"n": len(counted), "count": sum(one[5] is not None and one[5] <= due for one in counted)},
                "reply_hours": statistics.median(hours),
                "lift": {"n": len(lift), "value": statistics.fmean(lift)},
            },
            "group": {"by": "reason", "name": "price", "cases": sum("price" in one[0] for one in known), "n": len(price),
                      "recovered": recovered, "rate": recovered / len(price), "lower": lower, "upper": upper},
        },
    }


def refused():
    case = {"id": "x", "rating": 1, "value": 1, "reasons": [], "touchpoint": "branch", "no_contact": False}
    close = {"case": "x", "event": "close", "outcome": "lost", "now": 0}
    promise = {"case": "x", "event": "promise", "what": "call", "due": "at_once", "now": 0}
    stories = {
        "closed-twice": [close, close],
        "reopened-open": [{"case": "x", "event": "reopen", "now": 0}],
        "waits-new": [{"case": "x", "event": "wait", "now": 0}],
        "open-promise": [promise, close],
        "promised-twice": [promise, promise],
        "kept-nothing": [{"case": "x", "event": "keep", "what": "call", "now": 0}],
        "opened-again": [{"case": "x", "event": "open", "now": 0}],
    }
    for name, events in stories.items():
        yield {
            "id": f"refused-{name}",
            "function": "outcomes",
            "input": {"policy": POLICY, "cases": [case], "events": events, "start": 0, "now": 0},
            "error": {"code": "illegal-transition"},
        }
    quiet = {**case, "no_contact": True}
    yield {
        "id": "refused-reply-without-contact",
        "function": "outcomes",
        "input": {"policy": POLICY, "cases": [quiet], "events": [{"case": "x", "event": "reply", "now": 0}], "start": 0, "now": 0},
        "error": {"code": "illegal-transition"},
    }


def main():
    made = [*business(), *desk(), *queue(), *outcomes(), *refused()]
    for vector in made:
        vector.setdefault("options", {})
        vector["tolerance"] = 1e-12
        vector["source"] = SOURCE
    text = "[\n" + ",\n".join(json.dumps(vector) for vector in made) + "\n]\n"
    (HERE / "cases.json").write_text(text, encoding="utf-8")
    print(len(made), "vectors")


if __name__ == "__main__":
    main()
