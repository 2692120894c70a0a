"""What people write: telling words, topics that nobody thought of, and texts without names and numbers."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from heedful import _frames, _heedful, _options
from heedful._errors import HeedfulError
from heedful._reason import ReasonMapper, Taxonomy, texts_of
from heedful._responses import Responses

if TYPE_CHECKING:
    from heedful._types import Adjustment, MetricLike


def keywords(
    data: Any,
    comment: str | None = None,
    *,
    by: str = "band",
    rating: str | None = None,
    metric: MetricLike = "nps",
    language: str | None = None,
    words: int | None = None,
    minimum_comments: int | None = None,
    association: float | None = None,
    adjustment: Adjustment | None = None,
    alpha: float | None = None,
    most: int | None = None,
) -> Any:
    """The words and phrases that each group writes more often than all others: a table of the same kind.

    ``by="band"`` groups by the bands that `metric` has for the `rating` (promoters, passives, detractors); any other
    name, or `band` without a `rating`, is a column: a region, a month. Comments without a value are a group of their
    own, last. Rows without a comment are left out.

    `language` is that of the comments (`en`); `words` the longest phrase (3); `minimum_comments` in how many comments
    a term must stand (5); `association` how closely words of a phrase must belong together (normalised pointwise mutual
    information, 0.25); `alpha` the greatest corrected p-value (0.05), corrected by `adjustment`
    (`benjamini_hochberg`); `most` how many for each group (25). Every term is tested in every group, which is 16 bytes each.

    Columns: the groups under the name of `by`; `term`; `comments` and `rest_comments` that have it; `share` and
    `rest_share`; `log_ratio` (1 is twice as often, 2 four times); `g2` (Dunning's log-likelihood ratio); `p_value`,
    `p_adjusted`; `association`; `example`, the row of a comment that has it.

    >>> import heedful as hf
    >>> table = {"score": [3, 10] * 20, "text": ["very long waiting time", "great staff"] * 20}
    >>> found = hf.keywords(table, comment="text", rating="score")
    >>> found["band"][0], found["term"][0], found["comments"][0], found["rest_comments"][0]
    ('detractor', 'long waiting time', 20, 0)
    """
    roles = _roles(data, comment, rating)
    bands = by == "band" and "rating" in roles
    given = {
        "language": language,
        "words": words,
        "minimum_comments": minimum_comments,
        "association": association,
        "adjustment": adjustment,
        "alpha": alpha,
        "most": most,
    }
    options = {name: value for name, value in given.items() if value is not None}
    needed = [*roles.values(), *([] if bands else [by])]
    try:
        table = _frames.table(data, needed)
    except HeedfulError as error:
        if by != "band" or error.path != by:
            raise
        message = "bands need the column of ratings (`rating`), or group by another column (`by`)"
        raise HeedfulError(error.code, message, by) from None
    document = _options.dumps(_options.metric(metric)) if bands else None
    found = _heedful.keywords(table, needed, _options.dumps(roles), by, document, _options.dumps(options))
    return _frames.like(data, found)


def _roles(data: Any, comment: str | None, rating: str | None) -> dict[str, str]:
    held = dict(data.roles) if isinstance(data, Responses) else {}
    given = {"comment": comment or held.get("comment"), "rating": rating or held.get("rating")}
    if given["comment"] is None:
        raise HeedfulError("missing-column", "no column is named as `comment`", "comment")
    return {name: column for name, column in given.items() if column is not None}


@dataclasses.dataclass(frozen=True)
class Topic:
    """A candidate for a reason."""

    name: str
    """The word or phrase it grew from."""
    terms: list[str]
    """Its words and phrases, the closest first."""
    comments: int
    """How many comments it has."""
    share: float
    """Of the comments that were read, 0 to 1."""
    homogeneity: float | None
    """How much its comments say the same, 0 to 1."""
    rows: list[int]
    """The rows of its comments."""
    representative: list[int]
    """Rows that show what it is about."""
    diverse: list[int]
    """Rows that show how far it reaches."""
    examples: list[str]
    """The representative comments themselves."""
    _reason: str = dataclasses.field(repr=False)

    def to_reason(self, id: str | None = None) -> dict[str, Any]:
        """The topic as a reason of a taxonomy, with its terms but no customers' words: see `Taxonomy.with_reason`."""
        reason: dict[str, Any] = json.loads(self._reason)
        reason["id"] = self.name.replace(" ", "_") if id is None else id
        return reason


class Topics:
    """Topics, roughly by size: see `discover`. A sequence of `Topic`."""

    __slots__ = ("_data", "_document", "_groups", "_table", "_topics")

    def __init__(
        self, made: tuple[str, list[str], _heedful.Table, _heedful.Table], data: Any, texts: list[Any]
    ) -> None:
        self._document: dict[str, Any] = json.loads(made[0])
        self._topics = [
            Topic(
                **{**topic, "terms": [term["text"] for term in topic["terms"]]},
                examples=[texts[row] for row in topic["representative"]],
                _reason=reason,
            )
            for topic, reason in zip(self._document["topics"], made[1], strict=True)
        ]
        self._table, self._groups = made[2:]
        self._data = data

    def __len__(self) -> int:
        return len(self._topics)

    def __iter__(self) -> Iterator[Topic]:
        return iter(self._topics)

    def __getitem__(self, topic: int | str) -> Topic:
        """A topic by place or by name."""
        if isinstance(topic, int):
            return self._topics[topic]
        found = next((one for one in self._topics if one.name == topic), None)
        if found is None:
            raise KeyError(topic)
        return found

    @property
    def comments(self) -> int:
        """Comments that were read: those that no reason explained, or that mention the reason asked for."""
        return int(self._document["comments"])

    @property
    def rest(self) -> list[int]:
        """Rows that no topic has."""
        return list(self._document["rest"])

    @property
    def homogeneity(self) -> float | None:
        """How much all comments that were read say the same: 0 (nobody says what another says) to 1."""
        value: float | None = self._document["homogeneity"]
        return value

    def by_group(self) -> Any:
        """The same for each group: `group`, `comments`, `homogeneity`; no rows without groups."""
        return _frames.like(self._data, self._groups)

    def table(self) -> Any:
        """One row for each topic: `topic`, `terms` (apart by commas), `comments`, `share`, `homogeneity`."""
        return _frames.like(self._data, self._table)

    def __repr__(self) -> str:
        return f"Topics({', '.join(f'{topic.name!r} {topic.comments}' for topic in self._topics)})"


def discover(
    data: Any,
    known: ReasonMapper | Taxonomy | Mapping[str, Any] | None = None,
    within: str | None = None,
    *,
    comment: str | None = None,
    by: str | None = None,
    rating: str | None = None,
    metric: MetricLike = "nps",
    language: str | None = None,
    most: int | None = None,
    minimum_comments: int | None = None,
    words: int | None = None,
    examples: int | None = None,
) -> Topics:
    """Topics that nobody thought of, in comments that no known reason explains.

    `data` is a list or series of comments, or a table whose column `comment` names. With `known` only comments are read in
    which it finds nothing; with `within` those that mention this reason: its sub-reasons, and whether everybody
    says the same. `by` names a column whose groups get a homogeneity of their own, or is `band` for the bands that
    `metric` has for the `rating`.

    `language` is that of the comments (that of `known`, else `en`); `most` how many topics (20); `minimum_comments` how many
    comments one needs (5); `words` the longest phrase (2); `examples` how many comments are shown (3).

    >>> import heedful as hf
    >>> shop = hf.Taxonomy({"id": "shop", "reasons": [{"id": "price", "terms": ["price", "expensive"]}]})
    >>> comments = ["too expensive"] * 8 + ["the parking garage was full"] * 8
    >>> topics = hf.discover(comments, known=shop)
    >>> topics.comments, topics[0].comments, topics[0].examples[0]
    (8, 8, 'the parking garage was full')
    >>> hf.ReasonMapper(shop.with_reason(topics[0], id="parking")).predict(["no space in the parking garage"])
    ['parking']
    """
    if known is not None and not isinstance(known, ReasonMapper):
        known = ReasonMapper(known)
    if within is not None and known is None:
        raise HeedfulError("invalid-argument", "`within` names a reason of `known`, which is not given", "within")
    if language is None and known is not None:
        language = str(known._options.get("language") or known.taxonomy.to_dict()["language"])
    given = {
        "language": language,
        "most": most,
        "minimum_comments": minimum_comments,
        "words": words,
        "examples": examples,
    }
    options = {name: value for name, value in given.items() if value is not None}
    bands = by == "band" and rating is not None
    if _frames.is_table(data):
        roles = _roles(data, comment, rating)
        bands = by == "band" and "rating" in roles
        needed = [*roles.values(), *([] if bands or by is None else [by])]
        table = _heedful.Responses(_frames.table(data, needed), _options.dumps(roles))
        texts = _heedful.comments(table, needed, _options.dumps(roles))
    else:
        if by is not None:
            raise HeedfulError("invalid-argument", "groups are columns of a table", "by")
        roles, needed = {"comment": "comment"}, ["comment"]
        texts = texts_of(data)
        table = _heedful.Responses({"comment": texts}, _options.dumps(roles))
    document = _options.dumps(_options.metric(metric)) if bands else None
    made = _heedful.discover(
        table,
        needed,
        _options.dumps(roles),
        None if known is None else known._mapper,
        within,
        by,
        document,
        _options.dumps(options),
    )
    return Topics(made, data, texts)


def tokens(data: Any, comment: str | None = None, *, language: str = "en") -> Any:
    """The words and signs of comments, as everything else here reads them: a table of the same kind.

    `data` is a list or series of comments, or a table whose column `comment` names; `language` says how words are stemmed
    and which are stop words. Words are split by Unicode's rules (UAX #29); emoji, emoticons, hashtags, mentions, web and e-mail
    addresses are one token each, and of scripts without spaces each pair of characters is one.

    Columns: `row`; `kind` (`word`, `number`, `emoji`, `emoticon`, `hashtag`, `mention`, `url`, `email`, `punctuation`,
    `gram`); `folded` (in lower case, elongations cut, entities decoded); `stem`; `stop`, `upper`, `elongated`; `start` and
    `end` in characters.

    >>> import heedful as hf
    >>> found = hf.tokens(["Deliveries were soooo late 😡"])
    >>> found["stem"], found["start"][4]
    (['deliveri', 'were', 'soo', 'late', '😡'], 27)
    """
    return _frames.like(data, _heedful.tokens(_comments(data, comment), language))


def _comments(data: Any, comment: str | None) -> list[str | None]:
    """The comments of a list, a series, or a column of a table."""
    if not _frames.is_table(data):
        return texts_of(data)
    roles = _roles(data, comment, None)
    needed = [roles["comment"]]
    return _heedful.comments(_frames.table(data, needed), needed, _options.dumps(roles))


def detect_language(data: Any, comment: str | None = None, *, among: Iterable[str] | None = None) -> Any:
    """The language that each comment is most likely written in, as a table with a row for each: `language` (its code, `und`
    for one that is plainly none that `hf` knows) and `confidence`, from 0 to 1; both are missing where nothing in the comment
    tells.

    `data` is a list or series of texts, or a table whose column `comment` names. Languages are guessed by script and by
    trigrams of letters (the library whatlang); of a few words the guess is often wrong, so name in `among` those that can be.
    The column serves `ReasonMapper.map(.., language="language")`.

    >>> import heedful as hf
    >>> hf.detect_language(["très bien", "sehr gut", "送货太慢了"], among=["de", "fr"])["language"]
    ['fr', 'de', None]
    """
    codes = None if among is None else _options.names(among, "among")
    return _frames.like(data, _heedful.detect_language(_comments(data, comment), codes))


class Redacted(NamedTuple):
    """Texts without what identifies persons."""

    texts: Any
    """The texts: a series of pandas or polars, or an array of PyArrow, where the texts were in one, or in a table of it;
    else a list. What is missing stays so."""
    spans: Any
    """What was taken out, as a table: `row`, `kind`, `start` and `end` in characters of the text as it was."""


def redact(data: Any, comment: str | None = None, *, names: Iterable[str] = ()) -> Redacted:
    """Takes e-mail addresses, telephone numbers, cards, accounts and names out of texts.

    `data` is a list or series of texts, or a table whose column `comment` names. In place of what was found stands its kind
    in brackets: `email`, `url` (where it holds more than a site), `card`, `iban`, `ip`, `phone`, `number` (six digits
    and more) or `name`. Names are those given in `names`, in any spelling of upper and lower case, each word of a name by
    itself; nothing guesses others. Prices, dates, times and scores stay.

    >>> import heedful as hf
    >>> texts, spans = hf.redact(["Anna (anna@mail.example) waited 40 minutes", None], names=["Anna"])
    >>> texts
    ['[name] ([email]) waited 40 minutes', None]
    >>> [(row["kind"], row["start"], row["end"]) for row in spans.to_pylist()]
    [('name', 0, 4), ('email', 6, 23)]
    """
    known = [names] if isinstance(names, str) else _options.several(names, "names")
    if not all(isinstance(name, str) for name in known):
        raise HeedfulError("column-type", "a name is a text", "names")
    texts, spans = _heedful.redact(_comments(data, comment), known)
    return Redacted(_frames.texts_like(data, texts), _frames.like(data, spans))
