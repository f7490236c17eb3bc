"""Traces of requests, jobs and their queries, where OpenTelemetry's own variables ask for them (decision 0025).

Nothing of OpenTelemetry is imported otherwise. The follower, the prober and look-ups from the store have no traces: a
span costs more than such a look-up; /metrics counts them.
"""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from types import ModuleType
from typing import Any

from registry import environment

Answered = Callable[[str, str, int], None]  # method, route, status

_spans: ModuleType | None = None


def is_wanted() -> bool:
    """Where a collector is named, or OTEL_TRACES_EXPORTER=otlp says that it is where OpenTelemetry looks for one."""
    exporter = environment.text("OTEL_TRACES_EXPORTER", one_of=("", "otlp", "none"))
    is_named = any(os.environ.get(f"OTEL_EXPORTER_OTLP_{name}") for name in ("ENDPOINT", "TRACES_ENDPOINT"))
    is_disabled = os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true"
    return (is_named or exporter == "otlp") and exporter != "none" and not is_disabled


def start() -> None:
    """In this process, which must not fork any more. Again does nothing."""
    global _spans
    if _spans is None and is_wanted():
        from registry.tracing import spans

        spans.start()
        _spans = spans


def request(environ: dict[str, Any]) -> AbstractContextManager[Answered]:
    """Around a request; gives what to call with the answer."""
    return nullcontext(_untold) if _spans is None else _spans.request(environ)


def job(name: str, number: int | None) -> AbstractContextManager[None]:
    return nullcontext() if _spans is None else _spans.job(name, number)


def _untold(method: str, route: str, status: int) -> None:
    pass
