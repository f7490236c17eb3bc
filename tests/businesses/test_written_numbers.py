"""A number as people write it, and what is understood by it."""

import pytest

from accounts.businesses import numbers
from accounts.errors import Invalid

MEANT = "+6281234567890"


@pytest.mark.parametrize(
    "written",
    [
        "0812 3456 7890",
        "081234567890",
        "0812-3456-7890",
        "0812.3456.7890",
        "(0812) 3456-7890",
        "+62 812-3456-7890",
        "+62 0812 3456 7890",
        "+6281234567890",
        "6281234567890",
        "62 0812 3456 7890",
        "0062 812 3456 7890",
        "81234567890",
        "\u0660\u0668\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0669\u0660",  # Arabic-Indic
        "\u06f0\u06f8\u06f1\u06f2\u06f3\u06f4\u06f5\u06f6\u06f7\u06f8\u06f9\u06f0",  # of Persian and Urdu
        "\uff10\uff18\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19\uff10",  # full width
        "\u202a+62 812-3456-7890\u202c",  # out of a contact card
        "\u2066\u200e0812\u00a03456\u00a07890\u2069",
        "\ufeff0812 3456 7890\n",
        "tel:+6281234567890",
        "WA: 0812-3456-7890",
        "HP 0812 3456 7890",
        "wa.me/6281234567890",
        "https://wa.me/+6281234567890?text=Halo%20Bu",
        "https://api.whatsapp.com/send?phone=6281234567890&text=Halo",
    ],
)
def test_one_number_in_many_ways(written: str) -> None:
    assert numbers.parse(written, country="ID") == MEANT


@pytest.mark.parametrize(
    "written, code",
    [
        ("", "number_missing"),
        (" \u200e ", "number_missing"),
        ("abc", "number_invalid"),
        ("0", "number_invalid"),
        ("+", "number_invalid"),
        ("00", "number_invalid"),
        ("0812", "number_invalid"),
        ("0812 3456 7890 / 0813 3456 7890", "number_invalid"),
        ("0812/0813", "number_invalid"),
        ("08I2 3456 7890", "number_invalid"),
        ("0812" * 500, "number_invalid"),
        ("https://example.com/6281234567890", "number_invalid"),
        ("https://wa.me/message/ABCDEFGH", "number_invalid"),
        ("62812345678", "number_ambiguous"),  # a mobile number, or a landline of area 628
        ("6591234567", "number_ambiguous"),  # Singapore's, or of area 659
    ],
)
def test_what_is_no_number_or_could_be_two(written: str, code: str) -> None:
    with pytest.raises(Invalid, match=code):
        numbers.parse(written, country="ID")


@pytest.mark.parametrize(
    "written, country, meant",
    [
        ("021 5551234", "ID", "+62215551234"),
        ("2025550123", "US", "+12025550123"),
        ("12025550123", "ID", "+12025550123"),
        ("+65 9123 4567", "ID", "+6591234567"),
        ("0212345678", "IT", "+390212345678"),  # a zero that belongs to the number
        ("+39 02 1234 5678", "ID", "+390212345678"),
        ("+62 081234567890", None, MEANT),
    ],
)
def test_numbers_from_elsewhere(written: str, country: str | None, meant: str) -> None:
    assert numbers.parse(written, country=country) == meant


def test_it_is_shown_back_in_groups() -> None:
    assert numbers.shown(MEANT) == "+62 812-3456-7890"
    assert numbers.parse(numbers.shown(MEANT), country="US") == MEANT
    assert numbers.shown("+999123456789") == "+999123456789"


def test_numbers_of_one_range_begin_alike() -> None:
    assert numbers.prefix(MEANT) == "+62812"
    assert numbers.prefix("+12025550100") == "+1202"
    assert numbers.prefix("+999123456789") == "+999123"
