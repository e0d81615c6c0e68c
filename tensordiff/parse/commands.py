r"""How LaTeX is spelled: the patterns of its tokens, and what its commands stand for."""

from __future__ import annotations

import re

from tensordiff.parse.names import SUPERSCRIPTS
from tensordiff.parse.plain import NUMBER, TIMES

_END = r"(?![A-Za-z])"
_DELIMITER_SIZE = r"\\(?:left|right|middle|[bB]igg?[lrm]?)" + _END
SPACE = (
    r"(?:\s|[~$]|\\[,;:!> ]|\\[()\[\]]|\\(?:quad|qquad|displaystyle|textstyle|limits|nolimits)(?![A-Za-z])"
    r"|\\(?:left|right)\s*\.)+"
)
TEXT_FONTS = r"mathrm|mathit|mathsf|mathtt|mathop|operatorname\*?|text|textrm|textit|textsf|textbf"
ACCENTS = r"hat|widehat|bar|overline|tilde|widetilde|dot|ddot|check|breve"
_FONTS = rf"\\(?P<font>mathbf|mathcal|mathbb|mathfrak|boldsymbol|bm|pmb|vec|{TEXT_FONTS}|{ACCENTS}){_END}\s*"
_WORD = r"\\?[^\W\d_]\w*"
_SUPER = re.escape("".join(SUPERSCRIPTS))

TOKEN = re.compile(
    rf"""
    (?P<space>{SPACE})
  | (?:(?P<side>{_DELIMITER_SIZE})\s*)?(?P<bar>\\\||‖|\|\|?|\\[lr]?[vV]ert{_END})
  | (?P<size>{_DELIMITER_SIZE})
  | (?P<number>{NUMBER})
  | (?P<matrix>\\(?P<edge>begin|end)\s*\{{\w*matrix\*?\}})
  | (?P<bold>{_FONTS}(?:\{{\s*(?P<braced>{_WORD}|1)\s*\}}|(?P<letter>\\[A-Za-z]+|[A-Za-z1])))
  | (?P<command>\\[A-Za-z]+)
  | (?P<row>\\\\)
  | (?P<word>(?![{_SUPER}])[^\W\d_](?:(?![{_SUPER}])\w)*)
  | (?P<super>[{_SUPER}]+)
  | (?P<transpose>['’′])
  | (?P<power>\^\s*)
  | (?P<subscript>_\s*)
  | (?P<times>\.[*/]|\*(?!\*)|[/{"".join(TIMES)}])
  | (?P<sign>[-+−–])
  | (?P<opening>[(\[{{]|\\\{{|\\l(?:brace|brack){_END})
  | (?P<closing>[)\]}}]|\\\}}|\\r(?:brace|brack){_END})
  | (?P<comma>[,;&])
    """,
    re.VERBOSE,
)
COMMAND_TIMES = {
    "cdot": "*", "times": "*", "ast": "*", "odot": ".*", "circ": ".*", "oslash": "./", "div": "/", "otimes": "kron",
}  # fmt: skip
FUNCTIONS = {"ln": "log", "Tr": "tr", "trace": "tr", "Det": "det"}
VARIANTS = {"varepsilon": "epsilon", "vartheta": "theta", "varphi": "phi", "varrho": "rho", "varsigma": "sigma"}
_T = r"(?:\\(?:top|intercal|prime)" + _END + r"|⊤|T|\\(?:math|text)\w+\s*(?:\{\s*T\s*\}|T))"
TRANSPOSED = re.compile(rf"(?P<bare>{_T})|\{{\s*(?P<minus>-?)\s*{_T}\s*\}}")
CONJUGATED = re.compile(r"\{?\s*(?:\*|H|\+|\\(?:ast|star|dagger|dag|ddagger)(?![A-Za-z]))\s*\}?")
ENTRYWISE = re.compile(r"\{\s*\\(?:circ|odot)(?![A-Za-z])")
RAISED = re.compile(r"-?[0-9]+|[A-Za-z]")
SUBSCRIPT = re.compile(r"_\s*")
LOWERED = re.compile(
    r"\{\s*(?P<list>\w+(?:(?:\s*,\s*|\s*\\times\s*|\s+)\w+)*)\s*\}|\{\s*\\(?:math|text)\w+\s*\{(?P<text>\w+)\}\s*\}"
    r"|\{?\s*\\(?P<greek>[A-Za-z]+)\s*\}?|(?P<one>[A-Za-z0-9])"
)
OPENS = re.compile(rf"(?:{SPACE}|{_DELIMITER_SIZE})*(?:[(\[{{]|\\\{{|\\l(?:brace|brack){_END})")
RAISED_OR_LOWERED = re.compile(r"\s*([\^_])")
ARGUMENT = re.compile(rf"(?:{SPACE})?(\{{|[0-9]|(?![{_SUPER}])[^\W\d_]|\\[A-Za-z]+)")
DEGREE = re.compile(r"\s*\[\s*([0-9]+)\s*\]")
SIZES = re.compile(r"(\w+)|(\s*,\s*|\s*\\times\s*)|\s+")
MATRIX_END = re.compile(rf"(?:{SPACE})?\\end{_END}")
BRACKETS = {"\\{": "{", "\\}": "}", "\\lbrace": "{", "\\rbrace": "}", "\\lbrack": "[", "\\rbrack": "]"}
SUBSCRIPTED = {"I": "eye", "0": "zeros", "1": "ones", "K": "K", "D": "D", "D_tilde": "Dskew", "L": "L"}
