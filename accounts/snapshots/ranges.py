"""Parts of a file, as RFC 9110 section 14 has them asked for: one range; of several, the whole file is answered."""

import re

from accounts.errors import Invalid

# A number of more digits than this is no range that anybody means, and a Range that is not understood is ignored.
_ONE_RANGE = re.compile(r"bytes=[ \t]*(?:(\d{1,18})-(\d{0,18})|-(\d{1,18}))[ \t]*", re.ASCII | re.IGNORECASE)


def part(asked: str | None, size: int) -> range | None:
    """The bytes that `Range: asked` means; None: all of them. Raises Invalid range_unsatisfiable."""
    match = _ONE_RANGE.fullmatch(asked or "")
    if match is None:
        return None
    first, last, suffix = match.groups()
    if suffix is not None:
        begin, end = max(0, size - int(suffix)), size
    else:
        begin, end = int(first), min(size, int(last) + 1 if last else size)
        if last and int(last) < int(first):
            return None  # not a range at all (section 14.1.1)
    if begin >= end:
        raise Invalid("range_unsatisfiable", size=size)
    return range(begin, end)
