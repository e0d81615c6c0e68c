"""`tensordiff diff`: a derivative in one form or in all."""

from __future__ import annotations

from argparse import Namespace

import tensordiff as td
from tensordiff.cli.declared import expression
from tensordiff.cli.output import Output, as_json
from tensordiff.show import report

_PROGRAMS = ("numpy", "jax", "torch")


def run(arguments: Namespace) -> Output:
    derivative = td.diff(expression(arguments), *arguments.wrt, entries=arguments.entries)
    form, layout = arguments.to, arguments.layout
    if arguments.json:
        found = report.derivative_report(derivative, layout)
        if form in _PROGRAMS:
            found["program"] = _form(derivative, form, layout)
        return Output(as_json(found))
    if form is not None:
        return Output(_form(derivative, form, layout))
    return Output(report.derivative_text(derivative, layout))


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
        from tensordiff.show import html  # a page, with all of its typesetting

        return html.derivative_page(derivative, layout)
    return str(derivative.compile(backend=form).source).rstrip("\n")
