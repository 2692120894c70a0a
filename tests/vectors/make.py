"""Makes the vectors that every language runs: `python3 make.py` (Python 3.11, mpmath 1.3, tzdata).

Expected numbers come from the definitions, computed with 40 digits by code that shares nothing with
the library: intervals by bisection on the test that defines them, Student's t by the incomplete beta
function, periods by Python's own calendar and zone database. Each vector says so in `source`.
"""

import datetime as dt
import json
import pathlib
import random
import statistics
import zoneinfo

import mpmath as mp

mp.mp.dps = 40
HERE = pathlib.Path(__file__).parent
SOURCE = "make.py: from the definition, mpmath 1.3 with 40 digits"


def number(x):
    return None if x is None else float(x)


def bisect(f, low, high):
    """The root of an f that is negative at low and positive at high: bisection with regula falsi
    (Illinois), whose steps are taken only while they shrink the bracket."""
    low, high = mp.mpf(low), mp.mpf(high)
    at_low, at_high, side = f(low), f(high), 0
    for step in range(200):
        if high - low <= mp.mpf(10) ** -32 * max(1, abs(low)):
            break
        finite = mp.isfinite(at_low) and mp.isfinite(at_high) and at_low < 0 < at_high
        middle = (low + high) / 2 if step % 4 == 3 or not finite else (low * at_high - high * at_low) / (at_high - at_low)
        value = f(middle)
        if value == 0:
            return middle
        if value < 0:
            low, at_low = middle, value
            if side == -1:
                at_high /= 2
            side = -1
        else:
            high, at_high = middle, value
            if side == 1:
                at_low /= 2
            side = 1
    return (low + high) / 2


def z_of(confidence):
    return mp.sqrt(2) * mp.erfinv(mp.mpf(str(confidence)))


def t_of(confidence, df):
    tail = (1 - mp.mpf(str(confidence))) / 2
    sf = lambda t: mp.betainc(mp.mpf(df) / 2, 0.5, 0, df / (df + t * t), regularized=True) / 2
    return bisect(lambda t: tail - sf(t), 0, 10**8)


def constrained_variance(neg, zero, pos, delta):
    """Variance of one response at the likelihood's maximum given p+ - p- = delta."""
    low, high = max(mp.mpf(0), -delta), (1 - delta) / 2  # range of p-

    def slope(q):
        if (pos and q + delta <= 0) or (neg and q <= 0):
            return -mp.inf
        return -((neg / q if neg else 0) + (pos / (q + delta) if pos else 0) - (2 * zero / (1 - 2 * q - delta) if zero else 0))

    eps = (high - low) * mp.mpf(10) ** -38
    if high - low <= 0:
        q = low
    elif slope(low + eps) > 0:
        q = low
    elif slope(high - eps) < 0:
        q = high
    else:
        q = bisect(slope, low + eps, high - eps)
    return max(2 * q + delta - delta * delta, mp.mpf(0))


def tango(neg, zero, pos, z):
    n = mp.mpf(neg + zero + pos)
    estimate = mp.mpf(pos - neg) / n

    def statistic(delta):
        variance = constrained_variance(neg, zero, pos, delta)
        gap = estimate - delta
        if variance == 0:
            return mp.inf * mp.sign(gap) if gap else mp.mpf(0)
        return gap / mp.sqrt(variance / n)

    lower = -mp.mpf(1) if estimate == -1 else bisect(lambda d: z - statistic(d), -1, estimate)
    upper = mp.mpf(1) if estimate == 1 else bisect(lambda d: -z - statistic(d), estimate, 1)
    return lower, upper


def wilson(x, n, z):
    x, n = mp.mpf(x), mp.mpf(n)
    p = x / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * mp.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return middle - half, middle + half


def beta_quantile(p, a, b):
    """By bisection on the regularised incomplete beta function."""
    with mp.workdps(25):
        return bisect(lambda x: mp.betainc(a, b, 0, x, regularized=True) - p, 0, 1)


def net_quantile(p, negative, neutral, positive):
    """Where the difference of two shares of a Dirichlet has probability p below it: given the share of negatives q,
    the positives are (1 - q) Beta(positive, neutral), and q is Beta(negative, rest), integrated over."""
    rest = neutral + positive

    def below(net):
        def integrand(q):
            t = (net + q) / (1 - q)
            inner = 0 if t <= 0 else 1 if t >= 1 else mp.betainc(positive, neutral, 0, t, regularized=True)
            return q ** (negative - 1) * (1 - q) ** (rest - 1) * inner

        middle, spread = negative / (negative + rest), mp.sqrt(negative * rest / (negative + rest) ** 2 / (negative + rest + 1))
        cuts = {max(mp.mpf(0), -net), (1 - net) / 2, mp.mpf(1)} | {middle + k * spread for k in (-6, -3, 0, 3, 6)}
        low = max(mp.mpf(0), -net)
        return mp.quad(integrand, sorted(c for c in cuts if low <= c <= 1)) / mp.beta(negative, rest)

    with mp.workdps(20):
        total = negative + rest
        mean = (positive - negative) / total
        spread = mp.sqrt(((positive + negative) / total - mean**2) / (total + 1))
        z = mp.sqrt(2) * mp.erfinv(2 * p - 1)
        first = min(max(mean + z * spread, mp.mpf("-0.999")), mp.mpf("0.999"))
        return mp.findroot(lambda net: below(net) - p, (first, first * mp.mpf("0.99") + mp.mpf("0.002")), solver="secant", tol=1e-30, maxsteps=30)


def posterior(kind, counts, masses, size, confidence):
    """Equal tails under Jeffreys' prior, a half of a response for each answer: nets and shares exactly; means by the beta
    distribution on the range of the points that has the posterior's exact mean and variance."""
    tail = (1 - mp.mpf(str(confidence))) / 2
    half = mp.mpf(1) / 2
    if kind == "net":
        return [100 * net_quantile(p, *(c + half for c in counts)) for p in (tail, 1 - tail)]
    if kind == "share":
        return [100 * beta_quantile(p, counts[2] + half, counts[1] + half) for p in (tail, 1 - tail)]
    low, high = min(v for v, _ in masses), max(v for v, _ in masses)
    total = size + half * len(masses)
    mean = sum((m + half) * v for v, m in masses) / total
    variance = sum((m + half) * (v - mean) ** 2 for v, m in masses) / total / (total + 1)
    centre, spread = (mean - low) / (high - low), variance / (high - low) ** 2
    strength = centre * (1 - centre) / spread - 1
    return [low + (high - low) * beta_quantile(p, centre * strength, (1 - centre) * strength) for p in (tail, 1 - tail)]


METRICS = {  # points, value of a point, kind, bands
    "nps": (range(11), lambda p: 100 if p >= 9 else -100 if p <= 6 else 0, "net",
            {"detractor": (0, 6), "passive": (7, 8), "promoter": (9, 10)}),
    "csat": (range(1, 6), lambda p: 100 if p >= 4 else 0, "share",
             {"dissatisfied": (1, 2), "neutral": (3, 3), "satisfied": (4, 5)}),
    "ces": (range(1, 8), lambda p: p, "mean",
            {"difficult": (1, 3), "neutral": (4, 4), "easy": (5, 7)}),
    "ces_net": (range(1, 8), lambda p: 100 if p >= 5 else -100 if p <= 3 else 0, "net", {}),
    "acsi": (range(1, 11), lambda p: mp.mpf(100) * (p - 1) / 9, "mean", {}),
    "psat": (range(2), lambda p: 100 * p, "share", {}),
    "stars": (range(1, 6), lambda p: p, "mean", {}),
    "smileys": (range(1, 4), lambda p: {1: -100, 2: 0, 3: 100}[p], "net", {}),
    "pmf": (range(1, 4), lambda p: 100 if p == 3 else 0, "share", {}),
}


def is_number(x):
    return isinstance(x, (int, float)) and not isinstance(x, bool)


def score(values, metric, confidence=0.95, interval=None, weights=None):
    points, value_of, kind, bands = METRICS[metric]
    rated = [(v, 1 if weights is None else weights[i]) for i, v in enumerate(values) if v in points and is_number(v)]
    missing = sum(1 for v in values if v is None or v == "NaN" or v == "")
    out = sum(1 for v in values if v in ("Infinity", "-Infinity") or (is_number(v) and not points[0] <= v <= points[-1]))
    n = len(rated)
    result = {"n": n, "missing": missing, "out_of_range": out, "invalid": len(values) - n - missing - out}
    if n == 0:
        return result | {"value": None, "standard_error": None, "interval": None, "mean": None}
    total = sum(mp.mpf(w) for _, w in rated)
    value = sum(mp.mpf(w) * value_of(v) for v, w in rated) / total
    spread = sum(mp.mpf(w) * (value_of(v) - value) ** 2 for v, w in rated) / total
    size = mp.mpf(n)
    if weights is None:
        squared = spread / n if kind != "mean" else (spread / (n - 1) if n > 1 else None)
    else:
        squared = mp.mpf(n) / (n - 1) * sum((mp.mpf(w) * (value_of(v) - value)) ** 2 for v, w in rated) / total**2
        kish = total**2 / sum(mp.mpf(w) ** 2 for _, w in rated)
        size = n / (squared / (spread / (n - 1))) if spread else kish
        result["effective_n"] = number(kish)
    error = None if squared is None else mp.sqrt(squared)
    z = z_of(confidence)
    method = interval or ("t" if kind == "mean" else "score")
    share = lambda keep: sum(mp.mpf(w) for v, w in rated if keep(value_of(v))) * size / total
    if method == "wald":
        ends = (value - z * error, value + z * error)
    elif method == "t":
        ends = None if error is None else (value - t_of(confidence, size - 1) * error, value + t_of(confidence, size - 1) * error)
    elif method == "score" and kind == "net":
        ends = [100 * x for x in tango(share(lambda v: v < 0), share(lambda v: v == 0), share(lambda v: v > 0), z)]
    elif method == "score":
        ends = [100 * x for x in wilson(share(lambda v: v > 0), size, z)]
    elif method == "adjusted_wald" and kind == "net":
        neg, pos, all_ = share(lambda v: v < 0) + mp.mpf("0.75"), share(lambda v: v > 0) + mp.mpf("0.75"), size + 3
        middle = (pos - neg) / all_
        half = z * mp.sqrt(((pos + neg) / all_ - middle**2) / all_)
        ends = [100 * max(middle - half, -1), 100 * min(middle + half, 1)]
    elif method == "bayes":
        counts = [share(lambda v: v < 0), share(lambda v: v == 0), share(lambda v: v > 0)]
        masses = [(mp.mpf(value_of(p)), share(lambda v, p=p: v == value_of(p))) for p in points]
        ends = posterior(kind, counts, masses, size, confidence)
    result |= {
        "value": number(value),
        "standard_error": None if error is None else number(error),
        "interval": None if ends is None else {"lower": number(ends[0]), "upper": number(ends[1]), "confidence": confidence, "method": method},
        "mean": number(sum(mp.mpf(w) * v for v, w in rated) / total),
    }
    if bands:
        result["shares"] = {
            name: number(sum(mp.mpf(w) for v, w in rated if low <= v <= high) / total) for name, (low, high) in bands.items()
        }
    if weights is None:
        result["counts"] = {str(p): sum(1 for v, _ in rated if v == p) for p in points}
    return result


def vector(id, function, input, options, expected=None, error=None, source=SOURCE, tolerance=1e-12):
    body = {"id": id, "function": function, "input": input, "options": options}
    body |= {"error": error} if error else {"expected": expected}
    return body | {"tolerance": tolerance, "source": source}


def repeat(counts):
    return [point for point, count in counts.items() for _ in range(count)]


def scores():
    out = []
    samples = {
        "typical": repeat({0: 3, 3: 5, 6: 7, 7: 9, 8: 16, 9: 25, 10: 35}),
        "tiny": [10, 9, 8, 3],
        "one": [7],
        "unanimous": [10] * 10,
        "unanimous-detractors": [0] * 4,
        "passives": [7, 8, 8],
        "no-passives": [10, 10, 0],
        "zeros-and-missing": [0, None, 10, "NaN", 0],
    }
    for name, values in samples.items():
        for interval in (None, "adjusted_wald", "wald"):
            for confidence in (0.95, 0.8):
                options = {"metric": "nps", "confidence": confidence} | ({"interval": interval} if interval else {})
                out.append(vector(f"nps-{name}-{interval or 'default'}-{confidence}", "score", {"values": values}, options,
                                  score(values, "nps", confidence, interval)))
    for metric, values in {
        "csat": [5, 4, 2, 5, 5, 3, None, 1], "ces": [7, 6, 2], "ces_net": [7, 6, 2, 4, 1, 5],
        "acsi": [1, 10, 7, 8, 8, 3], "psat": [1, 0, 1, 1], "stars": [5, 5, 4, 1], "smileys": [3, 3, 1, 2], "pmf": [3, 3, 2, 1, 3],
    }.items():
        out.append(vector(f"{metric}-default", "score", {"values": values}, {"metric": metric}, score(values, metric)))
    out.append(vector("nps-empty", "score", {"values": []}, {"metric": "nps"}, score([], "nps")))
    out.append(vector("nps-only-missing", "score", {"values": [None, None]}, {"metric": "nps"}, score([None, None], "nps")))
    messy = [10, 11, -1, 6.9, None, "NaN", "Infinity", "-Infinity", 0, 9]
    out.append(vector("nps-messy-counted", "score", {"values": messy}, {"metric": "nps", "invalid": "count"}, score(messy, "nps")))
    out.append(vector("nps-eleven-is-no-promoter", "score", {"values": [10, 11]}, {"metric": "nps"},
                      error={"code": "rating-out-of-range", "row": 1}, source="definition of the scale"))
    out.append(vector("nps-6.9-is-not-6", "score", {"values": [10, None, 6.9]}, {"metric": "nps"},
                      error={"code": "rating-invalid", "row": 2}, source="definition of the scale"))
    out.append(vector("nps-infinite", "score", {"values": ["Infinity"]}, {"metric": "nps"},
                      error={"code": "rating-out-of-range", "row": 0}, source="definition of the scale"))
    out.append(vector("unknown-metric", "score", {"values": [1]}, {"metric": "npz"},
                      error={"code": "unknown-name"}, source="contract"))
    out.append(vector("bad-confidence", "score", {"values": [1]}, {"metric": "nps", "confidence": 95},
                      error={"code": "invalid-argument", "path": "confidence"}, source="contract"))
    out.append(vector("method-does-not-suit", "score", {"values": [1]}, {"metric": "ces", "interval": "score"},
                      error={"code": "invalid-argument", "path": "interval"}, source="contract"))
    custom = {"name": "late", "scale": {"points": [0, 0.5, 1], "labels": ["never", None, "always"]}, "rule": {"type": "top", "boxes": 1}}
    out.append(vector("custom-labels", "score", {"values": ["never", "always", "Always", "0.5", None]}, {"metric": custom},
                      {"value": 50.0, "n": 4, "missing": 1, "counts": {"0": 1, "0.5": 1, "1": 2}}, source="by hand"))
    out.append(vector("labels-with-numbers", "score", {"values": ["10 - Extremely likely", "0 - Not at all", "7"]}, {"metric": "nps"},
                      {"value": 0.0, "n": 3}, source="by hand"))
    return out


def bayesian():
    """Posterior intervals; quadrature in the library is good to about 1e-11 of a net."""
    out = []
    cases = {
        "nps": {"typical": repeat({0: 1, 6: 2, 7: 2, 8: 3, 9: 5, 10: 7}), "unanimous": [10] * 10, "no-passives": [10, 10, 0], "one": [8]},
        "csat": {"typical": [5, 4, 2, 5, 5, 3, None, 1], "unanimous": [5] * 6},
        "ces": {"typical": [7, 6, 2, 5, 5], "one": [7]},
        "acsi": {"typical": [1, 10, 7, 8, 8, 3]},
    }
    for metric, samples in cases.items():
        for name, values in samples.items():
            for confidence in (0.95, 0.8):
                options = {"metric": metric, "interval": "bayes", "confidence": confidence}
                out.append(vector(f"bayes-{metric}-{name}-{confidence}", "score", {"values": values}, options,
                                  score(values, metric, confidence, "bayes"), tolerance=1e-10))
    return out


def rows_by(table, metric, by, **options):
    groups = {}
    for i, value in enumerate(table["score"]):
        key = tuple(table[b][i] for b in by)
        groups.setdefault(key, []).append(i)
    # Missing sorts last.
    order = sorted(groups, key=lambda k: tuple((x is None, "" if x is None else x) for x in k))
    rows = []
    for key in order:
        picked = groups[key]
        weights = [table["w"][i] for i in picked] if "weight" in options else None
        s = score([table["score"][i] for i in picked], metric, weights=weights)
        row = dict(zip(by, key)) | {k: s[k] for k in ("value", "n", "missing", "standard_error")}
        row |= {"lower": s["interval"]["lower"], "upper": s["interval"]["upper"]} if s["interval"] else {"lower": None, "upper": None}
        rows.append(row)
    return rows


TABLE = {
    "score": [10, 9, 3, 7, None, 0, 10, 8, 9, 2, 10, 6],
    "plan": ["pro", "free", None, "pro", "pro", "free", "pro", "free", None, "pro", "free", "free"],
    "région": ["é🙂", "z", "é🙂", "z", "z", "é🙂", "z", "é🙂", "z", "é🙂", "z", "é🙂"],
    "w": [1.5, 0.5, 2, 1, 1, 0.25, 1, 3, 1, 1, 0.5, 2],
}


def groups():
    out = []
    for by in (["plan"], ["région"], ["plan", "région"]):
        out.append(vector(f"by-{'-'.join(by)}", "score_table", {"table": TABLE}, {"rating": "score", "metric": "nps", "by": by},
                          rows_by(TABLE, "nps", by)))
    out.append(vector("by-plan-weighted", "score_table", {"table": TABLE}, {"rating": "score", "metric": "nps", "by": ["plan"], "weight": "w"},
                      rows_by(TABLE, "nps", ["plan"], weight=True), tolerance=1e-11))
    hidden = [row if row["n"] >= 4 else {"plan": row["plan"], "n": None, "value": None, "suppressed": True} for row in rows_by(TABLE, "nps", ["plan"])]
    out.append(vector("by-plan-minimum-n", "score_table", {"table": TABLE}, {"rating": "score", "metric": "nps", "by": ["plan"], "minimum_n": 4}, hidden))
    out.append(vector("missing-column", "score_table", {"table": TABLE}, {"rating": "score", "metric": "nps", "by": ["nope"]},
                      error={"code": "missing-column", "path": "nope"}, source="contract"))
    out.append(vector("bad-rating-in-a-column", "score_table", {"table": {"score": [1, 2, 99]}}, {"rating": "score", "metric": "nps"},
                      error={"code": "rating-out-of-range", "path": "score", "row": 2}, source="contract"))
    return out


def period(day, every):
    if every == "week":
        day -= dt.timedelta(days=day.weekday())
    elif every == "month":
        day = day.replace(day=1)
    elif every == "quarter":
        day = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    elif every == "year":
        day = day.replace(month=1, day=1)
    return day


def following(day, every):
    steps = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}
    return period(day + dt.timedelta(days=steps[every]), every)


def trends():
    out = []
    # Instants around changes of clocks: seconds since the epoch.
    zones = ["UTC", "Europe/Copenhagen", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu"]
    starts = {
        "spring": dt.datetime(2024, 3, 9, 22, 30), "autumn": dt.datetime(2023, 10, 28, 21, 59), "new-year": dt.datetime(2019, 12, 30, 9, 0),
        "skipped-day": dt.datetime(2011, 12, 29, 8, 0), "before-1970": dt.datetime(1969, 12, 30, 20, 0),
    }
    source = "make.py: Python's zoneinfo and datetime"
    for name, start in starts.items():
        times = [int((start.replace(tzinfo=dt.timezone.utc) + dt.timedelta(hours=7 * i + i % 3)).timestamp()) for i in range(16)]
        ratings = [(3 * i) % 11 for i in range(16)]
        for zone in zones:
            for every in ("day", "week", "month", "quarter", "year") if zone == "Europe/Copenhagen" else ("day",):
                local = [dt.datetime.fromtimestamp(t, zoneinfo.ZoneInfo(zone)).date() for t in times]
                periods = [period(d, every) for d in local]
                rows, current = [], min(periods)
                while current <= max(periods):
                    inside = [r for r, p in zip(ratings, periods) if p == current]
                    s = score(inside, "nps")
                    rows.append({"period": current.isoformat(), "n": s["n"], "value": s["value"]})
                    current = following(current, every)
                out.append(vector(f"trend-{name}-{zone}-{every}", "trend", {"table": {"score": ratings, "at": [1000 * t for t in times]}},
                                  {"rating": "score", "at": "at", "metric": "nps", "every": every, "time_zone": zone}, rows, source=source))
    return out


def effective(values, metric):
    """Counts of rated values below, at and above the middle, and value and variance."""
    points, value_of, kind, _ = METRICS[metric]
    rated = [mp.mpf(value_of(v)) for v in values if v in points and is_number(v)]
    n = len(rated)
    mean = sum(rated) / n
    return kind, n, mean, sum((v - mean) ** 2 for v in rated) / n, [sum(1 for v in rated if f(v)) for f in (lambda v: v < 0, lambda v: v == 0, lambda v: v > 0)]


def ends(kind, n, counts, z):
    if kind == "net":
        return [100 * x for x in tango(*counts, z)]
    return [100 * x for x in wilson(counts[2], n, z)]


def compare(before, after, metric, confidence=0.95, interval=None, most=30):
    (kind, nb, b, vb, cb), (_, na, a, va, ca) = effective(before, metric), effective(after, metric)
    d, z = a - b, z_of(confidence)
    tail = lambda z: mp.erfc(z / mp.sqrt(2))
    corrected = kind == "mean"
    error = mp.sqrt(va / (na - 1 if corrected else na) + vb / (nb - 1 if corrected else nb))
    method = interval or ("t" if kind == "mean" else "score")
    if method == "wald":
        low, high, p = d - z * error, d + z * error, tail(abs(d) / error)
    elif method == "t":
        sa, sb = va / (na - 1), vb / (nb - 1)
        df = (sa + sb) ** 2 / (sa**2 / (na - 1) + sb**2 / (nb - 1))
        t = t_of(confidence, df)
        low, high = d - t * error, d + t * error
        p = mp.betainc(df / 2, 0.5, 0, df / (df + (d / error) ** 2), regularized=True)
    else:
        def mover(z):
            (la, ua), (lb, ub) = ends(kind, na, ca, z), ends(kind, nb, cb, z)
            return d - mp.sqrt((a - la) ** 2 + (ub - b) ** 2), d + mp.sqrt((ua - a) ** 2 + (b - lb) ** 2)

        low, high = mover(z)
        p = tail(bisect((lambda z: -mover(z)[0]) if d > 0 else (lambda z: mover(z)[1]), mp.mpf(10) ** -6, most)) if d else mp.mpf(1)
    return {"difference": number(d), "standard_error": number(error), "p_value": number(p), "method": method,
            "interval": {"lower": number(low), "upper": number(high), "confidence": confidence, "method": method}}


def comparisons():
    out = []
    small, big = [10, 9, 8, 3, 0, 10, 7, 7], [10, 10, 9, 9, 8, 9, 3, 10, 10, 7, 10, 9]
    for name, before, after in (("up", small, big), ("down", big, small)):
        for interval in (None, "wald"):
            options = {"metric": "nps"} | ({"interval": interval} if interval else {})
            out.append(vector(f"compare-nps-{name}-{interval or 'default'}", "compare", {"before": before, "after": after}, options,
                              compare(before, after, "nps", interval=interval), tolerance=1e-10))
    b, a = [1, 2, 5, 4, 3, 2, 4, None], [5, 5, 4, 3, 5, 4]
    out.append(vector("compare-csat", "compare", {"before": b, "after": a}, {"metric": "csat", "confidence": 0.9}, compare(b, a, "csat", 0.9), tolerance=1e-10))
    b, a = [7, 6, 2, 5, 3], [7, 7, 6, 5, 7, 4]
    out.append(vector("compare-ces", "compare", {"before": b, "after": a}, {"metric": "ces"}, compare(b, a, "ces"), tolerance=1e-10))
    out.append(vector("compare-with-nothing", "compare", {"before": [], "after": a}, {"metric": "ces"},
                      {"difference": None, "interval": None, "p_value": None}, source="contract"))
    return out


def sizes():
    z = z_of(0.95)
    out = []
    for margin in (3, 5, 10):
        worst = mp.ceil((100 * z / margin) ** 2)
        out.append(vector(f"sample-size-nps-{margin}", "sample_size", {}, {"metric": "nps", "margin": margin},
                          {"n": int(worst), "variance": 10000.0}))
    variance = 10000 * (mp.mpf("0.7") - mp.mpf("0.3") ** 2)
    out.append(vector("sample-size-nps-shares", "sample_size", {}, {"metric": "nps", "margin": 5, "shares": {"promoter": 0.5, "detractor": 0.2}},
                      {"n": int(mp.ceil(variance * (z / 5) ** 2)), "variance": number(variance)}, tolerance=1e-11))
    power = mp.sqrt(2) * mp.erfinv(2 * mp.mpf("0.8") - 1)
    out.append(vector("sample-size-nps-difference", "sample_size", {}, {"metric": "nps", "difference": 10},
                      {"n": int(mp.ceil(2 * 10000 * ((z + power) / 10) ** 2))}))
    margin = lambda variance, n: z * mp.sqrt(variance / mp.mpf(n))
    detectable = lambda variance, n: (z + power) * mp.sqrt(2 * variance / mp.mpf(n))
    out.append(vector("sample-size-what-400-show", "sample_size", {}, {"metric": "nps", "n": 400},
                      {"n": 400, "margin": number(margin(10000, 400)), "difference": number(detectable(10000, 400)), "power": 0.8, "assumption": "worst_case"}))
    population = 500  # the finite population correction, (N - n) / (N - 1)
    n = next(n for n in range(1, population + 1) if margin(10000, n) * mp.sqrt(mp.mpf(population - n) / (population - 1)) <= 5)
    out.append(vector("sample-size-of-a-population", "sample_size", {}, {"metric": "nps", "margin": 5, "population": population},
                      {"n": n, "margin": number(margin(10000, n) * mp.sqrt(mp.mpf(population - n) / (population - 1))), "population": population}))
    points = [mp.mpf(x) / 20 for x in (1, 1, 2, 7, 9)]
    variance = sum(s * x * x for x, s in enumerate(points, 1)) - sum(s * x for x, s in enumerate(points, 1)) ** 2
    out.append(vector("sample-size-points", "sample_size", {}, {"metric": "stars", "margin": 0.1, "shares": [number(x) for x in points], "confidence": 0.9},
                      {"n": int(mp.ceil(variance * (z_of(0.9) / mp.mpf("0.1")) ** 2)), "variance": number(variance), "assumption": "shares"}, tolerance=1e-11))
    pilot = [10, 9, 9, 8, 3, 10, 6, 9, None]
    _, rated, _, spread, _ = effective(pilot, "nps")
    variance = spread * rated / (rated - 1)
    out.append(vector("sample-size-from-a-pilot", "sample_size", {"pilot": pilot}, {"metric": "nps", "difference": 15, "power": 0.9},
                      {"n": int(mp.ceil(2 * variance * ((z + mp.sqrt(2) * mp.erfinv(mp.mpf("0.8"))) / 15) ** 2)), "variance": number(variance), "assumption": "pilot"}))
    out.append(vector("sample-size-margin-of-nothing", "sample_size", {}, {"metric": "nps", "margin": 0},
                      error={"code": "invalid-argument", "path": "margin"}, source="contract"))
    return out


def weighting():
    """Raking by plain iterative proportional fitting, two margins, to the last digit."""
    table = {"region": ["EU", "US", "EU", "EU", "US", "EU", "US", "EU"], "age": ["a", "a", "b", "b", "b", "a", "b", "b"], "score": [10, 9, 3, 7, 0, 10, 8, 9]}
    targets = {"region": {"EU": 0.5, "US": 0.5}, "age": {"a": 0.4, "b": 0.6}}
    n = len(table["region"])
    weights = [mp.mpf(1)] * n
    for _ in range(400):
        for column, shares in targets.items():
            for value, share in shares.items():
                inside = [i for i in range(n) if table[column][i] == value]
                factor = mp.mpf(str(share)) * n / sum(weights[i] for i in inside)
                for i in inside:
                    weights[i] *= factor
    kish = sum(weights) ** 2 / sum(w * w for w in weights)
    out = [vector("rake-two-margins", "weight", {"table": table}, {"targets": targets, "tolerance": 1e-13},
                  {"weights": [number(w) for w in weights], "effective_n": number(kish)}, tolerance=1e-10)]
    one = {"region": {"EU": 0.5, "US": 0.5}}
    out.append(vector("rake-one-margin", "weight", {"table": table}, {"targets": one},
                      {"weights": [0.8 if r == "EU" else 4 / 3 for r in table["region"]]}, source="by hand"))
    out.append(vector("rake-unknown-value", "weight", {"table": table}, {"targets": {"region": {"EU": 0.5, "US": 0.3, "APAC": 0.2}}},
                      error={"code": "target-mismatch"}, source="contract"))
    out.append(vector("rake-value-without-target", "weight", {"table": table}, {"targets": {"region": {"EU": 1.0}}},
                      error={"code": "target-mismatch"}, source="contract"))
    return out


def contrasts():
    table = {"score": [10, 9, 3, 7, None, 0, 10, 8, 9, 2, 10, 6, 10, 10, 0, 1], "plan": ["a", "b", "c", "a", "a", "b", "a", "b", "c", "a", "b", "c", "a", "a", "c", "c"]}
    rows = []
    for plan in "abc":
        group = [s for s, p in zip(table["score"], table["plan"]) if p == plan]
        rest = [s for s, p in zip(table["score"], table["plan"]) if p != plan]
        found = compare(rest, group, "nps")
        rows.append({"plan": plan, "difference": found["difference"], "lower": found["interval"]["lower"], "upper": found["interval"]["upper"], "p_value": found["p_value"]})
    order = sorted(range(3), key=lambda i: -rows[i]["p_value"])
    least = 1.0
    for place, i in enumerate(order):
        least = min(least, rows[i]["p_value"] * 3 / (3 - place))
        rows[i]["p_adjusted"] = least
    return [vector("contrast-three-groups", "contrast", {"table": table}, {"rating": "score", "metric": "nps", "by": ["plan"]}, rows, tolerance=1e-9)]


def reading():
    out = []
    text = '\ufeff"When";"Score";"Plan";"Why"\r\n"13/04/2018 20:09";"10 - Extremely likely";"Größe";"fine;\r\nreally"\r\n"01/05/2018 20:23";0;Größe;""\r\n"02/06/2018 08:00";;"";NA\r\n"02/06/2018 09:30";7;b;"a ""quote"" 👍"'
    options = {"rating": "Score", "at": "When", "comment": "Why", "attributes": ["Plan"]}
    out.append(vector("csv-traps", "read_csv", {"text": text}, options, {"rows": 4, "n": 3, "missing": 1, "value": 0.0}, source="by hand"))
    out.append(vector("csv-trend", "read_csv", {"text": text}, options | {"every": "month"},
                      [{"period": "2018-04-01", "n": 1, "value": 100.0}, {"period": "2018-05-01", "n": 1, "value": -100.0}, {"period": "2018-06-01", "n": 1, "missing": 1, "value": 0.0}], source="by hand"))
    ambiguous = "When,Score\n01/02/2024,9\n03/04/2024,8\n"
    out.append(vector("csv-ambiguous-dates", "read_csv", {"text": ambiguous}, {"rating": "Score", "at": "When"}, error={"code": "date-ambiguous"}, source="contract"))
    out.append(vector("csv-declared-dates", "read_csv", {"text": ambiguous}, {"rating": "Score", "at": "When", "date_format": "%m/%d/%Y", "every": "month"},
                      [{"period": "2024-01-01", "n": 1}, {"period": "2024-02-01", "n": 0}, {"period": "2024-03-01", "n": 1}], source="by hand"))
    out.append(vector("csv-bad-rating", "read_csv", {"text": "Score\n9\nmany\n"}, {"rating": "Score"}, error={"code": "rating-invalid", "path": "Score", "row": 1}, source="contract"))
    out.append(vector("csv-short-row", "read_csv", {"text": "Score,Plan\n9,a\n8\n"}, {"rating": "Score", "attributes": ["Plan"]}, error={"code": "csv", "row": 1}, source="contract"))
    out.append(vector("csv-no-such-column", "read_csv", {"text": "Score\n9\n"}, {"rating": "score"}, error={"code": "missing-column", "path": "score"}, source="contract"))
    return out


class Words:
    """The generator xoshiro256++ after Blackman and Vigna, from their text."""

    def __init__(self, seed):
        self.state = []
        for _ in range(4):
            seed = (seed + 0x9E3779B97F4A7C15) % 2**64
            z = ((seed ^ seed >> 30) * 0xBF58476D1CE4E5B9) % 2**64
            z = ((z ^ z >> 27) * 0x94D049BB133111EB) % 2**64
            self.state.append(z ^ z >> 31)

    def word(self):
        turn = lambda x, k: (x << k | x >> 64 - k) % 2**64
        a, b, c, d = self.state
        result = (turn((a + d) % 2**64, 23) + a) % 2**64
        c, d = c ^ a, d ^ b
        self.state = [a ^ d, b ^ c, c ^ (b << 17) % 2**64, turn(d, 45)]
        return result

    def uniform(self):
        return (self.word() >> 11) / 2**53

    def normal(self):
        return statistics.NormalDist().inv_cdf(((self.word() >> 11) + 0.5) / 2**53)


def league(table, metric, by, k, between=None, draws=4000, seed=0, smoothing=4, confidence=0.95):
    """Normal true scores around a normal mean. For a variance between groups, everything is a precision-weighted
    average; without `between` that is averaged over a flat prior for the deviation by quadrature."""
    points, value_of, _, _ = METRICS[metric]
    groups = {}
    for key, rating in zip(table[by], table["score"]):
        groups.setdefault(key, []).append(rating)
    rated = {key: [r for r in ratings if r is not None] for key, ratings in groups.items()}
    everyone = [r for ratings in rated.values() for r in ratings]
    prior = {p: mp.mpf(smoothing * everyone.count(p)) / len(everyone) for p in points}
    keys = sorted((key for key in rated if rated[key]), key=lambda key: (key is None, key or ""))
    values, errors = [], []
    for key in keys:
        n = len(rated[key])
        masses = {p: rated[key].count(p) + prior[p] for p in points}
        mean = sum(m * value_of(p) for p, m in masses.items()) / (n + smoothing)
        values.append(sum(mp.mpf(value_of(r)) for r in rated[key]) / n)
        errors.append(sum(m * (value_of(p) - mean) ** 2 for p, m in masses.items()) / (n + smoothing) / n)

    def component(tau2):
        precisions = [1 / (v + tau2) for v in errors]
        total = sum(precisions)
        mean = sum(w * y for w, y in zip(precisions, values)) / total
        q = sum(w * (y - mean) ** 2 for w, y in zip(precisions, values))
        own = [tau2 * w for w in precisions]
        centres = [o * y + (1 - o) * mean for o, y in zip(own, values)]
        variances = [o * v + (1 - o) ** 2 / total for o, v in zip(own, errors)]
        density = mp.sqrt(mp.fprod(precisions) / total) * mp.exp(-q / 2)
        return density, mean, q, own, centres, variances, total

    if between:
        excess = lambda tau2: component(tau2)[2] - (len(keys) - 1)
        tau2 = bisect(lambda x: -excess(x), 0, 10**6) if excess(mp.mpf(0)) > 0 else mp.mpf(0)
        _, mean, _, own, shrunk, variances, total = component(tau2)
        deviation = mp.sqrt(tau2)
    else:
        ends = [mp.mpf(value_of(p)) for p in points]
        most = (max(ends) - min(ends)) / 2
        known = {}

        def part(tau):
            if tau not in known:
                known[tau] = component(tau * tau)
            return known[tau]

        with mp.workdps(25):
            cuts = [0, *(most / 2**i for i in range(8, -1, -1))]
            norm = mp.quad(lambda t: part(t)[0], cuts)
            expected = lambda f: mp.quad(lambda t: part(t)[0] * f(t, part(t)), cuts) / norm
            deviation = expected(lambda t, c: t)
            own = [expected(lambda t, c, i=i: c[3][i]) for i in range(len(keys))]
            shrunk = [expected(lambda t, c, i=i: c[4][i]) for i in range(len(keys))]
            squares = [expected(lambda t, c, i=i: c[5][i] + c[4][i] ** 2) for i in range(len(keys))]
            variances = [square - centre**2 for square, centre in zip(squares, shrunk)]

    # Draws of all true scores: with the published generator where the variance is given, else independent ones.
    ranks = [[] for _ in keys]
    if between:
        words, plain = Words(seed), [(float(y), float(v)) for y, v in zip(values, errors)]
        t = float(tau2)
        for _ in range(draws):
            words.uniform()  # says which variance
            middle = float(mean) + words.normal() / float(mp.sqrt(total))
            drawn = []
            for y, v in plain:
                o = t / (v + t)
                drawn.append(middle + o * (y - middle) + (o * v) ** 0.5 * words.normal())
            for i, x in enumerate(drawn):
                ranks[i].append(1 + sum(other > x for other in drawn))
    else:
        source = random.Random(1)
        grid = [most * (i + 0.5) / 2000 for i in range(2000)]
        parts = [component(t * t) for t in grid]
        for c in source.choices(parts, [float(c[0]) for c in parts], k=draws):
            t = source.gauss(0, 1) / float(mp.sqrt(c[6]))  # how far the mean is from where it is expected
            drawn = [float(centre) + (1 - float(o)) * t + (float(o) * float(v)) ** 0.5 * source.gauss(0, 1) for centre, o, v in zip(c[4], c[3], errors)]
            for i, x in enumerate(drawn):
                ranks[i].append(1 + sum(other > x for other in drawn))
    z, tail = z_of(confidence), 0.5 * (1 - confidence)
    ends = [mp.mpf(value_of(p)) for p in points]
    rows = []
    for i, key in enumerate(keys):
        drawn = sorted(ranks[i])
        skipped = int(tail * draws)
        half = z * mp.sqrt(variances[i])
        certain = {"rank": 1 + sum(other > shrunk[i] for other in shrunk), "shrunk": number(shrunk[i]),
                   "shrunk_lower": number(max(shrunk[i] - half, min(ends))), "shrunk_upper": number(min(shrunk[i] + half, max(ends))),
                   "own_weight": number(own[i]), "value": number(values[i]), "n": len(rated[key]), "suppressed": False}
        drawn_ = {"expected_rank": sum(drawn) / draws, "p_top": sum(r <= k for r in drawn) / draws, "p_bottom": sum(r + k > len(keys) for r in drawn) / draws}
        if between:
            drawn_ |= {"rank_lower": drawn[skipped], "rank_upper": drawn[draws - 1 - skipped]}
        rows.append(({by: key}, certain, drawn_))
    rows.sort(key=lambda row: row[1]["rank"])
    rest = [{by: key, "rank": None, "shrunk": None, "p_top": None, "value": None, "n": 0} for key in sorted(set(groups) - set(keys))]
    return rows, rest


def leagues():
    agents = {"Ann": [10, 10], "Bob": repeat({10: 12, 9: 9, 8: 4, 3: 1}), "Cid": repeat({9: 6, 7: 6, 5: 4, 0: 2, None: 3}),
              "Dot": repeat({10: 2, 8: 3, 6: 9}), "Eve": [None, None], None: [9, 10, 8, 2, 6]}
    table = {"score": [r for ratings in agents.values() for r in ratings], "agent": [a for a, ratings in agents.items() for _ in ratings]}
    stars = {"score": repeat({5: 9, 4: 3, 1: 1}) + [5, 3, 2, 4] + [5, 4, 4, 4, 4, 5, 5, 4], "agent": ["x"] * 13 + ["y"] * 4 + ["z"] * 8}
    out = []
    for name, data, metric, options in (
        ("nps", table, "nps", {}), ("nps-80", table, "nps", {"confidence": 0.8, "smoothing": 10}), ("stars", stars, "stars", {"k": 1}),
    ):
        asked = {"rating": "score", "metric": metric, "by": ["agent"]} | options
        given = {"k": 2} | options  # of 5 ranked groups, 2 are the top
        rows, rest = league(data, metric, "agent", draws=100, **given)
        out.append(vector(f"league-{name}", "league", {"table": data}, asked, [key | certain for key, certain, _ in rows] + rest, tolerance=1e-10))
        rows, rest = league(data, metric, "agent", between=True, draws=2000, seed=7, **given)
        out.append(vector(f"league-{name}-given", "league", {"table": data}, asked | {"between": "paule_mandel", "draws": 2000, "seed": 7},
                          [key | certain | drawn for key, certain, drawn in rows] + rest, tolerance=1e-10))
    rows, rest = league(table, "nps", "agent", k=2, draws=40000)
    out.append(vector("league-nps-chances", "league", {"table": table}, {"rating": "score", "metric": "nps", "by": ["agent"], "draws": 40000},
                      [key | drawn for key, _, drawn in rows] + rest, source="make.py: 40000 draws of Python's random", tolerance=0.015))
    out.append(vector("league-of-none", "league", {"table": table}, {"rating": "score", "metric": "nps", "by": ["agent"], "k": 0},
                      error={"code": "invalid-argument", "path": "k"}, source="contract"))
    out.append(vector("league-without-groups", "league", {"table": table}, {"rating": "score", "metric": "nps", "by": []},
                      error={"code": "invalid-argument", "path": "by"}, source="contract"))
    return out


def milliseconds(text):
    return int(dt.datetime.fromisoformat(text).replace(tzinfo=dt.timezone.utc).timestamp() * 1000)


def joins():
    out = []
    responses = {"score": [10, 9, 3, 0, 7, 8, 6], "customer": ["ada", "bo", "ada", None, "ada", "dee", "bo"],
                 "at": [milliseconds(f"2024-{d}") if d else None for d in ("01-10T12:00", "02-01T00:00", "02-15T08:30", "02-15T08:30", "01-01T00:00", "03-01T00:00", None)]}
    customers = {"id": ["bo", "ada", "ada", None, "cy", "ada"], "since": [None, milliseconds("2024-01-10T12:00"), milliseconds("2024-02-15T08:31"), milliseconds("2024-01-01T00:00"), milliseconds("2024-01-01T00:00"), milliseconds("2024-02-01T00:00")],
                 "plan": ["free", "free", "pro", "pro", "free", None], "value": [1.5, 2, 3, 4, 5, 6]}

    def joined(responses, customers, on, key, at=None, since=None, last=False):
        counts = dict.fromkeys(("matched", "unmatched", "without_key", "too_early", "without_time", "duplicates", "unused"), 0)
        counts["keyless"] = sum(k is None for k in customers[key])
        used, rows = set(), []
        seen = set()
        for row, k in enumerate(customers[key]):
            mark = (k, customers[since][row] if since else None)
            counts["duplicates"] += k is not None and mark in seen
            seen.add(mark)
        for row, who in enumerate(responses[on]):
            found, own = None, [i for i, k in enumerate(customers[key]) if k == who]
            if who is None:
                counts["without_key"] += 1
            elif not own:
                counts["unmatched"] += 1
            elif since and responses[at][row] is None:
                counts["without_time"] += 1
            else:
                begin = lambda i: -(10**18) if not since or customers[since][i] is None else customers[since][i]
                valid = [i for i in own if not since or begin(i) <= responses[at][row]]
                if valid:
                    found = max(valid, key=lambda i: (begin(i), i))
                    used.add(who)
                    counts["matched"] += 1
                else:
                    counts["too_early"] += 1
            rows.append(found)
        counts["unused"] = len({k for k in customers[key] if k is not None} - used)
        names = [name for name in customers if name not in (key, since)]
        return counts | {"columns": {name: [None if i is None else customers[name][i] for i in rows] for name in names}}

    source = "make.py: by going through all rows"
    options = {"on": "customer", "key": "id", "at": "at", "valid_from": "since"}
    given = {"table": responses, "customers": customers}
    out.append(vector("join-as-of", "join", given, options, joined(responses, customers, "customer", "id", "at", "since"), source=source))
    one = joined(responses, customers, "customer", "id", "at", "since")
    one["columns"] = {"value": one["columns"]["value"]}
    out.append(vector("join-one-column", "join", given, options | {"columns": ["value"]}, one, source=source))
    out.append(vector("join-last", "join", given, {"on": "customer", "key": "id", "columns": ["plan"], "duplicates": "last"},
                      {**joined(responses, customers, "customer", "id"), "columns": {"plan": joined(responses, customers, "customer", "id")["columns"]["plan"]}}, source=source))
    out.append(vector("join-two-of-a-key", "join", given, {"on": "customer", "key": "id"}, error={"code": "duplicate-key", "path": "id", "row": 2}, source="contract"))
    out.append(vector("join-no-such-key", "join", given, options | {"key": "name"}, error={"code": "missing-column", "path": "name"}, source="contract"))
    twice = {"table": responses | {"plan": ["x"] * 7}, "customers": {"id": ["bo"], "plan": ["pro"]}}
    out.append(vector("join-name-is-taken", "join", twice, {"on": "customer", "key": "id"}, error={"code": "duplicate-column", "path": "plan"}, source="contract"))
    # Wall-clock validity on the day that clocks in Copenhagen went forward, instants on the other side.
    zone = zoneinfo.ZoneInfo("Europe/Copenhagen")
    instants = [f"2024-03-31T{t}" for t in ("00:29", "00:31", "01:00", "01:29:59", "01:30", "02:15")]
    walls = {"id": ["ada"] * 3, "since": ["2024-03-31T01:30:00", "2024-03-31T02:30:00", "2024-03-31T03:30:00"], "plan": ["a", "b", "c"]}
    local = [dt.datetime.fromisoformat(t).replace(tzinfo=dt.timezone.utc).astimezone(zone).replace(tzinfo=None).isoformat() for t in instants]
    plans = [next((p for p, s in reversed(list(zip(walls["plan"], walls["since"]))) if s <= t), None) for t in local]
    mixed = {"table": {"who": ["ada"] * 6, "at": [milliseconds(t) for t in instants]}, "customers": walls}
    across = {"on": "who", "key": "id", "at": "at", "valid_from": "since"}
    out.append(vector("join-across-clocks", "join", mixed, across | {"time_zone": "Europe/Copenhagen"},
                      {"matched": sum(p is not None for p in plans), "too_early": sum(p is None for p in plans), "columns": {"plan": plans}}, source="make.py: Python's zoneinfo"))
    out.append(vector("join-clocks-without-a-zone", "join", mixed, across, error={"code": "date-mixed", "path": "since"}, source="contract"))
    return out


def funnels():
    order = ["invited", "delivered", "opened", "rated", "gave_reason", "commented", "declined"]
    whole = {"gave_reason": "rated", "commented": "rated", "declined": "invited"}

    def rows(counts, confidence=0.95):
        z, out = z_of(confidence), []
        for step in (s for s in order if s in counts):
            n, previous = counts[step], None
            if step != "invited":
                before = order[: order.index(whole.get(step, order[order.index(step) - 1])) + 1]
                previous = [s for s in before if s in counts][-1]
            row = {"step": step, "n": n, "previous": previous}
            for name, of in (("of_previous", counts[previous] if previous else 0), ("of_invited", counts["invited"] if previous else 0)):
                lower, upper = wilson(n, of, z) if of else (None, None)
                row |= {name: number(mp.mpf(n) / of) if of else None, f"{name}_lower": number(lower), f"{name}_upper": number(upper)}
            out.append(row)
        return out

    out = []
    counts = {"invited": 1000, "delivered": 940, "opened": 400, "rated": 120, "gave_reason": 80, "commented": 31, "declined": 12}
    out.append(vector("funnel-counts", "funnel", {"counts": counts}, {}, rows(counts)))
    out.append(vector("funnel-counts-80", "funnel", {"counts": {"invited": 7, "rated": 0, "commented": 0}}, {"confidence": 0.8}, rows({"invited": 7, "rated": 0, "commented": 0}, 0.8)))
    out.append(vector("funnel-grows", "funnel", {"counts": {"invited": 7, "opened": 3, "rated": 4}}, {}, error={"code": "invalid-argument", "path": "rated"}, source="contract"))
    states = ["rated", "opened", None, "declined", "commented", "delivered", "gave_reason", "rated", "invited"]
    # Who refused had opened it.
    reached = {"invited": 9, "delivered": 7, "opened": 6, "rated": 4, "gave_reason": 1, "commented": 1, "declined": 1}
    out.append(vector("funnel-status", "funnel", {"table": {"state": states}}, {"status": "state"}, rows(reached)))
    words = {"SENT": "invited", "Seen": "opened", "DONE": "rated"}
    out.append(vector("funnel-words", "funnel", {"table": {"state": ["done", "SENT", "seen", None, "DONE", "Seen"]}}, {"status": "state", "words": words},
                      rows({"invited": 6, "opened": 4, "rated": 2})))
    out.append(vector("funnel-no-such-status", "funnel", {"table": {"state": ["rated", "lost"]}}, {"status": "state"}, error={"code": "invalid-argument", "path": "state", "row": 1}, source="contract"))
    table = {"opened": [1, 0, 1, 0, 0, 1], "score": [10, 7, None, None, 3, 9], "why": ["good", None, "no rating", None, "", "fine"],
             "signal": ["solicited", None, "solicited", "solicited", "solicited", "unsolicited"]}
    # An opening that was not tracked is one where a rating followed; a blank comment is none; the last row was not asked.
    out.append(vector("funnel-columns", "funnel", {"table": table}, {"columns": {"opened": "opened"}, "rating": "score", "comment": "why", "signal_column": "signal"},
                      rows({"invited": 5, "opened": 4, "rated": 3, "commented": 1})))
    return out


def targets():
    def attained(values, metric, goal, likely=0.8, confidence=0.95, interval=None, better=1):
        kind, n, value, variance, counts = effective(values, metric)
        s = score(values, metric, confidence, interval)
        error = s["standard_error"] and mp.sqrt(variance / (n - 1 if kind == "mean" else n))
        method = interval or ("t" if kind == "mean" else "score")
        if kind == "mean":
            t = (value - goal) / error
            one = mp.betainc(mp.mpf(n - 1) / 2, 0.5, 0, (n - 1) / (n - 1 + t * t), regularized=True)
            p = one if method == "t" else mp.erfc(abs(t) / mp.sqrt(2))
        else:
            if method == "wald":
                z = (value - goal) / error
            elif kind == "net":
                goal_ = mp.mpf(goal) / 100
                z = (value / 100 - goal_) / mp.sqrt(constrained_variance(*counts, goal_) / n)
            else:
                p0 = mp.mpf(goal) / 100
                z = (value / 100 - p0) / mp.sqrt(p0 * (1 - p0) / n)
            p = mp.erfc(abs(z) / mp.sqrt(2))
        ends = [s["interval"][end] - goal for end in ("lower", "upper")]
        chance = 1 - p / 2 if value >= goal else p / 2
        status = "reached" if ends[0] >= 0 else "missed" if ends[1] < 0 else "likely" if chance >= likely else "open"
        return {"distance": number(value - goal), "probability": number(chance), "status": status,
                "test": {"target": goal, "difference": number(value - goal), "standard_error": number(error), "p_value": number(p), "method": method,
                         "interval": {"lower": ends[0], "upper": ends[1], "confidence": confidence, "method": method}}}

    ratings = repeat({0: 2, 3: 1, 6: 5, 7: 9, 8: 12, 9: 30, 10: 41})
    out = []
    for goal in (20, 50, 60, 65, 90):
        for interval in (None, "wald"):
            options = {"value": goal, "metric": "nps"} | ({"interval": interval} if interval else {})
            out.append(vector(f"target-nps-{goal}-{interval or 'default'}", "target", {"values": ratings}, options, attained(ratings, "nps", goal, interval=interval), tolerance=1e-10))
    satisfied = [5, 4, 2, 5, 5, 3, None, 1, 4, 4, 5]
    out.append(vector("target-csat", "target", {"values": satisfied}, {"value": 60, "metric": "csat", "confidence": 0.9, "likely": 0.6, "name": "industry"},
                      attained(satisfied, "csat", 60, 0.6, 0.9) | {"name": "industry"}, tolerance=1e-10))
    effort = [7, 6, 2, 5, 5, 7, 6, 6]
    out.append(vector("target-ces", "target", {"values": effort}, {"value": 5, "metric": "ces"}, attained(effort, "ces", 5), tolerance=1e-10))
    out.append(vector("target-of-nothing", "target", {"values": [None]}, {"value": 5, "metric": "ces"},
                      {"distance": None, "probability": None, "status": "open"}, source="contract"))
    out.append(vector("target-out-of-reach", "target", {"values": ratings}, {"value": 101, "metric": "nps"}, error={"code": "invalid-argument", "path": "value"}, source="contract"))
    return out


def write(name, vectors):
    ids = [v["id"] for v in vectors]
    assert len(ids) == len(set(ids))
    text = "[\n" + ",\n".join(json.dumps(v, ensure_ascii=False) for v in vectors) + "\n]\n"
    (HERE / f"{name}.json").write_text(text, encoding="utf-8")
    print(name, len(vectors))


if __name__ == "__main__":
    write("score", scores())
    write("bayes", bayesian())
    write("group", groups())
    write("trend", trends())
    write("compare", comparisons())
    write("sample_size", sizes())
    write("weight", weighting())
    write("contrast", contrasts())
    write("read_csv", reading())
    write("league", leagues())
    write("join", joins())
    write("funnel", funnels())
    write("target", targets())
