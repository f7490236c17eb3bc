"""Asking that an address be written to, saying yes, and stopping: one answer for all addresses, and nothing kept."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.audit.models import Event, LogEntry
from accounts.contacts.reading import Contact
from accounts.errors import DomainError, Invalid, NotFound, TooMany
from accounts.messages import jobs as outbox
from accounts.messages.models import Message, MessageStatus
from accounts.people.models import Guesses, User
from accounts.privacy import erasure, handing_out
from registry.status.subscribing import jobs, services, tokens
from registry.status.subscribing.models import Subscriber, Wish
from tests.factories import age
from tests.racing import hesitate, outcomes, race
from tests.registry.status.subscribers import HERE, SITI, THERE, ask, sent_token, subscribe

pytestmark = pytest.mark.usefixtures("db_of_the_test")
DAY = timedelta(days=1)


def a_day_passes() -> None:
    for row in Guesses.objects.all():
        age(row, DAY, "since")


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (" Siti@Owner.Example ", "siti@owner.example"),
        ("siti@ｏwner.example", "siti@owner.example"),
        ("a+b@owner.example", "a+b@owner.example"),
    ],
)
def test_an_address_is_read_as_elsewhere(typed: str, stored: str) -> None:
    assert services.read(typed).value == stored


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "status_address_missing"),
        ("  ", "status_address_missing"),
        ("siti", "status_address_invalid"),
        ("081234567890", "status_address_invalid"),
        ("siti@localhost", "status_address_invalid"),
        ("a@b.example\nBcc: c@d.example", "status_address_invalid"),
        ("a@b.example,c@d.example", "status_address_invalid"),
        ("x" * 300 + "@b.example", "status_address_invalid"),
        ("si\u202eti@owner.example", "status_address_invalid"),
    ],
)
def test_what_is_no_address_is_refused(typed: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        services.read(typed)
    assert (refused.value.code, [problem.pointer for problem in refused.value.problems]) == (
        code,
        ["/address"],
    )


def test_nobody_is_subscribed_before_they_say_yes_by_the_link() -> None:
    ask(language="en")
    message = Message.objects.get()
    assert (message.to, message.language, message.template) == (SITI.value, "en", "status_confirm")
    token = sent_token()
    assert len(token) >= 22 and token not in message.body  # 128 bits and more, by six a character
    assert token not in str(Wish.objects.values()) and SITI.value not in str(Event.objects.values())
    assert services.look(token).subscriber is None and not Subscriber.objects.exists()
    services.confirm(token)
    assert services.confirm(token) == Subscriber.objects.get()  # a double tap
    assert Subscriber.objects.values_list("address", "language").get() == (SITI.value, "en")
    assert outbox.deliver_next()
    message.refresh_from_db()
    assert (message.status, message.secret) == (MessageStatus.SENT, "")


def test_a_link_is_good_for_three_days_and_until_a_newer_one() -> None:
    ask()
    old = sent_token()
    a_day_passes()
    ask()
    new = sent_token()
    for token in (old, "", "x" * 32, "\ud800"):
        with pytest.raises(NotFound):
            services.confirm(token)
    age(Wish.objects.get(), 3 * DAY, "asked_at")
    with pytest.raises(NotFound):
        services.look(new)
    with pytest.raises(NotFound):
        services.confirm(new)
    assert not Subscriber.objects.exists()


def test_no_is_as_good_as_yes() -> None:
    ask()
    token = sent_token()
    services.decline(token)
    services.decline(token)
    assert not Wish.objects.exists() and not Message.objects.exists()


def test_who_is_subscribed_may_ask_for_another_language_and_stays_the_same_subscriber() -> None:
    subscriber = subscribe(language="en")
    ask(language="id")
    services.decline(sent_token())
    assert Subscriber.objects.get().language == "en"
    a_day_passes()
    ask(language="id")
    assert services.look(sent_token()).subscriber is None
    assert services.confirm(sent_token()).pk == subscriber.pk
    assert Subscriber.objects.get().language == "id"


def test_one_mail_a_day_to_a_mailbox_however_it_is_written_and_nobody_is_told() -> None:
    ask()
    token = sent_token()
    for written in ("siti@owner.example", "siti+1@owner.example", "Siti+2@OWNER.example"):
        ask(services.read(written), network=THERE)
    assert Message.objects.count() == Wish.objects.count() == 1
    assert services.look(token)  # what was sent stays good
    a_day_passes()
    ask()
    assert Message.objects.count() == 2


def test_the_database_has_the_same_to_do_for_every_address() -> None:
    """New, subscribed, and on its pause: the same statements, so that nobody learns of an address by waiting."""
    ask(Contact("email", "first@owner.example"))  # afterwards the counters of network and day are there
    subscribe("subscribed@owner.example")
    counts = {}
    for name, who in (("new", "new"), ("subscribed", "subscribed"), ("paused", "new")):
        with CaptureQueriesContext(connection) as asked:
            ask(Contact("email", f"{who}@owner.example"))
        counts[name] = len(asked)
        assert sum('INSERT INTO "outbox_message"' in query["sql"] for query in asked.captured_queries) == 1
    assert counts["new"] == counts["subscribed"]
    assert abs(counts["paused"] - counts["new"]) <= 2  # a row that is there is changed without a savepoint


def test_a_network_and_a_day_have_caps_that_say_nothing_of_an_address(monkeypatch: Any) -> None:
    """They count what is asked, not what is sent: else who counts would learn which address was asked for before."""
    monkeypatch.setattr(services, "A_NETWORK_AN_HOUR", 3)
    for _ in range(3):
        ask()
    for contact in (SITI, Contact("email", "new@owner.example")):
        with pytest.raises(TooMany) as refused:
            ask(contact)
        assert refused.value.code == "status_asked_too_often" and 0 < (refused.value.retry_after or 0) <= 3601
    assert Message.objects.count() == 1
    monkeypatch.setattr(services, "A_DAY", 4)
    ask(Contact("email", "new@owner.example"), network=THERE)
    with pytest.raises(TooMany):
        ask(Contact("email", "newer@owner.example"), network=THERE)
    logged = LogEntry.objects.filter(kind="refused").values_list("data", flat=True)
    assert list(logged) == [{"action": "status.subscribe", "code": "status_asked_too_often"}] * 3


def test_a_refusal_by_the_network_leaves_the_mailbox_its_mail(monkeypatch: Any) -> None:
    monkeypatch.setattr(services, "A_NETWORK_AN_HOUR", 0)
    Guesses.objects.all().delete()
    ask(Contact("email", "first@owner.example"))
    with pytest.raises(TooMany):
        ask()
    ask(network=THERE)
    assert Message.objects.filter(to=SITI.value).count() == 1


def test_stopping_leaves_nothing_of_the_address() -> None:
    ask()
    subscriber = services.confirm(sent_token())
    token = tokens.to_stop(subscriber.pk)
    assert tokens.stopped_by(token) == subscriber.pk
    services.unsubscribe(subscriber.pk)
    services.unsubscribe(subscriber.pk)
    assert not (Subscriber.objects.exists() or Wish.objects.exists() or Message.objects.exists())


@pytest.mark.parametrize(
    "change",
    [lambda t: t[:-1], lambda t: "0" + t[1:26] + "0" * 32, lambda t: "", lambda t: f"{t[:30]}\ud800"],
)
def test_a_link_to_stop_can_not_be_made_up(change: Any) -> None:
    assert tokens.stopped_by(change(tokens.to_stop(subscribe().pk))) is None


def test_what_came_to_nothing_is_forgotten_and_old_mail_as_well() -> None:
    ask()
    ask(Contact("email", "young@owner.example"))
    age(Wish.objects.get(address=SITI.value), jobs.KEEP_WISHES, "asked_at")
    for message in Message.objects.filter(to=SITI.value):
        age(message, jobs.KEEP_MESSAGES, "created_at")
    other = Message.objects.create(
        channel="email", to="ada@owner.example", language="id", template="approved", body="…", by="system"
    )
    age(other, timedelta(days=300), "created_at")
    jobs.forget_subscribing(0)
    assert [wish.address for wish in Wish.objects.all()] == ["young@owner.example"]
    assert set(Message.objects.values_list("to", flat=True)) == {"young@owner.example", "ada@owner.example"}


def test_an_owner_is_shown_what_is_held_and_erased(ada: User) -> None:
    mine, theirs = subscribe("ada@owner.example"), subscribe("kai@owner.example")
    ask(Contact("email", "ada@owner.example"))
    held = handing_out.everything(ada)
    assert [row["address"] for row in held["status.subscriber"]] == ["ada@owner.example"]
    assert [row["language"] for row in held["status.wish"]] == ["id"]
    erasure.erase(ada, by=ada)
    assert list(Subscriber.objects.all()) == [theirs] and mine != theirs
    assert not Wish.objects.exists()


def _one_mailbox(number: int) -> None:
    ask(Contact("email", f"siti+{number}@owner.example"), network=f"198.51.{number}.1")


def _one_network(number: int) -> None:
    ask(Contact("email", f"somebody{number}@owner.example"))


def _one_day(number: int) -> None:
    ask(Contact("email", f"somebody{number}@owner.example"), network=f"198.51.{number}.1")


@pytest.mark.parametrize(
    ("act", "sent", "refused"), [(_one_mailbox, 1, 0), (_one_network, 5, 19), (_one_day, 6, 18)]
)
def test_many_at_once_are_as_many_as_the_caps_say(
    committed: None, monkeypatch: Any, act: Any, sent: int, refused: int
) -> None:
    """Seen to fail with a SELECT of the count and an UPDATE after it in `counting.take`."""
    monkeypatch.setattr(services, "A_NETWORK_AN_HOUR", 5)
    monkeypatch.setattr(services, "A_DAY", 6 if act is _one_day else 1_000)
    said = outcomes(race(*[lambda number=number: act(number) for number in range(24)]))
    assert said.get("status_asked_too_often", 0) == refused
    assert Message.objects.count() == Wish.objects.count() == sent


def test_one_link_used_by_many_at_once_is_one_subscriber(committed: None) -> None:
    ask()
    token = sent_token()
    assert race(*[lambda: services.confirm(token)] * 8) == ["done"] * 8
    assert Subscriber.objects.count() == 1


def test_yes_no_and_stop_at_once_end_in_something_whole(committed: None) -> None:
    """Seen to deadlock with the subscriber locked before the wish in `unsubscribe`."""
    ask(network=HERE)
    subscriber, token = services.confirm(sent_token()), sent_token()
    said = race(
        *[lambda: services.confirm(token), lambda: services.unsubscribe(subscriber.pk)] * 3,
        lambda: services.decline(token),
    )
    assert set(said) <= {"done", "not_found"}
    for left in Subscriber.objects.all():
        services.unsubscribe(left.pk)
    assert not Subscriber.objects.exists()


def test_who_stops_while_they_say_yes_again_has_stopped(committed: None) -> None:
    """Seen to leave a subscriber behind without the lock on the wish in `confirm`."""
    ask()
    subscriber, token = services.confirm(sent_token()), sent_token()
    slowly = hesitate(lambda: services.confirm(token), before='SELECT "status_subscriber"')
    said = race(slowly, lambda: services.unsubscribe(subscriber.pk))
    assert said in (["done", "done"], ["not_found", "done"])
    assert not Subscriber.objects.exists()


def test_nothing_is_refused_but_by_its_code() -> None:
    for code in ("status_address_missing", "status_address_invalid", "status_asked_too_often"):
        error = DomainError(code, minutes=3)
        assert error.text.id != error.text.en
