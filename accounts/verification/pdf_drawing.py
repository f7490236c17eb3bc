"""The process that reads a PDF: a stranger's file, and a parser in C++. It has limits, and nothing to steal.

Run as a script of its own, without Django, by `pdf_pages`. The file comes on standard input, the answer goes to
standard output: the number of pages, and after a line feed the page as a PNG. Scripts within the PDF never run:
this PDFium is built without an engine for them (a test looks).
"""

import contextlib
import os
import resource
import sys

import pypdfium2
import pypdfium2.raw
from PIL import Image

CPU_SECONDS = 10
MEMORY = 768 * 2**20  # bytes of address space
LARGEST_SCALE = 4  # of a page of stamps: 288 pixels an inch
NOBODY = 65_534


def main() -> None:
    number, longest_side = int(sys.argv[1]), int(sys.argv[2])
    Image.preinit()  # it reads folders that the user below may have no right to
    _give_everything_up()
    document = pypdfium2.PdfDocument(sys.stdin.buffer.read())
    pages = len(document)
    answer = sys.stdout.buffer
    answer.write(b"%d\n" % pages)
    if 1 <= number <= pages:
        if document.get_formtype() != pypdfium2.raw.FORMTYPE_NONE:
            document.init_forms()  # or what was typed into a form's fields would not be drawn
        page = document[number - 1]
        longest = max(page.get_size())
        scale = min(longest_side / longest, LARGEST_SCALE) if longest > 0 else 1
        page.render(scale=scale).to_pil().save(answer, "PNG", compress_level=3)
    answer.flush()
    os._exit(0)  # what PDFium would tidy up now is gone anyway


def _give_everything_up() -> None:
    for limit, most in [
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 32),  # fonts
    ]:
        with contextlib.suppress(
            ValueError, OSError
        ):  # a system that does not know it, or allows less already
            resource.setrlimit(limit, (most, most))
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))  # no process below it


if __name__ == "__main__":
    main()
