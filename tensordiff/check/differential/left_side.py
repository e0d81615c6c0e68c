"""The left-hand side of a claim in differentials: df = ..., vec(dF) = ..., d(inv(V)) = ..., d2f = ..."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from tensordiff.errors import ParseError, TensordiffError
from tensordiff.evidence.evidence import compare
from tensordiff.lower import lower
from tensordiff.matrix import Matrix, Scope, brief
from tensordiff.parse import is_latex, resolve_name, sides, tree_in, value_in
from tensordiff.parse.syntax import Syntax, Tree
from tensordiff.records import record


@record
class LeftSide:
    """What a left-hand side says."""

    order: int
    stacked: bool
    """Whether it is the vec of a differential."""
    written: str | None
    """As it is printed again; None for LaTeX."""


def split(text: str) -> tuple[str | None, str]:
    """The left-hand side (None where there is none), and the right-hand side at its place in the text."""
    spans = sides(text)
    if len(spans) == 1:
        return None, text
    if len(spans) > 2:
        place = spans[2][0] - 1
        raise ParseError(
            "a claim has one equals sign", text=text, start=place, end=place + 1, hint="give the last side: df = ..."
        )
    (_, end), (start, _) = spans
    return text[:end], " " * start + text[start:]


def is_derivative(left: str, f: Matrix, variables: Sequence[Matrix], scope: Scope) -> bool:
    """Whether the left-hand side is dF/dV, of this f by this variable."""
    try:
        root = tree_in(left, scope, claim=True).root
    except ParseError:
        return False
    if root.op != "derivative" or len(variables) != 1 or len(root.children) != 2 or any(x.op != "name" for x in root.children):
        return False
    upper, lower_ = (resolve_name(child.data, scope) for child in root.children)
    (variable,) = variables
    name = variable.data[0].name if variable.op == "symbol" else variable.data[0]
    return lower_ == name and (upper == f.data[0] if f.op == "named" else upper not in scope)


def read_left(text: str, left: str, f: Matrix, scope: Scope) -> LeftSide:
    """What the left-hand side says of the differential of f. Raises ParseError where it is of something else."""
    tree = tree_in(left.replace("&", " "), scope, claim=True)
    order, stacked = _Reader(text, tree, f, scope).read()
    return LeftSide(order, stacked, None if is_latex(left) else " ".join(left.split()))


class _Reader:
    def __init__(self, text: str, tree: Tree, f: Matrix, scope: Scope) -> None:
        self.text = text
        self.tree = tree
        self.f = f
        self.scope = scope

    def read(self) -> tuple[int, bool]:
        """The order, and whether it is a vec."""
        node, order, stacked = self.tree.root, 0, False
        while node.op == "differential" or (node.op == "call" and node.data == "vec"):
            if node.op == "differential":
                order += node.data
            elif order and self.f.op == "vec":
                break
            else:
                stacked = True
            (node,) = node.children
        if not order:
            self.refuse("the left-hand side of a claim is the differential of what was differentiated")
        meant = self.meant(node)
        if not self.is_f(meant):
            self.refuse(f"the left-hand side is the differential of {brief(meant)}, not of {brief(self.f)}")
        return order, stacked

    def meant(self, node: Syntax) -> Matrix:
        """What is differentiated. A name that only the left-hand side knows is f's own."""
        tree = Tree(self.tree.text, node)
        unknown = [name for name in tree.names() if resolve_name(name, self.scope) not in self.scope]
        scope = self.scope
        if self.f.op != "named" and len(unknown) == 1:
            scope = scope.with_where(unknown[0], self.f)
        try:
            return value_in(tree, scope)
        except TensordiffError as error:
            raise located_in(error, tree.text, self.text) from None

    def is_f(self, meant: Matrix) -> bool:
        a, b = (x.children[0] if x.op == "named" else x for x in (meant, self.f))
        return a is b or (a.shape == b.shape and bool(compare(lower(a), lower(b))))

    def refuse(self, message: str) -> NoReturn:
        start, end = self.tree.root.start, self.tree.root.end
        raise ParseError(message, text=self.text, start=start, end=end, hint="write df = ..., dF = ... or vec(dF) = ...")


def located_in(error: TensordiffError, padded: str, text: str) -> TensordiffError:
    """An error of the right-hand side, shown in the whole text."""
    if error.text == padded:
        error.text = text
    return error
