"""Read by mypy only: what a user's type checker must accept and infer."""

from typing_extensions import assert_type

import heedful as hf

assert_type(hf.__version__, str)
