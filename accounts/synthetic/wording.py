"""What made-up businesses call themselves and say of themselves: Indonesian, and of the lengths that people write.

Each function picks by 16-bit numbers (`dice`), so that the same dice always say the same.
"""

from collections.abc import Sequence

FIRST = (
    "Warung", "Toko", "Kedai", "Rumah Makan", "Depot", "Salon", "Bengkel", "Apotek", "Laundry", "Konveksi",
    "Percetakan", "Toko Kue", "Toko Bangunan", "Bakso", "Sate", "Mie Ayam", "Kopi", "Butik", "Klinik", "Pangkas Rambut",
)  # fmt: skip
CATEGORIES = (
    "food", "retail", "food", "food", "food", "beauty", "automotive", "health", "services", "fashion",
    "services", "food", "retail", "food", "food", "food", "food", "fashion", "health", "beauty",
)  # fmt: skip
WHOSE = (
    "Bu Siti", "Bu Wati", "Bu Sri", "Pak Budi", "Pak Agus", "Mas Eko", "Mbak Dewi", "Bu Ani", "Pak Joko", "Bang Udin",
    "Sumber Rejeki", "Maju Jaya", "Barokah", "Sinar Abadi", "Berkah", "Mekar Sari", "Tiga Putra", "Sederhana",
    "Anugerah", "Cahaya", "Bintang", "Harapan", "Mandiri Jaya", "Makmur", "Lestari", "Rahayu", "Indah", "Murni",
)  # fmt: skip
WHERE = (
    "Bandung", "Cimahi", "Garut", "Bogor", "Depok", "Bekasi", "Solo", "Sleman", "Bantul", "Malang", "Kediri", "Blitar",
    "Jember", "Medan", "Binjai", "Padang", "Jambi", "Manado", "Kupang", "Ambon", "Ternate", "Denpasar", "Mataram",
)  # fmt: skip
_GIVEN = (
    "Siti", "Wati", "Sri", "Budi", "Agus", "Eko", "Dewi", "Ani", "Joko", "Ratna", "Yuni", "Bambang", "Hendra", "Rina",
    "Putri", "Dian", "Wahyu", "Slamet", "Endang", "Fitri",
)  # fmt: skip
_FAMILY = (
    "Rahmawati", "Santoso", "Wijaya", "Lestari", "Saputra", "Hidayat", "Susanti", "Nugroho", "Kurniawan", "Wulandari",
    "Setiawan", "Handayani", "Pratama", "Utami", "Siregar", "Nasution",
)  # fmt: skip
_HOURS = (
    "Buka setiap hari, 8 sampai 17.",
    "Senin sampai Sabtu, 07.00-21.00.",
    "Buka 24 jam.",
    "Tutup hari Minggu.",
)
_OFFERS = (
    "Menerima pesanan untuk rapat, arisan dan pernikahan.",
    "Pesan antar ke seluruh kota, gratis ongkos kirim di atas Rp100.000.",
    "Melayani grosir dan eceran sejak 1998.",
    "Bisa bayar tunai, transfer atau QRIS.",
    "Silakan tulis ke nomor ini untuk memesan; kami balas di jam kerja.",
)
_PLACES = ("Dekat pasar.", "Di samping masjid agung, parkir luas.", "Cabang kedua di dekat terminal.", "")
_SYLLABLES = [consonant + vowel for consonant in "bdgjklmnprstwy" for vowel in "aiu"]
# A few names are very common: the k-th is picked with the weight 1/k - 1/(k+1), whatever is left goes to the first.
_COMMON = [WHOSE[int(1 / (1 - slot / 1024)) % len(WHOSE)] for slot in range(1024)]


def _pick(of: Sequence[str], die: int) -> str:
    return of[die * len(of) >> 16]


def _word(die: int, other: int) -> str:
    """Two to four syllables."""
    count, die = 2 + die % 3, die // 3
    seed = die << 16 | other
    word = ""
    for _ in range(count):
        seed, at = divmod(seed, len(_SYLLABLES))
        word += _SYLLABLES[at]
    return word.capitalize()


def category(dice: Sequence[int]) -> str:
    """What a business with such a name sells."""
    return _pick(CATEGORIES, dice[0])


def name(dice: Sequence[int]) -> str:
    """Of six dice. As a country has them: a third are among a few hundred common ones, the others mostly single."""
    first = _pick(FIRST, dice[0])
    match dice[1] % 6:
        case 0:
            return f"{first} {_COMMON[dice[2] >> 6]}"
        case 1:
            return f"{first} {_pick(WHOSE, dice[2])} {_pick(WHERE, dice[3])}"
        case 2 | 3:
            return f"{first} {_word(dice[2], dice[4])} {_pick(WHERE, dice[3])}"
        case _:
            return f"{first} {_word(dice[2], dice[4])} {_word(dice[3], dice[5])}"


def legal_name(*, company: bool, name: str, dice: Sequence[int]) -> str:
    """Of two dice. A sole trader's is a person's name."""
    if company:
        return f"{'PT' if dice[0] % 4 == 0 else 'CV'} {name}"
    return f"{_pick(_GIVEN, dice[0])} {_pick(_FAMILY, dice[1])}"


def about(dice: Sequence[int]) -> str:
    """Of three dice: 0 to some 150 characters; one in eight says nothing."""
    if dice[0] % 8 == 0:
        return ""
    said = [_pick(_HOURS, dice[0]), _pick(_OFFERS, dice[1]) if dice[1] % 3 else "", _pick(_PLACES, dice[2])]
    return " ".join(filter(None, said))


def website(name: str, die: int) -> str:
    """Four in ten have one."""
    return f"https://{name.lower().replace(' ', '-')}.example/" if die % 10 < 4 else ""
