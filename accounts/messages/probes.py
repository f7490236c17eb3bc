"""Test messages, by which the status page sees that messages leave: through outbox, queue and worker, as others do."""

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.db import models, transaction
from django.db.models import Min, QuerySet
from django.db.models.functions import Now

from accounts.audit.journal import Actor
from accounts.errors import TooMany
from accounts.messages import services
from accounts.messages.jobs import LONGEST_RETRY_AFTER
from accounts.messages.models import Channel, Delivery, Message, Outcome
from accounts.messages.senders import NOBODY
from accounts.messages.templates import PROBE

KEPT = timedelta(minutes=2)  # sent or not: a worker that was away for a day comes back to none of them
MOST_KEPT = 300  # of one app: a prober that asks each second has 240

LOOKED_BACK = (
    3 * LONGEST_RETRY_AFTER / 2
)  # at night only what is tried again tells that a gateway is still dead
MOST_LOOKED_AT = 5_000  # attempts, of all channels: a mail to each subscriber is one
STRETCH = 500  # of them
ENOUGH = 3  # messages
REFUSED_FOR_NOW = "smtp_4"  # an address by the mail server (senders.py)


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
    """Of the last hour and a half. It fails where not one of the last three messages was handed over; one whose
    address is refused, for good or for now (anybody may name a domain that does not answer), says something of its
    reader alone.
    """
    came: dict[str, bool] = {}
    for message, outcome in _last_tried(channel):
        came.setdefault(message, outcome == Outcome.ACCEPTED)
        if len(came) == ENOUGH:
            break
    if any(came.values()):
        return Gateway.WORKS
    return Gateway.FAILS if len(came) == ENOUGH else Gateway.UNKNOWN


def _last_tried(channel: Channel) -> Iterator[tuple[str, str]]:
    """Messages to people, and what came of each attempt, from the last one on.

    In stretches: each is found by its key, while of them all the database would rather read every message there is.
    """
    newest = Delivery.objects.order_by("-id").values_list("pk", flat=True).first() or 0
    late = Delivery.objects.filter(pk__gt=newest - MOST_LOOKED_AT, at__gt=Now() - LOOKED_BACK)
    oldest = late.aggregate(oldest=Min("pk"))["oldest"] or newest + 1
    for end in range(newest, oldest - 1, -STRETCH):
        yield from (
            late.filter(pk__gt=end - STRETCH, pk__lte=end, message__channel=channel)
            .exclude(message__template=PROBE)
            .exclude(outcome=Outcome.REFUSED)
            .exclude(outcome=Outcome.FAILED, error__startswith=REFUSED_FOR_NOW)
            .order_by("-id")
            .values_list("message_id", "outcome")
        )
