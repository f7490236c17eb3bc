"""What the staff see of the templates; and that each is short enough to be sent as an SMS."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.messages import preview
from accounts.messages.rendering import HIDDEN
from accounts.messages.segments import measure
from accounts.messages.templates import TEMPLATES
from accounts.people import languages
from accounts.people.models import User
from accounts.people.roles import Role
from tests.factories import PASSWORD
from tests.staff import browser_of

PAGE = "admin:outbox_message_texts"
MOST_SEGMENTS = 2
TO_STAFF = {"sign_in_reset", "password_set", "address_changed", "overruled", "fell_back"}  # who have e-mail


@pytest.mark.parametrize(
    ("text", "alphabet", "length", "segments"),
    [
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        ("a" * 159 + "€", "GSM-7", 161, 2),
        ("é" * 160, "GSM-7", 160, 1),
        ("a" * 69 + "…", "UCS-2", 70, 1),
        ("a" * 70 + "…", "UCS-2", 71, 2),
        ("🍜" * 35, "UCS-2", 70, 1),
        ("🍜" * 36, "UCS-2", 72, 2),
    ],
)
def test_an_sms_is_measured_as_networks_count(text: str, alphabet: str, length: int, segments: int) -> None:
    found = measure(text)
    assert (found.alphabet, found.length, found.segments) == (alphabet, length, segments)


@pytest.mark.parametrize("name", [name for name in TEMPLATES if name not in TO_STAFF])
def test_an_sms_is_short_and_of_the_plain_alphabet(name: str, settings: Any) -> None:
    """With an ordinary name and address; what people wrote themselves stays out of it."""
    settings.PUBLIC_URL = "https://registry.example"
    for reading in preview.readings(TEMPLATES[name]):
        cost = reading.cost
        assert cost.alphabet == "GSM-7", reading.sms
        assert cost.segments <= MOST_SEGMENTS, f"{name} {reading.language}: {cost.length} {reading.sms}"


def test_everything_is_read_in_every_language_with_sample_values() -> None:
    shown = dict(preview.everything())
    assert set(shown) == set(TEMPLATES)
    for name, readings in shown.items():
        assert [reading.language for reading in readings] == languages.codes()
        for reading in readings:
            texts = [reading.subject, reading.mail, reading.sms, reading.call]
            assert all(texts)
            assert not any(re.search(rf"[{{}}‹›]|{HIDDEN}", text) for text in texts), name


@pytest.mark.parametrize("role", [role for role in Role if role != Role.OWNER])
@pytest.mark.parametrize("language", ["id", "en"])
def test_all_of_the_staff_may_read_the_texts(db: None, role: Role, language: str) -> None:
    browser = browser_of(User.objects.create_staff("tuti", PASSWORD, role), language=language)
    page = browser.get(reverse(PAGE))
    text = page.content.decode()
    assert page.status_code == 200
    for name in TEMPLATES:
        assert f'<h2 id="{name}">' in text
    assert "Warung Bu Siti sudah terverifikasi" in text and "Warung Bu Siti is verified" in text
    assert "GSM-7" in text and "4, 2, 0, 0, 1, 9" in text


def test_owners_and_strangers_read_nothing_there(ada: User, client: Client) -> None:
    assert browser_of(ada).get(reverse(PAGE)).status_code in (302, 403)
    assert client.get(reverse(PAGE)).status_code == 302
