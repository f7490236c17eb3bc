"""Which line of the table of states (DESIGN section 4) holds for a number: what is listed, as what, and why not.

Two things ask: the card, and whoever may be reported. Both have to say the same.
"""

from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol

from accounts.badges.models import BadgeStatus, Tier

ABSENCE_SHOWN_FOR = timedelta(days=90)  # after a badge was revoked, or ran out while it was suspended


class Known(Protocol):
    """What the database knows of a number: its open account, and that one's live or else latest badge.

    Without a badge, what is said of it means nothing.
    """

    @property
    def as_of(self) -> datetime: ...
    @property
    def account(self) -> Any: ...
    @property
    def confirmed_at(self) -> datetime | None: ...
    @property
    def proven(self) -> bool: ...
    @property
    def badge(self) -> Any: ...
    @property
    def badge_status(self) -> str: ...
    @property
    def expires_at(self) -> datetime: ...
    @property
    def suspended_at(self) -> datetime | None: ...
    @property
    def ended_at(self) -> datetime | None: ...
    @property
    def reason(self) -> str: ...


class Absence(NamedTuple):
    """Why there is no badge."""

    state: str
    since: datetime
    reason: str = ""


class Standing(NamedTuple):
    listed: bool
    tier: Tier | None = None
    absence: Absence | None = None


UNLISTED = Standing(listed=False)


def standing(known: Known) -> Standing:
    if known.account is None:
        return UNLISTED
    if known.badge is not None:
        if known.badge_status == BadgeStatus.ACTIVE and known.expires_at > known.as_of:
            return Standing(True, Tier.VERIFIED)
        if (taken := _taken_away(known)) is not None:
            state, since, ended_at = taken
            if ended_at is not None and known.as_of >= ended_at + ABSENCE_SHOWN_FOR:
                return UNLISTED
            return Standing(True, None, Absence(state, since, known.reason))
    if known.confirmed_at is None or not known.proven:
        return UNLISTED
    return Standing(
        True, Tier.CONFIRMED, Absence("expired", known.expires_at) if _has_expired(known) else None
    )


def _taken_away(known: Known) -> tuple[str, datetime, datetime | None] | None:
    """(state, since, end of the badge) of a badge that the registry withdrew and has not made good since."""
    if known.badge_status == BadgeStatus.SUSPENDED:
        assert known.suspended_at is not None
        # Nobody may have told the badge yet that its term is over.
        return "suspended", known.suspended_at, known.expires_at if known.expires_at <= known.as_of else None
    if known.ended_at is None or (known.confirmed_at is not None and known.confirmed_at >= known.ended_at):
        return None
    if known.badge_status == BadgeStatus.REVOKED:
        return "revoked", known.ended_at, known.ended_at
    if known.badge_status == BadgeStatus.EXPIRED and known.suspended_at is not None:
        return "suspended", known.suspended_at, known.ended_at
    return None


def _has_expired(known: Known) -> bool:
    """Whether the latest badge ran out, and no later approval took its place."""
    if known.badge is None or known.badge_status not in (BadgeStatus.ACTIVE, BadgeStatus.EXPIRED):
        return False
    assert known.confirmed_at is not None
    return known.expires_at <= known.as_of and known.confirmed_at <= known.expires_at
