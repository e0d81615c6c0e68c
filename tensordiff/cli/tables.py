"""Tables of answers, and of grades."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from tensordiff.errors import ParseError


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
        wanted = name or f"row {number}"
        while wanted in found:
            wanted += "'"
        found[wanted] = answer.strip()
    return found


def written(rows: Sequence[Mapping[str, str]], columns: Sequence[str]) -> str:
    """The rows as a table with a header, separated by commas."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().rstrip("\n")
