"""What a trace tells: templates of addresses, kinds of statements, codes. Each attribute is named here.

OpenTelemetry's instrumentations of Django and psycopg set the path, the query, the client's address and its program
before anybody can say no, and write literals into statements: nothing of that may leave the house.
"""

import logging
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from multiprocessing.util import Finalize
from typing import Any

from django.conf import settings
from django.db import connections
from django.db.backends.signals import connection_created
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from registry.logs.context import REQUEST_ID

logger = logging.getLogger("registry.tracing")

HANDED_OVER_WITHIN_SECONDS = 2  # at the end of a process
LONGEST_STATEMENT = 4_000  # characters
_LITERAL = re.compile(r"'(?:[^']|'')*'|\b\d+(?:\.\d+)?\b")
_OPERATION = re.compile(r"\s*\(?\s*([A-Za-z]+)")
Attributes = dict[str, str | int]

_tracer: trace.Tracer = trace.NoOpTracer()
_propagator = TraceContextTextMapPropagator()


class SaidOnce(SpanExporter):
    """A collector that is away is one line, and another when it is back: OpenTelemetry would write several a minute."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter, self._is_away = exporter, False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        try:
            result = self._exporter.export(spans)
        except Exception:  # an address that is none
            result = SpanExportResult.FAILURE
        is_away = result is not SpanExportResult.SUCCESS
        if is_away != self._is_away:
            self._is_away = is_away
            if is_away:
                logger.warning("The collector takes no traces: those that it should have had are lost")
            else:
                logger.info("The collector takes traces again")
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()


def start() -> None:
    global _tracer
    provider = TracerProvider(resource=_resource(), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(SaidOnce(OTLPSpanExporter())))
    _tracer = provider.get_tracer("registry")
    Finalize(None, _end, args=(provider,), exitpriority=10)  # atexit is not heeded where a server forked us
    connection_created.connect(_watch, dispatch_uid="registry.tracing")
    for connection in connections.all(initialized_only=True):
        _watch(connection)


def _resource() -> Resource:
    """As OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say."""
    given = Resource.create({"deployment.environment.name": settings.DEPLOYMENT})
    if str(given.attributes[SERVICE_NAME]).startswith("unknown_service"):
        return given.merge(Resource({SERVICE_NAME: "registry"}))
    return given


def _end(provider: TracerProvider) -> None:
    """The provider's own shutdown waits up to half a minute for a collector that hangs."""
    handing_over = threading.Thread(target=provider.shutdown, daemon=True)
    handing_over.start()
    handing_over.join(HANDED_OVER_WITHIN_SECONDS)


@contextmanager
def request(environ: dict[str, Any]) -> Iterator[Callable[[str, str, int], None]]:
    """Goes on with the caller's trace (W3C traceparent); not with its tracestate, in which anything may stand."""
    caller = {"traceparent": environ["HTTP_TRACEPARENT"]} if "HTTP_TRACEPARENT" in environ else {}
    with _span("request", SpanKind.SERVER, {}, within=_propagator.extract(caller)) as span:

        def answered(method: str, route: str, status: int) -> None:
            span.update_name(f"{method} {route}")
            span.set_attributes(
                {
                    "http.request.method": method,
                    "http.route": route,
                    "http.response.status_code": status,
                    "registry.request_id": REQUEST_ID.get(),
                }
            )
            if status >= 500:
                span.set_status(StatusCode.ERROR)

        yield answered


@contextmanager
def job(name: str, number: int | None) -> Iterator[None]:
    attributes: Attributes = {"registry.job.name": name, "registry.job.number": number or 0}
    with _span(f"job {name}", SpanKind.CONSUMER, attributes) as span:
        try:
            yield
        except BaseException as failure:
            _failed(span, failure)
            raise


def _watch(connection: Any, **_: Any) -> None:
    if _query not in connection.execute_wrappers:
        connection.execute_wrappers.append(_query)


def _query(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Of a request or a job that is traced; nothing else begins a trace. `params` are never looked at."""
    if not trace.get_current_span().is_recording():
        return execute(sql, params, many, context)
    statement = _LITERAL.sub("?", sql)[:LONGEST_STATEMENT] if isinstance(sql, str) else ""
    first = _OPERATION.match(statement)
    operation = first[1].upper() if first else "QUERY"
    attributes: Attributes = {
        "db.system.name": "postgresql",
        "db.operation.name": operation,
        "db.query.text": statement,
    }
    with _span(operation, SpanKind.CLIENT, attributes) as span:
        try:
            return execute(sql, params, many, context)
        except Exception as failure:
            _failed(span, failure)
            raise


def _span(
    name: str, kind: SpanKind, attributes: Attributes, within: Context | None = None
) -> AbstractContextManager[trace.Span]:
    """Without exceptions as events: their texts hold what people wrote."""
    return _tracer.start_as_current_span(
        name,
        context=within,
        kind=kind,
        attributes=attributes,
        record_exception=False,
        set_status_on_exception=False,
    )


def _failed(span: trace.Span, failure: BaseException) -> None:
    span.set_attribute("error.type", type(failure).__name__)
    span.set_status(StatusCode.ERROR)
