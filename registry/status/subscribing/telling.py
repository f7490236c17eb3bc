"""What was published goes to each subscriber, once.

A job writes a few hundred messages into the outbox in one transaction with how far it has come: killed at any
moment, it goes on where it was. And only while few of them wait: the codes that people sign in with go by the same
queue, and an outage is no time to keep them waiting behind ten thousand mails.
"""

from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from accounts import clock
from accounts.audit.journal import SYSTEM
from accounts.messages import services as messages
from accounts.messages.models import Message, MessageStatus
from accounts.messages.services import Recipient
from accounts.text import Text
from registry.status import times
from registry.status.components import BY_KEY
from registry.status.incidents import Stage
from registry.status.models import Incident, IncidentUpdate
from registry.status.subscribing import tokens
from registry.status.subscribing.models import Subscriber, Telling

TEMPLATE = "status_update"
CHUNK = 200  # messages in one transaction
NEWS = Text("{stage}, {time}\n{body}", "{stage}, {time}\n{body}")
PLANNED = Text("Dari {start}\nsampai {end}", "From {start}\nto {end}")
PAGE = Text("{registry}/status/id/", "{registry}/status/en/")
MOST_WAITING = 400  # messages of ours in the outbox, when more are written


def something_is_left() -> bool:
    return Telling.objects.filter(finished_at=None).exists()


def enough_is_waiting() -> bool:
    waiting = Message.objects.filter(status=MessageStatus.WAITING, template=TEMPLATE)
    return waiting.count() > MOST_WAITING - CHUNK


@transaction.atomic
def tell_some() -> None:
    """Write to the next subscribers of the oldest telling. Locked: who stops meanwhile waits, and gets none."""
    due = Telling.objects.select_for_update(of=("self",)).select_related("incident")
    telling = due.filter(finished_at=None).order_by("pk").first()
    if telling is None:
        return
    further = Q(pk__gt=telling.reached) if telling.reached else Q()
    subscribers = Subscriber.objects.filter(further, confirmed_at__lte=telling.written_at).order_by("pk")
    chunk = list(subscribers.select_for_update(no_key=True)[:CHUNK])
    if chunk:
        _write(telling, chunk)
        telling.reached = chunk[-1].pk
    if len(chunk) < CHUNK:
        telling.finished_at = clock.now()
    telling.save(update_fields=["reached", "finished_at"])


def _write(telling: Telling, chunk: Sequence[Subscriber]) -> None:
    updates = IncidentUpdate.objects.filter(pk__in=telling.updates).order_by("at", "pk")
    recipients = [
        Recipient(
            subscriber.address,
            subscriber.language,
            about=subscriber,
            secret=reverse("status_stop", args=[tokens.to_stop(subscriber.pk)]),
            once=f"{TEMPLATE}:{telling.pk}:{subscriber.pk}",
        )
        for subscriber in chunk
    ]
    messages.send_to_each(TEMPLATE, recipients, by=SYSTEM, params=_words(telling.incident, list(updates)))


def _words(incident: Incident, updates: Sequence[IncidentUpdate]) -> dict[str, object]:
    names = [BY_KEY[key].name for key in incident.components if key in BY_KEY]
    news = [_planned(incident)] if incident.scheduled_for and incident.scheduled_until else []
    for update in updates:
        heading, body = Stage(update.stage).label, update.body
        when = times.full(update.at)
        news.append(NEWS.format(stage=heading, time=when, body=body))
    return {
        "title": incident.title,
        "stage": Stage(updates[-1].stage).label,
        "news": Text("\n\n".join(one.id for one in news), "\n\n".join(one.en for one in news)),
        "components": Text(", ".join(name.id for name in names), ", ".join(name.en for name in names)),
        "page": PAGE.format(registry=settings.PUBLIC_URL),
    }


def _planned(incident: Incident) -> Text:
    assert incident.scheduled_for and incident.scheduled_until  # as whoever calls has seen
    start, end = times.full(incident.scheduled_for), times.full(incident.scheduled_until)
    return PLANNED.format(start=start, end=end)
