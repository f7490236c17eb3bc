"""Filling in the form as a browser without scripts sends it."""

from typing import Any

from django.test import Client
from django.urls import reverse

from accounts.verification.models import Application
from tests.factories import uploaded

NUMBER = "+12025550123"


def page(application: Application, slug: str) -> str:
    return reverse("question", args=[application.pk, slug])


def send(browser: Client, application: Application, slug: str, **fields: Any) -> Any:
    """As a browser does: with what stands in the page's hidden fields."""
    shown = browser.get(page(application, slug)).context["form"]
    hidden = {field.name: field.value() or "" for field in shown.hidden_fields()}
    return browser.post(page(application, slug), {**hidden, **fields})


ANSWERS: list[tuple[str, dict[str, Any]]] = [
    ("kind", {"kind": "sole_trader"}),
    ("legal-name", {"legal_name": "Siti Rahmawati"}),
    ("registration", {"papers": "yes", "registration_number": "9120001234567"}),
    ("name", {"display_name": "Warung Melati Jingga"}),
    ("number", {"number": "+1 (202) 555-0123"}),
    ("country", {"country": "ID"}),
    ("category", {"category": "food"}),
    ("purposes", {"contact_purposes": ["order_updates", "delivery"]}),
    ("about", {"about": "Buka jam tujuh pagi\nSampai habis"}),
    ("website", {"website": "melati.example"}),
    ("photo", {"skip": "1"}),
    ("evidence", {"kind": "registration", "file": uploaded()}),
]


def fill_in(browser: Client, application: Application) -> None:
    for slug, fields in ANSWERS:
        if "file" in fields:
            fields = {**fields, "file": uploaded()}
        answer = send(browser, application, slug, **fields)
        assert answer.status_code == 302, (slug, answer.context["form"].errors)
