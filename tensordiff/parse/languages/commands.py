r"""How LaTeX is spelled: the patterns of its tokens, and what its commands stand for."""

from __future__ import annotations

import re

from tensordiff.parse.languages import latex_signs
from tensordiff.parse.languages.latex_signs import BOLD_FONTS, TEXT_FONTS
from tensordiff.parse.languages.latex_signs import END as _END
from tensordiff.parse.languages.latex_signs import T as _T
from tensordiff.parse.languages.plain import NUMBER, OPERATORS
from tensordiff.parse.languages.raised import FRACTIONS
from tensordiff.parse.names import SUPERSCRIPTS

_DELIMITER_SIZE = r"\\(?:left|right|middle|[bB]igg?[lrm]?)" + _END
SPACE = (
    r"(?:\s|[~$]|\\[,;:!> ]|\\[()\[\]]|\\(?:quad|qquad|displaystyle|textstyle|limits|nolimits|nonumber|thinspace)(?![A-Za-z])"
    r"|\\(?:left|right)\s*\.|\\hspace\{[^{}]*\})+"
)
ACCENTS = r"hat|widehat|bar|overline|tilde|widetilde|dot|ddot|check|breve"
FONT = rf"mathcal|mathbb|mathfrak|mathscr|cal|{BOLD_FONTS}|{TEXT_FONTS}|{ACCENTS}"
_WORD = r"\\?[^\W\d_]\w*(?:\\_\w*)*|(?:\\_\w*)+"
_SUPER = re.escape("".join(SUPERSCRIPTS))

TOKEN = re.compile(
    rf"""
    (?P<space>{SPACE})
  | (?:(?P<side>{_DELIMITER_SIZE})\s*)?(?P<bar>\\\||‖|\|\|?|\\[lr]?[vV]ert{_END})
  | (?P<size>{_DELIMITER_SIZE})
  | (?P<number>{NUMBER})
  | (?P<fraction>[{"".join(FRACTIONS)}])
  | (?P<matrix>\\(?P<edge>begin|end)\s*\{{\w*matrix\*?\}})
  | (?P<switch>\{{\s*\\(?P<switched>rm|bf|it|sf|tt|cal|mathrm|mathbf){_END}\s*(?P<inside>{_WORD}|1)\s*\}})
  | (?P<bold>\\(?P<font>{FONT}){_END}\s*(?:\{{\s*(?P<braced>{_WORD}|[01])\s*\}}|(?P<letter>\\[A-Za-z]+|[A-Za-z01Ͱ-Ͽ])))
  | (?P<command>\\[A-Za-z]+)
  | (?P<row>\\\\)
  | (?P<word>(?![{_SUPER}])[^\W\d_](?:(?![{_SUPER}])\w)*)
  | (?P<super>[{_SUPER}]+)
  | (?P<transpose>['’′⊤])
  | (?P<power>\^\s*)
  | (?P<subscript>_\s*)
  | (?P<times>\.[*/]|\*(?!\*)|[/{"".join(OPERATORS)}])
  | (?P<arrow>->|→)
  | (?P<sign>[-+−–])
  | (?P<colon>:)
  | (?P<angle>[<>⟨⟩])
  | (?P<left_script>\{{\}}\s*\^\s*(?:\{{\s*)?(?:t|T|\\top)\s*\}}?)
  | (?P<opening>[(\[{{]|\\\{{|\\l(?:brace|brack|group|parenthesis){_END})
  | (?P<closing>[)\]}}]|\\\}}|\\r(?:brace|brack|group){_END})
  | (?P<comma>[,;&])
    """,
    re.VERBOSE,
)
OPERATIONS = {
    "cdot": ("TIMES", "·"), "times": ("TIMES", "*"), "ast": ("CIRCLE", "*"), "div": ("TIMES", "/"), "odot": ("CIRCLE", ".*"),
    "circ": ("CIRCLE", ".*"), "oslash": ("CIRCLE", "./"), "otimes": ("KRON", "kron"), "oplus": ("KRON", "kronsum"),
    "colon": ("COLON", ":"), "bullet": ("TIMES", "·"), "circledast": ("CIRCLE", ".*"), "star": ("CIRCLE", ".*"),
}  # fmt: skip
FUNCTIONS = {
    "ln": "log", "Tr": "tr", "trace": "tr", "Trace": "tr", "Det": "det", "Diag": "diag", "Adj": "adj", "Vec": "vec", "TR": "tr",
    "Log": "log", "Exp": "exp", "sgn": "sign", "vech": "vech", "Inv": "inv", "arctan": "atan", "arcsin": "asin",
    "arccos": "acos", "Kron": "kron", "logit": "logit", "abs": "abs", "norm": "‖", "lvert": "|",
}  # fmt: skip
VARIANTS = {
    "varepsilon": "epsilon", "vartheta": "theta", "varphi": "phi", "varrho": "rho", "varsigma": "sigma", "varSigma": "Sigma",
    "varLambda": "Lambda", "upsilon": "upsilon",
}  # fmt: skip
REFUSED = {
    "mathbb E": "expectations", "Pr": "probabilities", "Var": "variances", "Cov": "covariances", "arg": "arg min and arg max",
    "argmin": "arg min", "argmax": "arg max", "min": "minima over a set", "max": "maxima over a set", "int": "integrals",
    "iint": "integrals", "prod": "products over an index", "lim": "limits", "mathbb P": "probabilities",
    "begin": "this environment", "sup": "suprema", "inf": "infima", "infty": "infinity",
}  # fmt: skip
"""What is refused by name."""
TRANSPOSED = re.compile(latex_signs.TRANSPOSED)
POWER_TRANSPOSED = re.compile(rf"\{{\s*(?:(?P<power>-?[0-9]+)|(?P<pseudo>\+|\\dagger|\\dag))\s*(?P<t>{_T})\s*\}}")
HERMITIAN = re.compile(r"\{?\s*(?:\*|H|\\(?:ast|star)(?![A-Za-z]))\s*\}?")
PSEUDO = re.compile(r"(?:\+|\\(?:dagger|dag|ddagger)(?![A-Za-z]))|\{\s*(?:\+|\\(?:dagger|dag|ddagger))\s*\}")
ENTRYWISE = re.compile(r"\{\s*\\(?:circ|odot)(?![A-Za-z])")
LABEL = re.compile(
    r"\{\s*(?P<open>[(\[])\s*(?P<label>[1-9][0-9]*|[A-Za-z](?:\s*[-+]\s*[1-9][0-9]*)?)\s*[)\]]\s*(?P<transposed>"
    + _T
    + r")?\s*\}"
)
LETTERED = re.compile(r"\{\s*([A-Za-z])(?:\s*[-+]\s*[1-9][0-9]*)?\s*\}|([A-Za-z])")
"""An exponent that may be a label: a letter, or a letter and a number."""
RAISED = re.compile(r"-?[0-9]|[A-Za-z]|\\[A-Za-z]+")
SUBSCRIPT = re.compile(r"_\s*")
LOWERED = re.compile(
    r"\{\s*(?P<list>\w+(?:(?:\s*,\s*|\s*\\times\s*|\\,|\s+|\s*[-+]\s*(?=[0-9]))\w+)*)\s*\}"
    r"|\{\s*\\(?:math|text|operatorname)?\w*\s*\{(?P<text>[\w ]+(?:,[\w ]+)*)\}\s*\}"
    r"|\\(?:math|text)\w+\s*\{(?P<roman>\w+)\}|\{\s*\\(?:rm|text)\s+(?P<switched>\w+)\s*\}"
    r"|\{?\s*\\(?P<greek>[A-Za-z]+)\s*\}?|(?P<one>[A-Za-z0-9])"
)
POWERED_SIZE = re.compile(r"\{\s*(?P<base>[A-Za-z])\s*\^\s*\{?\s*2\s*\}?\s*\}")
ENTRIES = re.compile(r"\{\s*(?P<row>[A-Za-z0-9]|:|\\cdot|\\bullet)\s*,?\s*(?P<column>[A-Za-z0-9]|:|\\cdot|\\bullet)\s*\}")
OPENS = re.compile(rf"(?:{SPACE}|{_DELIMITER_SIZE})*(?:[(\[{{]|\\\{{|\\l(?:brace|brack){_END})")
RAISED_OR_LOWERED = re.compile(r"\s*([\^_])")
ARGUMENT = re.compile(rf"(?:{SPACE})?(\{{|[0-9]|(?![{_SUPER}])[^\W\d_]|\\[A-Za-z]+)")
DEGREE = re.compile(r"\s*\[\s*([0-9]+)\s*\]")
SIZES = re.compile(r"(\w+)|(\s*,\s*|\s*\\times\s*)|\s+")
MATRIX_END = re.compile(rf"(?:{SPACE})?\\end{_END}")
BRACKETS = {
    "\\{": "{",
    "\\}": "}",
    "\\lbrace": "{",
    "\\rbrace": "}",
    "\\lbrack": "[",
    "\\rbrack": "]",
    "\\lgroup": "(",
    "\\rgroup": ")",
}
SUBSCRIPTED = {"I": "eye", "0": "zeros", "1": "ones", "K": "K", "D": "D", "D_tilde": "Dskew", "L": "L"}
_WHICH = r"[012F*]|\\ast|\\infty|Fro|HS"
_FONT_OF_NORM = r"\\(?:math|text|operatorname)\w*"
NORM_SUBSCRIPT = re.compile(
    rf"\s*_\s*(?:(?P<a>{_WHICH})|{_FONT_OF_NORM}\s*\{{\s*(?P<b>{_WHICH})\s*\}}|\{{\s*(?:\\rm\s*)?(?:(?P<c>{_WHICH})"
    rf"|{_FONT_OF_NORM}\s*\{{\s*(?P<d>{_WHICH})\s*\}}|\{{\s*\\rm\s+(?P<e>{_WHICH})\s*\}})\s*\}})"
)
DIFFERENTIAL_SIGN = (
    r"(?:\\(?:partial|delta|mathrm\s*\{\s*d\s*\}|mathrm\s+d|text\s*\{\s*d\s*\}|operatorname\s*\{\s*d\s*\}|rm\s+d|dd|diff|mathbb\s*\{\s*d\s*\}|mathbf\s*\{\s*d\s*\})"
    + _END
    + r"|\{\s*\\rm\s+d\s*\}|\{\\partial\}|∂|d(?![a-z]{2}))"
)
UPPER = re.compile(rf"(?:{SPACE})?(?P<sign>{DIFFERENTIAL_SIGN})\s*(?P<square>\^\s*\{{?\s*2\s*\}}?)?")
