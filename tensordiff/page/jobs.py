"""What the page asks for: a request as plain data in, the answer as plain data out. Runs in a worker."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import tensordiff as td
from tensordiff.matrix import shape_text
from tensordiff.page.requests import RequestError
from tensordiff.show import report
from tensordiff.tensor import STRUCTURES, Assumption, group_text

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
    if backend:
        if backend not in ("numpy", "jax", "torch"):
            raise RequestError(f"to is numpy, jax or torch, not {backend!r}")
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
    names = _names(verdict.expected, request) if isinstance(verdict.expected, td.Expression) else {}
    return {"kind": "verdict", **report.verdict_data(verdict), **names, "assumed": list(verdict.assumed)}


def _proofread(request: Request) -> Answer:
    found = td.proofread(
        _required(request, "text", "the derivation"),
        request.get("f"),
        tuple(_variables(request)) if request.get("wrt") else None,
        sizes=request.get("sizes") or "",
        **_declarations(request),
    )
    return {"kind": "proof", **report.proof_data(found)}


def _explain(request: Request) -> Answer:
    f = _expression(request)
    return {"kind": "explanation", **report.explanation_data(td.explain(f, *_variables(request))), **_names(f, request)}


def _ready(request: Request) -> Answer:
    return {"ready": True}


_JOBS: dict[str, Callable[[Request], Answer]] = {
    "diff": _diff,
    "check": _check,
    "proofread": _proofread,
    "explain": _explain,
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
    """What each name is: what was declared, and what was inferred."""
    declared = request.get("shapes") or {}
    rows = []
    for name, node in f.scope.symbols.items():
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
    return {"names": rows, "assumed": list(f.assumed)}


CHOICES = {"structures": list(STRUCTURES), "assumptions": [str(a) for a in Assumption]}
