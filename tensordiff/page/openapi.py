"""The JSON interface described (OpenAPI 3.1), from the tables that the server reads."""

from __future__ import annotations

from typing import Any

from tensordiff import __version__
from tensordiff.page.requests import TABLES, TEXTS

_KEYS = {
    "f": "what is differentiated, as text, LaTeX or code",
    "wrt": "the variable, or several for a higher order, separated by commas or blanks",
    "answer": "the formula to judge",
    "text": "a whole derivation, or a list of answers",
    "layout": "gradient, numerator, denominator, vec-column, vec-row, index; any for a check",
    "entries": "projected, free, tied, vech: what varies in a structured variable",
    "sizes": "sizes that no variable has",
    "to": "numpy, jax or torch: the program instead of the formula; html: a page of its own",
    "language": "the language of a claim that is code",
    "name": "whose answer it is",
    "shapes": "the sizes of each variable: {\"X\": \"n m\"}",
    "structures": "the structure of a variable: {\"V\": \"symmetric\"}",
    "where": "names for parts: {\"P\": \"inv(V)\"}",
    "assume": "what holds of values: {\"x\": \"positive\"}",
}  # fmt: skip

_JOBS = {
    "diff": ("Differentiate", ("f", "wrt")),
    "check": ("Judge a formula", ("answer",)),
    "proofread": ("Judge a derivation, equality by equality", ("text",)),
    "explain": ("Derive step by step", ("f", "wrt")),
    "read": ("How a function is read: typeset, its names, what is assumed", ("f",)),
    "answers": ("The answers in a pasted list or table", ("text",)),
    "grade": ("Judge one answer to an exercise, in a row", ("f", "wrt", "answer")),
}


def description() -> dict[str, Any]:
    """The document that /api/openapi.json gives."""
    text = {"type": "string"}
    table = {"type": "object", "additionalProperties": text}
    properties = {key: {**(text if key in TEXTS else table), "description": _KEYS[key]} for key in (*TEXTS, *TABLES)}
    error = {
        "type": "object",
        "properties": {
            "error": {
                "type": "object",
                "properties": {"message": text, "text": text, "start": {"type": "integer"}, "end": {"type": "integer"}},
                "required": ["message"],
            }
        },
    }
    refused = {"description": "refused, in words", "content": {"application/json": {"schema": error}}}
    paths = {
        f"/api/{job}": {
            "post": {
                "summary": summary,
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "properties": properties,
                                "required": list(required),
                                "additionalProperties": False,
                            }
                        }
                    },
                },
                "responses": {
                    "200": {"description": "the answer", "content": {"application/json": {"schema": {"type": "object"}}}},
                    **dict.fromkeys(("400", "403", "408", "413", "415", "422", "503"), refused),
                },
            }
        }
        for job, (summary, required) in _JOBS.items()
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "tensordiff", "version": __version__, "description": "For this machine alone."},
        "paths": paths,
    }
