"""The weekly look: warned first, failed a week later; and what that does to the badge."""

import time
from datetime import timedelta
from pathlib import Path

import pytest

from accounts.audit.models import Event
from accounts.badges import services as badges
from accounts.badges.models import BadgeStatus
from accounts.businesses.models import Account
from accounts.errors import NotAllowed
from accounts.messages.models import Message
from accounts.people.models import User
from accounts.verification import services as verification
from accounts.verification.models import Kind, Source
from accounts.websites import checking, services
from accounts.websites.jobs import check_websites
from accounts.websites.looking import KEY, RECORD, Finding, Method
from accounts.websites.models import ProofStatus, WebsiteProof
from tests.factories import (
    approve_now,
    badge_of,
    make_account,
    make_approved,
    make_draft,
    make_reviewer,
    owner_of,
    take_effect_now,
)
from tests.websites.loopback import HOST, World, certificate, response
from tests.websites.proving import (
    MISSING,
    WEBSITE,
    asked,
    failed,
    later,
    look,
    not_found_again,
    proven,
    started,
    warned,
)

pytestmark = pytest.mark.django_db
FOUND = Finding("", "", Method.META)


def verified() -> Account:
    """An account whose badge rests on its website too."""
    account = make_account()
    application = make_draft(account, website=WEBSITE)
    proven(account)
    approve_now(verification.submit(application, by=owner_of(account)))
    account.refresh_from_db()
    return account


def until_next(proof: WebsiteProof) -> timedelta:
    assert proof.next_check_at is not None and proof.checked_at is not None
    return proof.next_check_at - proof.checked_at


def standing(account: Account) -> tuple[str, str, list[str]]:
    badge = badge_of(account)
    return badge.status, badge.reason, badge.methods


ALL = ["documents", "phone_code", "website"]
WITHOUT = ["documents", "phone_code"]


class TestWeekly:
    def test_a_week_later_it_is_looked_at_again(self) -> None:
        proof = proven(make_account())
        assert not look(FOUND)
        later(proof, checking.CHECK_AGAIN_AFTER)
        events = Event.objects.count()
        assert len(look(FOUND)) == 1
        proof.refresh_from_db()
        assert until_next(proof) == checking.CHECK_AGAIN_AFTER
        assert Event.objects.count() == events  # nothing changed

    def test_what_is_gone_is_warned_of_and_fails_a_week_later(self) -> None:
        proof = proven(make_account())
        not_found_again(proof)
        not_found_again(proof)
        assert (proof.status, proof.failures) == (ProofStatus.PROVEN, 2)  # an outage is not told
        assert until_next(proof) == checking.LOOK_AGAIN_AFTER
        assert not Message.objects.exists()
        not_found_again(proof)
        assert proof.status == ProofStatus.DOUBTED
        message = Message.objects.get()
        assert (message.template, message.to) == ("website_check_failed", owner_of(proof.account).email)
        assert HOST in message.body and f"/my/accounts/{proof.account_id}/website/" in message.body
        days = 0
        while proof.is_standing:
            assert services.is_proven(proof.account, WEBSITE)
            not_found_again(proof)
            days += 1
        assert (proof.status, days) == (ProofStatus.FAILED, 7)
        assert not services.is_proven(proof.account, WEBSITE)
        assert Message.objects.count() == 1
        events = Event.objects.filter(kind__startswith="website.").order_by("seq")
        assert [(event.kind.split(".")[1], event.data) for event in events[1:]] == [
            ("proven", {"method": "meta", "approved": False}),
            ("check_failed", {"finding": "website_token_missing", "approved": False}),
            ("proof_failed", {"finding": "website_token_missing", "approved": False}),
        ]

    def test_what_is_back_is_as_if_nothing_had_been(self) -> None:
        proof = warned(proven(make_account()))
        later(proof, timedelta(days=2))
        look(FOUND)
        proof.refresh_from_db()
        assert (proof.status, proof.failures, proof.warned_at) == (ProofStatus.PROVEN, 0, None)
        warned(proof)
        assert proof.status == ProofStatus.DOUBTED
        assert Message.objects.count() == 2

    def test_asking_often_makes_nothing_worse(self) -> None:
        proof = proven(make_account())
        for _ in range(5):
            asked(proof, Method.DNS)
            (taken,) = look(MISSING)
            assert taken.methods == ("dns", "meta")  # what it stands on is looked at too
        proof.refresh_from_db()
        assert (proof.status, proof.failures) == (ProofStatus.PROVEN, 1)
        assert until_next(proof) <= checking.LOOK_AGAIN_AFTER

    def test_asking_often_puts_nothing_off(self) -> None:
        proof = warned(proven(make_account()))
        due = proof.next_check_at
        asked(proof, Method.DNS)
        look(MISSING)
        proof.refresh_from_db()
        assert proof.next_check_at is not None and due is not None
        assert proof.next_check_at <= due

    def test_another_way_takes_over(self) -> None:
        proof = proven(make_account())
        asked(proof, Method.DNS)
        look(Finding("", "", Method.DNS))
        proof.refresh_from_db()
        assert proof.method == "dns"

    def test_a_website_that_never_became_the_accounts_is_let_go(self) -> None:
        unused = proven(make_account())
        used = next(iter(verified().website_proofs.all()))
        for proof in (unused, used):
            later(proof, checking.UNUSED_AFTER + timedelta(days=1))
        look(FOUND)
        unused.refresh_from_db()
        used.refresh_from_db()
        assert (unused.status, used.status) == (ProofStatus.ENDED, ProofStatus.PROVEN)


class TestBadge:
    def test_an_approval_states_the_website_that_is_proven(self) -> None:
        assert standing(verified()) == (BadgeStatus.ACTIVE, "", ALL)

    def test_a_proof_of_another_website_is_none(self) -> None:
        account = make_account()
        application = make_draft(account, website="https://other.example")
        proof = proven(account)
        approve_now(verification.submit(application, by=owner_of(account)))
        assert standing(account) == (BadgeStatus.ACTIVE, "", WITHOUT)
        proof.refresh_from_db()
        assert proof.status == ProofStatus.ENDED

    def test_what_is_proven_later_is_stated_from_then_on(self) -> None:
        account = make_approved(website=WEBSITE)
        assert standing(account) == (BadgeStatus.ACTIVE, "", WITHOUT)
        proven(account)
        assert standing(account) == (BadgeStatus.ACTIVE, "", ALL)
        assert Event.objects.get(kind="badge.restated").numbers.get().number == account.number

    def test_a_proof_that_failed_suspends_what_rests_on_it(self) -> None:
        account = verified()
        proof = warned(account.website_proofs.get())
        assert standing(account) == (BadgeStatus.ACTIVE, "", ALL)
        while proof.is_standing:
            not_found_again(proof)
        assert standing(account) == (BadgeStatus.SUSPENDED, "website_unproven", ALL)
        assert Message.objects.filter(template="badge_suspended").count() == 1

    def test_and_nothing_else(self) -> None:
        account = make_approved(website="https://other.example")
        failed(proven(account))
        assert standing(account) == (BadgeStatus.ACTIVE, "", WITHOUT)

    def test_shown_again_with_a_new_token_it_is_good_again(self) -> None:
        account = verified()
        failed(account.website_proofs.get())
        proven(account)
        assert standing(account) == (BadgeStatus.ACTIVE, "", ALL)

    def test_a_suspension_for_another_reason_stays(self, rudi: User) -> None:
        account = verified()
        badges.suspend(badge_of(account), reason="spam", by=rudi)
        failed(account.website_proofs.get())
        assert standing(account) == (BadgeStatus.SUSPENDED, "spam", WITHOUT)
        proven(account)
        assert standing(account) == (BadgeStatus.SUSPENDED, "spam", ALL)

    def test_a_reviewer_does_not_lift_it_by_hand(self, sinta: User) -> None:
        account = verified()
        failed(account.website_proofs.get())
        with pytest.raises(NotAllowed, match="website_not_proven"):
            badges.reinstate(badge_of(account), by=sinta)

    def test_an_approved_reinstatement_lifts_it_without_the_website(self) -> None:
        account = verified()
        failed(account.website_proofs.get())
        change(account, Kind.REINSTATEMENT)
        assert standing(account) == (BadgeStatus.ACTIVE, "", WITHOUT)

    @pytest.mark.parametrize("website", ["", "https://new.example"])
    def test_leaving_the_website_lifts_it(self, website: str) -> None:
        account = verified()
        failed(account.website_proofs.get())
        change(account, Kind.PROFILE_CHANGE, website=website)
        assert standing(account) == (BadgeStatus.ACTIVE, "", WITHOUT)

    def test_another_change_does_not(self) -> None:
        account = verified()
        failed(account.website_proofs.get())
        owner = owner_of(account)
        wish = verification.start(
            account, kind=Kind.PROFILE_CHANGE, source=Source.FORM, by=owner, category="retail"
        )
        verification.submit(wish, by=owner)
        reviewer = make_reviewer()
        verification.claim(wish, by=reviewer)
        with pytest.raises(NotAllowed, match="badge_suspended"):
            verification.approve(wish, tier="verified", by=reviewer)

    def test_another_website_is_not_proven_by_the_old_proof(self) -> None:
        account = verified()
        change(account, Kind.PROFILE_CHANGE, website="https://new.example")
        assert standing(account) == (BadgeStatus.ACTIVE, "", WITHOUT)
        assert account.website_proofs.get().status == ProofStatus.ENDED

    def test_unless_it_was_proven_before(self) -> None:
        account = verified()
        proven(account, "https://new.example")
        change(account, Kind.PROFILE_CHANGE, website="https://new.example/home")
        assert standing(account) == (BadgeStatus.ACTIVE, "", ALL)

    def test_a_renewal_states_what_is_proven_then(self) -> None:
        account = make_approved(website=WEBSITE)
        proven(account)
        failed(account.website_proofs.get())
        change(account, Kind.REINSTATEMENT)
        assert standing(account) == (BadgeStatus.ACTIVE, "", WITHOUT)


def change(account: Account, kind: Kind, **profile: str) -> None:
    owner = owner_of(account)
    wish = verification.start(account, kind=kind, source=Source.FORM, by=owner, **profile)
    take_effect_now(approve_now(verification.submit(wish, by=owner)))
    account.refresh_from_db()


class TestOverTheWire:
    """A name server and web servers on loopback."""

    def test_from_nothing_to_proven(self, web: World, tmp_path: Path) -> None:
        proof = asked(started(make_account()), Method.FILE)
        internet = web.internet()
        assert checking.check_some(internet) == 1
        proof.refresh_from_db()
        assert proof.code == "website_unreachable"
        context, authority = certificate(tmp_path)
        web.serve(response(f"{KEY}={proof.token}"), tls=context, trusted=authority)
        asked(proof, Method.FILE)
        assert checking.check_some(web.internet()) == 1
        proof.refresh_from_db()
        assert (proof.status, proof.method) == (ProofStatus.PROVEN, "file")
        assert checking.check_some(web.internet()) == 0

    def test_several_are_waited_for_together(self, web: World) -> None:
        """Eight silent name servers take as long as one."""
        for number in range(checking.AT_ONCE):
            asked(started(make_account(), f"https://warung{number}.example"), Method.DNS)
        web.names.silent = {"TXT"}
        begun = time.monotonic()
        assert checking.check_some(web.internet(seconds=4)) == checking.AT_ONCE
        assert time.monotonic() - begun < 4
        assert {proof.code for proof in WebsiteProof.objects.all()} == {"website_dns_broken"}

    def test_a_record(self, web: World) -> None:
        proof = asked(started(make_account()), Method.DNS)
        web.names.records[f"{RECORD}.{HOST}", "TXT"] = [f'"{KEY}={proof.token}"']
        checking.check_some(web.internet())
        proof.refresh_from_db()
        assert proof.status == ProofStatus.PROVEN

    def test_the_real_internet_is_public_addresses_only(self, web: World) -> None:
        proof = asked(started(make_account()), Method.META)
        server = web.serve(response("secret"))
        checking.check_some(web.internet(public_only=True))
        proof.refresh_from_db()
        assert (proof.code, server.heads) == ("website_private", [])

    def test_the_job_goes_on_until_nothing_is_due(self) -> None:
        check_websites()
