"""Badges, and the policies that say how they are drawn."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.badges.reasons import REASONS
from accounts.businesses.models import Account
from accounts.ids import IdField
from accounts.people.models import User


class Tier(models.TextChoices):
    VERIFIED = "verified", _("verified")
    CONFIRMED = "confirmed", _("confirmed")


class BadgeStatus(models.TextChoices):
    ACTIVE = "active", _("active")
    SUSPENDED = "suspended", _("suspended")
    REVOKED = "revoked", _("revoked")
    EXPIRED = "expired", _("expired")
    SUPERSEDED = "superseded", _("superseded")


LIVE = (BadgeStatus.ACTIVE, BadgeStatus.SUSPENDED)


class BadgeQuerySet(models.QuerySet["Badge"]):
    def live(self) -> "BadgeQuerySet":
        return self.filter(status__in=LIVE)

    def of(self, account: Account) -> "BadgeQuerySet":
        return self.filter(account=account)

    def run_out(self) -> "BadgeQuerySet":
        return self.live().filter(expires_at__lte=Now())


class Badge(models.Model):
    """The registry's statement that a number is this business, called this, for a term."""

    id = IdField("bdg")
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="badges", verbose_name=_("account")
    )
    status = models.CharField(_("status"), max_length=10, choices=BadgeStatus, default=BadgeStatus.ACTIVE)
    methods = ArrayField(models.CharField(max_length=20), verbose_name=_("shown by"), default=list)
    cause = models.CharField(_("issued by"), max_length=40, help_text=_("The application that was approved."))
    issued_at = models.DateTimeField(_("issued at"))
    term_ends_at = models.DateTimeField(_("end of the term"))
    expires_at = models.DateTimeField(
        _("expires at"), help_text=_("Later than the term only while a renewal sent in time is undecided.")
    )
    renewal_pending = models.BooleanField(_("renewal pending"), default=False)
    reason = models.CharField(
        _("reason"), max_length=40, blank=True, choices=[(code, text.en) for code, text in REASONS.items()]
    )
    suspended_at = models.DateTimeField(_("suspended at"), null=True, help_text=_("Cleared by reinstating."))
    ended_at = models.DateTimeField(_("ended at"), null=True)
    reminded_at = models.DateTimeField(_("owner reminded at"), null=True)

    objects: ClassVar[BadgeQuerySet] = BadgeQuerySet.as_manager()  # type: ignore[assignment]  # as_manager is typed loosely

    class Meta:
        verbose_name = _("badge")
        verbose_name_plural = _("badges")
        constraints = [
            models.CheckConstraint(condition=Q(status__in=BadgeStatus.values), name="badge_status_is_known"),
            models.UniqueConstraint(
                fields=["account"], condition=Q(status__in=LIVE), name="one_live_badge_per_account"
            ),
            models.CheckConstraint(condition=Q(expires_at__gte=F("issued_at")), name="a_badge_has_a_term"),
            models.CheckConstraint(
                condition=~Q(status=BadgeStatus.SUSPENDED) | (Q(suspended_at__isnull=False) & ~Q(reason="")),
                name="a_suspension_has_a_reason_and_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(status=BadgeStatus.REVOKED) | (Q(ended_at__isnull=False) & ~Q(reason="")),
                name="a_revocation_has_a_reason_and_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-issued_at"], name="badges_of_an_account"),
            models.Index(fields=["expires_at"], condition=Q(status__in=LIVE), name="live_badges_by_expiry"),
        ]

    def __str__(self) -> str:
        return f"{self.id} ({self.status})"


class DisplayPolicy(models.Model):
    """How each tier is drawn (R1, R3-R5). Immutable once published: a change is a new version.

    `tiers` maps a tier to `{"mark": {symbol, colour, position, label: {id, en}}, "chat": {message_colour,
    notice_colour, messages_deletable}}`; an account without a tier is drawn plainly and is not in it.
    """

    version = models.CharField(_("version"), max_length=40, primary_key=True)
    tiers = models.JSONField(_("tiers"))
    offline_grace = models.PositiveIntegerField(_("offline grace"), default=86_400, help_text=_("Seconds."))
    block = models.BooleanField(_("user may block"), default=True)
    report = models.BooleanField(_("user may report"), default=True)
    account_may_block = models.BooleanField(_("account may block"), default=True)
    published_at = models.DateTimeField(_("published at"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("display policy")
        verbose_name_plural = _("display policies")
        get_latest_by = "published_at"
        constraints = [
            models.CheckConstraint(
                condition=Q(block=True, account_may_block=True), name="R5_blocking_is_always_possible"
            )
        ]
        indexes = [models.Index(fields=["-published_at"], name="newest_policy")]

    def __str__(self) -> str:
        return self.version


class BulkSuspension(models.Model):
    """An incident: many badges, one reason. The rows are chosen when it starts, and suspended by a job."""

    id = IdField("blk")
    reason = models.CharField(
        _("reason"), max_length=40, choices=[(code, text.en) for code, text in REASONS.items()]
    )
    note = models.TextField(_("note"), max_length=2000, blank=True)
    started_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("started by")
    )
    created_at = models.DateTimeField(_("started at"), db_default=Now(), editable=False)
    total = models.PositiveIntegerField(_("badges"))
    done = models.PositiveIntegerField(_("suspended"), default=0)
    failed = models.PositiveIntegerField(_("refused"), default=0)
    finished_at = models.DateTimeField(_("finished at"), null=True)
    stopped_at = models.DateTimeField(_("stopped at"), null=True)

    class Meta:
        verbose_name = _("suspension for an incident")
        verbose_name_plural = _("suspensions for an incident")
        constraints = [
            models.CheckConstraint(
                condition=Q(total__gte=F("done") + F("failed")),
                name="a_bulk_suspension_does_no_more_than_all",
            ),
            models.CheckConstraint(
                condition=Q(finished_at=None) | Q(stopped_at=None), name="a_bulk_suspension_ends_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=Q(finished_at=None, stopped_at=None),
                name="running_bulk_suspensions",
            )
        ]

    def __str__(self) -> str:
        return self.id

    @property
    def is_running(self) -> bool:
        return self.finished_at is None and self.stopped_at is None


class ItemState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    DONE = "done", _("suspended")
    REFUSED = "refused", _("refused")


class BulkItem(models.Model):
    """One badge of a bulk suspension. Its state changes in the transaction that suspends the badge."""

    bulk = models.ForeignKey(BulkSuspension, on_delete=models.CASCADE, related_name="items", db_index=False)
    badge = models.ForeignKey(Badge, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=7, choices=ItemState, default=ItemState.WAITING)
    refusal = models.CharField(max_length=40, blank=True, help_text="The code of the refusal.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bulk", "badge"], name="one_item_per_bulk_and_badge"),
            models.CheckConstraint(condition=Q(state__in=ItemState.values), name="bulk_item_state_is_known"),
        ]
        indexes = [
            models.Index(
                fields=["bulk", "id"], condition=Q(state=ItemState.WAITING), name="bulk_items_waiting"
            ),
            models.Index(
                fields=["bulk", "refusal"], condition=Q(state=ItemState.REFUSED), name="bulk_items_refused"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bulk_id} {self.badge_id}"
