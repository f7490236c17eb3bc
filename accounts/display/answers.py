"""The answers to look-ups: the same bytes, whether the database was asked or this machine's copy of the cards."""

import gzip
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.utils.http import parse_etags

from accounts.badges.cards import encode, etag, rfc3339
from accounts.businesses import numbers

# What is in them is in no language, or in both.
_OF_EACH = [
    ("Content-Type", "application/json"),
    ("Content-Language", "id, en"),
    ("Cache-Control", "private, no-cache"),
]
# The language is what a refusal at the same address depends on; a middleware would say it of every answer.
_ALWAYS = [*_OF_EACH, ("Vary", "Accept-Language")]
# From here an answer takes more than one packet. A small one costs 55 us of CPU all the same, gzip's own start.
GZIP_PAYS_FROM = 1_400  # bytes
# Of 46,189 bytes (1,000 numbers, 30 listed) level 1 makes 7,852 in 155 us, 4 makes 7,423 in 256, 6 makes 7,159 in 414.
_GZIP_LEVEL = 1
_SOME = re.compile(r"q=(?:1(?:\.0{0,3})?|0\.(?=0*[1-9])[0-9]{1,3})")  # a weight that is more than nothing


class Answer(NamedTuple):
    status: int
    headers: list[tuple[str, str]]
    body: bytes
    is_stale: bool = False


class Freshness(NamedTuple):
    """When this was so (RFC 3339), and whether it is from a copy that may be behind."""

    as_of: str
    is_stale: bool = False

    @classmethod
    def at(cls, moment: datetime) -> "Freshness":
        return cls(rfc3339(moment))


class Sorted(NamedTuple):
    """Numbers as they were asked for, each once: those in E.164 form, and what is wrong with the others."""

    sound: list[str]
    unsound: list[dict[str, str | None]]


def contact(card: bytes, freshness: Freshness, if_none_match: str = "") -> Answer:
    tag = etag(card)
    headers = [*_ALWAYS, *_fresh(freshness), ("ETag", tag)]
    known = is_known(tag, if_none_match)
    return Answer(304 if known else 200, headers, b"" if known else card, freshness.is_stale)


def lookup(
    cards: Sequence[bytes],
    not_listed: Sequence[str],
    invalid: Sequence[dict[str, str | None]],
    freshness: Freshness,
    accept_encoding: str = "",
) -> Answer:
    body = b'{"cards":[%b],"not_listed":%b,"invalid":%b}' % (
        b",".join(cards),
        encode(not_listed),
        encode(invalid),
    )
    headers = [*_OF_EACH, *_fresh(freshness), ("Vary", "Accept-Encoding, Accept-Language")]
    if len(body) >= GZIP_PAYS_FROM and takes_gzip(accept_encoding):
        body = gzip.compress(body, _GZIP_LEVEL, mtime=0)
        headers.append(("Content-Encoding", "gzip"))
    return Answer(200, headers, body, freshness.is_stale)


def page(body: bytes, freshness: Freshness) -> Answer:
    return Answer(200, [*_ALWAYS, *_fresh(freshness)], body)


def changes(document: dict[str, Any], freshness: Freshness, if_none_match: str = "") -> Answer:
    """A client that asks again with the ETag of a page on which nothing was is answered 304."""
    body = encode(document)
    tag = etag(body)
    headers = [*_ALWAYS, *_fresh(freshness), ("ETag", tag)]
    known = is_known(tag, if_none_match)
    return Answer(304 if known else 200, headers, b"" if known else body, freshness.is_stale)


def sorted_out(asked: Iterable[str]) -> Sorted:
    once = list(dict.fromkeys(asked))
    if numbers.are_e164(once):
        return Sorted(once, [])
    sound, unsound = [], []
    for number in once:
        wrong = numbers.misspelt(number)
        if wrong is None:
            sound.append(number)
        else:
            unsound.append({"number": number, "code": wrong.code, "canonical": wrong.canonical})
    return Sorted(sound, unsound)


def takes_gzip(accept_encoding: str) -> bool:
    """Whether a client wants it (RFC 9110 section 12.5.3): named, or any, and not with a weight of nothing."""
    wanted = dict.fromkeys(("gzip", "*"), False)
    for part in accept_encoding.lower().split(","):
        coding, _, weight = part.partition(";")
        coding = {"x-gzip": "gzip"}.get(coding.strip(), coding.strip())
        if coding in wanted:
            wanted[coding] = not weight.strip() or _SOME.fullmatch(weight.strip()) is not None
            if coding == "gzip":
                return wanted[coding]
    return wanted["*"]


def _fresh(freshness: Freshness) -> list[tuple[str, str]]:
    """In the headers, so that a card's bytes depend on nothing but the card."""
    return [
        ("Registry-As-Of", freshness.as_of),
        ("Registry-Stale", "true" if freshness.is_stale else "false"),
    ]


def is_known(tag: str, if_none_match: str) -> bool:
    """Whether a client that sent this If-None-Match has these bytes (RFC 9110 section 13.1.2)."""
    if not if_none_match:
        return False
    if if_none_match == tag:
        return True
    known = parse_etags(if_none_match)
    return "*" in known or tag in (other.removeprefix("W/") for other in known)
