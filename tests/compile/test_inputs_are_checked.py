"""What a program takes: names, shapes, sizes, types of entries; and how it says what is wrong."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

import tensordiff as td
from tensordiff.compile import backend_of, compile_program
from tensordiff.differentiate import differentiate
from tensordiff.errors import EvaluationError, TensordiffError
from tensordiff.functions import INVERSE, LOG, LOGDET, Duplication, Undefined, constant, lookup, power
from tensordiff.tensor import Dim, Structure, Symbol, add, apply, einsum, identity, multiply, size

N, M = Dim.named("n"), Dim.named("m")
X, V, x, a = Symbol.make("X", (N, M)), Symbol.make("V", (N, N)), Symbol.make("x", (M,)), Symbol.make("a", ())
XX = einsum([(X, "ia"), (V, "ij"), (X, "jb")], "ab")


def test_names() -> None:
    program = compile_program([XX], inputs=[x], allowed=["y"])
    assert program.inputs == ("X", "V") or program.inputs == ("V", "X")
    given = {"X": np.ones((4, 3)), "V": np.eye(4)}
    np.testing.assert_allclose(program(**given, x=np.ones(3), y="ignored")[0], np.full((3, 3), 4.0))
    with pytest.raises(EvaluationError, match="no value given for X"):
        program(V=np.eye(4))
    with pytest.raises(EvaluationError, match="W is no input"):
        program(**given, W=1)
    with pytest.raises(EvaluationError, match="did you mean V"):
        program(**given, v=1)


def test_shapes() -> None:
    program = compile_program([XX], inputs=[x])
    with pytest.raises(EvaluationError, match="n is 3 in X but 4 in V"):
        program(X=np.ones((3, 2)), V=np.eye(4))
    with pytest.raises(EvaluationError, match="n is both 4 and 5 in V"):
        program(V=np.ones((4, 5)), X=np.ones((4, 2)))
    with pytest.raises(EvaluationError, match=r"V is n-by-n, but the array given has shape \(4,\)"):
        program(V=np.ones(4), X=np.ones((4, 2)))
    with pytest.raises(EvaluationError, match="m is 2 in X but 3 in x"):
        program(V=np.eye(4), X=np.ones((4, 2)), x=np.ones(3))
    with pytest.raises(EvaluationError, match="T is 3"):
        compile_program([Symbol.make("T", (Dim.fixed(3),))])(T=np.ones(4))


def test_types_of_entries() -> None:
    program = compile_program([multiply(a, x), identity((M,))])
    kept = [np.float32, np.float64, np.complex64, np.complex128]
    kinds = {int: np.float64, bool: np.float64, **{kind: kind for kind in kept}}
    for given, expected in kinds.items():
        for _ in range(2):
            found = program(a=2, x=np.ones(3, given))
            assert [array.dtype for array in found] == [expected, expected]
    assert program(a=np.float64(2), x=np.ones(3, np.float32))[0].dtype == np.float64
    for _ in range(2):
        np.testing.assert_allclose(program(a=0.5, x=[1, 2, 3])[0], [0.5, 1, 1.5])
        np.testing.assert_allclose(program(a=1.5, x=[1, 2, 3])[0], [1.5, 3, 4.5])
    with pytest.raises(EvaluationError, match="x: entries"):
        program(a=1, x=np.array(["a", "b"]))
    with pytest.raises(EvaluationError, match="x: not an array"):
        program(a=1, x=[[1, 2], [3]])


def test_sizes_alone() -> None:
    n = size(N)
    program = compile_program([identity((N,)), n, add([(1, multiply(n, n)), (-1, n)])])
    assert program.inputs == ("n",)
    for number in (3, 4):
        eye, found, other = program(n=number)
        np.testing.assert_array_equal(eye, np.eye(number))
        assert (float(found), float(other)) == (number, number * number - number)
    with pytest.raises(EvaluationError, match="integer"):
        program(n=2.5)
    with_symbol = compile_program([identity((N,))], inputs=[V])
    assert with_symbol.inputs == ("V",)
    np.testing.assert_array_equal(with_symbol(V=np.ones((2, 2)))[0], np.eye(2))


def test_triangular_sizes_are_read_backwards() -> None:
    half = Symbol.make("h", (Dim.triangular(N),))
    program = compile_program([einsum([(constant(Duplication(N)), "jia"), (half, "a")], "ij")])
    found = program(h=np.arange(6.0))[0]
    np.testing.assert_array_equal(found, [[0, 1, 2], [1, 3, 4], [2, 4, 5]])
    namespace: dict[str, object] = {}
    exec(program.source, namespace)
    np.testing.assert_array_equal(namespace["program"](np.arange(10.0)).shape, (4, 4))  # type: ignore[operator]
    with pytest.raises(EvaluationError, match="no integer"):
        program(h=np.ones(5))


@pytest.mark.parametrize("structure", [Structure.GENERAL, Structure.POSITIVE_DEFINITE])
def test_singular_matrices_name_the_function(structure: Structure) -> None:
    s = Symbol.make("S", (N, N), structure)
    singular = np.ones((3, 3))
    solve = einsum([(apply(INVERSE, s), "ij"), (X, "jk")], "ik")
    for outputs in ([apply(INVERSE, s)], [solve], [solve, apply(LOGDET, s)], [apply(INVERSE, s), apply(LOGDET, s)]):
        program = compile_program(outputs, validate=False)
        given = {"S": singular, "X": np.ones((3, 2))}
        with pytest.raises(EvaluationError, match=r"(?i)inv\(S\).*singular"):
            program(**{name: given[name] for name in program.inputs})
    with pytest.raises(EvaluationError, match=r"(?i)logdet\(V\).*singular"):
        compile_program([apply(LOGDET, V)])(V=singular)


def test_values_outside_the_domain() -> None:
    program = compile_program([apply(LOG, x), power(x, -1)])
    with pytest.raises(EvaluationError, match="log"):
        program(x=np.array([1.0, -1.0]))
    with pytest.raises(EvaluationError, match="divide by zero"):
        compile_program([power(x, -1)])(x=np.array([1.0, 0.0]))
    with pytest.raises(EvaluationError, match="negative axis"):
        compile_program([apply(lookup("logm"), V)])(V=-np.eye(3))
    with pytest.raises(EvaluationError, match="undefined function"):
        compile_program([apply(Undefined("f"), x)])(x=np.ones(3))


def test_backends() -> None:
    with pytest.raises(TensordiffError, match="no backend 'cupy'"):
        compile_program([XX], backend="cupy")
    assert backend_of({"a": 1.0, "b": [1, 2], "c": np.ones(2)}) == "numpy"


def test_two_variables_of_one_name() -> None:
    with pytest.raises(EvaluationError, match="two variables are called X"):
        compile_program([X, Symbol.make("X", (M,))])


def test_a_value_outside_a_domain_names_its_inputs() -> None:
    logarithm = apply(LOG, einsum([(X, "ij"), (x, "j")], "i"))
    with pytest.raises(EvaluationError, match=r"(?s)log, in .*np\.log.*computed from X, x"):
        compile_program([einsum([(logarithm, "i"), (logarithm, "i")], "")], inputs=[a])(X=np.eye(2), x=np.zeros(2))
    solve = einsum([(apply(INVERSE, V), "ij"), (X, "jk")], "ik")
    with pytest.raises(EvaluationError, match=r"(?s)inv\(V\).*solve\(V, X\), computed from X, V"):
        compile_program([solve], inputs=[X, V])(V=np.ones((2, 2)), X=np.ones((2, 2)))


@pytest.mark.parametrize("order", [0, 1])
def test_matrix_functions_that_overflow(order: int) -> None:
    made = apply(lookup("expm"), V)
    for _ in range(order):
        made = differentiate(made, V)
    with pytest.raises(EvaluationError, match="too large"):
        compile_program([made])(V=1000 * np.ones((2, 2)))
    with pytest.raises(EvaluationError, match="singular"):
        compile_program([apply(lookup("logm"), V)])(V=np.ones((2, 2)))


def test_arrays_of_size_zero() -> None:
    gram, outer = einsum([(X, "ia"), (X, "ib")], "ab"), einsum([(X, "ia"), (X, "ja")], "ij")
    both = [apply(INVERSE, gram), apply(LOGDET, gram), einsum([(apply(INVERSE, gram), "ab"), (x, "b")], "a")]
    for found in zip(compile_program(both)(X=np.zeros((3, 0)), x=np.zeros(0)), [(0, 0), (), (0,)], strict=True):
        assert found[0].shape == found[1]
    compile_program([apply(INVERSE, outer)])(X=np.zeros((0, 3)))
    with pytest.raises(EvaluationError, match="singular"):
        compile_program([apply(INVERSE, outer)])(X=np.zeros((3, 0)))
    for name in ("inv", "adj", "expm", "logm", "sqrtm", "chol"):
        made = apply(lookup(name), V)
        for order in (1, 2):
            assert compile_program([made])(V=np.zeros((0, 0)))[0].shape == (0, 0) * order
            made = differentiate(made, V)
    slope = differentiate(apply(LOGDET, V), V)
    value, gradient, inverse = compile_program([apply(LOGDET, V), slope, apply(INVERSE, V)])(V=np.zeros((0, 0)))
    assert (float(value), gradient.shape, inverse.shape) == (0, (0, 0), (0, 0))
    assert td.parse("pinv(X)", shapes={"X": "n m"}).evaluate(X=np.zeros((0, 3))).shape == (3, 0)
    logsumexp = td.parse("logsumexp(x)", shapes={"x": "n"})
    assert logsumexp.evaluate(x=[]) == -np.inf  # as SciPy has it
    assert td.diff(logsumexp, "x").evaluate(x=[]).shape == (0,)
    assert td.parse("softmax(x)", shapes={"x": "n"}).evaluate(x=[]).shape == (0,)


COMPOUND = {
    "kron(A,B)*z": {"A": "n n", "B": "m m", "z": "n*m"},
    "inv(kron(A,B) + S)": {"A": "n n", "B": "m m", "S": "n*m n*m"},
    "z'*S*z": {"z": "n*m", "S": "n*m n*m"},
    "z'*kron(A,eye(m))*z": {"A": "n n", "z": "n*m"},
    "tr(S)*A": {"A": "n n", "S": "n*m n*m"},
    "r*A*r'": {"A": "n n", "r": "1 n"},
}


@pytest.mark.parametrize("text", COMPOUND)
def test_compound_axes_are_given_as_declared(text: str) -> None:
    """Sizes are read from the others, or given by name; the text stands alone; with a batch, too."""
    sizes, rng = {"n": 3, "m": 4, "n*m": 12, "1": 1}, np.random.default_rng(0)
    point = {name: rng.normal(size=[sizes[part] for part in shape.split()]) for name, shape in COMPOUND[text].items()}
    f = td.parse(text, shapes=COMPOUND[text])
    slope = td.diff(f, list(point)[-1])
    program = td.compile([f, slope])
    point |= {name: sizes[name] for name in program.inputs if name in sizes}
    expected = [f.evaluate(**point), slope.evaluate(**point)]
    namespace: dict[str, Any] = {}
    exec(program.source, namespace)
    given = {name: point[name] for name in program.inputs}
    for found in (program(**point), program(**point), namespace["program"](**given), pickled(program)(**point)):
        for wanted, result in zip(expected, found, strict=True):
            np.testing.assert_allclose(result, wanted, atol=1e-12)
    twice = {**point, "A": np.stack([point["A"], point["A"]])} if "A" in point else point
    for wanted, result in zip(expected, program(**twice), strict=True):
        np.testing.assert_allclose(result[1] if "A" in point else result, wanted, atol=1e-12)
    if "r" in point:
        np.testing.assert_allclose(program(**{**point, "r": point["r"][0]})[0], expected[0])


def pickled(program: Any) -> Any:
    return pickle.loads(pickle.dumps(program))


def test_compound_axes_that_do_not_fit() -> None:
    program = td.compile(td.parse("kron(A,B)*z", shapes=COMPOUND["kron(A,B)*z"]))
    with pytest.raises(EvaluationError, match=r"z is .* with n\*m = 6 \(n = 2, m = 3\), but has 7 there"):
        program(A=np.eye(2), B=np.eye(3), z=np.ones(7))
    quadratic = td.parse("z'*S*z", shapes=COMPOUND["z'*S*z"], structures={"S": "symmetric"})
    with pytest.raises(EvaluationError, match=r"S\[1,2\] = 1.0 and S\[2,1\] = 6.0"):
        td.compile(quadratic)(S=np.arange(36.0).reshape(6, 6), z=np.ones(6), n=2)
    with pytest.raises(EvaluationError, match="does not decide n"):
        td.compile(quadratic)(S=np.eye(6), z=np.ones(6))


def test_numbers_beyond_floating_point() -> None:
    for text in ("1e400*a", "a/1e400 + a*10^400"):
        with pytest.raises(EvaluationError, match="larger than floating point"):
            td.parse(text, shapes={"a": ()}).evaluate(a=1.0)
    assert td.parse("a*(10^400/10^399)", shapes={"a": ()}).evaluate(a=1.0) == 10


COLUMN = np.arange(1.0, 5.0)[:, None]


@pytest.mark.parametrize("text", ["x'*x", "sum(exp(x))", "x*x'"])
def test_columns_are_read_as_declared(text: str) -> None:
    """A column is a vector where it is declared as one; elsewhere it could be a batch, and is refused unless n is 1."""
    declared, plain = (td.parse(text, shapes={"x": shape}) for shape in ("n 1", "n"))
    expected = plain.evaluate(x=COLUMN[:, 0])
    slope = td.diff(plain, "x").evaluate(x=COLUMN[:, 0])
    for x in (COLUMN, COLUMN[:, 0]):
        np.testing.assert_allclose(declared.evaluate(x=x), expected)
        np.testing.assert_allclose(td.compile(declared)(x=x), expected)
        np.testing.assert_allclose(td.diff(declared, "x").evaluate(x=x), slope)
        np.testing.assert_allclose(td.diff(declared, "x").at(x=x).dense(), slope)
    stack = np.stack([COLUMN, 2 * COLUMN, COLUMN])
    np.testing.assert_allclose(declared.evaluate(x=stack), plain.evaluate(x=stack[..., 0]))
    for program in (plain.evaluate, td.compile(plain), td.diff(plain, "x").evaluate):
        with pytest.raises(EvaluationError, match=r"shape \(4, 1\): a column of 4 entries, or a batch of 4 vectors of size 1"):
            program(x=COLUMN)
    batch = np.asarray(plain.evaluate(x=COLUMN, n=1))
    np.testing.assert_allclose(batch, [plain.evaluate(x=row) for row in COLUMN])
    both = td.parse("x'*x + y'*y", shapes={"x": "n", "y": "n"})
    np.testing.assert_allclose(both.evaluate(x=COLUMN, y=np.ones(1)), COLUMN[:, 0] ** 2 + 1)


def test_inputs_by_place_are_those_of_the_printed_function() -> None:
    f = td.parse("norm2(A*y - b)^2 + n", shapes={"b": "m", "A": "m n", "y": "n"})
    program = td.compile([f, td.diff(f, "y")])
    A, y, b = np.arange(6.0).reshape(2, 3), np.ones(3), np.array([1.0, 2.0])
    given = {"A": A, "y": y, "b": b}
    values = [given[name] for name in program.inputs]
    names: dict[str, Any] = {}
    exec(program.source, names)
    for place in range(4):
        rest = {name: given[name] for name in program.inputs[place:]}
        for one, other in zip(program(*values[:place], **rest), names["program"](*values), strict=True):
            np.testing.assert_allclose(one, other)
    np.testing.assert_allclose(program(*[value.tolist() for value in values])[0], program(*values)[0])
    with pytest.raises(EvaluationError, match="4 inputs are given by place"):
        program(*values, 3)
    with pytest.raises(EvaluationError, match="is given by place and by name"):
        program(*values, **{program.inputs[0]: values[0]})
    with pytest.raises(EvaluationError, match="no values given for"):
        program(values[0])


def test_arrays_that_are_not_needed_are_checked_at_every_call() -> None:
    f = td.parse("x'*A*x", shapes={"A": "n n", "x": "n"})
    program = td.diff(f, "x", "x").compile()
    A = np.arange(9.0).reshape(3, 3)
    for _ in range(3):
        assert np.array_equal(program(A=A, x=np.ones(3)), A + A.T)
        assert np.array_equal(program(A=A, n=3), A + A.T)
    assert np.array_equal(program(A=2 * A, x=np.ones(3)), 2 * (A + A.T))
    with pytest.raises(td.EvaluationError, match="n"):
        program(A=A, x=np.ones(4))
    with pytest.raises(td.EvaluationError, match="n"):
        program(A=A, n=4)
    with pytest.raises(td.EvaluationError, match="y"):
        program(A=A, x=np.ones(3), y=np.ones(3))
