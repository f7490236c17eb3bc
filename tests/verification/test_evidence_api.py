"""Evidence, uploaded by a partner app."""

import io
import struct
import zlib
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from accounts.verification import evidence
from accounts.verification.evidence_api import ENVELOPE
from accounts.verification.models import Application, Evidence
from tests.factories import PDF
from tests.partner import Partner, refused

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def app(kais_key: str) -> Partner:
    return Partner(kais_key)


@pytest.fixture
def draft(app: Partner) -> str:
    return app.draft()


def picture(image_format: str = "PNG") -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(content, image_format)
    return content.getvalue()


def bomb() -> bytes:
    """A PNG of 60,000 by 60,000 pixels in a few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b""))
        + chunk(b"IEND", b"")
    )


def test_a_file_is_added_read_and_taken_back(app: Partner, draft: str) -> None:
    answer = app.upload(draft, PDF, "NIB Ada.pdf")
    assert answer.status_code == 201
    assert answer.json() == answer.json() | {
        "name": "NIB Ada.pdf",
        "content_type": "application/pdf",
        "size": len(PDF),
    }
    address = answer.headers["Location"]
    assert address == f"/v1/applications/{draft}/evidence/{answer.json()['id']}"
    assert app.get(address).json() == answer.json()
    assert app.get(f"/v1/applications/{draft}/evidence").json()["results"] == [answer.json()]
    assert app.get(f"/v1/applications/{draft}").json()["evidence"] == [answer.json()]
    assert app.delete(address).status_code == 204
    refused(app.get(address), 404, "not_found")
    refused(app.delete(address), 404, "not_found")
    assert app.get(f"/v1/applications/{draft}").json()["evidence"] == []


def test_a_file_says_what_it_shows(app: Partner, draft: str) -> None:
    address = f"/v1/applications/{draft}/evidence"
    added = app.http.post(address, {"file": SimpleUploadedFile("nib.pdf", PDF), "kind": "tax"})
    assert (added.status_code, added.json()["kind"]) == (201, "tax")
    wrong = app.http.post(address, {"file": SimpleUploadedFile("nib.pdf", PDF), "kind": "rumour"})
    refused(wrong, 422, "invalid", "/kind")
    twice = app.http.post(address, {"file": SimpleUploadedFile("nib.pdf", PDF), "kind": ["tax", "place"]})
    refused(twice, 422, "field_repeated", "/kind")


def test_the_same_file_is_there_once(app: Partner, draft: str) -> None:
    first, second = app.upload(draft), app.upload(draft, name="again.pdf")
    assert first.json() == second.json()
    assert Evidence.objects.count() == 1


def test_a_file_is_not_added_twice_over(app: Partner, draft: str) -> None:
    for number in range(evidence.MOST_FILES):
        assert app.upload(draft, b"%PDF-" + bytes([65 + number]) + b"%%EOF").status_code == 201
    refused(app.upload(draft), 409, "evidence_too_many")


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "nib.pdf", "evidence_empty"),
        (b"MZ\x90\x00", "nib.exe", "evidence_kind"),
        (PDF, "nib", "evidence_kind"),
        (PDF, "nib.png", "evidence_not_what_it_says"),
        (picture(), "nib.pdf", "evidence_not_what_it_says"),
        (picture("JPEG"), "nib.png", "evidence_not_what_it_says"),
        (b"<svg onload='alert(1)'/>", "nib.png", "evidence_not_what_it_says"),
        (picture()[:50], "nib.png", "evidence_broken"),
        (PDF[:20], "nib.pdf", "evidence_broken"),
        (bomb(), "nib.png", "evidence_too_many_pixels"),
        (PDF + b"\n" * evidence.LARGEST, "nib.pdf", "evidence_too_large"),
    ],
)
def test_a_file_that_is_no_evidence_is_refused(
    app: Partner, draft: str, content: bytes, name: str, code: str
) -> None:
    refused(app.upload(draft, content, name), 422, code, "/file")
    assert not Evidence.objects.exists()


def test_the_largest_file_is_taken(app: Partner, draft: str) -> None:
    content = PDF.replace(b"\n%%EOF", b" " * (evidence.LARGEST - len(PDF)) + b"\n%%EOF")
    assert len(content) == evidence.LARGEST
    assert app.upload(draft, content).status_code == 201


def test_a_body_that_is_too_large_is_refused_unread(app: Partner, draft: str) -> None:
    class Unreadable(io.BytesIO):
        def read(self, *size: Any) -> bytes:
            raise AssertionError("it was read")

    answer = app.http.generic(
        "POST",
        f"/v1/applications/{draft}/evidence",
        **{
            "wsgi.input": Unreadable(),
            "CONTENT_TYPE": "multipart/form-data; boundary=x",
            "CONTENT_LENGTH": str(evidence.LARGEST + ENVELOPE + 1),
        },
    )
    refused(answer, 422, "evidence_too_large", "/file")


@pytest.mark.parametrize(
    ("form", "code", "pointer"),
    [
        ({}, "required", "/file"),
        ({"file": "text"}, "wrong_type", "/file"),
        ({"document": "text"}, "invalid", "/document"),
        (
            {"file": [SimpleUploadedFile("a.pdf", PDF), SimpleUploadedFile("b.pdf", PDF)]},
            "field_repeated",
            "/file",
        ),
        ({"file": SimpleUploadedFile("a.pdf", PDF), "a/b": "?"}, "field_unknown", "/a~1b"),
    ],
)
def test_a_form_with_anything_but_one_file_is_refused(
    app: Partner, draft: str, form: dict[str, Any], code: str, pointer: str
) -> None:
    refused(app.http.post(f"/v1/applications/{draft}/evidence", form), 422, code, pointer)
    assert not Evidence.objects.exists()


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        (b"{}", "application/json", 415, "unsupported_media_type"),
        (b"no form", "multipart/form-data; boundary=x", 422, "required"),
        (b"no form", "multipart/form-data", 400, "bad_request"),
        (b"", "multipart/form-data; boundary=\xff", 422, "required"),
        (b"--\xff", "multipart/form-data; boundary=\xff", 400, "bad_request"),
        (b"--x\r\n" + b"a" * 70_000, "multipart/form-data; boundary=x", 400, "bad_request"),
    ],
)
def test_a_body_that_is_no_form_is_refused(
    app: Partner, draft: str, body: bytes, content_type: str, status: int, code: str
) -> None:
    answer = app.http.generic("POST", f"/v1/applications/{draft}/evidence", body, content_type=content_type)
    refused(answer, status, code)


def test_a_text_beside_the_file_does_not_fill_the_memory(app: Partner, draft: str) -> None:
    form = {"file": SimpleUploadedFile("a.pdf", PDF), "note": "x" * 2**21}
    refused(app.http.post(f"/v1/applications/{draft}/evidence", form), 413, "body_too_large")


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.pdf", "a\x00b.pdf", "a\u202eb.pdf", "x" * 300 + ".pdf", "\ud800.pdf"]
)
def test_a_file_name_is_only_a_name(app: Partner, draft: str, name: str) -> None:
    raw = name.encode("utf-8", "surrogatepass")
    body = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="' + raw + b'"\r\n'
        b"Content-Type: application/pdf\r\n\r\n" + PDF + b"\r\n--x--\r\n"
    )
    answer = app.http.generic(
        "POST", f"/v1/applications/{draft}/evidence", body, content_type="multipart/form-data; boundary=x"
    )
    assert answer.status_code in (201, 422), answer.content
    for kept in Evidence.objects.all():
        assert len(kept.name) <= 120
        assert kept.name.isprintable()
        assert "/" not in kept.name


def test_evidence_of_one_application_is_not_another_s(app: Partner, draft: str) -> None:
    elsewhere = app.draft()
    found = app.upload(draft).json()["id"]
    refused(app.get(f"/v1/applications/{elsewhere}/evidence/{found}"), 404, "not_found")
    refused(app.delete(f"/v1/applications/{elsewhere}/evidence/{found}"), 404, "not_found")
    assert Application.objects.get(pk=draft).evidence.count() == 1
