"""The table of rules, read row by row; and names that must, or must not, get past it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts import names

ERRORS = [
    "name_too_short",
    "name_too_long",
    "name_hidden_characters",
    "name_mixed_digits",
    "name_spacing",
    "name_contact_details",
    "name_symbol",
    "name_all_caps",
]
WARNINGS = [
    "name_platform",
    "name_claims_verified",
    "name_generic",
    "name_place",
    "name_person",
    "name_promotion",
    "name_licensed_word",
    "name_government",
    "name_mixed_script",
    "name_look_alike",
]

CHECKED = [rule for rule in names.RULES.values() if rule.check is not None]


def codes(name: str) -> list[str]:
    return [finding.code for finding in names.findings(name)]


def errors(name: str) -> list[str]:
    return [finding.code for finding in names.findings(name) if finding.severity == "error"]


def test_the_table_holds_the_designs_codes_errors_first() -> None:
    assert list(names.RULES) == ERRORS + WARNINGS
    assert [rule.severity for rule in names.RULES.values()] == ["error"] * len(ERRORS) + ["warning"] * len(
        WARNINGS
    )


@pytest.mark.parametrize("rule", CHECKED, ids=lambda rule: rule.code)
def test_a_rule_rejects_its_example_and_accepts_the_other(rule: names.Rule) -> None:
    assert rule.code in codes(rule.rejected)
    assert codes(rule.accepted) == []


def test_the_look_alike_rules_examples_are_so_beside_a_protected_name() -> None:
    rule = names.RULES["name_look_alike"]
    assert names.resemblance(rule.rejected, "Bank Mandiri")
    assert not names.resemblance(rule.accepted, "Bank Mandiri")
    assert rule.code not in codes(rule.rejected)  # the database is asked for that one


@pytest.mark.parametrize("rule", names.RULES.values(), ids=lambda rule: rule.code)
def test_a_sentence_says_in_two_languages_what_to_do(rule: names.Rule) -> None:
    assert rule.sentence.id != rule.sentence.en
    for sentence in rule.sentence:
        assert sentence.endswith(".")
        assert ";" in sentence  # what is wrong; what to do
        assert not {"{", "}"} & set(sentence)  # callers format sentences


@pytest.mark.parametrize(
    "name",
    [
        "Warung Bu Siti",
        "RM Sederhana",
        "PT Maju Jaya Tbk.",
        "PT Indah (Tbk.)",
        "Toko 88",
        "Bakso Pak Hadi",
        "J.CO Donuts & Coffee",
        "McDonald's",
        "McDonald’s",
        "7-Eleven",
        "BCA",
        "KFC",
        "PT KAI",
        "Servis AC Bengkulu",
        "UD Kue Basah Ibu Agus",
        "Kopi Kenangan - Sudirman",
        "Toko 1998-2005",
        "Mr. D.I.Y.",
        "H&M",
        "'t Hoekje",
        "Pâtisserie Nº 5",
        "Tiket.com",
        "みずほ銀行",
        "ソニーSony",
        "セブン・イレブン",
        "삼성전자LG",
        "บริษัท ABC",
        "ร้านอาหารฯ",
        "葛\U000e0100飾屋",  # a variant of a Han character, written with its selector
        "می\u200cخواهم",  # Persian, with the non-joiner its spelling asks for
        "क्\u200dष दुकान",  # Hindi: joiner after a virama
        "র\u200d্যাম স্টোর",  # Bengali: joiner before one
        "بازار ۱۲",
    ],
)
def test_an_ordinary_name_passes_without_a_word(name: str) -> None:
    assert codes(name) == []


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "name_too_short"),
        ("  A ", "name_too_short"),
        ("ab\u200b", "name_too_short"),
        ("Wa\u0000rung", "name_hidden_characters"),
        ("Warung\ud800", "name_hidden_characters"),
        ("Warung\u202eilaB", "name_hidden_characters"),
        ("Warung\tSiti", "name_hidden_characters"),
        ("Bakso\u200d Hadi", "name_hidden_characters"),
        ("Ma\u200cju Jaya", "name_hidden_characters"),
        ("Warung\u2800Siti", "name_hidden_characters"),
        ("\u3164\u3164\u3164 Siti", "name_hidden_characters"),
        ("Toko \U000e0041lpha", "name_hidden_characters"),
        ("Toko ٣४", "name_mixed_digits"),
        ("Toko 8８", "name_mixed_digits"),
        ("Warung\u00a0Siti", "name_spacing"),
        ("W a r u n g", "name_spacing"),
        ("www.tokomurah.example", "name_contact_details"),
        ("https://toko.example", "name_contact_details"),
        ("tokomurah.com", "name_contact_details"),
        ("Promo Tiket.com", "name_contact_details"),
        ("tokomurah。com", "name_contact_details"),
        ("toko.co.id", "name_contact_details"),
        ("wa.me/62812", "name_contact_details"),
        ("Toko Murah dot com", "name_contact_details"),
        ("info@toko.example", "name_contact_details"),
        ("Toko 0812 3456 7890", "name_contact_details"),
        ("Toko (0812) 345-678", "name_contact_details"),
        ("+62 812 3456", "name_contact_details"),
        ("Toko ０８１２３４５６７８", "name_contact_details"),
        ("=HYPERLINK Jaya", "name_symbol"),
        ("Toko Asli ✔", "name_symbol"),
        ("Toko Asli ✔\ufe0f", "name_symbol"),
        ("Toko 👨\u200d👩\u200d👧", "name_symbol"),
        ("Toko 1\ufe0f\u20e3", "name_symbol"),
        ("Toko 🏴\U000e0067\U000e0062\U000e007f", "name_symbol"),
        ("Toko®", "name_symbol"),
        ("Toko ™", "name_symbol"),
        ("Toko①", "name_symbol"),
        ("𝐁𝐚𝐧𝐤 Siti", "name_symbol"),
        ("Toko！", "name_symbol"),
        ("Toko--Jaya", "name_symbol"),
        ("- - -", "name_symbol"),
        ("T\u0300\u0301\u0302\u0303oko", "name_symbol"),
        ("\u0301Toko", "name_symbol"),
        ("WARUNG SERBA ADA", "name_all_caps"),
        ("TOKO BUKU", "name_all_caps"),
        ("BAKSO", "name_all_caps"),
        ("TOKO MURAH Siti", "name_all_caps"),
        ("МАГАЗИН", "name_all_caps"),
    ],
)
def test_the_first_error_is(name: str, code: str) -> None:
    assert errors(name)[:1] == [code]


@pytest.mark.parametrize("char", '~!@#$%^*_+:;="{}[]|<>?/\\`')
def test_a_character_of_the_designs_list_is_a_symbol(char: str) -> None:
    assert "name_symbol" in errors(f"Toko{char}Siti")


@pytest.mark.parametrize("char", "'&,.-()")
def test_the_punctuation_that_names_need_is_fine(char: str) -> None:
    assert errors(f"Toko {char} Siti") == []


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Toko WA Wati", "name_platform"),
        ("lnstagram Shop Wati", "name_platform"),  # a small l for the I
        ("0fficial Wati", "name_claims_verified"),
        ("VERlFlED Wati", "name_claims_verified"),
        ("Centang Hijau Wati", "name_claims_verified"),
        ("Toko Baju", "name_generic"),
        ("Rumah Makan", "name_generic"),
        ("Bali", "name_place"),
        ("Jakarta Selatan", "name_place"),
        ("Rina Putri", "name_person"),
        ("Ibu Siti", "name_person"),
        ("Cuci Gudang Wati", "name_promotion"),
        ("Wati No. 1", "name_promotion"),
        ("Bánk Wati", "name_licensed_word"),
        ("Kantor Notaris Wati", "name_licensed_word"),
        ("Polres Bogor", "name_government"),
        ("ABCบริษัท", "name_mixed_script"),
        ("Tоkо Siti", "name_mixed_script"),
    ],
)
def test_a_reviewer_is_warned_of(name: str, code: str) -> None:
    assert code in codes(name)
    assert errors(name) == []


@pytest.mark.parametrize(
    "name", ["Toko Baju Siti", "Laundry Ambon", "Bakso Pak Hadi", "Bangkok Salon", "Wa Ode Butik"]
)
def test_a_word_that_is_not_alone_or_only_alike_is_no_warning(name: str) -> None:
    assert codes(name) == []


def test_a_finding_names_the_part_and_shows_what_is_hidden() -> None:
    (finding,) = names.findings("Warung\u200b Siluman")
    assert finding.part == "⟨U+200B⟩"
    assert names.visible("a\u202eb") == "a⟨U+202E⟩b"


def test_a_normalised_name_is_nfc_and_trimmed_and_keeps_what_is_hidden() -> None:
    assert names.normalise("\u00a0 Kafe\u0301\u200b\n") == "Kafé\u200b"


@pytest.mark.parametrize("char", ["a", "1", ".", "а", "\u200b", " a"])
def test_a_name_without_end_is_too_long_and_soon_said_to_be(char: str) -> None:
    assert "name_too_long" in errors(char * 200_000)


@given(st.text(st.characters(), max_size=100))
def test_no_input_raises(name: str) -> None:
    for finding in names.findings(name):
        finding.part.encode()  # no surrogate gets through
    assert names.normalise(names.normalise(name)) == names.normalise(name)
