"""What people read is there in Indonesian and in English: the catalogue, the tables of sentences, the admin's pages."""

import io
import re
from html.parser import HTMLParser
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.urls import reverse

from accounts.badges.reasons import REASONS
from accounts.messages.templates import TEMPLATES
from accounts.names.rules import RULES
from accounts.people.models import User
from accounts.sentences import SENTENCES, WORDS
from accounts.text import Text
from accounts.verification.reasons import FIELDS
from registry.texts import (
    Marked,
    everything_marked,
    forms_of,
    marked_in_python,
    marked_in_template,
    sentences,
)
from tests.factories import (
    make_account,
    make_approved,
    make_business,
    make_claimed,
    make_owner,
    make_submitted,
)
from tests.staff import browser_of

PO: Path = settings.LOCALE_PATHS[0] / "id" / "LC_MESSAGES" / "django.po"


def translations(catalogue: Catalog) -> dict[Marked, str]:
    """Indonesian has no plural: each text has one translation."""
    found = {}
    for message in catalogue:
        if message.id:
            singular, plural = (*forms_of(message.id), "")[:2]
            (found[Marked(singular, plural, message.context or "")],) = forms_of(message.string)
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
    monkeypatch.setattr("registry.texts.ROOT", tmp_path)
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


def test_the_extraction_sees_every_sentence_of_the_tables() -> None:
    """So that a third language has them: each `Text` is written out, and filled by `format` only."""
    found = sentences()
    assert {place: text for place, text in found if not isinstance(text, Marked)} == {}
    assert {text.en for text in PAIRS.values()} <= {
        text.singular for _, text in found if isinstance(text, Marked)
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
