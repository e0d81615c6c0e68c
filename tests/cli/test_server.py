"""The local web page's server, over a real connection on a free port."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.client import HTTPConnection
from threading import Thread
from typing import Any

import pytest

from tensordiff.cli.server import make_server
from tensordiff.errors import TensordiffError

JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with make_server(0) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def send(port: int, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> tuple[int, str, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    content = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    connection.request(method, path, content, {**JSON, **(headers or {})})
    response = connection.getresponse()
    found = response.status, response.headers["Content-Type"], response.read()
    connection.close()
    return found


def ask(port: int, path: str, body: Any, headers: dict[str, str] | None = None) -> tuple[int, Any]:
    status, kind, content = send(port, "POST", path, body, headers)
    assert kind.startswith("application/json")
    return status, json.loads(content)


def test_the_page(port: int) -> None:
    status, kind, content = send(port, "GET", "/")
    assert status == 200 and kind.startswith("text/html") and b"<form" in content


def test_diff(port: int) -> None:
    status, found = ask(port, "/diff", {"expression": "x'*A*x", "wrt": "x"})
    assert status == 200 and found["matrix"] == "(A + A')*x" and found["shape"] == ["n"]
    status, found = ask(port, "/diff", {"expression": "x'*A*x", "wrt": "x, x", "layout": "", "shapes": {"A": "n,n", "x": "n"}})
    assert status == 200 and found["matrix"] == "A + A'"


def test_check(port: int) -> None:
    request = {"expression": "tr(A*X)", "wrt": ["X"], "answer": "A'"}
    assert ask(port, "/check", request)[1]["right"] is True
    assert ask(port, "/check", {**request, "answer": "-A'"})[1]["right"] is False


def test_an_error_in_the_input_has_its_place(port: int) -> None:
    status, found = ask(port, "/diff", {"expression": "A*(A + A", "wrt": "A"})
    assert status == 400 and "^" in found["error"] and isinstance(found["start"], int)


@pytest.mark.parametrize(
    "body",
    [
        {"expression": "A"},
        {"wrt": "A"},
        {"expression": "A", "wrt": 3},
        {"expression": "A", "wrt": "A", "where": "P"},
        {"expression": "A", "wrt": "A", "where": {"P": 1}},
        {"expression": "A", "wrt": "A", "shell": "ls"},
        ["A"],
        b"{",
        b"\xff",
    ],
)
def test_malformed_requests_are_refused(port: int, body: Any) -> None:
    status, found = ask(port, "/diff", body)
    assert status == 400 and found["error"]


def test_other_sites_are_refused(port: int) -> None:
    request = {"expression": "A", "wrt": "A"}
    assert ask(port, "/diff", request, {"Host": f"example.org:{port}"})[0] == 403
    assert ask(port, "/diff", request, {"Content-Type": "text/plain"})[0] == 400
    assert send(port, "GET", "/", None, {"Host": "example.org"})[0] == 403


def test_what_is_not_there(port: int) -> None:
    assert send(port, "GET", "/../cli/server.py")[0] == 404
    assert ask(port, "/run", {})[0] == 404


def test_a_port_that_is_taken(port: int) -> None:
    with pytest.raises(TensordiffError, match="cannot serve on port"):
        make_server(port)
