r"""A derivation as pasted, split into statements: lines, environments, displayed formulas, and the words between them.

A statement is a chain of sides with equals signs between them (`df = tr(A dX) = tr(dX A)`). What mathematics and what words
are is told by the marks of LaTeX ($$, \begin{align}, \text{where}) where there are any; a line of plain text that is made of
words is words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tensordiff.check.proofread.statements import APPROXIMATELY, DEFINED, EQUALS, Part, Side, Statement, Words

_ENVIRONMENTS = r"(?:eqnarray|align|aligned|alignat|split|array|gather|gathered|multline|equation|displaymath|math|flalign)\*?"
_BEGIN = re.compile(
    rf"\\begin\s*\{{{_ENVIRONMENTS}\}}(?:\[[a-z]\])?(?:\s*\{{[lcr|@!\s\d]*\}})?|\\eqalign(?:no)?\s*\{{|\\displaylines\s*\{{"
)
_DISPLAY = re.compile(
    rf"""
    \$\$(?P<dollars>.*?)\$\$
  | \\\[(?P<brackets>.*?)\\\]
  | (?P<environment>\\begin\s*\{{(?P<name>{_ENVIRONMENTS})\}}.*?\\end\s*\{{(?P=name)\}})
  | (?<!\\)\$(?P<dollar>[^$]+)\$
  | \\\((?P<round>.*?)\\\)
    """,
    re.VERBOSE | re.DOTALL,
)
_FUNCTIONS = "tr|trace|vec|vech|diag|Diag|det|exp|log|ln|sym|rank|adj|F|T|sin|cos|tanh|softmax|ReLU|relu|sigmoid|logsumexp|inv"
_TEXT = re.compile(
    rf"\\(?:text|mbox|hbox|textrm|intertext|textit)\s*\{{(?!\s*(?:(?i:{_FUNCTIONS})|.)\s*\}})(?P<words>[^{{}}$]*)\}}"
)
_DROPPED = re.compile(
    r"\\(?:label|tag\*?|ref|eqref)\s*\{[^{}]*\}|\\(?:nonumber|notag|displaystyle|textstyle|limits|noindent|newline|hline|"
    r"allowdisplaybreaks|qedhere|square|blacksquare|Box)(?![A-Za-z])|\\color\s*\{[^{}]*\}|\\boxed(?=\s*\{)|(?<!\\)&"
)
_BREAK = re.compile(r"\\\\(?:\s*\[[^\[\]]*\])?|\\cr(?![A-Za-z])|\\newline")
_ARROWS = (
    r"\\(?:Leftrightarrow|Longleftrightarrow|iff|implies|Rightarrow|Longrightarrow|therefore|leadsto|rightsquigarrow)(?![A-Za-z])"
    r"|⇔|⇒|⟹|⟺|∴|<=>|=>"
)
_RELATION = re.compile(
    r"(?P<defined>:\s*=|\\coloneqq|\\triangleq|\\equiv(?![A-Za-z])|≔|\\stackrel\s*\{[^{}]*\}\s*\{\s*:?=\s*\}|\\overset\s*\{\s*(?:\\text\s*\{)?def[^{}]*\}?\s*\}\s*\{\s*=\s*\})"
    r"|(?P<approximately>\\approx(?![A-Za-z])|≈|\\simeq(?![A-Za-z]))"
    r"|(?P<equals>\\(?:over|under)set\s*\{(?:[^{}]|\{[^{}]*\})*\}\s*\{\s*=\s*\}|==?)"
)
_WORD = re.compile(r"[A-Za-z]{2,}")
_CASES = re.compile(r"(?<=\\begin\{cases\}).*?(?=\\end\{cases\})", re.DOTALL)
_KEPT = {ord(mark): 0xE000 + place for place, mark in enumerate("\\&=$,;\n")}
"""Marks inside cases, which separate nothing there."""
_SHOWN = {kept: mark for mark, kept in _KEPT.items()}


def split(text: str) -> list[Part]:
    """The statements and sentences of a derivation, in order."""
    parts: list[Part] = []
    text = _CASES.sub(lambda match: match[0].translate(_KEPT), text)
    for kind, start, end in _regions(text):
        (_formula if kind == "math" else _prose)(text, start, end, parts)
    return parts


def _regions(text: str) -> Iterator[tuple[str, int, int]]:
    """Where formulas and where words are. A text without marks of LaTeX is read line by line."""
    displays = list(_DISPLAY.finditer(text))
    if not displays:
        yield "prose", 0, len(text)
        return
    inline = [match for match in displays if match["dollar"] is not None or match["round"] is not None]
    standing = [match for match in displays if match not in inline or _is_statement(match["dollar"] or match["round"] or "")]
    place = 0
    for match in standing:
        yield "prose", place, match.start()
        name = next(n for n in ("dollars", "brackets", "environment", "dollar", "round") if match[n] is not None)
        yield "math", *match.span(name)
        place = match.end()
    yield "prose", place, len(text)


def _is_statement(formula: str) -> bool:
    """Whether a formula in a sentence says something by itself: it has a relation outside of brackets."""
    return len(list(_sides(formula))) > 1 or bool(re.search(r"\\in(?![A-Za-z])", formula))


def _line(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1


def _formula(text: str, start: int, end: int, parts: list[Part], above: int = 0) -> None:
    """The lines of a formula: rows of an environment; without one, the lines of the text where each is one."""
    inner = text[start:end]
    blank = _BEGIN.sub(lambda match: " " * len(match[0]), inner)
    blank = re.sub(rf"\\end\s*\{{{_ENVIRONMENTS}\}}", lambda match: " " * len(match[0]), blank)
    if "\\eqalign" in inner or "\\displaylines" in inner:
        blank = _without_last_brace(blank)
    for low, high in _cut(blank, _BREAK):
        _row(text, start, blank, low, high, parts, above)


def _without_last_brace(text: str) -> str:
    """The text without the brace that closes an environment of plain TeX."""
    depth = 0
    for place, character in enumerate(text):
        escaped = place and text[place - 1] == "\\"
        depth += (character == "{" and not escaped) - (character == "}" and not escaped)
        if depth < 0:
            return text[:place] + " " + text[place + 1 :]
    return text


def _cut(text: str, mark: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """The spans between marks outside of braces and inner environments."""
    low = 0
    for match in mark.finditer(text):
        before = text[low : match.start()]
        if before.count("{") - before.count("\\{") > before.count("}") - before.count("\\}"):
            continue
        if before.count("\\begin") > before.count("\\end"):
            continue
        yield low, match.start()
        low = match.end()
    yield low, len(text)


def _row(text: str, offset: int, inner: str, low: int, high: int, parts: list[Part], above: int) -> None:
    """One row: words in it are taken out, arrows and wide spaces behind a comma separate statements."""
    row = inner[low:high]
    place = 0
    for match in _TEXT.finditer(row):
        _statements(text, offset + low + place, row[place : match.start()], parts, above)
        rest = row[match.start() :]
        if _REMARK.match(match["words"]) and _TEXT.search(row, match.end()) and not _has_relation(_TEXT.sub(" ", rest)):
            said = " ".join(_TEXT.sub(lambda found: found["words"], rest).split())  # words around names
            parts.append(Words(said, _line(text, offset + low + match.start()) + above))
            return
        if match["words"].strip(" ,.:;"):
            parts.append(Words(match["words"].strip(), _line(text, offset + low + match.start()) + above))
        place = match.end()
    _statements(text, offset + low + place, row[place:], parts, above)


_REMARK = re.compile(r"\s*[,([]?\s*(?:since|because|as|where|when|if|for|using|by|assuming|provided|given|with)\b")
_SEPARATOR = re.compile(
    rf"(?P<arrow>{_ARROWS})|(?:(?<!\\)[,;]\s*)?\\q?quad(?![A-Za-z])[\s,;]*"
    r"|(?<!\\)[,;]\s*(?:\\[,;: ]\s*)*(?=[^\s].*=)|(?<!\\);\s"
)


def _statements(text: str, offset: int, row: str, parts: list[Part], above: int = 0) -> None:
    place, implied = 0, False
    pieces: list[tuple[int, int, bool]] = []
    for match in _SEPARATOR.finditer(row):
        if _depth(row[place : match.start()]) or (match["arrow"] is None and not _complete(row[place : match.start()])):
            continue
        pieces.append((place, match.start(), implied))
        place, implied = match.end(), match["arrow"] is not None
    pieces.append((place, len(row), implied))
    for low, high, arrow in pieces:
        start = offset + low + len(row[low:high]) - len(row[low:high].lstrip())
        _statement(row[low:high], _line(text, start) + above, parts, arrow)


def _complete(piece: str) -> bool:
    """Whether a comma may end a statement here: it has a relation, or says what something is."""
    return len(list(_sides(piece))) > 1 or bool(re.search(r"\\in(?![A-Za-z])|\\forall", piece))


def _depth(text: str) -> int:
    return sum(text.count(opening) - text.count(closing) for opening, closing in ("()", "[]", "{}"))


def _statement(piece: str, line: int, parts: list[Part], implied: bool = False, label: str = "") -> None:
    """One statement, joined to the one above where it goes on with it."""
    lines = piece.count("\n")
    clean = _DROPPED.sub(" ", piece)
    if "\\boxed" in piece:
        clean = re.sub(r"^(.*?)\{(.*)\}\s*$", r"\1\2", clean, count=1, flags=re.DOTALL) if clean.count("{") else clean
    found = list(_sides(clean))
    sides = [Side(_trimmed(side), line + clean.count("\n", 0, start) if lines else line) for side, _, start in found]
    relations = [relation for _, relation, _ in found][1:]
    if len(sides) == 1 and not sides[0].text:
        return
    before = next((part for part in reversed(parts) if isinstance(part, Statement)), None)
    joined = before is not None and parts and parts[-1] is before
    if joined and before is not None and before.dangles and not implied and not label:
        before.sides += [side for side in sides if side.text]
        before.relations += relations if sides[0].text else relations[1:]
        return
    if joined and before is not None and _continues(sides[0].text, len(sides)) and not implied:
        last = before.sides[-1]
        before.sides[-1] = Side(f"{last.text} {sides[0].text}", last.line)
        before.sides += sides[1:]
        before.relations += relations
        return
    if not sides[0].text:
        made = Statement(line, sides[1:], relations, True, label, implied)
    else:
        made = Statement(line, sides, relations, False, label, implied)
    if not made.sides or not made.sides[-1].text:
        made.sides = [side for side in made.sides if side.text] or [Side("", line)]
    parts.append(made)


_OPERATOR = re.compile(r"\s*(?:[-−+*/]|\\(?:times|cdot|otimes|odot|circ|pm)(?![A-Za-z]))")


def _continues(text: str, sides: int) -> bool:
    """Whether a line goes on with the one before: it begins with an operator, and with a minus sign has no relation."""
    return bool(_OPERATOR.match(text)) and (sides == 1 or text.lstrip()[:1] not in "-−")


def _trimmed(side: str) -> str:
    """A side without spaces, commas and points around it."""
    side = " ".join(side.split())
    side = re.sub(r"^(?:\\[,;:!> ]|\\q?quad|[,;.]|~|\s)+", "", side)
    while True:
        shorter = re.sub(r"(?:\\[,;:!> ]|\\q?quad|[,;]|\.(?![0-9'*/^])|~|\s)+$", "", side)
        if shorter.endswith("\\"):
            shorter = side
        if shorter == side:
            return side.translate(_SHOWN)
        side = shorter


def _sides(text: str) -> Iterator[tuple[str, str, int]]:
    """The sides between top-level relations: each with the relation before it, and its place."""
    start, depth, place, relation = 0, 0, 0, ""
    while place < len(text):
        character = text[place]
        if character == "\\" and text[place + 1 : place + 2] in "{}|,;:! ":
            place += 2
            continue
        match = _RELATION.match(text, place) if depth <= 0 else None
        if match and not (match["equals"] and text[place - 1 : place] in ("<", ">", "!", "~")):
            yield text[start:place], relation, start
            kind = match.lastgroup
            relation = DEFINED if kind == "defined" else APPROXIMATELY if kind == "approximately" else EQUALS
            place = start = match.end()
            continue
        if character == "\\":
            command = re.compile(r"\\[A-Za-z]+|\\.").match(text, place)
            if command:
                place = command.end()
                if command[0] == "\\forall" or (
                    command[0] == "\\text" and _TEXT.match(text, place - len(command[0]))
                ):  # k = 0, 1, ... is no equality
                    place = len(text)
                continue
        depth += (character in "([{") - (character in ")]}")
        place += 1
    yield text[start:], relation, start


# Words.


def _prose(text: str, start: int, end: int, parts: list[Part]) -> None:
    """Lines of words and plain formulas."""
    place = start
    for line in text[start:end].split("\n"):
        _plain_line(line, _line(text, place), parts)
        place += len(line) + 1


def _plain_line(line: str, number: int, parts: list[Part]) -> None:
    """A line of plain text: runs of words, and the formulas between them."""
    body = re.sub(r"^\s*(?:[-*•]\s+(?=[A-Za-z\\])|\(?\d+[.)]\s+(?=\D)|#.*$|//.*$)", "", line).strip()
    if not re.search(r"\w", body):
        return
    for comment in list(_COMMENT.finditer(body))[::-1]:
        parts.append(Words(comment[0].strip(" ()#%/"), number))
        body = body[: comment.start()] + " " * len(comment[0]) + body[comment.end() :]
    if _BREAK.search(body) or "&" in body or (_TEXT.search(body) and "=" in body):
        _formula(body, 0, len(body), parts, number - 1)
        return
    pending = ""
    for is_words, start, end in _runs(body):
        segment = body[start:end]
        alone = not pending and not start and end == len(body)
        if is_words or (not alone and not _has_relation(segment)):
            pending = f"{pending} {segment.strip()}".strip()
            continue
        if not _has_relation(segment) and not re.search(r"[+*/^'(]|\\[A-Za-z]", segment):
            parts.append(Words(segment.strip(), number))
            continue
        label = pending.strip(" ,:.;")
        if label:
            parts.append(Words(label, number))
        before = len(parts)
        _statements(segment, 0, segment.strip(" ,:.;"), parts, number - 1)
        for part in parts[before:]:
            if isinstance(part, Statement) and label:
                part.label = label
        pending = ""
    if pending:
        parts.append(Words(pending, number))


_COMMENT = re.compile(
    r"\s(?:#|//|%)\s.*$|\s\((?:[^()=]*\s)?(?:by|since|because|using|symmetric|as|where|is|are|orthogonal|diagonal|cyclic|chain)\b[^()=]*\)"
)
"""Remarks: behind a mark, or words in brackets."""


def _has_relation(text: str) -> bool:
    return len(list(_sides(text))) > 1 or bool(re.search(_ARROWS, text))


def _runs(body: str) -> Iterator[tuple[bool, int, int]]:
    """Runs of words, and what stands between them."""
    place = 0
    run: tuple[int, int] | None = None
    for match in _WORD.finditer(body):
        if not _is_word(body, match):
            continue
        if run is not None and not re.search(r"[^\s,.:;-]", body[run[1] : match.start()]):
            run = run[0], match.end()
            continue
        if run is not None:
            yield True, *run
            place = run[1]
        if body[place : match.start()].strip(" ,.:;"):
            yield False, place, match.start()
        run = match.span()
    if run is not None:
        yield True, *run
        place = run[1]
    if body[place:].strip(" ,.:;"):
        yield False, place, len(body)


def _is_word(body: str, match: re.Match[str]) -> bool:
    """Whether letters are a word of a sentence rather than a name or a product of names."""
    word = match[0].lower()
    if body[match.start() - 1 : match.start()] in ("\\", "_", "^", "{") or not (word in _PROSE or _ENDING.fullmatch(word)):
        return False
    before, after = body[: match.start()].rstrip()[-1:], body[match.end() :].lstrip()[:1]
    if (before and before in "+*/=(^_·⊗") or (after and after in "+*/=)^_·⊗"):
        return False
    beside = body[: match.start()][-1:], body[match.end() :][:1]
    return beside[0] in ("", " ", "(") and beside[1] in ("", " ", ",", ".", ":", ";", ")")


_ENDING = re.compile(r"[a-z]+(?:ing|tion|tions|tive|ian|ally|ence|ent|ly|ied|ates|ities|ity)")


_PROSE = frozenset((
    "the", "a", "an", "is", "are", "be", "we", "to", "of", "in", "on", "at", "it", "its", "this", "that", "these", "those",
    "which", "from", "so", "have", "has", "can", "if", "then", "let", "and", "or", "not", "no", "by", "where", "with", "for",
    "as", "since", "because", "hence", "thus", "therefore", "when", "while", "also", "here", "there", "obtain", "get",
    "gives", "give", "find", "take", "using", "use", "derivative", "gradient", "matrix", "matrices", "vector", "symmetric",
    "invertible", "identity", "square", "definite", "orthogonal", "positive", "diagonal", "differentiate", "respect", "both",
    "sides", "constant", "scalar", "denote", "denotes", "define", "assume", "suppose", "note", "recall", "chain", "rule",
    "product", "term", "terms", "first", "second", "one", "two", "our", "your", "will", "would", "compute", "computing",
    "respectively", "now", "finally", "but", "yields", "implies", "follows", "each", "all", "any", "same", "sum", "function",
    "functions", "equation", "equations", "condition", "conditions", "solution", "minimum", "zero", "zeros", "transpose",
    "inverse", "equal", "equals", "real", "full", "rank", "size", "shape", "entries", "entry", "symmetry", "other", "next",
    "last", "step", "line", "side", "hand", "left", "right", "answer", "question", "result", "rules", "rewrite", "write",
    "written", "put", "set", "see", "know", "known", "only", "just", "again", "more", "do", "does", "did", "what", "how",
    "why", "my", "me", "you", "they", "them",
))  # fmt: skip
"""Words that stand in sentences and are no names."""
