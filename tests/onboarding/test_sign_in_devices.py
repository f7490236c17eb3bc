"""Where an owner is signed in, for how long, and ending that from elsewhere; and the language of their pages."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.audit.models import Event, LogEntry
from accounts.contacts.devices import described
from accounts.contacts.models import Device
from accounts.onboarding.signing_in.middleware import LAST_DAY
from accounts.people.doors import OWNERS_SESSION
from accounts.people.models import User
from accounts.privacy import consents
from tests.onboarding.signing import ANDROID, DEVICES, SIGN_IN, ask, give, sent_code, signed_in
from tests.racing import race
from tests.staff import browser_of

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Safari/604.1"
)
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0 Safari/537.36 Edg/131.0"


@pytest.mark.parametrize(
    ("agent", "browser"),
    [
        (ANDROID, "Chrome, Android"),
        (IPHONE, "Safari, iPhone"),
        (WINDOWS, "Edge, Windows"),
        (f"{ANDROID} SamsungBrowser/27.0", "Samsung Internet, Android"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", "Firefox, Linux"),
        ("curl/8.5", ""),
        ("<script>" * 1000, ""),
        ("", ""),
    ],
)
def test_of_a_browser_its_family_and_system_are_kept(agent: str, browser: str) -> None:
    assert described(agent) == browser


def test_the_page_shows_where_one_is_signed_in_and_nobody_elses(ada: User, mallory: User) -> None:
    here = signed_in(ada)
    signed_in(ada, IPHONE)
    signed_in(mallory, WINDOWS)
    User.objects.update(language="en")
    with CaptureQueriesContext(connection) as queries:
        page = here.get(DEVICES).content.decode()
    assert len(queries) == 3  # the session, the person, the devices
    assert page.count("<strong>") == 2
    assert "Chrome, Android" in page and "Safari, iPhone" in page and "Edge" not in page
    assert page.index("This device") < page.index("Safari, iPhone")


def test_one_is_ended_and_the_others_go_on(ada: User) -> None:
    here, there, third = signed_in(ada), signed_in(ada, IPHONE), signed_in(ada, WINDOWS)
    device = Device.objects.get(browser="Safari, iPhone")
    assert here.post(DEVICES, {"device": device.pk})["Location"] == DEVICES
    assert there.get(DEVICES)["Location"].startswith(SIGN_IN)
    assert here.get(DEVICES).status_code == third.get(DEVICES).status_code == 200
    assert LogEntry.objects.get(kind="device_ended").by == ada.pk
    assert here.post(DEVICES, {"device": device.pk}).status_code == 302  # tapped twice


def test_all_others_are_ended_but_for_the_one_that_asks(ada: User) -> None:
    here, *others = [signed_in(ada) for _ in range(4)]
    here.post(DEVICES)
    assert [other.get(DEVICES).status_code for other in others] == [302] * 3
    assert here.get(DEVICES).status_code == 200
    assert (
        Device.objects.count() == Session.objects.filter(pk__in=Device.objects.values("session")).count() == 1
    )


@pytest.mark.parametrize("what", ["", "dev_", "dev_00000000000000000000000000", "\x00", "of Mallory's"])
def test_nobody_ends_what_is_somebody_elses(ada: User, mallory: User, what: str) -> None:
    signed_in(mallory, IPHONE)
    device = Device.objects.get()
    here = signed_in(ada)
    here.post(DEVICES, {"device": device.pk if what else what})
    here.post(DEVICES, {"device": what})
    assert Device.objects.filter(pk=device.pk).exists()


def test_two_that_end_each_other_at_once_both_end(committed: None, ada: User) -> None:
    here, there = signed_in(ada), signed_in(ada)
    statuses = []
    race(lambda: statuses.append(here.post(DEVICES)), lambda: statuses.append(there.post(DEVICES)))
    assert {answer.status_code for answer in statuses} <= {302, 400}
    assert Device.objects.count() <= 1


def test_a_session_lasts_two_weeks_from_its_last_day(ada: User) -> None:
    client = signed_in(ada)
    client.get(DEVICES)
    with CaptureQueriesContext(connection) as queries:
        client.get(DEVICES)
    assert not [query for query in queries if "UPDATE" in query["sql"]]
    key = client.session.session_key
    nearly_over = timezone.now() + timedelta(hours=1)
    session = client.session
    in_a_week = timezone.now() + timedelta(days=7)
    assert session.get_expiry_date(modification=in_a_week) == in_a_week + OWNERS_SESSION
    session[LAST_DAY] -= 13
    session.save()
    Session.objects.filter(pk=key).update(expire_date=nearly_over)
    client.get(DEVICES)
    assert Session.objects.get(pk=key).expire_date > timezone.now() + OWNERS_SESSION - timedelta(minutes=1)
    assert client.cookies["sessionid"]["max-age"] == pytest.approx(OWNERS_SESSION.total_seconds(), abs=5)


@pytest.mark.parametrize("ended", ["from elsewhere", "by a button"])
def test_on_one_phone_nobody_reads_what_another_one_typed(ada: User, mallory: User, ended: str) -> None:
    """The page was still open; who signs in next is somebody else, or the same person once more."""
    for last in (mallory, ada):
        phone = signed_in(ada)
        make_agree(ada, mallory)
        if ended == "by a button":
            phone.post("/sign-out/")
        else:
            signed_in(ada, IPHONE).post(DEVICES)
        phone.post("/my/suggestions/", {"text": "Ada's own words"})
        ask(phone, str(last.email), "/my/suggestions/")
        assert give(phone, sent_code())["Location"] == "/my/suggestions/"
        shown = phone.get("/my/suggestions/").content.decode()
        assert ("Ada&#x27;s own words" in shown) == (last == ada)
        assert "Ada&#x27;s own words" not in phone.get("/my/suggestions/").content.decode()


def make_agree(*people: User) -> None:
    for person in people:
        consents.give(person, version=consents.VERSION, language="id")


def test_pages_are_in_the_readers_language_and_the_switch_is_kept(ada: User) -> None:
    client = signed_in(ada)  # whose browser asks for English
    assert ada.language == "id"
    assert '<html lang="id">' in client.get(DEVICES).content.decode()
    client.post("/language/", {"language": "en", "next": DEVICES})
    assert '<html lang="en">' in client.get(DEVICES).content.decode()
    ada.refresh_from_db()
    assert ada.language == "en"
    event = Event.objects.get(kind="person.changed")
    assert (event.on, event.by, event.data) == (ada.pk, ada.pk, {"fields": ["language"]})


@pytest.mark.parametrize("language", ["fr", "", "\x00"])
def test_a_language_that_is_none_changes_nothing(ada: User, language: str) -> None:
    client = signed_in(ada)
    assert client.post("/language/", {"language": language, "next": "//evil.example/"})["Location"] == "/"
    ada.refresh_from_db()
    assert ada.language == "id"


def test_a_switch_by_the_staff_is_not_written_to_their_row(rita: User) -> None:
    """They have one of their own, in the admin."""
    browser_of(rita).post("/language/", {"language": "id"})
    rita.refresh_from_db()
    assert rita.language == "en"


def test_other_pages_cost_no_query(ada: User) -> None:
    client = signed_in(ada)
    with CaptureQueriesContext(connection) as queries:
        client.get("/problems/")
    assert len(queries) == 0
