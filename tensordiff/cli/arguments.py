"""The command line's arguments: what may be written, and how it is read."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import NoReturn

from tensordiff import __version__
from tensordiff.cli.texts import given_text
from tensordiff.derive.layouts import DIFFERENTIAL, LAYOUTS
from tensordiff.tensor import STRUCTURES, Assumption

COMPILED = ("numpy", "jax", "torch")
FORMS = ("matrix", "index", "latex", "einsum", "svg", "html", *COMPILED)

_EXAMPLES = """\
examples:
  tensordiff diff "inv(X'*inv(V)*X)" --wrt V
  tensordiff diff "x'*A*x" --wrt x --wrt x --to matrix
  tensordiff diff F --where F="inv(X'*P*X)" --where P="inv(V)" --wrt V
  tensordiff diff "logdet(V)" --wrt V --structure V:symmetric --entries tied
  tensordiff check "A' + A" --of "tr(A*X*X')" --wrt X
  tensordiff proofread derivation.tex --wrt V --var X:n,m V:n,n
  tensordiff grade answers.csv --of "x'*A*x" --wrt x
  tensordiff explain "inv(X'*inv(V)*X)" --wrt V
  tensordiff compile "norm2(A*x - b)^2" --wrt x --backend torch
  tensordiff functions logdet

Sizes are inferred: capitals are matrices, a-g scalars, h-z vectors, unless their use
says otherwise. With --var every variable is declared. For any text, - is standard input
and @FILE a file. `tensordiff COMMAND --help` has more.
"""

_DIFF_EXAMPLES = """\
examples:
  tensordiff diff "inv(X'*inv(V)*X)" --wrt V
  tensordiff diff "inv(X'*inv(V)*X)" --wrt V --layout vec-row --to latex
  tensordiff diff "A[i,j]*x[j] -> [i]" --wrt A --to index
  tensordiff diff "n*logdet(V) + y'*inv(V)*y" --wrt V --var V:n,n --var y:n --to numpy
"""

_CHECK_EXAMPLES = """\
examples:
  tensordiff check "-kron(inv(X)', inv(X))" --of "inv(X)" --wrt X
  tensordiff check "2*A*x" --of "x'*A*x" --wrt x
  tensordiff check "\\nabla_w \\|Xw-y\\|^2 = 2X^T(Xw-y)"
  tensordiff check "kron((P*X*F)', F*X'*P)" --of F --wrt V --where F="inv(X'*P*X)" P="inv(V)"
  tensordiff check "dF = -inv(V)*dV*inv(V)" --of "inv(V)" --wrt V
  tensordiff check "-inv(V)[i,k]*inv(V)[l,j] -> [i,j,k,l]" --of "inv(V)" --wrt V --layout index

The exit status is 0 where the answer is right, 1 where it is not (or nothing can be said), 2 for
an error in the input.
"""

_EXPLAIN_EXAMPLE = """\
example:
  tensordiff explain "inv(X'*inv(V)*X)" --wrt V
"""

_PROOFREAD_EXAMPLE = """\
example:
  tensordiff proofread derivation.tex --of "(X^T V^{-1} X)^{-1}" --wrt V --var X:n,m V:n,n

The derivation may be pasted as it stands: align, eqalign, array, $$, plain lines, words between.
The exit status is 0 where every equality is right and nothing is unread, 1 where not, 2 for an error in the input.
"""

_GRADE_EXAMPLE = """\
example:
  tensordiff grade answers.csv --of "x'*A*x" --wrt x --var A:n,n x:n

answers.csv has a row an answer, with the columns name and answer; formulas, LaTeX and code are read. What comes out has a
row each: name, status, layout, slip, formula. An answer that cannot be read is a row too.
The exit status is 0 where all are right, 1 where not, 2 for an error in the input.
"""

_COMPILE_EXAMPLE = """\
examples:
  tensordiff compile "inv(X'*X)*X'*y" > fit.py
  tensordiff compile "norm2(A*x - b)^2" --wrt x --wrt A --backend jax

What is printed is code that stands alone: one function, which returns the value and, with --wrt, the derivatives by each
variable. --size n=1000 plans it for sizes that are known.
"""

_COMPLETION_EXAMPLE = """\
examples:
  tensordiff completion bash > ~/.local/share/bash-completion/completions/tensordiff
  tensordiff completion zsh > ~/.zfunc/_tensordiff
"""

_SHORT_OPTIONS = ("-h", "-")
_PAIRS = ("--var", "--structure", "--assume", "--where")
_PAIR = re.compile(r"\s*[^\W\d]\w*\s*(?P<separator>[:=]).*", re.DOTALL)
"""What no expression looks like: it has no colon, and an equals sign only in a claim on a differential."""


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """The arguments, read, with the texts that they name. Prints usage and exits with status 2 where they are malformed;
    raises ParseError for a file that cannot be read."""
    found = make_parser().parse_args(_plain(arguments))
    for name in ("expression", "answer"):
        if (text := getattr(found, name, None)) is not None:
            setattr(found, name, given_text(text))
    return found


def _plain(arguments: Sequence[str]) -> list[str]:
    """The arguments as argparse can read them: an expression may begin with a minus sign (a space goes before it, and
    `_text` takes it away), and several declarations may follow one --var."""
    found: list[str] = []
    repeated = None
    for place, argument in enumerate(arguments):
        if argument == "--":
            return found + list(arguments[place:])
        if argument.startswith("--") and argument[2:3].isalpha():
            repeated = argument if argument in _PAIRS else None
            found.append(argument)
            continue
        if repeated and found[-1] != repeated:
            pair = _PAIR.fullmatch(argument)
            if pair and (pair["separator"] == "=") == (repeated == "--where"):
                found.append(repeated)
            else:
                repeated = None
        negative = argument.startswith("-") and argument not in _SHORT_OPTIONS
        found.append(" " + argument if negative else argument)
    return found


class _Parser(argparse.ArgumentParser):
    """Says in one line what is wrong, and where to read on."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"error: {message}\nsee {self.prog} --help\n")


def _help(prog: str) -> argparse.HelpFormatter:
    """What writes the help, as wide as the terminal; argparse makes one for each option, and asks a larger module."""
    return argparse.RawDescriptionHelpFormatter(prog, width=_width())


@cache
def _width() -> int:
    if (given := os.environ.get("COLUMNS", "")).isdigit():
        return max(int(given), 40) - 2
    try:
        return max(os.get_terminal_size().columns, 40) - 2
    except OSError:  # no terminal
        return 78


def make_parser() -> argparse.ArgumentParser:
    """The parser of the command line."""
    parser = _Parser(
        prog="tensordiff",
        description="Derivatives of matrix expressions, entry by entry: as tensors, formulas, programs, and verdicts.",
        epilog=_EXAMPLES,
        formatter_class=_help,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"tensordiff {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)

    def command(name: str, summary: str, examples: str) -> argparse.ArgumentParser:
        return commands.add_parser(
            name,
            help=summary,
            description=summary[0].upper() + summary[1:] + ".",
            epilog=examples,
            formatter_class=_help,
            allow_abbrev=False,
        )

    meanings, layouts = ("projected", "free", "tied", "vech"), ("any", *LAYOUTS, "index", DIFFERENTIAL)
    variable = "the variable; give it again, or another, for a further order"

    diff = command("diff", "differentiate an expression", _DIFF_EXAMPLES)
    diff.add_argument("expression", metavar="EXPR", type=_text, help="what to differentiate")
    diff.add_argument("--wrt", metavar="V", action="append", required=True, type=_text, help=variable)
    _declarations(diff)
    diff.add_argument("--entries", choices=meanings, help="what varies in a structured variable (projected)")
    diff.add_argument("--layout", choices=LAYOUTS, help="how the tensor is laid out as a matrix (by the shapes)")
    diff.add_argument("--to", choices=FORMS, help="print this form alone")
    diff.add_argument("--json", action="store_true", help="print a JSON object")

    check = command("check", "judge a derivative that somebody worked out", _CHECK_EXAMPLES)
    check.add_argument("answer", metavar="ANSWER", type=_text, help="the claim to judge")
    check.add_argument(
        "--of", metavar="EXPR", type=_text, dest="expression", help="what was differentiated, where it does not say"
    )
    check.add_argument("--wrt", metavar="V", action="append", default=[], type=_text, help=f"{variable}; likewise")
    check.add_argument("--sizes", metavar="N", type=_text, help='sizes that no variable has: "n m"')
    _declarations(check)
    check.add_argument("--entries", choices=("any", *meanings), default="any", help="as for diff; any of them is right (any)")
    check.add_argument("--layout", choices=layouts, default="any", help="the layout that the answer claims (any)")
    check.add_argument("--json", action="store_true", help="print a JSON object")
    check.add_argument("--to", choices=("text", "html"), default="text", help="html: a page of its own")

    proofread = command("proofread", "judge a whole derivation, line by line", _PROOFREAD_EXAMPLE)
    proofread.add_argument("file", metavar="FILE", help="the derivation, as text or LaTeX; - for standard input")
    proofread.add_argument("--of", metavar="EXPR", type=_text, dest="expression", help="what it is of, where it does not say")
    proofread.add_argument("--wrt", metavar="V", action="append", default=[], type=_text, help="the variable, likewise")
    _declarations(proofread)
    proofread.add_argument("--sizes", metavar="N", type=_text, help='sizes that no variable has: "n m"')
    proofread.add_argument("--json", action="store_true", help="print a JSON object")
    proofread.add_argument("--to", choices=("text", "html"), default="text", help="html: a page of its own")

    grade = command("grade", "judge many answers to one exercise", _GRADE_EXAMPLE)
    grade.add_argument("answers", metavar="ANSWERS.csv", help="a table with the columns name and answer; - for standard input")
    grade.add_argument("--of", metavar="EXPR", required=True, type=_text, dest="expression", help="what was differentiated")
    grade.add_argument("--wrt", metavar="V", action="append", required=True, type=_text, help=variable)
    _declarations(grade)
    grade.add_argument("--layout", choices=layouts, help="the layout asked for (gradient where EXPR is a scalar, else any)")
    grade.add_argument("--json", action="store_true", help="print a JSON array")

    explain = command("explain", "derive step by step", _EXPLAIN_EXAMPLE)
    explain.add_argument("expression", metavar="EXPR", type=_text, help="what to differentiate")
    explain.add_argument("--wrt", metavar="V", action="append", required=True, type=_text, help=variable)
    _declarations(explain)
    explain.add_argument("--json", action="store_true", help="print a JSON object")
    explain.add_argument("--to", choices=("text", "html"), default="text", help="html: a page of its own")

    compile = command("compile", "print a program for an expression and its derivatives", _COMPILE_EXAMPLE)
    compile.add_argument("expression", metavar="EXPR", type=_text, help="what to compute")
    compile.add_argument(
        "--wrt", metavar="V", action="append", default=[], type=_text, help="a variable whose derivative is wanted as well"
    )
    _declarations(compile)
    compile.add_argument("--entries", choices=meanings, help="what varies in a structured variable (projected)")
    compile.add_argument("--backend", choices=COMPILED, default="numpy", help="the array library (numpy)")
    compile.add_argument(
        "--size",
        dest="sizes",
        metavar="n=1000",
        action="append",
        default=[],
        type=_pair("=", "n=1000"),
        help="a size as a number",
    )
    compile.add_argument("--json", action="store_true", help="print a JSON object")

    functions = command(
        "functions", "list the functions of the language, or tell about one", "example:\n  tensordiff functions logdet"
    )
    functions.add_argument("name", metavar="NAME", nargs="?", help="a function; without it all are listed")
    functions.add_argument("--json", action="store_true", help="print a JSON object")

    completion = command("completion", "print what a shell needs to complete commands", _COMPLETION_EXAMPLE)
    completion.add_argument("shell", choices=("bash", "zsh", "tcsh"), help="the shell")

    serve = command("serve", "serve the page on this machine", "example:\n  tensordiff serve --open")
    serve.add_argument("--port", type=int, default=8765, help="the port on 127.0.0.1; 0 for any free one (8765)")
    serve.add_argument("--open", action="store_true", help="open it in the browser")
    return parser


def _declarations(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("declarations")

    def declaration(option: str, separator: str, example: str, help: str) -> None:
        pair = _pair(separator, example)
        group.add_argument(option, metavar=example, action="append", default=[], type=pair, help=help)

    declaration("--var", ":", "X:n,m", "a variable and its sizes; a: for a scalar")
    declaration("--structure", ":", "V:symmetric", f"{', '.join(STRUCTURES)}")
    declaration("--assume", ":", "x:positive", f"{', '.join(Assumption)}")
    declaration("--where", "=", "P=inv(V)", "a name for a part of the expression")


def _text(argument: str) -> str:
    return argument.strip()


def _pair(separator: str, example: str) -> Callable[[str], tuple[str, str]]:
    """A reader of NAME, separator, value."""

    def pair(argument: str) -> tuple[str, str]:
        name, found, value = argument.partition(separator)
        if not found or not name.strip():
            raise argparse.ArgumentTypeError(f"{argument.strip()!r} is not of the form {example}")
        return name.strip(), value.strip()

    return pair
