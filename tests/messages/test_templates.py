import datetime
from string import Formatter

import pytest
from django.conf import settings

from accounts.messages.models import Channel
from accounts.messages.rendering import HIDDEN, LINK, Template
from accounts.messages.templates import TEMPLATES, render
from accounts.text import Text


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("name", TEMPLATES)
@pytest.mark.parametrize("channel", Channel)
@pytest.mark.parametrize("language", ["id", "en"])
def test_every_template_reads_in_both_languages(name: str, channel: Channel, language: str) -> None:
    template = TEMPLATES[name]
    values = {placeholder: f"<{placeholder}>" for placeholder in template.placeholders - {LINK}}
    subject, body = render(name, channel, language, {**values, LINK: "/somewhere/"})
    assert bool(subject) == (channel == Channel.EMAIL)
    if channel == Channel.EMAIL:
        assert all(value in subject + body for value in values.values())
    assert ("<name>" in body) or "name" not in values
    read = LINK in template.placeholders and channel != Channel.VOICE
    assert (f"{settings.PUBLIC_URL}/somewhere/" in body) == read
    unread = template.secret == LINK and channel == Channel.VOICE
    assert (HIDDEN in body) == (bool(template.secret) and not unread)
    assert "{" not in subject + body


@pytest.mark.parametrize("name", TEMPLATES)
def test_both_languages_say_the_same(name: str) -> None:
    template = TEMPLATES[name]
    for text in [template.subject, template.body, *([template.short] if template.short else [])]:
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
    values = {"name": "Ada", "link": "/", "date": datetime.date(2027, 8, 17)}
    assert "17 Agustus 2027" in render("renewal_reminder", Channel.EMAIL, "id", values)[1]
    assert "17 August 2027" in render("renewal_reminder", Channel.EMAIL, "en", values)[1]
    values = {
        "name": "Ada",
        "link": "/",
        "reason": Text("Nomor berganti pemilik.", "The number has a new owner."),
    }
    assert "Nomor berganti" in render("badge_revoked", Channel.EMAIL, "id", values)[1]
    assert "new owner" in render("badge_revoked", Channel.EMAIL, "en", values)[1]


def test_what_people_typed_stays_what_it_is() -> None:
    values = {"name": "{reason}\r\nBcc: mallory@app.example", "link": "/", "reason": "…", "message": ""}
    subject, body = render("declined", Channel.EMAIL, "en", values)
    assert "{reason} Bcc: mallory" in subject
    assert "\n" not in subject and "\r" not in subject
    assert "\n\n\n" not in body


def test_an_sms_says_who_writes(settings: object) -> None:
    assert render("approved", Channel.SMS, "id", {"name": "Ada", "link": "/"})[1].startswith(
        "Verified Business Registry: Ada"
    )


def test_a_call_reads_the_code_digit_by_digit_and_twice() -> None:
    for language, expected in [
        ("id", "Kode Anda 4, 2, 0, 0, 1, 9. Jangan berikan kepada siapa pun"),
        ("en", "Your code is 4, 2, 0, 0, 1, 9. Give it to nobody"),
    ]:
        body = render("number_code", Channel.VOICE, language, {})[1]
        said = TEMPLATES["number_code"].uncovered(body, "420019", Channel.VOICE)
        assert said.startswith(f"Verified Business Registry. {expected}")
        assert said.count("4, 2, 0, 0, 1, 9.") == 2
        assert said.count("Jangan") + said.count("Give it") == 1


INVITED = Template(
    Text("Undangan", "Invitation"),
    Text("Anda diundang. Buka {link}", "You are invited. Open {link}"),
    secret="link",
)


def test_a_link_is_written_in_full_and_never_read_out() -> None:
    template = Template(
        Text("Baru", "New"),
        Text("Ada jawaban. Lihat {link} sekarang.\n\nSalam", "An answer. See {link} now.\n\nBye"),
    )
    values = {"link": "/my/"}
    assert f"See {settings.PUBLIC_URL}/my/ now." in template.render(Channel.SMS, "en", values)[1]
    assert template.render(Channel.VOICE, "en", values)[1] == "Verified Business Registry. An answer. Bye"


def test_a_link_that_opens_something_stays_out_of_the_outbox() -> None:
    body = INVITED.render(Channel.SMS, "en", {})[1]
    assert body.endswith(f"Open {HIDDEN}")
    sent = INVITED.uncovered(body, "/i/s3cret/", Channel.SMS)
    assert sent.endswith(f"Open {settings.PUBLIC_URL}/i/s3cret/")


@pytest.mark.parametrize("link", ["//evil.example/", "https://evil.example/", "my/", ""])
def test_a_link_leads_to_no_other_place(link: str) -> None:
    template = Template(Text("Baru", "New"), Text("Lihat {link}", "See {link}"))
    with pytest.raises(ValueError, match="slash"):
        template.render(Channel.EMAIL, "id", {"link": link})
