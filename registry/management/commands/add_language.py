"""`manage.py add_language jv`: a catalogue for a further language, with everything that is to be translated."""

import re
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import to_locale

from accounts.people.languages import LONGEST_CODE
from registry import texts
from registry.languages import FIRST


class Command(BaseCommand):
    help = (
        "Write registry/locale/CODE/LC_MESSAGES/django.po, with every text there is; run again, it keeps what is "
        "translated, adds what is new and drops what is gone. Needs requirements-dev.txt."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", help="of the language, as in jv, ban or pt-br")
        parser.add_argument(
            "--folder", type=Path, default=settings.LOCALE_PATHS[0], help="of all translations"
        )

    def handle(self, *, code: str, folder: Path, **options: Any) -> None:
        if not re.fullmatch(r"[a-z]{2,3}(-[a-z]{2,4})?", code) or len(code) > LONGEST_CODE:
            raise CommandError(f"{code!r} is no code of a language, such as jv, ban or pt-br")
        if code in FIRST:
            raise CommandError(f"{code} is there already, in the code itself")
        file = folder / to_locale(code) / "LC_MESSAGES" / "django.po"
        catalogue = _merged(file, texts.template(to_locale(code)))
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("wb") as written:
            write_po(written, catalogue, width=110)
        missing = sum(
            1 for message in catalogue if message.id and not all(texts.forms_of(message.string or ""))
        )
        self.stdout.write(
            f"{file}: {len(catalogue)} texts, {missing} of them to be translated. Then\n"
            f"  pybabel compile -d {folder} -l {to_locale(code)} -D django"
        )


def _merged(file: Path, template: Catalog) -> Catalog:
    if not file.exists():
        return template
    with file.open("rb") as present:
        catalogue = read_po(present, locale=template.locale_identifier, domain="django")
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    return catalogue
