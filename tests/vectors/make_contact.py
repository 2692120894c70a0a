"""Makes `contact.json`: `python3 make_contact.py` (Python 3.11, mpmath 1.3).

Contact rules are asked half hour by half hour from their definitions, with Python's own calendar and zones, instead of being
solved for their next time; every time in the cases lies on a half hour.
"""

import datetime
import hashlib
import hmac
import zoneinfo

import mpmath as mp

from make import SOURCE, number, repeat, score, vector, wilson, write, z_of

HOUR, DAY = 3_600_000, 86_400_000
MONDAY = 1_767_614_400_000  # 2026-01-05T12:00Z
HORIZON = 3 * 365 * 48
DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


def draw(*texts):
    """FNV-1a of the texts, each closed by 0xff, mixed by the finaliser of SplitMix64; the upper 53 bits."""
    h = 0xCBF29CE484222325
    for byte in b"".join(text.encode() + b"\xff" for text in texts):
        h = (h ^ byte) * 0x100000001B3 % 2**64
    h = (h ^ h >> 30) * 0xBF58476D1CE4E5B9 % 2**64
    h = (h ^ h >> 27) * 0x94D049BB133111EB % 2**64
    return ((h ^ h >> 31) >> 11) / 2**53


def rows(columns):
    names = list(columns or {})
    return [dict(zip(names, cells)) for cells in zip(*columns.values())] if names else []


def fits(which, who):
    """Whether a survey is among those a rule is about."""
    of = {"surveys": "survey", "metrics": "metric", "kinds": "kind", "touchpoints": "touchpoint", "channels": "channel"}
    value = lambda key: who.get(of[key]) or ("relational" if key == "kinds" else None)
    return all(value(key) in wanted for key, wanted in (which or {}).items() if wanted)


def days(count):
    return round(count * DAY)


def reminder_rule(policy, who):
    return next(((i, r["reminder"]) for i, r in enumerate(policy["rules"]) if "reminder" in r and fits(r["reminder"].get("of"), who)), None)


def counted(policy, past):
    """Reminders count for gaps and caps only where their rule says so."""
    for contact in past:
        rule = reminder_rule(policy, contact)
        if not contact.get("reminder") or (rule and rule[1].get("counted")):
            yield contact


def within(start, end, past, who, at, later):
    """A window that is asked in once."""
    if at >= end:
        return "expired", None
    own = [c for c in past if c["customer"] == who["customer"] and c["survey"] == who["survey"] and not c.get("reminder")]
    if any(start <= c["at"] < end for c in own) and not who.get("reminder"):
        return "asked-already", None
    return ("too-early", later) if at < start else None


def quiet(rule, who, at):
    zone = who.get("zone") or "UTC"
    fixed = datetime.timezone(datetime.timedelta(hours=int(zone[:3]))) if zone[0] in "+-" else zoneinfo.ZoneInfo(zone)
    local = datetime.datetime.fromtimestamp(at / 1000, fixed)
    clock = local.strftime("%H:%M")
    night = rule["from"] <= clock < rule["to"] if rule["from"] < rule["to"] else rule["from"] != rule["to"] and (clock >= rule["from"] or clock < rule["to"])
    return night or DAYS[local.weekday()] in rule.get("days", [])


ASK_AGAIN = "found by asking"


def hold(policy, index, past, who, at):
    """What a rule says against asking at a time: code, and until when (nothing: for good; or to be found by asking)."""
    (name, rule), = policy["rules"][index].items()
    if not fits(rule.get("of"), who):
        return None
    reminds = reminder_rule(policy, who)
    exempt = who.get("reminder") and not (reminds and reminds[1].get("counted"))
    if name == "gap" and not exempt:
        ends = [c["at"] + days(rule["days"]) for c in counted(policy, past)
                if c["customer"] == who["customer"] and fits(rule.get("counts"), c) and (not rule.get("after") or (c.get("outcome") or "open") in rule["after"])]
        return ("gap", ASK_AGAIN) if any(at < end for end in ends) else None
    if name == "cap" and not exempt:
        per = rule.get("per", "customer")
        same = [c for c in counted(policy, past) if who.get(per) and c.get(per) == who[per] and fits(rule.get("counts"), c)]
        if sum(at < c["at"] + days(rule["days"]) for c in same) >= rule["at_most"]:
            return "cap", ASK_AGAIN if rule["at_most"] else None
        return None
    if name == "sample":
        rate = next((s["rate"] for s in rule.get("segments", []) if who.get(s["attribute"]) in s["is"]), rule["rate"])
        return None if draw(rule["salt"], who["survey"], who["customer"]) < rate else ("not-sampled", None)
    if name == "trigger":
        if who.get("event") != rule["event"]:
            return "no-event", None
        start = who["event_at"] + days(rule.get("after_days", 0))
        return within(start, start + days(rule["within_days"]), past, who, at, start)
    if name == "recurring":
        if who.get("since") is None:
            return "since-unknown", None
        every = days(rule["every_days"])
        gone = max(0, (at - who["since"]) // every)
        if gone == 0:
            return "too-early", ASK_AGAIN
        start = who["since"] + gone * every
        found = within(start, start + min(every, days(rule["within_days"])), past, who, at, None)
        return found and (found[0], start + every)
    if name == "first_contact":
        if who.get("since") is None:
            return "since-unknown", None
        return ("first-contact", ASK_AGAIN) if at < who["since"] + days(rule["days"]) else None
    if name == "quiet":
        return ("quiet", "not compared") if quiet(rule, who, at) else None
    if name == "channels":
        reach = [c for c in rule["channels"] if (not who.get("channels") or c in who["channels"].split("|")) and who.get("channel") in (None, c)]
        return None if reach else ("no-channel", None)
    if name == "enough":
        return ("enough", None) if who.get("margin") is not None and who["margin"] <= rule["margin"] else None
    return None


def remind(policy, past, who, at):
    found = reminder_rule(policy, who)
    if found is None:
        return "no-reminders", None, None
    index, rule = found
    own = [c for c in past if c["customer"] == who["customer"] and c["survey"] == who["survey"]]
    sent = max((c for c in own if not c.get("reminder")), key=lambda c: c["at"], default=None)
    if sent is None or (sent.get("outcome") or "open") != "open":
        return "nothing-open", index, None
    if at >= sent["at"] + days(rule["deadline_days"]):
        return "expired", index, None
    reminders = [c["at"] for c in own if c.get("reminder") and c["at"] >= sent["at"]]
    if len(reminders) >= rule["at_most"]:
        return "reminded-enough", index, None
    start = max(reminders, default=sent["at"]) + days(rule["after_days"])
    return ("too-early", index, start) if at < start else None


def holds(policy, past, who, at):
    found = []
    if who.get("opted_out"):
        found.append(("opted-out", None, None))
    if who.get("quarantine_until") and at < who["quarantine_until"]:
        found.append(("quarantine", None, who["quarantine_until"]))
    if who.get("reminder") and (reason := remind(policy, past, who, at)):
        found.append(reason)
    for index in range(len(policy["rules"])):
        if reason := hold(policy, index, past, who, at):
            found.append((reason[0], index, reason[1]))
    return found


def channel_of(policy, who):
    """The one wanted, or the first of a rule that reaches the customer."""
    chosen = who.get("channel")
    for rule in policy["rules"]:
        rule = rule.get("channels")
        if rule and fits(rule.get("of"), who):
            chosen = chosen or next(c for c in rule["channels"] if not who.get("channels") or c in who["channels"].split("|"))
    return chosen


def decide(policy, past, who, now):
    found = holds(policy, past, who, now)
    if not found:
        return {"verdict": {"do": "ask", "channel": channel_of(policy, who)}, "holds": []}
    listed = []
    for code, index, until in found:
        if until == ASK_AGAIN:
            until = next(now + t * HOUR // 2 for t in range(1, HORIZON) if not hold(policy, index, past, who, now + t * HOUR // 2))
        listed.append({"code": code, "rule": index} | ({} if until == "not compared" else {"until": until}))
    at = None
    if all(one.get("until", 0) is not None for one in listed):
        at = next((now + t * HOUR // 2 for t in range(1, HORIZON) if not holds(policy, past, who, now + t * HOUR // 2)), None)
    return {"verdict": {"do": "never"} if at is None else {"do": "later", "at": at}, "holds": listed}


def made(who, at, channel):
    return {key: who.get(key) for key in ("customer", "account", "household", "survey", "metric", "kind", "touchpoint", "reminder")} | {"at": at, "channel": channel}


def plan(policy, past, candidates, options):
    """Candidate by candidate, with what was planned before as contacts."""
    start, end = options["start"], options["end"]
    rank = {survey: i for i, survey in enumerate(policy.get("priority", []))}
    salt = options.get("salt", "")
    key = lambda i: (rank.get(candidates[i]["survey"], len(rank)), draw(salt, candidates[i]["survey"], candidates[i]["customer"]), i)
    known, counts, found = list(past), {}, []
    days_of_window = -(-(end - start) // DAY)
    for index in sorted(range(len(candidates)), key=key):
        who = candidates[index]
        count = counts.setdefault(who["survey"], 0)
        row = {"candidate": index, "send": False, "at": None, "channel": None, "notice": None, "reminder": None, "deadline": None,
               "code": None, "rule": None, "next": None}
        found.append(row)
        if options.get("target") is not None and count >= options["target"]:
            row["code"] = "target-reached"
            continue
        first = start + count % days_of_window * DAY if options.get("spread") else start
        when = lambda decision, asked: {"ask": asked, "later": decision["verdict"].get("at")}.get(decision["verdict"]["do"])
        decision = decide(policy, known, who, first)
        at = when(decision, first)
        if first > start and (at is None or at >= end):
            decision = decide(policy, known, who, start)
            at = when(decision, start)
        if at is None or at >= end:
            worst = next((h for h in decision["holds"] if h.get("until", 0) is None), decision["holds"][0])
            row |= {"code": worst["code"], "rule": worst["rule"], "next": at}
            continue
        counts[who["survey"]] += 1
        rule = reminder_rule(policy, who)
        channel = channel_of(policy, who)
        row |= {"send": True, "at": at, "channel": channel}
        if options.get("notice_days") is not None:
            row["notice"] = at - options["notice_days"] * DAY
        if rule:
            row["deadline"] = at + days(rule[1]["deadline_days"])
            if rule[1]["at_most"] and not who.get("reminder"):
                row["reminder"] = at + days(rule[1]["after_days"])
        known.append(made(who, at, channel))
    return sorted(found, key=lambda row: row["candidate"])


def replay(policy, past, customers, deviation):
    known = {c["customer"]: c for c in customers}
    kept, refused, surveys = [], {}, {}
    order = ["opted-out", "quarantine", "gap", "cap", "not-sampled"]
    for was in sorted(past, key=lambda c: c["at"]):
        who = known.get(was["customer"], {}) | {k: v for k, v in was.items() if v is not None and k not in ("at", "outcome")}
        stats = surveys.setdefault(was["survey"], {"survey": was["survey"], "sent": 0, "was_sent": 0, "answered": 0, "was_answered": 0})
        answered = was.get("outcome") == "answered"
        stats["was_sent"] += 1
        stats["was_answered"] += answered
        against = holds(policy, kept, who, was["at"])
        if against:
            refused[against[0][0]] = refused.get(against[0][0], 0) + 1
        else:
            stats["sent"] += 1
            stats["answered"] += answered
            kept.append(was)
    half = lambda n: number(z_of(0.95) * deviation / mp.sqrt(n)) if n else None
    lists = [surveys[name] | {"margin": half(surveys[name]["answered"]), "was_margin": half(surveys[name]["was_answered"])} for name in sorted(surveys)]
    return {"sent": sum(s["sent"] for s in lists), "answered": sum(s["answered"] for s in lists),
            "refused": sorted(([code, n] for code, n in refused.items()), key=lambda pair: order.index(pair[0])), "surveys": lists}


def columns(list):
    names = [name for row in list for name in row]
    return {name: [row.get(name) for row in list] for name in dict.fromkeys(names)}


RELATIONAL = {"kinds": ["relational"]}
PAST = [
    {"customer": "ada", "account": "acme", "survey": "nps", "at": MONDAY - 100 * DAY, "outcome": "answered"},
    {"customer": "ada", "account": "acme", "survey": "csat", "at": MONDAY - 10 * DAY, "outcome": "declined", "kind": "transactional", "touchpoint": "support"},
    {"customer": "bo", "account": "acme", "survey": "nps", "at": MONDAY - 40 * DAY, "outcome": "open"},
    {"customer": "cy", "household": "h1", "survey": "nps", "at": MONDAY - 5 * DAY},
    {"customer": "cy", "household": "h1", "survey": "nps", "at": MONDAY - 2 * DAY, "reminder": 1},
    {"customer": "di", "survey": "nps", "at": MONDAY + 3 * DAY},
]
WHO = [
    {"customer": "ada", "account": "acme", "survey": "nps", "since": MONDAY - 500 * DAY, "tier": "gold"},
    {"customer": "bo", "account": "acme", "survey": "csat", "kind": "transactional", "touchpoint": "support", "event": "service", "event_at": MONDAY - 2 * DAY},
    {"customer": "cy", "household": "h1", "survey": "nps", "reminder": 1},
    {"customer": "di", "survey": "nps", "zone": "+11:00", "channels": "phone|email", "margin": 2.5},
    {"customer": "eve", "household": "h1", "survey": "nps", "opted_out": 1},
    {"customer": "flo", "survey": "nps", "quarantine_until": MONDAY + 7 * DAY, "since": MONDAY - 20 * DAY, "zone": "Europe/Berlin"},
    {"customer": "gus", "survey": "ces", "kind": "transactional", "channel": "sms", "event": "service", "event_at": MONDAY - 20 * DAY},
]


def decisions():
    policies = {
        "gaps": [{"gap": {"days": 180, "of": RELATIONAL, "counts": RELATIONAL}}, {"gap": {"days": 30}}, {"gap": {"days": 90, "after": ["declined"]}}],
        "caps": [{"cap": {"at_most": 2, "days": 60, "per": "account"}}, {"cap": {"at_most": 1, "days": 14, "per": "household"}}, {"cap": {"at_most": 0, "days": 1, "of": {"surveys": ["ces"]}}}],
        "reminders": [{"gap": {"days": 30}}, {"reminder": {"after_days": 3, "at_most": 2, "deadline_days": 10, "counted": True}}],
        "triggers": [{"trigger": {"event": "service", "after_days": 1, "within_days": 14, "of": {"kinds": ["transactional"]}}},
                     {"recurring": {"every_days": 182, "within_days": 14, "of": RELATIONAL}}],
        "life": [{"first_contact": {"days": 30}}, {"enough": {"margin": 3}}, {"channels": {"channels": ["in_app", "email"]}}],
        "quiet": [{"quiet": {"from": "20:00", "to": "08:00", "days": ["saturday", "sunday"]}}],
        "lunch": [{"quiet": {"from": "11:30", "to": "13:30", "of": RELATIONAL}}],
        "samples": [{"sample": {"salt": "s", "rate": 0.4, "segments": [{"attribute": "tier", "is": ["gold"], "rate": 1}]}}],
    }
    out = []
    for name, rules in policies.items():
        policy = {"rules": rules}
        for hours in (0, 107) if name in ("quiet", "gaps") else (0,):
            now = MONDAY + hours * HOUR
            expected = [decide(policy, PAST, who, now) for who in WHO]
            out.append(vector(f"decide-{name}-{hours}", "contact_decide", {"policy": policy, "candidates": columns(WHO), "past": columns(PAST)}, {"now": now}, expected))
    # The night to 2026-03-29 is an hour shorter in Berlin.
    policy = {"rules": policies["quiet"]}
    now = 20_540 * DAY + 20 * HOUR
    who = [{"customer": "flo", "survey": "nps", "zone": zone} for zone in ("Europe/Berlin", "+01:00", None)]
    out.append(vector("decide-clock-change", "contact_decide", {"policy": policy, "candidates": columns(who)}, {"now": now}, [decide(policy, [], w, now) for w in who]))
    many = [{"customer": f"c{i}", "survey": "nps"} for i in range(60)]
    policy = {"rules": [{"sample": {"salt": "é", "rate": 0.25}}]}
    out.append(vector("decide-sample", "contact_decide", {"policy": policy, "candidates": columns(many)}, {"now": MONDAY}, [decide(policy, [], w, MONDAY) for w in many]))
    given = {"policy": {"rules": [{"gap": {"days": -1}}]}, "candidates": columns(many)}
    out.append(vector("decide-broken", "contact_decide", given, {"now": MONDAY}, error={"code": "invalid-argument", "path": "rules[0].gap.days"}, source="contract"))
    given = {"policy": {"rules": []}, "candidates": {"customer": ["ada"], "survey": ["nps"], "zone": ["Moon/Tranquility"]}}
    out.append(vector("decide-no-zone", "contact_decide", given, {"now": MONDAY}, error={"code": "time-zone", "path": "zone", "row": 0}, source="contract"))
    return out


def plans():
    policy = {"rules": [{"gap": {"days": 60}}, {"cap": {"at_most": 1, "days": 30, "per": "account"}}, {"sample": {"salt": "p", "rate": 0.8}},
                        {"quiet": {"from": "18:00", "to": "09:00", "days": ["sunday"]}}, {"reminder": {"after_days": 3, "at_most": 1, "deadline_days": 10}}],
              "priority": ["csat"]}
    candidates = [{"customer": f"c{i}", "account": f"a{i // 3}", "survey": "csat" if i % 7 == 0 else "nps", "zone": "+02:00" if i % 2 else None} for i in range(30)]
    past = [{"customer": f"c{i}", "account": f"a{i // 3}", "survey": "nps", "at": MONDAY - (40 + i) * DAY, "outcome": "answered"} for i in range(0, 30, 4)]
    out = []
    for name, more in (("early", {}), ("spread", {"spread": True, "target": 4, "notice_days": 2, "salt": "x"})):
        options = {"start": MONDAY, "end": MONDAY + 7 * DAY} | more
        out.append(vector(f"plan-{name}", "contact_plan", {"policy": policy, "candidates": columns(candidates), "past": columns(past)}, options,
                          plan(policy, past, candidates, options)))
    out.append(vector("plan-upside-down", "contact_plan", {"policy": policy, "candidates": columns(candidates)}, {"start": MONDAY, "end": MONDAY},
                      error={"code": "invalid-argument"}, source="contract"))
    return out


def replays():
    past = [{"customer": f"c{i % 9}", "account": f"a{i % 9 // 3}", "survey": ["nps", "csat"][i % 5 == 0], "at": MONDAY + i * 7 * DAY // 2,
             "outcome": ["answered", "open", "declined", "open"][i % 4]} for i in range(80)]
    customers = [{"customer": f"c{i}", "opted_out": int(i == 7), "plan": "pro" if i % 2 else "free"} for i in range(9)]
    policy = {"rules": [{"gap": {"days": 45}}, {"cap": {"at_most": 2, "days": 60, "per": "account"}},
                        {"sample": {"salt": "r", "rate": 0.5, "segments": [{"attribute": "plan", "is": ["pro"], "rate": 1}]}}]}
    return [vector("replay", "contact_replay", {"policy": policy, "past": columns(past), "customers": columns(customers)}, {"deviation": 70},
                   replay(policy, past, customers, 70))]


def propensities():
    out = []
    cells = [("pro", "eu", repeat({10: 20, 7: 6, 2: 4}), 20), ("pro", "us", repeat({9: 8, 3: 2}), 30), ("free", "eu", repeat({9: 3, 5: 2}), 45), ("free", "us", [8], 4), ("trial", "eu", [], 6)]
    table = {"score": [], "plan": [], "region": []}
    for plan_, region, answers, silent in cells:
        for rating in answers + [None] * silent:
            for name, value in zip(table, (rating, plan_, region)):
                table[name].append(value)
    n, answered = len(table["score"]), sum(r is not None for r in table["score"])
    for by, minimum, cap in ((["plan", "region"], 20, None), (["plan"], 10, 1.5)):
        groups = {}
        for row in range(n):
            groups.setdefault(tuple(table[name][row] for name in by), []).append(table["score"][row])
        alone = lambda list: len(list) >= minimum and any(r is not None for r in list)
        pooled = [r for list in groups.values() if not alone(list) for r in list]
        rate = lambda list: mp.mpf(sum(r is not None for r in list)) / len(list)
        found = []
        for key in sorted(groups):
            list = groups[key]
            responded = sum(r is not None for r in list)
            low, high = wilson(responded, len(list), z_of(0.95))
            propensity = rate(list) if alone(list) else rate(pooled) if any(r is not None for r in pooled) else None
            found.append(dict(zip(by, key)) | {"invited": len(list), "responded": responded, "rate": number(rate(list)), "rate_lower": number(low),
                                               "rate_upper": number(high), "propensity": propensity and number(propensity), "pooled": not alone(list)})
        propensity = {tuple(cell[name] for name in by): cell["propensity"] for cell in found}
        overall = mp.mpf(answered) / n
        raw = [0 if table["score"][row] is None else overall / propensity[tuple(table[name][row] for name in by)] for row in range(n)]
        weights = [min(w, cap) if cap else w for w in raw]
        value = mp.mpf(score([r for r in table["score"] if r is not None], "nps")["value"])
        expected = {"cells": found, "weights": [number(w) for w in weights], "invited": n, "responded": answered, "rate": number(overall),
                    "unheard": 0 if any(r is not None for r in pooled) else len(pooled), "capped": sum(bool(cap) and w > cap for w in raw), "value": number(value),
                    "effective_n": number(sum(weights) ** 2 / sum(w * w for w in weights)),
                    "bounds": [number(overall * value + (1 - overall) * end) for end in (-100, 100)]}
        options = {"by": by, "minimum": minimum, "metric": "nps"} | ({"cap": cap} if cap else {})
        out.append(vector(f"propensity-{'-'.join(by)}", "response_propensity", {"table": table}, options, expected))
    out.append(vector("propensity-nobody", "response_propensity", {"table": {"score": [None, None], "plan": ["a", "b"]}}, {"by": ["plan"], "metric": "nps"},
                      error={"code": "too-few"}, source="contract"))
    return out


def pseudonyms():
    out = []
    for name, key in (("short", "Jefe"), ("long", "k" * 200), ("script", "schlüssel – 鍵")):
        ids = ["what do ya want for nothing?", "ada@example.com", "Zoë", "漢字", None, "0"]
        expected = [id and hmac.new(key.encode(), id.encode(), hashlib.sha256).hexdigest()[:32] for id in ids]
        out.append(vector(f"pseudonym-{name}", "pseudonym", {"ids": ids}, {"key": key}, expected, source="Python's hmac and hashlib (RFC 2104)"))
    return out


def strengths():
    # By hand: telling words (of 3), points for a reason (of 3), words.
    cases = [("", 0, 0, 0), ("Great!!!", 0, 0, 1), ("ok", 0, 0, 1), ("router", 1, 0, 1), ("Router, ROUTER. router", 1, 0, 3), ("delivery and packaging", 2, 0, 3),
             ("late because of snow", 2, 2, 4), ("the price went up 12.50 since May", 2, 4, 6), ("Nobody called. The driver lost my parcel", 3, 1, 7),
             ("because", 0, 2, 1), ("价格太高", 2, 0, 2), ("wegen der Lieferung", 1, 2, 3), ("👍👍", 0, 0, 0)]
    expected = []
    for _, telling, points, words in cases:
        what, why = mp.mpf(min(telling, 3)) / 3, mp.mpf(min(points, 3)) / 3
        nudge = "say_what" if what < 0.6 else "say_why" if why < 0.6 else None
        expected.append({"value": number(what * (1 + why) / 2), "what": number(what), "why": number(why), "words": words, "nudge": nudge})
    return [vector("strength", "comment_strength", {"texts": [text for text, *_ in cases]}, {}, expected, source="by hand")]


if __name__ == "__main__":
    write("contact", decisions() + plans() + replays() + propensities() + pseudonyms() + strengths())
