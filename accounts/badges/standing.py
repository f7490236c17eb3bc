"""Which line of the table of states (DESIGN section 4) holds for a number: what is listed, as what, and why not.

Two things ask: the card, and whoever may be reported. Both have to say the same. A copy of a card asks for all stages,
so that it knows how to go on while the database is away.
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
VERIFIED = Standing(True, Tier.VERIFIED)


class Stage(NamedTuple):
    """How a number stands until a moment that is known beforehand; None: for as long as nothing happens."""

    standing: Standing
    until: datetime | None


def standing(known: Known) -> Standing:
    return _standing(known, known.as_of)


def stages(known: Known) -> list[Stage]:
    """How it stands now, and how it will once a term is over, if nothing happens until then."""
    stands, found = _standing(known, known.as_of), []
    for turn in _turns(known):
        if turn > known.as_of and (then := _standing(known, turn)) != stands:
            found.append(Stage(stands, turn))
            stands = then
    found.append(Stage(stands, None))
    return found


def _turns(known: Known) -> list[datetime]:
    """The moments at which a standing may change by itself, in order."""
    if known.badge is None:
        return []
    if known.badge_status == BadgeStatus.ACTIVE:
        return [known.expires_at]
    if known.badge_status == BadgeStatus.SUSPENDED:
        return [known.expires_at, known.expires_at + ABSENCE_SHOWN_FOR]
    return [] if known.ended_at is None else [known.ended_at + ABSENCE_SHOWN_FOR]


def _standing(known: Known, at: datetime) -> Standing:
    if known.account is None:
        return UNLISTED
    if known.badge is not None:
        if known.badge_status == BadgeStatus.ACTIVE and known.expires_at > at:
            return VERIFIED
        if (taken := _taken_away(known, at)) is not None:
            state, since, ended_at = taken
            if ended_at is not None and at >= ended_at + ABSENCE_SHOWN_FOR:
                return UNLISTED
            return Standing(True, None, Absence(state, since, known.reason))
    if known.confirmed_at is None or not known.proven:
        return UNLISTED
    return Standing(
        True, Tier.CONFIRMED, Absence("expired", known.expires_at) if _has_expired(known, at) else None
    )


def _taken_away(known: Known, at: datetime) -> tuple[str, datetime, datetime | None] | None:
    """(state, since, end of the badge) of a badge that the registry withdrew and has not made good since."""
    if known.badge_status == BadgeStatus.SUSPENDED:
        assert known.suspended_at is not None
        # Nobody may have told the badge yet that its term is over.
        return "suspended", known.suspended_at, known.expires_at if known.expires_at <= at else None
    if known.ended_at is None or (known.confirmed_at is not None and known.confirmed_at >= known.ended_at):
        return None
    if known.badge_status == BadgeStatus.REVOKED:
        return "revoked", known.ended_at, known.ended_at
    if known.badge_status == BadgeStatus.EXPIRED and known.suspended_at is not None:
        return "suspended", known.suspended_at, known.ended_at
    return None


def _has_expired(known: Known, at: datetime) -> bool:
    """Whether the latest badge ran out, and no later approval took its place."""
    if known.badge is None or known.badge_status not in (BadgeStatus.ACTIVE, BadgeStatus.EXPIRED):
        return False
    assert known.confirmed_at is not None
    return known.expires_at <= at and known.confirmed_at <= known.expires_at
