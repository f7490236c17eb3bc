"""Pages of a PDF as pictures. It is never handed to a browser to be run, only to be kept (a download)."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MOST_PAGES = 30  # that are shown; who wants more downloads the file
LONGEST_SIDE = 1400  # pixels of a page
LONGEST_SIDE_ENLARGED = 2800
THUMBNAIL_SIDE = 160
SECONDS_A_PAGE, SECONDS_A_THUMBNAIL = 10, 3
SECONDS_OF_WAITING = 10  # for another page to be done
# Processes of one web worker, and threads that wait for one to end: together fewer than it has (WEB_THREADS), so that
# slow files take no look-up's place.
AT_ONCE, WAITING = 2, 1

_places = threading.BoundedSemaphore(AT_ONCE)
_room = threading.BoundedSemaphore(AT_ONCE + WAITING)
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
    seconds = SECONDS_A_THUMBNAIL if longest_side <= THUMBNAIL_SIDE else SECONDS_A_PAGE
    with _a_place():
        answer = _answer(content, number, longest_side, seconds)
    pages, _, picture = answer.partition(b"\n")
    if not pages.isdigit() or pages == b"0":
        raise Unreadable
    return int(pages), picture


@contextmanager
def _a_place() -> Iterator[None]:
    if not _room.acquire(blocking=False):
        raise Busy
    try:
        if not _places.acquire(timeout=SECONDS_OF_WAITING):
            raise Busy
        try:
            yield
        finally:
            _places.release()
    finally:
        _room.release()


def _answer(content: bytes, number: int, longest_side: int, seconds: float) -> bytes:
    try:
        return subprocess.run(
            # -I: nothing from the environment or the current folder is loaded; no secret is handed down.
            [sys.executable, "-I", str(_PROGRAM), str(number), str(longest_side)],
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            timeout=seconds,
            check=True,
        ).stdout
    except subprocess.SubprocessError as failed:
        raise Unreadable from failed
