"""Every example in a docstring runs."""

import doctest
import importlib
import inspect
import pkgutil
from types import ModuleType

import pytest

import heedful

MODULES = [
    importlib.import_module(f"heedful.{module.name}")
    for module in pkgutil.iter_modules(heedful.__path__)
    if module.name != "_heedful"
]


@pytest.mark.parametrize("module", [heedful, *MODULES], ids=lambda module: module.__name__)
def test_examples(module: ModuleType) -> None:
    result = doctest.testmod(module)
    assert result.failed == 0


@pytest.mark.parametrize("name", [name for name in heedful.__all__ if not name.startswith("_")])
def test_every_public_name_is_documented(name: str) -> None:
    thing = getattr(heedful, name)
    assert inspect.getdoc(thing)
    if inspect.isclass(thing):
        for member, value in vars(thing).items():
            if not member.startswith("_") and (callable(value) or isinstance(value, (property, classmethod))):
                assert inspect.getdoc(value), member


def test_functions_have_examples() -> None:
    for name in heedful.__all__:
        thing = getattr(heedful, name)
        if inspect.isfunction(thing):
            assert ">>>" in (inspect.getdoc(thing) or ""), name
