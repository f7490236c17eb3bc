"""What a log line says: for a developer's terminal as one line, for a collector as one JSON object.

Both mask the message. The object holds the fields named here and no others, whatever a library added to its record; its
exceptions have no text. The line is for whoever sits before it: an exception's text stands in it, masked.
"""

import logging
from datetime import UTC, datetime
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from registry.logs import failures
from registry.logs.context import JOB, REQUEST_ID
from registry.logs.masking import mask

UNKNOWN_ROUTE = "an unknown address"


def message(record: logging.LogRecord) -> str:
    """Without paths (Django logs them; a path may be a number, or a secret), and without what a job was given."""
    text = record.getMessage()
    request: Any = getattr(record, "request", None)
    if path := getattr(request, "path", None):
        match = getattr(request, "resolver_match", None)
        route = f"/{match.route}" if match else UNKNOWN_ROUTE
        for written in (path, path.encode("unicode_escape").decode()):
            text = text.replace(written, route)
    job = getattr(record, "job", None)
    if isinstance(job, dict) and (call := job.get("call_string")):
        text = text.replace(call, f"{job.get('task_name')}[{job.get('id')}]")
    return mask(text)


class Line(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name} {message}{whose}", style="{")

    def format(self, record: logging.LogRecord) -> str:
        whose = REQUEST_ID.get() or JOB.get()
        told = logging.makeLogRecord({**record.__dict__, "whose": f" [{whose}]" if whose else ""})
        told.msg, told.args, told.exc_text = message(record), None, None
        return super().format(told)

    def formatException(self, ei: Any) -> str:  # logging's name
        return failures.stack(ei[1], with_text=True) if ei[1] is not None else ""

    def formatStack(self, stack_info: str) -> str:  # logging's name
        return mask(stack_info)


class JsonObject(JsonFormatter):
    """`process` is which of our programs it is: web, jobs, follower, prober, run, or the name of a command."""

    def __init__(self, process: str) -> None:
        super().__init__(json_ensure_ascii=False)
        self.process = process

    def add_fields(
        self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]
    ) -> None:
        at = datetime.fromtimestamp(record.created, UTC)
        log_data |= {
            "time": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": message(record),
            "process": self.process,
        }
        log_data |= {name: value for name, value in self._whose().items() if value}
        log_data |= getattr(record, "asked", {})  # of registry.requests
        if record.exc_info and record.exc_info[1] is not None:
            exception = record.exc_info[1]
            log_data["exception"] = failures.kind(exception)
            log_data["stack"] = failures.stack(exception, with_text=False)
        elif record.stack_info:
            log_data["stack"] = mask(record.stack_info)

    def formatException(self, ei: Any) -> str:  # logging's name
        return ""  # add_fields tells it

    def _whose(self) -> dict[str, str]:
        return {"request_id": REQUEST_ID.get(), "job": JOB.get()}
