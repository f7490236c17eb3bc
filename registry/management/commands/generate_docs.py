"""Writes what is generated under docs/: the OpenAPI document and the tables of states."""

import sys
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from drf_spectacular.renderers import OpenApiYamlRenderer

from accounts.verification import states_document
from registry import openapi
from registry.status import states_document as of_the_status_page


def _openapi() -> str:
    rendered = OpenApiYamlRenderer().render(openapi.document())  # type: ignore[no-untyped-call]  # spectacular's
    return str(rendered.decode())


def _states() -> str:
    return states_document.markdown(of_the_status_page.markdown())


DOCUMENTS: dict[str, Callable[[], str]] = {"openapi.yaml": _openapi, "states.md": _states}


class Command(BaseCommand):
    help = "Write docs/openapi.yaml and docs/states.md; with --check, only say whether they are up to date."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="write nothing; exit 1 when a document is stale"
        )

    def handle(self, *, check: bool, **options: Any) -> None:
        folder = Path(settings.BASE_DIR) / "docs"
        stale = []
        for name, made in DOCUMENTS.items():
            path, text = folder / name, made()
            if path.exists() and path.read_text() == text:
                continue
            stale.append(name)
            if not check:
                folder.mkdir(exist_ok=True)
                path.write_text(text)
                self.stdout.write(f"wrote docs/{name}")
        if check and stale:
            self.stderr.write(f"stale: {', '.join(stale)}; run manage.py generate_docs")
            sys.exit(1)
