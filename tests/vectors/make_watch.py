"""Makes `watch.json`: `python3 make_watch.py` (Python 3.11, mpmath 1.3), in the way of `make.py`.

The published detectors are computed from their papers and R's rules for `glm`, with 40 digits: EARS, seasonal z, and
Farrington's method in its flexible form by iterated least squares; episodes from the alarms of each period. The series
are simulated here. What the library's own baseline says nobody else can say: its numbers are in `recorded_watch.py`, with
what can be counted of them counted here.
"""

import datetime as dt
import random

import mpmath as mp

from make import SOURCE, number, vector, write
from recorded_watch import RECORDED

mp.mp.dps = 40
RECORD = "recorded: what the library gave; it proves agreement, not truth"
EPOCH = dt.date(1970, 1, 1)
PERIOD = {"day": 1, "week": 7}


def poisson(draw, mean):
    total, count = 0.0, 0
    while True:
        total += draw.expovariate(1.0)
        if total > mean:
            return count
        count += 1


def first_days(start, every, n):
    first = dt.date.fromisoformat(start)
    if every == "week":
        first -= dt.timedelta(days=first.weekday())
    return [first + dt.timedelta(days=PERIOD[every] * i) for i in range(n)]


def z_upper(alpha):
    return mp.sqrt(2) * mp.erfinv(1 - 2 * mp.mpf(str(alpha)))


# Mean and standard deviation of earlier counts.


def moments(values):
    there = [mp.mpf(v) for v in values if v is not None]
    if len(there) < 2:
        return None
    mean = sum(there) / len(there)
    return mean, mp.sqrt(sum((v - mean) ** 2 for v in there) / (len(there) - 1))


def ears(counts, method, alpha):
    """Hutwagner et al. (2003); `c3_as_coded` is R's surveillance, whose bound starts from the count itself."""
    z, lag = z_upper(alpha), 0 if method == "c1" else 2

    def before(row):
        end = row - lag
        return moments(counts[end - 7 : end]) if end >= 7 else None

    def above(row):
        known = before(row)
        if known is None or counts[row] is None or (known[1] == 0 and counts[row] == known[0]):
            return None
        return mp.inf if known[1] == 0 else max((counts[row] - known[0]) / known[1] - 1, mp.mpf(0))

    rows = []
    for row, y in enumerate(counts):
        known, upper = before(row), None
        if known is not None and method in ("c1", "c2"):
            upper = known[0] + z * known[1]
        elif known is not None and y is not None and row >= 2:
            earlier = [above(row - 1), above(row - 2)]
            if None not in earlier:
                upper = (known[0] if method == "c3" else y) + known[1] * (z - sum(earlier))
                upper = max(upper, mp.mpf(0)) if method != "c3" else upper
        rows.append({"observed": y, "expected": known and known[0], "upper": upper, "alarm": None if upper is None or y is None else y > upper})
    return rows


def seasonal_z(counts, season, seasons, half, alpha):
    z = z_upper(alpha)
    rows = []
    for row, y in enumerate(counts):
        known = None
        if row >= season * seasons + half:
            places = [row - season * i + j for i in range(1, seasons + 1) for j in range(-half, half + 1)]
            known = moments([counts[p] for p in places])
        upper = None if known is None else known[0] + z * known[1]
        rows.append({"observed": y, "expected": known and known[0], "upper": upper, "alarm": None if upper is None or y is None else y > upper})
    return rows


# Farrington's method.


def solve(matrix, right):
    """Least squares by the normal equations: 40 digits bear it. Also the inverse of the matrix."""
    inverse = mp.matrix(matrix) ** -1
    return inverse * mp.matrix(right), inverse


def glm(y, x, prior):
    """Quasi-Poisson with logarithmic link, by the rules of R's glm."""
    deviance = lambda mu: 2 * sum(w * ((v * mp.log(v / m) if v else 0) - (v - m)) for v, m, w in zip(y, mu, prior))
    mu = [v + mp.mpf("0.1") for v in y]
    eta, old = [mp.log(m) for m in mu], deviance(mu)
    p = len(x[0])
    for _ in range(25):
        weight = [w * m for w, m in zip(prior, mu)]
        target = [e + (v - m) / m for e, v, m in zip(eta, y, mu)]
        matrix = [[sum(w * r[i] * r[j] for w, r in zip(weight, x)) for j in range(p)] for i in range(p)]
        right = [sum(w * r[i] * t for w, r, t in zip(weight, x, target)) for i in range(p)]
        beta, inverse = solve(matrix, right)
        eta = [sum(r[i] * beta[i] for i in range(p)) for r in x]
        mu = [mp.exp(e) for e in eta]
        new = deviance(mu)
        if abs(new - old) / (abs(new) + mp.mpf("0.1")) < mp.mpf(10) ** -8:
            break
        old = new
    # R keeps the weights of the last step, and the residuals of the fit it led to.
    residual = [(v - m) / m for v, m in zip(y, mu)]
    df = len(y) - p
    phi = max(mp.mpf(1), sum(w * r * r for w, r in zip(weight, residual)) / df)
    hat = [w * sum(r[i] * inverse[i, j] * r[j] for i in range(p) for j in range(p)) for w, r in zip(weight, x)]
    return {"beta": beta, "inverse": inverse, "mu": mu, "phi": phi, "hat": hat, "residual": residual, "df": df}


def reference(days, k, years, half, groups, left_out):
    """Rows and groups that week k is compared with, oldest first; the last group is that of the windows."""
    def before(i):
        there = days[k].replace(year=days[k].year - i)
        nearest = there + dt.timedelta(days=3)
        nearest -= dt.timedelta(days=nearest.weekday())
        return (nearest - days[0]).days // 7

    group, newer = {}, k
    for row in range(k - half, k + 1):
        group[row] = groups - 1
    for i in range(1, years + 1):
        at = before(i)
        gap, row = newer - at - 2 * half - 1, at + half + 1
        for block in range(groups - 1):
            length = gap // (groups - 1) + (block < gap % (groups - 1))
            for _ in range(length):
                group[row] = block
                row += 1
        for row in range(at - half, at + half + 1):
            group[row] = groups - 1
        newer = at
    return [(row, g) for row, g in sorted(group.items()) if 0 <= row < k - left_out]


def farrington(counts, days, k, noufaily, alpha):
    half, groups, left_out, keep = (3, 10, 26, 1) if noufaily else (3, 1, 3, mp.mpf("0.05"))
    rows = [(r, g) for r, g in reference(days, k, 5, half, groups, left_out) if counts[r] is not None]
    y = [mp.mpf(counts[r]) for r, _ in rows]

    def design(row, group, trend):
        return [mp.mpf(1)] + ([mp.mpf(row)] if trend else []) + [mp.mpf(group == g) for g in range(groups - 1)]

    def fitted(trend):
        x = [design(r, g, trend) for r, g in rows]
        first = glm(y, x, [mp.mpf(1)] * len(y))
        anscombe = [
            mp.mpf(3) / 2 * (v ** (mp.mpf(2) / 3) * m ** (-mp.mpf(1) / 6) - mp.sqrt(m)) / mp.sqrt(first["phi"] * (1 - h))
            for v, m, h in zip(y, first["mu"], first["hat"])
        ]
        raw = [a**-2 if a > mp.mpf("2.58") else mp.mpf(1) for a in anscombe]
        prior = [len(y) / sum(raw) * w for w in raw]
        second = glm(y, x, prior)
        at = design(k, groups - 1, trend)
        p = len(at)
        eta = sum(a * second["beta"][i] for i, a in enumerate(at))
        # The package sets the weights of the fit to the prior ones before it asks for errors.
        used = sum(w * r * r for w, r in zip(prior, second["residual"])) / second["df"]
        error = mp.sqrt(used * sum(at[i] * second["inverse"][i, j] * at[j] for i in range(p) for j in range(p)))
        trend_p = None
        if trend:
            t = abs(second["beta"][1] / mp.sqrt(used * second["inverse"][1, 1]))
            df = second["df"]
            trend_p = mp.betainc(mp.mpf(df) / 2, 0.5, 0, df / (df + t * t), regularized=True)
        return {"mu": mp.exp(eta), "error": mp.exp(eta) * error, "phi": second["phi"], "trend_p": trend_p}

    fit = fitted(True)
    if not (fit["trend_p"] < keep and fit["mu"] <= max(y)):
        fit = fitted(False)
    mu, phi, observed = fit["mu"], fit["phi"], counts[k]
    if noufaily:
        size, prob = mu / (phi - 1), 1 / phi
        mass = lambda v: mp.gamma(size + v) / mp.gamma(size) / mp.factorial(v) * prob**size * (1 - prob) ** v

        def quantile(p):
            v, total = 0, mass(0)
            while total < p:
                v += 1
                total += mass(v)
            return v

        level = mp.mpf(str(alpha))
        lower, upper = quantile(level), quantile(1 - level)
        p_value = 1 - sum(mass(v) for v in range(observed))
    else:
        z, e = z_upper(alpha), mp.mpf(2) / 3
        se = mp.sqrt(mp.mpf(4) / 9 * mp.cbrt(mu) * (phi + fit["error"] ** 2 / mu))
        lower, upper = max(mu**e - z * se, mp.mpf(0)) ** (1 / e), (mu**e + z * se) ** (1 / e)
        p_value = mp.erfc((observed**e - mu**e) / se / mp.sqrt(2)) / 2
    return {"observed": observed, "expected": mu, "lower": lower, "upper": upper, "p_value": p_value, "alarm": observed > upper}


# Episodes.


def episodes(rows, days, every):
    patience = 3 if every == "day" else 2
    found, open_ = [], None
    for at, row in enumerate(rows):
        if row.get("alarm"):
            if open_ is None:
                open_ = [at, at, "raised", []]
            else:
                open_[1:3] = [at, "growing"]
            open_[3].append(row.get("p_value"))
        elif open_ is not None and at - open_[1] > patience:
            found.append([*open_[:2], "ended", open_[3]])
            open_ = None
    found += [open_] if open_ else []
    out = []
    for first, last, status, p in found:
        inside = [(i, rows[i]) for i in range(first, last + 1) if rows[i].get("observed") is not None and rows[i].get("expected") is not None]
        seen, wanted = sum(r["observed"] for _, r in inside), sum(r["expected"] for _, r in inside)
        peak = max(inside, key=lambda one: (abs(one[1]["observed"] - one[1]["expected"]), -one[0]))[0]
        out.append({
            "start": str(days[first]), "raised": str(days[first]), "last": str(days[last]), "peak": str(days[peak]), "status": status,
            "direction": "up", "observed": number(seen), "expected": number(wanted), "excess": number(seen - wanted),
            "p_value": None if p[0] is None else number(min(p)), "alarms": len(p),
        })
    return out


def written(rows):
    """Of periods with nothing to compare with nothing is said."""
    rows = [row if row.get("expected") is not None else {} for row in rows]
    return [{name: value if isinstance(value, (bool, type(None))) else number(value) for name, value in row.items()} for row in rows]


def published():
    draw = random.Random(5)
    out = []
    daily = [poisson(draw, 6) for _ in range(90)]
    daily[30], daily[50:53], daily[70] = None, [19, 22, 14], 25
    days = first_days("2024-03-01", "day", 90)
    for method, alpha in [("c1", 0.001), ("c2", 0.01), ("c3", 0.025), ("c3_as_coded", 0.025)]:
        rows = ears(daily, method, alpha)
        options = {"every": "day", "start": "2024-03-01", "method": f"ears_{method}", "alpha": alpha}
        expected = {"rows": [{"period": str(d)} | r if r else r for d, r in zip(days, written(rows))], "episodes": episodes(rows, days, "day")}
        out.append(vector(f"detect-ears-{method}", "detect", {"counts": daily}, options, expected, source=SOURCE, tolerance=1e-10))
    rows = seasonal_z(daily, 7, 8, 0, 0.01)
    expected = {"rows": written(rows), "episodes": episodes(rows, days, "day")}
    options = {"every": "day", "start": "2024-03-01", "method": "seasonal_z", "alpha": 0.01}
    out.append(vector("detect-seasonal-z-day", "detect", {"counts": daily}, options, expected, tolerance=1e-10))

    weekly = [poisson(draw, 12 * (1 + 0.3 * mp.cos(2 * mp.pi * i / 52)) * (2.2 if i in (120, 121, 122) else 1)) for i in range(324)]
    weekly[200], weekly[321], weekly[322] = None, 37, 33
    days = first_days("2018-01-03", "week", 324)
    rows = seasonal_z(weekly, 52, 5, 3, 0.01)
    expected = {"rows": written(rows), "episodes": episodes(rows, days, "week")}
    out.append(vector("detect-seasonal-z-week", "detect", {"counts": weekly}, {"every": "week", "start": "2018-01-03", "method": "seasonal_z"}, expected, tolerance=1e-10))
    for name, noufaily, alpha in [("farrington", False, 0.05), ("farrington_noufaily", True, 0.01)]:
        rows = [{} for _ in weekly]
        for k in range(317, 324):
            rows[k] = farrington(weekly, days, k, noufaily, alpha)
        # Earlier weeks may alarm too: the last seven alone are asked of, so nothing is said of episodes.
        options = {"every": "week", "start": "2018-01-03", "method": name, "alpha": alpha}
        out.append(vector(f"detect-{name}", "detect", {"counts": weekly}, options, {"rows": written(rows)}, tolerance=1e-9))
    return out


def check_cusum(counts, recorded, alpha):
    """What the baseline expects is recorded; what Page's sum makes of it is computed here. A sum that did not start from 0
    tells the dispersion of its period, which is held by a slowly changing baseline."""
    k = mp.mpf("1.04")
    periods = lambda h: (mp.exp(2 * k * (h + mp.mpf("1.166"))) - 2 * k * (h + mp.mpf("1.166")) - 1) / (2 * k * k)
    limit = mp.findroot(lambda h: mp.log(periods(h) * alpha), 2)
    before, dispersions, alarms, most = mp.mpf(0), [], 0, mp.mpf("1.6")
    for y, row in zip(counts, (recorded or {}).get("rows", [])):
        if not row or y is None:
            continue
        strength, mean = mp.mpf(row["strength"]), mp.mpf(row["expected"])
        z = strength - before + k
        if strength > 0 and abs(z) > 1e-6:
            dispersions.append((2 * (mp.sqrt(y) - mp.sqrt(mean)) / z) ** 2)
            assert mp.sign(z) == mp.sign(y - mean), row
        else:
            off = 2 * (mp.sqrt(y) - mp.sqrt(mean))
            assert strength == 0 and before + min(off, off / mp.sqrt(most)) <= k + mp.mpf("1e-9"), row
        assert row["alarm"] == (strength > limit), row
        alarms += row["alarm"]
        before = mp.mpf(0) if row["alarm"] else strength
    if recorded:
        assert alarms >= 2 and len(dispersions) > 10 and all(1 <= d < most for d in dispersions), dispersions


def own():
    """The library's baseline on series that differ in what they count."""
    draw = random.Random(9)
    week = [1.2, 1.15, 1.1, 1.05, 1.0, 0.7, 0.8]
    out = []

    def add(id, counts, options, volume=None):
        given = {"counts": counts} | ({"volume": volume} if volume else {})
        out.append(vector(id, "detect", given, options, RECORDED.get(id), source=RECORD, tolerance=1e-9))

    daily = [poisson(draw, 20 * week[i % 7]) for i in range(120)]
    daily[40], daily[100], daily[110:114] = None, 52, [26, 31, 29, 27]
    add("detect-counts", daily, {"every": "day", "start": "2024-01-01"})
    add("detect-both", daily, {"every": "day", "start": "2024-01-01", "direction": "both", "alpha": 0.001, "holidays": ["2024-02-05", "2024-04-19"]})
    add("detect-cusum", daily, {"every": "day", "start": "2024-01-01", "method": "cusum", "alpha": 0.005})
    check_cusum(daily, RECORDED.get("detect-cusum"), 0.005)
    rare = [poisson(draw, 0.15) for _ in range(100)] + [0, 3, 2]
    add("detect-rare", rare, {"every": "day", "start": "2024-01-01", "min_cases": 2})
    volume = [80 + i % 30 for i in range(90)]
    share = [sum(draw.random() < (0.5 if i >= 87 else 0.3) for _ in range(v)) for i, v in enumerate(volume)]
    add("detect-share", share, {"every": "day", "start": "2024-01-01", "share": True}, volume)
    add("detect-volume", share, {"every": "day", "start": "2024-01-01"}, volume)
    weekly = [poisson(draw, 30 * (1 + 0.4 * mp.sin(2 * mp.pi * i / 52))) for i in range(180)]
    weekly[175:178] = [70, 66, 52]
    add("detect-weeks", weekly, {"every": "week", "start": "2019-12-30", "memory": 150})
    return out


def responses():
    """Ten a day; on the last two days eight more, about tax, in Texas, on the web."""
    draw = random.Random(3)
    rows = []
    for day in range(36):
        date = str(dt.date(2024, 1, 1) + dt.timedelta(days=day))
        for _ in range(10):
            text = draw.choice(["fine as always", "good choice of goods", "was helped quickly"])
            rows.append((date, draw.choice(["price", "staff", "tax"]), draw.choice(["TX", "CA"]), draw.choice(["web", "store"]), draw.choice([10, 9, 8, 3]), text))
        if day >= 34:
            rows += [(date, "tax", "TX", "web", 1, "sales tax on the full price")] * 8
    return dict(zip(["at", "topic", "state", "channel", "score", "comment"], map(list, zip(*rows))))


def many():
    data = responses()
    days = [dt.date.fromisoformat(at) for at in data["at"]]
    out = []
    for id, options in [
        ("detector", {"every": "day", "alarms_per_month": 2.0, "by": ["state", "channel"]}),
        ("detector-share", {"every": "day", "fdr": 0.05, "by": ["state"], "share": True, "direction": "both", "since": "2024-01-29"}),
    ]:
        expected = RECORDED.get(id)
        for one in (expected or {}).get("anomalies", []):
            if one["kind"] != "count":
                continue
            inside = [
                i for i, day in enumerate(days)
                if one["start"] <= str(day) <= one["last"]
                and one["topic"] in (None, data["topic"][i])
                and (one["place"] is None or data[one["place"]["attribute"]][i] == one["place"]["value"])
            ]
            assert one["observed"] == len(inside), (id, one)
            for place in one["places"]:
                here = [i for i in inside if all(data[name][i] == value for name, value in place["values"].items())]
                assert place["observed"] == len(here) and abs(place["of_all"] - len(here) / len(inside)) < 1e-12, (id, place)
        out.append(vector(id, "detector", {"table": data}, options, expected, source=RECORD, tolerance=1e-9))
    out.append(vector("emerging", "emerging", {"table": {n: data[n] for n in ("at", "comment")}}, {"every": "day"}, RECORDED.get("emerging"), source=RECORD, tolerance=1e-9))
    return out


def refused():
    bad = [
        ("alpha", {"counts": [1, 2]}, {"every": "day", "alpha": 0.7}, {"code": "invalid-argument", "path": "alpha"}),
        ("share", {"counts": [1, 3], "volume": [2, 2]}, {"every": "day", "share": True}, {"code": "invalid-argument", "row": 1}),
        ("volume", {"counts": [1, 3], "volume": [2]}, {"every": "day"}, {"code": "length-mismatch", "path": "volume"}),
        ("method", {"counts": [1, 3]}, {"every": "day", "method": "farrington"}, {"code": "invalid-argument", "path": "every"}),
    ]
    return [vector(f"detect-refused-{name}", "detect", given, options, error=error, tolerance=0) for name, given, options, error in bad]


if __name__ == "__main__":
    told = [v for v in published() + own() + many() + refused() if v.get("error") or v["expected"] is not None]
    write("watch", told)
