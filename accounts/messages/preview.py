"""How each template reads, for the staff: with made-up values, in every language and channel."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from accounts.messages.models import Channel
from accounts.messages.rendering import LINK, Template
from accounts.messages.segments import Sms, measure
from accounts.messages.templates import TEMPLATES
from accounts.people import languages
from accounts.text import Text

# What stands in for a placeholder; one that is not named here shows its own name.
SAMPLES: dict[str, object] = {
    "name": "Warung Bu Siti",
    "business": "CV Rasa Nusantara",
    "date": datetime.date(2027, 8, 17),
    "reason": Text("Dokumen tidak terbaca.", "The document can't be read."),
    "message": Text("Foto izin usaha terlalu gelap.", "The photo of the licence is too dark."),
    "question": Text("Apakah alamat ini masih berlaku?", "Is this address still right?"),
    "field": Text("Alamat", "Address"),
    "suggestion": "Tolong tambahkan bahasa Jawa.",
    "answer": Text("Kami kerjakan bulan depan.", "We will do it next month."),
    "problem": Text("Halamannya tidak menjawab.", "Its page does not answer."),
    "number": "+62 812-3456-7890",
    "website": "warung-bu-siti.example",
    "title": Text("Gangguan: Pencarian nomor", "Outage: Look-ups"),
    "stage": Text("Sedang diselidiki", "Investigating"),
    "news": Text("Kami sedang menyelidikinya.", "We are looking into it."),
    "components": Text("Pencarian nomor", "Look-ups"),
    "page": "https://registry.example/status/",
    "link": "/my/applications/app_01h2xcejqtf2nbrexx3vqjhp41/",
}
SECRET_CODE, SECRET_LINK = "420019", "/i/Zm9ydHktdHdvLWlzLXRoZS1hbnN3ZXI/"  # made up


@dataclass(frozen=True)
class Reading:
    """One template in one language."""

    language: str
    name: str  # what the language calls itself
    subject: str
    mail: str
    sms: str
    cost: Sms
    call: str


def readings(template: Template) -> list[Reading]:
    return [_reading(template, language, name) for language, name in languages.choices()]


def everything() -> Iterator[tuple[str, list[Reading]]]:
    for name, template in TEMPLATES.items():
        yield name, readings(template)


def _reading(template: Template, language: str, name: str) -> Reading:
    values = {name: SAMPLES.get(name, f"‹{name}›") for name in template.placeholders}
    secret = SECRET_LINK if template.secret == LINK else SECRET_CODE

    def read(channel: Channel) -> tuple[str, str]:
        subject, body = template.render(channel, language, values)
        return subject, template.uncovered(body, secret, channel) if template.secret else body

    (subject, mail), (_, sms), (_, call) = (read(channel) for channel in Channel)
    return Reading(language, name, subject, mail, sms, measure(sms), call)
