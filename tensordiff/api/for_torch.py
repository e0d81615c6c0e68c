"""Functions for PyTorch's automatic differentiation, with closed derivatives of every order."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from tensordiff.api.closed import Closed, Formulas, Function, Sizes, arguments, closed, described
from tensordiff.compile import library


def torch_function(f: Formulas, *, validate: bool = True) -> Function:
    """f as a function of PyTorch tensors whose derivatives, of any order, are those of tensordiff in closed form.

    The arguments are the arrays that f needs, by place in the order in which they are declared, or by name; of several
    expressions the function gives a tuple. Shapes are as for `td.compile`: leading axes are a batch, and an argument without
    them gets the sum of the derivatives over the batch. Gradients are those by free entries, as autograd gives them: make a
    symmetric or triangular matrix of its parameters, and its structure is kept. Works under autograd (`backward`,
    `create_graph`), forward mode, and `torch.func` (`grad`, `jacrev`, `jvp`, `vmap`).

    Raises TensordiffError where PyTorch is not installed; the function raises EvaluationError for missing and unknown
    arguments, wrong shapes, and data that break a declared structure (unless validate=False).

        >>> import torch, tensordiff as td
        >>> loss = td.torch_function(td.parse("norm2(A*x - b)^2", shapes={"A": "m n", "x": "n", "b": "m"}))
        >>> x = torch.ones(2, requires_grad=True)
        >>> loss(torch.eye(2), x, torch.zeros(2)).backward()
        >>> x.grad.tolist()
        [2.0, 2.0]
    """
    torch = library("torch")
    function = closed(f, "torch", validate, order="C")  # forward mode refuses results that are views of something else
    scalars = not any(function.ranks)

    def call(*arrays: Any, **named: Any) -> Any:
        given, sizes = arguments(function, arrays, named)
        tensors: list[Any] = [torch.array(name, array) for name, array in zip(function.names, given, strict=True)]
        wanted = tuple(name for name, tensor in zip(function.names, tensors, strict=True) if tensor.requires_grad)
        values = _with_rule(function, sizes, wanted if scalars and torch.namespace.is_grad_enabled() else ())(*tensors)
        return values[: len(function.ranks)] if isinstance(f, Sequence) else values[0]

    call.__name__ = call.__qualname__ = "torch_function"
    call.__doc__ = described(f, function)
    return call


@lru_cache(maxsize=1024)
def _with_rule(function: Closed, sizes: Sizes, wanted: tuple[str, ...] = ()) -> Function:
    """The values as a function of tensors alone that autograd knows, whose cotangents and tangents go through such functions in
    their turn. Scalars come with their gradients by the variables `wanted`, further values for which backward has only to
    multiply, and which are differentiated in their turn."""
    import torch

    both = function.with_gradients(wanted) if wanted else function
    count = len(function.ranks) if wanted else 0

    def forward(*tensors: Any) -> tuple[Any, ...]:
        return both(tensors, sizes)

    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Any, ...]) -> None:
        ctx.save_for_backward(*inputs, *output[count:] if count else ())
        ctx.save_for_forward(*inputs)
        ctx.set_materialize_grads(not count)

    def backward(ctx: Any, *weights: Any) -> tuple[Any, ...]:
        """PyTorch's cotangents of complex values are conjugated; transposes never are."""
        tensors, gradients = ctx.saved_tensors[: len(both.names)], ctx.saved_tensors[len(both.names) :]
        names = [name for name, needed in zip(both.names, ctx.needs_input_grad, strict=True) if needed]
        weights = tuple(None if weight is None else _conj(weight) for weight in weights)
        parts: dict[str, list[Any]] = {name: [] for name in names}
        for place, gradient in enumerate(gradients):
            weight, name = weights[place // len(wanted)], wanted[place % len(wanted)]
            if weight is not None and name in parts:
                parts[name].append(weight[(...,) + (None,) * both.rank(name)] * gradient)
        if any(weight is not None for weight in weights[count:]):
            rest = function.gradients(wanted) if wanted else function
            adjoint = rest.pulled_back(tuple(names))
            made = [_made(weight, gradients, place) for place, weight in enumerate(weights[count:])]
            known = dict(zip((*both.names, *rest.cotangents), (*tensors, *made), strict=True))
            products = _with_rule(adjoint, sizes)(*(known[name] for name in adjoint.names))
            for name, product in zip(names, products, strict=True):
                parts[name].append(product)
        found = {name: sum(terms[1:], terms[0]) for name, terms in parts.items() if terms}
        pairs = zip(both.names, tensors, strict=True)
        return tuple(_like(_conj(found[name]), tensor) if name in found else None for name, tensor in pairs)

    def jvp(ctx: Any, *directions: Any) -> tuple[Any, ...]:
        moved = {name: dx for name, dx in zip(both.names, directions, strict=True) if dx is not None}
        derivative = both.pushed_on(tuple(moved))
        tensors = (*ctx.saved_tensors[: len(both.names)], *moved.values())
        known = dict(zip((*both.names, *both.tangents(tuple(moved))), tensors, strict=True))
        return tuple(_with_rule(derivative, sizes)(*(known[name] for name in derivative.names)))

    methods: dict[str, Function] = {"forward": forward, "setup_context": setup_context, "backward": backward, "jvp": jvp}
    members: dict[str, Any] = {name: staticmethod(method) for name, method in methods.items()}
    rule: Any = type("ClosedDerivatives", (torch.autograd.Function,), {**members, "generate_vmap_rule": True})
    made: Function = rule.apply
    return made


def _made(weight: Any, gradients: Any, place: int) -> Any:
    """A cotangent; zeros for that of a gradient which was not used."""
    return gradients[place].new_zeros(gradients[place].shape) if weight is None else weight


def _conj(array: Any) -> Any:
    return array.conj() if array.is_complex() else array


def _like(gradient: Any, tensor: Any) -> Any:
    """The gradient of a tensor that a batch shares is the sum over the batch, that of a real one is real."""
    if gradient.is_complex() and not tensor.is_complex():
        gradient = gradient.real
    return gradient.sum_to_size(tensor.shape)
