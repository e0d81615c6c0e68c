"""Random texts: what is printed reads back as the same expression; spacing and extra parentheses do not matter; and without
declarations the declared text still conforms."""

import re

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tensordiff.errors import DomainError
from tensordiff.lower import lower
from tensordiff.matrix import text
from tensordiff.parse import parse, parse_answer
from tensordiff.render import latex, unicode
from tests.reference import value

SIZES = {"n": 3, "m": 2}
SCOPE = parse(
    "a", {"A": "n n", "B": "n n", "X": "n m", "Y": "m n", "G": "m m", "x": "n", "y": "n", "z": "m", "a": (), "b": ()}
)[1]
LEAVES = {
    ("1", "1"): ["a", "b", "2", "0.5", "pi", "n", "x[2]"],
    ("n", "1"): ["x", "y", "ones(n)", "A*x"],
    ("m", "1"): ["z", "ones(m)"],
    ("1", "n"): ["x'", "ones(n)'"],
    ("1", "m"): ["z'", "ones(m)'"],
    ("n", "n"): ["A", "B", "eye(n)", "x*y'"],
    ("m", "m"): ["G", "eye(m)"],
    ("n", "m"): ["X", "ones(n,m)"],
    ("m", "n"): ["Y", "X'"],
}


@st.composite
def texts(draw: st.DrawFn, rows: str = "?", columns: str = "?", depth: int = 3) -> str:
    """The text of a random expression of the given shape."""
    if rows == "?":
        rows, columns = draw(st.sampled_from(sorted(LEAVES)))

    def part(r: str = rows, c: str = columns) -> str:
        return draw(texts(r, c, depth - 1))

    if depth == 0:
        return draw(st.sampled_from(LEAVES[rows, columns]))
    forms = [
        "leaf",
        "add",
        "subtract",
        "negative",
        "scaled",
        "product",
        "hadamard",
        "quotient",
        "transpose",
        "entrywise",
        "power",
    ]
    if rows == columns == "1":
        forms += ["trace", "inner", "norm", "sum", "scalar_power", "contraction"]
    elif rows == columns:
        forms += ["inverse", "matrix_power", "diag"]
    elif columns == "1":
        forms += ["diagonal"]
    size = draw(st.sampled_from("nm"))
    match draw(st.sampled_from(forms)):
        case "add":
            return f"({part()} + {part()})"
        case "subtract":
            return f"({part()} - {part()})"
        case "negative":
            return f"(-{part()})"
        case "scaled":
            return f"{part('1', '1')}*{part()}"
        case "product":
            return f"({part(rows, size)})*({part(size, columns)})"
        case "hadamard":
            return f"({part()}).*({part()})"
        case "quotient":
            return f"({part()})/({part('1', '1')} + 3)"
        case "transpose":
            return f"({part(columns, rows)})'"
        case "entrywise":
            return f"{draw(st.sampled_from(['exp', 'tanh', 'sigmoid']))}({part()})"
        case "power":
            return f"({part()}).^{draw(st.sampled_from(['2', '3']))}"
        case "trace":
            return f"tr({part(size, size)})"
        case "inner":
            return f"({part(size, '1')})'*({part(size, '1')})"
        case "norm":
            return f"norm2({part(size, '1')})"
        case "sum":
            return f"sum({part('n', size)})"
        case "scalar_power":
            return f"({part()})^2"
        case "contraction":
            return f"(({part('n', 'm')})[i,j]*({part('n', 'n')})[i,i] -> [])"
        case "inverse":
            return f"inv({part()} + 9*eye({rows}))"
        case "matrix_power":
            return f"({part()})^{draw(st.sampled_from(['2', '3']))}"
        case "diag":
            return f"diag({part(rows, '1')})"
        case "diagonal":
            return f"diag({part(rows, rows)})"
    return draw(st.sampled_from(LEAVES[rows, columns]))


def values() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(3)
    return {name: rng.uniform(0.3, 0.9, [dim.size(SIZES) for dim in node.dims]) for name, node in SCOPE.symbols.items()}


@settings(max_examples=150, deadline=None)
@given(texts())
def test_printed_text_reads_back(written):
    expression, _ = parse_answer(written, SCOPE)
    assert parse_answer(text(expression), SCOPE)[0] is expression


@settings(max_examples=60, deadline=None)
@given(texts())
def test_unicode_and_latex_read_back_with_the_same_value(written):
    expression, _ = parse_answer(written, SCOPE)
    with np.errstate(all="ignore"):
        want = value(lower(expression), values(), SIZES)
    assume(np.all(abs(want) < 1e9))  # not a division by zero, such as a/(3 - n)
    again = [unicode(expression)]
    if "[" not in text(expression):
        again.append(f"${latex(expression)}$")
    for other in again:
        np.testing.assert_allclose(value(lower(parse_answer(other, SCOPE)[0]), values(), SIZES), want, rtol=1e-8)


@settings(max_examples=60, deadline=None)
@given(texts(), st.randoms(use_true_random=False))
def test_spacing_and_parentheses_do_not_matter(written, random):
    expression, _ = parse_answer(written, SCOPE)
    spaced = re.sub(
        r"->|\.[*/^]|[-*/^+(),]", lambda operator: random.choice(["{}", " {}", "{}\n", " {} "]).format(operator[0]), written
    )
    assert parse_answer(spaced, SCOPE)[0] is expression
    wrapped = re.sub(r"\b[ABXYG]\b", lambda name: f"({name[0]})", written)
    assert parse_answer(wrapped, SCOPE)[0] is expression


@settings(max_examples=100, deadline=None)
@given(texts())
def test_what_conforms_when_declared_conforms_when_inferred(written):
    sizes_only = re.sub(r"\bn\b", "3", re.sub(r"(eye|ones)\(n", r"\1(N", written)).replace("(N", "(n")
    try:
        parse(sizes_only, structures={"A": "symmetric"} if "A" in written else None)
    except DomainError:  # a divisor such as n - 3 is zero at the number that stands for n
        assume(False)
