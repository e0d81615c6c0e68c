"""Every rule on products keeps their values, applies, and ends."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest

from tensordiff.canonical import Canonicaliser
from tensordiff.functions import (
    ABS,
    ADJUGATE,
    DET,
    EXP,
    EXPM,
    INVERSE,
    PINV,
    Duplication,
    Elimination,
    Frechet,
    Softmax,
    Unit,
    constant,
    inclusion,
    lookup,
    matrix_power,
    power,
)
from tensordiff.simplify import RULES, Product, Rule, Step, links
from tensordiff.simplify.rule import When
from tensordiff.tensor import (
    Assumption,
    Dim,
    Einsum,
    Extent,
    Factor,
    Structure,
    Sum,
    Symbol,
    Tensor,
    add,
    apply,
    einsum,
    ones,
    scale,
)
from tests.reference import value

SIZES = {"n": 3, "m": 2}
N, M = Dim.named("n"), Dim.named("m")
(W,) = (Extent.of(N) + Extent.of(M)).group()
A, B = Symbol.make("A", (N, N)), Symbol.make("B", (N, N))
S = Symbol.make("S", (N, N), Structure.SYMMETRIC)
Q = Symbol.make("Q", (N, N), Structure.ORTHOGONAL)
X = Symbol.make("X", (N, M))
R = Symbol.make("R", (N, M))  # of rank one
x, y, w = Symbol.make("x", (N,)), Symbol.make("y", (N,)), Symbol.make("w", (W,))
p = Symbol.make("p", (N,), assumption=Assumption.PROBABILITY)
XAX = einsum([(X, "ia"), (A, "ij"), (X, "jb")], "ab")
SUM = add([(1, ones((N,))), (2, x)])

RNG = np.random.default_rng(5)
square = [RNG.normal(size=(3, 3)) + 2 * np.eye(3) for _ in range(4)]
VALUES = {
    "A": square[0], "B": square[1], "S": square[2] + square[2].T, "Q": np.linalg.qr(square[3])[0],
    "X": RNG.normal(size=(3, 2)), "R": np.array([[1.0, 2.0], [0.0, 0.0], [2.0, 4.0]]),
    "x": RNG.uniform(0.5, 1.5, 3), "y": RNG.uniform(0.5, 1.5, 3), "w": RNG.normal(size=5),
    "d": np.array([-1.3, 0.8, 2.0]), "p": np.array([0.2, 0.3, 0.5]),
}  # fmt: skip

FIRST, SECOND = inclusion(W, Extent(()), (N,)), inclusion(W, Extent.of(N), (M,))
(LONG,) = (Extent.of(W) + Extent.of(N)).group()
BOTH = inclusion(LONG, Extent.of(N), (W,))
RAISED, MINUS, TWICE = (EXP(scale(c, x)) for c in (1, -1, 2))
LOGISTIC, TANH, EXPM1, SINH, COSH = (lookup(name) for name in ("sigmoid", "tanh", "expm1", "sinh", "cosh"))
NAMED = [
    RAISED, RAISED, MINUS, TWICE, power(einsum([(RAISED, "i")], ""), -1), power(einsum([(RAISED, "i")], ""), -2), LOGISTIC(x),
    LOGISTIC(scale(-1, x)), power(LOGISTIC(x), 2), EXPM1(x), SINH(x), power(COSH(x), -1), power(COSH(x), -2), y,
]  # fmt: skip
d = Symbol.make("d", (N,))
SIZE = ABS(d)
UNITS = [constant(Unit(N, 1)), constant(Unit(N, 2)), constant(Unit(W, 1))]
PLACES: list[Tensor] = [FIRST, SECOND, FIRST, SECOND, BOTH, w, x, A, *UNITS]
POOLS: dict[str, list[Tensor]] = {
    "parts of axes": PLACES,
    "entries at places": PLACES,
    "parts on a diagonal": [FIRST, FIRST, SECOND, SECOND, w],
    "equal bases": [x, y, power(x, -1), power(x, 2), power(y, Fraction(1, 2)), S, power(S, 2), SUM, power(SUM, -1)],
    "a sum beside its power": [A, X, x, power(einsum([(A, "ij")], "i"), -1), power(einsum([(x, "i")], ""), -2)],
    "absolute values": [power(SIZE, Fraction(-8, 3)), power(SIZE, 3), d, power(d, -1), power(d, 3), x],
    "kinks": [d, SIZE, power(SIZE, 3), power(d, 2), *(lookup(name)(d) for name in ("relu", "step", "sign")), x],
    "cofactors": [apply(INVERSE, A), apply(ADJUGATE, A), power(apply(DET, A), -1), apply(DET, A), B, apply(INVERSE, S)],
    "functions with names": NAMED,
    "probabilities": [p, x, apply(Softmax(1), x), apply(Softmax(1), A), power(Q, 2), A],
    "links": [A, B, S, Q, apply(INVERSE, A), apply(INVERSE, XAX), matrix_power(A, 2), X],
    "indicators": [SECOND, SECOND, FIRST, BOTH, w],
    "division": [x, y, power(x, 2), power(x, -1), power(SUM, -1), power(SUM, -2)],
    "Frechet derivatives": [apply(Frechet(EXPM, 1), A), apply(Frechet(EXPM, 2), A), A, apply(EXPM, A), apply(INVERSE, A), B],
}
CONSTANTS = [constant(Duplication(N)), constant(Elimination(N))]
DL = einsum([(CONSTANTS[0], "lka"), (CONSTANTS[1], "aji")], "lkji")
LINKS: dict[str, list[Tensor]] = {
    "merge_powers": [A, S, apply(INVERSE, A), apply(INVERSE, S), matrix_power(A, 2), matrix_power(A, 3)],
    "orthogonal": [Q, A, Q],
    "inverse_of_word": [XAX, X, apply(INVERSE, XAX)],
    "commute": [A, apply(EXPM, A), matrix_power(A, 2), apply(INVERSE, A), S, apply(EXPM, S), apply(INVERSE, S), x],
    "matrix_by_adjugate": [A, apply(ADJUGATE, A), S, apply(ADJUGATE, S)],
    "project": [R, apply(PINV, R), X, apply(PINV, X)],
    "turn_projector": [R, apply(PINV, R), X, apply(PINV, X), x],
    "eliminate_duplication": [*CONSTANTS, *CONSTANTS, A],
    "duplicate_symmetric": [DL, S, S],
}


def product(seed: int, pool: Sequence[Tensor]) -> Product:
    """Some factors of the pool, mostly in chains: an index that has one place gets a second one more often than a third."""
    rng = np.random.default_rng(seed)
    dims: dict[int, Dim] = {}
    uses: dict[int, int] = {}
    factors: list[Factor] = []
    for _ in range(rng.integers(1, 6)):
        node = pool[rng.integers(len(pool))]
        indices: list[int] = []
        for dim in node.dims:
            fitting = [i for i, known in dims.items() if known is dim]
            if loose := [i for i in fitting if uses[i] == 1]:
                fitting = loose if rng.random() < 0.8 else fitting
            if not fitting or rng.random() < 0.3:
                fitting = [len(dims)]
                dims[fitting[0]] = dim
            indices.append(fitting[rng.integers(len(fitting))])
            uses[indices[-1]] = uses.get(indices[-1], 0) + 1
        if isinstance(node, Einsum):  # its factors, with its inner indices
            names = dict(zip(node.output, indices, strict=True))
            for index, dim in enumerate(node.index_dims):
                if index not in names:
                    names[index] = len(dims)
                    dims[names[index]] = dim
                    uses[names[index]] = 2
            factors += [(factor, tuple(names[i] for i in slots)) for factor, slots in node.factors]
        else:
            factors.append((node, tuple(indices)))
    ends = [i for i in dims if uses[i] == 1 or rng.random() < 0.1]
    output = tuple(int(i) for i in rng.permutation(ends)[: rng.integers(0, 5)])
    return Product(Fraction(1), factors, output, dims.items())


def as_tensor(made: Product) -> Tensor:
    return scale(made.coefficient, einsum(made.factors.values(), made.output, made.dims))


def products_of(node: Tensor) -> list[Product]:
    """The terms of a tensor."""
    terms = node.terms if isinstance(node, Sum) else ((Fraction(1), node),)
    found = []
    for coefficient, term in terms:
        core = term if isinstance(term, Einsum) else einsum([(term, range(term.rank))], range(term.rank))
        factors = core.factors if isinstance(core, Einsum) else [(core, tuple(range(core.rank)))]
        output = core.output if isinstance(core, Einsum) else tuple(range(core.rank))
        dims = core.index_dims if isinstance(core, Einsum) else core.dims
        found.append(Product(coefficient, factors, output, enumerate(dims)))
    return found


def fits(rule: Rule, made: Product, forms: Canonicaliser) -> bool:
    """Whether a rule is tried on a product."""
    return len(made) >= rule.least and rule.is_about(made.heads(), forms.define)


def settled(made: Product, rule: Rule, forms: Canonicaliser) -> bool:
    """Whether the rules before this one end at a product of atoms: a rule counts on them."""
    before = RULES[: RULES.index(rule)]
    while True:
        outcomes = (earlier.rule(made, forms) for earlier in before if fits(earlier, made, forms))
        outcome = next((step for step in outcomes if step is not Step.NONE), Step.NONE)
        if outcome is not Step.REDUCED:
            return outcome is Step.NONE and all(map(forms.is_atom, (node for node, _ in made.factors.values())))


def assert_equal(tensor: Tensor, expected: np.ndarray, what: str) -> None:
    np.testing.assert_allclose(value(tensor, VALUES, SIZES), expected, rtol=1e-7, atol=1e-8, err_msg=what)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_keeps_values_and_ends(rule: Rule) -> None:
    forms = Canonicaliser(define=rule.when is not When.READ)
    applied = 0
    for seed in range(600):
        made = product(seed, POOLS[rule.name])
        work, steps = [made], 0
        while work:
            here = work.pop()
            if not settled(here, rule, forms) or not fits(rule, here, forms):
                continue
            before = value(as_tensor(here), VALUES, SIZES)
            outcome = rule.rule(here, forms)
            if outcome is Step.NONE:
                continue
            applied += 1
            steps += 1
            assert steps < 60, f"{rule.name}: no end, seed {seed}"
            if outcome is Step.ZERO:
                np.testing.assert_array_equal(before, np.zeros_like(before), f"seed {seed}")
            elif isinstance(outcome, Step):
                assert_equal(as_tensor(here), before, f"{rule.name}, seed {seed}")
                work.append(here)
            else:
                assert_equal(scale(here.coefficient, outcome), before, f"{rule.name}, seed {seed}")
                work += products_of(outcome)
    assert applied >= 10, f"{rule.name} applied {applied} times"


@pytest.mark.parametrize("rule", links.RULES, ids=lambda rule: rule.__name__)
def test_a_rule_on_links_keeps_values_and_ends(rule: links.LinkRule) -> None:
    forms = Canonicaliser()
    applied = 0
    for seed in range(1500):
        made = product(seed, LINKS[rule.__name__])
        steps = 0
        while steps < 60:
            before = value(as_tensor(made), VALUES, SIZES)
            found = (made.link(index) for index in list(made.dims))
            if not any(rule(made, link, forms) for link in found if link is not None):
                break
            steps += 1
            assert_equal(as_tensor(made), before, f"seed {seed}")
        assert steps < 60, f"no end, seed {seed}"
        applied += steps
    assert applied >= 10, f"applied {applied} times"


def test_every_rule_says_why_it_ends() -> None:
    assert all(rule.ends for rule in RULES)
    assert len({rule.name for rule in RULES}) == len(RULES)
