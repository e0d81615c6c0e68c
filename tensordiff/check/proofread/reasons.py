"""Why an equality is wrong, in a few words."""

from __future__ import annotations

import re

from tensordiff.check.proofread.equivalence import compared
from tensordiff.check.proofread.world import World, closed
from tensordiff.check.verdict import Verdict
from tensordiff.errors import TensordiffError
from tensordiff.evidence.equality import Equality
from tensordiff.evidence.printing import listed
from tensordiff.matrix import Matrix, number_text


def of_verdict(verdict: Verdict) -> str:
    """What is wrong with a claim on a derivative."""
    match verdict.status:
        case "right-up-to-factor":
            return _factor(verdict)
        case "right-under-assumption":
            factor = "" if verdict.factor is None else f", and {_factor(verdict)}"
            return f"right only if {listed(verdict.assumptions)}{factor}"
        case "right-in-other-layout":
            return f"right in the {listed(verdict.layouts)} layout"
    if verdict.diagnosis:
        return re.split(r"(?<=[a-z)])\.\s", verdict.diagnosis.split("\n")[0])[0].rstrip(".")
    if verdict.problem:
        return verdict.problem.rstrip(".")
    return _numbers(str(verdict.witness)) if verdict.witness is not None else "it is another expression"


def _numbers(witness: str) -> str:
    """The first line of a witness: which entry, and what it should be."""
    return re.sub(r"(?:,? at|:)$", "", witness.split("\n")[0].strip())


def _factor(verdict: Verdict) -> str:
    factor = verdict.factor
    if factor == -1:
        return "the sign is wrong"
    shown = factor if isinstance(factor, str) or factor is None else number_text(factor)
    return f"the factor {shown} is missing"


def of_equality(left: Matrix, right: Matrix, found: Equality, world: World) -> str:
    """What is wrong with an equality of two expressions."""
    try:
        groups = {**dict(left.free), **dict(right.free)}
        if groups:
            left, right = closed(left, groups), closed(right, groups)
        verdict = compared(world, left, right)
    except TensordiffError:
        verdict = None
    if verdict is not None and verdict.status in ("right-up-to-factor", "right-under-assumption"):
        return of_verdict(verdict)
    if verdict is not None and verdict.status == "right":
        return "the right side is the transpose of the left one"
    if found.witness is not None:
        return _numbers(str(found.witness))
    return found.basis
