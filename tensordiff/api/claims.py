"""A claim as text: f and the variables may stand on its left-hand side, and all texts of the call are read together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from tensordiff.api.expression import Expression
from tensordiff.errors import DomainError, ParseError, TensordiffError
from tensordiff.parse import claims, languages
from tensordiff.parse.names import normalise
from tensordiff.records import record, replace

Wrt = str | Expression | Sequence[str | Expression]


@record
class Posed:
    """What is asked: the answer without a left-hand side that has been understood, f, and what it is by."""

    answer: str
    f: str | Expression
    wrt: tuple[str | Expression, ...]
    layout: str
    right: str
    """The answer without any left-hand side, at its place."""
    parts: Mapping[str, str]
    """The definitions: those of `where`, and that of f where the answer calls it by its name."""
    applied: frozenset[tuple[str, str]]
    """The name of f with that of its argument: f(x) in the answer is f."""
    stated: str | None
    """The f that the left-hand side writes out, where f was given too."""
    note: str | None = None
    """What was assumed of the left-hand side."""


def posed(
    answer: str,
    f: str | Expression | None,
    wrt: Wrt | None,
    layout: str,
    where: Mapping[str, str] | None,
    shapes: Mapping[str, Any] | None,
    sizes: Sequence[str],
) -> Posed:
    """The claim with f and its variables, from the left-hand side where they were not given. Raises DomainError where they
    are in neither place, ParseError for a left-hand side that is not read."""
    given = () if wrt is None else (wrt,) if isinstance(wrt, str | Expression) else tuple(wrt)
    name, argument, text = claims.read_definition(f) if isinstance(f, str) else (None, None, "")
    texts = [answer, *(where or {}).values(), *(x for x in given if isinstance(x, str)), *([text] if text else [])]
    known = f.scope.names() if isinstance(f, Expression) else [*(shapes or {}), *_sizes_in(shapes)]
    names = claims.known_names(known, where, sizes)
    claim = claims.read_claim(
        answer, texts, names, declared=shapes is not None or isinstance(f, Expression), given=f is not None
    )
    if isinstance(f, str):
        f = text
    stated = None
    if f is None:
        f = claim.f
    elif claim.kind == "derivative" and claim.f is not None:
        f, stated = (claim.f, None) if claim.name in (where or {}) and claim.name != name else (f, claim.f)
    variables: tuple[str | Expression, ...] = given or tuple(_variable(x, names) for x in claim.wrt)
    if claim.kind == "differential" and not given and len(set(variables)) > 1:
        variables = variables[:1]
    if not variables and argument is not None:
        variables = (_variable(argument, names),)
    if claim.second and claim.kind == "derivative" and len(variables) == 1:
        variables *= 2
    if f is None or not variables:
        missing = "f" if f is None else "wrt"
        said = f": {claim.name} alone does not say what it is" if f is None and claim.name else ""
        raise DomainError(
            f"{missing} is not given{said}", hint='check("2*A*x", "x\'*A*x", "x"): the claim, f, and what it is by'
        )
    if layout == "any" and (claim.stacked or claim.by_entries):
        layout = "index" if claim.by_entries else "vec-column"
    right, parts = claim.side or claim.right, dict(where or {})
    applied: frozenset[tuple[str, str]] = frozenset()
    own = _own_name(claim.name or name, names)
    if own is not None and isinstance(f, str) and own not in names and claims.mentions(right, own):
        parts[own], f = f, own
        by = argument or next((x for x in variables if isinstance(x, str)), "")
        applied = frozenset({(own, by.strip())})
    return Posed(claim.right, f, variables, layout, right, parts, applied, stated, claim.note)


def _own_name(written: str | None, names: frozenset[str]) -> str | None:
    """The name that f has in the claim, where it is one."""
    if written is None:
        return None
    try:
        return _variable(written, names)
    except TensordiffError:
        return None


@contextmanager
def shown_in(claim: Any) -> Iterator[None]:
    """Errors in one side of a claim, which was read at its place, show the whole claim."""
    try:
        yield
    except TensordiffError as error:
        if isinstance(claim, str) and error.text is not None and error.start is not None and error.end is not None:
            part = slice(error.start, error.end)
            if len(error.text) <= len(claim) and error.text[part] == claim[part]:
                error.text = claim
        raise


def variable_name(variable: str) -> str:
    """The name of a variable that is written as in a formula: \\beta, \\mathbf{x}."""
    return _variable(variable, frozenset())


def _variable(written: str, names: frozenset[str]) -> str:
    if written.strip().isidentifier():
        return normalise(written.strip())
    vocabulary = claims.vocabulary_of([written], names, declared=False)
    root = languages.read(written, vocabulary).root
    if root.op == "call" and len(root.children) == 1 and root.children[0].op == "name":
        root = root.children[0]
    if root.op == "power" and root.children[0].op == "name":  # a^{l-1}, a name with a label
        vocabulary = replace(vocabulary, labels=True)
        root = languages.read(written, vocabulary).root
    if root.op != "name":
        raise ParseError(
            f"{written.strip()} is not a variable", text=written, start=root.start, end=root.end,
            hint="differentiate by a name; name a part by `where` and give the claim by that name",
        )  # fmt: skip
    return str(root.data)


def _sizes_in(shapes: Mapping[str, Any] | None) -> list[str]:
    """The names of sizes in declared shapes."""
    found: list[str] = []
    for shape in (shapes or {}).values():
        parts = shape.split() if isinstance(shape, str) else shape if isinstance(shape, tuple | list) else ()
        for part in parts:
            found.extend(
                word for word in str(part).replace("*", " ").replace("+", " ").replace(",", " ").split() if word.isidentifier()
            )
    return found
