"""E-mail by SMTP, against a real server on loopback."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from accounts.audit import journal as audit
from accounts.messages import jobs
from accounts.messages import services as messages
from accounts.messages.models import Message, MessageStatus, Outcome
from accounts.people.models import User
from tests.factories import age
from tests.messages import companies
from tests.messages.companies import MailCompany
from tests.messages.gateways import APPROVED


@pytest.fixture
def company(settings: Any) -> Iterator[MailCompany]:
    with companies.mail_company() as company:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", company.port, False
        yield company


@pytest.fixture
def message(ada: User) -> Message:
    return messages.send("approved", to=ada, params=APPROVED, about=ada, by=audit.SYSTEM)


def attempt(message: Message) -> tuple[str, str]:
    """Outcome and error of the next attempt."""
    age(message, timedelta(hours=2), "next_attempt_at")
    assert jobs.deliver_next()
    message.refresh_from_db()
    delivery = message.deliveries.latest("id")
    return delivery.outcome, delivery.error


def test_a_mail_server_takes_it(company: MailCompany, message: Message) -> None:
    assert attempt(message) == (Outcome.ACCEPTED, "")
    [mail] = company.received
    assert "To: ada@owner.example" in mail
    assert f"Message-ID: <{message.pk}@" in mail
    assert "Roti Ada sudah terverifikasi" in mail


def test_an_address_that_does_not_exist_is_given_up_at_once(company: MailCompany, message: Message) -> None:
    company.to_recipient = "550 5.1.1 no such user ada@owner.example"
    assert attempt(message) == (Outcome.REFUSED, "smtp_550")
    assert (message.status, message.attempts) == (MessageStatus.FAILED, 1)
    assert "ada@owner.example" not in message.last_error


@pytest.mark.parametrize(
    ("answer", "text", "error"),
    [
        ("to_recipient", "450 4.2.1 mailbox busy", "smtp_450"),
        ("to_message", "451 4.3.0 later", "SMTPDataError 451"),
    ],
)
def test_a_mail_server_that_is_busy_is_asked_again(
    company: MailCompany, message: Message, answer: str, text: str, error: str
) -> None:
    setattr(company, answer, text)
    assert attempt(message) == (Outcome.FAILED, error)
    setattr(company, answer, "250 OK")
    assert attempt(message) == (Outcome.ACCEPTED, "")
    assert (message.status, message.attempts) == (MessageStatus.SENT, 2)


def test_a_connection_cut_after_the_message_was_taken_sends_it_again_under_the_same_id(
    company: MailCompany, message: Message
) -> None:
    """The mail server may have it: a reader's program that knows the id shows it once."""
    company.to_message = ""
    assert attempt(message) == (Outcome.FAILED, "SMTPServerDisconnected")
    company.to_message = "250 OK"
    assert attempt(message) == (Outcome.ACCEPTED, "")
    ids = [line for mail in company.received for line in mail.splitlines() if line.startswith("Message-ID")]
    assert len(ids) == 2 and len(set(ids)) == 1


def test_a_mail_server_that_is_down_loses_nothing(
    company: MailCompany, message: Message, settings: Any
) -> None:
    settings.EMAIL_PORT = companies.free_port()
    assert attempt(message) == (Outcome.FAILED, "ConnectionRefusedError")
    assert message.status == MessageStatus.WAITING
