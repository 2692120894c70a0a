"""Series of counts, watched."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal, overload

from heedful import _frames, _heedful, _options
from heedful._errors import HeedfulError
from heedful._reason import Mappings, ReasonMapper
from heedful._responses import Responses
from heedful._table import Table
from heedful._times import day, moment, of_day

if TYPE_CHECKING:
    import pandas
    import polars

    from heedful._types import Cadence, DayLike, Direction, Method, MetricLike


def _first(every: str, day: int, period: int) -> datetime.date:
    """The first day of a period, or the time of an hour."""
    if every == "hour":
        return datetime.datetime(1970, 1, 1) + datetime.timedelta(hours=period)
    return of_day(day)


def _given(**values: object) -> dict[str, object]:
    """Options without those that are not given."""
    return {name: value for name, value in values.items() if value is not None}


class Detected(tuple[Any, Any]):
    """What was found in a series: a pair of tables, and a chart. See `detect`."""

    chart: dict[str, Any]
    """The series with its bounds, alarms and episodes as a Vega-Lite chart, data included."""

    def __new__(cls, table: Any, episodes: Any, chart: dict[str, Any]) -> Detected:
        made = super().__new__(cls, (table, episodes))
        made.chart = chart
        return made

    @property
    def table(self) -> Any:
        """One row for each period."""
        return self[0]

    @property
    def episodes(self) -> Any:
        """One row for each episode: alarms that belong together."""
        return self[1]

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        return {"application/vnd.vegalite.v5+json": self.chart, "text/plain": repr(self[0])}


def detect(
    counts: Any,
    *,
    every: Cadence,
    start: DayLike | None = None,
    alpha: float | None = None,
    direction: Direction | None = None,
    volume: Any = None,
    share: bool = False,
    holidays: Iterable[DayLike] = (),
    min_cases: int | None = None,
    memory: int | None = None,
    method: Method | None = None,
) -> Detected:
    """Whether counts are other than was to be expected: each period against those before it.

    `counts` has a whole number for each period, `None` or NaN where it is missing. `start` is a day of the first
    period, a date or a text such as ``2001-01-31`` (with `every="hour"` the time when it begins): weekdays, holidays and
    the time of year follow from it. Where it is not given the first period is that of 1 January 1970.
    `alpha` is the wanted rate of false alarms for each period (0.01), `direction` which departures alarm (`up`).
    `volume` says out of how many; with `share` counts are a part of it, and more volume is no news. `min_cases` keeps
    quiet where there are fewer cases, `memory` is how many periods are remembered. `method` names a published
    detector instead of the baseline: `farrington` and `farrington_noufaily` (of weeks), `ears_c1` to `ears_c3` and
    `ears_c3_as_coded`, `seasonal_z`, `cusum` (against the baseline).

    The table has `period` (its first day, or the time of an hour), `observed`, `expected`, `lower`, `upper`, `p_value`, `strength`, `alarm`,
    `direction`, `window`, and why so much is expected: `level`, `trend`, `season`, `holiday`. Episodes have `start`,
    `raised`, `last`, `peak`, `status`, `direction`, `observed`, `expected`, `excess`, `p_value`, `alarms`. The result's
    `chart` is a Vega-Lite chart of both, which a notebook shows.

    >>> import heedful as hf
    >>> counts = [20 + week % 5 for week in range(120)]
    >>> counts[118] = 60
    >>> table, episodes = hf.detect(counts, every="week", start="2001-01-01")
    >>> table["alarm"][118], len(episodes)
    (True, 1)
    """
    options = _given(
        every=every,
        start=None if start is None else day(start, "start"),
        start_hour=None if start is None or every != "hour" else moment(start, "start").hour,
        alpha=alpha,
        direction=direction,
        share=share or None,
        holidays=[day(holiday, "holidays") for holiday in _options.several(holidays, "holidays")] or None,
        min_cases=min_cases,
        memory=memory,
        method=method,
    )
    known = None if volume is None else _counts(volume, "volume")
    found = _heedful.detect(_counts(counts, "counts"), known, _options.dumps(options))
    return _detected(counts, found)


def _detected(like: Any, found: tuple[_heedful.Table, _heedful.Table, str]) -> Detected:
    table, episodes, chart = found
    return Detected(_frames.like(like, table), _frames.like(like, episodes), json.loads(chart))


def _counts(values: Any, name: str) -> list[int | None]:
    plain = values.to_list() if hasattr(values, "to_list") else _options.several(values, name)
    return [_count(value, name, row) for row, value in enumerate(plain)]


def _count(value: Any, name: str, row: int) -> int | None:
    if hasattr(value, "as_py"):
        value = value.as_py()
    if value is None or type(value).__name__ == "NAType" or value != value:
        return None
    try:
        count = int(value)
    except (TypeError, ValueError, OverflowError):
        count = -1
    if count < 0 or count != value or count >= 2**63:
        raise HeedfulError("invalid-argument", "a count is a whole number of at least 0", name, row)
    return count


class Anomaly:
    """An episode of one topic, place or score."""

    __slots__ = ("_detector", "_every", "_known", "_words")

    def __init__(self, known: dict[str, Any], words: str, detector: Detector, every: str) -> None:
        self._every = every
        self._known = known
        self._words = words
        self._detector = detector

    @property
    def kind(self) -> str:
        """What departed: `count` (the number of responses or their share) or `score`."""
        return str(self._known["kind"])

    @property
    def topic(self) -> str | None:
        """The topic; `None` for all responses."""
        topic: str | None = self._known["topic"]
        return topic

    @property
    def place(self) -> tuple[str, Any] | None:
        """Attribute and value; `None` for everywhere."""
        place = self._known["place"]
        return None if place is None else (place[0], place[1])

    @property
    def start(self) -> datetime.date:
        """Where it seems to have begun: the first day of a period, or the time of an hour."""
        return _first(self._every, self._known["days"][0], self._known["episode"]["start"])

    @property
    def last(self) -> datetime.date:
        """The first day of the last period with an alarm, or the time of its hour."""
        return _first(self._every, self._known["days"][1], self._known["episode"]["last"])

    @property
    def status(self) -> str:
        """`raised` (its first alarm was the last period judged), `growing` or `ended`."""
        return str(self._known["episode"]["status"])

    @property
    def direction(self) -> str:
        """`up` or `down`."""
        return str(self._known["episode"]["direction"])

    @property
    def observed(self) -> float:
        """Responses from start to last alarm; of a score, the score."""
        return float(self._known["episode"]["observed"])

    @property
    def expected(self) -> float:
        """What was expected of it."""
        return float(self._known["episode"]["expected"])

    @property
    def p_value(self) -> float | None:
        """The smallest of its periods; `None` where the method has none."""
        known = self._known["episode"]["p_value"]
        return None if known is None else float(known)

    @property
    def part_of(self) -> int | None:
        """The number of the anomaly that already says it."""
        row: int | None = self._known["part_of"]
        return row

    @property
    def places(self) -> list[dict[str, Any]]:
        """Where the excess lies, strongest first: `values` (a dict of up to three attributes), `observed`, `expected`,
        `of_excess`, `of_all` (0 to 1) and `p_value`."""
        return [{**place, "values": dict(place["values"])} for place in self._known["places"]]

    @property
    def cost(self) -> dict[str, float] | None:
        """What it does to the score of all, in points: `points`, `lower`, `upper`; `None` without ratings."""
        cost: dict[str, float] | None = self._known["cost"]
        return cost

    @property
    def terms(self) -> list[str]:
        """Words and phrases that mark its comments."""
        return list(self._known["terms"])

    @property
    def comments(self) -> list[str]:
        """Comments that stand for it, different from each other, without names and numbers."""
        return list(self._known["comments"])

    @property
    def earliest(self) -> list[str]:
        """Its first comments, without names and numbers."""
        return list(self._known["earliest"])

    def explain(self) -> str:
        """It in a few sentences."""
        return self._words

    def series(self) -> Detected:
        """Its series of counts, period by period, with a chart."""
        return self._detector.series(self.topic, self.place)

    def expected_one(self) -> None:
        """Records that it was real and its cause is known: nothing is learned from its periods."""
        self._detector.feedback("expected", self.topic, self.place, start=self.start, end=self.last)

    def false_alarm(self) -> None:
        """Records that such counts are normal: its periods are learned in full."""
        self._detector.feedback("false_alarm", self.topic, self.place, start=self.start, end=self.last)

    def __repr__(self) -> str:
        return f"Anomaly({self._words})"


class Anomalies(Sequence[Anomaly]):
    """What a detector found: first what is told, then what another one says already, the latest first."""

    __slots__ = ("_all", "_like", "_result", "happenings", "judged", "series")

    judged: tuple[datetime.date, datetime.date] | None
    """First days of the first and the last period that was judged."""
    series: int
    """How many series were watched, scores among them."""
    happenings: list[dict[str, Any]]
    """Those that are told, as `Alerts.take` takes them."""

    def __init__(self, found: tuple[str, list[str], _heedful.Table, str], like: Any, detector: Detector) -> None:
        text, words, self._result, happenings = found
        self.happenings = json.loads(happenings)
        known = json.loads(text)
        judged = known["judged"]
        self._like = like
        self.judged = None if judged is None else (of_day(judged[0]), of_day(judged[1]))
        self.series = known["series"]
        every = known["every"]
        self._all = [Anomaly(one, said, detector, every) for one, said in zip(known["anomalies"], words, strict=True)]

    @property
    def told(self) -> list[Anomaly]:
        """Those that no other one says already."""
        return [one for one in self._all if one.part_of is None]

    @property
    def table(self) -> Any:
        """One row for each, as the kind of table that was watched."""
        return _frames.like(self._like, self._result)

    def to_pandas(self) -> pandas.DataFrame:
        """A data frame of pandas, one row for each."""
        return Table(self._result).to_pandas()

    def to_polars(self) -> polars.DataFrame:
        """A data frame of polars, one row for each."""
        return Table(self._result).to_polars()

    def __len__(self) -> int:
        return len(self._all)

    @overload
    def __getitem__(self, index: int) -> Anomaly: ...
    @overload
    def __getitem__(self, index: slice) -> list[Anomaly]: ...
    def __getitem__(self, index: int | slice) -> Anomaly | list[Anomaly]:
        return self._all[index]

    def __iter__(self) -> Iterator[Anomaly]:
        return iter(self._all)

    def __repr__(self) -> str:
        told = self.told
        head = f"{len(told)} anomalies of {self.series} series"
        return "\n".join([head, *(f"- {one.explain()}" for one in told)])

    def _repr_html_(self) -> str:
        return Table(self._result)._repr_html_()


class Detector:
    """Watches the topics, places and scores of responses, on history or as they arrive.

    Counted and judged are all responses, each topic, each value of the attributes in `by`, and each topic within each
    value; with a rating, their scores too. `alarms_per_month` is the wanted number of false alarms of all series together
    (2); `fdr` is a false-discovery rate for each period instead. `direction` says which departures of counts alarm (`up`);
    scores alarm both ways. `method` names a published detector for the counts, as in `detect`; farrington and
    farrington_noufaily take weeks, and only they have p-values for an `fdr`. With `share` topics are shares of the responses of their place, so that more surveys are no
    news. `since` is the first day that is judged; days before are learned. `min_cases` keeps quiet where there are fewer
    cases, `memory` is how many periods are remembered, `holidays` have factors of their own, `time_zone` says on which
    day times with a zone fall, `language` is that of the comments, and the words in `redact` are taken out of those
    that are shown, beside addresses and numbers.

    >>> import datetime
    >>> import heedful as hf
    >>> rows = []
    >>> for day in range(60):
    ...     for i in range(20 + (40 if day == 59 else 0)):
    ...         topic = "promotions" if i >= 20 else ["price", "staff", "promotions"][i % 3]
    ...         rows.append({"created": datetime.date(2024, 1, 1) + datetime.timedelta(days=day), "reason": topic})
    >>> d = hf.Detector(every="day", alarms_per_month=2)
    >>> found = d.run(rows, at="created", topic="reason")
    >>> found[0].topic, found[0].start
    ('promotions', datetime.date(2024, 2, 29))
    >>> again = hf.Detector.from_json(d.to_json())
    >>> again.update([{"created": datetime.date(2024, 3, 1), "reason": "price"}], through=datetime.date(2024, 3, 1)).judged
    (datetime.date(2024, 3, 1), datetime.date(2024, 3, 1))
    """

    __slots__ = ("_inner", "_settings")

    def __init__(
        self,
        *,
        every: Cadence,
        alarms_per_month: float | None = None,
        fdr: float | None = None,
        direction: Direction | None = None,
        method: Method | None = None,
        share: bool = False,
        since: DayLike | None = None,
        holidays: Iterable[DayLike] = (),
        min_cases: int | None = None,
        memory: int | None = None,
        time_zone: str | None = None,
        language: str | None = None,
        redact: Iterable[str] = (),
    ) -> None:
        self._settings = _given(
            every=every,
            alarms_per_month=alarms_per_month,
            fdr=fdr,
            direction=direction,
            method=method,
            share=share or None,
            since=None if since is None else day(since, "since"),
            holidays=[day(holiday, "holidays") for holiday in _options.several(holidays, "holidays")] or None,
            min_cases=min_cases,
            memory=memory,
            time_zone=time_zone,
            language=language,
            redact=list(redact) or None,
        )
        # What cannot be is said now, not at the first table.
        _heedful.Detector(_options.dumps(self._settings))
        self._inner: _heedful.Detector | None = None

    def run(
        self,
        data: Any,
        *,
        at: str,
        topic: str | None = None,
        by: str | Iterable[str] | None = None,
        comment: str | None = None,
        rating: str | None = None,
        metric: MetricLike = "nps",
        reasons: Any = None,
    ) -> Anomalies:
        """Judges all of a table's history, the last period included, and is ready for `update`.

        `at` names the column of dates or times, `topic` that of the topic (or `reasons` finds several in the comments: a
        `ReasonMapper`, a `Taxonomy` or the `Mappings` of these rows), `by` the attributes, `comment` what the customer
        wrote, and `rating` the rating, scored by `metric`.
        """
        roles = _given(at=at, comment=comment, rating=rating)
        watched = {
            **self._settings,
            **_given(topic=topic, by=_options.names(by, "by") or None, columns=roles),
            **({} if rating is None else {"metric": _whole(metric)}),
        }
        self._inner = _heedful.Detector(_options.dumps(watched))
        return self._take(data, reasons, history=True, through=None)

    def update(self, data: Any, *, reasons: Any = None, through: DayLike | None = None) -> Anomalies:
        """Takes in further rows and judges the periods that are over.

        Those are the ones before the last that was seen, which may go on, and those up to the day `through` where it is
        given. A row of a period that was judged before is not counted (`late`).
        """
        return self._take(data, reasons, history=False, through=None if through is None else day(through, "through"))

    def _take(self, data: Any, reasons: Any, *, history: bool, through: int | None) -> Anomalies:
        watched = json.loads(self._ready.watcher())
        roles: dict[str, str] = {name: column for name, column in watched["columns"].items() if column is not None}
        topic = watched.get("topic")
        needed = [*roles.values(), *watched.get("by", ()), *([] if topic is None else [topic])]
        if reasons is None:
            table, sets = _frames.table(data, needed), None
        else:
            table = _frames.table(data, needed)
            if not isinstance(table, _heedful.Responses):
                table = _heedful.Responses(table, _options.dumps(roles))
            if not isinstance(reasons, Mappings):
                mapper = reasons if isinstance(reasons, ReasonMapper) else ReasonMapper(reasons)
                reasons = mapper.mappings(Responses._of(table), roles.get("comment"))
            sets = reasons._found.sets()
        found = self._ready.take(table, needed, _options.dumps(roles), sets, history, through)
        return Anomalies(found, data, self)

    @property
    def _ready(self) -> _heedful.Detector:
        if self._inner is None:
            raise HeedfulError("invalid-argument", "the detector has seen no table yet: call `run` first")
        return self._inner

    @property
    def late(self) -> int:
        """Rows of periods that had been judged when they came."""
        return self._ready.counts()[1]

    def series(self, topic: str | None = None, place: tuple[str, Any] | None = None) -> Detected:
        """One series by itself, period by period: the counts of a topic (or all) in a place (or everywhere)."""
        if not isinstance(topic, str | None):
            raise HeedfulError("invalid-argument", "a topic is a text", "topic")
        title = " in ".join([topic or "all responses", *([] if place is None else [f"{place[0]} = {place[1]}"])])
        return _detected(None, self._ready.series((topic, place), title))

    def feedback(
        self,
        said: Literal["expected", "false_alarm"],
        topic: str | None = None,
        place: tuple[str, Any] | None = None,
        *,
        start: DayLike,
        end: DayLike,
    ) -> None:
        """Records what a person said of the days from `start` to `end` of a series.

        `expected`: it was real and its cause is known, nothing is learned from these days. `false_alarm`: such counts are
        normal, these days are learned in full.
        """
        self._ready.feedback((topic, place), (day(start, "start"), day(end, "end")), said)

    def __repr__(self) -> str:
        watched: dict[str, Any] = self._settings if self._inner is None else json.loads(self._inner.watcher())
        parts = [*([watched["topic"]] if watched.get("topic") else []), *watched.get("by", [])]
        return f"Detector(every {watched.get('every', 'day')}{''.join(f', {part}' for part in parts)})"

    def to_json(self) -> str:
        """The detector as JSON: settings, counts and episodes; no comments and no customers."""
        return self._ready.to_json()

    @classmethod
    def from_json(cls, text: str) -> Detector:
        """A stored detector, which goes on exactly as it would have."""
        made = cls.__new__(cls)
        made._inner = _heedful.Detector.from_json(text)
        made._settings = json.loads(made._inner.watcher())
        for name in ("columns", "topic", "by", "metric"):
            made._settings.pop(name, None)
        return made


def emerging(
    data: Any,
    *,
    at: str,
    comment: str,
    every: Cadence = "day",
    fdr: float | None = None,
    since: DayLike | None = None,
    language: str | None = None,
    words: int | None = None,
    minimum_comments: int | None = None,
    known: Iterable[str] = (),
) -> Any:
    """Words and phrases that are written more often than their own past lets expect: what nobody thought to watch.

    Each word and phrase of up to `words` (3) words that stands in `minimum_comments` (5) is a share of all comments, at
    one false-discovery rate `fdr` for each period (0.01). Judged are the days from `since` on, or the last 14 periods.
    Terms with a word in `known` are not looked at. One row for each group of terms that stand in the same comments, the
    strongest first: `term`, `terms`, `start`, `raised`, `last`, `peak`, `status`, `direction`, `observed`, `expected`,
    `excess`, `p_value`, `alarms`, `comment` (without addresses and numbers).

    >>> import datetime
    >>> import heedful as hf
    >>> first = datetime.date(2024, 1, 1)
    >>> days = [first + datetime.timedelta(days=day) for day in range(60) for _ in range(15)]
    >>> texts = ["good choice, kind staff"] * (59 * 15) + ["sales tax charged"] * 5 + ["good choice"] * 10
    >>> hf.emerging({"day": days, "text": texts}, at="day", comment="text")["term"]
    ['sales tax charged']
    """
    options = _given(
        every=every,
        fdr=fdr,
        since=None if since is None else day(since, "since"),
        language=language,
        words=words,
        minimum_comments=minimum_comments,
        known=list(known) or None,
    )
    roles, needed = {"at": at, "comment": comment}, [at, comment]
    table = _frames.table(data, needed)
    return _frames.like(data, _heedful.emerging(table, needed, _options.dumps(roles), _options.dumps(options)))


def _whole(metric: MetricLike) -> object:
    """A metric as a document, presets too."""
    from heedful._metric import Metric

    plain = _options.metric(metric)
    return Metric.preset(plain).to_dict() if isinstance(plain, str) else plain
