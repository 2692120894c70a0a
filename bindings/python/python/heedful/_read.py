"""Reading files of responses."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from typing import IO, TYPE_CHECKING, Any, Literal

from heedful import _heedful, _options
from heedful._errors import HeedfulError
from heedful._responses import Reading, Responses

if TYPE_CHECKING:
    from heedful._types import Invalid, MetricLike, Preset


def read(
    path: str | os.PathLike[str] | IO[bytes] | bytes,
    rating: str | Iterable[str] | Mapping[str, str] | None = None,
    *,
    metric: MetricLike | None = None,
    at: str | None = None,
    date_format: str | None = None,
    comment: str | None = None,
    customer: str | None = None,
    account: str | None = None,
    weight: str | None = None,
    kind_column: str | None = None,
    signal_column: str | None = None,
    attributes: Iterable[str] | Literal["all"] = (),
    preset: Preset | None = None,
    format: Literal["csv", "jsonl", "json"] | None = None,
    delimiter: str | None = None,
    quote: str | None = '"',
    encoding: Literal["utf-8", "latin-1", "utf-16"] | None = None,
    missing: Iterable[str] | None = None,
    on_error: Literal["stop", "collect"] = "stop",
    invalid: Invalid = "error",
) -> Responses:
    """Reads CSV, JSON Lines or JSON (by the name `.jsonl`, `.ndjson` or `.json`, or `format`) into `Responses`.

    With ``preset="auto"`` the export of a survey tool is recognised (Qualtrics, SurveyMonkey, Typeform, Google Forms,
    Delighted, Wootric, Formbricks, Medallia, or columns with names that say what they are), and columns need not be
    named; ``responses.reading.recognised`` tells every guess with its reason, and what was left out. Where two columns
    could be the rating, that is an error that names them. `preset` may also name the tool.

    `path` may also be bytes, or a file opened in binary mode. Only columns that are named are read: `rating` is one,
    several, or a dict of metrics and their columns; `attributes` are the columns to slice by, or `"all"`. With a
    `metric` its labels are understood, and ratings off its scale are found.

    `date_format` is in the letters of `strptime`. Without it ISO 8601 and seconds or milliseconds since 1970 are
    understood, and whether day or month comes first is settled by the whole column, or is an error that shows two
    rows. Blank texts and the `missing` tokens (`NA` and `N/A` where not given) are missing; 0 is 0.

    A row that cannot be read is an error with its row, line and column; with ``on_error="collect"`` the good rows are
    kept, and the others are in ``responses.reading.rejected``. ``invalid="count"`` keeps rows with ratings off the
    scale, so that a score counts them.

    >>> import heedful as hf
    >>> file = b"Score,When,Plan\\n10,28/02/2024,pro\\n,29/02/2024,free\\n"
    >>> responses = hf.read(file, rating="Score", at="When", attributes=["Plan"])
    >>> responses
    Responses(2 rows: Score, When, Plan)
    >>> hf.score(responses)["missing"]
    [1]
    >>> file = b"Timestamp,How likely are you to recommend us?,Why?\\n2/28/2024 9:15:00,9,They answer fast\\n"
    >>> responses = hf.read(file, preset="auto")
    >>> responses.reading.recognised["preset"], hf.score(responses)["value"]
    ('google_forms', [100.0])
    """
    asked = {
        "at": at,
        "comment": comment,
        "customer": customer,
        "account": account,
        "weight": weight,
        "kind": kind_column,
        "signal": signal_column,
        "date_format": date_format,
        "delimiter": delimiter,
        "encoding": encoding,
        "preset": preset,
    }
    options: dict[str, object] = {name: value for name, value in asked.items() if value is not None}
    options |= {"quote": quote, "on_error": on_error, "invalid": invalid}
    options["attributes"] = attributes if isinstance(attributes, str) else _options.names(attributes, "attributes")
    if isinstance(rating, Mapping):
        metrics = _options.metrics(rating, metric or ())
        options["rating"] = [{"column": one["rating"], "metric": one["metric"]} for one in metrics]
    else:
        options["rating"] = _options.names(rating, "rating")
        if metric is not None:
            options["metric"] = _options.metric(metric)
    if missing is not None:
        options["missing"] = _options.names(missing, "missing")
    data, report = _source(path, format, _options.dumps(options))
    return Responses._of(data, Reading._of(json.loads(report)))


def _source(path: Any, format: str | None, options: str) -> tuple[_heedful.Responses, str]:
    if format not in (None, "csv", "jsonl", "json"):
        raise HeedfulError("invalid-argument", "a format is `csv`, `jsonl` or `json`", "format")
    if isinstance(path, (str, os.PathLike)):
        name = os.fspath(path)
        if format is None:
            return _heedful.read_path(name, options)
        with open(name, "rb") as file:
            return _heedful.read_bytes(file.read(), format, options)
    if not isinstance(path, bytes) and not hasattr(path, "read"):
        raise HeedfulError("invalid-argument", "a path, bytes or an open file is needed", "path")
    data = path if isinstance(path, bytes) else path.read()
    return _heedful.read_bytes(data, format, options)
