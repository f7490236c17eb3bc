"""The exact set of one calling code's numbers, in some twelve bits each; docs/snapshot.md describes it to the bit.

Sorted numbers are written as the gaps between them, each gap in a Rice code. Every block of 512 has a line in an index,
so that a reader decodes one block to answer for one number, and its own parameter, because carriers hand out numbers
in dense ranges with nothing between them.
"""

import struct
import zlib
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median_low

MAGIC = b"VBRN"
VERSION = 1
BLOCK = 512  # numbers that share a line of the index
ESCAPE = 40  # ones in a row, after which the gap stands as it is
RAW_BITS = 50  # of such a gap: no number reaches 10 ** 15

HEADER = struct.Struct(">4sBxHIIQQ")  # magic, version, block, count, bytes of data, prefix, last number
CHECK = struct.Struct(">I")  # CRC-32 of the header and the index
LINE = struct.Struct(">QII")  # parameter in the upper byte, first number in the others; offset; CRC-32

_LOWER_56 = 2**56 - 1
_UNARY = [f"{'1' * quotient}0" for quotient in range(ESCAPE)]


class Damaged(Exception):
    """These bytes are no file of numbers, or no longer the one that was written."""


def encode(prefix: int, numbers: Sequence[int]) -> bytes:
    """The file of one calling code. Raises ValueError: the numbers do not ascend."""
    index, data = bytearray(), bytearray()
    before = 0
    for start in range(0, len(numbers), BLOCK):
        block = numbers[start : start + BLOCK]
        gaps = [after - number - 1 for number, after in pairwise(block)]
        if block[0] <= before or (gaps and min(gaps) < 0):
            raise ValueError("the numbers do not ascend")
        before = block[-1]
        parameter = _best_parameter(gaps)
        packed = _packed(gaps, parameter)
        index += LINE.pack(parameter << 56 | block[0], len(data), zlib.crc32(packed))
        data += packed
    header = HEADER.pack(MAGIC, VERSION, BLOCK, len(numbers), len(data), prefix, before)
    return b"".join((header, CHECK.pack(zlib.crc32(header + index)), index, data))


def decode(file: bytes) -> Iterator[int]:
    """Every number of a file, from the first to the last. Raises Damaged, at the latest where the damage is."""
    header = file[: HEADER.size]
    if len(header) < HEADER.size or header[:5] != MAGIC + bytes([VERSION]):
        raise Damaged("not a file of numbers, or of another version")
    _, _, block, count, length, _, last = HEADER.unpack(header)
    blocks = -(-count // block) if block else 0
    begin = HEADER.size + CHECK.size + blocks * LINE.size
    index = file[HEADER.size + CHECK.size : begin]
    if len(file) != begin + length or CHECK.unpack_from(file, HEADER.size)[0] != zlib.crc32(header + index):
        raise Damaged("its length or its index is not what was written")
    lines = [*LINE.iter_unpack(index), (0, length, 0)]
    number = 0
    for at, ((packed, offset, check), (_, end, _)) in enumerate(pairwise(lines)):
        data = file[begin + offset : begin + end]
        if zlib.crc32(data) != check:
            raise Damaged(f"block {at} is not what was written")
        number = packed & _LOWER_56
        yield number
        for gap in _gaps(data, packed >> 56, min(block, count - at * block) - 1):
            number += gap + 1
            yield number
    if number != last:
        raise Damaged("it does not end with its last number")


def _best_parameter(gaps: Sequence[int]) -> int:
    """The one that takes the fewest bits, found by walking downhill from the middle gap."""
    if not gaps:
        return 0
    best = median_low(gaps).bit_length()
    cost = _bits(gaps, best)
    for step in (-1, 1):
        while best + step >= 0 and (other := _bits(gaps, best + step)) < cost:
            best, cost = best + step, other
    return best


def _bits(gaps: Sequence[int], parameter: int) -> int:
    quotients = [gap >> parameter for gap in gaps]
    if max(quotients) < ESCAPE:
        return sum(quotients) + len(gaps) * (1 + parameter)
    raw = ESCAPE + RAW_BITS
    return sum(quotient + 1 + parameter if quotient < ESCAPE else raw for quotient in quotients)


def _packed(gaps: Sequence[int], parameter: int) -> bytes:
    """Written as text of ones and zeros first: Python reads a binary number in one go."""
    mask = (1 << parameter) - 1
    width = f"0{parameter}b" if parameter else ""
    codes = []
    for gap in gaps:
        quotient = gap >> parameter
        if quotient >= ESCAPE:
            codes.append(f"{'1' * ESCAPE}{gap:0{RAW_BITS}b}")
        elif parameter:
            codes.append(_UNARY[quotient] + format(gap & mask, width))
        else:
            codes.append(_UNARY[quotient])
    bits = "".join(codes)
    size = -(-len(bits) // 8)
    return int(bits.ljust(size * 8, "0") or "0", 2).to_bytes(size, "big")


def _gaps(data: bytes, parameter: int, count: int) -> Iterator[int]:
    bits = bin(int.from_bytes(b"\1" + data, "big"))[3:]
    escaped = "1" * ESCAPE
    place = 0
    for _ in range(count):
        if bits.startswith(escaped, place):
            end = place + ESCAPE + RAW_BITS
            yield int(bits[place + ESCAPE : end], 2)
        else:
            zero = bits.index("0", place)
            end = zero + 1 + parameter
            yield (zero - place) << parameter | int(bits[zero:end], 2)
        place = end
