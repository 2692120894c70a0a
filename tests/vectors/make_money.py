"""Makes `money.json`: `python3 make_money.py` (Python 3.11, mpmath 1.3), in the way of `make.py`.

Totals and their skewness come customer by customer, zeros included; regressions from normal equations with 40 digits;
what is simulated is held against closed forms, within four standard errors of the simulation.
"""

import random

import mpmath as mp

from make import bisect, number, t_of, vector, wilson, write, z_of

mp.mp.dps = 40


def interval(lower, upper, confidence, method):
    return {"lower": number(lower), "upper": number(upper), "confidence": confidence, "method": method}


def hall(total, variance, third, quantile, confidence):
    """Hall (1992): the transformation g(T) = T + k T² / 3 + k² T³ / 27 + k / 6 is inverted by bisection."""
    error = mp.sqrt(variance)
    k = third / variance ** mp.mpf(1.5)

    def inverse(x):
        return bisect(lambda t: t + k * t**2 / 3 + k**2 * t**3 / 27 + k / 6 - x, -1000, 1000)

    return interval(max(0, total - error * inverse(quantile)), total - error * inverse(-quantile), confidence, "hall")


def sample_total(amounts, further, confidence):
    """`amounts` has one for each customer of the table, 0 for those who do not count."""
    n, total = len(amounts), sum(amounts)
    if sum(1 for amount in amounts if amount is not None and amount > 0) < 2:
        return None
    mean = total / n
    second = sum((a - mean) ** 2 for a in amounts) / n
    third = sum((a - mean) ** 3 for a in amounts) / n
    return hall(total, n * n / mp.mpf(n - 1) * second + further, n * third, t_of(confidence, n - 1), confidence)


def outcome(stakes, confidence):
    """What independent losses may come to: Cornish and Fisher's expansion to the skewness."""
    mean = sum(v * p for v, p in stakes)
    variance = sum(v * v * p * (1 - p) for v, p in stakes)
    third = sum(v**3 * p * (1 - p) * (1 - 2 * p) for v, p in stakes)
    z = z_of(confidence)
    skewness = third / variance ** mp.mpf(1.5)
    end = lambda z: mean + mp.sqrt(variance) * (z + skewness * (z * z - 1) / 6)
    return [number(max(0, end(-z))), number(min(sum(v for v, _ in stakes), end(z)))]


def risk_row(kind, keys, reason, customers, part, known, confidence, silent, further=0):
    """`customers` are (in the row or not, value, probability where at risk); all of the table, whose values are known."""
    own = [(part(i) * v, p) for i, (inside, v, p) in enumerate(customers) if inside]
    risky = [(v, p) for v, p in own if p is not None]
    exposure, loss = sum(v for v, _ in risky), sum(v * p for v, p in risky)
    amounts = lambda of: [of(part(i) * v, p) if inside and p is not None else mp.mpf(0) for i, (inside, v, p) in enumerate(customers)]
    row = {"kind": kind, "keys": keys, "reason": reason, "customers": len(own), "value": number(sum(v for v, _ in own)),
           "at_risk": len(risky), "exposure": number(exposure),
           "exposure_interval": sample_total(amounts(lambda v, p: v), 0, confidence)}
    if known:
        row |= {"expected_loss": number(loss), "loss_interval": sample_total(amounts(lambda v, p: v * p), further, confidence),
                "churn": number(loss / exposure) if exposure else None, "outcome": outcome(risky, confidence) if risky else None}
    if silent is not None:
        row |= {"silent_exposure": number(silent * exposure), "silent_loss": number(silent * loss) if known else None}
    return row


def risks():
    rng = random.Random(71)
    n = 80
    values = [round(rng.lognormvariate(6, 1), 2) for _ in range(n)]
    churn = [round(rng.random(), 3) for _ in range(n)]
    plans = [rng.choice(["basic", "pro"]) for _ in range(n)]
    bands = [rng.choice(["red", "yellow", "green"]) for _ in range(n)]
    lists = [rng.sample(["price", "speed", "support"], rng.choice([0, 1, 1, 2])) for _ in range(n)]
    table = {"revenue": values, "p": churn, "plan": plans, "band": bands}
    v = [mp.mpf(str(x)) for x in values]
    p = [mp.mpf(str(x)) if x >= 0.6 else None for x in churn]
    out = []

    def rows(confidence, silent, share):
        inside = lambda test: [(test(i), v[i], p[i]) for i in range(n)]
        whole = lambda i: 1
        part = (lambda i: mp.mpf(1) / max(1, len(lists[i]))) if share else whole
        make = lambda *key: risk_row(*key, True, confidence, silent)
        names = ["price", "speed", "support", None]
        has = lambda i, name: name in lists[i] if name else not lists[i]
        found = [make("all", [], None, inside(lambda i: True), whole)]
        found += [make("segment", [plan], None, inside(lambda i: plans[i] == plan), whole) for plan in ("basic", "pro")]
        found += [make("reason", [], name, inside(lambda i: has(i, name)), part) for name in names]
        found += [make("segment_reason", [plan], name, inside(lambda i: plans[i] == plan and has(i, name)), part)
                  for plan in ("basic", "pro") for name in names]
        return found

    options = {"value": "revenue", "churn": "p", "threshold": 0.6, "by": ["plan"]}
    given = {"table": table, "reasons": lists}
    out.append(vector("value-at-risk", "value_at_risk", given, options, {"rows": rows(0.95, None, False), "without_value": 0, "without_risk": 0}, tolerance=1e-9))
    more = options | {"silent": 2.5, "share_reasons": True, "confidence": 0.9}
    out.append(vector("value-at-risk-shared-silent", "value_at_risk", given, more,
                      {"rows": rows(0.9, mp.mpf(2.5), True), "silent": 2.5, "shared": True}, tolerance=1e-9))
    # Rates of bands: one stated, one counted, whose variance is that of Jeffreys' posterior.
    rate = {"red": mp.mpf(30) / 120, "yellow": mp.mpf("0.08")}
    q = [rate.get(band) for band in bands]
    a, b = mp.mpf("30.5"), mp.mpf("90.5")
    variance = a * b / ((a + b) ** 2 * (a + b + 1))
    red = sum(v[i] for i in range(n) if bands[i] == "red")
    row = risk_row("all", [], None, [(True, v[i], q[i]) for i in range(n)], lambda i: 1, True, 0.95, None, red**2 * variance)
    out.append(vector("value-at-risk-bands", "value_at_risk", {"table": table},
                      {"value": "revenue", "band": "band", "at_risk": ["red", "yellow"], "rates": {"red": {"events": 30, "n": 120}, "yellow": 0.08}},
                      {"rows": [row]}, tolerance=1e-9))
    for name, options, code, path in (
        ("no-risk", {"value": "revenue"}, "invalid-argument", "churn"),
        ("no-rate", {"value": "revenue", "band": "band", "at_risk": ["red"], "rates": {"green": 0.1}}, "invalid-argument", "rates.red"),
        ("no-column", {"value": "income", "churn": "p"}, "missing-column", "income"),
    ):
        out.append(vector(f"value-at-risk-{name}", "value_at_risk", {"table": table}, options, error={"code": code, "path": path}, source="contract"))
    return out


def cases():
    """Closed forms: annuities, moments of products, and products of lognormals."""
    out = []
    month = mp.mpf("1.08") ** (-mp.mpf(1) / 12)
    annuity = lambda n: sum(month**m for m in range(1, n + 1)) / 12
    expected = 500 * (annuity(36) - annuity(6)) - 60 * annuity(36) - 400
    out.append(vector("business-case-annuity", "business_case", {},
                      {"cost": 400, "running_cost": 60, "saved": 500, "delay_months": 6, "discount": 0.08},
                      {"expected_return": number(expected), "chance_of_loss": 0.0, "standard_error": 0.0, "tornado": [],
                       "payback_months": number(6 + (400 + mp.mpf(30)) / (mp.mpf(440) / 12)),
                       "lines": [{"name": "cost_saved"}, {"name": "revenue_gained", "mean": 0.0}, {"name": "cost"}, {"name": "return"}]}, tolerance=1e-10))
    draws = 100_000
    # Moments of a product of independent quantities: means multiply, and so do mean squares.
    links = {"effect": {"normal": {"mean": 0.4, "sd": 0.1}}, "driver_to_score": {"uniform": {"low": 4, "high": 8}},
             "score_to_behaviour": {"triangular": {"low": -0.2, "mode": -0.1, "high": -0.05}}, "behaviour_to_money": {"pert": {"low": -600, "mode": -400, "high": -300}}}
    third = lambda *x: [mp.mpf(str(y)) for y in x]
    moments = [third("0.4", "0.01"), [mp.mpf(6), mp.mpf(16) / 12]]
    l, m, h = third(-0.2, -0.1, -0.05)
    moments.append([(l + m + h) / 3, (l * l + m * m + h * h - l * m - l * h - m * h) / 18])
    l, m, h = third(-600, -400, -300)
    mean = (l + 4 * m + h) / 6
    moments.append([mean, (mean - l) * (h - mean) / 7])
    product = mp.fprod(mean for mean, _ in moments)
    spread = mp.sqrt(mp.fprod(mean**2 + variance for mean, variance in moments) - product**2)
    error = 2 * spread / mp.sqrt(draws)
    out.append(vector("business-case-product", "business_case", {}, {"cost": 100, "months": 24, "draws": draws, "seed": 4} | links,
                      {"expected_return": number(2 * product - 100), "lines": [{}, {"mean": number(2 * product)}, {"mean": 100.0}, {}]},
                      tolerance=number(4 * error / abs(2 * product - 100))))
    # A product of lognormals is lognormal: how often it stays below cost.
    parts = [(2, 1), (3, 1), (5, 4)]
    location = sum(mp.log(m) - mp.log(1 + mp.mpf(s) ** 2 / m**2) / 2 for m, s in parts)
    scale = mp.sqrt(sum(mp.log(1 + mp.mpf(s) ** 2 / m**2) for m, s in parts))
    chance = mp.ncdf((mp.log(30) - location) / scale)
    named = dict(zip(("effect", "score_to_behaviour", "behaviour_to_money"), ({"lognormal": {"mean": m, "sd": s}} for m, s in parts)))
    out.append(vector("business-case-lognormal", "business_case", {}, {"cost": 30, "months": 12, "draws": draws} | named,
                      {"chance_of_loss": number(chance), "chance_of_payback": number(1 - chance)}, tolerance=number(4 * mp.sqrt(chance * (1 - chance) / draws))))
    # A normal return whose losses count twice: the mean loses the mean of its negative part once more.
    mean, sd = mp.mpf(1), mp.mpf(2)
    negative = mean * mp.ncdf(-mean / sd) - sd * mp.npdf(mean / sd)
    out.append(vector("business-case-loss-aversion", "business_case", {},
                      {"cost": 0, "months": 12, "draws": draws, "loss_aversion": 2, "effect": {"normal": {"mean": 1, "sd": 2}}, "score_to_behaviour": 1, "behaviour_to_money": 1},
                      {"expected_return": number(mean + negative), "return_without_loss_aversion": 1.0, "loss_aversion": 2.0}, tolerance=0.04))
    # The tornado needs no draws: the product at the 10th and the 90th percentile.
    at = lambda q: 10 * (5 + q * 2) * 3 - 50
    z = mp.sqrt(2) * mp.erfinv(mp.mpf("0.8"))
    low, high = at(-z), at(z)
    out.append(vector("business-case-tornado", "business_case", {},
                      {"cost": 50, "months": 12, "draws": 100, "effect": {"normal": {"mean": 5, "sd": 2}}, "driver_to_score": 10, "score_to_behaviour": 3, "behaviour_to_money": 1},
                      {"tornado": [{"input": "effect", "low": number(5 - 2 * z), "high": number(5 + 2 * z), "return_at_low": number(low), "return_at_high": number(high), "swing": number(high - low), "importance": 1.0}]}, tolerance=1e-9))
    for name, options, code, path in (
        ("open-chain", {"cost": 1, "effect": 1}, "invalid-argument", "score_to_behaviour"),
        ("no-distribution", {"cost": {"uniform": {"low": 2, "high": 1}}}, "invalid-argument", "cost"),
        ("unknown-distribution", {"cost": {"gauss": {"mean": 2}}}, "invalid-config", "cost"),
    ):
        out.append(vector(f"business-case-{name}", "business_case", {}, options, error={"code": code, "path": path}, source="contract"))
    return out


def least_squares(rows, y, groups, confidence):
    """Slope of the first predictor with the sandwich between groups and G / (G - 1) · (n - 1) / (n - k)."""
    x = mp.matrix([[1, *row] for row in rows])
    n, k = x.rows, x.cols
    bread = (x.T * x) ** -1
    beta = bread * (x.T * mp.matrix(y))
    scores = {}
    for i, group in enumerate(groups):
        residual = y[i] - sum(x[i, j] * beta[j] for j in range(k))
        own = scores.setdefault(group, [mp.mpf(0)] * k)
        scores[group] = [s + residual * x[i, j] for j, s in enumerate(own)]
    meat = mp.matrix(k, k)
    for own in scores.values():
        column = mp.matrix(own)
        meat += column * column.T
    count = len(scores)
    covariance = bread * meat * bread * mp.mpf(count) / (count - 1) * (n - 1) / (n - k)
    error, df = mp.sqrt(covariance[1, 1]), count - 1
    t = abs(beta[1]) / error
    p = mp.betainc(mp.mpf(df) / 2, 0.5, 0, df / (df + t * t), regularized=True)
    half = t_of(confidence, df) * error
    return {"slope": beta[1], "error": error, "p": p, "lower": beta[1] - half, "upper": beta[1] + half, "n": n, "units": count}


def holm(p_values):
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    found, most = [None] * len(p_values), mp.mpf(0)
    for rank, i in enumerate(order):
        most = max(most, p_values[i] * (len(p_values) - rank))
        found[i] = min(mp.mpf(1), most)
    return found


def linkages():
    rng = random.Random(72)
    units, months, lags = 12, 12, (3, 5)
    size = [rng.choice([0, 1]) for _ in range(units)]
    score = {(u, m): round(rng.gauss(5 + size[u], 2), 2) for u in range(units) for m in range(months)}
    spend = {(u, m): round(40 + 3 * size[u] + 1.5 * score.get((u, m - 4), 5) + rng.gauss(0, 3), 2) for u in range(units) for m in range(months)}
    order = [(u, m) for u in range(units) for m in range(months) if (u * m) % 7 != 6]
    table = {"account": [u for u, _ in order], "month": [m for _, m in order], "score": [score[k] for k in order],
             "spend": [spend[k] for k in order], "size": [["small", "large"][size[u]] for u, _ in order]}
    there, exact = set(order), lambda x: mp.mpf(str(x))
    confidence = 1 - mp.mpf("0.05") / 3
    fits = []
    for lag in range(lags[0], lags[1] + 1):
        pairs = [(u, m) for u, m in order if (u, m - lag) in there]
        # "large" comes before "small", whose column is 1 for small ones.
        rows = [[exact(score[u, m - lag]), 1 - size[u]] for u, m in pairs]
        fits.append(least_squares(rows, [exact(spend[k]) for k in pairs], [u for u, _ in pairs], confidence))
    corrected = holm([fit["p"] for fit in fits])
    told = [{"outcome": "spend", "lag": lag, "n": fit["n"], "units": fit["units"], "events": None, "slope": number(fit["slope"]),
             "standard_error": number(fit["error"]), "interval": interval(fit["lower"], fit["upper"], number(confidence), "t"),
             "p_value": number(fit["p"]), "p_adjusted": number(p), "thin": False} for lag, fit, p in zip(range(3, 6), fits, corrected)]
    best = min(range(3), key=lambda i: fits[i]["p"])
    link = {"outcome": "spend", "basis": "data", "lag": best + 3, "slope": number(fits[best]["slope"]), "p_adjusted": number(corrected[best]),
            "told": True, "money": number(100 * fits[best]["slope"]), "assumed": 0.2,
            "money_interval": interval(100 * fits[best]["lower"], 100 * fits[best]["upper"], number(confidence), "t"),
            "quantity": {"normal": {"mean": number(fits[best]["slope"]), "sd": number((fits[best]["upper"] - fits[best]["lower"]) / (2 * z_of(0.95)))}}}
    assumed = {"score": 10, "change": 2}
    options = {"score": "score", "outcomes": [{"column": "spend", "worth": 100, "assumed": assumed}], "unit": "account", "at": "month",
               "lags": list(lags), "controls": ["size"], "minimum_n": 50, "minimum_units": 10}
    out = [vector("linkage-lags", "linkage", {"table": table}, options, {"links": [link], "lags": told, "bands": []}, tolerance=1e-9)]
    thin = options | {"minimum_units": 13}
    out.append(vector("linkage-assumed", "linkage", {"table": table}, thin,
                      {"links": [{"basis": "assumption", "lag": None, "slope": 0.2, "standard_error": None, "interval": None, "p_adjusted": None, "told": False, "money": 20.0, "quantity": 0.2}],
                       "lags": [row | {"thin": True} for row in told]}, tolerance=1e-9))
    nothing = thin | {"outcomes": [{"column": "spend", "worth": 100}]}
    out.append(vector("linkage-nothing", "linkage", {"table": table}, nothing,
                      {"links": [{"basis": "nothing", "slope": None, "money": None, "quantity": None, "assumed": None}]}, source="contract"))
    # Bands without months: shares with Wilson's interval.
    band = [rng.choice(["promoter", "passive", "detractor"]) for _ in range(90)]
    left = [int(rng.random() < {"promoter": 0.05, "passive": 0.15, "detractor": 0.4}[b]) for b in band]
    rows, z = [], z_of(0.95)
    for name in ("detractor", "passive", "promoter"):
        own = [x for b, x in zip(band, left) if b == name]
        rate = mp.mpf(sum(own)) / len(own)
        rows.append({"outcome": "left", "band": name, "n": len(own), "events": sum(own), "rate": number(rate),
                     "interval": interval(*wilson(sum(own), len(own), z), 0.95, "score"), "lift": number(rate / (mp.mpf(sum(left)) / 90))})
    nps = [{"promoter": 9, "passive": 8, "detractor": 3}[b] for b in band]
    out.append(vector("linkage-bands", "linkage", {"table": {"nps": nps, "band": band, "left": left}},
                      {"score": "nps", "outcomes": [{"column": "left"}], "band": "band"}, {"bands": rows}))
    out.append(vector("linkage-metric-bands", "linkage", {"table": {"nps": nps, "left": left}},
                      {"score": "nps", "outcomes": [{"column": "left"}], "metric": "nps"}, {"bands": rows}))
    # Bands with months: customers come in any month; those who come too late to be followed are not counted.
    columns, counts = {name: [] for name in ("who", "month", "nps", "band", "left")}, {}
    for customer in range(200):
        first, name = rng.randrange(14), rng.choice(["detractor", "promoter"])
        gone = next((m for m in range(first + 1, 14) if rng.random() < (0.12 if name == "detractor" else 0.04)), None)
        for m in range(first, 14 if gone is None else gone + 1):
            for column, value in zip(columns.values(), (customer, m, 3 if name == "detractor" else 10, name, int(m == gone))):
                column.append(value)
        if first + 6 <= 13 and (gone is None or gone - first >= 2):
            n, events = counts.get(name, (0, 0))
            counts[name] = n + 1, events + (gone is not None and gone - first <= 6)
    share = mp.mpf(sum(e for _, e in counts.values())) / sum(n for n, _ in counts.values())
    rows = [{"outcome": "left", "band": name, "n": n, "events": events, "rate": number(mp.mpf(events) / n),
             "interval": interval(*wilson(events, n, z), 0.95, "score"), "lift": number(mp.mpf(events) / n / share)}
            for name, (n, events) in sorted(counts.items())]
    out.append(vector("linkage-months-bands", "linkage", {"table": columns},
                      {"score": "nps", "outcomes": [{"column": "left"}], "unit": "who", "at": "month", "lags": [2, 6], "band": "band"}, {"bands": rows}))
    out.append(vector("linkage-months-without-unit", "linkage", {"table": table},
                      {"score": "score", "outcomes": [{"column": "spend"}], "at": "month"}, error={"code": "invalid-argument", "path": "unit"}, source="contract"))
    return out


def contacts():
    rng = random.Random(73)
    n, names = 60, ["bill", "order", "address"]
    cost = [round(rng.lognormvariate(1.5, 0.7), 2) for _ in range(n)]
    lists = [rng.sample(names, rng.choice([0, 1, 1, 2])) for _ in range(n)]
    failure = [rng.choice([0, 1]) for _ in range(n)]
    exact = [mp.mpf(str(c)) for c in cost]
    z, year = z_of(0.95), mp.mpf("365.25") / 40

    def row(reason, own, failed):
        total = sum(failed)
        ends = hall(total, sum(c * c for c in failed), sum(c**3 for c in failed), z, 0.95) if len(failed) > 1 else None
        return {"reason": reason, "contacts": len(own), "cost": number(sum(own)), "failures": len(failed), "share": number(mp.mpf(len(failed)) / len(own)),
                "share_interval": interval(*wilson(len(failed), len(own), z), 0.95, "score"), "failure_cost": number(total), "interval": ends,
                "yearly": number(year * total), "quantity": {"normal": {"mean": number(year * total), "sd": number(year * mp.sqrt(sum(c * c for c in failed)))}}}

    def rows(failed):
        """`failed` says of a row and a reason whether it is a failure; of a row alone with `None`."""
        made = []
        for name in [*sorted(names), None]:
            inside = [i for i in range(n) if (name in lists[i] if name else not lists[i])]
            made.append(row(name, [exact[i] for i in inside], [exact[i] for i in inside if failed(i, name)]))
        known = sorted(made[:-1], key=lambda r: -r["failure_cost"])
        return [row(None, exact, [exact[i] for i in range(n) if failed(i, "any")]), *known, made[-1]]

    given = {"table": {"cost": cost, "again": failure}, "reasons": lists}
    chosen = ["bill", "order"]
    return [
        vector("avoidable-contacts-flag", "avoidable_contacts", given, {"cost_column": "cost", "failure": "again", "days": 40},
               {"rows": rows(lambda i, name: failure[i]), "without_cost": 0}, tolerance=1e-9),
        vector("avoidable-contacts-reasons", "avoidable_contacts", given, {"cost_column": "cost", "failure_reasons": chosen, "days": 40},
               {"rows": rows(lambda i, name: bool(set(chosen) & set(lists[i])) if name == "any" else name in chosen)}, tolerance=1e-9),
        vector("avoidable-contacts-no-failure", "avoidable_contacts", given, {"cost": 3}, error={"code": "invalid-argument", "path": "failure"}, source="contract"),
    ]


def initiatives():
    rng = random.Random(74)
    who = [c for c in range(20) for _ in range(4)]
    month = [m for _ in range(20) for m in range(4)]
    treated = [c % 2 for c in who]
    size = [c % 3 for c in who]
    level = [rng.gauss(0, 1) for _ in range(20)]
    rating = [round(6 + level[c] + s + 0.3 * m + (1 if t and m >= 2 else 0) + rng.gauss(0, 1), 3) for c, m, t, s in zip(who, month, treated, size)]
    table = {"who": who, "month": month, "new": treated, "size": size, "rating": rating}
    y = [mp.mpf(str(r)) for r in rating]

    def fit(take, split):
        inside = [i for i in range(80) if take(month[i])]
        after = lambda i: int(month[i] >= split)
        rows = [[treated[i] * after(i), treated[i], after(i), size[i]] if split is not None else [treated[i], size[i]] for i in inside]
        found = least_squares(rows, [y[i] for i in inside], [who[i] for i in inside], 0.95)
        return {"value": number(found["slope"]), "standard_error": number(found["error"]), "p_value": number(found["p"]),
                "interval": interval(found["lower"], found["upper"], 0.95, "t"), "n": found["n"], "customers": found["units"]}

    cells = []
    for t in (0, 1):
        for after in (False, True):
            own = [y[i] for i in range(80) if treated[i] == t and (month[i] >= 2) == after]
            cells.append({"treated": bool(t), "after": after, "n": len(own), "mean": number(sum(own) / len(own))})
    options = {"name": "form", "outcome": "rating", "treated": "new", "at": "month", "start": 2, "customer": "who", "controls": ["size"]}
    out = [vector("initiative-differences", "initiative", {"table": table}, options,
                  {"effect": fit(lambda m: True, 2), "check": fit(lambda m: m < 2, 1), "cells": cells}, tolerance=1e-9),
           vector("initiative-randomised", "initiative", {"table": table}, options | {"method": "randomised"},
                  {"effect": fit(lambda m: m >= 2, None), "check": fit(lambda m: m < 2, None)}, tolerance=1e-9)]
    people = {"who": ["b", "a", "a", "c", "b", None], "at": [2, 1, 3, 1, 9, 1], "never": [0, 0, 0, 0, 1, 0]}
    lists = [["wait"], ["wait"], ["price"], ["other"], ["wait"], ["wait"]]
    told = {"affected": 3, "affected_responses": 4, "affected_per_effort": 1.5, "withheld": 1, "nameless": 1, "effect": None,
            "tell": [{"customer": "a", "row": 2, "responses": 2, "reasons": ["price", "wait"]}]}
    out.append(vector("initiative-tell", "initiative", {"table": people, "reasons": lists},
                      {"name": "staff", "target": ["price", "wait"], "effort": 2, "customer": "who", "at": "at", "start": 5, "do_not_contact": "never"},
                      told, source="by hand"))
    out.append(vector("initiative-unknown-reason", "initiative", {"table": people, "reasons": lists}, {"name": "staff", "target": ["wait", "wiat"]},
                      error={"code": "unknown-name", "path": "target"}, source="contract"))
    out.append(vector("initiative-no-start", "initiative", {"table": table}, {"name": "x", "outcome": "rating", "treated": "new"},
                      error={"code": "invalid-argument", "path": "start"}, source="contract"))
    return out


if __name__ == "__main__":
    write("money", risks() + cases() + linkages() + contacts() + initiatives())
