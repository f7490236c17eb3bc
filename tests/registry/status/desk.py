"""The staff's desk of the status page, read and filled in as a browser does."""

import re
from html import unescape
from typing import Any

from django.test import Client
from django.urls import reverse

from registry.status.models import Incident

DESK = reverse("admin:status_incident_changelist")
ADD, PLAN = reverse("admin:status_incident_add"), reverse("admin:status_incident_plan")


def at(page: str, row: Incident) -> str:
    return reverse(f"admin:status_incident_{page}", args=[row.pk])


def text_of(response: Any, status: int = 200) -> str:
    assert response.status_code == status
    return str(response.content.decode())


def fields_of(page: str) -> dict[str, Any]:
    """What the page's form would send as it stands: hidden and visible."""
    inputs = re.findall(r"<input\b([^>]*)>", page)
    found: dict[str, Any] = {}
    for one in inputs:
        facts = dict(re.findall(r'([a-z]+)="([^"]*)"', one))
        name, value = facts.get("name", ""), unescape(facts.get("value", ""))
        if name == "components" and (facts["type"] == "hidden" or "checked" in one):
            found.setdefault(name, []).append(value)
        elif name not in ("", "components", "csrfmiddlewaretoken", "next", "_selected_action"):
            found[name] = value
    for name, text in re.findall(r'<textarea name="(\w+)"[^>]*>\n?(.*?)</textarea>', page, re.DOTALL):
        found[name] = unescape(text)
    for name, options in re.findall(r'<select name="(\w+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.findall(r'<option value="([^"]*)" selected', options)
        found[name] = chosen[0] if chosen else re.findall(r'value="([^"]*)"', options)[0]
    return found


def through_the_preview(browser: Client, address: str, **typed: Any) -> Any:
    """Typed, looked at, published: what the last page answers."""
    form = fields_of(text_of(browser.get(address)))
    preview = text_of(browser.post(address, {**form, **typed, "preview": ""}))
    return browser.post(address, {**fields_of(preview), "publish": ""})
