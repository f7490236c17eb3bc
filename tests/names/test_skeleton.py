"""Skeletons, deletion keys and resemblance: what is caught, what is not, and that keys find what is near."""

import hashlib
import sys

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from accounts import names
from accounts.names import characters
from accounts.names.shape import Name
from accounts.names.skeleton import ONE_EDIT_FROM, one_edit_counts

ANY_TEXT = st.text(st.characters(), max_size=60)
ANSWERS_OF_UNICODE_17 = "b78e90279c4f4c84ca62012973020313751fc16d6f29ca820fb12c52847ecbcc"

LONG_SKELETONS = st.text("abcdefghrnostuvwy", min_size=8, max_size=40)


@pytest.mark.parametrize(
    ("text", "skeleton"),
    [
        ("Bank Mandiri", "BankMandiri"),
        ("Bаnk", "Bank"),  # Cyrillic
        ("ΒΑΝΚ", "BANK"),  # Greek
        ("ＢＣＡ", "BCA"),
        ("𝐁𝐂𝐀", "BCA"),
        ("Ⓑank", "Bank"),
        ("\U0001ccd7ank", "Bank"),  # outlined, in Unicode since 16
        ("m", "rn"),
        ("I1|l", "llll"),
        ("0", "O"),
        ("\u200bB\u202eC\u00adA\u0000", "BCA"),
        ("Kafé Ünal", "KafeUnal"),
        ("Kafe\u0301", "Kafe"),
        ("McDonald's — (7-Eleven)", "McDonalds7Eleven"),
        ("が", "が"),
        ("か\u3099", "が"),
        ("は", "は"),
        ("한국", "한국"),
        ("กิน", "กิน"),  # vowel signs are no accents
        ("- & -", ""),
        ("\ud800", ""),
    ],
)
def test_the_skeleton_of(text: str, skeleton: str) -> None:
    assert names.skeleton(text) == skeleton


@pytest.mark.parametrize(
    ("name", "other", "kind", "why"),
    [
        ("Bаnk Mandiri", "Bank Mandiri", "same", "looks the same when drawn: Cyrillic а for Latin a"),
        ("BANK MANDlRI", "Bank Mandiri", "same", "looks the same when drawn: Latin l for Latin i"),
        ("Bank\u200bMandiri", "Bank Mandiri", "same", "the same with hidden characters: ⟨U+200B⟩"),
        (
            "ＢＣＡ",
            "BCA",
            "same",
            "looks the same when drawn: Latin Ｂ for Latin B, Latin Ｃ for Latin C, Latin Ａ for Latin A",
        ),
        ("Bank Rnandiri", "Bank Mandiri", "same", "looks the same when drawn: Rn for Latin M"),
        ("TeIkomseI", "Telkomsel", "same", "looks the same when drawn: Latin I for Latin l"),
        ("GIobaI Mart", "Global Mart", "same", "looks the same when drawn: Latin I for Latin l"),
        (
            "ВАNК",
            "Bank",
            "same",
            "looks the same when drawn: Cyrillic В for Latin B, Cyrillic А for Latin a, "
            "Cyrillic К for Latin k",
        ),
        ("G0jek", "Gojek", "same", "looks the same when drawn: 0 for Latin o"),
        ("BANK-MANDIRI", "Bank Mandiri", "same", "the same but for capitals, spaces, punctuation or accents"),
        ("Bánk Mándiri", "Bank Mandiri", "same", "the same but for capitals, spaces, punctuation or accents"),
        ("Gojek", "Gojek", "same", "the same name"),
        ("Tokopedla", "Tokopedia", "same", "looks the same when drawn: Latin l for Latin i"),
        ("Tokopodia", "Tokopedia", "one_edit", "one letter differs: o for e"),
        ("Tokoppedia", "Tokopedia", "one_edit", "one letter more: p"),
        ("Tokpedia", "Tokopedia", "one_edit", "one letter less: o"),
        ("Tokopedai", "Tokopedia", "one_edit", "two letters changed places"),
        ("Gojej", "Gojek", "one_edit", "one letter differs: j for k"),
    ],
)
def test_a_look_alike_is_caught_and_explained(name: str, other: str, kind: str, why: str) -> None:
    found = names.resemblance(name, other)
    assert found is not None
    assert (found.kind, found.why.en) == (kind, why)
    assert found.why.id != found.why.en
    assert names.keys(name) & names.keys(other), "the index would not have found it"


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Warung Bu Siti", "Warung Bu Wati"),
        ("Warung Bu Siti", "Warung Bu Sri"),
        ("DANA", "Dina"),
        ("Mama", "Mana"),  # the skeleton of an m has two characters, the name four letters
        ("BCA", "BRI"),
        ("삼성", "삼섬"),
        ("牛角屋", "牛丼屋"),
        ("Bank Mandiri", "Bank Mandiri Syariah"),
        ("- & -", ". & ."),
    ],
)
def test_other_names_are_no_look_alikes(name: str, other: str) -> None:
    assert names.resemblance(name, other) is None


def test_a_why_speaks_indonesian() -> None:
    found = names.resemblance("Bаnk Mandiri", "Bank Mandiri")
    assert found is not None
    assert found.why.id == "tampak sama: а Kiril untuk a Latin"


def test_keys_are_signed_64_bit_and_stay_the_same() -> None:
    assert names.deletion_keys("bca") == {4684634845337643169}
    assert all(-(2**63) <= key < 2**63 for key in names.keys("Kue Basah Ibu Agus"))


def test_short_skeletons_have_their_own_key_only() -> None:
    assert len(names.deletion_keys("a" * (ONE_EDIT_FROM - 1))) == 1
    assert len(names.deletion_keys("abcde")) == 1 + ONE_EDIT_FROM


def test_a_skeleton_without_end_has_one_key() -> None:
    assert len(names.deletion_keys("ab" * 5000)) == 1


@given(ANY_TEXT)
def test_a_skeleton_is_its_own_skeleton(text: str) -> None:
    once = names.skeleton(text)
    assert names.skeleton(once) == once


@given(ANY_TEXT, ANY_TEXT)
def test_no_input_raises(name: str, other: str) -> None:
    names.keys(name)
    found = names.resemblance(name, other)
    assert found is None or names.keys(name) & names.keys(other)
    itself = names.resemblance(name, name)
    assert (itself is not None) == bool(names.skeletons(name))


@given(LONG_SKELETONS, st.data())
def test_one_edit_of_a_long_skeleton_shares_a_key(skeleton: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(skeleton) - 1))
    letter = data.draw(st.sampled_from("abcxyz"))
    edited = data.draw(
        st.sampled_from(
            [
                skeleton[:at] + letter + skeleton[at:],
                skeleton[:at] + skeleton[at + 1 :],
                skeleton[:at] + letter + skeleton[at + 1 :],
                skeleton[:at] + skeleton[at : at + 2][::-1] + skeleton[at + 2 :],
            ]
        )
    )
    assume(one_edit_counts(skeleton) and one_edit_counts(edited))
    assert names.deletion_keys(skeleton) & names.deletion_keys(edited)


def test_the_answers_do_not_depend_on_the_pythons_unicode_version() -> None:
    """One digest, the same on every Python, over every 37th character and those that Python 3.11 has no
    case or decomposition of. When the rules change on purpose, so does it.
    """
    newer = [code for section in ("compatibility", "lower", "upper") for code in characters.newer(section)]
    sample = sorted({*range(0, sys.maxunicode, 37), *range(0x3000), *newer})
    digest = hashlib.sha256()
    for char in map(chr, sample):
        answers = (names.skeleton(char), sorted(names.skeletons(f"a{char}b")), Name(f"a{char}b").shape)
        digest.update(ascii(answers).encode())
    assert digest.hexdigest() == ANSWERS_OF_UNICODE_17


def test_the_table_loads_lazily_and_knows_its_samples() -> None:
    assert characters.prototypes()[ord("а")] == "a"
    assert len(characters.prototypes()) == 5497
    assert characters.scripts("ー") == {"Hira", "Kana"}
    assert characters.script_name("Cyrl") == "Cyrillic"
    assert characters.kind("\u200b") == characters.HIDDEN
    assert characters.kind("\U000e0fff") == characters.HIDDEN
    assert chr(characters.digit_zero("٣")) == "٠"
    assert characters.upper("\u0264") == "\ua7cb"  # a pair since Unicode 16
