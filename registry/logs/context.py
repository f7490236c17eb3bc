"""Of which request or job a line tells. Set once for each, seen by every line that is written meanwhile."""

import itertools
import os
import re
from contextvars import ContextVar
from typing import Any

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
JOB: ContextVar[str] = ContextVar("job", default="")  # name[number]

# A UUID, or what has a letter and no part that may be a telephone number; and no key of ours.
_GIVEN = re.compile(
    "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    "|(?!vbr_)(?=[0-9._-]*[A-Za-z])(?!.*(?<![0-9A-Za-z])[0-9]{9,15}(?![0-9A-Za-z]))[A-Za-z0-9._-]{8,64}"
)
_count = itertools.count(1)
_prefix = ""


def request_id(environ: dict[str, Any]) -> str:
    """The id of this request from here on: `X-Request-ID` where it can be taken, else a new one.

    What may be somebody's number is not taken: it would stand in every line.
    """
    given = environ.get("HTTP_X_REQUEST_ID")
    if given is None or not _GIVEN.fullmatch(given):
        given = f"{_prefix}{next(_count):x}"
    REQUEST_ID.set(given)
    return given


def _of_this_process() -> None:
    """Random once, then counted: to ask the kernel for each request would take longer than all the rest of it."""
    global _prefix
    _prefix = f"{os.urandom(6).hex()}-"


_of_this_process()
os.register_at_fork(after_in_child=_of_this_process)
