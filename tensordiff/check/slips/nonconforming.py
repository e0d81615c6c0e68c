"""Corrections of claims that do not conform, which have a text only: one small change that makes it right."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import permutations

from tensordiff.check.slips.case import Case

_NAME = re.compile(r"[^\W\d]\w*'?(?![\w(\['])")
_OPERAND = re.compile(r"(?<![\w'])(?=[^\W\d(]|\()")
_CALL_END = re.compile(r"\)'?(?!')")
_OPERATOR = re.compile(r"\.\*|(?<!\.)\*")
_MOST = 24
_MOST_FACTORS = 5


def text_corrections(case: Case) -> Iterator[str]:
    """One change in the text of a claim that does not conform makes it right."""
    if case.claim is not None or not isinstance(case.problem.answer, str):
        return
    yield from case.rewritten(_changes(case.problem.answer, case))


def _swapped(answer: str) -> Iterator[tuple[str, str]]:
    """kron(B,A) for kron(A,B)"""
    for match in list(re.finditer(r"\bkron\(", answer))[:_MOST]:
        depth, comma = 0, None
        for place in range(match.end(), len(answer)):
            depth += (answer[place] in "([") - (answer[place] in ")]")
            if answer[place] == "," and depth == 0:
                comma = place
            if depth < 0:
                if comma is not None:
                    first, second = answer[match.end() : comma], answer[comma + 1 : place]
                    turned = f"{answer[: match.end()]}{second.strip()}, {first.strip()}{answer[place:]}"
                    yield turned, "The factors of a Kronecker product are swapped"
                break


def _changes(answer: str, case: Case) -> Iterator[tuple[str, str]]:
    """Texts with one change, and what was changed."""
    yield from _swapped(answer)
    for pattern in (_NAME, _CALL_END):
        for match in list(pattern.finditer(answer))[:_MOST]:
            word = match[0]
            new = word[:-1] if word.endswith("'") else word + "'"
            yield answer[: match.start()] + new + answer[match.end() :], "A transpose is missing or too many"
    for match in list(_OPERATOR.finditer(answer))[:_MOST]:
        for sign in "+-":
            yield answer[: match.start()] + f" {sign} " + answer[match.end() :], "A sum is meant, not a product"
    if "kron" in answer:
        for first, second in permutations(sorted(case.scope.dims), 2):
            for match in list(_CALL_END.finditer(answer))[:_MOST]:
                commuted = f"{answer[: match.end()]}*K({first},{second}){answer[match.end() :]}"
                yield commuted, "A commutation matrix is missing"
    factors = [name for name, node in case.scope.symbols.items() if len(node.shape) == 2][:_MOST_FACTORS]
    for match in list(_OPERAND.finditer(answer))[:_MOST]:
        for name in factors:
            for factor in (f"{name}'", name):
                yield f"{answer[: match.start()]}{factor}*{answer[match.start() :]}", "A factor is missing"
