"""What the command line, the page and the notebook share: results as plain data and as text, sizes out of text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tensordiff.errors import FoldError
from tensordiff.matrix import shape_text, text
from tensordiff.render.names import latex_name
from tensordiff.show.typeset import HOVER_LATEX, HOVER_TEX, marking

if TYPE_CHECKING:
    from tensordiff.api import Derivative, Expression
    from tensordiff.api.chain import ChainRule
    from tensordiff.api.explain import Explanation
    from tensordiff.check.proofread import Proof
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


def derivative_data(derivative: Derivative, layout: str | None = None) -> Report:
    """A derivative for a page: typeset with the shapes of factors and the letters of indices, and its networks."""
    found = derivative_report(derivative, layout)
    used = layout or derivative.default_layout
    name = derivative.scope.name_for(derivative.f.matrix)
    found["meaning"] = _meaning(used, name, derivative) if found["matrix"] else None
    found["typeset_left"] = _left(used, name, derivative)
    found["typeset_index"] = derivative.equation(HOVER_TEX)
    found["typeset_matrix"] = _typeset(derivative.named(layout)) if found["matrix"] else None
    found["text"] = derivative_text(derivative, layout)
    return found


def explanation_data(found: Explanation) -> Report:
    """A derivation for a page: its chain rules link by link, typeset, and the networks of its result."""
    return {
        "text": str(found),
        "chains": [_chain_data(rule) for rule in found.chains],
        "result": found.derivative.equation(HOVER_TEX),
        "svg": pictures(found.derivative),
    }


def explanation_report(found: Explanation) -> Report:
    """A derivation as plain data: its text, its chain rules link by link, and the result."""
    return {
        "text": str(found),
        "chains": [
            {
                "paths": [list(path) for path in rule.paths],
                "definitions": {name: str(part) for name, part in rule.definitions.items()},
                "links": [
                    {"index": link.index_form, "shape": list(link.shape), "matrix": link.matrix_form} for link in rule.links
                ],
            }
            for rule in found.chains
        ],
        "index": str(found.derivative),
        "shape": [str(size) for size in found.derivative.shape],
    }


def _chain_data(rule: ChainRule) -> Report:
    return {
        "paths": [" ← ".join(path) for path in rule.paths],
        "definitions": [
            f"{HOVER_LATEX.render(rule.f.scope.where[name])} = {HOVER_LATEX.render(part.matrix)}"
            for name, part in rule.definitions.items()
        ],
        "links": [
            {
                "equation": link.equation(HOVER_TEX),
                "shape": ", ".join(link.shape),
                "matrix": link.matrix_form,
            }
            for link in rule.links
        ],
        "joined": rule.joined,
        "total": rule.derivative.equation(HOVER_TEX),
    }


def proof_data(found: Proof) -> Report:
    """A proofread derivation for a page: its report, the colour, and one sentence to stand above it."""
    judged = [step for step in found if step.counts]
    right = sum(step.status == "right" for step in judged)
    wrong = [str(step.line) for step in judged if step.status == "wrong"]
    noun = "equality" if len(judged) == 1 else "equalities"
    said = f"{len(judged)} {noun}, {'all' if right == len(judged) > 1 else right or 'none'} right"
    if wrong:
        said += f"; wrong: line{'s' if len(wrong) > 1 else ''} {', '.join(wrong)}"
    if unread := [str(step.line) for step in found if step.status == "not-read"]:
        said += f"; not read: line{'s' if len(unread) > 1 else ''} {', '.join(unread)}"
    return {**proof_report(found), "tone": "right" if found else "wrong" if wrong else "open", "headline": f"{said}."}


def pictures(derivative: Derivative) -> str:
    """The contraction networks, for a page that has their style among its own."""
    from tensordiff.show.svg import terms_svg  # only pages have pictures

    return terms_svg(derivative.einsum(), str(derivative), alone=False)


def _left(layout: str, name: str, derivative: Derivative) -> str:
    """What a matrix form is the value of, in LaTeX."""
    of, by = latex_name(name), [latex_name(variable.name) for variable in derivative.variables]
    if layout.startswith("vec-") and len(by) == 1:
        row = r"_{\mathrm{row}}" if layout == "vec-row" else ""
        vec = rf"\operatorname{{vec}}{row}"
        return rf"\frac{{\partial {vec} {of}}}{{\partial ({vec} {by[0]})^{{\top}}}}"
    order = f"^{{{len(by)}}}" if len(by) > 1 else ""
    mark = r"^{\top}" if layout == "numerator" and derivative.variables[0].dims else ""
    return rf"\frac{{\partial{order} {of}}}{{" + r" \, ".join(rf"\partial {v}{mark}" for v in by) + "}"


def _typeset(formula: Expression) -> Report:
    """A formula and what its names stand for, for a page that answers to the pointer."""
    names = {} if formula.matrix.op == "named" else formula.where
    return {
        "formula": HOVER_LATEX.render(formula.matrix),
        "where": [
            f"{HOVER_LATEX.render(formula.scope.where[name])} = {HOVER_LATEX.render(part.matrix)}"
            for name, part in names.items()
        ],
    }


def proof_report(proof: Proof) -> Report:
    """A proofread derivation: whether it is right, in a line, and step by step."""
    names = ("text", "line", "kind", "status", "method", "reason", "fix", "assumed")
    return {
        "right": bool(proof),
        "summary": proof.summary,
        "assumed": list(proof.assumed),
        "steps": [{name: getattr(step, name) for name in names} for step in proof.steps],
    }


def verdict_data(verdict: Verdict) -> Report:
    """A verdict for a page: the words, the colour they stand for, the claim with its slip marked and the right formula, set.
    What is shown otherwise (the formula, the numbers, what was assumed) is left out of the words."""
    found = verdict_report(verdict)
    found["tone"] = tone(verdict.status)
    expected = verdict.expected
    found["typeset_expected"] = HOVER_LATEX.render(expected.matrix) if hasattr(expected, "matrix") else None
    found["layout"] = verdict.layout
    shown = {*(found["witness"] or "").splitlines(), f"Read so: {'; '.join(verdict.assumed)}."}
    headline, *details = str(verdict).splitlines()
    if found["typeset_expected"]:
        details = [line for line in details if not re.match(r"The (derivative|differential) is ", line)]
    found["headline"], found["details"] = headline, [line for line in details if line not in shown]
    found["claim"], found["place"] = verdict.claim, verdict.place
    found["typeset_claim"] = None if verdict.claimed is None else marking(verdict.slip).render(verdict.claimed)
    found["witness_code"] = verdict.witness.code() if verdict.witness is not None else None
    return found


_TONES = {
    "right": "right",
    "right-in-other-layout": "partly",
    "right-under-assumption": "partly",
    "right-up-to-factor": "partly",
    "undecided": "open",
}


def tone(status: str) -> str:
    """right, partly (right with a concession), open (undecided) or wrong: what a colour stands for, never alone."""
    return _TONES.get(status, "wrong")


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
        "assumed": list(verdict.assumed),
        "explanation": str(verdict),
    }


def _words(value: object) -> str | None:
    return None if value is None else str(value)
