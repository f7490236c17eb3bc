"""Pages of a PDF as pictures. It is never handed to a browser to be run, only to be kept (a download)."""

import subprocess
import sys
import threading
from pathlib import Path

MOST_PAGES = 30  # that are shown; who wants more downloads the file
LONGEST_SIDE = 1400  # pixels of a page
LONGEST_SIDE_ENLARGED = 2800
SECONDS_A_PAGE = 10
SECONDS_OF_WAITING = 10  # for another page to be done
AT_ONCE = 2  # processes of one web worker

_places = threading.BoundedSemaphore(AT_ONCE)
_PROGRAM = Path(__file__).with_name("pdf_drawing.py")


class Unreadable(Exception):
    """The file is broken or encrypted, or more than the limits allow. What is wrong with it is nobody's business."""


class Busy(Exception):
    """Others are having pages drawn; it was not this file's fault."""


def count(content: bytes) -> int:
    """Raises Unreadable or Busy."""
    return _ask(content, 0, 0)[0]


def draw(content: bytes, number: int, longest_side: int = LONGEST_SIDE) -> bytes:
    """A page (from 1) as a PNG, at most so many pixels high and wide. Raises Unreadable or Busy."""
    _, picture = _ask(content, number, longest_side)
    if not picture:
        raise Unreadable
    return picture


def _ask(content: bytes, number: int, longest_side: int) -> tuple[int, bytes]:
    if not _places.acquire(timeout=SECONDS_OF_WAITING):
        raise Busy
    try:
        answer = subprocess.run(
            # -I: nothing from the environment or the current folder is loaded; no secret is handed down.
            [sys.executable, "-I", str(_PROGRAM), str(number), str(longest_side)],
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            timeout=SECONDS_A_PAGE,
            check=True,
        ).stdout
    except subprocess.SubprocessError as failed:
        raise Unreadable from failed
    finally:
        _places.release()
    pages, _, picture = answer.partition(b"\n")
    if not pages.isdigit() or pages == b"0":
        raise Unreadable
    return int(pages), picture
