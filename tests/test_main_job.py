"""The main job, from the pilot's list to the client's look-up: real processes, real HTTP, the staff's own forms.

One registry for the whole file: the `pilot` fixture does the job once, and each test says what came of it.
"""

import csv
import json
import re
import shutil
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import psycopg
import pytest

from accounts.badges.reasons import REASONS
from tests.cardstore.wire import has_applied_all
from tests.factories import PDF
from tests.server import App, Browser, Server, running, until, words_of

pytestmark = pytest.mark.alone

UNDO_WINDOW_SECONDS = 3
TICK_SECONDS = 5  # of the clock's job
LIST = Path(__file__).parent / "data" / "pilot-2017.csv"
COHORT = "Pilot 2017"
APPLICATIONS, BADGES = "/admin/verification/application/", "/admin/badges/badge/"

# Of the list.
BUTET, RAHAYU, MELATI, FOTOKOPI = "+12195550126", "+12175550193", "+12125550128", "+12525550162"
LAUNDRY, SLAMET, MARTABAK = "+12155550106", "+12025550194", "+12165550178"
BANK_MANDIRI = "+12625550120"  # its а is Cyrillic
# Of the demo: a pharmacy, and health is a protected category.
PHARMACY, SUSPENDED = "+13035550106", "+13035550103"
# Of the partner app.
KAI, DRAFT, PERSONAL, UNKNOWN = "+13035550170", "+13035550171", "+13035550172", "+13035550173"


class Informed(App):
    """Asks once this machine's copy of the cards has heard of what was just done, which takes it milliseconds."""

    def call(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        assert until(lambda: has_applied_all(self.server), 10)
        return super().call(method, path, body, **more)


class Pilot:
    def __init__(self, server: Server, folder: Path) -> None:
        self.server = server
        self.list = Path(shutil.copy(LIST, folder))
        self.kais = ""  # the account that a partner app applied for
        self.app = Informed(server, server.first_run()["api_key"])

    @cached_property
    def rita(self) -> Browser:
        return Browser(self.server).sign_in("rita", self.server.password_of("rita"))

    @cached_property
    def rudi(self) -> Browser:
        return Browser(self.server).sign_in("rudi", self.server.password_of("rudi"))

    @cached_property
    def olga(self) -> Browser:
        return Browser(self.server).sign_in("olga", self.server.password_of("olga"))

    def card(self, number: str) -> dict[str, Any]:
        return self.app.card(number)

    def aged(self, number: str) -> dict[str, Any]:
        """The card of a row that was made older by hand, of which nobody told the store: a query goes the long way."""
        return self.app.card(f"{number}?from=the-database")

    def case(self, number: str) -> str:
        """The page of the newest application for a number, found as a reviewer finds it: by searching the queue."""
        found = re.findall(
            rf'href="({APPLICATIONS}[^"/]+/change/)', self.rita.open(f"{APPLICATIONS}?q=%2B{number[1:]}")
        )
        assert found, f"no application for {number} in the queue"
        return str(found[0])

    def badge(self, number: str) -> str:
        (page,) = re.findall(
            rf'href="({BADGES}[^"/]+/change/)', self.rita.open(f"{BADGES}?q=%2B{number[1:]}")
        )
        return str(page)

    def prepare(self, number: str, by: Browser) -> str:
        """Claim the case, and record a call-back."""
        case = self.case(number)
        by.do(case, "claim")
        by.do(case, "call_back", note="Answered, and knew the order of last week")
        return case

    def approve(self, number: str, by: Browser, tier: str = "verified") -> str:
        return by.do(self.prepare(number, by), "approve", tier=tier)

    def act_on_badge(self, number: str, verb: str, by: Browser, **filled_in: str) -> None:
        by.do(self.badge(number).replace("/change/", f"/{verb}/"), verb, **filled_in)

    def becomes(self, number: str, tier: str) -> bool:
        return until(lambda: self.card(number)["tier"] == tier, UNDO_WINDOW_SECONDS + 3 * TICK_SECONDS)

    # What a partner app does for a business.

    def account(self, name: str) -> str:
        owner = {"contact": f"{name.lower()}@owner.example", "name": name, "language": "id"}
        business = self.app.post(
            "/v1/businesses", {"kind": "company", "legal_name": f"CV {name}", "country": "ID", "owner": owner}
        )
        account = self.app.post(
            f"/v1/businesses/{business['id']}/accounts",
            {"category": "food", "contact_purposes": ["delivery"]},
        )
        return str(account["id"])

    def apply(self, account: str, **wanted: str) -> str:
        application = self.app.post(f"/v1/accounts/{account}/applications", wanted)
        self.app.post(f"/v1/applications/{application['id']}/evidence", files={"file": ("nib.pdf", PDF)})
        return str(application["id"])

    def submit(self, application: str) -> None:
        assert self.app.post(f"/v1/applications/{application}/submit", status=200)["status"] == "in_review"

    def prove_by_code(self, application: str, number: str) -> None:
        """The code arrives at the number: without a gateway, a test deployment prints its text messages."""
        self.app.post(f"/v1/applications/{application}/number-code", status=202)
        texts = re.compile(rf"SMS to {re.escape(number)}:.*?\b([0-9]{{6}})\b")
        assert until(lambda: bool(texts.search(self.server.said())), 15), self.server.said()
        code = texts.findall(self.server.said())[-1]
        proof = self.app.post(f"/v1/applications/{application}/number-code/check", {"code": code}, status=200)
        assert proof["method"] == "phone_code"


@pytest.fixture(scope="module")
def pilot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pilot]:
    """The list is imported, and the first businesses are through."""
    folder = tmp_path_factory.mktemp("main_job")
    with running(folder, UNDO_WINDOW=str(UNDO_WINDOW_SECONDS)) as server:
        pilot = Pilot(server, folder)
        said = server.manage("import_pilot", str(pilot.list), "--cohort", COHORT)
        assert f"cohort '{COHORT}' does not exist yet: it is made" in said
        assert "404 added, 0 already there, 20 rejected" in said
        pilot.approve(PHARMACY, pilot.rita)  # and that is all that she can do for it
        pilot.approve(MELATI, pilot.rita)
        assert pilot.rudi.form(pilot.case(MELATI), "take_back") is None  # it is hers
        pilot.rita.do(pilot.case(MELATI), "take_back")
        pilot.approve(BUTET, pilot.rita)
        pilot.approve(RAHAYU, pilot.rita, tier="confirmed")
        for number in (LAUNDRY, SLAMET, MARTABAK):
            pilot.approve(number, pilot.rudi)
        pilot.kais = pilot.account("Kai")
        application = pilot.apply(pilot.kais, kind="new", display_name="Roti Kai", number=KAI)
        pilot.submit(application)
        pilot.prove_by_code(application, KAI)
        pilot.rita.do(pilot.case(KAI), "claim")
        pilot.rita.do(pilot.case(KAI), "approve", tier="verified")
        for number in (BUTET, LAUNDRY, SLAMET, MARTABAK, KAI):
            assert pilot.becomes(number, "verified"), server.said()
        assert pilot.becomes(RAHAYU, "confirmed")
        yield pilot


# --- the list ---


def test_a_second_import_of_the_same_list_adds_nothing(pilot: Pilot) -> None:
    said = pilot.server.manage("import_pilot", str(pilot.list), "--cohort", COHORT)
    assert "0 added, 404 already there, 20 rejected" in said


def test_the_rejected_rows_lie_beside_the_list_with_their_reasons(pilot: Pilot) -> None:
    expected = json.loads(LIST.with_suffix(".expected.json").read_text())["rejected"]
    with pilot.list.with_suffix(".rejected.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [{"line": int(row["line"]), "code": row["code"]} for row in rows] == expected
    assert all(row["sentence"] for row in rows)
    lines = LIST.read_text(encoding="utf-8-sig").splitlines()
    assert all(row["display_name"] in lines[int(row["line"]) - 1] for row in rows)


# --- the rules of the pilot ---


def test_R1_a_verified_account_has_a_green_pin_beside_photo_and_name(pilot: Pilot) -> None:
    card = pilot.card(BUTET)
    assert (card["listed"], card["tier"]) == (True, "verified")
    mark = card["mark"]
    assert (mark["symbol"], mark["colour"], mark["position"]) == ("pin", "green", "beside_photo")
    assert mark["label"] == {"id": "Bisnis terverifikasi", "en": "Verified business"}
    assert card["badge"]["methods"] == ["call_back"]


def test_R2_a_saved_name_wins(pilot: Pilot) -> None:
    card = pilot.card(BUTET)
    assert card["account"]["display_name"] == "Katering Butet"
    assert card["display"]["saved"] == {"title": "saved_name", "subtitle": "display_name"}
    assert card["display"]["unsaved"] == {"title": "display_name", "subtitle": "number"}


def test_R3_a_verified_chat_is_yellow(pilot: Pilot) -> None:
    chat = pilot.card(BUTET)["display"]["chat"]
    assert (chat["message_colour"], chat["notice_colour"]) == ("yellow", "yellow")


def test_R4_messages_of_a_verified_chat_cannot_be_deleted(pilot: Pilot) -> None:
    assert pilot.card(BUTET)["display"]["chat"]["messages_deletable"] is False
    assert pilot.card(RAHAYU)["display"]["chat"]["messages_deletable"] is True


def test_R5_no_policy_takes_blocking_away(pilot: Pilot) -> None:
    for number in (BUTET, RAHAYU, SUSPENDED, UNKNOWN):
        actions = pilot.card(number)["display"]["actions"]
        assert actions == {"block": True, "report": True, "account_may_block": True}
    page = "/admin/badges/displaypolicy/add/"
    form = pilot.olga.form(page, "add")
    assert form is not None and form.names.isdisjoint({"block", "account_may_block"})
    tiers = json.loads(form.fields["tiers"])
    tiers["verified"]["actions"] = {"block": False}
    answer = pilot.olga.post(page, form, version="no-blocking", tiers=json.dumps(tiers))
    assert answer.status_code == 422
    with pytest.raises(psycopg.errors.CheckViolation, match="R5_blocking_is_always_possible"):
        pilot.server.rows("UPDATE badges_displaypolicy SET block = false")


def test_R6_only_the_invited_are_admitted_to_the_pilot(pilot: Pilot) -> None:
    account = pilot.account("Uninvited")
    application = pilot.apply(
        account, kind="new", display_name="Kedai Tanpa Undangan", number=UNKNOWN, cohort=COHORT
    )
    answer = pilot.app.call("POST", f"/v1/applications/{application}/submit", {})
    assert (answer.status_code, answer.json()["code"]) == (409, "invitation_required")
    assert pilot.card(UNKNOWN)["listed"] is False


def test_R7_business_and_personal_stay_apart(pilot: Pilot) -> None:
    declare = f"/v1/numbers/{PERSONAL}/kind"
    assert pilot.app.call("PUT", declare, {"kind": "personal"}).json()["state"] == "personal"
    application = pilot.apply(
        pilot.account("Pribadi"), kind="new", display_name="Warung Pribadi", number=PERSONAL
    )
    answer = pilot.app.call("POST", f"/v1/applications/{application}/submit", {})
    assert (answer.status_code, answer.json()["code"]) == (409, "number_is_personal")
    assert pilot.card(PERSONAL)["listed"] is False
    pilot.app.call("PUT", declare, {"kind": "unspecified"})
    pilot.submit(application)

    before = pilot.card(BUTET)
    disputed = pilot.app.call("PUT", f"/v1/numbers/{BUTET}/kind", {"kind": "personal"})
    assert disputed.json()["state"] == "disputed"
    assert pilot.card(BUTET) == before


def test_R7_no_look_up_shows_the_owners_contact(pilot: Pilot) -> None:
    found = pilot.app.call("POST", "/v1/contacts/lookup", {"numbers": [BUTET, RAHAYU, KAI, SUSPENDED]}).text
    assert len(json.loads(found)["cards"]) == 4
    assert "@" not in found and "Rina Putri" not in found


def test_R8_the_card_says_what_the_account_writes_about(pilot: Pilot) -> None:
    assert pilot.card(BUTET)["account"]["contact_purposes"] == ["payment_reminders"]
    path = f"/v1/accounts/{pilot.kais}"
    tag = pilot.app.call("GET", path).headers["ETag"]
    change = {"contact_purposes": ["order_updates", "delivery"]}
    assert pilot.app.call("PATCH", path, change, headers={"If-Match": tag}).status_code == 200
    assert pilot.card(KAI)["account"]["contact_purposes"] == ["order_updates", "delivery"]


# --- the card's table of states; an active badge and a confirmation are R1's and R4's ---


def plain(card: dict[str, Any]) -> None:
    assert card["display"]["unsaved"] == {"title": "number", "subtitle": None}
    assert card["display"]["chat"] == {
        "message_colour": "plain",
        "notice_colour": "plain",
        "messages_deletable": True,
    }
    assert card["tier"] is card["account"] is card["mark"] is card["badge"] is None


def test_a_confirmed_account_has_a_name_and_a_grey_tick(pilot: Pilot) -> None:
    card = pilot.card(RAHAYU)
    assert (card["listed"], card["tier"], card["badge"], card["absence"]) == (True, "confirmed", None, None)
    assert (card["mark"]["symbol"], card["mark"]["colour"]) == ("tick", "grey")
    assert card["account"]["display_name"] == "Toko Kelontong Rahayu"
    assert card["display"]["unsaved"]["title"] == "display_name"
    assert card["display"]["chat"]["message_colour"] == "plain"


def test_an_expired_badge_leaves_a_confirmed_account(pilot: Pilot) -> None:
    pilot.server.rows(
        "UPDATE badges_badge SET issued_at = issued_at - interval '366 days', "
        "term_ends_at = term_ends_at - interval '366 days', expires_at = expires_at - interval '366 days' "
        "WHERE account_id = (SELECT id FROM businesses_account WHERE number = %s)",
        SLAMET,
    )
    pilot.server.rows(
        "UPDATE businesses_account SET confirmed_at = confirmed_at - interval '366 days' WHERE number = %s",
        SLAMET,
    )
    card = pilot.aged(SLAMET)
    assert (card["listed"], card["tier"], card["badge"]) == (True, "confirmed", None)
    assert (card["absence"]["state"], card["absence"]["reason"]) == ("expired", None)
    assert card["mark"]["colour"] == "grey"
    assert card["display"]["unsaved"]["title"] == "display_name"
    status = "SELECT status FROM badges_badge b JOIN businesses_account a ON a.id = b.account_id WHERE a.number = %s"
    assert until(lambda: pilot.server.rows(status, SLAMET) == [("expired",)], 3 * TICK_SECONDS)
    assert pilot.card(SLAMET)["absence"] == card["absence"]


def test_a_suspended_badge_shows_the_public_reason_and_comes_back_when_reinstated(pilot: Pilot) -> None:
    before = pilot.card(LAUNDRY)
    pilot.act_on_badge(LAUNDRY, "suspend", pilot.rita, reason="under_investigation")
    card = pilot.card(LAUNDRY)
    assert card["listed"] is True
    assert card["absence"]["state"] == "suspended"
    assert card["absence"]["reason"] == {
        "code": "under_investigation",
        **REASONS["under_investigation"].in_both(),
    }
    plain(card)
    pilot.act_on_badge(LAUNDRY, "reinstate", pilot.rudi)
    after = pilot.card(LAUNDRY)
    assert after.pop("version") > before.pop("version")
    assert after == before


def test_a_revoked_badge_is_gone_at_the_very_next_look_up(pilot: Pilot) -> None:
    cursor = pilot.app.get("/v1/contacts/changes")["next"]
    assert pilot.card(MARTABAK)["tier"] == "verified"
    pilot.act_on_badge(MARTABAK, "revoke", pilot.rudi, reason="fraud")
    card = pilot.card(MARTABAK)
    assert (card["listed"], card["absence"]["state"]) == (True, "revoked")
    assert card["absence"]["reason"]["code"] == "fraud"
    plain(card)
    changes = pilot.app.get(f"/v1/contacts/changes?after={cursor}")["changes"]
    assert MARTABAK in [number for change in changes for number in change.get("numbers", [])]

    pilot.server.rows(
        "UPDATE badges_badge SET ended_at = ended_at - interval '90 days' WHERE status = 'revoked' AND account_id = "
        "(SELECT id FROM businesses_account WHERE number = %s)",
        MARTABAK,
    )
    assert pilot.aged(MARTABAK)["listed"] is False


def test_everything_else_is_one_and_the_same_card(pilot: Pilot) -> None:
    pilot.apply(pilot.account("Draft"), kind="new", display_name="Warung Draf", number=DRAFT)
    cases = {"unknown": "+13035550199", "draft": DRAFT, "submitted": BANK_MANDIRI, "once revoked": MARTABAK}
    answers = {
        case: pilot.app.call("GET", f"/v1/contacts/{number}?from=the-database").text.replace(number, "NUMBER")
        for case, number in cases.items()
    }
    assert len(set(answers.values())) == 1, {case: text[:300] for case, text in answers.items()}
    card = json.loads(answers["unknown"])
    assert (card["listed"], card["absence"], card["version"]) == (False, None, 0)
    plain(card)


# --- the desk ---


def test_four_eyes_see_a_protected_category(pilot: Pilot) -> None:
    """The first reviewer approved before all the others whose decisions are in effect."""
    assert pilot.card(PHARMACY)["listed"] is False
    case = pilot.case(PHARMACY)
    assert pilot.rita.form(case, "second") is None  # one pair of eyes is not four
    pilot.rudi.do(case, "second", note="The licence is in order")
    assert pilot.becomes(PHARMACY, "verified")


def test_a_look_alike_is_declined_with_a_reason_by_two(pilot: Pilot) -> None:
    case = pilot.case(BANK_MANDIRI)
    page = words_of(pilot.rita.open(case))
    assert "Bank Mandiri" in page  # the name it resembles
    pilot.rita.do(case, "claim")
    pilot.rita.do(case, "decline", reason="name_of_another", message="Pilih nama Anda sendiri.")
    pilot.rudi.do(case, "second")
    wanted = "Nama tampilan menyerupai usaha lain."  # rita reads Indonesian
    assert until(
        lambda: "Berlaku sejak" in words_of(pilot.rita.open(case)), UNDO_WINDOW_SECONDS + 3 * TICK_SECONDS
    )
    page = words_of(pilot.rita.open(case))
    assert wanted in page and "Pilih nama Anda sendiri." in page
    assert pilot.card(BANK_MANDIRI)["listed"] is False
    told = pilot.server.rows(
        'SELECT template, body FROM outbox_message WHERE "to" = %s', "mirip@owner.example"
    )
    (body,) = (body for template, body in told if template == "declined")
    assert wanted in body and "Pilih nama Anda sendiri." in body


def test_a_decision_is_taken_back_within_the_undo_window_and_not_after(pilot: Pilot) -> None:
    """It was approved and taken back before all the others whose decisions are in effect."""
    assert pilot.card(MELATI)["listed"] is False
    assert pilot.rita.form(pilot.case(MELATI), "claim") is not None  # it is open again
    form = pilot.rita.form(pilot.case(MELATI), "claim")
    assert form is not None
    case = pilot.case(BUTET)
    assert pilot.rita.form(case, "take_back") is None
    form.action = urljoin(case, "../take_back/")  # as from a page that was opened before
    late = pilot.rita.post(case, form)
    assert late.status_code == 409
    assert pilot.card(BUTET)["tier"] == "verified"


def test_the_second_of_two_reviewers_reads_who_was_faster(pilot: Pilot) -> None:
    case = pilot.prepare(FOTOKOPI, pilot.rita)
    form = pilot.rita.form(case, "decline")
    assert form is not None
    pilot.rita.do(case, "approve", tier="confirmed")
    again = pilot.rita.post(case, form, reason="evidence_insufficient", note="typed in another tab")
    assert again.status_code == 409
    page = words_of(again.text)
    assert "typed in another tab" in page  # nothing is lost
    assert pilot.becomes(FOTOKOPI, "confirmed")


def test_a_name_change_keeps_the_old_name_until_it_is_approved(pilot: Pilot) -> None:
    before = pilot.card(KAI)
    application = pilot.apply(pilot.kais, kind="name_change", display_name="Roti Kai Jaya")
    pilot.submit(application)
    assert pilot.card(KAI) == before
    case = pilot.case(KAI)
    pilot.rita.do(case, "claim")
    pilot.rita.do(case, "approve", tier="verified")
    assert pilot.card(KAI)["account"]["display_name"] == "Roti Kai"
    named = until(
        lambda: pilot.card(KAI)["account"]["display_name"] == "Roti Kai Jaya",
        UNDO_WINDOW_SECONDS + 3 * TICK_SECONDS,
    )
    assert named
    after = pilot.card(KAI)
    assert after["tier"] == "verified"
    assert after["badge"]["id"] != before["badge"]["id"]
    done = pilot.app.get(f"/v1/applications/{application}")
    assert (done["status"], done["decision"]["outcome"]) == ("approved", "approve")


def test_the_tick_turns_blue_by_policy(pilot: Pilot) -> None:
    """Last of the cards' tests: it changes how all of them are drawn (R1: data, never code)."""
    before = pilot.card(BUTET)
    page = "/admin/badges/displaypolicy/add/"
    form = pilot.olga.form(page, "add")
    assert form is not None
    tiers = json.loads(form.fields["tiers"])
    tiers["verified"]["mark"] |= {"symbol": "tick", "colour": "blue", "position": "beside_name"}
    assert pilot.olga.post(page, form, version="pilot-2017.2", tiers=json.dumps(tiers)).status_code == 200
    after = pilot.card(BUTET)
    assert (after["mark"]["symbol"], after["mark"]["colour"]) == ("tick", "blue")
    assert (after["policy"], before["policy"]) == ("pilot-2017.2", "pilot-2017.1")
    assert after["version"] == before["version"]  # the card itself did not change
    assert after["badge"] == before["badge"]


def test_the_journal_of_all_this_is_whole(pilot: Pilot) -> None:
    pilot.server.manage("verify_audit")
