"""What the texts of a call say about their words before any of them is parsed: which letters stand alone, which are indices,
whether T is a number, whether e is one."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tensordiff.parse.languages import latex_signs as tex
from tensordiff.parse.languages.latex_signs import is_latex
from tensordiff.parse.languages.source import group_end
from tensordiff.parse.names import GREEK, is_function, spelled

UNKNOWN_FUNCTIONS = ("sigma", "phi", "psi", "f", "g", "h")
"""Letters that are unknown functions where they stand before a bracket each time."""
_COMMAND = re.compile(r"\\[A-Za-z]+")
_WORD = re.compile(r"[^\W\d_]+(?:_?\d\w*)?")
_SUMS = re.compile(
    r"\\sum(?:\\limits)?\s*(?:\^\s*(?:\{[^{}]*\}|\w)\s*)?_\s*(?:\{(?P<group>[^{}]*(?:\{[^{}]*\}[^{}]*)*)\}|(?P<one>\w))"
)
_SIGN = r"\s*(?:\\partial|\\delta|d|\\mathrm\s*\{\s*d\s*\}|\{\s*\\rm\s+d\s*\})"
_FRACTION = re.compile(rf"\\[dt]?frac\s*\{{(?={_SIGN})")
_LOWER = re.compile(r"_\s*(?:\{\s*(?P<group>[A-Za-z](?:\s*,?\s*[A-Za-z])*)\s*\}|(?P<one>[A-Za-z]))")


def alone(texts: Iterable[str]) -> frozenset[str]:
    """The letters that stand alone somewhere: between signs, brackets and numbers."""
    found: set[str] = set()
    for text in texts:
        if is_latex(text):
            bare = _COMMAND.sub(" ", text)
            found.update(letter for letter in re.findall(r"[^\W\d_]", bare))
        else:
            found.update(word for word in re.findall(r"(?<!\w)[^\W\d_](?!\w)", text))
    return frozenset(found)


def indices(texts: Iterable[str]) -> frozenset[str]:
    """The letters that sums run over, and those of the entries in a derivative."""
    found: set[str] = set()
    for text in filter(is_latex, texts):
        for match in _SUMS.finditer(text):
            inside = match["group"] or match["one"] or ""
            found.update(re.findall(r"(?<![A-Za-z\\])[A-Za-z](?![A-Za-z])", re.sub(r"=.*", "", inside)))
            if re.fullmatch(r"\s*[A-Za-z]{2,4}\s*", inside):
                found.update(inside.strip())
            if re.search(r"\\ne|<|\\lt|≠|\\not", inside):
                found.update(re.findall(r"(?<![A-Za-z\\])[A-Za-z](?![A-Za-z])", inside))
        for match in _FRACTION.finditer(text):
            middle = group_end(text, match.end() - 1)
            below = middle is not None and re.compile(rf"\s*\{{(?={_SIGN})").match(text, middle)
            end = below and group_end(text, below.end() - 1)
            if middle and below and end and (lower := _labels(text[below.end() : end])):
                found.update(lower)
                found.update(_labels(text[match.end() : middle]))
    return frozenset(found)


def _labels(text: str) -> set[str]:
    found: set[str] = set()
    for match in _LOWER.finditer(text):
        found.update(re.findall("[A-Za-z]", match["group"] or match["one"]))
    return found


def raised(texts: Iterable[str], scalars: Iterable[str]) -> frozenset[str]:
    """T and t where they stand as numbers: declared scalars or sizes, limits of sums."""
    found = {name for name in ("T", "t") if name in set(scalars)}
    for text in filter(is_latex, texts):
        if re.search(r"\\sum\s*_\s*\{?\s*t\b", text):
            found.update(letter for letter in ("t", "T") if letter == "t" or re.search(r"\^\s*\{?\s*T", text))
    return frozenset(found)


def exponential(texts: Iterable[str]) -> bool:
    """Whether e is never written without an exponent."""
    for text in texts:
        if "e" not in text:
            continue
        bare = _COMMAND.sub(lambda match: " " * len(match[0]), text)
        latex = is_latex(text)
        pattern = r"e" if latex else r"(?<![^\W_])e(?![^\W_])"
        for match in re.finditer(pattern, bare):
            behind = bare[match.end() :].lstrip()
            if latex and _is_text(text, match.start()):
                continue
            if not behind.startswith("^") and not re.match(r"[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽]", behind):
                if latex and _in_word(bare, match.start()):
                    continue
                return False
            transposed = re.match(tex.TRANSPOSED, behind[1:].lstrip()) if behind.startswith("^") else None
            if transposed:
                return False
    return True


def _is_text(text: str, place: int) -> bool:
    return bool(re.search(r"\\(?:" + tex.TEXT_FONTS + r")\s*\{[^{}]*$", text[:place]))


def _in_word(text: str, place: int) -> bool:
    """Whether a letter of LaTeX is one of a word such as `det` or `eye`."""
    start, end = place, place + 1
    while start and text[start - 1].isalpha():
        start -= 1
    while end < len(text) and text[end].isalpha():
        end += 1
    return end - start > 1 and is_function(text[start:end])


def unknown_functions(texts: Iterable[str], known: Iterable[str]) -> frozenset[str]:
    """The letters that are functions nobody defined: each time directly before a bracket, and never raised to a power."""
    declared = set(known)
    found = set()
    joined = list(texts)
    for name in UNKNOWN_FUNCTIONS:
        letters = (name, GREEK.get(name, name))
        if declared.intersection(letters) or not any(letter in text for text in joined for letter in letters):
            continue
        spellings = [rf"\\{name}(?![A-Za-z])", GREEK[name]] if name in GREEK else []
        plain = rf"(?<![\w\\]){name}(?!\w)"
        latex = [*spellings] if name in GREEK else [rf"(?<![A-Za-z\\]){name}(?![A-Za-z])"]
        uses = called = 0
        for text in joined:
            patterns = latex if is_latex(text) else [plain, *([GREEK[name]] if name in GREEK else [])]
            bare = re.sub(r"\\(?:mathrm|text|operatorname|mbox|mathsf|rm)\s*\{[^{}]*\}", lambda m: " " * len(m[0]), text)
            for pattern in patterns:
                for match in re.finditer(pattern, bare):
                    uses += 1
                    behind = bare[match.end() :]
                    called += bool(re.match(r"'*\s*(?:\\left|\\[bB]igg?l?)?\s*\(", behind))
        if uses and uses == called:
            found.add(name)
    return frozenset(found)


def applied_letters(texts: Iterable[str], known: Iterable[str]) -> dict[str, str]:
    """The letters that nobody declared and that stand twice or more, each time before one letter in brackets: r(x). They may be
    functions of it, or factors."""
    found: dict[str, set[str]] = {}
    called: dict[str, int] = {}
    uses: dict[str, int] = {}
    for text in texts:
        bare = _COMMAND.sub(lambda match: "#" * len(match[0]), text)
        one = "[A-Za-z]" if is_latex(text) else r"(?<!\w)[A-Za-z](?!\w)"
        for match in re.finditer(one, bare):
            uses[match[0]] = uses.get(match[0], 0) + 1
            behind = re.match(r"\s*\(\s*([A-Za-z])\s*\)", bare[match.end() :].replace("#", " "))
            if behind:
                found.setdefault(match[0], set()).add(behind[1])
                called[match[0]] = called.get(match[0], 0) + 1
    excluded = {*known, *UNKNOWN_FUNCTIONS}
    return {
        letter: next(iter(arguments))
        for letter, arguments in found.items()
        if len(arguments) == 1 and uses[letter] == called[letter] > 1 and letter not in excluded
    }


def marks_transposes_otherwise(texts: Iterable[str]) -> bool:
    """Whether some text transposes by a mark that is no prime."""
    for text in texts:
        if re.search(
            r"\^\s*\{?\s*(?:\\[,!]\s*)*(?:T|t|\\top|\\intercal|⊤|\\(?:math|text)\w+\s*\{?\s*T)(?![A-Za-z])|ᵀ|⊤|\.T\b|transpose\(",
            text,
        ):
            return True
    return False


def primes(texts: Iterable[str]) -> frozenset[str]:
    """The names behind which a prime stands."""
    found = set()
    for text in texts:
        for match in re.finditer(r"(\\[A-Za-z]+|[^\W\d_]\w*)\s*(?:['’′]|\^\s*\{?\s*(?:\\prime|['’′]))", text):
            word = match[1].removeprefix("\\")
            if match[1].startswith("\\") and word not in GREEK:
                continue
            found.add(spelled(word) if not is_latex(text) or match[1].startswith("\\") else word[-1])
    return frozenset(found)


def bold(texts: Iterable[str]) -> frozenset[str]:
    r"""Small letters in bold, and whatever stands under an arrow: vectors."""
    found = set()
    for text in filter(is_latex, texts):
        for match in re.finditer(
            rf"\\(?P<font>{tex.BOLD_FONTS})(?![A-Za-z])\s*(?:\{{\s*(?P<braced>\\?[A-Za-z]+)\s*\}}|(?P<letter>\\[A-Za-z]+|[A-Za-z]))",
            text,
        ):
            word = (match["braced"] or match["letter"]).removeprefix("\\")
            if match["font"] == "vec" or (word[:1].islower() and (len(word) == 1 or word in GREEK)):
                found.add(word)
        for match in re.finditer(r"\{\s*\\bf\s+(\\?[a-z]+)\s*\}", text):
            found.add(match[1].removeprefix("\\"))
    return frozenset(found)


_UNDER_TRACE = re.compile(
    r"(?:\\(?:tr|Tr|trace|det)|\\(?:operatorname|mathrm|text|mbox)\s*\{\s*(?:tr|Tr|trace|det)\s*\}|\{\s*\\rm\s+(?:tr|Tr|trace|det)\s*\})"
    r"\s*(?:\\[,!;]|\\left|\\[bB]igg?l?|[\s({\[])*\\(?P<function>exp|log|ln)"
)


def of_matrices(texts: Iterable[str]) -> frozenset[tuple[str, str]]:
    """exp and log that stand directly under tr or det in LaTeX, each with its argument."""
    found = set()
    for text in filter(is_latex, texts):
        for match in _UNDER_TRACE.finditer(text):
            name = "exp" if match["function"] == "exp" else "log"
            found.add((name, argument_text(text[match.end() :])))
    return frozenset(found)


def argument_text(text: str) -> str:
    """The argument that begins a text, without its brackets, sizes of brackets and blanks."""
    bare = re.sub(r"\\(?:left|right|[bB]igg?[lr]?)(?![A-Za-z])|\\[,!;: ]|\s", "", text)
    if bare[:1] not in ("(", "{", "["):
        one = re.match(r"\\[A-Za-z]+|.", bare)
        return one[0] if one else ""
    depth = 0
    for place, character in enumerate(bare):
        depth += (character in "([{") - (character in ")]}")
        if not depth:
            return bare[1:place]
    return bare[1:]


def operand_end(text: str, place: int) -> int:
    """The end of a name, or of a bracket with a name before it, that begins here."""
    word = re.compile(r"[^\W\d]\w*").match(text, place)
    end = word.end() if word else place
    if end < len(text) and text[end] == "(":
        depth = 0
        for position in range(end, len(text)):
            depth += (text[position] == "(") - (text[position] == ")")
            if not depth:
                return position + 1
    return end
