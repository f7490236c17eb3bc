"""Pages are drawn by a process of their own, which a hostile file may break as it likes."""

import io
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pypdfium2
import pytest
from PIL import Image

from accounts.verification import pdf_pages
from tests.factories import PDF
from tests.verification.papers import hand_made_pdf, inflated_bomb, pdf, with_script


def test_pages_are_counted_and_drawn() -> None:
    content = pdf(3)
    assert pdf_pages.count(content) == 3
    page = Image.open(io.BytesIO(pdf_pages.draw(content, 2)))
    assert (page.format, page.size) == ("PNG", (990, pdf_pages.LONGEST_SIDE))
    large = Image.open(io.BytesIO(pdf_pages.draw(content, 2, pdf_pages.LONGEST_SIDE_ENLARGED)))
    assert max(large.size) == pdf_pages.LONGEST_SIDE_ENLARGED


@pytest.mark.parametrize(("width", "height"), [(14_400, 14_400), (14_400, 1), (3, 3), (200_000, 200_000)])
def test_no_page_takes_more_pixels_than_allowed(width: float, height: float) -> None:
    try:
        page = Image.open(io.BytesIO(pdf_pages.draw(pdf(1, width=width, height=height), 1)))
    except pdf_pages.Unreadable:
        return  # PDFium has limits of its own
    assert max(page.size) <= pdf_pages.LONGEST_SIDE + 1


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html><script>alert(1)</script></html>",
        b"%PDF-1.7\n<html><script>alert(1)</script></html>\n%%EOF",
        PDF,
        pdf()[:200],
        b"%PDF-1.7\n" + os.urandom(50_000) + b"\n%%EOF",
    ],
    ids=["nothing", "HTML", "HTML behind a header", "no pages", "half", "noise"],
)
def test_what_can_not_be_read_says_so(content: bytes) -> None:
    with pytest.raises(pdf_pages.Unreadable):
        pdf_pages.draw(content, 1)


@pytest.mark.parametrize("number", [0, -1, 4, 10**9])
def test_a_page_that_is_not_there(number: int) -> None:
    with pytest.raises(pdf_pages.Unreadable):
        pdf_pages.draw(pdf(3), number)


def test_a_script_in_it_is_never_run() -> None:
    """There is nothing that could run one: the library is built without an engine. The page is drawn."""
    assert "V8" not in pypdfium2.PDFIUM_INFO.flags
    assert Image.open(io.BytesIO(pdf_pages.draw(with_script(), 1))).format == "PNG"


def test_what_was_typed_into_a_form_is_drawn() -> None:
    field = (
        b"5 0 obj<</Type/Annot/Subtype/Widget/FT/Tx/T(name)/V(Warung Ada)/DA(/Helv 24 Tf 0 g)/F 4"
        b"/Rect[10 80 190 120]/P 3 0 R>>endobj\n"
        b"6 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n"
    )
    root = b"/AcroForm<</Fields[5 0 R]/NeedAppearances true/DR<</Font<</Helv 6 0 R>>>>/DA(/Helv 24 Tf 0 g)>>"
    filled = Image.open(
        io.BytesIO(pdf_pages.draw(hand_made_pdf(b"/Annots[5 0 R]", root=root, more=field), 1))
    )
    empty = Image.open(io.BytesIO(pdf_pages.draw(hand_made_pdf(), 1)))
    assert filled.convert("L").getextrema() != empty.convert("L").getextrema()


def test_a_bomb_takes_its_own_memory_only() -> None:
    started = time.monotonic()
    try:
        page = Image.open(io.BytesIO(pdf_pages.draw(inflated_bomb(), 1)))
        assert max(page.size) <= pdf_pages.LONGEST_SIDE
    except pdf_pages.Unreadable:
        pass
    assert time.monotonic() - started < pdf_pages.SECONDS_A_PAGE + 2


def test_one_that_never_ends_is_stopped(monkeypatch: Any) -> None:
    monkeypatch.setattr(pdf_pages, "SECONDS_A_PAGE", 0.01)
    with pytest.raises(pdf_pages.Unreadable):
        pdf_pages.draw(pdf(), 1)


def test_only_so_many_are_drawn_at_once(monkeypatch: Any) -> None:
    monkeypatch.setattr(pdf_pages, "SECONDS_OF_WAITING", 0.1)
    for _ in range(pdf_pages.AT_ONCE):
        assert pdf_pages._places.acquire(blocking=False)
    try:
        with pytest.raises(pdf_pages.Busy):
            pdf_pages.count(pdf())
    finally:
        for _ in range(pdf_pages.AT_ONCE):
            pdf_pages._places.release()
    many = pdf_pages.AT_ONCE + pdf_pages.WAITING
    with ThreadPoolExecutor(many) as pool:
        monkeypatch.setattr(pdf_pages, "SECONDS_OF_WAITING", 60)
        assert list(pool.map(pdf_pages.count, [pdf(2)] * many)) == [2] * many


def test_who_waits_leaves_the_web_worker_a_thread() -> None:
    """A case with twenty slow files is opened: look-ups go on meanwhile. One too many is told so at once."""
    many = pdf_pages.AT_ONCE + pdf_pages.WAITING
    assert many < 4  # WEB_THREADS, unless set otherwise
    for _ in range(many):
        assert pdf_pages._room.acquire(blocking=False)
    try:
        started = time.monotonic()
        with pytest.raises(pdf_pages.Busy):
            pdf_pages.draw(pdf(), 1)
        assert time.monotonic() - started < 1
    finally:
        for _ in range(many):
            pdf_pages._room.release()
    assert pdf_pages.count(pdf()) == 1


def test_a_thumbnail_is_given_less_time(monkeypatch: Any) -> None:
    monkeypatch.setattr(pdf_pages, "SECONDS_A_THUMBNAIL", 0.01)
    with pytest.raises(pdf_pages.Unreadable):
        pdf_pages.draw(pdf(), 1, pdf_pages.THUMBNAIL_SIDE)
    assert pdf_pages.draw(pdf(), 1)


def test_the_process_has_given_everything_up() -> None:
    """It is asked from within: which user, which limits, which secrets."""
    asked = (
        "import resource, os, runpy, sys\n"
        f"drawing = runpy.run_path({str(pdf_pages._PROGRAM)!r})\n"
        "drawing['_give_everything_up']()\n"
        "assert os.geteuid() != 0, 'root'\n"
        "assert not os.environ, os.environ\n"
        "limits = [resource.getrlimit(which)[0] for which in (resource.RLIMIT_AS, resource.RLIMIT_CPU,"
        " resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC, resource.RLIMIT_CORE)]\n"
        "assert limits == [drawing['MEMORY'], drawing['CPU_SECONDS'], 0, 0, 0], limits\n"
        "try:\n"
        "    os.fork()\n"
        "except OSError:\n"
        "    print('alone', end='')\n"
        "else:\n"
        "    os._exit(0)\n"
    )
    # LC_CTYPE is what Python itself puts into an empty environment.
    asked = asked.replace("not os.environ", "set(os.environ) <= {'LC_CTYPE'}")
    said = subprocess.run([sys.executable, "-I", "-c", asked], env={}, capture_output=True, check=False)
    assert (said.stdout, said.returncode) == (b"alone", 0), said.stderr
