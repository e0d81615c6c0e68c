"""The server over real connections: it answers, refuses in words, and no request stops another."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tensordiff.errors import TensordiffError
from tensordiff.page.gallery import GALLERY
from tensordiff.page.openapi import description
from tensordiff.page.requests import TABLES, TEXTS
from tensordiff.page.server import serve
from tests.page.server import ask, running, send

SLOW = {"f": "A[a,b]" + "".join(f"*A[{x},{y}]" for x in "abcdefgh" for y in "abcdefgh" if x < y) + " -> []", "wrt": "A A A"}


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with running() as port:
        yield port


def test_the_page_comes_with_all_that_it_needs(port: int) -> None:
    status, headers, content = send(port, "GET", "/")
    assert status == 200 and headers["content-type"].startswith("text/html")
    assert "'self'" in headers["content-security-policy"] and "unsafe" not in headers["content-security-policy"]
    for part in content.decode().split('"'):
        if part.startswith("/static/"):
            assert send(port, "GET", part)[0] == 200, part
    assert b"http://" not in content and b"https://" not in content
    assert send(port, "GET", "/static/katex/fonts/KaTeX_Main-Regular.woff2")[0] == 200


def test_diff(port: int) -> None:
    status, found = ask(port, "diff", {"f": "x'*A*x", "wrt": "x"})
    assert status == 200 and found["matrix"] == "(A + A')*x" and found["shape"] == ["n"]
    assert [(row["name"], row["sizes"], row["declared"]) for row in found["names"]] == [("x", "n", False), ("A", "n n", False)]
    status, found = ask(port, "diff", {"f": "x'*A*x", "wrt": "x, x", "shapes": {"A": "n n", "x": "n"}})
    assert status == 200 and found["matrix"] == "A + A'" and all(row["declared"] for row in found["names"])
    assert "def " in ask(port, "diff", {"f": "x'*A*x", "wrt": "x", "to": "numpy"})[1]["source"]


def test_check(port: int) -> None:
    request = {"f": "x'*A*x", "wrt": "x"}
    assert ask(port, "check", {**request, "answer": "(A + A')*x"})[1]["tone"] == "right"
    found = ask(port, "check", {**request, "answer": "2*A*x"})[1]
    assert found["tone"] == "partly" and found["assumptions"] == ["A is symmetric"]
    found = ask(port, "check", {**request, "answer": "2*A*x", "structures": {"A": "symmetric"}})[1]
    assert found["tone"] == "right"
    assert ask(port, "check", {**request, "answer": "x"})[1]["tone"] == "wrong"


def test_explain(port: int) -> None:
    status, found = ask(port, "explain", {"f": "inv(X'*inv(V)*X)", "wrt": "V"})
    assert status == 200 and "double contraction" in found["text"] and found["svg"].startswith("<svg")
    assert "<style" not in found["svg"]
    assert [link["shape"] for link in found["chains"][0]["links"]] == ["m, m, m, m", "m, m, n, n", "n, n, n, n"]


def test_an_error_in_the_input_has_its_place(port: int) -> None:
    status, found = ask(port, "diff", {"f": "A*(A + A", "wrt": "A"})
    assert status == 400 and "^" in found["error"]["message"] and isinstance(found["error"]["start"], int)


@pytest.mark.parametrize("example", [e for group in GALLERY for e in group["examples"]], ids=lambda e: str(e["title"]))
def test_the_gallery_has_answers(port: int, example: dict[str, Any]) -> None:
    job, request = example["job"], dict(example["request"])
    if (answers := request.pop("answers", None)) is not None:
        status, found = ask(port, "answers", {"text": answers})
        assert status == 200 and len(found["answers"]) == 12
        job, request = "grade", {**request, **found["answers"][0]}
    status, found = ask(port, job, request)
    assert status == 200, found


@pytest.mark.parametrize(
    "body",
    [
        {"f": "A"},
        {"wrt": "A"},
        {"f": "A", "wrt": 3},
        {"f": "A", "wrt": "A", "where": "P"},
        {"f": "A", "wrt": "A", "where": {"P": 1}},
        {"f": "A", "wrt": "A", "shell": "ls"},
        {"f": "A", "wrt": "A", "to": "fortran"},
        ["A"],
        b"{",
        b"\xff",
        b'{"f": "\\ud800", "wrt": "x"}',
        b"[" * 90_000,
    ],
)
def test_malformed_requests_are_refused_in_words(port: int, body: Any) -> None:
    status, found = ask(port, "diff", body)
    assert status == 400 and found["error"]["message"]


def test_large_bodies_and_other_types_are_refused(port: int) -> None:
    assert ask(port, "diff", b"[" * 200_000)[0] == 413
    assert ask(port, "diff", {"f": "A", "wrt": "A"}, {"Content-Type": "text/plain"})[0] == 415


def test_other_sites_are_refused(port: int) -> None:
    request = {"f": "A", "wrt": "A"}
    assert send(port, "POST", "/api/diff", request, {"Host": f"example.org:{port}"})[0] == 400
    assert send(port, "GET", "/", None, {"Host": "example.org"})[0] == 400
    assert ask(port, "diff", request, {"Origin": "http://example.org"})[0] == 403
    assert ask(port, "diff", request, {"Origin": f"http://127.0.0.1:{port}"})[0] == 200


def test_what_is_not_there(port: int) -> None:
    assert send(port, "GET", "/static/../app.py")[0] == 404
    assert send(port, "GET", "/static/%2e%2e/app.py")[0] == 404
    assert ask(port, "run", {})[0] == 404


def test_the_interface_is_described(port: int) -> None:
    found = description()
    schema = found["paths"]["/api/check"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert set(schema["properties"]) == {*TEXTS, *TABLES}
    assert send(port, "GET", "/api/openapi.json")[0] == 200


def test_a_slow_request_stops_no_other(port: int) -> None:
    with ThreadPoolExecutor(4) as threads:
        slow = [threads.submit(ask, port, "diff", SLOW) for _ in range(2)]
        time.sleep(0.2)
        start = time.monotonic()
        for _ in range(5):
            assert ask(port, "diff", {"f": "tr(A*X)", "wrt": "X"})[0] == 200
        # Both quick places may be taken for their 0.3 s.
        assert time.monotonic() - start < 4
        for request in slow:
            status, found = request.result()
            assert status in (200, 400, 422, 503), found


def test_a_client_that_leaves_stops_its_computation(port: int) -> None:
    body = json.dumps(SLOW).encode()
    lines = [f"Host: 127.0.0.1:{port}", "Content-Type: application/json", f"Content-Length: {len(body)}", "", ""]
    head = "POST /api/diff HTTP/1.1\r\n" + "\r\n".join(lines)
    for _ in range(12):
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(head.encode() + body)
            time.sleep(0.05)
    time.sleep(1)
    assert ask(port, "diff", {"f": "tr(A*X)", "wrt": "X"})[0] == 200


def test_a_port_that_is_taken(port: int) -> None:
    with pytest.raises(TensordiffError, match="cannot serve on port"):
        serve(port)
