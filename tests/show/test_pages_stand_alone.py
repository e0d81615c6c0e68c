"""A page of a result has everything in itself, and says what the terminal says."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

import pytest

import tensordiff as td
from tensordiff.cli import main
from tensordiff.show.html import derivative_page, explanation_page, proof_page, verdict_page

F = td.parse("inv(X'*inv(V)*X)")
VERDICT = td.check("2*A*x", td.parse("x'*A*x"), "x")
PROOF = td.proofread("f = x^TAx\n\\frac{\\partial f}{\\partial x} = 2Ax\n = (A + A^T)x", shapes={"A": "n n", "x": "n"})
PAGES = {
    "proof": proof_page(PROOF),
    "derivative": derivative_page(td.diff(F, "V")),
    "no form": derivative_page(td.diff(td.parse("expm(A)"), "A")),
    "verdict": verdict_page(VERDICT),
    "explanation": explanation_page(td.explain(F, "V")),
}


class Elements(HTMLParser):
    """The tags that are open, and the attributes that fetch something."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.fetched += [str(value) for name, value in attrs if name in ("src", "href")]
        if tag not in ("meta", "link", "br") and self.open[-1:] != ["script"]:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_fetched_and_all_is_closed(name: str) -> None:
    elements = Elements()
    elements.feed(PAGES[name])
    assert elements.open == [] and elements.fetched == []
    style = PAGES[name].split("</style>")[0]
    assert all(url.startswith("data:font/woff2;base64,") for url in re.findall(r"url\(([^)]*)\)", style))


def test_a_verdict_is_said_as_in_the_terminal() -> None:
    page = unescape(PAGES["verdict"])
    for line in str(VERDICT).splitlines():
        formula = re.fullmatch(r"The derivative is (.*) \((.*) layout\)\.", line)
        if formula is None:
            assert line.replace("Read so: ", "Assumed: ") in page
        else:
            assert f"The derivative ({formula[2]} layout)" in page and f"<pre>{formula[1]}</pre>" in page


def test_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "2*A*x", "--of", "x'*A*x", "--wrt", "x", "--to", "html"]) == 1
    assert capsys.readouterr().out.startswith("<!doctype html>")
    assert main(["explain", "inv(X)", "--wrt", "X", "--to", "html"]) == 0
    assert "contraction network" in capsys.readouterr().out
    assert main(["diff", "inv(X)", "--wrt", "X", "--to", "html"]) == 0
    assert "katex" in capsys.readouterr().out


def test_text_of_the_user_is_text() -> None:
    f = td.parse("tr(A*X)")
    page = verdict_page(td.check("A'", f, "X"))
    assert "<pre>A&#x27;</pre>" in page
