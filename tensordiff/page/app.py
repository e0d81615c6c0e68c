"""The web application: the page's files, and a JSON interface whose answers come from the workers.

For this machine alone: the host is checked (another name that leads here is DNS rebinding), the origin too, and nothing is
loaded from anywhere else.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from importlib.resources import files
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tensordiff.page.gallery import GALLERY
from tensordiff.page.openapi import description
from tensordiff.page.reference import reference
from tensordiff.page.requests import RequestError, read_request
from tensordiff.page.workers import SLOW, BusyError, TooSlowError, WorkerLostError, Workers

_HOSTS = ["127.0.0.1", "localhost"]
_LONGEST_BODY = 100_000
_BODY_SECONDS = 5.0
_JOBS = ("diff", "check", "proofread", "explain", "read", "answers", "grade")

_POLICY = "; ".join(
    (
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "font-src 'self'", "img-src 'self' data:",
        "connect-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
    )
)  # fmt: skip
_HEADERS = (
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
)


def make_app(workers: Workers | None = None) -> Starlette:
    """The application; it starts its workers with the server and ends them with it."""
    pool = workers or Workers()

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        await pool.start()
        try:
            yield
        finally:
            pool.close()

    async def job(request: Request) -> Response:
        return await _answer(pool, request.path_params["job"], request)

    static = str(files("tensordiff.page").joinpath("static"))
    routes = [
        Route("/", _file("index.html", "text/html; charset=utf-8")),
        Route("/api/gallery", _json(lambda: GALLERY)),
        Route("/api/reference", _json(reference)),
        Route("/api/openapi.json", _json(description)),
        *(Route("/api/{job:str}", job, methods=["POST"]),),
        Mount("/static", StaticFiles(directory=static)),
    ]
    middleware = [Middleware(TrustedHostMiddleware, allowed_hosts=_HOSTS), Middleware(_Headers)]
    return Starlette(routes=routes, middleware=middleware, lifespan=lifespan)


class _Headers:
    """The same headers on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_HEADERS]
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


def _file(name: str, kind: str) -> Any:
    content = files("tensordiff.page").joinpath("static", name).read_bytes()

    async def endpoint(request: Request) -> Response:
        return Response(content, media_type=kind)

    return endpoint


def _json(make: Any) -> Any:
    async def endpoint(request: Request) -> Response:
        return JSONResponse(make())

    return endpoint


async def _answer(pool: Workers, kind: str, request: Request) -> Response:
    if kind not in _JOBS:
        return _refusal(404, f"there is no /api/{kind}; there are {', '.join(_JOBS)}")
    origin = request.headers.get("origin")
    if origin is not None and origin.removeprefix("http://") != request.headers.get("host"):
        return _refusal(403, "this page answers to itself alone")
    try:
        found = read_request(request.headers.get("content-type", ""), await _body(request))
        return _response(await _while_connected(request, pool.run(kind, found)))
    except RequestError as error:
        return _refusal(error.status, str(error))
    except BusyError:
        return _refusal(503, "too many requests wait already; try again in a moment")
    except TooSlowError:
        return _refusal(422, f"stopped after {SLOW:g} s: too large for the page; in Python there is no such limit")
    except WorkerLostError:
        return _refusal(422, "this needs more memory than the page may use; in Python there is no such limit")
    except ClientDisconnect:
        return Response(status_code=499)


def _response(found: Mapping[str, Any]) -> Response:
    status = 400 if "error" in found else 500 if "defect" in found else 200
    return JSONResponse(found, status_code=status)


def _refusal(status: int, message: str) -> Response:
    return JSONResponse({"error": {"message": message}}, status_code=status)


async def _body(request: Request) -> bytes:
    """The body, if it is short and comes in time."""
    content = bytearray()
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            async for chunk in request.stream():
                content += chunk
                if len(content) > _LONGEST_BODY:
                    raise RequestError(f"the request is over {_LONGEST_BODY} bytes long", status=413)
    except TimeoutError:
        raise RequestError(f"the request took over {_BODY_SECONDS:g} s to arrive", status=408) from None
    return bytes(content)


async def _while_connected(request: Request, work: Any) -> Mapping[str, Any]:
    """The result of a coroutine; it is cancelled when the client leaves."""
    task = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(_disconnected(request))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            found: Mapping[str, Any] = task.result()
            return found
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        raise ClientDisconnect
    finally:
        gone.cancel()


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
