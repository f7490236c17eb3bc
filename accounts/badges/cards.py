"""Cards: what a client needs to draw a contact, derived from one row and the policy in force.

A card is a policy's frame and a row's words. Whoever keeps a copy (`accounts.cardstore`) keeps the words: what it draws
of them has the same bytes, and a new policy changes one frame instead of every copy.

Which line of the table of states holds, `accounts.badges.standing` says; the last one has the same bytes whatever the
cause.
"""

import enum
import functools
import hashlib
import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.conf import settings

from accounts import ids
from accounts.badges.models import Tier
from accounts.badges.policies import in_order
from accounts.badges.reasons import REASONS
from accounts.badges.standing import Standing, standing
from accounts.businesses.models import BusinessKind

_JSON = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":")
)  # json.dumps would make one for each document
_quoted = json.encoder.encode_basestring  # what json.dumps makes of a string, without its way there
PLAIN_CHAT = {"message_colour": "plain", "notice_colour": "plain", "messages_deletable": True}
# R2: the saved name wins; the client applies this, for it alone knows what is saved.
NAMED = {
    "saved": {"title": "saved_name", "subtitle": "display_name"},
    "unsaved": {"title": "display_name", "subtitle": "number"},
}
NAMELESS = {
    "saved": {"title": "saved_name", "subtitle": "number"},
    "unsaved": {"title": "number", "subtitle": None},
}


class Row(NamedTuple):
    """What the database knows of a number now: its open account, and that one's live or else latest badge."""

    number: str
    as_of: datetime
    last_change: int | None
    account: uuid.UUID | int | None  # a UUID, or its 128 bits as a number
    name: str
    category: str
    country: str
    about: str
    photo: str
    website: str
    contact_purposes: list[str]
    confirmed_at: datetime | None
    proven: bool
    business: uuid.UUID | int
    business_kind: str
    legal_name: str
    badge: uuid.UUID | int | None
    badge_status: str
    methods: list[str]
    issued_at: datetime
    expires_at: datetime
    suspended_at: datetime | None
    ended_at: datetime | None
    reason: str


class Shape(enum.IntEnum):
    """The four ways a card can look: the lines of the table of states."""

    UNLISTED = 0
    WITHHELD = 1
    CONFIRMED = 2
    VERIFIED = 3


SEPARATOR = "\x1f"  # between the words of a row: JSON holds no bare control character
_HOLE = "\ue000"  # no policy may say it: it is not printable
_ACCOUNT_WORDS = 10


class Policy:
    """A published DisplayPolicy, which never changes again, as the frames of the four shapes."""

    def __init__(
        self,
        version: str,
        offline_grace: int,
        tiers: Mapping[str, Mapping[str, Any]],
        actions: Mapping[str, bool],
    ) -> None:
        self.version, self.offline_grace, self.tiers, self.actions = version, offline_grace, tiers, actions
        self.frames = tuple(self._frame(shape) for shape in Shape)

    @classmethod
    def of(cls, columns: Mapping[str, Any]) -> "Policy":
        """Of a row of DisplayPolicy."""
        return cls(
            version=columns["version"],
            offline_grace=columns["offline_grace"],
            tiers=in_order(columns["tiers"]),
            actions={name: columns[name] for name in ("block", "report", "account_may_block")},
        )

    def _frame(self, shape: Shape) -> bytes:
        """All of a card that no row decides, with a `%b` where a row's words come."""
        tier = {Shape.VERIFIED: Tier.VERIFIED, Shape.CONFIRMED: Tier.CONFIRMED}.get(shape)
        drawn: Mapping[str, Any] = self.tiers.get(tier, {}) if tier else {}
        account = {
            "id": _HOLE,
            "display_name": _HOLE,
            "category": _HOLE,
            "country": _HOLE,
            "about": _HOLE,
            "photo": _HOLE,
            "website": _HOLE,
            "contact_purposes": _HOLE,
            "business": {"id": _HOLE, "legal_name": _HOLE},
        }
        badge = {
            "id": _HOLE,
            "verified_by": settings.REGISTRY_NAME,
            "methods": _HOLE,
            "issued_at": _HOLE,
            "expires_at": _HOLE,
        }
        card = {
            "number": _HOLE,
            "listed": shape is not Shape.UNLISTED,
            "tier": tier,
            "account": account if tier else None,
            "mark": drawn.get("mark"),
            "badge": badge if tier is Tier.VERIFIED else None,
            "absence": _HOLE if shape in (Shape.WITHHELD, Shape.CONFIRMED) else None,
            "display": {
                **(NAMED if tier else NAMELESS),
                "chat": drawn.get("chat", PLAIN_CHAT),
                "actions": self.actions,
            },
            "policy": self.version,
            # Where nothing is listed, a number would tell that something once was.
            "version": _HOLE if shape is not Shape.UNLISTED else 0,
            "offline_grace": self.offline_grace,
        }
        return encode(card).replace(b"%", b"%%").replace(encode(_HOLE), b"%b")


def render(row: Row, policy: Policy) -> bytes:
    """The card as the JSON that goes over the wire: compact, its keys in one order."""
    stands = standing(row)
    shape = shape_of(stands)
    words = words_of(row, shape) if shape >= Shape.CONFIRMED else b""
    return draw(policy, shape, row.number, words, absence_of(stands), row.last_change or 0)


def card(row: Row, policy: Policy) -> dict[str, Any]:
    drawn: dict[str, Any] = json.loads(render(row, policy))
    return drawn


def draw(policy: Policy, shape: int, number: str, words: bytes, absence: bytes, version: int) -> bytes:
    """A card of its parts: what `words_of` and `absence_of` made of a row, now or when it was stored."""
    frame, quoted = policy.frames[shape], b'"%b"' % number.encode()
    if shape == Shape.VERIFIED:
        return frame % (quoted, *words.split(b"\x1f"), b"%d" % version)
    if shape == Shape.CONFIRMED:
        return frame % (quoted, *words.split(b"\x1f")[:_ACCOUNT_WORDS], _absence(absence), b"%d" % version)
    if shape == Shape.WITHHELD:
        return frame % (quoted, _absence(absence), b"%d" % version)
    return frame % quoted


def shape_of(stands: Standing) -> Shape:
    if stands.tier is Tier.VERIFIED:
        return Shape.VERIFIED
    if stands.tier is Tier.CONFIRMED:
        return Shape.CONFIRMED
    return Shape.WITHHELD if stands.listed else Shape.UNLISTED


def words_of(row: Row, shape: int) -> bytes:
    """What the account's row says, each word as JSON; a verified one's badge comes last."""
    assert row.account is not None
    sole_trader = row.business_kind == BusinessKind.SOLE_TRADER
    words = [
        f'"{ids.to_text("acc", row.account)}"',
        _quoted(row.name),
        _quoted(row.category),
        _quoted(row.country),
        _quoted(row.about),
        _quoted(row.photo) if row.photo else "null",
        _quoted(row.website) if row.website else "null",
        _list(tuple(row.contact_purposes)),
        f'"{ids.to_text("biz", row.business)}"',
        "null" if sole_trader else _quoted(row.legal_name),  # a sole trader's is a person's name
    ]
    if shape == Shape.VERIFIED:
        assert row.badge is not None
        words += [
            f'"{ids.to_text("bdg", row.badge)}"',
            _list(tuple(row.methods)),
            f'"{rfc3339(row.issued_at)}"',
            f'"{rfc3339(row.expires_at)}"',
        ]
    return SEPARATOR.join(words).encode()


def absence_of(stands: Standing) -> bytes:
    """Why there is no badge, as it is stored: the state, since when, and the code of the reason."""
    absence = stands.absence
    return b"" if absence is None else f"{absence.state} {rfc3339(absence.since)} {absence.reason}".encode()


def _absence(stored: bytes) -> bytes:
    """Everybody may read the reason of a suspension or revocation."""
    if not stored:
        return b"null"
    state, since, code = stored.decode().split(" ")
    reason = {"code": code, **REASONS[code].in_both()} if code in REASONS else None
    return encode({"state": state, "since": since, "reason": reason})


@functools.lru_cache(maxsize=10_000)
def _list(items: tuple[str, ...]) -> str:
    """Of purposes and of methods there are few combinations."""
    return encode(items).decode()


def rfc3339(moment: datetime) -> str:
    """In UTC, in whole seconds: rounded down, so that nothing is said to last longer than it does."""
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return f"{moment.isoformat()[:19]}Z"


def encode(document: Any) -> bytes:
    return _JSON.encode(document).encode()


def etag(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'
