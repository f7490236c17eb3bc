"""When what a source says is what the applicant wrote."""

import pytest

from accounts.verification.matching import SYMBOLS, Match, host_of, match_of


@pytest.mark.parametrize(
    ("field", "wrote", "says", "match"),
    [
        ("display_name", "Warung Bu Siti", "Warung Bu Siti", Match.SAME),
        ("display_name", "Warung Bu Siti", "WARUNG  BU-SITI", Match.SPELLING),
        ("display_name", "Warung Bu Siti", "Warung Bu Sri", Match.DIFFERENT),
        ("legal_name", "PT Maju Jaya", "Maju Jaya, PT.", Match.SPELLING),
        ("legal_name", "CV. Ada Jaya", "C.V. ADA JAYA", Match.SPELLING),
        ("legal_name", "PT Maju Jaya Tbk", "Maju Jaya", Match.SPELLING),
        ("legal_name", "PT Maju Jaya", "PT Jaya Maju", Match.DIFFERENT),
        ("legal_name", "PT", "CV", Match.DIFFERENT),
        ("legal_name", "!!!", "???", Match.DIFFERENT),
        ("legal_name", "Kafé", "Kafe\u0301", Match.SAME),
        ("registration_number", "9120001234567", "9120 0012 34567", Match.SPELLING),
        ("registration_number", "9120001234567", "9120001234568", Match.DIFFERENT),
        ("number", "+6281234567890", "0812-3456-7890", Match.SAME),
        ("number", "+6281234567890", "+62 812 3456 7891", Match.DIFFERENT),
        ("number", "+6281234567890", "call me", Match.DIFFERENT),
        ("category", "food", "Makanan", Match.DIFFERENT),
        ("category", "food", "FOOD", Match.SAME),
        ("website", "https://www.ada.example/", "ada.example", Match.SPELLING),
        ("website", "https://ada.example/toko", "https://ada.example", Match.DIFFERENT),
        ("country", "ID", "id", Match.SAME),
        ("country", "ID", "Republik Indonesia", Match.SAME),
        ("country", "ID", "Singapura", Match.DIFFERENT),
        ("country", "ID", "Nusantara", Match.UNCHECKED),
        ("website", "", "ada.example", Match.UNCHECKED),
        ("display_name", "Warung", "", Match.UNCHECKED),
    ],
)
def test_what_counts_as_the_same(field: str, wrote: str, says: str, match: Match) -> None:
    assert match_of(field, wrote, says, country="ID") == match


def test_every_match_has_a_word_and_a_symbol() -> None:
    assert set(SYMBOLS) == set(Match)


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://www.Ada.example:8443/x?y", "ada.example"),
        ("ada.example/x", "ada.example"),
        ("", ""),
        ("https://[", ""),
        ("https://wwwx.example", "wwwx.example"),
    ],
)
def test_the_host_of_an_address(address: str, host: str) -> None:
    assert host_of(address) == host
