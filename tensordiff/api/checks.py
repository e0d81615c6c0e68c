"""Verdicts on formulas that people derived by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from tensordiff import records
from tensordiff.api.claims import posed, shown_in, variable_name
from tensordiff.api.declare import declared, parse
from tensordiff.api.derivative import diff
from tensordiff.api.exchange import from_sympy
from tensordiff.api.expression import Expression, expression
from tensordiff.api.tensor_form import TensorForm
from tensordiff.api.variables import is_entry, read_variable, variable_node
from tensordiff.check import ChainVerdict, Equality, Verdict, check_callable, check_claim, equal_tensors
from tensordiff.check import check_chain as link_verdicts
from tensordiff.check import equal as equal_matrices
from tensordiff.check.problem import split_where
from tensordiff.errors import DomainError, ParseError, ShapeError, UnknownNameError
from tensordiff.lower import lower
from tensordiff.matrix import Matrix, Scope, brief
from tensordiff.matrix.build import replace
from tensordiff.parse import code_language, extended, parse_answer
from tensordiff.parse import parse as parse_text
from tensordiff.parse.declare import with_symmetries
from tensordiff.tensor import Symbol, dims_text, is_zero

Comparable = str | int | float | Fraction | Expression | TensorForm
"""A text, a number, an expression or a derivative."""


def check(
    answer: Any,
    f: str | Expression | None = None,
    wrt: str | Expression | Sequence[str | Expression] | None = None,
    layout: str = "any",
    entries: str = "any",
    *,
    where: Mapping[str, str] | None = None,
    shapes: Mapping[str, Any] | None = None,
    structures: Mapping[str, str] | None = None,
    assume: Mapping[str, str] | None = None,
    language: str | None = None,
    sizes: str | Sequence[str] = (),
    symmetries: Mapping[str, Iterable[Sequence[int]]] | None = None,
) -> Verdict:
    """Whether `answer` is the derivative of f by one or several variables, and if not, why.

    `answer` is text, an expression, a SymPy expression, or a function of arrays whose parameters are names of symbols
    (called at random points, the method is then "numeric"). f is an expression, or text (then `shapes`, `structures`,
    `symmetries` and `assume` declare its variables as in `parse`; without `shapes` they are inferred). What is declared
    beside an expression holds beside what it declares itself: structures and assumptions of its symbols, further shapes.
    `where` names parts for both, `sizes` ("n m") further sizes.
    Code is an answer too (2*X.T @ (X@w - y), a lambda, a def with one return): it is parsed and never run, and its marks tell
    whether it is Python with NumPy, JAX or PyTorch, MATLAB, Julia, R or Mathematica, or `language` does.
    `layout` is "gradient", "numerator", "denominator", "vec-column", "vec-row", "index" (the answer ends in
    -> [i,j,k,l], f's indices, then the variable's), "differential" or "any"; `entries` is "free", "projected", "tied",
    "vech" or "any".

    With the layout open, an answer that contains dX, or has a left-hand side (dF = A*dX*B, df = tr(G'*dX),
    vec(dF) = M*vec(dX)), is a claim on the differential: every variable whose differential it contains varies, within its
    structure, and d(...) is the differential of any part. With a variable given twice, d2f = dx'*H*dx is the second one.

    The verdict is true where the answer is right in the layout asked; `status`, `method`, `layouts`, `entries`,
    `assumptions`, `factor`, `diagnosis`, `expected` and `witness` say more, and `str` tells it to a person. An answer
    whose operations do not conform gets a verdict too. Raises ParseError and UnknownNameError for text that cannot be read.

        >>> import tensordiff as td
        >>> verdict = td.check("A*A'", "A*V*A'", "V", shapes={"A": "m n", "V": "n n"})
        >>> bool(verdict), str(verdict.expected)
        (False, 'kron(A, A)')
        >>> print(td.check("dF = A'*dV*A", "A*V*A'", "V", shapes={"A": "m n", "V": "n n"}).expected)
        dF = A*dV*A'
    """
    structures = with_symmetries(structures, symmetries)
    declarations = {"where": where, "shapes": shapes, "structures": structures, "assume": assume}
    with shown_in(answer):
        return _checked(answer, f, wrt, layout, entries, language=language, sizes=sizes, **declarations)


def _checked(
    answer: Any,
    f: Any,
    wrt: Any,
    layout: str,
    entries: str,
    *,
    where: Mapping[str, str] | None,
    shapes: Mapping[str, Any] | None,
    structures: Mapping[str, str] | None,
    assume: Mapping[str, str] | None,
    language: str | None,
    sizes: str | Sequence[str],
) -> Verdict:
    """The verdict on a claim, whose errors are placed in a side of it."""
    extra, stated = where, None
    right, applied, note = answer, frozenset[tuple[str, str]](), None
    answer, f = (x.expression() if isinstance(x, TensorForm) else x for x in (answer, f))
    further = sizes.split() if isinstance(sizes, str) else list(sizes)
    if isinstance(answer, str) and code_language(answer, language) is None:
        claim_ = posed(answer, f, wrt, layout, where, shapes, further)
        answer, f, wrt, layout, stated = claim_.answer, claim_.f, claim_.wrt, claim_.layout, claim_.stated
        right, where, applied, note = claim_.right, claim_.parts or None, claim_.applied, claim_.note
        extra = where
    if f is None or wrt is None:
        missing = "f" if f is None else "wrt"
        raise DomainError(f"{missing} is not given", hint='check("2*A*x", "x\'*A*x", "x"): the claim, f, and what it is by')
    if isinstance(f, Expression):
        scope, changed = _redeclared(f.scope, shapes or {}, structures or {}, assume or {})
    else:
        # Without shapes every definition counts, for they are inferred from all of them.
        own, extra = split_where(f, where) if where and shapes is not None else (where, None)
        text = right if isinstance(answer, str) else None
        beside = [*([text] if text else []), *(where or {}).values()]
        listed = " ".join(further)
        read_f = parse_text(f, shapes, structures, own, assume, sizes=listed, beside=beside, answer=text, applied=applied)
        f = Expression(*read_f)
        scope, changed = f.scope, {}
    wanted = [wrt] if isinstance(wrt, str | Expression) else list(wrt)
    wanted = [variable_name(x) if isinstance(x, str) and not is_entry(x) else x for x in wanted]
    read = [read_variable(f.scope, variable) for variable in wanted]
    variables = [changed.get(variable.node, variable.node) for variable in read]
    for variable in (variable for variable in wanted if isinstance(variable, Expression)):
        scope = scope.merge(_replaced(variable.scope, changed))
    for name in further:
        scope = scope.with_dim(name)
    if note is not None and scope.conventions is not None:
        scope = scope.with_conventions(scope.conventions.noting(note))
    if stated is not None:
        refuse_other(stated, f.matrix, scope)
    if isinstance(answer, str) and code_language(answer, language) is None:
        scope = extended(right, scope, claim=True)
    options: dict[str, Any] = {"layout": layout, "entries": entries, "present": Expression}
    if not isinstance(answer, str | Expression):
        if type(answer).__module__.partition(".")[0] != "sympy":
            if not callable(answer):
                raise TypeError(f"an answer is text, an expression or a function of arrays, not {type(answer).__name__}")
            if any(variable.places for variable in read):
                raise DomainError("a function of arrays is compared with the derivative by whole variables")
            return check_callable(answer, replace(f.matrix, changed), variables, scope, **options)
        answer = str(from_sympy(answer))  # read again, so that its symbols are those declared here
    if isinstance(answer, Expression):
        scope = scope.merge(_replaced(answer.scope, changed))
    claim = answer if isinstance(answer, str) else replace(answer.matrix, changed)
    if any(variable.places for variable in read):
        meaning = None if entries == "any" else entries
        J = diff(Expression(replace(f.matrix, changed), scope), *(v.name for v in read), entries=meaning)
        variables, options["entries"], options["derivative"] = list(J.nodes), "any", J.tensor
    return check_claim(claim, replace(f.matrix, changed), variables, scope, where=extra, language=language, **options)


def check_chain(
    claims: Mapping[str, str | Expression],
    f: Expression,
    wrt: str | Expression,
    *,
    total: str | Expression | None = None,
    layout: str = "any",
) -> ChainVerdict:
    """The verdict on a chain rule derived by hand, link by link.

    `claims` has a formula for each link, by names: {"dF/dM": "-kron(F', F)", "dM/dV": ...}; the quantities between f and
    the variable are `where` names of f. A link is the partial derivative with the other quantities of the chain held
    fixed. `total` is the formula for the whole: where every link is right and it is wrong, the joining is. `layout` is that
    of `check`. Raises UnknownNameError for a link that the chain does not have, ParseError and ShapeError for a formula that
    cannot be read.

        >>> import tensordiff as td
        >>> F = td.parse("F", shapes={"X": "n m", "V": "n n"}, where={"M": "X'*V*X", "F": "inv(M)"})
        >>> verdict = td.check_chain({"dF/dM": "-kron(F', F)", "dM/dV": "kron(X, X)"}, F, "V")
        >>> bool(verdict), verdict.wrong
        (False, (('M', 'V'),))
    """
    scope = f.scope
    for formula in (*claims.values(), total):
        if isinstance(formula, Expression):
            scope = scope.merge(formula.scope)
    links = {name: _formula(claim) for name, claim in claims.items()}
    whole = None if total is None else _formula(total)
    variable = variable_node(f.scope, wrt)
    return link_verdicts(links, f.matrix, variable, scope, total=whole, layout=layout, present=Expression)


def equal(a: Comparable, b: Comparable, **declarations: Any) -> Equality:
    """Whether two expressions, or two derivatives, are equal for all sizes and values, with the evidence of a verdict:
    "proved" by canonical forms or by the relations of inverses and functions, "exact" at random points modulo primes,
    "numeric" with many digits. Texts are read with `shapes`, `structures`, `where` and `assume` as in `parse`, or in the
    scope of the other expression; the number 0 is zero of any shape. Raises ShapeError where derivatives have different
    shapes, ParseError for a text that cannot be read.

        >>> import tensordiff as td
        >>> found = td.equal("tr(A*B)", "sum(A.*B')", shapes={"A": "n m", "B": "m n"})
        >>> bool(found), found.method
        (True, 'proved')
    """
    a, b = (x if isinstance(x, str | TensorForm) else expression(x) for x in (a, b))
    if isinstance(a, TensorForm) or isinstance(b, TensorForm):
        a, b = _with_zero(a, b), _with_zero(b, a)
        scope = next(x.scope for x in (a, b) if isinstance(x, TensorForm))
        left, right = (lower(parse_answer(x, scope)[0]) if isinstance(x, str) else x.tensor for x in (a, b))
        if left.dims != right.dims:
            raise ShapeError(f"the two have axes {dims_text(left.dims)} and {dims_text(right.dims)}")
        return equal_tensors(left, right)
    return equal_matrices(*_pair(a, b, declarations))


def _with_zero(a: str | Expression | TensorForm, other: str | Expression | TensorForm) -> str | Expression | TensorForm:
    """a; beside a derivative, 0 as the derivative without any terms."""
    nothing = a.strip() == "0" if isinstance(a, str) else isinstance(a, Expression) and is_zero(a.tensor) and not a.tensor.dims
    return 0 * other if nothing and isinstance(other, TensorForm) else a


def assert_equal(a: Comparable, b: Comparable, **declarations: Any) -> None:
    """Raises AssertionError, which says where the two differ, unless `equal` finds them equal; ShapeError where
    derivatives have different shapes. For use in tests.

        >>> import tensordiff as td
        >>> td.assert_equal("tr(A*B)", "tr(B*A)")
    """
    found = equal(a, b, **declarations)
    if not found:
        raise AssertionError(str(found))


def _pair(a: str | Expression, b: str | Expression, declarations: Mapping[str, Any]) -> tuple[Matrix, Matrix]:
    if isinstance(a, str) and isinstance(b, str):
        first = parse(a, **declarations, beside=[b])
        return first.matrix, parse_answer(b, extended(b, first.scope))[0]
    if declarations:
        raise TypeError("declarations are for two texts; an expression brings its own scope")
    scope = a.scope if isinstance(a, Expression) else b.scope if isinstance(b, Expression) else Scope()
    left, right = (x.matrix if isinstance(x, Expression) else parse_answer(x, scope)[0] for x in (a, b))
    return left, right


def _redeclared(
    scope: Scope, shapes: Mapping[str, Any], structures: Mapping[str, str], assume: Mapping[str, str]
) -> tuple[Scope, dict[Matrix, Matrix]]:
    """The scope of an expression with more declared, and the symbols that are other ones now. Raises UnknownNameError for a
    name that is not declared, and for what is declared otherwise."""
    changed: dict[Matrix, Matrix] = {}
    further = Scope()
    for name in dict.fromkeys([*shapes, *structures, *assume]):
        node = scope.symbols.get(name)
        if node is None and name not in shapes:
            raise UnknownNameError(f"{name} is not declared", hint=f"declared symbols are {', '.join(scope.symbols)}")
        shape = shapes[name] if node is None or name in shapes else node.shape
        old = None if node is None else node.data[0]
        structure = structures.get(name, "general" if old is None else old.structure)
        made = declared(name, shape, structure, assume.get(name, "none" if old is None else str(old.assumption)))
        if node is None or old is None:
            further = further.merge(made.scope)
        elif made.matrix is not node:
            new: Symbol = made.matrix.data[0]
            loose = (old.structure.general or old.structure == new.structure) and old.assumption in ("none", new.assumption)
            if made.matrix.shape != node.shape or not loose:
                scope.merge(made.scope)  # raises
            changed[node] = made.matrix
    return _replaced(scope, changed).merge(further), changed


def _replaced(scope: Scope, changed: Mapping[Matrix, Matrix]) -> Scope:
    """The scope with some symbols replaced by others of the same names."""
    if not changed:
        return scope
    symbols = {name: changed.get(node, node) for name, node in scope.symbols.items()}
    where = {name: replace(node, changed) for name, node in scope.where.items()}
    return records.replace(scope, symbols=symbols, where=where)


def _formula(claim: str | Expression) -> str | Matrix:
    return claim if isinstance(claim, str) else claim.matrix


def refuse_other(stated: str, f: Matrix, scope: Scope) -> None:
    """Raises ParseError where a left-hand side is the derivative of another function than f."""
    meant = parse_answer(stated, scope)[0]
    first, second = (x.children[0] if x.op == "named" else x for x in (meant, f))
    if first is not second and not (first.shape == second.shape and equal_matrices(first, second)):
        raise ParseError(
            f"the left-hand side is the derivative of {brief(meant)}, not of {brief(f)}",
            text=stated, start=len(stated) - len(stated.lstrip()), end=len(stated),
        )  # fmt: skip
