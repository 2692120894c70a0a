"""Rolling scores of accounts against rules, alerts, and what to do about them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from heedful import _frames, _heedful, _options
from heedful._errors import HeedfulError
from heedful._health import Health
from heedful._monitor import Anomalies
from heedful._times import instant

if TYPE_CHECKING:
    from typing_extensions import Self

    from heedful._types import MetricLike, TimeLike


class Judged(NamedTuple):
    """What a look at a pulse told: see `Pulse.judge`."""

    alerts: Any
    """One row for each alert that was raised or cleared."""
    happenings: list[dict[str, Any]]
    """The same for `Alerts.take`."""


class Pulse:
    """Rolling scores of accounts, projects or contacts over a window, and rules that raise alerts on them.

    `by` is the column whose values are watched. `window` is `{"months": n}` (six calendar months) or `{"days": n}`.
    Relational and transactional responses are apart unless `pool`. `id` is the column of the response's id, which counts
    once; `key_contact` the column that says whether the customer is a key contact; with `people` the keys are customers
    themselves. `time_zone` says when days begin, `invalid` what happens to ratings that are not on the scale (`error` or
    `count`).

    `rules` are dicts with `id`, `when`, and where wanted `minimum_n`, `cool_down_days`, `kind` and `severity` (`low`,
    `medium`, `high`, `critical`). `when` is one of

    - `{"average": level}` and `{"score": level}`, where a level has `below` (or `above`), `clear` (the level that ends
      it), `certainty` (raises where the probability of being beyond the level exceeds it) and `clear_certainty`;
    - `{"drop": {"by": 20, "clear": 10}}`: against the window before, with `certainty` too;
    - `{"turned": {"from": "promoter", "to": "detractor"}}`: the last two ratings of a customer;
    - `{"repeated": {"band": "detractor", "times": 3}}`;
    - `{"silent": {"days": 90, "who": "key_contact"}}`, or of `anybody`.

    Responses are observed in any order, late and repeated ones too; `judge` moves time on and gives the alerts.

    >>> import heedful as hf
    >>> pulse = hf.Pulse(rules=[{"id": "low", "when": {"average": {"below": 6.5, "clear": 7}}}])
    >>> table = {"account": ["a", "a", "b"], "score": [3, 6, 9], "at": ["2026-01-05", "2026-02-05", "2026-02-07"]}
    >>> pulse.observe(table, rating="score", at="at")["counted"]
    3
    >>> pulse.judge("2026-03-01").alerts["why"]
    ['a: the average is 4.5 (2 responses), below 6.5']
    >>> pulse.state()["score"]
    [-100.0, 100.0]
    """

    __slots__ = ("_data", "_like")
    _data: _heedful.Pulse
    _like: object

    def __init__(
        self,
        rules: Iterable[Mapping[str, Any]] = (),
        *,
        metric: MetricLike = "nps",
        by: str = "account",
        window: Mapping[str, int] | None = None,
        pool: bool = False,
        id: str | None = None,
        key_contact: str | None = None,
        people: bool = False,
        time_zone: str | None = None,
        invalid: str = "error",
    ) -> None:
        options = {
            "rules": _options.several(rules, "rules"),
            "metric": _options.metric(metric),
            "by": by,
            "window": _options.mapping(window or {"months": 6}, "window"),
            "pool": pool,
            "id": id,
            "key_contact": key_contact,
            "people": people,
            "time_zone": time_zone,
            "invalid": invalid,
        }
        self._data = _heedful.Pulse(_options.dumps(options))
        self._like = None

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Reads what `to_json` wrote; the pulse goes on exactly as the stored one would have."""
        made = cls.__new__(cls)
        made._data = _heedful.Pulse.from_json(text)
        made._like = None
        return made

    def to_json(self) -> str:
        """The pulse as JSON: options, ratings with the hashes of ids, where rules stand. There are no comments in it."""
        return self._data.to_json()

    @property
    def options(self) -> dict[str, Any]:
        """The options as a dict."""
        made: dict[str, Any] = json.loads(self._data.options())
        return made

    @property
    def counts(self) -> dict[str, int]:
        """How many responses came: `counted`, `repeated`, `late`, `unrated`, `invalid`, `keyless`."""
        made: dict[str, int] = json.loads(self._data.counts())
        return made

    def observe(
        self,
        data: Any,
        *,
        rating: str | None = None,
        at: str | None = None,
        customer: str | None = None,
        kind_column: str | None = None,
        signal_column: str | None = None,
        date_format: str | None = None,
    ) -> dict[str, int]:
        """Takes in a table of responses, or one response as a dict of single values. Gives how many came, as `counts`.

        `rating`, `at` and `customer` name columns (those of these names where not given). One response has its rating
        in `rating`, and where known `at`, `customer`, `kind`, and the columns of `by`, `id` and `key_contact`.
        """
        options = self.options
        named = {"rating": rating, "at": at, "customer": customer, "kind": kind_column, "signal": signal_column}
        if isinstance(data, Mapping) and not any(_is_column(value) for value in data.values()):
            data = {name: [value] for name, value in data.items()}
        elif not _is_responses(data):
            self._like = data
        there = _names(data)
        known = ("rating", "at", "customer", "kind", "signal")
        roles = {role: named[role] or role for role in known if named[role] or (there is not None and role in there)}
        columns = [options["by"], options.get("id"), options.get("key_contact"), *roles.values()]
        wanted = _frames.distinct(name for name in columns if name is not None)
        played = roles if date_format is None else {**roles, "date_format": date_format}
        table = _frames.table(data, wanted)
        counts: dict[str, int] = json.loads(self._data.observe(table, wanted, _options.dumps(played)))
        return counts

    def judge(self, now: TimeLike, *, daily: bool = False) -> Judged:
        """Moves on to a time and gives the alerts that were raised or cleared since the last look; with `daily` what a
        look at the end of every day would have told.

        `alerts` has the column of `by`, `kind`, `rule`, `status` (`raised` or `cleared`), `severity`, `at` and
        `raised_at` (milliseconds since 1970), `measure`, `value`, `level`, `probability`, `n`, `n_before`, `customers`,
        `why`.
        """
        happenings, table = self._data.judge(instant(now), daily)
        return Judged(_frames.like(self._like, table), json.loads(happenings))

    def state(self) -> Any:
        """The state as of the last look, one row for each key and kind: the column of `by`, `kind`, `n`, `voices`
        (customers), `average`, `score` with `lower` and `upper`, `n_before`, `score_before`, `change` with its interval,
        `last_rating`, `last_at` (milliseconds since 1970), `raised`."""
        return _frames.like(self._like, self._data.state())

    def merge(self, other: Pulse) -> None:
        """Adds what another pulse of the same options observed, responses of one id once."""
        if not isinstance(other, Pulse):
            raise HeedfulError("invalid-argument", "another pulse is needed", "other")
        self._data.merge(other.to_json())

    def forget(self, customer: str) -> int:
        """Forgets a customer: ratings go on to count anonymously. Gives the number of responses that were changed."""
        return self._data.forget(customer)

    def __repr__(self) -> str:
        options = self.options
        return f"Pulse(by={options['by']!r}, {len(options['rules'])} rules, {self.counts['counted']} responses)"


def _is_column(value: object) -> bool:
    return not isinstance(value, (str, bytes)) and (hasattr(value, "__len__") or hasattr(value, "__arrow_c_stream__"))


def _is_responses(data: object) -> bool:
    return isinstance(getattr(data, "_data", None), _heedful.Responses)


def _names(data: Any) -> set[str] | None:
    """The names of the columns; `None` where the table has roles of its own or does not tell."""
    if _is_responses(data):
        return None
    if isinstance(data, Mapping):
        return {str(name) for name in data}
    if isinstance(data, (list, tuple)):
        return {str(name) for name in data[0]} if data and isinstance(data[0], Mapping) else set()
    if hasattr(data, "collect_schema"):
        return set(data.collect_schema().names())
    names = data.column_names if hasattr(data, "column_names") else getattr(data, "columns", ())
    return {str(name) for name in names}


class Changes:
    """What became of alerts: see `Alerts.take`.

    >>> import heedful as hf
    >>> outage = {"source": "anomaly", "rule": "outage", "at": 0, "evidence": {"logins": 3}}
    >>> changes = hf.Alerts().take([outage], now=0)
    >>> changes.changes["step"], changes.alerts[0]["seen"]["evidence"]
    (['opened'], {'logins': 3.0})
    """

    __slots__ = ("_text", "changes")
    changes: Any
    """One row for each step."""

    def __init__(self, changes: Any, text: str) -> None:
        self.changes, self._text = changes, text

    @property
    def alerts(self) -> list[dict[str, Any]]:
        """The same as dicts, with what was `seen` (and its evidence), and where an alert is `closed` all of it."""
        made: list[dict[str, Any]] = json.loads(self._text)
        return made

    def __len__(self) -> int:
        return len(self.changes["step"])

    def __repr__(self) -> str:
        return f"Changes({len(self)} steps)"


class Alerts:
    """Open alerts: each thing once, those of one cause together.

    `rules` say which responses raise: dicts with `id`, and of `at_most`, `at_least` (of the rating) and `reasons` what
    shall hold, and `severity`; the first that fits counts. `storm` is `{"members": 5, "hours": 24}`: so many of one cause
    within so many hours are one alert, whichever rule saw them; `False` for never. An alert without anything new for
    `close_after_days` is closed, and what is older than that opens none.

    >>> import heedful as hf
    >>> alerts = hf.Alerts([{"id": "furious", "at_most": 2, "severity": "high"}])
    >>> table = {"score": [9, 1], "at": ["2026-01-05", "2026-01-05"], "customer": ["ada", "bo"]}
    >>> alerts.take_responses(table, now="2026-01-06").changes["why"]
    ['rated 1']
    >>> alerts.open()["severity"]
    ['high']
    """

    __slots__ = ("_data",)
    _data: _heedful.Alerts

    def __init__(
        self,
        rules: Iterable[Mapping[str, Any]] = (),
        *,
        storm: Mapping[str, int] | bool = True,
        close_after_days: int = 30,
    ) -> None:
        options: dict[str, Any] = {"rules": _options.several(rules, "rules"), "close_after_days": close_after_days}
        if isinstance(storm, Mapping):
            options["storm"] = dict(storm)
        elif storm is False:
            options["storm"] = None
        elif storm is not True:
            raise HeedfulError("invalid-argument", "a storm is a dict with `members` and `hours`, or False for never", "storm")
        self._data = _heedful.Alerts(_options.dumps(options))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Reads what `to_json` wrote."""
        made = cls.__new__(cls)
        made._data = _heedful.Alerts.from_json(text)
        return made

    def to_json(self) -> str:
        """The open alerts as JSON; there are no comments in it."""
        return self._data.to_json()

    def take(
        self,
        happenings: Judged | Health | Anomalies | Iterable[Mapping[str, Any]],
        *,
        now: TimeLike,
        severity: Literal["low", "medium", "high", "critical"] | None = None,
    ) -> Changes:
        """Takes in what happened: what `Pulse.judge`, `health` or a `Detector` gave, or dicts with `source` (`rating`,
        `reason`, `pulse`, `health` or `anomaly`), `rule`, `at` (milliseconds since 1970), and where known `severity`,
        `subject`, `customers`, `response`, `cause`, `over`, `why`, `evidence` (numbers by name). `severity` says how bad all
        of it is; without one alarms of health and anomalies are of medium severity.

        Steps are `opened`, `joined` (a member more), `repeated`, `merged` (into the alert `into`) and `closed`; further
        columns are `id`, `source`, `cause`, `severity`, `opened`, `last`, `members` and `times` (how many), `subject`, `why`.

        >>> import heedful as hf
        >>> card = {"name": "use", "groups": [
        ...     {"id": "use", "measures": [{"id": "logins", "points": {"linear": [[0, 0], [20, 100]]}}]}],
        ...     "alarms": [{"id": "idle", "when": [{"column": "logins", "test": {"below": 1}}]}]}
        >>> idle = hf.health(card, {"account": ["acme"], "logins": [0]}, now=0)
        >>> alerts = hf.Alerts()
        >>> alerts.take(idle, now=0, severity="high").changes["why"]
        ['acme: the alarm `idle` fires']
        >>> busy = hf.health(card, {"account": ["acme"], "logins": [9]}, now=1, previous=idle)
        >>> alerts.take(busy, now=1).changes["step"]
        ['closed']
        """
        seen: Iterable[Mapping[str, Any]]
        seen = happenings.happenings if isinstance(happenings, (Judged, Health, Anomalies)) else happenings
        given = [_options.mapping(one, f"[{at}]") for at, one in enumerate(_options.several(seen, "happenings"))]
        if severity is not None:
            given = [{**one, "severity": severity} for one in given]
        return _changes(None, self._data.take(_options.dumps(given), instant(now)))

    def take_responses(
        self,
        data: Any,
        *,
        now: TimeLike,
        rating: str = "score",
        at: str = "at",
        customer: str | None = None,
        account: str | None = None,
        id: str | None = None,
        reasons: Iterable[Iterable[str]] | None = None,
        date_format: str | None = None,
    ) -> Changes:
        """Takes in a table of responses by the rules: the columns of the rating and the time, and where there are such
        (or named) `customer`, `account` and `id`. `reasons` has those of each row. By its `id` a response counts once however
        often it comes; one without counts again each time."""
        there = _names(data) or set()
        roles = {"rating": rating, "at": at}
        for role, name in (("customer", customer), ("account", account)):
            if name is not None or role in there:
                roles[role] = name or role
        given = id if id is not None or "id" not in there else "id"
        wanted = _frames.distinct([*roles.values(), *([given] if given else [])])
        played = roles if date_format is None else {**roles, "date_format": date_format}
        lists = None if reasons is None else [_options.names(of_row, "reasons") for of_row in _options.several(reasons, "reasons")]
        table = _frames.table(data, wanted)
        found = self._data.take_responses(table, wanted, _options.dumps(played), given, lists, instant(now))
        return _changes(data, found)

    def open(self) -> Any:
        """The open alerts as a table, the oldest first."""
        return _frames.like(None, self._data.open()[1])

    def to_dicts(self) -> list[dict[str, Any]]:
        """The open alerts with their members and evidence."""
        made: list[dict[str, Any]] = json.loads(self._data.open()[0])
        return made

    def forget(self, customer: str) -> int:
        """Forgets a customer; gives the number of members that were changed."""
        return self._data.forget(customer)

    def __repr__(self) -> str:
        return f"Alerts({len(self.to_dicts())} open)"


def _changes(like: object, found: tuple[str, _heedful.Table]) -> Changes:
    return Changes(_frames.like(like, found[1]), found[0])


def alerts(
    data: Any,
    rules: Iterable[Mapping[str, Any]],
    *,
    now: TimeLike,
    rating: str = "score",
    at: str = "at",
    customer: str | None = None,
    account: str | None = None,
    id: str | None = None,
    reasons: Iterable[Iterable[str]] | None = None,
    storm: Mapping[str, int] | bool = True,
    date_format: str | None = None,
) -> Any:
    """The alerts that a table of responses raises, each customer once by each rule and storms together: the open ones of
    `Alerts` after `take_responses`.

    >>> import heedful as hf
    >>> table = {"score": [1, 2, 9], "at": ["2026-01-05"] * 3, "customer": ["ada", "ada", "bo"]}
    >>> hf.alerts(table, [{"id": "furious", "at_most": 2}], now="2026-01-06")["times"]
    [2]
    """
    book = Alerts(rules, storm=storm)
    book.take_responses(
        data,
        now=now,
        rating=rating,
        at=at,
        customer=customer,
        account=account,
        id=id,
        reasons=reasons,
        date_format=date_format,
    )
    return _frames.like(data, book._data.open()[1])


class Playbooks:
    """What to do when something happens, step by step: data, and functions of it.

    `playbooks` are dicts with `id`, `on` and `steps`, and where wanted `again_after_days`. `on` is
    `{"band": {"from": "green", "to": "yellow"}}`, `{"alert": {"source", "cause", "severity"}}` (as bad or worse) or
    `{"rated": {"band": "detractor", "comment": False}}`. A step has `id`, `what`, `kind` (`task`, `ask` the customer for
    something, `reply` that only a human may send, `praise` for the employee), `role`, `after` (another step),
    a time within which it is due (one of `due_hours`, `due_days`, `due_business_hours` and `due_business_days`, the last
    two by `calendar`, as for `BusinessCalendar`), and `done_when` (names of what happens). Nobody is asked twice within
    `ask_gap_days`, and who asked not to be contacted (`no_contact`) is neither asked nor answered.

    Runs are plain dicts, kept by you: each call gives the run after it and what is to be done, the `effects`. A run knows
    what it asked itself: tell it by `asked` when another run, or another program, asked the same customer.

    >>> import heedful as hf
    >>> books = hf.Playbooks([{"id": "sorry", "on": {"rated": {"band": "detractor"}}, "steps": [
    ...     {"id": "answer", "kind": "reply", "what": "say sorry", "due_hours": 24}]}])
    >>> started = books.start({"rated": {"band": "detractor"}}, customer="ada", now="2026-01-05T09:00:00Z")
    >>> [(effect["kind"], effect["human_only"]) for effect in started[0]["effects"]]
    [('reply', True)]
    >>> books.done(started[0]["run"], "answer", by="bo", now="2026-01-05T10:00:00Z")["effects"][0]["kind"]
    'ended'
    """

    __slots__ = ("_text",)
    _text: str

    def __init__(
        self,
        playbooks: Iterable[Mapping[str, Any]],
        *,
        ask_gap_days: int = 90,
        calendar: Mapping[str, Any] | None = None,
    ) -> None:
        options = {"playbooks": _options.several(playbooks, "playbooks"), "ask_gap_days": ask_gap_days, "calendar": calendar}
        self._text = _heedful.playbooks(_options.dumps(options))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Reads what `to_json` writes; what is wrong is named with its path."""
        made = cls.__new__(cls)
        made._text = _heedful.playbooks(text)
        return made

    def to_json(self) -> str:
        """The playbooks as JSON."""
        return self._text

    def to_dict(self) -> dict[str, Any]:
        """The playbooks as a dict."""
        made: dict[str, Any] = json.loads(self._text)
        return made

    def start(
        self,
        happened: Mapping[str, Any],
        *,
        now: TimeLike,
        subject: str | None = None,
        customer: str | None = None,
        employee: str | None = None,
        asked: TimeLike | None = None,
        started: Mapping[str, TimeLike] | None = None,
        no_contact: bool = False,
    ) -> list[dict[str, Any]]:
        """Starts every playbook that waits for what happened. `asked` is when the customer was last asked for something,
        `started` when playbooks were last started for the same, and `no_contact` is true for customers who asked not to
        be contacted: they are neither asked nor answered."""
        trigger = {"happened": happened, "subject": subject, "customer": customer, "employee": employee}
        past = _past(asked, no_contact, {name: instant(at, "started") for name, at in (started or {}).items()})
        found = _heedful.playbook_start(self._text, _options.dumps(trigger), past, instant(now))
        made: list[dict[str, Any]] = json.loads(found)
        return made

    def _advance(
        self, run: Mapping[str, Any], event: object, now: TimeLike, asked: TimeLike | None = None, no_contact: bool = False
    ) -> dict[str, Any]:
        past = _past(asked, no_contact, {})
        found = _heedful.playbook_advance(self._text, _options.dumps(run), _options.dumps(event), past, instant(now))
        made: dict[str, Any] = json.loads(found)
        return made

    def done(
        self,
        run: Mapping[str, Any],
        step: str,
        *,
        now: TimeLike,
        by: str | None = None,
        human: bool = True,
        asked: TimeLike | None = None,
        no_contact: bool = False,
    ) -> dict[str, Any]:
        """Somebody did a step; `human` is false for a machine. `asked` is when the customer was last asked for something
        outside of this run, by another playbook say, and `no_contact` is true once the customer asked not to be contacted."""
        return self._advance(run, {"done": {"step": step, "by": by, "human": human}}, now, asked, no_contact)

    def happened(
        self, run: Mapping[str, Any], name: str, *, now: TimeLike, asked: TimeLike | None = None, no_contact: bool = False
    ) -> dict[str, Any]:
        """Something happened that steps may wait for (`done_when`)."""
        return self._advance(run, {"happened": name}, now, asked, no_contact)

    def tick(
        self, run: Mapping[str, Any], *, now: TimeLike, asked: TimeLike | None = None, no_contact: bool = False
    ) -> dict[str, Any]:
        """Time went by: tells what is overdue, once."""
        return self._advance(run, "tick", now, asked, no_contact)

    def stop(self, run: Mapping[str, Any], *, now: TimeLike) -> dict[str, Any]:
        """The rest is not to be done."""
        return self._advance(run, "stop", now)

    def __repr__(self) -> str:
        return f"Playbooks({[book['id'] for book in self.to_dict()['playbooks']]})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Playbooks) and self._text == other._text

    __hash__ = None  # type: ignore[assignment]


def _past(asked: TimeLike | None, no_contact: bool, started: Mapping[str, int]) -> str:
    """What playbooks are told of the time before."""
    at = None if asked is None else instant(asked, "asked")
    return _options.dumps({"asked": at, "started": started, "no_contact": no_contact})
