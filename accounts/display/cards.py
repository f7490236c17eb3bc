"""Cards: what a client needs to draw a contact, derived from one row and the policy in force.

The table of states is DESIGN section 4's; its last row has the same bytes whatever the cause.
"""

import hashlib
import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings

from accounts import ids
from accounts.badges.models import BadgeStatus, Tier
from accounts.badges.reasons import REASONS
from accounts.businesses.models import BusinessKind

ABSENCE_SHOWN_FOR = timedelta(days=90)  # after a badge was revoked, or ran out while it was suspended
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


@dataclass(frozen=True)
class Policy:
    """A published DisplayPolicy, which never changes again."""

    version: str
    offline_grace: int
    tiers: dict[str, dict[str, Any]]
    actions: dict[str, bool]


class Row(NamedTuple):
    """What the database knows of a number now: its open account, and that one's live or else latest badge."""

    number: str
    as_of: datetime
    last_change: int | None
    account: uuid.UUID | None
    name: str
    category: str
    country: str
    about: str
    photo: str
    website: str
    contact_purposes: list[str]
    confirmed_at: datetime | None
    proven: bool
    business: uuid.UUID
    business_kind: str
    legal_name: str
    badge: uuid.UUID | None
    badge_status: str
    methods: list[str]
    issued_at: datetime
    expires_at: datetime
    suspended_at: datetime | None
    ended_at: datetime | None
    reason: str


class Standing(NamedTuple):
    listed: bool
    tier: Tier | None = None
    absence: dict[str, Any] | None = None


UNLISTED = Standing(listed=False)


def standing(row: Row) -> Standing:
    """Which line of the table of states holds for a number."""
    if row.account is None:
        return UNLISTED
    if row.badge is not None:
        if row.badge_status == BadgeStatus.ACTIVE and row.expires_at > row.as_of:
            return Standing(True, Tier.VERIFIED)
        if (taken := _taken_away(row)) is not None:
            state, since, ended_at = taken
            if ended_at is not None and row.as_of >= ended_at + ABSENCE_SHOWN_FOR:
                return UNLISTED
            return Standing(True, None, _absence(state, since, row.reason))
    if row.confirmed_at is None or not row.proven:
        return UNLISTED
    return Standing(True, Tier.CONFIRMED, _absence("expired", row.expires_at) if _has_expired(row) else None)


def _taken_away(row: Row) -> tuple[str, datetime, datetime | None] | None:
    """(state, since, end of the badge) of a badge that the registry withdrew and has not made good since."""
    if row.badge_status == BadgeStatus.SUSPENDED:
        assert row.suspended_at is not None
        # Nobody may have told the badge yet that its term is over.
        return "suspended", row.suspended_at, row.expires_at if row.expires_at <= row.as_of else None
    if row.ended_at is None or (row.confirmed_at is not None and row.confirmed_at >= row.ended_at):
        return None
    if row.badge_status == BadgeStatus.REVOKED:
        return "revoked", row.ended_at, row.ended_at
    if row.badge_status == BadgeStatus.EXPIRED and row.suspended_at is not None:
        return "suspended", row.suspended_at, row.ended_at
    return None


def _has_expired(row: Row) -> bool:
    """Whether the latest badge ran out, and no later approval took its place."""
    if row.badge is None or row.badge_status not in (BadgeStatus.ACTIVE, BadgeStatus.EXPIRED):
        return False
    assert row.confirmed_at is not None
    return row.expires_at <= row.as_of and row.confirmed_at <= row.expires_at


def _absence(state: str, since: datetime, reason: str = "") -> dict[str, Any]:
    """Why there is no badge. Everybody may read the reason of a suspension or revocation."""
    absence: dict[str, Any] = {"state": state, "since": rfc3339(since), "reason": None}
    if reason in REASONS:
        absence["reason"] = {"code": reason, **REASONS[reason]._asdict()}
    return absence


def render(row: Row, policy: Policy) -> bytes:
    """The card as the JSON that goes over the wire: compact, its keys in one order."""
    return encode(card(row, policy))


def card(row: Row, policy: Policy) -> dict[str, Any]:
    listed, tier, absence = standing(row)
    drawn = policy.tiers.get(tier, {}) if tier else {}
    return {
        "number": row.number,
        "listed": listed,
        "tier": tier,
        "account": _account(row) if tier else None,
        "mark": drawn.get("mark"),
        "badge": _badge(row) if tier is Tier.VERIFIED else None,
        "absence": absence,
        "display": {
            **(NAMED if tier else NAMELESS),
            "chat": drawn.get("chat", PLAIN_CHAT),
            "actions": policy.actions,
        },
        "policy": policy.version,
        # Where nothing is listed, a number would tell that something once was.
        "version": (row.last_change or 0) if listed else 0,
        "offline_grace": policy.offline_grace,
    }


def _account(row: Row) -> dict[str, Any]:
    assert row.account is not None
    sole_trader = row.business_kind == BusinessKind.SOLE_TRADER
    return {
        "id": ids.to_text("acc", row.account),
        "display_name": row.name,
        "category": row.category,
        "country": row.country,
        "about": row.about,
        "photo": row.photo or None,
        "website": row.website or None,
        "contact_purposes": row.contact_purposes,
        "business": {
            "id": ids.to_text("biz", row.business),
            "legal_name": None if sole_trader else row.legal_name,  # a sole trader's is a person's name
        },
    }


def _badge(row: Row) -> dict[str, Any]:
    assert row.badge is not None
    return {
        "id": ids.to_text("bdg", row.badge),
        "verified_by": settings.REGISTRY_NAME,
        "methods": row.methods,
        "issued_at": rfc3339(row.issued_at),
        "expires_at": rfc3339(row.expires_at),
    }


def rfc3339(moment: datetime) -> str:
    """In UTC, in whole seconds: rounded down, so that nothing is said to last longer than it does."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def encode(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def etag(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'
