"""The rules of display names: one table. Form, API and reviewer's page show what `findings` says."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from accounts.names import form_checks, review_checks, words
from accounts.names.shape import Name, visible
from accounts.text import Text

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Rule:
    """`accepted` and `rejected` are example names. `check` is None where the names that exist are needed."""

    code: str
    severity: Severity
    sentence: Text
    accepted: str
    rejected: str
    check: Callable[[Name], str | None] | None


@dataclass(frozen=True, slots=True)
class Finding:
    """`part` is what of the name is meant; hidden characters in it are written as ⟨U+200B⟩."""

    rule: Rule
    part: str

    @property
    def code(self) -> str:
        return self.rule.code

    @property
    def severity(self) -> Severity:
        return self.rule.severity

    @property
    def sentence(self) -> Text:
        return self.rule.sentence


def findings(name: str) -> tuple[Finding, ...]:
    """What is to be said about `name` once normalised, in the order of `RULES`: errors first.

    Never `name_look_alike`: that one needs the names that exist.
    """
    read = Name(name)
    return tuple(
        [
            Finding(rule, visible(part))
            for rule in _CHECKED
            if rule.check is not None and (part := rule.check(read)) is not None
        ]
    )


# In the order in which they are said; an importer reports the first. Contact details come before symbols,
# because an address is full of them and its sentence helps more.
_TABLE = (
    Rule(
        "name_too_short",
        "error",
        Text(
            "Nama terlalu pendek; tulis sedikitnya 3 karakter.",
            "The name is too short; write at least 3 characters.",
        ),
        "BCA",
        "Wa",
        form_checks.too_short,
    ),
    Rule(
        "name_too_long",
        "error",
        Text(
            "Nama terlalu panjang; paling banyak 75 karakter.", "The name is too long; at most 75 characters."
        ),
        "Kue Basah dan Kering Ibu Agus",
        "Toko " + "Panjang " * 9 + "Sekali",
        form_checks.too_long,
    ),
    Rule(
        "name_hidden_characters",
        "error",
        Text(
            "Nama berisi karakter yang tidak terlihat; hapus lalu ketik ulang nama itu, jangan disalin.",
            "The name holds characters that can't be seen; clear the field and type the name "
            "instead of pasting it.",
        ),
        "Warung Siluman",
        "Warung\u200b Siluman",
        form_checks.hidden_characters,
    ),
    Rule(
        "name_mixed_digits",
        "error",
        Text(
            "Nama mencampur angka dari dua aksara; pakai satu jenis angka saja.",
            "The name mixes digits of two scripts; use one kind of digits.",
        ),
        "Toko 88",
        "Toko 8٨",
        form_checks.mixed_digits,
    ),
    Rule(
        "name_spacing",
        "error",
        Text(
            "Jarak dalam nama tidak biasa; beri satu spasi biasa di antara kata dan tidak di antara huruf.",
            "The spacing is unusual; put one plain space between words and none between letters.",
        ),
        "Warung Bu Siti",
        "Warung  Bu Siti",
        form_checks.spacing,
    ),
    Rule(
        "name_contact_details",
        "error",
        Text(
            "Nama berisi alamat situs, e-mail, atau nomor telepon; hapus dari nama, tulis situs di kolomnya.",
            "The name holds a web address, an e-mail address or a phone number; take it out of the name. "
            "A website has its own field.",
        ),
        "Toko Murah",
        "www.tokomurah.example",
        form_checks.contact_details,
    ),
    Rule(
        "name_symbol",
        "error",
        Text(
            "Nama berisi simbol, emoji, atau huruf hias; pakai huruf biasa, angka, dan tanda ' & , . - ( ) "
            "satu per satu.",
            "The name holds a symbol, an emoji or decorated letters; use plain letters, digits "
            "and ' & , . - ( ), one at a time.",
        ),
        "J.CO Donuts & Coffee",
        "Toko Asli ✔",
        form_checks.symbol,
    ),
    Rule(
        "name_all_caps",
        "error",
        Text(
            "Nama ditulis dengan huruf besar semua; tulis seperti “Warung Serba Ada”. Singkatan "
            "boleh huruf besar.",
            "The name is written in capitals; write it like “Warung Serba Ada”. Acronyms may stay "
            "in capitals.",
        ),
        "RM Sederhana",
        "WARUNG SERBA ADA",
        form_checks.all_caps,
    ),
    Rule(
        "name_platform",
        "warning",
        Text(
            "Nama menyebut layanan pesan atau media sosial; periksa apakah usaha ini memang milik "
            "layanan itu.",
            "The name mentions a messaging service or social network; check that the business belongs to it.",
        ),
        "Toko Pulsa Wati",
        "Toko Whatsapp Wati",
        review_checks.platform,
    ),
    Rule(
        "name_claims_verified",
        "warning",
        Text(
            "Nama mengaku resmi atau terverifikasi; itu hanya boleh dikatakan lencana. Minta nama "
            "tanpa kata itu.",
            "The name claims to be official or verified; only the badge may say so. Ask for the "
            "name without it.",
        ),
        "Toko Sepatu Resmana",
        "Toko Resmi Sepatu",
        review_checks.holds(words.CLAIMS_VERIFIED),
    ),
    Rule(
        "name_generic",
        "warning",
        Text(
            "Nama hanya menyebut jenis usaha; minta nama yang membedakannya dari usaha lain.",
            "The name only says what kind of business it is; ask for what tells it from others.",
        ),
        "Fashion Kartini",
        "Fashion",
        review_checks.made_of(words.GENERIC),
    ),
    Rule(
        "name_place",
        "warning",
        Text(
            "Nama hanya menyebut tempat; minta nama usahanya.",
            "The name is only that of a place; ask for the name of the business.",
        ),
        "Laundry Ambon",
        "Kota Bekasi",
        review_checks.made_of(words.PLACES, besides=words.PLACE_PARTS),
    ),
    Rule(
        "name_person",
        "warning",
        Text(
            "Nama hanya nama orang; periksa apakah usahanya dikenal dengan nama itu.",
            "The name is only that of a person; check that the business is known by it.",
        ),
        "Bakso Pak Hadi",
        "Pak Hadi",
        review_checks.made_of(words.PERSONS, besides=words.TITLES),
    ),
    Rule(
        "name_promotion",
        "warning",
        Text(
            "Nama berisi promosi; minta nama tanpa potongan harga dan pujian diri.",
            "The name advertises; ask for it without discounts and praise.",
        ),
        "Toko Murah Hati",
        "Toko Diskon 50 Persen",
        review_checks.promotion,
    ),
    Rule(
        "name_licensed_word",
        "warning",
        Text(
            "Nama memuat kata yang memerlukan izin (bank, asuransi, notaris, …); minta bukti izinnya.",
            "The name holds a word that takes a licence (bank, insurance, notary, …); ask for the licence.",
        ),
        "Warung Bangkok",
        "Bank Mandiri",
        review_checks.holds(words.LICENSED),
    ),
    Rule(
        "name_government",
        "warning",
        Text(
            "Nama terdengar seperti instansi pemerintah; periksa apakah pemohon mewakili instansi itu.",
            "The name sounds like a public authority; check that the applicant speaks for it.",
        ),
        "Toko Buku Negeri Dongeng",
        "Dinas Kesehatan Bogor",
        review_checks.holds(words.GOVERNMENT),
    ),
    Rule(
        "name_mixed_script",
        "warning",
        Text(
            "Satu kata ditulis dengan huruf dari beberapa aksara; minta satu aksara untuk tiap kata.",
            "One word is written in letters of several scripts; ask for one script a word.",
        ),
        "ソニーSony",
        "Bаnk Mandiri",  # the second letter is Cyrillic
        review_checks.mixed_script,
    ),
    Rule(
        "name_look_alike",
        "warning",
        Text(
            "Nama mirip dengan nama yang sudah ada; bandingkan keduanya sebelum memutuskan.",
            "The name resembles one that exists; compare the two before deciding.",
        ),
        "Warung Bu Siti",
        "BANK MANDlRI",
        None,
    ),
)
RULES = {rule.code: rule for rule in _TABLE}
_CHECKED = tuple(rule for rule in _TABLE if rule.check is not None)
