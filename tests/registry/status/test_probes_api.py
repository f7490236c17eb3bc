"""`/v1/probes`: test messages go all the way that others go, to nobody, and do not pile up."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection, transaction
from django.db.models.functions import Now
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import clock
from accounts.audit import journal as audit
from accounts.audit.models import LogEntry
from accounts.clients.models import Scope
from accounts.messages import jobs, probes
from accounts.messages.models import Channel, Delivery, Message
from accounts.messages.senders import NOBODY
from tests.partner import Partner, partner, refused
from tests.racing import race

UNKNOWN = "msg_01h2xcejqtf2nbrexx3vqjhp41"


@pytest.fixture
def prober(db_of_the_test: None) -> Partner:
    return partner("Prober", Scope.STATUS_PROBE)


def sent(prober: Partner, channel: str = "email") -> Any:
    answer = prober.post("/v1/probes", {"channel": channel})
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/v1/probes/{answer.json()['id']}"
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.json()


@pytest.mark.parametrize("channel", ["email", "sms"])
def test_a_test_message_leaves_like_any_other_and_reaches_nobody(
    prober: Partner, channel: str, capsys: pytest.CaptureFixture[str]
) -> None:
    probe = sent(prober, channel)
    assert (probe["channel"], probe["status"], probe["sent_at"]) == (channel, "waiting", None)
    others = {"email": jobs.TELEPHONE, "sms": jobs.MAIL}[channel]
    assert not jobs.deliver_next(others)
    assert jobs.deliver_next()
    after = prober.get(f"/v1/probes/{probe['id']}").json()
    assert after["status"] == "sent" and after["sent_at"]
    assert Message.objects.get().to == NOBODY
    assert Delivery.objects.get().outcome == "accepted"
    assert not mail.outbox
    assert "Test message" not in capsys.readouterr().out


def test_with_a_sink_the_mail_is_really_handed_over(prober: Partner, settings: Any) -> None:
    settings.PROBE = {**settings.PROBE, "SINK": "sink@registry.example"}
    sent(prober, "email"), sent(prober, "sms")
    while jobs.deliver_next():
        pass
    (message,) = mail.outbox
    assert message.to == ["sink@registry.example"]
    assert set(Message.objects.values_list("status", flat=True)) == {"sent"}


def test_a_sink_that_refuses_is_told_by_the_page_and_not_by_an_alert_twice_a_minute(prober: Partner) -> None:
    probe = sent(prober)
    message = Message.objects.get()
    jobs._give_up(message, "smtp_550")
    message.save()
    assert prober.get(f"/v1/probes/{probe['id']}").json()["status"] == "failed"
    assert not LogEntry.objects.filter(kind="alert").exists()


def test_old_ones_go_sent_or_not_so_that_nothing_piles_up(prober: Partner) -> None:
    """A day of rounds leaves what two minutes hold; also while no worker sends them."""
    other = partner("Another prober", Scope.STATUS_PROBE)
    foreign = sent(other)
    for number in range(40):
        sent(prober, ("email", "sms")[number % 2])
        if number % 4 == 0:
            jobs.deliver_next()
        Message.objects.update(created_at=Now() - (number % 5) * timedelta(minutes=1))
    Message.objects.exclude(pk=foreign["id"]).update(created_at=Now() - 2 * probes.KEPT)
    last = sent(prober)
    assert set(Message.objects.values_list("pk", flat=True)) == {last["id"], foreign["id"]}
    assert not Delivery.objects.exclude(message=foreign["id"]).exists()


def test_whoever_has_the_key_can_t_fill_the_outbox(prober: Partner, monkeypatch: Any) -> None:
    monkeypatch.setattr(probes, "MOST_KEPT", 3)
    for _ in range(3):
        sent(prober)
    answer = prober.post("/v1/probes", {"channel": "sms"})
    refused(answer, 429, "throttled")
    assert answer.headers["Retry-After"] == "120"
    assert Message.objects.count() == 3
    Message.objects.update(created_at=Now() - 2 * probes.KEPT)
    sent(prober)


def tried(channel: Channel, *outcomes: str, ago: int = 1, error: str = "") -> None:
    """A message to somebody, and what came of each attempt at it; `ago` in minutes."""
    message = Message.objects.create(
        channel=channel,
        to="kai@app.example",
        template="approved",
        body="…",
        by="system",
        about="app_1",
        next_attempt_at=Now() + timedelta(hours=1),
    )
    for outcome in outcomes:
        Delivery.objects.create(
            message=message, outcome=outcome, error=error, at=Now() - timedelta(minutes=ago)
        )


@pytest.mark.parametrize(
    ("attempts", "said"),
    [
        ([], "unknown"),
        ([["failed"], ["failed"]], "unknown"),
        ([["failed", "failed", "failed"]], "unknown"),  # one message, that has a reason of its own
        ([["failed"], ["unsure"], ["failed", "failed"]], "fails"),
        ([["accepted"], ["failed"], ["failed"]], "works"),
        ([["accepted"], ["failed"], ["failed"], ["failed"]], "fails"),
        ([["failed"], ["failed"], ["failed", "accepted"]], "works"),
        ([["refused"], ["refused"], ["refused"]], "unknown"),  # numbers that nobody has
        ([["failed"], ["failed"], ["failed"], ["refused"]], "fails"),
    ],
)
@pytest.mark.parametrize("channel", [Channel.EMAIL, Channel.SMS])
def test_what_became_of_messages_to_people_is_told(
    prober: Partner, channel: Channel, attempts: list[list[str]], said: str
) -> None:
    for outcomes in attempts:
        tried(channel, *outcomes)
    probe = sent(prober, channel)
    assert probe["gateway"] == said
    assert jobs.deliver_next()
    assert prober.get(f"/v1/probes/{probe['id']}").json()["gateway"] == said
    other = {Channel.EMAIL: "sms", Channel.SMS: "email"}[channel]
    assert sent(prober, other)["gateway"] == "unknown"


def test_nobody_makes_it_fail_by_naming_addresses_that_do_not_answer(prober: Partner) -> None:
    """Whoever asks for news by e-mail may: the mail server says 450 to a domain that it does not find."""
    for _ in range(3):
        tried(Channel.EMAIL, "failed", error="smtp_450")
    assert sent(prober)["gateway"] == "unknown"
    for _ in range(3):
        tried(Channel.EMAIL, "failed", error="SMTPSenderRefused 452")
    assert sent(prober)["gateway"] == "fails"


def test_a_mail_to_each_subscriber_hides_no_telephone_that_fails(prober: Partner) -> None:
    for _ in range(3):
        tried(Channel.SMS, "failed")
    tried(Channel.EMAIL, *["accepted"] * 1_000)
    assert sent(prober, "sms")["gateway"] == "fails"
    assert sent(prober, "email")["gateway"] == "works"


def test_what_is_tried_again_within_the_hour_still_counts_and_a_call_is_no_sms(prober: Partner) -> None:
    for _ in range(3):
        tried(Channel.SMS, "failed", ago=95)
    assert sent(prober, "sms")["gateway"] == "unknown"
    for _ in range(3):
        tried(Channel.SMS, "failed", ago=70)
    assert sent(prober, "sms")["gateway"] == "fails"
    tried(Channel.VOICE, "accepted")
    assert sent(prober, "sms")["gateway"] == "fails"
    tried(Channel.SMS, "accepted")
    assert sent(prober, "sms")["gateway"] == "works"


def test_a_long_log_of_attempts_costs_nothing(prober: Partner) -> None:
    """The last of them by their key, each with its message: no more is read."""
    messages = Message.objects.bulk_create(
        Message(
            channel=Channel.EMAIL,
            to="kai@app.example",
            template="approved",
            body="…",
            by="system",
            about="app_1",
            status="sent",
        )
        for _ in range(20_000)
    )
    Delivery.objects.bulk_create(
        [Delivery(message=one, outcome="accepted", at=clock.now() - timedelta(days=1)) for one in messages]
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE outbox_message, outbox_delivery")
    with CaptureQueriesContext(connection) as asked:
        assert probes.gateway(Channel.EMAIL) == "unknown"
    query = asked.captured_queries[-1]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {query['sql']}")
        plan = cursor.fetchone()[0]
    text = json.dumps(plan)
    assert "outbox_delivery_pkey" in text
    assert plan[0]["Plan"]["Shared Hit Blocks"] + plan[0]["Plan"]["Shared Read Blocks"] < 2_500, text


def test_what_is_not_a_probe_is_not_touched(prober: Partner) -> None:
    sent(prober)
    about = Message.objects.get().about
    kept = Message.objects.create(
        channel=Channel.EMAIL,
        to="kai@app.example",
        template="approved",
        body="…",
        by="system",
        about=about,
        created_at=Now() - timedelta(days=1),
    )
    sent(prober)
    assert Message.objects.filter(pk=kept.pk).exists()
    refused(prober.get(f"/v1/probes/{kept.pk}"), 404, "not_found")


def test_ones_own_only(prober: Partner) -> None:
    probe = sent(prober)
    other = partner("Another prober", Scope.STATUS_PROBE)
    not_mine = other.get(f"/v1/probes/{probe['id']}")
    refused(not_mine, 404, "not_found")
    for wrong in (UNKNOWN, "1", "%20", "msg_", "x" * 3000, "%0A"):
        unknown = other.get(f"/v1/probes/{wrong}")
        assert (unknown.status_code, unknown.content) == (404, not_mine.content)


def test_no_call_without_its_scope_or_a_key(prober: Partner) -> None:
    probe = sent(prober)
    reader = partner("Reader", Scope.CONTACTS_READ)
    for http, status, code in ((reader.http, 403, "scope_missing"), (Client(), 401, "key_missing")):
        refused(http.post("/v1/probes", {"channel": "email"}, content_type="application/json"), status, code)
        refused(http.get(f"/v1/probes/{probe['id']}"), status, code)
    assert Message.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "required"),
        ({"channel": "voice"}, "choice_unknown"),
        ({"channel": None}, "required"),
        ({"channel": 1}, "wrong_type"),
        ({"channel": "email", "to": "mallory@app.example"}, "field_unknown"),
    ],
)
def test_nobody_says_whom_it_goes_to(prober: Partner, body: Any, code: str) -> None:
    refused(prober.post("/v1/probes", body), 422, code)
    assert not Message.objects.exists()


@pytest.mark.usefixtures("committed")
def test_one_that_is_just_being_sent_holds_up_nobody() -> None:
    """A gateway that hangs keeps its row: without `skip_locked` the next probe would wait for it, and for ever so."""
    first = probes.send(Channel.EMAIL, by=audit.SYSTEM)
    Message.objects.update(created_at=Now() - 2 * probes.KEPT)
    with transaction.atomic():
        Message.objects.select_for_update().get(pk=first.pk)

        def send() -> None:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '2s'")
            probes.send(Channel.EMAIL, by=audit.SYSTEM)

        assert race(send) == ["done"]
    assert Message.objects.count() == 2
