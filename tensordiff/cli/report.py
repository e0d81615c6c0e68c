"""Derivatives and verdicts as plain data and as text; the command line and the web page share them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tensordiff.api.derivative import display_name
from tensordiff.errors import FoldError
from tensordiff.matrix import shape_text, text

if TYPE_CHECKING:
    from tensordiff.api import Derivative, Expression
    from tensordiff.check.verdict import Verdict

Report = dict[str, Any]


def derivative_report(derivative: Derivative, layout: str | None = None) -> Report:
    """A derivative in every form that can be read; `matrix` is None, with the reason, where there is none."""
    matrix, reason = matrix_form(derivative, layout)
    return {
        "expression": str(derivative.f),
        "variables": [variable.name for variable in derivative.variables],
        "shapes": shapes(derivative.f),
        "entries": str(derivative.entries),
        "shape": [str(size) for size in derivative.shape],
        "index": str(derivative),
        "layout": layout or derivative.default_layout,
        "matrix": matrix,
        "no_matrix": reason,
        "latex": derivative.latex(layout) if matrix else derivative.latex("index"),
        "einsum": str(derivative.einsum()),
    }


def matrix_form(derivative: Derivative, layout: str | None) -> tuple[str | None, str | None]:
    """The matrix form, or the reason why there is none. Raises FoldError where it was a layout of the user's that fails."""
    try:
        return str(derivative.matrix_form(layout)), None
    except FoldError as error:
        if layout is not None:
            raise
        return None, error.message


def shapes(f: Expression) -> dict[str, str]:
    """What each variable is, in words."""
    return {name: shape_text(node.shape) for name, node in f.scope.symbols.items()}


def definitions(name: str, f: Expression) -> dict[str, str]:
    """What was differentiated, under its name, and the `where` names."""
    parts = {other: text(f.scope.where[other].children[0]) for other in f.scope.where}
    return {name: parts.pop(name, str(f)), **parts}


def derivative_text(derivative: Derivative, layout: str | None = None) -> str:
    """A derivative for the screen: what was differentiated, the tensor's shape, its index form and its matrix form."""
    name = display_name(derivative.f, derivative.scope)
    matrix, reason = matrix_form(derivative, layout)
    used = layout or derivative.default_layout
    rows = [
        *definitions(name, derivative.f).items(),
        ("sizes", ", ".join(f"{variable} {shape}" for variable, shape in shapes(derivative.f).items())),
        ("tensor", f"shape ({', '.join(str(size) for size in derivative.shape)})"),
        ("index form", str(derivative)),
        ("matrix form", matrix or f"none: {reason}"),
    ]
    if matrix:
        rows.append(("layout", f"{used}: {_meaning(used, name, derivative)}"))
    width = max(len(label) for label, _ in rows)
    return "\n".join(f"{label:<{width}}  {value}" for label, value in rows)


def _meaning(layout: str, name: str, derivative: Derivative) -> str:
    """What the rows and columns of a layout are."""
    variables = [variable.name for variable in derivative.variables]
    last = variables[-1]
    if derivative.order > 1:
        earlier = " and ".join(variables[:-1])
        if layout in ("vec-column", "vec-row"):
            return f"rows {name} and {earlier}, columns {last}, {_stacking(layout)}" if derivative.f.shape else f"rows {earlier}, columns {last}, {_stacking(layout)}"
        return f"rows and columns {', '.join(variables)}"
    if layout == "gradient":
        return f"entry by entry as {last}"
    if layout in ("vec-column", "vec-row"):
        return f"d vec {name} = (matrix form) * d vec {last}, {_stacking(layout)}"
    rows, columns = (name, last) if layout == "numerator" else (last, name)
    return f"rows {rows}, columns {columns}"


def _stacking(layout: str) -> str:
    return "vec stacking columns" if layout == "vec-column" else "vec stacking rows"


def verdict_report(verdict: Verdict) -> Report:
    """A verdict as plain data."""
    return {
        "right": bool(verdict),
        "status": verdict.status,
        "method": verdict.method,
        "layouts": list(verdict.layouts),
        "entries": list(verdict.entries),
        "assumptions": list(verdict.assumptions),
        "factor": _words(verdict.factor),
        "diagnosis": list(verdict.diagnosis),
        "expected": _words(verdict.expected),
        "witness": _words(verdict.witness),
        "explanation": str(verdict),
    }


def _words(value: object) -> str | None:
    return None if value is None else str(value)
