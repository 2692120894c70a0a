"""Voice-of-customer engine: scores with honest uncertainty, from responses to action."""

from heedful._heedful import __version__

__all__ = ["__version__"]
