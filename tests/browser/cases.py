"""Realistic work for the browser's tests: `python -m tests.browser.cases N` on a registry that runs.

Made by the services that make it in life, in a process of its own: Playwright and Django's ORM share no thread.
"""

import io
import json
import os
import sys

import django
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "registry.settings")
django.setup()

from accounts.audit import journal as audit  # noqa: E402  # Django first
from accounts.verification import evidence  # noqa: E402
from accounts.verification import services as verification  # noqa: E402
from accounts.verification.models import Application  # noqa: E402
from tests.factories import make_account, make_business, make_cohort, make_draft, make_owner, prove  # noqa: E402

STREETS = ("Melati", "Kenanga", "Mawar", "Anggrek", "Dahlia", "Cempaka", "Teratai", "Flamboyan")
TRADES = ("Warung", "Bengkel", "Toko", "Katering", "Laundry", "Kedai")


def make(how_many: int) -> list[str]:
    """So many applications of small businesses, numbers proven, ready to be decided. Answers with their ids."""
    cohort = make_cohort(name="Browser")
    made: list[Application] = []
    for number in range(how_many):
        name = f"{TRADES[number % 6]} {STREETS[number // 6 % 8]} {number + 1}"
        owner = make_owner(f"Ibu {STREETS[number % 8]}", f"owner{number}@browser.example")
        business = make_business(owner, legal_name=f"CV {name}")
        account = make_account(business, about="Buka setiap hari 07.00-20.00", category="food")
        draft = make_draft(account, cohort=cohort, display_name=name)
        evidence.add(draft, file=_photo(name), by=owner)
        prove(draft)
        made.append(verification.submit(draft, by=owner))
    return [application.pk for application in made]


def _photo(name: str) -> SimpleUploadedFile:
    """A shop with its sign, as a phone takes it."""
    picture = Image.new("RGB", (1200, 900), "#c9b08a")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((150, 120, 1050, 330), fill="#7a1f1f")
    draw.text((190, 180), name, fill="white", font_size=72)
    draw.rectangle((480, 430, 720, 900), fill="#4a3a2a")
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=85)
    return SimpleUploadedFile("toko.jpg", file.getvalue(), "image/jpeg")


if __name__ == "__main__":
    with audit.together():
        print(json.dumps(make(int(sys.argv[1]))))
