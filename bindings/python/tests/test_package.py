"""The installed package: what it says about itself."""

import importlib.metadata
from pathlib import Path

import heedful


def test_version_is_the_one_of_the_wheel() -> None:
    assert heedful.__version__ == importlib.metadata.version("heedful")


def test_the_installed_wheel_is_tested_not_the_source_tree() -> None:
    source = Path(__file__).resolve().parent.parent
    assert source not in Path(heedful.__file__).resolve().parents
