"""What must never break is repeated by the database: each constraint that a model names refuses the row that breaks it.

The rows are written past the services, as a bug would.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction

from accounts import clock, codes
from accounts.badges.models import Badge, BulkItem, BulkSuspension, DisplayPolicy, Tier
from accounts.badges.policies import PILOT_TIERS
from accounts.businesses.models import (
    Account,
    Bar,
    Business,
    MemberInvitation,
    Membership,
    NameKey,
    NumberDispute,
    NumberUse,
    ProtectedName,
)
from accounts.clients.models import ApiKey, ClientApp
from accounts.contacts.models import SignInCode
from accounts.messages.models import Delivery, Message
from accounts.people.models import User
from accounts.pilot.models import Cohort, Invitation, WaitingEntry
from accounts.privacy.models import Consent, Erasure, NumberToForget
from accounts.proofs.models import NumberClaim, NumberCode, NumberProof, NumberReproof
from accounts.reports.models import Report, ReportCase, Threshold
from accounts.suggestions.models import Suggestion
from accounts.verification.models import (
    Application,
    Claim,
    Decision,
    Evidence,
    Photo,
    QualityCheck,
    Question,
    Reading,
    Reason,
    SavedFilter,
)
from accounts.websites.models import WebsiteProof
from registry.status.models import Incident
from registry.status.subscribing.models import Subscriber, Wish
from tests.factories import make_approved, make_claimed, make_cohort, make_draft, make_reviewer, next_number

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
OURS = ("accounts.", "registry.")


class World:
    """One row of each kind to break."""

    def __init__(self) -> None:
        self.account = make_approved()
        self.business: Business = self.account.business
        self.badge = Badge.objects.get()
        self.rita, self.rudi = make_reviewer(), make_reviewer()
        self.application = make_claimed(self.rita)
        self.client = ClientApp.objects.create(name="Kai's messenger", contact="kai@app.example")
        self.now = clock.now()

    def set(self, row: models.Model, **facts: Any) -> None:
        type(row)._default_manager.filter(pk=row.pk).update(**facts)

    def decide(self, **facts: Any) -> Decision:
        facts = {"outcome": "approve", "tier": Tier.VERIFIED, "author": self.rita, **facts}
        return Decision.objects.create(application=self.application, **facts)

    def check(self, **facts: Any) -> QualityCheck:
        return QualityCheck.objects.create(decision=self.decide(), author=self.rita, **facts)

    def code(self, **facts: Any) -> NumberCode:
        facts = {"created_at": self.now, "expires_at": self.now + HOUR, "number": "+12025550100", **facts}
        return NumberCode.objects.create(account=self.account, digest=b"x", **facts)

    def incident(self, **facts: Any) -> Incident:
        facts = {
            "stage": "investigating",
            "impact": "minor",
            "components": [],
            "started_at": self.now,
            **facts,
        }
        return Incident.objects.create(**facts)

    def sign_in_code(self, **facts: Any) -> SignInCode:
        facts = {"created_at": self.now, "expires_at": self.now + HOUR, "browser": b"x", **facts}
        return SignInCode.objects.create(contact=b"x", digest=b"x", **facts)

    def reproof(self, **facts: Any) -> NumberReproof:
        facts = {"number": str(self.account.number), "due_at": self.now, **facts}
        return NumberReproof.objects.create(account=self.account, **facts)

    def number_claim(self, **facts: Any) -> NumberClaim:
        facts = {"holder": self.account, "account": self.application.account, **facts}
        asked = NumberReproof.objects.first() or self.reproof()
        return NumberClaim.objects.create(number=str(self.account.number), reproof=asked, **facts)

    def website(self, **facts: Any) -> WebsiteProof:
        return WebsiteProof.objects.create(account=self.account, host="warung.example", **facts)

    def proven_website(self, **facts: Any) -> WebsiteProof:
        shown = {"status": "proven", "method": "dns", "proven_at": self.now, "next_check_at": self.now}
        return self.website(**{**shown, **facts})

    def offer(self, **facts: Any) -> MemberInvitation:
        facts = {"role": "viewer", "contact": "new@owner.example", "expires_at": self.now + HOUR, **facts}
        return MemberInvitation.objects.create(business=self.business, invited_by=self.rita, **facts)

    def badge_again(self, **facts: Any) -> Badge:
        facts = {"issued_at": self.now, "expires_at": self.now + HOUR, "term_ends_at": self.now, **facts}
        return Badge.objects.create(account=self.account, **facts)

    def bulk(self, **facts: Any) -> BulkSuspension:
        facts = {"reason": "fraud", "started_by": self.rita, "total": 1, **facts}
        return BulkSuspension.objects.create(**facts)

    def report(self, **facts: Any) -> Report:
        facts = {"reason": "fraud", "reporter": b"x", "day": self.now.date(), **facts}
        return Report.objects.create(account=self.account, client=self.client, **facts)

    def key(self, **facts: Any) -> ApiKey:
        return ApiKey.objects.create(app=self.client, digest=b"x", hint="xxxx", created_by="system", **facts)

    def suggestion(self, **facts: Any) -> Suggestion:
        return Suggestion.objects.create(
            **{"person": self.rita, "text": "?", "day": self.now.date(), **facts}
        )

    def invite(self, **facts: Any) -> Invitation:
        facts = {"contact": "a@b.example", "digest": b"x", "expires_at": self.now + HOUR, **facts}
        cohort = self.account.place.cohort
        return Invitation.objects.create(cohort=cohort, language="id", sent_at=self.now, **facts)

    def wait(self, **facts: Any) -> WaitingEntry:
        return WaitingEntry.objects.create(person=self.rita, **{"country": "ID", **facts})


Break = Callable[[World], object]
BREAKS: dict[str, Break] = {
    "a_key_has_requests_a_minute": lambda world: world.key(requests_per_minute=0),
    "a_key_has_numbers_a_day": lambda world: world.key(numbers_per_day=-1),
    # people, clients, outbox
    "role_is_known": lambda w: w.set(w.rita, role="superuser"),
    "a_person_can_be_reached": lambda w: User.objects.create(name="Nobody"),
    "message_status_is_known": lambda w: Message.objects.create(
        channel="sms", to="+12025550100", language="id", template="t", body="", by="", about="", status="lost"
    ),
    "message_channel_is_known": lambda w: Message.objects.create(
        channel="fax", to="+12025550100", language="id", template="t", body="", by="", about=""
    ),
    "one_message_under_a_key": lambda w: [
        Message.objects.create(
            channel="sms", to="+12025550100", language="id", template="t", body="", by="", about="", once="o"
        )
        for _ in range(2)
    ],
    "delivery_outcome_is_known": lambda w: Delivery.objects.create(
        message=Message.objects.create(
            channel="sms", to="+12025550100", language="id", template="t", body="", by="", about=""
        ),
        outcome="lost",
    ),
    # businesses
    "one_consent_per_person_and_version": lambda w: [
        Consent.objects.create(person=w.rita, version="1", language="id") for _ in "ab"
    ],
    "one_number_to_forget_per_erasure": lambda w: NumberToForget.objects.bulk_create(
        NumberToForget(erasure=erasure, number="+12025550100")
        for erasure in [Erasure.objects.create(person=w.rita)]
        for _ in "ab"
    ),
    "business_kind_is_known": lambda w: w.set(w.business, kind="charity"),
    "business_country_is_iso": lambda w: w.set(w.business, country="id"),
    "one_membership_per_person_and_business": lambda w: [
        Membership.objects.create(business=w.business, person=w.rita) for _ in range(2)
    ],
    "member_invitation_role_is_known": lambda w: w.offer(role="boss"),
    "what_is_handed_over_is_ownership": lambda w: w.offer(hands_over=True),
    "only_a_closed_member_invitation_has_an_outcome": lambda w: w.offer(outcome="accepted"),
    "one_open_invitation_per_business_and_contact": lambda w: [w.offer() for _ in range(2)],
    "member_role_is_known": lambda w: Membership.objects.update(role="boss"),
    "account_number_is_e164": lambda w: w.set(w.account, number="0812345678"),
    "account_category_is_known": lambda w: w.set(w.account, category="bakery"),
    "a_live_number_has_a_name": lambda w: w.set(w.account, live_name=None),
    "contact_purposes_are_known": lambda w: w.set(w.account, contact_purposes=["spam"]),
    "R7_business_or_personal_never_both": lambda w: NumberUse.objects.update(declared_by=w.client),
    "used_number_is_e164": lambda w: NumberUse.objects.create(number="+0123456789", account=w.account),
    "one_open_dispute_per_number_and_client": lambda w: [
        NumberDispute.objects.create(account=w.account, number=str(w.account.number), client=w.client)
        for _ in range(2)
    ],
    "only_a_settled_dispute_has_an_outcome": lambda w: NumberDispute.objects.create(
        account=w.account, number=str(w.account.number), client=w.client, outcome="kept"
    ),
    "one_standing_bar_per_business": lambda w: [
        Bar.objects.create(business=w.business, country="ID", reason="fraud") for _ in range(2)
    ],
    "one_protected_name_per_country": lambda w: [
        ProtectedName.objects.create(name="Bank Sentosa", category="finance", country="ID") for _ in range(2)
    ],
    "a_name_key_has_one_owner": lambda w: NameKey.objects.create(key=1),
    # proofs
    "website_proof_status_is_known": lambda w: w.website(status="guessed", over_at=w.now),
    "website_method_is_known": lambda w: w.website(asked_method="fax"),
    "proven_host_is_ascii": lambda w: w.set(w.website(), host="wärung.example"),
    "website_token_is_long": lambda w: w.website(token="abc"),
    "one_standing_proof_per_account_and_host": lambda w: (w.website(), w.website()),
    "a_proven_website_has_a_time_and_a_method": lambda w: w.proven_website(method=""),
    "what_is_proven_is_checked_again": lambda w: w.proven_website(next_check_at=None),
    "a_doubt_was_told": lambda w: w.proven_website(status="doubted"),
    "a_website_proof_that_is_over_rests": lambda w: w.website(status="ended"),
    "proof_method_is_known": lambda w: NumberProof.objects.update(method="rumour"),
    "one_standing_proof_per_number_and_method": lambda w: [
        NumberProof.objects.create(account=w.account, number="+12025550100", method="call_back")
        for _ in range(2)
    ],
    "at_most_five_guesses": lambda w: w.code(guesses=codes.GUESSES + 1),
    "one_open_code_per_account_and_number": lambda w: [w.code() for _ in range(2)],
    "a_code_lives_for_a_while": lambda w: w.code(expires_at=w.now),
    # contacts
    "at_most_five_guesses_at_a_sign_in": lambda w: w.sign_in_code(guesses=codes.GUESSES + 1),
    "one_open_sign_in_code_per_browser": lambda w: [w.sign_in_code() for _ in range(2)],
    "a_sign_in_code_lives_for_a_while": lambda w: w.sign_in_code(expires_at=w.now),
    "one_open_reproof_per_account_and_number": lambda w: [w.reproof() for _ in range(2)],
    "a_reproof_is_open_or_has_an_outcome": lambda w: w.reproof(outcome="proven"),
    "one_open_claim_per_number": lambda w: [w.number_claim() for _ in range(2)],
    "nobody_claims_their_own_number": lambda w: w.number_claim(holder=w.application.account),
    "a_number_claim_is_open_or_settled": lambda w: w.number_claim(outcome="kept"),
    # pilot
    "a_cohort_closes_after_it_opens": lambda w: Cohort.objects.create(
        name="C", opens_at=w.now, closes_at=w.now
    ),
    "one_invitation_per_token": lambda w: [w.invite(contact=one) for one in ("a@b.example", "c@d.example")],
    "one_unredeemed_invitation_per_cohort_and_contact": lambda w: [
        w.invite(digest=one) for one in (b"x", b"y")
    ],
    "one_unspent_invitation_per_cohort_and_person": lambda w: [
        w.invite(digest=one, redeemed_at=w.now, redeemed_by=w.rita) for one in (b"x", b"y")
    ],
    "an_invitation_is_sent_before_it_expires": lambda w: w.invite(expires_at=w.now),
    "an_accepted_invitation_has_its_person": lambda w: w.invite(redeemed_at=w.now),
    "only_an_accepted_invitation_is_used": lambda w: w.invite(account=w.account),
    "only_a_revoked_invitation_has_its_revoker": lambda w: w.invite(revoked_by=w.rita),
    "one_place_in_the_line_per_person": lambda w: [w.wait(), w.wait()],
    "waiting_country_is_iso": lambda w: w.wait(country="id"),
    "who_was_invited_waits_no_more": lambda w: w.wait(invited_at=w.now),
    # badges
    "badge_status_is_known": lambda w: w.set(w.badge, status="gilded"),
    "one_live_badge_per_account": lambda w: w.badge_again(),
    "a_badge_has_a_term": lambda w: w.badge_again(status="expired", expires_at=w.now - HOUR),
    "a_suspension_has_a_reason_and_a_time": lambda w: w.set(w.badge, status="suspended"),
    "a_revocation_has_a_reason_and_a_time": lambda w: w.set(w.badge, status="revoked", reason="fraud"),
    "R5_blocking_is_always_possible": lambda w: DisplayPolicy.objects.create(
        version="x", tiers=PILOT_TIERS, block=False
    ),
    "a_bulk_suspension_does_no_more_than_all": lambda w: w.bulk(done=1, failed=1),
    "a_bulk_suspension_ends_once": lambda w: w.bulk(finished_at=w.now, stopped_at=w.now),
    "one_item_per_bulk_and_badge": lambda w: BulkItem.objects.bulk_create(
        [BulkItem(bulk=bulk, badge=w.badge) for bulk in [w.bulk()] * 2]
    ),
    "bulk_item_state_is_known": lambda w: BulkItem.objects.create(bulk=w.bulk(), badge=w.badge, state="half"),
    # reports
    "one_threshold": lambda w: Threshold.objects.update(only=False),
    "a_threshold_can_be_reached": lambda w: Threshold.objects.update(reporters=0),
    "one_open_report_case_per_account": lambda w: [
        ReportCase.objects.create(account=w.account) for _ in range(2)
    ],
    "a_report_case_is_open_or_closed": lambda w: ReportCase.objects.create(
        account=w.account, outcome="acted", closed_at=w.now
    ),
    "one_report_a_day_per_account_and_reporter": lambda w: [w.report() for _ in range(2)],
    "report_reason_is_known": lambda w: w.report(reason="envy"),
    # suggestions
    "a_suggestion_has_one_sender": lambda w: w.suggestion(client=w.client),
    "suggestion_status_is_known": lambda w: w.suggestion(
        status="maybe", status_changed_at=w.now, triaged_by=w.rita
    ),
    "a_triaged_suggestion_says_when_and_by_whom": lambda w: w.suggestion(
        status="declined", answer_id="?", answer_en="?"
    ),
    "a_public_suggestion_has_a_title": lambda w: w.suggestion(
        status="done", status_changed_at=w.now, triaged_by=w.rita, title_en="?"
    ),
    "a_declined_suggestion_says_why": lambda w: w.suggestion(
        status="declined", status_changed_at=w.now, triaged_by=w.rita
    ),
    "one_suggestion_of_a_text_a_day_per_person": lambda w: [w.suggestion() for _ in range(2)],
    "one_suggestion_of_a_text_a_day_per_client": lambda w: [
        w.suggestion(person=None, client=w.client) for _ in range(2)
    ],
    # verification
    "application_status_is_known": lambda w: w.set(w.application, status="approved?"),
    "application_kind_is_known": lambda w: w.set(w.application, kind="upgrade"),
    "one_open_application_per_account_and_kind": lambda w: Application.objects.create(
        account=w.application.account, kind="new", category="food"
    ),
    "one_copy_of_a_file_per_application": lambda w: [
        Evidence.objects.create(application=w.application, size=1, sha256="0" * 64) for _ in range(2)
    ],
    "evidence_kind_is_known": lambda w: Evidence.objects.create(
        application=w.application, size=1, kind="rumour"
    ),
    "one_copy_of_a_photo_per_account": lambda w: [
        Photo.objects.create(account=w.account, sha256="0" * 64) for _ in range(2)
    ],
    "one_application_per_reference": lambda w: Application.objects.update(reference="7K3M-9Q2P"),
    "a_reading_has_one_source": lambda w: Reading.objects.create(
        application=w.application, field="number", value="1", read_by=w.rita
    ),
    "a_question_says_something": lambda w: Question.objects.create(
        application=w.application, asked_by=w.rita, field="about"
    ),
    "reason_use_is_known": lambda w: Reason.objects.filter(pk="fraud").update(use="approve"),
    "one_open_question_per_application": lambda w: [
        Question.objects.create(application=w.application, asked_by=w.rita, text="?") for _ in range(2)
    ],
    "a_claim_lasts_for_a_while": lambda w: Claim.objects.update(until=w.now, taken_at=w.now),
    "one_pending_decision_per_application": lambda w: [w.decide() for _ in range(2)],
    "four_eyes_are_two_people": lambda w: w.decide(seconded_by=w.rita),
    "nobody_overrules_themselves": lambda w: w.decide(overruled=True, undone_by=w.rita, undone_at=w.now),
    "what_took_effect_is_not_undone": lambda w: w.decide(took_effect_at=w.now, undone_at=w.now),
    "an_approval_names_its_tier": lambda w: w.decide(tier=""),
    "nobody_checks_their_own_approval": lambda w: w.check(checked_by=w.rita, checked_at=w.now, agrees=True),
    "a_quality_check_is_open_or_answered": lambda w: w.check(checked_by=w.rudi, checked_at=w.now),
    "one_saved_filter_per_person_and_name": lambda w: [
        SavedFilter.objects.create(person=w.rita, name="Food", query="category=food") for _ in range(2)
    ],
    # status
    "incident_stage_is_known": lambda w: w.incident(stage="fixed"),
    "incident_impact_is_known": lambda w: w.incident(impact="huge"),
    "incident_components_are_known": lambda w: w.incident(components=["lookups", "lifts"]),
    "no_incident_ends_before_it_began": lambda w: w.incident(stage="resolved", resolved_at=w.now - HOUR),
    "a_maintenance_has_a_beginning_and_an_end": lambda w: w.incident(
        scheduled_for=w.now, impact="maintenance"
    ),
    "one_open_incident_of_the_prober": lambda w: [w.incident(automatic=True) for _ in range(2)],
    "update_stage_is_known": lambda w: w.incident().updates.create(stage="fixed", components=[], at=w.now),
    "one_wish_per_address": lambda w: [
        Wish.objects.create(address="a@b.example", digest=one) for one in (b"x", b"y")
    ],
    "one_wish_per_link": lambda w: [
        Wish.objects.create(address=one, digest=b"x") for one in ("a@b.example", "c@d.example")
    ],
    "one_subscriber_per_address": lambda w: [
        Subscriber.objects.create(address="a@b.example") for _ in range(2)
    ],
    # audit
    "one_change_per_number_and_event": lambda w: _repeat_a_change(w),
}


def _repeat_a_change(world: World) -> None:
    from accounts.audit.models import EventNumber

    known = EventNumber.objects.first()
    assert known is not None
    EventNumber.objects.create(event=known.event, number=known.number)


def named_constraints() -> set[str]:
    """Every constraint of our own models."""
    ours = [model for model in apps.get_models() if model.__module__.startswith(OURS)]
    return {constraint.name for model in ours for constraint in model._meta.constraints}


def test_every_constraint_is_tried() -> None:
    assert named_constraints() == BREAKS.keys()


@pytest.mark.parametrize("name", BREAKS)
def test_the_database_refuses(name: str) -> None:
    world = World()
    with pytest.raises(IntegrityError, match=f'constraint "{name}"'), transaction.atomic():
        BREAKS[name](world)


def test_one_claim_an_application_and_one_place_an_account() -> None:
    """Both are one-to-one: no service can make a second one."""
    world = World()
    with pytest.raises(IntegrityError, match="verification_claim_pkey"), transaction.atomic():
        Claim.objects.bulk_create(
            [
                Claim(
                    application=world.application,
                    reviewer=world.rudi,
                    taken_at=world.now,
                    until=world.now + HOUR,
                )
            ]
        )
    with pytest.raises(IntegrityError, match="pilot_place_account_id"), transaction.atomic():
        world.account.place.cohort.places.create(account=world.account)


def test_one_row_a_number() -> None:
    draft, number = make_draft(cohort=make_cohort()), next_number()
    NumberUse.objects.create(number=number, account=draft.account)
    with pytest.raises(IntegrityError, match="numberuse_pkey"), transaction.atomic():
        NumberUse.objects.create(number=number, account=make_draft().account)
    live = make_approved()
    with pytest.raises(IntegrityError, match="businesses_account_number"), transaction.atomic():
        Account.objects.filter(pk=draft.account_id).update(number=live.number, live_name="Same")
