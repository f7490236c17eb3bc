"""Who looks at people stands in the log, and whose sign-in is reset hears of it."""

from django.urls import reverse

from accounts.audit.models import LogEntry
from accounts.messages.models import Message
from accounts.people import factors
from accounts.people import services as people
from accounts.people.models import User
from tests.factories import PASSWORD
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


def test_a_new_address_is_told_to_the_old_one_before_anything_else_is_done(olga: User, rita: User) -> None:
    """Who wants to sign in as somebody else can't first turn their notices away unseen."""
    User.objects.filter(pk=rita.pk).update(email="rita@registry.example")
    profile = {"name": rita.name, "role": rita.role, "language": "en"}
    people.change_staff(rita, **profile, email="rita@registry.example", by=olga)
    assert not Message.objects.filter(template="address_changed").exists()
    people.change_staff(rita, **profile, email="olgas@mail.example", by=olga)
    message = Message.objects.get(template="address_changed")
    assert (message.to, message.about) == ("rita@registry.example", rita.pk)
    assert "olgas" not in message.body


def test_whose_password_is_set_hears_of_it_and_sets_another(olga: User, rita: User) -> None:
    User.objects.filter(pk=rita.pk).update(email="rita@registry.example")
    people.set_password(rita, PASSWORD + " of tomorrow", by=olga)
    assert Message.objects.get(template="password_set").to == "rita@registry.example"
    rita.refresh_from_db()
    assert rita.password_is_temporary
    people.change_own_password(rita, PASSWORD + " of next week")
    rita.refresh_from_db()
    assert not rita.password_is_temporary


def test_the_password_that_an_operator_gave_a_new_colleague_is_for_one_sign_in(olga: User) -> None:
    assert people.create_staff("tuti", PASSWORD, role="reviewer", by=olga).password_is_temporary
