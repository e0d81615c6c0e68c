"""Slips of rule: a rule for numbers on matrices, a rule for symmetric matrices on others, an outer derivative dropped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tensordiff.check.claim import Reading
from tensordiff.check.factor import factors, proportion
from tensordiff.check.slips.case import Case
from tensordiff.check.slips.variation import loosened, single
from tensordiff.check.suppositions import is_square
from tensordiff.derive.layouts import DIFFERENTIAL
from tensordiff.differentiate import Entries, constrain, contract_links, differentiate, restore
from tensordiff.errors import DomainError, EvaluationError
from tensordiff.functions import INVERSE, MATRIX_POWER, matrix_power
from tensordiff.lower import lower
from tensordiff.matrix import Matrix, brief, build
from tensordiff.tensor import Apply, Structure, Symbol, Tensor, add, as_number, einsum, postorder, scale

_MOST_SCALARS = 12

_MEANT = {
    Entries.FREE: "with all entries independent",
    Entries.PROJECTED: "within the structure (symmetrised, for a symmetric variable)",
    Entries.TIED: "with equal entries as one variable",
    Entries.VECH: "by the free entries",
}


def other_meaning(case: Case) -> Iterator[str]:
    """Right for another meaning of a derivative by a structured variable."""
    if case.claim is None or not case.truth.structured or case.truth.layout == DIFFERENTIAL:
        return
    for meaning in Entries:
        if meaning in case.truth.meanings or meaning is Entries.VECH:
            continue
        try:
            tensor = constrain(case.truth.free, len(case.f.dims), case.truth.symbols, meaning)
        except DomainError:
            continue
        if case.claims(tensor) is not None:
            asked = next(iter(case.truth.meanings))
            yield (
                f'It is the derivative {_MEANT[meaning]} (entries="{meaning}"), '
                f'but the one {_MEANT[asked]} was asked for (entries="{asked}").'
            )
            return


def symmetric_rule(case: Case) -> Iterator[str]:
    """The rule for a symmetric variable, on one that is not declared symmetric."""
    found = single(case)
    if found is None or case.claim is None or case.truth.structured:
        return
    _, symbol = found
    if not is_square(symbol) or symbol.rank != 2:
        return
    symmetric = [Symbol.make(symbol.name, symbol.dims, Structure.SYMMETRIC)]
    free = case.truth.free
    rank = len(case.f.dims)
    rules = (
        (constrain(free, rank, symmetric, Entries.TIED), "G + G' - G.*eye(n)"),
        (constrain(free, rank, symmetric, Entries.PROJECTED), "(G + G')/2"),
        (scale(2, constrain(free, rank, symmetric, Entries.PROJECTED)), "G + G'"),
    )
    for tensor, rule in rules:
        if case.claims(tensor) is not None:
            yield f"The rule {rule} for a symmetric variable was used, but {symbol.name} is not declared symmetric."
            return


def scalar_power_rule(case: Case) -> Iterator[str]:
    """The power rule of numbers on an inverse or a matrix power."""
    found = single(case)
    if found is None or case.claim is None:
        return
    variable, symbol = found
    f = lower(loosened(case, variable))
    named = {lower(node): node for node in postorder([loosened(case, variable)]) if isinstance(node, Matrix) and not node.free}
    for node in [n for n in postorder([f]) if isinstance(n, Apply) and n.function in (INVERSE, MATRIX_POWER)]:
        if case.late:
            return
        inner = node.children[0]
        if inner.rank != 2 or symbol not in set(postorder([inner])):
            continue
        through = _through(f, node, differentiate(node, inner), inner, symbol)
        for rule in _scalar_rules(node):
            wrong = add([(1, differentiate(f, symbol)), (-1, through), (1, _through(f, node, rule, inner, symbol))])
            if case.claims(restore(wrong, [variable.data[0]])) is not None:
                part = brief(named[node]) if node in named else node.function.name
                yield (
                    f"The power rule of numbers was used on {part}: matrices do not commute, "
                    "so d inv(A) = -inv(A)*dA*inv(A) and d(A^2) = dA*A + A*dA."
                )
                return


def _through(f: Tensor, node: Tensor, rule: Tensor, inner: Tensor, symbol: Symbol) -> Tensor:
    """The derivative of f through one node alone, given the node's derivative by its argument."""
    upper = contract_links(differentiate(f, node), rule, node.rank)
    return contract_links(upper, differentiate(inner, symbol), inner.rank)


def _scalar_rules(node: Apply) -> Iterator[Tensor]:
    """k A^(k-1) dA and dA k A^(k-1) for A^k."""
    inner = node.children[0]
    exponent = -1 if node.function == INVERSE else as_number(node.children[1])
    if exponent is None:
        return
    slope = scale(exponent, matrix_power(inner, exponent - 1))
    sizes = dict(zip("ijkl", inner.dims * 2, strict=True))
    identity = einsum([], "aa", {"a": inner.dims[0]})
    yield einsum([(slope, "ik"), (identity, "lj")], "ijkl", sizes)
    yield einsum([(identity, "ik"), (slope, "lj")], "ijkl", sizes)


def outer_factor(case: Case) -> Iterator[str]:
    """Every entry is off by one scalar that depends on the data: the derivative of an outer function was dropped."""
    for reading in case.asked_readings:
        if not case.points or any(_ratio(reading, point) is None for point in case.points):
            continue
        bases = _scalars(case, reading)
        if next(factors(reading, case.points, {}), None) is not None:
            return
        for factor in factors(reading, case.points, {_bracketed(m): t for t, m in bases.items()}):
            if factor.powers:
                yield f"A scalar factor is missing: {factor} times the claim is right."
                return
        if not reading.candidate.tensor.rank or case.is_constant(reading):
            return
        yield (
            "Every entry is off by the same scalar, which depends on the data: "
            "the derivative of an outer function was dropped, or a scalar is wrong."
        )
        return


def _bracketed(node: Matrix) -> str:
    return f"({brief(node)})" if node.op in _COMPOSED else brief(node)


_COMPOSED = frozenset({"add", "product", "hadamard", "divide", "dot_divide", "power", "transpose"})


def _ratio(reading: Reading, point: object) -> object | None:
    try:
        return proportion(reading, point)  # type: ignore[arg-type]
    except EvaluationError:
        return None


def _scalars(case: Case, reading: Reading) -> Mapping[Tensor, Matrix]:
    """The scalar parts of f, of the claim and of the derivative, and determinants of what is inverted."""
    found: dict[Tensor, Matrix] = {}
    roots = [case.f] if case.claim is None else [case.f, case.claim.matrix]
    axes = reading.candidate.axes
    changes = set(case.truth.changes.values())
    if axes is not None and (expected := case.form(reading.candidate.tensor, axes)) is not None:
        roots.append(expected)
    excluded = roots[1:]
    roots.extend(build.call("det", node.children[0]) for node in postorder(roots) if node.op == "inv")
    for node in postorder(roots):
        plain = isinstance(node, Matrix) and node.is_scalar and not node.free and node.op not in ("number", "size")
        if plain and node not in excluded and len(found) < _MOST_SCALARS:
            tensor = lower(node)
            if not any(isinstance(part, Symbol) and part.name in changes for part in postorder([tensor])):
                found.setdefault(tensor, node)
    return found
