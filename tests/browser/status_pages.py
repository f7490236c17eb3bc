"""The status page where a browser can open it: from the registry's own middleware, or from a plain static server."""

import contextlib
import functools
import threading
from collections.abc import Iterator
from http.server import HTTPServer, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server


class _QuietFiles(SimpleHTTPRequestHandler):
    def log_message(self, *ignored: object) -> None:
        pass


class _QuietRegistry(WSGIRequestHandler):
    def log_message(self, *ignored: object) -> None:
        pass


class _Threading(ThreadingMixIn, WSGIServer):
    daemon_threads = True


@contextlib.contextmanager
def _running(server: HTTPServer) -> Iterator[str]:
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def by_a_static_server(folder: Path) -> contextlib.AbstractContextManager[str]:
    handler = functools.partial(_QuietFiles, directory=str(folder))
    return _running(ThreadingHTTPServer(("127.0.0.1", 0), handler))


def by_the_registry(application: Any) -> contextlib.AbstractContextManager[str]:
    """All of its middleware, in this process, so that it serves what `settings.STATUS_DIR` says."""
    return _running(
        make_server("127.0.0.1", 0, application, server_class=_Threading, handler_class=_QuietRegistry)
    )
