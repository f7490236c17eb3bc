"""What a reviewer decided, why, and whether another one agrees."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.badges.models import Tier
from accounts.ids import IdField
from accounts.people.models import User
from accounts.sentences import SENTENCES
from accounts.spoken import spoken
from accounts.verification.models.application import Application


class ReasonFor(models.TextChoices):
    ASK = "ask", _("a question to the owner")
    DECLINE = "decline", _("a decline")
    BAR = "bar", _("a bar")


class Reason(models.Model):
    """A coded reason with the sentence that the owner reads, in both languages; `{placeholders}` are filled in."""

    code = models.SlugField(_("code"), max_length=40, primary_key=True)
    use = models.CharField(_("for"), max_length=7, choices=ReasonFor)
    text_id = models.TextField(_("Indonesian"), max_length=500)
    text_en = models.TextField(_("English"), max_length=500)
    field = models.CharField(
        _("field"), max_length=20, blank=True, help_text=_("The field that a question is about.")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    retired_at = models.DateTimeField(_("retired at"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("reason")
        verbose_name_plural = _("reasons")
        ordering = ["use", "position", "code"]
        constraints = [
            models.CheckConstraint(condition=Q(use__in=ReasonFor.values), name="reason_use_is_known")
        ]

    def __str__(self) -> str:
        return self.code


class Outcome(models.TextChoices):
    APPROVE = "approve", _("approve")
    DECLINE = "decline", _("decline")
    BAR = "bar", _("bar")


class DecisionQuerySet(models.QuerySet["Decision"]):
    def pending(self) -> "DecisionQuerySet":
        """Neither in effect nor undone: at most one an application."""
        return self.filter(undone_at=None, took_effect_at=None)

    def undoable(self, by: User, now: datetime | Now) -> "DecisionQuerySet":
        """What a person can still take back: see `Decision.is_undoable`."""
        return self.pending().filter(Q(author=by) | Q(seconded_by=by), effective_at__gt=now)

    def overruled(self) -> "DecisionQuerySet":
        return self.filter(overruled=True)


class Decision(models.Model):
    """What a reviewer decided. It takes effect at `effective_at`; until then, its author can take it back.

    Two uses: the pending one is the application's present decision, the others are its history.
    """

    id = IdField("dec")
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="decisions")
    outcome = models.CharField(_("outcome"), max_length=7, choices=Outcome)
    tier = models.CharField(_("tier"), max_length=9, choices=Tier, blank=True)
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    wording = models.JSONField(
        default=dict,
        db_default=models.Value({}, models.JSONField()),
        editable=False,
        help_text="The reason's sentence as it was sent, by language.",
    )
    message = models.TextField(_("message to the owner"), max_length=2000, blank=True)
    note = models.TextField(_("internal note"), max_length=2000, blank=True)
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("decided by"))
    decided_at = models.DateTimeField(_("decided at"), db_default=Now())
    seconded_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("seconded by")
    )
    effective_at = models.DateTimeField(_("takes effect at"), null=True)
    took_effect_at = models.DateTimeField(_("took effect at"), null=True)
    undone_at = models.DateTimeField(_("undone at"), null=True)
    undone_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    overruled = models.BooleanField(_("overruled"), default=False)
    undone_reason = models.CharField(_("why undone"), max_length=500, blank=True)
    told_at = models.DateTimeField(
        null=True, editable=False, help_text="When its author took notice that somebody else undid it."
    )

    objects: ClassVar[DecisionQuerySet] = DecisionQuerySet.as_manager()  # type: ignore[assignment]  # as_manager is typed loosely

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(undone_at=None, took_effect_at=None),
                name="one_pending_decision_per_application",
            ),
            models.CheckConstraint(
                condition=Q(seconded_by=None) | ~Q(seconded_by=F("author")), name="four_eyes_are_two_people"
            ),
            models.CheckConstraint(
                condition=~Q(overruled=True) | ~Q(undone_by=F("author")), name="nobody_overrules_themselves"
            ),
            models.CheckConstraint(
                condition=Q(took_effect_at=None) | Q(undone_at=None), name="what_took_effect_is_not_undone"
            ),
            models.CheckConstraint(
                condition=Q(outcome=Outcome.APPROVE, tier__in=Tier.values)
                | Q(outcome__in=[Outcome.DECLINE, Outcome.BAR], tier=""),
                name="an_approval_names_its_tier",
            ),
        ]
        indexes = [
            models.Index(
                fields=["effective_at"],
                condition=Q(took_effect_at=None, undone_at=None),
                name="decisions_to_take_effect",
            ),
            models.Index(
                fields=["author"],
                condition=Q(undone_at__isnull=False, told_at=None),
                name="decisions_undone_and_not_told",
            ),
            models.Index(fields=["decided_at"], name="decisions_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} {self.application_id}"

    @property
    def is_pending(self) -> bool:
        return self.undone_at is None and self.took_effect_at is None

    def is_undoable(self, now: datetime) -> bool:
        """Its undo window is open. One that waits for a second reviewer has none yet."""
        return self.is_pending and self.effective_at is not None and self.effective_at > now

    @property
    def why_undone(self) -> str:
        """What the overruling reviewer wrote, or the sentence of the code that stands there."""
        sentence = SENTENCES.get(self.undone_reason)
        return spoken(sentence) if sentence else self.undone_reason


class QualityCheck(models.Model):
    """An approval drawn by chance, to be judged again by somebody who does not see how it was decided."""

    id = IdField("qlt")
    decision = models.OneToOneField(Decision, on_delete=models.CASCADE, related_name="quality_check")
    author = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", help_text="Of the decision, for the rule below."
    )
    drawn_at = models.DateTimeField(_("drawn at"), db_default=Now(), editable=False)
    checked_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("checked by")
    )
    checked_at = models.DateTimeField(_("checked at"), null=True)
    agrees = models.BooleanField(_("would have approved"), null=True)
    note = models.TextField(_("note"), max_length=2000, blank=True)

    class Meta:
        verbose_name = _("quality check")
        verbose_name_plural = _("quality checks")
        constraints = [
            models.CheckConstraint(
                condition=Q(checked_by=None) | ~Q(checked_by=F("author")),
                name="nobody_checks_their_own_approval",
            ),
            models.CheckConstraint(
                condition=Q(checked_at=None, checked_by=None, agrees=None)
                | Q(checked_at__isnull=False, checked_by__isnull=False, agrees__isnull=False),
                name="a_quality_check_is_open_or_answered",
            ),
        ]
        indexes = [
            models.Index(fields=["drawn_at"], condition=Q(checked_at=None), name="quality_checks_to_do")
        ]

    def __str__(self) -> str:
        return self.id
