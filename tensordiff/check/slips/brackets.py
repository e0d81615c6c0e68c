"""Slips of writing, mended in the text of a claim, which need not conform: another product, factors in another order,
parentheses lost, a diagonal matrix written as its vector."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from tensordiff.check.slips.case import Case

_TOKEN = re.compile(r"\s*(\d+(?:\.\d+)?|[^\W\d]\w*|\.[*/^]|[-+*/^'()\[\],;])")
_MOST = 40
_OPENING, _CLOSING = "([", ")]"


Changes = Callable[[list[str]], Iterator[tuple[str, str]]]
"""Texts with one change, and what was changed."""


def other_text(case: Case) -> Iterator[str]:
    """Another kind of product, or other neighbours, make a claim right that does not conform."""
    if case.claim is None:
        yield from _mended(case, _other_products, _reordered)


def lost_parentheses(case: Case) -> Iterator[str]:
    """Parentheses around a sum, or diag(...) around a vector, make the claim right."""
    yield from _mended(case, _bracketed, _diagonal, _without_terms)


def _mended(case: Case, *changes: Changes) -> Iterator[str]:
    answer = case.problem.answer
    if not isinstance(answer, str) or "=" in answer or "->" in answer:
        return
    tokens = _tokens(answer)
    if tokens is None:
        return
    yield from case.rewritten(found for change in changes for found in change(tokens))


def _tokens(text: str) -> list[str] | None:
    """The tokens with the space before them; None for text of another language."""
    found: list[str] = []
    place = 0
    text = text.rstrip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            return None
        found.append(match[0])
        place = match.end()
    return found


def _other_products(tokens: list[str]) -> Iterator[tuple[str, str]]:
    for place, token in enumerate(tokens):
        if token.strip() in ("*", ".*"):
            other = "*" if token.strip() == ".*" else " .*"
            yield "".join([*tokens[:place], other, *tokens[place + 1 :]]), "The wrong kind of product"


def _reordered(tokens: list[str]) -> Iterator[tuple[str, str]]:
    """Two neighbouring factors exchanged."""
    depths, bare = _depths(tokens), [token.strip() for token in tokens]
    for place, token in enumerate(bare):
        if token == "*":
            start, end = _operand_start(bare, depths, place), _operand_end(bare, depths, place)
            made = [*tokens[:start], *tokens[place + 1 : end], "*", *tokens[start:place], *tokens[end:]]
            yield "".join(made), "The factors of a product are in the wrong order"


def _depths(tokens: Sequence[str]) -> list[int]:
    depth, found = 0, []
    for token in tokens:
        depth -= token.strip() in _CLOSING
        found.append(depth)
        depth += token.strip() in _OPENING
    return found


def _bracketed(tokens: list[str]) -> Iterator[tuple[str, str]]:
    """Parentheses around neighbouring terms: from a factor on, or up to one."""
    depths, bare = _depths(tokens), [token.strip() for token in tokens]
    made = 0
    for start in range(len(tokens)):
        begins = start == 0 or bare[start - 1] in ("*", ".*", "(", "[", ",", "+", "-", "/", "./", ";")
        if not begins or bare[start] in (*_CLOSING, "*", ".*", "/", "./", "^", ".^", "'", ",", ";"):
            continue
        for end in range(start + 2, len(tokens) + 1):
            inside = [bare[place] for place in range(start + 1, end) if depths[place] == depths[start]]
            here = end < len(tokens) and depths[end] == depths[start]
            closes = not here or bare[end] in ("*", ".*", "+", "-", "/", "./", "'")
            before = start > 0 and bare[start - 1] in ("*", ".*", "-", "/", "./")
            after = end < len(tokens) and bare[end] in ("*", ".*", "/", "./", "'")
            if closes and not {"+", "-"}.isdisjoint(inside) and (before or after):
                made += 1
                if made > _MOST:
                    return
                yield "".join([*tokens[:start], "(", *tokens[start:end], ")", *tokens[end:]]), "The parentheses are missing"
            if end < len(tokens) and depths[end] < depths[start]:
                break


def _diagonal(tokens: list[str]) -> Iterator[tuple[str, str]]:
    """diag(w)*A for w*A and w.*A, w being an operand."""
    depths, bare = _depths(tokens), [token.strip() for token in tokens]
    for place, token in enumerate(bare):
        if token not in ("*", ".*"):
            continue
        start = _operand_start(bare, depths, place)
        said = "A vector is written for the diagonal matrix, diag(...)"
        yield "".join([*tokens[:start], "diag(", *tokens[start:place], ")*", *tokens[place + 1 :]]), said


def _operand_start(bare: Sequence[str], depths: Sequence[int], place: int) -> int:
    """Where the operand before this place begins."""
    start = place - 1
    while start > 0 and bare[start] in ("'", "^", ".^"):
        start -= 1
    if bare[start] in _CLOSING:
        level = depths[start]
        start -= 1
        while start > 0 and not (bare[start] in _OPENING and depths[start] == level):
            start -= 1
        if start > 0 and bare[start - 1].isidentifier():
            start -= 1
    return start


def _operand_end(bare: Sequence[str], depths: Sequence[int], place: int) -> int:
    """Where the operand behind this place ends."""
    end = place + 1
    if end + 1 < len(bare) and bare[end].isidentifier() and bare[end + 1] == "(":
        end += 1
    if end < len(bare) and bare[end] in _OPENING:
        level = depths[end]
        end += 1
        while end < len(bare) and not (bare[end] in _CLOSING and depths[end] == level):
            end += 1
    end += 1
    while end < len(bare) and bare[end] in ("'", "^", ".^"):
        end += 1 if bare[end] == "'" else 2
    return min(end, len(bare))


def _without_terms(tokens: list[str]) -> Iterator[tuple[str, str]]:
    """The claim without one of its terms."""
    depths, bare = _depths(tokens), [token.strip() for token in tokens]
    level = [p for p, token in enumerate(bare) if token in ("+", "-") and depths[p] == 0]
    signs = [p for p in level if p and bare[p - 1] not in ("*", "/")]
    for place, start in enumerate(signs):
        end = signs[place + 1] if place + 1 < len(signs) else len(tokens)
        term = "".join(tokens[start + 1 : end]).strip()
        yield "".join([*tokens[:start], *tokens[end:]]), f"The term {term} does not belong there"
