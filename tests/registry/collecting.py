"""A collector of traces on the loopback: OTLP over HTTP, as OpenTelemetry's own takes them."""

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


class Told(NamedTuple):
    """A span: ids in hexadecimal, `kind` as OTLP numbers them (server 2, client 3, consumer 5), `is_error`."""

    trace: str
    span: str
    parent: str
    name: str
    kind: int
    is_error: bool
    attributes: dict[str, Any]


class Collector:
    def __init__(self) -> None:
        self.raw: list[bytes] = []
        self.takes = threading.Event()
        self.takes.set()  # else it accepts and never answers
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                collector.takes.wait()
                collector.raw.append(body)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def spans(self) -> list[Told]:
        found = []
        for body in list(self.raw):
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                for scope in resource.scope_spans:
                    assert all(not span.events for span in scope.spans)  # exceptions would be told there
                    found += [_told(span) for span in scope.spans]
        return found

    def named(self, name: str) -> list[Told]:
        return [span for span in self.spans() if span.name == name]


@contextlib.contextmanager
def collecting() -> Iterator[Collector]:
    collector = Collector()
    thread = threading.Thread(target=collector.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield collector
    finally:
        collector.takes.set()
        collector.server.shutdown()
        collector.server.server_close()
        thread.join()


def _told(span: Any) -> Told:
    attributes = {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in span.attributes}
    ids = (span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex())
    return Told(*ids, span.name, span.kind, span.status.code == 2, attributes)
