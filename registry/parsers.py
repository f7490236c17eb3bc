"""Bodies of requests: strict JSON, read once and bounded."""

import json
import math
import re
from collections.abc import Mapping
from email.message import Message
from typing import IO, Any, NoReturn

from django.conf import settings
from rest_framework.exceptions import ParseError, UnsupportedMediaType
from rest_framework.parsers import BaseParser

from accounts.clients.serializers import pointer_to, refusal
from accounts.errors import Invalid, Problem

MOST_MEMBERS = 64  # of an object; the widest that any call knows has eleven
MOST_FAULTS = 100  # told of in one answer
DEEPEST = 16  # levels; the deepest body that any call knows has four
_UNSENDABLE = re.compile("[\x00\ud800-\udfff]")  # PostgreSQL holds neither; no person typed them


class StrictJSONParser(BaseParser):
    """I-JSON (RFC 7493): UTF-8, no repeated names, no lone surrogates; nor NUL, NaN and Infinity."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        _require_utf8(media_type or self.media_type)
        return _as_object(_bounded(stream, (parser_context or {}).get("request")))


def _require_utf8(media_type: str) -> None:
    header = Message()
    header["Content-Type"] = media_type
    charset = header.get_content_charset("utf-8")
    if charset not in ("utf-8", "us-ascii"):
        raise UnsupportedMediaType(media_type)


def _bounded(stream: IO[Any], request: Any) -> bytes:
    """The whole body. Raises Invalid body_too_large; where a length is declared, before reading any."""
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    assert limit is not None
    declared = request.META.get("CONTENT_LENGTH") if request is not None else None
    if declared and declared.isdigit() and int(declared) > limit:
        raise Invalid("body_too_large", limit=limit)
    body = stream.read(limit + 1)
    if len(body) > limit:
        raise Invalid("body_too_large", limit=limit)
    assert isinstance(body, bytes)
    return body


class _Members(list[tuple[str, Any]]):
    """An object as it was written: a name may stand there twice."""


def _as_object(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(
            body.decode(), object_pairs_hook=_Members, parse_constant=_refuse, parse_float=_finite
        )
    except RecursionError:
        raise _too_deep() from None
    except ValueError as error:  # UnicodeDecodeError and JSONDecodeError are both
        raise ParseError("not JSON") from error
    faults: list[Problem] = []
    value = _checked(document, (), faults)
    if faults:
        raise refusal(faults)
    if not isinstance(value, dict):
        raise refusal([Problem("wrong_type", "", {"expected": "object"})])
    return value


def _checked(value: Any, path: tuple[str | int, ...], faults: list[Problem]) -> Any:
    """The value with its objects as dictionaries; whatever is wrong with it joins `faults`."""
    if isinstance(value, str):
        if _UNSENDABLE.search(value):
            _note(faults, Problem("hidden_characters", pointer_to(*path)))
        return value
    if len(path) > DEEPEST:
        raise _too_deep()
    if isinstance(value, _Members):
        if len(value) > MOST_MEMBERS:
            raise refusal([Problem("too_many_members", pointer_to(*path), {"limit": MOST_MEMBERS})])
        found: dict[str, Any] = {}
        for name, member in value:
            if _UNSENDABLE.search(name):
                _note(faults, Problem("hidden_characters", pointer_to(*path)))
                continue
            if name in found:
                _note(faults, Problem("field_repeated", pointer_to(*path, name)))
            found[name] = _checked(member, (*path, name), faults)
        return found
    if isinstance(value, list):
        return [_checked(item, (*path, index), faults) for index, item in enumerate(value)]
    return value


def _note(faults: list[Problem], fault: Problem) -> None:
    """A body with a fault in every line is not worth reading to its end."""
    faults.append(fault)
    if len(faults) >= MOST_FAULTS:
        raise refusal(faults)


def _too_deep() -> Invalid:
    return refusal([Problem("too_deep", "", {"limit": DEEPEST})])


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is beyond what a double holds")
    return number
