"""`import tensordiff` stays light: what a use does not need is imported when something needs it."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import tensordiff

HEAVY = ("numpy", "sympy", "mpmath", "scipy.linalg", "opt_einsum", "jax", "torch")
SLOW = ("dataclasses", "inspect", "pathlib", "json", "shutil", "_hashlib", "lark")
"""Modules of the standard library, and one beside it, that take as long as a derivative."""
FOUNDING = "inv(X'*inv(V)*X)"
PACKAGE = Path(tensordiff.__file__).parent


def loaded_after(code: str) -> set[str]:
    script = f"{code}\nimport sys\nprint('LOADED', *sys.modules)"
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    return set(out.rpartition("LOADED")[2].split())


def own(modules: set[str]) -> set[str]:
    return {name for name in modules if name.startswith("tensordiff")}


def test_the_package_alone_imports_nothing_of_its_own() -> None:
    assert own(loaded_after("import tensordiff")) == {"tensordiff"}


@pytest.mark.parametrize(
    ("code", "unneeded"),
    [
        (f"import tensordiff as td; td.parse({FOUNDING!r})", ("compile", "check", "evidence", "show", "interop", "cli")),
        (
            f"import tensordiff as td; str(td.diff(td.parse({FOUNDING!r}), 'V').matrix_form())",
            ("compile", "check", "evidence", "show", "interop", "page", "cli", "parse.arrays", "parse.languages.latex",
             "parse.languages.python"),
        ),
        (
            "import tensordiff as td; n = td.dims('n'); str(td.diff(td.tr(td.matrix('A', n, n)), 'A').latex())",
            ("compile", "check", "evidence", "show", "interop", "page", "cli", "parse.arrays", "parse.languages.latex"),
        ),
        (
            f"from tensordiff.cli import main; main(['diff', {FOUNDING!r}, '--wrt', 'V'])",
            ("compile", "check", "evidence", "show.html", "show.svg", "interop", "page", "parse.arrays",
             "parse.languages.latex"),
        ),
        (
            f"from tensordiff.cli import main; main(['explain', {FOUNDING!r}, '--wrt', 'V'])",
            ("compile", "check", "evidence", "show.html", "show.svg", "interop", "page"),
        ),
        ("import numpy, tensordiff as td; td.parse('x*2', shapes={'x': 'n'}).evaluate(x=numpy.ones(2))", ("check", "evidence")),
    ],
)  # fmt: skip
def test_what_a_use_does_not_need_is_not_imported(code: str, unneeded: tuple[str, ...]) -> None:
    loaded = loaded_after(code)
    if "numpy" not in code:
        assert not loaded.intersection((*HEAVY, *SLOW))
    folders = tuple(f"tensordiff.{name}" for name in unneeded)
    assert not [name for name in own(loaded) if name in folders or name.startswith(tuple(f"{x}." for x in folders))]


def imports_inside_functions() -> list[str]:
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for function in ast.walk(ast.parse(path.read_text())):
            if isinstance(function, ast.FunctionDef):
                for node in ast.walk(function):
                    module = node.module if isinstance(node, ast.ImportFrom) else None
                    if module and module.startswith("tensordiff"):
                        found.append(f"{path.relative_to(PACKAGE)}:{node.lineno} {module}")
    return sorted(set(found))


def test_few_imports_stand_inside_functions() -> None:
    assert len(imports_inside_functions()) <= 20, "\n".join(imports_inside_functions())


def test_every_public_name_is_there() -> None:
    assert len(set(tensordiff.__all__)) == len(tensordiff.__all__)
    for name in tensordiff.__all__:
        assert hasattr(tensordiff, name)
        assert name in dir(tensordiff)


def test_a_type_checker_sees_the_names_that_there_are() -> None:
    tree = ast.parse(Path(tensordiff.__file__).read_text())
    (block,) = [node for node in tree.body if isinstance(node, ast.If)]
    imported = {
        alias.asname or alias.name: node.module
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name not in ("*", "words")
    }
    homes = {name: f"tensordiff.{module}" for module, names in tensordiff._NAMES.items() for name in names}
    assert imported == homes
    for name, module in homes.items():
        assert getattr(importlib.import_module(module), name) is getattr(tensordiff, name)


def test_a_folder_does_not_take_the_place_of_a_function() -> None:
    for name in ("check", "compile", "matrix", "parse", "tensor"):
        importlib.import_module(f"tensordiff.{name}")
        assert callable(getattr(tensordiff, name))


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'inverse_of'"):
        getattr(tensordiff, "inverse_of")  # noqa: B009
