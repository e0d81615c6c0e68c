"""The slip that a verdict names is the one that was made: each kind of slip, applied to true claims of many kinds."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

import pytest

from tests.check.slips_applied import CLAIMS, SLIPS, applied, named, told


@pytest.fixture(scope="module")
def found() -> dict[str, Counter[str]]:
    """By kind of slip, how often it was named, another one was, or none."""
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    for kind, pattern, claim, written in applied():
        verdict = told(claim, written)
        if verdict is None:
            continue
        nothing = verdict.diagnosis is None and verdict.status in ("wrong", "does-not-conform")
        how = "right" if re.search(pattern, named(verdict)) else "silent" if nothing else "other"
        kinds[kind][how] += 1
    return kinds


def test_the_claims_are_true() -> None:
    for claim in CLAIMS:
        assert told(claim, claim.claim) is None, claim


def test_most_slips_are_named_and_few_as_another(found: dict[str, Counter[str]]) -> None:
    total = sum(sum(count.values()) for count in found.values())
    assert total > 500
    assert sum(count["right"] for count in found.values()) > 0.95 * total
    assert sum(count["other"] for count in found.values()) < 0.02 * total


@pytest.mark.parametrize("kind", SLIPS)
def test_every_kind_is_named(kind: str, found: dict[str, Counter[str]]) -> None:
    count = found[kind]
    assert count["right"] > 0.8 * sum(count.values()) > 0, count
