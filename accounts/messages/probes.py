"""Test messages, by which the status page sees that messages leave: through outbox, queue and worker, as others do."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from accounts.audit.journal import Actor
from accounts.messages import services
from accounts.messages.models import Channel, Message
from accounts.messages.senders import NOBODY
from accounts.messages.templates import PROBE

KEPT = timedelta(minutes=2)  # sent or not: a worker that was away for a day comes back to none of them


@transaction.atomic
def send(channel: Channel, *, by: Actor) -> Message:
    """To PROBE_SINK, through the real mail server; an SMS, or without a sink, to nobody. Its own old ones go."""
    old = sent_by(by).filter(created_at__lt=Now() - KEPT)
    unlocked = old.select_for_update(skip_locked=True)  # one is just being sent, to a gateway that hangs
    Message.objects.filter(pk__in=[message.pk for message in unlocked]).delete()
    sink = settings.PROBE["SINK"] if channel == Channel.EMAIL else ""
    return services.send(PROBE, to=sink or NOBODY, about=by, by=by, channel=channel)


def sent_by(app: Actor) -> QuerySet[Message]:
    return Message.objects.filter(about=str(app.pk), template=PROBE)
