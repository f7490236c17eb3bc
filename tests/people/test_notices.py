"""Who looks at people stands in the log, and whose sign-in is reset hears of it."""

from django.urls import reverse

from accounts.audit.models import LogEntry
from accounts.messages.models import Message
from accounts.people import factors
from accounts.people.models import User
from tests.staff import browser_of


def test_the_list_of_people_and_a_search_in_it_are_noted(olga: User, ada: User) -> None:
    browser, page = browser_of(olga), reverse("admin:people_user_changelist")
    browser.get(page)
    assert browser.get(page, {"q": ada.email}).context["cl"].result_count == 1
    entries = LogEntry.objects.order_by("pk").values_list("kind", "by", "on", "data")
    assert list(entries) == [
        ("viewed", olga.pk, "", {"list": "people", "searched": False}),
        ("viewed", olga.pk, "", {"list": "people", "searched": True}),
    ]


def test_a_form_that_is_refused_is_a_view_too(olga: User, rita: User) -> None:
    page = reverse("admin:people_user_change", args=[rita.pk])
    assert browser_of(olga).post(page, {"role": "made up"}).status_code == 200
    assert LogEntry.objects.get(kind="viewed").on == rita.pk


def test_whose_sign_in_is_reset_hears_of_it(olga: User, rita: User, rudi: User) -> None:
    User.objects.filter(pk=rita.pk).update(email="rita@registry.example")
    password = factors.reset_sign_in(rita, by=olga)
    factors.reset_sign_in(rudi, by=olga)  # who has no address
    message = Message.objects.get(template="sign_in_reset")
    assert (message.to, message.about) == ("rita@registry.example", rita.pk)
    assert password not in message.body
