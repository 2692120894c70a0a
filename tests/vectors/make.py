"""Makes the vectors that every language runs: `python3 make.py` (Python 3.11, mpmath 1.3, tzdata).

Expected numbers come from the definitions, computed with 40 digits by code that shares nothing with
the library: intervals by bisection on the test that defines them, Student's t by the incomplete beta
function, periods by Python's own calendar and zone database. Each vector says so in `source`.
"""

import datetime as dt
import json
import pathlib
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


def compare(before, after, metric, confidence=0.95, interval=None):
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
        p = tail(bisect((lambda z: -mover(z)[0]) if d > 0 else (lambda z: mover(z)[1]), mp.mpf(10) ** -6, 30)) if d else mp.mpf(1)
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


def write(name, vectors):
    ids = [v["id"] for v in vectors]
    assert len(ids) == len(set(ids))
    text = "[\n" + ",\n".join(json.dumps(v, ensure_ascii=False) for v in vectors) + "\n]\n"
    (HERE / f"{name}.json").write_text(text, encoding="utf-8")
    print(name, len(vectors))


if __name__ == "__main__":
    write("score", scores())
    write("group", groups())
    write("trend", trends())
    write("compare", comparisons())
    write("sample_size", sizes())
    write("weight", weighting())
    write("contrast", contrasts())
    write("read_csv", reading())
