"""How a template becomes what somebody reads or hears: by e-mail, as an SMS, or read out by a telephone call.

Placeholders are `str.format` fields. A value may be a Text or a date: it is written in the reader's language.
`link` is a path of ours ("/my/applications/app_…/"): it is written as an address, and never read out.
"""

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from string import Formatter
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.formats import date_format

from accounts.messages.models import Channel
from accounts.text import Text

HIDDEN = "••••••"  # stands in a body for the secret until the message goes out
LINK = "link"
SUBJECT_CHARACTERS = 200
CODE_LIFE = datetime.timedelta(minutes=10)  # a code that comes later helps nobody
AGAIN = Text("Sekali lagi", "Once more")
BLANK_LINES = re.compile(r"\n{3,}")
SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")


@dataclass(frozen=True)
class Template:
    """`short` is for SMS and calls, where what people wrote themselves would make it long.

    `secret` is the placeholder that never gets into the outbox: a code, or the path of a `link`. After
    `secret_life` the message is not sent any more. `stops`: its link is the way to get no more such mails, which a
    program that reads mail may offer by itself (RFC 8058).
    """

    subject: Text
    body: Text
    short: Text | None = None
    secret: str = ""
    secret_life: datetime.timedelta = CODE_LIFE
    stops: bool = False
    placeholders: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        texts = [*self.subject, *self.body, *(self.short or ())]
        found = {name for text in texts for _, name, _, _ in Formatter().parse(text) if name}
        object.__setattr__(self, "placeholders", frozenset(found - {self.secret}))

    def render(self, channel: Channel, language: str, params: Mapping[str, Any]) -> tuple[str, str]:
        """Subject (of an e-mail only) and body; the secret is hidden in it. `params` has a value for each placeholder.

        Raises ValueError: a link that leads away from here.
        """
        values = {name: _written(name, params[name], language) for name in self.placeholders}
        if self.secret:
            values[self.secret] = HIDDEN
        text = (self.body if channel == Channel.EMAIL else self.short or self.body).in_language(language)
        if channel == Channel.VOICE:
            return "", self._spoken(text, language, values)
        # An empty paragraph (a decision without a message) leaves no gap.
        body = BLANK_LINES.sub("\n\n", text.format(**values)).strip()
        if channel == Channel.SMS:
            return "", f"{settings.REGISTRY_NAME}: {body}"
        subject = " ".join(self.subject.in_language(language).format(**values).split())
        signed = f"{body}\n\n-- \n{settings.REGISTRY_NAME}\n{settings.PUBLIC_URL}\n"
        return subject[:SUBJECT_CHARACTERS], signed

    def _spoken(self, text: str, language: str, values: Mapping[str, str]) -> str:
        """Without what is of no use to the ear; the code comes twice."""
        sentences = SENTENCE_END.split(text)
        sentences = [one for one in sentences if f"{{{LINK}}}" not in one] or [
            self.subject.in_language(language)
        ]
        if self.secret:
            again = [one for one in sentences if f"{{{self.secret}}}" in one]
            sentences += [f"{AGAIN.in_language(language)}: {one}" for one in again]
        said = " ".join(" ".join(sentences).format(**values).split())
        return f"{settings.REGISTRY_NAME}. {said}"

    def uncovered(self, body: str, secret: str, channel: Channel) -> str:
        """The body as it goes out, with the secret in it; a code is read digit by digit."""
        if self.secret == LINK:
            secret = absolute(secret)
        elif channel == Channel.VOICE:
            secret = ", ".join(secret)
        return body.replace(HIDDEN, secret)


def absolute(path: str) -> str:
    """The address of a page of ours. Raises ValueError: it is none."""
    if not path.startswith("/") or path.startswith("//"):
        raise ValueError(f"a link starts with one slash: {path!r}")
    return f"{settings.PUBLIC_URL}{path}"


def _written(name: str, value: Any, language: str) -> str:
    if name == LINK:
        return absolute(str(value))
    with translation.override(language):
        if isinstance(value, Text):
            return value.in_language(language)
        if isinstance(value, datetime.datetime):
            return date_format(timezone.localtime(value), "j F Y, H:i T")
        if isinstance(value, datetime.date):
            return date_format(value, "j F Y")
        return str(value)
