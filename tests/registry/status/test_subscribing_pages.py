"""The pages of subscribing: without signing in, without scripts, and nothing happens by opening a link."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.messages.models import Message
from accounts.people.models import User
from registry.status.subscribing import services, tokens
from registry.status.subscribing.models import Subscriber, Wish
from tests.registry.status.subscribers import SITI, ask, sent_token, subscribe

pytestmark = pytest.mark.usefixtures("db_of_the_test")
SUBSCRIBE = "/status/subscribe/"


@pytest.fixture
def browser() -> Client:
    return Client(enforce_csrf_checks=True, headers={"Accept": "text/html", "Accept-Language": "en"})


def send(browser: Client, path: str, **fields: str) -> Any:
    """With the token that the form carries."""
    browser.get(path)
    return browser.post(path, {"csrfmiddlewaretoken": browser.cookies["csrftoken"].value, **fields})


def confirm_path(token: str) -> str:
    return reverse("status_confirm", args=[token])


def stop_path(subscriber: Subscriber) -> str:
    return reverse("status_stop", args=[tokens.to_stop(subscriber.pk)])


def test_from_the_page_to_the_subscription_and_out_again(browser: Client) -> None:
    sent = send(browser, SUBSCRIBE, address=" Siti@Owner.Example ")
    assert sent.status_code == 302
    assert "Look at your mail" in browser.get(sent["Location"]).content.decode()
    path = Message.objects.get().secret
    assert path == confirm_path(sent_token())
    assert SITI.value in browser.get(path).content.decode()
    assert not Subscriber.objects.exists()
    said = send(browser, path)
    assert said.status_code == 302
    page = browser.get(said["Location"]).content.decode()
    assert "You are subscribed" in page
    subscriber = Subscriber.objects.get()
    assert (subscriber.language, stop_path(subscriber) in page) == ("en", True)
    assert "Stop the mails?" in browser.get(stop_path(subscriber)).content.decode()
    assert Subscriber.objects.exists()
    stopped = browser.post(stop_path(subscriber))
    assert stopped.status_code == 200 and "The mails have stopped" in stopped.content.decode()
    assert not Subscriber.objects.exists() and not Wish.objects.exists()
    for again in (browser.get(stop_path(subscriber)), browser.post(stop_path(subscriber))):
        assert again.status_code == 200 and "The mails have stopped" in again.content.decode()
    assert browser.get(path).status_code == 404


def test_the_answer_is_the_same_for_every_address(browser: Client) -> None:
    """New, waiting for its yes, subscribed, and on its pause of a day."""
    subscribe("subscribed@owner.example")
    answers = set()
    for name in ("new", "new", "subscribed", "subscribed"):
        answer = send(browser, SUBSCRIBE, address=f"{name}@owner.example")
        page = browser.get(answer["Location"])
        text = page.content.decode().replace(browser.cookies["csrftoken"].value, "")
        headers = {name: value for name, value in answer.items() if name != "Set-Cookie"}
        answers.add((answer.status_code, str(headers), len(text)))
        assert f"{name}@" not in text
    assert len(answers) == 1


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Write your e-mail address."),
        ("siti", "This e-mail address can&#x27;t be used."),
        ("x" * 400, "300"),
    ],
)
def test_what_is_no_address_comes_back_as_it_was_typed(browser: Client, typed: str, sentence: str) -> None:
    answer = send(browser, SUBSCRIBE, address=typed)
    text = answer.content.decode()
    assert answer.status_code == 422 and sentence in text and (not typed or typed in text)
    assert "<title>Error:" in text and 'role="alert"' in text
    assert not Wish.objects.exists()


def test_a_cap_is_said_with_how_long_to_wait(browser: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(services, "A_NETWORK_AN_HOUR", 1)
    send(browser, SUBSCRIBE, address="first@owner.example")
    answer = send(browser, SUBSCRIBE, address="second@owner.example")
    assert answer.status_code == 429 and 3500 < int(answer["Retry-After"]) <= 3601
    assert "60 minutes" in answer.content.decode() and "second@owner.example" in answer.content.decode()


def test_looking_changes_nothing_however_often_a_scanner_does(browser: Client) -> None:
    ask()
    path, wish = confirm_path(sent_token()), Wish.objects.values().get()
    stop = stop_path(subscribe("kai@app.example"))
    for _ in range(3):
        for method in (browser.get, browser.head, browser.options):
            assert method(path).status_code == method(stop).status_code == 200
    assert Wish.objects.values().get() == wish and Subscriber.objects.count() == 1


def test_a_program_that_reads_mail_stops_by_one_post(browser: Client) -> None:
    """RFC 8058: no cookie, no token of a form, no page in between, and an answer that leads nowhere."""
    answer = Client(enforce_csrf_checks=True).post(
        stop_path(subscribe()), "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 200 and not Subscriber.objects.exists()


def test_everything_else_needs_the_token_of_its_form(browser: Client) -> None:
    ask()
    for path in (SUBSCRIBE, confirm_path(sent_token())):
        assert browser.post(path, {"address": "x@y.example"}).status_code == 403
    assert not Subscriber.objects.exists() and Wish.objects.count() == 1


@pytest.mark.parametrize("token", ["x", "x" * 32, "0" * 58, "é", "%00", "a" * 5000])
def test_a_link_that_is_none_of_ours(browser: Client, token: str) -> None:
    for kind in ("confirm", "stop"):
        path = f"{SUBSCRIBE}{kind}/{token}/"
        for answer in (browser.get(path), Client().post(path)):
            assert answer.status_code in (404, 422) and b"Traceback" not in answer.content


def test_no_is_a_button_too(browser: Client) -> None:
    ask()
    answer = send(browser, confirm_path(sent_token()), no="1")
    assert answer.status_code == 200 and "Forgotten" in answer.content.decode()
    assert not Wish.objects.exists()


def test_no_copy_is_kept_and_no_query_asked_where_none_is_needed(
    browser: Client, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        pages = [browser.get(SUBSCRIBE), browser.get(reverse("status_subscribe_sent"))]
    ask()
    confirm, stop = confirm_path(sent_token()), stop_path(subscribe("kai@app.example"))
    with django_assert_num_queries(2):
        pages.append(browser.get(confirm))
    with django_assert_num_queries(1):
        pages.append(browser.get(stop))
    for page in pages:
        assert page.status_code == 200 and page["Cache-Control"] == "private, no-store"
        assert "unsafe" not in page["Content-Security-Policy"] and b" style=" not in page.content
    for page in pages[2:]:
        assert (page["Referrer-Policy"], page["X-Robots-Tag"]) == ("strict-origin", "noindex, nofollow")


def test_the_language_is_the_pages_and_then_the_mails() -> None:
    browser = Client(headers={"Accept-Language": "id"})

    def language_of(path: str) -> str:
        return browser.get(path).content.decode().partition('<html lang="')[2][:2]

    assert language_of(f"{SUBSCRIBE}?language=en") == "en"
    assert language_of(SUBSCRIBE) == language_of(f"{SUBSCRIBE}?language=xx") == "id"
    answer = browser.post(f"{SUBSCRIBE}?language=en", {"address": SITI.value})
    assert language_of(answer["Location"]) == "en"
    assert Wish.objects.get().language == Message.objects.get().language == "en"
    path, stop = confirm_path(sent_token()), stop_path(subscribe("kai@app.example", "en"))
    assert language_of(path) == language_of(stop) == "en"
    browser.cookies["django_language"] = "id"  # as the button on each page has it
    assert language_of(path) == language_of(stop) == "id"


def test_an_owner_who_has_signed_in_is_nobody_else_here(ada: User) -> None:
    browser = Client()
    browser.force_login(ada)
    assert browser.get(SUBSCRIBE).status_code == 200
    assert browser.post(SUBSCRIBE, {"address": "kai@app.example"}).status_code == 302
    assert Wish.objects.get().address == "kai@app.example"
