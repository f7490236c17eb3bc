"""Proofs of websites."""

import base64
import secrets
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.businesses.models import Account
from accounts.clients.models import ClientApp
from accounts.ids import IdField
from accounts.websites.hosts import LONGEST_HOST
from accounts.websites.looking import LONGEST_FOUND, Method, Place, place


class ProofStatus(models.TextChoices):
    STARTED = "started", _("not shown yet")
    PROVEN = "proven", _("proven")
    DOUBTED = "doubted", _("no longer found, owner warned")
    FAILED = "failed", _("failed")
    ENDED = "ended", _("ended")


STANDING = (ProofStatus.STARTED, ProofStatus.PROVEN, ProofStatus.DOUBTED)
HOLDING = (ProofStatus.PROVEN, ProofStatus.DOUBTED)  # a badge may rest on it
WAS_PROVEN = (*HOLDING, ProofStatus.FAILED)


def fresh_token() -> str:
    """Guards nothing by itself: whoever proves a website publishes it there."""
    return base64.b32encode(secrets.token_bytes(20)).decode().lower()


class WebsiteProofQuerySet(models.QuerySet["WebsiteProof"]):
    def standing(self) -> "WebsiteProofQuerySet":
        return self.filter(status__in=STANDING)

    def of(self, account: Account) -> "WebsiteProofQuerySet":
        return self.filter(account=account)

    def created_by(self, client: ClientApp) -> "WebsiteProofQuerySet":
        return self.filter(account__business__client=client)


class WebsiteProof(models.Model):
    """An account showed, or is about to show, that a host on the web is its own. Looked at again every week."""

    id = IdField("web")
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="website_proofs", verbose_name=_("account")
    )
    host = models.CharField(_("website"), max_length=LONGEST_HOST)
    over_tls = models.BooleanField(default=True, help_text="Whether the address says https://.")
    token = models.CharField(max_length=32, default=fresh_token)
    status = models.CharField(_("status"), max_length=7, choices=ProofStatus, default=ProofStatus.STARTED)
    method = models.CharField(_("shown by"), max_length=4, choices=Method, blank=True)
    started_at = models.DateTimeField(_("started at"), db_default=Now())
    proven_at = models.DateTimeField(_("proven at"), null=True)
    over_at = models.DateTimeField(_("failed or ended at"), null=True)
    # Looking. Somebody asks for it (the way stays noted), or it is due; whoever looks has the row until then.
    asked_at = models.DateTimeField(null=True)
    asked_method = models.CharField(max_length=4, choices=Method, blank=True)
    next_check_at = models.DateTimeField(_("next check"), null=True)
    leased_until = models.DateTimeField(null=True)
    # What the last look found; after failures, the owner was warned.
    checked_at = models.DateTimeField(_("last check"), null=True)
    code = models.CharField(_("found"), max_length=40, blank=True)
    found = models.CharField(max_length=LONGEST_FOUND, blank=True)
    failures = models.PositiveSmallIntegerField(_("failed checks"), default=0)
    warned_at = models.DateTimeField(_("owner warned at"), null=True)

    objects: ClassVar[WebsiteProofQuerySet] = WebsiteProofQuerySet.as_manager()  # type: ignore[assignment]  # as_manager is typed loosely

    class Meta:
        verbose_name = _("website proof")
        verbose_name_plural = _("website proofs")
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=ProofStatus.values), name="website_proof_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(method__in=["", *Method.values], asked_method__in=["", *Method.values]),
                name="website_method_is_known",
            ),
            models.CheckConstraint(condition=Q(host__regex=r"^[a-z0-9.-]+$"), name="proven_host_is_ascii"),
            models.CheckConstraint(
                condition=Q(token__regex=r"^[a-z2-7]{32}$"),  # noqa: S106  # a pattern
                name="website_token_is_long",
            ),
            models.UniqueConstraint(
                fields=["account", "host"],
                condition=Q(status__in=STANDING),
                name="one_standing_proof_per_account_and_host",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=WAS_PROVEN) | (Q(proven_at__isnull=False) & ~Q(method="")),
                name="a_proven_website_has_a_time_and_a_method",
            ),
            models.CheckConstraint(
                condition=Q(status__in=HOLDING, next_check_at__isnull=False)
                | (~Q(status__in=HOLDING) & Q(next_check_at=None)),
                name="what_is_proven_is_checked_again",
            ),
            models.CheckConstraint(
                condition=~Q(status=ProofStatus.DOUBTED) | Q(warned_at__isnull=False),
                name="a_doubt_was_told",
            ),
            models.CheckConstraint(
                condition=Q(status__in=STANDING, over_at=None)
                | (~Q(status__in=STANDING) & Q(over_at__isnull=False, asked_at=None)),
                name="a_website_proof_that_is_over_rests",
            ),
        ]
        indexes = [
            models.Index(
                fields=["asked_at"], condition=Q(asked_at__isnull=False), name="websites_to_look_at_now"
            ),
            models.Index(
                fields=["next_check_at"],
                condition=Q(next_check_at__isnull=False),
                name="websites_to_check_again",
            ),
            models.Index(fields=["account", "-started_at"], name="proofs_of_an_accounts_website"),
        ]

    def __str__(self) -> str:
        return self.id

    @property
    def is_standing(self) -> bool:
        return self.status in STANDING

    @property
    def holds(self) -> bool:
        return self.status in HOLDING

    def place(self, method: Method) -> Place:
        """Where the token is looked for, and how it is written there."""
        return place(method, self.host, self.token)
