"""Options as the JSON documents that the core reads."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypedDict

from heedful._errors import HeedfulError
from heedful._metric import Metric

if TYPE_CHECKING:
    from heedful._types import IntervalMethod, Invalid, Kind, MetricLike, Repeats, Signal


class Uncertainty(TypedDict, total=False):
    """How uncertainty is stated."""

    confidence: float
    """Share of samples whose interval holds the truth; 0.95 where not given."""
    interval: IntervalMethod
    """`score` for nets (Tango) and shares (Wilson), `t` for means where not given."""


class ValueOptions(Uncertainty, total=False):
    """Options of the score of plain values."""

    weights: Any
    """One weight for each value: a list or an array of numbers of at least 0."""
    invalid: Invalid
    """What happens to a rating that is not on the scale: `error` (default) or `count`."""
    missing: Iterable[str]
    """Words that stand for no rating in a column of texts; `NA` and `N/A` where not given. Blank text always does."""


class Roles(TypedDict, total=False):
    """Which columns play which role; each is a column's name."""

    customer: str
    """The person asked."""
    account: str
    """The organisation the person belongs to."""
    weight: str
    """How much a response counts; not negative."""
    kind_column: str
    """`relational` or `transactional`."""
    signal_column: str
    """`solicited`, `unsolicited` or `inferred`; missing counts as solicited."""


class Dated(TypedDict, total=False):
    """How times are written that are texts."""

    date_format: str
    """In the letters of `strptime`, as ``%d/%m/%Y``. Not needed where texts have one meaning, as in ISO 8601."""


class At(Dated, total=False):
    """The role that a trend has as an argument."""

    at: str
    """When the response was given: dates, or times with or without a zone."""


class Selection(Uncertainty, Roles, total=False):
    """Which responses of a table count, and how uncertainty is stated."""

    invalid: Invalid
    """What happens to a rating that is not on the scale: `error` (default) or `count`."""
    missing: Iterable[str]
    """Words that stand for no rating in a column of texts; `NA` and `N/A` where not given. Blank text always does."""
    repeats: Repeats
    """Which of a customer's answers count: `all` (default) or the `latest`."""
    kind: Kind
    """Takes one kind of response only."""
    pool: bool
    """Pools relational and transactional responses, which is refused otherwise."""
    signals: Iterable[Signal]
    """Which signals count; solicited ones only where not given."""
    threads: int
    """How many threads share the work; results do not depend on it."""


class Groups(Selection, total=False):
    """Which groups are shown."""

    minimum_n: int
    """Groups with fewer rated responses are hidden."""
    secondary: bool
    """Hides further groups where a hidden one could be had by subtraction."""


class GroupOptions(Groups, At, total=False):
    """Options of what compares groups."""


class TrendOptions(Groups, Dated, total=False):
    """Options of scores by period."""

    clusters: str | Mapping[str, str]
    """How accounts with several contacts count: `none` (default), `robust`, `votes` (one for each account), or
    `{"value": column}`; needs `account`."""
    design: Mapping[str, Any]
    """How the sample was drawn: `strata`, `clusters` and `fpc` name columns, `weighting` holds the options of
    `weight`."""
    reasons: Any
    """What tells reasons: a `ReasonMapper`, a `Taxonomy`, or the `Mappings` of these rows. Goes with `by="reason"`
    (mentions) or `by="main_reason"`."""
    comment: str
    """What the customer wrote."""


class ScoreOptions(TrendOptions, At, total=False):
    """Options of scores by group."""


class SampleOptions(Selection, At, total=False):
    """Options of one score out of values, a tally or a table."""

    weights: Any
    """One weight for each value, where values are given."""


#: How a role is called here where its name in the core is taken by a filter.
_ROLES = {
    "rating": "rating",
    "at": "at",
    "comment": "comment",
    "customer": "customer",
    "account": "account",
    "weight": "weight",
    "kind_column": "kind",
    "signal_column": "signal",
}


def split(given: Mapping[str, object], known: type) -> tuple[dict[str, str], dict[str, object]]:
    """Columns by role, and the options; `None` counts as not given."""
    allowed = known.__annotations__
    roles: dict[str, str] = {}
    options: dict[str, object] = {}
    for name, value in given.items():
        if name not in allowed:
            raise TypeError(f"unexpected keyword argument {name!r}: known are {', '.join(sorted(allowed))}")
        if value is None:
            continue
        if name in _ROLES:
            if not isinstance(value, str):
                raise HeedfulError("invalid-argument", "the name of a column is a text", name)
            roles[_ROLES[name]] = value
        else:
            options[name] = value
    return roles, options


def played(roles: Mapping[str, str], options: dict[str, object]) -> str:
    """The roles as JSON, and with them how times are written, which is taken out of the options."""
    date_format = options.pop("date_format", None)
    return dumps(roles if date_format is None else {**roles, "date_format": date_format})


def columns(options: Mapping[str, Any]) -> list[str]:
    """The columns that options name outside of roles."""
    found: list[object] = []
    clusters = options.get("clusters")
    if isinstance(clusters, Mapping):
        found += clusters.values()
    design = options.get("design")
    if isinstance(design, Mapping):
        found += [design.get(name) for name in ("strata", "clusters", "fpc")]
        weighting = design.get("weighting")
        if isinstance(weighting, Mapping):
            found += targets(weighting)
    return [name for name in found if isinstance(name, str)]


def targets(weighting: Mapping[str, Any]) -> list[str]:
    """The columns that have targets."""
    cells = weighting.get("cells") or ()
    return [*(weighting.get("targets") or ()), *(name for cell in cells for name in cell["keys"])]


def names(by: str | Iterable[str] | None, path: str) -> list[str]:
    """One name or several, given as the argument `path`."""
    if by is None:
        return []
    found = [by] if isinstance(by, str) else several(by, path)
    if all(isinstance(name, str) for name in found):
        return found
    raise HeedfulError("invalid-argument", "a name is a text", path)


def several(given: Iterable[Any], path: str) -> list[Any]:
    """The items of the argument `path`."""
    if isinstance(given, Iterable) and not isinstance(given, (str, bytes)):
        return list(given)
    raise HeedfulError("invalid-argument", f"a list is needed, not {type(given).__name__}", path)


def mapping(given: Mapping[str, Any], path: str) -> dict[str, Any]:
    """The fields of the argument `path`."""
    if isinstance(given, Mapping):
        return dict(given)
    raise HeedfulError("invalid-argument", f"a dict is needed, not {type(given).__name__}", path)


def metric(metric: MetricLike) -> object:
    """A metric as it stands in JSON."""
    if isinstance(metric, Metric):
        return metric.to_dict()
    if isinstance(metric, str):
        try:
            return Metric.preset(metric).name
        except HeedfulError as error:
            raise HeedfulError(error.code, error.message, "metric") from None
    if isinstance(metric, Mapping):
        return dict(metric)
    raise HeedfulError("invalid-argument", "a metric is a name, a Metric or a dict", "metric")


def metrics(
    rating: str | Mapping[str, str] | None,
    of: MetricLike | Iterable[MetricLike],
) -> list[dict[str, object]]:
    """Each metric and the column it is scored on."""
    each = [of] if isinstance(of, (str, Metric, Mapping)) else several(of, "metric")
    if not isinstance(rating, Mapping):
        return [{"metric": metric(one), "rating": rating} for one in each]
    own = {one.name: one for one in each if isinstance(one, Metric)}
    return [{"metric": metric(own.get(name, name)), "rating": column} for name, column in rating.items()]


def dumps(document: object) -> str:
    """JSON; what JSON cannot say is refused by the core's code for it."""
    try:
        return json.dumps(document, allow_nan=False, default=_plain)
    except TypeError as error:
        path = _first(document, _unwritable)
        raise HeedfulError("invalid-argument", f"an option has a value that is not allowed: {error}", path) from None
    except ValueError:
        path = _first(document, lambda value: isinstance(value, float) and not math.isfinite(value))
        raise HeedfulError("invalid-argument", "a number of an option is not finite", path) from None


def _unwritable(value: object) -> bool:
    try:
        json.dumps(value, default=_plain)
    except TypeError:
        return not isinstance(value, Iterable)
    return False


def _first(document: object, wrong: Callable[[object], bool]) -> str:
    """The path of the first value that is wrong."""
    if isinstance(document, Mapping):
        inside = [(str(name), value) for name, value in document.items()]
    elif isinstance(document, Iterable) and not isinstance(document, str):
        inside = [(f"[{place}]", value) for place, value in enumerate(document)]
    else:
        return ""
    for name, value in inside:
        if wrong(value):
            return name
        below = _first(value, wrong)
        if below:
            return f"{name}{'' if below.startswith('[') else '.'}{below}"
    return ""


def _plain(value: object) -> object:
    """NumPy's scalars, and what is iterable but no list."""
    if isinstance(value, Metric):
        return value.to_dict()
    if isinstance(value, Mapping):
        return dict(value)
    item = getattr(value, "item", None)
    if item is not None:
        return item()
    if isinstance(value, Iterable):
        return list(value)
    raise TypeError(f"{type(value).__name__} is not allowed")


def whole(value: int, path: str) -> int:
    """A whole number that is not negative."""
    if isinstance(value, int) and 0 <= value < 1 << 31:
        return value
    raise HeedfulError("invalid-argument", "a whole number of 0 or more is needed", path)
