"""What stands on a card can be read as it stands, and leads to the public web."""

import pytest

from accounts.businesses import checks
from accounts.errors import Invalid


@pytest.mark.parametrize(
    "hidden", ["\u202e", "\u200b", "\u2066", "\x7f", "\x85", "\x00", "\ud800", "\u2028", "\U000e0041"]
)
def test_nothing_hides_in_a_text(hidden: str) -> None:
    for check in (checks.legal_name, checks.about):
        with pytest.raises(Invalid, match="hidden_characters"):
            check(f"CV A{hidden}da")


def test_lines_break_where_there_are_lines() -> None:
    assert checks.about("Buka tiap hari\n07.00–20.00") == "Buka tiap hari\n07.00–20.00"
    with pytest.raises(Invalid, match="hidden_characters"):
        checks.legal_name("CV Ada\nVerified")


@pytest.mark.parametrize("joined", ["می‌خواهم", "क्‍ष"])
def test_scripts_keep_their_joiners(joined: str) -> None:
    assert checks.legal_name(joined) == joined


@pytest.mark.parametrize(
    "address", ["https://toko-siti.co.id/menu?x=1", "http://usaha.example", "https://usaha.xn--80asehdb"]
)
def test_a_website_is_an_address_on_the_public_web(address: str) -> None:
    assert checks.website(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "http://127.0.0.1:22/x.svg",
        "http://user:pw@toko.example",
        "http://169.254.169.254/latest",
        "http://localhost/",
        "http://[::1]/",
        "http://2130706433/",
        "http://0x7f.1/",
        "https://" + "a" * 200 + ".example",
    ],
)
def test_and_nothing_else_is(address: str) -> None:
    with pytest.raises(Invalid, match="website_invalid"):
        checks.website(address)
