"""Cards: what a client needs to draw a contact, derived from one row and the policy in force.

Which line of the table of states holds, `accounts.badges.standing` says; the last one has the same bytes whatever the
cause.
"""

import hashlib
import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.conf import settings

from accounts import ids
from accounts.badges.models import Tier
from accounts.badges.reasons import REASONS
from accounts.badges.standing import Absence, standing
from accounts.businesses.models import BusinessKind

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


def _absence(absence: Absence) -> dict[str, Any]:
    """Everybody may read the reason of a suspension or revocation."""
    reason: dict[str, str] | None = None
    if absence.reason in REASONS:
        reason = {"code": absence.reason, **REASONS[absence.reason].in_both()}
    return {"state": absence.state, "since": rfc3339(absence.since), "reason": reason}


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
        "absence": _absence(absence) if absence else None,
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
