from typing import Any

import pytest
from django.db import connection, transaction

from accounts.audit import journal as audit
from accounts.messages import services as messages
from accounts.messages.models import Channel, Message, MessageStatus
from accounts.messages.rendering import HIDDEN
from accounts.people.models import User
from tests.messages.gateways import APPROVED
from tests.racing import race

CODE = "314159"


def wake_ups() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'deliver' AND status = 'todo'"
        )
        return int(cursor.fetchone()[0])


def test_a_person_is_written_to_in_their_language_where_they_sign_in(ada: User) -> None:
    by_mail = messages.send("approved", to=ada, params=APPROVED, about=ada, by=audit.SYSTEM)
    assert (by_mail.channel, by_mail.to, by_mail.language) == (Channel.EMAIL, "ada@owner.example", "id")
    ada.email, ada.phone, ada.language = None, "+12025550123", "en"
    by_sms = messages.send("approved", to=ada, params=APPROVED, about=ada, by=audit.SYSTEM)
    assert (by_sms.channel, by_sms.to, by_sms.language) == (Channel.SMS, "+12025550123", "en")
    assert "Roti Ada is verified." in by_sms.body


def test_somebody_without_an_address_is_seen_in_the_outbox(rita: User) -> None:
    message = messages.send(
        "overruled", to=rita, params={"name": "Ada", "reason": "…", "link": "/"}, about=rita, by=audit.SYSTEM
    )
    assert (message.status, message.last_error) == (MessageStatus.FAILED, "no address")


def test_the_body_never_holds_the_secret(ada: User) -> None:
    message = messages.send("number_code", to="+12025550123", secret=CODE, about=ada, by=ada)
    message.refresh_from_db()
    assert CODE not in message.body
    assert HIDDEN in message.body
    assert message.secret == CODE


@pytest.mark.parametrize(("template", "secret"), [("number_code", ""), ("approved", CODE)])
def test_a_secret_is_where_a_template_wants_one(ada: User, template: str, secret: str) -> None:
    with pytest.raises(ValueError, match="secret"):
        messages.send(template, to=ada, params=APPROVED, secret=secret, about=ada, by=ada)
    assert not Message.objects.exists()


def test_a_message_is_as_true_as_the_transaction_that_caused_it(committed: None, ada: User) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        messages.send("approved", to=ada, params=APPROVED, about=ada, by=ada)
        raise RuntimeError
    assert (Message.objects.count(), wake_ups()) == (0, 0)


def test_many_messages_wake_the_worker_once_and_only_after_the_commit(committed: None, ada: User) -> None:
    with transaction.atomic():
        for _ in range(3):
            messages.send("approved", to=ada, params=APPROVED, about=ada, by=ada)
        assert wake_ups() == 0
    assert wake_ups() == 1
    messages.send("approved", to=ada, params=APPROVED, about=ada, by=ada)
    assert (Message.objects.count(), wake_ups()) == (4, 1)


def test_a_transaction_that_sends_does_not_wait_for_another_that_does(committed: None, ada: User) -> None:
    """Were the queueing lock taken inside the transaction, the second would wait for the first to commit."""
    other = connection.copy()
    try:
        with transaction.atomic():
            messages.send("approved", to=ada, params=APPROVED, about=ada, by=ada)
            with other.cursor() as cursor:
                cursor.execute("SET lock_timeout = '1s'")
                cursor.execute(
                    "INSERT INTO procrastinate_jobs (queue_name, task_name, queueing_lock)"
                    " VALUES ('default', 'deliver', 'deliver')"
                )
    finally:
        other.close()
    assert wake_ups() == 1


def test_the_transaction_stands_when_the_wake_up_fails(committed: None, ada: User, caplog: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE procrastinate_jobs RENAME TO jobs_of_yesterday")
    messages.send("approved", to=ada, params=APPROVED, about=ada, by=ada)
    assert Message.objects.due().count() == 1
    assert "Error calling" in caplog.text


def test_what_may_be_sent_once_is_sent_once_to_each(ada: User, mallory: User) -> None:
    def remind(person: User) -> Message:
        return messages.send(
            "approved", to=person, params=APPROVED, about=ada, by=audit.SYSTEM, once="reminder:bdg_1"
        )

    first = remind(ada)
    assert remind(ada) == first
    assert remind(mallory) != first
    assert Message.objects.count() == 2


def test_sent_at_the_same_time_it_is_still_one(committed: None, ada: User) -> None:
    """Fails without the unique constraint (six are written); tried."""

    ids: list[str] = []

    def remind() -> None:
        sent = messages.send(
            "approved", to=ada, params=APPROVED, about=ada, by=audit.SYSTEM, once="reminder:bdg_1"
        )
        ids.append(sent.pk)

    assert race(*[remind] * 6) == ["done"] * 6
    assert ids == [Message.objects.get().pk] * 6
