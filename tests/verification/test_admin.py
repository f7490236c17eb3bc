"""The queue, as a browser shows it."""

import re
from datetime import timedelta

from django.test import Client

from accounts import clock
from accounts.audit import journal as audit
from accounts.businesses import services as businesses
from accounts.people.models import User
from accounts.verification import services as verification
from accounts.verification.models import Application, Claim
from tests.factories import (
    age,
    make_account,
    make_business,
    make_claimed,
    make_cohort,
    make_draft,
    make_submitted,
    owner_of,
)
from tests.verification.desk import QUEUE, desk, text


class TestQueue:
    def names(self, browser: Client, query: str = "") -> list[str]:
        page = text(browser.get(f"{QUEUE}{query}"))
        return re.findall(r'class="field-name">\s*<a [^>]*>([^<]*)</a>', page)

    def test_each_desk_holds_what_its_name_says(self, rita: User, rudi: User) -> None:
        mine = make_claimed(rita)
        his = make_claimed(rudi)
        free = make_submitted()
        lease_over = make_claimed(rudi)
        age(Claim.objects.get(application=lease_over), timedelta(hours=1), "taken_at", "until")
        asked = make_claimed(rita)
        verification.ask(asked, field="about", text="Which street?", by=rita)
        put_off = make_claimed(rita)
        verification.defer(put_off, until=clock.now().date() + timedelta(days=9), by=rita)
        held = make_claimed(rita)
        verification.approve(held, tier="verified", second_wished=True, by=rita)
        decided = make_claimed(rita)
        verification.decline(decided, reason="not_a_business", by=rita)
        draft = make_draft()
        over = make_claimed(rita)
        verification.withdraw(over, by=owner_of(over.account))

        def on(choice: str) -> set[str]:
            return set(self.names(desk(rita), f"?desk={choice}"))

        def named(*applications: Application) -> set[str]:
            return {application.display_name for application in applications}

        assert on("decide") == named(mine, his, free, lease_over, held)
        assert set(self.names(desk(rita))) == on("decide")
        assert on("unclaimed") == named(free, lease_over)
        assert on("mine") == named(mine, held, decided)
        assert on("second") == named(held)
        assert on("owner") == named(asked)
        assert on("deferred") == named(put_off)
        assert on("decided") == named(decided)
        assert on("ended") == named(over)
        assert on("all") == {*on("decide"), *named(asked, put_off, decided, over, draft)}
        assert set(self.names(desk(rita), "?status__exact=draft")) == named(draft)

    def test_an_answer_waits_on_the_desk_of_whoever_asked(self, rita: User, rudi: User) -> None:
        asked = make_claimed(rita)
        verification.ask(asked, field="about", text="Which street?", by=rita)
        verification.answer(asked, text="Jalan Melati 3", by=owner_of(asked.account))
        assert self.names(desk(rita), "?desk=mine") == [asked.display_name]
        assert self.names(desk(rudi), "?desk=unclaimed") == []
        assert self.names(desk(rita), "?desk=unclaimed") == [asked.display_name]

    def test_it_filters_by_what_calls_for_two(self, rita: User) -> None:
        businesses.protect("Bank Contoh", category="finance", country="ID", by=audit.SYSTEM)
        alike = make_submitted(display_name="Bank C0ntoh")
        protected = make_submitted(make_account(category="health"))
        strict = make_submitted(cohort=make_cohort(four_eyes=True))
        plain = make_submitted()
        browser = desk(rita)
        assert set(self.names(browser, "?four_eyes=protected")) == {alike.display_name}
        assert set(self.names(browser, "?four_eyes=due")) == {
            alike.display_name,
            protected.display_name,
            strict.display_name,
        }
        assert self.names(browser, "?four_eyes=one") == [plain.display_name]
        assert self.names(browser, f"?cohort__id__exact={strict.cohort_id}") == [strict.display_name]
        assert self.names(browser, "?category__exact=health") == [protected.display_name]
        assert self.names(browser, "?kind__exact=renewal") == []

    def test_it_finds_by_name_legal_name_number_and_id(self, rita: User) -> None:
        account = make_account(make_business(legal_name="PT Sumber Rejeki"))
        wanted = make_submitted(account, display_name="Toko Melati")
        make_submitted()
        verification.withdraw(wanted, by=owner_of(account))  # a search looks beyond the open ones
        browser = desk(rita)
        spaced = f"{wanted.number[:2]} {wanted.number[2:5]}-{wanted.number[5:]}"
        for typed in [
            "melati",
            "sumber rej",
            spaced.replace("+", "%2B"),
            wanted.number.replace("+", "%2B"),
            wanted.pk,
            wanted.pk.upper(),
            account.pk,
            account.business_id,
        ]:
            assert self.names(browser, f"?q={typed}") == ["Toko Melati"], typed
        for typed in ["app_0", "acc_zzz", "0000", "%25", "nothing of this name"]:
            assert self.names(browser, f"?q={typed}") == [], typed

    def test_its_links_lead_to_the_cases(self, rita: User) -> None:
        application = make_submitted()
        browser = desk(rita)
        link = re.search(r'class="field-name">\s*<a href="([^"]*)"', text(browser.get(QUEUE)))
        assert link is not None
        page = browser.get(link[1])
        assert page.status_code == 200
        assert application.number in text(page)

    def test_it_shows_who_works_on_a_case_and_until_when(self, rita: User) -> None:
        application = make_claimed(rita)
        page = text(desk(rita).get(QUEUE))
        assert re.search(r'class="field-holder">Rita, \d', page)
        age(Claim.objects.get(application=application), timedelta(hours=1), "taken_at", "until")
        assert 'field-holder">Rita' not in text(desk(rita).get(QUEUE))
