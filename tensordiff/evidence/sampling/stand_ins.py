"""What stands for a tensor when it is evaluated: undefined functions stand for any smooth function, and each gets one that
satisfies no simple equation; literal arrays become tables."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from tensordiff.evidence.sampling.tables import tabulated
from tensordiff.functions import EXP, Undefined, lookup
from tensordiff.tensor import Apply, Node, Tensor, add, apply, bottom_up, digest, ones, postorder, rebuild, scale


@lru_cache(maxsize=512)
def concrete(tensor: Tensor) -> Tensor:
    """The tensor with f(x) = sin(x + c) + exp(d x) for every undefined f, c and d from its name; derivatives likewise; and
    with tables for literal arrays."""
    if not any(_is_undefined(node) for node in postorder([tensor])):
        return tabulated(tensor)

    def visit(node: Node, children: tuple[Tensor, ...]) -> Tensor:
        assert isinstance(node, Tensor)
        if isinstance(node, Apply) and isinstance(node.function, Undefined):
            return _value(node.function, children[0])
        return rebuild(node, children)

    return tabulated(bottom_up(tensor, visit))


def _is_undefined(node: Node) -> bool:
    return isinstance(node, Apply) and isinstance(node.function, Undefined)


def _value(function: Undefined, x: Tensor) -> Tensor:
    """The derivative of the stand-in, of the function's order."""
    name = digest("stand-in", function.base)
    shift, rate = Fraction(name[0] + 16, 128), Fraction(name[1] + 64, 256)
    wave, sign = (("sin", 1), ("cos", 1), ("sin", -1), ("cos", -1))[function.order % 4]
    trigonometric = lookup(wave)
    assert trigonometric is not None
    shifted = apply(trigonometric, add([(1, x), (shift, ones(x.dims))]))
    return add([(sign, shifted), (rate**function.order, apply(EXP, scale(rate, x)))])
