"""The table of rooms in docs/architecture.md is the contract that imports are held to, and names files that exist."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text()


def test_the_floors_are_the_layers_of_the_contract() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (layers,) = (contract["layers"] for contract in contracts if contract.get("exhaustive"))
    floors: dict[int, set[str]] = {}
    for floor, room in re.findall(r"^\| (\d+) \| `(\w+)(?:/|\.py)` \|", PAGE, re.MULTILINE):
        floors.setdefault(int(floor), set()).add(room)
    listed = [set(layer.split(" | ")) for layer in reversed(layers)]
    assert [floors[floor] for floor in sorted(floors)] == [layer for layer in listed if layer != {"__main__"}]


def test_every_file_that_it_names_exists() -> None:
    named = set(re.findall(r"`((?:[a-z_]+/)+[a-z_]+\.py)`", PAGE))
    assert named
    assert not [name for name in named if not any((base / name).exists() for base in (ROOT / "tensordiff", ROOT))]
