"""Responses: a table that is read once and knows which column is what."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from heedful import _frames, _heedful, _options
from heedful._table import html, text_dtype

if TYPE_CHECKING:
    import pandas
    import polars
    from typing_extensions import Unpack


class RoleOptions(_options.Roles, _options.At, total=False):
    """Which columns play which role; each is a column's name."""

    rating: str
    """The rating."""
    comment: str
    """What the customer wrote."""


@dataclasses.dataclass(frozen=True)
class Reading:
    """What was found out about a file."""

    rows: int
    """How many rows the file has, rejected ones included."""
    rejected: list[dict[str, Any]]
    """The rows that could not be read: `row` (from 0), `line` (from 1), `column`, `code`, `message`, and `fields` as
    they stand in the file."""
    delimiter: str | None
    """The delimiter that was declared or found; `None` for JSON Lines."""
    encoding: str
    """The encoding that was declared or marked."""
    clock: str | None
    """`instant` where times carry an offset from UTC or are numbers, else `wall`; `None` without times."""
    day_first: bool | None
    """Whether day and month in digits were read with the day first; `None` where nothing had to be settled."""
    recognised: dict[str, Any] | None = None
    """What the file was taken for, where a preset was asked for: `preset`, `why`, `header_rows`, `columns` (each with
    `column`, `role`, `metric`, `question`, `why`), `left_out` (each with `column` and `why`) and `notes`."""

    @classmethod
    def _of(cls, document: dict[str, Any]) -> Reading:
        dates = document.pop("dates") or {"clock": None, "day_first": None}
        return cls(**document, **dates)


class Responses:
    """Survey responses in columns, taken wherever a table is.

    Numbers keep the memory of the table they come from where its layout allows.

    >>> import heedful as hf
    >>> responses = hf.Responses({"score": [10, 9, 3], "plan": ["a", "a", "b"]}, rating="score")
    >>> len(responses), responses.columns, responses.roles
    (3, ['score', 'plan'], {'rating': 'score'})
    >>> hf.score(responses, by="plan")["value"]
    [100.0, -100.0]
    """

    __slots__ = ("_data", "_reading")
    _data: _heedful.Responses
    _reading: Reading | None

    def __init__(self, data: object, **roles: Unpack[RoleOptions]) -> None:
        given, dated = _options.split(cast("Mapping[str, object]", roles), RoleOptions)
        self._data = _heedful.Responses(_frames.table(data), _options.played(given, dated))
        self._reading = None

    @classmethod
    def _of(cls, data: _heedful.Responses, reading: Reading | None = None) -> Responses:
        responses = cls.__new__(cls)
        responses._data = data
        responses._reading = reading
        return responses

    def __len__(self) -> int:
        return len(self._data)

    @property
    def columns(self) -> list[str]:
        """The names in order."""
        return self._data.columns()

    @property
    def roles(self) -> dict[str, str]:
        """The column of each role that has one."""
        roles = cast("dict[str, str | None]", json.loads(self._data.roles()))
        return {role: column for role, column in roles.items() if column is not None}

    @property
    def reading(self) -> Reading | None:
        """What was found out about the file, where there was one."""
        return self._reading

    def to_csv(self, path: str | os.PathLike[str] | None = None) -> str | None:
        """The table as CSV, written to a file where a path is given: ISO 8601 times, missing values as empty fields.

        >>> import heedful as hf
        >>> hf.Responses({"score": [10, None], "why": ["fast, good", None]}).to_csv()
        'score,why\\n10,"fast, good"\\n,\\n'
        """
        return _written(self._data.written(False), path)

    def to_jsonl(self, path: str | os.PathLike[str] | None = None) -> str | None:
        """The table as JSON Lines, written to a file where a path is given.

        >>> import heedful as hf
        >>> hf.Responses({"score": [10, None]}).to_jsonl()
        '{"score":10}\\n{"score":null}\\n'
        """
        return _written(self._data.written(True), path)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._data.__arrow_c_stream__(requested_schema)

    def to_pandas(self) -> pandas.DataFrame:
        """A data frame of pandas; PyArrow is not needed. Attributes are categoricals, instants are in UTC."""
        import pandas

        return pandas.DataFrame({name: _series(self._data.column(name)) for name in self.columns})

    def to_polars(self) -> polars.DataFrame:
        """A data frame of polars."""
        import polars

        return polars.DataFrame(self)

    def __repr__(self) -> str:
        return f"Responses({len(self)} rows: {', '.join(self.columns)})"

    def _repr_html_(self) -> str:
        return html(["column", "role"], [self.columns, [self._role(name) for name in self.columns]], 0)

    def _role(self, column: str) -> str:
        return ", ".join(role for role, name in self.roles.items() if name == column)


def _written(text: str, path: str | os.PathLike[str] | None) -> str | None:
    if path is None:
        return text
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(text)
    return None


def _series(column: dict[str, Any]) -> Any:
    """A column of the compiled half as a series."""
    import numpy
    import pandas

    kind = column["kind"]
    if kind == "text":
        texts: Any = text_dtype()
        return pandas.Series(column["values"], dtype=texts)
    data: Any = numpy.frombuffer(column["data"], dtype=column["dtype"])
    if kind == "category":
        codes, values = _distinct(data, column["values"])
        return pandas.Series(pandas.Categorical.from_codes(codes, pandas.Index(values)))
    mask = column.get("mask")
    missing = None if mask is None else numpy.frombuffer(mask, dtype=bool)
    if kind == "time":
        data = data if missing is None else numpy.where(missing, numpy.datetime64("NaT"), data)
        series: Any = pandas.Series(data)
        return series.dt.tz_localize("UTC") if column["zoned"] else series
    if missing is None:
        return pandas.Series(data)
    return pandas.Series(numpy.where(missing, numpy.nan, data))


def _distinct(codes: Any, values: list[Any]) -> tuple[Any, list[Any]]:
    """Codes into distinct values, which is what pandas asks for."""
    import numpy

    places: dict[Any, int] = {}
    moved = [-1 if value is None else places.setdefault(value, len(places)) for value in values]
    # The last place is where -1 points to.
    return numpy.array([*moved, -1])[codes], list(places)
