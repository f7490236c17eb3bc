"""An application, and the lease on it."""

from datetime import datetime
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from accounts.businesses.lists import Category
from accounts.businesses.models import Account
from accounts.clients.models import ClientApp
from accounts.ids import IdField
from accounts.people.models import User
from accounts.pilot.models import Cohort


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
ENDED = (Status.APPROVED, Status.DECLINED, Status.BARRED, Status.WITHDRAWN, Status.LAPSED)
# The registry has the ball: a reviewer reads it, will, or has decided on it.
UNDER_REVIEW = (Status.SUBMITTED, Status.DEFERRED, Status.AWAITING_SECOND, Status.DECIDED)


class Source(models.TextChoices):
    FORM = "form", _("owner's form")
    API = "api", _("partner app")
    IMPORT = "import", _("imported list")


# Of the website, without www. before it; an index holds it.
HOST = Lower(Func(F("website"), Value(r"(?i)^https?://(?:www\.)?([^/:?#]+)"), function="SUBSTRING"))


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
    reference = models.CharField(
        _("reference"),
        max_length=9,
        blank=True,
        db_default="",
        editable=False,
        help_text=_("What the owner tells on the phone; given at the first submission."),
    )
    without_papers = models.BooleanField(
        _("without papers"),
        default=False,
        db_default=False,
        help_text=_("A trader with no registration: a photo of the place and a trade reference stand in."),
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
    due_at = models.DateTimeField(
        _("due"), null=True, editable=False, help_text=_("Empty while the owner has the ball.")
    )
    time_left = models.DurationField(
        null=True,
        editable=False,
        help_text="Working time until it is due, kept while the owner has the ball.",
    )
    risk = models.PositiveSmallIntegerField(
        _("risk"), default=0, db_default=0, editable=False, help_text="Higher comes first in the queue."
    )
    tags = ArrayField(
        models.CharField(max_length=30), default=list, db_default=[], blank=True, verbose_name=_("tags")
    )
    escalated_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("escalated by"),
    )

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
            models.UniqueConstraint(
                fields=["reference"], condition=~Q(reference=""), name="one_application_per_reference"
            ),
        ]
        indexes = [
            models.Index(fields=["status", "submitted_at"], name="application_queue"),
            models.Index(
                fields=["-risk", "due_at", "id"],
                condition=Q(status__in=[Status.SUBMITTED, Status.AWAITING_SECOND]),
                name="applications_to_decide",
            ),
            # The desks with few rows among many, in the order of the queue.
            models.Index(
                fields=["-risk", "due_at", "id"],
                condition=Q(contested=True, status__in=[Status.SUBMITTED, Status.AWAITING_SECOND]),
                name="contested_applications",
            ),
            models.Index(
                fields=["-risk", "due_at", "id"],
                condition=Q(escalated_by__isnull=False, status=Status.SUBMITTED),
                name="escalated_applications",
            ),
            models.Index(
                fields=["-ended_at", "id"], condition=Q(status__in=ENDED), name="ended_applications"
            ),
            GinIndex(SearchVector("display_name", config="simple"), name="applications_by_word"),
            models.Index(fields=["submitted_at", "id"], name="applications_by_age"),
            models.Index(fields=["number"], name="applications_of_a_number"),
            models.Index(fields=["website"], condition=~Q(website=""), name="applications_of_a_website"),
            models.Index(HOST, condition=~Q(website=""), name="applications_of_a_host"),
            GinIndex(fields=["tags"], condition=~Q(tags=[]), name="tagged_applications"),
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

    def lease(self, now: datetime) -> "Claim | None":
        """The claim as it was read with the case, unless it has run out."""
        claim: Claim | None = getattr(self, "claim", None)
        return claim if claim is not None and claim.until > now else None


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


class SavedFilter(models.Model):
    """A view of the queue that a person of the staff comes back to."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_filters")
    name = models.CharField(_("name"), max_length=40)
    query = models.CharField(max_length=400, help_text="The query string of the queue's address.")

    class Meta:
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["person", "name"], name="one_saved_filter_per_person_and_name")
        ]

    def __str__(self) -> str:
        return self.name
