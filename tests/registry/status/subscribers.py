"""Subscribers, and something to tell them."""

from accounts.contacts.reading import Contact
from accounts.messages.models import Message
from accounts.people.models import User
from registry.status import services as status
from registry.status.models import Incident
from registry.status.subscribing import services
from registry.status.subscribing.models import Subscriber

HERE, THERE = "203.0.113.7", "198.51.100.9"
SITI = Contact("email", "siti@owner.example")
WORDS = {
    "title_id": "Pencarian lambat",
    "title_en": "Slow look-ups",
    "body_id": "Kami sedang melihatnya.",
    "body_en": "We are looking at it.",
}


def ask(contact: Contact = SITI, *, language: str = "id", network: str = HERE) -> None:
    services.ask(contact, language=language, network=network)


def sent_token(contact: Contact = SITI) -> str:
    """Of the newest link to say yes by."""
    message = Message.objects.filter(to=contact.value, template="status_confirm").order_by("-pk")[0]
    return message.secret.split("/")[-2]


def subscribe(address: str = SITI.value, language: str = "id") -> Subscriber:
    return Subscriber.objects.create(address=address, language=language)


def many(count: int) -> None:
    Subscriber.objects.bulk_create(
        Subscriber(address=f"somebody{number}@owner.example", language="id") for number in range(count)
    )


def publish(by: User) -> Incident:
    return status.open_incident(**WORDS, impact="minor", components=["lookups"], by=by)


def follow(incident: Incident, body: str, *, stage: str = "identified", by: User) -> Incident:
    seen = incident.updates.order_by("at").last()
    assert seen is not None
    return status.update(incident, stage=stage, body_id=body, body_en=f"{body} (en)", seen=seen.pk, by=by)
