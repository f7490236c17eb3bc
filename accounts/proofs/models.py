"""Proofs: what was shown, how and when; and the codes that show a number."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts import codes
from accounts.businesses.models import Account
from accounts.ids import IdField
from accounts.people.models import User


class ProofMethod(models.TextChoices):
    PHONE_CODE = "phone_code", _("six-digit code")
    CALL_BACK = "call_back", _("call-back by a reviewer")


class NumberProofQuerySet(models.QuerySet["NumberProof"]):
    def standing(self) -> "NumberProofQuerySet":
        return self.filter(failed_at=None)

    def of(self, account: Account, number: str | None) -> "NumberProofQuerySet":
        return self.filter(account=account, number=number)


class NumberProof(models.Model):
    """An account showed that it answers at a number. It stands until a re-proof fails."""

    id = IdField("prf")
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="number_proofs", verbose_name=_("account")
    )
    number = models.CharField(_("number"), max_length=16)
    method = models.CharField(_("method"), max_length=10, choices=ProofMethod)
    proven_at = models.DateTimeField(_("proven at"), db_default=Now(), editable=False)
    recorded_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    note = models.CharField(_("note"), max_length=500, blank=True)
    failed_at = models.DateTimeField(_("failed at"), null=True, editable=False)

    objects: ClassVar[NumberProofQuerySet] = NumberProofQuerySet.as_manager()  # type: ignore[assignment]  # as_manager is typed loosely

    class Meta:
        verbose_name = _("number proof")
        verbose_name_plural = _("number proofs")
        constraints = [
            models.CheckConstraint(condition=Q(method__in=ProofMethod.values), name="proof_method_is_known"),
            models.UniqueConstraint(
                fields=["account", "number", "method"],
                condition=Q(failed_at=None),
                name="one_standing_proof_per_number_and_method",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.proven_at:%Y-%m-%d}"


class NumberCode(models.Model):
    """A six-digit code on its way to a number: hashed, single use, ten minutes, five guesses."""

    id = IdField("cod")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    number = models.CharField(max_length=16)
    digest = models.BinaryField(max_length=32)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    guesses = models.PositiveSmallIntegerField(default=0)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(guesses__lte=codes.GUESSES), name="at_most_five_guesses"),
            models.UniqueConstraint(
                fields=["account", "number"],
                condition=Q(closed_at=None),
                name="one_open_code_per_account_and_number",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="a_code_lives_for_a_while"
            ),
        ]
        indexes = [
            models.Index(fields=["number", "created_at"], name="codes_sent_to_a_number"),
            models.Index(fields=["created_at"], name="codes_by_age"),
        ]

    def __str__(self) -> str:
        return self.id
