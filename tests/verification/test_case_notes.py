"""Internal notes: for everybody on the staff who sees the case, never for the owner."""

from typing import Any

import pytest

from accounts.audit.models import Event
from accounts.errors import DomainError
from accounts.messages.models import Message
from accounts.people.models import User
from accounts.people.roles import Role
from accounts.verification import services as verification
from accounts.verification.models import Note
from tests.factories import approve_now, make_reviewer, make_submitted
from tests.staff import browser_of
from tests.verification.desk import address, case_of, desk, press, send, text


def test_the_staff_reads_them_and_the_journal_holds_no_text(rita: User, olga: User) -> None:
    application = make_submitted()
    assert press(desk(rita), application, "note", text="The shop is closed on Sundays").status_code == 302
    event = Event.objects.latest("seq")
    assert (event.kind, event.on, event.by) == ("application.noted", application.pk, rita.pk)
    assert event.data == {"note": Note.objects.get().pk}
    for reader in (rita, olga, make_reviewer("Aud", Role.AUDITOR)):
        page = text(desk(reader).get(case_of(application)))
        assert "The shop is closed on Sundays" in page
        assert "never the owner" in page


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.AUDITOR])
def test_who_only_reads_writes_none(role: Role, rita: User) -> None:
    application, reader = make_submitted(), make_reviewer("Reader", role)
    assert "note-form" not in text(desk(reader).get(case_of(application)))
    form = (address(application, "note"), {"revision": "1"})
    assert send(browser_of(reader), form, text="x").status_code == 403
    with pytest.raises(DomainError, match="permission_missing"):
        verification.write_note(application, text="x", by=reader)


def test_a_member_of_the_business_writes_none(rita: User) -> None:
    application = make_submitted()
    application.account.business.memberships.create(person=rita)
    with pytest.raises(DomainError, match="own_business"):
        verification.write_note(application, text="x", by=rita)
    assert "note-form" not in text(desk(rita).get(case_of(application)))


def test_also_what_is_decided_can_be_noted(rita: User) -> None:
    application = approve_now(make_submitted())
    verification.write_note(application, text="The owner rang to say thanks", by=rita)
    assert application.notes.count() == 1


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("", "note_empty"),
        ("  \n ", "note_empty"),
        ("x" * 2001, "value_too_long"),
        ("\u202e", "hidden_characters"),
    ],
)
def test_what_is_no_note(rita: User, written: str, code: str) -> None:
    application = make_submitted()
    with pytest.raises(DomainError, match=code):
        verification.write_note(application, text=written, by=rita)
    assert not Note.objects.exists()


def test_what_was_typed_is_kept_when_it_is_refused(rita: User) -> None:
    response: Any = press(desk(rita), make_submitted(), "note", text="turned \u202e around")
    assert response.status_code == 422
    assert "turned \u202e around" in text(response)


def test_the_owner_is_told_nothing(rita: User) -> None:
    application = make_submitted()
    before = Message.objects.count()
    verification.write_note(application, text="Looks fine", by=rita)
    assert Message.objects.count() == before
