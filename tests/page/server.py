"""The server as a user starts it, on a free port."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Any

JSON = {"Content-Type": "application/json"}


@contextmanager
def running() -> Iterator[int]:
    """`tensordiff serve`, and the port that it says."""
    command = [sys.executable, "-m", "tensordiff", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", said)
        try:
            assert found, said
            yield int(found[1])
        finally:
            process.terminate()
            process.communicate(timeout=20)


def send(port: int, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> tuple[int, Any, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    content = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    connection.request(method, path, content, {**JSON, **(headers or {})})
    response = connection.getresponse()
    found = response.status, response.headers, response.read()
    connection.close()
    return found


def ask(port: int, job: str, body: Any, headers: dict[str, str] | None = None) -> tuple[int, Any]:
    status, found, content = send(port, "POST", f"/api/{job}", body, headers)
    assert found["content-type"].startswith("application/json"), content[:200]
    return status, json.loads(content)
