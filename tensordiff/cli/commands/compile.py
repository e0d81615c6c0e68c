"""`tensordiff compile`: a program for an expression, and for its gradients beside it, which share their work."""

from __future__ import annotations

from argparse import Namespace

import tensordiff as td
from tensordiff.cli.declared import expression
from tensordiff.cli.output import Output, as_json


def run(arguments: Namespace) -> Output:
    f = expression(arguments)
    derivatives = [td.diff(f, variable, entries=arguments.entries) for variable in arguments.wrt]
    program = td.compile([f, *derivatives] if derivatives else f, backend=arguments.backend, sizes=_sizes(arguments) or None)
    source = program.source.rstrip("\n")
    if not arguments.json:
        return Output(source)
    results = [f, *derivatives]
    return Output(as_json({
        "backend": program.backend,
        "inputs": list(program.inputs),
        "results": [
            {"of": name, "shape": [str(size) for size in result.shape]}
            for name, result in zip(["value", *arguments.wrt], results, strict=True)
        ],
        "source": source,
    }))  # fmt: skip


def _sizes(arguments: Namespace) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, value in arguments.sizes:
        if not value.isascii() or not value.isdigit():
            raise td.ShapeError(f"the size {name} is {value!r}, which is no whole number", hint="--size n=1000")
        found[name] = int(value)
    return found
