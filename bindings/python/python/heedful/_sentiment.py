"""How customers feel, from what they wrote."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heedful import _frames, _heedful, _options
from heedful._reason import texts_of


def sentiment(
    data: Any, comment: str | None = None, *, language: str | None = None, words: Mapping[str, float] | None = None
) -> Any:
    """The feeling of each comment, by words and rules: no training.

    `data` is a list or series of comments, or a table whose column `comment` names. `language` is `en` (where not given),
    `de`, `fr` or `es`; in others emoji alone speak. `words` gives words and phrases a value of yours, -1 to 1.

    A table with a row for each comment: `value` (-1 to 1; missing where no word carries feeling, which is not 0),
    `strength` (0 to 1), `band` (`very_negative`, `negative`, `neutral`, `positive`, `very_positive`), `mixed`, and
    `emotion`, the strongest that is named.

    >>> import heedful as hf
    >>> found = hf.sentiment(["Great food, but terribly slow service", "No problems at all!", "Parcel 17", None])
    >>> found["band"][1:], found["mixed"][0]
    (['positive', None, None], True)
    """
    return _frames.like(data, _read(data, comment, language, words)[0])


def clauses(
    data: Any, comment: str | None = None, *, language: str | None = None, words: Mapping[str, float] | None = None
) -> Any:
    """The feeling of each clause: "food great, service slow" is two. As `sentiment`.

    Columns: `row`, `start` and `end` in characters, `value`, `strength`, `mood` (`statement`, `question`, `request`).

    >>> import heedful as hf
    >>> [value > 0 for value in hf.clauses(["food great, service slow"])["value"]]
    [True, False]
    """
    return _frames.like(data, _read(data, comment, language, words)[1])


def emotions(
    data: Any, comment: str | None = None, *, language: str | None = None, words: Mapping[str, float] | None = None
) -> Any:
    """The emotions that comments name. As `sentiment`.

    Columns: `row`, `emotion` (`satisfied`, `delighted`, `grateful`, `relieved`, `valued`, `disappointed`, `confused`,
    `anxious`, `angry`, `disgusted`, `betrayed`, `surprised`), `intensity` (0 to 1), `start` and `end` in characters.

    >>> import heedful as hf
    >>> hf.emotions(["I am very disappointed and not angry"])["emotion"]
    ['disappointed']
    """
    return _frames.like(data, _read(data, comment, language, words)[2])


def _read(
    data: Any, comment: str | None, language: str | None, words: Mapping[str, float] | None
) -> tuple[_heedful.Table, _heedful.Table, _heedful.Table]:
    given = {"language": language, "words": None if words is None else dict(words)}
    options = {name: value for name, value in given.items() if value is not None}
    if comment is None and not _frames.is_table(data):
        comment = "comment"
        table: object = {comment: texts_of(data)}
    else:
        table = _frames.table(data, None if comment is None else [comment])
    roles = {} if comment is None else {"comment": comment}
    needed = [] if comment is None else [comment]
    return _heedful.sentiment(table, needed, _options.dumps(roles), _options.dumps(options))
