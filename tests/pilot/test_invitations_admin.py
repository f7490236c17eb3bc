"""Inviting in the admin: a list of contacts, the line, sending again, revoking; no contact in any list."""

import pytest
from django.urls import reverse

from accounts.audit.models import LogEntry
from accounts.people.models import User
from accounts.pilot import services as pilot
from accounts.pilot.models import Invitation, InvitationState, WaitingEntry
from tests.factories import make_cohort, make_owner
from tests.pilot.invited import accepted, invited, token_of
from tests.staff import browser_of

pytestmark = pytest.mark.django_db
ADD = reverse("admin:pilot_invitation_add")
LIST = reverse("admin:pilot_invitation_changelist")


def page(name: str, row: Invitation | WaitingEntry) -> str:
    return reverse(f"admin:pilot_{row._meta.model_name}_{name}", args=[row.pk])


def test_a_list_of_contacts_is_invited(olga: User) -> None:
    cohort = make_cohort(name="Bali", country="ID", capacity=1)
    browser = browser_of(olga)
    typed = {
        "cohort": cohort.name,
        "contacts": " siti@rumah.example\n\n0812 3456 7890\r\n",
        "language": "id",
        "days": "7",
    }
    answer = browser.post(ADD, typed, follow=True)
    said = answer.content.decode()
    assert "2 contacts are invited." in said
    assert "1 more is invited than the cohort has places." in said
    assert set(Invitation.objects.values_list("contact", "created_by")) == {
        ("siti@rumah.example", olga.pk),
        ("+6281234567890", olga.pk),
    }
    assert "siti@rumah.example" not in said  # the list of invitations
    again = browser.post(ADD, typed, follow=True).content.decode()
    assert "2 contacts were invited already." in again
    assert Invitation.objects.count() == 2


def test_what_is_no_contact_stays_in_the_form_with_its_reason(olga: User) -> None:
    cohort = make_cohort(country="ID")
    typed = {"cohort": cohort.name, "contacts": "siti@rumah.example\nbudi", "language": "id", "days": "7"}
    answer = browser_of(olga).post(ADD, typed)
    said = answer.content.decode()
    assert answer.status_code == 422
    assert "1 contact is invited." in said
    assert "budi: Write an e-mail address or a phone number" in said
    assert ">\nbudi</textarea>" in said


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"cohort": "Jawa"}, "Select a valid choice"),
        ({"contacts": ""}, "This field is required"),
        ({"contacts": "a@b.example\n" * 301}, "At most 300 at once"),
        ({"language": "fr"}, "Select a valid choice"),
        ({"days": "91"}, "less than or equal to 90"),
    ],
)
def test_a_wrong_form_says_what(wrong: dict[str, str], said: str, olga: User) -> None:
    typed = {"cohort": make_cohort().name, "contacts": "a@b.example", "language": "id", "days": "7"}
    answer = browser_of(olga).post(ADD, {**typed, **wrong})
    assert (answer.status_code, Invitation.objects.count()) == (422, 0)
    assert said in answer.content.decode()


def test_an_invitation_is_sent_again_and_revoked(olga: User) -> None:
    invitation, token = invited()
    browser = browser_of(olga)
    assert "Send again" in browser.get(page("change", invitation)).content.decode()
    assert browser.post(page("resend", invitation), {"days": "7"}).status_code == 302
    assert token_of(invitation) != token
    assert browser.post(page("revoke", invitation)).status_code == 302
    assert Invitation.objects.with_state().get().state == InvitationState.REVOKED
    assert "Send again" not in browser.get(page("change", invitation)).content.decode()
    assert browser.post(page("resend", invitation), {"days": "7"}).status_code == 409


def test_opening_one_and_searching_stand_in_the_log(olga: User) -> None:
    invitation, _token = invited(contact="siti@rumah.example")
    browser = browser_of(olga)
    assert "siti@rumah.example" not in browser.get(LIST).content.decode()
    assert not LogEntry.objects.filter(kind="viewed").exists()
    assert invitation.pk in browser.get(LIST + "?q=siti@rumah.example").content.decode()
    assert LogEntry.objects.get(kind="viewed").data == {"list": "invitation", "searched": True}
    assert "siti@rumah.example" in browser.get(page("change", invitation)).content.decode()
    assert LogEntry.objects.filter(kind="viewed", on=invitation.pk).count() == 1


def test_the_list_is_filtered_by_state(olga: User, ada: User) -> None:
    there = invited()[0]
    held = accepted(by=ada)
    for state, shown, hidden in (("open", there, held), ("redeemed", held, there)):
        said = browser_of(olga).get(LIST + f"?state={state}").content.decode()
        assert shown.pk in said and hidden.pk not in said
    assert browser_of(olga).get(LIST + "?state=nonsense").status_code == 200


def test_no_token_and_no_digest_is_on_any_page(olga: User) -> None:
    invitation, token = invited()
    said = browser_of(olga).get(page("change", invitation)).content.decode()
    assert token not in said and bytes(invitation.digest).hex() not in said


def test_the_first_of_the_line_are_invited_from_the_cohorts_page(olga: User) -> None:
    cohort = make_cohort(name="Bali", country="ID", capacity=1, invitation_only=True)
    people = [make_owner("Guest", f"guest{n}@owner.example") for n in range(3)]
    entries = [pilot.join(person, "ID", by=person) for person in people]
    browser = browser_of(olga)
    address = reverse("admin:pilot_cohort_waiting", args=[cohort.pk])
    assert browser.post(address, {"count": "2", "days": "7"}).status_code == 302
    assert list(WaitingEntry.objects.waiting()) == [entries[2]]
    said = browser.get(reverse("admin:pilot_cohort_change", args=[cohort.pk])).content.decode()
    assert "invited beyond its places" in said.lower()
    pilot.leave(entries[2], by=people[2])
    assert browser.post(address, {"count": "2", "days": "7"}).status_code == 409


def test_the_waiting_list_shows_no_contact_until_it_is_opened(olga: User, ada: User) -> None:
    entry = pilot.join(ada, "ID", by=ada)
    browser = browser_of(olga)
    listed = browser.get(reverse("admin:pilot_waitingentry_changelist")).content.decode()
    assert entry.pk in listed and "Ada" not in listed and str(ada.email) not in listed
    assert "Ada" in browser.get(page("change", entry)).content.decode()
    assert LogEntry.objects.filter(kind="viewed", on=entry.pk).exists()
