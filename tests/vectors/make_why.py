"""Makes `why.json`: `python3 make_why.py` (Python 3.11, mpmath 1.3), in the way of `make.py`.

Everything is computed from definitions, response by response: linearised standard errors from the influence of each
response, Shapley values over all orders, importances from least squares in every order, without the library's tallies.
"""

import itertools
import random

import mpmath as mp

from make import METRICS, SOURCE, bisect, compare, ends, effective, number, score, t_of, vector, wilson, write, z_of

mp.mp.dps = 40


def values_of(ratings, metric):
    return [mp.mpf(METRICS[metric][1](v)) for v in ratings]


def mean(list):
    return sum(list) / len(list)


def interval(value, half, method, confidence=0.95):
    return {"lower": number(value - half), "upper": number(value + half), "confidence": confidence, "method": method}


def adjusted(p_values):
    """Benjamini and Hochberg (1995), from the greatest on."""
    order = sorted((p, i) for i, p in enumerate(p_values) if p is not None)
    found, least = [None] * len(p_values), 1.0
    for rank in range(len(order), 0, -1):
        p, i = order[rank - 1]
        least = min(least, p * len(order) / rank)
        found[i] = least
    return found


def impact(x, has):
    """The score of all less that without, with the influence of each response on it."""
    n, without = len(x), [v for v, h in zip(x, has) if not h]
    all_, rest = mean(x), mean(without)
    influence = [v - all_ - (0 if h else (v - rest) * n / len(without)) for v, h in zip(x, has)]
    return all_ - rest, mp.sqrt(sum(i * i for i in influence)) / n


def driver(source, name, value, ratings, has, metric, minimum_n):
    x = values_of(ratings, metric)
    with_, without = ([r for r, h in zip(ratings, has) if h == side] for side in (True, False))
    row = {"source": source, "name": name, "value": value, "n": len(with_), "share": number(mp.mpf(len(with_)) / len(x))}
    nothing = ("with", "without", "impact", "standard_error", "interval", "p_value")
    if min(len(with_), len(without)) < minimum_n:
        return row | {field: None for field in nothing}
    value, error = impact(x, has)
    half = t_of(0.95, min(len(with_), len(without)) - 1) * error
    return row | {
        "with": number(mean(values_of(with_, metric))),
        "without": number(mean(values_of(without, metric))),
        "impact": number(value),
        "standard_error": number(error),
        "interval": interval(value, half, "t"),
        "p_value": compare(without, with_, metric)["p_value"],
    }


def shapley(players, value):
    """The mean over all orders of what each adds to those before it."""
    shares = {p: mp.mpf(0) for p in players}
    orders = list(itertools.permutations(players))
    for order in orders:
        before = frozenset()
        for p in order:
            shares[p] += value(before | {p}) - value(before)
            before |= {p}
    return {p: s / len(orders) for p, s in shares.items()}


def contributions(x, reasons, names, minimum_n, reference):
    without = [v for v, own in zip(x, reasons) if not own]
    declared = len(without) < minimum_n
    base = mp.mpf(reference) if declared else mean(without)

    def value(coalition):
        inside = [v for v, own in zip(x, reasons) if set(own) <= coalition]
        return base if not coalition or len(inside) < minimum_n else mean(inside)

    shares = shapley(names, value)
    rows = [{"name": name, "n": sum(name in own for own in reasons), "contribution": number(shares[name])} for name in names]
    return {"reference": number(base), "reference_n": len(without), "declared": declared, "method": "exact", "rows": rows}


def first_seen(reasons):
    return list(dict.fromkeys(name for own in reasons for name in own))


def drivers(ratings, reasons, metric, minimum_n, attributes=None, reference=None):
    names = first_seen(reasons)
    found = [driver("reason", name, None, ratings, [name in own for own in reasons], metric, minimum_n) for name in names]
    for column, cells in (attributes or {}).items():
        for value in sorted(set(cells)):
            found.append(driver("attribute", column, value, ratings, [c == value for c in cells], metric, minimum_n))
    for row, p in zip(found, adjusted([row["p_value"] for row in found])):
        row["p_adjusted"] = p
    found.sort(key=lambda row: -1 if row["impact"] is None else abs(row["impact"]), reverse=True)
    whole = score(ratings, metric)
    shares = contributions(values_of(ratings, metric), reasons, names, minimum_n, reference)
    return {"score": {k: whole[k] for k in ("value", "n", "standard_error", "interval")}, "drivers": found, "contributions": shares}


def sample(seed, n):
    draw = random.Random(seed)
    ratings, reasons, regions = [], [], []
    for _ in range(n):
        own = [name for name, p in (("price", 0.3), ("staff", 0.25), ("speed", 0.2)) if draw.random() < p]
        region = "north" if draw.random() < 0.4 else "south"
        pull = 8 - 3 * ("price" in own) + ("staff" in own) - (region == "north")
        ratings.append(max(0, min(10, round(draw.gauss(pull, 2)))))
        reasons.append(own)
        regions.append(region)
    return ratings, reasons, regions


def driving():
    out = []
    ratings, reasons, regions = sample(1, 60)
    table = {"score": ratings, "region": regions}
    options = {"metric": "nps", "minimum_n": 5, "replicates": 0, "attributes": ["region"]}
    out.append(vector("drivers-nps", "drivers", {"table": table, "reasons": reasons}, options,
                      drivers(ratings, reasons, "nps", 5, {"region": regions}), tolerance=1e-9))
    options = {"metric": "nps", "minimum_n": 19, "replicates": 0}
    out.append(vector("drivers-too-few", "drivers", {"table": {"score": ratings}, "reasons": reasons}, options,
                      {k: v for k, v in drivers(ratings, reasons, "nps", 19).items() if k != "contributions"}, tolerance=1e-9))
    always = [own or ["other"] for own in reasons]
    options = {"metric": "csat", "minimum_n": 4, "replicates": 0, "reference": 55}
    stars = [1 + r * 4 // 10 for r in ratings]
    out.append(vector("drivers-csat-declared", "drivers", {"table": {"score": stars}, "reasons": always}, options,
                      drivers(stars, always, "csat", 4, reference=55), tolerance=1e-9))
    effort = [1 + r * 6 // 10 for r in ratings]
    options = {"metric": "ces", "minimum_n": 5, "replicates": 0}
    out.append(vector("drivers-ces", "drivers", {"table": {"score": effort}, "reasons": reasons}, options,
                      drivers(effort, reasons, "ces", 5), tolerance=1e-9))
    # By hand: 20 of 80 with the reason score -100, the others 100; 50 with all, 100 without.
    out.append(vector("drivers-by-hand", "drivers", {"table": {"score": [3, 9, 9, 9] * 20}, "reasons": [["a"], [], [], []] * 20},
                      {"metric": "nps", "minimum_n": 5, "replicates": 0},
                      {"drivers": [{"name": "a", "n": 20, "share": 0.25, "with": -100, "without": 100, "impact": -50}],
                       "contributions": {"reference": 100, "rows": [{"name": "a", "contribution": -50}]}}, source="by hand"))
    out.append(vector("drivers-replicates", "drivers", {"table": {"score": [3, 9]}, "reasons": [["a"], []]}, {"metric": "nps", "replicates": 3},
                      error={"code": "invalid-argument", "path": "replicates"}, source="contract"))
    out.append(vector("drivers-length", "drivers", {"table": {"score": [3, 9]}, "reasons": [["a"]]}, {"metric": "nps"},
                      error={"code": "length-mismatch", "path": "reasons"}, source="contract"))
    return out


def least_squares(columns, y):
    """R squared of y on the columns, by the normal equations."""
    if not columns:
        return mp.mpf(0)
    centred = [[v - mean(c) for v in c] for c in columns]
    target = [v - mean(y) for v in y]
    dot = lambda a, b: sum(p * q for p, q in zip(a, b))
    a = mp.matrix([[dot(p, q) for q in centred] for p in centred])
    b = mp.matrix([dot(p, target) for p in centred])
    beta = mp.lu_solve(a, b)
    return dot(list(b), list(beta)) / dot(target, target)


def importances():
    draw = random.Random(7)
    staff, price, speed = ([draw.randint(1, 5) for _ in range(50)] for _ in range(3))
    price = [min(5, max(1, p + s - 3)) for p, s in zip(price, staff)]
    ratings = [max(1, min(7, round(0.8 * s + 0.5 * p + draw.gauss(0.5, 0.8)))) for s, p in zip(staff, price)]
    columns = {"staff": staff, "price": price, "speed": speed}
    y = [mp.mpf(v) for v in ratings]
    exact = {name: [mp.mpf(v) for v in list] for name, list in columns.items()}
    r2 = lambda names: least_squares([exact[name] for name in sorted(names)], y)
    shares = shapley(list(columns), r2)
    rows = [{"name": name, "importance": number(shares[name]), "relative": number(shares[name] / r2(columns)),
             "performance": number(mean(exact[name]))} for name in columns]
    return [vector("importance-lmg", "importance", {"table": {"score": ratings} | columns},
                   {"metric": "ces", "columns": list(columns), "replicates": 0},
                   {"model": "linear", "r_squared": number(r2(columns)), "n": 50, "incomplete": 0, "rows": rows}, tolerance=1e-10)]


def roles():
    ratings, reasons, _ = sample(3, 240)
    expected = []
    z = z_of(0.95)
    bands = [[r for r, v in zip(reasons, ratings) if low <= v <= high] for low, high in ((0, 6), (7, 8), (9, 10))]
    for name in first_seen(reasons):
        row = {"reason": name}
        for band, own in zip(("worst", "middle", "best"), bands):
            count = sum(name in r for r in own)
            low, high = wilson(count, len(own), z)
            row[band] = {"count": count, "share": number(mp.mpf(count) / len(own)),
                         "interval": {"lower": number(low), "upper": number(high), "confidence": 0.95, "method": "score"}}
        counts = [(sum(name in r for r in own), len(own)) for own in bands]
        for lift, (x, n) in (("detraction", counts[0]), ("promotion", counts[2])):
            (a, b), (c, d) = wilson(x, n, z), wilson(*counts[1], z)
            p, q = mp.mpf(x) / n, mp.mpf(counts[1][0]) / counts[1][1]
            low, high = p - q - mp.sqrt((p - a) ** 2 + (d - q) ** 2), p - q + mp.sqrt((b - p) ** 2 + (q - c) ** 2)
            row[lift] = {"difference": number(p - q), "interval": {"lower": number(low), "upper": number(high), "confidence": 0.95, "method": "score"}}
        expected.append(row)
    return [vector("roles-nps", "reason_roles", {"table": {"score": ratings}, "reasons": reasons}, {"metric": "nps"},
                   {"worst": "detractor", "best": "promoter", "rows": expected},
                   source=SOURCE + "; Wilson (1927) and Newcombe's method 10 (1998)", tolerance=1e-10)]


def asymmetries():
    draw = random.Random(11)
    ratings, bad, good = [], [], []
    for i in range(150):
        side = draw.choice(["bad", "good", "none"])
        ratings.append(max(0, min(10, round(draw.gauss({"bad": 4, "good": 9, "none": 8}[side], 2)))))
        bad.append(["wait"] if side == "bad" else [])
        good.append(["wait"] if side == "good" else [])
    pick = lambda keep: [r for r, b, g in zip(ratings, bad, good) if keep(b, g)]
    others, failed, pleased = pick(lambda b, g: not b and not g), pick(lambda b, g: b), pick(lambda b, g: g)
    parts = [(2, others), (-1, failed), (-1, pleased)]
    found = [(c, effective(list, "nps")) for c, list in parts]
    middle = sum(c * e[2] for c, e in found)

    def mover(z, sign):
        """One end by Zou, Huang and Zhang (2009)."""
        total = mp.mpf(0)
        for c, (kind, n, value, _, counts) in found:
            low, high = ends(kind, n, counts, z)
            total += (c * (value - (low if (c > 0) == (sign < 0) else high))) ** 2
        return middle + sign * mp.sqrt(total)

    z = z_of(0.95)
    tail = lambda z: mp.erfc(z / mp.sqrt(2))
    p = tail(bisect((lambda z: -mover(z, -1)) if middle > 0 else (lambda z: mover(z, 1)), mp.mpf(10) ** -6, 30))
    expected = {"reason": "wait", "cost": number(mean(values_of(others, "nps")) - mean(values_of(failed, "nps"))),
                "gain": number(mean(values_of(pleased, "nps")) - mean(values_of(others, "nps"))),
                "failure": compare(others, failed, "nps"), "delight": compare(others, pleased, "nps"), "asymmetry": number(middle),
                "interval": {"lower": number(mover(z, -1)), "upper": number(mover(z, 1)), "confidence": 0.95, "method": "score"},
                "p_value": number(p), "p_adjusted": number(p)}
    return [vector("asymmetry-nps", "asymmetry", {"table": {"score": ratings}, "failures": bad, "delights": good},
                   {"metric": "nps"}, {"rows": [expected]},
                   source=SOURCE + "; Zou, Huang and Zhang (2009)", tolerance=1e-9)]


def scenarios():
    # By hand: in a, 60 of 100 with the reason score -80 (6 of them happy) and 40 without 60; in b, 40 of 100 score 0 and 60 score 20.
    rows = [("a", 60, 6, True), ("a", 40, 32, False), ("b", 40, 20, True), ("b", 60, 36, False)]
    ratings, reasons, segments = [], [], []
    for segment, n, happy, has in rows:
        ratings += [10] * happy + [0] * (n - happy)
        reasons += [["price"] if has else []] * n
        segments += [segment] * n
    # Half of each come to answer as the others of their segment: 30 from -80 to 60, 20 from 0 to 20, of 200.
    old = (60 * -80 + 40 * 60 + 60 * 20) / 200
    contributions = [30 * 140 / 200, 20 * 20 / 200]
    expected = {"score": old, "new_score": old + sum(contributions), "change": sum(contributions), "affected": 100, "borrowed": 0,
                "segments": [{"keys": ["a"], "n": 100, "affected": 60, "contribution": contributions[0]},
                             {"keys": ["b"], "n": 100, "affected": 40, "contribution": contributions[1]}]}
    table = {"score": ratings, "segment": segments}
    out = [vector("what-if-halves", "what_if", {"table": table, "reasons": reasons},
                  {"metric": "nps", "change": ["price"], "factor": 0.5, "segments": ["segment"]}, expected, source="by hand", tolerance=1e-11)]
    out.append(vector("what-if-unknown", "what_if", {"table": table, "reasons": reasons}, {"metric": "nps", "change": ["nope"], "factor": 0.5},
                      error={"code": "unknown-name"}, source="contract"))
    return out


def changes():
    out = []
    first, second = sample(21, 80), sample(22, 90)
    table = lambda s: {"score": s[0], "region": s[2]}
    x = [values_of(s[0], "nps") for s in (first, second)]
    overall = [mean(v) for v in x]
    segments = []
    for region in ("north", "south"):
        own = [[v for v, r in zip(values, s[2]) if r == region] for values, s in zip(x, (first, second))]
        shares = [mp.mpf(len(o)) / len(values) for o, values in zip(own, x)]
        scores = [mean(o) for o in own]
        segments.append({"keys": [region], "status": "continuing", "finest": True, "n_before": len(own[0]), "n_after": len(own[1]),
                         "share_before": number(shares[0]), "before": number(scores[0]), "after": number(scores[1]),
                         "mix": {"value": number((shares[1] - shares[0]) * (mean(scores) - mean(overall)))},
                         "rate": {"value": number((shares[0] + shares[1]) / 2 * (scores[1] - scores[0]))}})
    total = sum(mp.mpf(s["mix"]["value"]) + mp.mpf(s["rate"]["value"]) for s in segments)
    assert abs(total - (overall[1] - overall[0])) < 1e-10
    names = list(dict.fromkeys(first_seen(first[1]) + first_seen(second[1])))
    sides = [contributions(v, s[1], names, 5, None) for v, s in zip(x, (first, second))]
    of = lambda side, name: next(row["contribution"] for row in side["rows"] if row["name"] == name)
    reasons = {"reference_before": sides[0]["reference"], "reference_after": sides[1]["reference"], "declared": False,
               "reference": {"value": sides[1]["reference"] - sides[0]["reference"]},
               "rows": [{"reason": name, "contribution_before": of(sides[0], name), "contribution_after": of(sides[1], name),
                         "effect": {"value": of(sides[1], name) - of(sides[0], name)}} for name in names]}
    options = {"metric": "nps", "by": ["region"], "minimum_n": 5, "replicates": 0}
    given = {"before": table(first), "after": table(second), "before_reasons": first[1], "after_reasons": second[1]}
    out.append(vector("change-nps", "explain_change", given, options,
                      {"comparison": compare(first[0], second[0], "nps"), "segments": segments, "reasons": reasons, "cohorts": None}, tolerance=1e-9))
    # By hand: 1 and 2 stay (from 0 to 100), 3 and 4 leave unhappy, 5 joins. Before -50, after 100 * 2/3 + -100 / 3.
    before = {"score": [10, 0, 0, 0], "who": ["1", "2", "3", "4"]}
    after = {"score": [10, 10, 0], "who": ["1", "2", "5"]}
    cohorts = {"stayers": 2, "joiners": 1, "leavers": 2, "stayers_before": 0, "stayers_after": 100, "leavers_before": -100, "joiners_after": -100,
               "staying": {"value": 100}, "joining": {"value": 100 / 3 - 100}, "leaving": {"value": 50}, "unidentified": 0}
    out.append(vector("change-cohorts", "explain_change", {"before": before, "after": after}, {"metric": "nps", "replicates": 0, "customer": "who"},
                      {"comparison": {"difference": 100 / 3 + 50}, "cohorts": cohorts}, source="by hand"))
    return out


def scans():
    # By hand: 40 of 400 are north by phone and score -100; 35 of 40 of every other pair are happy.
    regions = ["north", "south"] * 200
    channels = [["phone", "web", "app", "shop", "mail"][i // 2 % 5] for i in range(400)]
    ratings = [0 if (r, c) == ("north", "phone") or i // 10 % 8 == 0 else 10 for i, (r, c) in enumerate(zip(regions, channels))]
    others = 75
    whole = (40 * -100 + 360 * others) / 400
    finding = {"conditions": [{"attribute": "region", "value": "north"}, {"attribute": "channel", "value": "phone"}], "n": 40, "n_before": None,
               "value": -100, "rest": others, "difference": -100 - others, "impact": whole - others}
    table = {"score": ratings, "region": regions, "channel": channels}
    hit = [(r, c) == ("north", "phone") for r, c in zip(regions, channels)]
    own, rest = ([v for v, h in zip(ratings, hit) if h == side] for side in (True, False))
    finding["interval"] = compare(rest, own, "nps")["interval"]
    # 7 values and 10 pairs.
    return [vector("scan-planted", "scan", {"table": table}, {"metric": "nps", "attributes": ["region", "channel"], "minimum_n": 20},
                   {"value": whole, "looked_at": 17, "findings": [finding]}, source="by hand", tolerance=1e-11),
            vector("scan-nothing", "scan", {"table": table}, {"metric": "nps", "attributes": []},
                   error={"code": "invalid-argument", "path": "attributes"}, source="contract")]


def mean_of(values, confidence=0.95):
    """A mean with Student's interval."""
    m = mean(values)
    error = mp.sqrt(sum((v - m) ** 2 for v in values) / (len(values) - 1) / len(values))
    return {"n": len(values), "value": number(m), "interval": interval(m, t_of(confidence, len(values) - 1) * error, "t", confidence)}


def pearson(x, y):
    a, b = [v - mean(x) for v in x], [v - mean(y) for v in y]
    return number(sum(p * q for p, q in zip(a, b)) / mp.sqrt(sum(p * p for p in a) * sum(q * q for q in b)))


def newcombe(before, after, confidence=0.95):
    """The difference of two NPS with its interval; as `compare`, whose p-value looks for the ends of far wider ones."""
    (kind, nb, b, vb, cb), (_, na, a, va, ca) = effective(before, "nps"), effective(after, "nps")
    (lb, ub), (la, ua) = (ends(kind, n, counts, z_of(confidence)) for n, counts in ((nb, cb), (na, ca)))
    low, high = a - b - mp.sqrt((a - la) ** 2 + (ub - b) ** 2), a - b + mp.sqrt((ua - a) ** 2 + (b - lb) ** 2)
    return {"difference": number(a - b), "standard_error": number(mp.sqrt(va / na + vb / nb)),
            "interval": {"lower": number(low), "upper": number(high), "confidence": confidence, "method": "score"}}


def confounded():
    """Crude effects, those at equal segments by Mantel and Haenszel's weights, and Cochran's Q."""
    draw = random.Random(31)
    rows = []
    for plan, n, p, pull in (("basic", 90, 0.75, 0), ("business", 120, 0.2, 3), (None, 12, 0.5, 1)):
        rows += [(plan, draw.random() < p, draw.random() < 0.4, pull) for _ in range(n)]
    draw.shuffle(rows)
    ratings = [max(0, min(10, round(draw.gauss(5 + pull + 1.5 * bot, 2)))) for _, bot, _, pull in rows]
    reasons = [[name for name, has in (("bot", bot), ("price", price)) if has] for _, bot, price, _ in rows]
    plans, minimum_n = [row[0] for row in rows], 10
    found = []
    for name in first_seen(reasons):
        side = lambda has, plan: [r for r, own, p in zip(ratings, reasons, plans) if (name in own) == has and (plan == "all" or p == plan)]
        crude = newcombe(side(False, "all"), side(True, "all"))
        terms, precise, segments = [], [], []
        for plan in ("basic", "business", None):
            with_, without = side(True, plan), side(False, plan)
            x = [values_of(v, "nps") for v in (with_, without)]
            variance = sum(mean([(v - mean(own)) ** 2 for v in own]) / len(own) for own in x)
            effect = mean(x[0]) - mean(x[1])
            terms.append((mp.mpf(len(x[0]) * len(x[1])) / (len(x[0]) + len(x[1])), effect, variance))
            enough = min(len(x[0]), len(x[1])) >= minimum_n
            both = newcombe(without, with_) if enough else None
            against = enough and both["difference"] * crude["difference"] < 0 and not both["interval"]["lower"] <= 0 <= both["interval"]["upper"]
            segments.append({"keys": [plan], "with": len(with_), "without": len(without), "effect": number(effect) if enough else None,
                             "interval": both["interval"] if enough else None, "reversed": against})
            if enough:
                precise.append((effect, 1 / variance))
        total = sum(w for w, _, _ in terms)
        adjusted_ = sum(w * e for w, e, _ in terms) / total
        error = mp.sqrt(sum(w * w * v for w, _, v in terms)) / total
        half = z_of(0.95) * error
        middle = sum(e * w for e, w in precise) / sum(w for _, w in precise)
        q = sum(w * (e - middle) ** 2 for e, w in precise)
        away = abs(adjusted_) > half
        found.append({"reason": name, "crude": crude, "adjusted": number(adjusted_), "adjusted_standard_error": number(error),
                      "adjusted_interval": interval(adjusted_, half, "wald"),
                      "homogeneity_p_value": number(mp.gammainc(mp.mpf(len(precise) - 1) / 2, q / 2, regularized=True)),
                      "simpson": bool(away and adjusted_ * crude["difference"] < 0), "segments": segments})
    assert any(row["simpson"] for row in found)
    return [vector("confounding-nps", "confounding", {"table": {"score": ratings, "plan": plans}, "reasons": reasons},
                   {"metric": "nps", "by": ["plan"], "minimum_n": minimum_n}, {"reasons": found}, tolerance=1e-9),
            vector("confounding-no-segments", "confounding", {"table": {"score": [9]}, "reasons": [["a"]]}, {"metric": "nps", "by": []},
                   error={"code": "invalid-argument", "path": "by"}, source="contract")]


def lifts(ratings, reasons, name):
    """How much more often detractors, and promoters, speak of a reason than passives do: difference and error."""
    bands = [[name in r for r, v in zip(reasons, ratings) if low <= v <= high] for low, high in ((0, 6), (7, 8), (9, 10))]
    shares = [mp.mpf(sum(b)) / len(b) for b in bands]
    variances = [p * (1 - p) / len(b) for p, b in zip(shares, bands)]
    return [(shares[end] - shares[1], mp.sqrt(variances[end] + variances[1])) for end in (0, 2)]


def role_changes():
    first, second = sample(41, 260), sample(42, 300)
    # Staff delights no more.
    second[1][:] = [[name for name in own if name != "staff" or rating < 9] for own, rating in zip(second[1], second[0])]
    rows, p_values = [], []
    for name in first_seen(first[1]):
        row = {"reason": name}
        for side, (old, e), (new, f) in zip(("detraction", "promotion"), lifts(first[0], first[1], name), lifts(second[0], second[1], name)):
            error = mp.hypot(e, f)
            p_values.append(number(mp.erfc(abs(new - old) / error / mp.sqrt(2))))
            row[side] = {"difference": number(new - old), "standard_error": number(error), "p_value": p_values[-1],
                         "interval": interval(new - old, z_of(0.95) * error, "wald")}
        rows.append(row)
    for place, p in enumerate(adjusted(p_values)):
        rows[place // 2][("detraction", "promotion")[place % 2]]["p_adjusted"] = p
    for row in rows:
        down = lambda side: row[side]["p_adjusted"] < 0.05 and row[side]["difference"] < 0
        up = lambda side: row[side]["p_adjusted"] < 0.05 and row[side]["difference"] > 0
        assert not up("promotion")
        row["shift"] = "delight_erodes" if down("promotion") else "failure_grows" if up("detraction") else "failure_fades" if down("detraction") else "steady"
    assert any(row["shift"] == "delight_erodes" for row in rows)
    return [vector("role-changes-nps", "role_changes", {"before": {"score": first[0]}, "after": {"score": second[0]}, "before_reasons": first[1], "after_reasons": second[1]},
                   {"metric": "nps"}, {"rows": rows}, tolerance=1e-9)]


STEPS = ["reception", "room", "breakfast"]


def walks(seed, n):
    """Who walks through which steps with which rating, row by row, and what each says of the relation."""
    draw = random.Random(seed)
    rows, relation = [], []
    for who in range(n):
        mood = draw.gauss(7, 2)
        last = draw.choice([1, 2, 3, 3])
        for step in STEPS[:last]:
            if draw.random() < 0.9:
                rating = max(0, min(10, round(draw.gauss(mood - (step == "room"), 2)))) if draw.random() < 0.9 else None
                rows.append((rating, step, f"c{who}"))
                if draw.random() < 0.1:
                    rows.append((10, step, f"c{who}"))
        if draw.random() < 0.85:
            relation.append((max(0, min(10, round(draw.gauss(mood, 1)))), f"c{who}"))
    return rows, relation


def journey_ways():
    rows, relation = walks(51, 120)
    table = {"score": [r for r, _, _ in rows], "step": [s for _, s, _ in rows], "who": [w for _, _, w in rows]}
    whole = {"score": [r for r, _ in relation], "who": [w for _, w in relation]}
    overall = {who: rating for rating, who in relation}
    own, seen = {}, {}
    for rating, step, who in rows:
        seen.setdefault(who, set()).add(step)
        if rating is not None:
            own.setdefault(who, {})[step] = rating  # the last row counts
    predicted, measured, means = [], [], []
    for who, rating in overall.items():
        along = [own.get(who, {})[s] for s in STEPS if s in own.get(who, {})]
        if along:
            far = max(abs(v - 5) for v in along)
            peak = [v for v in along if abs(v - 5) == far][-1]
            predicted.append(mp.mpf(peak + along[-1]) / 2)
            measured.append(mp.mpf(rating))
            means.append(mean([mp.mpf(v) for v in along]))
    peak_end = {"n": len(measured), "predicted": mean_of(predicted), "measured": mean_of(measured),
                "error": mean_of([p - m for p, m in zip(predicted, measured)]), "correlation": pearson(predicted, measured), "correlation_of_mean": pearson(means, measured)}
    moments = []
    for step in STEPS:
        bands = [[overall[w] for w in overall if low <= own.get(w, {}).get(step, -1) <= high] for low, high in ((0, 6), (7, 8), (9, 10))]
        value = lambda list: mean(values_of(list, "nps"))
        moments.append({"touchpoint": step, "n": sum(map(len, bands)), "swing": compare(bands[0], bands[2], "nps", most=9),
                        "failure": number(value(bands[0]) - value(bands[1])), "delight": number(value(bands[2]) - value(bands[1])),
                        "enough": min(len(bands[0]), len(bands[2])) >= 10})
    for row, p in zip(moments, adjusted([m["swing"]["p_value"] if m["enough"] else None for m in moments])):
        del row["enough"]
        row |= {"p_adjusted": p, "decides": p is not None and p < 0.05 and row["swing"]["difference"] > 0}
    gaps = []
    for place, step in enumerate(STEPS[:-1]):
        here = [s for s in seen.values() if step in s]
        on = sum(any(later in s for later in STEPS[place + 1:]) for s in here)
        low, high = wilson(len(here) - on, len(here), z_of(0.95))
        gaps.append({"touchpoint": step, "reached": len(here), "continued": on, "stopped": number(mp.mpf(len(here) - on) / len(here)),
                     "interval": {"lower": number(low), "upper": number(high), "confidence": 0.95, "method": "score"}})
    options = {"metric": "nps", "touchpoint": "step", "customer": "who", "minimum_n": 10}
    out = [vector("journey-moments", "journey_moments", {"journey": STAY, "table": table, "relational": whole}, options,
                  {"peak_end": peak_end, "make_or_break": moments, "gaps": gaps}, tolerance=1e-9)]
    # The same steps by employees, who think better of them; the room by too few.
    draw = random.Random(52)
    staff = [(draw.choice([4, 8, 9, 10, 10]), step) for step, n in zip(STEPS, (30, 4, 25)) for _ in range(n)]
    company = {"score": [r for r, _ in staff], "step": [s for _, s in staff]}
    at = lambda columns, step: [r for r, s in zip(columns["score"], columns["step"]) if s == step and r is not None]
    gap = [{"touchpoint": step, "gap": compare(at(company, step), at(table, step), "nps", most=9)} for step in STEPS]
    tested = [g["gap"]["p_value"] if min(len(at(company, g["touchpoint"])), len(at(table, g["touchpoint"]))) >= 10 else None for g in gap]
    gap = [g | {"p_adjusted": p} for g, p in zip(gap, adjusted(tested))]
    plain = {name: value for name, value in options.items() if name != "customer"}
    customers = {name: table[name] for name in ("score", "step")}
    out.append(vector("journey-views", "journey_views", {"journey": STAY, "customers": customers, "company": company}, plain, gap, tolerance=1e-9))
    # Before, the bar was part of it, breakfast was taken on arrival, and the reception had no owner.
    earlier = {"name": "stay", "stages": [
        {"name": "arrive", "touchpoints": [{"name": "reception", "importance": 9, "outcome": "in the room soon"}, {"name": "breakfast"}]},
        {"name": "leave", "touchpoints": [{"name": "bar"}]}]}
    differences = [{"change": "redefined", "touchpoint": "reception", "fields": ["owner"]}, {"change": "added", "touchpoint": "room"},
                   {"change": "moved", "touchpoint": "breakfast", "from": "arrive", "to": "sleep"}, {"change": "removed", "touchpoint": "bar"}]
    steps = [{"touchpoint": step, "comparison": compare(at(company, step), at(table, step), "nps", most=9)} for step in ("reception", "breakfast")]
    steps = [s | {"p_adjusted": p} for s, p in zip(steps, adjusted([s["comparison"]["p_value"] for s in steps]))]
    out.append(vector("journey-compare", "journey_compare", {"journey": STAY, "earlier": earlier, "before": company, "after": customers}, plain,
                      {"differences": differences, "steps": steps}, tolerance=1e-9))
    return out


STAY = {"name": "stay", "stages": [
    {"name": "arrive", "touchpoints": [{"name": "reception", "importance": 9, "owner": "front office", "outcome": "in the room soon"}]},
    {"name": "sleep", "touchpoints": [{"name": "room", "reasons": ["noise"]}, {"name": "breakfast"}]},
    {"name": "leave"}]}


def journeys():
    table = {"score": [9, 3, 8, 10, 2], "step": ["reception", "room", "bar", None, "room"], "feeling": [0.5, -0.8, 0.2, 0, -0.4]}
    reasons = [[], ["noise"], ["breakfast"], ["breakfast", "noise"], []]
    # By hand: all five belong somewhere; the room has rows 1, 3, 4, the breakfast rows 2 and 3.
    steps = [{"stage": "arrive", "touchpoint": "reception", "importance": 9, "n": 1, "frequency": 0.2, "score": {"value": 100, "n": 1},
              "positive": {"n": 1, "intensity": 0.5, "impact": 0.1}, "negative": {"n": 0, "intensity": 0, "impact": 0}},
             {"stage": "sleep", "touchpoint": "room", "importance": None, "n": 3, "frequency": 0.6, "score": {"value": -100 / 3, "n": 3},
              "positive": {"n": 0, "impact": 0}, "negative": {"n": 2, "intensity": 0.6, "impact": 0.24}},
             {"stage": "sleep", "touchpoint": "breakfast", "n": 2, "frequency": 0.4, "score": {"value": 50, "n": 2},
              "positive": {"n": 1, "intensity": 0.2, "impact": 0.04}, "negative": {"n": 0}}]
    issues = [{"problem": "important_without_survey", "touchpoint": "reception"}, {"problem": "empty_stage", "stage": "leave"}]
    out = [vector("journey-lint", "journey_lint", {"journey": STAY}, {}, issues, source="by hand")]
    out.append(vector("journey-run", "journey_run", {"journey": STAY, "table": table, "reasons": reasons},
                      {"metric": "nps", "touchpoint": "step", "intensity": "feeling"},
                      {"journey": "stay", "attached": 5, "unattached": 0, "unknown": ["bar"], "minimum_n": 30, "touchpoints": steps},
                      source="by hand"))
    twice = {"name": "x", "stages": [{"name": "a"}, {"name": "a"}]}
    out.append(vector("journey-twice", "journey_lint", {"journey": twice}, {}, error={"code": "duplicate-key", "path": "stages[1].name"}, source="contract"))
    return out


if __name__ == "__main__":
    write("why", driving() + importances() + roles() + role_changes() + asymmetries() + confounded() + scenarios() + changes() + scans() + journeys() + journey_ways())
