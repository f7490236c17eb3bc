"""Businesses, accounts, protected names, disputes and bars in the admin, as a browser uses it."""

from typing import Any

from django.test import Client
from django.urls import reverse

from accounts.audit import journal as audit
from accounts.audit.models import Event, LogEntry
from accounts.businesses import lookalikes, ownership
from accounts.businesses import services as businesses
from accounts.businesses.models import Account, Bar, NumberDispute, ProtectedName
from accounts.clients.models import ClientApp
from accounts.people.models import User
from accounts.verification import services as verification
from tests.factories import make_account, make_approved, make_business, make_claimed
from tests.staff import browser_of


def signed_in(person: User) -> Client:
    return browser_of(person)


def at(page: str, row: Any = None) -> str:
    return reverse(f"admin:businesses_{page}", args=[] if row is None else [row.pk])


def test_a_business_is_shown_with_its_people_and_that_is_logged(rita: User, ada: User) -> None:
    business = make_business(ada, legal_name="<script>alert(1)</script>")
    page = signed_in(rita).get(at("business_change", business)).content.decode()
    assert "ada@owner.example" in page
    assert "<script>alert" not in page
    assert LogEntry.objects.filter(kind="viewed", by=rita.pk, on=business.pk).count() == 1


def test_the_lists_own_links_work_and_are_logged_by_id(rita: User) -> None:
    account = make_approved()
    browser = signed_in(rita)
    page = browser.get(at("account_changelist")).content.decode()
    link = f"/admin/businesses/account/{account.pk.replace('_', '_5F')}/change/"
    assert link in page
    assert browser.get(link).status_code == 200
    assert LogEntry.objects.filter(kind="viewed", on=account.pk).exists()


def test_a_live_name_is_protected_and_no_longer(sinta: User) -> None:
    account = make_approved(display_name="Kedai Kenanga")
    browser = signed_in(sinta)
    assert browser.post(at("account_protect", account)).status_code == 302
    assert lookalikes.of("Kedai Kenangaa")[0].protected
    assert browser.post(at("account_unprotect", account)).status_code == 302
    assert not lookalikes.of("Kedai Kenangaa")[0].protected


def test_an_account_that_is_not_live_has_no_name_to_protect(sinta: User) -> None:
    account = make_account()
    response = signed_in(sinta).post(at("account_protect", account))
    assert response.status_code == 409
    assert "not approved yet" in response.content.decode()
    assert (
        at("account_protect", account)
        not in signed_in(sinta).get(at("account_change", account)).content.decode()
    )


def test_a_number_declared_personal_is_settled_with_a_note(sinta: User, kai: ClientApp) -> None:
    account = make_approved()
    ownership.declare_personal(str(account.number), by=kai)
    dispute = NumberDispute.objects.get()
    browser = signed_in(sinta)
    assert browser.post(at("numberdispute_settle", dispute), {"note": " "}).status_code == 422
    assert browser.post(at("numberdispute_settle", dispute), {"note": "Rang them up"}).status_code == 302
    dispute.refresh_from_db()
    assert (dispute.settled_by, dispute.note) == (sinta, "Rang them up")
    again = browser.post(at("numberdispute_settle", dispute), {"note": "Once more"})
    assert again.status_code == 409
    assert "Once more" in again.content.decode()


def test_a_bar_is_lifted(sinta: User, no_undo_window: None) -> None:
    application = make_claimed(sinta)
    verification.bar(application, reason="fraud", by=sinta)
    bar = Bar.objects.get()
    browser = signed_in(sinta)
    assert browser.get(at("bar_lift", bar)).status_code == 200
    assert Bar.objects.get().lifted_at is None
    assert browser.post(at("bar_lift", bar)).status_code == 302
    assert Bar.objects.get().lifted_by == sinta


class TestProtectedNames:
    def test_one_is_added_found_and_taken_away(self, sinta: User) -> None:
        browser = signed_in(sinta)
        typed = {"name": "Bank Contoh", "category": "finance", "country": "id"}
        assert browser.post(at("protectedname_add"), typed).status_code == 302
        guarded = ProtectedName.objects.get()
        assert (guarded.name, guarded.country) == ("Bank Contoh", "ID")
        assert lookalikes.of("Bank C0ntoh")[0].protected
        assert "Bank Contoh" in browser.get(f"{at('protectedname_changelist')}?q=contoh").content.decode()
        assert browser.get(at("protectedname_unprotect", guarded)).status_code == 200
        response = browser.post(at("protectedname_unprotect", guarded))
        assert response.headers["Location"] == at("protectedname_changelist")
        assert lookalikes.of("Bank C0ntoh") == []
        kinds = Event.objects.order_by("seq").values_list("kind", "by")
        assert list(kinds) == [("name.protected", sinta.pk), ("name.unprotected", sinta.pk)]

    def test_a_wrong_country_is_said_at_its_field_and_nothing_is_lost(self, sinta: User) -> None:
        typed = {"name": "Bank Contoh", "category": "finance", "country": "zz"}
        response = signed_in(sinta).post(at("protectedname_add"), typed)
        page = response.content.decode()
        assert response.status_code == 422
        assert 'value="Bank Contoh"' in page
        assert "No such country" in page
        assert not ProtectedName.objects.exists()


def test_the_history_of_a_row_is_the_journal(rita: User) -> None:
    account = make_approved()
    browser = signed_in(rita)
    response = browser.get(at("account_history", account))
    assert response.headers["Location"] == f"{reverse('admin:audit_event_changelist')}?on={account.pk}"
    page = browser.get(response.headers["Location"]).content.decode()
    assert "account.approved" in page
    assert "application.submitted" not in page
    assert Account.objects.filter(pk=account.pk).exists()


def test_ids_are_searched_for_as_they_are_written(rita: User) -> None:
    account = make_approved(display_name="Kedai Kenanga")
    businesses.protect("Bank Contoh", category="finance", country="ID", by=audit.SYSTEM)
    browser = signed_in(rita)
    for typed, shown in [
        (account.pk, "1 account"),
        ("kenanga", "1 account"),
        ("acc_1", "0 accounts"),
    ]:
        assert shown in browser.get(f"{at('account_changelist')}?q={typed}").content.decode(), typed
