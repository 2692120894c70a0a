"""One table of responses in every form that comes in."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa

RATINGS = [10, 9, 3, None, 0, 8]
PLANS = ["pro", "free", None, "pro", "free", "pro"]
DAYS = [datetime.date(2024, 1, 31), datetime.date(2024, 3, 1), None, *[datetime.date(2024, 1, 2)] * 3]


def columns() -> dict[str, list[Any]]:
    return {"score": list(RATINGS), "plan": list(PLANS), "day": list(DAYS)}


def rows() -> list[dict[str, Any]]:
    names = columns()
    return [dict(zip(names, row, strict=True)) for row in zip(*names.values(), strict=True)]


def arrow() -> pa.Table:
    return pa.table(
        {
            "score": pa.array(RATINGS, pa.uint8()),
            "plan": pa.array(PLANS).dictionary_encode(),
            "day": pa.array(DAYS, pa.date32()),
        }
    )


def arrow_chunked() -> pa.Table:
    table = arrow()
    return pa.concat_tables([table.slice(0, 2), table.slice(2, 1), table.slice(3)])


def arrow_sliced() -> pa.Table:
    table = arrow()
    return pa.concat_tables([table, table]).combine_chunks().slice(4, 6).take([2, 3, 4, 5, 0, 1])


def arrow_strings() -> pa.Table:
    plain = arrow()
    plan = plain["plan"].cast(pa.string())
    return plain.set_column(1, "plan", plan.cast(pa.large_string()))


def arrow_null_in_dictionary() -> pa.Table:
    keys = pa.array([0, 2, 1, 0, 2, 0], pa.int8())
    plan = pa.DictionaryArray.from_arrays(keys, pa.array(["pro", None, "free"]))
    return arrow().set_column(1, "plan", plan)


def polars_as(dtype: Any) -> Callable[[], pl.DataFrame]:
    def make() -> pl.DataFrame:
        frame = pl.DataFrame(columns(), schema={"score": pl.UInt8, "plan": pl.String, "day": pl.Date})
        return frame.with_columns(pl.col("plan").cast(dtype))

    return make


def polars_chunked() -> pl.DataFrame:
    frame = polars_as(pl.Enum(["free", "pro"]))()
    return pl.concat([frame[:2], frame[2:]], rechunk=False)


def pandas_plain() -> pd.DataFrame:
    frame = pd.DataFrame(columns())
    frame["day"] = pd.to_datetime(frame["day"])
    return frame


def pandas_object() -> pd.DataFrame:
    frame = pandas_plain()
    frame["score"] = pd.Series([10, "9 - likely", 3.0, None, np.int8(0), np.float32(8)], dtype=object)
    frame["plan"] = pd.Series(PLANS, dtype=object)
    return frame


def pandas_nullable() -> pd.DataFrame:
    frame = pandas_plain()
    frame["score"] = frame["score"].astype("UInt8")
    frame["plan"] = frame["plan"].astype("category")
    return frame


def pandas_arrow() -> pd.DataFrame:
    return arrow_strings().to_pandas(types_mapper=pd.ArrowDtype)


def pandas_extension_strings() -> pd.DataFrame:
    frame = pandas_plain()
    frame["plan"] = frame["plan"].astype("string[python]")
    return frame


def duckdb_relation() -> Any:
    import duckdb

    values = ", ".join(
        f"({'NULL' if r is None else r}, {'NULL' if p is None else repr(p)}, {'NULL' if d is None else f'DATE {str(d)!r}'})"
        for r, p, d in zip(RATINGS, PLANS, DAYS, strict=True)
    )
    return duckdb.sql(f"SELECT * FROM (VALUES {values}) AS t(score, plan, day)")


class Stream:
    """A table of which nothing is known but that it is a stream."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._table.__arrow_c_stream__(requested_schema)


FRAMES: dict[str, Callable[[], Any]] = {
    "dict": columns,
    "rows": rows,
    "arrow": arrow,
    "arrow batch": lambda: arrow().to_batches()[0],
    "arrow reader": lambda: arrow_chunked().to_reader(),
    "arrow chunked": arrow_chunked,
    "arrow sliced": arrow_sliced,
    "arrow strings": arrow_strings,
    "arrow null in dictionary": arrow_null_in_dictionary,
    "polars string": polars_as(pl.String),
    "polars categorical": polars_as(pl.Categorical),
    "polars enum": polars_as(pl.Enum(["free", "pro"])),
    "polars chunked": polars_chunked,
    "polars lazy": lambda: polars_chunked().lazy(),
    "pandas": pandas_plain,
    "pandas object": pandas_object,
    "pandas nullable": pandas_nullable,
    "pandas arrow": pandas_arrow,
    "pandas string": pandas_extension_strings,
    "stream": lambda: Stream(arrow_chunked()),
}
