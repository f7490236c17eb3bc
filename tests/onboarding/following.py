"""What the tests of following an application do over and over: send a form, look where it leads."""

from typing import Any

from django.test import Client
from django.urls import reverse

from accounts.businesses.models import Account
from accounts.verification.models import Application


def send(browser: Client, step: str, thing: Application | Account, **typed: Any) -> Any:
    answer: Any = browser.post(reverse(step, args=[thing.pk]), typed)
    return answer


def next_page(browser: Client, answer: Any) -> str:
    assert answer.status_code == 302, answer.content.decode()[:3000]
    shown: Any = browser.get(answer["Location"], follow=True)
    assert shown.status_code == 200
    text: str = shown.content.decode()
    return text


def status_of(application: Application) -> str:
    return Application.objects.get(pk=application.pk).status


def now(account: Account) -> Account:
    return Account.objects.get(pk=account.pk)


def only(account: Account, kind: str) -> Application:
    return Application.objects.get(account=account, kind=kind)
