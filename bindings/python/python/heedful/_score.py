"""Scores and tallies."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping
from html import escape
from typing import TYPE_CHECKING, Any

from heedful import _heedful, _frames, _options
from heedful._metric import Scale

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from heedful._types import Invalid, MetricLike


@dataclasses.dataclass(frozen=True)
class Interval:
    """An interval in the metric's points."""

    lower: float
    """The lower end."""
    upper: float
    """The upper end."""
    confidence: float
    """Share of samples whose interval holds the truth."""
    method: str
    """How it was made: `score`, `adjusted_wald`, `wald`, `t` or `bayes`."""


@dataclasses.dataclass(frozen=True, repr=False)
class Score:
    """A score with its uncertainty and what it was made from. What is not known is `None`.

    >>> import heedful as hf
    >>> score = hf.nps([10, 9, 8, None, 3])
    >>> score
    Score(nps 25.0, 95 % -50.5 to 77.8, n 4)
    >>> score.shares
    {'detractor': 0.25, 'passive': 0.25, 'promoter': 0.5}
    >>> score.missing
    1
    """

    metric: str
    """Name of the metric."""
    value: float | None
    """The score in the metric's points, unrounded; `None` without rated responses."""
    n: int
    """Rated responses."""
    missing: int
    """Responses without a rating."""
    invalid: int
    """Ratings inside the range of the scale that are none of its points, or no numbers."""
    out_of_range: int
    """Ratings outside the range of the scale."""
    standard_error: float | None
    """Standard error in the metric's points: divisor n for nets and shares, n - 1 for means; linearised where
    weighted."""
    interval: Interval | None
    """Interval in the metric's points."""
    shares: dict[str, float | None]
    """Share of each band, 0 to 1, from the lowest band to the highest; weighted where the score is."""
    counts: dict[float, int]
    """Responses for each point of the scale, never weighted."""
    mean: float | None
    """Mean of the ratings; weighted where the score is."""
    effective_n: float
    """Kish's effective number of responses; n where nothing is weighted."""
    design_effect: float | None
    """Variance of the score over that of a simple random sample of the same size; `None` where nothing is
    weighted."""

    @classmethod
    def _of(cls, document: dict[str, Any]) -> Score:
        interval = document.pop("interval")
        counts = {_point(point): count for point, count in document.pop("counts").items()}
        return cls(interval=interval and Interval(**interval), counts=counts, **document)

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain dicts."""
        return dataclasses.asdict(self)

    def _words(self) -> tuple[str, str]:
        value = "no rated responses" if self.value is None else f"{self.value:.1f}"
        if self.interval is None:
            return value, f"n {self.n}"
        confidence = f"{100 * self.interval.confidence:.4g} %"
        return value, f"{confidence} {self.interval.lower:.1f} to {self.interval.upper:.1f}, n {self.n}"

    def __repr__(self) -> str:
        value, rest = self._words()
        return f"Score({self.metric} {value}, {rest})"

    def _repr_html_(self) -> str:
        value, rest = self._words()
        bands = ", ".join(f"{escape(band)} {100 * (share or 0):.1f} %" for band, share in self.shares.items())
        shares = f"<br><small>{bands}</small>" if bands and self.n else ""
        return f"<div><b>{escape(self.metric.upper())} {value}</b> ({rest}){shares}</div>"


def _point(text: str) -> float:
    number = float(text)
    return int(number) if number.is_integer() else number


class Tally:
    """Mergeable counts from which every score is computed: one for each point of a scale.

    Merging is associative and commutative and equals tallying all at once. A rating that is missing, invalid or out
    of range is counted apart.

    >>> import heedful as hf
    >>> may = hf.Tally([10, 9, 3], scale="0-10")
    >>> june = hf.Tally([8, None], scale="0-10")
    >>> may.merge(june).score("nps").value
    25.0
    >>> hf.Tally.from_json(may.to_json()) == may
    True
    """

    __slots__ = ("_data",)
    _data: _heedful.Tally

    def __init__(
        self,
        values: object = (),
        *,
        scale: str | Scale | Mapping[str, Any] = "0-10",
        weights: object = None,
        invalid: Invalid = "count",
    ) -> None:
        metric = {"name": "tally", "scale": _plain(scale), "rule": {"type": "mean"}}
        options = {"metrics": [{"metric": metric, "rating": "values"}], "invalid": invalid}
        roles, table = _frames.values(values, weights)
        self._data = _heedful.Tally.of(table, list(table), _options.dumps(roles), _options.dumps(options))

    @classmethod
    def _of(cls, data: _heedful.Tally) -> Tally:
        tally = cls.__new__(cls)
        tally._data = data
        return tally

    @classmethod
    def from_counts(cls, counts: Iterable[int], *, scale: str | Scale | Mapping[str, Any] = "0-10") -> Tally:
        """A tally of counts that somebody else made, one for each point of the scale."""
        return cls._of(_heedful.Tally.from_counts(_options.dumps(_plain(scale)), list(counts)))

    @classmethod
    def from_json(cls, text: str) -> Tally:
        """Reads a stored tally; every released version stays readable."""
        return cls._of(_heedful.Tally.from_json(text))

    def to_json(self) -> str:
        """The tally with its version, to be stored."""
        return self._data.to_json()

    def merge(self, other: Tally) -> Tally:
        """The sum of both. A tally without weights counts each response as 1."""
        return Tally._of(self._data.merge(other._data))

    def __add__(self, other: Tally) -> Tally:
        return self.merge(other) if isinstance(other, Tally) else NotImplemented

    def score(self, metric: MetricLike = "nps", **options: Unpack[_options.Uncertainty]) -> Score:
        """The score by a metric on the same scale."""
        _, given = _options.split(options, _options.Uncertainty)
        metric_json = _options.dumps(_options.metric(metric))
        return Score._of(json.loads(self._data.score(metric_json, _options.dumps(given))))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tally) and self._data == other._data

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        return (Tally.from_json, (self.to_json(),))

    def __repr__(self) -> str:
        document = json.loads(self.to_json())
        return f"Tally(scale={document['scale']!r}, counts={document['counts']!r})"


def _plain(scale: str | Scale | Mapping[str, Any]) -> object:
    return json.loads(scale.to_json()) if isinstance(scale, Scale) else scale
