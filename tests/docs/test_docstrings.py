"""The examples in the docstrings of the package."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import tensordiff
from tests.libraries import OPTIONAL

MODULES = ["tensordiff", *(module.name for module in pkgutil.walk_packages(tensordiff.__path__, "tensordiff."))]


MISSING = [f"tensordiff.api.for_{name}" for name in ("jax", "torch") if name not in OPTIONAL]
"""The examples of these need libraries that are not installed."""


@pytest.mark.parametrize("name", [name for name in MODULES if not name.endswith("__main__") and name not in MISSING])
def test_examples(name: str) -> None:
    failed, _ = doctest.testmod(importlib.import_module(name))
    assert failed == 0


def test_the_package_has_examples() -> None:
    finder = doctest.DocTestFinder(exclude_empty=True)
    examples = [test for name in MODULES for test in finder.find(importlib.import_module(name)) if test.examples]
    assert len(examples) > 20
