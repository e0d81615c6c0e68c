r"""Assumptions in words and signs: "A symmetric", "let A be orthogonal", A = A^T, X \in \mathbb{R}^{n\times m}."""

from __future__ import annotations

import re
from collections.abc import Collection

from tensordiff.check.proofread.statements import Statement
from tensordiff.parse.names import spellings
from tensordiff.parse.syntax import Tree

_PROPERTIES = {
    "skew-symmetric": "skew", "skew symmetric": "skew", "antisymmetric": "skew", "positive definite": "positive-definite",
    "positive-definite": "positive-definite", "orthogonal": "orthogonal", "diagonal": "diagonal",
    "lower triangular": "lower-triangular", "upper triangular": "upper-triangular",
    "symmetric": "symmetric", "spd": "positive-definite",
}  # fmt: skip
_STRONGER = ("positive-definite",)
_SUMS_TO_ONE = re.compile(
    r"(?:\b(?:sums?|add(?:s|ing)?(?: up)?) to (?:1|one)\b|\bone[- ]hot\b|\bprobability (?:vector|distribution)\b)",
    re.IGNORECASE,
)
_REASON = re.compile(r"\s*[,(]?\s*(?:since|because|as|where|when|if|for|using|assuming|provided|given|with)\b")
_NOT = re.compile(r"\b(?:not|isn't|non|need not|no longer|without|whether)\b", re.IGNORECASE)
_MARKUP = re.compile(r"\\(?:mathbf|boldsymbol|bm|mathrm|mathit|pmb|mathcal|text|bf|rm)(?![A-Za-z])|[${}\\]")
_SPACE = re.compile(
    r"\\in(?![A-Za-z])\s*\\(?:mathbb|mathbf|Bbb|bf)\s*\{?\s*R\s*\}?\s*(?:\^\s*(?:\{(?P<sizes>[^{}]*)\}|(?P<size>\w)))?"
    r"|∈\s*(?:R|ℝ)\^?\{?(?P<plain>[\w×x* ]+)\}?"
)


def structures_in(words: str, names: Collection[str]) -> dict[str, str]:
    """The structures and assumptions that a sentence gives to declared names; none for what it denies."""
    plain = " ".join(_MARKUP.sub(" ", words).split())
    found: dict[str, str] = {}
    if _NOT.search(plain):
        return found
    for match in _SUMS_TO_ONE.finditer(plain):
        found |= dict.fromkeys(_beside(plain, match, names), "probability")
    for word, structure in _PROPERTIES.items():
        for match in re.finditer(rf"(?<![\w-]){re.escape(word)}(?![\w-])", plain, re.IGNORECASE):
            for name in _beside(plain, match, names):
                if found.get(name) not in _STRONGER:
                    found[name] = structure
            plain = plain[: match.start()] + "." * len(match[0]) + plain[match.end() :]
    return found


_LINK = frozenset((
    "is", "are", "be", "being", "was", "an", "the", "that", "matrix", "matrices", "real", "square", "and", "both", "all", "for",
    "let", "if", "since", "say", "invertible", "nonsingular", "always", "here", "also", "positive", "given", "assume",
    "suppose", ",", "where", "with", "have", "we",
))  # fmt: skip
"""What may stand between a name and what it is said to be."""


def _beside(words: str, match: re.Match[str], names: Collection[str]) -> list[str]:
    """The declared names that a property is said of: those before it, else those behind it."""
    for tokens in (
        re.findall(r"[^\W\d]\w*|,", words[: match.start()])[::-1],
        re.findall(r"[^\W\d]\w*|,", words[match.end() :]),
    ):
        found = []
        for token in tokens:
            known = [name for name in names if token == name or token in spellings(name)]
            found += known
            if not known and token.lower() not in _LINK and token not in ("a", "A"):
                break
        if found:
            return list(dict.fromkeys(found))
    return []


def by_transpose(left: Tree, right: Tree) -> tuple[str, str] | None:
    """A name and the structure that A = A^T, A^T = A or A = -A^T give it; None where they say something else."""
    for first, second in ((left.root, right.root), (right.root, left.root)):
        if first.op != "name":
            continue
        structure = "symmetric"
        if second.op == "negative":
            second, structure = second.children[0], "skew"
        if second.op == "transpose" and second.children[0].op == "name" and second.children[0].data == first.data:
            return str(first.data), structure
    return None


def sums_to_one(left: Tree, right: Tree) -> str | None:
    """The name that \\sum_i y_i = 1 or 1^T y = 1 is about."""
    for first, second in ((left.root, right.root), (right.root, left.root)):
        if second.op != "number" or second.data != 1:
            continue
        if first.op == "sum" and len(first.data) == 1:
            (inner,) = first.children
            if inner.op == "index" and [str(label) for label in inner.data] == [first.data[0].letter]:
                first = inner.children[0]
        elif first.op == "call" and first.data == "sum" and len(first.children) == 1:
            (first,) = first.children
        elif first.op == "product" and len(first.children) == 2 and first.children[0].op == "transpose":
            ones, other = first.children[0].children[0], first.children[1]
            first = other if ones.op == "constant" and ones.data == "ones" else first
        if first.op == "name":
            return str(first.data)
    return None


def is_reason(words: str) -> bool:
    """Whether a sentence gives the reason of what stands before it: ..., since A is symmetric."""
    return bool(_REASON.match(words)) or words.strip()[:1] in ("(", "[")


def orthogonal(left: Tree, right: Tree) -> str | None:
    """The name that Q^T Q = I makes orthogonal."""
    for first, second in ((left.root, right.root), (right.root, left.root)):
        unit = second.op == "constant" or (second.op == "name" and str(second.data).startswith("I"))
        if not unit or first.op != "product" or len(first.children) != 2:
            continue
        names = []
        turned = 0
        for child in first.children:
            inner = child
            if child.op == "transpose":
                inner, turned = child.children[0], turned + 1
            names.append(inner.data if inner.op == "name" else None)
        if names[0] is not None and names[0] == names[1] and turned == 1:
            return str(names[0])
    return None


def is_declaration(statement: Statement) -> bool:
    """Whether a statement only says where something lives: X \\in \\mathbb{R}^{n\\times m}, \\forall k."""
    text = statement.text
    return bool(_SPACE.search(text) or "\\forall" in text or "∈" in text)
