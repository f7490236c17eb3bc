"""The outbox: every message to a person, from the moment it is due until it was handed over."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.ids import IdField
from accounts.people import languages


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
    language = models.CharField(_("language"), max_length=languages.LONGEST_CODE, choices=languages.choices)
    template = models.CharField(_("template"), max_length=60)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    body = models.TextField(_("body"))
    secret = models.CharField(
        max_length=200, blank=True, editable=False, help_text=_("Stands in the body as dots.")
    )
    by = models.CharField(_("caused by"), max_length=40)
    about = models.CharField(_("about"), max_length=40, help_text=_("The typed id of what it is about."))
    once = models.CharField(
        _("sent once as"),
        max_length=160,
        null=True,
        editable=False,
        help_text=_("Nothing is sent twice under it."),
    )
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
            models.UniqueConstraint(fields=["once"], name="one_message_under_a_key"),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"], condition=Q(status=MessageStatus.WAITING), name="messages_waiting"
            ),
            # What went to somebody, and about what is theirs: handed out and erased on their wish.
            models.Index(fields=["to"], name="messages_to"),
            models.Index(fields=["about"], name="messages_about"),
        ]

    def __str__(self) -> str:
        return f"{self.template} ({self.status})"


class Outcome(models.TextChoices):
    ACCEPTED = "accepted", _("accepted")
    REFUSED = "refused", _("refused for good")
    FAILED = "failed", _("failed; tried again")
    UNSURE = "unsure", _("no answer; may have been accepted")


class Delivery(models.Model):
    """One attempt to hand a message over, and what the gateway said: kinds and ids, never its words."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="deliveries", verbose_name=_("message"))
    at = models.DateTimeField(_("at"), db_default=Now(), editable=False)
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome)
    error = models.CharField(_("error"), max_length=200, blank=True)
    reference = models.CharField(_("gateway's reference"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="delivery_outcome_is_known")
        ]

    def __str__(self) -> str:
        return self.outcome
