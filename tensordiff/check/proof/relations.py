"""The relations that the letters of an alphabet satisfy, from what their tensors are."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from tensordiff.check.proof.alphabet import Alphabet, UnreadableError
from tensordiff.check.proof.chains import Link, take_apart
from tensordiff.check.proof.completion import Polynomial, difference, product, single
from tensordiff.functions import EXPM, INVERSE, LOGM, MATRIX_POWER, POWER, SQRTM
from tensordiff.functions.shape import is_ones
from tensordiff.tensor import (
    Apply,
    Function,
    Structure,
    Sum,
    Symbol,
    Tensor,
    add,
    apply,
    einsum,
    is_zero,
    multiply,
    number,
    permute,
    split_coefficient,
)

_UNIT = single(())
_COMMUTING = (EXPM, LOGM, SQRTM, MATRIX_POWER)
"""Functions whose value is a polynomial in the matrix: it commutes with the matrix, and with what commutes with that."""


def relations(alphabet: Alphabet, letter: int) -> Iterator[Polynomial]:
    """What equals zero because of what a letter is; new letters may come into the alphabet."""
    link = alphabet.letters[letter]
    node = link.node
    word = single((letter,))
    if isinstance(node, Symbol) and link.kind == "matrix":
        yield from _of_symbol(alphabet, node, letter)
    known = {"scalar": (POWER,), "matrix": (INVERSE, *_COMMUTING)}.get(link.kind, ())
    if not isinstance(node, Apply) or node.function not in known:
        return
    try:
        argument = alphabet.read(node.children[0])
    except UnreadableError:
        return
    if link.turned:
        argument = alphabet.transpose(argument)
    if node.function in (INVERSE, POWER):
        yield difference(product(word, argument), _UNIT)
        yield difference(product(argument, word), _UNIT)
    else:
        square = argument
        words = {w for _, w in argument}  # f(s*A) commutes with A itself
        argument = single(words.pop()) if len(words) == 1 else argument
        yield difference(product(word, argument), product(argument, word))
    if node.function == SQRTM:
        yield difference(product(word, word), square)


def _of_symbol(alphabet: Alphabet, node: Symbol, letter: int) -> Iterator[Polynomial]:
    turned = alphabet.turn((letter,))
    if node.structure is Structure.ORTHOGONAL:
        yield difference(single((letter, *turned)), _UNIT)
    elif node.structure is Structure.SKEW:
        yield difference(single((letter,)), single(turned, -1))


def pair_relations(alphabet: Alphabet, first: int, second: int) -> Iterator[Polynomial]:
    """What equals zero because of what two letters are to each other."""
    a, b = alphabet.letters[first], alphabet.letters[second]
    if a.kind == b.kind == "matrix":
        yield from _commuting(alphabet, a, b)
    elif {a.kind, b.kind} <= {"diagonal", "vector"}:
        for left, right in ((a, b), (b, a)):
            yield from _weighted(alphabet, left, right)


def _commuting(alphabet: Alphabet, a: Link, b: Link) -> Iterator[Polynomial]:
    """Functions of matrices that commute: f(A) g(B) = g(B) f(A), and expm(A) expm(B) = expm(A + B)."""
    x, y = _argument(alphabet, a), _argument(alphabet, b)
    if x is None or y is None or x.dims != y.dims:
        return
    if x is not y and not is_zero(alphabet.forms.tensor(add([(1, _product(x, y)), (-1, _product(y, x))]))):
        return
    pair = (alphabet.letter(a), alphabet.letter(b))
    yield difference(single(pair), single(pair[::-1]))
    if _function(a.node) == _function(b.node) == EXPM:
        both = alphabet.forms.tensor(apply(EXPM, add([(1, x), (1, y)])))
        chain = take_apart(both).chains[0]
        if not chain.links:
            yield difference(single(pair), _UNIT)
        elif len(chain.links) == 1 and alphabet.knows(chain.links[0]):
            yield difference(single(pair), single(alphabet.word(chain.links)))


def _argument(alphabet: Alphabet, link: Link) -> Tensor | None:
    """X where a letter is f(X) for a function that makes polynomials in X."""
    node = link.node
    if node.rank != 2 or _function(node) not in _COMMUTING:
        return None
    argument = node.children[0]
    return alphabet.forms.tensor(permute(argument, (1, 0))) if link.turned else argument


def _function(node: Tensor) -> Function | None:
    return node.function if isinstance(node, Apply) else None


def _product(x: Tensor, y: Tensor) -> Tensor:
    return einsum([(x, "ij"), (y, "jk")], "ik")


def _weighted(alphabet: Alphabet, a: Link, b: Link) -> Iterator[Polynomial]:
    """diag(a) diag(b) = diag(a.*b) and diag(a) b = a.*b, where the right sides are in the alphabet, or ones."""
    if a.kind != "diagonal" or b.turned or a.node.dims != b.node.dims:
        return
    coefficient, made = split_coefficient(alphabet.forms.tensor(multiply(a.node, b.node)))
    pair = (alphabet.letter(a), alphabet.letter(b))
    if b.kind == "diagonal" and is_ones(made):
        yield difference(single(pair), single((), coefficient))
    elif alphabet.knows(merged := Link(b.kind, made)):
        relation = difference(single(pair), single((alphabet.letter(merged),), coefficient))
        yield relation
        if b.kind == "vector":
            yield alphabet.transpose(relation)
    elif b.kind == "diagonal" and pair[0] < pair[1]:
        yield difference(single(pair), single(pair[::-1]))


def reciprocal(alphabet: Alphabet, scalar: int) -> Iterator[Polynomial]:
    """(a + b)^-1 (a + b) = 1 for a scalar that is the reciprocal of a sum."""
    node = alphabet.scalars[scalar]
    if not isinstance(node, Apply) or node.function != POWER or not isinstance(node.children[0], Sum):
        return
    if node.children[1] is not number(-1):
        return
    inverse: Polynomial = {(((scalar, 1),), ()): Fraction(1)}
    try:
        yield difference(product(inverse, alphabet.central_sum(node.children[0])), _UNIT)
    except UnreadableError:
        return
