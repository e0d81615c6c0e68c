"""Every fact of the record of an operation is true in numbers, and every operation works in every part of the package."""

import re

import numpy as np
import pytest

import tensordiff as td
from tensordiff.errors import ShapeError, TensordiffError
from tensordiff.functions import ELEMENTWISE
from tensordiff.matrix import build, text
from tensordiff.matrix.fitted import Fitted
from tensordiff.matrix.operations import ELSEWHERE, OPERATIONS, WORDS
from tests.differentiate.differences import central
from tests.matrix.truths import SHAPES, SIZES, TRUTHS, arrays, is_definite

CLOSE = {"rtol": 1e-9, "atol": 1e-9}
EVERY = sorted(OPERATIONS)
OF_VALUES = [name for name in EVERY if TRUTHS[name].operands and name != "symbol"]
OF_ONE_SQUARE = [name for name in OF_VALUES if TRUTHS[name].operands == ("S",)]
CONSTANTS = [name for name in EVERY if OPERATIONS[name].is_constant]


def expression(name):
    truth = TRUTHS[name]
    return td.parse(truth.text, shapes=SHAPES, where=truth.where, functions=truth.functions)


def values(name, seed=1, **options):
    """The arrays of the operands, symmetric where they must be."""
    drawn = arrays(seed, symmetric=options.pop("symmetric", False) or is_definite(name), **options)
    return {operand: drawn[operand] for operand in TRUTHS[name].operands}


def at(name, given):
    """The value in NumPy."""
    return np.asarray(TRUTHS[name].value(*given.values()))


def as_matrix(array):
    """An array as the matrix form has it: a vector is a column."""
    return array[:, None] if array.ndim == 1 else array


@pytest.mark.parametrize("name", EVERY)
def test_value(name):
    found = expression(name).evaluate(**arrays(1, symmetric=is_definite(name)) | SIZES)
    np.testing.assert_allclose(np.squeeze(found), np.squeeze(at(name, values(name))), **CLOSE)


@pytest.mark.parametrize("name", EVERY)
def test_prints_and_reads_back(name):
    made = expression(name)
    again = td.parse(text(made.matrix), shapes=SHAPES, where=TRUTHS[name].where, functions=TRUTHS[name].functions)
    assert again.matrix is made.matrix
    assert made.latex()


@pytest.mark.parametrize("name", EVERY)
def test_the_law_gives_the_shape_of_the_node(name):
    node = expression(name).matrix
    record = OPERATIONS[name]
    if node.op == name and record.shape and not record.is_constant:
        assert record.law(Fitted(record.word, node.children)) == node.shape
    elif not record.shape:
        assert name in ("block", "entry", "contract", "symbol", "number", "size", "pi", "levi")


_DECLARED = ("named", "number", "size", "unit", "singvals")  # what needs a declaration: sizes tell how many singular values


@pytest.mark.parametrize("name", [name for name in EVERY if name not in _DECLARED])
def test_infers(name):
    """Without declarations sizes follow, the same as the constructors give."""
    made = td.parse(TRUTHS[name].text, functions=TRUTHS[name].functions)
    declared = expression(name)
    assert [len(group) for group in made.matrix.shape] == [len(group) for group in declared.matrix.shape]
    assert made.matrix.op == declared.matrix.op


@pytest.mark.parametrize("name", OF_VALUES)
def test_differentiates(name):
    given = values(name, 2)
    made = expression(name)
    for operand in given:

        def along(array, operand=operand):
            array = (array + array.T) / 2 if is_definite(name) else array
            return at(name, {**given, operand: array})

        found = td.diff(made, operand).evaluate(**arrays(2, symmetric=is_definite(name)) | SIZES)
        expected = central(along, given[operand])
        np.testing.assert_allclose(np.squeeze(found), np.squeeze(expected), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", OF_VALUES)
def test_transposes(name):
    """What the record says of f(A') is so, and no stronger thing is so where it says never."""
    record, given = OPERATIONS[name], values(name, 3)
    if is_definite(name):  # near a symmetric matrix chol(A') is chol(A), and not chol(A)'
        assert record.transposes == "never"
        return
    turned = {operand: as_matrix(array).T if array.ndim else array for operand, array in given.items()}
    plain, value = (as_matrix(at(name, some)) for some in (given, turned)) if name not in _SIZES_CHANGE else (None, None)
    match record.transposes:
        case "outside" | "operands":
            np.testing.assert_allclose(value, plain.T, **CLOSE)
        case "itself":
            np.testing.assert_allclose(value, plain, **CLOSE)
        case "reversed":
            reversed_value = TRUTHS[name].value(*reversed(list(turned.values())))
            np.testing.assert_allclose(reversed_value, at(name, given).T, **CLOSE)
        case "blocks":
            s, a, c, q = turned.values()
            np.testing.assert_allclose(TRUTHS[name].value(s, c, a, q), at(name, given).T, **CLOSE)
        case "never":
            if plain is not None and name in OF_ONE_SQUARE:
                assert value.shape != plain.shape or not np.allclose(value, plain)
                assert value.shape != plain.T.shape or not np.allclose(value, plain.T)


_SIZES_CHANGE = (
    "product", "block", "contract", "entry", "softmax", "logsumexp", "outer", "dot", "solve", "kr", "cumsum", "unvec",
    "hat", "cross",
)  # fmt: skip


@pytest.mark.parametrize("name", OF_VALUES)
def test_linear_in_just_these_operands(name):
    first, second = values(name, 4), values(name, 5)
    b = 3 if is_definite(name) else -3
    for place, operand in enumerate(first):
        mixed = {**first, operand: 2 * first[operand] + b * second[operand]}
        if name == "add" or name == "block":  # in both together
            mixed = {other: 2 * first[other] + b * second[other] for other in first}
            second_at = second
        else:
            second_at = {**first, operand: second[operand]}
        expected = 2 * at(name, first) + b * at(name, second_at)
        assert np.allclose(at(name, mixed), expected) == OPERATIONS[name].is_linear_in(place)


@pytest.mark.parametrize("name", [name for name in OF_VALUES if not OPERATIONS[name].real and name != "logdet"])
def test_conjugates_and_holomorphic(name):
    record, given = OPERATIONS[name], values(name, 6, kind=complex)
    conjugated = {operand: np.conj(array) for operand, array in given.items()}
    value, other = at(name, given), at(name, conjugated)
    if record.conjugates == "inside":
        np.testing.assert_allclose(other, np.conj(value), **CLOSE)
    elif record.conjugates == "drops":
        np.testing.assert_allclose(other, value, **CLOSE)
        assert np.isrealobj(value) or np.allclose(value.imag, 0)
    for operand in given:
        slopes = []
        for step in (1e-6, 1e-6j):
            ahead, behind = (at(name, {**given, operand: given[operand] + sign * step}) for sign in (1, -1))
            slopes.append((ahead - behind) / (2 * step))
        assert np.allclose(*slopes, rtol=1e-5, atol=1e-5) == record.holomorphic


@pytest.mark.parametrize("name", [name for name in EVERY if OPERATIONS[name].real])
def test_real_ones_refuse_complex_entries(name):
    given = {operand: array + 0.5j for operand, array in values(name).items()}
    with pytest.raises(td.EvaluationError, match="complex"):
        expression(name).evaluate(**given)


@pytest.mark.parametrize("name", [name for name in OF_ONE_SQUARE if name != "power"])
def test_of_a_scalar(name):
    """Where every size is 1 the operation is that of the number."""
    record = OPERATIONS[name]
    head = TRUTHS[name].functions[0].head if TRUTHS[name].functions else record.word
    a = td.scalar("a")
    made = td.Expression(build.call(head, a.matrix), a.scope)
    assert made.matrix.is_scalar
    expected = np.squeeze(at(name, {"S": np.array([[0.7]])}))
    np.testing.assert_allclose(made.evaluate(a=0.7), expected, **CLOSE)
    if record.of_scalar is not None:
        assert made.matrix.op != name
    whole = td.parse(TRUTHS[name].text, shapes={"S": "n n"}, functions=TRUTHS[name].functions)
    matrix = whole.evaluate(S=np.array([[0.7]]))
    np.testing.assert_allclose(np.squeeze(matrix), expected, **CLOSE)


@pytest.mark.parametrize("name", CONSTANTS)
def test_constants_of_size_one(name):
    node = expression(name).matrix
    if OPERATIONS[name].of_scalar is None:
        with pytest.raises(ShapeError):
            build.of_size_one(node)
        return
    number = build.as_number(build.of_size_one(node))
    word = TRUTHS[name].text.replace("n", "1").replace("m", "1") if name not in ("ones", "unit") else None
    if word is not None and word[0] in "KDL":
        assert build.as_number(td.parse(word, shapes={}).matrix) == number
    else:
        assert number in (0, 1)


@pytest.mark.parametrize("name", OF_ONE_SQUARE)
def test_structure_of_the_value(name):
    value = at(name, values(name, 7, symmetric=True))
    match OPERATIONS[name].result:
        case "alike" | "symmetric":
            np.testing.assert_allclose(value, value.T, **CLOSE)
        case "lower-triangular":
            np.testing.assert_allclose(value, np.tril(value), **CLOSE)


@pytest.mark.parametrize("name", [name for name in OF_ONE_SQUARE if OPERATIONS[name].written is None])
def test_primary_functions_commute(name):
    given = values(name, 8)
    value = at(name, given)
    if value.shape != (3, 3):
        assert not OPERATIONS[name].primary
        return
    commutes = np.allclose(value @ given["S"], given["S"] @ value)
    assert commutes == OPERATIONS[name].primary


@pytest.mark.parametrize("name", [name for name in OF_VALUES if OPERATIONS[name].integral])
def test_integral_operations_keep_integers(name):
    given = {operand: np.round(3 * array) for operand, array in values(name, 9).items()}
    value = at(name, given)
    np.testing.assert_array_equal(value, np.round(value))


@pytest.mark.parametrize("name", OF_VALUES)
def test_domain(name):
    """Outside the domain there is no value, or no derivative."""
    record, made = OPERATIONS[name], expression(name)
    outside = {
        "invertible": np.zeros((3, 3)), "definite": -np.eye(3), "principal": -np.diag([1.0, 2.0, 3.0]),
        "full-rank": np.ones((3, 2)), "nonzero": np.zeros((3, 3)),
    }.get(record.domain)  # fmt: skip
    if outside is None:
        return
    operand = TRUTHS[name].operands[0]
    derivative = td.diff(made, operand)
    with pytest.raises(td.EvaluationError):
        derivative.evaluate(**{**arrays(1), operand: outside})


@pytest.mark.parametrize("name", [name for name in EVERY if OPERATIONS[name].latex or OPERATIONS[name].superscript])
def test_latex(name):
    record, printed = OPERATIONS[name], expression(name).latex()
    assert record.latex in printed
    assert not record.superscript or f"^{{{record.superscript}}}" in printed


@pytest.mark.parametrize("name", [name for name in OF_VALUES if name not in ("entry", "contract")])
def test_latex_reads_back(name):
    """As what it was, or refused: never as something else."""
    made = expression(name)
    again = td.parse(made.latex(), shapes=SHAPES, where=TRUTHS[name].where, functions=TRUTHS[name].functions)
    assert again.matrix is made.matrix or td.equal(again, made)


NOT_CALLED = ("transpose", "largest", "smallest")
"""What Python has an operator for, or another word: td.max(X, axis=1)."""


@pytest.mark.parametrize("name", [word for word, record in WORDS.items() if not record.is_constant and word not in NOT_CALLED])
def test_python_has_the_word(name):
    assert name in td.__all__
    assert getattr(td, name).__doc__
    assert name in build.known_calls()


@pytest.mark.parametrize("name", sorted(ELSEWHERE))
def test_words_of_other_systems_are_answered(name):
    if name in WORDS or name in ELEMENTWISE:
        return
    try:
        td.parse(f"{name}(S)", shapes=SHAPES)
    except TensordiffError as error:
        assert ELSEWHERE[name] in str(error)


@pytest.mark.parametrize("name", [name for name in OF_VALUES if OPERATIONS[name].shape and name != "named"])
def test_a_repeated_value_gets_a_name(name):
    """Where the record says that it is worth one."""
    longer = {"S": "Sigma", "A": "Alpha", "B": "Beta", "x": "xi_1"}
    words = re.sub(r"\b[SABx]\b", lambda match: longer[match[0]], TRUTHS[name].text)
    made = td.parse(words, shapes={longer.get(symbol, symbol): shape for symbol, shape in SHAPES.items()})
    if made.matrix.op != name:
        return
    twice = made * td.exp(made) if made.matrix.is_scalar else td.tr(made.T @ made)
    assert bool(twice.named().scope.where) == OPERATIONS[name].names_itself


@pytest.mark.parametrize("name", OF_VALUES)
def test_sympy_has_it_or_says_so(name):
    made = expression(name)
    try:
        exchanged = made.to_sympy()
    except td.MissingRuleError as error:
        assert "SymPy" in str(error)
        return
    try:
        back = td.from_sympy(exchanged)
    except TensordiffError as error:
        assert str(error)
        return
    given = {k: v for k, v in arrays(1, symmetric=is_definite(name)).items() if k in back.scope.symbols}
    np.testing.assert_allclose(np.squeeze(back.evaluate(**given)), np.squeeze(at(name, values(name))), **CLOSE)
