"""Result tables."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from heedful import _heedful

if TYPE_CHECKING:
    import pandas
    import polars

#: Rows that a notebook or a terminal shows.
_SHOWN = 60


class Table:
    """A table of results: an Arrow stream, and what pandas, polars or plain Python make of it.

    Texts are utf8, whole numbers int64, numbers float64, days date32; what is not known is missing.

    >>> import heedful as hf
    >>> table = hf.score({"score": [10, 9, 3], "plan": ["a", "a", "b"]}, rating="score", by="plan")
    >>> table.columns[:4]
    ['plan', 'metric', 'value', 'lower']
    >>> [(row["plan"], row["value"]) for row in table.to_pylist()]
    [('a', 100.0), ('b', -100.0)]
    """

    __slots__ = ("_result",)

    def __init__(self, result: _heedful.Table) -> None:
        self._result = result

    @property
    def columns(self) -> list[str]:
        """The names in order."""
        return self._result.columns()

    def __len__(self) -> int:
        return len(self._result)

    def __getitem__(self, column: str) -> list[Any]:
        """The values of a column, `None` where missing."""
        names = self.columns
        if column not in names:
            raise KeyError(column)
        return self._result.values(names.index(column))

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._result.__arrow_c_stream__(requested_schema)

    def to_pylist(self) -> list[dict[str, Any]]:
        """One dict for each row; days as `datetime.date`."""
        names = self.columns
        columns = [self._result.values(index) for index in range(len(names))]
        return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]

    def to_json(self) -> str:
        """The rows as JSON: a list of objects, days as ISO texts, what is not known as `null`."""
        return self._result.json()

    def to_pandas(self) -> pandas.DataFrame:
        """A data frame of pandas; PyArrow is not needed. Whole numbers are `Int64` where some are missing."""
        import pandas

        texts = _texts(self)
        series = [self._series(index, texts) for index in range(len(self.columns))]
        frame = pandas.DataFrame(dict(enumerate(series)))
        frame.columns = pandas.Index(self.columns)
        return frame

    def _series(self, index: int, texts: Any) -> Any:
        import numpy
        import pandas

        kind = self._result.kind(index)
        floats = self._result.floats(index)
        if floats is not None:
            return pandas.Series(numpy.frombuffer(floats, dtype=numpy.float64))
        if kind == "text" and texts is not None:
            return pandas.Series(texts.column(index), dtype="str")
        values = self._result.values(index)
        if kind in ("date", "time"):
            return pandas.Series(numpy.array(values, dtype="datetime64[s]"))
        missing = any(value is None for value in values)
        dtypes = {"int": "Int64" if missing else "int64", "bool": "boolean" if missing else "bool"}
        dtype: Any = dtypes.get(kind, text_dtype())
        return pandas.Series(values, dtype=dtype)

    def to_polars(self) -> polars.DataFrame:
        """A data frame of polars."""
        import polars

        return polars.DataFrame(self)

    def __repr__(self) -> str:
        size = f"Table of {len(self)} rows"
        if len(self) > 10 * _SHOWN:
            return f"{size}: {', '.join(self.columns)}"
        lines = str(self._result).splitlines()
        more = [f"... {size}"] if len(self) > _SHOWN else []
        return "\n".join(lines[: _SHOWN + 1] + more)

    def _repr_html_(self) -> str:
        rows = [self._result.values(index)[:_SHOWN] for index in range(len(self.columns))]
        return html(self.columns, rows, len(self))


def text_dtype() -> str:
    """How pandas stores texts: before version 3 as objects."""
    import pandas

    return "str" if int(pandas.__version__.split(".")[0]) >= 3 else "object"


def _texts(table: Table) -> Any:
    """The table as PyArrow's where pandas keeps texts there: many times quicker than through Python's own."""
    import pandas

    if text_dtype() != "str" or pandas.StringDtype(na_value=float("nan")).storage != "pyarrow":
        return None
    return sys.modules["pyarrow"].table(table)


def html(names: Sequence[str], columns: Sequence[Sequence[object]], rows: int) -> str:
    """A table for a notebook, of the first rows."""
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    body = "".join(
        "<tr>" + "".join(_cell(value) for value in row) + "</tr>" for row in zip(*columns, strict=True)
    )
    note = f"<small>{_SHOWN} of {rows} rows</small>" if rows > _SHOWN else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{note}"


def _cell(value: object) -> str:
    if value is None:
        return "<td></td>"
    if isinstance(value, float):
        return f'<td style="text-align: right">{value:.2f}</td>'
    if isinstance(value, int) and not isinstance(value, bool):
        return f'<td style="text-align: right">{value}</td>'
    return f"<td>{escape(str(value))}</td>"
