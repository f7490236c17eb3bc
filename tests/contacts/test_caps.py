"""How many codes are sent: to a contact, to numbers that begin alike, for a network, in all; counted exactly."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from accounts.audit.models import LogEntry
from accounts.contacts import caps
from accounts.contacts.models import SignInCode
from accounts.contacts.reading import Contact, read
from accounts.errors import TooMany
from accounts.messages.models import Message
from accounts.people.models import Guesses, User
from tests.contacts.asking import HERE, NOBODYS, THERE, ask
from tests.factories import age
from tests.racing import outcomes, race

ADAS = Contact("email", "ada@owner.example")


def everything_grows_older(by: timedelta) -> None:
    for row in Guesses.objects.all():
        age(row, by, "since")


def refusal(contact: Contact, address: str = HERE) -> TooMany:
    with pytest.raises(TooMany) as refused:
        ask(contact, address=address)
    return refused.value


@pytest.mark.parametrize("contact", [ADAS, NOBODYS])
def test_five_an_hour_and_ten_a_day_to_a_contact_known_or_not(ada: User, contact: Contact) -> None:
    for _ in range(5):
        ask(contact)
    refused = refusal(contact, THERE)
    assert (refused.code, refused.params) == ("code_too_often", {"minutes": 60})
    everything_grows_older(timedelta(minutes=50, seconds=30))
    assert refusal(contact).params == {"minutes": 10}
    everything_grows_older(timedelta(minutes=10))
    for _ in range(5):
        ask(contact)
    everything_grows_older(timedelta(hours=1))
    refused = refusal(contact)
    assert (refused.code, refused.params) == ("code_too_often_today", {"hours": 22})
    assert refused.retry_after == pytest.approx(22 * 3600, abs=120)
    everything_grows_older(timedelta(hours=22))
    ask(contact)


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize(
    "written",
    [
        "siti@owner.example siti+1@owner.example Siti+2@OWNER.example siti++@owner.example "
        '"siti"@owner.example siti@ｏwner.example',
        "warungsiti@gmail.com warung.siti@gmail.com w.a.r.u.n.g.siti@gmail.com warungsiti+a@gmail.com "
        "warungsiti@ＧＭＡＩＬ.com Warung.Siti+b@gmail.com",
        "081234567890 +62812-3456-7890 tel:081234567890 ٠٨١٢٣٤٥٦٧٨٩٠ (62)81234567890 0812-34567890",
    ],
)
def test_one_mailbox_has_one_cap_however_it_is_written(written: str) -> None:
    *five, sixth = map(read, written.split(" "))
    for contact in five:
        ask(contact)
    refusal(sixth, THERE)
    ask(read("s.iti@owner.example"))  # elsewhere a dot is another letter


@pytest.mark.usefixtures("db")
def test_a_refused_message_is_neither_sent_nor_counted(monkeypatch: Any) -> None:
    """What one contact is refused does not use up what its network has."""
    monkeypatch.setattr(caps, "A_NETWORK_AN_HOUR", 7)
    for _ in range(5):
        ask(ADAS)
    for _ in range(20):
        refusal(ADAS)
    assert Message.objects.count() == SignInCode.objects.count() == 5
    ask(NOBODYS)
    ask(NOBODYS)
    refusal(NOBODYS)
    assert {entry.data["code"] for entry in LogEntry.objects.filter(kind="sign_in_refused")} == {
        "code_too_often"
    }


@pytest.mark.usefixtures("db")
def test_numbers_that_begin_alike_share_a_cap(monkeypatch: Any) -> None:
    monkeypatch.setattr(caps, "A_PREFIX_AN_HOUR", 3)
    for last in range(3):
        ask(read(f"0812345678{last:02}"), address=f"198.51.{last}.1")
    refusal(read("081299999999"), THERE)
    ask(read("081399999999"))
    ask(ADAS)


@pytest.mark.usefixtures("db")
def test_a_network_has_a_cap(monkeypatch: Any) -> None:
    monkeypatch.setattr(caps, "A_NETWORK_AN_HOUR", 3)
    for one in range(3):
        ask(Contact("email", f"somebody{one}@owner.example"), address=f"203.0.113.{one}")
    refusal(ADAS)
    ask(ADAS, address=THERE)


@pytest.mark.usefixtures("db")
def test_and_the_day_has_one(settings: Any) -> None:
    settings.SIGN_IN_CODES_A_DAY = 2
    ask(ADAS)
    ask(NOBODYS, address=THERE)
    assert refusal(Contact("email", "mallory@owner.example")).code == "code_too_often_today"


def _a_contact(number: int) -> None:
    ask(NOBODYS, address=f"198.51.{number}.1")


def _a_prefix(number: int) -> None:
    ask(read(f"0812345678{number:02}"), address=f"198.51.{number}.1")


def _a_network(number: int) -> None:
    ask(Contact("email", f"somebody{number}@owner.example"))


def _the_day(number: int) -> None:
    ask(Contact("email", f"somebody{number}@owner.example"), address=f"198.51.{number}.1")


@pytest.mark.parametrize(("act", "sent"), [(_a_contact, 5), (_a_prefix, 7), (_a_network, 8), (_the_day, 9)])
def test_forty_at_once_are_as_many_as_the_cap_says(
    committed: None, monkeypatch: Any, settings: Any, act: Callable[[int], None], sent: int
) -> None:
    """Seen to fail (more were sent than the cap says) with a SELECT of the count and an UPDATE after it."""
    monkeypatch.setattr(caps, "A_PREFIX_AN_HOUR", 7)
    monkeypatch.setattr(caps, "A_NETWORK_AN_HOUR", 8)
    settings.SIGN_IN_CODES_A_DAY = 9
    said = outcomes(race(*[lambda number=number: act(number) for number in range(40)]))
    refused = "code_too_often_today" if act is _the_day else "code_too_often"
    assert said == {refused: 40 - sent, "done": sent}
    assert Message.objects.count() == SignInCode.objects.count() == sent


def test_one_browser_that_asks_for_several_at_once_has_one_open_code(committed: None) -> None:
    acts = [
        lambda number=number: ask(Contact("email", f"somebody{number}@owner.example"), browser="the same")
        for number in range(8)
    ]
    assert race(*acts) == ["done"] * 8
    assert SignInCode.objects.filter(closed_at=None).count() == 1
