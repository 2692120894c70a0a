"""Protecting the people who answer, and weighing those who did not."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, overload

from heedful import _frames, _heedful, _options
from heedful._errors import HeedfulError
from heedful._responses import Responses

if TYPE_CHECKING:
    from heedful._types import MetricLike


def pseudonym(values: Any, *, key: bytes) -> Any:
    """A pseudonym for each id, which nobody can undo without the key: half of its HMAC-SHA-256 in hexadecimal.

    `values` is one id, a list or a series; what is missing stays missing, and a series stays one. The same id and key
    always give the same pseudonym. Keep the key apart from the data: with it a list of ids can be tried.

    >>> import heedful as hf
    >>> hf.pseudonym(["ada", None, "ada"], key=b"a key of at least 16 bytes")
    ['c6b5f27067fdd590a31dbb8f1e8e96bb', None, 'c6b5f27067fdd590a31dbb8f1e8e96bb']
    """
    if isinstance(values, str):
        return _heedful.pseudonym([values], key)[0]
    ids = [None if value is None or value != value else str(value) for value in (values if hasattr(values, "__iter__") else _options.several(values, "values"))]
    return _frames.texts_like(values, _heedful.pseudonym(ids, key))


@overload
def forget(data: Responses, customers: str | Iterable[str], also: Iterable[str] = ()) -> tuple[Responses, int]: ...
@overload
def forget(data: str, customers: str | Iterable[str]) -> tuple[str, int]: ...
def forget(data: Responses | str, customers: str | Iterable[str], also: Iterable[str] = ()) -> tuple[Responses | str, int]:
    """Forgets customers: their ids and all they wrote become missing, as do the columns named in `also`.

    Ratings, times and other attributes stay, so that counts and scores do not change. Gives the responses that are left
    and how many rows were changed. Where `data` is the stored `state` of `Health`, what it remembers of these accounts goes.
    Every call goes through all of the data: name many customers at once. A `Session` has a `forget` of its own; what other
    stored state holds is told in `docs/privacy.md`.

    >>> import heedful as hf
    >>> responses = hf.Responses({"score": [10, 3], "who": ["ada", "bo"]}, rating="score", customer="who")
    >>> left, rows = hf.forget(responses, "ada")
    >>> rows, left.to_csv()
    (1, 'score,who\\n10,\\n3,bo\\n')
    """
    names = [customers] if isinstance(customers, str) else [str(name) for name in _options.several(customers, "customers")]
    if isinstance(data, str):
        return _heedful.forget_accounts(data, names)
    if not isinstance(data, Responses):
        raise HeedfulError("invalid-argument", "`Responses` are needed, or the state of `Health`", "data")
    left, rows = _heedful.forget(data._data, names, _options.names(also, "also"))
    return Responses._of(left, data.reading), rows


@dataclasses.dataclass(frozen=True, repr=False, eq=False)
class Propensity:
    """How often those invited answer, and weights against it."""

    cells: Any
    """The rate of each cell, as the kind of table that was given: the columns, `invited`, `responded`, `rate`,
    `rate_lower`, `rate_upper`, `propensity`, `pooled`."""
    weights: list[float]
    """The weight of each row, 0 where there is no answer."""
    invited: int
    """Invitations."""
    responded: int
    """Answers."""
    rate: float
    """Answers per invitation, 0 to 1."""
    unheard: int
    """Invitations in cells for which nobody speaks."""
    effective_n: float
    """Kish's effective number of answers."""
    capped: int
    """Answers whose weight was cut."""

    value: float | None
    """The score of those who answered, without weights."""
    bounds: tuple[float, float] | None
    """Between which values the score of all who were invited lies, whatever the silent would have said."""

    def __repr__(self) -> str:
        return f"Propensity({self.responded} of {self.invited} answered, effective n {self.effective_n:.1f})"


def response_propensity(
    data: Any,
    by: str | Iterable[str],
    *,
    rating: str | None = None,
    metric: MetricLike = "nps",
    minimum: int | None = None,
    cap: float | None = None,
    confidence: float | None = None,
) -> Propensity:
    """Response rates by segment, and weights by their inverse.

    `data` has a row for each invitation, answered where the rating is there. The columns `by` make cells; those of
    fewer than `minimum` invitations (30 where not given) or without an answer are taken together. An answer's weight is
    the overall rate over that of its cell, at most `cap`. This corrects for who answers as far as the columns tell; for
    what depends on the opinion itself see `Propensity.bounds`, on the scale of `metric`.

    >>> import heedful as hf
    >>> invited = {"score": [10, 9, 2, None, None, None], "plan": ["pro", "pro", "free", "free", "free", "free"]}
    >>> found = hf.response_propensity(invited, by="plan", rating="score", minimum=1)
    >>> found.weights
    [0.5, 0.5, 2.0, 0.0, 0.0, 0.0]
    >>> found.bounds
    (-33.33333333333333, 66.66666666666667)
    >>> hf.score(invited | {"weight": found.weights}, rating="score", weight="weight")["value"]
    [-33.333333333333336]
    """
    names = _options.names(by, "by")
    given = {"minimum": minimum, "cap": cap, "confidence": confidence}
    options: dict[str, object] = {name: value for name, value in given.items() if value is not None}
    roles = {} if rating is None else {"rating": rating}
    needed = [*names, *roles.values()]
    document_of = (_options.dumps(options | {"by": names}), _options.dumps(_options.metric(metric)))
    cells, weights, rest, (value, bounds) = _heedful.response_propensity(
        _frames.table(data, needed), needed, _options.dumps(roles), *document_of
    )
    document = json.loads(rest)
    document.pop("by")
    return Propensity(cells=_frames.like(data, cells), weights=weights, value=value, bounds=bounds, **document)
