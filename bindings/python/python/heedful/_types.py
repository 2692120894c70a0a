"""Types for checkers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import datetime
    from collections.abc import Mapping, Sequence
    from typing import TypeAlias, TypeVar

    import pandas
    import polars

    from heedful._metric import Metric
    from heedful._responses import Responses

    #: What comes back as what it was.
    Frame = TypeVar("Frame", pandas.DataFrame, polars.DataFrame)
    #: What comes back as `heedful.Table`.
    Plain: TypeAlias = Responses | Mapping[str, object] | Sequence[Mapping[str, object]]
    #: A preset's name, a metric, or its definition as a dict.
    MetricLike: TypeAlias = str | Metric | Mapping[str, Any]
    #: A rating, what was written, the ids of options, nothing, or the answer as its dict.
    AnswerLike: TypeAlias = float | str | Sequence[str] | Mapping[str, Any] | None
    #: A number, or a distribution by name.
    Quantity: TypeAlias = float | Mapping[str, Mapping[str, float]]
    #: A day or a time, also as ISO 8601.
    DayLike: TypeAlias = datetime.date | str
    #: A time, a day (its midnight), either as ISO 8601, or milliseconds since 1970 in UTC.
    TimeLike: TypeAlias = DayLike | int

Adjustment = Literal["benjamini_hochberg", "benjamini_yekutieli", "holm", "hochberg", "bonferroni"]
BetweenVariance = Literal["paule_mandel", "dersimonian_laird"]
Direction = Literal["up", "down", "both"]
Every = Literal["day", "week", "month", "quarter", "year"]
Cadence = Literal["hour", "day", "week", "month", "quarter", "year"]
IntervalMethod = Literal["score", "adjusted_wald", "wald", "t", "bayes"]
Invalid = Literal["error", "count"]
Kind = Literal["relational", "transactional"]
Method = Literal[
    "baseline", "farrington", "farrington_noufaily", "ears_c1", "ears_c2", "ears_c3", "ears_c3_as_coded", "seasonal_z",
    "cusum",
]
Preset = Literal[
    "auto",
    "qualtrics",
    "surveymonkey",
    "typeform",
    "google_forms",
    "delighted",
    "wootric",
    "formbricks",
    "medallia",
    "generic",
]
Repeats = Literal["all", "latest"]
Signal = Literal["solicited", "unsolicited", "inferred"]
