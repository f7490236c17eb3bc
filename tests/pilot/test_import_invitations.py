"""A list of contacts: each gets a link, what is wrong is said line by line."""

import csv
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.audit.models import Event
from accounts.messages.models import Message
from accounts.pilot.models import Invitation
from tests.factories import make_cohort

pytestmark = pytest.mark.django_db
GOOD = ["siti@rumah.example,id", "+6281234567890,en", "0812-3456-7891,"]
BAD = [
    ("siti,id", "contact_invalid"),
    (",id", "contact_invalid"),
    ("budi@rumah.example,fr", "locale_unknown"),
    ("budi@rumah.example", "row_incomplete"),
    ("budi@rumah.example,id,x", "row_incomplete"),
    ("budi\udcff@rumah.example,id", "row_not_utf8"),
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "guests.csv"


def write(file: Path, *rows: str, header: str = "contact,language") -> Path:
    file.write_text("\n".join([header, *rows, ""]), encoding="utf-8", errors="surrogateescape")
    return file


def run(file: Path, capsys: pytest.CaptureFixture[str], cohort: str = "Bali", **options: Any) -> str:
    call_command("import_invitations", file, cohort=cohort, **options)
    return capsys.readouterr().out


def rejected(file: Path) -> list[dict[str, str]]:
    path = file.with_name("guests.rejected.csv")
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as rows:
        return list(csv.DictReader(rows))


def test_each_contact_gets_a_link(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cohort = make_cohort(name="Bali", country="ID", capacity=2)
    said = run(write(file, *GOOD), capsys)
    assert "3 invited, 0 invited already, 0 rejected" in said
    assert "1 more are invited than the cohort has places" in said
    sent = set(Message.objects.values_list("to", "channel", "language"))
    assert sent == {
        ("siti@rumah.example", "email", "id"),
        ("+6281234567890", "sms", "en"),
        ("+6281234567891", "sms", "id"),
    }
    assert cohort.invitations.filter(created_by=None).count() == 3
    assert set(Event.objects.filter(kind="invitation.sent").values_list("by", flat=True)) == {"system"}
    assert "0 invited, 3 invited already, 0 rejected" in run(file, capsys)
    assert Message.objects.count() == 3


def test_what_is_wrong_is_said_line_by_line_and_can_be_mended(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_cohort(name="Bali", country="ID")
    assert "1 invited, 0 invited already, 6 rejected" in run(
        write(file, GOOD[0], *[row for row, _ in BAD]), capsys
    )
    assert [(int(row["line"]), row["code"]) for row in rejected(file)] == [
        (line, code) for line, (_, code) in enumerate(BAD, 3)
    ]
    assert all(" / " in row["sentence"] for row in rejected(file))
    mended = file.with_name("guests.rejected.csv")
    mended.write_text(
        mended.read_text(encoding="utf-8-sig", errors="replace").replace(",siti,", ",budi@a.example,")
    )
    assert "1 invited, 0 invited already, 5 rejected" in run(mended, capsys)


def test_a_dry_run_sends_nothing(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_cohort(name="Bali", country="ID")
    said = run(write(file, *GOOD, BAD[0][0]), capsys, dry_run=True)
    assert "3 could be invited" in said and "line 5: contact_invalid" in said
    assert not Invitation.objects.exists() and not Message.objects.exists()
    assert [path.name for path in file.parent.iterdir()] == ["guests.csv"]


@pytest.mark.parametrize(
    ("header", "options", "said"),
    [
        ("e-mail", {}, "missing: contact"),
        ("contact", {"cohort": "Jawa"}, "There is no cohort of that name"),
        ("contact", {"days": 0}, "1 to 90 days"),
    ],
)
def test_what_is_wrong_as_a_whole_is_one_line(
    header: str, options: dict[str, Any], said: str, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_cohort(name="Bali")
    with pytest.raises(CommandError, match=said):
        run(write(file, GOOD[0], header=header), capsys, **options)


def test_memory_does_not_grow_with_the_list(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_cohort(name="Bali", country="ID")

    def peak(rows: int) -> int:
        write(file, *[f"guest{n}@owner.example,id" for n in range(rows)])
        tracemalloc.start()
        run(file, capsys, dry_run=True)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(600)
    assert peak(12_000) < 2 * peak(1_200)
