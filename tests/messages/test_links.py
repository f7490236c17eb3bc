"""Where a message says one can go on, there is a page: packages below the pages write their addresses out."""

import re
from pathlib import Path

import pytest
from django.urls import resolve

import accounts
from accounts import ids

WRITTEN = re.compile(r'f?"(/(?:my|i|b)/[^"\s…]*)"')
IDS = {"accounts": "acc", "applications": "app", "businesses": "biz"}
SOURCES = [path for path in Path(accounts.__path__[0]).rglob("*.py") if "onboarding" not in path.parts]
LINKS = sorted({link for path in SOURCES for link in WRITTEN.findall(path.read_text())})


def filled_in(link: str) -> str:
    """With an id of the kind that the segment before it names, where the code fills one in."""
    return re.sub(r"/(\w+)/\{[^}]*\}", lambda part: f"/{part[1]}/{ids.new_id(IDS[part[1]])}", link)


@pytest.mark.parametrize("link", LINKS)
def test_a_link_leads_to_a_page(link: str) -> None:
    assert resolve(filled_in(link)).func.__module__.startswith("accounts.onboarding")


def test_the_links_were_found() -> None:
    assert {"/my/joining/", "/my/suggestions/"} < set(LINKS) and len(LINKS) >= 6
