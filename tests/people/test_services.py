from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.audit import journal as audit
from accounts.audit.models import Event, LogEntry
from accounts.errors import DomainError, Forbidden, Invalid, NotFound
from accounts.people import services as people
from accounts.people.models import User
from accounts.people.roles import PERMISSIONS, Role
from tests.factories import PASSWORD
from tests.staff import browser_of


def test_staff_come_with_a_role_and_an_event(olga: User) -> None:
    person = people.create_staff("tuti", PASSWORD, role=Role.REVIEWER, name="Tuti", email="", by=olga)
    person.refresh_from_db()
    assert (person.name, person.email, person.is_staff) == ("Tuti", None, True)
    assert person.check_password(PASSWORD)
    event = Event.objects.latest("seq")
    assert (event.kind, event.on, event.by, event.data) == (
        "person.created",
        person.pk,
        olga.pk,
        {"role": "reviewer"},
    )


@pytest.mark.parametrize(
    ("attempt", "problem"),
    [
        (lambda olga: people.create_staff("olga", PASSWORD, role="reviewer", by=olga), "username_taken"),
        (
            lambda olga: people.create_staff(
                "tuti", PASSWORD, role="reviewer", email="ada@owner.example", by=olga
            ),
            "email_taken",
        ),
        (lambda olga: people.create_staff("tuti", PASSWORD, role="king", by=olga), "role_unknown"),
        (lambda olga: people.create_staff("tuti", PASSWORD, role="", by=olga), "role_unknown"),
    ],
)
def test_a_refused_attempt_changes_nothing(
    olga: User, ada: User, attempt: Callable[[User], object], problem: str
) -> None:
    people_before, events_before = User.objects.count(), Event.objects.count()
    with pytest.raises(Invalid) as refusal:
        attempt(olga)
    assert [found.code for found in refusal.value.problems] == [problem]
    assert (User.objects.count(), Event.objects.count()) == (people_before, events_before)
    assert LogEntry.objects.get().kind == "refused"


def test_an_event_of_a_change_names_the_fields_and_not_what_was_in_them(olga: User, rita: User) -> None:
    people.change_staff(
        rita, name="Rita Sari", role=Role.SENIOR_REVIEWER, language="en", email="rita@staff.example", by=olga
    )
    event = Event.objects.latest("seq")
    assert event.kind == "person.changed"
    assert event.data == {"fields": ["name", "role", "language", "email"], "role": "senior_reviewer"}
    people.change_staff(
        rita, name="Rita Sari", role=Role.SENIOR_REVIEWER, language="en", email="rita@staff.example", by=olga
    )
    assert Event.objects.latest("seq") == event


@pytest.mark.parametrize(
    "attempt",
    [
        lambda olga: people.disable_staff(olga, by=olga),
        lambda olga: people.change_staff(
            olga, name="Olga", role="reviewer", language="id", email=None, by=olga
        ),
    ],
)
def test_nobody_changes_their_own_access(olga: User, attempt: Callable[[User], object]) -> None:
    with pytest.raises(Forbidden) as refusal:
        attempt(olga)
    assert refusal.value.code == "own_access"
    olga.refresh_from_db()
    assert (olga.role, olga.is_active) == (Role.OPERATOR, True)


@pytest.mark.parametrize(
    "attempt",
    [
        lambda ada, olga: people.disable_staff(ada, by=olga),
        lambda ada, olga: people.set_password(ada, PASSWORD, by=olga),
        lambda ada, olga: people.change_staff(
            ada, name="", role="operator", language="id", email=None, by=olga
        ),
    ],
)
def test_an_owner_is_no_staff(ada: User, olga: User, attempt: Callable[[User, User], object]) -> None:
    with pytest.raises(NotFound):
        attempt(ada, olga)
    ada.refresh_from_db()
    assert (ada.role, ada.is_active, ada.check_password(PASSWORD)) == (Role.OWNER, True, False)


def signed_in(person: User) -> Client:
    browser = browser_of(person)
    assert browser.get(reverse("admin:index")).status_code == 200
    return browser


@pytest.mark.parametrize(
    "end",
    [
        lambda rita: people.disable_staff(rita, by=audit.SYSTEM),
        lambda rita: people.set_password(rita, PASSWORD + " of tomorrow", by=audit.SYSTEM),
    ],
)
def test_whoever_is_disabled_or_gets_a_new_password_is_out_with_the_next_click(
    rita: User, end: Callable[[User], object]
) -> None:
    browser = signed_in(rita)
    end(rita)
    assert browser.get(reverse("admin:index")).status_code == 302
    assert not Client().login(username="rita", password=PASSWORD)


def test_whoever_is_enabled_again_signs_in_again(rita: User) -> None:
    people.disable_staff(rita, by=audit.SYSTEM)
    people.enable_staff(rita, by=audit.SYSTEM)
    signed_in(rita)
    assert [e.kind for e in Event.objects.order_by("seq")][-2:] == ["person.disabled", "person.enabled"]


@pytest.mark.parametrize("role", Role)
def test_a_disabled_person_may_do_nothing(role: Role) -> None:
    person = User(role=role, is_active=False)
    assert not any(person.has_perm(permission) for permission in PERMISSIONS[role])
    assert not any(person.has_module_perms(app) for app in ["people", "verification", "audit"])


def test_a_permission_is_what_the_roles_table_says() -> None:
    for role in Role:
        person = User(role=role)
        granted = {p for permissions in PERMISSIONS.values() for p in permissions if person.has_perm(p)}
        assert granted == PERMISSIONS[role]


def test_two_refusals_tell_operators_apart_from_owners(ada: User, olga: User) -> None:
    with pytest.raises(DomainError) as refusal:
        people.disable_staff(ada, by=olga)
    assert refusal.value.code == "not_found"


def test_an_auditor_reads_what_anybody_reads_and_changes_nothing() -> None:
    """Every permission that there is to look is the auditor's, and no other."""
    views = {one for role in Role for one in PERMISSIONS[role] if one.partition(".")[2].startswith("view_")}
    assert PERMISSIONS[Role.AUDITOR] == views | {"verification.compare_reviewers"}  # a page of figures


def test_one_chooses_the_language_one_reads(rita: User) -> None:
    people.choose_language(rita, "en")
    people.choose_language(rita, "en")
    rita.refresh_from_db()
    assert rita.language == "en"
    assert Event.objects.filter(kind="person.changed", on=rita.pk).count() == 1
    with pytest.raises(Invalid) as refusal:
        people.choose_language(rita, "fr")
    assert refusal.value.problems[0].code == "locale_unknown"


def test_the_switch_of_language_stays_on_the_page_and_leads_nowhere_else(rita: User) -> None:
    browser = browser_of(rita, language="id")
    switch, queue = reverse("staff_language"), reverse("admin:verification_application_changelist")
    assert browser.post(switch, {"language": "en", "next": queue}).headers["Location"] == queue
    assert b"To decide" in browser.get(queue).content
    away = browser.post(switch, {"language": "id", "next": "https://elsewhere.example/"})
    assert away.headers["Location"] == reverse("mfa_index")
    assert browser.post(switch, {"language": "fr"}).status_code == 302
    browser.get(switch + "?language=en")
    rita.refresh_from_db()
    assert rita.language == "id"
