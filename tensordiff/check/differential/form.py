"""What a claim in differentials is of: which order, in which variables, and what their differentials are."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal

from tensordiff.check.differential.left_side import LeftSide
from tensordiff.differentiate import Entries
from tensordiff.matrix import Matrix, Scope, build
from tensordiff.records import record
from tensordiff.tensor import Structure, Symbol, Tensor, postorder

Kind = Literal["first", "second", "mixed"]
"""df; d2f, with all that varies in both steps; the second differential in one variable, then another."""


@record
class Form:
    """What a claim in differentials is of."""

    kind: Kind
    left: LeftSide | None
    names: Mapping[str, str]
    """By variable, the name of its differential."""
    parts: Mapping[str, str]
    """By `where` name, the name of its differential, for those that the claim uses."""
    operator: bool
    """Whether d(...) is a differential too."""


PLAIN = Form("first", None, {}, {}, False)
"""A first differential in no variable."""


def name_of(node: Matrix) -> str:
    return str(node.data[0].name if node.op == "symbol" else node.data[0])


def direction_name(name: str, scope: Scope) -> str:
    """What the differential of a name is called: dX, or delta_X where dX is taken."""
    return next(made for made in (f"d{name}", f"delta_{name}", f"differential_{name}") if made not in scope)


def with_direction(node: Matrix, name: str, scope: Scope, entries: str) -> tuple[Matrix, Scope]:
    """The differential of a variable, and the scope in which it is declared: general, or as the structure admits."""
    symbol: Symbol | None = node.data[0] if node.op == "symbol" else None
    structure = Structure.GENERAL if symbol is None or entries == Entries.FREE else symbol.structure
    if structure.is_orthogonal:  # dQ = Q*W with a skew W
        turn = next(made for made in ("Omega", f"Omega_{name}", f"skew_{name}") if made not in scope)
        scope = scope.declare(turn, node.shape, Structure.SKEW)
        scope = scope.with_where(name, build.product(node, scope.symbols[turn]))
        return scope.where[name], scope
    made = Symbol.make(name, node.dims, structure.changes)
    scope = scope.with_symbol(build.symbol(made, node.shape))
    return scope.symbols[name], scope


def change_of(direction: Tensor, known: Collection[str]) -> Symbol:
    """The symbol that varies in a differential: itself, or the skew matrix in that of an orthogonal variable."""
    return next(s for s in postorder([direction]) if isinstance(s, Symbol) and s.name not in known)
