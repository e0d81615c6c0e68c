"""A web page on this machine: /diff and /check take and give JSON, / is the page."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from threading import Lock
from typing import Any

import tensordiff as td
from tensordiff.errors import TensordiffError
from tensordiff.show.report import Report, derivative_report, derivative_text, read_sizes, verdict_report

_HOST = "127.0.0.1"
_LONGEST_BODY = 100_000
_KEYS = ("expression", "wrt", "answer", "layout", "entries", "shapes", "structures", "where", "assume")


class _RequestError(Exception):
    """A request that is refused before any mathematics; the page shows the words."""


def serve(port: int) -> None:
    """Serves until interrupted. Raises TensordiffError where the port is not to be had."""
    with make_server(port) as server:
        print(f"tensordiff is at http://{_HOST}:{server.server_port}/ (Ctrl-C ends it)", flush=True)
        server.serve_forever()


def make_server(port: int) -> ThreadingHTTPServer:
    """A server on 127.0.0.1, for this machine alone; port 0 is any free one."""
    try:
        return ThreadingHTTPServer((_HOST, port), _Handler)
    except (OSError, OverflowError) as error:
        raise TensordiffError(f"cannot serve on port {port}: {error}", hint="choose another with --port") from None


def answer_diff(request: Mapping[str, Any]) -> Report:
    """The derivative of request["expression"] by request["wrt"], in every form."""
    derivative = td.diff(_expression(request), *_variables(request), entries=request.get("entries"))
    layout = request.get("layout")
    return derivative_report(derivative, layout) | {"text": derivative_text(derivative, layout)}


def answer_check(request: Mapping[str, Any]) -> Report:
    """The verdict on request["answer"]."""
    verdict = td.check(
        _required(request, "answer"),
        _expression(request),
        tuple(_variables(request)),
        layout=request.get("layout", "any"),
        entries=request.get("entries", "any"),
    )
    return verdict_report(verdict) | {"text": str(verdict)}


def _expression(request: Mapping[str, Any]) -> td.Expression:
    structures, where, assume = (_names(request, key) for key in ("structures", "where", "assume"))
    shapes = {name: read_sizes(sizes) for name, sizes in _names(request, "shapes").items()} or None
    return td.parse(_required(request, "expression"), shapes=shapes, structures=structures, where=where, assume=assume)


def _names(request: Mapping[str, Any], key: str) -> dict[str, str]:
    found = request.get(key, {})
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise _RequestError(f"{key} is an object that gives each name a text")
    return found


def _variables(request: Mapping[str, Any]) -> list[str]:
    wrt = request.get("wrt")
    names = wrt.replace(",", " ").split() if isinstance(wrt, str) else wrt
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        raise _RequestError("wrt is the name of a variable, or several")
    return names


def _required(request: Mapping[str, Any], key: str) -> str:
    value = request.get(key)
    if not isinstance(value, str) or not value.strip():
        raise _RequestError(f"{key} is missing")
    return value


_ANSWERS: dict[str, Callable[[Mapping[str, Any]], Report]] = {"/diff": answer_diff, "/check": answer_check}


class _Handler(BaseHTTPRequestHandler):
    timeout = 30
    """Seconds that a silent connection is kept."""
    server_version = "tensordiff"
    computing = Lock()
    """One computation at a time: they are all of the same processor."""

    def do_GET(self) -> None:
        if not self._is_local():
            self._send_error(HTTPStatus.FORBIDDEN, "this page is for this machine alone")
        elif self.path in ("/", "/index.html"):
            page = files("tensordiff.cli").joinpath("page.html").read_bytes()
            self._send(HTTPStatus.OK, "text/html; charset=utf-8", page)
        else:
            self._send_error(HTTPStatus.NOT_FOUND, f"there is no {self.path}")

    def do_POST(self) -> None:
        answer = _ANSWERS.get(self.path)
        if not self._is_local():
            self._send_error(HTTPStatus.FORBIDDEN, "this page is for this machine alone")
        elif answer is None:
            self._send_error(HTTPStatus.NOT_FOUND, f"there is no {self.path}")
        else:
            self._answer(answer)

    def _answer(self, answer: Callable[[Mapping[str, Any]], Report]) -> None:
        try:
            request = self._request()
            with self.computing:
                report = answer(request)
        except _RequestError as error:
            self._send_error(HTTPStatus.BAD_REQUEST, str(error))
        except TensordiffError as error:
            place = {"start": error.start, "end": error.end, "text": error.text}
            self._send_error(HTTPStatus.BAD_REQUEST, str(error), **place)
        except Exception as error:
            self._send_error(HTTPStatus.INTERNAL_SERVER_ERROR, f"internal error: {type(error).__name__}: {error}")
        else:
            self._send_json(HTTPStatus.OK, report)

    def _is_local(self) -> bool:
        """Whether the browser asked for this machine by name: another name that leads here is a page's trick to read
        what it may not (DNS rebinding)."""
        host = self.headers.get("Host", "").rpartition(":")[0] or self.headers.get("Host", "")
        return host in (_HOST, "localhost")

    def _request(self) -> Mapping[str, Any]:
        """The request's JSON object. Other types of content are refused: a page elsewhere could send them unasked."""
        if self.headers.get_content_type() != "application/json":
            raise _RequestError("the content type is application/json")
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > _LONGEST_BODY:
            raise _RequestError(f"the request has a length, of at most {_LONGEST_BODY} bytes")
        try:
            request = json.loads(self.rfile.read(int(length)))
        except ValueError as error:
            raise _RequestError(f"the request is not JSON: {error}") from None
        if not isinstance(request, dict):
            raise _RequestError("the request is a JSON object")
        for key in request:
            if key not in _KEYS:
                raise _RequestError(f"unknown key {key!r}; known are {', '.join(_KEYS)}")
        return {key: value for key, value in request.items() if value not in (None, "")}

    def _send_error(self, status: HTTPStatus, message: str, **more: Any) -> None:
        self._send_json(status, {"error": message, **more})

    def _send_json(self, status: HTTPStatus, found: Report) -> None:
        self._send(status, "application/json; charset=utf-8", json.dumps(found, ensure_ascii=False).encode())

    def _send(self, status: HTTPStatus, content_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'",
        )
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Nothing is logged: the terminal keeps the address."""
