"""Makes `alerts.json`: `python3 make_alerts.py` (Python 3.11, tzdata), in the way of `make.py`.

Alerts are kept as a plain list that is searched from its beginning at each step; playbooks are run from their words, with
business time counted minute by minute. Nothing is shared with the library. Every language runs the vectors.

`alerts`: options as configuration; `batches` of happenings, each taken at its `now`. Expected are the changes of each
batch, in order, and what is open in the end. `responses`: a table by rows, taken at once. `playbook`: a trigger, what is
known of the past, and events on the first run that starts; each event answers with effects or the code of its refusal.
"""

import json
import pathlib
import random

from make import HOUR, Calendar, millis

HERE = pathlib.Path(__file__).parent
SOURCE = "act/make_alerts.py: from the definitions, alert by alert and minute by minute"
DAY = 24 * HOUR
WORSE = ("low", "medium", "high", "critical")


def worst(severities):
    return max(severities, key=WORSE.index)


class Book:
    """Open alerts, the oldest first."""

    def __init__(self, options):
        self.storm = options.get("storm", {"members": 5, "hours": 24})
        self.quiet = options.get("close_after_days", 30) * DAY
        self.open, self.made, self.changes = [], 0, []

    @staticmethod
    def name(seen):
        """What makes two happenings the same thing."""
        who = None
        if seen["source"] in ("rating", "reason"):
            if seen.get("customers"):
                who = seen["customers"][0]
            elif seen.get("response") is not None:
                who = seen["response"]
            elif seen.get("subject") is None:
                who = seen["at"]
        return seen["source"], seen["rule"], seen.get("subject"), who

    def tell(self, step, alert, into=None, seen=None):
        members = alert["members"]
        bad = worst(m["severity"] for m in members)
        why = next(m["first"]["why"] for m in members if m["severity"] == bad)
        about = seen or (members[0]["first"] if len(members) == 1 else {})
        self.changes.append({
            "step": step, "into": into, "id": alert["id"], "source": alert["source"], "cause": alert["cause"],
            "severity": alert["severity"], "opened": alert["opened"], "last": alert["last"],
            "members": len(members), "times": sum(m["times"] for m in members), "subject": about.get("subject"),
            "why": why if len(members) == 1 else f"{len(members)} times `{alert['cause']}`: {why}",
            "seen": seen and {name: seen[name] for name in ("rule", "at", "why")},
            "closed": None if step != "closed" else {"members": [
                {"times": m["times"], "last": m["last"], "over": m["over"], "responses": list(m["responses"]),
                 "first": {"rule": m["first"]["rule"], "at": m["first"]["at"], "why": m["first"]["why"]}}
                for m in members
            ]},
        })

    def settle(self, alert):
        alert["severity"] = worst(m["severity"] for m in alert["members"])
        alert["last"] = max(m["last"] for m in alert["members"])
        alert["opened"] = min([alert["opened"]] + [m["first"]["at"] for m in alert["members"]])

    def take(self, happenings, now):
        self.changes = []
        for seen in happenings:
            known = [(a, m) for a in self.open for m in a["members"] if self.name(m["first"]) == self.name(seen)]
            if known:
                self.again(*known[0], seen)
            elif not seen.get("over") and now - seen["at"] < self.quiet:
                self.add(seen)
        for alert in [a for a in self.open if now - a["last"] >= self.quiet]:
            self.open.remove(alert)
            self.tell("closed", alert)
        return self.changes

    def again(self, alert, member, seen):
        response = seen.get("response")
        if response is not None and response in member["responses"]:
            return
        member["last"] = max(member["last"], seen["at"])
        member["over"] = bool(seen.get("over"))
        if not member["over"]:
            member["times"] += 1
            member["severity"] = worst((member["severity"], seen["severity"]))
            member["responses"] += [] if response is None else [response]
        self.settle(alert)
        if all(m["over"] for m in alert["members"]):
            self.open.remove(alert)
            self.tell("closed", alert, seen=seen)
        elif not member["over"]:
            self.tell("repeated", alert, seen=seen)

    def add(self, seen):
        response = seen.get("response")
        member = {"first": seen, "times": 1, "last": seen["at"], "over": False, "severity": seen["severity"],
                  "responses": [] if response is None else [response]}
        near = []
        if self.storm:
            span = self.storm["hours"] * HOUR
            near = [a for a in self.open if a["cause"] == seen["cause"]
                    and (a["source"] == seen["source"] or {a["source"], seen["source"]} == {"rating", "reason"})
                    and abs(a["last"] - seen["at"]) <= span]
        home = next((a for a in near if len(a["members"]) > 1), None)
        if home is None and near and len(near) + 1 >= self.storm["members"]:
            home = near[0]
        if home is None:
            self.made += 1
            alert = {"id": self.made, "source": seen["source"], "cause": seen["cause"], "severity": seen["severity"],
                     "opened": seen["at"], "last": seen["at"], "members": [member]}
            self.open.append(alert)
            self.tell("opened", alert, seen=seen)
            return
        for other in near:
            if other is not home:
                self.open.remove(other)
                self.tell("merged", other, home["id"])
                home["members"] += other["members"]
        home["members"].append(member)
        self.settle(home)
        self.tell("joined", home, seen=seen)


def told(alerts):
    """Open alerts as rows of a table."""
    return [
        {"id": a["id"], "severity": a["severity"], "members": len(a["members"]),
         "times": sum(m["times"] for m in a["members"]),
         "subjects": ",".join(sorted({m["first"]["subject"] for m in a["members"] if m["first"].get("subject")}))}
        for a in alerts
    ]


def alerts():
    random.seed(20261)
    for story, options in enumerate((
        {},
        {"storm": {"members": 2, "hours": 3}, "close_after_days": 2},
        {"storm": {"members": 3, "hours": 12}, "close_after_days": 1},
        {"storm": None, "close_after_days": 4},
        {"storm": {"members": 4, "hours": 48}},
    )):
        book, now, batches, expected, number = Book(options), millis("2026-01-05T09:00"), [], [], 0
        for _ in range(9):
            batch = []
            for _ in range(random.randrange(0, 9)):
                source = random.choice(("rating", "reason", "reason", "pulse", "health", "anomaly"))
                at = now - random.randrange(0, 8) * HOUR
                seen = {"source": source, "rule": random.choice(("low", "late")), "at": at,
                        "severity": random.choice(WORSE), "why": f"seen by {source}"}
                seen["cause"] = random.choice(("delivery", "price")) if source in ("reason", "anomaly") else seen["rule"]
                if source in ("rating", "reason"):
                    number += 1
                    if random.random() < 0.8:
                        seen["response"] = f"r{number - random.randrange(0, 3)}"
                    if random.random() < 0.7:
                        seen["customers"] = [random.choice(("ada", "bo", "cy", "di"))]
                if random.random() < 0.8:
                    seen["subject"] = random.choice(("acme", "bolt", "core"))
                if source in ("pulse", "health", "anomaly"):
                    seen["over"] = random.random() < 0.4
                batch.append(seen)
            batches.append({"happenings": batch, "now": now})
            expected.append(book.take(batch, now))
            now += random.choice((1, 5, 11, 30, 60)) * HOUR
        yield {
            "id": f"alerts-{story}",
            "function": "alerts",
            "input": {"batches": batches},
            "options": options,
            "expected": {"changes": expected, "open": told(book.open)},
        }


RULES = [
    {"id": "threat", "reasons": ["legal"], "severity": "critical"},
    {"id": "furious", "at_most": 2, "severity": "high"},
    {"id": "mixed", "at_least": 4, "at_most": 6, "reasons": ["price", "staff"], "severity": "low"},
    {"id": "detractor", "at_most": 6},
]


def raised(row):
    """By the first rule that fits: its id, severity, source and cause."""
    score, reasons = row["score"], row["reasons"]
    if "legal" in reasons:
        return "threat", "critical", "reason", "legal"
    cause = min(reasons, default=None)
    if score is not None and score <= 2:
        return "furious", "high", "rating", cause or "furious"
    named = [reason for reason in ("price", "staff") if reason in reasons]
    if score is not None and 4 <= score <= 6 and named:
        return "mixed", "low", "reason", named[0]
    if score is not None and score <= 6:
        return "detractor", "medium", "rating", cause or "detractor"
    return None


def responses():
    random.seed(5)
    for story in range(3):
        options = {"rules": RULES, "storm": {"members": 3, "hours": 24}, "close_after_days": 9}
        start, rows, seen = millis("2026-03-02T08:00"), [], []
        for i in range(30):
            row = {
                "score": random.choice((None, 0, 1, 2, 3, 4, 5, 6, 7, 9, 10)),
                "at": start + i * random.randrange(1, 4) * HOUR,
                "customer": random.choice(("ada", "bo", "cy", "di", "ed", "fay", "gus")),
                "account": random.choice(("acme", "bolt")),
                "id": f"r{random.randrange(0, 40)}",
                "reasons": random.choice(([], ["price"], ["late"], ["staff", "price"], ["late", "legal"], ["late"])),
            }
            rows.append(row)
            found = raised(row)
            if found is None:
                continue
            rule, severity, source, cause = found
            why = "" if row["score"] is None else f"rated {row['score']}"
            if source == "reason":
                why = f"{why} for `{cause}`" if why else f"said `{cause}`"
            seen.append({"source": source, "rule": rule, "at": row["at"], "severity": severity, "cause": cause,
                         "why": why, "subject": row["account"], "customers": [row["customer"]], "response": row["id"]})
        book, now = Book(options), max(row["at"] for row in rows)
        changes = book.take(seen, now)
        yield {
            "id": f"responses-{story}",
            "function": "responses",
            "input": {"rows": rows, "now": now},
            "options": options,
            "expected": {"changes": changes, "open": told(book.open)},
        }


CALENDAR = {"zone": "Europe/Copenhagen", "holidays": ["2026-04-03", "2026-04-06"]}
BOOKS = {
    "ask_gap_days": 45,
    "calendar": CALENDAR,
    "playbooks": [
        {"id": "save", "on": {"band": {"from": "green", "to": "yellow"}}, "again_after_days": 20, "steps": [
            {"id": "call", "kind": "reply", "what": "call the customer", "role": "owner", "due_business_hours": 6},
            {"id": "plan", "what": "agree on a plan", "role": "owner", "after": "call", "due_business_days": 3,
             "done_when": ["plan:signed"]},
            {"id": "why", "kind": "ask", "what": "what is missing?", "after": "call", "due_days": 2, "done_when": ["answered"]},
            {"id": "check", "what": "check that it got better", "after": "plan", "due_days": 14,
             "done_when": ["band:green", "renewed"]}]},
        {"id": "watch", "on": {"band": {"to": "yellow"}}, "steps": [
            {"id": "look", "what": "look at the usage", "due_hours": 30, "done_when": ["band:green"]}]},
        {"id": "advocate", "on": {"rated": {"band": "promoter"}}, "steps": [
            {"id": "praise", "kind": "praise", "what": "tell the colleague"},
            {"id": "review", "kind": "ask", "what": "ask for a review", "due_days": 2, "done_when": ["reviewed"]},
            {"id": "refer", "kind": "ask", "what": "ask for a friend", "after": "review"},
            {"id": "upsell", "what": "offer the larger plan", "role": "sales", "after": "refer", "due_business_days": 1}]},
        {"id": "what happened", "on": {"rated": {"band": "detractor", "comment": False}}, "steps": [
            {"id": "ask", "kind": "ask", "what": "what happened?", "done_when": ["answered"]},
            {"id": "thanks", "kind": "reply", "what": "say thank you", "after": "ask", "due_business_hours": 16}]},
        {"id": "fire", "on": {"alert": {"source": "pulse", "severity": "high"}}, "steps": [
            {"id": "look", "what": "look at once", "role": "head", "due_hours": 2}]},
    ],
}


def fits(on, happened):
    (kind, wanted), (other, found) = *on.items(), *happened.items()
    if kind != other:
        return False
    if kind == "band":
        return all(wanted.get(end) in (None, found.get(end)) for end in ("from", "to"))
    if kind == "rated":
        return wanted["band"] == found["band"] and wanted.get("comment") in (None, found.get("comment", False))
    bad = WORSE.index(found.get("severity", "medium")) >= WORSE.index(wanted.get("severity", "low"))
    return bad and all(wanted.get(what) in (None, found.get(what)) for what in ("source", "cause"))


class Run:
    def __init__(self, book, trigger, asked, silent, now):
        self.book, self.trigger, self.asked, self.silent = book, trigger, asked, silent
        self.state = {step["id"]: "waiting" for step in book["steps"]}
        self.due, self.done, self.late, self.ended = {}, {}, set(), None
        self.effects = []
        self.open(now)

    def tell(self, kind, step=None, to=None, due=None, why=None):
        step = step or {"id": "", "what": "", "kind": "task"}
        self.effects.append({"kind": kind, "step": step["id"], "what": step["what"], "to": to, "due": due,
                             "human_only": step.get("kind") == "reply", "why": why})

    def over(self, name, state, now):
        self.state[name], self.done[name] = state, now

    def open(self, now):
        calendar = Calendar(CALENDAR)
        for step in self.book["steps"]:
            name, kind = step["id"], step.get("kind", "task")
            before = step.get("after")
            if self.state[name] != "waiting" or (before and self.state[before] not in ("done", "skipped")):
                continue
            why = None
            if kind == "ask" and self.asked is not None and now - self.asked < BOOKS["ask_gap_days"] * DAY:
                why = "asked_recently"
            if kind == "praise" and self.trigger.get("employee") is None:
                why = "no_employee"
            if kind in ("ask", "reply") and self.silent:
                why = "no_contact"
            if why:
                self.over(name, "skipped", now)
                self.tell("skipped", step, why=why)
                continue
            due = None
            if "due_hours" in step:
                due = now + step["due_hours"] * HOUR
            if "due_days" in step:
                due = now + step["due_days"] * DAY
            if "due_business_hours" in step:
                due = calendar.add_hours(now, step["due_business_hours"])
            if "due_business_days" in step:
                due = calendar.add_days(now, step["due_business_days"])
            self.state[name], self.due[name] = "open", due
            if kind == "ask":
                self.asked = now
            if kind == "praise":
                self.over(name, "done", now)
            to = {"task": step.get("role"), "praise": self.trigger.get("employee")}.get(kind, self.trigger.get("customer"))
            self.tell({"task": "do"}.get(kind, kind), step, to, due)
        if self.ended is None and all(state in ("done", "skipped") for state in self.state.values()):
            self.ended = now
            self.tell("ended")

    def event(self, event, past, now):
        self.effects = []
        if self.ended is not None:
            return {"error": "wrong-step"} if isinstance(event, dict) and "done" in event else {"effects": []}
        if event == "tick":
            for step in self.book["steps"]:
                name = step["id"]
                due = self.due.get(name)
                if self.state[name] == "open" and due is not None and now > due and name not in self.late:
                    self.late.add(name)
                    self.tell("overdue", step, step.get("role"), due)
        elif event == "stop":
            for step in self.book["steps"]:
                if self.state[step["id"]] in ("open", "waiting"):
                    self.over(step["id"], "skipped", now)
                    self.tell("skipped", step, why="stopped")
        elif "happened" in event:
            for step in self.book["steps"]:
                if self.state[step["id"]] == "open" and event["happened"] in step.get("done_when", ()):
                    self.over(step["id"], "done", now)
        else:
            done = event["done"]
            step = next((step for step in self.book["steps"] if step["id"] == done["step"]), None)
            if step is None:
                return {"error": "unknown-name"}
            if self.state[step["id"]] != "open":
                return {"error": "wrong-step"}
            if step.get("kind") == "reply" and not done["human"]:
                return {"error": "invalid-argument"}
            self.over(step["id"], "done", now)
        if past.get("asked") is not None:
            self.asked = past["asked"] if self.asked is None else max(self.asked, past["asked"])
        self.silent = self.silent or past.get("no_contact", False)
        for step in self.book["steps"]:
            if self.silent and self.state[step["id"]] == "open" and step.get("kind") in ("ask", "reply"):
                self.over(step["id"], "skipped", now)
                self.tell("skipped", step, why="no_contact")
        self.open(now)
        return {"effects": self.effects}


def playbooks():
    random.seed(77)
    triggers = [
        {"happened": {"band": {"from": "green", "to": "yellow"}}, "subject": "acme", "customer": "ada"},
        {"happened": {"band": {"from": "red", "to": "yellow"}}, "subject": "acme"},
        {"happened": {"band": {"from": "yellow", "to": "green"}}, "subject": "acme"},
        {"happened": {"rated": {"band": "promoter", "comment": True}}, "customer": "ada", "employee": "bo"},
        {"happened": {"rated": {"band": "promoter"}}, "customer": "ada"},
        {"happened": {"rated": {"band": "detractor"}}, "customer": "ada"},
        {"happened": {"rated": {"band": "detractor", "comment": True}}, "customer": "ada"},
        {"happened": {"alert": {"source": "pulse", "severity": "critical"}}, "subject": "acme"},
        {"happened": {"alert": {"source": "pulse", "severity": "medium"}}, "subject": "acme"},
        {"happened": {"alert": {"source": "reason", "cause": "late", "severity": "high"}}, "subject": "acme"},
    ]
    begin = millis("2026-03-26T14:20")
    for story in range(50):
        trigger = triggers[story % len(triggers)]
        now = begin + random.randrange(0, 200) * HOUR
        past = {}
        if story >= 10 and random.random() < 0.6:
            past["asked"] = now - random.choice((10, 44, 45, 80)) * DAY
        if story >= 10 and random.random() < 0.6:
            past["started"] = {"save": now - random.choice((19, 20)) * DAY}
        if story >= 30 and random.random() < 0.2:
            past["no_contact"] = True
        asked, runs, at = past.get("asked"), [], now
        for book in BOOKS["playbooks"]:
            last = past.get("started", {}).get(book["id"])
            if fits(book["on"], trigger["happened"]) and not (
                last is not None and now - last < book.get("again_after_days", 0) * DAY
            ):
                runs.append(Run(book, trigger, asked, past.get("no_contact", False), now))
                asked = runs[-1].asked
        started = [{"run": {"playbook": run.book["id"], "asked": run.asked}, "effects": run.effects} for run in runs]
        events, answers, run = [], [], runs[0] if runs else None
        for _ in range(14 if run else 0):
            at += random.choice((1, 5, 20, 50, 900)) * HOUR
            names = [step["id"] for step in run.book["steps"]] + ["dance"]
            event = random.choice((
                "tick",
                {"happened": random.choice(("answered", "reviewed", "band:green", "plan:signed", "nothing"))},
                {"done": {"step": random.choice(names), "by": "cy", "human": random.random() < 0.8}},
                {"done": {"step": random.choice(names), "by": "cy", "human": True}},
            ))
            if random.random() < 0.03:
                event = "stop"
            known = {}
            if story >= 30 and event != "stop":
                if random.random() < 0.2:
                    known["asked"] = at - random.choice((1, 30, 60)) * DAY
                if random.random() < 0.05:
                    known["no_contact"] = True
            events.append({"event": event, "past": known, "now": at})
            answers.append(run.event(event, known, at))
        expected = {"started": started, "events": answers}
        if run:
            expected["run"] = {
                "ended": run.ended,
                "asked": run.asked,
                "no_contact": run.silent,
                "steps": [{"id": name, "state": state, "due": run.due.get(name), "done": run.done.get(name), "late": name in run.late}
                          for name, state in run.state.items()],
            }
        yield {
            "id": f"playbook-{story:02}",
            "function": "playbook",
            "input": {"trigger": trigger, "past": past, "now": now, "events": events},
            "options": BOOKS,
            "expected": expected,
        }


def refused():
    step = {"id": "a", "what": "do"}
    plain = {"id": "a", "on": {"band": {}}, "steps": [step]}
    for name, function, options, code in (
        ("two-spans", "playbook", {"playbooks": [{**plain, "steps": [{**step, "due_days": 1, "due_business_days": 1}]}]}, "invalid-argument"),
        ("late-after", "playbook", {"playbooks": [{**plain, "steps": [{**step, "after": "b"}]}]}, "unknown-name"),
        ("no-steps", "playbook", {"playbooks": [{**plain, "steps": []}]}, "invalid-argument"),
        ("two-books", "playbook", {"playbooks": [plain, plain]}, "duplicate-key"),
        ("closed-week", "playbook", {"playbooks": [plain], "calendar": {"hours": {}}}, "invalid-argument"),
        ("storm-of-one", "alerts", {"storm": {"members": 1, "hours": 1}}, "invalid-argument"),
        ("never-closed", "alerts", {"close_after_days": 0}, "invalid-argument"),
    ):
        given = {"trigger": {"happened": {"band": {}}}, "past": {}, "now": 0, "events": []}
        yield {
            "id": f"refused-{name}",
            "function": function,
            "input": given if function == "playbook" else {"batches": []},
            "options": options,
            "error": {"code": code},
        }


def main():
    made = [*alerts(), *responses(), *playbooks(), *refused()]
    for vector in made:
        vector["tolerance"] = 1e-12
        vector["source"] = SOURCE
    text = "[\n" + ",\n".join(json.dumps(vector) for vector in made) + "\n]\n"
    (HERE / "alerts.json").write_text(text, encoding="utf-8")
    steps = {change["step"] for v in made if v["function"] == "alerts" for batch in v.get("expected", {}).get("changes", ())
             for change in batch}
    effects = {effect["kind"] for v in made if v["function"] == "playbook" for one in v.get("expected", {}).get("events", ())
               for effect in one.get("effects", ())}
    print(len(made), "vectors", sorted(steps), sorted(effects))


if __name__ == "__main__":
    main()
