"""Texts that are read rightly stay read so: what each prints as, and the shape of every variable.

A row of `frozen_readings.jsonl` has the text, its declarations (none where shapes are inferred), what it prints as, and the
shapes. A change here is a change of the language.
"""

import json
from pathlib import Path

import pytest

from tensordiff.matrix import text
from tensordiff.parse import parse

ROWS = [json.loads(line) for line in Path(__file__).with_name("frozen_readings.jsonl").read_text(encoding="utf-8").splitlines()]


def size(groups):
    return " ".join("*".join(map(str, group)) or "1" for group in groups)


@pytest.mark.parametrize("declared", [True, False], ids=["declared", "inferred"])
def test_read_as_before(declared):
    changed = []
    for row in ROWS:
        if ("shapes" in row) is not declared:
            continue
        matrix, scope = parse(row["text"], *(row.get(key) for key in ("shapes", "structures", "where", "assume")))
        found = {name: size(node.shape) for name, node in scope.symbols.items()}
        if (text(matrix), found) != (row["prints"], row["kinds"]):
            changed.append((row["text"], row["prints"], text(matrix), row["kinds"], found))
    assert not changed, "\n".join(map(str, changed))


def test_the_corpus_is_large():
    assert len(ROWS) > 300
