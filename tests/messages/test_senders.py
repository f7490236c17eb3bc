from typing import Any

import pytest
from django.core import checks, mail

from accounts.audit import journal as audit
from accounts.messages import services as messages
from accounts.messages.senders import ConsoleSender, hand_over
from accounts.people.models import User
from tests.messages.gateways import APPROVED, Gateway


def test_in_a_test_deployment_the_console_shows_the_code(capsys: pytest.CaptureFixture[str]) -> None:
    ConsoleSender().send("+12025550123", "Your code is 123456.", key="msg_1")
    assert "+12025550123: Your code is 123456." in capsys.readouterr().out


def test_a_live_deployment_prints_neither_code_nor_number(
    settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.DEPLOYMENT = "live"
    ConsoleSender().send("+12025550123", "Your code is 123456.", key="msg_1")
    printed = capsys.readouterr().out
    assert "123456" not in printed
    assert "2025550" not in printed


def test_an_sms_goes_through_the_sender_of_the_settings(rita: User, gateway: list[tuple[str, str]]) -> None:
    message = messages.send(
        "number_code", to="+12025550123", language="en", secret="123456", about=rita, by=rita
    )
    hand_over(message)
    [(number, text)] = gateway
    assert number == "+12025550123"
    assert "Your code is 123456." in text


def test_an_email_carries_an_id_that_stays_the_same(ada: User) -> None:
    message = messages.send("approved", to=ada, params=APPROVED, about=ada, by=audit.SYSTEM)
    hand_over(message)
    hand_over(message)
    first, second = mail.outbox
    assert first.to == ["ada@owner.example"]
    assert first.subject == "Roti Ada sudah terverifikasi"
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]
    assert message.id in first.extra_headers["Message-ID"]


def test_a_sender_that_does_not_exist_is_said_at_the_start(settings: Any) -> None:
    settings.SMS_SENDER = "no.such.Gateway"
    assert [found.id for found in checks.run_checks() if str(found.id).startswith("outbox")] == [
        "outbox.E001"
    ]


@pytest.mark.parametrize(
    ("deployment", "sender", "warned"),
    [
        ("test", "accounts.messages.senders.ConsoleSender", []),
        ("live", "accounts.messages.senders.ConsoleSender", ["outbox.W001"]),
        ("live", f"{Gateway.__module__}.Gateway", []),
    ],
)
def test_a_live_deployment_is_warned_when_no_sms_gets_out(
    settings: Any, deployment: str, sender: str, warned: list[str]
) -> None:
    settings.DEPLOYMENT, settings.SMS_SENDER = deployment, sender
    found = checks.run_checks(include_deployment_checks=True)
    assert [check.id for check in found if str(check.id).startswith("outbox")] == warned
