"""A language that nobody speaks: its catalogue says everything in English and in «guillemets».

What stands on a page outside of them was never asked to be translated.
"""

import copy
import functools
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from registry import languages, texts

CODE, NAME = "xx", "«Guillemets»"


@functools.cache  # every file of the tree is read for it
def _template() -> Catalog:
    return texts.template(CODE)


def write_catalogue(folder: Path, *, without: frozenset[str] = frozenset(), **instead: str) -> None:
    """Below `folder`, where a deployment has `registry/locale`. `without` lacks some; `instead` slips with others."""
    catalogue = copy.deepcopy(_template())
    for message in catalogue:
        if not message.id or message.id in without:
            continue
        forms = tuple(f"«{form}»" for form in texts.forms_of(message.id))
        message.string = forms if isinstance(message.id, tuple) else forms[0]
        if isinstance(message.id, str) and message.id in instead:
            message.string = instead[message.id]
        if message.context == languages.NAME_CONTEXT:
            message.string = NAME
    file = folder / CODE / "LC_MESSAGES" / "django.mo"
    file.parent.mkdir(parents=True)
    with file.open("wb") as written:
        write_mo(written, catalogue)


def install(settings: Any, folder: Path) -> None:
    """As a folder more in `registry/locale` would be found at the next start."""
    settings.LOCALE_PATHS = [*settings.LOCALE_PATHS, folder]
    settings.LANGUAGES = languages.found_in(settings.LOCALE_PATHS)
