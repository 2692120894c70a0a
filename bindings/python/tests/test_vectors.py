"""The vectors that every language runs: see `tests/vectors`."""

import dataclasses
import datetime
import json
import math
import pathlib
import tempfile

import pytest
from text_answers import ANSWERS, local

import heedful as hf

ROOT = pathlib.Path(__file__).parents[3]
VECTORS = [v for file in sorted((ROOT / "tests/vectors").glob("*.json")) for v in json.loads(file.read_text(encoding="utf-8"))]
NOT_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def values(given):
    return [NOT_FINITE.get(v, v) if isinstance(v, str) else v for v in given]


def table(columns):
    return {name: values(column) for name, column in columns.items()}


def with_times(columns, at):
    """Milliseconds are instants, texts are times without a zone."""
    pyarrow = pytest.importorskip("pyarrow")
    given = {name: pyarrow.array(column) for name, column in columns.items()}
    if at is not None:
        wall = any(isinstance(value, str) for value in columns[at])
        times = [datetime.datetime.fromisoformat(value) for value in columns[at]] if wall else columns[at]
        given[at] = pyarrow.array(times, pyarrow.timestamp("ms", tz=None if wall else "UTC"))
    return pyarrow.table(given)


def answer(function, given, options):
    if function in ANSWERS:
        return ANSWERS[function](local(given), options)
    if function == "score":
        score = hf.score(values(given["values"]), **options)
        return json.loads(json.dumps(score.to_dict()))  # points are texts in JSON, numbers in Python
    if function == "score_table":
        return hf.score(table(given["table"]), **options).to_pylist()
    if function == "trend":
        return hf.trend(with_times(given["table"], options["at"]), **options).to_pylist()
    if function == "compare":
        return hf.compare(values(given["before"]), values(given["after"]), **options).to_dict()
    if function == "sample_size":
        if "pilot" in given:
            options["pilot"] = hf.Tally(given["pilot"])
        return hf.sample_size(**options).to_dict()
    if function == "weight":
        weights = hf.weight(table(given["table"]), **options)
        return {"weights": list(weights.weights), "effective_n": weights.effective_n}
    if function == "contrast":
        return hf.contrast(table(given["table"]), **options).to_pylist()
    if function == "read_csv":
        every = options.pop("every", None)
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "responses.csv"
            path.write_text(given["text"], encoding="utf-8", newline="")
            responses = hf.read(path, **options)
        rating = options["rating"]
        if every:
            return hf.trend(responses, rating=rating, at=options["at"], metric="nps", every=every).to_pylist()
        row = hf.score(responses, rating=rating, metric="nps").to_pylist()[0]
        return row | {"rows": len(responses)}
    if function == "league":
        return hf.league(table(given["table"]), **options).to_pylist()
    if function == "join":
        responses = with_times(given["table"], options.get("at"))
        made = hf.join(responses, with_times(given["customers"], options.get("valid_from")), **options)
        new = [name for name in made.table.column_names if name not in given["table"]]
        return dataclasses.asdict(dataclasses.replace(made, table=None)) | {"columns": made.table.select(new).to_pydict()}
    if function == "funnel":
        return hf.funnel(given["counts"] if "counts" in given else table(given["table"]), **options).to_pylist()
    if function == "target":
        found = hf.target(values(given["values"]), options.pop("value"), **options).to_dict()
        return found | {"test": found | {"standard_error": found["score"]["standard_error"]}}
    if function == "pulse":
        pulse = hf.Pulse(**options)
        pulse.observe(table(given["table"]), rating="rating", at="at", customer="customer", kind_column="kind")
        looks = [pulse.judge(now).alerts.to_pylist() for now in given["looks"]]
        return {"alerts": [row for look in looks for row in look], "state": pulse.state().to_pylist()}
    if function in WHY:
        return why(function, given, options)
    if function in MONEY:
        return money(function, given, options)
    if function in HEALTH:
        return HEALTH[function](given, options)
    if function in WATCH:
        return watch(function, given, options)
    if function.startswith("contact_"):
        return contact(function, given, options)
    if function == "response_propensity":
        return dataclasses.asdict(found := hf.response_propensity(given["table"], rating="score", **options)) | {"cells": records(found.cells)}
    if function == "pseudonym":
        return hf.pseudonym(given["ids"], key=options["key"].encode())
    if function == "comment_strength":
        return records(hf.comment_strength(given["texts"]))
    raise AssertionError(f"no runner for {function}")


WATCH = ("detect", "detector", "emerging")


def watch(function, given, options):
    for name in ("start", "since", "holidays"):
        if name in options:
            days = options[name]
            of = datetime.date.fromisoformat
            options[name] = of(days) if isinstance(days, str) else [of(day) for day in days]
    if function == "detect":
        rows, episodes = hf.detect(given["counts"], volume=given.get("volume"), **options)
        return {"rows": rows.to_pylist(), "episodes": episodes.to_pylist()}
    data = with_times(given["table"], "at")
    if function == "emerging":
        return hf.emerging(data, at="at", comment="comment", **options).to_pylist()
    by = options.pop("by")
    found = hf.Detector(**options).run(data, at="at", topic="topic", by=by, comment="comment", rating="score")
    return {"judged": [str(day) for day in found.judged], "series": found.series, "anomalies": [told(one) for one in found]}


def told(one):
    names = "kind topic status direction observed expected p_value part_of places cost terms comments earliest".split()
    place = None if one.place is None else dict(zip(("attribute", "value"), one.place))
    return {name: getattr(one, name) for name in names} | {"place": place, "start": str(one.start), "last": str(one.last)}



def records(made):
    """The rows of a table of lists."""
    return made.to_pylist() if hasattr(made, "to_pylist") else [dict(zip(made, cells)) for cells in zip(*made.values())]


def contact(function, given, options):
    policy = hf.ContactPolicy(given["policy"])
    if function == "contact_decide":
        return policy.decide(given["candidates"], given.get("past"), **options)
    if function == "contact_plan":
        return records(policy.plan(given["candidates"], given.get("past"), **options))
    return policy.replay(given["past"], given["customers"], **options)


WHY = (
    *("drivers", "importance", "reason_roles", "role_changes", "asymmetry", "confounding", "what_if", "explain_change", "scan"),
    *("journey_lint", "journey_run", "journey_moments", "journey_views", "journey_compare"),
)


def why(function, given, options):
    if function.startswith("journey"):
        journey = hf.Journey(given["journey"])
        if function == "journey_lint":
            return journey.lint()
        if function == "journey_moments":
            return journey.moments(table(given["table"]), table(given["relational"]), rating="score", **options)
        if function == "journey_views":
            made = journey.views(table(given["customers"]), table(given["company"]), rating="score", **options)
            return [row | {"gap": row["gap"].to_dict()} for row in made]
        if function == "journey_compare":
            made = journey.compare(hf.Journey(given["earlier"]), table(given["before"]), table(given["after"]), rating="score", **options)
            return made | {"steps": [step | {"comparison": step["comparison"].to_dict()} for step in made["steps"]]}
        return journey.analyse(table(given["table"]), rating="score", reasons=given["reasons"], **options).to_dict()
    if function == "role_changes":
        sides = {"reasons": given["after_reasons"], "before": table(given["before"]), "before_reasons": given["before_reasons"]}
        return hf.reason_roles(table(given["after"]), rating="score", **sides, **options).to_dict()
    ask = getattr(hf, function)
    if function == "explain_change":
        reasons = {"reasons": given.get("after_reasons"), "before_reasons": given.get("before_reasons")}
        return ask(table(given["before"]), table(given["after"]), rating="score", **reasons, **options).to_dict()
    reasons = {name: given[name] for name in ("reasons", "failures", "delights") if name in given}
    return ask(table(given["table"]), rating="score", **reasons, **options).to_dict()


MONEY = ("value_at_risk", "business_case", "linkage", "avoidable_contacts", "initiative")


def money(function, given, options):
    ask = getattr(hf, function)
    if function == "business_case":
        return ask(options.pop("cost"), **options).to_dict()
    rows = table(given["table"])
    if function == "linkage":
        outcomes = options.pop("outcomes")
        by_name = lambda field: {one["column"]: one[field] for one in outcomes if field in one}
        names = [one["column"] for one in outcomes]
        return ask(rows, options.pop("score"), names, worth=by_name("worth"), assumed=by_name("assumed"), **options).to_dict()
    if "reasons" in given:
        options["reasons"] = given["reasons"]
    if function == "avoidable_contacts":
        return ask(rows, options.pop("cost_column", None) or options.pop("cost"), **options).to_dict()
    return ask(rows, options.pop("value" if function == "value_at_risk" else "name"), **options).to_dict()


def instants(columns, names):
    """The table, with milliseconds of these columns as times."""
    at = lambda value: None if value is None else EPOCH + datetime.timedelta(milliseconds=value)
    return {name: [at(value) for value in column] if name in names else column for name, column in columns.items()}


EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def health(given, options):
    times = options.get("times", ())
    look = lambda of, past: hf.health(
        of.get("scorecard", given["scorecard"]),
        instants(of["table"], times),
        EPOCH + datetime.timedelta(milliseconds=of["now"]) if "now" in of else None,
        past,
    )
    found = look(given, look(given["before"], None) if "before" in given else None)
    return {"accounts": found.accounts.to_pylist(), "lines": found.lines.to_pylist()}


def agreement(given, options):
    found = hf.health_agreement(given["scorecard"], given["table"], **options)
    return found.report | {"disputes": found.disputes.to_pylist()}


def fit(given, options):
    found = hf.fit_scorecard(given["table"], **options)
    return found.report | {"scorecard": found.scorecard.to_dict()}


def behaviour(given, options):
    now = EPOCH + datetime.timedelta(milliseconds=given["now"]) if "now" in given else None
    found = hf.behaviour(instants(given["table"], [options["at"]]), now=now, **options)
    return found.report | {"customers": found.customers.to_pylist()}


def repurchase(given, options):
    found = hf.repurchase(given["table"], **options)
    return found.report | {"forecasts": found.forecasts.to_pylist()}


HEALTH = {
    "health": health,
    "backtest": lambda given, options: hf.backtest(given["scorecard"], instants(given["table"], ["at"]), **options).report,
    "health_agreement": agreement,
    "fit_scorecard": fit,
    "behaviour": behaviour,
    "repurchase": repurchase,
}


def act_vectors(name):
    """Those of `tests/vectors/act`, which have runners of their own."""
    return json.loads((ROOT / f"tests/vectors/act/{name}.json").read_text(encoding="utf-8"))


def holds(vector, answer):
    """Asserts that a runner answers as the vector says, or refuses with its code."""
    if "error" in vector:
        with pytest.raises(hf.HeedfulError) as caught:
            answer(vector["function"], vector["input"], vector["options"])
        assert caught.value.code == vector["error"]["code"]
    else:
        found = answer(vector["function"], vector["input"], vector["options"])
        assert difference(vector["expected"], found, vector["tolerance"]) is None


def difference(expected, found, tolerance, path=""):
    """Where `found` departs from what is expected; only what is expected is looked at."""
    if isinstance(expected, dict):
        for key, value in expected.items():
            other = {str(k): v for k, v in found.items()}.get(key)
            if problem := difference(value, other, tolerance, f"{path}.{key}"):
                return problem
        return None
    if isinstance(expected, list):
        if len(expected) != len(found):
            return f"{path}: expected {len(expected)} items, found {len(found)}"
        pairs = enumerate(zip(expected, found))
        return next((p for i, (a, b) in pairs if (p := difference(a, b, tolerance, f"{path}[{i}]"))), None)
    if isinstance(expected, (int, float)) and not isinstance(expected, bool) and isinstance(found, (int, float)):
        if abs(expected - found) <= tolerance * max(1.0, abs(expected)):
            return None
    elif expected == found or (expected is not None and str(found) == expected):  # dates as text
        return None
    return f"{path}: expected {expected!r}, found {found!r}"


def test_there_are_vectors():
    assert len(VECTORS) > 250


@pytest.mark.parametrize("vector", VECTORS, ids=[v["id"] for v in VECTORS])
def test_vector(vector):
    call = lambda: answer(vector["function"], vector["input"], dict(vector["options"]))
    if "error" in vector:
        with pytest.raises(hf.HeedfulError) as caught:
            call()
        error = caught.value
        found = {"code": error.code, "path": error.path, "row": error.row}
        if vector["function"] in ("score", "compare", *ANSWERS):
            found.pop("path")  # a list has no columns
        expected = {key: value for key, value in vector["error"].items() if key in found}
        assert difference(expected, found, 0.0) is None
    else:
        assert difference(local(vector["expected"]), call(), vector["tolerance"]) is None
