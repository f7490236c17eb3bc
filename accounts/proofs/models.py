"""Proofs: what was shown, how and when; the codes that show a number; and who says that a number is theirs now."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts import codes
from accounts.businesses.models import Account
from accounts.ids import IdField
from accounts.messages.models import Channel
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
    channel = models.CharField(max_length=5, choices=Channel, default=Channel.SMS, db_default=Channel.SMS)
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


class ReproofOutcome(models.TextChoices):
    PROVEN = "proven", _("proven again")
    FAILED = "failed", _("not proven in time")
    CALLED_OFF = "called_off", _("called off")


class NumberReproofQuerySet(models.QuerySet["NumberReproof"]):
    def open(self) -> "NumberReproofQuerySet":
        return self.filter(closed_at=None)


class NumberReproof(models.Model):
    """An account was asked to prove a number that it holds again, until a date. What stands is kept till then."""

    id = IdField("rpf")
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="reproofs", verbose_name=_("account")
    )
    number = models.CharField(_("number"), max_length=16)
    asked_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        help_text="Of the staff; null where a claim asks.",
    )
    asked_at = models.DateTimeField(_("asked at"), db_default=Now(), editable=False)
    due_at = models.DateTimeField(_("due at"))
    closed_at = models.DateTimeField(_("closed at"), null=True, editable=False)
    outcome = models.CharField(_("outcome"), max_length=10, choices=ReproofOutcome, blank=True)

    objects: ClassVar[NumberReproofQuerySet] = NumberReproofQuerySet.as_manager()  # type: ignore[assignment]  # as_manager is typed loosely

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "number"],
                condition=Q(closed_at=None),
                name="one_open_reproof_per_account_and_number",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, outcome="")
                | Q(closed_at__isnull=False, outcome__in=ReproofOutcome.values),
                name="a_reproof_is_open_or_has_an_outcome",
            ),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(closed_at=None), name="open_reproofs")]

    def __str__(self) -> str:
        return self.id


class ClaimOutcome(models.TextChoices):
    KEPT = "kept", _("whoever had the number keeps it")
    GIVEN = "given", _("the number went to whoever claimed it")
    WITHDRAWN = "withdrawn", _("the claim was withdrawn")


class NumberClaimQuerySet(models.QuerySet["NumberClaim"]):
    def open(self) -> "NumberClaimQuerySet":
        return self.filter(settled_at=None)


class NumberClaim(models.Model):
    """An account says that a number which another one holds is its own now, and has answered there.

    The holder is asked to prove the number again. Whoever locks the holder's account may settle.
    """

    id = IdField("clm")
    number = models.CharField(_("number"), max_length=16)
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="number_claims", verbose_name=_("claimed by")
    )
    holder = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="claims_against", verbose_name=_("held by")
    )
    reproof = models.ForeignKey(NumberReproof, on_delete=models.CASCADE, related_name="claims")
    opened_at = models.DateTimeField(_("opened at"), db_default=Now(), editable=False)
    settled_at = models.DateTimeField(_("settled at"), null=True, editable=False)
    settled_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("settled by"),
    )
    outcome = models.CharField(_("outcome"), max_length=9, choices=ClaimOutcome, blank=True, editable=False)
    note = models.TextField(_("note"), blank=True, max_length=2000)

    objects: ClassVar[NumberClaimQuerySet] = NumberClaimQuerySet.as_manager()  # type: ignore[assignment]  # as_manager is typed loosely

    class Meta:
        verbose_name = _("claim of a number")
        verbose_name_plural = _("claims of numbers")
        constraints = [
            models.UniqueConstraint(
                fields=["number"], condition=Q(settled_at=None), name="one_open_claim_per_number"
            ),
            models.CheckConstraint(condition=~Q(account=F("holder")), name="nobody_claims_their_own_number"),
            models.CheckConstraint(
                condition=Q(settled_at=None, outcome="")
                | Q(settled_at__isnull=False, outcome__in=ClaimOutcome.values),
                name="a_number_claim_is_open_or_settled",
            ),
        ]
        indexes = [
            models.Index(fields=["opened_at"], condition=Q(settled_at=None), name="open_number_claims"),
            models.Index(
                fields=["-settled_at"], condition=Q(settled_at__isnull=False), name="settled_number_claims"
            ),
        ]

    def __str__(self) -> str:
        return self.id
