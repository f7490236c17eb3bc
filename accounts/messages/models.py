"""The outbox: every message to a person, from the moment it is due until it was handed over."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.ids import IdField
from accounts.people.models import Language


class Channel(models.TextChoices):
    EMAIL = "email", _("e-mail")
    SMS = "sms", _("SMS")
    VOICE = "voice", _("telephone call")


class MessageStatus(models.TextChoices):
    WAITING = "waiting", _("waiting")
    SENT = "sent", _("sent")
    FAILED = "failed", _("given up")


class MessageQuerySet(models.QuerySet["Message"]):
    def due(self) -> "MessageQuerySet":
        return self.filter(status=MessageStatus.WAITING, next_attempt_at__lte=Now())


class Message(models.Model):
    """One message, written in the transaction that caused it and sent by a job afterwards.

    A secret (a code, or a link that lets somebody in) never stands in the body: it is filled in on the way out,
    and blanked once that is over.
    """

    id = IdField("msg")
    channel = models.CharField(_("channel"), max_length=5, choices=Channel)
    to = models.CharField(_("to"), max_length=254)
    language = models.CharField(_("language"), max_length=2, choices=Language)
    template = models.CharField(_("template"), max_length=60)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    body = models.TextField(_("body"))
    secret = models.CharField(
        max_length=200, blank=True, editable=False, help_text=_("Stands in the body as dots.")
    )
    by = models.CharField(_("caused by"), max_length=40)
    about = models.CharField(_("about"), max_length=40, help_text=_("The typed id of what it is about."))
    status = models.CharField(_("status"), max_length=7, choices=MessageStatus, default=MessageStatus.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    last_error = models.CharField(_("last error"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)
    next_attempt_at = models.DateTimeField(_("next attempt at"), db_default=Now())
    sent_at = models.DateTimeField(_("sent at"), null=True)

    objects: ClassVar[MessageQuerySet] = MessageQuerySet.as_manager()  # type: ignore[assignment]  # as_manager is typed loosely

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("outbox")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=MessageStatus.values), name="message_status_is_known"
            ),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="message_channel_is_known"),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"], condition=Q(status=MessageStatus.WAITING), name="messages_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"{self.template} ({self.status})"
