"""Leading axes on any input broadcast through: every result is what a loop over the points gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import tensordiff as td
from tensordiff.compile import compile_program as program_of
from tensordiff.compile.plan import lift
from tensordiff.differentiate import differentiate
from tensordiff.errors import EvaluationError
from tensordiff.functions import INVERSE, LOGDET, lookup, matrix_power
from tensordiff.tensor import Dim, Structure, Symbol, Tensor, apply, einsum
from tests.cases import CASES, Case
from tests.compile.conftest import OPTIONAL
from tests.compile.graphs import SIZES, arrays, graphs
from tests.reference import value

RNG = np.random.default_rng(7)
BACKENDS = ["numpy", *OPTIONAL]

if "jax" in OPTIONAL:
    import jax

    jax.config.update("jax_enable_x64", True)


def looped(evaluate: Any, values: dict[str, np.ndarray], ranks: dict[str, int]) -> np.ndarray:
    """What `evaluate` gives, point by point."""
    leading = {name: array.shape[: array.ndim - ranks[name]] for name, array in values.items()}
    full = np.broadcast_shapes(*leading.values())
    spread: dict[str, np.ndarray] = {}
    for name, array in values.items():
        own = array.shape[len(leading[name]) :]
        array = array.reshape((1,) * (len(full) - len(leading[name])) + array.shape)
        spread[name] = np.broadcast_to(array, full + own)
    found = [evaluate(**{name: array[place] for name, array in spread.items()}) for place in np.ndindex(full)]
    return np.reshape(found, full + np.shape(found[0]))


def points(case: Case, count: int) -> dict[str, np.ndarray]:
    """Values at so many points; exponents of matrices stay numbers."""
    drawn = [case.values(seed) for seed in range(count)]
    return {name: drawn[0][name] if name == "k" else np.stack([one[name] for one in drawn]) for name in drawn[0]}


@pytest.mark.parametrize("case", CASES[::3], ids=lambda case: case.name)
def test_cases_from_the_literature(case: Case) -> None:
    f = td.parse(case.f, **case.scope)
    derivative = td.diff(f, case.wrt[0], entries=case.entries)
    values = points(case, 3)
    single = case.values(0)
    ranks = {name: array.ndim for name, array in single.items()}
    for form in (f, derivative):
        expected = looped(form.evaluate, values, ranks)
        found = form.evaluate(**values)
        np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-9 * np.abs(expected).max(initial=1))
        # One input in a batch, the others shared.
        for name in list(values)[:3]:
            mixed = {**single, name: values[name]}
            if name != "k":
                expected = looped(form.evaluate, mixed, ranks)
                found = form.evaluate(**mixed)
                np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-9 * np.abs(expected).max(initial=1))


def batches(batched: dict[str, tuple[int, ...]], seed: int = 3) -> dict[str, np.ndarray]:
    """The arrays of the random graphs, with these leading axes on some."""
    rng = np.random.default_rng(seed)
    found = dict(arrays())
    for name, shape in batched.items():
        found[name] = found[name] + 0.1 * rng.normal(size=shape + found[name].shape)
    return found


LEADING: list[dict[str, tuple[int, ...]]] = [
    {"A": (3,)},
    {"x": (2,), "X": (2,)},
    {"B": (2, 1), "y": (3,)},
    {"A": (1,), "B": (), "y": (2, 2), "a": (2,)},
    dict.fromkeys(arrays(), (5,)),
]


@pytest.mark.parametrize("backend", BACKENDS)
@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(outputs=graphs(), leading=st.sampled_from(LEADING))
def test_random_graphs(backend: str, outputs: list[Tensor], leading: dict[str, tuple[int, ...]]) -> None:
    compare(outputs, leading, backend)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(graphs(), st.sampled_from(LEADING))
def test_random_graphs_with_long_axes_in_small_blocks(outputs: list[Tensor], leading: dict[str, tuple[int, ...]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lift, "NARROW", 0)
        patch.setattr(lift, "_CACHE", 40)
        compare(outputs, leading, "numpy")


def compare(outputs: list[Tensor], leading: dict[str, tuple[int, ...]], backend: str) -> None:
    program = program_of(outputs, backend=backend)
    values = {name: array for name, array in batches(leading).items() if name in program.inputs}
    ranks = {name: array.ndim for name, array in arrays().items()}
    sizes = {name: SIZES[name] for name in program.inputs if name in SIZES}
    for node, found in zip(outputs, program(**values, **sizes), strict=True):
        expected = looped(lambda node=node, **point: value(node, {**arrays(), **point}, SIZES), values, ranks)
        assert found.shape == expected.shape
        scale = max(1.0, float(np.abs(expected).max(initial=0)))
        np.testing.assert_allclose(np.asarray(found), expected, rtol=1e-8, atol=1e-9 * scale, err_msg=program.source)


# Matrix functions, of narrow and of wide matrices

MATRIX_FUNCTIONS = ("inv", "det", "logdet", "adj", "expm", "sqrtm", "logm")


def near_identity(rng: np.random.Generator, *shape: int) -> np.ndarray:
    return np.eye(shape[-1]) + 0.2 * rng.uniform(-1, 1, shape)


def matrix_outputs(name: str, n: Dim) -> list[Tensor]:
    a = Symbol.make("A", (n, n))
    made = matrix_power(a, 3) if name == "matpow" else apply(lookup(name), a)
    return [made, differentiate(made, a)]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", [*MATRIX_FUNCTIONS, "matpow"])
def test_matrix_functions(name: str, backend: str) -> None:
    for size in (1, 2, 3, 5) if backend == "numpy" else (3, 4):
        program = program_of(matrix_outputs(name, Dim.named("n")), backend=backend)
        stack = near_identity(np.random.default_rng(size), 4, size, size)
        single = program_of(matrix_outputs(name, Dim.named("n")))
        for found, place in zip(program(A=stack), range(2), strict=True):
            expected = np.stack([single(A=matrix)[place] for matrix in stack])
            np.testing.assert_allclose(np.asarray(found), expected, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("size", [3, 6])
@pytest.mark.parametrize("cache", [lift._CACHE, 1])
def test_systems_and_definite_matrices(backend: str, size: int, cache: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Matrices in the batch, right-hand sides in the batch, both, at vectors and matrices; in one block, and point by point."""
    if backend != "numpy" and cache == 1:
        return  # these libraries compute all points at once
    monkeypatch.setattr(lift, "_CACHE", cache)
    n, m = Dim.named("n"), Dim.named("m")
    rng = np.random.default_rng(size)
    for structure in (Structure.GENERAL, Structure.POSITIVE_DEFINITE):
        v, b, y = Symbol.make("V", (n, n), structure), Symbol.make("B", (n, m)), Symbol.make("y", (n,))
        inverse = apply(INVERSE, v)
        outputs = [
            einsum([(inverse, "ij"), (b, "jk")], "ik"),
            einsum([(inverse, "ji"), (y, "j")], "i"),
            einsum([(y, "i"), (inverse, "ij"), (y, "j")], ""),
            apply(LOGDET, v),
            inverse,
        ]
        root = near_identity(rng, 2, size, size)
        values = {"V": root @ root.swapaxes(-1, -2), "B": rng.normal(size=(2, size, 2)), "y": rng.normal(size=(2, size))}
        for chosen in (outputs, outputs[:1], outputs[1:2], outputs[1:3], outputs[2:4]):
            program, single = program_of(chosen, backend=backend), program_of(chosen)
            for batched in ("V", "B", "y", "VB", "By", "VBy") if backend == "numpy" else ("V", "By"):
                given = {name: array if name in batched else array[0] for name, array in values.items()}
                given = {name: given[name] for name in program.inputs}
                if all(name not in batched for name in given):
                    continue
                found = program(**given)
                for place, result in enumerate(found):
                    each = [
                        single(**{name: a[k] if name in batched else a for name, a in given.items()})[place] for k in range(2)
                    ]
                    np.testing.assert_allclose(np.asarray(result), np.stack(each), rtol=1e-9, atol=1e-10)


def test_badly_conditioned_matrices_are_as_right_as_one_by_one() -> None:
    """Closed forms of small matrices give way to factorisations where they would lose digits, underflow or overflow."""
    rng = np.random.default_rng(0)
    rank_one = np.einsum("bi,bj->bij", rng.normal(size=(50, 3)), rng.normal(size=(50, 3)))
    stack = rank_one + 1e-6 * rng.normal(size=(50, 3, 3))
    stack = np.concatenate([stack, 1e-120 * stack[:3], 1e150 * stack[:3], near_identity(rng, 5, 3, 3)])
    a = Symbol.make("A", (Dim.fixed(3), Dim.fixed(3)))
    program = program_of([apply(INVERSE, a), apply(LOGDET, a)])
    inverse, logdet = program(A=stack)
    np.testing.assert_allclose(logdet, np.linalg.slogdet(stack)[1], rtol=1e-9)
    for found, matrix in zip(inverse, stack, strict=True):
        expected = np.linalg.inv(matrix)
        np.testing.assert_allclose(found, expected, atol=1e-8 * np.abs(expected).max())


# Shapes

SHAPES: list[dict[str, tuple[int, ...]]] = [
    {"x": (5,)},
    {"A": (5,), "x": (5,)},
    {"A": (2, 3)},
    {"A": (5, 1), "x": (4,)},
    {"a": (4,), "x": (5, 1)},
    {"a": (1,), "x": (1, 1)},
    {"a": (3, 1, 2), "A": (4, 1), "x": (2,)},
]


@pytest.mark.parametrize("leading", SHAPES, ids=str)
def test_leading_axes_broadcast(leading: dict[str, tuple[int, ...]]) -> None:
    f = td.parse("exp(a)*tanh(A*x) + sum(A)*ones(m)", shapes={"A": "m n", "x": "n", "a": ""})
    derivative = td.diff(f, "A")
    own = {"A": (3, 2), "x": (2,), "a": ()}
    values = {name: RNG.normal(size=leading.get(name, ()) + shape) for name, shape in own.items()}
    ranks = {name: len(shape) for name, shape in own.items()}
    full = np.broadcast_shapes(*leading.values())
    assert f.evaluate(**values).shape == (*full, 3)
    assert derivative.evaluate(**values).shape == (*full, 3, 3, 2)
    for form in (f.evaluate, derivative.evaluate, lambda **v: derivative.evaluate(layout="vec-column", **v)):
        np.testing.assert_allclose(form(**values), looped(form, values, ranks), rtol=1e-10, atol=1e-12)
    first, second = td.compile([f, derivative])(**values)
    np.testing.assert_allclose(first, f.evaluate(**values))
    np.testing.assert_allclose(second, derivative.evaluate(**values))


def test_empty_batches() -> None:
    f = td.parse("logdet(A)*inv(A)*exp(X)", shapes={"A": "n n", "X": "n m"})
    for value_form in (f, td.diff(f, "A")):
        inner = value_form.evaluate(A=np.eye(3), X=np.ones((3, 2))).shape
        assert value_form.evaluate(A=np.empty((0, 3, 3)), X=np.ones((3, 2))).shape == (0, *inner)
        assert value_form.evaluate(A=np.empty((2, 0, 3, 3)), X=np.ones((2, 1, 3, 2))).shape == (2, 0, *inner)


@pytest.mark.parametrize("backend", BACKENDS)
def test_empty_batches_of_matrix_functions(backend: str) -> None:
    for name in (*MATRIX_FUNCTIONS, "matpow"):
        for size in (3, 5) if backend == "numpy" else (5,):
            value_, slope = program_of(matrix_outputs(name, Dim.named("n")), backend=backend)(A=np.empty((0, size, size)))
            shape = () if name in ("det", "logdet") else (size, size)
            assert (value_.shape, slope.shape) == ((0, *shape), (0, *shape, size, size))


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_source_for_batches_stands_alone(backend: str) -> None:
    f = td.parse("logdet(V) + x'*inv(V)*x", shapes={"V": "n n", "x": "n"}, structures={"V": "positive-definite"})
    program = td.compile([f, td.diff(f, "x")], backend=backend)
    root = near_identity(RNG, 7, 5, 5)
    values = {"V": root @ root.swapaxes(-1, -2), "x": RNG.normal(size=(7, 5))}
    namespaces = {"numpy": np.asarray, "jax": lambda a: __import__("jax").numpy.asarray(a)}
    array = namespaces.get(backend, lambda a: __import__("torch").as_tensor(a))
    for batched in (("V", "x"), ("x",), ()):
        namespace: dict[str, Any] = {}
        exec(program.batch_source(*batched), namespace)
        given = {name: a if not batched or name in batched else a[0] for name, a in values.items()}
        found = namespace["program"](**{name: array(a) for name, a in given.items()})
        for standing, expected in zip(found, program(**given), strict=True):
            np.testing.assert_allclose(np.asarray(standing), np.asarray(expected), rtol=1e-12)
    with pytest.raises(EvaluationError, match="y is no array"):
        program.batch_source("y")


def test_what_does_not_depend_on_the_batch_is_repeated() -> None:
    f = td.parse("A*x", shapes={"A": "m n", "x": "n"})
    matrix = RNG.normal(size=(2, 3))
    found = td.diff(f, "x").evaluate(A=matrix, x=np.ones((4, 3)))
    np.testing.assert_array_equal(found, np.stack([matrix] * 4))
    found += 1  # an array of its own
    np.testing.assert_array_equal(td.diff(f, "x").evaluate(A=matrix, x=np.ones((4, 3)))[0], matrix)


def test_compound_axes_and_numbers() -> None:
    f = td.parse("kron(A,B)*v", shapes={"A": "n n", "B": "m m", "v": "n*m"})
    values = {"A": RNG.normal(size=(4, 2, 2)), "B": RNG.normal(size=(3, 3)), "v": RNG.normal(size=(4, 6))}
    found = f.evaluate(**values)
    expected = [np.kron(a, values["B"]) @ v for a, v in zip(values["A"], values["v"], strict=True)]
    np.testing.assert_allclose(found, expected)
    scaled = td.parse("a*x", shapes={"a": "", "x": "n"}).compile()
    for _ in range(2):
        np.testing.assert_allclose(scaled(a=2, x=np.ones((3, 2))), np.full((3, 2), 2.0))
        assert scaled(a=2.0, x=np.ones((3, 2), np.float32)).dtype == np.float32


def test_results_are_arrays_of_their_own() -> None:
    identity = td.parse("X'", shapes={"X": "n m"}).compile()
    given_array = np.ones((4, 2, 3))
    found = identity(X=given_array)
    found += 1
    np.testing.assert_array_equal(given_array, 1)


def test_what_points_share_is_computed_once() -> None:
    f = td.parse("x'*inv(V)*x", shapes={"V": "n n", "x": "n"})
    program = f.compile()
    program(V=np.eye(3), x=np.ones((7, 3)))
    texts = [compiled.source.text for compiled in program._compiled.values()]
    body = texts[-1].partition("def program")[2]
    assert "inv(V)" in body and "inv(V)" not in texts[-1].partition("def _block")[2].partition("def program")[0]


# Errors


def test_the_first_point_that_fails_is_named() -> None:
    stack = near_identity(RNG, 2, 3, 3, 3)
    stack[1, 0] = stack[1, 2] = 0
    inverse = td.parse("inv(V)", shapes={"V": "n n"})
    with pytest.raises(EvaluationError, match=r"inv\(V\): .*[Ss]ingular.*, in element 2, 1 of the batch"):
        inverse.evaluate(V=stack)
    logarithm = td.parse("log(x)", shapes={"x": "n"})
    values = np.ones((5, 2))
    values[3, 1] = -1
    with pytest.raises(EvaluationError, match="in element 4 of the batch"):
        logarithm.evaluate(x=values)
    with pytest.raises(EvaluationError, match="in element 3 of the batch"):
        td.parse("logdet(V)", shapes={"V": "n n"}).evaluate(V=np.stack([np.eye(4), np.eye(4), np.ones((4, 4))]))
    middle = td.parse("inv(X'*V*X)", shapes={"X": "n m", "V": "n n"}, structures={"V": "positive-definite"})
    with pytest.raises(EvaluationError, match="in element 2 of the batch"):
        middle.evaluate(V=np.eye(3), X=np.stack([np.eye(3)[:, :2], np.zeros((3, 2))]))


def test_shapes_that_do_not_fit() -> None:
    f = td.parse("A*x", shapes={"A": "m n", "x": "n"})
    with pytest.raises(EvaluationError, match=r"n is 3 in A but 1 in x\nx is a vector of size n, and has shape \(3, 1\): what"):
        f.evaluate(A=np.ones((2, 3)), x=np.ones((3, 1)))
    with pytest.raises(EvaluationError, match=r"A is m-by-n, but the array given has shape \(3,\)"):
        f.evaluate(A=np.ones(3), x=np.ones(3))
    with pytest.raises(EvaluationError, match=r"batch axes of A and x do not fit: \(5,\) and \(4,\)"):
        f.evaluate(A=np.ones((5, 2, 3)), x=np.ones((4, 3)))
    fixed = td.parse("F*x", shapes={"F": "3 3", "x": "3"})
    with pytest.raises(
        EvaluationError, match=r"F is 3-by-3, but the array given has shape \(3, 3, 7\)\nF is 3-by-3, and has shape"
    ):
        fixed.evaluate(F=np.ones((3, 3, 7)), x=np.ones(3))
    with pytest.raises(EvaluationError, match="one number for the whole batch"):
        td.parse("X^k", shapes={"X": "n n", "k": ""}).evaluate(X=np.ones((2, 3, 3)), k=np.array([1.0, 2.0]))
    with pytest.raises(EvaluationError, match="at one point"):
        td.diff(f, "x").at(A=np.ones((5, 2, 3)), x=np.ones(3))
    with pytest.raises(EvaluationError, match="no leading axes"):
        td.diff(f, "x").einsum().evaluate(A=np.ones((5, 2, 3)), x=np.ones(3))
