"""Applications and what belongs to one: evidence, questions, claims, decisions. Only services write a status."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.badges.models import Tier
from accounts.businesses.lists import Category
from accounts.businesses.models import Account
from accounts.clients.models import ClientApp
from accounts.ids import IdField
from accounts.people.models import User
from accounts.pilot.models import Cohort
from accounts.sentences import SENTENCES


class Kind(models.TextChoices):
    NEW = "new", _("new")
    RENEWAL = "renewal", _("renewal")
    NAME_CHANGE = "name_change", _("name change")
    NUMBER_CHANGE = "number_change", _("number change")
    PROFILE_CHANGE = "profile_change", _("profile change")
    REINSTATEMENT = "reinstatement", _("reinstatement")


class Status(models.TextChoices):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("submitted")
    NEEDS_INFORMATION = "needs_information", _("waiting for the owner")
    DEFERRED = "deferred", _("deferred")
    AWAITING_SECOND = "awaiting_second", _("waiting for a second reviewer")
    DECIDED = "decided", _("decided, can be taken back")
    APPROVED = "approved", _("approved")
    DECLINED = "declined", _("declined")
    BARRED = "barred", _("barred")
    WITHDRAWN = "withdrawn", _("withdrawn")
    LAPSED = "lapsed", _("lapsed")


OPEN = (
    Status.DRAFT,
    Status.SUBMITTED,
    Status.NEEDS_INFORMATION,
    Status.DEFERRED,
    Status.AWAITING_SECOND,
    Status.DECIDED,
)
# The registry has the ball: a reviewer reads it, will, or has decided on it.
UNDER_REVIEW = (Status.SUBMITTED, Status.DEFERRED, Status.AWAITING_SECOND, Status.DECIDED)


class Source(models.TextChoices):
    FORM = "form", _("owner's form")
    API = "api", _("partner app")
    IMPORT = "import", _("imported list")


class ApplicationQuerySet(models.QuerySet["Application"]):
    def open(self) -> "ApplicationQuerySet":
        return self.filter(status__in=OPEN)

    def created_by(self, client: ClientApp) -> "ApplicationQuerySet":
        return self.filter(account__business__client=client)


class Application(models.Model):
    """One request about an account: the whole profile as it would be after an approval."""

    id = IdField("app")
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="applications", verbose_name=_("account")
    )
    kind = models.CharField(_("kind"), max_length=14, choices=Kind, default=Kind.NEW)
    status = models.CharField(
        _("status"), max_length=17, choices=Status, default=Status.DRAFT, editable=False
    )
    source = models.CharField(_("source"), max_length=6, choices=Source, default=Source.API, editable=False)
    cohort = models.ForeignKey(
        Cohort, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("cohort")
    )
    display_name = models.CharField(_("display name"), max_length=200, blank=True)
    number = models.CharField(_("number"), max_length=16, blank=True, help_text=_("E.164"))
    category = models.CharField(_("category"), max_length=10, choices=Category)
    website = models.URLField(_("website"), max_length=200, blank=True)
    photo = models.URLField(_("photo"), max_length=200, blank=True)
    findings = ArrayField(
        models.CharField(max_length=40),
        default=list,
        editable=False,
        help_text="Name warnings at submission.",
    )
    protected_look_alike = models.BooleanField(_("resembles a protected name"), default=False, editable=False)
    second_wished = models.BooleanField(_("second reviewer wished for"), default=False, editable=False)
    contested = models.BooleanField(_("contested"), default=False, editable=False)
    contest_text = models.TextField(_("objection"), blank=True, max_length=4000, editable=False)
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)
    submitted_at = models.DateTimeField(_("submitted at"), null=True, editable=False)
    changed_at = models.DateTimeField(_("last step at"), db_default=Now(), editable=False)
    ended_at = models.DateTimeField(_("ended at"), null=True, editable=False)
    resume_on = models.DateField(_("deferred until"), null=True, editable=False)
    offered_to = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    offered_until = models.DateTimeField(null=True, editable=False)
    revision = models.PositiveIntegerField(default=1, editable=False, help_text="What If-Match compares.")

    objects: ClassVar[ApplicationQuerySet] = ApplicationQuerySet.as_manager()  # type: ignore[assignment]  # as_manager is typed loosely

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        constraints = [
            models.CheckConstraint(condition=Q(status__in=Status.values), name="application_status_is_known"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="application_kind_is_known"),
            models.UniqueConstraint(
                fields=["account", "kind"],
                condition=Q(status__in=OPEN),
                name="one_open_application_per_account_and_kind",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "submitted_at"], name="application_queue"),
            models.Index(fields=["submitted_at", "id"], name="applications_by_age"),
            models.Index(fields=["account", "-created_at"], name="applications_of_an_account"),
            models.Index(
                fields=["changed_at"],
                condition=Q(status__in=[Status.DRAFT, Status.NEEDS_INFORMATION]),
                name="applications_that_may_lapse",
            ),
            models.Index(
                fields=["number", "-ended_at"],
                condition=Q(status=Status.DECLINED),
                name="declined_applications",
            ),
            models.Index(
                fields=["resume_on"], condition=Q(status=Status.DEFERRED), name="deferred_applications"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.display_name} ({self.get_kind_display()})"


class Evidence(models.Model):
    """A file that shows something about the business. Stored under its hash, outside of any web folder."""

    id = IdField("evd")
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="evidence")
    name = models.CharField(_("file name"), max_length=120)
    content_type = models.CharField(_("type"), max_length=40)
    size = models.PositiveIntegerField(_("size"), help_text=_("Bytes."))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    uploaded_at = models.DateTimeField(_("uploaded at"), db_default=Now(), editable=False)
    uploaded_by = models.CharField(max_length=40, editable=False)

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        constraints = [
            models.UniqueConstraint(
                fields=["application", "sha256"], name="one_copy_of_a_file_per_application"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Question(models.Model):
    """What a reviewer asked the owner, and the answer."""

    id = IdField("qst")
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="questions")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(db_default=Now())
    text = models.TextField(_("question"), max_length=2000)
    answer = models.TextField(_("answer"), max_length=4000, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(answered_at=None),
                name="one_open_question_per_application",
            )
        ]

    def __str__(self) -> str:
        return self.id


class Claim(models.Model):
    """A lease: who works on an application, and until when. Free to others when it ran out."""

    application = models.OneToOneField(
        Application, on_delete=models.CASCADE, primary_key=True, related_name="claim"
    )
    reviewer = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="claims", verbose_name=_("reviewer")
    )
    taken_at = models.DateTimeField(_("taken at"))
    until = models.DateTimeField(_("until"))

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("taken_at")), name="a_claim_lasts_for_a_while")
        ]

    def __str__(self) -> str:
        return f"{self.application_id}"


class Outcome(models.TextChoices):
    APPROVE = "approve", _("approve")
    DECLINE = "decline", _("decline")
    BAR = "bar", _("bar")


class DecisionQuerySet(models.QuerySet["Decision"]):
    def pending(self) -> "DecisionQuerySet":
        """Neither in effect nor undone: at most one an application."""
        return self.filter(undone_at=None, took_effect_at=None)

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
            )
        ]

    def __str__(self) -> str:
        return f"{self.outcome} {self.application_id}"

    @property
    def why_undone(self) -> str:
        """What the overruling reviewer wrote, or the sentence of the code that stands there."""
        sentence = SENTENCES.get(self.undone_reason)
        return sentence.in_language(get_language() or "id") if sentence else self.undone_reason
