"""Weighting responses to what is known of the population."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from heedful import _frames, _heedful, _options


@dataclasses.dataclass(frozen=True, repr=False, eq=False)
class Weights:
    """Weights and what they cost."""

    weights: Any
    """One weight for each row, not negative: a series of the library that the table is of (with the index of a frame
    of pandas), or a list."""
    targets: Any
    """Every target and how it was met, as the kind of table that was weighted: `column`, `value`, `n`, `before`,
    `target`, `achieved`, `error`."""
    effective_n: float
    """Kish's effective number of responses."""
    design_effect: float
    """Responses over the effective number, at least 1."""
    residual: float
    """The greatest distance of an achieved share from its target."""
    iterations: int
    """How often all margins were adjusted."""
    minimum: float
    """The smallest weight."""
    maximum: float
    """The greatest weight."""
    trimmed: int
    """Responses whose weight was trimmed or raised."""
    trimmed_weight: float
    """Weight that trimming took off the responses above the cap."""

    def __repr__(self) -> str:
        spread = f"{self.minimum:.3g} to {self.maximum:.3g}"
        return f"Weights({spread}, effective n {self.effective_n:.1f}, {self.trimmed} trimmed)"


def weight(
    data: Any,
    targets: Mapping[str, Mapping[Any, float]] | None = None,
    *,
    cells: Iterable[Mapping[str, Any]] | None = None,
    weight: str | None = None,
    cap: float | None = None,
    floor: float | None = None,
    total: float | None = None,
    missing: Literal["error", "keep"] | None = None,
    tolerance: float | None = None,
    max_iterations: int | None = None,
) -> Weights:
    """Weights responses to targets: raking over several margins, post-stratification over cells.

    `targets` maps columns to the share, or the count in the population, of each value; `None` as a value is for
    rows without one. `cells` are joint targets: ``[{"keys": {"region": "EU", "age": "18-34"}, "share": 0.2}, ...]``.
    `weight` names a column of design weights to start from. `cap` and `floor` trim weights to multiples of their
    mean; what that does to the margins is told in `residual`. The weights add up to `total`, the number of rows
    where not given. Rows without a value are an error unless `missing="keep"`.

    Targets that do not fit the data, and margins that do not settle, are errors that say which.

    >>> import heedful as hf
    >>> table = {"score": [10, 9, 3, 10], "region": ["EU", "EU", "US", "EU"]}
    >>> made = hf.weight(table, targets={"region": {"EU": 0.5, "US": 0.5}})
    >>> [round(w, 3) for w in made.weights]
    [0.667, 0.667, 2.0, 0.667]
    >>> abs(hf.nps(table["score"], weights=made.weights).value) < 1e-9
    True
    """
    asked = {
        "targets": None if targets is None else {
            column: _options.mapping(shares, f"targets.{column}") for column, shares in _options.mapping(targets, "targets").items()
        },
        "cells": None if cells is None else [_options.mapping(cell, "cells") for cell in _options.several(cells, "cells")],
        "cap": cap,
        "floor": floor,
        "total": total,
        "missing": missing,
        "tolerance": tolerance,
        "max_iterations": max_iterations,
    }
    options = {name: value for name, value in asked.items() if value is not None}
    roles = {} if weight is None else {"weight": weight}
    needed = [*_options.targets(options), *roles.values()]
    table = _frames.table(data, needed)
    made = _heedful.Weights.fit(table, needed, _options.dumps(roles), _options.dumps(options))
    return Weights(
        weights=_frames.series(data, made),
        targets=_frames.like(data, made.targets()),
        **json.loads(made.summary()),
    )
