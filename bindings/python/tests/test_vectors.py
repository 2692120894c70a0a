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
    if function in WHY:
        return why(function, given, options)
    if function in WATCH:
        return watch(function, given, options)
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


WHY = ("drivers", "importance", "reason_roles", "asymmetry", "what_if", "explain_change", "scan", "journey_lint", "journey_run")


def why(function, given, options):
    if function.startswith("journey"):
        journey = hf.Journey(given["journey"])
        if function == "journey_lint":
            return journey.lint()
        return journey.analyse(table(given["table"]), rating="score", reasons=given["reasons"], **options).to_dict()
    ask = getattr(hf, function)
    if function == "explain_change":
        reasons = {"reasons": given.get("after_reasons"), "before_reasons": given.get("before_reasons")}
        return ask(table(given["before"]), table(given["after"]), rating="score", **reasons, **options).to_dict()
    reasons = {name: given[name] for name in ("reasons", "failures", "delights") if name in given}
    return ask(table(given["table"]), rating="score", **reasons, **options).to_dict()


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
