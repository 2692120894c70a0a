"""Money: what is at stake, what a better score is worth, and whether a change pays."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from heedful import _heedful, _options
from heedful._errors import HeedfulError
from heedful._times import instant
from heedful._why import Finding, _given, _Side

if TYPE_CHECKING:
    from heedful._types import Adjustment, DayLike, MetricLike, Quantity


class ValueAtRisk(Finding):
    """What customers at risk are worth, and what of it is likely to be lost: see `value_at_risk`."""

    __slots__ = ()

    @property
    def exposure(self) -> float:
        """What all customers at risk are worth."""
        return float(self._all["exposure"])

    @property
    def expected_loss(self) -> float | None:
        """Value times probability of leaving, of all customers at risk; `None` where no probability is known."""
        loss: float | None = self._all["expected_loss"]
        return loss

    @property
    def _all(self) -> dict[str, Any]:
        row: dict[str, Any] = self._document["rows"][0]
        return row

    def _lines(self) -> list[str]:
        known = self._all
        lines = [f"exposure {known['exposure']:,.0f} of {known['value']:,.0f}, {known['at_risk']} of {known['customers']} customers"]
        if known["expected_loss"] is not None:
            lines.append(f"expected loss {known['expected_loss']:,.0f}")
        if known["silent_exposure"] is not None:
            lines.append(f"silent customers, stated as {self._document['silent']:g} for each: {known['silent_exposure']:,.0f} more")
        return lines


class BusinessCase(Finding):
    """Whether a change pays: see `business_case`."""

    __slots__ = ()

    @property
    def expected_return(self) -> float:
        """Mean of savings and gains less cost, in money of today."""
        return float(self._document["expected_return"])

    @property
    def chance_of_loss(self) -> float:
        """Probability that the return is below 0."""
        return float(self._document["chance_of_loss"])

    @property
    def payback_months(self) -> float | None:
        """Median of the months until cost is paid back; `None` where that is as likely as not never to happen."""
        months: float | None = self._document["payback_months"]
        return months

    @property
    def tornado(self) -> Any:
        """What matters: one row for each input that is not known exactly, from the widest swing down.

        Columns: `input`, `low`, `high` (its 10th and 90th percentile), `return_at_low`, `return_at_high` (all others at
        their means), `swing`, `importance` (its share of what varies).
        """
        return self._table(1)

    def _lines(self) -> list[str]:
        months = self.payback_months
        paid = "not paid back" if months is None else f"paid back after {months:.0f} months"
        return [
            f"expected return {self.expected_return:,.0f}, chance of loss {100 * self.chance_of_loss:.1f} %, {paid}",
            *(f"{line['name']}: {line['mean']:,.0f}" for line in self._document["lines"]),
        ]


class Linkage(Finding):
    """How a score is linked to what customers do later: see `linkage`."""

    __slots__ = ()

    @property
    def links(self) -> dict[str, dict[str, Any]]:
        """By outcome: `basis` (`data`, `assumption` or `nothing`), `lag`, `slope`, `standard_error`, `interval`,
        `p_adjusted`, `told`, `money`, `money_interval`, `assumed`, and `quantity`: the slope as `business_case` takes it."""
        return {link["outcome"]: link for link in self.to_dict()["links"]}

    @property
    def lags(self) -> Any:
        """Every lag of every outcome: `outcome`, `lag`, `n`, `units`, `events`, `slope`, `standard_error`, `lower`, `upper`,
        `p_value`, `p_adjusted`, `thin`."""
        return self._table(1)

    @property
    def bands(self) -> Any:
        """Every band of every outcome: `outcome`, `band`, `n`, `events`, `rate`, `lower`, `upper`, `lift`."""
        return self._table(2)

    def _lines(self) -> list[str]:
        def line(link: dict[str, Any]) -> str:
            if link["slope"] is None:
                return f"{link['outcome']}: not known, the data are thin and nothing is assumed"
            after = "" if link["lag"] is None else f" after {link['lag']} months"
            return f"{link['outcome']}: {link['slope']:+.3g} for a point of the score{after}, from {_BASIS[link['basis']]}"

        return [line(link) for link in self._document["links"]]


_BASIS = {"data": "the data", "assumption": "a stated assumption"}


class AvoidableContacts(Finding):
    """What contacts cost that nobody would have needed: see `avoidable_contacts`."""

    __slots__ = ()

    @property
    def failure_cost(self) -> float:
        """What all failures cost."""
        return float(self._document["rows"][0]["failure_cost"])

    @property
    def saved(self) -> dict[str, Any] | None:
        """What all failures cost in a year as `business_case` takes it; `None` without `days`."""
        quantity: dict[str, Any] | None = self.to_dict()["rows"][0]["quantity"]
        return quantity

    def _lines(self) -> list[str]:
        known = self._document["rows"][0]
        return [f"{known['failures']} of {known['contacts']} contacts would not have been needed: {known['failure_cost']:,.0f}"]


class Initiative(Finding):
    """Whom a change concerns, what it did, and whom to tell: see `initiative`."""

    __slots__ = ()

    @property
    def effect(self) -> dict[str, Any] | None:
        """`value`, `standard_error`, `interval`, `p_value`, `n`, `customers`; `None` where no outcome is named."""
        found: dict[str, Any] | None = self.to_dict()["effect"]
        return found

    @property
    def check(self) -> dict[str, Any] | None:
        """The same before the start, where there is nothing to find."""
        found: dict[str, Any] | None = self.to_dict()["check"]
        return found

    @property
    def affected(self) -> int:
        """Customers who gave one of its reasons before the start."""
        return int(self._document["affected"])

    @property
    def tell(self) -> Any:
        """Whom to tell what changed because of them: `customer`, `row`, `responses`, `reasons`."""
        return self._table(1)

    @property
    def cells(self) -> Any:
        """The means behind the effect: `treated`, `after`, `n`, `mean`."""
        return self._table(2)

    def _lines(self) -> list[str]:
        known = self._document
        lines = [f"{known['affected']} customers affected, {len(known['tell'])} to tell, {known['withheld']} not to be contacted"]
        if known["effect"] is not None:
            lower, upper = (known["effect"]["interval"][end] for end in ("lower", "upper"))
            lines.append(f"effect {known['effect']['value']:+.3g} ({lower:.3g} to {upper:.3g})")
        return lines


def value_at_risk(
    data: Any,
    value: str,
    *,
    churn: str | None = None,
    band: str | None = None,
    at_risk: str | Iterable[str] = (),
    rates: Mapping[str, float | Mapping[str, int]] | None = None,
    threshold: float | None = None,
    by: str | Iterable[str] = (),
    reasons: Any = None,
    comment: str | None = None,
    share_reasons: bool = False,
    customer: str | None = None,
    silent: float | None = None,
    confidence: float | None = None,
) -> ValueAtRisk:
    """The value of customers at risk (exposure) and what of it is likely to be lost (expected loss), apart.

    The table has a row for each customer: `value` names the column of what it is worth in a year. Who is at risk: those
    whose probability in the column `churn` is at least `threshold` (0.5), or those whose `band` is one of `at_risk`. The
    probability is that of `churn`, or that of the band in `rates`: a number, or `{"events": 30, "n": 400}` as it was
    counted, whose uncertainty then counts. `by` names the columns of segments, `reasons` are as for `drivers`; a customer
    with several reasons counts in full with each, or with `share_reasons` in equal parts, which add up. `customer` names
    the id: one that is there twice is an error.

    `silent` states how many silent customers feel the same for each one at risk: what they add is shown apart, in
    `silent_exposure` and `silent_loss`.

    Columns of `table`: `kind` (`all`, `segment`, `reason`, `segment_reason`), those of `by`, `reason`, `customers`, `value`,
    `at_risk`, `exposure` with `exposure_lower` and `exposure_upper`, `expected_loss` with `loss_lower` and `loss_upper`
    (intervals: as many other such customers), `churn`, `outcome_lower` and `outcome_upper` (what the loss of these
    customers may come to), `silent_exposure`, `silent_loss`.

    >>> import heedful as hf
    >>> table = {"revenue": [1000, 400, 250, 600], "p": [0.5, 0.1, 0.8, 0.6], "plan": ["pro", "pro", "free", "pro"]}
    >>> found = hf.value_at_risk(table, "revenue", churn="p", by="plan", silent=3)
    >>> found.exposure, found.expected_loss
    (1850.0, 1060.0)
    >>> found.table["exposure"], found.table["silent_exposure"]
    ([1850.0, 250.0, 1600.0], [5550.0, 750.0, 4800.0])
    """
    asked = _given(
        value=value,
        churn=churn,
        band=band,
        at_risk=_options.names(at_risk, "at_risk") or None,
        rates=rates,
        threshold=threshold,
        by=_options.names(by, "by") or None,
        share_reasons=share_reasons or None,
        customer=customer,
        silent=silent,
        confidence=confidence,
    )
    named = [value, churn, band, customer, *_options.names(by, "by")]
    side = _Side(data, None, reasons, comment, [name for name in named if name is not None], {})
    document, tables = _heedful.value_at_risk(side.responses, side.reasons, _options.dumps(asked))
    return ValueAtRisk(data, document, tables)


def business_case(
    cost: Quantity,
    *,
    running_cost: Quantity | None = None,
    saved: Quantity | None = None,
    effect: Quantity | None = None,
    driver_to_score: Quantity | None = None,
    score_to_behaviour: Quantity | None = None,
    behaviour_to_money: Quantity | None = None,
    months: int | None = None,
    delay_months: int | None = None,
    discount: float | None = None,
    loss_aversion: float | None = None,
    draws: int | None = None,
    seed: int | None = None,
    confidence: float | None = None,
) -> BusinessCase:
    """Whether a change pays, by simulation.

    A year's gain is `effect` (on a driver) times `driver_to_score` times `score_to_behaviour` times
    `behaviour_to_money`; `saved` is what a year saves without any customer changing. Cost is spent at once, `running_cost`
    each year; gains and savings begin after `delay_months` (0) and last to the end of `months` (36), discounted by the
    yearly rate `discount` (0).

    Each is a number or a distribution by name: `{"normal": {"mean", "sd"}}`, `{"uniform": {"low", "high"}}`,
    `{"triangular": {"low", "mode", "high"}}`, `{"pert": {"low", "mode", "high"}}`, `{"lognormal": {"mean", "sd"}}`,
    `{"beta": {"a", "b"}}`. They are drawn independently of each other.

    With `loss_aversion` (2 is usual) a gain below 0 counts that many times: a failed expectation costs about twice what
    delight earns. The return without it is in `to_dict()`.

    Rows of `table`: `cost_saved`, `revenue_gained`, `cost`, `return`, each with `mean`, `sd`, `lower`, `upper` over the
    `draws` (10,000).

    >>> import heedful as hf
    >>> case = hf.business_case(100_000, effect={"normal": {"mean": 0.4, "sd": 0.1}}, driver_to_score=8,
    ...     score_to_behaviour=-0.1, behaviour_to_money=-200_000, saved=10_000, months=24)
    >>> abs(case.expected_return - 48_000) < 2_000, abs(case.chance_of_loss - 0.067) < 0.01
    (True, True)
    >>> case.tornado["input"]
    ['effect']
    """
    asked = _given(
        cost=cost,
        running_cost=running_cost,
        saved=saved,
        effect=effect,
        driver_to_score=driver_to_score,
        score_to_behaviour=score_to_behaviour,
        behaviour_to_money=behaviour_to_money,
        months=months,
        delay_months=delay_months,
        discount=discount,
        loss_aversion=loss_aversion,
        draws=draws,
        seed=seed,
        confidence=confidence,
    )
    document, tables = _heedful.business_case(_options.dumps(asked))
    return BusinessCase({}, document, tables)


def linkage(
    data: Any,
    score: str,
    outcomes: str | Iterable[str],
    *,
    unit: str | None = None,
    at: str | None = None,
    lags: tuple[int, int] | None = None,
    controls: str | Iterable[str] = (),
    band: str | None = None,
    metric: MetricLike | None = None,
    worth: Mapping[str, float] | None = None,
    assumed: Mapping[str, Mapping[str, Any]] | None = None,
    minimum_n: int | None = None,
    minimum_units: int | None = None,
    adjustment: Adjustment | None = None,
    confidence: float | None = None,
) -> Linkage:
    """How a score is linked to churn, upsell or referral some months later: from data, or from an assumption, never both.

    `outcomes` name columns of a yes or no (which counts as 100 and 0) or a number. With `unit` (the customer or account)
    and `at` (the month) each outcome is regressed on the score of `lags` months before, 3 to 11 where not given, with
    `controls` as they were then; standard errors are between units, p-values are corrected for the lags that were looked
    at (Holm), and intervals hold for all of them at once. Without `at` a row has the score and what came later. A slope is
    no proof of a cause.

    Where data are thin (`minimum_n` 100 pairs, `minimum_units` 30, ten events for each coefficient) what is `assumed`
    stands in: `{"churned": {"score": 10, "change": -1}}` says that ten points of the score bring a point of churn less,
    with `"range": [-2, -0.5]` where it may lie between two. `worth` is what a point of the outcome is worth in a year:
    `{"churned": -2_000_000}`. The result says for each outcome which of the two it rests on.

    `band` names the column of bands, or `metric` says which bands the score has: `bands` then has the share of each whose
    outcome came, with Wilson's interval. With `at` each unit counts once, with its first band, for the lags after it, where
    the table reaches as far.

    Columns of `table`: `outcome`, `basis`, `lag`, `slope`, `standard_error`, `lower`, `upper`, `p_adjusted`, `told`,
    `money`, `money_lower`, `money_upper`, `assumed`.

    >>> import heedful as hf
    >>> table = {"nps": [9, 3, 10, 6], "left": [False, True, False, False]}
    >>> found = hf.linkage(table, "nps", "left", metric="nps", worth={"left": -2_000_000},
    ...     assumed={"left": {"score": 10, "change": -1}})
    >>> found
    Linkage of 1 rows
    left: -0.1 for a point of the score, from a stated assumption
    >>> found.links["left"]["money"], found.bands["rate"]
    (200000.0, [0.5, 0.0])
    """
    named = _options.names(outcomes, "outcomes")
    for name, given in (("worth", worth or {}), ("assumed", assumed or {})):
        unknown = next((key for key in _options.mapping(given, name) if key not in named), None)
        if unknown is not None:
            raise HeedfulError("unknown-name", f"there is no outcome `{unknown}`", name)
    asked = _given(
        score=score,
        outcomes=[_given(column=name, worth=(worth or {}).get(name), assumed=(assumed or {}).get(name)) for name in named],
        unit=unit,
        at=at,
        lags=lags,
        controls=_options.names(controls, "controls") or None,
        band=band,
        metric=None if metric is None else _options.metric(metric),
        minimum_n=minimum_n,
        minimum_units=minimum_units,
        adjustment=adjustment,
        confidence=confidence,
    )
    columns = [name for name in (score, *named, unit, at, *_options.names(controls, "controls"), band) if name is not None]
    side = _Side(data, None, None, None, columns, {})
    document, tables = _heedful.linkage(side.responses, _options.dumps(asked))
    return Linkage(data, document, tables)


def avoidable_contacts(
    data: Any,
    cost: float | str,
    *,
    failure: str | None = None,
    failure_reasons: str | Iterable[str] = (),
    reasons: Any = None,
    comment: str | None = None,
    share_reasons: bool = False,
    days: float | None = None,
    confidence: float | None = None,
) -> AvoidableContacts:
    """What contacts cost that nobody would have needed (failure demand), by reason.

    The table has a row for each contact; `cost` is what each costs, or names the column that says it. Failures are those
    where the column `failure` is true, or those with one of `failure_reasons`. `reasons` are as for `drivers`; a contact
    with several counts in full with each, or with `share_reasons` in equal parts, which add up. `days` is how long the
    table covers, for a year's cost: what can be `saved` in `business_case`, which lists it before revenue.

    Columns of `table`: `kind` (`all`, `reason`), `reason`, `contacts`, `cost`, `failures`, `share` with `share_lower` and
    `share_upper`, `failure_cost` with `lower` and `upper` (as another such time would cost), `yearly`, `yearly_lower`,
    `yearly_upper`. The dearest failures come first.

    >>> import heedful as hf
    >>> table = {"why": ["where is my order", "wrong bill", "new address", "wrong bill"]}
    >>> found = hf.avoidable_contacts(table, 6, reasons="why", failure_reasons=["where is my order", "wrong bill"], days=30)
    >>> found.failure_cost, found.table["reason"][1], found.table["failure_cost"][1]
    (18.0, 'wrong bill', 12.0)
    """
    column = cost if isinstance(cost, str) else None
    asked = _given(
        cost=None if column else cost,
        cost_column=column,
        failure=failure,
        failure_reasons=_options.names(failure_reasons, "failure_reasons") or None,
        share_reasons=share_reasons or None,
        days=days,
        confidence=confidence,
    )
    side = _Side(data, None, reasons, comment, [name for name in (column, failure) if name is not None], {})
    document, tables = _heedful.avoidable_contacts(side.responses, side.reasons, _options.dumps(asked))
    return AvoidableContacts(data, document, tables)


def initiative(
    data: Any,
    name: str,
    *,
    reasons: Any = None,
    target: str | Iterable[str] = (),
    comment: str | None = None,
    effort: float | None = None,
    start: DayLike | float | None = None,
    at: str | None = None,
    customer: str | None = None,
    do_not_contact: str | None = None,
    outcome: str | None = None,
    treated: str | None = None,
    method: Literal["randomised", "difference_in_differences"] | None = None,
    controls: str | Iterable[str] = (),
    confidence: float | None = None,
) -> Initiative:
    """A change meant for everybody: whom it concerns, what it did, and whom to tell what changed because of them.

    The table has a row for each response. `target` are the reasons that the change is to do away with, `reasons` tell those
    of each response as for `drivers`; a target that is not among them is an error. It concerns customers who gave one of
    them before the `start` (a time, or a number where `at` holds numbers). Those for whom the column `do_not_contact` is
    true in any row are counted but not in `tell`.

    `outcome` is what it is to change (a number, or a yes or no as 100 and 0) and `treated` is true where it reached. By
    `difference_in_differences` (where not given) the treated's change is compared with the others' change, by
    `randomised` the treated with the others from the start on, with `controls`; standard errors are between customers.
    `check` is the same before the start, where there is nothing to find.

    Rows of `table`: `effect` and `check` in `what`, with `value`, `standard_error`, `lower`, `upper`, `p_value`, `n`,
    `customers`.

    >>> import heedful as hf
    >>> table = {"who": ["ada", "bob", "cem"], "month": [1, 2, 2], "why": ["wait", "wait", "price"], "never": [0, 1, 0]}
    >>> found = hf.initiative(table, "more staff at noon", reasons="why", target="wait", at="month", start=3,
    ...     customer="who", do_not_contact="never")
    >>> found.affected, found.tell["customer"]
    (2, ['ada'])
    """
    asked = _given(
        name=name,
        target=_options.names(target, "target") or None,
        effort=effort,
        start=instant(start, "start") if isinstance(start, (datetime.date, str)) else start,
        at=at,
        customer=customer,
        do_not_contact=do_not_contact,
        outcome=outcome,
        treated=treated,
        method=method,
        controls=_options.names(controls, "controls") or None,
        confidence=confidence,
    )
    named = (at, customer, do_not_contact, outcome, treated, *_options.names(controls, "controls"))
    side = _Side(data, None, reasons, comment, [column for column in named if column is not None], {})
    document, tables = _heedful.initiative(side.responses, side.reasons, _options.dumps(asked))
    return Initiative(data, document, tables)
