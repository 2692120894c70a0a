"""Makes `health.json`: `python3 make_health.py` (Python 3.11, mpmath 1.3), in the way of `make.py`.

Totals, areas, calibration and kappa come from their definitions; logistic regressions and the BG/NBD model from the zero
of the gradient with 40 digits, its expectation from the paper's hypergeometric function.
"""

import datetime as dt
import itertools
import random

import mpmath as mp

from make import SOURCE, number, vector, wilson, write, z_of

mp.mp.dps = 40
DAY = 86_400_000
NOW = 1_772_323_200_000  # 2026-03-01


def card(measures, **more):
    return {"name": "own", "version": "1", "groups": [{"id": "use", "measures": measures}], **more}


def between(knots, value):
    if value <= knots[0][0]:
        return mp.mpf(knots[0][1])
    for (a, p), (b, q) in zip(knots, knots[1:]):
        if value <= b:
            return p + (q - p) * (mp.mpf(value) - a) / (b - a)
    return mp.mpf(knots[-1][1])


def points(how, value, better="higher"):
    (kind, given), = how.items() if isinstance(how, dict) else [(how, None)]
    if value is None:
        return None
    if kind == "linear":
        return between(given, value)
    if kind == "thresholds":
        return mp.mpf(max([(step, p) for step, p in given if value >= step], default=(0, 0))[1])
    if kind == "logistic":
        return 100 / (1 + mp.exp((-1 if better == "higher" else 1) * mp.mpf(given["steepness"]) * (value - mp.mpf(given["middle"]))))
    if kind == "decay":
        return 100 * mp.mpf(2) ** (-max(0, mp.mpf(NOW - value) / DAY) / given["half_life_days"])
    if kind == "score":
        return 100 * (mp.mpf(value) - given["worst"]) / (given["best"] - given["worst"])
    if kind == "categories":
        return mp.mpf(given[value])
    return mp.mpf(100 if value else 0)  # milestone


BANDS = [("red", 0), ("yellow", 51), ("green", 76)]


def assess(scorecard, table):
    accounts, lines = [], []
    for row, account in enumerate(table["account"]):
        found = []
        for group in scorecard["groups"]:
            for measure in group["measures"]:
                p = points(measure["points"], table[measure["id"]][row], measure.get("better", "higher"))
                missing = p is None
                if missing and measure.get("missing") == "neutral":
                    p = mp.mpf(50)
                if missing and measure.get("missing") == "penalise":
                    p = mp.mpf(0)
                found.append((group, measure, p, missing))
        counts = [g for g in scorecard["groups"] if any(p is not None for h, _, p, _ in found if h is g)]
        all_ = sum(mp.mpf(g.get("weight", 1)) for g in counts)
        total = mp.mpf(0)
        for group, measure, p, missing in found:
            weight = mp.mpf(0)
            if p is not None:
                inside = sum(mp.mpf(m.get("weight", 1)) for g, m, q, _ in found if g is group and q is not None)
                weight = mp.mpf(group.get("weight", 1)) / all_ * mp.mpf(measure.get("weight", 1)) / inside
            total += weight * (p or 0)
            lines.append({"account": account, "name": measure["id"], "group": group["id"], "points": number(p), "weight": number(weight),
                          "contribution": number(weight * (p or 0)), "status": "missing" if missing else "present"})
        band = [name for name, start in BANDS if total >= start][-1]
        accounts.append({"account": account, "total": number(total), "band": band})
    return {"accounts": accounts, "lines": lines}


def healths():
    # Weights of 20, 15 and 22 with 47, 59 and 21 points.
    groups = [{"id": name, "weight": weight, "measures": [{"id": name, "points": {"linear": [[0, 0], [100, 100]]}}]}
              for name, weight in (("product", 20), ("service", 15), ("relation", 22))]
    field = {"name": "field", "version": "", "groups": groups}
    table = {"account": ["a"], "product": [47], "service": [59], "relation": [21]}
    out = [vector("health-groups", "health", {"scorecard": field, "table": table}, {}, assess(field, table))]
    many = {"name": "many", "version": "3", "groups": [
        {"id": "use", "weight": 3, "measures": [
            {"id": "logins", "weight": 2, "points": {"linear": [[0, 0], [10, 70], [50, 100]]}},
            {"id": "seen", "points": {"decay": {"half_life_days": 14}}, "missing": "penalise"},
            {"id": "load", "points": {"logistic": {"middle": 3, "steepness": 0.75}}, "better": "lower"},
            {"id": "trained", "points": "milestone"}]},
        {"id": "voice", "weight": 1.5, "measures": [
            {"id": "nps", "points": {"score": {"worst": -100, "best": 100}}},
            {"id": "tickets", "points": {"thresholds": [[0, 100], [3, 60], [9, 5]]}, "better": "lower", "missing": "neutral"}]},
        {"id": "contract", "measures": [{"id": "plan", "points": {"categories": {"pro_plus": 90, "free": 15}}}]}]}
    table = {
        "account": ["a", "b", "c", "d"], "logins": [7, 33, None, 61], "load": [1.5, 4, 3, None], "trained": [1, 0, 0, 1],
        "seen": [NOW - 3 * DAY, NOW - 40 * DAY, None, NOW - 14 * DAY], "nps": [50, -35.5, None, None],
        "tickets": [2, 4, None, 30], "plan": ["pro_plus", "free", None, "pro_plus"]}
    out.append(vector("health-points", "health", {"scorecard": many, "table": table, "now": NOW}, {"times": ["seen"]}, assess(many, table)))
    wrong = card([{"id": "x", "points": {"linear": [[0, 0], [10, 100]]}}])
    out.append(vector("health-twice", "health", {"scorecard": wrong, "table": {"account": ["a", "a"], "x": [1, 2]}}, {},
                      error={"code": "duplicate-key", "row": 1}, source="contract"))
    return out


def later():
    """Two looks: percentiles within segments, stale values, errors of survey scores, alarms, hysteresis, changes with their
    causes, and the cheapest improvement by trying every measure."""
    scorecard = {
        "name": "later", "version": "1", "hysteresis": 3,
        "groups": [
            {"id": "use", "weight": 3, "measures": [
                {"id": "logins", "weight": 2, "points": {"percentile": {"within": "segment"}}, "effort": 2},
                {"id": "depth", "points": {"linear": [[0, 0], [10, 100]]}, "missing": "penalise"}]},
            {"id": "voice", "weight": 2, "measures": [
                {"id": "nps", "points": {"score": {"worst": -100, "best": 100}}, "standard_error": "nps_error", "at": "asked",
                 "fresh_days": 60, "missing": "neutral"}]}],
        "alarms": [
            {"id": "turned", "when": [{"column": "rating", "test": {"fell": {"from": 9, "to": 6}}}], "effect": {"cap": 45.5}},
            {"id": "away", "when": [{"column": "seen", "test": {"older_than_days": 30}}]},
            {"id": "trial", "when": [{"column": "segment", "test": {"is": ["trial"]}}, {"column": "depth", "test": {"at_least": 4}}],
             "effect": {"override": 60}}]}
    names = ["a", "b", "c", "d", "e", "f", "g"]
    segment = ["large", "large", "large", "small", "small", "trial", "small"]
    start = NOW - 30 * DAY

    def table(now, logins, depth, nps, rating, seen, asked):
        return {"account": names, "segment": segment, "logins": logins, "depth": depth, "nps": nps, "nps_error": [5, 12.5, None, 0, 8, 3, 6],
                "rating": rating, "seen": [now - days * DAY for days in seen], "asked": [now - days * DAY for days in asked]}

    before = table(start, [9, 4, 7, 3, 1, 5, 2], [8, 3, 6, 9, 2, 1, None], [60, 10, 20, 40, -30, 5, 90], [10, 9, 7, 8, 3, 9, 9],
                   [1, 2, 3, 4, 5, 6, 7], [5, 5, 5, 5, 5, 5, 5])
    now = table(NOW, [9, 5, 7, 3, 3, 6, 2], [8, 3.5, 9, 6, 2, 5, None], [62, 10, 20, 40, None, 5, 90], [6, 8, 7, 8, 3, 9, 5],
                [1, 31, 3, 30, 5, 6, 70], [5, 61, 60, 5, 5, 5, 5])

    def look(table, at, past):
        accounts, lines, known = [], [], {}
        for row, name in enumerate(names):
            peers = [v for v, s in zip(table["logins"], segment) if s == segment[row]]
            rank = lambda v: 100 * (sum(p < v for p in peers) + mp.mpf(sum(p == v for p in peers)) / 2) / len(peers)
            stale = at - table["asked"][row] > 60 * DAY
            gone = table["nps"][row] is None
            nps = mp.mpf(50) if gone or stale else (mp.mpf(table["nps"][row]) + 100) / 2
            depth = mp.mpf(table["depth"][row] or 0) * 10
            parts = [("logins", "use", mp.mpf(2) / 5, rank(table["logins"][row]), "present", 2, 100 * (len(peers) - mp.mpf(1) / 2) / len(peers)),
                     ("depth", "use", mp.mpf(1) / 5, depth, "missing" if table["depth"][row] is None else "present", 1, 100),
                     ("nps", "voice", mp.mpf(2) / 5, nps, "missing" if gone else "stale" if stale else "present", 1, 100)]
            own = [[id_, weight * p] for id_, _, weight, p, *_ in parts]
            lines += [{"account": name, "name": id_, "group": group, "points": number(p), "weight": number(weight), "contribution": number(weight * p),
                       "status": status} for id_, group, weight, p, status, *_ in parts]
            total, fired, ceiling = sum(by for _, by in own), [], mp.mpf(100)

            def bend(alarm, to):
                lines.append({"account": name, "name": alarm, "group": None, "points": None, "contribution": number(to - total), "status": "alarm"})
                own.append([alarm, to - total])

            if past and past[name]["rating"] >= 9 and table["rating"][row] <= 6:
                fired.append("turned")
                to, ceiling = min(total, mp.mpf("45.5")), mp.mpf("45.5")
                bend("turned", to)
                total = to
            if at - table["seen"][row] > 30 * DAY:
                fired.append("away")
            if segment[row] == "trial" and (table["depth"][row] or 0) >= 4:
                fired.append("trial")
                ceiling = min(ceiling, mp.mpf(60))
                bend("trial", mp.mpf(60))
                total = mp.mpf(60)
            band = sum(total >= edge for _, edge in BANDS) - 1
            if past:
                # Out of the band of before only by more than three points.
                band = past[name]["band"]
                while band < 2 and total >= BANDS[band + 1][1] + 3:
                    band += 1
                while band > 0 and total < BANDS[band][1] - 3:
                    band -= 1
            measured = not gone and not stale and table["nps_error"][row] is not None
            error = mp.mpf(table["nps_error"][row]) / 2 * 2 / 5 if measured else None
            chance = None
            if measured:
                below = lambda edge: mp.ncdf((edge - total) / error) if error else mp.mpf(int(total < edge))
                chance = (below(BANDS[band + 1][1]) if band < 2 else 1) - (below(BANDS[band][1]) if band else 0)
            ways = []
            if band < 2 and ceiling >= BANDS[band + 1][1] + 3:
                for id_, _, weight, p, _, effort, most in parts:
                    to = p + (BANDS[band + 1][1] + 3 - total) / weight
                    if to <= most:
                        ways.append(((to - p) * effort, id_, p, to))
            best = min(ways) if ways else None
            was = past and past[name]
            causes = {id_: by for id_, by in own}
            for id_, by in was["own"] if was else []:
                causes[id_] = causes.get(id_, mp.mpf(0)) - by
            causes = [id_ for id_, by in sorted(causes.items(), key=lambda one: -abs(one[1])) if abs(by) > mp.mpf(10) ** -30]
            accounts.append({
                "account": name, "total": number(total), "band": BANDS[band][0], "standard_error": number(error), "band_probability": number(chance),
                "missing": sum(part[4] == "missing" for part in parts), "stale": sum(part[4] == "stale" for part in parts), "alarms": ", ".join(fired),
                "change": number(total - was["total"]) if was else None, "cause": causes[0] if was and causes else None,
                "band_before": BANDS[was["band"]][0] if was else None, "reformulated": False if was else None,
                "improve": best and best[1], "improve_from": best and number(best[2]), "improve_to": best and number(best[3])})
            known[name] = {"total": total, "band": band, "own": own, "rating": table["rating"][row]}
        return {"accounts": accounts, "lines": lines}, known

    _, past = look(before, start, None)
    expected, _ = look(now, NOW, past)
    given = {"scorecard": scorecard, "table": now, "now": NOW, "before": {"table": before, "now": start}}
    out = [vector("health-later", "health", given, {"times": ["seen", "asked"]}, expected, tolerance=1e-8)]
    # Another version is another formula: no change is told, and the band has no memory.
    fresh, _ = look(now, NOW, None)
    others = [one | {"change": None, "cause": None, "band_before": was["band_before"], "reformulated": True}
              for one, was in zip(fresh["accounts"], expected["accounts"])]
    turned = {one["account"] for one in expected["accounts"] if "turned" in one["alarms"]}
    others = [{key: one[key] for key in ("account", "change", "cause", "band_before", "reformulated")} if one["account"] in turned else one for one in others]
    given = {"scorecard": scorecard | {"version": "2"}, "table": now, "now": NOW,
             "before": {"scorecard": scorecard, "table": before, "now": start}}
    out.append(vector("health-reformulated", "health", given, {"times": ["seen", "asked"]}, {"accounts": others}, tolerance=1e-8))
    return out


def gaps():
    """The cheapest improvement where measures are left out: every measure is tried with every number of points."""
    measures = [("logins", "use", 1, 4, lambda v: mp.mpf(v) * 5), ("depth", "use", 2, 1, lambda v: mp.mpf(v) * 10),
                ("nps", "voice", 1, mp.mpf(1) / 2, lambda v: (mp.mpf(v) + 100) / 2)]
    groups = {"use": 3, "voice": 1}
    scorecard = {"name": "gaps", "version": "1", "groups": [
        {"id": "use", "weight": 3, "measures": [
            {"id": "logins", "points": {"linear": [[0, 0], [20, 100]]}, "effort": 4},
            {"id": "depth", "weight": 2, "points": {"linear": [[0, 0], [10, 100]]}}]},
        {"id": "voice", "weight": 1, "measures": [{"id": "nps", "points": {"score": {"worst": -100, "best": 100}}, "effort": 0.5}]}]}
    table = {"account": list("abcdefg"), "logins": [12, 12, None, 9, 18, None, 10.5], "depth": [None, 7, 6, None, None, None, None],
             "nps": [None, None, 40, 20, None, -30, None]}

    def total(known):
        parts = []
        for group, share in groups.items():
            own = [(weight, known[id_]) for id_, of, weight, *_ in measures if of == group and id_ in known]
            if own:
                parts.append((share, sum(w * p for w, p in own) / sum(w for w, _ in own)))
        return sum(share * mean for share, mean in parts) / sum(share for share, _ in parts)

    def least(holds):
        """The fewest points for which it holds; it holds for all that are more."""
        low, high = mp.mpf(0), mp.mpf(100)
        if not holds(high):
            return None
        for _ in range(200):
            middle = (low + high) / 2
            low, high = (low, middle) if holds(middle) else (middle, high)
        return high

    accounts = []
    for row, name in enumerate(table["account"]):
        known = {id_: points_of(table[id_][row]) for id_, _, _, _, points_of in measures if table[id_][row] is not None}
        now = total(known)
        band = sum(now >= edge for _, edge in BANDS) - 1
        ways = []
        for id_, _, _, effort, _ in measures if band < 2 else ():
            to = least(lambda p: total({**known, id_: p}) >= BANDS[band + 1][1])
            begin = known.get(id_, least(lambda p: total({**known, id_: p}) >= now))
            if to is not None:
                ways.append(((to - begin) * effort, id_, to))
        best = min(ways) if ways else None
        accounts.append({"account": name, "total": number(now), "band": BANDS[band][0], "improve": best and best[1],
                         "improve_from": number(known.get(best[1])) if best else None, "improve_to": best and number(best[2])})
    return [vector("health-gaps", "health", {"scorecard": scorecard, "table": table, "now": NOW}, {}, {"accounts": accounts}, tolerance=1e-8)]


def area(risk, events):
    """The area under the curve, and its standard error by DeLong, DeLong and Clarke-Pearson (1988)."""
    yes = [r for r, e in zip(risk, events) if e]
    no = [r for r, e in zip(risk, events) if not e]
    win = lambda a, b: mp.mpf(1) if a > b else mp.mpf(0) if a < b else mp.mpf(1) / 2
    ten = [sum(win(a, b) for b in no) / len(no) for a in yes]
    one = [sum(win(a, b) for a in yes) / len(yes) for b in no]
    value = sum(ten) / len(ten)
    variance = lambda list: sum((v - value) ** 2 for v in list) / (len(list) - 1)
    return value, mp.sqrt(variance(ten) / len(ten) + variance(one) / len(one))


def auc(risk, events):
    value, error = area(risk, events)
    z = z_of(0.95)
    return {"value": number(value), "standard_error": number(error), "n": len(events), "events": sum(events),
            "interval": {"lower": number(max(0, value - z * error)), "upper": number(min(1, value + z * error))}}


def line(xs, events, penalty=0):
    """Intercept and slope of a logistic regression, by Newton's method; with a penalty on half the square of the slope."""
    a, b = mp.mpf(0), mp.mpf(0)
    for _ in range(60):
        p = [1 / (1 + mp.exp(-(a + b * x))) for x in xs]
        g = [sum(e - q for e, q in zip(events, p)), sum((e - q) * x for e, q, x in zip(events, p, xs)) - penalty * b]
        w = [q * (1 - q) for q in p]
        h = [sum(w), sum(v * x for v, x in zip(w, xs)), sum(v * x * x for v, x in zip(w, xs)) + penalty]
        det = h[0] * h[2] - h[1] ** 2
        a, b = a + (h[2] * g[0] - h[1] * g[1]) / det, b + (h[0] * g[1] - h[1] * g[0]) / det
    return a, b


def parts(items, many):
    """Runs of about equal length; only for items that all differ."""
    runs = [items[len(items) * i // many:len(items) * (i + 1) // many] for i in range(many)]
    return [run for run in runs if run]


def stability(then, now):
    edges = [part[0] for part in parts(sorted(then), 10)][1:]
    share = lambda values: [(sum(1 for v in values if sum(e <= v for e in edges) == i) + mp.mpf(1) / 2) / (len(values) + mp.mpf(len(edges) + 1) / 2)
                            for i in range(len(edges) + 1)]
    return sum((q - p) * mp.log(q / p) for p, q in zip(share(then), share(now)))


def bracket(successes, n):
    low, high = wilson(successes, n, z_of(0.95))
    return {"lower": number(low), "upper": number(high)}


def backtests():
    draw = random.Random(11)
    n = 120
    logins = [round(draw.uniform(0, 20), 4) for _ in range(n)]
    tickets = [round(draw.uniform(0, 9), 4) for _ in range(n)]
    left = [int(draw.random() < 1 / (1 + 2.718281828 ** (0.35 * (x - 8) - 0.3 * (t - 4)))) for x, t in zip(logins, tickets)]
    looks = [NOW - 60 * DAY if i % 2 else NOW - 30 * DAY for i in range(n)]
    table = {"account": [i // 2 for i in range(n)], "logins": logins, "tickets": tickets, "left": left, "at": looks}
    use = card([{"id": "logins", "weight": 3, "points": {"linear": [[0, 0], [20, 100]]}},
                {"id": "tickets", "points": {"linear": [[0, 100], [9, 0]]}, "better": "lower"}])
    total = [(3 * mp.mpf(x) * 5 + (9 - mp.mpf(t)) * 100 / 9) / 4 for x, t in zip(logins, tickets)]
    rate = mp.mpf(sum(left)) / n
    early, late = ([i for i in range(n) if looks[i] == time] for time in sorted(set(looks)))
    a, b = line([total[i] for i in early], [left[i] for i in early])
    judged = [(1 / (1 + mp.exp(-(a + b * total[i]))), left[i]) for i in late]
    base = mp.mpf(sum(left[i] for i in early)) / len(early)
    curve = [{"predicted": number(sum(p for p, _ in part) / len(part)), "observed": number(mp.mpf(sum(e for _, e in part)) / len(part)),
              "n": len(part), "events": sum(e for _, e in part), "interval": bracket(sum(e for _, e in part), len(part))}
             for part in parts(sorted(judged), 10)]

    def group(name, rows):
        events = sum(left[i] for i in rows)
        return {"name": name, "n": len(rows), "events": events, "rate": number(mp.mpf(events) / len(rows)),
                "interval": bracket(events, len(rows)), "lift": number(mp.mpf(events) / len(rows) / rate)}

    bands = {name: [i for i in range(n) if total[i] >= start and (name == "green" or total[i] < BANDS[k + 1][1])]
             for k, (name, start) in enumerate(BANDS)}
    order = sorted(range(n), key=lambda i: total[i])
    risk = [-t for t in total]
    own = {"logins": [-x for x in logins], "tickets": tickets}
    dropped = {"logins": area(own["tickets"], left)[0], "tickets": area(own["logins"], left)[0]}
    first_lift = lambda risks: sum(mp.mpf(left[i]) for i in sorted(range(n), key=lambda i: -risks[i])[:n // 10]) / (n // 10) / rate
    halves = lambda values: number(stability([values[i] for i in early], [values[i] for i in late]))
    expected = {
        "n": n, "events": sum(left), "auc": auc(risk, left), "left_out": [0, 0],
        "brier": number(sum((p - e) ** 2 for p, e in judged) / len(judged)),
        "brier_of_base_rate": number(sum((base - e) ** 2 for _, e in judged) / len(judged)),
        "calibration": curve,
        "calibration_error": number(sum(bin["n"] * abs(mp.mpf(bin["predicted"]) - mp.mpf(bin["observed"])) for bin in curve) / len(judged)),
        "bands": [group(name, rows) for name, rows in bands.items()],
        "deciles": [group(str(i + 1), rows) for i, rows in enumerate(parts(order, 10))],
        "measures": [{"id": name, "n": n, "auc": auc(own[name], left), "leaks": False, "lift": number(first_lift(own[name])), "cost_of_dropping": number(area(risk, left)[0] - dropped[name]),
                      "stability": halves([-r for r in own[name]])} for name in ("logins", "tickets")],
        "stability": halves(total)}
    given = {"scorecard": use, "table": table}
    return [vector("backtest-looks", "backtest", given, {"outcome": "left", "at": "at"}, expected, tolerance=1e-10),
            vector("backtest-nobody", "backtest", {"scorecard": use, "table": table | {"left": [0] * n}}, {"outcome": "left", "at": "at"},
                   error={"code": "too-few", "path": "left"}, source="contract")]


def kappa(pairs, size, power):
    """Fleiss, Cohen and Everitt (1969)."""
    n = len(pairs)
    w = lambda i, j: 1 - (mp.mpf(abs(i - j)) / (size - 1)) ** power if power else mp.mpf(int(i == j))
    p = lambda i, j: mp.mpf(pairs.count((i, j))) / n
    places = range(size)
    rows, columns = [sum(p(i, j) for j in places) for i in places], [sum(p(i, j) for i in places) for j in places]
    seen = sum(w(i, j) * p(i, j) for i in places for j in places)
    chance = sum(w(i, j) * rows[i] * columns[j] for i in places for j in places)
    mean_row = [sum(w(i, j) * columns[j] for j in places) for i in places]
    mean_column = [sum(w(i, j) * rows[i] for i in places) for j in places]
    variance = sum(p(i, j) * (w(i, j) * (1 - chance) - (mean_row[i] + mean_column[j]) * (1 - seen)) ** 2 for i in places for j in places)
    error = mp.sqrt((variance - (seen * chance - 2 * chance + seen) ** 2) / n) / (1 - chance) ** 2
    value, z = (seen - chance) / (1 - chance), z_of(0.95)
    return {"value": number(value), "standard_error": number(error), "n": n,
            "interval": {"lower": number(max(-1, value - z * error)), "upper": number(min(1, value + z * error))}}


def agreements():
    names = [name for name, _ in BANDS]
    draw = random.Random(5)
    x = [round(draw.uniform(0, 100), 3) for _ in range(60)] + [None]
    place = lambda value: sum(value >= start for _, start in BANDS) - 1
    said = [min(2, max(0, place(v) + draw.choice([-1, 0, 0, 0, 1]))) for v in x[:-1]]
    table = {"account": [f"a{i}" for i in range(61)], "x": x, "opinion": [names[s].title() for s in said] + ["Red"]}
    pairs = [(place(v), s) for v, s in zip(x, said)]
    apart = [(i, own, s) for i, (own, s) in enumerate(pairs) if own != s]
    disputes = sorted(apart, key=lambda one: -abs(one[2] - one[1]))
    use = card([{"id": "x", "points": {"linear": [[0, 0], [100, 100]]}}])
    out = []
    for weights, power in (("linear", 1), ("quadratic", 2), ("nominal", 0)):
        expected = {"n": 60, "same": 60 - len(apart), "kappa": kappa(pairs, 3, power), "left_out": [1, 0], "bands": names,
                    "counts": [[pairs.count((i, j)) for j in range(3)] for i in range(3)],
                    "disputes": [{"account": f"a{i}", "band": names[own], "manager": names[s], "steps": s - own} for i, own, s in disputes]}
        out.append(vector(f"agreement-{weights}", "health_agreement", {"scorecard": use, "table": table}, {"manager": "opinion", "weights": weights}, expected))
    wrong = {"account": ["a", "b"], "x": [1, 2], "opinion": ["red", "amber"]}
    out.append(vector("agreement-unknown", "health_agreement", {"scorecard": use, "table": wrong}, {"manager": "opinion"},
                      error={"code": "unknown-name", "path": "opinion", "row": 1}, source="contract"))
    return out


def fits():
    return [fit("fit-one", lambda v: 1 / (1 + 2.718281828 ** (0.3 * (v - 6))), True, 1), fit("fit-curve", lambda v: 0.75 if v < 4 else 0.1, False, 4)] + [
        vector(f"fit-{name}", "fit_scorecard", {"table": {"x": list(range(40)), "left": left}}, {"outcome": "left", "measures": ["x"]} | more,
               error={"code": code, "path": path}, source="contract")
        for name, left, more, code, path in (
            ("nobody", [0] * 40, {}, "too-few", "left"), ("typo", [0, 1] * 20, {"better": {"y": "higher"}}, "unknown-name", "better"),
            ("group", [0, 1] * 20, {"groups": {"y": "use"}}, "unknown-name", "groups"))]


def fit(name, risk, expects_line, penalty):
    """A card of one measure: a straight line, or a curve by pooling adjacent bins where its bends are worth their number by
    the Bayesian information criterion; and the logistic regression on its points, with a penalty on the slope for points of
    standard deviation 1 (the penalty that cross-validation chooses, which depends on how accounts fall into folds, is
    recorded)."""
    draw = random.Random(3)
    n = 400
    x = [round(draw.uniform(0, 20), 3) for _ in range(n)]
    colour = [draw.choice(["red", "blue"]) for _ in range(n)]
    left = [int(draw.random() < risk(v)) for v in x]
    rate = mp.mpf(sum(left)) / n
    odds = lambda count, events: mp.log((count - events + 10 * (1 - rate)) / (events + 10 * rate))
    cases = sorted(zip(x, left))
    bins = [([v for v, _ in part], sum(e for _, e in part)) for part in parts(cases, 10)]
    pools = []
    for place, (values, events) in enumerate(bins):
        pools.append([len(values), events, 1])
        while len(pools) > 1 and odds(*pools[-2][:2]) >= odds(*pools[-1][:2]):
            last = pools.pop()
            pools[-1] = [a + b for a, b in zip(pools[-1], last)]
    heights = list(itertools.chain(*[[odds(count, events)] * many for count, events, many in pools]))
    low, high = min(heights), max(heights)
    first, last = sorted(x)[4], sorted(x)[-5]
    knots = [[rounded(sum(map(mp.mpf, values)) / len(values), last - first), int(mp.floor(100 * (h - low) / (high - low) + mp.mpf(1) / 2))]
             for (values, _), h in zip(bins, heights)]
    knots = [knot for i, knot in enumerate(knots) if i in (0, len(knots) - 1) or not knots[i - 1][1] == knot[1] == knots[i + 1][1]]
    # Both on the scale of log odds; the ends of the line are the fifth values.
    ends = [[rounded(first, last - first), 0], [rounded(last, last - first), 100]]
    a, b = line([between(ends, v) for v in x], [1 - e for e in left])
    drawn = [[sum(map(mp.mpf, values)) / len(values), h] for (values, _), h in zip(bins, heights)]
    likelihood = lambda of: -sum(mp.log(1 + mp.exp(of(v) if e else -of(v))) for v, e in zip(x, left))
    bends = likelihood(lambda v: between(drawn, mp.mpf(v))) - likelihood(lambda v: a + b * between(ends, v))
    straight = 2 * bends <= (len(pools) - 1) * mp.log(n)
    assert straight == expects_line and b > 0
    if straight:
        knots = ends
    total = [between(knots, v) for v in x]
    mean = sum(total) / n
    spread = mp.sqrt(sum((t - mean) ** 2 for t in total) / n)
    intercept, slope = line(total, [1 - e for e in left], penalty * spread ** 2)
    measure = {"id": "x", "weight": 100, "better": "higher", "points": {"linear": knots}}
    expected = {"scorecard": {"name": "fitted", "groups": [{"id": "all", "weight": 100, "measures": [measure]}]},
                "intercept": number(-intercept), "slope": number(slope), "penalty": penalty, "left_out": ["colour"], "leaks": []}
    table = {"x": x, "colour": colour, "left": left}
    return vector(name, "fit_scorecard", {"table": table}, {"outcome": "left", "measures": ["x", "colour"], "most": 1}, expected, tolerance=1e-9)


def rounded(value, reach):
    """Three digits of how far values reach."""
    digits = 2 - int(mp.floor(mp.log10(reach)))
    return round(float(value), digits)


def forecast(model, purchases, since_last, known, horizon):
    r, alpha, a, b = map(mp.mpf, model)
    x, tx, t = purchases - 1, mp.mpf(known) - since_last, mp.mpf(known)
    gone = a / (b + x - 1) * ((alpha + t) / (alpha + tx)) ** (r + x) if x else mp.mpf(0)
    alive = 1 / (1 + gone)
    z = mp.mpf(horizon) / (alpha + t + horizon)
    made = (a + b + x - 1) / (a - 1) * (1 - ((alpha + t) / (alpha + t + horizon)) ** (r + x) * mp.hyp2f1(r + x, b + x, a + b + x - 1, z))
    return {"alive": number(alive), "expected": number(alive * made), "returns": number(alive * (1 - (1 - z) ** (r + x))),
            "cycle_days": number((alpha + tx) / (r + x)), "overdue": number(1 - ((alpha + tx) / (alpha + t)) ** (r + x))}


def likelihood(logs, histories):
    r, alpha, a, b = map(mp.exp, logs)
    sum_ = mp.mpf(0)
    for purchases, since_last, known in histories:
        x, tx = purchases - 1, mp.mpf(known) - since_last
        both = (alpha + known) ** -(r + x) + (a / (b + x - 1) * (alpha + tx) ** -(r + x) if x else 0)
        sum_ += (mp.loggamma(r + x) - mp.loggamma(r) + r * mp.log(alpha) + mp.loggamma(a + b) + mp.loggamma(b + x)
                 - mp.loggamma(b) - mp.loggamma(a + b + x) + mp.log(both))
    return sum_


def top(histories, start):
    """Where the gradient is zero: Newton's method on differences with 40 digits, from a climb by coordinates."""
    f = lambda logs: likelihood(logs, histories)
    h = mp.mpf(10) ** -10
    unit = lambda i, by: [by if i == j else mp.mpf(0) for j in range(4)]
    plus = lambda a, b: [p + q for p, q in zip(a, b)]
    at, step, best = [mp.log(v) for v in start], mp.mpf(1) / 2, None
    best = f(at)
    while step > mp.mpf("0.02"):
        moved = False
        for i in range(4):
            for by in (step, -step):
                value = f(plus(at, unit(i, by)))
                if value > best:
                    at, best, moved = plus(at, unit(i, by)), value, True
        step = step if moved else step / 2
    for _ in range(8):
        gradient = mp.matrix([(f(plus(at, unit(i, h))) - f(plus(at, unit(i, -h)))) / (2 * h) for i in range(4)])
        second = mp.matrix(4, 4)
        for i in range(4):
            for j in range(i, 4):
                value = sum(s * t * f(plus(plus(at, unit(i, s * h)), unit(j, t * h))) for s in (1, -1) for t in (1, -1)) / (4 * h * h)
                second[i, j] = second[j, i] = value
        at = plus(at, list(-mp.lu_solve(second, gradient)))
    return [mp.exp(v) for v in at], best if best > f(at) else f(at)


def behaviours():
    model = dict(zip(("r", "alpha", "a", "b"), (0.25, 33.5, 0.72, 2.16)))
    rows = [(1, 10, 10), (1, 300, 300), (2, 25, 30), (11, 7, 77), (11, 40, 110), (3, 59, 272), (81, 12, 272), (2, 1, 5000)]
    table = dict(zip(("purchases", "days_since_last", "days_known"), map(list, zip(*rows))))
    out = []
    for horizon in (0, 90, 3650):
        expected = {"forecasts": [forecast(model.values(), *row, horizon) for row in rows], "model": model, "fit": None}
        out.append(vector(f"repurchase-{horizon}", "repurchase", {"table": table}, {"model": model, "horizon_days": horizon}, expected, tolerance=1e-11))
    odd = {"purchases": [1], "days_since_last": [10], "days_known": [12]}
    out.append(vector("repurchase-impossible", "repurchase", {"table": odd}, {"model": model}, error={"code": "invalid-argument", "row": 0}, source="contract"))
    few = {"purchases": [1, 2], "days_since_last": [5, 1], "days_known": [5, 9]}
    out.append(vector("repurchase-few", "repurchase", {"table": few}, {}, error={"code": "too-few"}, source="contract"))

    # Customers who buy at random and leave, for a fit; two purchases of a day are one.
    draw = random.Random(2)
    start = int(dt.datetime(2026, 1, 1, tzinfo=dt.timezone.utc).timestamp()) // 86400
    who, when, amounts, days = [], [], [], {}
    for customer in range(160):
        day, rate, leaves = draw.randrange(60), draw.gammavariate(0.7, 1 / 14), draw.betavariate(1.2, 3)
        own = [day]
        while True:
            day += draw.expovariate(rate) if rate > 1e-6 else 1e6
            if day > 180:
                break
            own.append(int(day))
            if draw.random() < leaves:
                break
        for day in own:
            who.append(f"c{customer:03}")
            when.append((start + day) * DAY + draw.randrange(DAY))
            amounts.append(draw.randrange(1, 100) if draw.random() < 0.9 else None)
            days.setdefault(who[-1], []).append(day)
    today = 180
    histories, customers, gaps = [], [], []
    for name in sorted(days):
        bought = sorted(set(days[name]))
        histories.append((len(bought), today - bought[-1], today - bought[0]))
        if len(bought) > 1:
            gaps.append(mp.mpf(bought[-1] - bought[0]) / (len(bought) - 1))
    gaps.sort()
    gap = (gaps[len(gaps) // 2] + gaps[(len(gaps) - 1) // 2]) / 2
    fitted, log_likelihood = top(histories, (0.7, 14, 1.2, 3))
    found = [forecast(fitted, *history, 60) for history in histories]
    active = sorted((f["expected"] for f, h in zip(found, histories) if h[0] > 1 and f["alive"] >= 0.5), reverse=True)
    least = active[round(len(active) * 0.2) - 1]
    for name, history, f in zip(sorted(days), histories, found):
        known = {}
        for customer, time, amount in zip(who, when, amounts):
            if customer == name and amount is not None:
                known.setdefault(time // DAY, []).append(amount)
        total = sum(sum(list_) for list_ in known.values()) if known else None
        back = history[0] > 1
        group = "sceptic" if f["alive"] < 0.5 or (not back and history[2] > gap) else None if not back else "fanatic" if f["expected"] >= least else "regular"
        customers.append({"customer": name, "purchases": history[0], "days_since_last": history[1], "days_known": history[2],
                          "value": total / len(known) if known else None, "total": total, "group": group, **f})
    order = list(range(len(who)))
    draw.shuffle(order)
    events = {"customer": [who[i] for i in order] + ["c000", None], "at": [when[i] for i in order] + [(start + 181) * DAY, when[0]],
              "amount": [amounts[i] for i in order] + [5, 5]}
    now = (start + today) * DAY + DAY // 2
    expected = {"customers": customers, "typical_gap_days": number(gap), "left_out": {"no_customer": 1, "no_time": 0, "later": 1},
                "model": dict(zip(("r", "alpha", "a", "b"), map(number, fitted))), "fit": {"log_likelihood": number(log_likelihood), "customers": 160}}
    out.append(vector("behaviour-fitted", "behaviour", {"table": events, "now": now}, {"customer": "customer", "at": "at", "amount": "amount", "horizon_days": 60},
                      expected, tolerance=1e-8))
    out.append(vector("behaviour-share", "behaviour", {"table": events}, {"customer": "customer", "at": "at", "fanatic_share": 2},
                      error={"code": "invalid-argument", "path": "fanatic_share"}, source="contract"))
    return out


if __name__ == "__main__":
    write("health", healths() + later() + gaps() + backtests() + agreements() + fits() + behaviours())
