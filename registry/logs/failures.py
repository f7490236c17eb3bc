"""An exception as a log may tell it: what kind it is and where it came from, without what people wrote.

The text of a database's error holds the row (`DETAIL: Key (number)=(…)`), that of a ValueError what was typed.
"""

import traceback
from collections.abc import Iterator

from registry.logs.masking import mask

# Their texts tell of code and types. Others' may tell what somebody entered.
_TELL_OF_CODE = (
    TypeError, AttributeError, NameError, ImportError, NotImplementedError, RecursionError,
)  # fmt: skip


def kind(exception: BaseException) -> str:
    """`django.db.utils.IntegrityError`; without the module where it is Python's own."""
    of = type(exception)
    return of.__qualname__ if of.__module__ == "builtins" else f"{of.__module__}.{of.__qualname__}"


def known(exception: BaseException) -> str:
    """What is surely nobody's: the operating system's number, the database's SQLSTATE and constraint, our own code."""
    if (answer := _from_the_database(exception)) is not None:
        return answer
    if isinstance(exception, OSError) and exception.errno is not None:
        return f"[Errno {exception.errno}] {exception.strerror}"
    if isinstance(exception, _TELL_OF_CODE):
        return mask(str(exception))
    code = getattr(exception, "code", None)
    return code if isinstance(code, str) and code.isidentifier() else ""


def masked(exception: BaseException) -> str:
    """With its first line, for a developer, where no more is known."""
    return known(exception) or mask(str(exception).partition("\n")[0])


def _from_the_database(exception: BaseException) -> str | None:
    """SQLSTATE and constraint; None where no server said anything."""
    for link in (exception, exception.__cause__):
        if state := getattr(link, "sqlstate", None):
            constraint = getattr(getattr(link, "diag", None), "constraint_name", None)
            return f"{state} {constraint}" if constraint else str(state)
    return None


def stack(exception: BaseException, *, with_text: bool) -> str:
    """All that led to it, the first failure first, as Python prints it."""
    parts = []
    for link in _chain(exception):
        said = masked(link) if with_text else known(link)
        lines = "".join(traceback.format_tb(link.__traceback__))
        parts.append(f"Traceback (most recent call last):\n{lines}{kind(link)}{': ' * bool(said)}{said}")
    return "\n\n".join(parts)


def _chain(exception: BaseException) -> Iterator[BaseException]:
    links: list[BaseException] = []
    link: BaseException | None = exception
    while link is not None and link not in links:
        links.append(link)
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    for link in reversed(links):
        if isinstance(link, BaseExceptionGroup):
            for inner in link.exceptions:
                yield from _chain(inner)
        yield link
