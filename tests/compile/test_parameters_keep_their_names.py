"""Programs take their inputs under the names that the user gave; the text's own names give way."""

from __future__ import annotations

import ast

import numpy as np
import pytest

import tensordiff as td
from tests.compile.conftest import OPTIONAL

if "jax" in OPTIONAL:
    import jax

    jax.config.update("jax_enable_x64", True)

NAMES = [
    *("t", "t1", "np", "np1", "math", "scipy", "lapack", "warnings", "itertools", "jnp", "jax", "torch", "program", "self"),
    *(
        "match",
        "_cholesky",
        "_expm",
        "_low_rank",
        "_directly",
        "like",
        "dtype",
        "validate",
        "layout",
        "part1",
        "axis",
        "α",
        "n_",
    ),
]
TEXT = "sum(erf(NAME)) + logdet(V) + NAME'*inv(V)*expm(V)*NAME + norm2(NAME)"


@pytest.mark.parametrize("backend", ["numpy", *OPTIONAL])
@pytest.mark.parametrize("name", NAMES)
def test_names(name: str, backend: str) -> None:
    structures = {"V": "positive-definite"}
    plain = td.parse(TEXT.replace("NAME", "x"), shapes={"x": "n", "V": "n n"}, structures=structures)
    f = td.parse(TEXT.replace("NAME", name), shapes={name: "n", "V": "n n"}, structures=structures)
    x, V = np.array([0.3, -0.2, 0.5]), np.eye(3) + 0.1
    program = td.compile([f, td.diff(f, name)], backend=backend)
    expected = td.compile([plain, td.diff(plain, "x")], backend=backend)(x=x, V=V)
    for found, wanted in zip(program(**{name: x, "V": V}), expected, strict=True):
        np.testing.assert_allclose(np.asarray(found), np.asarray(wanted), rtol=1e-12)
    functions = [node for node in ast.parse(program.source).body if isinstance(node, ast.FunctionDef)]
    assert functions[-1].name == "program"
    assert [argument.arg for argument in functions[-1].args.args] == [name, "V"]
    if backend == "numpy":
        np.testing.assert_allclose(f.evaluate(**{name: x, "V": V}), np.asarray(expected[0]))
        np.testing.assert_allclose(td.diff(f, name).at(**{name: x, "V": V}).apply(x), x @ np.asarray(expected[1]))


def test_several_at_once_and_low_rank_updates() -> None:
    f = td.parse(
        "inv(diag(np)+lapack*lapack')*np1 + t.*scipy", shapes=dict.fromkeys(["np", "lapack", "np1", "t", "scipy"], "n")
    )
    rng = np.random.default_rng(1)
    values = {name: np.exp(rng.normal(size=40)) for name in ("np", "lapack", "np1", "t", "scipy")}
    matrix = np.diag(values["np"]) + np.outer(values["lapack"], values["lapack"])
    expected = np.linalg.solve(matrix, values["np1"]) + values["t"] * values["scipy"]
    for sizes in ({"n": 40}, {"n": 3}):
        program = td.compile(f, sizes=sizes)
        np.testing.assert_allclose(program(**values), expected, rtol=1e-9)
        namespace: dict[str, object] = {}
        exec(program.source, namespace)
        np.testing.assert_allclose(namespace["program"](**values), expected, rtol=1e-9)


def test_keywords_get_an_underscore() -> None:
    program = td.compile(td.parse("lambda'*lambda", shapes={"lambda": "n"}))
    assert "def program(lambda_):" in program.source
    assert program(**{"lambda": np.ones(3)}) == 3


def test_results_that_do_not_fit_into_memory() -> None:
    with pytest.raises(td.EvaluationError, match=r"too large for memory.*1000000, 1000000.*\n.*J\.at"):
        td.compile(td.parse("x*x'", shapes={"x": "n"}), sizes={"n": 3})(x=np.ones(1_000_000))
