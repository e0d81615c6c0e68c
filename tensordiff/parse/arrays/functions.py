"""The functions of arrays that code calls, by one name each; a language's own table says what it calls them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tensordiff.errors import ParseError
from tensordiff.parse.arrays import constants, entrywise, matrices, products, reductions, views
from tensordiff.parse.arrays.registry import FUNCTIONS
from tensordiff.parse.arrays.values import Array
from tensordiff.parse.languages.code import Habits

__all__ = ["FUNCTIONS", "Habits", "call", "constants", "entrywise", "matrices", "products", "reductions", "views"]


def call(habits: Habits, name: str, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
    """The value of a function; arguments as they stand, keywords by name. Raises ParseError for those it lacks."""
    function = FUNCTIONS[name]
    parameters = function.parameters
    if function.variadic and list(keywords) == [parameters[-1]]:
        arguments, keywords = [*arguments, keywords[parameters[-1]]], {}
    if len(arguments) > len(parameters) and not function.variadic:
        raise ParseError(f"{name} is read with at most {len(parameters)} arguments, and here it has {len(arguments)}")
    for keyword in keywords:
        if keyword not in parameters[len(arguments) :] or function.variadic:
            raise ParseError(f"{name} is not read with the argument {keyword}=")
    missing = [parameter for parameter in parameters[len(arguments) : function.required] if parameter not in keywords]
    if missing:
        raise ParseError(f"{name} lacks its argument {missing[0]}")
    given = [*arguments, *keywords.values()]
    names = [*parameters, *[""] * len(arguments)][: len(arguments)] + list(keywords)
    for parameter, value in zip(names, given, strict=True):
        optional = value is None and parameter in parameters[function.required :]
        if parameter in ("x", "a", "b", "y", "n", "value") and not isinstance(value, Array) and not optional:
            raise ParseError(f"{name} needs an array here")
    return function.function(habits, *arguments, **keywords)
