"""Who is told of incidents by e-mail, who has asked for it, and how far the telling has come."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.ids import IdField
from accounts.people import languages

LONGEST_ADDRESS = 254  # characters
LONGEST_ID = 30  # of a typed id


class Wish(models.Model):
    """Somebody asked that an address be written to; whoever reads its mail has not said yes, or not long ago.

    The link's token is in the message only; here is its SHA-256.
    """

    id = IdField("wsh")
    address = models.CharField(max_length=LONGEST_ADDRESS)
    language = models.CharField(max_length=languages.LONGEST_CODE, choices=languages.choices)
    digest = models.BinaryField(max_length=32)
    asked_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["address"], name="one_wish_per_address"),
            models.UniqueConstraint(fields=["digest"], name="one_wish_per_link"),
        ]
        indexes = [models.Index(fields=["asked_at"], name="wishes_by_age")]

    def __str__(self) -> str:
        return self.id


class Subscriber(models.Model):
    """An address whose reader said yes. To stop deletes the row."""

    id = IdField("sub")
    address = models.CharField(max_length=LONGEST_ADDRESS)
    language = models.CharField(max_length=languages.LONGEST_CODE, choices=languages.choices)
    confirmed_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("subscriber")
        verbose_name_plural = _("subscribers")
        constraints = [models.UniqueConstraint(fields=["address"], name="one_subscriber_per_address")]

    def __str__(self) -> str:
        return self.id


class Telling(models.Model):
    """One mail to each subscriber: of an update, or of several of one incident that came before anybody was told.

    It is kept when it is finished: what stands in none is told with the next update.
    """

    id = IdField("tel")
    incident = models.ForeignKey("status.Incident", on_delete=models.CASCADE, related_name="+")
    updates = ArrayField(models.CharField(max_length=LONGEST_ID), help_text="Their ids, from the oldest on.")
    written_at = models.DateTimeField(help_text="Who subscribed later is not told.")
    reached = models.CharField(max_length=LONGEST_ID, blank=True, help_text="The last subscriber it went to.")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["id"], condition=Q(finished_at=None), name="tellings_open")]

    def __str__(self) -> str:
        return self.id
