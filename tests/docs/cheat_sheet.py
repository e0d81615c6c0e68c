"""docs/cheatsheet.md, from the tables that the reader and the registry use: `python -m tests.docs.cheat_sheet` writes it."""

from __future__ import annotations

from pathlib import Path

import tensordiff as td
from tensordiff.functions import SYNONYMS
from tensordiff.page.reference import functions, products
from tensordiff.parse.languages import commands, plain
from tensordiff.render import latex
from tensordiff.tensor import STRUCTURES

PAGE = Path(__file__).parents[2] / "docs" / "cheatsheet.md"

_WRITTEN = """X'
inv(V)
A*B
A.*B
A./B
kron(A, B)
tr(A)
det(A)
logdet(A)
norm2(x)
sum(X)
diag(x)
vec(X)
exp(X)
expm(A)
eye(n)
ones(n)
[A, B; B, A]
A[i,j]*x[j] -> [i]"""
"""Expressions that show how operations are written."""

_SHAPES = {"A": "n n", "B": "n n", "V": "n n", "X": "n m", "x": "n"}


_PAGE = """# Cheat sheet

From the tables that the program itself uses. `tensordiff functions NAME` says more of a function, with its rule and an
example; [the syntax](syntax.md) and [what is read](reading.md) have the fine print.

## How it is written

{written}

## Products

All signs in a row mean the same; LaTeX commands stand beside them. From tight to loose:

{products}

## Functions

{functions}

## Other words that are read

{words}

## Structures

`structures={{"V": "symmetric"}}`, in the shell `--structure V:symmetric`.

{structures}
"""


def page() -> str:
    """The whole page."""
    return _PAGE.format(
        written=_written(), products=_products(), functions=_functions(), words=_words(), structures=_structures()
    )


def _products() -> str:
    return _table(("meaning", "signs"), [(meaning, " ".join(f"`{sign}`" for sign in signs)) for meaning, signs in products()])


def _written() -> str:
    rows = []
    for text in _WRITTEN.splitlines():
        f = td.parse(text, shapes=_SHAPES, sizes="n")
        rows.append((f"`{text}`", f"`{latex(f.matrix)}`"))
    return _table(("plain text", "LaTeX that prints, and is read"), rows)


def _functions() -> str:
    others: dict[str, list[str]] = {}
    for other, name in SYNONYMS.items():
        others.setdefault(name, []).append(other)
    rows = []
    for name, doc in sorted(functions().items()):
        also = f" Also {', '.join(f'`{other}`' for other in sorted(others[name]))}." if name in others else ""
        rows.append((f"`{name}`", f"{_escaped(doc)}{also}"))
    return _table(("function", "what it is"), rows)


def _words() -> str:
    meant: dict[str, list[str]] = {}
    for word, name in sorted({**plain.WORDS, **commands.FUNCTIONS}.items()):
        if name.isalpha() and word != name:
            meant.setdefault(name, []).append(f"`{word}`")
    return _table(("word", "is"), [(" ".join(words), f"`{name}`") for name, words in sorted(meant.items())])


_MIRRORED = {-1: "V' = -V", 0: "", 1: "V' = V"}
_ENTRIES = {"triangle": "on and below the diagonal", "strict": "below the diagonal", "diagonal": "on the diagonal", None: ""}


def _structures() -> str:
    rows = []
    for name, structure in STRUCTURES.items():
        facts = [
            "square" if structure.square else "any shape",
            _MIRRORED[structure.mirror],
            "V'V = I" if structure.orthonormal else "",
            "positive definite" if structure.definite else "",
            f"zero {' and '.join(structure.zeros)} the diagonal" if structure.zeros else "",
            {"free": "", "zero": "a diagonal of zeros", "unit": "a diagonal of ones"}[structure.diagonal],
        ]
        rows.append((f"`{name}`", ", ".join(filter(None, facts)), _ENTRIES[structure.free]))
    return _table(("structure", "what is known of V", "entries that say all (vech)"), rows)


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", r"\|") for cell in line) + " |" for line in lines)


def _escaped(doc: str) -> str:
    return doc.replace("*", r"\*").replace("_", r"\_").replace("`", "")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
