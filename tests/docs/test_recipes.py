"""The notebooks of docs/recipes/ run from top to bottom, and show what they show in the repository."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import nbformat
import pytest

from tests.docs.recipes import LIBRARIES, RECIPES, ROOT, executed, printed

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of the kernel's own machinery
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
_HERE = [path for path in RECIPES if find_spec(LIBRARIES.get(path.name, "numpy")) is not None]


@pytest.mark.parametrize("path", _HERE, ids=lambda path: path.stem)
def test_a_recipe_prints_what_it_shows(path: Path) -> None:
    """Where the new output is the better one, `python -m tests.docs.recipes` writes it into the notebook."""
    assert printed(executed(path)) == printed(nbformat.read(path, as_version=4))


def test_every_recipe_is_in_the_list() -> None:
    listed = (ROOT / "docs" / "recipes.md").read_text()
    assert not [path.name for path in RECIPES if f"](recipes/{path.name})" not in listed]
