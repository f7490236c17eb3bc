"""The languages that somebody can read here: `settings.LANGUAGES`, one a folder of translations."""

from django.conf import settings

INDONESIAN = "id"  # what is spoken to whom nothing is known of
LONGEST_CODE = 8


def choices() -> list[tuple[str, str]]:
    """Each with its own name. A callable: no migration for each language."""
    return list(settings.LANGUAGES)


def codes() -> list[str]:
    return [code for code, _ in settings.LANGUAGES]
