"""The official page on good days and bad ones: `python -m tests.browser.status_cases FOLDER` draws each."""

import os
import sys
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "registry.settings")
django.setup()

from registry.status import publishing  # noqa: E402  # Django first
from registry.status.drawing import files  # noqa: E402
from tests.registry.status import pictures  # noqa: E402

if __name__ == "__main__":
    for name, picture in pictures.PICTURES.items():
        publishing.write(files(picture), Path(sys.argv[1]) / name.replace(" ", "-"))
