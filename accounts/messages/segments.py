"""What a text costs as an SMS: 3GPP TS 23.038, in one segment or in several that are put together again."""

from dataclasses import dataclass
from math import ceil

# The basic alphabet of GSM 7 bit, and what takes two characters of it.
BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("\f^{}\\[~]|€")


@dataclass(frozen=True)
class Sms:
    alphabet: str  # "GSM-7" or "UCS-2"
    length: int  # in its units: septets, or UTF-16 code units
    segments: int


def measure(text: str) -> Sms:
    if set(text) <= BASIC | EXTENDED:
        length = len(text) + sum(character in EXTENDED for character in text)
        return Sms("GSM-7", length, _segments(length, 160, 153))
    length = len(text.encode("utf-16-le")) // 2
    return Sms("UCS-2", length, _segments(length, 70, 67))


def _segments(length: int, alone: int, of_several: int) -> int:
    return 1 if length <= alone else ceil(length / of_several)
