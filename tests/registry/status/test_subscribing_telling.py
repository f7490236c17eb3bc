"""What is published goes to each subscriber once: whoever stops, joins, or dies meanwhile."""

import email
import tracemalloc
from collections.abc import Iterator
from datetime import timedelta
from email import policy
from email.message import EmailMessage
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from procrastinate.contrib.django import app

from accounts import clock
from accounts.ids import new_id
from accounts.messages import jobs as outbox
from accounts.messages.models import Message, MessageStatus
from accounts.people.models import User
from accounts.text import Text
from registry.status import incidents as told
from registry.status import services as status
from registry.status.incidents import Impact, Stage
from registry.status.subscribing import jobs, services, telling, tokens
from registry.status.subscribing.models import Subscriber, Telling
from tests.messages import companies
from tests.messages.companies import MailCompany
from tests.racing import hesitate, race
from tests.registry.status.subscribers import ask, follow, many, publish, subscribe

pytestmark = pytest.mark.usefixtures("db_of_the_test")
TEMPLATE = telling.TEMPLATE


@pytest.fixture
def company(settings: Any) -> Iterator[MailCompany]:
    with companies.mail_company() as company:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", company.port, False
        yield company


def tell() -> None:
    """As the job does, without its pauses."""
    while telling.something_is_left():
        telling.tell_some()


def written_to() -> list[str]:
    return sorted(Message.objects.filter(template=TEMPLATE).values_list("to", flat=True))


def test_each_reads_it_in_their_language_with_a_way_to_stop(olga: User, company: MailCompany) -> None:
    siti, kai = subscribe("siti@owner.example", "id"), subscribe("kai@app.example", "en")
    publish(olga)
    jobs.tell_subscribers()
    assert written_to() == ["kai@app.example", "siti@owner.example"]
    token = tokens.to_stop(kai.pk)
    assert token not in "".join(Message.objects.values_list("body", flat=True))
    while outbox.deliver_next():
        pass
    assert not Message.objects.exclude(secret="").exists()
    mails: dict[str, EmailMessage] = {}
    for raw in company.received:
        mail = email.message_from_bytes(raw.encode(), policy=policy.default)
        assert isinstance(mail, EmailMessage)
        mails[str(mail["To"])] = mail
    english, indonesian = mails[kai.address], mails[siti.address]
    assert english["Subject"] == "Service news: Slow look-ups (Investigating)"
    stop = f"{settings.PUBLIC_URL}{reverse('status_stop', args=[token])}"
    text = english.get_content()
    assert "We are looking at it." in text and "WIB" in text and "UTC)" in text
    assert f"Stop these mails: {stop}" in text and f"{settings.PUBLIC_URL}/status/en/" in text
    assert english["List-Unsubscribe"].strip() == f"<{stop}>"
    assert english["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "Kami sedang melihatnya." in indonesian.get_content() and token not in indonesian.get_content()
    assert "Pencarian nomor" in indonesian.get_content()


def test_a_link_to_say_yes_by_is_no_way_to_stop(company: MailCompany) -> None:
    ask()
    assert outbox.deliver_next()
    assert "List-Unsubscribe" not in company.received[0]


def test_who_joins_later_gets_what_comes_later(olga: User) -> None:
    subscribe("early@owner.example")
    incident = publish(olga)
    subscribe("late@owner.example")
    tell()
    assert written_to() == ["early@owner.example"]
    follow(incident, "Sudah tahu", by=olga)
    tell()
    assert written_to() == ["early@owner.example"] * 2 + ["late@owner.example"]
    last = Message.objects.get(to="late@owner.example")
    assert "Sudah tahu" in last.body and "Kami sedang melihatnya." not in last.body


def test_what_is_published_before_anybody_was_told_is_one_mail(olga: User) -> None:
    """As when a prober tells of an outage that is over once the database is back."""
    subscribe()
    follow(follow(publish(olga), "Sudah tahu", by=olga), "Sudah beres", stage="resolved", by=olga)
    tell()
    message = Message.objects.get(template=TEMPLATE)
    assert message.subject == "Kabar layanan: Pencarian lambat (Selesai)"
    places = [message.body.index(text) for text in ("Kami sedang melihatnya.", "Sudah tahu", "Sudah beres")]
    assert places == sorted(places)


def test_what_a_prober_tells_late_is_one_mail_of_all_of_it() -> None:
    """The database was away: what was found meanwhile comes by one act."""
    subscribe(language="en")
    at = clock.now() - timedelta(minutes=9)
    stages = (Stage.INVESTIGATING, Stage.MONITORING, Stage.RESOLVED)
    own = told.Incident(
        new_id("inc"),
        Text("Gangguan: Pencarian nomor", "Outage: Look-ups"),
        Impact.CRITICAL,
        ("lookups",),
        at,
        tuple(
            told.Update(new_id("upd"), stage, stage.label, at + timedelta(minutes=number), ("lookups",))
            for number, stage in enumerate(stages)
        ),
        at + timedelta(minutes=2),
        automatic=True,
    )
    for _ in range(2):
        status.tell(own)
        tell()
    message = Message.objects.get(template=TEMPLATE)
    assert message.subject == "Service news: Outage: Look-ups (Resolved)"
    assert all(f"{stage.label.en}, " in message.body for stage in stages)


def test_what_was_not_published_after_all_is_not_told(olga: User) -> None:
    subscribe()
    seen = status.rehearsed(lambda: publish(olga))
    assert seen.title.en == "Slow look-ups" and not Telling.objects.exists()


def test_markup_and_strange_letters_are_words(olga: User, company: MailCompany) -> None:
    subscribe()
    incident = publish(olga)
    tell()
    follow(incident, "<b>{link}</b> & 100% “selesai” \n.\nBcc: x@y.example", by=olga)
    tell()
    while outbox.deliver_next():
        pass
    mail = email.message_from_bytes(company.received[-1].encode(), policy=policy.default)
    assert isinstance(mail, EmailMessage)
    assert mail["Bcc"] is None and "<b>{link}</b> & 100% “selesai”" in mail.get_content()
    assert mail.get_content_type() == "text/plain"


def test_some_thousands_are_told_in_chunks_with_bounded_memory_and_no_more_statements_than_chunks_need(
    olga: User,
) -> None:
    many(3_000)
    publish(olga)
    with CaptureQueriesContext(connection) as asked:
        telling.tell_some()
    assert Message.objects.count() == telling.CHUNK and len(asked) <= 12
    tracemalloc.start()
    tell()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 20_000_000, most  # bytes
    addresses = written_to()
    assert len(addresses) == len(set(addresses)) == 3_000


def test_codes_do_not_wait_behind_thousands_of_mails(olga: User) -> None:
    """Only so many of ours wait at a time; the rest is written when those have left."""
    many(1_000)
    publish(olga)
    jobs.tell_subscribers()
    waiting = Message.objects.filter(status=MessageStatus.WAITING)
    assert waiting.count() == telling.MOST_WAITING
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT status, scheduled_at > now() FROM procrastinate_jobs WHERE task_name = 'tell_subscribers'"
        )
        assert ("todo", True) in cursor.fetchall()
    rounds = 0
    while telling.something_is_left():
        waiting.update(status=MessageStatus.SENT)
        jobs.tell_subscribers()
        rounds += 1
        assert rounds < 10
    assert len(set(written_to())) == 1_000


def test_who_stops_while_they_are_written_to_gets_nothing(committed: None, olga: User) -> None:
    """Seen to leave a message behind without the lock on the subscribers in `tell_some`."""
    subscriber = subscribe()
    publish(olga)
    acts = hesitate(telling.tell_some, before="INSERT"), lambda: services.unsubscribe(subscriber.pk)
    assert race(*acts) == ["done", "done"]
    assert not Message.objects.filter(template=TEMPLATE).exists() and not Subscriber.objects.exists()


def test_two_workers_at_once_tell_nobody_twice_and_leave_nobody_out(committed: None, olga: User) -> None:
    """Seen to fail without the lock on the telling and with a `once` that differs: either of them is enough."""
    many(1_500)
    publish(olga)
    while telling.something_is_left():
        race(*[telling.tell_some] * 4)
    addresses = written_to()
    assert len(addresses) == len(set(addresses)) == 1_500


def test_what_is_published_while_the_first_are_told_is_told_to_all(committed: None, olga: User) -> None:
    """Seen to fail without the lock on the telling in `note`: the update went to those that were left, or to nobody."""
    many(telling.CHUNK + 50)
    incident = publish(olga)
    race(telling.tell_some, lambda: follow(incident, "Sudah tahu", by=olga))
    tell()
    texts = Message.objects.filter(template=TEMPLATE)
    assert texts.filter(body__contains="Sudah tahu").count() == telling.CHUNK + 50
    assert texts.filter(body__contains="Kami sedang melihatnya.").count() == telling.CHUNK + 50


def test_the_worker_knows_the_jobs() -> None:
    assert {"tell_subscribers", "forget_subscribing"} <= set(app.tasks)
