"""Whom to ask, and when."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from heedful import _frames, _heedful, _options
from heedful._times import instant

if TYPE_CHECKING:
    from heedful._types import TimeLike


class ContactPolicy:
    """Rules for whom to ask and when: gaps, caps, samples, triggers, quiet hours, channels, reminders.

    `policy` is a dict or JSON, as its JSON Schema (`docs/schemas/contact_policy.json`) says; without one it is what
    the field advises. Candidates and past contacts are tables (frames, dicts of columns or lists of dicts) with these
    columns:

    - candidates: `customer` and `survey`; where known `account`, `household`, `zone`, `since`, `opted_out`,
      `quarantine_until`, `channels` (separated by ``|``), `metric`, `kind`, `touchpoint`, `channel`, `event` with
      `event_at`, `margin`, `reminder`. Other columns are attributes.
    - past contacts: `customer`, `survey` and `at`; where known `account`, `household`, `metric`, `kind`,
      `touchpoint`, `channel`, `outcome` (`open`, `answered`, `declined`), `reminder`.

    Times are datetimes, or milliseconds since 1970 in UTC; without a zone they count as UTC.

    >>> import heedful as hf
    >>> policy = hf.ContactPolicy({"rules": [{"gap": {"days": 90}}]})
    >>> past = {"customer": ["ada"], "survey": ["nps"], "at": ["2026-01-05T12:00:00Z"]}
    >>> candidates = {"customer": ["ada", "bo"], "survey": ["nps", "nps"]}
    >>> [one["verdict"] for one in policy.decide(candidates, past, now="2026-02-01T12:00:00Z")]
    [{'do': 'later', 'at': 1775390400000}, {'do': 'ask', 'channel': None}]
    """

    __slots__ = ("_data",)
    _data: _heedful.ContactPolicy

    def __init__(self, policy: Mapping[str, Any] | str | None = None) -> None:
        text = policy if policy is None or isinstance(policy, str) else _options.dumps(policy)
        self._data = _heedful.ContactPolicy(text)

    def to_dict(self) -> dict[str, Any]:
        """The rules."""
        made: dict[str, Any] = json.loads(self._data.json())
        return made

    def decide(self, candidates: Any, past: Any = None, *, now: TimeLike) -> list[dict[str, Any]]:
        """Decides about each candidate at a time: `verdict` (`do` is ask, later or never; `at` the next time, `channel`
        how) and `holds`, the rules that speak against it, each with its `code`, its `rule` (the
        position in the policy) and `until`."""
        known = None if past is None else _frames.table(past)
        found = self._data.decide(_frames.table(candidates), known, instant(now))
        made: list[dict[str, Any]] = json.loads(found)
        return made

    def plan(
        self,
        candidates: Any,
        past: Any = None,
        *,
        start: TimeLike,
        end: TimeLike,
        target: int | None = None,
        spread: bool = False,
        notice_days: int | None = None,
        salt: str = "",
    ) -> Any:
        """Plans the invitations of a window under all rules; what is planned counts for those who come after.

        `target` ends a survey at so many invitations, `spread` spreads them evenly, `notice_days` announces them so
        many days before, and `salt` draws the order within a survey. The result is a table like the one given, a row
        for each candidate: `candidate` (its position), `send`, `at`, `channel`, `notice`, `reminder`, `deadline`
        (milliseconds since 1970), `code` and `rule` (why not) and `next`.

        >>> import heedful as hf
        >>> policy = hf.ContactPolicy({"rules": [{"cap": {"at_most": 1, "days": 30, "per": "account"}}]})
        >>> candidates = {"customer": ["ada", "bo"], "survey": ["nps", "nps"], "account": ["acme", "acme"]}
        >>> plan = policy.plan(candidates, start="2026-02-02T09:00:00Z", end="2026-02-09T09:00:00Z")
        >>> sorted(plan["send"]), sorted(map(str, plan["code"]))
        ([False, True], ['None', 'cap'])
        """
        options: dict[str, object] = {"from": instant(start, "start"), "to": instant(end, "end"), "spread": spread, "salt": salt}
        options |= {} if target is None else {"target": target}
        options |= {} if notice_days is None else {"notice_days": notice_days}
        known = None if past is None else _frames.table(past)
        made = self._data.plan(_frames.table(candidates), known, _options.dumps(options))
        return _frames.like(candidates, made)

    def replay(self, past: Any, customers: Any = None, *, deviation: float | None = None) -> dict[str, Any]:
        """What this policy would have done with past contacts: `sent`, `answered`, `refused` (by code), and by
        survey what was and what would have been sent and answered, with the half-widths of the intervals.

        `customers` is a table of what is known of them (the columns of candidates without `survey`), and `deviation`
        the standard deviation of one answer in points (about 70 for NPS).

        >>> import heedful as hf
        >>> policy = hf.ContactPolicy({"rules": [{"gap": {"days": 30}}]})
        >>> past = {"customer": ["a", "a"], "survey": ["nps"] * 2, "at": ["2026-01-05T12:00Z", "2026-01-09T12:00Z"]}
        >>> replayed = policy.replay(past)
        >>> replayed["sent"], replayed["refused"]
        (1, [['gap', 1]])
        """
        known = None if customers is None else _frames.table(customers)
        made: dict[str, Any] = json.loads(self._data.replay(_frames.table(past), known, deviation))
        return made

    def __repr__(self) -> str:
        return f"ContactPolicy({len(self.to_dict()['rules'])} rules)"
