"""Test messages, by which the status page sees that messages leave: through outbox, queue and worker, as others do."""

from datetime import timedelta

from django.conf import settings
from django.db import models, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from accounts.audit.journal import Actor
from accounts.errors import TooMany
from accounts.messages import services
from accounts.messages.jobs import MAIL, TELEPHONE
from accounts.messages.models import Channel, Delivery, Message, Outcome
from accounts.messages.senders import NOBODY
from accounts.messages.templates import PROBE

KEPT = timedelta(minutes=2)  # sent or not: a worker that was away for a day comes back to none of them
MOST_KEPT = 300  # of one app: a prober that asks each second has 240

LOOKED_BACK = timedelta(minutes=15)
MOST_LOOKED_AT = 500  # attempts; the log of them is long
ENOUGH = 3  # messages


class Gateway(models.TextChoices):
    """What became of the last messages to people: a test message to nobody does not get as far."""

    WORKS = "works"
    FAILS = "fails"
    UNKNOWN = "unknown"


@transaction.atomic
def send(channel: Channel, *, by: Actor) -> Message:
    """To PROBE_SINK, through the real mail server; an SMS, or without a sink, to nobody. Its own old ones go.

    Raises TooMany throttled: whoever has the key could else fill the outbox, and the sink.
    """
    old = sent_by(by).filter(created_at__lt=Now() - KEPT)
    unlocked = old.select_for_update(skip_locked=True)  # one is just being sent, to a gateway that hangs
    Message.objects.filter(pk__in=[message.pk for message in unlocked]).delete()
    if sent_by(by).count() >= MOST_KEPT:
        raise TooMany("throttled", retry_after=int(KEPT.total_seconds()))
    sink = settings.PROBE["SINK"] if channel == Channel.EMAIL else ""
    return services.send(PROBE, to=sink or NOBODY, about=by, by=by, channel=channel)


def sent_by(app: Actor) -> QuerySet[Message]:
    return Message.objects.filter(about=str(app.pk), template=PROBE)


def gateway(channel: Channel) -> Gateway:
    """Of the last quarter of an hour. It fails where not one of the last three messages was handed over; one that is
    refused for good says something of its reader alone.
    """
    last = Delivery.objects.order_by("-id").values("pk")[:MOST_LOOKED_AT]
    tried = (
        Delivery.objects.filter(pk__in=last, at__gt=Now() - LOOKED_BACK)
        .filter(message__channel__in=MAIL if channel in MAIL else TELEPHONE)
        .exclude(message__template=PROBE)
        .exclude(outcome=Outcome.REFUSED)
        .order_by("-id")
    )
    came: dict[str, bool] = {}
    for message, outcome in tried.values_list("message_id", "outcome"):
        came.setdefault(message, outcome == Outcome.ACCEPTED)
        if len(came) == ENOUGH:
            break
    if any(came.values()):
        return Gateway.WORKS
    return Gateway.FAILS if len(came) == ENOUGH else Gateway.UNKNOWN
