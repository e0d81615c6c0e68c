"""Python with NumPy, JAX or PyTorch: text to syntax trees of array operations, by Python's own parser and a list of what is
read. The text is never run."""

from __future__ import annotations

import ast
import re
import textwrap
import warnings
from collections.abc import Collection, Sequence
from fractions import Fraction
from typing import Any, NoReturn

from tensordiff.errors import BudgetError, ParseError
from tensordiff.parse.languages.code import Assignment, Code, Habits, meaning
from tensordiff.parse.names import normalise
from tensordiff.parse.syntax import Syntax

HABITS = Habits()
LIBRARIES = frozenset(["np", "numpy", "jnp", "jax", "torch", "scipy", "sp", "linalg", "nn", "functional", "F", "special"])
"""The names before a point that are libraries, where they are not declared."""

LAMBDA = "lambd_"
"""What stands for a declared lambda, in as many letters."""
_LAMBDA = re.compile(r"\blambda\b(?!\s*(?:[^\W\d]\w*\s*(?:,\s*[^\W\d]\w*\s*)*)?:)")
_LAMBDAS = frozenset(("lam", "lamb", "lambd", "lambda_", "lmbda", "lmbd", "_lambda", "lamda", LAMBDA))
"""How people write the name lambda in Python."""

_LONGEST = 20_000

_OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "add", ast.Sub: "subtract", ast.Mult: "multiply", ast.Div: "divide", ast.Pow: "power", ast.MatMult: "matmul",
}  # fmt: skip
_COMPARISONS: dict[type[ast.cmpop], bool] = {ast.Gt: False, ast.GtE: False, ast.Lt: True, ast.LtE: True}
"""Comparisons, and whether the sides change places to make it "larger than"."""

_CALLED = {
    "mm": "matmul", "mv": "matmul", "bmm": "matmul", "multi_dot": "matmul", "ger": "outer", "mul": "multiply",
    "sub": "subtract", "div": "divide", "true_divide": "divide", "pow": "power", "float_power": "power", "neg": "negative",
    "inverse": "inv", "tr": "trace", "identity": "eye", "t": "transpose", "permute": "transpose", "permute_dims": "transpose",
    "matrix_transpose": "turned", "moveaxis": "swapaxes", "adjoint": "turned", "flatten": "ravel", "view": "reshape",
    "expand_dims": "unsqueeze", "diagonal": "diag", "diagflat": "diag", "vec": "stack", "norm2": "norm", "vector_norm": "norm",
    "det": "det", "chol": "cholesky", "len": "length", "greater": "above",
    "greater_equal": "at_least", "fmax": "maximum", "fmin": "minimum",
    "clone": "same", "copy": "same", "detach": "same", "numpy": "same", "item": "same", "float": "same", "double": "same",
    "astype": "same", "asarray": "same", "array": "same", "tensor": "same", "as_tensor": "same", "contiguous": "same",
    "squeeze": "squeeze", "einsum": "einsum", "pinverse": "pinv",
}  # fmt: skip
"""What functions of the libraries are called among those of arrays, where the name differs."""

_RENAMED = {
    "dim": "axis",
    "keepdim": "keepdims",
    "p": "ord",
    "axis1": "a",
    "axis2": "b",
    "dim0": "a",
    "dim1": "b",
    "dims": "axes",
}
_IGNORED = frozenset(
    ("dtype", "device", "requires_grad", "optimize", "copy", "assume_a", "sym_pos", "hermitian", "check_finite")
)
"""Keywords of the libraries, and those that do not change a value."""

_NUMBERS = {"absolute": "abs", "fabs": "abs"}
_ATTRIBUTES = {"T": "transpose", "mT": "turned", "H": "transpose", "mH": "turned", "shape": "shape", "size": "count"}
_CONSTANTS = {"newaxis": None}


def read_python(text: str, known: Collection[str] = ()) -> Code:
    """The code of a text: an expression, assignments, a lambda, or a function with assignments and one return.

    `known` are the declared names. Raises ParseError with the place, BudgetError for what is too long or too deep.
    """
    if len(text) > _LONGEST:
        raise BudgetError(f"the code has {len(text)} characters, more than {_LONGEST}")
    lines = textwrap.dedent(text.strip("\n")).strip()
    if "lambda" in known:  # a word of Python's own: a name is written otherwise, or just so
        lines = _LAMBDA.sub(LAMBDA, lines)
    try:
        with warnings.catch_warnings():  # what is odd is refused below, or means what it means to Python
            warnings.simplefilter("ignore")
            module = ast.parse(lines)
    except SyntaxError as error:
        raise _malformed(lines, error) from None
    except (RecursionError, MemoryError):
        raise BudgetError("the code nests too deep to be read") from None
    except ValueError as error:
        raise ParseError(f"this is no Python: {error}") from None
    return _Reader(lines, frozenset(known)).code(module)


def _malformed(text: str, error: SyntaxError) -> ParseError:
    lines = text.split("\n")
    line = min(max((error.lineno or 1) - 1, 0), len(lines) - 1)
    start = sum(len(x) + 1 for x in lines[:line]) + max((error.offset or 1) - 1, 0)
    start = min(start, max(len(text) - 1, 0))
    hint = "the text has marks of Python (@, **, np., lambda, def); language= says otherwise"
    return ParseError(f"this is no Python: {error.msg}", text=text, start=start, end=start + 1, hint=hint)


class _Reader:
    def __init__(self, text: str, known: frozenset[str]) -> None:
        self.text = text
        self.known = known
        self.own: set[str] = set()
        self.bound: list[Syntax] = []
        """The parameters of functions."""
        starts = [0]
        for line in text.split("\n"):
            starts.append(starts[-1] + len(line) + 1)
        self.starts = starts
        self.lines = text.split("\n")

    # Places and errors.

    def place(self, line: int, column: int) -> int:
        """The place in the text of a column that is counted in bytes."""
        return self.starts[line - 1] + len(self.lines[line - 1].encode()[:column].decode(errors="ignore"))

    def span(self, node: Any) -> tuple[int, int]:
        if not hasattr(node, "lineno"):
            return 0, len(self.text)
        return self.place(node.lineno, node.col_offset), self.place(node.end_lineno, node.end_col_offset)

    def make(self, node: Any, op: str, children: Sequence[Syntax] = (), data: Any = None) -> Syntax:
        return Syntax(op, *self.span(node), tuple(children), data)

    def refuse(self, message: str, node: Any, hint: str | None = None) -> NoReturn:
        start, end = self.span(node)
        raise ParseError(message, text=self.text, start=start, end=end, hint=hint)

    # Statements.

    def code(self, module: ast.Module) -> Code:
        body = [statement for statement in module.body if not _is_idle(statement)]
        if not body:
            raise ParseError("the code has no value", text=self.text, start=0, end=len(self.text))
        if isinstance(body[-1], ast.FunctionDef):
            self.bound += self.parameters(body[-1].args)
            for decorator in body[-1].decorator_list:
                if not (isinstance(decorator, ast.Attribute | ast.Name) and ast.unparse(decorator).split(".")[-1] == "jit"):
                    self.refuse("a decorator is not read", decorator)
            inner = [statement for statement in body[-1].body if not _is_idle(statement)]
            body = [*body[:-1], *inner]
            if not inner or not isinstance(inner[-1], ast.Return):
                self.refuse("the function does not end in a return", inner[-1] if inner else module.body[-1])
        assignments = [self.assignment(statement) for statement in body[:-1]]
        last = body[-1]
        if not isinstance(last, ast.Expr | ast.Return):
            done = self.assignment(last)
            if len(done.names) != 1:
                self.refuse("the last line has several values", last)
            return Code(self.text, done.value, HABITS, tuple(assignments), tuple(self.bound))
        value: ast.expr | None = last.value
        if isinstance(value, ast.Lambda):
            self.bound += self.parameters(value.args)
            value = value.body
        if value is None:
            self.refuse("nothing is returned", last)
        return Code(self.text, self.tree(value), HABITS, tuple(assignments), tuple(self.bound))

    def parameters(self, arguments: ast.arguments) -> list[Syntax]:
        if arguments.vararg or arguments.kwarg or arguments.defaults or arguments.kw_defaults:
            self.refuse("a function is read with plain parameters", arguments.vararg or arguments.kwarg or arguments)
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        return [self.make(argument, "name", (), normalise(argument.arg)) for argument in every]

    def assignment(self, statement: ast.stmt) -> Assignment:
        if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
            operator = self.operator(statement.op, statement)
            old = self.make(statement.target, "name", (), normalise(statement.target.id))
            made = self.make(statement, "operate", (old, self.tree(statement.value)), operator)
            return Assignment((str(old.data),), made)
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and statement.value is not None:
            targets: list[ast.expr] = [statement.target]
            right: ast.expr = statement.value
        elif isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            first = statement.targets[0]
            targets = list(first.elts) if isinstance(first, ast.Tuple) else [first]
            right = statement.value
        else:
            what = "assignments and one return at the end are read"
            self.refuse(f"{type(statement).__name__} is not read in code", statement, what)
        names = []
        for target in targets:
            if not isinstance(target, ast.Name):
                self.refuse("only names are assigned to", target)
            names.append(normalise(target.id))
        if isinstance(right, ast.Lambda):
            self.bound += self.parameters(right.args)
            right = right.body
        tree = self.tree(right)
        self.own.update(names)
        return Assignment(tuple(names), tree)

    # Expressions: one loop, children before parents.

    def tree(self, root: ast.expr) -> Syntax:
        made: dict[ast.AST, Syntax] = {}
        pending: list[tuple[ast.AST, list[ast.AST] | None]] = [(root, None)]
        while pending:
            node, parts = pending.pop()
            if parts is None:
                parts = self.parts(node)
                pending.append((node, parts))
                pending.extend((part, None) for part in parts)
            else:
                made[node] = self.build(node, [made[part] for part in parts])
        return made[root]

    def parts(self, node: ast.AST) -> list[ast.AST]:
        """The operands of an expression. Raises ParseError for what is not read."""
        match node:
            case ast.Constant() | ast.Name():
                return []
            case ast.BinOp(left, _, right):
                return [left, right]
            case ast.UnaryOp(ast.USub() | ast.UAdd(), operand):
                return [operand]
            case ast.Compare(left, [operator], [right]) if type(operator) in _COMPARISONS:
                return [left, right]
            case ast.Tuple(elements) | ast.List(elements):
                return list(elements)
            case ast.Attribute(value, name):
                if name in _CONSTANTS or (name == "pi" and self.is_library(value)):
                    return []
                if name not in _ATTRIBUTES:
                    self.refuse(f".{name} is not read", node, f"attributes are {', '.join('.' + x for x in _ATTRIBUTES)}")
                return [value]
            case ast.Subscript(value, index):
                return [value, *(index.elts if isinstance(index, ast.Tuple) else [index])]
            case ast.Slice(lower, upper, step):
                return [part for part in (lower, upper, step) if part is not None]
            case ast.Call(function, arguments, keywords):
                self.refuse_starred(node)
                given: list[ast.AST] = [*arguments, *(keyword.value for keyword in keywords if keyword.arg not in _IGNORED)]
                if isinstance(function, ast.Attribute) and not self.is_library(function.value):
                    return [function.value, *given]
                return given
        self.refuse(f"{type(node).__name__} is not read in code", node, "operators, calls, subscripts and attributes are")
        return None

    def refuse_starred(self, node: ast.Call) -> None:
        for part in (*node.args, *node.keywords):
            if isinstance(part, ast.Starred) or (isinstance(part, ast.keyword) and part.arg is None):
                self.refuse("starred arguments are not read", node)

    def build(self, node: ast.AST, children: list[Syntax]) -> Syntax:
        match node:
            case ast.Constant(value):
                return self.constant(node, value)
            case ast.Name(name):
                meant = (
                    "lambda" if name in _LAMBDAS and "lambda" in self.known and name not in {*self.known, *self.own} else name
                )
                return self.make(node, "name", (), normalise(meant))
            case ast.BinOp(_, operator, _):
                return self.make(node, "operate", children, self.operator(operator, node))
            case ast.UnaryOp(ast.USub(), _):
                return self.make(node, "negative", children)
            case ast.UnaryOp():
                return children[0]
            case ast.Compare(_, [operator], _):
                turned = children[::-1] if _COMPARISONS[type(operator)] else children
                return self.make(node, "operate", turned, "above" if type(operator) in (ast.Gt, ast.Lt) else "at_least")
            case ast.Tuple() | ast.List():
                return self.make(node, "tuple", children)
            case ast.Attribute(_, name):
                if not children:
                    return self.make(node, *(("name", (), "pi") if name == "pi" else ("constant", (), _CONSTANTS[name])))
                op = "transpose" if name in ("T", "mT", "H", "mH") else "call"
                meant = _ATTRIBUTES[name]
                return self.make(node, op, children, meant if op == "transpose" else (meant, ()))
            case ast.Subscript():
                return self.make(node, "subscript", children)
            case ast.Slice():
                return self.make(node, "slice", children)
        assert isinstance(node, ast.Call)
        return self.call(node, children)

    def constant(self, node: ast.AST, value: object) -> Syntax:
        if value is None or value is ... or isinstance(value, bool):
            return self.make(node, "constant", (), value)
        if isinstance(value, int | float) and abs(value) < float("1e300"):
            return self.make(node, "number", (), Fraction(repr(value)))
        if isinstance(value, str):
            return self.make(node, "string", (), value)
        self.refuse("this number is not read", node)
        return None

    def operator(self, operator: ast.operator, node: ast.AST) -> str:
        found = _OPERATORS.get(type(operator))
        if found is None:
            self.refuse(f"the operator {type(operator).__name__} is not read", node, "operators are + - * / ** @")
        return found

    def is_library(self, node: ast.AST) -> bool:
        """Whether this is np, np.linalg, torch.nn.functional ..."""
        while isinstance(node, ast.Attribute):
            node = node.value
        return isinstance(node, ast.Name) and node.id in LIBRARIES and node.id not in {*self.known, *self.own}

    def call(self, node: ast.Call, children: list[Syntax]) -> Syntax:
        function = node.func
        if isinstance(function, ast.Attribute):
            name = function.attr
        elif isinstance(function, ast.Name):
            name = function.id
            if name in self.known or name in self.own:
                self.refuse(
                    f"{name} is not a function", function, f"write {name} * (...) for a product, {name}[i, j] for an entry"
                )
        else:
            self.refuse("this is not a function", function)
        words = [keyword for keyword in node.keywords if keyword.arg not in _IGNORED]
        keywords = tuple(_RENAMED.get(str(keyword.arg), str(keyword.arg)) for keyword in words)
        meant = meaning(name, _CALLED)
        if meant == "same":
            return self.make(node, "call", children[:1], ("same", ()))
        if name == "multi_dot" and children and children[0].op == "tuple":
            made = children[0].children[0]
            for factor in children[0].children[1:]:
                made = self.make(node, "operate", (made, factor), "matmul")
            return made
        return self.make(node, "call", children, (_NUMBERS.get(meant, meant), keywords))


def _is_idle(statement: ast.stmt) -> bool:
    """Whether a statement has no value: an import, a docstring."""
    if isinstance(statement, ast.Import | ast.ImportFrom | ast.Pass):
        return True
    return (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant) and isinstance(statement.value.value, str)
    )
