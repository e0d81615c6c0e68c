"""Whole derivations, judged line by line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tensordiff.api.claims import variable_name
from tensordiff.api.expression import Expression
from tensordiff.check.proofread import Call, Proof
from tensordiff.check.proofread import proofread as read
from tensordiff.errors import UnknownNameError
from tensordiff.parse.declare import with_symmetries


def proofread(
    text: str,
    f: str | Expression | None = None,
    wrt: str | Expression | Sequence[str | Expression] | None = None,
    *,
    shapes: Mapping[str, Any] | None = None,
    structures: Mapping[str, str] | None = None,
    where: Mapping[str, str] | None = None,
    assume: Mapping[str, str] | None = None,
    sizes: str | None = None,
    symmetries: Mapping[str, Iterable[Sequence[int]]] | None = None,
) -> Proof:
    """Judges a whole derivation as it was written: LaTeX (align, eqalign, array, $$), plain lines, or a mix with words.

    Every equality is judged twice, as a step (does it follow from the side before) and as a value (is it true), and one slip
    is blamed once. `f` is what the derivation is of (text, also `L = ...`, or an expression) and `wrt` the variables; both may
    stand in the text. Names that the text defines (M = X'*P*X) are known from there on; declarations are as in `parse`, and
    `sizes` declares sizes that no variable has.

    The proof is true where every equality is right and nothing is unread. `proof.steps` has a step for each equality,
    condition, definition, assumption and unread piece, with `.text .line .kind .status .method .reason .fix .assumed`;
    `proof.summary` is one line, and `str` shows each line as it was written, with what is wrong and the mended line below it.
    Raises ParseError and others where f, wrt or the declarations cannot be read.

        >>> import tensordiff as td
        >>> proof = td.proofread(
        ...     "(y-Xw)'(y-Xw) = y'y - y'Xw - w'X'y + w'X'Xw\\n= y'y - 2*y'Xw + w'X'Xw",
        ...     "(y-Xw)'(y-Xw)", "w", shapes={"X": "n m", "y": "n", "w": "m"},
        ... )
        >>> bool(proof), proof.summary
        (True, '2 equalities: all right')
    """
    wanted = [] if wrt is None else [wrt] if isinstance(wrt, str | Expression) else list(wrt)
    names = tuple(variable_name(name) if isinstance(name, str) else _name(name) for name in wanted)
    given = f.matrix if isinstance(f, Expression) else f
    scope = f.scope if isinstance(f, Expression) else None
    call = Call(given, names, shapes, with_symmetries(structures, symmetries) or {}, where or {}, assume or {}, sizes, scope)
    return read(text, call)


def _name(variable: Expression) -> str:
    node = variable.matrix
    if node.op == "symbol":
        return str(node.data[0].name)
    if node.op == "named":
        return str(node.data[0])
    raise UnknownNameError("wrt is a declared variable or its name")
