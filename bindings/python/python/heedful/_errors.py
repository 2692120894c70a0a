"""Exceptions."""

from __future__ import annotations


class HeedfulError(ValueError):
    """What Heedful refuses, and where.

    Messages hold no customer text.

    >>> import heedful as hf
    >>> try:
    ...     hf.nps([10, 11])
    ... except hf.HeedfulError as error:
    ...     print(error.code, error.row, error.message, sep="; ")
    rating-out-of-range; 1; rating 11 is outside the scale 0-10
    """

    code: str
    """What went wrong, in kebab case; stable, and the same in every language."""
    message: str
    """What happened, in words, without code and place."""
    path: str
    """Where in the input: a column, or a path in the options; empty where neither applies."""
    row: int | None
    """The data row, counted from 0, where one row is to blame."""
    line: int | None
    """The line of the file, counted from 1, where a file was read."""

    def __init__(
        self,
        code: str,
        message: str,
        path: str = "",
        row: int | None = None,
        line: int | None = None,
        text: str | None = None,
    ) -> None:
        # All of it in `args`, so that the exception can be pickled.
        super().__init__(code, message, path, row, line, text)
        self.code = code
        self.message = message
        self.path = path
        self.row = row
        self.line = line

    def __str__(self) -> str:
        text = self.args[5]
        return text if isinstance(text, str) else f"{self.message} ({self.code})"


class InternalError(HeedfulError):
    """A defect of Heedful, not of the input: please report it."""
