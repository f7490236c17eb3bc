"""The three ways to show a website, and what is said when it is not shown."""

from pathlib import Path

import pytest

from accounts.sentences import SENTENCES
from accounts.websites.looking import FILE, KEY, RECORD, Finding, Method, look, place
from accounts.websites.models import fresh_token
from tests.websites.loopback import HOST, World, certificate, response

TOKEN = "abcdefghijklmnop" * 2  # the same in each process of a run: it stands in names of tests
LINE = f"{KEY}={TOKEN}"
TAG = f'<meta name="{KEY}" content="{TOKEN}">'


def seen(web: World, *methods: Method, over_tls: bool = False) -> Finding:
    return look(methods, HOST, TOKEN, over_tls=over_tls, internet=web.internet())


def test_the_owner_is_told_what_is_looked_for() -> None:
    assert place(Method.DNS, HOST, TOKEN) == (f"{RECORD}.{HOST}", LINE)
    assert place(Method.FILE, HOST, TOKEN) == (f"https://{HOST}{FILE}", LINE)
    assert place(Method.META, HOST, TOKEN) == (f"https://{HOST}/", TAG)


def test_a_record(web: World) -> None:
    assert seen(web, Method.DNS).code == "website_token_missing"
    web.names.records[f"{RECORD}.{HOST}", "TXT"] = ['"v=spf1 -all"', f'"{KEY}={fresh_token()}"']
    assert seen(web, Method.DNS).code == "website_token_wrong"
    web.names.records[f"{RECORD}.{HOST}", "TXT"].append(f'"{LINE}"')
    assert seen(web, Method.DNS) == Finding("", method="dns")


@pytest.mark.parametrize(
    "body", [LINE, f"{LINE}\n", f"\ufeff{LINE}\r\n", f"\n  {LINE}  \n", f"other\n{LINE}\nmore"]
)
def test_a_file(web: World, body: str) -> None:
    server = web.serve(response(body))
    assert seen(web, Method.FILE) == Finding("", method="file")
    assert server.heads[0].startswith(f"GET {FILE} ")


FILES = {
    "website_token_missing": response("hello"),
    "website_token_wrong": response(f"{KEY}={fresh_token()}"),
    "website_not_text": response(f"<!doctype html><title>Home</title>{LINE}"),
    "website_not_found": response(LINE, status="404 Not Found"),
    "website_answer_other": response(LINE, status="403 Forbidden"),
    "website_too_large": response("a\n" * 200_000 + LINE),
}


@pytest.mark.parametrize(("code", "answer"), FILES.items(), ids=FILES)
def test_a_file_that_does_not_show_it(web: World, code: str, answer: bytes) -> None:
    web.serve(answer)
    finding = seen(web, Method.FILE)
    assert finding.code == code
    assert "{" not in SENTENCES[code].format(found=finding.found, minutes=1).en
    web.serve(response(f"{KEY}={TOKEN}x"))
    assert seen(web, Method.FILE).code == "website_token_wrong"


PAGES = {
    "plain": f"<!doctype html><html><head><title>Warung</title>{TAG}</head><body>",
    "without head": f"<!doctype html><title>Warung</title>\n{TAG}\n<p>Hello",
    "other quotes and case": f"<HEAD><META CONTENT='{TOKEN}' NAME='{KEY.upper()}' /></HEAD>",
    "after scripts": f"<head><script>if (1<2) x('<p>')</script><style>p > a {{}}</style>{TAG}</head>",
    "two of them": f'<head><meta name="{KEY}" content="of somebody else">{TAG}</head>',
    "a large page": f"<head>{TAG}</head><body>" + "a" * 400_000,
}


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_a_tag_in_the_head_of_the_first_page(web: World, page: str) -> None:
    server = web.serve(response(page))
    assert seen(web, Method.META) == Finding("", method="meta")
    assert server.heads[0].startswith("GET / ")


ELSEWHERE = {
    "in a comment of a visitor": f"<head><title>x</title></head><body><p>{TAG}</p>",
    "in the body of a page without head": f"<title>x</title><p>Hello {TAG}",
    "after bare text": f"<title>Guestbook</title> Hello {TAG}",
    "in a comment": f"<head><!-- {TAG} --></head>",
    "in a script": f"<head><script>'{TAG}'</script></head>",
    "in the title": f"<head><title>{TAG.replace('<', '&lt;')}</title></head>",
    "in an attribute": f"<head><link title='{TAG}'></head>",
    "after the head": f"<head></head>{TAG}<body>",
    "another name": f'<head><meta name="x" content="{TOKEN}"></head>',
    "a second name": f'<head><meta name="x" name="{KEY}" content="{TOKEN}"></head>',
}


@pytest.mark.parametrize("page", ELSEWHERE.values(), ids=ELSEWHERE)
def test_what_a_visitor_may_write_shows_nothing(web: World, page: str) -> None:
    web.serve(response(page))
    assert seen(web, Method.META).code == "website_token_missing"


PAGES_WITHOUT = {
    "website_token_wrong": response(TAG.replace(TOKEN, fresh_token())),
    "website_not_text": response(b"\x89PNG\0\0" + TAG.encode()),
    "website_too_large": response("<!-- a -->" * 40_000 + TAG),
}


@pytest.mark.parametrize(("code", "answer"), PAGES_WITHOUT.items(), ids=PAGES_WITHOUT)
def test_a_page_that_does_not_show_it(web: World, code: str, answer: bytes) -> None:
    web.serve(answer)
    assert seen(web, Method.META).code == code


REDIRECTS = {
    "https://www.warung.example/toko?id=1": ("website_redirects", "https://www.warung.example/"),
    "http://127.0.0.1:8000/": ("website_redirects", "http://127.0.0.1/"),
    "//[::1]/": ("website_redirects", "http://::1/"),
    "/beranda": ("website_redirects_within", f"http://{HOST}/"),
    "file:///etc/passwd": ("website_redirects", "?"),
    "javascript:alert(1)": ("website_redirects", "?"),
    "": ("website_redirects", "?"),
    "http://[": ("website_redirects", "?"),
    "http://toko.example/" + "a" * 5000: ("website_redirects", "http://toko.example/"),
}


@pytest.mark.parametrize(("location", "expected"), REDIRECTS.items())
def test_of_a_redirect_it_is_said_where_it_leads(
    web: World, location: str, expected: tuple[str, str]
) -> None:
    server = web.serve(response(status="302 Found", headers=f"Location: {location}\r\n"))
    assert seen(web, Method.META)[:2] == expected
    assert len(server.heads) == 1


def test_a_plain_address_is_tried_over_tls_first(web: World, tmp_path: Path) -> None:
    context, authority = certificate(tmp_path)
    plain = web.serve(response(status="301 Moved", headers=f"Location: https://{HOST}/\r\n"))
    web.serve(response(LINE), tls=context, trusted=authority)
    assert seen(web, Method.FILE) == Finding("", method="file")
    assert not plain.heads


def test_what_is_broken_over_tls_is_said_when_the_plain_address_leads_there(
    web: World, tmp_path: Path
) -> None:
    context, authority = certificate(tmp_path, host="other.example")
    web.serve(response(status="301 Moved", headers=f"Location: https://{HOST}/\r\n"))
    web.serve(response(LINE), tls=context, trusted=authority)
    assert seen(web, Method.FILE).code == "website_tls"


def test_an_encrypted_address_is_never_read_in_plain(web: World) -> None:
    plain = web.serve(response(LINE))
    assert seen(web, Method.FILE, over_tls=True).code == "website_unreachable"
    assert not plain.heads
    assert seen(web, Method.FILE).code == ""


def test_of_several_ways_one_is_enough_and_the_first_is_spoken_of(web: World) -> None:
    web.serve(response("hello"))
    assert seen(web, Method.FILE, Method.DNS) == Finding("website_token_missing", "", "file")
    web.names.records[f"{RECORD}.{HOST}", "TXT"] = [f'"{LINE}"']
    assert seen(web, Method.FILE, Method.DNS) == Finding("", method="dns")


@pytest.mark.parametrize(
    "seed", ["<!", "<!--", "<a ", "</", "<meta ", "<meta a='", "&", "<title>", "<![", "<?"]
)
def test_a_page_made_to_be_slow_to_read_is_not(web: World, seed: str) -> None:
    web.serve(response(seed * (256 * 1024 // len(seed))))
    assert seen(web, Method.META).code in ("website_token_missing", "website_too_large")
