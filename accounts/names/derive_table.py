"""Derives `unicode-17.txt` from ICU 78. Run by hand, when the table is to follow a new Unicode version.

    python3.11 -m venv var/icu && var/icu/bin/pip install icukit-pyicu==78.3.1
    var/icu/bin/python accounts/names/derive_table.py                      # writes the table
    var/icu/bin/python accounts/names/derive_table.py --check confusables.txt

The second form writes nothing: it says how many entries of the Unicode Consortium's file agree with the
table. Nothing imports this module: ICU is no requirement of the registry. It has to run on the oldest Python
that is supported, because the sections `lower`, `upper` and `compatibility` hold what that
Python does not know yet.
"""

import argparse
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import icu  # type: ignore[import-not-found]  # only in the scratch environment named above

TABLE = Path(__file__).with_name("unicode-17.txt")
UNICODE, OLDEST_PYTHONS_UNICODE = "17.0", "14.0.0"

HEADER = """\
# What the rules of display names know about characters: Unicode 17, derived from ICU 78 by derive_table.py.
# Do not edit. All code points are hexadecimal.
# Unicode data: Copyright (c) 1991-2025 Unicode, Inc., under the Unicode License v3 (https://www.unicode.org/license.txt).
"""

# ICU's numbers of the general categories and of Decomposition_Type.
LETTERS, LETTER_NUMBER, DECIMAL, OTHER_NUMBER = {1, 2, 3, 4, 5}, 10, 9, 11
NONSPACING, ENCLOSING, SPACING = 6, 7, 8
SPACE, FORMAT = 12, 16
UNSEEN = {0, 13, 14, 15, 17, 18}
PUNCTUATION = {19, 20, 21, 22, 23, 28, 29}
CIRCLE, FONT, COMPAT = 3, 5, 2
VIRAMA_CLASS = 9

BRAILLE_BLANK = 0x2800  # a symbol by category, but nothing is drawn
KANA_VOICING = {0x3099, 0x309A}  # inherited marks that change the letter: は and ば are two letters
INTERLINEAR = range(0xFFF9, 0xFFFC)
MARKS_FOR_SYMBOLS = range(0x20D0, 0x2100)
JOINING = {2: "D", 3: "L", 4: "R"}  # dual, left and right joining: what a ZWNJ can stand between


def every_character() -> Iterator[str]:
    return map(chr, range(sys.maxunicode + 1))


def is_surrogate(char: str) -> bool:
    return 0xD800 <= ord(char) < 0xE000


def prototype(char: str) -> str:
    return str(icu.SpoofChecker().getSkeleton(0, char))


def newer_than_oldest_python(char: str) -> bool:
    return float(icu.Char.charAge(char)) > float(OLDEST_PYTHONS_UNICODE[:4])


def scripts(char: str) -> tuple[str, ...]:
    names = sorted(icu.Script(code).getShortName() for code in icu.Script.getScriptExtensions(char))
    return tuple(name for name in names if name not in {"Zyyy", "Zinh", "Zzzz"})


def kind(char: str) -> str:
    """One letter for what the rules need: see `characters.py`."""
    code, category = ord(char), icu.Char.charType(char)
    has = icu.Char.hasBinaryProperty
    look = icu.Char.getIntPropertyValue(char, icu.UProperty.DECOMPOSITION_TYPE)
    if has(char, icu.UProperty.DEFAULT_IGNORABLE_CODE_POINT) or category in UNSEEN:
        return "H"
    if code == BRAILLE_BLANK or code in INTERLINEAR:
        return "H"
    if category in LETTERS or category == LETTER_NUMBER:
        return "F" if look == FONT else "L"
    if category == DECIMAL:
        return "F" if look == FONT else "D"
    if category == OTHER_NUMBER:
        dingbat = 0x2460 <= code < 0x2800
        return "S" if look in {CIRCLE, COMPAT} or dingbat else "N"
    if category in {NONSPACING, SPACING}:
        return mark(char)
    if category == SPACE:
        return "Z"
    if category in PUNCTUATION and not has(char, icu.UProperty.EXTENDED_PICTOGRAPHIC):
        return "P"
    return "S"


def mark(char: str) -> str:
    code, order = ord(char), icu.Char.getIntPropertyValue(char, icu.UProperty.CANONICAL_COMBINING_CLASS)
    if code in MARKS_FOR_SYMBOLS:
        return "S"
    if code in KANA_VOICING:
        return "M"
    if icu.Script.getScript(char).getShortName() in {"Zinh", "Zyyy"}:
        return "A"
    # Older Pythons cannot put these in canonical order, so no skeleton may depend on their order.
    if order and newer_than_oldest_python(char):
        return "A"
    return "V" if order == VIRAMA_CLASS else "M"


def code_points(text: str) -> str:
    return " ".join(f"{ord(char):X}" for char in text)


def ranges(value_of: Callable[[str], str]) -> Iterator[str]:
    """One line where the value changes; it holds up to the next line."""
    last = None
    for char in every_character():
        value = value_of(char)
        if value != last:
            yield f"{ord(char):X} {value}".rstrip()
            last = value


def mappings(pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    """`target: source source ...`, one line a target."""
    sources = defaultdict(list)
    for source, target in pairs:
        sources[target].append(source)
    for target, mapped in sorted(sources.items()):
        yield f"{code_points(target)}: {code_points(''.join(mapped))}"


def prototypes() -> Iterator[tuple[str, str]]:
    decompose = icu.Normalizer2.getNFDInstance().normalize
    for char in every_character():
        # What decomposes is looked up in pieces; what is ignorable never gets as far as the look-up.
        if is_surrogate(char) or decompose(char) != char or kind(char) == "H":
            continue
        if (target := prototype(char)) != char:
            yield char, target


def unknown_to_oldest_python(
    ours: Callable[[str], str], pythons: Callable[[str], str]
) -> Iterator[tuple[str, str]]:
    for char in every_character():
        if not is_surrogate(char) and (target := ours(char)) != pythons(char):
            yield char, target


def sections() -> Iterator[tuple[str, Iterable[str]]]:
    compatible = icu.Normalizer2.getNFKDInstance().normalize
    root = icu.Locale.getRoot()
    yield "kinds", ranges(lambda char: " ".join((kind(char), *scripts(char))))
    yield (
        "joining",
        ranges(lambda char: JOINING.get(icu.Char.getIntPropertyValue(char, icu.UProperty.JOINING_TYPE), "-")),
    )
    yield "prototypes", mappings(prototypes())
    yield (
        "compatibility",
        mappings(unknown_to_oldest_python(compatible, lambda char: unicodedata.normalize("NFKD", char))),
    )
    yield (
        "lower",
        mappings(unknown_to_oldest_python(lambda c: str(icu.UnicodeString(c).toLower(root)), str.lower)),
    )
    yield (
        "upper",
        mappings(unknown_to_oldest_python(lambda c: str(icu.UnicodeString(c).toUpper(root)), str.upper)),
    )
    used = {name for char in every_character() for name in scripts(char)}
    names = ((name, icu.Script(icu.Script.getCode(name)[0]).getName()) for name in sorted(used))
    yield "scripts", (f"{short} {long.replace('_', ' ')}" for short, long in names)


def agreement(confusables: Path) -> str:
    """How the Consortium's entries compare with the skeletons that the table gives."""
    lines = confusables.read_text("utf-8-sig").splitlines()
    fields = [line.split("#")[0].split(";") for line in lines]
    entries = [
        (chr(int(entry[0], 16)), "".join(chr(int(code, 16)) for code in entry[1].split()))
        for entry in fields
        if len(entry) >= 3
    ]
    equal = [(source, target) for source, target in entries if prototype(source) == target]
    rest = [entry for entry in entries if entry not in set(equal)]
    decomposed = [entry for entry in rest if prototype(entry[0]) == unicodedata.normalize("NFD", entry[1])]
    other = [entry for entry in rest if entry not in set(decomposed)]
    table = read_prototypes()
    decomposable = [source for source, _ in entries if unicodedata.normalize("NFD", source) != source]
    in_table = [entry for entry in entries if table.get(entry[0]) == prototype(entry[0])]
    return "\n".join(
        (
            f"{len(entries)} entries; the skeleton of {len(equal)} is the entry's, of {len(decomposed)} more "
            f"the entry's decomposed (NFD); {len(other)} differ:",
            *(f"  {code_points(s)} -> {code_points(t)}; ICU: {code_points(prototype(s))}" for s, t in other),
            f"the table holds {len(table)} prototypes, {len(in_table)} of them from this file; "
            f"{len(decomposable)} entries are looked up in pieces because they decompose",
        )
    )


def read_prototypes() -> dict[str, str]:
    section = TABLE.read_text("ascii").partition("[prototypes]\n")[2].partition("[")[0]
    found = {}
    for line in section.splitlines():
        target, _, sources = line.partition(":")
        for source in sources.split():
            found[chr(int(source, 16))] = "".join(chr(int(code, 16)) for code in target.split())
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description="Derive the table of characters, or check it.")
    parser.add_argument("--check", type=Path, metavar="confusables.txt")
    asked = parser.parse_args()
    if icu.UNICODE_VERSION != UNICODE or unicodedata.unidata_version != OLDEST_PYTHONS_UNICODE:
        sys.exit(
            f"needs ICU with Unicode {UNICODE} (is {icu.UNICODE_VERSION}) and a Python with Unicode "
            f"{OLDEST_PYTHONS_UNICODE} (is {unicodedata.unidata_version})"
        )
    if asked.check:
        print(agreement(asked.check))
        return
    text = HEADER + "".join(
        f"[{name}]\n" + "".join(f"{line}\n" for line in lines) for name, lines in sections()
    )
    TABLE.write_text(text, "ascii")
    print(f"{TABLE.name}: {len(text):,} bytes")


if __name__ == "__main__":
    main()
