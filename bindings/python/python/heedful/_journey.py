"""Journeys: stages and touchpoints as data, and what customers say along them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from heedful import _frames, _heedful, _options
from heedful._compare import Comparison
from heedful._why import Finding, _given, _Side

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from heedful._types import Adjustment, MetricLike


class JourneyOptions(_options.Selection, total=False):
    """How responses attach to the touchpoints of a journey, and what counts."""

    touchpoint: str
    """The column that names the touchpoint of a response."""
    reasons: Any
    """What comments speak of, as for `drivers`: touchpoints by name, or reasons that the journey gives to them."""
    comment: str
    """What the customer wrote."""
    intensity: str
    """The column of the strength of feeling: above 0 good, below 0 bad."""
    measures: Iterable[str]
    """Columns of numbers that are averaged at each step: effort, minutes spent, first reply time, error rate."""
    minimum_n: int
    """Responses that a touchpoint needs to be judged; 30 where not given."""
    adjustment: Adjustment
    """How p-values are corrected; `benjamini_hochberg` where not given."""


class JourneyReport(Finding):
    """A journey with what customers say along it: see `Journey.analyse`."""

    __slots__ = ("_issues",)

    def __init__(self, data: Any, found: tuple[str, str, list[_heedful.Table]]) -> None:
        super().__init__(data, found[0], found[2])
        self._issues: list[dict[str, Any]] = json.loads(found[1])

    @property
    def issues(self) -> list[dict[str, Any]]:
        """What is missing from the journey, by what responses show: `problem`, `stage`, `touchpoint`, `sentence`."""
        return [dict(issue) for issue in self._issues]

    @property
    def attached(self) -> int:
        """Responses that belong to a touchpoint."""
        return int(self._document["attached"])

    @property
    def unattached(self) -> int:
        """Responses that belong to none."""
        return int(self._document["unattached"])

    @property
    def unknown(self) -> list[str]:
        """Touchpoints that responses name and the journey does not have."""
        return list(self._document["unknown"])

    def _lines(self) -> list[str]:
        return [issue["sentence"] for issue in self._issues]


class Journey:
    """A journey: stages in order, each with its touchpoints in order.

    Made of a dict or JSON: `name` and `stages`, each with `name` and `touchpoints`; a touchpoint has `name` and may have
    `channel`, `owner`, `outcome` (what the customer wants), `importance` (0 to 10), `survey`, and `reasons` that speak of it.

    >>> import heedful as hf
    >>> stay = hf.Journey({"name": "stay", "stages": [
    ...     {"name": "arrive", "touchpoints": [{"name": "reception", "importance": 9, "owner": "front office"}]},
    ...     {"name": "sleep", "touchpoints": [{"name": "room", "reasons": ["noise", "bed"]}]},
    ... ]})
    >>> stay.touchpoints
    ['reception', 'room']
    >>> [issue["problem"] for issue in stay.lint()]
    ['important_without_survey', 'important_without_outcome']
    """

    __slots__ = ("_document", "_issues", "_json")

    def __init__(self, definition: Mapping[str, Any] | str) -> None:
        text = definition if isinstance(definition, str) else _options.dumps(definition)
        self._json, issues = _heedful.journey(text)
        self._document: dict[str, Any] = json.loads(self._json)
        self._issues: list[dict[str, Any]] = json.loads(issues)

    @classmethod
    def from_json(cls, text: str) -> Journey:
        """Reads what `to_json` wrote."""
        return cls(text)

    def to_json(self) -> str:
        """The journey as `from_json` reads it."""
        return self._json

    def to_dict(self) -> dict[str, Any]:
        """The journey as a dict, to change and make another one of."""
        copy: dict[str, Any] = json.loads(self._json)
        return copy

    @property
    def touchpoints(self) -> list[str]:
        """The names of all touchpoints in order."""
        return [step["name"] for stage in self._document["stages"] for step in stage.get("touchpoints", [])]

    def lint(self) -> list[dict[str, Any]]:
        """What is missing, in the order of the journey: `problem`, `stage`, `touchpoint`, `sentence`."""
        return [dict(issue) for issue in self._issues]

    def differences(self, earlier: Journey) -> list[dict[str, Any]]:
        """What is declared otherwise than in an earlier version: touchpoints `added`, `removed`, `moved`, `redefined`."""
        found: list[dict[str, Any]] = json.loads(_heedful.journey_differences(self._json, earlier._json))
        return found

    def analyse(
        self, data: Any, rating: str | None = None, metric: MetricLike = "nps", **options: Unpack[JourneyOptions]
    ) -> JourneyReport:
        """What responses say at each touchpoint: one row for each, in order.

        A response belongs to the touchpoint that its column `touchpoint` names, and to every one that its `reasons` speak
        of; ratings are not needed.

        Columns: `stage`, `touchpoint`, `importance`, `n`, `frequency` (0 to 1), `score`, `lower`, `upper`, `rated`;
        `positive_n`, `positive_intensity`, `positive_impact` (frequency times intensity: the place on the impact map), the
        same for `negative`, kept apart so that peaks do not cancel; `mean_` and `correlation_` (with the rating) with the
        name of each measure.

        >>> import heedful as hf
        >>> stay = hf.Journey({"name": "stay", "stages": [{"name": "all", "touchpoints": [{"name": "reception"}, {"name": "room"}]}]})
        >>> table = {"score": [9, 3, 10, 2], "step": ["reception", "room"] * 2, "feeling": [0.5, -0.8, 0.7, -0.6]}
        >>> found = stay.analyse(table, rating="score", touchpoint="step", intensity="feeling")
        >>> found.table["score"], found.table["negative_impact"]
        ([100.0, -100.0], [0.0, 0.35])
        """
        side, asked = self._side(data, rating, options)
        found = _heedful.journey_run(side.responses, side.reasons, side.options(metric, asked))
        return JourneyReport(data, found)

    def moments(
        self,
        data: Any,
        relational: Any,
        rating: str | None = None,
        metric: MetricLike = "nps",
        **options: Unpack[JourneyOptions],
    ) -> dict[str, Any]:
        """What the ways of customers show, which `customer` names in both tables.

        `relational` has one rating of the relation as a whole for each customer, in the same column `rating`.

        - `peak_end`: the overall rating that the peak-end rule predicts from the most extreme rating on the way and the
          last, against the measured one (`predicted`, `measured`, `error`, `correlation`, `correlation_of_mean`).
        - `make_or_break`: for each touchpoint the `swing` of the relational score between a good and a bad outcome, what a
          `failure` costs and `delight` earns, and whether it `decides`.
        - `gaps`: for each touchpoint how many customers were seen there (`reached`), how many later (`continued`), and the
          share that `stopped`.
        """
        side, asked = self._side(data, rating, options)
        whole = {name: value for name, value in options.items() if name not in JourneyOptions.__annotations__ or name == "customer"}
        other = _Side(relational, rating, None, None, [], whole)
        text = _heedful.journey_moments(side.responses, side.reasons, other.responses, side.options(metric, asked))
        found: dict[str, Any] = json.loads(text)
        return found

    def views(
        self,
        customers: Any,
        company: Any,
        rating: str | None = None,
        metric: MetricLike = "nps",
        *,
        company_reasons: Any = None,
        **options: Unpack[JourneyOptions],
    ) -> list[dict[str, Any]]:
        """How customers see each step against how the company or its employees do: `touchpoint`, `gap`, `p_adjusted`.

        The `gap` is a `Comparison`: customers less company, negative where the company thinks too well of itself.
        """
        first, asked = self._side(customers, rating, options)
        second, _ = self._side(company, rating, options, company_reasons)
        text = _heedful.journey_views(
            (first.responses, first.reasons), (second.responses, second.reasons), first.options(metric, asked)
        )
        return [{**row, "gap": Comparison._of(row["gap"])} for row in json.loads(text)]

    def compare(
        self,
        earlier: Journey,
        before: Any,
        after: Any,
        rating: str | None = None,
        metric: MetricLike = "nps",
        *,
        before_reasons: Any = None,
        **options: Unpack[JourneyOptions],
    ) -> dict[str, Any]:
        """This journey with the later table against an earlier version of it with the earlier table.

        `differences` has what is declared otherwise; `steps` for each touchpoint of both versions the `comparison` (a
        `Comparison`, after less before) and `p_adjusted`.
        """
        first, asked = self._side(before, rating, options, before_reasons)
        second, _ = self._side(after, rating, options)
        text = _heedful.journey_compare(
            earlier._json,
            (first.responses, first.reasons),
            (second.responses, second.reasons),
            first.options(metric, asked),
        )
        found: dict[str, Any] = json.loads(text)
        for step in found["steps"]:
            step["comparison"] = Comparison._of(step["comparison"])
        return found

    def _side(
        self, data: Any, rating: str | None, options: Mapping[str, Any], own_reasons: Any = None
    ) -> tuple[_Side, dict[str, Any]]:
        """A table, and the options of the analysis."""
        known = _options.Selection.__annotations__
        shared = {name: value for name, value in options.items() if name in known}
        own = {name: value for name, value in options.items() if name not in known and value is not None}
        reasons, comment = own.pop("reasons", None), own.pop("comment", None)
        unknown = set(own) - set(JourneyOptions.__annotations__)
        if unknown:
            raise TypeError(f"unexpected keyword argument {sorted(unknown)[0]!r}")
        own["measures"] = _options.names(own.get("measures"), "measures")
        columns = [*own["measures"], *(own[name] for name in ("touchpoint", "intensity") if name in own)]
        side = _Side(data, rating, reasons if own_reasons is None else own_reasons, comment, columns, shared)
        return side, {"journey": self._document, **_given(**own)}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Journey) and self._json == other._json

    def __hash__(self) -> int:
        return hash(self._json)

    def __reduce__(self) -> tuple[Any, ...]:
        return (Journey, (self._json,))

    def __repr__(self) -> str:
        return f"Journey({self._document['name']!r}, {len(self.touchpoints)} touchpoints)"
