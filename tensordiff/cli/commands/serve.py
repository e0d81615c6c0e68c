"""`tensordiff serve`: the page on this machine."""

from __future__ import annotations

from argparse import Namespace

from tensordiff.cli.output import Output
from tensordiff.page.server import serve


def run(arguments: Namespace) -> Output:
    serve(arguments.port, open_browser=arguments.open)
    return Output("")
