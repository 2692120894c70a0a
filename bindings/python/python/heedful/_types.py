"""Types for checkers; nothing here exists when a program runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import TypeAlias, TypeVar

    import pandas
    import polars

    from heedful._responses import Responses

    #: What comes back as what it was.
    Frame = TypeVar("Frame", pandas.DataFrame, polars.DataFrame)
    #: What comes back as `heedful.Table`.
    Plain: TypeAlias = Responses | Mapping[str, object] | Sequence[Mapping[str, object]]
