"""README.md and docs/ tell the truth: every block prints what the page says, every link leads somewhere."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.docs.blocks import PAGES, ROOT, blocks, rewritten

by_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


@by_page
def test_blocks_print_what_the_page_says(page: Path) -> None:
    """Where the new output is the better one, `python -m tests.docs.blocks` writes it into the page."""
    assert rewritten(page) == page.read_text()


@by_page
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)", page.read_text()):
        assert target.startswith("https://") or (page.parent / target).exists(), target


def test_every_page_is_linked_from_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    for page in PAGES[1:]:
        assert page.parent.name != "docs" or f"](docs/{page.name})" in readme


def test_every_page_is_in_the_site() -> None:
    listed = (ROOT / "docs" / "index.rst").read_text().split()
    assert not [page.name for page in PAGES[1:] if page.stem not in listed and f"{page.parent.name}/*" not in listed]


def test_ci_runs_the_commands_of_the_readme() -> None:
    commands = [block.removesuffix("\n") for block in blocks(ROOT / "README.md", "sh")]
    found = subprocess.run([ROOT / ".ci" / "run", "--commands"], capture_output=True, text=True, check=True).stdout
    assert found.splitlines() == commands
    assert len(commands) == 2 and commands[1].endswith("-m pytest -n 2")


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    reasons = (ROOT / "docs" / "dependencies.md").read_text()
    listed = [*project["dependencies"], *(name for extra in project["optional-dependencies"].values() for name in extra)]
    for requirement in listed:
        name = re.match(r"[\w-]+", requirement)
        assert name is not None and f"`{name[0]}`" in reasons, requirement
