"""Files of evidence, as a browser gets them."""

from typing import Any

from django.urls import reverse

from accounts.audit.models import LogEntry
from accounts.people.models import User
from accounts.verification.models import Application, Evidence
from tests.factories import (
    PDF,
    make_submitted,
)
from tests.verification.desk import desk


class TestEvidence:
    def address(self, file: Evidence, application: Application | None = None) -> str:
        owner = application or file.application
        return reverse("admin:verification_application_evidence", args=[owner.pk, file.pk])

    def test_a_file_comes_back_as_it_was_and_can_not_run(self, rita: User) -> None:
        file = make_submitted().evidence.get()
        response = desk(rita).get(self.address(file))
        assert b"".join(response) == PDF
        assert response["Content-Type"] == "application/pdf"
        assert response["Content-Disposition"] == 'attachment; filename="nib.pdf"'
        assert response["Content-Security-Policy"].startswith("sandbox;")
        assert response["X-Content-Type-Options"] == "nosniff"
        assert {"private", "no-store"} <= set(response["Cache-Control"].split(", "))
        assert LogEntry.objects.filter(kind="viewed", by=rita.pk, on=file.pk).count() == 1

    def test_a_file_of_another_application_is_not_there(self, rita: User) -> None:
        file, other = make_submitted().evidence.get(), make_submitted()
        assert desk(rita).get(self.address(file, other)).status_code == 404

    def test_a_file_that_is_gone(self, rita: User, settings: Any, tmp_path: Any) -> None:
        file = make_submitted().evidence.get()
        settings.MEDIA_ROOT = tmp_path / "elsewhere"
        assert desk(rita).get(self.address(file)).status_code == 404
        assert not LogEntry.objects.filter(on=file.pk).exists()
