"""What people read is there in Indonesian and in English: the catalogue, the tables of sentences, the admin's pages."""

import ast
import io
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import chain
from pathlib import Path
from string import Formatter
from typing import Any, NamedTuple

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.urls import reverse
from django.utils.translation.template import templatize

from accounts.badges.reasons import REASONS
from accounts.messages.templates import TEMPLATES
from accounts.names.rules import RULES
from accounts.people.models import User
from accounts.sentences import SENTENCES, WORDS
from accounts.text import Text
from accounts.verification.reasons import FIELDS
from tests.factories import (
    make_account,
    make_approved,
    make_business,
    make_claimed,
    make_owner,
    make_submitted,
)
from tests.staff import browser_of

ROOT: Path = settings.BASE_DIR
PO: Path = settings.LOCALE_PATHS[0] / "id" / "LC_MESSAGES" / "django.po"

# Which arguments of Django's functions are the text.
PARTS: dict[str, dict[str, int]] = {
    "gettext": {"singular": 0},
    "gettext_noop": {"singular": 0},
    "ngettext": {"singular": 0, "plural": 1},
    "pgettext": {"context": 0, "singular": 1},
    "npgettext": {"context": 0, "singular": 1, "plural": 2},
}
PARTS |= {f"{name}_lazy": parts for name, parts in PARTS.items()}
# The same for Babel, of what stands in a template once Django has prepared it.
IN_TEMPLATES: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


class Marked(NamedTuple):
    singular: str
    plural: str = ""
    context: str = ""


# A marked text and its place; where it can't be extracted, a sentence that says why.
Found = tuple[str, Marked | str]


def marked_in_python(file: Path) -> Iterator[Found]:
    tree = ast.parse(file.read_text())
    imported = {
        name.asname or name.name: name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for name in node.names
    }
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        if isinstance(call.func, ast.Attribute):
            called = function = call.func.attr
        else:
            called = getattr(call.func, "id", "")
            function = imported.get(called, "")
        if function not in PARTS:
            continue
        place = f"{file.relative_to(ROOT)}:{call.lineno}"
        given = {part: call.args[index] for part, index in PARTS[function].items()}
        texts = {part: text.value for part, text in given.items() if isinstance(text, ast.Constant)}
        if called not in ("_", function):
            yield place, f"makemessages does not know {called}()"
        elif texts.keys() != given.keys():
            yield place, "only a text written out can be extracted"
        else:
            yield place, Marked(**{part: str(text) for part, text in texts.items()})


def marked_in_template(file: Path) -> Iterator[Found]:
    # What becomes of the HTML is no Python; without indents at least it can be read as tokens.
    python = "\n".join(line.strip() for line in templatize(file.read_text()).splitlines())
    for line, function, found, _ in extract_python(io.BytesIO(python.encode()), IN_TEMPLATES, [], {}):
        given = _forms(found)
        parts = PARTS["gettext" if function == "_" else str(function)]
        texts = {part: str(given[index]) for part, index in parts.items()}
        yield f"{file.relative_to(ROOT)}:{line}", Marked(**texts)


def everything_marked() -> list[Found]:
    folders = [ROOT / "accounts", ROOT / "registry"]
    modules = chain.from_iterable(folder.rglob("*.py") for folder in folders)
    templates = chain.from_iterable(folder.glob("**/templates/**/*.*") for folder in folders)
    return [
        *chain.from_iterable(marked_in_python(file) for file in sorted(modules)),
        *chain.from_iterable(marked_in_template(file) for file in sorted(templates)),
    ]


def _forms(text: Any) -> tuple[str, ...]:
    """Babel gives a text with a plural as several."""
    return (text,) if isinstance(text, str) else tuple(text)


def translations(catalogue: Catalog) -> dict[Marked, str]:
    """Indonesian has no plural: each text has one translation."""
    found = {}
    for message in catalogue:
        if message.id:
            singular, plural = (*_forms(message.id), "")[:2]
            (found[Marked(singular, plural, message.context or "")],) = _forms(message.string)
    return found


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with PO.open("rb") as file:
        return read_po(file, locale="id", domain="django", abort_invalid=True)


def test_each_marked_text_has_an_indonesian_one(catalogue: Catalog) -> None:
    translated = translations(catalogue)
    found = everything_marked()
    assert len(found) > 400  # the extraction itself works
    assert {place: text for place, text in found if not isinstance(text, Marked)} == {}
    missing = {place: text for place, text in found if not translated.get(Marked(*text), "").strip()}
    assert missing == {}, "write them into django.po, then `pybabel compile -d registry/locale -D django`"


def test_nothing_in_the_catalogue_is_unused_or_uncertain(catalogue: Catalog) -> None:
    assert set(translations(catalogue)) - {text for _, text in everything_marked()} == set()
    assert list(catalogue.obsolete) == []
    assert [message.id for message in catalogue if message.fuzzy] == []
    assert (catalogue.locale_identifier, catalogue.num_plurals, catalogue.charset) == ("id", 1, "utf-8")


def test_the_extraction_sees_each_way_to_mark_a_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the two tests above could pass because they see nothing."""
    monkeypatch.setattr("tests.registry.test_texts.ROOT", tmp_path)
    module, template = tmp_path / "module.py", tmp_path / "page.html"
    module.write_text(
        "from django.utils import translation\n"
        "from django.utils.translation import gettext as now, gettext_lazy as _, npgettext, pgettext_lazy\n"
        "_('one'), pgettext_lazy('bench', 'two'), npgettext('c', 'three', 'threes', 3), now('four')\n"
        "translation.gettext('five'), _(six), print('seven')\n"
    )
    template.write_text(
        '<p>\n  {% translate "one" %}\n {% translate "two" context "bench" %} it\'s {{ x|default:_("three") }}\n'
        "{% blocktranslate with n=m %}four {{ n }}{% endblocktranslate %}\n"
        "{% blocktranslate count n=m %}five{% plural %}fives{% endblocktranslate %}"
    )
    assert {text for _, text in marked_in_python(module)} == {
        Marked("one"),
        Marked("two", context="bench"),
        Marked("three", "threes", "c"),
        "makemessages does not know now()",
        Marked("five"),
        "only a text written out can be extracted",
    }
    assert {text for _, text in marked_in_template(template)} == {
        Marked("one"),
        Marked("two", context="bench"),
        Marked("three"),
        Marked("four %(n)s"),
        Marked("five", "fives"),
    }


def test_placeholders_and_tags_stay_what_they_are(catalogue: Catalog) -> None:
    kept = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}|</?\w+>|^\s+|\s+$")
    wrong = {
        text.singular: translation
        for text, translation in translations(catalogue).items()
        if sorted(kept.findall(text.singular)) != sorted(kept.findall(translation))
    }
    assert wrong == {}


def test_the_compiled_catalogue_is_what_the_written_one_compiles_to(catalogue: Catalog) -> None:
    """It is kept in the repository: a new machine has nothing that compiles it."""
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    with PO.with_suffix(".mo").open("rb") as kept:
        assert translations(read_mo(kept)) == translations(read_mo(compiled))


PAIRS: dict[str, Text] = {
    **{f"sentence {code}": text for code, text in SENTENCES.items()},
    **{f"rule {code}": rule.sentence for code, rule in RULES.items()},
    **{f"badge {code}": text for code, text in REASONS.items()},
    **{f"field {name}": field.label for name, field in FIELDS.items()},
    **{f"{kind} {code}": text for kind, words in WORDS.items() for code, text in words.items()},
    **{f"subject {name}": template.subject for name, template in TEMPLATES.items()},
    **{f"body {name}": template.body for name, template in TEMPLATES.items()},
}


@pytest.mark.parametrize("text", PAIRS.values(), ids=PAIRS.keys())
def test_each_sentence_stands_in_both_languages(text: Text) -> None:
    assert text.id.strip() and text.en.strip()
    assert text.id != text.en
    indonesian, english = ({field for _, field, _, _ in Formatter().parse(words) if field} for words in text)
    assert indonesian == english


class Page(HTMLParser):
    """What of a page a person reads, or has read out."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._silent = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in ("script", "style")
        self.texts += [value for name, value in attrs if name in ("alt", "aria-label", "title") and value]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if text := " ".join(data.split()):
            self.texts += [] if self._silent else [text]

    def says(self, words: str) -> bool:
        """As a whole text; a sentence also inside of one, where a placeholder stands around it."""
        plain = words.casefold()
        if any(plain == text.rstrip(":").casefold() for text in self.texts):
            return True
        return len(words.split()) > 2 and any(plain in text.casefold() for text in self.texts)


@pytest.fixture
def pages(rita: User) -> list[str]:
    """A reviewer's pages, with something of everything to show."""
    # An owner whose name and address hold no word of ours.
    first, second, third = (
        make_account(make_business(make_owner("Ada", f"ada{n}@roti.test"))) for n in "123"
    )
    claimed = make_claimed(rita, first)
    make_submitted(second, category="finance")
    account = make_approved(account=third)
    return [
        reverse("admin:index"),
        reverse("admin:verification_application_changelist") + "?desk=all",
        reverse("admin:verification_application_change", args=[claimed.pk]),
        reverse("admin:businesses_account_change", args=[account.pk]),
        reverse("admin:badges_badge_changelist"),
        reverse("admin:audit_event_changelist"),
    ]


def read(person: User, addresses: list[str], language: str) -> Page:
    browser = browser_of(person, language=language)
    return Page("".join(browser.get(address).content.decode() for address in addresses))


def test_the_staffs_pages_speak_the_language_of_who_reads_them(
    catalogue: Catalog, rita: User, pages: list[str]
) -> None:
    pairs = {(text.singular, words) for text, words in translations(catalogue).items()}
    english = {text for text, _ in pairs} - {words for _, words in pairs}
    indonesian = {words for _, words in pairs} - {text for text, _ in pairs}
    page = read(rita, pages, "id")
    for words in ["Registri usaha terverifikasi", "Antrean", "Perlu diputuskan", "nama tampilan", "Setujui"]:
        assert page.says(words)
    # The switch of language speaks the language to which it leads.
    assert {text for text in english if page.says(text)} == {"English"}
    page = read(rita, pages, "en")
    for words in ["Verified-business registry", "Queue", "To decide", "display name", "Approve"]:
        assert page.says(words)
    assert {words for words in indonesian if page.says(words)} == {"Bahasa Indonesia"}
