"""Every fact in the record of a primitive operation is true in numbers, in each arithmetic and library."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from tensordiff.compile import library
from tensordiff.compile.plan.factorise import choose_factorisations
from tensordiff.compile.plan.graph import Graph, Value
from tensordiff.compile.plan.lift import lift
from tensordiff.compile.plan.record import Recorder
from tensordiff.compile.run.compiled import Compiled
from tensordiff.compile.write.source import write
from tensordiff.compile.write.writer import Parameter
from tensordiff.errors import EvaluationError
from tensordiff.evaluate.double import NumpyOps
from tensordiff.evaluate.field import NotRational
from tensordiff.evaluate.high_precision import MpmathOps
from tensordiff.evaluate.primitives import PRIMITIVES
from tensordiff.evaluate.rational import RationalOps
from tensordiff.tensor import Dim, Extent
from tests.compile.conftest import OPTIONAL

BACKENDS = ["numpy", *OPTIONAL]
if "jax" in OPTIONAL:
    import jax

    jax.config.update("jax_enable_x64", True)

ENTRIES = {name: p for name, p in PRIMITIVES.items() if p.kind == "elementwise"}
INTERNAL = {"slogdet", "definite", "frechet", "bounded", "eigh"}
"""Recorded in parts, made by the planner alone, with parameters of its own, or of two results (a test of its own)."""
PARAMETERS = {"eig_projectors": 2, "top_projector": 1, "top_gaps": 1}
"""How many eigenvalues are meant."""
SINGLE = {name: p for name, p in PRIMITIVES.items() if not name.startswith("batch_")}
MATRIX = {name: p for name, p in SINGLE.items() if p.kind == "matrix" and name not in INTERNAL}
CONSTANTS = {name: p for name, p in PRIMITIVES.items() if p.kind == "constant" and p.shape is not None}
OPERANDS = {"power": 2, "where": 3} | dict.fromkeys(
    (
        "add",
        "subtract",
        "multiply",
        "divide",
        "maximum",
        "minimum",
        "greater",
        "greater_equal",
        "xlogy",
        "logaddexp",
        "hypot",
        "arctan2",
    ),
    2,
)
ABOVE_ONE = {"arccosh"}
RNG = np.random.default_rng(7)
DEFINITE = (lambda a: a @ a.T + np.eye(3))(RNG.normal(size=(3, 3)))


def program(backend: str, build: Callable[[Recorder, list[Value]], Any], arrays: Sequence[Any], *, batch: bool = False) -> Any:
    """What a program for the library gives for the arrays (`batch`: each with a leading axis)."""
    graph, names = Graph(), "abc"
    shapes = [tuple(Extent.number(n) for n in array.shape[int(batch) :]) for array in arrays]
    values = [graph.input(name, shape) for name, shape in zip(names, shapes, strict=False)]
    made = build(Recorder(graph), values)
    outputs = list(made) if isinstance(made, tuple) else [made]
    lifted = None
    graph, outputs = choose_factorisations(graph, outputs, {}, set(graph.values) if batch else ())
    if batch:
        graph, outputs, lifted = lift(graph, outputs, names[: len(arrays)], {}, narrow=False)
    parameters = [Parameter(name, shape) for name, shape in zip(names, shapes, strict=False)]
    kind = library(backend)
    source = write(outputs, parameters, {}, kind.backend, lifted)
    compiled = Compiled(source, (), lambda: kind, False, len(outputs), any(v.primitive.guarded for v in graph.values))
    found = compiled.run([kind.array("a", array) for array in arrays])
    return [np.asarray(array) for array in found]


def record(name: str, exponent: int = 3) -> Callable[[Recorder, list[Value]], Any]:
    def build(ops: Recorder, values: list[Value]) -> Any:
        parameter = exponent if name == "matrix_power" else PARAMETERS.get(name)
        extra = [] if parameter is None else [ops.constant(parameter)]
        return getattr(ops, name)(*values, *extra)

    return build


def entries(name: str) -> list[np.ndarray]:
    low, high = (1.1, 3.0) if name in ABOVE_ONE else (0.1, 0.9)
    made = [RNG.uniform(low, high, size=(2, 3)) for _ in range(OPERANDS.get(name, 1))]
    if name == "where":
        made[0] = np.array([[1.0, 0.0, 1.0], [0.0, 0.0, 1.0]])
    return made


def condition(ops: Any, name: str, operands: list[Any]) -> list[Any]:
    """The operands, the first one made a condition where the operation takes one; the order of polygamma before them."""
    if name == "polygamma":
        return [ops.constant(2), *operands]
    return [ops.greater(operands[0], ops.constant(Fraction(1, 2))), *operands[1:]] if name == "where" else operands


def in_double(name: str, operands: Sequence[Any]) -> Any:
    ops: Any = NumpyOps()
    if name == "square":
        return ops.multiply(*operands, *operands)
    if name in ("det_sign", "logdet"):
        return ops.slogdet(*operands)[name == "logdet"]
    extra = [Fraction(3)] if name == "matrix_power" else [Fraction(PARAMETERS[name])] if name in PARAMETERS else []
    return getattr(ops, name)(*condition(ops, name, list(operands)), *extra)


@pytest.mark.parametrize("name", ENTRIES)
def test_operations_on_entries(name: str) -> None:
    """The same numbers in every library as in double precision and with many digits, entry by entry."""
    operands = entries(name)
    expected = in_double(name, operands)
    for backend in BACKENDS:
        build = lambda ops, values: getattr(ops, name)(*condition(ops, name, values))  # noqa: E731
        np.testing.assert_allclose(program(backend, build, operands)[0], expected, rtol=1e-12, err_msg=backend)
    if name != "square":
        high: Any = MpmathOps()
        digits = getattr(high, name)(*condition(high, name, [high.literal(operand) for operand in operands]))
        np.testing.assert_allclose(digits.astype(float), np.asarray(expected, float), rtol=1e-12)
    for place in np.ndindex(2, 3):
        alone = in_double(name, [np.asarray(operand[place]) for operand in operands])
        np.testing.assert_allclose(np.asarray(alone, float), np.asarray(expected, float)[place], rtol=1e-14)


@pytest.mark.parametrize("name", ENTRIES)
def test_numbers_of_python(name: str) -> None:
    """What is computed from constants alone is a number of Python with the same value."""
    if name in ("where", "greater", "greater_equal"):
        return
    numbers = [0.3, 0.7][: OPERANDS.get(name, 1)] if name not in ABOVE_ONE else [1.3]
    source = program_text(name, numbers)
    assert "np.asarray(" in source
    found = program("numpy", lambda ops, _: getattr(ops, name)(*condition(ops, name, [*map(ops.constant, numbers)])), [])[0]
    np.testing.assert_allclose(found, in_double(name, [np.asarray(x) for x in numbers]), rtol=1e-14)
    spelled = PRIMITIVES[name].number
    if spelled is not None:
        function = {"math": math}.get(spelled.partition(".")[0])
        np.testing.assert_allclose((getattr(function, spelled[5:]) if function else eval(spelled))(*numbers), found)


def program_text(name: str, numbers: Sequence[float]) -> str:
    graph = Graph()
    ops = Recorder(graph)
    made = getattr(ops, name)(*condition(ops, name, [*map(ops.constant, numbers)]))
    return write([made], [], {}, library("numpy").backend).text


@pytest.mark.parametrize("name", ENTRIES)
def test_guarded_operations_are_those_with_holes(name: str) -> None:
    """Some finite number is outside the domain of a guarded operation, none of another."""
    samples = [-1e3, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 1e3]
    raised = False
    with np.errstate(invalid="raise", divide="raise", over="ignore", under="ignore"):
        for a in samples:
            for b in samples if name in OPERANDS else [0.0]:
                try:
                    in_double(name, [np.asarray(a), np.asarray(b), np.asarray(b)][: OPERANDS.get(name, 1)])
                except FloatingPointError:
                    raised = True
    assert raised == ENTRIES[name].guarded


@pytest.mark.parametrize("name", [*ENTRIES, *MATRIX])
def test_types_of_entries(name: str) -> None:
    """Results have the type of the operands unless the record says otherwise; complex entries are taken or refused."""
    primitive = PRIMITIVES[name]
    operands = [DEFINITE] if name in MATRIX else entries(name)
    kept = []
    for kind in ("float32", "float64", *(["complex128"] if primitive.complex else [])):
        typed = [operand.astype(kind) for operand in operands]
        if name == "where":
            typed[0] = operands[0]
        kept.append(np.asarray(in_double(name, typed)).dtype == np.dtype(kind))
    if name not in ("logdet", "det_sign"):  # the logarithm of an absolute value
        assert all(kept) != primitive.other_type
    if not primitive.complex:
        with pytest.raises(EvaluationError, match="real"):
            in_double(name, [operand + 0.1j for operand in operands])


@pytest.mark.parametrize("name", MATRIX)
def test_functions_of_a_matrix(name: str) -> None:
    """Shapes, symmetry and values, in every library and for stacks of matrices."""
    primitive = MATRIX[name]
    wide = RNG.normal(size=(2, 3)) if name == "pinv" else DEFINITE
    expected = in_double(name, [wide])
    assert primitive.shape is not None
    (shape,) = primitive.shape(tuple(Extent.number(n) for n in wide.shape))
    assert tuple(extent.value({}) for extent in shape) == np.shape(expected)
    of_definite = np.asarray(in_double(name, [DEFINITE]))
    symmetric = of_definite.shape == (3, 3) and np.allclose(of_definite, of_definite.T)
    assert symmetric == primitive.keeps_symmetry
    stack = np.stack([wide, 2 * wide, 3 * wide])
    assert primitive.batch
    for backend in BACKENDS:
        np.testing.assert_allclose(program(backend, record(name), [wide])[0], expected, rtol=1e-9, atol=1e-12)
        found = program(backend, record(name), [stack], batch=True)[0]
        each = [in_double(name, [matrix]) for matrix in stack]
        np.testing.assert_allclose(found, np.stack(each), rtol=1e-9, atol=1e-10, err_msg=backend)


@pytest.mark.parametrize("name", MATRIX)
def test_matrices_that_have_no_value(name: str) -> None:
    """An operation that may fail does so by a name that a person knows; no other fails."""
    poor = [np.zeros((3, 3)), -np.eye(3), 1e3 * np.ones((3, 3)), -DEFINITE]
    failures = []
    for matrix in poor:
        try:
            program("numpy", record(name, exponent=-3), [matrix])
        except EvaluationError as error:
            failures.append(str(error))
    fails = MATRIX[name].may_fail_as
    if name == "adjugate":  # only where its decomposition does not converge
        assert not failures and fails == "adj"
        return
    assert bool(failures) == (fails is not None)
    assert all(f"{fails}(a" in failure for failure in failures)


@pytest.mark.parametrize("name", [*ENTRIES, *MATRIX])
def test_exact_arithmetic_has_what_is_rational(name: str) -> None:
    ops: Any = RationalOps()
    if name in ("square", "det_sign", "logdet"):
        return
    if name in MATRIX:
        operands = [np.array([[2, 1, 0], [1, 3, 1], [0, 1, 4]])]
    else:
        operands = [np.array([[1, 2, 3], [4, 5, 6]]), np.array([[3, 1, 2], [5, 4, 6]])][: OPERANDS.get(name, 1)]
    exact = [ops.literal(operand) for operand in operands]
    extra = {"matrix_power": [Fraction(3)]}.get(name, [])
    exact = [exact[0], Fraction(3)] if name == "power" else exact
    call = lambda: getattr(ops, name)(*exact, *extra)  # noqa: E731
    if not PRIMITIVES[name].rational:
        with pytest.raises(NotRational):
            call()
        return
    plain = [operands[0].astype(float), Fraction(3)] if name == "power" else [operand.astype(float) for operand in operands]
    np.testing.assert_allclose(call().astype(float), in_double(name, plain), rtol=1e-12)


@pytest.mark.parametrize("name", [name for name, p in SINGLE.items() if p.mpmath])
def test_many_digits_agree(name: str) -> None:
    high: Any = MpmathOps()
    operands = [DEFINITE] if name in MATRIX else entries(name)
    found = getattr(high, name)(*map(high.literal, operands)).astype(float)
    np.testing.assert_allclose(found, in_double(name, operands), rtol=1e-11, atol=1e-13)
    assert callable(getattr(high.mp, str(PRIMITIVES[name].mpmath)))


@pytest.mark.parametrize("name", CONSTANTS)
def test_arrays_that_depend_on_sizes(name: str) -> None:
    """The same in every library, of the shape that the record says."""
    extra = [2] if name == "unit" else []
    expected = getattr(NumpyOps(), name)(4, *extra)
    assert CONSTANTS[name].shape is not None
    n = Extent.of(Dim.named("n"))
    (shape,) = CONSTANTS[name].shape((n, n))
    assert tuple(extent.value({"n": 4}) for extent in shape) == expected.shape
    for backend in BACKENDS:
        build = lambda ops, _: getattr(ops, name)(ops.constant(4), *extra)  # noqa: E731
        np.testing.assert_array_equal(program(backend, build, [])[0], expected)


def test_a_primitive_with_two_results() -> None:
    """The eigenvalues and eigenvectors of a symmetric matrix, one by one and for stacks."""

    def rebuilt(ops: Any, values: list[Value]) -> Any:
        eigenvalues, vectors = ops.eigh(values[0])
        return eigenvalues, ops.matmul(
            vectors, ops.multiply(ops.graph.expand(eigenvalues, (True, False)), ops.transpose(vectors))
        )

    stack = np.stack([DEFINITE, DEFINITE + np.eye(3)])
    for backend in BACKENDS:
        found, again = program(backend, rebuilt, [DEFINITE])
        np.testing.assert_allclose(found, np.linalg.eigvalsh(DEFINITE))
        np.testing.assert_allclose(again, DEFINITE)
        found, again = program(backend, rebuilt, [stack], batch=True)
        np.testing.assert_allclose(found, np.linalg.eigvalsh(stack))
        np.testing.assert_allclose(again, stack)
