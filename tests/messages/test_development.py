"""A developer's outbox: there on a machine that nobody else reaches, and nowhere else."""

import os
import stat
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.audit import journal as audit
from accounts.messages import development, jobs, pages
from accounts.messages import services as messages
from accounts.messages.models import Channel
from accounts.people.models import User
from tests.messages.gateways import APPROVED

NUMBER, CODE = "+6281234567890", "420019"
QUERY = "?next=/my/&page=1"


@pytest.fixture(autouse=True)
def own_machine(settings: Any, tmp_path: Path, client: Client) -> None:
    client.defaults["SERVER_NAME"] = "127.0.0.1"
    settings.VAR_DIR, settings.EMAIL_FILE_PATH = tmp_path, tmp_path / "mail"
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.HOST, settings.PUBLIC_URL = "127.0.0.1", "http://127.0.0.1:8000"
    settings.DEPLOYMENT, settings.TRUSTED_PROXIES = "test", 0


def deliver(ada: User) -> None:
    """A code by SMS and by telephone, and an e-mail."""
    for channel in (Channel.SMS, Channel.VOICE):
        messages.send("number_code", to=NUMBER, channel=channel, secret=CODE, about=ada, by=ada)
    params = {"name": "Toko <b>Ada</b> & Co", "link": f"/my/{QUERY}"}
    messages.send("approved", to=ada, params=params, about=ada, by=audit.SYSTEM)
    while jobs.deliver_next():
        pass


def page(client: Client) -> str:
    answer = client.get("/outbox/")
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    return answer.content.decode()


def test_the_page_shows_what_was_sent_with_its_codes_newest_first(ada: User, client: Client) -> None:
    deliver(ada)
    shown = page(client)
    assert f"Kode Anda {CODE}." in shown
    assert shown.count("4, 2, 0, 0, 1, 9.") == 2
    assert NUMBER in shown and "ada@owner.example" in shown
    assert shown.index("sudah terverifikasi") < shown.index("4, 2, 0") < shown.index(f"Kode Anda {CODE}")
    assert "Toko &lt;b&gt;Ada&lt;/b&gt; &amp; Co" in shown
    assert f'href="http://127.0.0.1:8000/my/{QUERY.replace("&", "&amp;")}"' in shown


def test_only_addresses_of_ours_are_links() -> None:
    text = (
        "See http://127.0.0.1:8000/i/t0ken-_x/. Or http://127.0.0.1:8000.evil.example/x/ or "
        'http://evil.example/?http://127.0.0.1:8000 javascript:alert(1) http://127.0.0.1:8000/b/"onclick='
    )
    links = [piece for piece, ours in pages.parts(text) if ours]
    assert links == ["http://127.0.0.1:8000/i/t0ken-_x/", "http://127.0.0.1:8000/b/"]
    assert "".join(piece for piece, _ in pages.parts(text)) == text


ELSEWHERE = [
    {"DEPLOYMENT": "live"},
    {"HOST": "0.0.0.0"},  # noqa: S104  # which is what must not be
    {"HOST": "192.0.2.1"},
    {"PUBLIC_URL": "https://registry.example"},
    {"PUBLIC_URL": "http://127.0.0.1.registry.example"},
    {"TRUSTED_PROXIES": 1},
]


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_anywhere_else_there_is_no_such_page_and_nothing_is_kept(
    ada: User, client: Client, settings: Any, tmp_path: Path, elsewhere: dict[str, Any]
) -> None:
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    deliver(ada)
    for name, value in elsewhere.items():
        setattr(settings, name, value)
    unknown = [client.get("/no-such-page/"), client.post("/no-such-page/")]
    for answer, other in zip([client.get("/outbox/"), client.post("/outbox/")], unknown, strict=True):
        assert (answer.status_code, answer.content) == (
            404,
            other.content.replace(b"no-such-page", b"outbox"),
        )
    before = set(tmp_path.glob("sms/*"))
    messages.send("number_code", to=NUMBER, secret=CODE, about=ada, by=ada)
    jobs.deliver_next()
    assert set(tmp_path.glob("sms/*")) == before


@pytest.mark.parametrize(
    "asked",
    [
        {"SERVER_NAME": "registry.example"},
        {"SERVER_NAME": "127.0.0.1.registry.example"},
        {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"HTTP_X_FORWARDED_HOST": "127.0.0.1"},
        {"HTTP_VIA": "1.1 tunnel"},
    ],
)
@pytest.mark.usefixtures("db")
def test_through_a_tunnel_that_nobody_told_of_there_is_no_such_page(
    client: Client, settings: Any, asked: dict[str, Any]
) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    assert client.get("/outbox/", **asked).status_code == 404
    assert client.get("/outbox/").status_code == 200


def test_nobody_else_reads_the_files_and_the_old_ones_go(
    ada: User, tmp_path: Path, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(development, "KEPT", 3)
    for _ in range(5):
        deliver(ada)
    for folder in ("sms", "mail"):
        assert len(list((tmp_path / folder).iterdir())) == 3
    assert all(stat.S_IMODE(os.stat(path).st_mode) == 0o600 for path in (tmp_path / "sms").iterdir())
    assert stat.S_IMODE(os.stat(tmp_path / "sms").st_mode) == 0o700
    monkeypatch.setattr(development, "SHOWN", 2)
    assert page(client).count('class="sent"') == 2


def test_a_file_that_can_not_be_read_is_left_out(tmp_path: Path, client: Client) -> None:
    for name, content in [
        ("sms/1.json", b"{"),
        ("sms/2.json", b"[]"),
        ("sms/3.json", b'{"kind": "SMS", "to": "+1", "text": "\xff"}'),
        ("sms/4.txt", b"x"),
        ("mail/5.log", b"Content-Type: text/plain; charset=nonsense\n\n\xff"),
        ("mail/6.log", b"Content-Type: multipart/mixed\n\n--"),
        ("mail/7.log", b"x" * 200_000),
    ]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    (tmp_path / "sms" / "link.json").symlink_to("/etc/hostname")
    assert len(page(client)) < 100_000


def test_two_mails_of_one_second_that_share_a_file_are_two(tmp_path: Path, client: Client) -> None:
    """Seen: the code of the one stood below the address of the other."""
    (tmp_path / "mail").mkdir()
    mail = "Subject: Code\nTo: {}@owner.example\n\nKode {}\n" + "-" * 79 + "\n"
    (tmp_path / "mail" / "1.log").write_text(mail.format("siti", 111111) + mail.format("budi", 222222))
    first, second = page(client).split('<section class="sent">')[1:]
    assert "budi@" in first and "222222" in first and "111111" not in first
    assert "siti@" in second and "111111" in second and "222222" not in second


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "[::1]", "localhost"])
def test_loopback_is_known_by_its_names(host: str) -> None:
    assert development.is_loopback(host)


def test_a_page_with_nothing_to_show_says_so(client: Client) -> None:
    assert "Belum ada" in page(client) or "Nothing yet" in page(client)


def test_what_is_sent_is_still_sent_when_it_can_not_be_kept(ada: User, tmp_path: Path) -> None:
    (tmp_path / "sms").write_text("no folder")
    message = messages.send("approved", to=NUMBER, params=APPROVED, about=ada, by=ada)
    jobs.deliver_next()
    message.refresh_from_db()
    assert message.status == "sent"
