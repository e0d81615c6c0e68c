"""What each command does: the arguments in, the text to print and the exit status out."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Iterable
from typing import Any

import tensordiff as td
from tensordiff.api.grading import COLUMNS
from tensordiff.cli import tables
from tensordiff.show import html, report

RIGHT, NOT_RIGHT, INPUT_ERROR = 0, 1, 2


def run(arguments: Namespace) -> tuple[str, int]:
    """The command's output and exit status. Raises TensordiffError for an error in the input."""
    return _COMMANDS[arguments.command](arguments)


def _diff(arguments: Namespace) -> tuple[str, int]:
    derivative = td.diff(_expression(arguments), *arguments.wrt, entries=arguments.entries)
    form, layout = arguments.to, arguments.layout
    if arguments.json:
        found = report.derivative_report(derivative, layout)
        if form in _PROGRAMS:
            found["program"] = _form(derivative, form, layout)
        return _json(found), RIGHT
    if form is not None:
        return _form(derivative, form, layout), RIGHT
    return report.derivative_text(derivative, layout), RIGHT


_PROGRAMS = ("numpy", "jax", "torch")


def _form(derivative: td.Derivative, form: str, layout: str | None) -> str:
    if form == "matrix":
        return str(derivative.matrix_form(layout))
    if form == "index":
        return str(derivative)
    if form == "latex":
        return derivative.latex(layout)
    if form == "einsum":
        return derivative.einsum().source.rstrip("\n")
    if form == "svg":
        return derivative.svg()
    if form == "html":
        return html.derivative_page(derivative, layout)
    return str(derivative.compile(backend=form).source).rstrip("\n")


def _check(arguments: Namespace) -> tuple[str, int]:
    verdict = td.check(
        tables.read_text("-") if arguments.answer == "-" else arguments.answer,
        arguments.expression,
        tuple(arguments.wrt) or None,
        layout=arguments.layout,
        entries=arguments.entries,
        sizes=arguments.sizes or (),
        **_declared(arguments),
    )
    status = RIGHT if verdict else NOT_RIGHT
    if arguments.to == "html":
        return html.verdict_page(verdict), status
    return (_json(report.verdict_report(verdict)) if arguments.json else str(verdict)), status


def _proofread(arguments: Namespace) -> tuple[str, int]:
    proof = td.proofread(
        tables.read_text(arguments.file),
        arguments.expression,
        tuple(arguments.wrt) or None,
        sizes=arguments.sizes,
        **_declared(arguments),
    )
    status = RIGHT if proof else NOT_RIGHT
    if arguments.to == "html":
        return html.proof_page(proof), status
    return (_json(report.proof_report(proof)) if arguments.json else str(proof)), status


def _grade(arguments: Namespace) -> tuple[str, int]:
    answers = tables.read_answers(tables.read_text(arguments.answers))
    grades = td.grade(answers, _expression(arguments), tuple(arguments.wrt), layout=arguments.layout)
    rows = [grade.row() for grade in grades]
    status = RIGHT if all(grades) else NOT_RIGHT
    return (_json(rows) if arguments.json else tables.written(rows, COLUMNS)), status


def _explain(arguments: Namespace) -> tuple[str, int]:
    told = td.explain(_expression(arguments), *arguments.wrt)
    return (html.explanation_page(told) if arguments.to == "html" else told), RIGHT


def _serve(arguments: Namespace) -> tuple[str, int]:
    from tensordiff.page.server import serve

    serve(arguments.port, open_browser=arguments.open)
    return "", RIGHT


_COMMANDS = {"diff": _diff, "check": _check, "proofread": _proofread, "grade": _grade, "explain": _explain, "serve": _serve}


def _expression(arguments: Namespace) -> td.Expression:
    return td.parse(arguments.expression, **_declared(arguments))


def _declared(arguments: Namespace) -> dict[str, Any]:
    """The declarations, by the names that they have in Python."""
    variables = _once("variable", arguments.var)
    return {
        "shapes": {name: report.read_sizes(sizes) for name, sizes in variables.items()} or None,
        "structures": _once("structure of", arguments.structure),
        "where": _once("name", arguments.where),
        "assume": _once("assumption on", arguments.assume),
    }


def _once(what: str, pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The pairs by name. Raises UnknownNameError for a name that comes twice."""
    found: dict[str, str] = {}
    for name, value in pairs:
        if name in found:
            raise td.UnknownNameError(f"the {what} {name} is given twice", hint=f"once as {found[name]}, once as {value}")
        found[name] = value
    return found


def _json(found: Any) -> str:
    return json.dumps(found, indent=2, ensure_ascii=False)
