"""Guesses at once, over HTTP: five are counted, one is let in."""

from django.conf import settings as deployed

from accounts.audit.models import LogEntry
from accounts.contacts.models import Device, SignInCode
from accounts.people.models import User
from tests.onboarding.signing import ask, browser, give, sent_code
from tests.racing import race


def test_180_posts_of_a_code_at_once_are_five_guesses(committed: None, ada: User) -> None:
    first = browser()
    ask(first, "ada@owner.example")
    code, key = sent_code(), str(first.session.session_key)
    answers = []

    def guess() -> None:
        client = browser()
        client.cookies[deployed.SESSION_COOKIE_NAME] = key
        answers.append(give(client, f"{(int(code) + 1) % 1_000_000:06}"))

    race(*[guess] * 180)
    assert {answer.status_code for answer in answers} == {422}
    assert sum("tries left" in answer.content.decode() for answer in answers) == 4
    assert SignInCode.objects.get().guesses == 5
    assert LogEntry.objects.filter(kind="sign_in_refused").count() == 5
    assert give(first, code).status_code == 422


def test_a_right_code_posted_five_times_at_once_is_one_session(committed: None, ada: User) -> None:
    first = browser()
    ask(first, "ada@owner.example")
    code, key = sent_code(), str(first.session.session_key)
    clients = []

    def guess() -> None:
        client = browser()
        client.cookies[deployed.SESSION_COOKIE_NAME] = key
        give(client, code)
        clients.append(client)

    race(*[guess] * 5)
    assert sum(client.session.get("_auth_user_id") == ada.pk for client in clients) == 1
    assert Device.objects.count() == 1
    assert LogEntry.objects.filter(kind="signed_in").count() == 1
