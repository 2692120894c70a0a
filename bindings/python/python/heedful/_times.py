"""Times and days as users write them."""

from __future__ import annotations

import datetime
import operator
from typing import TYPE_CHECKING

from heedful._errors import HeedfulError

if TYPE_CHECKING:
    from heedful._types import DayLike, TimeLike

_UTC = datetime.timezone.utc
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=_UTC)


def instant(time: TimeLike, path: str = "now") -> int:
    """Milliseconds since 1970. A time without a zone is UTC, a day is its midnight, a number is milliseconds."""
    if isinstance(time, bool):
        raise HeedfulError("invalid-argument", "a time is no truth value", path)
    if hasattr(time, "__index__"):
        millis = operator.index(time)
        if abs(millis) < 1 << 63:
            return millis
        raise HeedfulError("date-invalid", "the time is beyond what milliseconds can say", path)
    read = moment(time, path)
    return (read.replace(tzinfo=read.tzinfo or _UTC) - _EPOCH) // datetime.timedelta(milliseconds=1)


def moment(time: object, path: str) -> datetime.datetime:
    """A time, or the midnight of a day; in text as ISO 8601 has it."""
    if isinstance(time, str):
        try:
            return datetime.datetime.fromisoformat(time.replace("Z", "+00:00"))
        except ValueError:
            raise HeedfulError("date-invalid", f"`{time}` is no time such as 2026-01-31 or 2026-01-31T12:00Z", path) from None
    if isinstance(time, datetime.datetime):
        return time
    if isinstance(time, datetime.date):
        return datetime.datetime(time.year, time.month, time.day)
    raise HeedfulError("invalid-argument", f"a time is a datetime, a date or a text, not {type(time).__name__}", path)


def day(day: DayLike, path: str) -> int:
    """Days since 1970."""
    return moment(day, path).toordinal() - _EPOCH.toordinal()


def of_day(day: int) -> datetime.date:
    """The day so many days since 1970."""
    return datetime.date.fromordinal(day + _EPOCH.toordinal())


def of_instant(millis: int) -> datetime.datetime:
    """The time in UTC so many milliseconds since 1970."""
    return _EPOCH + datetime.timedelta(milliseconds=millis)
