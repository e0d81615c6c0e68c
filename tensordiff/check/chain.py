"""Checking a chain rule link by link: which link is wrong, or whether it is how the links were joined.

Between matrices each link dF_ij/dM_ab is a tensor whose order is the sum of both orders, and links are joined by summing
over every index of the quantity between them (a double contraction for matrices).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from tensordiff.check.judge import check_claim, judge
from tensordiff.check.problem import Present, Problem
from tensordiff.check.verdict import Verdict
from tensordiff.differentiate import Chain, Link, chain, freed, restore
from tensordiff.errors import UnknownNameError
from tensordiff.lower import lower
from tensordiff.matrix import Matrix, Scope, build
from tensordiff.records import record
from tensordiff.tensor import Named, Symbol

Ends = tuple[str, str]
"""The names of the upper and the lower end of a link."""


@record
class ChainVerdict:
    """What holds of a chain rule: a verdict for each link and for the whole. True where everything is right."""

    links: Mapping[Ends, Verdict]
    total: Verdict | None
    missing: tuple[Ends, ...]
    """Links that the chain has and the claims have not."""
    formula: str
    """How the links are joined, in index notation."""

    @property
    def wrong(self) -> tuple[Ends, ...]:
        """The links that are not right."""
        return tuple(ends for ends, verdict in self.links.items() if not verdict)

    def __bool__(self) -> bool:
        return not self.wrong and not self.missing and (self.total is None or bool(self.total))

    def __str__(self) -> str:
        lines = [f"{_name(ends)}: {verdict}" for ends, verdict in self.links.items()]
        if self.missing:
            lines.append(f"Links are missing: {', '.join(map(_name, self.missing))}; every path counts.")
        if self.total is not None:
            lines.append(f"The whole: {self.total}")
        if self.total is not None and not self.total and not self.wrong:
            lines.append("Every link that is given is right, so the mistake is in how they are joined:")
        elif self.wrong:
            lines.append(f"What is wrong is {', '.join(map(_name, self.wrong))}. The links are joined by")
        else:
            lines.append("The links are joined by")
        return "\n".join([*lines, f"    {self.formula}"])


def check_chain(
    claims: Mapping[str, str | Matrix],
    f: Matrix,
    variable: Matrix,
    scope: Scope,
    *,
    total: str | Matrix | None = None,
    layout: str = "any",
    present: Present | None = None,
) -> ChainVerdict:
    """The verdict on a chain rule derived by hand.

    `claims` gives a formula for each link, by names: {"dF/dM": ..., "dM/dP": ..., "dP/dV": ...}; the quantities between f
    and the variable are `where` names of the scope, and f is one too, or is called F or f. A link is the partial
    derivative with the other quantities of the chain held fixed. `total` is the formula for the whole.

    Raises UnknownNameError for a name that is no part of f, ParseError for text that cannot be read.
    """
    ends = {_ends(name): claim for name, claim in claims.items()}
    top = _top(f, ends, variable)
    parts = list(dict.fromkeys(n for pair in ends for n in pair if n not in (top, variable.data[0].name)))
    for name in parts:
        if name not in scope.where:
            raise UnknownNameError(f"{name} is no named part", hint=f'define it: where={{"{name}": ...}}')
    rule = _rule(f, top, [scope.where[name] for name in parts], variable)
    known = {(link.upper, link.lower): link for link in rule.links}
    nodes = {**{name: scope.where[name] for name in parts}, top: f, variable.data[0].name: variable}
    verdicts: dict[Ends, Verdict] = {}
    for pair, claim in ends.items():
        if pair not in known:
            raise UnknownNameError(
                f"{_name(pair)} is no link of this chain: {pair[0]} does not depend on {pair[1]} while the others are fixed",
                hint=f"the links are {', '.join(map(_name, known))}",
            )
        verdicts[pair] = _link_verdict(known[pair], claim, nodes, scope, layout, present)
    whole = None if total is None else check_claim(total, f, [variable], scope, layout=layout, present=present)
    missing = tuple(pair for pair in known if pair not in ends)
    return ChainVerdict(verdicts, whole, missing, _formula(rule, nodes))


def _link_verdict(
    link: Link, claim: str | Matrix, nodes: Mapping[str, Matrix], scope: Scope, layout: str, present: Present | None
) -> Verdict:
    upper, lower_ = nodes[link.upper], nodes[link.lower]
    return judge(Problem(claim, upper, (lower_,), scope, layout, "free", {}, link.derivative), present)


def _rule(f: Matrix, top: str, parts: Sequence[Matrix], variable: Matrix) -> Chain:
    """The chain with all entries of the variable independent."""
    symbol: Symbol = variable.data[0]
    loose = freed(symbol)
    loosened = {variable: build.symbol(loose, variable.shape)}
    free_f = build.replace(f, loosened)
    whole = lower(free_f)
    named = whole if isinstance(whole, Named) and whole.name == top else Named.make(top, whole)
    between = [lower(build.replace(part, loosened)) for part in parts]
    rule = chain(named, [part for part in between if isinstance(part, Named)], loose)
    links = tuple(Link(link.upper, link.lower, restore(link.derivative, [symbol])) for link in rule.links)
    return Chain(links, rule.paths, rule.path_derivatives, rule.derivative)


def _top(f: Matrix, ends: Mapping[Ends, object], variable: Matrix) -> str:
    """The name of f in the claims."""
    if f.op == "named":
        return str(f.data[0])
    lowers = {lower_ for _, lower_ in ends}
    tops = list(dict.fromkeys(upper for upper, _ in ends if upper not in lowers))
    return tops[0] if tops else "F"


def _ends(name: str) -> Ends:
    """ "dF/dM" as ("F", "M")."""
    upper, slash, lower_ = name.replace(" ", "").partition("/")
    if not slash or not upper or not lower_:
        raise UnknownNameError(f"cannot read the link {name!r}", hint='write "dF/dM"')
    return upper.removeprefix("d") or upper, lower_.removeprefix("d") or lower_


def _name(ends: Ends) -> str:
    return f"d{ends[0]}/d{ends[1]}"


def _formula(rule: Chain, nodes: Mapping[str, Matrix]) -> str:
    """dF_ij/dV_kl = sum_ab dF_ij/dM_ab dM_ab/dV_kl, one product for each path."""
    if not rule.paths:
        return "0"
    first = rule.paths[0]
    letters = {first[0]: "ij", first[-1]: "kl"}
    free = iter("abcdefghpqrstuvw")
    for path in rule.paths:
        for name in path[1:-1]:
            if name not in letters:
                letters[name] = "".join(next(free) for _ in range(len(nodes[name].dims)))
    shown = {name: _subscript(word[: len(nodes[name].dims)]) for name, word in letters.items()}
    products = []
    for path in rule.paths:
        inner = "".join(letters[name] for name in path[1:-1])
        direct = len(path) == 2 and len(rule.paths) > 1
        links = " ".join(f"d{a}{shown[a]}/d{b}{shown[b]}" for a, b in pairwise(path))
        products.append(f"sum_{inner} {links}" if inner else f"({links} with the parts held fixed)" if direct else links)
    return f"d{first[0]}{shown[first[0]]}/d{first[-1]}{shown[first[-1]]} = {' + '.join(products)}"


def _subscript(letters: str) -> str:
    return f"_{letters}" if letters else ""
