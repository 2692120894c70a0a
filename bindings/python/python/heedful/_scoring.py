"""Scores of values, by group and over time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, overload

from heedful import _frames, _heedful, _options
from heedful._errors import HeedfulError
from heedful._metric import Metric
from heedful._options import ScoreOptions, TrendOptions, ValueOptions
from heedful._reason import Mappings, ReasonMapper
from heedful._responses import Responses
from heedful._score import Score
from heedful._table import Table

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from heedful._types import Every, Frame, MetricLike, Plain


def nps(values: object, **options: Unpack[ValueOptions]) -> Score:
    """Net promoter score of ratings from 0 to 10: share of 9 and 10 less share of 0 to 6, -100 to 100.

    `values` is a list or any iterable, an array of NumPy, or a series of pandas, polars or PyArrow. `None`, NaN,
    `NaT`, `NA` and blank texts are missing; 0 is not. A text reads as the number it begins with
    (``"10 - Extremely likely"``). A rating that is not on the scale is an error with its row.

    Options: `weights`, `confidence`, `interval` (`score`, `adjusted_wald`, `wald`, `bayes`), `invalid`.

    >>> import heedful as hf
    >>> hf.nps([10, 9, 8, None, 3]).value
    25.0
    >>> hf.nps([10, 9, 11, 3], invalid="count").out_of_range
    1
    """
    return _of_values(values, "nps", options)


def enps(values: object, **options: Unpack[ValueOptions]) -> Score:
    """Employee net promoter score: as `nps`, under its own name.

    >>> import heedful as hf
    >>> hf.enps([10, 7]).metric
    'enps'
    """
    return _of_values(values, "enps", options)


def csat(values: object, **options: Unpack[ValueOptions]) -> Score:
    """Customer satisfaction: share of 4 and 5 among ratings from 1 to 5, 0 to 100. Otherwise as `nps`.

    >>> import heedful as hf
    >>> hf.csat([5, 4, 2, 1]).value
    50.0
    """
    return _of_values(values, "csat", options)


def ces(values: object, **options: Unpack[ValueOptions]) -> Score:
    """Customer effort score 2.0: mean of ratings from 1 to 7, 7 being the least effort. Otherwise as `nps`.

    >>> import heedful as hf
    >>> hf.ces([7, 6, 2]).value
    5.0
    """
    return _of_values(values, "ces", options)


def _of_values(values: object, metric: MetricLike, given: Mapping[str, object]) -> Score:
    _, options = _options.split(given, ValueOptions)
    roles, data = _frames.values(values, options.pop("weights", None))
    options["metrics"] = _options.metrics("values", metric)
    text = _heedful.score_all(data, list(data), _options.dumps(roles), _options.dumps(options))
    return Score._of(json.loads(text))


@overload
def score(  # type: ignore[overload-overlap]  # a table is no list of values
    data: Frame,
    rating: str | Mapping[str, str] | None = None,
    metric: MetricLike | Iterable[MetricLike] = "nps",
    *,
    by: str | Iterable[str] | None = None,
    **options: Unpack[ScoreOptions],
) -> Frame: ...
@overload
def score(  # type: ignore[overload-overlap]  # a table is no list of values
    data: Plain,
    rating: str | Mapping[str, str] | None = None,
    metric: MetricLike | Iterable[MetricLike] = "nps",
    *,
    by: str | Iterable[str] | None = None,
    **options: Unpack[ScoreOptions],
) -> Table: ...
@overload
def score(
    data: object,
    rating: str | Mapping[str, str],
    metric: MetricLike | Iterable[MetricLike] = "nps",
    *,
    by: str | Iterable[str] | None = None,
    **options: Unpack[ScoreOptions],
) -> Any: ...
@overload
def score(
    data: object,
    rating: None = None,
    metric: MetricLike = "nps",
    *,
    by: None = None,
    **options: Unpack[ValueOptions],
) -> Score: ...
def score(
    data: Any,
    rating: str | Mapping[str, str] | None = None,
    metric: MetricLike | Iterable[MetricLike] = "nps",
    *,
    by: str | Iterable[str] | None = None,
    **options: Any,
) -> Any:
    """The score of values, or the scores of a table by group.

    **Values** (a list, an array, a series) and a metric give a `Score`, as `nps` does.

    **A table** gives a table of the same kind (pandas, polars, PyArrow; else `heedful.Table`) with one row for each
    metric and group, sorted by metric as asked for, then by group; one row for each metric without `by`. A table is
    a data frame, anything with `__arrow_c_stream__`, `heedful.Responses`, a dict of columns or a list of dicts. Only
    the columns that are named are read. A missing attribute is a group of its own, last.

    `rating` names the column; a dict scores several columns at once, each by the metric of its key (a preset, or a
    `Metric` given in `metric`). `metric` is a preset's name, a `Metric`, a dict, or several of them.

    Options: `confidence`, `interval`, `invalid`; columns by role: `customer`, `account`, `weight`, `at`,
    `kind_column`, `signal_column`; what counts: `kind`, `pool`, `signals`, `repeats`; small groups: `minimum_n`,
    `secondary`; accounts with several contacts: `clusters`; complex samples: `design`; `threads`.

    **By reason.** With `reasons` (a `ReasonMapper`, a `Taxonomy`, or the `Mappings` of these rows) and `comment`,
    ``by="reason"`` counts mentions: a response stands under each reason it mentions, so that groups overlap and their `n`
    add up to more than there are responses. ``by="main_reason"`` puts each response under its main reason
    alone, so that groups add up. Either way responses without a reason are a group of their own, last.

    Columns: the attributes of `by`; `metric`, `value`, `lower`, `upper`, `standard_error`, `n`, `missing`,
    `invalid`, `out_of_range`, `mean`, `effective_n`, `design_effect`; `share_` and each band's name (0 to 1);
    `suppressed`, where all numbers are missing.

    >>> import heedful as hf
    >>> table = {"score": [10, 9, 3, 7], "plan": ["pro", "free", None, "pro"]}
    >>> found = hf.score(table, rating="score", metric="nps", by=["plan"])
    >>> list(zip(found["plan"], found["value"]))
    [('free', 100.0), ('pro', 50.0), (None, -100.0)]
    >>> hf.score([1, 0, 1], metric="psat").n
    3
    >>> shop = {"reasons": [{"id": "price", "terms": ["price"]}, {"id": "staff", "terms": ["staff"]}]}
    >>> answers = {"score": [10, 2, 9], "text": ["fair price, good staff", "rude staff", None]}
    >>> for by in ["reason", "main_reason"]:
    ...     found = hf.score(answers, rating="score", by=by, reasons=shop, comment="text")
    ...     print(list(zip(found[by], found["n"])))
    [('price', 1), ('staff', 2), (None, 1)]
    [('price', 1), ('staff', 1), (None, 1)]
    """
    if rating is None and by is None and not _frames.is_table(data):
        return _of_values(data, _one(metric), options)
    roles, given = _options.split(options, ScoreOptions)
    return _scores(data, rating, metric, by, roles, given)


def _one(metric: MetricLike | Iterable[MetricLike]) -> MetricLike:
    if isinstance(metric, (str, Metric, Mapping)):
        return metric
    raise TypeError("values are scored by one metric")


@overload
def trend(
    data: Frame,
    rating: str | Mapping[str, str] | None = None,
    at: str | None = None,
    metric: MetricLike | Iterable[MetricLike] = "nps",
    *,
    every: Every = "month",
    time_zone: str | None = None,
    rolling: int | None = None,
    by: str | Iterable[str] | None = None,
    **options: Unpack[TrendOptions],
) -> Frame: ...
@overload
def trend(
    data: Plain,
    rating: str | Mapping[str, str] | None = None,
    at: str | None = None,
    metric: MetricLike | Iterable[MetricLike] = "nps",
    *,
    every: Every = "month",
    time_zone: str | None = None,
    rolling: int | None = None,
    by: str | Iterable[str] | None = None,
    **options: Unpack[TrendOptions],
) -> Table: ...
@overload
def trend(
    data: object,
    rating: str | Mapping[str, str] | None = None,
    at: str | None = None,
    metric: MetricLike | Iterable[MetricLike] = "nps",
    *,
    every: Every = "month",
    time_zone: str | None = None,
    rolling: int | None = None,
    by: str | Iterable[str] | None = None,
    **options: Unpack[TrendOptions],
) -> Any: ...
def trend(
    data: Any,
    rating: str | Mapping[str, str] | None = None,
    at: str | None = None,
    metric: MetricLike | Iterable[MetricLike] = "nps",
    *,
    every: Every = "month",
    time_zone: str | None = None,
    rolling: int | None = None,
    by: str | Iterable[str] | None = None,
    **options: Any,
) -> Any:
    """Scores by period, empty periods included, and by group where `by` says so.

    `at` names a column of dates or times, or of texts: of one meaning, as those of ISO 8601 are, or in the
    `date_format` that is given, in the letters of `strptime`. Times with a zone are instants: in which period they fall depends on
    `time_zone` (an IANA name; UTC where not given). Dates and times without a zone are in their own. `every` is
    `day`, `week` (ISO, from Monday), `month`, `quarter` or `year`. With `rolling` each row takes that many periods
    up to and including its own.

    The table is as that of `score`, with the first day of the period as `period` after the attributes; responses
    without a time are a row of their own, last. Options as for `score`.

    >>> import datetime
    >>> import heedful as hf
    >>> days = [datetime.date(2024, 1, 5), datetime.date(2024, 3, 2)]
    >>> found = hf.trend({"score": [10, 3], "day": days}, rating="score", at="day", every="month")
    >>> for row in found.to_pylist():
    ...     print(row["period"], row["n"], row["value"])
    2024-01-01 1 100.0
    2024-02-01 0 None
    2024-03-01 1 -100.0
    """
    roles, given = _options.split({"at": at, **options}, ScoreOptions)
    given["every"] = every
    given.update({k: v for k, v in {"time_zone": time_zone, "rolling": rolling}.items() if v is not None})
    return _scores(data, rating, metric, by, roles, given)


def _scores(
    data: Any,
    rating: str | Mapping[str, str] | None,
    metric: MetricLike | Iterable[MetricLike],
    by: str | Iterable[str] | None,
    roles: dict[str, str],
    options: dict[str, object],
) -> Any:
    groups = _options.names(by, "by")
    ratings = list(rating.values()) if isinstance(rating, Mapping) else _options.names(rating, "rating")
    options["metrics"] = _options.metrics(rating, metric)
    options["by"] = groups
    needed = [*ratings, *groups, *roles.values(), *_options.columns(options)]
    reasons = options.pop("reasons", None)
    played = _options.played(roles, options)
    if reasons is None:
        table = _frames.table(data, needed)
    else:
        own = [name for name in needed if name not in _BY_REASON]
        table = _with_reasons(data, reasons, own, groups, (roles.get("comment"), played))
    result = _heedful.score(table, needed, played, _options.dumps(options))
    return _frames.like(data, result)


#: How responses count by reason: whether by main reasons only.
_BY_REASON = {"reason": False, "main_reason": True}


def _with_reasons(
    data: Any, reasons: Any, needed: list[str], groups: list[str], roles: tuple[str | None, str]
) -> object:
    """The columns that are needed, and one of reasons."""
    asked = [name for name in groups if name in _BY_REASON]
    if len(asked) != 1:
        message = "`reasons` go with one of `reason` (mentions) and `main_reason`"
        raise HeedfulError("invalid-argument", message, "by")
    comment, played = roles
    # Read once: a stream cannot be read again.
    table = _frames.table(data, needed)
    if not isinstance(table, _heedful.Responses):
        table = _heedful.Responses(table, played)
    if not isinstance(reasons, Mappings):
        mapper = reasons if isinstance(reasons, ReasonMapper) else ReasonMapper(reasons)
        reasons = mapper.mappings(Responses._of(table), comment)
    return reasons._found.attach(table, played, asked[0], _BY_REASON[asked[0]])
