"""Every action of the case page, from the form to what became of it."""

from datetime import timedelta

import pytest

from accounts import clock
from accounts.badges.models import Badge, BadgeStatus
from accounts.businesses.models import Account
from accounts.people.models import User
from accounts.proofs import services as proofs
from accounts.verification import services as verification
from accounts.verification.models import Claim, Status
from tests.factories import (
    make_claimed,
    make_reviewer,
    make_submitted,
)
from tests.verification.desk import case_of, desk, offered, press, text


class TestDecisions:
    def test_the_plain_way_from_claim_to_badge(self, rita: User, no_undo_window: None) -> None:
        application = make_submitted()
        browser = desk(rita)
        assert press(browser, application, "claim").status_code == 302
        assert press(browser, application, "call_back", note="Bu Siti answered").status_code == 302
        assert proofs.methods(application.account, application.number) == ["call_back"]
        assert press(browser, application, "approve", tier="verified").status_code == 302
        account = Account.objects.get(pk=application.account_id)
        assert account.live_name == application.display_name
        badge = Badge.objects.get(account=account)
        assert (badge.status, badge.methods) == (BadgeStatus.ACTIVE, ["call_back", "documents"])

    @pytest.mark.parametrize(
        ("action", "typed", "status"),
        [
            ("approve", {"tier": "confirmed", "note": "Fine"}, Status.DECIDED),
            ("approve", {"tier": "verified", "second_wished": "on"}, Status.AWAITING_SECOND),
            ("decline", {"reason": "not_a_business", "message": "No shop there"}, Status.DECIDED),
            ("bar", {"reason": "fraud"}, Status.DECIDED),
            ("ask", {"field": "about", "text": "Which street?"}, Status.NEEDS_INFORMATION),
            ("defer", {"until": "2999-01-01"}, Status.DEFERRED),
            ("release", {}, Status.SUBMITTED),
        ],
    )
    def test_every_action_of_a_claim_holder(
        self, rita: User, action: str, typed: dict[str, str], status: Status
    ) -> None:
        application = make_claimed(rita)
        response = press(desk(rita), application, action, **typed)
        assert (response.status_code, response["Location"]) == (302, case_of(application))
        application.refresh_from_db()
        assert application.status == status
        assert not Claim.objects.filter(application=application).exists()

    def test_what_was_chosen_reaches_the_decision(self, rita: User) -> None:
        application = make_claimed(rita)
        press(
            desk(rita),
            application,
            "decline",
            reason="name_of_another",
            message="Please rename",
            note="cf. Toko A",
        )
        decision = application.decisions.get()
        assert (decision.outcome, decision.reason) == ("decline", "name_of_another")
        assert (decision.message, decision.note) == ("Please rename", "cf. Toko A")

    def test_four_eyes_agree_or_overrule(self, rita: User, rudi: User) -> None:
        for action, typed, status in [
            ("second", {"note": "Seen the papers"}, Status.DECIDED),
            ("overrule", {"reason": "The papers are of another shop"}, Status.SUBMITTED),
        ]:
            application = make_claimed(rita)
            press(desk(rita), application, "approve", tier="verified", second_wished="on")
            assert offered(text(desk(rita).get(case_of(application)))) == {"note"}
            assert offered(text(desk(rudi).get(case_of(application)))) == {"second", "overrule", "note"}
            assert press(desk(rudi), application, action, **typed).status_code == 302
            application.refresh_from_db()
            assert application.status == status

    def test_a_decision_is_taken_back_and_the_page_says_until_when(self, rita: User, rudi: User) -> None:
        application = make_claimed(rita)
        press(desk(rita), application, "approve", tier="verified")
        assert "Can be taken back until" in text(desk(rita).get(case_of(application)))
        assert offered(text(desk(rudi).get(case_of(application)))) == {"note"}
        assert press(desk(rita), application, "take_back").status_code == 302
        application.refresh_from_db()
        assert application.status == Status.SUBMITTED

    def test_a_deferred_case_is_resumed(self, rita: User) -> None:
        application = make_claimed(rita)
        verification.defer(application, until=clock.now().date() + timedelta(days=3), by=rita)
        assert press(desk(rita), application, "resume").status_code == 302
        application.refresh_from_db()
        assert application.status == Status.SUBMITTED


def test_after_an_overruling_the_page_says_why_neither_of_the_two_may_go_on(rudi: User, sinta: User) -> None:
    application = make_claimed(rudi, category="finance")
    first, second = desk(rudi), desk(sinta)
    press(first, application, "approve", tier="verified")
    assert "It now waits for a second reviewer." in text(first.get(case_of(application)))
    verification.overrule(application, reason="not yet", by=sinta)
    because = "a senior reviewer who took no part decides"
    assert because in text(first.get(case_of(application)))
    assert because in text(second.get(case_of(application)))
    assert because not in text(desk(make_reviewer()).get(case_of(application)))
