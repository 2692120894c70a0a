"""How good a mapping is."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from heedful import _frames, _heedful, _options
from heedful._errors import HeedfulError
from heedful._reason import Mappings, labels_of, paired
from heedful._score import Interval


@dataclasses.dataclass(frozen=True)
class Measure:
    """A number and how sure it is."""

    value: float | None
    """The number; `None` where it is not defined, as a precision of nothing found is."""
    interval: Interval | None
    """Its interval; `None` where the number is not defined, or no replicates were asked for."""

    @classmethod
    def _of(cls, document: dict[str, Any]) -> Measure:
        interval = document["interval"]
        return cls(document["value"], interval and Interval(**interval))

    def __repr__(self) -> str:
        if self.value is None or self.interval is None:
            return f"Measure({'not defined' if self.value is None else f'{self.value:.3f}'})"
        confidence = f"{100 * self.interval.confidence:.4g} %"
        return f"Measure({self.value:.3f}, {confidence} {self.interval.lower:.3f} to {self.interval.upper:.3f})"


@dataclasses.dataclass(frozen=True)
class Average:
    """Precision, recall and F1 over several reasons."""

    precision: Measure
    """The share of what was found that is right."""
    recall: Measure
    """The share of what there is that was found."""
    f1: Measure
    """The harmonic mean of the two."""

    @classmethod
    def _of(cls, document: dict[str, Any]) -> Average:
        return cls(*(Measure._of(document[name]) for name in ("precision", "recall", "f1")))


class Evaluation:
    """How well reasons were found: see `evaluate`."""

    __slots__ = ("_agreement", "_agreement_table", "_confusion", "_data", "_quality", "_table")

    def __init__(self, made: tuple[str, str, _heedful.Table, _heedful.Table, _heedful.Table | None], data: Any) -> None:
        self._quality: dict[str, Any] = json.loads(made[0])
        self._agreement: dict[str, Any] = json.loads(made[1])
        self._table, self._agreement_table, self._confusion = made[2:]
        self._data = data

    @property
    def n(self) -> int:
        """Comments compared."""
        return int(self._quality["n"])

    @property
    def missing(self) -> int:
        """Comments left out, because their reasons are not known on one side."""
        return int(self._quality["missing"])

    @property
    def micro(self) -> Average:
        """Over all decisions: every reason of every comment counts the same. Intervals are of a bootstrap."""
        return Average._of(self._quality["micro"])

    @property
    def macro(self) -> Average:
        """The mean over the reasons, each counting the same; a number that is not defined counts as 0."""
        return Average._of(self._quality["macro_average"])

    @property
    def exact(self) -> Measure:
        """The share of comments whose reasons were found exactly: accuracy, where each has one."""
        return Measure._of(self._quality["exact"])

    @property
    def kappa(self) -> Measure:
        """Cohen's kappa on whole comments, all reasons of one at once."""
        return Measure._of(self._agreement["overall"]["kappa"])

    @property
    def alpha(self) -> Measure:
        """Krippendorff's alpha for nominal data on whole comments."""
        return Measure._of(self._agreement["overall"]["alpha"])

    def table(self) -> Any:
        """One row for each reason, then `micro` and `macro`.

        Columns: `reason`, `support` (comments that have it), `found` (comments that were given it), `precision`,
        `recall` and `f1`, each with `_lower` and `_upper`, and `kappa`.
        """
        return _frames.like(self._data, self._table)

    def agreement(self) -> Any:
        """Two coders, neither of whom is right by definition: one row for all reasons at once (`reason` missing), then
        one for each.

        Columns: `reason`; `agreement`, `kappa` and `alpha`, each with `_lower` and `_upper`.
        """
        return _frames.like(self._data, self._agreement_table)

    @property
    def confusion(self) -> Any:
        """Who was taken for whom: `known`, `found` (missing for none), `n`; one row for each pair that occurs.

        `None` where a comment has several reasons.
        """
        return None if self._confusion is None else _frames.like(self._data, self._confusion)

    def __repr__(self) -> str:
        f1 = [average.f1.value for average in (self.micro, self.macro)]
        micro, macro = ("not defined" if value is None else f"{value:.3f}" for value in f1)
        return f"Evaluation(micro F1 {micro}, macro F1 {macro}, n {self.n})"


def evaluate(
    gold: Any,
    predicted: Any,
    *,
    confidence: float | None = None,
    replicates: int | None = None,
    seed: int | None = None,
) -> Evaluation:
    """How well reasons were found, against what is known to be right; or how well two coders agree.

    `gold` and `predicted` have for each comment a reason, several reasons, an empty list for none of them, or `None` where
    it is not known: such comments are left out. Mappings of a `ReasonMapper` are taken as well; a comment in which nothing
    was found has none of the reasons there, and where there is neither comment nor click nothing is known. Lists of `ReasonMapper.predict` have `None` for none: give ``[]`` instead
    where that shall count.

    Intervals of a reason are Wilson's; those of averages, kappa and alpha come from a bootstrap over comments
    (`replicates`, 1000 where not given, 0 for none; `seed`).

    >>> import heedful as hf
    >>> quality = hf.evaluate([["price", "staff"], ["staff"], [], None], [["price"], ["staff"], ["price"], []])
    >>> quality.n, quality.missing, quality.micro.recall.value
    (3, 1, 0.6666666666666666)
    >>> [(row["reason"], row["precision"]) for row in quality.table().to_pylist()][:2]
    [('price', 0.5), ('staff', 1.0)]
    """
    given = {"confidence": confidence, "replicates": replicates, "seed": seed}
    options = {name: value for name, value in given.items() if value is not None}
    sides = [_sets(gold), _sets(predicted)]
    if len(sides[0]) != len(sides[1]):
        message = f"{len(sides[0])} known, but {len(sides[1])} predicted"
        raise HeedfulError("length-mismatch", message, "predicted")
    made = _heedful.evaluate(sides[0], sides[1], _options.dumps(options))
    held = next((side._data for side in (predicted, gold) if isinstance(side, Mappings)), None)
    return Evaluation(made, held)


def _sets(labels: Any) -> list[list[str] | None]:
    if isinstance(labels, Mappings):
        return labels.labels()
    return labels_of(labels)


class Agreement:
    """How well coders agree: see `agreement`."""

    __slots__ = ("_data", "_document", "_table")

    def __init__(self, made: tuple[str, _heedful.Table], data: Any) -> None:
        self._document: dict[str, Any] = json.loads(made[0])
        self._table = made[1]
        self._data = data

    @property
    def n(self) -> int:
        """Comments that at least two coders coded."""
        return int(self._document["n"])

    @property
    def share(self) -> Measure:
        """The share of pairs of codings of the same comment that are equal, all reasons of one at once."""
        return Measure._of(self._document["overall"]["share"])

    @property
    def kappa(self) -> Measure:
        """Cohen's kappa on whole comments; for two coders only."""
        return Measure._of(self._document["overall"]["kappa"])

    @property
    def alpha(self) -> Measure:
        """Krippendorff's alpha for nominal data on whole comments."""
        return Measure._of(self._document["overall"]["alpha"])

    def table(self) -> Any:
        """One row for all reasons at once (`reason` missing), then one for each.

        Columns: `reason`; `agreement`, `kappa` and `alpha`, each with `_lower` and `_upper`.
        """
        return _frames.like(self._data, self._table)

    def __repr__(self) -> str:
        values = (("kappa", self.kappa.value), ("alpha", self.alpha.value))
        shown = ", ".join(f"{name} {'not defined' if value is None else f'{value:.3f}'}" for name, value in values)
        return f"Agreement({shown}, n {self.n})"


def agreement(
    *coders: Any, confidence: float | None = None, replicates: int | None = None, seed: int | None = None
) -> Agreement:
    """How well two or more coders agree, neither of whom is right by definition.

    Each of `coders` has for each comment a reason, several reasons, an empty list for none of them, or `None` where it was
    not coded; or is what a `ReasonMapper` found (`Mappings`). Intervals come from a bootstrap over comments (`replicates`,
    1000 where not given, 0 for none; `seed`).

    >>> import heedful as hf
    >>> agreed = hf.agreement(["price", "staff", "price"], ["price", "staff", "staff"], ["price", "staff", None])
    >>> agreed.n, agreed.share.value, agreed.kappa.value
    (3, 0.8571428571428571, None)
    """
    given = {"confidence": confidence, "replicates": replicates, "seed": seed}
    options = {name: value for name, value in given.items() if value is not None}
    made = _heedful.agreement([_sets(coder) for coder in coders], _options.dumps(options))
    return Agreement(made, next((coder._data for coder in coders if isinstance(coder, Mappings)), None))


class Split(NamedTuple):
    """Two sides of a list of comments, as row numbers."""

    train: list[int]
    """To learn from."""
    test: list[int]
    """To measure on."""


def split(comments: Iterable[str | None], labels: Iterable[Any], share: float = 0.2, seed: int = 0) -> Split:
    """Holds out about a `share` of labelled comments, to measure on what was not learned from.

    The same text but for case, spacing and punctuation is never on both sides, and every reason is parted in about the same
    proportion. Who is held out follows from the texts, the labels and the seed, not from the order of rows. Comments
    that are missing, or whose labels are not known, are on neither side.

    >>> import heedful as hf
    >>> texts = ["Late again", "late again!", "too dear", "friendly staff"]
    >>> train, test = hf.split(texts, ["delay", "delay", "price", "staff"], share=0.5, seed=1)
    >>> (0 in test) == (1 in test), sorted(train + test)
    (True, [0, 1, 2, 3])
    """
    texts, rows = paired(comments, labels)
    return Split(*_heedful.split(texts, rows, share, _options.whole(seed, "seed")))
