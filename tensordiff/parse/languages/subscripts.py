r"""Subscripts and labels of LaTeX: x_1, \beta_{0}, a_{ij}, (X^{-1})_{ij}, X_{i\cdot}, \delta_{ij}, I_n, W^{(2)}."""

from __future__ import annotations

import re

from tensordiff.parse.languages import commands as tex
from tensordiff.parse.languages.source import Source
from tensordiff.parse.languages.tokens import Token
from tensordiff.parse.names import normalise

_USUAL = frozenset("ijkl")


def _is_number(part: str) -> bool:
    return part.isascii() and part.isdigit()


def labelled(name: str, label: str) -> str:
    """A name with a label as one name."""
    return f"{name}_{''.join(label.split()).replace('-', 'm').replace('+', 'p')}"


class Subscripts(Source):
    """What stands below a name or a bracket."""

    def read_subscript(self, match: re.Match[str], start: int, end: int) -> None:
        if start == self.skip[0]:
            self.place = self.skip[1]
            return
        last = self.tokens.list[-1] if self.tokens.list else None
        if last is not None and last.type == "TRANSPOSE" and self.below_transposed(end):
            return
        if last is not None and last.type in ("RPAR", "RBLOCK", "TRANSPOSE") and (labels := self.entry_labels(end)):
            self.put_labels(labels, start)
            return
        if last is None or (last.type != "NAME" and last != "0"):
            self.tokens.fail("a subscript here is not part of a name", start, end, "subscripts are letters and digits")
        if last == "delta" and not self.vocabulary.knows("delta") and (labels := self.entry_labels(end)) and len(labels) == 2:
            self.tokens.list[-1] = Token.of("CONSTANT", "eye", last.start, last.end)
            self.put_labels(labels, start)
            return
        self.read_subscript_of(last, start, end)

    def below_transposed(self, end: int) -> bool:
        """Reads v^T_1 and x^T_i as the transposes of v_1 and x_i; False where two indices stand below, or no name before."""
        labels = self.entry_labels(end)
        if len(self.tokens.list) < 2 or self.tokens.list[-2].type != "NAME" or (labels and len(labels[0]) > 1):
            return False
        transposed = self.tokens.list.pop()
        self.read_subscript_of(self.tokens.list[-1], transposed.start, end)
        self.tokens.list.append(transposed)
        return True

    def read_subscript_of(self, last: Token, start: int, end: int) -> None:
        """Reads what stands below a name."""
        labels = self.entry_labels(end)
        if labels and self.is_entry(last, labels):
            self.put_labels(labels, start)
        else:
            self.part_of_name(last, start, end)

    def entry_labels(self, place: int) -> tuple[list[str], int] | None:
        """The labels of an entry that stand here, and the place behind them."""
        entries = tex.ENTRIES.match(self.text, place)
        if entries:
            signs = {"\\cdot": ":", "\\bullet": ":"}
            return [signs.get(label, label) for label in entries.group("row", "column")], entries.end()
        one = re.compile(r"\{\s*([A-Za-z]|[0-9]+)\s*\}|([A-Za-z0-9])").match(self.text, place)
        if one:
            return [one[1] or one[2]], one.end()
        three = re.compile(r"\{\s*([A-Za-z0-9])\s*,?\s*([A-Za-z0-9])\s*,?\s*([A-Za-z0-9])\s*\}").match(self.text, place)
        if three:
            return [*three.groups()], three.end()
        many = re.compile(r"\{\s*([A-Za-z](?:\s*,?\s*[A-Za-z]){3,})\s*\}").match(self.text, place)
        behind_bracket = bool(self.tokens.list) and self.tokens.last == "RPAR"
        return (re.findall("[A-Za-z]", many[1]), many.end()) if many and behind_bracket else None

    def is_entry(self, name: Token, found: tuple[list[str], int]) -> bool:
        """Whether a subscript picks an entry: its letters are indices of the call, or the name is declared and the name with
        its subscript is not."""
        labels, vocabulary = found[0], self.vocabulary
        joined = "".join(labels)
        if vocabulary.knows(f"{name}_{joined}") or vocabulary.knows(f"{name}{joined}") or name in vocabulary.scalars:
            return False
        if name in tex.SUBSCRIPTED and not vocabulary.knows(name) and not all(label in self.indices for label in labels):
            return False
        if ":" in labels:
            return True
        letters = [label for label in labels if not _is_number(label)]
        if letters and all(letter in self.indices for letter in letters):
            return True
        base = vocabulary.knows(name) or (len(labels) == 2 and vocabulary.knows(name.upper()))
        if letters and len(labels) > 1 and all(letter in _USUAL for letter in letters):
            return True
        return base

    def put_labels(self, found: tuple[list[str], int], start: int) -> None:
        labels, self.place = found
        last = self.tokens.list[-1]
        if last.type == "NAME" and len(labels) == 2 and not self.vocabulary.knows(last):
            capital = last.upper()
            if len(last) == 1 and last != capital and (self.vocabulary.knows(capital) or capital in self.vocabulary.letters):
                self.tokens.list[-1] = Token.of("NAME", capital, last.start, last.end)
        self.tokens.put("LINDEX", "(", start, start, "below")
        for place, label in enumerate(labels):
            if place:
                self.tokens.put("_COMMA", ",", start, start)
            type_ = "SLICE" if label == ":" else "NUMBER" if _is_number(label) else "NAME"
            self.tokens.put(type_, label, start, self.place, "below")
        self.tokens.put("RINDEX", ")", self.place, self.place)

    def part_of_name(self, last: Token, start: int, end: int) -> None:
        """A subscript that belongs to the name before it, or is the size of a constant."""
        squared = tex.POWERED_SIZE.match(self.text, end)
        if squared and last in tex.SUBSCRIPTED and not self.vocabulary.knows(last):
            self.place = squared.end()
            self.sized(last, f"{squared['base']} {squared['base']}")
            return
        lowered = tex.LOWERED.match(self.text, end)
        if lowered is None:
            self.tokens.fail("a subscript here is not part of a name", start, end, "subscripts are letters and digits")
        self.place = lowered.end()
        written = (
            lowered["list"] or lowered["text"] or lowered["roman"] or lowered["switched"] or lowered["greek"] or lowered["one"]
        )
        parts = re.findall(r"\\?\w+|[-+]", written)
        shown = "".join({"-": "m", "+": "p"}.get(part, part) for part in parts if part != "\\times")
        full, joined = normalise(f"{last}_{shown}"), normalise(f"{last}{shown}")
        if lowered["text"] and "," in written:  # as names with several underscores are typeset
            full = normalise("_".join([last, *parts]))
        if not self.vocabulary.knows(full) and self.vocabulary.knows(joined):
            full = joined
        letter = last in tex.SUBSCRIPTED and not self.vocabulary.knows(last) and not _is_number(written)
        if letter and not self.vocabulary.knows(full) and self.sized(last, lowered["list"] or parts[0]):
            return
        if not full.isidentifier():
            self.tokens.fail("a subscript here is not part of a name", start, end, "subscripts are letters and digits")
        self.tokens.list[-1] = Token.of("NAME", full, last.start, self.place)

    def sized(self, last: Token, written: str) -> bool:
        """Puts a constant with its size in place of its letter: I_n, K_{m,n}. False where the letter is an ordinary name."""
        parts = [part for part in re.findall(r"\\?\w+", written) if part != "\\times"]
        known = all(part in self.vocabulary.sizes or _is_number(part) for part in parts)
        spread = [letter for part in parts for letter in part]
        if not known and all(letter in self.vocabulary.sizes for letter in spread):
            written, known = " ".join(spread), True
        if known:
            self.constant(str(last), written, last.start)
            return True
        if last == "I" and self.vocabulary.open:
            self.tokens.list[-1] = Token.of("CONSTANT", "eye", last.start, self.place)
            return True
        return False

    def ones(self, start: int) -> None:
        r"""\mathbf{1}, \mathbf{1}_n: a vector of ones."""
        subscript = tex.SUBSCRIPT.match(self.text, self.place)
        lowered = subscript and tex.LOWERED.match(self.text, subscript.end())
        written = lowered and (lowered["list"] or lowered["one"])
        end = self.place
        if not written:
            self.tokens.constant("ones", start, end)
            return
        assert lowered is not None
        self.place = lowered.end()
        parts = [part for part in re.findall(r"(?<!\\)\b[^\W\d]\w*", written) if part != "\\times"]
        if all(part in self.vocabulary.sizes for part in parts):
            self.tokens.operand(start)
            self.tokens.put("NAME", "1", start, self.place)
            self.constant("1", written, start)
        else:
            self.tokens.constant("ones", start, self.place)

    def zero(self, start: int, end: int) -> None:
        r"""\mathbf{0}, \mathbf{0}_n: zeros, of the size that their neighbours have where none is given."""
        subscript = tex.SUBSCRIPT.match(self.text, end)
        lowered = subscript and tex.LOWERED.match(self.text, subscript.end())
        written = lowered and (lowered["list"] or lowered["one"])
        if lowered and written and all(part in self.vocabulary.sizes for part in re.findall(r"[^\W\d]\w*", written)):
            self.place = lowered.end()
            self.tokens.operand(start)
            self.tokens.put("NAME", "0", start, self.place)
            self.constant("0", written, start)
            return
        self.place = lowered.end() if lowered else end
        self.tokens.number("0", start, self.place)

    def constant(self, letter: str, sizes: str, start: int) -> None:
        r"""Puts the call of a constant of given sizes (`n`, `m n`, `n \times m`, `n, m`) in place of the last token."""
        end = self.place
        self.tokens.list[-1] = Token.of("NAME", tex.SUBSCRIPTED[letter], start, end)
        self.tokens.open("(", "LPAR", start, end)
        for part in tex.SIZES.finditer(sizes):
            if part[1]:
                self.tokens.put("NUMBER" if _is_number(part[1]) else "NAME", part[1], start, end)
            elif part[2]:
                self.tokens.put("_COMMA", ",", start, end)
            else:
                self.tokens.put("TIMES", "*", start, end)
        self.tokens.close(")", start, end)

    def label(self, label: re.Match[str], start: int) -> None:
        r"""W^{(2)}, x^{(i)}: a name with a label, or a member of a family."""
        last, written = self.tokens.list[-1], "".join(label["label"].split())
        self.place = label.end()
        if written in self.indices and not self.vocabulary.knows(f"{last}_{written}"):
            self.put_labels(([written], self.place), start)
        else:
            name = labelled(last, written)
            self.notes.append(f"{self.text[last.start : label.end()]} read as a name of its own, {name}, not as a power")
            self.tokens.list[-1] = Token.of("NAME", name, last.start, self.place)
        if label["transposed"]:
            self.tokens.put("TRANSPOSE", "T", start, self.place)

    def lettered(self, written: str, end: int) -> None:
        r"""a^{l-1}, W^L: a name with a label, where letters above names are none of exponents."""
        last, self.place = self.tokens.list[-1], end
        self.tokens.list[-1] = Token.of("NAME", labelled(last, written), last.start, end)

    def labels(self) -> None:
        """The indices behind an arrow: [i,j]."""
        match = re.compile(r"([\w\s,]*)\]").match(self.text, self.place)
        if match is None:
            self.tokens.fail("the indices behind the arrow are not read", self.place - 1, self.place, "write -> [i,j]")
        for place, label in enumerate(part.strip() for part in match[1].split(",") if part.strip()):
            if place:
                self.tokens.put("_COMMA", ",", self.place, self.place)
            self.tokens.put("NUMBER" if _is_number(label) else "NAME", label, match.start(), match.end(1))
        self.place = match.end()
        self.tokens.close("]", self.place - 1, self.place)
