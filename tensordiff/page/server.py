"""Starting the page: uvicorn on the loopback interface."""

from __future__ import annotations

import socket
import webbrowser

from tensordiff.errors import TensordiffError

HOST = "127.0.0.1"


def serve(port: int, *, open_browser: bool = False) -> None:
    """Serves until interrupted. Raises TensordiffError where the port is not to be had or the server is not installed."""
    try:
        import uvicorn

        from tensordiff.page.app import make_app
    except ImportError as error:
        raise TensordiffError(
            f"the page needs {error.name}, which is not installed", hint="pip install starlette uvicorn"
        ) from None
    listener = _listen(port)
    address = f"http://{HOST}:{listener.getsockname()[1]}/"
    print(f"tensordiff is at {address} (Ctrl-C ends it)", flush=True)
    if open_browser:
        webbrowser.open(address)
    settings = uvicorn.Config(
        make_app(), log_level="warning", access_log=False, limit_concurrency=256, backlog=256, timeout_keep_alive=15,
        timeout_graceful_shutdown=2, server_header=False,
    )  # fmt: skip
    with listener:
        uvicorn.Server(settings).run(sockets=[listener])


def _listen(port: int) -> socket.socket:
    listener = socket.socket()
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(256)  # who comes before the workers are warm waits
    except (OSError, OverflowError) as error:
        listener.close()
        raise TensordiffError(f"cannot serve on port {port}: {error}", hint="choose another with --port") from None
    return listener
