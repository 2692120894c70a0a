"""Series of counts, watched."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from heedful import _frames, _heedful, _options
from heedful._errors import HeedfulError

if TYPE_CHECKING:
    from heedful._types import Every

_EPOCH = datetime.date(1970, 1, 1).toordinal()


class Detected(NamedTuple):
    """What was found in a series: see `detect`."""

    table: Any
    """One row for each period."""
    episodes: Any
    """One row for each episode: alarms that belong together."""


def detect(
    counts: Any,
    *,
    every: Every,
    start: datetime.date | None = None,
    alpha: float | None = None,
    direction: Literal["up", "down", "both"] | None = None,
    volume: Any = None,
    share: bool = False,
    holidays: Iterable[datetime.date] = (),
    min_cases: int | None = None,
    memory: int | None = None,
) -> Detected:
    """Whether counts are other than was to be expected: each period against those before it.

    `counts` has a whole number for each period, `None` or NaN where it is missing. `start` is a day of the first period:
    weekdays, holidays and the time of year follow from it. `alpha` is the wanted rate of false alarms for each period
    (0.01), `direction` which departures alarm (`up`). `volume` says out of how many; with `share` counts are a part of it,
    and more volume is no news. `min_cases` keeps quiet where there are fewer cases, `memory` is how many periods are
    remembered.

    The table has `period` (its first day), `observed`, `expected`, `lower`, `upper`, `p_value`, `strength`, `alarm`,
    `direction`, `window`, and why so much is expected: `level`, `trend`, `season`, `holiday`. Episodes have `start`,
    `raised`, `last`, `peak`, `status`, `direction`, `observed`, `expected`, `excess`, `p_value`, `alarms`.

    >>> import datetime
    >>> import heedful as hf
    >>> counts = [20 + week % 5 for week in range(120)]
    >>> counts[118] = 60
    >>> table, episodes = hf.detect(counts, every="week", start=datetime.date(2001, 1, 1))
    >>> table["alarm"][118], len(episodes)
    (True, 1)
    """
    given = {
        "start": None if start is None else start.toordinal() - _EPOCH,
        "alpha": alpha,
        "direction": direction,
        "share": share or None,
        "holidays": [day.toordinal() - _EPOCH for day in holidays] or None,
        "min_cases": min_cases,
        "memory": memory,
    }
    options = {"every": every, **{name: value for name, value in given.items() if value is not None}}
    known = None if volume is None else _counts(volume, "volume")
    found = _heedful.detect(_counts(counts, "counts"), known, _options.dumps(options))
    return Detected(*(_frames.like(counts, table) for table in found))


def _counts(values: Any, name: str) -> list[int | None]:
    plain = values.to_list() if hasattr(values, "to_list") else list(values)
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
