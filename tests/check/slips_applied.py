"""Slips that people make, applied to true claims: each a change of the syntax tree, and the words by which it is known.

`python -m tests.check.slips_applied` counts how often the slip that a verdict names is the one that was applied.
"""

from __future__ import annotations

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import tensordiff as td
from tests.generated.language import Node, call, name, number, text
from tests.generated.reader import read


@dataclass(frozen=True)
class Claim:
    """A true claim; `layout` as in the API, `by` one name or several."""

    f: str
    by: str
    claim: str
    shapes: str
    layout: str = "any"

    @property
    def declared(self) -> dict[str, str]:
        return {word: shape.replace(",", " ") for word, shape in (part.split(":") for part in self.shapes.split())}

    @property
    def wrt(self) -> str | list[str]:
        words = self.by.split()
        return words[0] if len(words) == 1 else words


_LEAST = "A:m,n x:n b:m"
CLAIMS = (
    Claim("x'*A*x", "x", "(A + A')*x", "A:n,n x:n"),
    Claim("norm2(A*x - b)^2/2", "x", "A'*(A*x - b)", _LEAST),
    Claim("norm2(A*x - b)^2/2 + c*x'*x", "x", "A'*(A*x - b) + 2*c*x", f"{_LEAST} c:"),
    Claim("norm2(A*x - b)^2 + y'*x", "x", "2*A'*(A*x - b) + y", f"{_LEAST} y:n"),
    Claim("tr(A*X*B)", "X", "A'*B'", "A:p,n X:n,m B:m,p", "gradient"),
    Claim("tr(X'*A*X)", "X", "A*X + A'*X", "A:n,n X:n,m", "gradient"),
    Claim("tr(X*A*X*B)", "X", "(A*X*B)' + (B*X*A)'", "A:n,n X:n,n B:n,n", "gradient"),
    Claim("det(X)", "X", "det(X)*inv(X)'", "X:n,n", "gradient"),
    Claim("logdet(X)", "X", "inv(X)'", "X:n,n", "gradient"),
    Claim("logdet(X) + tr(X*A)", "X", "inv(X)' + A'", "A:n,n X:n,n", "gradient"),
    Claim("tr(A*inv(X))", "X", "-inv(X)'*A'*inv(X)'", "A:n,n X:n,n", "gradient"),
    Claim("tr(B)*tr(A*X)", "X", "tr(B)*A'", "A:n,n B:n,n X:n,n", "gradient"),
    Claim("sum(A*X)", "X", "A'*ones(m, p)", "A:m,n X:n,p", "gradient"),
    Claim("sum(exp(A*x))", "x", "A'*exp(A*x)", "A:m,n x:n"),
    Claim("sum(tanh(A*x))", "x", "A'*(1 - tanh(A*x).^2)", "A:m,n x:n"),
    Claim("exp(-x'*A*x/2)", "x", "-exp(-x'*A*x/2)*(A + A')*x/2", "A:n,n x:n"),
    Claim("x'*A*x/(x'*x)", "x", "(A + A')*x/(x'*x) - 2*(x'*A*x)/(x'*x)^2*x", "A:n,n x:n"),
    Claim("a'*x/(x'*x)", "x", "a/(x'*x) - 2*(a'*x)/(x'*x)^2*x", "a:n x:n"),
    Claim("sqrt(x'*A*x)", "x", "(A + A')*x/(2*sqrt(x'*A*x))", "A:n,n x:n"),
    Claim("norm2(x)", "x", "x/norm2(x)", "x:n"),
    Claim("sum(log(1 + exp(A*x)))", "x", "A'*(exp(A*x)./(1 + exp(A*x)))", "A:m,n x:n"),
    Claim("y'*log(A*x)", "x", "A'*(y./(A*x))", "A:m,n x:n y:m"),
    Claim("norm2(W*x - y)^2/2", "W", "(W*x - y)*x'", "W:m,n x:n y:m", "gradient"),
    Claim("norm2(Y - X*B)^2/2", "X", "-(Y - X*B)*B'", "Y:n,m X:n,p B:p,m", "gradient"),
    Claim("a'*X*b", "X", "a*b'", "a:n X:n,m b:m", "gradient"),
    Claim("a'*X*X'*a", "X", "2*a*a'*X", "a:n X:n,m", "gradient"),
    Claim("(a'*x)^3", "x", "3*(a'*x)^2*a", "a:n x:n"),
    Claim("(b'*A*x)^2", "x", "2*(b'*A*x)*A'*b", _LEAST),
    Claim("logdet(X'*X)", "X", "2*X*inv(X'*X)", "X:n,m", "gradient"),
    Claim("det(X'*X)", "X", "2*det(X'*X)*X*inv(X'*X)", "X:n,m", "gradient"),
    Claim("log(a'*exp(x))", "x", "a.*exp(x)/(a'*exp(x))", "a:n x:n"),
    Claim("w'*(x.*x) + a'*x", "x", "2*w.*x + a", "w:n x:n a:n"),
    Claim("A*x + b", "x", "A", _LEAST, "numerator"),
    Claim("w.*(A*x)", "x", "diag(w)*A", "w:m A:m,n x:n", "numerator"),
    Claim("exp(A*x)", "x", "diag(exp(A*x))*A", "A:m,n x:n", "numerator"),
    Claim("tanh(A*x + b)", "x", "diag(1 - tanh(A*x + b).^2)*A", _LEAST, "numerator"),
    Claim("x*(a'*x)", "x", "a'*x*eye(n) + x*a'", "a:n x:n", "numerator"),
    Claim("A*X*B", "X", "kron(B', A)", "A:p,n X:n,m B:m,q", "vec-column"),
    Claim("inv(X)", "X", "-kron(inv(X)', inv(X))", "X:n,n", "vec-column"),
    Claim("X'", "X", "K(n,m)", "X:n,m", "vec-column"),
    Claim("A*X'*B", "X", "kron(B', A)*K(n,m)", "A:p,m X:n,m B:n,q", "vec-column"),
    Claim("X*A*X'", "X", "kron(X*A', eye(n)) + kron(eye(n), X*A)*K(n,m)", "A:m,m X:n,m", "vec-column"),
    Claim("A*inv(X)*B", "X", "-kron((inv(X)*B)', A*inv(X))", "A:p,n X:n,n B:n,q", "vec-column"),
    Claim("sum(exp(A*x))", "x x", "A'*diag(exp(A*x))*A", "A:m,n x:n"),
    Claim("x'*A*x", "x x", "A + A'", "A:n,n x:n"),
    Claim("norm2(A*x - b)^2/2", "x x", "A'*A", _LEAST),
    Claim("log(sum(exp(x)))", "x", "exp(x)/sum(exp(x))", "x:n"),
)


Slip = Callable[[Claim, Node], Iterator[Node]]


def _places(node: Node, path: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Node]]:
    yield path, node
    if node.op == "call" and node.data in ("eye", "ones", "K"):
        return
    for place, child in enumerate(node.children):
        yield from _places(child, (*path, place))


def _put(root: Node, path: tuple[int, ...], new: Node) -> Node:
    if not path:
        return new
    children = list(root.children)
    children[path[0]] = _put(children[path[0]], path[1:], new)
    return Node(root.op, tuple(children), root.data)


def _everywhere(change: Callable[[Node], Iterator[Node]]) -> Slip:
    def slip(claim: Claim, root: Node) -> Iterator[Node]:
        for path, node in _places(root):
            for new in change(node):
                yield _put(root, path, new)

    return slip


def _factors(node: Node) -> list[Node]:
    """The operands of a chain of * and /, divisors left out."""
    if node.op == "*":
        return [*_factors(node.children[0]), *_factors(node.children[1])]
    return [node]


def _product(parts: list[Node]) -> Node:
    made = parts[0]
    for part in parts[1:]:
        made = Node("*", (made, part))
    return made


def _without(root: Node, wanted: Callable[[Node], bool]) -> Iterator[Node]:
    """Products with one factor left out."""
    for path, node in _places(root):
        if node.op == "*" and (not path or _at(root, path[:-1]).op != "*"):
            parts = _factors(node)
            for place, part in enumerate(parts):
                if wanted(part) and len(parts) > 1:
                    yield _put(root, path, _product([*parts[:place], *parts[place + 1 :]]))
        if node.op == "/" and wanted(node.children[0]):
            yield _put(root, path, Node("/", (number(1), node.children[1])))


def _at(root: Node, path: tuple[int, ...]) -> Node:
    for place in path:
        root = root.children[place]
    return root


def _is_call(*words: str) -> Callable[[Node], bool]:
    return lambda node: node.op == "call" and node.data in words


def transposed(claim: Claim, root: Node) -> Iterator[Node]:
    if claim.layout == "gradient":
        yield Node("'", (root,))


def sign(claim: Claim, root: Node) -> Iterator[Node]:
    yield Node("negative", (root,)) if root.op != "negative" else root.children[0]
    for path, node in _places(root):
        if node.op == "add":
            for place in range(1, len(node.children)):
                signs = list(node.data)
                signs[place] = "-" if signs[place] == "+" else "+"
                yield _put(root, path, Node("add", node.children, tuple(signs)))


def number_dropped(claim: Claim, root: Node) -> Iterator[Node]:
    if root.op != "add":
        yield from _without(root, lambda node: node.op == "number")


def factor_of_a_term(claim: Claim, root: Node) -> Iterator[Node]:
    if root.op == "add":
        for place, term in enumerate(root.children):
            changed = Node("*", (number(2), term)) if term.op != "negative" else term
            yield Node("add", (*root.children[:place], changed, *root.children[place + 1 :]), root.data)


def term_dropped(claim: Claim, root: Node) -> Iterator[Node]:
    if root.op == "add":
        for place in range(len(root.children)):
            rest, signs = [*root.children[:place], *root.children[place + 1 :]], [*root.data[:place], *root.data[place + 1 :]]
            if len(rest) > 1:
                yield Node("add", tuple(rest), ("+", *signs[1:]))
            else:
                yield rest[0] if signs[0] == "+" else Node("negative", (rest[0],))


def constant_kept(claim: Claim, root: Node) -> Iterator[Node]:
    shapes = claim.declared
    for word, shape in shapes.items():
        if (
            claim.layout in ("any", "numerator")
            and shape == shapes[claim.by.split()[0]]
            and word not in claim.by.split()
            and "," not in claim.by
        ):
            yield Node("add", (root, name(word)), ("+", "+"))


def order_of_factors(claim: Claim, root: Node) -> Iterator[Node]:
    for path, node in _places(root):
        if node.op == "*" and (not path or _at(root, path[:-1]).op != "*"):
            parts = _factors(node)
            for place in range(len(parts) - 1):
                yield _put(root, path, _product([*parts[:place], parts[place + 1], parts[place], *parts[place + 2 :]]))


def _a_transpose(node: Node) -> Iterator[Node]:
    if node.op == "'":
        yield node.children[0]
    elif node.op == "name" and node.data.isupper():
        yield Node("'", (node,))


def _kronecker(node: Node) -> Iterator[Node]:
    if node.op == "call" and node.data == "kron":
        yield call("kron", *node.children[::-1])


def commutation(claim: Claim, root: Node) -> Iterator[Node]:
    yield from _without(root, _is_call("K"))
    if root.op == "call" and root.data == "K":
        yield call("eye", Node("*", root.children))


def _inverse(node: Node) -> Iterator[Node]:
    if node.op == "call" and node.data == "inv":
        yield node.children[0]


def _entrywise(node: Node) -> Iterator[Node]:
    if node.op == "*" and "number" not in (node.children[0].op, node.children[1].op):
        yield Node(".*", node.children)


def _matrix_product(node: Node) -> Iterator[Node]:
    if node.op == ".*":
        yield Node("*", node.children)


def _undone(node: Node) -> Iterator[Node]:
    if node.op == "call" and node.data == "diag":
        yield node.children[0]


def diagonal_lost(claim: Claim, root: Node) -> Iterator[Node]:
    """.* for diag(..)*"""
    for path, node in _places(root):
        if node.op == "*" and _is_call("diag")(node.children[0]):
            yield _put(root, path, Node(".*", (node.children[0].children[0], node.children[1])))


def denominator(claim: Claim, root: Node) -> Iterator[Node]:
    """The square of a denominator forgotten."""
    for path, node in _places(root):
        if node.op == "^" and path and _at(root, path[:-1]).op == "/" and path[-1] == 1:
            yield _put(root, path, node.children[0])


def parentheses(claim: Claim, root: Node) -> Iterator[Node]:
    for path, node in _places(root):
        if node.op != "*" or (path and _at(root, path[:-1]).op == "*"):
            continue
        parts = _factors(node)
        if parts[-1].op == "add" and len(parts) > 1:
            first, *rest = parts[-1].children
            made = Node("add", (_product([*parts[:-1], first]), *rest), parts[-1].data)
            yield _put(root, path, made)
        if parts[0].op == "add" and len(parts) > 1 and not path:
            *others, last = parts[0].children
            yield Node("add", (*others, _product([last, *parts[1:]])), parts[0].data)


def inner_derivative(claim: Claim, root: Node) -> Iterator[Node]:
    """The derivative of what stands in a function forgotten: A'*exp(A*x) without A'."""
    inside = re.findall(r"\b(?:exp|tanh|log)\(([^()]*)\)", claim.f)
    if inside and root.op == "*" and text(root.children[0]).rstrip("'") in ("A",):
        yield root.children[1]
    if inside and root.op == "*" and root.children[1].op == "name" and claim.layout == "numerator":
        yield root.children[0]


def outer_derivative(claim: Claim, root: Node) -> Iterator[Node]:
    """The derivative of an outer function forgotten: a scalar factor that is a function of the variable."""
    if root.op == "add":
        return
    scalars = {"exp(-x'*A*x/2)", "(a'*x)^2", "b'*A*x", "det(X'*X)"}
    yield from _without(root, lambda node: text(node) in scalars)


def power_rule(claim: Claim, root: Node) -> Iterator[Node]:
    if claim.f == "tr(A*inv(X))":
        yield read("-A'*inv(X)'*inv(X)'")
        yield read("-inv(X)'*inv(X)'*A'")
    if claim.f == "inv(X)":
        yield read("-kron(eye(n), inv(X)*inv(X))")
        yield read("-kron((inv(X)*inv(X))', eye(n))")


def symmetric_rule(claim: Claim, root: Node) -> Iterator[Node]:
    if claim.layout == "gradient" and claim.declared[claim.by] == "n n":
        turned = Node("'", (root,))
        diagonal = Node(".*", (root, call("eye", name("n"))))
        yield Node("add", (root, turned, diagonal), ("+", "+", "-"))
        yield Node("add", (root, turned), ("+", "+"))


def by_another_variable(claim: Claim, root: Node) -> Iterator[Node]:
    shapes = claim.declared
    for word, shape in shapes.items():
        if " " in claim.by or word == claim.by or shape != shapes[claim.by]:
            continue
        made = td.diff(td.parse(claim.f, shapes=shapes), word).matrix_form(None if claim.layout == "any" else claim.layout)
        if not td.equal(td.parse(claim.claim, shapes=shapes), made):
            yield read(str(made))


def a_number_added(claim: Claim, root: Node) -> Iterator[Node]:
    if claim.layout in ("any", "gradient", "numerator"):
        yield Node("add", (root, number(1)), ("+", "+"))


SLIPS: dict[str, tuple[Slip, str]] = {
    "transposed": (transposed, r"[Tt]ranspose"),
    "sign": (sign, r"\bsign\b|minus"),
    "number dropped": (number_dropped, r"\bfactor\b"),
    "factor of a term": (factor_of_a_term, r"coefficient|times|factor"),
    "term dropped": (
        term_dropped,
        r"not differentiated|lacks|term .*missing|missing .*term|product rule|symmetric|half|occurrence",
    ),
    "constant kept": (constant_kept, r"does not belong|constant|times"),
    "order of factors": (order_of_factors, r"order"),
    "transpose missing": (_everywhere(_a_transpose), r"[Tt]ranspose|symmetric|order|swapped|occurrence"),
    "Kronecker factors swapped": (_everywhere(_kronecker), r"swapped"),
    "commutation matrix missing": (commutation, r"[Cc]ommutation"),
    "inverse missing": (_everywhere(_inverse), r"inverse|inv\("),
    "entrywise product": (_everywhere(_entrywise), r"kind of product|[Hh]adamard|entry by entry|entrywise"),
    "matrix product": (_everywhere(_matrix_product), r"kind of product|[Hh]adamard|entry by entry|entrywise"),
    "diag undone": (_everywhere(_undone), r"diag"),
    "entrywise for diag": (diagonal_lost, r"diag|kind of product"),
    "trace factor dropped": (lambda c, r: _without(r, _is_call("tr")), r"\btrace\b|\btr\("),
    "determinant dropped": (lambda c, r: _without(r, _is_call("det")), r"\bdet\b|determinant"),
    "ones dropped": (lambda c, r: _without(r, _is_call("ones")), r"\bones\b|summ?ed over|row sums|column sums"),
    "weights of a Hessian": (lambda c, r: _without(r, _is_call("diag")), r"weights?|diag\("),
    "square of a denominator": (denominator, r"denominator|square"),
    "parentheses lost": (parentheses, r"parenthes|bracket|factor .*term|lacks"),
    "inner derivative": (inner_derivative, r"inner derivative|derivative (?:of|by) A\*x"),
    "outer derivative": (outer_derivative, r"outer (?:function|derivative)|\bfactor\b"),
    "power rule": (power_rule, r"power rule|chain rule"),
    "symmetric rule": (symmetric_rule, r"symmetric variable|symmetric"),
    "another variable": (by_another_variable, r"derivative by"),
    "number added": (a_number_added, r"number .*every entry|broadcast|added to every entry|does not belong"),
}


def applied() -> Iterator[tuple[str, str, Claim, str]]:
    """(kind, pattern, claim, wrong text)"""
    for claim in CLAIMS:
        root = read(claim.claim)
        seen = {claim.claim}
        for kind, (slip, pattern) in SLIPS.items():
            for wrong in slip(claim, root):
                if (written := text(wrong)) not in seen:
                    seen.add(written)
                    yield kind, pattern, claim, written


def told(claim: Claim, written: str) -> td.Verdict | None:
    """The verdict on a claim with a slip; None where it is no slip after all, or no claim."""
    try:
        verdict = td.check(written, claim.f, claim.wrt, claim.layout, shapes=claim.declared)
    except td.TensordiffError:
        return None
    return None if verdict else verdict


def named(verdict: td.Verdict) -> str:
    """What a verdict says of the slip."""
    return f"{verdict.diagnosis or ''}\n{str(verdict).splitlines()[0]}"


def main() -> None:
    count: Counter[str] = Counter()
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    for kind, pattern, claim, written in applied():
        verdict = told(claim, written)
        if verdict is None:
            continue
        said = named(verdict)
        nothing = verdict.diagnosis is None and verdict.status in ("wrong", "does-not-conform")
        how = "right" if re.search(pattern, said) else "silent" if nothing else "other"
        count[how] += 1
        kinds[kind][how] += 1
        if how != "right" and "-v" in sys.argv:
            print(f"{how:6} [{kind}] {written} for {claim.f} by {claim.by} ({claim.layout}): {' '.join(said.split())[:200]}")
    for kind, found in kinds.items():
        print(f"{kind:28} {dict(found)}")
    total = sum(count.values())
    right, other, silent = (count[how] / total for how in ("right", "other", "silent"))
    print(f"{total} slips: {right:.1%} named, {other:.1%} named as another, {silent:.1%} not")


if __name__ == "__main__":
    main()
