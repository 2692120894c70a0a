"""Customer data beside responses, and the response funnel."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, overload

from heedful import _frames, _heedful, _options
from heedful._responses import Responses
from heedful._table import Table

if TYPE_CHECKING:
    from heedful._types import Frame, Plain


@dataclasses.dataclass(frozen=True, repr=False, eq=False)
class Joined:
    """Responses with customer data, and how well the two fit.

    Every response is in exactly one of `matched`, `unmatched`, `without_key`, `too_early` and `without_time`; the new
    columns are missing in all but the matched ones.
    """

    table: Any
    """The table that was given with the new columns, as a frame of pandas, polars or PyArrow where it was one, else as
    `Responses`."""
    matched: int
    """Responses that found their customer."""
    unmatched: int
    """Responses whose customer is not in the customer data."""
    without_key: int
    """Responses without a customer."""
    too_early: int
    """Responses from before the first row of their customer was valid."""
    without_time: int
    """Responses without a time, where rows are valid from a time."""
    duplicates: int
    """Rows of customer data that gave way to a later one with the same key (and time)."""
    keyless: int
    """Rows of customer data without a key."""
    unused: int
    """Customers that no response matched."""

    def __repr__(self) -> str:
        return f"Joined({self.matched} matched, {self.unmatched} unmatched, {self.unused} customers unused)"


def join(
    data: Any,
    customers: Any,
    on: str | None = None,
    key: str | None = None,
    *,
    at: str | None = None,
    valid_from: str | None = None,
    columns: Iterable[str] | None = None,
    duplicates: Literal["error", "last"] | None = None,
    time_zone: str | None = None,
    date_format: str | None = None,
) -> Joined:
    """Joins customer data (plan, value, region) onto responses, as it was when each response was given.

    `on` names the customer in the responses (the role `customer` of `Responses` where not given) and `key` in the
    customer data (the same name where not given). Where customer data has a history, `valid_from` is its column of the
    time from which a row is valid, and `at` the time of the responses. `columns` are those to join, all where not
    given. Two rows with the same key (and time) are an error, unless ``duplicates="last"``. `time_zone` tells where
    wall-clock times on one side meet instants on the other. `date_format` is how times that are texts are written, in
    the letters of `strptime`.

    >>> import heedful as hf
    >>> responses = {"score": [10, 3], "customer": ["ada", "bo"]}
    >>> made = hf.join(responses, {"id": ["bo", "cy"], "plan": ["pro", "free"]}, on="customer", key="id")
    >>> made
    Joined(1 matched, 1 unmatched, 1 customers unused)
    >>> hf.score(made.table, rating="score", by="plan")["value"]
    [-100.0, 100.0]
    """
    given = {
        "on": on,
        "key": key,
        "valid_from": valid_from,
        "columns": None if columns is None else _options.names(columns, "columns"),
        "duplicates": duplicates,
        "time_zone": time_zone,
    }
    options: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    frame = _frames.is_frame(data)
    dated = {} if date_format is None else {"date_format": date_format}
    roles, _ = _options.split({"at": at, "customer": on}, _options.ScoreOptions)
    needed = list(roles.values()) if frame else None
    wanted = None
    if columns is not None:
        own = (key or on, valid_from)
        wanted = [*options["columns"], *(name for name in own if name is not None)]
    made, counts = _heedful.join(
        (_frames.table(data, needed), needed, _options.dumps(roles | dated)),
        # Dates in this column are times.
        (_frames.table(customers, wanted), wanted, _options.dumps({"at": valid_from, **dated})),
        _options.dumps(options),
    )
    responses = Responses._of(made)
    table = _frames.beside(data, responses, needed or ()) if frame else responses
    return Joined(table=table, **json.loads(counts))


@overload
def funnel(
    data: Frame,
    *,
    status: str | None = None,
    words: Mapping[str, str] | None = None,
    columns: Mapping[str, str] | None = None,
    rating: str | None = None,
    comment: str | None = None,
    signal_column: str | None = None,
    confidence: float | None = None,
) -> Frame: ...
@overload
def funnel(
    data: Plain,
    *,
    status: str | None = None,
    words: Mapping[str, str] | None = None,
    columns: Mapping[str, str] | None = None,
    rating: str | None = None,
    comment: str | None = None,
    signal_column: str | None = None,
    confidence: float | None = None,
) -> Table: ...
@overload
def funnel(
    data: object,
    *,
    status: str | None = None,
    words: Mapping[str, str] | None = None,
    columns: Mapping[str, str] | None = None,
    rating: str | None = None,
    comment: str | None = None,
    signal_column: str | None = None,
    confidence: float | None = None,
) -> Any: ...
def funnel(
    data: Any,
    *,
    status: str | None = None,
    words: Mapping[str, str] | None = None,
    columns: Mapping[str, str] | None = None,
    rating: str | None = None,
    comment: str | None = None,
    signal_column: str | None = None,
    confidence: float | None = None,
) -> Any:
    """How many of those invited came how far, with the rate of each step.

    The steps are `invited`, `delivered`, `opened`, `rated`, `gave_reason`, `commented` and `declined`. `data` is a
    dict of counts by step, or a table with a row for each invitation: either `status` names the column with each row's
    furthest step (`words` says what the steps are called there, ``{"DONE": "rated"}``), or `columns` names a column for
    each step, ``{"opened": "opened_at"}``, of yes and no, or of times; `rating` and `comment` tell by having a value.
    Only solicited rows count where `signal_column` is given.

    Columns: `step`, `n`, `previous` (the step that it is a part of), `of_previous`, `of_previous_lower`,
    `of_previous_upper`, `of_invited`, `of_invited_lower`, `of_invited_upper`: shares, 0 to 1, with Wilson intervals.

    >>> import heedful as hf
    >>> hf.funnel({"invited": 1000, "opened": 400, "rated": 100})["of_previous"]
    [None, 0.4, 0.25]
    >>> hf.funnel({"state": ["rated", "opened", None, "declined"]}, status="state")["n"][:4]
    [4, 3, 3, 1]
    """
    uncertainty: dict[str, object] = {} if confidence is None else {"confidence": confidence}
    if isinstance(data, Mapping) and all(isinstance(count, int) for count in data.values()):
        return Table(_heedful.funnel_of_counts(_options.dumps(dict(data)), _options.dumps(uncertainty)))
    given = {"status": status, "words": words, "columns": columns}
    options = uncertainty | {name: value for name, value in given.items() if value is not None}
    roles = {"rating": rating, "comment": comment, "signal": signal_column}
    roles = {role: column for role, column in roles.items() if column is not None}
    needed = [name for name in (status, *(columns or {}).values(), *roles.values()) if name is not None]
    table = _frames.table(data, needed)
    return _frames.like(data, _heedful.funnel(table, needed, _options.dumps(roles), _options.dumps(options)))
