"""What users of client apps report about accounts, and the cases that reports gather on."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.businesses.models import Account
from accounts.clients.models import ClientApp
from accounts.ids import IdField
from accounts.people.models import User

TEXT_LIMIT = 1_000  # characters
MOST_REPORTERS, LONGEST_DAYS = 1_000, 365


class ReportReason(models.TextChoices):
    IMPERSONATION = "impersonation", _("imitates another business")
    FRAUD = "fraud", _("fraud")
    SPAM = "spam", _("messages nobody asked for")
    WRONG_BUSINESS = "wrong_business", _("not the business it says")
    OFFENSIVE = "offensive", _("offensive")
    OTHER = "other", _("something else")


class Threshold(models.Model):
    """The one row that says when the reports of an account make a case. Its migration makes it."""

    id = IdField("thr")
    reporters = models.PositiveSmallIntegerField(
        _("reporters"),
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_REPORTERS)],
        help_text=_("So many different people, over all client apps, make a case."),
    )
    within_days = models.PositiveSmallIntegerField(
        _("within"),
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_DAYS)],
        help_text=_("Days. What was reported earlier does not count."),
    )
    only = models.BooleanField(default=True, unique=True, editable=False)

    class Meta:
        verbose_name = _("threshold")
        verbose_name_plural = _("threshold")
        constraints = [
            models.CheckConstraint(condition=Q(only=True), name="one_threshold"),
            models.CheckConstraint(
                condition=Q(reporters__range=(1, MOST_REPORTERS), within_days__range=(1, LONGEST_DAYS)),
                name="a_threshold_can_be_reached",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reporters} / {self.within_days}"


class Outcome(models.TextChoices):
    ACTED = "acted", _("acted on")
    DISMISSED = "dismissed", _("dismissed")
    ACCOUNT_CLOSED = "account_closed", _("the account closed")


class ReportCaseQuerySet(models.QuerySet["ReportCase"]):
    def open(self) -> "ReportCaseQuerySet":
        return self.filter(closed_at=None)


class ReportCase(models.Model):
    """The reports of one account that a reviewer looks into together."""

    id = IdField("rpc")
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="report_cases", verbose_name=_("account")
    )
    opened_at = models.DateTimeField(_("opened at"), db_default=Now(), editable=False)
    closed_at = models.DateTimeField(_("closed at"), null=True, editable=False)
    closed_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("closed by"),
    )
    outcome = models.CharField(_("outcome"), max_length=14, choices=Outcome, blank=True)
    note = models.TextField(_("note"), max_length=2000, blank=True)

    objects: ClassVar[ReportCaseQuerySet] = ReportCaseQuerySet.as_manager()  # type: ignore[assignment]  # as_manager is typed loosely

    class Meta:
        verbose_name = _("case of reports")
        verbose_name_plural = _("cases of reports")
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(closed_at=None), name="one_open_report_case_per_account"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, outcome="", closed_by=None)
                | Q(closed_at__isnull=False, outcome=Outcome.ACCOUNT_CLOSED)
                | Q(
                    closed_at__isnull=False,
                    outcome__in=[Outcome.ACTED, Outcome.DISMISSED],
                    closed_by__isnull=False,
                ),
                name="a_report_case_is_open_or_closed",
            ),
        ]
        indexes = [
            models.Index(fields=["opened_at"], condition=Q(closed_at=None), name="open_report_cases"),
            models.Index(
                fields=["-closed_at"], condition=Q(closed_at__isnull=False), name="closed_report_cases"
            ),
        ]

    def __str__(self) -> str:
        return self.id


class ReportQuerySet(models.QuerySet["Report"]):
    def sent_by(self, client: ClientApp) -> "ReportQuerySet":
        return self.filter(client=client)

    def ungathered(self) -> "ReportQuerySet":
        return self.filter(case=None)


class Report(models.Model):
    """What one user of a client app says about an account. Who that is, only the client app knows."""

    id = IdField("rpt")
    # The unique constraint's index starts with the account.
    account = models.ForeignKey(
        Account,
        on_delete=models.CASCADE,
        related_name="reports",
        verbose_name=_("account"),
        db_index=False,
    )
    case = models.ForeignKey(
        ReportCase, on_delete=models.SET_NULL, null=True, related_name="reports", verbose_name=_("case")
    )
    client = models.ForeignKey(
        ClientApp, on_delete=models.PROTECT, related_name="+", verbose_name=_("client app")
    )
    reporter = models.BinaryField(
        max_length=32, editable=False, help_text="HMAC-SHA-256 of the app's id for them."
    )
    number = models.CharField(_("number"), max_length=16)
    reason = models.CharField(_("reason"), max_length=14, choices=ReportReason)
    text = models.CharField(_("text"), max_length=TEXT_LIMIT, blank=True)
    day = models.DateField(_("day"), help_text=_("In the time zone of the registry's staff."))
    received_at = models.DateTimeField(_("received at"), db_default=Now(), editable=False)

    objects: ClassVar[ReportQuerySet] = ReportQuerySet.as_manager()  # type: ignore[assignment]  # as_manager is typed loosely

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [
            models.UniqueConstraint(
                fields=["account", "client", "reporter", "day"],
                name="one_report_a_day_per_account_and_reporter",
            ),
            models.CheckConstraint(
                condition=Q(reason__in=ReportReason.values), name="report_reason_is_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=["account", "received_at"],
                include=["reporter"],
                condition=Q(case=None),
                name="reports_not_gathered",
            ),
            models.Index(fields=["-received_at"], name="newest_reports"),
        ]

    def __str__(self) -> str:
        return self.id

    @property
    def state(self) -> str:
        """What the sender learns: no more than that it is done."""
        if self.case is None or self.case.closed_at is None:
            return "received"
        return "acted_on" if self.case.outcome == Outcome.ACTED else "dismissed"
