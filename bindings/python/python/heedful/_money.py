"""Money: what is at stake, what a better score is worth, and whether a change pays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from heedful import _heedful, _options
from heedful._why import Finding, _given, _Side

if TYPE_CHECKING:
    from heedful._types import Quantity


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
        at_risk=_options.names(at_risk) or None,
        rates=rates,
        threshold=threshold,
        by=_options.names(by) or None,
        share_reasons=share_reasons or None,
        customer=customer,
        silent=silent,
        confidence=confidence,
    )
    named = [value, churn, band, customer, *_options.names(by)]
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
