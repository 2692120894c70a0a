"""Behaviour as a sign: what customers do, where nobody asked them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from heedful import _frames, _heedful, _options
from heedful._times import instant

if TYPE_CHECKING:
    from heedful._types import TimeLike


class Behaviour(NamedTuple):
    """What customers do: see `behaviour`."""

    customers: Any
    """One row for each customer, in the order of their keys."""
    report: dict[str, Any]
    """`model` (`r`, `alpha`, `a`, `b`; `None` where fewer than 10 customers bought more than once), `fit`
    (`standard_errors`, `log_likelihood`, `customers`, `repeaters`; `None` where a model was given), `typical_gap_days`, and
    `left_out`: events with `no_customer`, `no_time`, and those `later` than now."""


class Repurchase(NamedTuple):
    """Forecasts of purchases: see `repurchase`."""

    forecasts: Any
    """One row for each row of the table."""
    report: dict[str, Any]
    """`model` and `fit`, as those of `behaviour`."""


def behaviour(
    data: Any,
    *,
    customer: str,
    at: str,
    amount: str | None = None,
    now: TimeLike | None = None,
    time_zone: str | None = None,
    horizon_days: float = 90,
    model: Mapping[str, float] | None = None,
    fanatic_share: float = 0.2,
    sceptic_below: float = 0.5,
) -> Behaviour:
    """Recency, frequency and value of each customer from a table with one row for each event (a purchase, a visit), and
    what they say of the next, as of the day of `now` (that of the last event where not given; later events are not
    looked at).

    Events of one customer on one day are one purchase. A BG/NBD model (Fader, Hardie and Lee 2005) is fitted to all
    customers, or given as the `model` of an earlier report. Customers have `purchases` (frequency), `days_since_last`
    (recency), `days_known`, `value` (mean amount of a purchase), `total`, `alive` (probability to be still active),
    `expected` (purchases within `horizon_days`), `returns` (probability of at least one), `cycle_days` (days from one
    purchase to the next, while active), `overdue` (probability that such a customer, if active, would have bought again by
    now) and `group`. Who bought once only counts as active; who buys as regularly as a subscription renews is overdue
    sooner than this says.

    A `sceptic` has `alive` below `sceptic_below`, or never came back although known for longer than the
    `typical_gap_days` of those who did; a `fanatic` is among the `fanatic_share` of the others expected to buy most often;
    the rest are `regular`. Who is too new to tell has no group.

    >>> import datetime
    >>> import heedful as hf
    >>> start = datetime.date(2026, 1, 1)
    >>> visits = [(who, start + datetime.timedelta(days=who + 7 * i))
    ...           for who in range(40) for i in range(20 if who % 4 == 0 else 1 + who % 2)]
    >>> events = {"customer": [who for who, _ in visits], "day": [day for _, day in visits]}
    >>> found = hf.behaviour(events, customer="customer", at="day", now=datetime.date(2026, 6, 20))
    >>> [found.customers[name][36] for name in ("purchases", "group")]
    [20, 'fanatic']
    """
    options: dict[str, Any] = {"customer": customer, "at": at, "horizon_days": horizon_days}
    options |= {"fanatic_share": fanatic_share, "sceptic_below": sceptic_below}
    given = {"amount": amount, "time_zone": time_zone, "model": model}
    options |= {name: value for name, value in given.items() if value is not None}
    columns = _frames.distinct([customer, at, *([amount] if amount else [])])
    millis = None if now is None else instant(now)
    report, customers = _heedful.behaviour(
        _frames.table(data, columns), columns, _options.dumps({"at": at}), _options.dumps(options), millis
    )
    return Behaviour(_frames.like(data, customers), json.loads(report))


def repurchase(
    data: Any,
    *,
    purchases: str = "purchases",
    days_since_last: str = "days_since_last",
    days_known: str = "days_known",
    horizon_days: float = 90,
    model: Mapping[str, float] | None = None,
) -> Repurchase:
    """What the next purchases will be of customers whose history is counted already: a table with one row for each.

    `purchases` is the column of days on which something was bought, the first included (where a model has x, it is one
    more), `days_since_last` and `days_known` those of days since the last and since the first (T; t_x is the difference).
    Forecasts have `alive`, `expected`, `returns`, `cycle_days` and `overdue`: see `behaviour`.

    >>> import heedful as hf
    >>> table = {"purchases": [1, 11], "days_since_last": [110, 40], "days_known": [110, 110]}
    >>> model = {"r": 0.25, "alpha": 33.5, "a": 0.72, "b": 2.16}
    >>> found = hf.repurchase(table, model=model)
    >>> [round(overdue, 2) for overdue in found.forecasts["overdue"]]
    [0.3, 0.96]
    """
    columns = [purchases, days_since_last, days_known]
    options: dict[str, Any] = dict(zip(("purchases", "days_since_last", "days_known"), columns))
    options |= {"horizon_days": horizon_days} | ({} if model is None else {"model": _options.mapping(model, "model")})
    report, forecasts = _heedful.repurchase(_frames.table(data, columns), columns, _options.dumps(options))
    return Repurchase(_frames.like(data, forecasts), json.loads(report))
