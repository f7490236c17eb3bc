"""Cohorts: who may apply, from when, until when, and how many (R6)."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.businesses.models import Account
from accounts.ids import IdField


class CohortQuerySet(models.QuerySet["Cohort"]):
    def open(self) -> "CohortQuerySet":
        return self.filter(Q(opens_at__lte=Now()), Q(closes_at=None) | Q(closes_at__gt=Now()))


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
