"""Starting a proof, asking for a look, and what became of it."""

from datetime import timedelta

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.audit.models import Event
from accounts.businesses import services as businesses
from accounts.clients.models import ClientApp
from accounts.errors import Invalid, NotAllowed, TooMany
from accounts.websites import checking, services
from accounts.websites.looking import Finding, Method
from accounts.websites.models import ProofStatus, WebsiteProof
from tests.factories import age, make_account, make_business, owner_of
from tests.websites.proving import MISSING, WEBSITE, asked, failed, later, look, proven, started

pytestmark = pytest.mark.django_db


def kinds() -> list[str]:
    return list(
        Event.objects.filter(kind__startswith="website.").order_by("seq").values_list("kind", flat=True)
    )


class TestStart:
    def test_a_token_that_nobody_guesses(self) -> None:
        first, second = started(make_account()), started(make_account())
        assert (first.host, first.status, first.over_tls) == ("warung.example", "started", True)
        assert len(first.token) == 32
        assert first.token != second.token
        assert kinds() == ["website.proof_started"] * 2

    def test_twice_is_once(self) -> None:
        account = make_account()
        proof = started(account)
        again = started(account, "http://WARUNG.example")
        assert (again.pk, again.token, again.over_tls) == (proof.pk, proof.token, False)
        assert kinds() == ["website.proof_started"]

    def test_another_website_takes_the_place_of_one_that_was_not_shown(self) -> None:
        account = make_account()
        first = started(account)
        kept = proven(account, "https://proven.example")
        started(account, "https://other.example")
        first.refresh_from_db()
        kept.refresh_from_db()
        assert (first.status, kept.status) == (ProofStatus.ENDED, ProofStatus.PROVEN)

    def test_no_website_or_none_that_could_be_proven(self) -> None:
        account = make_account()
        for website, code in [("", "website_missing"), ("http://127.0.0.1/", "website_unfit")]:
            with pytest.raises(Invalid) as refusal:
                started(account, website)
            assert refusal.value.code == code
        businesses.close_account(account, by=owner_of(account))
        with pytest.raises(NotAllowed, match="account_closed"):
            started(account)
        assert not WebsiteProof.objects.exists()

    def test_after_a_failure_there_is_a_new_token(self) -> None:
        account = make_account()
        old = failed(proven(account))
        new = started(account)
        assert new.pk != old.pk
        assert new.token != old.token
        assert not services.is_proven(account, WEBSITE)


class TestCheck:
    def test_it_is_for_the_worker_to_look(self, django_capture_on_commit_callbacks: object) -> None:
        proof = started(make_account())
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]  # pytest-django's fixture
            asked(proof, Method.DNS)
        assert ProcrastinateJob.objects.filter(task_name="check_websites").count() == 1
        (taken,) = look(Finding("", "", Method.DNS))
        assert taken.methods == ("dns",)
        proof.refresh_from_db()
        assert (proof.status, proof.method, proof.code) == (ProofStatus.PROVEN, "dns", "")
        assert proof.asked_at is None
        assert services.is_proven(proof.account, "http://warung.example/other")
        assert not services.is_proven(proof.account, "https://www.warung.example/")
        assert kinds() == ["website.proof_started", "website.proven"]
        assert Event.objects.get(kind="website.proven").data == {"method": "dns", "approved": False}

    def test_what_is_not_found_is_said_and_nothing_else_happens(self) -> None:
        proof = asked(started(make_account()))
        look(Finding("website_redirects", "https://www.warung.example/", Method.META))
        proof.refresh_from_db()
        assert (proof.status, proof.code, proof.found) == (
            ProofStatus.STARTED,
            "website_redirects",
            "https://www.warung.example/",
        )
        assert kinds() == ["website.proof_started"]
        assert not look(MISSING)

    def test_asking_again_while_nobody_has_looked_costs_nothing(self) -> None:
        proof = started(make_account())
        for _ in range(services.CHECKS_AN_ACCOUNT + 5):
            asked(proof)
        assert len(look(MISSING)) == 1

    def test_a_way_that_there_is_not_and_a_proof_that_is_over(self) -> None:
        proof = started(make_account())
        with pytest.raises(Invalid):
            asked(proof, "carrier_pigeon")
        businesses.close_account(proof.account, by=owner_of(proof.account))
        with pytest.raises(NotAllowed, match="website_proof_over"):
            asked(proof)
        proof.refresh_from_db()
        assert (proof.status, proof.over_at is not None) == (ProofStatus.ENDED, True)

    def test_ten_an_hour_whatever_the_website(self) -> None:
        account = make_account()
        for number in range(services.CHECKS_AN_ACCOUNT):
            asked(started(account, f"https://warung{number}.example"))
        with pytest.raises(TooMany) as refusal:
            asked(started(account, "https://one-more.example"))
        assert refusal.value.code == "website_checks_used_up"
        assert 0 < (refusal.value.retry_after or 0) <= 3601

    def test_a_website_is_not_flooded_by_many_accounts(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(services, "CHECKS_A_HOST", 3)
        for _ in range(3):
            asked(started(make_account()))
        with pytest.raises(TooMany):
            asked(started(make_account()))
        asked(started(make_account(), "https://other.example"))

    def test_an_app_has_a_limit_for_all_its_accounts(
        self, kai: ClientApp, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(services, "CHECKS_AN_APP", 2)
        for number in range(2):
            asked(started(make_account(make_business(client=kai)), f"https://warung{number}.example"))
        with pytest.raises(TooMany):
            asked(started(make_account(make_business(client=kai)), "https://warung3.example"))
        asked(started(make_account(), "https://warung3.example"))


class TestLease:
    def test_what_is_looked_at_is_nobody_elses_until_the_lease_ends(self) -> None:
        proof = asked(started(make_account()))
        (taken,) = checking.take()
        assert not checking.take()
        age(proof, checking.LEASE + timedelta(seconds=1), "leased_until")
        (again,) = checking.take()
        checking.settle(taken, Finding("", "", Method.META))  # whoever was slow comes too late
        proof.refresh_from_db()
        assert proof.status == ProofStatus.STARTED
        checking.settle(again, MISSING)
        proof.refresh_from_db()
        assert (proof.code, proof.leased_until) == (MISSING.code, None)

    def test_who_asks_for_another_way_meanwhile_is_looked_at_again(self) -> None:
        proof = asked(started(make_account()), Method.DNS)
        (taken,) = checking.take()
        asked(proof, Method.FILE)
        checking.settle(taken, MISSING)
        (second,) = look(Finding("", "", Method.FILE))
        assert second.methods == ("file",)

    def test_a_proof_that_ended_meanwhile_stays_so(self) -> None:
        proof = asked(started(make_account()))
        (taken,) = checking.take()
        businesses.close_account(proof.account, by=owner_of(proof.account))
        checking.settle(taken, Finding("", "", Method.META))
        proof.refresh_from_db()
        assert proof.status == ProofStatus.ENDED

    def test_who_asked_comes_before_the_clock(self) -> None:
        due = [proven(make_account()) for _ in range(checking.AT_ONCE)]
        for proof in due:
            later(proof, checking.CHECK_AGAIN_AFTER + timedelta(minutes=1))
        waiting = asked(started(make_account()))
        first = checking.take()
        assert len(first) == checking.AT_ONCE
        assert first[0].proof.pk == waiting.pk
        assert not first[0].due
        assert all(taken.due for taken in first[1:])
        (last,) = checking.take()
        assert last.proof.pk in {proof.pk for proof in due}
