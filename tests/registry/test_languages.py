"""A third language is one folder: nothing else knows of it, and everything speaks it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from django.conf import settings as configured
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.errors import Invalid, NotAllowed
from accounts.messages import services as messages
from accounts.messages.models import Channel
from accounts.messages.templates import TEMPLATES, render
from accounts.people import services as people
from accounts.people.admin import StaffForm
from accounts.people.models import User
from accounts.sentences import SENTENCES
from accounts.text import Text
from registry import languages, texts
from tests.owners import owner_browser
from tests.staff import browser_of
from tests.third_language import CODE, NAME, install, write_catalogue


@pytest.fixture
def third(settings: Any, tmp_path: Path) -> None:
    write_catalogue(tmp_path / "locale")
    install(settings, tmp_path / "locale")


def test_the_languages_are_the_folders_and_each_calls_itself_what_its_speakers_do(third: None) -> None:
    assert configured.LANGUAGES == [("id", "Bahasa Indonesia"), ("en", "English"), (CODE, NAME)]
    assert languages.found_in([configured.BASE_DIR / "registry" / "locale"]) == configured.LANGUAGES[:2]


def test_sentences_of_the_tables(third: None) -> None:
    for text in SENTENCES.values():
        assert text.in_language(CODE) == f"«{text.en}»"
        assert (text.in_language("id"), text.in_language("en-gb")) == (text.id, text.en)


def test_a_filled_sentence_and_the_words_within(third: None) -> None:
    refusal = NotAllowed("badge_wrong_status", action="suspend", status="revoked")
    assert refusal.text.in_language(CODE) == "«Can't «suspend it»: the badge is «revoked».»"
    assert refusal.text.en == "Can't suspend it: the badge is revoked."
    braces = NotAllowed("report_case_closed", name="{name} {0.__class__}")
    assert braces.text.in_language(CODE) == "«{name} {0.__class__} has closed this case already.»"


def test_what_the_catalogue_lacks_or_gets_wrong_is_english(settings: Any, tmp_path: Path) -> None:
    closed, kept = SENTENCES["report_case_closed"].en, SENTENCES["number_unchanged"].en
    used_up, throttled = SENTENCES["suggestions_used_up"].en, SENTENCES["throttled"].en
    slips = {closed: "«{nama}»", used_up: "«{limit»"}
    write_catalogue(tmp_path, without=frozenset({kept}), **slips)
    install(settings, tmp_path)
    assert Text("?", kept).in_language(CODE) == kept
    assert NotAllowed("report_case_closed", name="Rita").text.in_language(CODE) == closed.format(name="Rita")
    assert NotAllowed("suggestions_used_up", limit=3).text.in_language(CODE) == used_up.format(limit=3)
    assert Text("?", throttled).in_language(CODE) == f"«{throttled}»"
    assert Text("?", "").in_language(CODE) == ""
    assert Text("Tulisan staf", "Written by the staff").in_language(CODE) == "Written by the staff"


def test_every_message(third: None) -> None:
    for name, template in TEMPLATES.items():
        params = dict.fromkeys(template.placeholders, "1") | {"link": "/my/"}
        subject, body = render(name, Channel.EMAIL, CODE, params)
        assert subject.startswith("«") and subject.endswith("»"), name
        assert body.startswith("«") and "»\n\n-- \n" in body, name


@pytest.mark.django_db
def test_a_person_may_choose_it_and_is_written_to_in_it(third: None, ada: User, olga: User) -> None:
    ada = people.choose_language(ada, CODE)
    sent = messages.send("approved", to=ada, about=ada, by=olga, params={"name": "Roti", "link": "/my/"})
    sent.refresh_from_db()
    assert sent.language == CODE and sent.subject == "«Roti is verified»"
    assert ada.get_language_display() == NAME
    with pytest.raises(Invalid):
        people.choose_language(ada, "yy")


@pytest.mark.django_db
def test_pages_forms_and_the_switch_of_languages(third: None, ada: User, olga: User) -> None:
    page = owner_browser(ada, language=CODE).get("/my/suggestions/").content.decode()
    assert f'<html lang="{CODE}">' in page and "<h1>«Suggestions»</h1>" in page
    assert "«What should be better?»" in page
    refused = owner_browser(ada, language=CODE).post("/my/suggestions/", {"text": ""}).content.decode()
    assert "«This field is required.»" in refused
    page = Client(headers={"Accept-Language": CODE}).get("/suggestions/").content.decode()
    assert "«Planned»" in page
    assert 'value="en" lang="en">English<' in page  # the others are offered
    error = Client(headers={"Accept-Language": CODE, "Accept": "text/html"}).get("/nothing").content.decode()
    assert "«There is no such thing here.»" in error
    staff = browser_of(olga, language="en").get(reverse("admin:index")).content.decode()
    assert f'value="{CODE}" lang="{CODE}">{NAME}<' in staff and 'value="id"' in staff
    staff = browser_of(olga, language=CODE).get(reverse("admin:index")).content.decode()
    assert "«Verified-business registry»" in staff
    assert (CODE, NAME) in list(StaffForm().fields["language"].choices)  # type: ignore[attr-defined]  # of a choice field


def test_what_django_says_itself_is_translated_where_it_does_not_know_the_language(third: None) -> None:
    with translation.override(CODE):
        assert translation.gettext("This field is required.") == "«This field is required.»"
        assert translation.gettext("November") == "«November»"


def test_a_process_finds_the_folder_at_its_start_and_needs_no_migration(tmp_path: Path) -> None:
    """In a copy of the tree's `registry/locale`, beside which nothing is changed."""
    write_catalogue(tmp_path)
    code = (
        "from pathlib import Path; import registry.languages as l; found = l.found_in\n"
        f"l.found_in = lambda folders: (folders.append(Path({str(tmp_path)!r})), found(folders))[1]\n"
        "import django, io, json; django.setup()\n"
        "from django.conf import settings; from django.core.management import call_command\n"
        "from accounts.sentences import SENTENCES\n"
        "call_command('makemigrations', '--check', '--dry-run', stdout=io.StringIO())\n"
        f"print(json.dumps([settings.LANGUAGES, SENTENCES['throttled'].in_language({CODE!r})]))\n"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "registry.settings"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        env=environment,
        cwd=configured.BASE_DIR,
        check=True,
    )
    known, said = json.loads(done.stdout)
    assert [CODE, NAME] in known
    assert said == f"«{SENTENCES['throttled'].en}»"


# --- the command that begins one ---


def test_add_language_writes_a_complete_template_and_keeps_what_is_translated(
    tmp_path: Path, capsys: Any
) -> None:
    call_command("add_language", "ban", "--folder", str(tmp_path))
    file = tmp_path / "ban" / "LC_MESSAGES" / "django.po"
    with file.open("rb") as written:
        catalogue = read_po(written, domain="django")
    ids = {texts.forms_of(message.id)[0] for message in catalogue if message.id}
    wanted = [*texts.everything_marked(), *texts.sentences()]
    assert {text.singular for _, text in wanted if isinstance(text, texts.Marked)} <= ids
    assert {text.en for text in SENTENCES.values()} <= ids
    assert f"{len(ids)} texts" in capsys.readouterr().out or len(ids) > 1_000
    asked = 'msgid "Too often; try again later."\nmsgstr ""'
    content = file.read_text()
    assert content.count(asked) == 1
    file.write_text(
        content.replace(asked, asked[:-2] + '"Sabar dumun."') + '\nmsgid "gone"\nmsgstr "sampun"\n'
    )
    call_command("add_language", "ban", "--folder", str(tmp_path))
    content = file.read_text()
    assert "Sabar dumun." in content and "sampun" not in content


@pytest.mark.parametrize("code", ["id", "en", "../x", "Javanese", "", "jv_ID"])
def test_add_language_refuses_what_is_no_further_language(code: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError):
        call_command("add_language", code, "--folder", str(tmp_path))
    assert not any(tmp_path.iterdir())
