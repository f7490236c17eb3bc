"""How an account stands in its owner's eyes: what its badge is worth now, and what can be done about it."""

from dataclasses import dataclass
from datetime import datetime

from accounts import clock
from accounts.badges.models import Badge, BadgeStatus
from accounts.businesses.models import Account
from accounts.onboarding.following.drawing import Drawing, draw
from accounts.verification.applying import RENEWAL_OPENS
from accounts.verification.models import Application, Kind

# The page on which an owner can end a suspension by proving something again, by its reason.
PROVEN_AGAIN_ON = {"number_unproven": "prove_again", "website_unproven": "my_website"}


@dataclass(frozen=True)
class Standing:
    drawing: Drawing | None
    badge: Badge | None  # the latest
    open_by_kind: dict[str, Application]
    now: datetime

    @property
    def is_verified(self) -> bool:
        return self.drawing is not None and self.drawing.is_verified

    @property
    def is_taken_away(self) -> bool:
        return self.drawing is not None and self.drawing.absence in ("suspended", "revoked")

    @property
    def to_prove(self) -> str:
        """Suspended only because something is not proven any more: the page where that is mended, else empty."""
        return PROVEN_AGAIN_ON.get(self.badge.reason, "") if self.badge and self.is_suspended else ""

    @property
    def is_suspended(self) -> bool:
        return self.badge is not None and self.badge.status == BadgeStatus.SUSPENDED

    @property
    def can_be_reinstated(self) -> bool:
        """What was withdrawn can be asked back; it is judged anew."""
        badge = self.badge
        return badge is not None and badge.status in (BadgeStatus.SUSPENDED, BadgeStatus.REVOKED)

    @property
    def renewal_opens(self) -> datetime | None:
        """None where there is no badge to renew."""
        badge = self.badge
        if badge is None or badge.status not in (BadgeStatus.ACTIVE, BadgeStatus.EXPIRED):
            return None
        return badge.term_ends_at - RENEWAL_OPENS

    @property
    def can_renew(self) -> bool:
        opens = self.renewal_opens
        return opens is not None and opens <= self.now and Kind.RENEWAL not in self.open_by_kind


def standing_of(account: Account) -> Standing:
    """Five queries."""
    drawing = draw(account.pk) if account.number else None
    badge = Badge.objects.of(account).order_by("-issued_at").first()
    opened = Application.objects.open().filter(account=account).order_by("created_at")
    return Standing(drawing, badge, {one.kind: one for one in opened}, clock.now())
