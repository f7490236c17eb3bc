"""The pilot's list: good rows are in, bad ones are refused one by one, and nothing is lost."""

import csv
import json
import os
import resource
import subprocess
import sys
import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.audit import journal as audit
from accounts.audit.chain import breaks
from accounts.audit.models import Event
from accounts.businesses import ownership
from accounts.businesses import services as businesses
from accounts.clients.models import ClientApp
from accounts.people.models import User
from accounts.pilot.models import Cohort, Place
from accounts.verification import importing
from accounts.verification.models import Application, Status
from accounts.verification.pilot_list import COLUMNS, Entry, judge, read
from tests.factories import make_cohort, make_submitted

DATA = Path(__file__).parent.parent / "data"
EXPECTED = json.loads((DATA / "pilot-2017.expected.json").read_text())
HEADER = ",".join(COLUMNS)
GOOD = "CV Ada,Roti Ada,+12025550199,ID,food,,,order_updates,Ada,ada@owner.example,id"


@pytest.fixture
def pilot_list(tmp_path: Path) -> Path:
    path = tmp_path / "pilot-2017.csv"
    path.write_bytes((DATA / "pilot-2017.csv").read_bytes())
    return path


@pytest.fixture(autouse=True)
def protected_names(db_of_the_test: None) -> None:
    businesses.protect("Bank Mandiri", category="finance", country="ID", by=audit.SYSTEM)


def run(path: Path, capsys: pytest.CaptureFixture[str], cohort: str = "Pilot 2017", **options: Any) -> str:
    call_command("import_pilot", path, cohort=cohort, **options)
    return capsys.readouterr().out


def write(path: Path, *rows: str) -> Path:
    path.write_text("\n".join([HEADER, *rows, ""]), encoding="utf-8")
    return path


def rejected(path: Path) -> list[dict[str, str]]:
    with open(
        path.with_name(path.name.replace(".csv", ".rejected.csv")), encoding="utf-8-sig", newline=""
    ) as file:
        return list(csv.DictReader(file))


def test_the_verdicts_are_those_expected(pilot_list: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = run(pilot_list, capsys)
    assert "'Pilot 2017' does not exist yet: it is made" in said
    assert "404 added, 0 already there, 20 rejected" in said
    assert Application.objects.filter(status=Status.SUBMITTED).count() == EXPECTED["accepted"]
    assert Place.objects.count() == EXPECTED["accepted"]
    assert [(int(row["line"]), row["code"]) for row in rejected(pilot_list)] == [
        (row["line"], row["code"]) for row in EXPECTED["rejected"]
    ]
    assert all(row["sentence"] for row in rejected(pilot_list))
    assert list(breaks()) == []


def test_the_warned_rows_carry_their_findings(pilot_list: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(pilot_list, capsys)
    lines = pilot_list.read_text(encoding="utf-8-sig").splitlines()
    for warned in EXPECTED["warned"]:
        name = lines[warned["line"] - 1].split(",")[1]
        application = Application.objects.get(display_name=name)
        assert set(warned["codes"]) <= set(application.findings), name
    assert Application.objects.get(display_name__contains="nk Mandiri").protected_look_alike


def test_a_rejected_row_stands_untouched_behind_three_columns(
    pilot_list: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(pilot_list, capsys)
    path = pilot_list.with_name("pilot-2017.rejected.csv")
    with open(path, encoding="utf-8-sig", newline="") as file:
        kept = {int(row[0]): row[3:] for row in list(csv.reader(file))[1:]}
    with open(pilot_list, encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        for row in reader:
            if reader.line_num in kept:
                assert kept.pop(reader.line_num) == row
    assert kept == {}


def test_a_second_import_adds_nothing(pilot_list: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(pilot_list, capsys)
    before = Event.objects.count()
    assert "0 added, 404 already there, 20 rejected" in run(pilot_list, capsys)
    assert Event.objects.count() == before


def test_the_rejected_file_is_mended_and_imported(
    pilot_list: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(pilot_list, capsys)
    path = pilot_list.with_name("pilot-2017.rejected.csv")
    path.write_bytes(path.read_bytes().replace("Toko Asli ✔".encode(), b"Toko Asli"))
    said = run(path, capsys)
    assert "1 added, 0 already there, 19 rejected" in said
    again = rejected(path)
    assert list(again[0])[:4] == ["line", "code", "sentence", "legal_name"]
    assert Application.objects.filter(display_name="Toko Asli").exists()


def test_a_second_import_keeps_what_was_mended_meanwhile(
    pilot_list: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(pilot_list, capsys)
    path = pilot_list.with_name("pilot-2017.rejected.csv")
    path.write_bytes(path.read_bytes() + b"a row that was mended\r\n")
    assert "is kept as" in run(pilot_list, capsys)
    assert b"mended" in pilot_list.with_name("pilot-2017.rejected.1.csv").read_bytes()
    assert b"mended" not in path.read_bytes()
    assert "is kept as" not in run(pilot_list, capsys)


def test_a_dry_run_writes_nothing(pilot_list: Path, capsys: pytest.CaptureFixture[str]) -> None:
    events = Event.objects.count()
    said = run(pilot_list, capsys, dry_run=True)
    assert "404 would be added, 0 already there, 20 rejected" in said
    assert "line 71: name_hidden_characters" in said
    assert (
        not Application.objects.exists() and not Cohort.objects.exists() and Event.objects.count() == events
    )
    assert [path.name for path in pilot_list.parent.iterdir()] == ["pilot-2017.csv"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("CV Ada", "   "), "legal_name_missing"),
        (("+12025550199", ""), "number_missing"),
        (("ada@owner.example", "+12025550199"), "owner_contact_is_the_number"),
        (("ada@owner.example", "nobody"), "owner_contact_invalid"),
        (("order_updates", ""), "contact_purposes_missing"),
        ((",id", ",fr"), "locale_unknown"),
        (("CV Ada", "CV \x00Ada"), "hidden_characters"),
        ((",id", ",id,extra"), "row_too_long"),
    ],
)
def test_the_first_wrong_column_names_the_code(
    change: tuple[str, str], code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path / "list.csv", GOOD.replace(*change))
    assert "0 added, 0 already there, 1 rejected" in run(path, capsys)
    assert rejected(path)[0]["code"] == code


def test_bytes_that_are_not_utf8_are_refused_and_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(f"{HEADER}\n".encode() + GOOD.encode().replace(b"Roti", b"Ro\xfft\xed") + b"\n")
    assert "1 rejected" in run(path, capsys)
    kept = path.with_name("list.rejected.csv").read_bytes()
    assert b"row_not_utf8" in kept and b"Ro\xfft\xed Ada" in kept


def test_a_quote_without_end_is_refused_and_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path / "list.csv", GOOD, '"CV Open,Roti', "x" * 200_000)
    assert "1 added, 0 already there, 1 rejected" in run(path, capsys)
    assert "CV Open" in path.with_name("list.rejected.csv").read_text(encoding="utf-8-sig")


def test_R7_a_personal_number_is_refused(
    kai: ClientApp, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ownership.declare_personal("+12025550199", by=kai)
    path = write(tmp_path / "list.csv", GOOD)
    run(path, capsys)
    assert rejected(path)[0]["code"] == "number_is_personal"


def test_a_number_of_another_application_is_taken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_submitted(number="+12025550199")
    path = write(tmp_path / "list.csv", GOOD)
    run(path, capsys)
    assert rejected(path)[0]["code"] == "number_taken"


def test_R6_capacity_holds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_cohort(name="Small", capacity=1, invitation_only=True)
    other = GOOD.replace("0199", "0198").replace("Roti Ada", "Roti Bu Ada").replace("ada@", "adabu@")
    path = write(tmp_path / "list.csv", GOOD, other)
    assert "1 added, 0 already there, 1 rejected" in run(path, capsys, cohort="Small")
    assert rejected(path)[0]["code"] == "cohort_full"


def test_staff_are_never_owners(rita: User, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    User.objects.filter(pk=rita.pk).update(email="ada@owner.example")
    path = write(tmp_path / "list.csv", GOOD)
    run(path, capsys)
    assert rejected(path)[0]["code"] == "owner_contact_invalid"


@pytest.mark.parametrize("content", ["", "legal_name,number\n", '"legal_name'])
def test_a_file_that_is_no_such_list_is_said_in_one_line(content: str, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(content)
    with pytest.raises(CommandError, match="name the columns"):
        call_command("import_pilot", path, cohort="Pilot 2017")


def test_a_file_that_is_not_there_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_pilot", tmp_path / "none.csv", cohort="Pilot 2017")


def test_two_imports_at_once_add_each_row_once(committed: None, tmp_path: Path) -> None:
    """Both look before either writes; the unique number makes the later one look again. Without the retry it fails."""
    cohort = make_cohort(invitation_only=True)
    rows = [
        GOOD.replace("0199", f"01{i:02}").replace("Ada", f"Ada {i}").replace("ada@", f"ada{i}@")
        for i in range(60)
    ]
    with open(write(tmp_path / "list.csv", *rows), encoding="utf-8-sig", newline="") as file:
        entries = [entry for entry in map(judge, read(file)[1]) if isinstance(entry, Entry)]
    assert len(entries) == 60

    def add(_: int) -> tuple[int, int]:
        try:
            outcome = importing.add(entries, cohort, by=audit.SYSTEM)
            return outcome.added, outcome.already_there
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(add, range(4)))
    assert sorted(outcomes) == [(0, 60), (0, 60), (0, 60), (60, 0)]
    assert Application.objects.count() == 60
    assert list(breaks()) == []


def _long_list(path: Path, rows: int) -> Path:
    """As many good rows as asked for, under +999, which is assigned to nobody."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(HEADER + "\n")
        for i in range(rows):
            # Numbers of the Indonesian plan that are valid by form; the list is never sent anywhere.
            file.write(
                f"CV Usaha {i},Warung Makan {i},+62812{10_000_000 + i},ID,food,,,"
                f"order_updates,Ibu {i},o{i}@owner.example,id\n"
            )
    return path


def test_memory_does_not_grow_with_the_list(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The short form of the soak: ten times the rows, the same memory to within a chunk or two."""
    peaks = []
    for rows in (600, 3000):
        tracemalloc.start()
        run(_long_list(tmp_path / f"{rows}.csv", rows), capsys, cohort=f"Cohort {rows}", dry_run=True)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 2_000_000


@pytest.mark.soak
def test_100_000_rows_in_four_minutes_and_300_megabytes(committed: None, tmp_path: Path) -> None:
    """As its own process, so that its memory is its own."""
    path = _long_list(tmp_path / "long.csv", 100_000)
    environment = {**os.environ, "DATABASE_URL": _url_of_the_test(), "OWNER_DATABASE_URL": _url_of_the_test()}
    started = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "import_pilot", path, "--cohort", "Long"],
        env=environment,
        stdout=subprocess.PIPE,
    )
    out = process.communicate()[0].decode()
    took = time.monotonic() - started
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024  # MiB
    print(f"100,000 rows: {took:.0f} s, {peak:.0f} MiB")
    assert "100000 added, 0 already there, 0 rejected" in out
    assert took < 240 and peak < 300
    assert list(breaks()) == []


def _url_of_the_test() -> str:
    parts = connection.settings_dict
    return f"postgres://{parts['USER']}:{parts['PASSWORD']}@{parts['HOST']}:{parts['PORT']}/{parts['NAME']}"
