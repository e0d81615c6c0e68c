"""`tensordiff proofread`: a whole derivation, line by line."""

from __future__ import annotations

from argparse import Namespace

import tensordiff as td
from tensordiff.cli.declared import declarations
from tensordiff.cli.output import NOT_RIGHT, RIGHT, Output, as_json
from tensordiff.cli.texts import read_text
from tensordiff.show import html, report


def run(arguments: Namespace) -> Output:
    proof = td.proofread(
        read_text(arguments.file),
        arguments.expression,
        tuple(arguments.wrt) or None,
        sizes=arguments.sizes,
        **declarations(arguments),
    )
    status = RIGHT if proof else NOT_RIGHT
    if arguments.to == "html":
        return Output(html.proof_page(proof), status)
    return Output(as_json(report.proof_report(proof)) if arguments.json else str(proof), status)
