r"""Which programming language a text is in, told by marks that plain text and LaTeX do not have.

`A\b`, axis arguments, `.T`, `.*` and `'` mark nothing: several languages have them.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache

from tensordiff.errors import ParseError
from tensordiff.parse.names import GREEK

_NAME = r"[^\W\d]\w*"
_METHODS = "dot|sum|mean|trace|t|transpose|inverse|matmul|mm|mv|reshape|ravel|flatten|view|pow|square|exp|log|diagonal|det|norm"
_MARKS: dict[str, tuple[tuple[str, str], ...]] = {
    "python": (
        ("@", r"(?<=[\w\])}])\s*@"),
        ("return", r"(?m:^\s*return\s)"),
        ("**", r"\*\*"),
        (".", r"\b(?:np|numpy|jnp|torch|jax|scipy)\.(?=[A-Za-z])"),
        ("lambda", rf"\blambda\s+(?:{_NAME}\s*(?:,\s*{_NAME}\s*)*)?:"),
        ("def", rf"(?m:^\s*def\s+{_NAME}\s*\()"),
        ("None", r"\[[^\[\]]*\bNone\b[^\[\]]*\]"),
        (".", rf"(?<=[\w\])])\.(?:{_METHODS})\("),
    ),
    "matlab": ((".'", r"(?<=[\w\])'])\.'"), ("@", r"(?:^|=)\s*@\(")),
    "julia": (
        (".(", rf"\b{_NAME}\.\((?!')"),
        (".", r"(?<!\d)\.[+-](?!\d)"),
        ("@.", r"^\s*@\."),
        ("Diagonal", r"\bDiagonal\("),
    ),
    "r": (("%", r"%(?:\*|o|x)%"), ("crossprod", r"\bt?crossprod\("), ("function", r"\bfunction\s*\(")),
    "mathematica": (("[", r"\b[A-Z][A-Za-z]*\["),),
}
"""What marks a language: a pattern, and the part of it that a text must have for the pattern to be tried."""
_TEX = re.compile(r"\\(?:[A-Za-z]{2,}|[^\sA-Za-z(\[])|[{}$]")
_LEFT_DIVISION = re.compile(r"(?<=[\w)\]'])\s*\\\s*(?=[\w(\[])")

LANGUAGES = tuple(_MARKS)
"""The languages that code is read in; `language=` names one."""


def language_of(text: str, known: Collection[str] = ()) -> str | None:
    r"""The programming language of a text; None for plain text and LaTeX. `known` are declared names.

    Raises ParseError for marks of two languages.

    >>> language_of("2*X.T@(X@w-y)"), language_of("Diagonal(exp.(A*x))*A"), language_of("2*X.T*(X*w-y)")
    ('python', 'julia', None)
    """
    if _is_latex(text, known):
        return None
    found: dict[str, re.Match[str]] = {}
    for language, marks in _MARKS.items():
        for part, mark in marks:
            if part in text and (match := next((m for m in re.finditer(mark, text) if _is_mark(m, language)), None)):
                found.setdefault(language, match)
                break
    if len(found) > 1:
        first, second = list(found.values())[:2]
        one, other = (NAMES[language] for language in list(found)[:2])
        raise ParseError(
            f"the text has marks of two languages: {first[0].strip()} of {one} and {second[0].strip()} of {other}",
            text=text, start=second.start(), end=second.end(), hint='say which it is: language="python"',
        )  # fmt: skip
    if found:
        return next(iter(found))
    return "matlab" if _LEFT_DIVISION.search(text) else None


NAMES = {"python": "Python", "matlab": "MATLAB", "julia": "Julia", "r": "R", "mathematica": "Mathematica"}


def _is_mark(match: re.Match[str], language: str) -> bool:
    """Whether what was found marks the language: of words before a bracket only Mathematica's own."""
    return language != "mathematica" or match[0][:-1] in _heads()


@cache
def _heads() -> frozenset[str]:
    from tensordiff.parse.languages.mathematica import HEADS  # most texts call nothing by a bracket

    return frozenset(HEADS)


def _is_latex(text: str, known: Collection[str]) -> bool:
    r"""Whether the text is LaTeX rather than code: a dollar sign, or a backslash that is no left division."""
    if "$" in text:
        return True
    if "\\" not in text:
        return False
    rest = text
    for match in _LEFT_DIVISION.finditer(text):
        word = re.match(r"[^\W\d_]+", text[match.end() :])
        if word is None or len(word[0]) == 1 or (word[0] in known and word[0] not in GREEK):
            rest = rest.replace(match[0], " ", 1)
    return bool(_TEX.search(rest))
