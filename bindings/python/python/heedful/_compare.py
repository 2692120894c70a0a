"""Differences, targets, sample sizes, groups against the rest, and leagues."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, overload

from heedful import _frames, _heedful, _options
from heedful._options import GroupOptions, SampleOptions, Uncertainty
from heedful._score import Interval, Score, Tally
from heedful._table import Table

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from heedful._types import Adjustment, BetweenVariance, Frame, MetricLike, Plain


def _words(value: float | None, form: str) -> str:
    return "not known" if value is None else format(value, form)


def _between(interval: Interval | None) -> str:
    if interval is None:
        return "no interval"
    return f"{100 * interval.confidence:.4g} % {interval.lower:+.1f} to {interval.upper:+.1f}"


@dataclasses.dataclass(frozen=True, repr=False)
class Comparison:
    """The difference between two scores, `after` less `before`. What is not known is `None`."""

    metric: str
    """Name of the metric."""
    difference: float | None
    """`after` less `before`, in the metric's points."""
    standard_error: float | None
    """Standard error of the difference, in points."""
    interval: Interval | None
    """Interval of the difference, in points."""
    p_value: float | None
    """Two-sided p-value of no difference; below 1 - confidence exactly where the interval leaves out 0."""
    method: str
    """How interval and p-value were made: `score` (MOVER), `t` (Welch) or `wald`."""
    before: Score
    """The score that is compared with."""
    after: Score
    """The score that is compared."""

    @classmethod
    def _of(cls, document: dict[str, Any]) -> Comparison:
        document["interval"] = _interval(document["interval"])
        document["before"] = Score._of(document["before"])
        document["after"] = Score._of(document["after"])
        return cls(**document)

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain dicts."""
        return dataclasses.asdict(self)

    def __repr__(self) -> str:
        difference = _words(self.difference, "+.1f")
        return f"Comparison({self.metric} {difference}, {_between(self.interval)}, p {_words(self.p_value, '.3g')})"

    def _repr_html_(self) -> str:
        difference = _words(self.difference, "+.1f")
        details = f"{_between(self.interval)}, p {_words(self.p_value, '.3g')}"
        return f"<div><b>{difference}</b> ({details})</div>{self.before._repr_html_()}{self.after._repr_html_()}"


@dataclasses.dataclass(frozen=True, repr=False)
class Attainment:
    """Where a score stands against a target. What is not known is `None`."""

    name: str | None
    """Name of the target."""
    target: float
    """The score to reach, in the metric's points."""
    distance: float | None
    """Points beyond the target on its good side; negative where they are lacking."""
    probability: float | None
    """How sure it is that the target is reached, 0 to 1."""
    status: str
    """`reached`, `likely`, `open` or `missed`."""
    difference: float | None
    """The score less the target, in points."""
    interval: Interval | None
    """Interval of the difference, in points."""
    p_value: float | None
    """Two-sided p-value of the score being at the target."""
    method: str
    """How interval and p-value were made."""
    score: Score
    """The score."""

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain dicts."""
        return dataclasses.asdict(self)

    def __repr__(self) -> str:
        difference = _words(self.difference, "+.1f")
        return f"Attainment({self.status}: {difference} to {self.target:g}, {_between(self.interval)})"


@dataclasses.dataclass(frozen=True)
class SamplePlan:
    """How many responses are needed, or what a number of responses can show, with what is assumed."""

    metric: str
    """Name of the metric."""
    n: int
    """Rated responses: in all for a margin, in each of two groups for a difference."""
    margin: float | None
    """Half the width of the score's interval with `n` responses, in points; `None` for a difference."""
    difference: float | None
    """The smallest true difference between two groups of `n` that is found with probability `power`, in points;
    `None` for a margin."""
    confidence: float
    """Confidence of the interval; the test's level is 1 less this."""
    power: float | None
    """Chance of finding the difference; `None` for a margin."""
    variance: float
    """Variance of one response that was assumed, in points squared."""
    assumption: str
    """Where the variance came from: `worst_case`, `shares` or `pilot`."""
    design_effect: float | None
    """Design effect of the pilot, by which `n` is multiplied."""
    population: int | None
    """Size of the population that the margin allows for."""

    def to_dict(self) -> dict[str, Any]:
        """All of it as a plain dict."""
        return dataclasses.asdict(self)


def _interval(document: dict[str, Any] | None) -> Interval | None:
    return None if document is None else Interval(**document)


def _tally(
    data: object,
    rating: str | None,
    metric: MetricLike,
    given: Mapping[str, object],
) -> tuple[_heedful.Tally, dict[str, object]]:
    """The tally of values, of a table, or as it is; and what of the options speaks of uncertainty."""
    roles, options = _options.split(given, SampleOptions)
    stated = Uncertainty.__annotations__
    uncertainty = {name: options.pop(name) for name in stated if name in options}
    if isinstance(data, Tally):
        if roles or options:
            raise TypeError(f"a tally takes no {', '.join([*roles, *options])}")
        return data._data, uncertainty
    weights = options.pop("weights", None)
    if rating is None and not _frames.is_table(data):
        more, table = _frames.values(data, weights)
        rating = "values"
        roles |= more
        needed = list(table)
    else:
        needed = [*_options.names(rating, "rating"), *roles.values()]
        table = _frames.table(data, needed)  # type: ignore[assignment]
    options["metrics"] = _options.metrics(rating, metric)
    tally = _heedful.Tally.of(table, needed, _options.played(roles, options), _options.dumps(options))
    return tally, uncertainty


def compare(
    before: object,
    after: object,
    rating: str | None = None,
    metric: MetricLike = "nps",
    **options: Unpack[SampleOptions],
) -> Comparison:
    """The difference between two independent samples: `after` less `before`.

    Each is a list or an array of values, a `Tally`, or a table whose column `rating` names.

    Options: `confidence`, `interval` (`score` for nets and shares, `t` for means, `wald`), `weights` for values,
    and for tables roles and filters as for `score`.

    >>> import heedful as hf
    >>> change = hf.compare([10, 9, 8, 3] * 20, [10, 9, 9, 8] * 20)
    >>> change.difference, change.p_value < 0.001
    (50.0, True)
    """
    one, uncertainty = _tally(before, rating, metric, options)
    other, _ = _tally(after, rating, metric, options)
    spelled = _options.dumps(_options.metric(metric))
    return Comparison._of(json.loads(_heedful.compare(one, other, spelled, _options.dumps(uncertainty))))


def target(
    data: object,
    value: float,
    rating: str | None = None,
    metric: MetricLike = "nps",
    *,
    name: str | None = None,
    likely: float | None = None,
    **options: Unpack[SampleOptions],
) -> Attainment:
    """Where a score stands against a target or a benchmark, with its certainty.

    `data` is a list or an array of values, a `Tally`, or a table whose column `rating` names. `reached` and `missed`
    are said where the whole interval is on one side, `likely` from a probability of `likely` on (0.8 where not
    given), `open` otherwise. Options as for `compare`.

    >>> import heedful as hf
    >>> hf.target([10, 9, 8, 3] * 50, 10.0, name="industry").status
    'reached'
    """
    tally, uncertainty = _tally(data, rating, metric, options)
    asked = {"value": value, "name": name, **uncertainty}
    if likely is not None:
        asked["likely"] = likely
    spelled = _options.dumps(_options.metric(metric))
    document = json.loads(_heedful.target(tally, spelled, _options.dumps(asked)))
    test = document["test"]
    return Attainment(
        name=document["name"],
        target=test["target"],
        distance=document["distance"],
        probability=document["probability"],
        status=document["status"],
        difference=test["difference"],
        interval=_interval(test["interval"]),
        p_value=test["p_value"],
        method=test["method"],
        score=Score._of(test["score"]),
    )


def sample_size(
    metric: MetricLike = "nps",
    *,
    margin: float | None = None,
    difference: float | None = None,
    n: int | None = None,
    shares: Mapping[str, float] | Iterable[float] | None = None,
    pilot: Tally | None = None,
    population: int | None = None,
    confidence: float | None = None,
    power: float | None = None,
) -> SamplePlan:
    """How many responses are needed for a margin or to detect a difference, or what `n` responses can show.

    Exactly one of `margin`, `difference` and `n`, all in the metric's points. State what you expect: `shares` (of
    bands by name, or of every point of the scale) or a `pilot` tally; without, the worst case is assumed, and the
    plan says so. `population` lets the margin allow for a small one. `confidence` is 0.95 and `power` 0.8 where not
    given.

    >>> import heedful as hf
    >>> plan = hf.sample_size(metric="nps", margin=5.0)
    >>> plan.n, plan.assumption, plan.variance
    (1537, 'worst_case', 10000.0)
    >>> hf.sample_size(margin=5.0, shares={"promoter": 0.5, "detractor": 0.2}).n
    938
    """
    options: dict[str, object] = {
        "margin": margin,
        "difference": difference,
        "n": n,
        "shares": shares,
        "pilot": None if pilot is None else json.loads(pilot.to_json()),
        "population": population,
        "confidence": confidence,
        "power": power,
    }
    asked = {name: value for name, value in options.items() if value is not None}
    asked["metric"] = _options.metric(metric)
    return SamplePlan(**json.loads(_heedful.sample_size(_options.dumps(asked))))


@overload
def contrast(
    data: Frame,
    rating: str | Mapping[str, str] | None = None,
    by: str | Iterable[str] = ...,
    metric: MetricLike | Iterable[MetricLike] = "nps",
    *,
    adjustment: Adjustment | None = None,
    **options: Unpack[GroupOptions],
) -> Frame: ...
@overload
def contrast(
    data: Plain,
    rating: str | Mapping[str, str] | None = None,
    by: str | Iterable[str] = ...,
    metric: MetricLike | Iterable[MetricLike] = "nps",
    *,
    adjustment: Adjustment | None = None,
    **options: Unpack[GroupOptions],
) -> Table: ...
@overload
def contrast(
    data: object,
    rating: str | Mapping[str, str] | None = None,
    by: str | Iterable[str] = ...,
    metric: MetricLike | Iterable[MetricLike] = "nps",
    *,
    adjustment: Adjustment | None = None,
    **options: Unpack[GroupOptions],
) -> Any: ...
def contrast(
    data: Any,
    rating: str | Mapping[str, str] | None = None,
    by: str | Iterable[str] = (),
    metric: MetricLike | Iterable[MetricLike] = "nps",
    *,
    adjustment: Adjustment | None = None,
    **options: Any,
) -> Any:
    """Each group against all the others together, with p-values adjusted for how many were compared.

    `adjustment` is `benjamini_hochberg` where not given. Other options as for `score`.

    Columns: the attributes of `by`; `metric`, `value` and `n` of the group, `rest` and `rest_n`; `difference` (group
    less rest), `lower`, `upper`, `standard_error`, `p_value`, `p_adjusted`, `method`; `suppressed`.

    >>> import heedful as hf
    >>> table = {"score": [10, 9, 3, 2] * 10, "store": ["a", "a", "b", "b"] * 10}
    >>> hf.contrast(table, rating="score", by="store")["difference"]
    [200.0, -200.0]
    """
    more = {} if adjustment is None else {"adjustment": adjustment}
    return _grouped(_heedful.contrast, data, rating, by, metric, more, options)


@overload
def league(
    data: Frame,
    rating: str | None = None,
    by: str | Iterable[str] = ...,
    metric: MetricLike = "nps",
    *,
    k: int | None = None,
    between: BetweenVariance | None = None,
    smoothing: float | None = None,
    draws: int | None = None,
    seed: int | None = None,
    **options: Unpack[GroupOptions],
) -> Frame: ...
@overload
def league(
    data: Plain,
    rating: str | None = None,
    by: str | Iterable[str] = ...,
    metric: MetricLike = "nps",
    *,
    k: int | None = None,
    between: BetweenVariance | None = None,
    smoothing: float | None = None,
    draws: int | None = None,
    seed: int | None = None,
    **options: Unpack[GroupOptions],
) -> Table: ...
@overload
def league(
    data: object,
    rating: str | None = None,
    by: str | Iterable[str] = ...,
    metric: MetricLike = "nps",
    *,
    k: int | None = None,
    between: BetweenVariance | None = None,
    smoothing: float | None = None,
    draws: int | None = None,
    seed: int | None = None,
    **options: Unpack[GroupOptions],
) -> Any: ...
def league(
    data: Any,
    rating: str | None = None,
    by: str | Iterable[str] = (),
    metric: MetricLike = "nps",
    *,
    k: int | None = None,
    between: BetweenVariance | None = None,
    smoothing: float | None = None,
    draws: int | None = None,
    seed: int | None = None,
    **options: Any,
) -> Any:
    """Groups ranked fairly: scores are shrunk towards the mean of all by as much as chance moves them.

    `k` is how many are the top and the bottom. How much the groups truly differ is not known: everything is averaged
    over all that it may be, unless `between` says by what estimator one value is taken as the truth (`paule_mandel` or
    `dersimonian_laird`). Intervals of ranks come from `draws` (4000) seeded by `seed` (0).
    `smoothing` (4) pseudo-responses keep a group of two happy customers from a standard error of 0. Other options
    as for `score`.

    Columns: the attributes of `by`; `metric`; `rank`, `rank_lower`, `rank_upper`, `expected_rank`, `p_top`,
    `p_bottom`; `shrunk`, `shrunk_lower`, `shrunk_upper`, `own_weight`; `value`, `lower`, `upper`, `n` of the score
    as it is; `suppressed`.

    >>> import heedful as hf
    >>> table = {"score": [10] * 2 + [9] * 85 + [5] * 15, "agent": ["Ann"] * 2 + ["Bob"] * 100}
    >>> hf.league(table, rating="score", by="agent")["value"]
    [100.0, 70.0]
    """
    asked = {"k": k, "between": between, "smoothing": smoothing, "draws": draws, "seed": seed}
    more = {name: value for name, value in asked.items() if value is not None}
    return _grouped(_heedful.league, data, rating, by, metric, more, options)


def _grouped(
    run: Any,
    data: Any,
    rating: str | Mapping[str, str] | None,
    by: str | Iterable[str],
    metric: MetricLike | Iterable[MetricLike],
    more: Mapping[str, object],
    given: Mapping[str, object],
) -> Any:
    roles, scoring = _options.split(given, GroupOptions)
    scoring["by"] = groups = _options.names(by, "by")
    scoring["metrics"] = _options.metrics(rating, metric)
    ratings = list(rating.values()) if isinstance(rating, Mapping) else _options.names(rating, "rating")
    needed = [*ratings, *groups, *roles.values()]
    table = _frames.table(data, needed)
    played = _options.played(roles, scoring)
    options = {"scoring": scoring, **more}
    return _frames.like(data, run(table, needed, played, _options.dumps(options)))
