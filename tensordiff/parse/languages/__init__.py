"""The languages that texts are written in. Each is one file that turns a text into a syntax tree and knows no shapes."""

from __future__ import annotations

from collections.abc import Iterator

from tensordiff.errors import ParseError
from tensordiff.parse.index_sums import place_sums
from tensordiff.parse.languages.latex_signs import is_latex
from tensordiff.parse.languages.parser import parse_tokens
from tensordiff.parse.languages.plain import read_plain
from tensordiff.parse.languages.scan import argument_text
from tensordiff.parse.languages.tokens import Token
from tensordiff.parse.languages.trees import waits
from tensordiff.parse.syntax import Syntax, Tree
from tensordiff.parse.vocabulary import Vocabulary

__all__ = ["is_latex", "read", "sides", "tokens_of"]


def tokens_of(text: str, vocabulary: Vocabulary) -> tuple[list[Token], tuple[str, ...]]:
    """The tokens of a text, plain or LaTeX, and what was assumed. Raises ParseError with the place."""
    if not is_latex(text):
        return read_plain(text, vocabulary), ()
    from tensordiff.parse.languages.latex import read_latex  # a large reader

    return read_latex(text, vocabulary)


def read(text: str, vocabulary: Vocabulary) -> Tree:
    """The syntax tree of a text. Raises ParseError with the place."""
    tokens, notes = tokens_of(text, vocabulary)
    root = parse_tokens(text, tokens, loose=vocabulary.loose)
    tree = Tree(text, root)
    settled = _settled(tree, vocabulary)
    if (vocabulary.tight and _tightened(tree)) or settled:
        tree = Tree(text, root)
    tree.notes = (*notes, *_whole(tree))
    return place_sums(tree)


def _whole(tree: Tree) -> Iterator[str]:
    """The functions of LaTeX that were read as those of a whole matrix."""
    for node in tree.nodes:
        if node.op == "call" and node.data in _WHOLE and f"\\{_WHOLE[node.data]}" in tree.source(node):
            yield f"{tree.source(node)} read as {node.data}, of the whole matrix, not entry by entry"


_WHOLE = {"expm": "exp", "logm": "log"}


def _settled(tree: Tree, vocabulary: Vocabulary) -> bool:
    """Names that stand for something else: I for the identity, e for exp, x' for a second name. True where nodes are gone."""
    renamed = False
    for node in tree.nodes:
        if node.op in ("sum", "derivative") and waits(node):
            raise ParseError(
                f"{tree.source(node)} stands before nothing",
                text=tree.text, start=node.start, end=node.end, hint="put what it is of behind it",
            )  # fmt: skip
        if node.op == "product" and (unclear := _half_of_scalar(node, vocabulary)) is not None:
            raise ParseError(
                f"it is not clear whether {unclear.data} divides or is divided",
                text=tree.text, start=node.start, end=node.end,
                hint=f"write {tree.source(node.children[0])}*{unclear.data}, or put brackets around the divisor",
            )  # fmt: skip
        if node.op == "name" and node.data in ("I", "𝐈") and not vocabulary.knows("I"):
            node.op, node.data = "constant", "eye"
        elif node.op == "call" and node.data in ("exp", "log") and vocabulary.of_matrices:
            written = argument_text(tree.source(node.children[0]))
            bare = argument_text(f"({tree.source(node.children[0])})")
            if (node.data, written) in vocabulary.of_matrices or (node.data, bare) in vocabulary.of_matrices:
                node.data = "expm" if node.data == "exp" else "logm"
        elif node.op == "power" and node.data == "^" and vocabulary.exponential and _is_e(node.children[0], vocabulary):
            node.op, node.children, node.data = "call", node.children[1:], "e^"
            renamed = True
        elif node.op == "transpose" and node.data == "'" and node.children[0].op == "name":
            name = node.children[0].data
            if name in vocabulary.primed:
                node.op, node.children, node.data = "name", (), f"{name}_prime"
                renamed = True
    return renamed


def _half_of_scalar(node: Syntax, vocabulary: Vocabulary) -> Syntax | None:
    """The m of 1/2m, a scalar or a size written directly behind the numbers."""
    if len(node.children) != 2 or node.data[0][0] != "":
        return None
    half, last = node.children
    numbers = half.op == "product" and not half.closed and half.data[0][0] == "/" and half.children[1].op == "number"
    return last if numbers and last.op == "name" and last.data in vocabulary.scalars and last.start == half.end else None


def _tightened(tree: Tree) -> bool:
    """A \\otimes (B x), written without brackets, as (A \\otimes B) x. True where there was one."""
    found = False
    for node in tree.nodes:
        if node.op != "product" or any(operator != "kron" for operator, _, _ in node.data):
            continue
        last = node.children[-1]
        if last.op == "product" and not last.closed and all(operator == "" for operator, _, _ in last.data):
            factors = (*node.children[:-1], last.children[0])
            whole = Syntax("product", node.start, last.children[0].end, factors, node.data)
            node.children, node.data = (whole, *last.children[1:]), last.data
            found = True
    return found


def _is_e(node: Syntax, vocabulary: Vocabulary) -> bool:
    return node.op == "name" and node.data == "e" and not vocabulary.knows("e")


def sides(text: str) -> list[tuple[int, int]]:
    """The spans of a text between the equals signs that stand outside all brackets and scripts."""
    spans, start, depth, place = [], 0, 0, 0
    while place < len(text):
        character = text[place]
        if character == "\\":
            command = 1
            while place + command < len(text) and text[place + command].isalpha():
                command += 1
            depth += (text[place : place + command] == "\\begin") - (text[place : place + command] == "\\end")
            place += max(command, 2)
            continue
        depth += (character in "([{") - (character in ")]}")
        if character == "=" and depth <= 0 and text[place - 1 : place] not in (":", "<", ">", "!"):
            spans.append((start, place))
            start = place + 1
        place += 1
    return [*spans, (start, len(text))]
