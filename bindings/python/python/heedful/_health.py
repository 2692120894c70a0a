"""Customer health: scorecards, the health of accounts, and whether it is worth believing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from heedful import _frames, _heedful, _options
from heedful._errors import HeedfulError
from heedful._times import instant

if TYPE_CHECKING:
    from typing_extensions import Self

    from heedful._types import TimeLike


class Scorecard:
    """How the health of an account is made of measures: data, as a dict or JSON.

    It has `name`, `version`, `groups` of measures with weights, `bands` (red from 0, yellow from 51, green from 76 where
    not given), `hysteresis`, and `alarms`. A measure has an `id` (its column), a `weight`, and `points`: how a raw value
    becomes 0 to 100. Points are one of `{"thresholds": [[from, points], ..]}`, `{"linear": [[value, points], ..]}`,
    `{"logistic": {"middle", "steepness"}}`, `{"percentile": {"within"}}`, `{"decay": {"half_life_days"}}`,
    `{"score": {"worst", "best"}}`, `"milestone"`, `{"categories": {name: points}}`. Further: `better` (`higher` or
    `lower`), `subjective`, `at` and `fresh_days`, `standard_error`, `missing` (`leave_out`, `neutral`, `penalise`,
    `require`) and `effort`.

    >>> import heedful as hf
    >>> card = hf.Scorecard({"name": "small", "groups": [{"id": "use", "measures": [
    ...     {"id": "logins", "points": {"linear": [[0, 0], [20, 100]]}}]}]})
    >>> card.measures
    ['logins']
    """

    def __init__(self, definition: Mapping[str, Any]) -> None:
        self._definition: dict[str, Any] = json.loads(_heedful.scorecard(_options.dumps(definition)))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Reads what `to_json` writes; what is wrong is named with its path."""
        return cls(json.loads(_heedful.scorecard(text)))

    def to_json(self) -> str:
        """The scorecard as JSON."""
        return json.dumps(self._definition)

    def to_dict(self) -> dict[str, Any]:
        """The scorecard as a dict."""
        return json.loads(self.to_json())  # type: ignore[no-any-return]

    @property
    def name(self) -> str:
        """What it is called."""
        return str(self._definition["name"])

    @property
    def version(self) -> str:
        """Which edition of the formula it is."""
        return str(self._definition["version"])

    @property
    def measures(self) -> list[str]:
        """The measures, in order: columns of the table of accounts."""
        return [measure["id"] for group in self._definition["groups"] for measure in group["measures"]]

    def lint(
        self, data: Any = None, now: TimeLike | None = None, *, account: str = "account"
    ) -> list[dict[str, Any]]:
        """What is doubtful about it: each finding has a `code`, the `names` that it is about, and its figure as `value`.

        Codes are `measure_count` (4 to 6 are advised), `subjective` (more than 2 are opinions), `weight_sum` (weights of
        groups that add up neither to 1 nor to 100), with `now` `recent_change` (the formula changed less than six months
        ago; days), and with a table of accounts `correlated` (Pearson's r of 0.8 or more either way, of 10 accounts at
        least) and `never_varies`.

        >>> import heedful as hf
        >>> card = hf.Scorecard({"name": "small", "groups": [{"id": "use", "measures": [
        ...     {"id": "logins", "points": {"linear": [[0, 0], [20, 100]]}}]}]})
        >>> [finding["code"] for finding in card.lint({"account": ["a", "b"], "logins": [7, 7]})]
        ['measure_count', 'never_varies']
        """
        stages = _stages(self)
        columns = [account, *_columns(stages)]
        table = None if data is None else _frames.table(data, columns)
        if data is not None:
            _millis(now, stages)  # an account's measures may look at times
        millis = None if now is None else instant(now, "now")
        return json.loads(_heedful.scorecard_lint(self.to_json(), table, columns, account, millis))  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        return f"Scorecard({self.name!r}, measures={self.measures})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scorecard) and self._definition == other._definition

    __hash__ = None  # type: ignore[assignment]


class Health(NamedTuple):
    """The health of accounts: see `health`."""

    accounts: Any
    """One row for each account."""
    lines: Any
    """One row for each account and measure or alarm: what it adds to the total."""
    state: str
    """What the next look needs to know, as JSON: give it as `previous`. It holds ids and numbers."""
    changes: Any
    """One row for each account and line that changed since the last look, the largest change first."""
    happenings: list[dict[str, Any]]
    """Alarms that fire, and those that no longer do where `previous` is a `Health`: what `Alerts.take` takes."""


class Fitted(NamedTuple):
    """A scorecard learned from outcomes: see `fit_scorecard`."""

    scorecard: Scorecard
    """The scorecard."""
    report: dict[str, Any]
    """How good it is on accounts that were held out: `auc` and `full_auc` (`value`, `standard_error`, `interval`, `n`,
    `events`), `brier`, `calibration_error`, `calibration`; `intercept` and `slope` of the probability
    `1 / (1 + exp(slope * total - intercept))`; `penalty`; `left_out`; `leaks`, columns that separate those who left all but
    perfectly and so may know the outcome."""
    chart: dict[str, Any]
    """The calibration curve as a Vega-Lite chart, data included."""


class Backtested(NamedTuple):
    """Whether health told who would leave: see `backtest`."""

    report: dict[str, Any]
    """`n`, `events`, `auc` (`value`, `standard_error`, `interval`), `brier`, `brier_of_base_rate`, `calibration_error`,
    `calibration`, `stability`, `left_out`, and the tables as lists."""
    bands: Any
    """One row for each band and each decile."""
    measures: Any
    """One row for each measure."""
    charts: dict[str, Any]
    """`calibration` and `lift` as Vega-Lite charts, data included."""


class BandAgreement(NamedTuple):
    """How well a scorecard and account managers agree: see `health_agreement`."""

    report: dict[str, Any]
    """`n`, `same`, `kappa` (`value`, `standard_error`, `interval`, `n`; `None` where both always say one band), `bands`,
    `counts` (rows are the scorecard's bands, columns the managers'), `left_out` (accounts without a band by the scorecard,
    and by the manager)."""
    disputes: Any
    """One row for each account of which they say different things, those furthest apart first."""


def health(
    scorecard: Scorecard | Mapping[str, Any] | Iterable[Mapping[str, Any]],
    data: Any,
    now: TimeLike | None = None,
    previous: str | Health | None = None,
    *,
    account: str = "account",
) -> Health:
    """The health of every account of a table with one row for each, as of `now` (a time without a zone is UTC).

    `scorecard` is one for all, or a list of stages `{"name", "when": [{"column", "test"}], "scorecard"}`: an account in
    two is an error, one in none has no total. `now` is needed where a measure or an alarm looks at times. `previous` is
    the state of the last look, for changes, hysteresis, and alarms that look back.

    Accounts have `account`, `stage`, `total` (0 to 100), `standard_error`, `band`, `band_probability`, `missing`,
    `stale`, `alarms`, `change`, `cause`, `band_before`, `reformulated` (another formula: totals are not compared),
    `improve` (the cheapest single measure to raise into the next band, or to measure where it is left out: then
    `improve_from` is missing), `improve_from`, `improve_to`, `improve_value`; lines have `account`, `name`, `group`, `value`, `points`,
    `weight`, `contribution`, `status`; changes have `account`, `name`, `change`.

    >>> import heedful as hf
    >>> card = {"name": "small", "groups": [
    ...     {"id": "use", "weight": 3, "measures": [{"id": "logins", "points": {"linear": [[0, 0], [20, 100]]}}]},
    ...     {"id": "voice", "measures": [{"id": "nps", "points": {"score": {"worst": -100, "best": 100}}}]}]}
    >>> table = {"account": ["a", "b"], "logins": [12, 4], "nps": [50, None]}
    >>> found = hf.health(card, table)
    >>> found.accounts["total"], found.accounts["band"]
    ([63.75, 20.0], ['yellow', 'red'])
    >>> hf.health(card, {**table, "logins": [20, 4]}, previous=found).accounts["change"]
    [30.0, 0.0]
    """
    stages = _stages(scorecard)
    options = {"account": account, "stages": stages}
    columns = [account, *_columns(stages)]
    before = previous.state if isinstance(previous, Health) else previous
    millis = _millis(now, stages)
    seen = _options.dumps(previous.happenings if isinstance(previous, Health) else [])
    found = _heedful.health(_frames.table(data, columns), columns, _options.dumps(options), millis, before, seen)
    accounts, lines, changes = (_frames.like(data, table) for table in found[:3])
    return Health(accounts, lines, found[3], changes, json.loads(found[4]))


def backtest(
    scorecard: Scorecard | Mapping[str, Any],
    data: Any,
    *,
    outcome: str,
    account: str = "account",
    at: str | None = None,
    now: TimeLike | None = None,
    confidence: float = 0.95,
) -> Backtested:
    """Checks a scorecard against what became of accounts: the table has what was known at a time and the outcome later.

    `outcome` is true, 1 or yes where the account left. With `at`, a column of times, each time is a look of its own that
    knows those before it, an account may be in several, and probabilities are learned from the earlier looks and judged on
    the later ones.

    Bands and deciles have `kind`, `name`, `from`, `to`, `n`, `events`, `rate`, `lower`, `upper`, `lift`; measures have
    `measure`, `n`, `auc`, `lower`, `upper`, `lift` (of the tenth with the fewest points), `cost_of_dropping`, `stability`,
    `leaks` (it separates those who left all but perfectly).

    >>> import heedful as hf
    >>> table = {"account": list(range(200)), "logins": [i % 20 for i in range(200)],
    ...          "left": [(i * 7 % 11) > i % 20 for i in range(200)]}
    >>> card = {"name": "use", "groups": [
    ...     {"id": "use", "measures": [{"id": "logins", "points": {"linear": [[0, 0], [19, 100]]}}]}]}
    >>> found = hf.backtest(card, table, outcome="left")
    >>> found.report["auc"]["value"] > 0.7, found.bands["lift"][0] > 1
    (True, True)
    """
    card = _card(scorecard)
    stages = [{"name": "all", "scorecard": card}]
    options = {"account": account, "scorecard": card, "outcome": outcome, "at": at, "confidence": confidence}
    columns = _frames.distinct([account, outcome, *([at] if at else []), *_columns(stages)])
    millis = 0 if at else _millis(now, stages)
    report, charts, bands, measures = _heedful.health_backtest(
        _frames.table(data, columns), columns, _options.dumps(options), millis
    )
    tables = _frames.like(data, bands), _frames.like(data, measures)
    return Backtested(json.loads(report), *tables, json.loads(charts))


def health_agreement(
    scorecard: Scorecard | Mapping[str, Any],
    data: Any,
    *,
    manager: str,
    account: str = "account",
    weights: Literal["linear", "quadratic", "nominal"] = "linear",
    now: TimeLike | None = None,
    confidence: float = 0.95,
) -> BandAgreement:
    """Compares the bands of a scorecard with those that account managers put their accounts into, before there are
    outcomes to check it against.

    `manager` is the column of the manager's band. The agreement is Cohen's kappa, 1 for always and 0 for as often as by
    chance, in which two bands disagree by the steps between them (`linear`), by their square (`quadratic`), or all alike
    (`nominal`). Disputes have `account`, `total`, `band`, `manager` and `steps` (how many bands the manager sees it higher).

    >>> import heedful as hf
    >>> card = {"name": "use", "groups": [
    ...     {"id": "use", "measures": [{"id": "logins", "points": {"linear": [[0, 0], [20, 100]]}}]}]}
    >>> table = {"account": ["a", "b", "c", "d"], "logins": [1, 12, 18, 19], "manager": ["red", "yellow", "green", "red"]}
    >>> found = hf.health_agreement(card, table, manager="manager")
    >>> found.report["same"], found.disputes["account"], found.disputes["steps"]
    (3, ['d'], [-2])
    """
    card = _card(scorecard)
    stages = [{"name": "all", "scorecard": card}]
    options = {"account": account, "scorecard": card, "manager": manager, "weights": weights, "confidence": confidence}
    columns = _frames.distinct([account, manager, *_columns(stages)])
    report, disputes = _heedful.health_agreement(
        _frames.table(data, columns), columns, _options.dumps(options), _millis(now, stages)
    )
    found = json.loads(report)
    del found["disputes"]
    return BandAgreement(found, _frames.like(data, disputes))


def fit_scorecard(
    data: Any,
    *,
    outcome: str,
    measures: Iterable[str],
    most: int = 6,
    better: Mapping[str, Literal["higher", "lower"]] | None = None,
    groups: Mapping[str, str] | None = None,
    folds: int = 5,
    non_negative: bool = False,
    seed: int = 0,
    confidence: float = 0.95,
) -> Fitted:
    """Learns a readable scorecard of at most `most` measures from what became of accounts.

    Numbers become points along a line, or a curve that never turns where it forecasts better (its direction is learned, or
    said in `better`), categories one by one; weights come from a penalised logistic regression. A measure that forecasts
    the other way round beside the others has its points turned over, unless `better` says its direction; with
    `non_negative` it is left out.
    The figures are of accounts that were held out in a cross-validation of `folds` parts. Measures are dropped one by one
    until `most` are left: with 300 accounts 64 take about a second, 128 about 5.

    >>> import heedful as hf
    >>> table = {"logins": [i % 20 for i in range(400)], "colour": [["red", "blue"][i // 3 % 2] for i in range(400)],
    ...          "left": [(i * 7 % 11) > i % 20 for i in range(400)]}
    >>> fitted = hf.fit_scorecard(table, outcome="left", measures=["logins", "colour"], most=1)
    >>> fitted.scorecard.measures, fitted.report["auc"]["value"] > 0.7
    (['logins'], True)
    """
    chosen = _options.names(measures, "measures")
    options = {
        "outcome": outcome,
        "measures": chosen,
        "most": most,
        "better": _options.mapping(better or {}, "better"),
        "groups": _options.mapping(groups or {}, "groups"),
        "folds": folds,
        "non_negative": non_negative,
        "seed": seed,
        "confidence": confidence,
    }
    columns = _frames.distinct([outcome, *chosen])
    found, chart = _heedful.fit_scorecard(_frames.table(data, columns), columns, _options.dumps(options))
    report = json.loads(found)
    return Fitted(Scorecard(report.pop("scorecard")), report, json.loads(chart))


def _card(scorecard: Scorecard | Mapping[str, Any]) -> dict[str, Any]:
    given = scorecard if isinstance(scorecard, Scorecard) else Scorecard(scorecard)
    return given.to_dict()


def _stages(scorecard: Scorecard | Mapping[str, Any] | Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    if isinstance(scorecard, (Scorecard, Mapping)):
        card = _card(scorecard)
        return [{"name": card["name"], "scorecard": card}]
    found = []
    for place, stage in enumerate(_options.several(scorecard, "scorecard")):
        if "scorecard" not in _options.mapping(stage, f"stages[{place}]"):
            raise HeedfulError("invalid-config", "missing field `scorecard`", f"stages[{place}]")
        found.append({**stage, "scorecard": _card(stage["scorecard"])})
    return found


def _columns(stages: list[dict[str, Any]]) -> list[str]:
    """The columns that scorecards and their conditions name."""
    found: list[str | None] = []
    for stage in stages:
        card = stage["scorecard"]
        for measure in (measure for group in card["groups"] for measure in group["measures"]):
            points = measure["points"]
            percentile = points.get("percentile", {}) if isinstance(points, dict) else {}
            found += [measure["id"], measure.get("at"), measure.get("standard_error"), percentile.get("within")]
        conditions = [*stage.get("when", ()), *(one for alarm in card.get("alarms", ()) for one in alarm["when"])]
        # What is wrong with a condition the core says, with its place.
        found += [condition.get("column") for condition in conditions]
    return list(dict.fromkeys(name for name in found if name is not None))


def _looks_at_times(stages: list[dict[str, Any]]) -> bool:
    text = json.dumps(stages)
    return any(f'"{word}"' in text for word in ("decay", "fresh_days", "older_than_days"))


def _millis(now: TimeLike | None, stages: list[dict[str, Any]]) -> int:
    if now is None:
        if _looks_at_times(stages):
            raise HeedfulError("invalid-argument", "the scorecard looks at times: say what time it is", "now")
        return 0
    return instant(now)
