"""`tensordiff functions`: the functions of the language, and what is known of one."""

from __future__ import annotations

from argparse import Namespace
from inspect import getdoc, signature

from tensordiff.api.functions import described
from tensordiff.cli.output import Output, as_json
from tensordiff.errors import UnknownNameError
from tensordiff.functions import SYNONYMS
from tensordiff.matrix.calls import suggestion


def run(arguments: Namespace) -> Output:
    found = described()
    if arguments.name is None:
        summaries = {name: (getdoc(function) or "").split("\n\n")[0].replace("\n", " ") for name, function in found.items()}
        if arguments.json:
            return Output(as_json(summaries))
        width = max(map(len, summaries))
        return Output("\n".join(f"{name:<{width}}  {summary}" for name, summary in sorted(summaries.items())))
    name = SYNONYMS.get(arguments.name, arguments.name)
    if name not in found:
        hint = suggestion(name, sorted({*found, *SYNONYMS})) or "`tensordiff functions` lists all"
        raise UnknownNameError(f"there is no function {arguments.name}", hint=hint)
    called = f"{name}{signature(found[name])}"
    others = sorted(other for other, own in SYNONYMS.items() if own == name)
    if arguments.json:
        return Output(as_json({"name": name, "call": called, "also": others, "doc": getdoc(found[name])}))
    also = f"\n\nAlso read as: {', '.join(others)}." if others else ""
    return Output(f"{called}\n\n{getdoc(found[name])}{also}")
