"""Takes out of a text what may be somebody's: numbers, addresses, keys, secret links. Rather too much than too little.

A second net. The first is that nobody logs such a thing; names of people, which no rule can tell, only that one keeps.
"""

import re

MASK = "***"
_END = r"(?![\w-])"
_RULES = [
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w+/=.~-]{8,}"), rf"\1 {MASK}"),
    (re.compile(r"(vbr_(?:live|test)_)\w+"), rf"\1{MASK}"),
    (
        re.compile(r"(?i)\b(password|passwd|pwd|secret|token|api[-_]?key|otp)(\s*[=:]\s*)[^\s,;&]+"),
        rf"\1\2{MASK}",
    ),
    (re.compile(r"(://)[^\s/@]+@"), rf"\1{MASK}@"),  # who signs in, in a URL
    (re.compile(r"\?[^\s\"'<>?]*=[^\s\"'<>]*"), f"?{MASK}"),  # a query
    (re.compile(r"[^\s@<>()\[\]\"',;:=/|*]+(?:@|%40)[\w.-]*\w"), MASK),
    # Secrets: of twenty characters with capitals, small letters and digits (of sixteen in a path, digits or not), of
    # thirty-two with digits, or in base32. Our own ids have a prefix, UUIDs have hyphens: both stay.
    (re.compile(rf"(?<![\w-])(?=[\w-]*[a-z])(?=[\w-]*[A-Z])(?=[\w-]*[0-9])[\w-]{{20,}}{_END}"), MASK),
    (re.compile(r"(?<=/)(?=[\w-]*[a-z])(?=[\w-]*[A-Z])[\w-]{16,}(?=[/\s\"'?#]|$)"), MASK),
    (re.compile(rf"(?<![\w-])(?=[a-z]*[0-9])[a-z0-9]{{32,}}{_END}"), MASK),
    (re.compile(rf"(?<![\w-])(?=[A-Z]*[2-7])[A-Z2-7]{{16,}}{_END}"), MASK),
    # Numbers: with a plus, written as in Indonesia, or so many digits. A generation of the store starts with two zeros.
    (re.compile(r"(?:\+|%2[Bb])\(?\d(?:[ ().-]{0,2}\d){5,16}"), MASK),
    (re.compile(r"(?<![\w.-])\(?0[1-9](?:[ ().-]{0,2}\d){6,12}(?!\w)"), MASK),
    (re.compile(r"(?<![\w.-])[1-9]\d{8,14}(?!\w)"), MASK),
]


def mask(text: str) -> str:
    for pattern, instead in _RULES:
        text = pattern.sub(instead, text)
    return text
