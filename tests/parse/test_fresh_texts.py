"""Texts from papers, notes and threads, collected before what reads them was written: each is judged as it should be."""

import json
from pathlib import Path

import pytest

import tensordiff as td

FILES = ("fresh_texts.jsonl", "thread_texts.jsonl")
ROWS = [json.loads(line) for name in FILES for line in Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines()]
DECLARED = ("f", "wrt", "shapes", "structures", "where", "layout", "sizes", "language", "assume")


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_read_and_judged(row):
    given = {key: row[key] for key in DECLARED if key in row}
    expected = row["expect"]
    if expected.get("refused"):
        with pytest.raises(td.TensordiffError):
            td.check(row["text"], **given)
        return
    verdict = td.check(row["text"], **given)
    if "assumes" in expected:
        assert verdict.status == "right-under-assumption"
        assert any(expected["assumes"] in assumption for assumption in verdict.assumptions)
    else:
        assert bool(verdict) is expected["bool"]
        assert verdict.status in expected["status"]
