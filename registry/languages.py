"""Which languages there are: Indonesian, English, and one for each further folder with a compiled catalogue."""

import gettext
from collections.abc import Sequence
from pathlib import Path

from django.conf.locale import LANG_INFO
from django.utils.translation import to_language

FIRST = ("id", "en")
# In each further catalogue, what its speakers call the language.
NAME_CONTEXT, NAME = "the name of this language", "English"


def found_in(folders: Sequence[Path]) -> list[tuple[str, str]]:
    """For settings.LANGUAGES: codes, and what each language calls itself. Makes the names known to Django, too."""
    catalogues = {
        to_language(file.parent.parent.name): file
        for folder in folders
        for file in sorted(folder.glob("*/LC_MESSAGES/django.mo"))
    }
    further = sorted(catalogues.keys() - set(FIRST))
    for code in further:
        own = _own_name(catalogues[code]) or code
        LANG_INFO.setdefault(code, {"bidi": False, "code": code, "name": own, "name_local": own})
    return [(code, str(LANG_INFO[code]["name_local"])) for code in (*FIRST, *further)]


def _own_name(catalogue: Path) -> str:
    with catalogue.open("rb") as file:
        look_up = gettext.GNUTranslations(file).pgettext
    name = look_up(NAME_CONTEXT, NAME)
    return "" if name == NAME else name
