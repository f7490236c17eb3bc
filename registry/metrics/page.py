"""`/metrics` in Prometheus' text format, for whoever has METRICS_TOKEN; without one it does not exist."""

import hmac
from collections.abc import Callable, Iterable
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from accounts.errors import Invalid, Unauthenticated
from registry import errors
from registry.metrics import counting, gauges
from registry.metrics.counting import BUCKETS, Ticker, Totals
from registry.metrics.routes import PATH
from registry.metrics.sharing import Shared

Answers = Callable[[HttpRequest], HttpResponse]


class Metrics:
    """Neither a session nor the database is needed to be told; what the database knows is left out without it."""

    def __init__(self, get_response: Answers) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = settings.METRICS_TOKEN
        if request.path_info != PATH or not token:
            return self.get_response(request)
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        is_theirs = hmac.compare_digest(given.strip().encode(errors="replace"), token.encode())
        if scheme.lower() != "bearer" or not is_theirs:
            return errors.problem(request, Unauthenticated("metrics_token_wrong"))
        if request.method not in ("GET", "HEAD"):
            response = errors.problem(request, Invalid("method_not_allowed"))
            response.headers["Allow"] = "GET, HEAD"
            return response
        return HttpResponse(
            text(), content_type=CONTENT_TYPE_PLAIN_0_0_4, headers={"Cache-Control": "no-store"}
        )


def counted(application: counting.Application) -> counting.Application:
    """The same, with every request counted; as it was, where nobody may read the figures."""
    if not settings.METRICS_TOKEN:
        return application
    Ticker(_shared.flush)
    return counting.counted(application)


def text() -> bytes:
    registry = CollectorRegistry()
    registry.register(_Said())
    return generate_latest(registry)


class _Said:
    def collect(self) -> Iterable[Metric]:
        totals, in_use, alive = _shared.read()
        yield from _requests(totals)
        yield GaugeMetricFamily("registry_web_workers", "Workers of the web server.", value=alive)
        for name, said in _IN_USE.items():
            if name in in_use:
                yield GaugeMetricFamily(f"registry_database_{name}", said, value=in_use[name])
        yield from gauges.of_the_machine()
        yield from gauges.of_the_database()

    def describe(self) -> Iterable[Metric]:
        return []


def _requests(totals: Totals) -> Iterable[Metric]:
    requests = CounterMetricFamily(
        "registry_requests", "Requests that were answered.", labels=["route", "method", "status", "by"]
    )
    seconds = HistogramMetricFamily(
        "registry_request_seconds", "How long the answers took to make.", labels=["route", "by"]
    )
    by_route: dict[tuple[str, str], list[int]] = {}
    for (route, method, status, by), (took, *counts) in sorted(totals.items()):
        requests.add_metric([route, method, status, by], sum(counts))
        of_route = by_route.setdefault((route, by), [0] * (len(counts) + 1))
        for at, number in enumerate([took, *counts]):
            of_route[at] += number
    for (route, by), (took, *counts) in by_route.items():
        up_to, buckets = 0, []
        for edge, count in zip((*map(str, BUCKETS), "+Inf"), counts, strict=True):
            up_to += count
            buckets.append((edge, float(up_to)))
        seconds.add_metric([route, by], buckets, took / 1e9)
    yield requests
    yield seconds


_IN_USE = {
    "pool_size": "Connections of all workers' pools.",
    "pool_in_use": "Those of them that are in use.",
    "pool_waiting": "Requests that wait for one.",
}
_shared = Shared(Path(settings.VAR_DIR) / "metrics", gauges.of_this_worker)
