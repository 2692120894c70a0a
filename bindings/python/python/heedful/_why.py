"""What drives a score, what it would be if, why it moved, and which segments stand out."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable, Mapping
from html import escape
from typing import TYPE_CHECKING, Any, Literal

from heedful import _frames, _heedful, _options
from heedful._compare import Comparison
from heedful._errors import HeedfulError
from heedful._options import Selection
from heedful._reason import Mappings, ReasonMapper, Taxonomy
from heedful._responses import Responses
from heedful._score import Score
from heedful._table import Table

if TYPE_CHECKING:
    import pandas
    import polars
    from typing_extensions import Unpack

    from heedful._types import Adjustment, MetricLike


class Finding:
    """What an analysis found: numbers by name, sentences where there are any, and tables."""

    __slots__ = ("_data", "_document", "_sentences", "_tables")

    def __init__(
        self, data: Any, document: str, tables: list[_heedful.Table], sentences: Iterable[str] = ()
    ) -> None:
        self._data = data
        self._document: dict[str, Any] = json.loads(document)
        self._tables = tables
        self._sentences = list(sentences)

    @property
    def table(self) -> Any:
        """The main table, of the kind that the data came in."""
        return _frames.like(self._data, self._tables[0])

    def _table(self, index: int) -> Any:
        return _frames.like(self._data, self._tables[index]) if index < len(self._tables) else None

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain dicts and lists."""
        return copy.deepcopy(self._document)

    def to_json(self) -> str:
        """All of it as JSON."""
        return json.dumps(self._document)

    def to_pylist(self) -> list[dict[str, Any]]:
        """The rows of the main table as dicts."""
        return Table(self._tables[0]).to_pylist()

    def to_pandas(self) -> pandas.DataFrame:
        """The main table as a data frame of pandas."""
        return Table(self._tables[0]).to_pandas()

    def to_polars(self) -> polars.DataFrame:
        """The main table as a data frame of polars."""
        return Table(self._tables[0]).to_polars()

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._tables[0].__arrow_c_stream__(requested_schema)

    def __len__(self) -> int:
        return len(self._tables[0])

    def __repr__(self) -> str:
        said = "".join(f"\n{line}" for line in self._lines())
        return f"{type(self).__name__} of {len(self)} rows{said}"

    def _lines(self) -> list[str]:
        return self._sentences

    def _repr_html_(self) -> str:
        said = "".join(f"<div>{escape(line)}</div>" for line in self._lines())
        return said + "".join(Table(table)._repr_html_() for table in self._tables)


def _points(value: float | None) -> str:
    return "not known" if value is None else f"{value:+.1f}"


class Drivers(Finding):
    """The drivers of a score: see `drivers`."""

    __slots__ = ()

    @property
    def score(self) -> Score:
        """The score of all."""
        return Score._of(self.to_dict()["score"])

    @property
    def contributions(self) -> Any:
        """Fair shares of the reasons as a table; `None` without reasons, and where too few responses are without reasons
        and no reference is declared.

        Columns: `reason`, `n`, `contribution`, `standard_error`, `lower`, `upper`, `bootstrap_lower`,
        `bootstrap_upper`, `sampling_error`, `p_value`, `p_adjusted`. With `reference` they add up to the score.
        """
        return self._table(1)

    @property
    def reference(self) -> float | None:
        """The score without any reason, from which contributions are counted."""
        shares = self._document["contributions"]
        return None if shares is None else float(shares["reference"])

    def _lines(self) -> list[str]:
        told = [row for row in self._document["drivers"] if (row["p_adjusted"] or 1.0) < 0.05]

        def name(row: dict[str, Any]) -> str:
            return str(row["name"]) if row["source"] == "reason" else f"{row['name']} {row['value']}"

        return [repr(self.score), *(f"{name(row)}: {_points(row['impact'])}" for row in told[:5])]


class WhatIf(Finding):
    """What a scenario does to the score: see `what_if`. What is not known is `None`."""

    __slots__ = ()

    @property
    def score(self) -> float | None:
        """The score now, in points."""
        value: float | None = self._document["score"]
        return value

    @property
    def new_score(self) -> float | None:
        """The score in the scenario."""
        value: float | None = self._document["new_score"]
        return value

    @property
    def interval(self) -> tuple[float, float] | None:
        """The interval of the score in the scenario: the uncertainty of the sample under the assumptions."""
        return _ends(self._document["interval"])

    @property
    def change(self) -> float | None:
        """The new score less the old one."""
        value: float | None = self._document["change"]
        return value

    @property
    def change_interval(self) -> tuple[float, float] | None:
        """The interval of the change."""
        return _ends(self._document["change_interval"])

    @property
    def affected(self) -> int:
        """Rated responses with one of the reasons."""
        return int(self._document["affected"])

    @property
    def borrowed(self) -> int:
        """Segments with too few responses as a model, for which the rest of all segments stood in."""
        return int(self._document["borrowed"])

    def _lines(self) -> list[str]:
        if self.score is None or self.new_score is None or self.change is None:
            return ["not known"]
        between = "" if self.interval is None else f" ({self.interval[0]:.1f} to {self.interval[1]:.1f})"
        return [f"{self.score:.1f} becomes {self.new_score:.1f}{between}, {self.change:+.1f}"]


def _ends(interval: Mapping[str, float] | None) -> tuple[float, float] | None:
    return None if interval is None else (interval["lower"], interval["upper"])


class Explanation(Finding):
    """Why a score moved: see `explain_change`. `table` has the segments."""

    __slots__ = ()

    @property
    def comparison(self) -> Comparison:
        """Before and after, with the difference that everything here adds up to."""
        return Comparison._of(self.to_dict()["comparison"])

    @property
    def sentences(self) -> list[str]:
        """What happened: the difference, its greatest parts that are told from chance, and warnings."""
        return list(self._sentences)

    @property
    def reasons(self) -> Any:
        """What each reason adds as a table, the first row being the responses without any; `None` without reasons.

        Columns: `reason`, `share_before`, `share_after`, `contribution_before`, `contribution_after`, `effect`,
        `effect_lower`, `effect_upper`, `effect_p_value`, `effect_p_adjusted`.
        """
        return self._table(1)

    @property
    def cohorts(self) -> dict[str, Any] | None:
        """Stayers, joiners and leavers: how many, their scores, and what each adds; `None` without customers."""
        found: dict[str, Any] | None = self.to_dict()["cohorts"]
        return found

    @property
    def warnings(self) -> list[str]:
        """`unhappy_left` where the score rose mostly because the unhappy no longer answer, `happy_left` likewise."""
        return list(self._document["warnings"])


class Scanned(Finding):
    """What a scan found: see `scan`."""

    __slots__ = ()

    @property
    def sentences(self) -> list[str]:
        """The findings in words, the strongest first."""
        return list(self._sentences)

    @property
    def looked_at(self) -> int:
        """Segments that were large enough to be looked at, for which p-values are corrected."""
        return int(self._document["looked_at"])

    @property
    def significant(self) -> int:
        """Significant segments, those included that stronger ones explain."""
        return int(self._document["significant"])


def drivers(
    data: Any,
    rating: str | None = None,
    metric: MetricLike = "nps",
    *,
    reasons: Any = None,
    attributes: str | Iterable[str] = (),
    comment: str | None = None,
    minimum_n: int | None = None,
    reference: float | None = None,
    replicates: int | None = None,
    orders: int | None = None,
    seed: int | None = None,
    adjustment: Adjustment | None = None,
    **options: Unpack[Selection],
) -> Drivers:
    """Which reasons and attributes move the score, and by how much, in points.

    `reasons` names a column of lists (or of texts in which several are apart by ``;``), or several columns of truth
    values; or it is what tells reasons: the `Mappings` of these rows, or a `ReasonMapper` or `Taxonomy` that reads the
    `comment`; or a list of reasons for each row. `attributes` names columns each of whose values is a candidate too.

    The **impact** of a candidate is leave-one-out: the score of all less the score without those that have it. Impacts
    overlap. **Contributions** share the overlap out fairly (Shapley values) and add up: with the `reference` (the
    score of the responses without reasons, or a declared one where these are fewer than `minimum_n`) they give the score.
    Up to 15 reasons exactly, more by `orders` sampled pairs of orders (500), with the error of that stated.

    `minimum_n` (30) is what a candidate needs to be judged, `replicates` (1000) those of the bootstrap, seeded by
    `seed`; p-values are corrected over all candidates (`adjustment`, Benjamini and Hochberg). Other options as for
    `score`: roles, filters, `confidence`.

    Columns of `table`: `source` (`reason` or `attribute`), `name`, `attribute_value`, `n`, `share`, `with`,
    `without`, `impact`, `standard_error`, `lower`, `upper`, `bootstrap_lower`, `bootstrap_upper`, `p_value`,
    `p_adjusted`.

    An impact describes. It is a cause only as far as nothing else differs: look at `confounding`.

    >>> import heedful as hf
    >>> table = {"score": [3, 9, 9, 9] * 50, "why": [["price"], ["staff"], [], None] * 50}
    >>> found = hf.drivers(table, rating="score", reasons="why")
    >>> [(row["name"], row["impact"]) for row in found.to_pylist()][0]
    ('price', -50.0)
    >>> round(found.reference + sum(found.contributions["contribution"]), 9), found.score.value
    (50.0, 50.0)
    """
    asked = _given(
        attributes=_options.names(attributes, "attributes"),
        minimum_n=minimum_n,
        reference=reference,
        replicates=replicates,
        orders=orders,
        seed=seed,
        adjustment=adjustment,
    )
    flags = _flags(reasons)
    if flags is not None:
        # The core reads columns of flags as they are.
        asked["reasons"], reasons = flags, None
    side = _Side(data, rating, reasons, comment, asked["attributes"] + (flags or []), options)
    document, tables = _heedful.drivers(side.responses, side.reasons, side.options(metric, asked))
    return Drivers(data, document, tables)


def importance(
    data: Any,
    columns: str | Iterable[str] = (),
    rating: str | None = None,
    metric: MetricLike = "nps",
    *,
    reasons: Any = None,
    comment: str | None = None,
    model: Literal["linear", "logistic", "ordinal"] | None = None,
    replicates: int | None = None,
    seed: int | None = None,
    **options: Unpack[Selection],
) -> Finding:
    """How much of the variation of the rating each of several measures explains, overlap shared out fairly.

    `columns` names ratings of steps or other numbers; `reasons` are as for `drivers`. The importance of one is its
    Shapley share of R2 (LMG, as in R's relaimpo); shares add up to R2. The model is `linear`, `logistic` (whether
    the rating lies in the highest band) or `ordinal` (proportional odds of the bands), with McFadden's R2 for the last
    two.

    Columns of `table`: `name`, `importance`, `relative` (0 to 1), `lower`, `upper`, `coefficient`, `standard_error`,
    `p_value`, `performance` (the mean), `quadrant` (`concentrate`, `keep_up`, `low_priority`, `overdone`).

    >>> import heedful as hf
    >>> staff, price = [1, 2, 3, 4, 5] * 20, [1, 1, 3, 4, 5, 5, 2, 3, 2, 4] * 10
    >>> table = {"score": [(3 * a + b) // 2 for a, b in zip(staff, price)], "staff": staff, "price": price}
    >>> found = hf.importance(table, ["staff", "price"], rating="score")
    >>> rows = found.to_pylist()
    >>> rows[0]["importance"] > rows[1]["importance"], rows[0]["quadrant"]
    (True, 'concentrate')
    """
    asked = _given(columns=_options.names(columns, "columns"), model=model, replicates=replicates, seed=seed)
    side = _Side(data, rating, reasons, comment, asked["columns"], options)
    document, tables = _heedful.importance(side.responses, side.reasons, side.options(metric, asked))
    return Finding(data, document, tables)


def reason_roles(
    data: Any,
    rating: str | None = None,
    metric: MetricLike = "nps",
    *,
    reasons: Any,
    comment: str | None = None,
    before: Any = None,
    before_reasons: Any = None,
    adjustment: Adjustment | None = None,
    **options: Unpack[Selection],
) -> Finding:
    """The part each reason plays, from who speaks of it: must-have, delighter, selector or neither.

    A reason drives detraction where the worst band (detractors) speaks of it more often than those in between, and
    promotion where the best band does. `must_have` drives detraction only, `delighter` promotion only, `selector` both.

    Columns of `table`: `reason`; `share_worst`, `share_worst_lower`, `share_worst_upper`, `n_worst`, the same for `middle`
    and `best`; `detraction` and `promotion` (differences of shares) with `detraction_p_adjusted`,
    `promotion_p_adjusted`; `role`.

    With `before` (an earlier table; `before_reasons` where they are not named as in the later one) how roles changed:
    `reason`, `before`, `after`, `shift` (`steady`, `delight_erodes`, `delight_grows`, `failure_grows`, `failure_fades`,
    `becomes_moment_of_truth`); `detraction` and `promotion` (changes) with `_lower`, `_upper` and `_p_adjusted`.

    >>> import heedful as hf
    >>> table = {"score": [2, 8, 10] * 100, "why": [["outages"], [], ["staff"], [], [], []] * 50}
    >>> [(row["reason"], row["role"]) for row in hf.reason_roles(table, rating="score", reasons="why").to_pylist()]
    [('outages', 'must_have'), ('staff', 'delighter')]
    """
    asked = _given(adjustment=adjustment)
    side = _Side(data, rating, reasons, comment, [], options, needs=True)
    if before is None:
        document, tables = _heedful.roles(side.responses, side.known, side.options(metric, asked))
        return Finding(data, document, tables)
    earlier = reasons if before_reasons is None else before_reasons
    first = _Side(before, rating, earlier, comment, [], options, needs=True)
    document, tables = _heedful.role_changes(
        (first.responses, first.known), (side.responses, side.known), side.options(metric, asked)
    )
    return Finding(data, json.dumps({"rows": json.loads(document)}), tables)


def asymmetry(
    data: Any,
    rating: str | None = None,
    metric: MetricLike = "nps",
    *,
    reasons: Any = None,
    failures: Any = None,
    delights: Any = None,
    comment: str | None = None,
    minimum_n: int | None = None,
    adjustment: Adjustment | None = None,
    **options: Unpack[Selection],
) -> Finding:
    """For each reason what a failure costs against what delight earns.

    `failures` and `delights` are the reasons that responses speak badly and well of, each as for `drivers`; or `reasons`
    is what tells them with their feeling: `Mappings`, or a `ReasonMapper` or `Taxonomy` that reads the `comment`. Who speaks
    badly of a reason, and who speaks well of it, is compared with who does not speak of it; who does both is left out.

    Columns of `table`: `reason`; `failures`, `delights`, `others` (rated responses); `cost`, `cost_lower`,
    `cost_upper` (points on the bad side), `gain`, `gain_lower`, `gain_upper` (points on the good side); `asymmetry`
    (cost less gain), `lower`, `upper`, `p_value`, `p_adjusted`.

    >>> import heedful as hf
    >>> table = {"score": [2, 9, 9, 3, 7, 10] * 50, "bad": [["wait"], [], []] * 100, "good": [[], [], ["wait"]] * 100}
    >>> row = hf.asymmetry(table, rating="score", failures="bad", delights="good").to_pylist()[0]
    >>> row["cost"], row["gain"], row["asymmetry"]
    (150.0, 50.0, 100.0)
    """
    asked = _given(minimum_n=minimum_n, adjustment=adjustment)
    if reasons is not None:
        if failures is not None or delights is not None:
            raise HeedfulError("invalid-argument", "either `reasons` with their feeling, or `failures` and `delights`", "reasons")
        if not isinstance(reasons, (Mappings, ReasonMapper, Taxonomy, Mapping)):
            raise HeedfulError("invalid-argument", "feelings come from `Mappings`, a `ReasonMapper` or a `Taxonomy`", "reasons")
        side = _Side(data, rating, None, comment, [], options)
        bad, good = side.mappings(reasons)._found.felt()
    else:
        side = _Side(data, rating, failures, comment, [], options, needs=True, more=delights)
        bad, good = side.known, side.read(delights)
    document, tables = _heedful.asymmetry(side.responses, bad, good, side.options(metric, asked))
    return Finding(data, document, tables)


def confounding(
    data: Any,
    rating: str | None = None,
    metric: MetricLike = "nps",
    *,
    reasons: Any,
    by: str | Iterable[str],
    comment: str | None = None,
    minimum_n: int | None = None,
    **options: Unpack[Selection],
) -> Confounded:
    """The effect of each reason overall, at equal segments, and within each segment; reversals are flagged.

    `by` names the columns that make the segments. Columns of `table`: `reason`; `with`, `without` (rated
    responses); `crude` (score with less score without) with `crude_lower`, `crude_upper`; `adjusted` (at equal segments)
    with `lower`, `upper`; `homogeneity_p_value`; `simpson` (the adjusted effect is against the crude one). `segments` has
    a row for each reason and segment.

    >>> import heedful as hf
    >>> rows = [("small", True, 87, 81), ("small", False, 270, 234), ("large", True, 263, 192), ("large", False, 80, 55)]
    >>> table = {"score": [], "size": [], "new": []}
    >>> for size, new, n, good in rows * 10:
    ...     table["score"] += [10] * good + [0] * (n - good)
    ...     table["size"] += [size] * n
    ...     table["new"] += [new] * n
    >>> hf.confounding(table, rating="score", reasons=["new"], by="size").to_pylist()[0]["simpson"]
    True
    """
    asked = _given(by=_options.names(by, "by"), minimum_n=minimum_n)
    side = _Side(data, rating, reasons, comment, asked["by"], options, needs=True)
    document, tables = _heedful.confounding(side.responses, side.known, side.options(metric, asked))
    return Confounded(data, json.dumps({"reasons": json.loads(document)}), tables)


class Confounded(Finding):
    """Effects of reasons within segments: see `confounding`."""

    __slots__ = ()

    @property
    def segments(self) -> Any:
        """One row for each reason and segment: `reason`, the columns of `by`, `with`, `without`, `effect`, `lower`,
        `upper`, `reversed`."""
        return self._table(1)


def what_if(
    data: Any,
    change: str | Iterable[str],
    factor: float,
    rating: str | None = None,
    metric: MetricLike = "nps",
    *,
    reasons: Any,
    segments: str | Iterable[str] = (),
    comment: str | None = None,
    minimum_n: int | None = None,
    **options: Unpack[Selection],
) -> WhatIf:
    """What the score would be if some reasons were given `factor` times as often: 0.5 halves them, 0 ends them.

    `change` names the reasons; all `reasons` are as for `drivers`.

    **Assumptions**, which the data cannot check: of the responses with one of the reasons a random part comes to answer
    as those of their segment without any of them do, and nothing else changes. `segments` names columns within which
    responses are alike; one with fewer than `minimum_n` (30) responses as a model borrows those of all.

    Columns of `table`: those of `segments`; `n`, `affected`, `score`, `new_score`, `contribution`, `borrowed`.

    >>> import heedful as hf
    >>> table = {"score": [2, 9, 9, 9] * 100, "why": ["price", None, None, None] * 100}
    >>> found = hf.what_if(table, "price", 0.5, rating="score", reasons="why")
    >>> found.score, found.new_score
    (50.0, 75.0)
    """
    asked = _given(
        reasons=_options.names(change, "change"), factor=factor, segments=_options.names(segments, "segments"), minimum_n=minimum_n
    )
    side = _Side(data, rating, reasons, comment, asked["segments"], options, needs=True)
    document, tables = _heedful.what_if(side.responses, side.known, side.options(metric, asked))
    return WhatIf(data, document, tables)


def explain_change(
    before: Any,
    after: Any,
    rating: str | None = None,
    metric: MetricLike = "nps",
    *,
    by: str | Iterable[str] = (),
    reasons: Any = None,
    before_reasons: Any = None,
    comment: str | None = None,
    minimum_n: int | None = None,
    reference: float | None = None,
    replicates: int | None = None,
    orders: int | None = None,
    seed: int | None = None,
    adjustment: Adjustment | None = None,
    **options: Unpack[Selection],
) -> Explanation:
    """Why a score moved between two tables, in parts that add up to the difference, each with an interval.

    - Segments: `by` names columns from the coarse to the fine (region, then store). The **mix** effect of a segment is its
      share having changed, the **rate** effect its own score having changed; those of the segments within one add up to its
      rate effect. New and vanished segments have a mix effect only.
    - Reasons, as for `drivers`; `before_reasons` where those of the earlier table are not named as in the later one.
    - Customers who stayed, joined and left, where `customer` names a column.

    Columns of `table`: those of `by`; `level`, `finest`, `status` (`continuing`, `new`, `vanished`), `n_before`, `n_after`,
    `share_before`, `share_after`, `before`, `after`; `mix` and `rate`, each with `_lower`, `_upper`, `_p_value`,
    `_p_adjusted`.

    >>> import heedful as hf
    >>> before = {"score": [9] * 60 + [3] * 40, "region": ["north"] * 50 + ["south"] * 50}
    >>> after = {"score": [9] * 40 + [3] * 60, "region": ["north"] * 50 + ["south"] * 50}
    >>> found = hf.explain_change(before, after, rating="score", by="region")
    >>> sum(found.table["mix"]) + sum(found.table["rate"])
    -40.0
    >>> print(found.sentences[0])
    NPS fell by 40.0 points, from 20.0 to -20.0 (95 % interval -65.6 to -12.3).
    """
    asked = _given(
        by=_options.names(by, "by"),
        minimum_n=minimum_n,
        reference=reference,
        replicates=replicates,
        orders=orders,
        seed=seed,
        adjustment=adjustment,
    )
    earlier = reasons if before_reasons is None else before_reasons
    first = _Side(before, rating, earlier, comment, asked["by"], options)
    side = _Side(after, rating, reasons, comment, asked["by"], options)
    document, sentences, tables = _heedful.explain_change(
        (first.responses, first.reasons), (side.responses, side.reasons), side.options(metric, asked)
    )
    return Explanation(after, document, tables, sentences)


def scan(
    data: Any,
    attributes: str | Iterable[str],
    rating: str | None = None,
    metric: MetricLike = "nps",
    *,
    before: Any = None,
    conditions: int | None = None,
    minimum_n: int | None = None,
    level: float | None = None,
    **options: Unpack[Selection],
) -> Scanned:
    """Segments whose score stands out from all others or, with `before`, changed otherwise than it did for all others.

    `attributes` names the columns whose values make the segments: every value, every pair, and third conditions on the
    most promising pairs (`conditions`, 1 to 3; 2 where not given). P-values are corrected for everything that was looked
    at; a segment that a stronger one explains is no finding. `minimum_n` (50) is what a segment needs, `level` (0.05) the
    share of false findings that is borne. Differences of findings are those of winners: expect a little less next time.

    Columns of `table`: `segment` (its conditions in words), `n`, `n_before`, `value`, `rest`, `difference`, `lower`,
    `upper`, `impact` (points), `p_value`, `p_adjusted`.

    >>> import heedful as hf
    >>> score = [3 if i % 4 == 1 and i // 4 % 4 == 2 and i % 3 else [3, 9, 9, 9][i // 16 % 4] for i in range(4000)]
    >>> store = [["Oslo", "Porto", "Riga", "Sofia"][i % 4] for i in range(4000)]
    >>> channel = [["app", "mail", "phone", "web"][i // 4 % 4] for i in range(4000)]
    >>> found = hf.scan({"score": score, "store": store, "channel": channel}, ["store", "channel"], rating="score")
    >>> found.table["segment"]
    ['store is Porto and channel is phone']
    """
    asked = _given(
        attributes=_options.names(attributes, "attributes"), conditions=conditions, minimum_n=minimum_n, level=level
    )
    side = _Side(data, rating, None, None, asked["attributes"], options)
    first = None if before is None else _Side(before, rating, None, None, asked["attributes"], options).responses
    document, sentences, tables = _heedful.scan(side.responses, first, side.options(metric, asked))
    return Scanned(data, document, tables, sentences)


def _given(**options: Any) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def _flags(reasons: Any) -> list[str] | None:
    """The names of several columns of truth values, where that is what reasons are."""
    if isinstance(reasons, (list, tuple)) and reasons and all(isinstance(name, str) for name in reasons):
        return list(reasons)
    return None


class _Side:
    """A table read once, with its roles, its reasons, and the options that all analyses share."""

    def __init__(
        self,
        data: Any,
        rating: str | None,
        reasons: Any,
        comment: str | None,
        columns: list[str],
        options: Mapping[str, object],
        *,
        needs: bool = False,
        more: Any = None,
    ) -> None:
        self.reasons: _heedful.Reasons | None
        self._roles, self._scoring = _options.split(options, Selection)
        self._rating, self._data, self._comment = rating, data, comment
        if comment is not None:
            self._roles["comment"] = comment
        held = isinstance(data, Responses)
        needed = [*_options.names(rating, "rating"), *columns, *self._roles.values()]
        for given in (reasons, more):
            needed += _flags(given) or []
        if rating is None and held:
            needed += [column for role, column in data.roles.items() if role == "rating"]
        if needs and reasons is None:
            raise HeedfulError("invalid-argument", "nothing tells the reasons", "reasons")
        reads = isinstance(reasons, (ReasonMapper, Taxonomy, Mapping))
        if not needed and reasons is not None and not reads and not held:
            # Reasons are all that is asked for: they know how many rows there are.
            self.reasons = self.read(reasons)
            table: object = {"row": [None] * len(self.reasons)}
            self.responses = _heedful.Responses(table, "{}")
            return
        table = _frames.table(data, needed)
        self.responses = _heedful.Responses(table, _options.dumps(self._roles), needed)
        self.reasons = None if reasons is None else self.read(reasons)

    @property
    def known(self) -> _heedful.Reasons:
        """The reasons, which are needed."""
        assert self.reasons is not None
        return self.reasons

    def read(self, reasons: Any) -> _heedful.Reasons:
        """Reasons of whatever tells them."""
        if isinstance(reasons, (Mappings, ReasonMapper, Taxonomy, Mapping)):
            return self.mappings(reasons)._found.mentions()
        flags = _flags(reasons)
        if flags is not None:
            return _heedful.Reasons.of_flags(self.responses, flags)
        if not isinstance(reasons, str):
            return _heedful.Reasons("reasons", _frames.column(reasons))
        if isinstance(self._data, Responses):
            return _heedful.Reasons.of_column(self.responses, reasons)
        return _heedful.Reasons(reasons, _frames.one(self._data, reasons))

    def mappings(self, reasons: Any) -> Mappings:
        """What a mapper finds in the comments, where it is none yet."""
        if isinstance(reasons, Mappings):
            return reasons
        mapper = reasons if isinstance(reasons, ReasonMapper) else ReasonMapper(reasons)
        return mapper.mappings(Responses._of(self.responses), self._comment)

    def options(self, metric: MetricLike, asked: Mapping[str, Any]) -> str:
        """The options of an analysis as JSON."""
        scoring = {"metrics": _options.metrics(self._rating, metric), **self._scoring}
        return _options.dumps({"scoring": scoring, **asked})
