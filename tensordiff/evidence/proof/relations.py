"""The relations that the letters of an alphabet satisfy, from what their tensors are."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from tensordiff.evidence.proof.alphabet import Alphabet, UnreadableError, power_parts
from tensordiff.evidence.proof.chains import Link, take_apart
from tensordiff.evidence.proof.completion import Polynomial, difference, product, single
from tensordiff.functions import EXPM, INVERSE, POWER, SQRTM, is_primary
from tensordiff.functions.views import is_ones
from tensordiff.tensor import (
    Apply,
    Function,
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


def relations(alphabet: Alphabet, letter: int) -> Iterator[Polynomial]:
    """What equals zero because of what a letter is; new letters may come into the alphabet."""
    link = alphabet.letters[letter]
    node = link.node
    word = single((letter,))
    if isinstance(node, Symbol) and link.kind == "matrix":
        yield from _of_symbol(alphabet, node, letter)
    if (argument := inverted(alphabet, letter)) is not None:
        yield difference(product(word, argument), _UNIT)
        yield difference(product(argument, word), _UNIT)
    elif link.kind == "matrix" and _is_primary(node) and (argument := _read_argument(alphabet, link)) is not None:
        words = {w for _, w in argument}  # f(s*A) commutes with A itself
        matrix = single(words.pop()) if len(words) == 1 else argument
        yield difference(product(word, matrix), product(matrix, word))
        if _function(node) == SQRTM:
            yield difference(product(word, word), argument)
        yield from _similar(alphabet, letter, argument)


def inverted(alphabet: Alphabet, letter: int) -> Polynomial | None:
    """What a letter is the inverse of; None where it is no inverse."""
    link = alphabet.letters[letter]
    inverse = {"matrix": INVERSE, "scalar": POWER}.get(link.kind)
    if inverse is not None:
        return _read_argument(alphabet, link) if _function(link.node) == inverse else None
    base, exponent = power_parts(link.node)
    plain = Link("diagonal", base)
    if link.kind == "diagonal" and exponent == -1 and alphabet.knows(plain):
        return single((alphabet.letter(plain),))
    return None


def _read_argument(alphabet: Alphabet, link: Link) -> Polynomial | None:
    try:
        argument = alphabet.read(link.node.children[0])
    except UnreadableError:
        return None
    return alphabet.transpose(argument) if link.turned else argument


def _similar(alphabet: Alphabet, letter: int, argument: Polynomial) -> Iterator[Polynomial]:
    """f(T M inv(T)) = T f(M) inv(T)"""
    words = [word for _, word in argument]
    ends = {(word[0], word[-1]) for word in words if len(word) > 2}
    if len(ends) != 1 or any(len(word) < 3 for word in words):
        return
    ((first, last),) = ends
    left, right = alphabet.letters[first], alphabet.letters[last]
    if not _are_inverse(left, right):
        return
    node = alphabet.letters[letter].node
    inner = alphabet.tensor({(s, w[1:-1]): c for (s, w), c in argument.items()}, left.node.dims[0], left.node.dims[0])
    made = alphabet.read(alphabet.forms.tensor(apply(_called(node), inner, *node.children[1:])))
    yield difference(single((letter,)), product(single((first,)), made, single((last,))))


def _are_inverse(a: Link, b: Link) -> bool:
    if a.kind != "matrix" or b.kind != "matrix" or a.node.dims != b.node.dims:
        return False
    if isinstance(a.node, Symbol) and a.node is b.node:
        return a.node.structure.is_orthogonal and a.turned != b.turned
    pairs = ((a.node, b.node), (b.node, a.node))
    return a.turned == b.turned and any(_function(x) == INVERSE and x.children[0] is y for x, y in pairs)


def _of_symbol(alphabet: Alphabet, node: Symbol, letter: int) -> Iterator[Polynomial]:
    turned = alphabet.turn((letter,))
    if node.structure.is_orthogonal:
        yield difference(single((letter, *turned)), _UNIT)
    elif node.structure.mirror < 0:
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
    if node.rank != 2 or not _is_primary(node):
        return None
    argument = node.children[0]
    return alphabet.forms.tensor(permute(argument, (1, 0))) if link.turned else argument


def _called(node: Tensor) -> Function:
    assert isinstance(node, Apply)
    return node.function


def _function(node: Tensor) -> Function | None:
    return node.function if isinstance(node, Apply) else None


def _is_primary(node: Tensor) -> bool:
    """Whether a letter is a function of a matrix that commutes with it; that an inverse does follows from its own relation."""
    return isinstance(node, Apply) and node.function != INVERSE and is_primary(node.function)


def _product(x: Tensor, y: Tensor) -> Tensor:
    return einsum([(x, "ij"), (y, "jk")], "ik")


def _weighted(alphabet: Alphabet, a: Link, b: Link) -> Iterator[Polynomial]:
    """diag(a) diag(b) = diag(a.*b), diag(a) b = a.*b, a'*b = sum(a.*b), where the right sides are known, or ones."""
    if a.kind == b.kind == "vector" and a.turned and not b.turned and a.node.dims == b.node.dims:
        coefficient, inner = split_coefficient(alphabet.forms.tensor(einsum([(a.node, "i"), (b.node, "i")], "")))
        if alphabet.knows_scalar(inner):
            yield difference(single((alphabet.letter(a), alphabet.letter(b))), {(alphabet.central([inner]), ()): coefficient})
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
