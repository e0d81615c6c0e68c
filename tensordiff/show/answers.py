"""Tables of answers: read from text, and written."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence

from tensordiff.errors import ParseError

_NAMED = re.compile(r"\s*(?P<name>[^\W\d][^\t,;:()=*^\\]*?)\s*(?:\t|[,;]|:(?=\s))\s*(?P<answer>\S.*)")
"""A name and an answer on a line, with a tab, a comma, a semicolon, or a colon and a blank between them."""


def read_answers(text: str) -> dict[str, str]:
    """The answers by name, from a table with the columns name and answer; fields may be quoted, and separated by commas,
    semicolons or tabs. An answer with commas that is not quoted is read to the end of its row. Raises ParseError."""
    lines = text.lstrip("\ufeff").splitlines(keepends=True)
    first = next((line for line in lines if line.strip()), "")
    separator = next((mark for mark in "\t;" if mark in first), ",")
    rows = [row for row in csv.reader(lines, delimiter=separator, skipinitialspace=True) if any(cell.strip() for cell in row)]
    header = [cell.strip().lower() for cell in rows[0]] if rows else []
    if "answer" not in header:
        raise ParseError("the table has no column answer", hint="its first row is: name,answer")
    place, names = header.index("answer"), header.index("name") if "name" in header else None
    found: dict[str, str] = {}
    for number, row in enumerate(rows[1:], 1):
        last = place == len(header) - 1
        answer = separator.join(row[place:]) if last else "".join(row[place : place + 1])
        name = row[names].strip() if names is not None and names < len(row) else ""
        _put(found, name or f"row {number}", answer.strip())
    return found


def pasted_answers(text: str) -> dict[str, str]:
    """The answers in a text as somebody pastes it: a table with a header as `read_answers` takes it, else an answer a line,
    each with a name before it (Ada: 2*A*x) or none of them."""
    lines = [line.strip() for line in text.lstrip("\ufeff").splitlines() if line.strip()]
    if lines and "answer" in re.split(r"[\t;,]\s*", lines[0].lower()):
        return read_answers(text)
    named = [_NAMED.fullmatch(line) for line in lines]
    found: dict[str, str] = {}
    for number, (line, match) in enumerate(zip(lines, named, strict=True), 1):
        if match is not None and all(named):
            _put(found, match["name"], match["answer"].strip('"'))
        else:
            _put(found, f"{number}", line)
    return found


def _put(found: dict[str, str], name: str, answer: str) -> None:
    while name in found:
        name += "'"
    found[name] = answer


def written(rows: Sequence[Mapping[str, str]], columns: Sequence[str]) -> str:
    """The rows as a table with a header, separated by commas."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().rstrip("\n")
