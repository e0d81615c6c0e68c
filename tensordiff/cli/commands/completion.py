"""`tensordiff completion`: what a shell needs to complete the command line."""

from __future__ import annotations

from argparse import Namespace

from tensordiff.cli.arguments import make_parser
from tensordiff.cli.output import Output
from tensordiff.errors import TensordiffError


def run(arguments: Namespace) -> Output:
    try:
        import shtab
    except ImportError:
        raise TensordiffError(
            "completion needs the library shtab", hint='pip install "tensordiff-calculus[completion]"'
        ) from None
    return Output(str(shtab.complete(make_parser(), shell=arguments.shell)).rstrip("\n"))
