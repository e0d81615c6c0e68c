"""What the command line and the web page share: derivatives and verdicts as plain data and as text, sizes out of text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tensordiff.errors import FoldError
from tensordiff.matrix import shape_text, text

if TYPE_CHECKING:
    from tensordiff.api import Derivative, Expression
    from tensordiff.check.verdict import Verdict

Report = dict[str, Any]


def read_sizes(sizes: str) -> tuple[str, ...]:
    """The sizes in "n,m" or "n m"; none for a scalar."""
    return tuple(sizes.replace(",", " ").split())


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
    name = derivative.scope.name_for(derivative.f.matrix)
    matrix, reason = matrix_form(derivative, layout)
    rows = [
        *definitions(name, derivative.f).items(),
        ("sizes", ", ".join(f"{variable} {shape}" for variable, shape in shapes(derivative.f).items())),
        ("tensor", f"shape ({', '.join(str(size) for size in derivative.shape)})"),
        ("index form", str(derivative)),
        ("matrix form", matrix or f"none: {reason}"),
    ]
    if matrix:
        rows.append(("layout", _meaning(layout or derivative.default_layout, name, derivative)))
    width = max(len(label) for label, _ in rows)
    return "\n".join(f"{label:<{width}}  {value}" for label, value in rows)


def _meaning(layout: str, name: str, derivative: Derivative) -> str:
    """What the rows and columns of a layout are."""
    variables = [variable.name for variable in derivative.variables]
    last = variables[-1]
    if layout.startswith("vec-"):
        stacking = f"vec stacking {layout.removeprefix('vec-')}s"
        if derivative.order == 1:
            return f"{layout}: d vec {name} = (matrix form) * d vec {last}, {stacking}"
        rows = " and ".join([name, *variables[:-1]] if derivative.f.shape else variables[:-1])
        return f"{layout}: rows {rows}, columns {last}, {stacking}"
    if derivative.order > 1:
        return layout
    if layout == "gradient" or not derivative.variables[0].dims:
        return f"{layout}: entry by entry as {last if layout == 'gradient' else name}"
    rows, columns = (name, last) if layout == "numerator" else (last, name)
    return f"{layout}: rows {rows}, columns {columns}"


def verdict_report(verdict: Verdict) -> Report:
    """A verdict as plain data."""
    return {
        "right": bool(verdict),
        "status": verdict.status,
        "method": verdict.method,
        "layouts": verdict.layouts,
        "entries": verdict.entries,
        "assumptions": verdict.assumptions,
        "factor": _words(verdict.factor),
        "diagnosis": verdict.diagnosis,
        "expected": _words(verdict.expected),
        "witness": _words(verdict.witness),
        "explanation": str(verdict),
    }


def _words(value: object) -> str | None:
    return None if value is None else str(value)
