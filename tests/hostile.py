"""Inputs that grow where one does not look, and the entry points that must end on each: with a value, or with an error that
says what grew."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field
from functools import cache

import tensordiff as td
from tensordiff.cli.main import main


@dataclass(frozen=True)
class Hostile:
    """An expression, its variable, and claims on its derivative."""

    text: str
    wrt: str
    shapes: Mapping[str, str] | None
    where: Mapping[str, str] = field(default_factory=dict)
    claim: str = "0"

    @property
    def declared(self) -> dict[str, object]:
        return {"shapes": self.shapes, "where": self.where or None}


def _nest(head: str, inner: str, depth: int, tail: str = ")") -> str:
    return head * depth + inner + tail * depth


def _doubled(count: int, step: str = "W{0}*W{0}", first: str = "X") -> dict[str, str]:
    return {"W0": first, **{f"W{k + 1}": step.format(k) for k in range(count)}}


def _net(layers: int, function: str = "tanh") -> str:
    inner = "x"
    for k in range(layers):
        inner = f"{function}(A{k}*{inner} + b{k})"
    return inner


def _net_shapes(layers: int) -> dict[str, str]:
    return {"x": "n", **{f"A{k}": "n n" for k in range(layers)}, **{f"b{k}": "n" for k in range(layers)}}


def _clique(size: int) -> str:
    """A product over all pairs of indices."""
    letters = "abcdefghi"[:size]
    return "*".join(f"X[{p},{q}]" for i, p in enumerate(letters) for q in letters[i + 1 :]) + " -> []"


def _cube(order: int) -> str:
    """A product over the edges of a cube, an index at each corner."""
    letters = "abcdefghijklmnop"
    edges = [(v, v ^ (1 << k)) for v in range(2**order) for k in range(order) if not v >> k & 1]
    return "*".join(f"X[{letters[p]},{letters[q]}]" for p, q in edges) + " -> []"


_SQUARE = {"X": "n n", "A": "n n"}

HOSTILE: dict[str, Hostile] = {
    "squares of squares": Hostile("tr(W20)", "X", {"X": "n n"}, _doubled(20)),
    "squares of squares, entry by entry": Hostile("sum(W20)", "x", {"x": "n"}, _doubled(20, "W{0}.*W{0}", "x+x.^2")),
    "sums of products doubled": Hostile("tr(W8)", "X", _SQUARE, _doubled(8, "W{0}*A + A*W{0}'")),
    "functions of both": Hostile("W20", "a", {"a": ""}, _doubled(20, "sin(W{0})*cos(W{0})", "a")),
    "ten layers": Hostile(f"sum({_net(10)})", "x", _net_shapes(10)),
    "ten layers, the Jacobian": Hostile(_net(10), "x", _net_shapes(10)),
    "forty layers of softmax": Hostile(f"sum({_net(40, 'softmax')})", "x", _net_shapes(40)),
    "a power of a sum": Hostile("tr((A+X)^10)", "X", _SQUARE, claim="10*(A+X)'^9"),
    "a high power of a sum": Hostile("tr((A+X)^1000)", "X", _SQUARE, claim="1000*((A+X)')^999"),
    "a huge power": Hostile("tr(X^100000000)", "X", _SQUARE),
    "a power of a scalar sum": Hostile("(a+b+c+d)^60", "a", dict.fromkeys("abcd", ""), claim="60*(a+b+c+d)^59"),
    "a product of sums": Hostile(
        "tr(" + "*".join(f"(A{k}+X)" for k in range(30)) + ")", "X", {"X": "n n", **{f"A{k}": "n n" for k in range(30)}}
    ),
    "inverses of inverses": Hostile("tr(" + _nest("inv(A+", "X", 30) + ")", "X", _SQUARE),
    "roots of roots": Hostile(_nest("sqrt(1+", "a", 200), "a", {"a": ""}),
    "a deep nest": Hostile("sum(" + _nest("sin(", "x", 200) + ")", "x", {"x": "n"}),
    "a tower of powers": Hostile("^(".join(["a"] * 12) + ")" * 11, "a", {"a": ""}),
    "brackets": Hostile("(" * 90000 + "a" + ")" * 90000, "a", {"a": ""}, claim="1"),
    "brackets that do not close": Hostile("(" * 90000, "a", {"a": ""}),
    "many terms": Hostile("+".join(f"{k}*sin({k}*a)" for k in range(1, 300)), "a", {"a": ""}),
    "many factors": Hostile("tr(" + "*".join(["A", "X"] * 100) + ")", "X", _SQUARE),
    "many variables": Hostile(
        "sum((" + "+".join(f"A{k}*x{k}" for k in range(60)) + ").^2)", "x7",
        {f"A{k}": "n m" for k in range(60)} | {f"x{k}": "m" for k in range(60)},
    ),
    "kron of kron": Hostile("sum(" + _nest("kron(A,", "X", 14) + ")", "X", {"X": "2 2", "A": "2 2"}),
    "a large power of a size": Hostile("a*n^10000", "a", {"a": "", "x": "n"}, claim="n^10000"),
    "a large identity": Hostile("tr(eye(1000000000)*a)", "a", {"a": ""}, claim="10^9"),
    "a large duplication": Hostile("sum(D(3000))*a", "a", {"a": ""}),
    "a tower of numbers": Hostile("a*10^(10^10)", "a", {"a": ""}),
    "numbers past all floats": Hostile("1e400*a", "a", {"a": ""}, claim="10^400"),
    "a number of many digits": Hostile("a*0." + "3" * 5000, "a", {"a": ""}),
    "a large variable": Hostile("sum(inv(X))", "X", {"X": "100000 100000"}),
    "twenty dimensions": Hostile("norm2(T)^2", "T", {"T": " ".join(f"n{k}" for k in range(20))}, claim="2*T"),
    "sixty dimensions": Hostile("norm2(T)^2", "T", {"T": " ".join(f"n{k}" for k in range(60))}, claim="2*T"),
    "nine indices, all pairs": Hostile(_clique(9), "X", {"X": "n n"}),
    "a cube of indices": Hostile(_cube(4), "X", {"X": "n n"}),
    "determinants of determinants": Hostile(_nest("det(X*", "X", 12), "X", _SQUARE),
    "largest of largest": Hostile(_nest("max(b,", "a", 40), "a", {"a": "", "b": ""}),
    "a literal matrix": Hostile(
        "x'*[" + "; ".join(" ".join(f"{i * 7 % 11}" for i in range(60)) for _ in range(60)) + "]*x", "x", {"x": "60"}
    ),
    "quotients of quotients": Hostile(_nest("a/(b+", "a", 30), "a", {"a": "", "b": ""}),
    "moments": Hostile("log(" + "+".join(f"exp(a*{k})" for k in range(60)) + ")", "a", {"a": ""}),
    "not declared": Hostile("tr(" + "*".join(f"(A{k}+B{k}')" for k in range(60)) + "*X)", "X", None),
}  # fmt: skip
"""By what is hostile in them."""


@cache
def expression(name: str) -> td.Expression:
    case = HOSTILE[name]
    return td.parse(case.text, **case.declared)  # type: ignore[arg-type]


@cache
def derivative(name: str, order: int = 1) -> td.Derivative:
    return td.diff(expression(name), *[HOSTILE[name].wrt] * order)


def _values(name: str) -> dict[str, object]:
    import numpy as np

    random = np.random.default_rng(0)
    found: dict[str, object] = {}
    for symbol in expression(name).scope.symbols.values():
        sizes = [dim.value or 2 for dim in symbol.dims]
        if np.prod([float(size) for size in sizes]) > 1e8:
            sizes = [1 if len(sizes) > 9 else 2] * len(sizes)
        found[symbol.data[0].name] = random.uniform(0.2, 0.8, sizes)
    return found


def _command(*words: str) -> str:
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()), suppress(SystemExit):
        main(list(words))
    return out.getvalue()


def _declared(name: str) -> list[str]:
    case = HOSTILE[name]
    words = []
    for variable, shape in (case.shapes or {}).items():
        words += ["--var", f"{variable}:{','.join(shape.split())}"]
    for part, definition in case.where.items():
        words += ["--where", f"{part}={definition}"]
    return words


def _page(name: str, kind: str) -> object:
    from tensordiff.page.jobs import answer

    case = HOSTILE[name]
    request = {"f": case.text, "wrt": case.wrt, "answer": case.claim, "where": dict(case.where)}
    if case.shapes is not None:
        request["shapes"] = dict(case.shapes)
    return answer(kind, request)


ENTRIES: dict[str, Callable[[str], object]] = {
    "parse": expression,
    "str": lambda name: str(expression(name)),
    "repr": lambda name: repr(expression(name)),
    "latex": lambda name: expression(name).latex(),
    "diff": derivative,
    "str of the derivative": lambda name: str(derivative(name)),
    "repr of the derivative": lambda name: repr(derivative(name)),
    "latex of the derivative": lambda name: derivative(name).latex(),
    "matrix form": lambda name: str(derivative(name).matrix_form()),
    "einsum of the derivative": lambda name: str(derivative(name).einsum()),
    "second derivative": lambda name: derivative(name, 2),
    "matrix form of the second": lambda name: str(derivative(name, 2).matrix_form()),
    "str of the twelfth": lambda name: str(derivative(name, 12)),
    "explain": lambda name: td.explain(expression(name), HOSTILE[name].wrt),
    "chain": lambda name: td.chain(expression(name), through=list(HOSTILE[name].where)[-1:], wrt=HOSTILE[name].wrt),
    "a claim": lambda name: str(td.check(HOSTILE[name].claim, HOSTILE[name].text, HOSTILE[name].wrt, **HOSTILE[name].declared)),
    "the right claim": lambda name: str(td.check(derivative(name).matrix_form(), expression(name), HOSTILE[name].wrt)),
    "equal to itself": lambda name: td.equal(expression(name), expression(name)),
    "equal to twice itself": lambda name: str(td.equal(expression(name), 2 * expression(name))),
    "proofread": lambda name: str(td.proofread(f"df = {HOSTILE[name].claim}", expression(name), HOSTILE[name].wrt)),
    "compile": lambda name: td.compile([expression(name), derivative(name)]).source,
    "evaluate": lambda name: expression(name).evaluate(**_values(name)),
    "evaluate the derivative": lambda name: derivative(name).evaluate(**_values(name)),
    "to SymPy": lambda name: expression(name).to_sympy(),
    "diff command": lambda name: _command("diff", HOSTILE[name].text, "--wrt", HOSTILE[name].wrt, *_declared(name)),
    "check command": lambda name: _command(
        "check", HOSTILE[name].claim, "--of", HOSTILE[name].text, "--wrt", HOSTILE[name].wrt, *_declared(name)
    ),
    "explain command": lambda name: _command("explain", HOSTILE[name].text, "--wrt", HOSTILE[name].wrt, *_declared(name)),
    "page, derivative": lambda name: _page(name, "diff"),
    "page, claim": lambda name: _page(name, "check"),
}
"""By name, what is done with each input."""
