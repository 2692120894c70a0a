"""How customers feel, from what they wrote."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from heedful import _frames, _heedful, _options
from heedful._errors import HeedfulError
from heedful._metric import Scale
from heedful._reason import listed, texts_of
from heedful._table import Table


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
    (['very_positive', None, None], True)
    """
    return _frames.like(data, _read(data, comment, language, words)[0])


def clauses(
    data: Any, comment: str | None = None, *, language: str | None = None, words: Mapping[str, float] | None = None
) -> Any:
    """The feeling of each clause: "food great, service slow" is two. As `sentiment`.

    Columns: `row`, `start` and `end` in characters, `value`, `strength`, `mood` (`statement`, `question`, `request`),
    `sentence` (its number, from 0) and `contrast` (whether it is set against another clause, as by "but").

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
    options = _reading(language, words)
    return _heedful.sentiment(*_comments(data, comment), _options.dumps(options))


def _comments(data: Any, comment: str | None) -> tuple[object, list[str], str]:
    """The table of the comments, the columns that are needed of it, and their roles."""
    if comment is None and not _frames.is_table(data):
        comment = "comment"
        table: object = {comment: texts_of(data)}
    else:
        table = _frames.table(data, None if comment is None else [comment])
    roles = {} if comment is None else {"comment": comment}
    return table, [] if comment is None else [comment], _options.dumps(roles)


def comment_strength(data: Any, comment: str | None = None) -> Any:
    """How much each comment says: does it tell what, and why? From its words alone, as the survey element asks for more.

    `data` is a list or series of comments, or a table whose column `comment` names. It is an estimate for the person who
    is writing, no judgement of people and no weight of answers.

    A table with a row for each comment: `value` (0 to 1: `what` x (1 + `why`) / 2), `what` (words that tell something),
    `why` (signs of a reason), `words`, and `nudge` (`say_what`, `say_why`, or nothing where it says enough).

    >>> import heedful as hf
    >>> hf.comment_strength(["Great!!!", "delivery, packaging, support", "Late because the driver lost my parcel"])["nudge"]
    ['say_what', 'say_why', None]
    """
    return _frames.like(data, _heedful.comment_strength(*_comments(data, comment)))


def _reading(language: str | None, words: Mapping[str, float] | None) -> dict[str, object]:
    """How comments are read, as the core takes it."""
    if words is not None and not isinstance(words, Mapping):
        raise HeedfulError("invalid-argument", "words come as a dict of words and their values", "words")
    given = {"language": language, "words": None if words is None else _options.mapping(words, "words")}
    return {name: value for name, value in given.items() if value is not None}


class SentimentModel:
    """Sentiment that was learned from the ratings that came with comments: see `fit_sentiment`."""

    __slots__ = ("_model",)

    def __init__(self, model: _heedful.SentimentModel) -> None:
        self._model = model

    def predict(self, comments: Iterable[str | None]) -> list[float | None]:
        """The rating that each comment stands for, the lowest of the scale as -1 and the highest as 1."""
        return self._model.values(texts_of(comments))

    def top_words(self, most: int = 20) -> Table:
        """The words and pairs that weigh most, good and bad."""
        return Table(self._model.top_words(_options.whole(most, "most")))

    @property
    def comments(self) -> int:
        """How many rated comments it learned from."""
        return self._model.comments()

    def to_bytes(self) -> bytes:
        """The model, for `from_bytes` in this and every later version."""
        return self._model.to_bytes()

    @classmethod
    def from_bytes(cls, data: bytes) -> SentimentModel:
        """A stored model."""
        return cls(_heedful.SentimentModel.from_bytes(data))

    def __reduce__(self) -> tuple[Any, ...]:
        return (SentimentModel.from_bytes, (self.to_bytes(),))

    def __repr__(self) -> str:
        return f"SentimentModel(from {self.comments} rated comments)"


def fit_sentiment(
    comments: Iterable[str | None],
    ratings: Iterable[float | None],
    *,
    scale: str | Scale = "0-10",
    language: str | None = None,
    words: Mapping[str, float] | None = None,
    penalty: float | None = None,
) -> SentimentModel:
    """Learns sentiment from the ratings that came with the comments: no labelling.

    Rows without comment or rating are passed over. Ratings are on `scale`; one that is not is an error with its row.

    >>> import heedful as hf
    >>> comments = ["brilliant engineer", "engineer never came", "ok", "never again"] * 25
    >>> model = hf.fit_sentiment(comments, [10, 1, 7, 0] * 25)
    >>> good, bad = model.predict(["Brilliant!", "the engineer never came"])
    >>> good > 0 > bad
    True
    """
    options = _fit_options(scale, language, words, penalty)
    return SentimentModel(_heedful.SentimentModel.fit(texts_of(comments), _ratings(ratings), options))


def cross_validate_sentiment(
    comments: Iterable[str | None],
    ratings: Iterable[float | None],
    *,
    folds: int = 5,
    scale: str | Scale = "0-10",
    language: str | None = None,
    words: Mapping[str, float] | None = None,
    penalty: float | None = None,
) -> tuple[list[float | None], float | None]:
    """What `fit_sentiment` says of comments that it has not learned from, and its correlation with the ratings.

    Comments that are the same but for case, spacing and punctuation are held out together.

    >>> import heedful as hf
    >>> comments = ["brilliant engineer", "engineer never came", "ok so far", "never again"] * 25
    >>> predicted, correlation = hf.cross_validate_sentiment(comments, [10, 1, 7, 0] * 25)
    >>> len(predicted), -1 <= correlation <= 1
    (100, True)
    """
    options = _fit_options(scale, language, words, penalty)
    made = _heedful.SentimentModel.cross_validate(texts_of(comments), _ratings(ratings), options, folds)
    return made[0], made[2]


def _fit_options(
    scale: str | Scale, language: str | None, words: Mapping[str, float] | None, penalty: float | None
) -> str:
    plain = json.loads(scale.to_json()) if isinstance(scale, Scale) else scale
    options: dict[str, object] = {"scale": plain, "sentiment": _reading(language, words)}
    if penalty is not None:
        options["penalty"] = penalty
    return _options.dumps(options)


def _ratings(ratings: Any) -> list[float | None]:
    return [_rating(value, row) for row, value in enumerate(listed(ratings, "rating"))]


def _rating(value: Any, row: int) -> float | None:
    if hasattr(value, "as_py"):
        value = value.as_py()
    # NaN and NA are missing.
    if value is None or type(value).__name__ == "NAType" or value != value:
        return None
    if isinstance(value, (str, bytes)) or not hasattr(value, "__float__"):
        raise HeedfulError("column-type", "a rating is a number", "ratings", row)
    return float(value)
