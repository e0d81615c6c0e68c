"""Scopes: what names mean, and that two declarations of one name must agree."""

import pytest

from tensordiff.errors import UnknownNameError
from tensordiff.functions import Undefined
from tensordiff.matrix import Scope, build, text
from tensordiff.tensor import Assumption, Structure

BASE = Scope().declare("X", "n m").declare("V", "n n", "symmetric").declare("w", "n", assumption="positive")


def test_lookup():
    assert BASE.lookup("V").data[0].structure is Structure.SYMMETRIC
    assert BASE.lookup("w").data[0].assumption is Assumption.POSITIVE
    assert text(BASE.lookup("n")) == "n"
    scope = BASE.with_where("P", build.call("inv", BASE.lookup("V")))
    assert scope.lookup("P").children[0] is build.call("inv", BASE.lookup("V"))
    assert list(scope.names()) == ["X", "V", "w", "P", "n", "m"]
    assert "P" in scope
    assert "P" not in BASE


def test_unknown_names_get_a_suggestion():
    long = BASE.declare("weights", "n")
    with pytest.raises(UnknownNameError, match="did you mean weights"):
        long.lookup("weigths")
    with pytest.raises(UnknownNameError, match="declared are X, V, w, n, m"):
        BASE.lookup("Q")
    with pytest.raises(UnknownNameError, match="no name is declared"):
        Scope().lookup("Q")


@pytest.mark.parametrize("declare", [
    lambda scope: scope.declare("X", "n"), lambda scope: scope.declare("V", "n n"), lambda scope: scope.declare("n", ()),
    lambda scope: scope.with_where("X", build.number(2)), lambda scope: scope.with_dim("X"),
    lambda scope: scope.declare("pi", ()),
])  # fmt: skip
def test_one_name_one_meaning(declare):
    with pytest.raises(UnknownNameError):
        declare(BASE)


def test_merge():
    other = Scope().declare("V", "n n", "symmetric").declare("b", "m")
    merged = BASE.merge(other)
    assert list(merged.symbols) == ["X", "V", "w", "b"]
    assert BASE.merge(BASE) is BASE
    assert merged.merge(other) is merged
    with pytest.raises(UnknownNameError, match="twice: as a name for 2, and as n-by-1 symbol"):
        Scope().with_where("b", build.number(2)).merge(Scope().declare("b", "n"))


def test_functions_have_names_of_their_own():
    scope = BASE.with_function(Undefined("X"))
    assert scope.functions["X"] == Undefined("X")
    assert text(build.call(scope.functions["X"], scope.lookup("w"))) == "X(w)"


def test_scopes_do_not_change():
    with pytest.raises(TypeError):
        BASE.symbols["Y"] = build.number(1)
