"""The journal (what happened) and the log (what was refused or looked at)."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Event(models.Model):
    """One line of the append-only journal.

    It is three things at once: the registry's history, the outbox that followers read by `seq`, and the
    timeline of a case. What is not an event did not happen.
    """

    seq = models.BigIntegerField(_("number"), primary_key=True, help_text=_("Gap-free, in commit order."))
    at = models.DateTimeField(_("at"), help_text=_("The database's clock."))
    kind = models.CharField(_("kind"), max_length=60)
    by = models.CharField(_("by"), max_length=40, help_text=_("A person, a client app or the system."))
    on = models.CharField(_("on"), max_length=40, help_text=_("The typed id of what it happened to."))
    data = models.JSONField(_("data"), default=dict, help_text=_("Nothing personal."))
    digest = models.BinaryField(
        _("digest"), max_length=32, help_text=_("SHA-256 over the one before and this event.")
    )

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("journal")
        ordering = ["-seq"]
        indexes = [models.Index(fields=["on", "seq"], name="event_timeline")]

    def __str__(self) -> str:
        return f"{self.seq} {self.kind}"


class EventNumber(models.Model):
    """Which number's card an event changed. Erasable, which the chained journal is not: a number is personal."""

    event = models.ForeignKey(Event, on_delete=models.DO_NOTHING, related_name="numbers")
    number = models.CharField(max_length=16)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number", "event"], name="one_change_per_number_and_event")
        ]

    def __str__(self) -> str:
        return f"{self.event_id}"


class LogEntry(models.Model):
    """Refused attempts, views of personal data and alerts: unchained, written after a rollback."""

    at = models.DateTimeField(_("at"), db_default=Now(), editable=False)
    kind = models.CharField(_("kind"), max_length=60)
    by = models.CharField(_("by"), max_length=40)
    on = models.CharField(_("on"), max_length=40)
    data = models.JSONField(_("data"), default=dict)

    class Meta:
        verbose_name = _("log entry")
        verbose_name_plural = _("log of refusals and views")
        ordering = ["-id"]
        indexes = [models.Index(fields=["on", "id"], condition=Q(kind="refused"), name="refusals_on_a_thing")]

    def __str__(self) -> str:
        return f"{self.kind} {self.on}"
