"""From comments and clicks to reasons."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from heedful import _frames, _heedful, _options
from heedful._errors import HeedfulError
from heedful._responses import Responses
from heedful._table import Table

if TYPE_CHECKING:
    from heedful._explore import Topic

#: What a classifier says of one text: reason, confidence (0 to 1), and spans in characters where it knows them.
Claims = Sequence[tuple[str, float] | tuple[str, float, Sequence[tuple[int, int]]]]


class Taxonomy:
    """A tree of reasons with their names and terms by language.

    A taxonomy is made of a dict or JSON: reasons have an `id`, and may have `name`, `terms`, `examples`, `touchpoints`,
    `metrics` and `reasons` below them. A term is a text: words that must follow each other (compared by their stems),
    ``*`` for up to three words in between, ``deliver*`` for what begins so, ``=us`` for this form only, ``slow|late`` for one
    or the other; ``+battery`` asks for this word in the same clause, ``-free`` refuses it. Or it is a dict with `term`,
    `within` (`clause` or `comment`: where ``+`` and ``-`` look) and `negated` (`True`: only where it is denied, `False`: only
    where it is not).

    >>> import heedful as hf
    >>> shop = hf.Taxonomy({"reasons": [
    ...     {"id": "price", "terms": ["price", "expensive"]},
    ...     {"id": "queue", "terms": ["queue", "wait* * minutes"]},
    ... ]})
    >>> shop.reasons
    ['price', 'queue']
    >>> len(hf.Taxonomy.preset("retail", language="en").reasons) > 8
    True
    """

    __slots__ = ("_document", "_json")

    def __init__(self, definition: Mapping[str, Any] | str) -> None:
        text = definition if isinstance(definition, str) else _options.dumps(definition)
        self._json = _heedful.taxonomy(text)
        self._document: dict[str, Any] = json.loads(self._json)

    @classmethod
    def preset(cls, name: str, language: str | Iterable[str] = "en") -> Taxonomy:
        """A starter taxonomy to edit.

        `banking`, `healthcare`, `restaurants`, `retail`, `software`, `support`, `telecom` or `travel`, in `en`, `de`,
        `fr`, `es` or several of them.
        """
        return cls(_heedful.taxonomy_preset(name, _options.names(language, "language")))

    @staticmethod
    def presets() -> list[str]:
        """The names that `preset` knows."""
        return _heedful.taxonomy_presets()

    @classmethod
    def from_json(cls, text: str) -> Taxonomy:
        """Reads what `to_json` wrote."""
        return cls(text)

    def to_json(self) -> str:
        """The taxonomy as `from_json` reads it."""
        return self._json

    def to_dict(self) -> dict[str, Any]:
        """The taxonomy as a dict, to change and make another one of."""
        copy: dict[str, Any] = json.loads(self._json)
        return copy

    @property
    def reasons(self) -> list[str]:
        """The ids of all reasons, each before those below it."""

        def ids(reasons: list[dict[str, Any]]) -> Iterator[str]:
            for reason in reasons:
                yield reason["id"]
                yield from ids(reason.get("reasons", []))

        return list(ids(self._document.get("reasons", [])))

    def with_reason(
        self, reason: Mapping[str, Any] | Topic, id: str | None = None, under: str | None = None
    ) -> Taxonomy:
        """A taxonomy with one more reason, at the top or under another one: a dict, or a topic of `discover`.

        >>> import heedful as hf
        >>> shop = hf.Taxonomy({"reasons": [{"id": "store", "terms": ["store"]}]})
        >>> shop.with_reason({"id": "parking", "terms": ["parking"]}, under="store").reasons
        ['store', 'parking']
        """
        if not isinstance(reason, Mapping) and not hasattr(reason, "to_reason"):
            raise HeedfulError("invalid-argument", "a reason is a dict or a topic of `discover`", "reason")
        added = dict(reason) if isinstance(reason, Mapping) else reason.to_reason()
        if id is not None:
            added["id"] = id
        document = self.to_dict()
        above = document if under is None else _find(document, under)
        if above is None:
            raise HeedfulError("unknown-name", f"no reason is called `{under}`", "under")
        above.setdefault("reasons", []).append(added)
        return Taxonomy(document)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Taxonomy) and self._json == other._json

    def __hash__(self) -> int:
        return hash(self._json)

    def __reduce__(self) -> tuple[Any, ...]:
        return (Taxonomy, (self._json,))

    def __repr__(self) -> str:
        return f"Taxonomy({self._document.get('id', '')!r}, {len(self.reasons)} reasons)"


def _find(above: dict[str, Any], id: str) -> dict[str, Any] | None:
    """A reason of a document by its id."""
    for reason in above.get("reasons", []):
        found: dict[str, Any] | None = reason if reason["id"] == id else _find(reason, id)
        if found is not None:
            return found
    return None


class Mappings:
    """The reasons of the rows of a table.

    >>> import heedful as hf
    >>> shop = hf.Taxonomy({"reasons": [{"id": "price", "terms": ["price"]}, {"id": "staff", "terms": ["staff"]}]})
    >>> answers = {"score": [10, 2, 9], "text": ["fair price, good staff", "rude staff", None]}
    >>> found = hf.ReasonMapper(shop).mappings(answers, comment="text")
    >>> found.totals()["mentions"]
    [1, 2]
    >>> by_reason = found.attach()
    >>> [(row["reason"], row["value"]) for row in hf.score(by_reason, rating="score", by="reason").to_pylist()]
    [('price', 100.0), ('staff', 0.0), (None, 100.0)]
    """

    __slots__ = ("_comment", "_data", "_found")

    def __init__(self, found: _heedful.Mappings, data: Any, comment: str | None) -> None:
        self._found = found
        self._data = data
        self._comment = comment

    def table(self) -> Any:
        """One row for each mapping, as the kind of table that was mapped.

        `row`, `reason`, `parent`, `main` (whether it is the main reason of the comment), `source` (`click`, `manual`,
        `model`, `terms`), `confidence`, `sentiment` (-1 to 1), `start` and `end` (characters of the first span; missing
        where there is none), `spans` (how many).
        """
        return _frames.like(self._data, self._found.table())

    def spans(self) -> Any:
        """One row for each span: `row`, `reason`, `start` and `end` in characters."""
        return _frames.like(self._data, self._found.spans())

    def totals(self) -> Any:
        """How often each reason came up.

        Mentions overlap; main reasons, one for each response, have shares that add up to 1. Columns: `reason`, `name`,
        `parent`, `level`, `mentions`, `mention_share`, `mention_lower`, `mention_upper`, `main`, `main_share`,
        `main_lower`, `main_upper`, `sentiment`.
        """
        return _frames.like(self._data, self._found.totals())

    def disagreements(self) -> list[dict[str, Any]]:
        """Rows where the customer clicked one reason and wrote of others: `row`, `clicked`, `read`."""
        each, _ = self._found.disagreements()
        return [{"row": row, "clicked": clicked, "read": read} for row, clicked, read in each]

    def unmapped(self) -> list[int]:
        """Rows with a comment, not a blank one, in which nothing was found."""
        return self._found.unmapped()

    def labels(self) -> list[list[str] | None]:
        """The reasons of each row, as `evaluate` and `fit` take them; `None` where there is neither comment nor click."""
        return self._found.sets()

    def at_level(self, level: int) -> Mappings:
        """The same with reasons below a level counted as the branch above them; 0 is the top."""
        return Mappings(self._found.at_level(_options.whole(level, "level")), self._data, self._comment)

    def attach(self, name: str = "reason", count: Literal["mentions", "main"] = "mentions") -> Any:
        """The table that was mapped with a column of reasons, to be scored, ranked or compared by it.

        With ``count="main"`` each response stands once, with its main reason; with `mentions` once for each of its
        reasons, so that totals over reasons count it several times. A response without a reason stands once.
        """
        if count not in ("mentions", "main"):
            raise HeedfulError("invalid-argument", "responses count by `mentions` or `main`", "count")
        if _frames.is_frame(self._data):
            rows, reasons = self._found.rows(count == "main")
            return _frames.gathered(self._data, rows, name, reasons)
        table = _frames.table(self._data)
        roles = {} if self._comment is None else {"comment": self._comment}
        return Responses._of(self._found.attach(table, _options.dumps(roles), name, count == "main"))


class ReasonMapper:
    """Finds the reasons that customers speak of: by clicks, codes of a person, a model and terms.

    Where several speak of one comment, click beats manual beats model beats terms. `language` is that of comments for
    which none is given (the taxonomy's where not set); `typos` forgives one typing error in words of five letters or
    more; `sentiment` reads the feeling about each reason; `metric` leaves out reasons that are not asked for with it.

    `classifier` is any other source: a callable that takes a list of texts and gives for each a list of
    ``(reason, confidence)`` or ``(reason, confidence, spans)``; `reasons` are those that it can tell, about which terms are then silent. Claims below
    `least_confidence` (0) are left out. What the callable raises comes out of the call that asked it.

    >>> import heedful as hf
    >>> shop = hf.Taxonomy({"reasons": [
    ...     {"id": "food", "terms": ["food", "meal"]},
    ...     {"id": "service", "terms": ["service", "wait* * minutes"]},
    ... ]})
    >>> mapper = hf.ReasonMapper(shop)
    >>> found = mapper.map({"text": ["Great food, but terrible service", None]}, comment="text")
    >>> sorted((row["reason"], row["sentiment"] > 0) for row in found.to_pylist())
    [('food', True), ('service', False)]
    >>> mapper.predict(["we waited forty minutes", "hello"])
    ['service', None]
    >>> mapper = hf.ReasonMapper(shop, classifier=lambda texts: [[("food", 0.9)] for _ in texts], reasons=["food"])
    >>> mapper.map({"text": ["not what we asked for"]}, comment="text")["source"]
    ['model']
    """

    __slots__ = ("_classifier", "_mapper", "_options")

    def __init__(
        self,
        taxonomy: Taxonomy | Mapping[str, Any] | None = None,
        *,
        language: str | None = None,
        typos: bool | None = None,
        sentiment: bool | None = None,
        metric: str | None = None,
        least_confidence: float | None = None,
        classifier: Callable[[list[str]], Sequence[Claims]] | None = None,
        reasons: str | Iterable[str] = (),
        model: bytes | None = None,
    ) -> None:
        if taxonomy is None:
            taxonomy = Taxonomy({"id": "learned", "reasons": []})
        if not isinstance(taxonomy, Taxonomy):
            taxonomy = Taxonomy(taxonomy)
        given = {
            "language": language,
            "typos": typos,
            "sentiment": sentiment,
            "metric": metric,
            "least_confidence": least_confidence,
        }
        self._options = {name: value for name, value in given.items() if value is not None}
        if classifier is not None and not callable(classifier):
            raise HeedfulError("invalid-argument", "a classifier is a callable over a list of texts", "classifier")
        told = _options.names(reasons, "reasons")
        self._classifier = (classifier, told)
        self._mapper = _heedful.ReasonMapper(taxonomy.to_json(), _options.dumps(self._options), classifier, told)
        if model is not None:
            self._mapper = self._mapper.with_model(model)

    @property
    def taxonomy(self) -> Taxonomy:
        """The taxonomy, with the reasons that were learned."""
        return Taxonomy(self._mapper.taxonomy())

    def fit(self, comments: Iterable[str | None], labels: Iterable[Any], **options: Any) -> ReasonMapper:
        """Learns from comments with known reasons, and returns itself.

        `labels` has for each comment a reason, several reasons, an empty list for none of them, or `None` where they
        are not known; what is missing among several is left out. With the aim `f1` a reason of which texts tell no more
        than chance is never given. Reasons that the taxonomy lacks are added to it.
        The model reads the language of the mapper (`language` for another); comments in other languages are left to terms.
        Options: `aim` (what thresholds are chosen for:
        ``"f1"``, ``{"recall": 0.9}``, ``{"precision": 0.8}``, ``{"probability": 0.5}``), `class_weight` (`equal`,
        `moderate`, `balanced`), `cost`, `grams`, `window`, `least`, `most`, `folds`, `passes`, `seed`.

        >>> import heedful as hf
        >>> texts = ["late again", "so late", "too dear", "dear stuff", "late parcel", "dear me"]
        >>> mapper = hf.ReasonMapper().fit(texts, ["delay", "delay", "price", "price", "delay", "price"])
        >>> mapper.predict(["why so late?"])
        ['delay']
        """
        return self._fit(comments, labels, options, more=False)

    def fit_more(self, comments: Iterable[str | None], labels: Iterable[Any], **options: Any) -> ReasonMapper:
        """Refines what was learned with more comments, without the old ones, and returns itself."""
        return self._fit(comments, labels, options, more=True)

    def _fit(
        self, comments: Iterable[str | None], labels: Iterable[Any], options: dict[str, Any], *, more: bool
    ) -> ReasonMapper:
        texts, rows = paired(comments, labels)
        self._mapper = self._mapper.fit(texts, rows, _options.dumps(options), more)
        return self

    def to_bytes(self) -> bytes | None:
        """The trained model, for `ReasonMapper(taxonomy, model=...)`; `None` where nothing was learned."""
        return self._mapper.model()

    def mappings(
        self,
        data: Any,
        comment: str | None = None,
        *,
        clicks: str | None = None,
        manual: str | None = None,
        touchpoint: str | None = None,
        language: str | None = None,
    ) -> Mappings:
        """The reasons of every row of a table, with totals, spans and what can be made of them.

        `comment` names the column of what customers wrote. `clicks` and `manual` name columns of reasons that were
        clicked or given by a person, several in a cell apart by ``;``. `touchpoint` and `language` name columns that
        tell where, and in which language, a comment was made. Instead of a table a list or series of comments will do.
        """
        if comment is None and not isinstance(data, Responses) and not _frames.is_table(data):
            data, comment = {"comment": texts_of(data)}, "comment"
        held = comment or (data.roles.get("comment") if isinstance(data, Responses) else None)
        if held is None:
            raise HeedfulError("missing-column", "no column is named as `comment`", "comment")
        given = {"comment": held, "clicks": clicks, "manual": manual, "touchpoint": touchpoint, "language": language}
        columns = {name: column for name, column in given.items() if column is not None}
        needed = list(columns.values())
        found = self._mapper.map(_frames.table(data, needed), needed, _options.dumps(columns))
        return Mappings(found, data, held)

    def map(self, data: Any, comment: str | None = None, **columns: str | None) -> Any:
        """The reasons of every row of a table, as a table of the same kind: see `mappings` and `Mappings.table`."""
        return self.mappings(data, comment, **columns).table()

    def predict(self, comments: Iterable[str | None], *, abstain: bool = False) -> list[str | None]:
        """The best reason of each comment: of the trained model, or of terms where nothing was learned.

        With `abstain` a reason must reach its threshold; else it is the most probable one, and `None` only where no
        word is known.
        """
        return self._mapper.predict(texts_of(comments), abstain)

    def curve(self, comments: Iterable[str | None], labels: Iterable[Any]) -> Table:
        """What other thresholds of the trained model would give on labelled comments, best ones that it never saw.

        For each reason and each probability from 0.01 to 0.99: `reason`, `threshold`, `found`, `precision`, `recall`,
        `f1`.
        """
        texts, rows = paired(comments, labels)
        found = self._mapper.curve(texts, rows)
        if found is None:
            raise HeedfulError("too-few", "nothing was learned yet: fit the mapper first")
        return Table(found)

    def lint(self, comments: Iterable[str | None] = ()) -> Table:
        """What is wrong with terms, or looks so.

        `dead` (it can never match), `stop_words`, `repeated`, `shared` (another reason has it); with comments also `unseen`
        and `together` (it fires only with another). Columns: `kind`, `language`, `reason`, `term`, `other_reason`,
        `other_term`, `comments`.

        >>> import heedful as hf
        >>> hf.ReasonMapper({"reasons": [{"id": "price", "terms": ["price", "prices"]}]}).lint()["kind"]
        ['repeated']
        """
        return Table(self._mapper.lint([text for text in texts_of(comments) if text is not None])[0])

    def overlaps(self, comments: Iterable[str | None]) -> Table:
        """Pairs of reasons that share comments, the greatest share first.

        Columns: `reason`, `other`, `comments`, `other_comments`, `both`, `share` (of the comments with `reason`), `jaccard`.
        """
        return Table(self._mapper.lint([text for text in texts_of(comments) if text is not None])[1])

    def suggest(self, comments: Iterable[str | None], count: int = 20) -> list[int]:
        """The comments whose labels would teach the model most, the most useful first."""
        found = self._mapper.suggest([text or "" for text in texts_of(comments)], _options.whole(count, "count"))
        if found is None:
            raise HeedfulError("too-few", "nothing was learned yet: fit the mapper first")
        return found

    def __reduce__(self) -> tuple[Any, ...]:
        classifier, reasons = self._classifier
        return (_restored, (self._mapper.taxonomy(), self._options, classifier, reasons, self.to_bytes()))

    def __repr__(self) -> str:
        learned = "" if self.to_bytes() is None else ", trained"
        return f"ReasonMapper({self.taxonomy!r}{learned})"


def _restored(
    taxonomy: str, options: dict[str, Any], classifier: Any, reasons: list[str], model: bytes | None
) -> ReasonMapper:
    return ReasonMapper(Taxonomy(taxonomy), classifier=classifier, reasons=reasons, model=model, **options)


def texts_of(comments: Any) -> list[str | None]:
    """Comments as a list; what is missing in any library's way is `None`."""
    return [_text(value, row, "comment") for row, value in enumerate(listed(comments, "comment"))]


def listed(values: Any, what: str) -> list[Any]:
    """One entry for each row, of a list, an array or a series."""
    if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
        raise HeedfulError("column-type", f"{what}s come as a list or a series, one entry for each row", f"{what}s")
    if _frames.is_table(values):
        raise HeedfulError("column-type", f"{what}s come as a list or a series, not as a whole table", f"{what}s")
    return values.to_list() if hasattr(values, "to_list") else list(values)


def _text(value: Any, row: int, what: str) -> str | None:
    if isinstance(value, str):
        if not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
            raise HeedfulError("encoding", "the text holds a lone surrogate, which is no character", f"{what}s", row)
        return value
    if hasattr(value, "as_py"):
        return _text(value.as_py(), row, what)
    # NaN, NaT and NA are not equal to themselves, or refuse to say.
    if value is None or type(value).__name__ == "NAType" or value != value:
        return None
    raise HeedfulError("column-type", f"a {what} is a text", f"{what}s", row)


def labels_of(labels: Any) -> list[list[str] | None]:
    """Labels as a list of lists; `None` where they are not known. What is missing among several is left out."""
    rows: list[list[str] | None] = []
    for row, value in enumerate(listed(labels, "label")):
        if hasattr(value, "as_py"):
            value = value.as_py()
        if hasattr(value, "tolist"):
            value = value.tolist()
        if isinstance(value, (Sequence, set, frozenset)) and not isinstance(value, (str, bytes)):
            known = [label for label in (_label(one, row) for one in value) if label is not None]
            rows.append(sorted(known) if known or not value else None)
        else:
            label = _label(value, row)
            rows.append(None if label is None else [label])
    return rows


def _label(value: Any, row: int) -> str | None:
    # A column of whole numbers with gaps is one of floats in pandas.
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int):
        return str(value)
    try:
        return _text(value, row, "label")
    except HeedfulError as error:
        if error.code != "column-type":
            raise
        raise HeedfulError("column-type", "a label is a text or a whole number", "labels", row) from None


def paired(comments: Iterable[str | None], labels: Iterable[Any]) -> tuple[list[str], list[list[str] | None]]:
    """Comments and their labels; of a comment that is missing nothing is known."""
    texts, rows = texts_of(comments), labels_of(labels)
    if len(texts) != len(rows):
        raise HeedfulError("length-mismatch", f"{len(texts)} comments but {len(rows)} labels", "labels")
    known = [None if text is None else row for text, row in zip(texts, rows, strict=True)]
    return [text or "" for text in texts], known
