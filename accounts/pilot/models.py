"""Cohorts: who may apply, from when, until when, and how many; who was invited, and who waits (R6)."""

from typing import ClassVar

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.businesses.models import Account
from accounts.ids import IdField
from accounts.people import languages
from accounts.people.models import User


class CohortQuerySet(models.QuerySet["Cohort"]):
    def open(self) -> "CohortQuerySet":
        return self.filter(Q(opens_at__lte=Now()), Q(closes_at=None) | Q(closes_at__gt=Now()))

    def for_everybody(self, country: str) -> "CohortQuerySet":
        """Those that take whoever comes from this country, opened first at the front."""
        everybody = self.open().filter(country__in=["", country], invitation_only=False)
        return everybody.order_by("opens_at", "pk")


class Cohort(models.Model):
    """A group that is let in together; general availability is a cohort without capacity and closing date."""

    id = IdField("coh")
    name = models.CharField(_("name"), max_length=80, unique=True)
    country = models.CharField(_("country"), max_length=2, blank=True, help_text=_("ISO 3166-1; empty: any."))
    capacity = models.PositiveIntegerField(
        _("capacity"), null=True, blank=True, help_text=_("Empty: no limit.")
    )
    opens_at = models.DateTimeField(_("opens at"), db_default=Now())
    closes_at = models.DateTimeField(_("closes at"), null=True, blank=True)
    invitation_only = models.BooleanField(_("invitation only"), default=True)
    four_eyes = models.BooleanField(_("always two reviewers"), default=False)

    objects: ClassVar[CohortQuerySet] = CohortQuerySet.as_manager()  # type: ignore[assignment]  # as_manager is typed loosely

    class Meta:
        verbose_name = _("cohort")
        verbose_name_plural = _("cohorts")
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_at=None) | Q(closes_at__gt=F("opens_at")),
                name="a_cohort_closes_after_it_opens",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Place(models.Model):
    """One account's place in a cohort; it takes one place once, whatever becomes of its applications."""

    cohort = models.ForeignKey(
        Cohort, on_delete=models.PROTECT, related_name="places", verbose_name=_("cohort")
    )
    account = models.OneToOneField(
        Account, on_delete=models.CASCADE, related_name="place", verbose_name=_("account")
    )
    taken_at = models.DateTimeField(_("taken at"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")

    def __str__(self) -> str:
        return f"{self.cohort_id}"


class InvitationState(models.TextChoices):
    OPEN = "open", _("open")
    EXPIRED = "expired", _("expired")
    REDEEMED = "redeemed", _("accepted")
    USED = "used", _("used")
    REVOKED = "revoked", _("revoked")


_UNREDEEMED = Q(redeemed_at=None, revoked_at=None)
_UNSPENT = Q(redeemed_at__isnull=False, revoked_at=None, account=None)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def with_state(self) -> "InvitationQuerySet":
        """Each with `state`, as it is now."""
        return self.annotate(
            state_now=Case(
                When(revoked_at__isnull=False, then=Value(InvitationState.REVOKED)),
                When(account__isnull=False, then=Value(InvitationState.USED)),
                When(redeemed_at__isnull=False, then=Value(InvitationState.REDEEMED)),
                When(expires_at__lte=Now(), then=Value(InvitationState.EXPIRED)),
                default=Value(InvitationState.OPEN),
                output_field=models.CharField(),
            )
        )

    def redeemable(self) -> "InvitationQuerySet":
        return self.filter(_UNREDEEMED, expires_at__gt=Now())

    def unspent(self) -> "InvitationQuerySet":
        """Accepted, and no account has taken a place with it."""
        return self.filter(_UNSPENT)

    def promised(self) -> "InvitationQuerySet":
        """Whoever may still come for a place."""
        return self.filter(_UNSPENT | Q(_UNREDEEMED, expires_at__gt=Now()))


class Invitation(models.Model):
    """A link that lets one person take one place. Its state follows from the moments, nothing else says it.

    The link's token is in the message only; here is its SHA-256. `contact` is where the link was sent: personal, so
    it can be erased. Whoever has the link may accept it, by whatever contact they sign in.
    """

    id = IdField("inv")
    cohort = models.ForeignKey(
        Cohort, on_delete=models.PROTECT, related_name="invitations", verbose_name=_("cohort")
    )
    contact = models.CharField(
        _("sent to"),
        max_length=254,
        null=True,
        editable=False,
        help_text=_("E-mail address or E.164 number."),
    )
    language = models.CharField(
        _("language"), max_length=languages.LONGEST_CODE, choices=languages.choices, editable=False
    )
    digest = models.BinaryField(max_length=32)
    created_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("invited by"),
        help_text=_("Empty: by an import."),
    )
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)
    sent_at = models.DateTimeField(_("last sent"), db_default=Now(), editable=False)
    expires_at = models.DateTimeField(_("expires at"), editable=False)
    redeemed_at = models.DateTimeField(_("accepted at"), null=True, editable=False)
    redeemed_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="invitations",
        verbose_name=_("accepted by"),
    )
    account = models.OneToOneField(
        Account,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="invitation",
        verbose_name=_("account"),
        help_text=_("That took its place with it."),
    )
    revoked_at = models.DateTimeField(_("revoked at"), null=True, editable=False)
    revoked_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("revoked by"),
    )

    objects: ClassVar[InvitationQuerySet] = InvitationQuerySet.as_manager()  # type: ignore[assignment]  # as above

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["digest"], name="one_invitation_per_token"),
            models.UniqueConstraint(
                fields=["cohort", "contact"],
                condition=_UNREDEEMED,
                name="one_unredeemed_invitation_per_cohort_and_contact",
            ),
            models.UniqueConstraint(
                fields=["cohort", "redeemed_by"],
                condition=_UNSPENT,
                name="one_unspent_invitation_per_cohort_and_person",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("sent_at")), name="an_invitation_is_sent_before_it_expires"
            ),
            models.CheckConstraint(
                condition=Q(redeemed_at=None, redeemed_by=None)
                | Q(redeemed_at__isnull=False, redeemed_by__isnull=False),
                name="an_accepted_invitation_has_its_person",
            ),
            models.CheckConstraint(
                condition=Q(account=None) | Q(redeemed_at__isnull=False, revoked_at=None),
                name="only_an_accepted_invitation_is_used",
            ),
            models.CheckConstraint(
                condition=Q(revoked_by=None) | Q(revoked_at__isnull=False),
                name="only_a_revoked_invitation_has_its_revoker",
            ),
        ]
        indexes = [models.Index(fields=["contact"], name="invitations_by_contact")]

    def __str__(self) -> str:
        return self.id

    @property
    def state(self) -> InvitationState:
        """Of a row that was read `with_state`."""
        return InvitationState(self.state_now)  # type: ignore[attr-defined]  # annotated above


class WaitingEntryQuerySet(models.QuerySet["WaitingEntry"]):
    def waiting(self) -> "WaitingEntryQuerySet":
        return self.filter(_WAITING)

    def in_order(self) -> "WaitingEntryQuerySet":
        return self.order_by("joined_at", "pk")


_WAITING = Q(invited_at=None, left_at=None)


class WaitingEntry(models.Model):
    """Somebody who waits to be invited in a country; the place number is counted, never kept."""

    id = IdField("wai")
    country = models.CharField(_("country"), max_length=2, editable=False)
    person = models.ForeignKey(
        User, on_delete=models.PROTECT, editable=False, related_name="waiting", verbose_name=_("person")
    )
    joined_at = models.DateTimeField(_("waits since"), db_default=Now(), editable=False)
    invited_at = models.DateTimeField(_("invited at"), null=True, editable=False)
    invitation = models.ForeignKey(
        Invitation,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("invitation"),
    )
    left_at = models.DateTimeField(_("left at"), null=True, editable=False)

    objects: ClassVar[WaitingEntryQuerySet] = WaitingEntryQuerySet.as_manager()  # type: ignore[assignment]  # as above

    class Meta:
        verbose_name = _("on the waiting list")
        verbose_name_plural = _("waiting list")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "country"], condition=_WAITING, name="one_place_in_the_line_per_person"
            ),
            models.CheckConstraint(condition=Q(country__regex=r"^[A-Z]{2}$"), name="waiting_country_is_iso"),
            models.CheckConstraint(
                condition=Q(invited_at=None, invitation=None)
                | Q(invited_at__isnull=False, invitation__isnull=False, left_at=None),
                name="who_was_invited_waits_no_more",
            ),
        ]
        indexes = [models.Index(fields=["country", "joined_at", "id"], condition=_WAITING, name="the_line")]

    def __str__(self) -> str:
        return self.id

    @property
    def is_waiting(self) -> bool:
        return self.invited_at is None and self.left_at is None
