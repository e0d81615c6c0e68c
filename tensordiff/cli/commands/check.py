"""`tensordiff check`: the verdict on a derivative that somebody worked out."""

from __future__ import annotations

from argparse import Namespace

import tensordiff as td
from tensordiff.cli.declared import declarations
from tensordiff.cli.output import NOT_RIGHT, RIGHT, Output, as_json
from tensordiff.show import html, report


def run(arguments: Namespace) -> Output:
    verdict = td.check(
        arguments.answer,
        arguments.expression,
        tuple(arguments.wrt) or None,
        layout=arguments.layout,
        entries=arguments.entries,
        sizes=arguments.sizes or (),
        **declarations(arguments),
    )
    status = RIGHT if verdict else NOT_RIGHT
    if arguments.to == "html":
        return Output(html.verdict_page(verdict), status)
    if arguments.json:
        return Output(as_json(report.verdict_report(verdict)), status)
    return Output(str(verdict), status, report.tone(verdict.status))
