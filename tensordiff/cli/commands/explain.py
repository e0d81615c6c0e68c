"""`tensordiff explain`: a derivation, step by step."""

from __future__ import annotations

from argparse import Namespace

import tensordiff as td
from tensordiff.cli.declared import expression
from tensordiff.cli.output import Output, as_json
from tensordiff.show import report


def run(arguments: Namespace) -> Output:
    told = td.explain(expression(arguments), *arguments.wrt)
    if arguments.json:
        return Output(as_json(report.explanation_report(told)))
    if arguments.to == "html":
        from tensordiff.show import html  # a page, with all of its typesetting

        return Output(html.explanation_page(told))
    return Output(told)
