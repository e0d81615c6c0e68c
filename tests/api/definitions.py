"""Writes the definitions of td.NAME: `python -m tests.api.definitions`.

A function of the language is known by its record; for type checkers, completion and `help` it also is a definition in a file
of tensordiff/api/words/, with its shapes, an example and the source of its rule. What the records do not say stands here:
how the shapes are told, which example shows it, and where the rule comes from.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import tensordiff as td
from tensordiff.api.functions import OWN
from tensordiff.functions import ELEMENTWISE, MATRIX, Multivariate, Univariate
from tensordiff.matrix.operations import WORDS

FOLDER = Path(td.__file__).parent / "api" / "words"
WIDTH = 118

SHAPES = {
    "square-to-scalar": ("A", "A is square; the value is a scalar."),
    "over-matrices": ("A", "A is square, or a tensor with square matrices on its last two axes; the value has its shape."),
    "numbers-of-matrices": (
        "A", "A is square, and the value a scalar; a tensor with square matrices on its last two axes gives a number for each.",
    ),
    "to-scalar": ("X", "X is a matrix or a vector; the value is a scalar."),
    "square-to-square": ("A", "A is square; the value has its shape."),
    "single-square": ("A", "A is square; the value has its shape."),
    "square-to-column": ("A", "A is n-by-n; the value is a column of n."),
    "diagonal": ("x", "x is a column of n, and the value n-by-n; or n-by-n, and the value a column of n."),
    "stacked": ("A", "A is n-by-m; the value is a column of n*m."),
    "half-stacked": ("A", "A is n-by-n; the value is a column of n*(n+1)/2."),
    "reduced": ("X, axis=", "The value of X n-by-m is a scalar, with axis 1 a row of m, with axis 2 a column of n."),
    "along": ("X, axis=", "X is a vector, with an axis a matrix or a tensor; the value has its shape."),
    "reduced-along": (
        "X, axis=",
        "X is a vector, and the value a scalar; the value of X n-by-m is a row of m with axis 1, a column of n with axis 2.",
    ),
    "anywhere": ("X, axis=", "The value has the shape of X."),
    "skew": ("A", "A is square, or a column of 3; the value is square."),
    "cross": ("a, b", "a and b are vectors of 3; the value is a column of 3."),
    "outer": ("x, y", "x is a vector of n, y one of m; the value is n-by-m."),
    "dot": ("x, y", "x and y are vectors of one size; the value is a scalar."),
    "solve": ("A, B", "A is n-by-n, B has n rows; the value has the shape of B."),
    "column-products": ("A, B", "A is n-by-k, B m-by-k; the value is n*m-by-k."),
    "kron-sum": ("A, B", "A is n-by-n, B m-by-m; the value is n*m-by-n*m."),
    "cumulated": ("x", "x is a vector of n; the value is a column of n."),
    "hat": ("w", "w is a vector of 3; the value is 3-by-3."),
    "unstacked": ("v, rows, columns", "v is a vector of n*m; the value is n-by-m."),
    "partial-trace": (
        "A, count, size, which=",
        "A is n*m-by-n*m; the value is n-by-n, with a 1 behind m-by-m. `count` is n, `size` is m.",
    ),
    "pseudo-inverse": ("A", "A is n-by-m; the value is m-by-n."),
    "shorter": ("A", "A is n-by-m; the value is a column of the lesser of the two, which must be known numbers or equal."),
    "rows": ("A", "A is n-by-m; the value is a column of n."),
    "columns": ("A", "A is n-by-m; the value is a column of m."),
    "first-to-scalar": ("X, p", "X is a matrix or a vector, p a scalar; the value is a scalar."),
}  # fmt: skip
"""By the name of a shape law, or of a function that has its own: the parameters, and what the shapes are."""

DOMAINS = {
    "invertible": "It has a value where {0} is invertible.",
    "definite": "It has a value where {0} is positive definite.",
    "principal": "It has a value where no eigenvalue is negative or zero.",
    "full-rank": "It has a value where {0} has full rank.",
    "symmetric": "It has a value where {0} is symmetric; declare the symbol so.",
}

COLUMN, MATRIX_OF, SQUARE = 'x = td.vector("x", "n")', 'X = td.matrix("X", "n", "m")', 'A = td.matrix("A", "n", "n")'
PAIR = 'a, b = td.vector("a", "n"), td.vector("b", "n")'
SYMMETRIC = 'A = td.matrix("A", "n", "n", structure="symmetric")'
EXAMPLES: dict[str, tuple[str, str]] = {
    "diag": (COLUMN, 'td.diff(td.tr(td.diag(x) @ td.matrix("B", "n", "n")), x).matrix_form()'),
    "vec": (MATRIX_OF, "td.diff(td.vec(X), X).matrix_form()"),
    "vech": (SQUARE, "td.vech(A).shape"),
    "mean": (MATRIX_OF, "td.mean(X), td.mean(X, 1)"),
    "sum": (MATRIX_OF, "td.sum(X), td.sum(X, 1), td.sum(X, 2)"),
    "max": (COLUMN, "td.max(x), td.max(x, 0)"),
    "min": (COLUMN, "td.min(x), td.min(x, 0)"),
    "softmax": (COLUMN, "td.diff(td.softmax(x), x).matrix_form()"),
    "hardmax": (COLUMN, "td.diff(td.max(x), x).matrix_form()"),
    "logsumexp": (COLUMN, "td.diff(td.logsumexp(x), x).matrix_form()"),
    "norm_p": (COLUMN, "td.norm_p(x, 3)"),
    "norm": (COLUMN, "td.norm(x, 3)"),
    "largest": (MATRIX_OF, "td.largest(X), td.largest(X, 1).shape"),
    "smallest": (MATRIX_OF, "td.smallest(X), td.smallest(X, 1).shape"),
    **{word: (PAIR, f"td.{word}(a, b)") for word in ("greater", "greater_equal", "less", "less_equal")},
    "cond": (SQUARE, "td.cond(A)"),
    "skew": ('w = td.vector("w", 3)', "td.skew(w)"),
    "cross": ('a, b = td.vector("a", 3), td.vector("b", 3)', "td.diff(td.cross(a, b), b).matrix_form()"),
    "hat": ('w, p = td.vector("w", 3), td.vector("p", 3)', "td.diff(td.hat(w) @ p, w).matrix_form()"),
    "outer": (PAIR, "td.outer(a, b)"),
    "dot": (PAIR, "td.diff(td.dot(a, b), a).matrix_form()"),
    "solve": ('A, b = td.matrix("A", "n", "n"), td.vector("b", "n")', "td.diff(td.solve(A, b), b).matrix_form()"),
    "kr": ('A, B = td.matrix("A", "n", "k"), td.matrix("B", "m", "k")', "td.kr(A, B).shape"),
    "kronsum": ('A, B = td.matrix("A", "n", "n"), td.matrix("B", "m", "m")', "td.kronsum(A, B).shape"),
    "prod": (COLUMN, "td.prod(x)"),
    "cumsum": (COLUMN, "td.diff(td.cumsum(x), x).matrix_form()"),
    "unvec": ('n, m = td.dims("n m")', 'td.unvec(td.vector("v", m * n), n, m).shape'),
    "ptrace": ('n, m = td.dims("n m")', 'td.ptrace(td.matrix("A", n * m, n * m), n, m).shape'),
    "chol": ('V = td.matrix("V", "n", "n", structure="positive-definite")', "td.chol(V), td.chol(V).shape"),
    "pinv": (MATRIX_OF, "td.pinv(X).shape"),
    "eigvals": (SYMMETRIC, "td.diff(td.sum(td.exp(td.eigvals(A))), A).matrix_form()"),
    "eigvec_max": (SYMMETRIC, "td.eigvec_max(A).shape"),
    "eigvec_min": (SYMMETRIC, "td.eigvec_min(A).shape"),
    "singvals": ('X = td.matrix("X", 5, 3)', "td.singvals(X).shape"),
    "left_sv": (MATRIX_OF, "td.left_sv(X).shape"),
    "right_sv": (MATRIX_OF, "td.right_sv(X).shape"),
    "kyfan": (MATRIX_OF, "td.kyfan(X, 2)"),
    "adj": (SQUARE, "td.diff(td.tr(td.adj(A)), A).matrix_form()"),
    "polygamma": (COLUMN, "td.diff(td.sum(td.polygamma(1, x)), x).matrix_form()"),
}
"""Where the derivative of its sum, trace or own value does not show it: what is declared, and what is printed."""

MAGNUS, HIGHAM = "Magnus and Neudecker (2019), Matrix Differential Calculus", "Higham (2008), Functions of Matrices"
LEWIS, BOYD = "Lewis (1996), Derivatives of spectral functions", "Boyd and Vandenberghe (2004), Convex Optimization"
SOURCES = {
    **dict.fromkeys(
        ["tr", "sum", "mean", "diag", "vec", "vech", "outer", "dot", "sym", "skew", "kronsum", "unvec"],
        f"{MAGNUS}, chapters 2 and 3",
    ),
    **dict.fromkeys(["inv", "det", "logdet", "adj", "solve"], f"{MAGNUS}, chapter 8"),
    **dict.fromkeys(
        ["eigvals", "lambda_max", "lambda_min", "eigvec_max", "eigvec_min"],
        "Magnus (1985), On differentiating eigenvalues and eigenvectors",
    ),
    **dict.fromkeys(["norm1", "norm2", "norm_p", "norm", "logsumexp"], f"{BOYD}, appendix A.4 and section 3.1"),
    **dict.fromkeys(
        ["norm_spec", "norm_nuc", "singvals", "left_sv", "right_sv", "kyfan", "cond"],
        "Lewis (1995), The convex analysis of unitarily invariant matrix functions",
    ),
    **dict.fromkeys(["expm", "logm", "sqrtm"], f"{HIGHAM}, chapters 3, 6, 10 and 11"),
    **dict.fromkeys(["sinm", "cosm", "signm"], f"{HIGHAM}, chapters 5 and 12; by eigenvalues, {LEWIS}"),
    "pinv": "Golub and Pereyra (1973), The differentiation of pseudo-inverses, equation 4.12",
    "chol": "Smith (1995), Differentiation of the Cholesky algorithm; Murray (2016)",
    "kr": "Khatri and Rao (1968)",
    "ptrace": "Nielsen and Chuang (2010), section 2.4.3",
    "softmax": "Bishop (2006), Pattern Recognition and Machine Learning, section 4.3.4",
    **dict.fromkeys(
        ["hardmax", "max", "min", "largest", "smallest"],
        "Clarke (1983), Optimization and Nonsmooth Analysis, section 2.8; equal shares at ties",
    ),
    **dict.fromkeys(["var", "std", "prod", "cumsum"], "the definition"),
    **dict.fromkeys(
        ["cross", "hat"], "Murray, Li and Sastry (1994), A Mathematical Introduction to Robotic Manipulation, section 2.2"
    ),
    "dev": "Holzapfel (2000), Nonlinear Solid Mechanics, section 1.4",
    **dict.fromkeys(["exp", "log", "log1p", "expm1", "log2", "log10"], "DLMF 4.7"),
    **dict.fromkeys(["sin", "cos", "tan", "sec", "csc", "cot"], "DLMF 4.20"),
    **dict.fromkeys(["arcsin", "arccos", "arctan", "atan2"], "DLMF 4.24"),
    **dict.fromkeys(["sinh", "cosh", "tanh", "logcosh"], "DLMF 4.34"),
    **dict.fromkeys(["arsinh", "arcosh", "artanh"], "DLMF 4.38"),
    **dict.fromkeys(["erf", "erfc", "normpdf", "normcdf"], "DLMF 7.2 and 7.10"),
    "erfinv": "DLMF 7.17",
    **dict.fromkeys(["gammaln", "digamma", "polygamma"], "DLMF 5.2 and 5.15"),
    **dict.fromkeys(
        [
            "greater",
            "greater_equal",
            "less",
            "less_equal",
            "abs",
            "sign",
            "sqrt",
            "cbrt",
            "square",
            "reciprocal",
            "hypot",
            "xlogy",
        ],
        "the definition",
    ),
    **dict.fromkeys(["relu", "step"], "Nair and Hinton (2010); the derivative at 0 is 1/2"),
    **dict.fromkeys(
        ["sigmoid", "softplus", "logsigmoid", "logit", "logaddexp"], "the logistic function, Bishop (2006), section 4.3.2"
    ),
    "gelu": "Hendrycks and Gimpel (2016)",
    "silu": "Elfwing, Uchibe and Doya (2018)",
    **dict.fromkeys(["clip", "huber"], "Huber (1964), Robust estimation of a location parameter"),
}
"""Where the rules come from."""

FILES = {
    "elementary": "Powers, exponentials and logarithms, entry by entry.",
    "circular": "Trigonometric and hyperbolic functions and their inverses, entry by entry.",
    "activations": "Functions of neural networks and robust losses, entry by entry.",
    "special": "Special functions, and functions of two arguments, entry by entry.",
    "matrices": "Functions of whole matrices.",
    "reductions": "Traces, sums, norms, largest entries.",
    "words": "Other words of the language.",
}
ACTIVATIONS = {
    "relu": "max(x, 0)", "step": "1 above 0, 0 below, 1/2 at 0", "sigmoid": "1/(1 + exp(-x))", "softplus": "log(1 + exp(x))",
    "logsigmoid": "log(sigmoid(x))", "logcosh": "log(cosh(x))", "gelu": "x*normcdf(x)", "silu": "x*sigmoid(x)",
    "logit": "log(x/(1 - x))",
}  # fmt: skip
COMPARISONS = {"greater": ">", "greater_equal": ">=", "less": "<", "less_equal": "<="}
SPECIAL = {
    "erf": "2/sqrt(pi) times the integral of exp(-t^2) from 0 to x", "erfc": "1 - erf(x)", "erfinv": "The inverse of erf",
    "normpdf": "exp(-x^2/2)/sqrt(2*pi)", "normcdf": "(1 + erf(x/sqrt(2)))/2", "gammaln": "log(abs(gamma(x)))",
    "digamma": "The derivative of gammaln",
}  # fmt: skip


def natural(name: str) -> list[tuple[int, str]]:
    """log2 before log10, as imports are sorted."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"([0-9]+)", name)]


def file_of(name: str) -> str:
    if name in WORDS:
        if name in MATRIX:
            return "matrices"
        return (
            "reductions" if SHAPES[WORDS[name].shape][0].startswith("X") or WORDS[name].shape == "square-to-scalar" else "words"
        )
    if name in ACTIVATIONS or name in ("clip", "huber"):
        return "activations"
    if SOURCES.get(name, "").startswith("DLMF 4.2") or SOURCES.get(name, "").startswith("DLMF 4.3"):
        return "circular"
    return "special" if name in SPECIAL or isinstance(ELEMENTWISE[name], Multivariate) else "elementary"


def written() -> dict[str, str]:
    """The files, by name."""
    names = [
        name for name in dict.fromkeys([*(w for w, r in WORDS.items() if not r.is_constant), *ELEMENTWISE]) if name not in OWN
    ]
    parts: dict[str, list[str]] = {file: [] for file in FILES}
    for name in names:
        parts[file_of(name)].append(definition(name))
    files = {}
    for file, about in FILES.items():
        head = f'"""{about}\n\nWritten by `python -m tests.api.definitions` from the records of the functions.\n"""\n\n'
        head += "from __future__ import annotations\n\nfrom tensordiff.api.calls import Operand, called, given\n"
        if not any("given(" in part for part in parts[file]):
            head = head.replace(", given", "")
        head += "from tensordiff.api.expression import Expression\n"
        files[f"{file}.py"] = head + "".join(f"\n\n{part}" for part in parts[file])
    imports = "".join(
        f"from tensordiff.api.words.{file} import (\n"
        + "".join(f"    {name},\n" for name in sorted((name for name in names if file_of(name) == file), key=natural))
        + ")\n"
        for file in sorted(FILES)
    )
    listed = textwrap.fill(
        ", ".join(f'"{name}"' for name in sorted(names)) + ",", WIDTH, initial_indent="    ", subsequent_indent="    "
    )
    files["__init__.py"] = (
        '"""The functions of the language as functions of Python, which type checkers, completion and `help` see.\n\n'
        'Written by `python -m tests.api.definitions` from the records of the functions.\n"""\n\n'
        f"{imports}\n__all__ = [\n{listed}\n]  # fmt: skip\n"
    )
    return files


def definition(name: str) -> str:
    parameters, shapes, summary = facts(name)
    names = [parameter.strip("=*") for parameter in parameters]
    optional = [parameter[:-1] for parameter in parameters if parameter.endswith("=")]
    further = [parameter for parameter in parameters if parameter.startswith("*")]
    needed = [name for name in parameters if name in names]
    taken = [*(f"{own}: Operand" for own in needed), "/", *(f"{own}: Operand" for own in further)]
    signature = ", ".join([*taken, *(f"{own}: Operand | None = None" for own in optional)])
    record = WORDS.get(name)
    domain = "" if record is None else DOMAINS.get(record.domain, "").format(names[0])
    source = SOURCES.get(name) or getattr(ELEMENTWISE.get(name) or MATRIX[name], "source", None)
    if source is None:
        raise SystemExit(f"{name} needs the source of its rule: a line of SOURCES in tests/api/definitions.py")
    errors = _ARRAYS if isinstance(ELEMENTWISE.get(name), Univariate) else "Raises ShapeError for other shapes."
    body = " ".join(part for part in (shapes, domain, errors) if part)
    lines = [*paragraph(summary), "", *paragraph(body), "", *examples(name, names), "", *paragraph(f"Source: {source}.")]
    escaped = "\n".join(f"    {line}".rstrip() for line in lines).strip()
    mark = 'r"""' if "\\" in escaped else '"""'
    arguments = ", ".join([f'"{name}"', *needed, *(f"*given({own})" for own in optional)])
    value = f"called({arguments})"
    if further:
        value = f'called("{name}", x, *others) if axis is None else called("{ALONG[name]}", x, axis)'
    return f'def {name}({signature}) -> Expression:\n    {mark}{escaped}\n    """\n    return {value}\n'


ALONG = {"max": "largest", "min": "smallest"}
"""What several operands are compared by, and the word for one along an axis."""
_ARRAYS = "Raises TypeError for arrays: these are given to `evaluate`."


def facts(name: str) -> tuple[list[str], str, str]:
    """The parameters, what the shapes are, and what it is."""
    if name in ("max", "min"):
        shapes = (
            "The value of one operand is a scalar, along axis 1 of X n-by-m a row of m, along axis 2 a column of n; several "
            "operands have one shape, or are scalars."
        )
        return ["x", "*others", "axis="], shapes, (
            f"The {'largest' if name == 'max' else 'smallest'} of all entries; of several operands that, entry by entry."
        )  # fmt: skip
    if name in WORDS:
        parameters, shapes = SHAPES.get(name) or SHAPES[WORDS[name].shape]
        return parameters.split(", "), shapes, WORDS[name].doc
    function: Any = ELEMENTWISE[name]
    if isinstance(function, Univariate):
        said = ACTIVATIONS.get(name) or SPECIAL.get(name)
        return ["x"], "The value has the shape of x.", f"{said}, entry by entry." if said else f"{name} of every entry."
    own = {"polygamma": "k, x", "atan2": "y, x", "clip": "x, d", "huber": "x, d"}.get(name, "a, b").split(", ")
    said = {
        "polygamma": "The k-th derivative of digamma at every entry of x, k a whole number.",
        "atan2": "The angle of the point (x, y), entry by entry.", "clip": "Every entry of x put between -d and d.",
        "huber": "Huber's loss of every entry: x^2/2 up to d, d*(abs(x) - d/2) beyond.",
        "logaddexp": "log(exp(a) + exp(b)), entry by entry.", "xlogy": "a*log(b), and 0 where a is 0, entry by entry.",
        "hypot": "sqrt(a^2 + b^2), entry by entry.",
        **{word: f"The condition a {sign} b, entry by entry, for `where`." for word, sign in COMPARISONS.items()},
    }  # fmt: skip
    return own, "The operands have one shape, or all but one are scalars.", said.get(name, f"{name} of every entry.")


def examples(name: str, names: list[str]) -> Iterator[str]:
    """An example that shows the derivative, with what it prints."""
    declared, shown = EXAMPLES.get(name) or usual(name, names)
    space: dict[str, Any] = {"td": td}
    exec(declared, space)
    yield "    >>> import tensordiff as td"
    yield f"    >>> {declared}"
    yield f"    >>> print({shown})"
    found = eval(f"({shown},)", space)
    if isinstance(found[0], tuple) and len(found) == 1:
        yield f"    {found[0]}"
    else:
        yield f"    {' '.join(map(str, found))}"


def usual(name: str, names: list[str]) -> tuple[str, str]:
    if name not in WORDS:
        declared = (
            COLUMN
            if len(names) == 1
            else f"{', '.join(names)} = {', '.join(f'td.vector({own!r}, {chr(39)}n{chr(39)})' for own in names)}".replace(
                "'", '"'
            )
        )
        return (
            declared,
            f"td.diff(td.sum(td.{name}({', '.join(names)})), {names[-1] if name == 'polygamma' else names[0]}).matrix_form()",
        )
    record = WORDS[name]
    structure = ', structure="symmetric"' if record.domain == "symmetric" else ""
    if record.shape == "to-scalar":
        return MATRIX_OF, f"td.diff(td.{name}(X), X).matrix_form()"
    if record.shape == "square-to-scalar":
        return f'A = td.matrix("A", "n", "n"{structure})', f"td.diff(td.{name}(A), A).matrix_form()"
    return f'A = td.matrix("A", "n", "n"{structure})', f"td.diff(td.tr(td.{name}(A)), A).matrix_form()"


def paragraph(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH)


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for file, text in written().items():
        (FOLDER / file).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
