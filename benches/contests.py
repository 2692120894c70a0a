"""What is measured: the data, who runs on it, and how to tell that all found the same.

Each contest is prepared in a process of its own, with the threads that it may use already set.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import heedful as hf
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa

OURS = "heedful"


@dataclass(frozen=True)
class Contender:
    """One way to do the work: `run` is timed, `answer` brings its result into the form that all are compared in."""

    side: str
    name: str
    run: Callable[[], Any]
    answer: Callable[[Any], Any]


@dataclass(frozen=True)
class Contest:
    """`prepare(rows, threads)` makes the contenders; of each side the fastest counts.

    `bars` holds, for each number of threads, how many times faster than a side we have to be; `bar_gb` how many
    gigabytes a second. Contests with `memory` also compare peaks.
    """

    title: str
    prepare: Callable[[int, int], list[Contender]]
    rows: int
    quick_rows: int
    threads: tuple[int, ...] = (1,)
    bars: dict[int, dict[str, float]] = field(default_factory=dict)
    bar_gb: float | None = None
    memory: bool = False


# Grouped scores -------------------------------------------------------------------------------------------------

BY = ["agent", "channel"]
SIZES = {"agent": 100, "channel": 12}
NAMES = {name: [f"{name} {i:03}" for i in range(size)] for name, size in SIZES.items()}

# The score and Rocks' adjusted Wald interval in closed form: the rivals are spared Tango's, which has none.
INTERVAL_SQL = """
SELECT agent, channel, n, promoters, detractors, 100.0 * (promoters - detractors) / n AS value,
  greatest(100 * (p - d - 1.959963984540054 * sqrt((p + d - (p - d) * (p - d)) / (n + 3))), -100) AS lower,
  least(100 * (p - d + 1.959963984540054 * sqrt((p + d - (p - d) * (p - d)) / (n + 3))), 100) AS upper
FROM (SELECT *, (promoters + 0.75) / (n + 3) AS p, (detractors + 0.75) / (n + 3) AS d FROM ({counts}))
"""
COUNTS_SQL = {
    "filter": "count(*) FILTER (score >= 9) AS promoters, count(*) FILTER (score <= 6) AS detractors",
    "count_if": "count_if(score >= 9) AS promoters, count_if(score <= 6) AS detractors",
    "sum of cases": "sum((score >= 9)::UTINYINT) AS promoters, sum((score <= 6)::UTINYINT) AS detractors",
}
# Grouped by the rating first: three keys, one counter.
POINTS_SQL = """
SELECT agent, channel, sum(c) AS n, sum(c) FILTER (score >= 9) AS promoters, sum(c) FILTER (score <= 6) AS detractors
FROM (SELECT agent, channel, score, count(*) AS c FROM {table} GROUP BY ALL) GROUP BY agent, channel
"""


def group_codes(rows: int) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Ratings and positions of keys, drawn with one seed, in a byte each."""
    draw = np.random.default_rng(20_240_501)
    ratings = draw.integers(0, 11, rows, dtype=np.uint8)
    return ratings, {name: draw.integers(0, size, rows, dtype=np.uint8) for name, size in SIZES.items()}


def arrow_table(rows: int, positions: type = np.int32) -> pa.Table:
    """With 32-bit positions, as `dictionary_encode` makes them, or narrower ones."""
    ratings, codes = group_codes(rows)
    keys = {
        name: pa.DictionaryArray.from_arrays(pa.array(codes[name].astype(positions)), NAMES[name], safe=False)
        for name in BY
    }
    return pa.table({"score": pa.array(ratings), **keys})


def polars_table(rows: int) -> pl.DataFrame:
    ratings, codes = group_codes(rows)
    keys = [pl.Series(name, codes[name]).cat.to(pl.Enum(NAMES[name])) for name in BY]
    return pl.DataFrame([pl.Series("score", ratings), *keys])


def grouped_answer(table: Any) -> dict[tuple[str, str], tuple[int, int, int, float]]:
    """Counts and score of each group, from any kind of table."""
    columns = table.to_dict(as_series=False) if isinstance(table, pl.DataFrame) else None
    if columns is None:
        columns = table.to_dict("list") if isinstance(table, pd.DataFrame) else table.to_pydict()
    n = columns["n"]
    if "promoters" in columns:
        promoters, detractors = columns["promoters"], columns["detractors"]
    else:
        promoters, detractors = (
            [round(share * n) for share, n in zip(columns[name], n, strict=True)]
            for name in ("share_promoter", "share_detractor")
        )
    values = columns.get("value")
    if values is None:
        counts = zip(n, promoters, detractors, strict=True)
        values = [100 * (promoters - detractors) / n for n, promoters, detractors in counts]
    rows = zip(columns["agent"], columns["channel"], n, promoters, detractors, values, strict=True)
    return {(str(a), str(c)): (int(n), int(p), int(d), round(v, 9)) for a, c, n, p, d, v in rows}


def heedful_grouped(name: str, table: Any, threads: int) -> Contender:
    run = lambda: hf.score(table, rating="score", metric="nps", by=BY, threads=threads)
    return Contender(OURS, name, run, grouped_answer)


def polars_interval(frame: pl.LazyFrame) -> pl.LazyFrame:
    n, promoters, detractors = (pl.col(name).cast(pl.Float64) for name in ("n", "promoters", "detractors"))
    p, d = (promoters + 0.75) / (n + 3), (detractors + 0.75) / (n + 3)
    half = 1.959963984540054 * ((p + d - (p - d) ** 2) / (n + 3)).sqrt()
    return frame.with_columns(
        value=100 * (promoters - detractors) / n,
        lower=(100 * (p - d - half)).clip(-100, 100),
        upper=(100 * (p - d + half)).clip(-100, 100),
    )


def polars_counts(table: pl.DataFrame) -> dict[str, pl.LazyFrame]:
    score = pl.col("score")
    direct = (
        table.lazy()
        .group_by(BY)
        .agg(n=pl.len(), promoters=(score >= 9).sum(), detractors=(score <= 6).sum())
    )
    points = (
        table.lazy()
        .group_by([*BY, "score"])
        .agg(c=pl.len())
        .group_by(BY)
        .agg(
            n=pl.col("c").sum(),
            promoters=pl.col("c").filter(score >= 9).sum(),
            detractors=pl.col("c").filter(score <= 6).sum(),
        )
    )
    return {"sums": direct, "points first": points}


def polars_grouped(label: str, table: pl.DataFrame) -> list[Contender]:
    found = []
    for engine in ("streaming", "in-memory"):
        for name, counts in polars_counts(table).items():
            for what, query in (("", polars_interval(counts)), ("just the counts, ", counts)):
                if engine == "in-memory" and not what:
                    continue  # several times slower: its best case will do
                run = lambda query=query, engine=engine: query.collect(engine=engine)
                found.append(Contender("polars", f"{label}: {what}{name}, {engine}", run, grouped_answer))
    return found


def duck_grouped(connection: duckdb.DuckDBPyConnection, label: str, table: str) -> list[Contender]:
    counts = {
        name: f"SELECT agent, channel, count(*) AS n, {sums} FROM {table} GROUP BY agent, channel"
        for name, sums in COUNTS_SQL.items()
    }
    counts["points first"] = POINTS_SQL.format(table=table)
    found = []
    for name, query in counts.items():
        sql = INTERVAL_SQL.format(counts=query)
        run = lambda sql=sql: connection.sql(sql).to_arrow_table()
        found.append(Contender("DuckDB", f"{label}: {name}", run, grouped_answer))
    return found


def duck(threads: int) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(f"SET threads = {threads}")
    connection.execute("SET preserve_insertion_order = false")
    return connection


def duck_native(connection: duckdb.DuckDBPyConnection, source: pa.Table) -> None:
    for name in BY:
        points = ", ".join(f"'{value}'" for value in NAMES[name])
        connection.execute(f"CREATE TYPE {name}_type AS ENUM ({points})")
    connection.register("source", source)
    keys = ", ".join(f"{name}::{name}_type AS {name}" for name in BY)
    connection.execute(f"CREATE TABLE native AS SELECT score, {keys} FROM source")
    connection.unregister("source")


def grouped(rows: int, threads: int) -> list[Contender]:
    arrow, enum = arrow_table(rows), polars_table(rows)
    connection = duck(threads)
    duck_native(connection, arrow)
    connection.register("lent", arrow)
    return [
        heedful_grouped("Arrow dictionary, 32 bits", arrow, threads),
        heedful_grouped("Arrow dictionary, 8 bits", arrow_table(rows, np.int8), threads),
        heedful_grouped("pl.Enum", enum, threads),
        *polars_grouped("pl.Enum", enum),
        *duck_grouped(connection, "native table, ENUM", "native"),
        duck_grouped(connection, "Arrow dictionary", "lent")[1],
    ]


def grouped_of_strings(rows: int, threads: int) -> list[Contender]:
    """Keys that are no dictionary of known order: the conversion is part of the work."""
    enum = polars_table(rows)
    strings = enum.with_columns(pl.col(BY).cast(pl.String))
    categorical = enum.with_columns(pl.col(BY).cast(pl.String).cast(pl.Categorical))
    arrow = pa.table({"score": enum["score"].to_arrow(), **{name: strings[name].to_arrow() for name in BY}})
    pandas = pd.DataFrame({"score": enum["score"].to_numpy(), **{name: strings[name].to_pandas() for name in BY}})
    pandas_categories = pandas.astype(dict.fromkeys(BY, "category"))
    connection = duck(threads)
    connection.register("lent", arrow)
    connection.execute("CREATE TABLE native AS SELECT * FROM lent")

    def by_pandas(frame: pd.DataFrame) -> pd.DataFrame:
        marks = frame[BY].assign(promoters=frame["score"] >= 9, detractors=frame["score"] <= 6)
        groups = marks.groupby(BY, observed=True, sort=False)
        return groups.agg(
            n=("promoters", "size"), promoters=("promoters", "sum"), detractors=("detractors", "sum")
        ).reset_index()

    sums = lambda label, table: [
        c for c in polars_grouped(label, table) if "streaming" in c.name and "points" not in c.name
    ]
    return [
        heedful_grouped("pl.String", strings, threads),
        heedful_grouped("pl.Categorical", categorical, threads),
        heedful_grouped("Arrow string", arrow, threads),
        heedful_grouped("pandas str", pandas, threads),
        heedful_grouped("pandas category", pandas_categories, threads),
        *sums("pl.String", strings),
        *sums("pl.Categorical", categorical),
        duck_grouped(connection, "Arrow string", "lent")[0],
        duck_grouped(connection, "native table, VARCHAR", "native")[0],
        Contender("pandas", "str", lambda: by_pandas(pandas), grouped_answer),
        Contender("pandas", "category", lambda: by_pandas(pandas_categories), grouped_answer),
    ]


# Ungrouped tally ------------------------------------------------------------------------------------------------


def tally_of(shares: Iterable[float]) -> Callable[[int, int], list[Contender]]:
    def prepare(rows: int, threads: int) -> list[Contender]:
        draw = np.random.default_rng(7)
        # Drawn in parts: the general draw takes eight bytes a row.
        values = np.empty(rows, dtype=np.uint8)
        for part in np.array_split(values, max(rows // 10_000_000, 1)):
            part[:] = draw.choice(11, part.size, p=np.array(list(shares))).astype(np.uint8)
        series = pl.Series("score", values)

        def counts(table: pl.DataFrame) -> list[int]:
            found = dict(table.iter_rows())
            return [found.get(point, 0) for point in range(11)]

        ours = lambda score: [score.counts[point] for point in sorted(score.counts)]
        return [
            Contender(OURS, "NumPy array", lambda: hf.nps(values), ours),
            Contender("numpy", "bincount", lambda: np.bincount(values, minlength=11), lambda c: [int(n) for n in c]),
            Contender("polars", "value_counts", lambda: series.value_counts(), counts),
        ]

    return prepare


# Reading CSV ----------------------------------------------------------------------------------------------------

STAGES = ["Order", "First Payment", "Equipment Received", "Installation", "In Life"]
WORDS = (
    "the service was good but I had to wait three weeks for an engineer and nobody called back when promised very "
    "helpful agent quick set up broadband speed is slow in the evening price went up without notice will not recommend "
    "easy clear instructions poor communication still waiting router faulty happy with company so far"
).split()
READ = ["CUSTOMER_RESPONSE_DATE", "SURVEY_SUB_TYPE", "NPS_RATING", "NPS_SCORE", "text", "Qtr"]
DATE_FORMAT = "%d/%m/%Y %H:%M"


def export(rows: int, breaks: bool) -> Path:
    """A file like the export of a survey tool: day before month, quoted comments, line breaks in some, blank scores."""
    target = Path(os.environ.get("CARGO_TARGET_DIR", Path(__file__).parents[1] / "target"))
    path = target / "bench" / f"export-{rows}{'' if breaks else '-flat'}.csv"
    if path.is_file():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    draw = random.Random(11)
    part = path.with_suffix(".part")
    with part.open("w", newline="", encoding="utf-8") as file:
        # Texts in quotes, numbers and blanks without, as the tool writes them.
        quoted = lambda text: '"' + text.replace('"', '""') + '"'
        file.write(",".join(map(quoted, READ)) + "\n")
        for _ in range(rows):
            score = draw.choices(range(11), weights=[9, 2, 3, 3, 3, 6, 6, 10, 17, 15, 26])[0]
            band = "Promoter" if score > 8 else "Passive" if score > 6 else "Detractor"
            comment = " ".join(draw.choices(WORDS, k=draw.randint(1, 35)))
            mark = draw.random()
            if mark < 0.05:
                comment = f'They said "{comment}" and left'
            elif mark < 0.10:
                end = "\n\n" if breaks else " "
                comment = f"{comment}.{end}{comment[:40]}, that is all"
            elif mark < 0.12:
                comment = f"{comment} – naïve façade"
            day, month = draw.randint(1, 28), draw.randint(1, 12)
            when = f"{day:02}/{month:02}/{draw.randint(2016, 2018)} {draw.randint(0, 23):02}:{draw.randint(0, 59):02}"
            blank = draw.random() < 0.0134
            before = ",".join(map(quoted, [when, draw.choice(STAGES), band]))
            after = ",".join(map(quoted, [comment, "Q1" if month < 4 else "other"]))
            file.write(f"{before},{'' if blank else score},{after}\n")
    part.replace(path)
    return path


def read_csv(rows: int, threads: int, breaks: bool = True) -> list[Contender]:
    path = export(rows, breaks)
    date, score = "CUSTOMER_RESPONSE_DATE", "NPS_SCORE"
    pa.set_cpu_count(threads)

    def heedful() -> Any:
        # All six columns, as the rivals read them.
        return hf.read(
            path,
            rating=score,
            at=date,
            date_format=DATE_FORMAT,
            comment="text",
            attributes=["SURVEY_SUB_TYPE", "NPS_RATING", "Qtr"],
        )

    def pandas(**options: Any) -> Contender:
        run = lambda: pd.read_csv(path, parse_dates=[date], date_format=DATE_FORMAT, **options)
        name = f"read_csv, engine {options.get('engine', 'C (default)')}"
        return Contender("pandas pyarrow" if options else "pandas", name, run, answer)

    def answer(table: Any) -> dict[str, Any]:
        """Enough of the columns to see that all were read, whole."""
        frame = pl.from_arrow(pa.table(table))
        assert isinstance(frame, pl.DataFrame)
        values = frame[score].cast(pl.Float64)
        when = frame[date].cast(pl.Datetime("us"))
        comment = frame["text"].cast(pl.String)
        return {
            "rows": frame.height,
            "missing": values.null_count(),
            "nps": round(100 * (int((values >= 9).sum()) - int((values <= 6).sum())) / values.count(), 9),
            "first": str(when.min()),
            "last": str(when.max()),
            "comments": int(comment.str.len_bytes().sum()),
            "stages": {k: int(v) for k, v in sorted(frame["SURVEY_SUB_TYPE"].cast(pl.String).value_counts().rows())},
        }

    def polars() -> pl.DataFrame:
        return pl.read_csv(path).with_columns(pl.col(date).str.to_datetime(DATE_FORMAT))

    return [
        Contender(OURS, "read", heedful, answer),
        pandas(),
        # It cannot read line breaks in a field.
        *([] if breaks else [pandas(engine="pyarrow")]),
        Contender("polars", "read_csv", polars, answer),
    ]


# Trend ----------------------------------------------------------------------------------------------------------

ZONE = "Europe/Copenhagen"


def trend(rows: int, threads: int) -> list[Contender]:
    draw = np.random.default_rng(3)
    ratings = draw.integers(0, 11, rows, dtype=np.uint8)
    # Three years of instants in the order they were stored, which is not the order of time.
    start = int(np.datetime64("2022-01-01T00:00:00", "us").astype(np.int64))
    instants = draw.integers(start, start + 3 * 365 * 86_400_000_000, rows, dtype=np.int64)
    created = pl.Series("created", instants).cast(pl.Datetime("us", "UTC"))
    table = pl.DataFrame([pl.Series("score", ratings), created])
    arrow = pa.table(
        {"score": pa.array(ratings), "created": pa.array(instants).view(pa.timestamp("us", "UTC"))}
    )

    local, score = pl.col("created").dt.convert_time_zone(ZONE), pl.col("score")
    counts = dict(n=pl.len(), promoters=(score >= 9).sum(), detractors=(score <= 6).sum())
    lazy = table.lazy()
    month = pl.date(pl.col("year"), pl.col("month"), 1).alias("period")
    queries = {
        "dt.truncate": lazy.group_by(period=local.dt.truncate("1mo")).agg(**counts),
        "dt.year, dt.month": lazy.group_by(year=local.dt.year(), month=local.dt.month())
        .agg(**counts)
        .with_columns(month),
        "sort, group_by_dynamic": lazy.with_columns(created=local)
        .sort("created")
        .group_by_dynamic("created", every="1mo")
        .agg(**counts)
        .rename({"created": "period"}),
    }

    def answer(table: Any) -> dict[str, tuple[int, float]]:
        frame = pl.from_arrow(pa.table(table))
        assert isinstance(frame, pl.DataFrame)
        if "value" not in frame.columns:
            frame = polars_interval(frame.lazy()).collect()
        frame = frame.select(pl.col("period").dt.strftime("%Y-%m-%d"), "n", "value")
        return {period: (n, round(value, 9)) for period, n, value in frame.iter_rows()}

    ours = lambda data: hf.trend(data, rating="score", at="created", every="month", time_zone=ZONE, threads=threads)
    return [
        Contender(OURS, "Arrow timestamp", lambda: ours(arrow), answer),
        Contender(OURS, "pl.Datetime", lambda: ours(table), answer),
        *(
            Contender("polars", f"{name}, {engine}", lambda q=q, engine=engine: q.collect(engine=engine), answer)
            for name, query in queries.items()
            for engine in ("in-memory", "streaming")
            for q in [polars_interval(query)]
        ),
    ]


# Memory ---------------------------------------------------------------------------------------------------------


def memory(side: str, rows: int, threads: int) -> list[Contender]:
    """Grouped scores by one side alone, with nobody else's data in the process."""
    if side == "polars":
        return polars_grouped("pl.Enum", polars_table(rows))
    if side == "heedful, pl.Enum":
        return [heedful_grouped("pl.Enum", polars_table(rows), threads)]
    arrow = arrow_table(rows)
    if side == OURS:
        return [heedful_grouped("Arrow dictionary", arrow, threads)]
    connection = duck(threads)
    if side == "DuckDB, native":
        duck_native(connection, arrow)
        del arrow
        return duck_grouped(connection, "native table, ENUM", "native")
    connection.register("lent", arrow)
    return duck_grouped(connection, "Arrow dictionary", "lent")


# Which of each side's ways are tried: those that were fastest.
MEMORY_SIDES = {OURS: [0], "heedful, pl.Enum": [0], "polars": [0, 1, 3], "DuckDB": [1], "DuckDB, native": [1, 2]}

UNIFORM = [1 / 11] * 11
SKEWED = [0.005] * 10 + [0.95]

CONTESTS = {
    "grouped": Contest(
        "NPS with intervals by 100 x 12 groups",
        grouped,
        rows=20_000_000,
        quick_rows=200_000,
        threads=(1, 2),
        bars={1: {"polars": 5, "DuckDB": 5}, 2: {"polars": 4, "DuckDB": 3}},
        memory=True,
    ),
    "strings": Contest(
        "the same, keys that have to be converted",
        grouped_of_strings,
        rows=20_000_000,
        quick_rows=200_000,
        threads=(1, 2),
    ),
    "tally": Contest(
        "tally of u8 ratings, uniform", tally_of(UNIFORM), rows=100_000_000, quick_rows=1_000_000, bar_gb=2.0
    ),
    "tally-skewed": Contest(
        "tally of u8 ratings, 95 % one value",
        tally_of(SKEWED),
        rows=100_000_000,
        quick_rows=1_000_000,
        bar_gb=2.0,
    ),
    "read": Contest(
        "reading a CSV export with dates",
        read_csv,
        rows=1_000_000,
        quick_rows=20_000,
        threads=(1, 2),
        bars={1: {"pandas": 2}, 2: {"pandas": 2}},
    ),
    "read-flat": Contest(
        "the same without line breaks in comments, which pandas cannot read with the engine pyarrow",
        lambda rows, threads: read_csv(rows, threads, breaks=False),
        rows=1_000_000,
        quick_rows=20_000,
        threads=(1, 2),
    ),
    "trend": Contest(
        f"NPS by month in {ZONE}", trend, rows=20_000_000, quick_rows=200_000, threads=(1, 2)
    ),
}
