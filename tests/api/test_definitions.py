"""Every public name is a definition that type checkers, completion and `help` see, and its docstring says what one needs."""

from __future__ import annotations

import inspect
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

import tensordiff as td
from tensordiff.api import functions, words
from tests.api import definitions

NAMES = list(td.__all__)
CALLABLES = [name for name in NAMES if not isinstance(getattr(td, name), type)]
ERRORS = [name for name in NAMES if isinstance(getattr(td, name), type) and issubclass(getattr(td, name), Exception)]
CLASSES = [name for name in NAMES if isinstance(getattr(td, name), type) and name not in ERRORS]


def doc(name: str) -> str:
    return inspect.getdoc(getattr(td, name)) or ""


def test_the_files_are_what_the_records_say() -> None:
    for file, text in definitions.written().items():
        path = definitions.FOLDER / file
        assert path.read_text(encoding="utf-8") == text, "run python -m tests.api.definitions"


def test_every_function_of_the_language_is_a_definition() -> None:
    assert list(words.__all__) == sorted(functions.NAMED)
    assert all(functions.NAMED[name] is getattr(words, name) for name in functions.NAMED)


@pytest.mark.parametrize("name", CALLABLES)
def test_a_function_says_its_shapes_its_errors_and_an_example(name: str) -> None:
    text = doc(name)
    assert ">>>" in text, "no example"
    assert any(word in text for word in ("shape", "-by-", "size", "axes", "axis", "scalar", "array", "layout")), "no shapes"
    assert "Raises" in text, "no errors"


@pytest.mark.parametrize("name", words.__all__)
def test_a_function_of_the_language_says_where_its_rule_comes_from(name: str) -> None:
    assert "\nSource: " in doc(name)


@pytest.mark.parametrize("name", CALLABLES)
def test_a_function_has_a_signature_without_anything_vague(name: str) -> None:
    function = getattr(td, name)
    assert function.__name__ == name
    if name in words.__all__:
        kinds = {parameter.kind for parameter in inspect.signature(function).parameters.values()}
        assert inspect.Parameter.POSITIONAL_ONLY in kinds and inspect.Parameter.VAR_KEYWORD not in kinds


@pytest.mark.parametrize("name", [*CLASSES, *ERRORS])
def test_a_class_says_what_it_is_and_its_public_methods_too(name: str) -> None:
    kind = getattr(td, name)
    assert kind.__doc__
    for attribute, member in vars(kind).items():
        if not attribute.startswith("_") and (inspect.isfunction(member) or isinstance(member, property)):
            inherited = [getattr(base, attribute, None) for base in kind.__mro__]
            assert any(inspect.getdoc(found) for found in inherited if found is not None), f"{name}.{attribute}"


CODE = """\
import tensordiff as td

n, m = td.dims("n m")
X, V = td.matrix("X", n, m), td.matrix("V", n, n)
F: td.Expression = td.inv(X.T @ td.inv(V) @ X)
J: td.Derivative = td.diff(td.logdet(F) + td.sum(td.exp(X)) + td.max(X, 0).evaluate(X=1), V)
verdict: td.Verdict = td.check("A*x", "x'*A*x", "x")
"""


if find_spec("mypy"):

    @pytest.mark.parametrize(
        ("line", "complaint"), [("", None), ("td.inverse_of(X)", "has no attribute"), ("td.inv(X, X)", "Too many")]
    )
    def test_a_type_checker_knows_every_name(tmp_path: Path, line: str, complaint: str | None) -> None:
        file = tmp_path / "use.py"
        file.write_text(f"{CODE}{line}\n")
        call = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), str(file)]
        found = subprocess.run(call, capture_output=True, text=True, check=False, cwd=Path(td.__file__).parents[1])
        assert (found.returncode == 0) == (complaint is None), found.stdout
        assert complaint is None or complaint in found.stdout


if find_spec("jedi"):
    import jedi

    def test_completion_finds_every_function() -> None:
        source = "import tensordiff as td\ntd."
        found = {completion.name for completion in jedi.Script(source).complete(2, 3)}
        assert set(NAMES) <= found
        (definition,) = jedi.Script("import tensordiff as td\ntd.inv").help(2, 5)
        assert definition.get_signatures()[0].to_string().startswith("inv(A")
        assert "The inverse of a square matrix." in definition.docstring()
