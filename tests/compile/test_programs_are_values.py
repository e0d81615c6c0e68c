"""Programs are cached, pickled, shared by threads; their text stands alone; deep graphs compile in linear time."""

from __future__ import annotations

import ast
import gc
import linecache
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from time import perf_counter

import numpy as np
import pytest

import tensordiff as td
from tensordiff.compile import Program, compile_program
from tensordiff.compile.run.request import Request
from tensordiff.differentiate import differentiate
from tensordiff.errors import EvaluationError
from tensordiff.functions import EXP, INVERSE, LOGDET, Frechet, lookup, matrix_power
from tensordiff.tensor import Dim, Named, Structure, Symbol, Tensor, add, apply, einsum, multiply, permute, total
from tests.compile.graphs import TANH

N, M = Dim.named("n"), Dim.named("m")
X, V, x = Symbol.make("X", (N, M)), Symbol.make("V", (N, N)), Symbol.make("x", (M,))
A, B = Symbol.make("A", (N, N)), Symbol.make("B", (N, N))
PROJECTION = apply(INVERSE, einsum([(X, "ki"), (apply(INVERSE, V), "kl"), (X, "lj")], "ij"))
RNG = np.random.default_rng(0)
POINT = {"X": RNG.normal(size=(5, 3)), "V": RNG.normal(size=(5, 5)) + 3 * np.eye(5)}


def run(source: str, **arrays: object) -> object:
    namespace: dict[str, object] = {}
    exec(source, namespace)
    return namespace["program"](**arrays)  # type: ignore[operator]


def test_equal_requests_give_one_program() -> None:
    first = compile_program([PROJECTION], inputs=[X, V])
    assert compile_program([PROJECTION], inputs=[X, V]) is first
    assert compile_program([PROJECTION], inputs=[X, V], sizes={"n": 9, "m": 2}) is not first


def founding() -> Program:
    return compile_program([PROJECTION, differentiate(PROJECTION, V)])


def test_source_stands_alone_and_is_the_same_in_every_process() -> None:
    program = founding()
    tree = ast.parse(program.source)
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert [f.name for f in functions if not f.name.startswith("_")] == ["program"] and tree.body[-1] is functions[-1]
    assert {argument.arg for argument in functions[-1].args.args} == {"X", "V"}
    assert "tensordiff" not in program.source and "opt_einsum" not in program.source
    assert max(len(line) for line in program.source.splitlines()) < 128
    for expected, found in zip(program(**POINT), run(program.source, **POINT), strict=True):  # type: ignore[call-overload]
        np.testing.assert_allclose(found, expected, rtol=1e-10)
    again = "import tests.compile.test_programs_are_values as t; print(t.founding().source)"
    made = subprocess.run(
        [sys.executable, "-c", again], env={"PYTHONHASHSEED": "1"}, capture_output=True, text=True, check=True
    )
    assert made.stdout.strip() == program.source.strip()


def test_inputs_may_have_any_name() -> None:
    names = ["np", "program", "dtype", "n", "lambda", "scipy", "t1", "math"]
    symbols = [Symbol.make(name, (N, N)) for name in names]
    made = add([(1, apply(TANH, symbol)) for symbol in symbols] + [(2, einsum([], "ij", {"i": N, "j": N}))])
    given = {name: RNG.normal(size=(3, 3)) for name in names}
    expected = sum(np.tanh(array) for array in given.values()) + 2
    program = compile_program([made])
    np.testing.assert_allclose(program(**given)[0], expected)
    np.testing.assert_allclose(program(**given)[0], expected)


def test_names_of_parts_are_used() -> None:
    p = Named.make("P", apply(INVERSE, V))
    source = compile_program([einsum([(X, "ki"), (p, "kl"), (X, "lj")], "ij"), p]).source
    assert "P = np.linalg.inv(V)" in source


def test_results_are_arrays_of_their_own() -> None:
    square = permute(V, (1, 0))
    spread = einsum([(x, "j")], "ij", {"i": N, "j": M})
    program = compile_program([V, square, add([(1, V), (1, square)]), einsum([(V, "ii")], "i"), spread])
    matrix = POINT["V"].copy()
    found = program(V=matrix, x=np.ones(3))
    for array in found:
        array += 1
    np.testing.assert_array_equal(matrix, POINT["V"])
    np.testing.assert_array_equal(found[0], POINT["V"] + 1)


def test_one_result_twice() -> None:
    made = apply(EXP, V)
    first, second = compile_program([made, made])(V=POINT["V"])
    first += 1
    np.testing.assert_allclose(second, np.exp(POINT["V"]))


def test_pickling() -> None:
    dim = Dim.triangular(Dim.named("k"))
    outputs = [
        PROJECTION,
        differentiate(PROJECTION, V),
        apply(Frechet(lookup("expm"), 1), V),  # type: ignore[arg-type]
        apply(lookup("softplus"), X),
        Symbol.make("h", (dim,)),
    ]
    program = compile_program(outputs, inputs=[X, V, x])
    copy = pickle.loads(pickle.dumps(program))
    assert copy.source == program.source and copy.inputs == program.inputs
    for first, second in zip(copy(**POINT, h=np.ones(6)), program(**POINT, h=np.ones(6)), strict=True):
        np.testing.assert_array_equal(first, second)


def test_threads_share_programs() -> None:
    program = compile_program([apply(TANH, einsum([(X, "ij"), (x, "j"), (A, "ik")], "k"))])
    expected = {}
    for n in range(2, 12):
        given = {"X": RNG.normal(size=(n, n + 1)), "x": RNG.normal(size=n + 1), "A": RNG.normal(size=(n, n))}
        expected[n] = (given, np.tanh(given["A"].T @ given["X"] @ given["x"]))
    with ThreadPoolExecutor(8) as pool:
        jobs = {n: [pool.submit(program, **given) for _ in range(6)] for n, (given, _) in expected.items()}
    for n, found in jobs.items():
        for job in found:
            np.testing.assert_allclose(job.result()[0], expected[n][1])


def test_a_definite_matrix_is_factorised_once() -> None:
    s = Symbol.make("S", (N, N), Structure.POSITIVE_DEFINITE)
    f = add([(1, apply(LOGDET, s)), (1, einsum([(X, "ia"), (apply(INVERSE, s), "ij"), (X, "ja")], ""))])
    source = compile_program([f, differentiate(f, X)]).source
    body = source[source.index("def program") :]
    assert body.count("_cholesky(") == 1 and "inv(" not in body
    middle = apply(INVERSE, einsum([(X, "ki"), (apply(INVERSE, s), "kl"), (X, "lj")], "ij"))
    body = compile_program([middle, apply(LOGDET, s)]).source.partition("def program")[2]
    assert body.count("_cholesky(") == 2 and "_lu" not in body
    # A product that is built factor by factor, as text is, is the same product.
    half = einsum([(X, "ki"), (apply(INVERSE, s), "kl")], "il")
    nested = einsum([(half, "il"), (X, "lj")], "ij")
    assert compile_program([differentiate(apply(INVERSE, nested), s)]).source.count(" = _cholesky(") == 2


def test_powers_of_one_matrix_share_their_products() -> None:
    powers = [matrix_power(A, k) for k in range(1, 8)]
    body = compile_program(powers).source.partition("def program")[2]
    assert body.count("@") == 6
    matrix = RNG.normal(size=(3, 3))
    for k, found in enumerate(compile_program(powers)(A=matrix), start=1):
        np.testing.assert_allclose(found, np.linalg.matrix_power(matrix, k))


def chain(length: int) -> Tensor:
    product: Tensor = A
    for step in range(length - 1):
        product = einsum([(product, "ij"), ((B, A)[step % 2], "jk")], "ik")
    return product


def test_product_of_5000_matrices() -> None:
    angle = 0.3
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    flat = einsum([((A, B)[step % 2], (step, step + 1)) for step in range(5000)], (0, 5000))
    start = perf_counter()
    for product in (chain(5000), flat):
        program = compile_program([product], sizes={"n": 2})
        found = program(A=turn, B=turn.T @ turn.T)[0]
        expected = np.linalg.matrix_power(turn @ turn.T @ turn.T, 2500)
        np.testing.assert_allclose(found, expected, atol=1e-9)
        assert max(len(line) for line in program.source.splitlines()) < 128
    assert perf_counter() - start < 60


def test_product_with_a_vector_goes_from_its_end() -> None:
    v = Symbol.make("v", (N,))
    source = compile_program([einsum([(chain(40), "ij"), (v, "j")], "i")]).source
    matrix = RNG.normal(size=(3, 3))
    assert "# n, n" not in source
    found = run(source, A=matrix, B=np.eye(3), v=np.ones(3))
    np.testing.assert_allclose(found, np.linalg.matrix_power(matrix, 20) @ np.ones(3))


def test_nest_of_2000_functions_and_its_derivative() -> None:
    sine, f = lookup("sin"), x
    assert sine is not None
    for step in range(2000):
        f = apply((TANH, sine)[step % 2], f)
    value, slope = compile_program([f, differentiate(f, x)])(x=np.array([0.5, 1.0, 2.0]))
    expected, derivative = np.array([0.5, 1.0, 2.0]), np.ones(3)
    for step in range(2000):
        derivative = derivative * ((1 - np.tanh(expected) ** 2), np.cos(expected))[step % 2]
        expected = (np.tanh, np.sin)[step % 2](expected)
    np.testing.assert_allclose(value, expected, rtol=1e-9)
    np.testing.assert_allclose(slope, np.diag(derivative), rtol=1e-9)


def test_repeated_squaring_stays_shared() -> None:
    product: Tensor = A
    for _ in range(30):
        product = einsum([(product, "ij"), (product, "jk")], "ik")
    program = compile_program([differentiate(einsum([(product, "ii")], ""), A)])
    turn = np.array([[0.0, -1.0], [1.0, 0.0]])
    np.testing.assert_allclose(program(A=turn)[0], 2.0**30 * np.linalg.matrix_power(turn, 3).T)
    assert program.source.count("@") < 100


def test_more_than_52_indices() -> None:
    tensors = [Symbol.make(f"T{k}", (Dim.fixed(2), Dim.fixed(2), Dim.fixed(3))) for k in range(40)]
    factors = [(tensor, (("i", k), ("i", k + 1), ("j", k))) for k, tensor in enumerate(tensors)]
    weights = [(Symbol.make(f"w{k}", (Dim.fixed(3),)), (("j", k),)) for k in range(40)]
    program = compile_program([einsum([*factors, *weights], (("i", 0), ("i", 40)))])
    given = {tensor.name: RNG.normal(size=(2, 2, 3)) for tensor in tensors} | {f"w{k}": RNG.normal(size=3) for k in range(40)}
    expected = np.eye(2)
    for k in range(40):
        expected = expected @ (given[f"T{k}"] @ given[f"w{k}"])
    np.testing.assert_allclose(program(**given)[0], expected, rtol=1e-9)


@pytest.mark.parametrize("n", [2, 7])
def test_sums_of_outer_products(n: int) -> None:
    """Planned as one matrix product for large sizes, by broadcasting for small ones: right for both."""
    outer = [einsum([(p, "ik"), (q, "lj")], "ijkl") for p, q in ((A, A), (A, B), (B, A), (V, B))]
    made = add([(1, outer[0]), (2, outer[1]), (-3, outer[2]), (1, outer[3])])
    given = {"A": RNG.normal(size=(n, n)), "B": RNG.normal(size=(n, n)), "V": RNG.normal(size=(n, n))}
    pairs = [(1, "A", "A"), (2, "A", "B"), (-3, "B", "A"), (1, "V", "B")]
    expected = sum(c * np.einsum("ik,lj->ijkl", given[p], given[q]) for c, p, q in pairs)
    for sizes in (None, {"n": 2}, {"n": 50}):
        np.testing.assert_allclose(compile_program([made], sizes=sizes)(**given)[0], expected, rtol=1e-10, atol=1e-12)


def test_weighted_gram_matrices() -> None:
    weight = apply(lookup("sigmoid"), Symbol.make("w", (N,)))
    gram = einsum([(X, "ia"), (weight, "i"), (X, "ib")], "ab")
    program = compile_program([gram, total(multiply(weight, weight))], sizes={"n": 300, "m": 40})
    assert "np.sqrt" in program.source
    matrix, vector = RNG.normal(size=(30, 4)), RNG.normal(size=30)
    s = 1 / (1 + np.exp(-vector))
    found = program(X=matrix, w=vector)
    np.testing.assert_allclose(found[0], (matrix.T * s) @ matrix, rtol=1e-12)
    np.testing.assert_allclose(found[1], (s * s).sum(), rtol=1e-12)


def test_cost_counts_the_work() -> None:
    product = compile_program([einsum([(A, "ij"), (B, "jk")], "ik")])
    assert product.cost(n=10).flops == 2 * 10**3 and product.cost(n=10).largest == 100
    thin = compile_program([einsum([(A, "ij"), (B, "jk"), (Symbol.make("v", (N,)), "k")], "i")])
    assert thin.cost(n=1000).flops == 4 * 1000**2
    assert "->" in thin.explain() and "def program" in thin.explain(n=5)
    with pytest.raises(EvaluationError, match="q is no size"):
        thin.cost(q=3)


def test_cost_is_a_formula_in_the_sizes() -> None:
    v = Symbol.make("V", (N, N), Structure.POSITIVE_DEFINITE)
    solve = einsum([(apply(INVERSE, v), "ij"), (X, "jk")], "ik")
    program = compile_program([solve, einsum([(X, "ia"), (solve, "ib")], "ab"), apply(LOGDET, v)])
    cost = program.cost(n=30, m=4)
    assert cost.bytes == 8 * cost.entries
    for sizes in ({"n": 30, "m": 4}, {"n": 7, "m": 50}):
        made, names = program.cost(**sizes), {name: Fraction(size) for name, size in sizes.items()}
        assert float(eval(made.flops_formula.replace("^", "**"), {}, names)) == pytest.approx(made.flops)
        assert int(eval(made.bytes_formula.replace("^", "**"), {}, names)) == made.bytes
    assert "n^3/3" in cost.flops_formula and "2*n^2*m" in cost.flops_formula.replace("m*n^2", "n^2*m")
    told = program.explain(n=30, m=4)
    assert "cholesky (n, n): n^3/3 operations, used 2 times" in told
    assert "cholesky_solve (n, m): " in told and cost.bytes_formula in told


def test_results_in_row_order() -> None:
    made = [differentiate(einsum([(A, "ij"), (B, "jk")], "ik"), A), permute(A, (1, 0)), einsum([(X, "ij"), (x, "j")], "i")]
    program, rows = compile_program(made), compile_program(made, order="C")
    given = {"A": RNG.normal(size=(4, 4)), "B": RNG.normal(size=(4, 4)), "X": POINT["X"][:4], "x": np.ones(3)}
    for expected, found in zip(program(**given), rows(**given), strict=True):
        assert found.flags.c_contiguous
        np.testing.assert_array_equal(found, expected)
    for found in pickle.loads(pickle.dumps(rows))(**{**given, "A": np.stack([given["A"]] * 3)}):
        assert found.flags.c_contiguous
    with pytest.raises(EvaluationError, match="order"):
        compile_program(made, order="F")


def test_the_text_of_a_program_needs_no_library() -> None:
    """Programs for JAX and PyTorch can be read, and planned, where these are not installed."""
    script = """
import sys
import tensordiff as td
f = td.parse("logdet(A) + x'*expm(A)*x", shapes={"A": "n n", "x": "n"})
for backend in ("jax", "torch"):
    program = td.compile([f, td.diff(f, "A")], backend=backend, sizes={"n": 3})
    assert "def program(A, x)" in program.source and program.batch_source("x") and program.explain(n=4)
    assert backend not in sys.modules
"""
    subprocess.run([sys.executable, "-c", script], check=True)


def test_what_a_view_shows_is_computed_once() -> None:
    f = td.parse("sum(softmax(X*W,2).*Y)", shapes={"X": "m n", "W": "n k", "Y": "m k"})
    assert td.compile(td.diff(f, "W")).source.count("X @ W") == 1


def test_programs_leave_no_text_behind() -> None:
    """The lines that tracebacks show go with the program."""
    program = Program(Request.of([V]))
    program(V=np.eye(2))
    (name,) = {compiled.filename for compiled in program._compiled.values()}
    assert name in linecache.cache
    del program
    gc.collect()
    assert name not in linecache.cache


def test_sums_in_place_change_no_input() -> None:
    """Arrays of the program's own are added to; inputs and results that share memory never are."""
    texts = ["X + Y + X.*Y - X*Y", "exp(X)*Y + Y", "X' + X", "(X+Y).*(X+Y) + (X+Y)*Y", "tr(X)*ones(n,n) + X*Y*X + X*X"]
    X, Y = np.arange(9.0).reshape(3, 3) / 9, np.arange(9.0, 18.0).reshape(3, 3) / 9
    fs = [td.parse(text, shapes={"X": "n n", "Y": "n n"}) for text in texts]
    outputs = [*fs, *(td.diff(f, "X") for f in fs)]
    kept = X.copy(), Y.copy()
    together = td.compile(outputs)(X=X, Y=Y)
    for output, found in zip(outputs, together, strict=True):
        np.testing.assert_allclose(found, td.compile(output)(X=X, Y=Y))
    assert (kept[0] == X).all() and (kept[1] == Y).all()
