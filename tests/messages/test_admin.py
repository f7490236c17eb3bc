from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from accounts.audit.models import LogEntry
from accounts.messages import jobs
from accounts.messages import services as messages
from accounts.messages.models import Message
from accounts.people.models import User
from accounts.people.roles import Role
from tests.factories import PASSWORD, age
from tests.staff import browser_of

LIST = "admin:outbox_message_changelist"


@pytest.fixture
def message(ada: User) -> Message:
    return messages.send("number_code", to="+12025550123", secret="161803", about=ada, by=ada)


def page(message: Message) -> str:
    return reverse("admin:outbox_message_change", args=[message.pk])


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.AUDITOR])
def test_the_outbox_is_looked_at_and_that_is_noted(message: Message, role: Role) -> None:
    person = User.objects.create_staff("tuti", PASSWORD, role)
    client = browser_of(person, language="id")
    listed = client.get(reverse(LIST)).content.decode()
    assert message.pk in listed
    assert "+12025550123" not in listed
    assert not LogEntry.objects.exists()
    shown = client.get(page(message)).content.decode()
    assert "+12025550123" in shown
    assert "161803" not in shown
    viewed = LogEntry.objects.get()
    assert (viewed.kind, viewed.by, viewed.on) == ("viewed", person.pk, message.pk)


@pytest.mark.parametrize("search", ["+12025550123", "usr_"])
def test_a_message_is_found_by_its_address_in_full(message: Message, olga: User, search: str) -> None:
    client = browser_of(olga)
    found = client.get(reverse(LIST), {"q": search}).context["cl"].result_count
    assert found == (1 if search.startswith("+") else 0)
    # What is found says whether somebody is known under it.
    viewed = LogEntry.objects.get()
    assert (viewed.kind, viewed.by, viewed.data) == ("viewed", olga.pk, {"list": "outbox", "searched": True})


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.SENIOR_REVIEWER])
def test_reviewers_have_no_business_in_the_outbox(message: Message, role: Role) -> None:
    client = browser_of(User.objects.create_staff("tuti", PASSWORD, role))
    assert client.get(reverse(LIST)).status_code == 403
    assert client.get(page(message)).status_code == 403
    assert not LogEntry.objects.exists()


def test_nobody_writes_changes_or_deletes_a_message(message: Message, olga: User) -> None:
    client = browser_of(olga)
    for name, args in [("add", []), ("change", [message.pk]), ("delete", [message.pk])]:
        url = reverse(f"admin:outbox_message_{name}", args=args)
        assert client.post(url, {"to": "+12025550124", "post": "yes"}).status_code == 403
    everything = {"action": "delete_selected", "_selected_action": [message.pk], "post": "yes"}
    client.post(reverse(LIST), everything)
    assert Message.objects.get().to == "+12025550123"


def test_the_page_of_a_message_shows_each_attempt(
    message: Message, olga: User, settings: Any, gateway: list[Any]
) -> None:
    working, settings.SMS_SENDER = settings.SMS_SENDER, "tests.messages.gateways.BrokenGateway"
    jobs.deliver_next()
    settings.SMS_SENDER = working
    age(message, timedelta(hours=1), "next_attempt_at")
    jobs.deliver_next()
    shown = browser_of(olga).get(page(message)).content.decode()
    assert "SMTPResponseException 451" in shown
    assert f"ref-{message.pk}" in shown
    assert "failed; tried again" in shown and "accepted" in shown
