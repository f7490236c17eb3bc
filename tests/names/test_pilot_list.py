"""The names of the pilot's list and of the protected names get exactly the expected findings.

The files lie beside the checkout; a clone by itself tests the rows written out here.
"""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

from accounts import names

DATA = Path(__file__).parents[3] / "shared" / "data"

# Every row of the pilot's list whose name has findings, and some that have none.
PILOT_ROWS = [
    ("Katering Butet", []),
    ("Servis AC Bengkulu", []),
    ("Barbershop Bengkulu", []),
    ("Warung Tanpa Nomor", []),
    ("Toko Resmi Sepatu", ["name_claims_verified"]),
    ("Warung \u202eilaB", ["name_hidden_characters"]),
    ("Warung\u200b Siluman", ["name_hidden_characters"]),
    ("Toko Asli ✔", ["name_symbol"]),
    ("Fashion", ["name_generic"]),
    ("WARUNG SERBA ADA", ["name_all_caps", "name_generic"]),
    ("Bаnk Mandiri", ["name_licensed_word", "name_mixed_script"]),
    ("www.tokomurah.example", ["name_contact_details"]),
    ("=HYPERLINK Jaya", ["name_symbol"]),
    ("Wa", ["name_too_short"]),
    ("Toko Diskon 50 Persen", ["name_promotion"]),
]
PROTECTED = [
    "Bank Mandiri",
    "BCA",
    "DANA",
    "XL Axiata",
    "Tiket.com",
    "J.CO Donuts",
    "McDonald's",
    "PLN",
    "みずほ銀行",
]


def codes(name: str) -> list[str]:
    return [finding.code for finding in names.findings(name)]


def errors(name: str) -> list[str]:
    return [code for code in codes(name) if names.RULES[code].severity == "error"]


def rows_of_the_file() -> Iterator[tuple[str, str | None, set[str]]]:
    """Each name with the code it is refused for, or with the warnings it is to carry."""
    expected = json.loads((DATA / "pilot-2017.expected.json").read_text())
    refused = {row["line"]: row["code"] for row in expected["rejected"] if row["code"].startswith("name_")}
    warned = {row["line"]: set(row["codes"]) - {"name_look_alike"} for row in expected["warned"]}
    for line, text in enumerate((DATA / "pilot-2017.csv").read_bytes().decode("utf-8-sig").split("\r\n"), 1):
        if line > 1 and text:
            yield next(csv.reader([text]))[1], refused.get(line), warned.get(line, set())


def rows_written_out() -> Iterator[tuple[str, str | None, set[str]]]:
    for name, found in PILOT_ROWS:
        refused = found[0] if found and names.RULES[found[0]].severity == "error" else None
        yield name, refused, set() if refused else set(found)


def test_the_rows_with_something_to_find() -> None:
    assert [(name, codes(name)) for name, _ in PILOT_ROWS] == PILOT_ROWS


def test_every_row_gets_the_expected_verdict() -> None:
    for name, refused, warned in rows_of_the_file() if DATA.exists() else rows_written_out():
        assert errors(name)[:1] == ([refused] if refused else []), name
        assert refused or set(codes(name)) == warned, name


def test_no_protected_name_breaks_a_rule() -> None:
    listed = PROTECTED
    if DATA.exists():
        listed = [
            row["name"]
            for row in csv.DictReader((DATA / "protected-names.csv").read_text("utf-8").splitlines())
        ]
    assert {name: errors(name) for name in listed if errors(name)} == {}
