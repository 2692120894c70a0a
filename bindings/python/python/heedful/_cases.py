"""Cases: who owes a customer a reaction, by when, and what came of it."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from heedful import _frames, _heedful, _options
from heedful._errors import HeedfulError
from heedful._reason import Mappings
from heedful._table import Table
from heedful._times import instant, of_instant

if TYPE_CHECKING:
    from typing_extensions import Self

    from heedful._types import TimeLike


class BusinessCalendar:
    """When people work: a `zone`, `hours` by weekday, `holidays`; Monday to Friday from 9 to 17 in UTC where not given.

    Spans are written on the clock, `[["09:00", "12:00"], ["13:00", "17:00"]]`; one to `00:00` ends at midnight. It is
    business time when the clock there shows working hours, whatever is done to clocks in spring and autumn. Times are
    datetimes, ISO 8601, or milliseconds since 1970 (without a zone they count as UTC), and come back as datetimes in UTC.

    >>> import heedful as hf
    >>> calendar = hf.BusinessCalendar({"zone": "Europe/Copenhagen", "holidays": ["2026-01-06"]})
    >>> calendar.add_hours("2026-01-05T15:00:00Z", 2).isoformat()  # an hour on Monday, one on Wednesday
    '2026-01-07T09:00:00+00:00'
    >>> calendar.hours_between("2026-01-05T15:00:00Z", "2026-01-07T09:00:00Z")
    2.0
    """

    __slots__ = ("_data",)
    _data: _heedful.BusinessCalendar

    def __init__(self, calendar: Mapping[str, Any] | str | None = None) -> None:
        self._data = _heedful.BusinessCalendar(_document(calendar))

    def to_dict(self) -> dict[str, Any]:
        """Zone, hours and holidays."""
        return json.loads(self._data.to_json())  # type: ignore[no-any-return]

    def is_open(self, at: TimeLike) -> bool:
        """Whether it is business time."""
        return self._data.is_open(instant(at, "at"))

    def next_opening(self, at: TimeLike) -> datetime.datetime:
        """The first business time from then on."""
        return of_instant(self._data.next_opening(instant(at, "at")))

    def add_hours(self, at: TimeLike, hours: float) -> datetime.datetime:
        """The first time at which so many business hours have gone by."""
        return of_instant(self._data.add_hours(instant(at, "at"), hours))

    def add_days(self, at: TimeLike, days: int) -> datetime.datetime:
        """So many business days later at the same time on the clock, or the last working time of that day before it.
        From outside of business time it counts from the next opening."""
        return of_instant(self._data.add_days(instant(at, "at"), _options.whole(days, "days")))

    def hours_between(self, start: TimeLike, end: TimeLike) -> float:
        """Business hours between two times; negative where the second is the earlier."""
        return self._data.hours_between(instant(start, "start"), instant(end, "end"))


class Queued(NamedTuple):
    """Cases in the order in which they are worked on: see `Desk.queue`."""

    order: Table
    """One row for each case: `case`, `priority`, `due`, `saved` (what a reaction now is expected to save), `per_hour`,
    `effort`, `done` (whether the hours suffice for it)."""
    report: dict[str, Any]
    """`used` hours, what they are expected to have `saved`, how many cases are `undone` and what that is expected to cost
    (`undone_cost`), the `most` that any choice could save, `unknown` (cases without money), `without_contact`,
    `waiting`."""


class CaseOutcomes(NamedTuple):
    """What came of cases: see `Desk.outcomes`."""

    report: dict[str, Any]
    """Counts (`cases`, `open`, `overdue`, `outcomes`, `without_contact`, `reopened`); `recovery`, `replied_in_time` and
    `closed_in_time` as `n`, `count` and `rate` (`value`, Wilson `interval`); `reply_hours` (median) and `reply_hours_90`;
    `lift` from the first rating to the later one (`n`, `value`, t `interval`)."""
    groups: Table
    """One row for each reason, speed, remedy, tier, value tier, touchpoint, segment, owner and role: `by`, `name`,
    `cases`, `n`, `recovered`, `rate`, `lower`, `upper`, `reply_hours`, `lift_n`, `lift`, `lift_lower`, `lift_upper`."""


class Desk:
    """Cases under one policy, which is data (a dict or JSON, as `docs/schemas/case_policy.json` says):

    - `calendar`: when people work, as for `BusinessCalendar`;
    - `tiers` of ratings, `[{"name": "0-2", "from": 0, "to": 2}, ..]`, and `values`, tiers of what customers are worth,
      `[{"name": "A", "from": 50000}, ..]`; `priority` crosses them, `{"A": {"0-2": 1, ..}, ..}`, 1 the most urgent;
    - `priority_by_severity`: the priority that cases of alerts at least this severe have at least, `{"high": 2, "critical": 1}`;
      `{"critical": 1}` where not given;
    - `opens`: which responses open a case (any rating in a tier where not given), a list of conditions with `reasons`,
      `segments`, `values`, `touchpoints` and `tiers`;
    - `routes`: who gets a case, `[{"name", "when": {..}, "to": {"role": ..} or {"owner": ..}, "contact": false}, ..]`, the
      first that fits, else `fallback`. Customers who asked not to be contacted only take routes without contact, else
      `fallback_without_contact`;
    - `due`: by when, `[{"when", "reply", "close"}, ..]`, each `"at_once"`, `"next_interaction"`, `{"business_hours": 4}` or
      `{"business_days": 2}`; a reply within two business days where no rule fits;
    - `reminders` (business hours before) and `escalations` (`[{"after_hours": 4, "to": {..}}, ..]`).

    Effects (who is to be told what) are a table of `case`, `kind` (`assigned`, `reminder`, `escalation`, `resumed`),
    `owner`, `role`, `duty`, `step` and `due`. Times of results are milliseconds since 1970 in UTC.

    >>> import heedful as hf
    >>> desk = hf.Desk({"routes": [{"name": "prices", "when": {"reasons": ["price"]}, "to": {"role": "sales"}}],
    ...                 "fallback": {"role": "care"}, "escalations": [{"to": {"role": "head"}}]})
    >>> responses = {"id": ["r1", "r2", "r3"], "score": [2, 9, 5], "reason": ["price", None, "staff"]}
    >>> effects = desk.open(responses, now="2026-01-05T09:00:00Z", id="id", rating="score", reasons="reason")
    >>> effects["case"], effects["role"]
    (['r1', 'r3'], ['sales', 'care'])
    >>> told = desk.apply("r1", "reply", by="bo", now="2026-01-05T11:00:00Z")
    >>> desk.tick("2026-01-08T09:00:00Z")["case"]
    ['r3']
    >>> told = desk.apply("r1", "close", outcome="recovered", now="2026-01-08T10:00:00Z")
    >>> desk.cases("2026-01-08T10:00:00Z")["state"], [one["event"] for one in desk.case("r1")["trail"]]
    (['closed', 'new'], ['open', 'reply', 'close'])
    """

    __slots__ = ("_data",)
    _data: _heedful.Desk

    def __init__(self, policy: Mapping[str, Any] | str | None = None) -> None:
        self._data = _heedful.Desk(_document(policy))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Reads what `to_json` writes, also of an earlier version."""
        desk = cls.__new__(cls)
        desk._data = _heedful.Desk.from_json(text)
        return desk

    def to_json(self) -> str:
        """The policy and the cases, to be stored. There are ids of customers in it; `forget` takes them out."""
        return self._data.to_json()

    @property
    def policy(self) -> dict[str, Any]:
        """The policy."""
        return json.loads(self._data.policy())  # type: ignore[no-any-return]

    def open(
        self,
        data: Any,
        *,
        now: TimeLike,
        id: str,
        response: str | None = None,
        alert: str | None = None,
        severity: str | None = None,
        customer: str | None = None,
        account: str | None = None,
        rating: str | None = None,
        reasons: Any = None,
        touchpoint: str | None = None,
        segment: str | None = None,
        value: str | None = None,
        value_tier: str | None = None,
        churn: str | None = None,
        growth: str | None = None,
        effort: str | None = None,
        no_contact: str | None = None,
        at: str | None = None,
        every: bool = False,
    ) -> Any:
        """Opens a case for each row for which the policy says so, or for `every` row (alerts, say); the effects.

        Arguments name columns. `id` becomes the case's: a row whose id has a case already changes nothing. `reasons` is a
        column of texts (several apart by `;`) or of lists, lists themselves, or the `Mappings` of these rows. `severity` is that
        of the alert (`low`, `medium`, `high`, `critical`). `value` is
        money, or `value_tier` names the tier; `churn` is the probability of leaving, `growth` the money expected from a
        better band, and `effort` the hours of work, all for `queue`; `no_contact` is true for customers who asked not
        to be contacted, `at` when they said it.
        """
        named = {
            "id": id,
            "response": response,
            "alert": alert,
            "severity": severity,
            "customer": customer,
            "account": account,
            "rating": rating,
            "touchpoint": touchpoint,
            "segment": segment,
            "value": value,
            "value_tier": value_tier,
            "churn": churn,
            "growth": growth,
            "effort": effort,
            "no_contact": no_contact,
            "at": at,
        }
        columns = [(fact, column) for fact, column in named.items() if column is not None]
        table = _frames.table(data, [column for _, column in columns])
        roles = _options.dumps({} if at is None else {"at": at})
        effects = self._data.open(table, columns, roles, _reasons(data, reasons), every, instant(now))
        return _frames.like(data, effects)

    def apply(
        self, case: str, event: str | Mapping[str, Any], *, now: TimeLike, by: str | None = None, **details: Any
    ) -> Table:
        """Takes an event of a case; the effects. An event that the case's state does not allow is an error with the code
        `illegal-transition`, and nothing changes.

        Events are `start`, `reply`, `assign` (`to`, as in routes), `wait` (`until`), `interaction` (the customer is there),
        `remedy` (`remedy`, `cost`), `promise` (`what`, `due`, as in the policy), `keep` and `withdraw` (`what`), `close`
        (`outcome`: `recovered`, `lost`, `no_contact`, `false_alarm`), `reopen`, `opt_out`, and `rated` (`rating`). `by` is
        who did it.
        """
        told = {"event": event} if isinstance(event, str) else _options.mapping(event, "event")
        document = {**told, **details}
        if document.get("until") is not None:
            document["until"] = instant(document["until"], "until")
        if isinstance(document.get("due"), (datetime.datetime, str)) and document["due"] not in _SPANS:
            document["due"] = {"at": instant(document["due"], "due")}
        return Table(self._data.apply(case, _options.dumps(document), by, instant(now)))

    def tick(self, now: TimeLike) -> Table:
        """What happened by itself until now: reminders, escalations, the end of waiting."""
        return Table(self._data.tick(instant(now)))

    @property
    def next_tick(self) -> datetime.datetime | None:
        """When `tick` next has something to say."""
        at = self._data.next_tick()
        return None if at is None else of_instant(at)

    def opt_out(self, customer: str, now: TimeLike) -> Table:
        """Takes note that a customer asks not to be contacted, in all cases of theirs that there are and that will come.

        The column `no_contact` and the event `opt_out` of a case say the same."""
        return Table(self._data.opt_out(customer, instant(now)))

    def opt_in(self, customer: str) -> bool:
        """The customer may be contacted again, in cases opened from now on; whether there was a wish not to be."""
        return self._data.opt_in(customer)

    def case(self, id: str) -> dict[str, Any]:
        """All that is known of a case, with its `trail`."""
        found = self._data.case(id)
        if found is None:
            raise HeedfulError("unknown-name", "there is no such case", "case")
        return json.loads(found)  # type: ignore[no-any-return]

    def cases(self, now: TimeLike) -> Table:
        """One row for each case: what it is about, `state`, `overdue`, who has it, when it is due, and what came of it.
        With `rated` and `outcome` it is a table to score again.

        >>> import heedful as hf
        >>> desk = hf.Desk()
        >>> for id, later, outcome in (("a", 9, "recovered"), ("b", 3, "lost")):
        ...     effects = desk.open([{"id": id, "score": 4}], now=0, id="id", rating="score")
        ...     effects = desk.apply(id, "close", outcome=outcome, now=0)
        ...     effects = desk.apply(id, "rated", rating=later, now=0)
        >>> hf.score(desk.cases(0), rating="rated", by="outcome").to_pylist()[1]["value"]
        100.0
        """
        return Table(self._data.cases(instant(now)))

    def queue(
        self,
        now: TimeLike,
        *,
        hours: float | None = None,
        by: Literal["matrix", "value"] = "matrix",
        recovery: Mapping[str, float] | None = None,
        effort: float = 1.0,
        churn: Mapping[str, float] | None = None,
    ) -> Queued:
        """The order in which open cases are worked on, and how far so many `hours` reach.

        By `matrix` it is the priority, then the due time. By `value` it is what an hour is expected to save:
        `(value * churn * chance * 0.5 ** (hours gone by / half_life_hours) + growth) / effort`, with
        `recovery={"chance": .., "half_life_hours": ..}`. `effort` and `churn` (by rating tier) are for cases that do not say.
        """
        options = {"by": by, "hours": hours, "recovery": recovery, "effort": effort, "churn": _options.mapping(churn or {}, "churn")}
        order, report = self._data.queue(_options.dumps(options), instant(now))
        found = json.loads(report)
        del found["rows"]
        return Queued(Table(order), found)

    def outcomes(
        self, now: TimeLike, *, confidence: float = 0.95, speeds: Iterable[float] = (4, 8, 16)
    ) -> CaseOutcomes:
        """What came of the cases, in all and by groups: recovery rates with Wilson intervals, time to the first reply in
        business hours, replies and closings in time, the lift in ratings. `speeds` are the business hours at which bands
        of speed end. Groups are compared as they came about: fast replies may go to cases that are easier to recover."""
        options = {"confidence": confidence, "speeds": _options.several(speeds, "speeds")}
        groups, report = self._data.outcomes(_options.dumps(options), instant(now))
        found = json.loads(report)
        del found["groups"]
        return CaseOutcomes(found, Table(groups))

    def merge(self, other: Desk) -> None:
        """Adds the cases of a desk with the same policy; of a case that both have, the one with the longer trail stays."""
        if not isinstance(other, Desk):
            raise HeedfulError("invalid-argument", "another desk is needed", "other")
        self._data.merge(other._data)

    def forget(self, customer: str) -> int:
        """Removes the cases of a customer, of which only counts by outcome stay; how many there were. A wish not to be
        contacted is forgotten too: who must keep it keeps it elsewhere."""
        return self._data.forget(customer)

    def __len__(self) -> int:
        return len(self._data)

    def __repr__(self) -> str:
        return f"Desk({len(self)} cases)"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self).from_json, (self.to_json(),)


#: Due times that are names.
_SPANS = ("at_once", "next_interaction")


def _document(given: Mapping[str, Any] | str | None) -> str:
    return given if isinstance(given, str) else _options.dumps({} if given is None else given)


def _reasons(data: Any, reasons: Any) -> _heedful.Reasons | None:
    if reasons is None:
        return None
    if isinstance(reasons, Mappings):
        return reasons._found.mentions()
    if isinstance(reasons, str):
        held = getattr(data, "_data", None)
        if isinstance(held, _heedful.Responses):
            return _heedful.Reasons.of_column(held, reasons)
        return _heedful.Reasons(reasons, _frames.one(data, reasons))
    return _heedful.Reasons("reasons", _frames.column(reasons))
