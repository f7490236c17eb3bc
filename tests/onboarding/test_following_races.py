"""The same button from two phones at once. Each was run once without the lock that its docstring names, and failed."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.audit.chain import breaks
from accounts.audit.models import Event
from accounts.businesses.models import Account
from accounts.onboarding.following import asking
from accounts.people.models import User
from accounts.verification import services as verification
from accounts.verification.models import Application, Kind, Status
from tests.factories import (
    age,
    badge_of,
    decline_now,
    make_account,
    make_approved,
    make_business,
    make_reviewer,
    make_submitted,
    prove,
)
from tests.racing import outcomes, race

pytestmark = pytest.mark.usefixtures("committed")
TAPS = 8


@pytest.fixture(autouse=True)
def whole_journal(committed: None) -> Any:
    yield
    assert list(breaks()) == []


def happened(kind: str) -> int:
    return Event.objects.filter(kind=kind).count()


def asked(ada: User) -> Application:
    application = make_submitted(make_account(make_business(ada)))
    reviewer = make_reviewer()
    prove(application)
    verification.claim(application, by=reviewer)
    return verification.ask(application, field="about", text="Which street?", by=reviewer)


def test_one_answer(ada: User) -> None:
    """Without `lock` in `asking.answer`, those that read the open question together are refused wrong_status."""
    application = asked(ada)
    question = application.questions.get().pk
    same = [lambda: asking.answer(application, question, text="Jalan Melati", by=ada)] * TAPS
    assert outcomes(race(*same)) == {"done": TAPS}
    assert happened("application.answered") == 1


def test_two_different_answers(ada: User) -> None:
    """Without `lock` in `asking.answer`, the second is told of a status, not that somebody answered."""
    application = asked(ada)
    question = application.questions.get().pk
    texts = ["Jalan Melati", "Jalan Mawar"]
    acts = [lambda text=text: asking.answer(application, question, text=text, by=ada) for text in texts]
    assert outcomes(race(*acts)) == {"done": 1, "question_answered": 1}


def test_one_withdrawal(ada: User) -> None:
    """Without `lock` in `asking.withdraw`, all but one are refused."""
    application = make_submitted(make_account(make_business(ada)))
    assert outcomes(race(*[lambda: asking.withdraw(application, by=ada)] * TAPS)) == {"done": TAPS}
    assert happened("application.withdrawn") == 1


def test_one_objection(ada: User) -> None:
    """Without `lock` in `asking.contest`, all but one are refused."""
    application = decline_now(make_submitted(make_account(make_business(ada))))
    same = [lambda: asking.contest(application, text="Look again.", by=ada)] * TAPS
    assert outcomes(race(*same)) == {"done": TAPS}
    assert happened("application.contested") == 1


def live(ada: User) -> Account:
    return make_approved(account=make_account(make_business(ada)))


def test_one_renewal(ada: User) -> None:
    """Without the account's lock in `asking.prepare`, all but one are refused open_application_exists."""
    account = live(ada)
    age(badge_of(account), timedelta(days=320), "issued_at", "term_ends_at", "expires_at")
    same = [lambda: asking.ask_for(account, kind=Kind.RENEWAL, by=ada)] * TAPS
    assert outcomes(race(*same)) == {"done": TAPS}
    assert Application.objects.get(account=account, kind=Kind.RENEWAL).status == Status.SUBMITTED


def test_two_new_names(ada: User) -> None:
    """Without the account's lock in `asking.prepare`, the second is refused open_application_exists."""
    account = live(ada)
    names = ["Toko Roti Ada", "Kedai Kopi Ada"]
    acts = [
        lambda name=name: asking.ask_for(account, kind=Kind.NAME_CHANGE, by=ada, display_name=name)
        for name in names
    ]
    assert outcomes(race(*acts)) == {"change_in_review": 1, "done": 1}


def test_one_closing(ada: User) -> None:
    """Without the account's lock in `asking.close`, all but one are refused account_closed."""
    account = live(ada)
    assert outcomes(race(*[lambda: asking.close(account, by=ada)] * TAPS)) == {"done": TAPS}
    assert happened("account.closed") == 1


def test_one_draft_of_applying_again(ada: User) -> None:
    """Without the account's lock in `asking.apply_again`, all but one are refused open_application_exists."""
    application = make_submitted(make_account(make_business(ada)))
    ended = verification.withdraw(application, by=ada)
    assert outcomes(race(*[lambda: asking.apply_again(ended, by=ada)] * TAPS)) == {"done": TAPS}
    assert Application.objects.open().filter(account=ended.account).count() == 1


def test_an_answer_and_a_withdrawal(ada: User) -> None:
    """Whoever is first: an answered application can still be withdrawn; a withdrawn one takes no answer."""
    application = asked(ada)
    question = application.questions.get().pk
    done = race(
        lambda: asking.answer(application, question, text="Jalan Melati", by=ada),
        lambda: asking.withdraw(application, by=ada),
    )
    assert done[1] == "done" and done[0] in ("done", "question_answered")
    assert Application.objects.get(pk=application.pk).status == Status.WITHDRAWN
