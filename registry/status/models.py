"""What staff and the prober tell about the service: incidents and maintenance, and their updates, which stay."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.ids import IdField
from accounts.text import Text
from registry.status.components import COMPONENTS, KEYS
from registry.status.incidents import ENDED, IMPACTS, LABELS, Impact, Stage
from registry.status.subscribing.models import Subscriber as Subscriber  # Django finds an app's models here
from registry.status.subscribing.models import Telling as Telling
from registry.status.subscribing.models import Wish as Wish

TITLE_LIMIT = 120  # characters
BODY_LIMIT = 5_000
COMPONENT_CHOICES = [(component.key, component.name.en) for component in COMPONENTS]


class IncidentQuerySet(models.QuerySet["Incident"]):
    def open(self) -> "IncidentQuerySet":
        return self.exclude(stage__in=[stage.value for stage in ENDED])

    def ours(self) -> "IncidentQuerySet":
        """Opened by a prober."""
        return self.filter(automatic=True)


class Incident(models.Model):
    """`stage` is the newest update's, `resolved_at` when it was over. With `scheduled_for` it is a maintenance."""

    id = IdField("inc")
    title_id = models.CharField(_("title in Indonesian"), max_length=TITLE_LIMIT)
    title_en = models.CharField(_("title in English"), max_length=TITLE_LIMIT)
    impact = models.CharField(
        _("impact"), max_length=11, choices=[(impact.value, IMPACTS[impact].en) for impact in Impact]
    )
    components = ArrayField(
        models.CharField(max_length=20, choices=COMPONENT_CHOICES), verbose_name=_("components")
    )
    stage = models.CharField(
        _("stage"), max_length=13, choices=[(stage.value, LABELS[stage].en) for stage in Stage]
    )
    automatic = models.BooleanField(_("opened by the prober"), default=False, editable=False)
    started_at = models.DateTimeField(_("started at"))
    resolved_at = models.DateTimeField(_("over at"), null=True, blank=True)
    scheduled_for = models.DateTimeField(_("planned from"), null=True, blank=True)
    scheduled_until = models.DateTimeField(_("planned until"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)

    objects: ClassVar[IncidentQuerySet] = IncidentQuerySet.as_manager()  # type: ignore[assignment]  # as_manager is typed loosely

    class Meta:
        verbose_name = _("incident or maintenance")
        verbose_name_plural = _("incidents and maintenance")
        ordering = ["-started_at", "-id"]
        permissions = [("publish_incident", "Can write incidents, maintenance and their updates")]
        constraints = [
            models.CheckConstraint(
                condition=Q(stage__in=[stage.value for stage in Stage]), name="incident_stage_is_known"
            ),
            models.CheckConstraint(
                condition=Q(impact__in=[impact.value for impact in Impact]), name="incident_impact_is_known"
            ),
            models.CheckConstraint(
                condition=Q(components__contained_by=list(KEYS)), name="incident_components_are_known"
            ),
            models.CheckConstraint(
                condition=Q(resolved_at=None) | Q(resolved_at__gte=F("started_at")),
                name="no_incident_ends_before_it_began",
            ),
            models.CheckConstraint(
                condition=Q(scheduled_for=None, scheduled_until=None)
                | Q(
                    scheduled_for__isnull=False,  # else the comparison below is neither true nor false, which passes
                    scheduled_until__isnull=False,
                    scheduled_until__gt=F("scheduled_for"),
                    impact=Impact.MAINTENANCE.value,
                ),
                name="a_maintenance_has_a_beginning_and_an_end",
            ),
            models.UniqueConstraint(
                fields=["automatic"],
                condition=Q(automatic=True) & ~Q(stage__in=[Stage.RESOLVED.value, Stage.POSTMORTEM.value]),
                name="one_open_incident_of_the_prober",
            ),
        ]
        indexes = [models.Index(fields=["-started_at"], name="incidents_by_start")]

    def __str__(self) -> str:
        return self.title_en

    @property
    def title(self) -> Text:
        return Text(self.title_id, self.title_en)


class IncidentUpdate(models.Model):
    """What was told, and when. The database refuses to change or remove one."""

    id = IdField("upd")
    incident = models.ForeignKey(
        Incident, on_delete=models.PROTECT, related_name="updates", verbose_name=_("incident")
    )
    stage = models.CharField(
        _("stage"), max_length=13, choices=[(stage.value, LABELS[stage].en) for stage in Stage]
    )
    body_id = models.TextField(_("text in Indonesian"), max_length=BODY_LIMIT)
    body_en = models.TextField(_("text in English"), max_length=BODY_LIMIT)
    components = ArrayField(
        models.CharField(max_length=20, choices=COMPONENT_CHOICES), verbose_name=_("components")
    )
    at = models.DateTimeField(_("at"))
    by = models.CharField(_("by"), max_length=40, editable=False, help_text=_("A person, or the system."))

    class Meta:
        verbose_name = _("update")
        verbose_name_plural = _("updates")
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(stage__in=[stage.value for stage in Stage]), name="update_stage_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.stage

    @property
    def body(self) -> Text:
        return Text(self.body_id, self.body_en)
