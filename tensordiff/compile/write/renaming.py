"""Parameters under the user's own names: what the text itself calls so (a module, a helper function) gives way."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Mapping

_STRING = re.compile(r'("(?:[^"\\]|\\.)*")')


def wanted_names(arguments: Mapping[str, str]) -> dict[str, str]:
    """The names that parameters are to have, by those that they were written with, where these differ; keywords keep the
    underscore that they were given."""
    return {
        written: name
        for name, written in arguments.items()
        if written != name and name.isidentifier() and not keyword.iskeyword(name)
    }


def renamed(lines: Iterable[str], wanted: Mapping[str, str], public: str) -> list[str]:
    """The lines with parameters called as wanted; `public` is the function that is called from outside, whose parameters may
    be called like it."""
    if not wanted:
        return list(lines)
    given_way = {name: f"{name}_" for name in wanted.values() if name != public and name not in wanted}
    changed = [_import(line, given_way) if _is_import(line) else _tokens(line, given_way) for line in lines]
    return [line if _is_import(line) else _tokens(line, wanted) for line in changed]


def _is_import(line: str) -> bool:
    return line.startswith(("import ", "from "))


def _import(line: str, names: Mapping[str, str]) -> str:
    """import numpy as np -> import numpy as np_; import scipy.linalg -> import scipy.linalg as scipy_linalg."""
    what, _, alias = line.partition(" as ")
    bound = alias or what.split()[-1].partition(".")[0]
    if bound not in names:
        return line
    module = what.split()[-1]
    return f"{what} as {names[bound] if '.' not in module or alias else module.replace('.', '_')}"


def _tokens(text: str, names: Mapping[str, str]) -> str:
    """The text with names replaced, but for those in strings that are no documentation."""
    if not names:
        return text
    either = "|".join(map(re.escape, names))
    pattern = re.compile(rf"(?<![\w.])({either})\b(\.(?:linalg|special)\b)?")

    def replace(match: re.Match[str]) -> str:
        name, part = match.group(1), match.group(2) or ""
        if name == "scipy" and part and names[name] == "scipy_":
            return f"scipy_{part[1:]}"
        return names[name] + part

    if text.lstrip().startswith('"""'):
        return pattern.sub(replace, text)
    return "".join(part if place % 2 else pattern.sub(replace, part) for place, part in enumerate(_STRING.split(text)))
