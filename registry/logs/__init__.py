"""How every process of the registry logs: LOG_LEVEL, LOG_FORMAT, LOG_REQUESTS (docs/decisions/0025)."""

import logging
import logging.config
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from registry import environment

GRANIAN = Path(__file__).with_name("granian.json")  # what its own process logs
_PROCESSES = {"procrastinate": "jobs", "cards": "follower", "probe": "prober"}


def is_json() -> bool:
    """Where nobody said otherwise: on a live deployment, whose lines a program reads."""
    default = "json" if environment.text("DEPLOYMENT", "test") == "live" else "line"
    return environment.text("LOG_FORMAT", default, one_of=("json", "line")) == "json"


def from_environment() -> dict[str, Any]:
    """Django's LOGGING."""
    requests = environment.number("LOG_REQUESTS", int(is_json()), high=1)
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"ours": {"()": "registry.logs.formatter"}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "ours"}},
        "loggers": {
            "procrastinate": {"level": "WARNING"},  # it tells of every job otherwise
            "_granian": {"handlers": [], "propagate": True},  # a worker's; it would print them its own way
            "registry.requests": {"level": "INFO" if requests else "WARNING"},
            "opentelemetry": {"level": "CRITICAL"},  # registry/tracing says once what it says at each attempt
        },
        "root": {"handlers": ["console"], "level": environment.log_level("LOG_LEVEL", "INFO")},
    }


def formatter() -> logging.Formatter:
    from registry.logs.lines import JsonObject, Line

    return JsonObject(_process()) if is_json() else Line()


def configure(logging_settings: dict[str, Any]) -> None:
    """Django's LOGGING_CONFIG. As JSON, what ends a process or a thread is a line like every other."""
    logging.config.dictConfig(logging_settings)
    if is_json():
        logging.raiseExceptions = False  # it would print a line that can't be written, values and all
        sys.excepthook = _ended
        threading.excepthook = _thread_ended


def say(sentence: str, *, file: TextIO | None = None) -> None:
    """To whoever started a program: the sentence as it is, or as one object like every line."""
    if is_json():
        sentence = formatter().format(
            logging.LogRecord("registry", logging.INFO, __file__, 0, sentence, None, None)
        )
    print(sentence, file=file, flush=True)


def _ended(kind: type[BaseException], exception: BaseException, _: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("registry").critical("The process ends", exc_info=exception)


def _thread_ended(ended: threading.ExceptHookArgs) -> None:
    if ended.exc_value is not None and not isinstance(ended.exc_value, SystemExit):
        logging.getLogger("registry").critical("A thread ends", exc_info=ended.exc_value)


def _process() -> str:
    program, command = Path(sys.argv[0]).name, next(iter(sys.argv[1:]), "")
    if program == "manage.py":
        return _PROCESSES.get(command, command)
    return "run" if program == "run.py" else "web"
