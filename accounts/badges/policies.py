"""What a display policy may say, and the pilot's own."""

import re
from typing import Any

from accounts.badges.models import Tier
from accounts.errors import Invalid, Problem
from accounts.text import Text

# The pilot of 2017: green pin, grey tick, yellow and undeletable (R1, R3, R4).
PILOT_VERSION = "pilot-2017.1"
PILOT_TIERS: dict[str, Any] = {
    Tier.VERIFIED.value: {
        "mark": {
            "symbol": "pin",
            "colour": "green",
            "position": "beside_photo",
            "label": Text("Bisnis terverifikasi", "Verified business").in_both(),
        },
        "chat": {"message_colour": "yellow", "notice_colour": "yellow", "messages_deletable": False},
    },
    Tier.CONFIRMED.value: {
        "mark": {
            "symbol": "tick",
            "colour": "grey",
            "position": "beside_name",
            "label": Text("Nomor terkonfirmasi", "Confirmed number").in_both(),
        },
        "chat": {"message_colour": "plain", "notice_colour": "plain", "messages_deletable": True},
    },
}

_WORD = re.compile(r"[a-z][a-z0-9_]{0,39}")
_VERSION = re.compile(r"[a-z0-9][a-z0-9.-]{0,39}")


def in_order(tiers: Any, pattern: Any = PILOT_TIERS) -> Any:
    """A policy's tiers with their members in the order in which the pilot's stand; jsonb keeps none."""
    if not isinstance(pattern, dict):
        return tiers
    return {name: in_order(tiers[name], part) for name, part in pattern.items() if name in tiers}


def check_policy(version: str, tiers: dict[str, Any]) -> None:
    """Raises Invalid unless each tier says symbol, colour, position, both labels and the chat's three facts."""
    problems = [] if _VERSION.fullmatch(version) else [Problem("invalid", "/version")]
    problems += _differences(tiers, PILOT_TIERS, "/tiers")
    if problems:
        raise Invalid("invalid", problems=problems)


def _differences(given: Any, pattern: Any, pointer: str) -> list[Problem]:
    """Where `given` has not the shape of the pilot's policy: the same keys, words for words, texts for labels."""
    if isinstance(pattern, dict):
        if not isinstance(given, dict) or given.keys() != pattern.keys():
            return [Problem("invalid", pointer)]
        return [
            wrong for key in pattern for wrong in _differences(given[key], pattern[key], f"{pointer}/{key}")
        ]
    if isinstance(pattern, bool):
        right = isinstance(given, bool)
    elif "/label/" in pointer:
        right = isinstance(given, str) and given.isprintable() and 0 < len(given.strip()) <= 60
    else:
        right = isinstance(given, str) and _WORD.fullmatch(given) is not None
    return [] if right else [Problem("invalid", pointer)]
