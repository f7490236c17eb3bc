"""A contact is read in whatever way it is written, and shown back in one."""

import pytest

from accounts.contacts.reading import Contact, read
from accounts.errors import Invalid

SITIS = Contact("phone", "+6281234567890")


@pytest.mark.parametrize(
    "text",
    [
        "081234567890",
        " 0812-3456-7890 ",
        "+62 812 3456 7890",
        "+6281234567890",
        "(0812) 3456.7890",
        "٠٨١٢٣٤٥٦٧٨٩٠",
        "０８１２３４５６７８９０",
    ],
)
def test_a_number_written_in_any_way(text: str) -> None:
    assert read(text) == SITIS


def test_it_is_shown_back_in_groups() -> None:
    assert SITIS.shown == "+62 812-3456-7890"
    assert Contact("email", "siti@owner.example").shown == "siti@owner.example"


def test_an_address_is_read_without_its_capitals() -> None:
    assert read(" Siti@Owner.Example ") == Contact("email", "siti@owner.example")


@pytest.mark.parametrize(
    "text", ["siti@wärung.example", "siti@xn--wrung-gra.example", "siti@ＷÄRUNG.example"]
)
def test_a_domain_is_read_as_it_is_sent_to(text: str) -> None:
    assert read(text) == Contact("email", "siti@xn--wrung-gra.example")


@pytest.mark.parametrize(
    "text",
    [
        "siti",
        "12",
        "rita@",
        "@owner.example",
        "a@b",
        "siti@owner.example\x00",
        "siti@owner\u202e.example",
        "siti@localhost",  # of the mail server's own network, and the next one too
        "siti@[10.0.0.5]",
        f"siti@{'ö' * 62}.example",
        f"{'s' * 60}@{'o' * 200}.example",
        "0812" * 20,
        "+62 8",
        "\x00",
        "+1 900 555 0100",  # whoever rings there pays
        "0809 1234567",
        "1500 123",  # one number for the whole country, which answers no code
    ],
)
def test_what_reaches_nobody(text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read(text)
    assert (refusal.value.code, refusal.value.problems[0].pointer) == ("sign_in_contact_invalid", "/contact")


def test_nothing_at_all() -> None:
    with pytest.raises(Invalid) as refusal:
        read("  ")
    assert refusal.value.code == "sign_in_contact_missing"
