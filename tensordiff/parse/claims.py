r"""What a claim says of itself: its left-hand side, and what it is the derivative of and by. Nothing here knows shapes.

`f =`, `f(x) =`; `\frac{\partial f}{\partial X} =`, `\nabla_X f =`, `f'(x) =` and the like; `dF =`, `\partial\Sigma^{-1} =`;
`... = 0`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Literal

from tensordiff.errors import ParseError
from tensordiff.parse import languages
from tensordiff.parse.code import code_language
from tensordiff.parse.languages import scan
from tensordiff.parse.names import spellings
from tensordiff.parse.syntax import Syntax
from tensordiff.parse.vocabulary import Vocabulary
from tensordiff.records import field, record

_APPLIED = re.compile(
    r"\s*(?P<f>\\?[^\W\d_]\w*)\s*(?:['’′]|\^\s*\{?\s*\\prime\s*\}?)\s*(?:\\left)?\((?P<x>[^()]+?)(?:\\right)?\)\s*"
)
_SAID = re.compile(
    r"\s*(?:the\s+)?(?:\\(?:operatorname|mathrm|text)\s*\{\s*)?(?P<word>[gG]rad(?:ient)?|[dD]erivative|[jJ]acobian|[hH]essian)\s*\}?"
    r"(?:_(?:\{\s*(?P<by>\\?\w+)\s*\}|(?P<below>\w+)))?(?:\s+of)?\s*(?P<f>(?<=[\s}])[A-Za-z])?\s*(?:\(\s*\\?\w*\s*\))?\s*"
)
"""grad f, gradient, Hessian of f: words for a derivative on a left side."""
_LETTERED = re.compile(r"[\s$]*(?P<letter>[HJgG])(?:_(?:\w|\{\s*\\?\w+\s*\}))?\s*(?:\(\s*\\?\w+\s*\))?\s*")
"""H, J_f, g(x): usual letters of derivatives."""
_DEFINED = re.compile(
    r"\s*(?P<f>\\?[A-Za-zͰ-Ͽ][^\W_]*|\\(?:mathcal|mathbb|mathbf|boldsymbol|mathrm|bm)\s*\{?\s*\\?\w+\s*\}?)(?:_(?P<one>\w)|_\{(?P<entry>\w+)\})?"
    r"\s*(?:(?:\\left)?\((?P<x>[^()=]*?)(?:\\right)?\))?\s*"
)


@record
class Claimed:
    """A claim taken apart. `right` has its text at its place, with blanks before."""

    right: str
    left: str | None = None
    """The left-hand side of a claim in differentials; None where there is none or where it has been understood."""
    kind: Literal["value", "derivative", "differential"] = "value"
    f: str | None = None
    """What was differentiated, as written; None where only a name is given."""
    name: str | None = None
    """What f is called on the left."""
    wrt: tuple[str, ...] = field(default=())
    second: bool = False
    """Whether it is a second derivative."""
    side: str | None = None
    """The right-hand side, where `right` is the whole claim."""
    by_entries: bool = False
    """Whether entries of f are differentiated by entries of the variable, so that the layout is said."""
    note: str | None = None
    """What was assumed of the left-hand side."""
    stacked: bool = False
    """Whether vec(F) is differentiated by vec(V)."""


def read_definition(text: str) -> tuple[str | None, str | None, str]:
    """The name of f, the name of its argument, and its expression, of `f(x) = ...`; None for what is not there."""
    if code_language(text) is not None:
        return None, None, text
    spans = languages.sides(text)
    if len(spans) != 2:
        return None, None, text
    match = _DEFINED.fullmatch(text[: spans[0][1]].lstrip("$ "))
    if match is None:
        return None, None, text
    start = spans[1][0]
    argument = match["x"]
    right = " " * start + text[start:]
    index, name = match["one"] or match["entry"] or "", match["f"]
    if len(index) == 1 and index.isalpha() and re.search(rf"_\s*(?:\{{\s*)?{index}(?![A-Za-z])", right):
        right = f"{right.rstrip(' $.,')} -> [{index}]"  # p_i = ...: the vector of these entries
    elif index:
        name = f"{name}_{index}"
    return name, argument if argument and "," not in argument else None, right


def read_claim(text: str, texts: Sequence[str], names: Collection[str], *, declared: bool, given: bool = False) -> Claimed:
    """The claim taken apart. `texts` are all texts of the call, the claim first, `names` those that are declared; with
    `declared` others are errors; `given` says that f is. Raises ParseError."""
    if code_language(text, None, names) is not None:
        return Claimed(text)
    spans = languages.sides(text)
    zero = len(spans) > 1 and text[spans[-1][0] :].strip(" $.,\\") == "0"
    if zero and (len(spans) > 2 or not _has_sign(text[: spans[0][1]], vocabulary_of(texts, names, declared=declared))):
        spans = spans[:-1]
    if len(spans) > 2:
        place = spans[2][0] - 1
        raise ParseError(
            "a claim has one equals sign", text=text, start=place, end=place + 1, hint="give the last side: df = ..."
        )
    end, start = spans[0][1], spans[-1][0]
    if len(spans) == 1:
        return Claimed(text[:end])
    left, right = text[:end], " " * start + text[start : spans[-1][1]]
    if languages.is_latex(text) and not languages.is_latex(right):
        right = f"\\,{right[2:]}"  # a space in LaTeX: both sides are in one language
    if left.count("$") % 2:  # dollar signs stand around the whole claim
        left, right = left.replace("$", " "), right.replace("$", " ")
    applied = _APPLIED.fullmatch(left)
    if applied:
        return Claimed(right, None, "derivative", None, applied["f"], (applied["x"].strip(),))
    lettered = _LETTERED.fullmatch(left) if given else None
    if lettered and lettered["letter"] not in names and not any(mentions(x, lettered["letter"]) for x in (right, *texts[1:])):
        letter, second = lettered["letter"], lettered["letter"] == "H"
        note = f"{letter} read as the {'second ' if second else ''}derivative of f"
        return Claimed(right, None, "derivative", None, None, (), second, note=note)
    said = _SAID.fullmatch(left)
    if said and not set(names) & {said["word"].strip("\\").lower(), said["word"]}:
        second = said["word"].lower().startswith("hess")
        by = said["by"] or said["below"]
        return Claimed(right, None, "derivative", None, said["f"], (by,) if by else (), second)
    vocabulary = vocabulary_of(texts, names, declared=declared)
    try:
        root = languages.read(left.replace("&", " "), vocabulary).root
    except ParseError as error:
        if "before nothing" not in error.message:
            raise
        left = f"{left.rstrip('$ ')} f "  # a bare sign, \\nabla_X or d/dx, is before f
        root = languages.read(left.replace("&", " "), vocabulary).root
    if root.op == "derivative":
        return _derivative(left, right, root, vocabulary)
    if root.op == "differential" or (root.op == "call" and root.data == "vec" and root.children[0].op == "differential"):
        return _differential(text, left, right, root, vocabulary)
    return Claimed(text, left, side=right)


def _has_sign(left: str, vocabulary: Vocabulary) -> bool:
    """Whether a side is a derivative or a differential, of which "= 0" is a claim."""
    if _APPLIED.fullmatch(left):
        return True
    root = languages.read(left.replace("&", " "), vocabulary).root
    while root.op == "call" and root.data == "vec":
        root = root.children[0]
    return root.op in ("derivative", "differential")


def mentions(text: str, name: str) -> bool:
    """Whether a name stands in a text, alone or applied to its argument."""
    if len(name) == 1 and languages.is_latex(text):
        bare = re.sub(r"\\(?:text|mathrm|operatorname|mbox)\s*\{[^{}]*\}|\\[A-Za-z]+", " ", text)
        return name in re.sub(r"[_^]\{[^{}]*\}", " ", bare)
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


def vocabulary_of(texts: Sequence[str], names: Collection[str], *, declared: bool) -> Vocabulary:
    """What the words of a claim mean before any kind is known."""
    known = frozenset(names)
    return Vocabulary(
        names=known,
        functions=scan.unknown_functions(texts, known),
        open=not declared,
        letters=scan.alone(texts),
        indices=scan.indices(texts),
        raised=scan.raised(texts, ()),
        exponential=scan.exponential(texts),
        claim=True,
    )


def _derivative(left: str, right: str, root: Syntax, vocabulary: Vocabulary) -> Claimed:
    """A derivative sign on the left: what it is of, and by."""
    operand, *variables = root.children
    letters: list[str] = []
    stacked = bool(variables) and all(_is_vec(node) for node in (operand, *variables))
    if stacked:
        by_row = variables[-1].op == "transpose"
        operand, variables = operand.children[0], [_unstacked(node) for node in variables]
        stacked = by_row
    for node in (operand, *variables):
        if node.op == "index":
            letters.extend(str(label) for label in node.data)
    variables = [_stripped(node) for node in variables]
    if root.data[1] == 2 and len(variables) == 1:
        variables *= 2
    of = operand.children[0] if operand.op == "index" else operand
    name, f = _name_or_text(left, of, vocabulary)
    if letters:
        right = f"{right} -> [{','.join(letters)}]"
    by = tuple(_source(left, node) for node in variables)
    second = root.data[1] == 2
    return Claimed(right, None, "derivative", f, name, by, second, by_entries=bool(letters), stacked=stacked)


def _stripped(node: Syntax) -> Syntax:
    """A variable without the index of its entry or a transposition mark."""
    while node.op in ("index", "transpose"):
        node = node.children[0]
    return node


def _is_vec(node: Syntax) -> bool:
    if node.op == "transpose":
        node = node.children[0]
    return node.op == "call" and node.data == "vec"


def _unstacked(node: Syntax) -> Syntax:
    return node.children[0].children[0] if node.op == "transpose" else node.children[0]


def _name_or_text(left: str, of: Syntax, vocabulary: Vocabulary) -> tuple[str | None, str | None]:
    """The name that f has on the left, or the text of f."""
    source = _source(left, of)
    if of.op == "name":
        known = vocabulary.knows(of.data)
        return of.data, source if known else None
    named = of.op == "call" and of.data in scan.UNKNOWN_FUNCTIONS and of.children[0].op == "name"
    product = (
        of.op == "product" and len(of.children) == 2 and all(x.op == "name" for x in of.children) and of.children[1].closed
    )
    if named:
        return str(of.data), None
    if product and not vocabulary.knows(of.children[0].data):
        return str(of.children[0].data), None
    return None, source


def _source(text: str, node: Syntax) -> str:
    """What a node was written as, in its place."""
    start, end = node.start, node.end
    # Braces that open inside the node close behind it.
    depth = 0
    for character in text[start:end]:
        depth += (character == "{") - (character == "}")
    while depth > 0 and end < len(text) and text[end] in "} ":
        depth -= text[end] == "}"
        end += 1
    if start > 1 and languages.is_latex(text) and not languages.is_latex(text[start:end]):
        return f"{' ' * (start - 2)}\\,{text[start:end]}"  # a space in LaTeX: both are in one language
    return " " * start + text[start:end]


def _differential(text: str, left: str, right: str, root: Syntax, vocabulary: Vocabulary) -> Claimed:
    """A differential on the left; its variables are those whose differentials stand on the right."""
    node = root
    order = 0
    while node.op == "differential" or (node.op == "call" and node.data == "vec"):
        order += node.data if node.op == "differential" else 0
        (node,) = node.children
    name, f = _name_or_text(left, node, vocabulary)
    found: dict[str, None] = {}
    for inner in languages.read(right, vocabulary).nodes:
        if inner.op == "differential":
            (child,) = inner.children
            while child.op == "call" and child.data == "vec":
                (child,) = child.children
            if child.op == "name":
                found[child.data] = None
    variables = list(found)
    repeated = tuple(variables[:1] * order if order > 1 else variables)
    return Claimed(text, left, "differential", f, name, repeated, order > 1, right)


def known_names(*groups: Collection[str] | None) -> frozenset[str]:
    """All declared names, in every spelling."""
    names = [name for group in groups for name in group or ()]
    return frozenset([*names, *(other for name in names for other in spellings(name))])
