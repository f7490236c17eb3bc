"""A drawing that nobody has renewed: what it says of "now" is not so any more, and whoever serves it says that.

The page carries both ways of saying it; its script turns to the other one by itself where nobody serves but files.
"""

import json
from typing import Any

from registry.status.drawing import badge, statuspage
from registry.status.judging import GAP
from registry.status.picture import UNKNOWN

# What stands in the page for as long as it is current, and what it says when it is not. Staff's texts are escaped, and
# can't hold these.
NOW, NOW_HIDDEN = b' data-when="now"', b' data-when="now" hidden'
LATE, LATE_SHOWN = b' data-when="late" hidden', b' data-when="late"'


def is_late(age: float, *, every: float) -> bool:
    """`age`: seconds since the drawing, on the clock of whoever asks; far below zero is as wrong as far above."""
    return abs(age) > (GAP + 1) * every


def said_late(name: str, body: bytes) -> bytes:
    """The same file, telling nothing of now."""
    if name.endswith(".html"):
        return body.replace(NOW, NOW_HIDDEN).replace(LATE, LATE_SHOWN)
    if name.startswith("api/"):
        return _encoded(_unmeasured(json.loads(body)))
    if name.endswith("badge.svg"):
        return badge.svg(UNKNOWN, name.split("/")[0] if "/" in name else "id")
    return body


def _encoded(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _unmeasured(document: dict[str, Any]) -> dict[str, Any]:
    changed = dict(document)
    if "status" in document and "page" in document:
        changed["status"] = statuspage.status_of(UNKNOWN)
    if "components" in document:
        changed["components"] = [
            statuspage.as_unmeasured(one) if isinstance(one, dict) else one for one in document["components"]
        ]
    for list_ in ("incidents", "scheduled_maintenances"):
        if list_ in document:
            changed[list_] = [_unmeasured(one) for one in document[list_]]
    return changed
