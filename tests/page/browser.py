"""A real browser on the page of a running server."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Browser, Page, sync_playwright

from tensordiff.page.gallery import GALLERY

DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}

GLS = {"job": "diff", "f": "F", "wrt": "V", "where:F": "inv(X'*P*X)", "where:P": "inv(V)"}
_FOUNDING = {"job": "proofread", "f": "inv(X'*inv(V)*X)", "wrt": "V", "shape:X": "n m", "shape:V": "n n"}
_ANSWERS = next(e["request"]["answers"] for group in GALLERY for e in group["examples"] if e["job"] == "grade")
_QUESTION, _ANSWER = (example["request"]["text"] for example in GALLERY[0]["examples"][:2])
STATES: Mapping[str, Mapping[str, str]] = {
    "empty": {},
    "derivative": GLS,
    "error": {"job": "diff", "f": "A*(B + ", "wrt": "A"},
    "right": {"job": "check", "f": "x'*A*x", "wrt": "x", "answer": "(A + A')*x"},
    "partly": {"job": "check", "f": "x'*A*x", "wrt": "x", "answer": "2*A*x"},
    "wrong": {"job": "check", "f": "inv(X)", "wrt": "X", "answer": "-inv(X)*inv(X)"},
    "proof": {**_FOUNDING, "text": _ANSWER},
    "question": {**_FOUNDING, "text": _QUESTION},
    "slip": {"job": "check", "answer": r"\nabla_w \|Xw-y\|^2 = 2X^TXw + 2X^Ty"},
    "grade": {"job": "grade", "f": "x'*A*x", "wrt": "x", "shape:A": "n n", "shape:x": "n", "answers": _ANSWERS},
    "reading": {"job": "diff", "f": "logdet(V) + x'*inv(V)*x"},
    "definition": {"job": "diff", "f": "tr(P*A)", "wrt": "A", "where:P": "inv(V"},
    "long": {"job": "diff", "f": "logdet(A*V*A' + B*V*B') + tr(inv(A*V*A')*C)*x'*inv(V)*x", "wrt": "V"},
}


@contextmanager
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert path, "the browser tests need chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


def address(port: int, state: Mapping[str, str]) -> str:
    return f"http://127.0.0.1:{port}/" + (f"#{urlencode(state)}" if state else "")


def opened(browser: Browser, port: int, state: Mapping[str, str], *, dark: bool = False, size: Any = None, **more: Any) -> Page:
    """The page in a state, when its answer is there; anything on its console fails the test."""
    context = browser.new_context(viewport=size or DESKTOP, color_scheme="dark" if dark else "light", **more)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if "status of 4" not in message.text else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.said = said  # type: ignore[attr-defined]
    page.goto(address(port, state))
    page.wait_for_selector("#result .card")
    page.wait_for_function("!document.getElementById('result').classList.contains('busy')")
    return page
