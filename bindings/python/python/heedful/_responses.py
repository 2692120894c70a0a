"""Responses: a table that is read once and knows which column is what."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from heedful import _frames, _heedful, _options
from heedful._table import html

if TYPE_CHECKING:
    import pandas
    import polars
    from typing_extensions import Unpack


class RoleOptions(_options.Roles, total=False):
    """Which columns play which role; each is a column's name."""

    rating: str
    """The rating."""
    comment: str
    """What the customer wrote."""


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

    __slots__ = ("_data",)
    _data: _heedful.Responses

    def __init__(self, data: object, **roles: Unpack[RoleOptions]) -> None:
        given, _ = _options.split(cast("Mapping[str, object]", roles), RoleOptions)
        self._data = _heedful.Responses(_frames.table(data), _options.dumps(given))

    @classmethod
    def _of(cls, data: _heedful.Responses) -> Responses:
        responses = cls.__new__(cls)
        responses._data = data
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


def _series(column: dict[str, Any]) -> pandas.Series[Any]:
    """A column of the compiled half as a series."""
    import numpy
    import pandas

    kind = column["kind"]
    if kind == "text":
        return pandas.Series(column["values"], dtype="str")
    data = numpy.frombuffer(column["data"], dtype=column["dtype"])
    if kind == "category":
        return pandas.Series(pandas.Categorical.from_codes(*_distinct(data, column["values"])))
    mask = column.get("mask")
    missing = None if mask is None else numpy.frombuffer(mask, dtype=bool)
    if kind == "time":
        data = data if missing is None else numpy.where(missing, numpy.datetime64("NaT"), data)
        series = pandas.Series(data)
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
