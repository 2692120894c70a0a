"""Tables and columns of other libraries, as the compiled half takes them, and results as the same kind.

No library is imported here: an object of pandas, polars or NumPy can only come from a program that imported it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from heedful import _heedful
from heedful._errors import HeedfulError
from heedful._table import Table, text_dtype

if TYPE_CHECKING:
    import numpy
    import pandas


def _is(value: object, library: str, name: str) -> bool:
    """Whether a value is of a class of a library that may not be there."""
    module = sys.modules.get(library)
    known = getattr(module, name, None)
    return known is not None and isinstance(value, known)


def is_table(data: object) -> bool:
    """Whether it has columns with names, as far as can be told without reading it."""
    if isinstance(data, Mapping) or isinstance(getattr(data, "_data", None), _heedful.Responses):
        return True
    if isinstance(data, Sequence) and not isinstance(data, str):
        return len(data) > 0 and isinstance(data[0], Mapping)
    if _is(data, "polars", "LazyFrame"):
        # Its names cost a look at what it is made of.
        return True
    # Frames have `columns`, Arrow's tables, batches and readers a `schema`; series and arrays have neither.
    return any(hasattr(data, name) for name in ("columns", "column_names", "schema"))


def table(data: Any, names: Iterable[str] | None = None) -> object:
    """A table with the columns of these names, or with all: responses, a dict of columns, or Arrow."""
    wanted = None if names is None else distinct(names)
    held = getattr(data, "_data", None)
    if isinstance(held, _heedful.Responses):
        return held
    if _is(data, "pandas", "DataFrame"):
        return _pandas(data, wanted)
    if isinstance(data, Mapping):
        places = {str(name): name for name in data}
        return {name: column(data[places[name]]) for name in _choose(wanted, places)}
    if isinstance(data, Sequence) and not isinstance(data, (str, bytes)):
        return _rows(data, wanted)
    if _is(data, "polars", "LazyFrame"):
        chosen = _choose(wanted, data.collect_schema().names())
        return data.select(chosen).collect()
    if wanted is not None and _is(data, "polars", "DataFrame"):
        return data.select(_choose(wanted, data.columns))
    if wanted is not None and _is(data, "duckdb", "DuckDBPyRelation"):
        chosen = _choose(wanted, data.columns)
        # A relation without columns does not exist.
        quoted = ", ".join('"' + name.replace('"', '""') + '"' for name in chosen)
        return data.project(quoted) if quoted else data
    return data


def distinct(names: Iterable[object]) -> list[str]:
    """Names of columns, which nothing but texts are, each once."""
    found: dict[str, None] = {}
    for name in names:
        if not isinstance(name, str):
            message = f"the name of a column is a text, not {type(name).__name__}"
            raise HeedfulError("invalid-argument", message, str(name))
        found[name] = None
    return list(found)


def _choose(wanted: list[str] | None, available: Iterable[object]) -> list[str]:
    """The wanted columns that there are; one that is not there is an error."""
    names = [str(name) for name in available]
    if wanted is None:
        return names
    _heedful.require(wanted, names)
    return wanted


def _pandas(frame: pandas.DataFrame, wanted: list[str] | None) -> dict[str, object]:
    columns: dict[str, object] = {}
    labels = list(frame.columns)
    names = [str(label) for label in labels]
    places = {name: place for place, name in enumerate(names)}
    twice = {name for place, name in enumerate(names) if places[name] != place}
    for name in _choose(wanted, names):
        if name in twice:
            raise HeedfulError("duplicate-column", "the column is there more than once", name)
        place = places[name]
        # By its label where that is a text: many times quicker than by its place.
        columns[name] = column(frame[name] if isinstance(labels[place], str) else frame.iloc[:, place])
    return columns


def _rows(rows: Sequence[Any], wanted: list[str] | None) -> dict[str, object]:
    """A list of dicts; a key that a row lacks is missing."""
    if not all(isinstance(row, Mapping) for row in rows):
        raise HeedfulError("column-type", "a table is no list of anything but dicts")
    places = {str(name): name for row in rows for name in row}
    chosen = wanted if wanted is not None and not rows else _choose(wanted, places)
    return {name: [row.get(places[name]) for row in rows] for name in chosen}


def values(values: object, weights: object = None) -> tuple[dict[str, str], dict[str, object]]:
    """Plain values as a table with one column, and their weights as another."""
    data = {"values": column(values)}
    roles = {"rating": "values"}
    if weights is not None:
        data["weights"] = column(weights)
        roles["weight"] = "weights"
    return roles, data


def column(values: Any) -> object:
    """One column: a list, an array, or an object of Arrow."""
    if isinstance(values, list):
        return values
    if _is(values, "pandas", "Series") or _is(values, "pandas", "Index"):
        return _series(values)
    if _is(values, "pandas", "Categorical"):
        return _heedful.Codes(_array(values.codes), list(values.categories))
    if _is(values, "numpy", "ndarray"):
        return _array(values)
    if hasattr(values, "__arrow_c_stream__") or hasattr(values, "__arrow_c_array__"):
        return values
    if hasattr(values, "__array__") and "numpy" in sys.modules:
        return _array(sys.modules["numpy"].asarray(values))
    if isinstance(values, (str, bytes, Mapping)) or not isinstance(values, Iterable):
        raise HeedfulError("column-type", f"values come as a list or an array, not as {type(values).__name__}")
    return list(values)


def one(data: Any, name: str) -> object:
    """The column of this name of a table that can be asked for one."""
    if _is(data, "pandas", "DataFrame"):
        return _pandas(data, [name])[name]
    if isinstance(data, Mapping):
        made = table(data, [name])
        return cast("dict[str, object]", made)[name]
    if isinstance(data, Sequence):
        return _rows(data, [name])[name]
    if _is(data, "polars", "LazyFrame"):
        return data.select(_choose([name], data.collect_schema().names())).collect()[name]
    if any(_is(data, library, kind) for library, kind in (("polars", "DataFrame"), ("pyarrow", "Table"), ("pyarrow", "RecordBatch"))):
        _choose([name], data.columns if _is(data, "polars", "DataFrame") else data.schema.names)
        return data[name]
    raise HeedfulError("column-type", "lists of reasons are read from a data frame, a dict or rows, not from a stream", name)


def _series(series: Any) -> object:
    """A series of pandas, by the kind of its memory. PyArrow is not needed unless the memory is its own."""
    import numpy

    dtype = series.dtype
    if isinstance(dtype, numpy.dtype):
        return _array(series.to_numpy())
    kind = type(dtype).__name__
    if kind == "CategoricalDtype":
        held = series.array
        return _heedful.Codes(_array(held.codes), list(held.categories))
    if kind == "DatetimeTZDtype":
        # In UTC, whatever the zone is.
        return _stamps(series.to_numpy(dtype=f"datetime64[{dtype.unit}]"), zoned=True)
    if kind == "ArrowDtype" or getattr(dtype, "storage", None) == "pyarrow":
        return series.array.__arrow_array__()
    if kind == "BooleanDtype" or getattr(dtype, "kind", "O") not in "iuf":
        return series.tolist()
    return _array(series.to_numpy(dtype="float64", na_value=float("nan")))


def _array(array: numpy.ndarray[Any, Any]) -> object:
    """An array of NumPy: numbers keep their memory where they are contiguous, aligned and in native order."""
    import numpy

    if array.ndim != 1:
        raise HeedfulError("column-type", f"an array of values has one dimension, not {array.ndim}")
    kind = array.dtype.kind
    if kind == "b":
        return _heedful.Codes(_memory(array).view(numpy.uint8), [False, True])
    if kind == "M":
        return _stamps(array, zoned=False)
    if kind in "iu" or (kind == "f" and array.dtype.itemsize in (4, 8)):
        return _memory(array)
    if kind == "f":
        return array.astype(numpy.float32 if array.dtype.itemsize == 2 else numpy.float64)
    return array.tolist()


def _memory(array: numpy.ndarray[Any, Any]) -> numpy.ndarray[Any, Any]:
    import numpy

    return numpy.require(array, dtype=array.dtype.newbyteorder("="), requirements=("C", "A"))


def _stamps(array: numpy.ndarray[Any, Any], *, zoned: bool) -> object:
    import numpy

    unit, step = numpy.datetime_data(array.dtype)
    if unit not in ("s", "ms", "us", "ns") or step != 1:
        unit = "s"
        array = array.astype("datetime64[s]")
    return _heedful.Stamps(_memory(array).view(numpy.int64), unit, zoned)


def like(data: object, result: _heedful.Table) -> Any:
    """The result as the kind of table that the data is, or is a column of: of pandas, polars or PyArrow, else our own."""
    made = Table(result)
    if _is(data, "pandas", "DataFrame") or _is(data, "pandas", "Series"):
        return made.to_pandas()
    if any(_is(data, "polars", name) for name in ("DataFrame", "LazyFrame", "Series")):
        return made.to_polars()
    if any(_is(data, "pyarrow", name) for name in ("Table", "RecordBatch", "ChunkedArray", "Array")):
        return sys.modules["pyarrow"].table(made)
    return made


def is_frame(data: object) -> bool:
    """Whether columns can be put beside those that are there."""
    frames = (("pandas", "DataFrame"), ("polars", "DataFrame"), ("pyarrow", "Table"))
    return any(_is(data, library, name) for library, name in frames)


def beside(data: Any, responses: Any, old: Iterable[str]) -> Any:
    """The frame with the columns of the responses that are new."""
    known = set(old)
    new = [name for name in responses.columns if name not in known]
    there = data.column_names if _is(data, "pyarrow", "Table") else data.columns
    for name in new:
        if name in there:
            raise HeedfulError("duplicate-column", "the column is there already", name)
    if _is(data, "pandas", "DataFrame"):
        frame = responses.to_pandas()[new]
        if data.columns.nlevels > 1:
            return data.assign(**{name: frame[name].array for name in new})
        # All at once: pandas copies its list of columns for each one that is put in.
        names = data.columns.append(frame.columns).rename(data.columns.name)
        made = sys.modules["pandas"].concat([data, frame.set_axis(data.index)], axis=1)
        return made.set_axis(names, axis=1).__finalize__(data)
    if _is(data, "polars", "DataFrame"):
        return data.with_columns(responses.to_polars().select(new))
    columns = sys.modules["pyarrow"].table(responses)
    for name in new:
        data = data.append_column(name, columns[name])
    return data


def gathered(data: Any, rows: list[int], name: str, values: list[Any]) -> Any:
    """The rows of a frame by their numbers, with one more column."""
    there = data.column_names if _is(data, "pyarrow", "Table") else data.columns
    if name in there:
        raise HeedfulError("duplicate-column", "the column is there already", name)
    if _is(data, "pandas", "DataFrame"):
        frame = data.iloc[rows]
        return frame.assign(**{name: sys.modules["pandas"].Series(values, index=frame.index, dtype=text_dtype())})
    if _is(data, "polars", "DataFrame"):
        polars = sys.modules["polars"]
        return data[rows].with_columns(polars.Series(name, values, dtype=polars.String))
    arrow = sys.modules["pyarrow"]
    return data.take(rows).append_column(name, arrow.array(values, arrow.string()))


def texts_like(data: Any, texts: list[str | None]) -> Any:
    """Texts, one for each row, as the kind of column that the data's library has, else a list."""
    if _is(data, "pandas", "DataFrame") or _is(data, "pandas", "Series"):
        return sys.modules["pandas"].Series(texts, index=data.index, dtype=text_dtype(), name=getattr(data, "name", None))
    if any(_is(data, "polars", name) for name in ("DataFrame", "LazyFrame", "Series")):
        polars = sys.modules["polars"]
        name = data.name if _is(data, "polars", "Series") else ""
        return polars.Series(name, texts, dtype=polars.String)
    if any(_is(data, "pyarrow", name) for name in ("Table", "RecordBatch", "ChunkedArray", "Array")):
        arrow = sys.modules["pyarrow"]
        return arrow.array(texts, arrow.string())
    return texts


def series(data: Any, weights: _heedful.Weights) -> Any:
    """The weights as the kind of column that the data's library has, else a list."""
    if _is(data, "pandas", "DataFrame"):
        import numpy
        import pandas

        return pandas.Series(numpy.frombuffer(weights.floats()), index=data.index, name="weight").copy()
    if _is(data, "polars", "DataFrame") or _is(data, "polars", "LazyFrame"):
        return sys.modules["polars"].DataFrame(weights)["weight"]
    if _is(data, "pyarrow", "Table") or _is(data, "pyarrow", "RecordBatch"):
        return sys.modules["pyarrow"].table(weights)["weight"]
    return weights.values()
