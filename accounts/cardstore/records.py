"""What the store keeps of a number: the words of its card, how it stands and until when, and a checksum over it all.

    checksum   4 bytes   CRC-32 of the key and of all that follows
    version    8         `seq` of the last event that changed the card
    stages     1         how many there are; then each of them:
      until    8         microseconds since 1970 on the database's clock; 0: for as long as nothing happens
      shape    1         cards.Shape
    texts                the stages' absences, then the words, with a byte 0x1F between any two

All numbers are little-endian. The key is the number as 8 bytes, big-endian: LMDB then keeps numbers in order.
LMDB returns flipped bits as good, and a reader may come upon another record than it asked for: the checksum tells.
"""

import struct
import zlib
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from accounts.badges import cards
from accounts.badges.cards import Policy, Row, Shape
from accounts.badges.standing import stages
from accounts.cardstore.errors import Damaged

_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_HEAD = struct.Struct("<QB")
_STAGE = struct.Struct("<qB")
_TEXTS = b"\x1f"
_CHECKSUM_BYTES = 4


class Record(NamedTuple):
    """A stored card. `turns`: (until, shape, absence) of each stage."""

    number: str
    version: int
    turns: list[tuple[int, int, bytes]]
    words: bytes

    def card(self, policy: Policy, now: int) -> bytes:
        """The card at a moment, in microseconds on the database's clock."""
        for until, shape, absence in self.turns:  # noqa: B007  # the last one stays
            if until > now or not until:
                break
        return cards.draw(policy, shape, self.number, self.words, absence, self.version)

    def is_listed(self, now: int) -> bool:
        for until, shape, _ in self.turns:
            if until > now or not until:
                return shape != Shape.UNLISTED
        return False


def key_of(number: str) -> bytes:
    return int(number).to_bytes(8, "big")  # int() reads the + as well


def number_of(key: bytes) -> str:
    return f"+{int.from_bytes(key, 'big')}"


def pack(row: Row) -> bytes | None:
    """None: nothing is listed, now or later."""
    turns = stages(row)
    shapes = [cards.shape_of(stands) for stands, _ in turns]
    if shapes[0] == Shape.UNLISTED:
        return None
    most = max(shapes)
    texts = [cards.absence_of(stands) for stands, _ in turns]
    texts.append(cards.words_of(row, most) if most >= Shape.CONFIRMED else b"")
    body = _HEAD.pack(row.last_change or 0, len(turns))
    for (_, until), shape in zip(turns, shapes, strict=True):
        body += _STAGE.pack(microseconds(until) if until else 0, shape)
    body += _TEXTS.join(texts)
    return zlib.crc32(body, _seed(key_of(row.number))).to_bytes(_CHECKSUM_BYTES, "little") + body


def unpack(number: str, record: bytes) -> Record:
    """Raises Damaged: not what was written for this number."""
    body = record[_CHECKSUM_BYTES:]
    if zlib.crc32(body, _seed(key_of(number))) != int.from_bytes(record[:_CHECKSUM_BYTES], "little"):
        raise Damaged("a card's checksum is wrong")
    version, count = _HEAD.unpack_from(body)
    start = _HEAD.size + count * _STAGE.size
    *absences, words = body[start:].split(_TEXTS, count)
    stored = _STAGE.iter_unpack(body[_HEAD.size : start])
    return Record(
        number,
        version,
        [(until, shape, absence) for (until, shape), absence in zip(stored, absences, strict=True)],
        words,
    )


def microseconds(moment: datetime) -> int:
    """Since 1970; exact, where a float would round."""
    return (moment - _EPOCH) // _MICROSECOND


def _seed(key: bytes) -> int:
    return zlib.crc32(key)
