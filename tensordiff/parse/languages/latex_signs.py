r"""What LaTeX is told by, and how it writes fonts and transposition: what is asked of a text before it is read."""

from __future__ import annotations

TEXT_FONTS = r"mathrm|mathit|mathsf|mathtt|mathop|operatorname\*?|text|textrm|textit|textsf|mbox|hbox|rm|it|sf|tt"
BOLD_FONTS = r"mathbf|boldsymbol|bm|pmb|textbf|vec|bf|bold|symbf"
END = r"(?![A-Za-z])"
"""Where a command ends."""
T = (
    r"(?:\\(?:top|intercal|prime|T|transp|transpose|tran|trans)" + END + r"|⊤|T|t|['’′]"
    r"|\\(?:math|text)\w*\s*(?:\{\s*[Tt]\s*\}|T|t)|\{\s*\\(?:rm|sf|tt|it)\s*[Tt]\s*\}|\\(?:rm|sf|tt|it)\s*[Tt])"
)
_THIN = r"(?:\\[,!;: ]|\s)*"
TRANSPOSED = rf"(?P<bare>{T})|\{{{_THIN}(?P<minus>-?)\s*(?P<braced>{T}){_THIN}\}}"
"""The exponents that transpose."""


def is_latex(text: str) -> bool:
    """Whether the text is LaTeX: it has a command, a brace or a dollar sign, which plain text never has."""
    return "\\" in text or "{" in text or "}" in text or "$" in text
