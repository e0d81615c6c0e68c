"""Direct evaluation of index-form graphs with given operations: no program, each node once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from tensordiff.errors import EvaluationError
from tensordiff.evaluate.array_ops import ArrayOps, Labels
from tensordiff.evaluate.paths import contraction_path
from tensordiff.tensor import Apply, Einsum, Named, Node, Sum, Symbol, Tensor, as_number, dims_text, opened, postorder


def interpret(outputs: Sequence[Tensor], inputs: Mapping[str, Any], sizes: Mapping[str, int], ops: ArrayOps) -> list[Any]:
    """The values of the tensors.

    `inputs` gives an array of entries (see `ops.literal`) for every symbol by name, `sizes` a number for every named
    dimension. Raises EvaluationError where a symbol is missing, an array does not fit, or a value lies outside the
    domain of a function; what else is raised is up to the operations.
    """
    ops = ops.with_sizes(sizes)
    memo: dict[Node, Tensor] = {}
    outputs = [opened(tensor, memo) for tensor in outputs]
    order = postorder(outputs)
    uses = Counter(child for node in order for child in node.children)
    uses.update(outputs)
    values: dict[Tensor, Any] = {}
    with ops.context():
        for node in order:
            try:
                values[node] = node_value(node, values, inputs, ops)
            except FloatingPointError as error:
                raise EvaluationError(f"a value is too large to compute with ({error})") from error
            for child in node.children:
                uses[child] -= 1
                if not uses[child]:
                    del values[child]
    return [values[node] for node in outputs]


def node_value(node: Tensor, values: Mapping[Tensor, Any], inputs: Mapping[str, Any], ops: ArrayOps) -> Any:
    """The value of one node from those of its children; `ops` know the sizes."""
    if isinstance(node, Symbol):
        return _input(node, inputs, ops)
    if isinstance(node, Named):
        return values[node.definition]
    if isinstance(node, Sum):
        made = None
        for coefficient, child in node.terms:
            value = values[child]
            if coefficient != 1:
                value = ops.multiply(ops.constant(coefficient), value)
            made = value if made is None else ops.add(made, value)
        return ops.zeros([ops.size(dim) for dim in node.dims]) if made is None else made
    if isinstance(node, Einsum):
        length = {index: ops.size(dim) for index, dim in enumerate(node.index_dims)}
        return product([(values[child], indices) for child, indices in node.factors], node.output, length, ops)
    assert isinstance(node, Apply)
    return _apply(node, values, ops)


def _input(node: Symbol, inputs: Mapping[str, Any], ops: ArrayOps) -> Any:
    try:
        value = inputs[node.name]
    except KeyError:
        raise EvaluationError(f"no value given for {node.name} ({dims_text(node.dims)})") from None
    shape = tuple(ops.size(dim) for dim in node.dims)
    if value.shape != shape:
        raise EvaluationError(
            f"{node.name} is {dims_text(node.dims)}, here {shape}, but the array given has shape {value.shape}"
        )
    return value


def _apply(node: Apply, values: Mapping[Tensor, Any], ops: ArrayOps) -> Any:
    arguments = [values[child] for child in node.children]
    place = node.function.exponent_argument
    if place is not None and (exact := exact_value(node.children[place], ops)) is not None:
        arguments[place] = exact
    try:
        return node.function.evaluate(ops, *arguments)
    except (FloatingPointError, ZeroDivisionError) as error:
        raise EvaluationError(f"{node.function.name}: a value is outside the domain ({error})") from error


def exact_value(node: Tensor, ops: ArrayOps) -> Fraction | None:
    """The rational value of a scalar that is made of numbers and sizes by sums and products; None for any other."""
    if (value := as_number(node)) is not None:
        return value
    known: dict[Tensor, Fraction] = {}
    for part in postorder([node]):
        if isinstance(part, Named) and part.definition in known:
            known[part] = known[part.definition]
        elif isinstance(part, Sum) and not part.dims and all(child in known for child in part.children):
            known[part] = sum((c * known[child] for c, child in part.terms), Fraction(0))
        elif isinstance(part, Einsum) and not part.dims and all(child in known for child in part.children):
            made = Fraction(1)
            for child, _ in part.factors:
                made *= known[child]
            for dim in part.index_dims:
                made *= ops.size(dim)
            known[part] = made
    return known.get(node)


def product(factors: Sequence[tuple[Any, Labels]], output: Labels, length: Mapping[int, int], ops: ArrayOps) -> Any:
    """The product of the factors on their labels, summed over the labels that are not in the output (numbered from 0;
    `length` has all of them). Contracts two at a time, in an order that keeps the intermediate results small."""
    needed = Counter(set(output))
    for _, labels in factors:
        needed.update(set(labels))
    scalars = [ops.constant(size) for label, size in length.items() if not needed[label]]
    operands: list[tuple[Any, Labels]] = []
    for value, labels in factors:
        kept = frozenset(label for label in labels if needed[label] > 1)
        value, rest = ops.collapse(value, labels, kept)
        if rest:
            operands.append((value, rest))
        else:
            scalars.append(value)
    path = contraction_path([frozenset(labels) for _, labels in operands], frozenset(output), length)
    for first, second in path:
        b, labels_b = operands.pop(max(first, second))
        a, labels_a = operands.pop(min(first, second))
        shared = set(labels_a) & set(labels_b)
        kept = frozenset({*labels_a, *labels_b} - {label for label in shared if needed[label] == 2})
        for label in shared:
            needed[label] -= 1
        operands.append(ops.contract(a, labels_a, b, labels_b, kept))
    value, labels = operands[0] if operands else (scalars.pop() if scalars else ops.constant(1), ())
    for scalar in scalars:
        value = ops.multiply(scalar, value)
    return ops.spread(value, labels, output, length)
