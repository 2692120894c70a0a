"""Fixtures of several test files."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from frames import FRAMES, duckdb_relation  # noqa: E402

if importlib.util.find_spec("duckdb"):
    FRAMES["duckdb"] = duckdb_relation


@pytest.fixture(params=FRAMES)
def frame(request: pytest.FixtureRequest) -> Any:
    make: Callable[[], Any] = FRAMES[request.param]
    return make()


@pytest.fixture
def no_pyarrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """PyArrow cannot be imported, and nobody has imported it."""
    for name in list(sys.modules):
        if name == "pyarrow" or name.startswith("pyarrow."):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
