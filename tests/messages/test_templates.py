import datetime
from string import Formatter

import pytest

from accounts.messages.models import Channel
from accounts.messages.templates import HIDDEN, TEMPLATES, render
from accounts.text import Text


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("name", TEMPLATES)
@pytest.mark.parametrize("channel", Channel)
@pytest.mark.parametrize("language", ["id", "en"])
def test_every_template_reads_in_both_languages(name: str, channel: Channel, language: str) -> None:
    template = TEMPLATES[name]
    values = {placeholder: f"<{placeholder}>" for placeholder in template.placeholders}
    subject, body = render(name, channel, language, values)
    assert bool(subject) == (channel == Channel.EMAIL)
    assert all(value in subject + body for value in values.values())
    assert (HIDDEN in body) == bool(template.secret)
    assert "{" not in subject + body


@pytest.mark.parametrize("name", TEMPLATES)
def test_both_languages_say_the_same(name: str) -> None:
    template = TEMPLATES[name]
    for text in [template.subject, template.body]:
        assert text.id != text.en
        assert placeholders(text.id) == placeholders(text.en)


@pytest.mark.parametrize(
    ("name", "values"),
    [("declined", {"name": "Warung Bu Siti", "reason": "…"}), ("approved", {}), ("no_such_template", {})],
)
def test_a_message_with_a_hole_in_it_is_not_written(name: str, values: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"message|name|no_such_template"):
        render(name, Channel.EMAIL, "id", values)


def test_a_value_is_written_in_the_readers_language() -> None:
    values = {"name": "Ada", "date": datetime.date(2027, 8, 17)}
    assert "17 Agustus 2027" in render("renewal_reminder", Channel.EMAIL, "id", values)[1]
    assert "17 August 2027" in render("renewal_reminder", Channel.EMAIL, "en", values)[1]
    values = {"name": "Ada", "reason": Text("Nomor berganti pemilik.", "The number has a new owner.")}
    assert "Nomor berganti" in render("badge_revoked", Channel.SMS, "id", values)[1]
    assert "new owner" in render("badge_revoked", Channel.SMS, "en", values)[1]


def test_what_people_typed_stays_what_it_is() -> None:
    values = {"name": "{reason}\r\nBcc: mallory@app.example", "reason": "…", "message": ""}
    subject, body = render("declined", Channel.EMAIL, "en", values)
    assert "{reason} Bcc: mallory" in subject
    assert "\n" not in subject and "\r" not in subject
    assert "\n\n\n" not in body


def test_an_sms_says_who_writes(settings: object) -> None:
    assert render("approved", Channel.SMS, "id", {"name": "Ada"})[1].startswith(
        "Verified Business Registry: Ada"
    )
