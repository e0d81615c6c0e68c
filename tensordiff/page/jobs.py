"""What the page asks for: a request as plain data in, the answer as plain data out. Runs in a worker."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import tensordiff as td
from tensordiff.matrix import Matrix, shape_text
from tensordiff.page.requests import RequestError
from tensordiff.show import html, report
from tensordiff.show.answers import pasted_answers
from tensordiff.show.typeset import HOVER_LATEX
from tensordiff.tensor import group_text

Request = Mapping[str, Any]
Answer = dict[str, Any]


def answer(kind: str, request: Request) -> Answer:
    """The answer, or {"error": ...} with the place in the user's text, or {"defect": ...}: nothing is raised."""
    try:
        return _JOBS[kind](request)
    except RequestError as error:
        return {"error": {"message": str(error)}}
    except td.TensordiffError as error:
        return {"error": {"message": str(error), "text": error.text, "start": error.start, "end": error.end}}
    except MemoryError:
        return {"error": {"message": "this needs more memory than the page may use; use tensordiff in Python for it"}}
    except Exception as error:
        return {"defect": f"{type(error).__name__}: {error}"}


def _diff(request: Request) -> Answer:
    derivative = _derivative(request)
    backend = request.get("to")
    if backend == "html":
        return _page(html.derivative_page(derivative, request.get("layout") or None))
    if backend:
        if backend not in ("numpy", "jax", "torch"):
            raise RequestError(f"to is numpy, jax, torch or html, not {backend!r}")
        return {"kind": "program", "backend": backend, "source": derivative.compile(backend=backend).source}
    layout = request.get("layout") or None
    return {"kind": "derivative", **report.derivative_data(derivative, layout), **_names(derivative.f, request)}


def _derivative(request: Request) -> td.Derivative:
    return td.diff(_expression(request), *_variables(request), entries=request.get("entries") or None)


def _check(request: Request) -> Answer:
    """f and the variables may stand on the claim's own left-hand side."""
    verdict = td.check(
        _required(request, "answer", "your answer"),
        request.get("f"),
        tuple(_variables(request)) if request.get("wrt") else None,
        layout=request.get("layout") or "any",
        entries=request.get("entries") or "any",
        sizes=request.get("sizes") or "",
        language=request.get("language"),
        **_declarations(request),
    )
    if request.get("to") == "html":
        return _page(html.verdict_page(verdict))
    names = _names(verdict.expected, request) if isinstance(verdict.expected, td.Expression) else {}
    found = {"kind": "verdict", **names, **report.verdict_data(verdict), "assumed": list(verdict.assumed)}
    return {**found, "typeset_f": _typeset_f(request) if request.get("f") else None}


def _proofread(request: Request) -> Answer:
    found = td.proofread(
        _required(request, "text", "the derivation"),
        request.get("f"),
        tuple(_variables(request)) if request.get("wrt") else None,
        sizes=request.get("sizes") or "",
        **_declarations(request),
    )
    if request.get("to") == "html":
        return _page(html.proof_page(found))
    data = {"kind": "proof", **report.proof_data(found), "names": _rows(found.names, request)}
    return {**data, "typeset_f": _typeset_f(request) if request.get("f") else None}


def _explain(request: Request) -> Answer:
    f = _expression(request)
    told = td.explain(f, *_variables(request))
    if request.get("to") == "html":
        return _page(html.explanation_page(told))
    return {"kind": "explanation", **report.explanation_data(told), **_names(f, request)}


def _read(request: Request) -> Answer:
    """How the function is read, before it is said by what it is differentiated."""
    return {"kind": "reading", **_names(_expression(request), request)}


def _answers(request: Request) -> Answer:
    """The answers in a pasted text, each with its name."""
    found = pasted_answers(_required(request, "text", "the list of answers"))
    return {"kind": "answers", "answers": [{"name": name, "answer": answer} for name, answer in found.items()]}


def _grade(request: Request) -> Answer:
    """One answer to an exercise as `td.grade` has it: the page asks for one after the other, and shows how far it is."""
    name, answer = request.get("name") or "1", _required(request, "answer", "the answer")
    f = _expression(request)
    (found,) = td.grade({name: answer}, f, tuple(_variables(request)), layout=request.get("layout") or None)
    right = None if found.verdict is None else found.verdict.expected
    typeset = HOVER_LATEX.render(right.matrix) if isinstance(right, td.Expression) else None
    row = {**found.row(), "answer": answer, "tone": _tone(found.status), "typeset_formula": typeset}
    return {"kind": "grade", **row, **_names(f, request)}


def _tone(status: str) -> str:
    return "open" if status == "not-read" else report.tone(status)


def _page(source: str) -> Answer:
    return {"kind": "page", "source": source}


def _ready(request: Request) -> Answer:
    return {"ready": True}


_JOBS: dict[str, Callable[[Request], Answer]] = {
    "diff": _diff,
    "check": _check,
    "proofread": _proofread,
    "explain": _explain,
    "read": _read,
    "answers": _answers,
    "grade": _grade,
    "ready": _ready,
}


def _expression(request: Request) -> td.Expression:
    return td.parse(_required(request, "f", "the function"), language=request.get("language"), **_declarations(request))


def _declarations(request: Request) -> dict[str, Any]:
    shapes = {name: report.read_sizes(sizes) for name, sizes in (request.get("shapes") or {}).items()}
    return {"shapes": shapes or None, **{key: request.get(key) or {} for key in ("structures", "where", "assume")}}


def _variables(request: Request) -> list[str]:
    return _required(request, "wrt", "the variable").replace(",", " ").split()


def _required(request: Request, key: str, what: str) -> str:
    value = request.get(key)
    if not isinstance(value, str) or not value.strip():
        raise RequestError(f"{what} is missing")
    return value


def _names(f: td.Expression, request: Request) -> Answer:
    """How f is read: typeset, what each name is, and what was assumed."""
    return {"names": _rows(f.scope.symbols, request), "assumed": list(f.assumed), "typeset_f": _typeset(f)}


def _typeset_f(request: Request) -> str | None:
    """The function typeset, where it can be read on its own; what is wrong with it was said already."""
    try:
        return _typeset(_expression(request))
    except td.TensordiffError:
        return None


def _typeset(f: td.Expression) -> str:
    """The function as it is read; a name alone with what it stands for."""
    shown = HOVER_LATEX.render(f.matrix)
    return f"{shown} = {HOVER_LATEX.render(f.matrix.children[0])}" if f.matrix.op == "named" else shown


def _rows(symbols: Mapping[str, Matrix], request: Request) -> list[Answer]:
    """What each name is: what was declared, and what was inferred."""
    declared = request.get("shapes") or {}
    rows = []
    for name, node in symbols.items():
        symbol = node.data[0]
        rows.append(
            {
                "name": name,
                "sizes": " ".join(group_text(group) for group in node.shape),
                "shape": shape_text(node.shape),
                "structure": str(symbol.structure),
                "assumption": str(symbol.assumption),
                "declared": name in declared,
            }
        )
    return rows
