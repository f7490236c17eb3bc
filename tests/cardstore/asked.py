"""Requests of every kind, as bytes: what a client may send by intent, by mistake, or by malice.

Each says whether the store answers it: then it is answered while the database is away, and only then.
"""

import gzip
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.cardstore.wire import request

LISTED, UNKNOWN = "+13035550101", "+12025550999"
CONTACT, LOOKUP, CHANGES = "/v1/contacts/", "/v1/contacts/lookup", "/v1/contacts/changes"


class Asked(NamedTuple):
    name: str
    raw: bytes
    by_the_store: bool = True
    method: str = "GET"
    key: str = "good"  # of the test's keys


def get(
    name: str, target: str | bytes, *lines: str, store: bool = True, key: str = "good", **more: Any
) -> Asked:
    return Asked(name, request("GET", target, *lines, **more), store, key=key)


def post(name: str, body: Any, *lines: str, store: bool = True, key: str = "good", **more: Any) -> Asked:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Asked(name, request("POST", LOOKUP, *lines, body=raw, **more), store, "POST", key)


def other(method: str, target: str, *lines: str, body: bytes | None = None, store: bool = False) -> Asked:
    return Asked(f"{method} {target}", request(method, target, *lines, body=body), store, method)


def everything() -> Iterator[Asked]:
    yield from _paths()
    yield from _headers()
    yield from _methods()
    yield from _bodies()
    yield from _bodies_lengths_and_types()
    yield from _keys()
    yield from _changes()


def _paths() -> Iterator[Asked]:
    yield get("a listed number", CONTACT + LISTED)
    yield get("one that is not", CONTACT + UNKNOWN)
    yield get("plus as %2B", CONTACT + "%2B" + LISTED[1:])
    yield get("plus as %2b", CONTACT + "%2b" + LISTED[1:])
    yield get("a digit escaped", CONTACT + "+1303555010%31")
    yield get("plus as a space", CONTACT + "%20" + LISTED[1:])
    yield get("without plus", CONTACT + LISTED[1:])
    yield get("dialled at home", CONTACT + "081234567890")
    yield get("with trunk zero", CONTACT + "+62081234567890")
    yield get("with separators", CONTACT + "+1%20303-555-0101")
    yield get("with 00", CONTACT + "0013035550101")
    yield get("too short", CONTACT + "+123456")
    yield get("too long", CONTACT + "+1234567890123456")
    yield get("an Italian zero", CONTACT + "+390612345678")
    yield get("plus zero", CONTACT + "+0123456789")
    yield get("two pluses", CONTACT + "++13035550101")
    yield get("exponent", CONTACT + "+1e10")
    yield get("underscores", CONTACT + "+1303_555_0101")
    yield get("very long", CONTACT + "+" + "1" * 4000)
    yield get("a word", CONTACT + "everybody")
    yield get("the word lookup", LOOKUP, store=False)
    yield get("a slash behind", CONTACT + LISTED + "/")
    yield get("a slash within", CONTACT + "+1303/5550101")
    yield get("an escaped slash", CONTACT + "+1303%2F5550101")
    yield get("two slashes", "/v1//contacts/" + LISTED, store=False)
    yield get("dots", "/v1/contacts/../contacts/" + LISTED)
    yield get("escaped dots", "/v1/contacts/%2e%2e/contacts/" + LISTED)
    yield get("no number", CONTACT, store=False)
    yield get("no slash", "/v1/contacts", store=False)
    yield get("capitals", "/V1/CONTACTS/" + LISTED, store=False)
    yield get("full-width digits", CONTACT + "+%EF%BC%91303555010%EF%BC%91", store=False)
    yield get("full-width plus", CONTACT + "%EF%BC%8B13035550101", store=False)
    yield get("Arabic digits", CONTACT + "+62%D9%A8%D9%A1234567890", store=False)
    yield get("raw UTF-8", (CONTACT + "+6２81234567890").encode(), store=False)
    yield get("broken UTF-8", CONTACT + "+1303%FF%FE", store=False)
    yield get("NUL", CONTACT + "+1303%005550101", store=False)
    yield get("a line break", CONTACT + LISTED + "%0A", store=False)
    yield get("a carriage return", CONTACT + LISTED + "%0D%0AX-Evil:%201", store=False)
    yield get("a tab", CONTACT + LISTED + "%09", store=False)
    yield get("a stray percent", CONTACT + LISTED + "%")
    yield get("a broken escape", CONTACT + LISTED + "%2")
    yield get("double escape", CONTACT + "%252B" + LISTED[1:])
    yield get("a query", CONTACT + LISTED + "?a=1", store=False)
    yield get("an empty query", CONTACT + LISTED + "?")
    yield get("format in the query", CONTACT + LISTED + "?format=xml", store=False)
    yield get("a query that is no UTF-8", CONTACT + LISTED + "?%ff", store=False)
    yield get("a semicolon", CONTACT + LISTED + ";a=1")
    yield get("an absolute target", "http://127.0.0.1" + CONTACT + LISTED)


def _headers() -> Iterator[Asked]:
    for accept in ("*/*", "application/json", "application/*", "application/json, text/plain, */*",
                   "text/html, application/json;q=0.5", "application/json; charset=utf-8", "APPLICATION/JSON",
                   "application/json;q=0", " application/json ", "*/json"):  # fmt: skip
        yield get(f"Accept: {accept}", CONTACT + LISTED, f"Accept: {accept}")
    for accept in ("text/html", "application/xml", "", "nonsense", ",", "application/jsonx", "a" * 1000):
        yield get(f"Accept: {accept[:20]}", CONTACT + LISTED, f"Accept: {accept}", store=False)
    yield get("two Accepts", CONTACT + LISTED, "Accept: text/html", "Accept: application/json")
    for tag in ('"other"', 'W/"other"', '"a", "b"', "*", '"a", *', "unquoted", '"', ",", "W/", "x" * 5000):
        yield get(f"If-None-Match: {tag[:20]}", CONTACT + LISTED, f"If-None-Match: {tag}")
    yield get("the tag", CONTACT + LISTED, "If-None-Match: {tag}")
    yield get("the tag, weak", CONTACT + LISTED, "If-None-Match: W/{tag}")
    yield get("the tag in a list", CONTACT + LISTED, 'If-None-Match: "a", {tag}')
    yield get("the tag twice", CONTACT + LISTED, 'If-None-Match: "a"', "If-None-Match: {tag}")
    yield get("If-Match", CONTACT + LISTED, 'If-Match: "other"')
    yield get("If-Modified-Since", CONTACT + LISTED, "If-Modified-Since: Sun, 01 Jan 2040 00:00:00 GMT")
    yield get("Range", CONTACT + LISTED, "Range: bytes=0-10")
    for host in ("localhost", "LOCALHOST", "127.0.0.1:9", "[::1]", "127.0.0.1."):
        yield get(f"Host: {host}", CONTACT + LISTED, host=host)
    for host in ("evil.example", "", "127.0.0.1:x", "a b", "127.0.0.1, evil.example", "evil@127.0.0.1"):
        yield get(f"Host: {host}", CONTACT + LISTED, host=host, store=False)
    for language in ("id", "en", "id-ID,id;q=0.9,en;q=0.8", "fr", "*", "x" * 600, ""):
        yield get(f"Accept-Language: {language[:20]}", CONTACT + LISTED, f"Accept-Language: {language}")
        yield get(
            f"misspelt, Accept-Language: {language[:20]}", CONTACT + "0812", f"Accept-Language: {language}"
        )
    yield get("a cookie", CONTACT + LISTED, "Cookie: balancer=7; theme=dark")
    yield get("a cookie of ours", CONTACT + LISTED, "Cookie: sessionid=abc", store=False)
    yield get("another cookie of ours", CONTACT + LISTED, "Cookie: balancer=7; csrftoken=def", store=False)
    yield get("an origin", CONTACT + LISTED, "Origin: https://evil.example")
    yield get(
        "forwarded as https", CONTACT + LISTED, "X-Forwarded-Proto: https", "X-Forwarded-Host: evil.example"
    )
    yield get("another method meant", CONTACT + LISTED, "X-HTTP-Method-Override: DELETE")
    yield get("gzip asked for", CONTACT + LISTED, "Accept-Encoding: gzip")
    yield get("a body", CONTACT + LISTED, body=b"{}")
    yield get("close", CONTACT + LISTED, "Connection: close")
    yield get("a field with colons", CONTACT + LISTED, "X-A: b: c")
    yield get("a field of 8 kB", CONTACT + LISTED, "X-A: " + "b" * 8000)
    yield get("a hundred kB of fields", CONTACT + LISTED, "X-A: " + "b" * 100_000)
    yield get("a Latin-1 field", CONTACT + LISTED, "X-A: \xe9", "User-Agent: \xff")
    yield Asked(
        "HTTP/1.0",
        f"GET {CONTACT}{LISTED} HTTP/1.0\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {{key}}\r\n\r\n".encode(),
    )
    bare = f"GET {CONTACT}{LISTED} HTTP/1.{{minor}}\r\nAuthorization: Bearer {{key}}\r\n\r\n"
    yield Asked("HTTP/1.0 without Host", bare.replace("{minor}", "0").encode(), by_the_store=False)
    yield Asked("HTTP/1.1 without Host", bare.replace("{minor}", "1").encode(), by_the_store=False)
    yield get("two Hosts", CONTACT + LISTED, "Host: evil.example", store=False)


def _methods() -> Iterator[Asked]:
    for method in ("HEAD", "OPTIONS", "DELETE", "PATCH", "TRACE", "BREW", "get"):
        yield other(method, CONTACT + LISTED)
    for path in (CONTACT + LISTED, CHANGES):
        yield other("POST", path, body=b"{}")
        yield other("PUT", path, body=b"{}")
    for method in ("HEAD", "OPTIONS", "DELETE"):
        yield other(method, LOOKUP)
        yield other(method, CHANGES)


def _bodies() -> Iterator[Asked]:
    many = [f"+1202555{line:04}" for line in range(1001)]
    yield post("one listed", {"numbers": [LISTED]})
    yield post("one that is not listed", {"numbers": [UNKNOWN]})
    yield post("several and repeats", {"numbers": [LISTED, UNKNOWN, LISTED, "0812", "0812", UNKNOWN]})
    yield post("none", {"numbers": []})
    yield post("a thousand", {"numbers": many[:1000]})
    yield post("a thousand times the same", {"numbers": [LISTED] * 1000})
    yield post("one too many", {"numbers": many}, store=False)
    for coding in ("gzip", "x-gzip", "GZIP", "*", "identity", "br", "br, gzip", "gzip;q=0", "gzip;q=0.001", "*;q=0",
                   "gzip;q=0, *", "identity;q=0", "", "gzip;q=1.0", "deflate, *;q=0.1", "gzip ; q=0", "gzip;q="):  # fmt: skip
        yield post(f"a thousand in {coding}", {"numbers": many[:1000]}, f"Accept-Encoding: {coding}")
    yield post("little in gzip", {"numbers": [UNKNOWN]}, "Accept-Encoding: gzip")
    yield post("misspelt", {"numbers": [
        "", " ", "+", "0812", "+62081234567890", "+0123456789", "+1e10", "+12025550123 ", "+1202555\n0123", "+1_0",
        "+12025550123\n", "\n+12025550123", "+12025550123\n+12025550124", "+６２８１２３４５６７８９０", "+62٨123456789",
        "＋6281234567890", "\u200e+12025550123", "tel:+12025550123", "x" * 41, "é", "😀", "+" + "9" * 15, "+" + "9" * 16,
        "+390612345678", "+39012345678", "+700123456789", "+4407911123456", "+8801712345678", "+999123456789", '"', "\\",
        "\x1f", "\x7f", "\u2028", "</script>", "+62" + "0" * 12]})  # fmt: skip
    yield post("as escapes", b'{"numbers": ["\\u002b13035550101", "\\u0030812"]}')
    yield post("the name as an escape", b'{"\\u006eumbers": ["+13035550101"]}')
    yield post("white space", b' \r\n\t{ "numbers" :\n[ "+13035550101" ] }\n')
    yield post("a character beyond the BMP as a pair", b'{"numbers": ["\\ud83d\\ude00"]}')
    for name, body in {
        "nothing": b"", "a space": b" ", "no object": b"[]", "null": b"null", "a text": b'"numbers"', "true": b"true",
        "a number": b"1", "an array of an array": b'[["numbers", ["+13035550101"]]]', "empty object": b"{}",
        "cut short": b'{"numbers": ["+1303', "a comma too many": b'{"numbers": ["+13035550101",]}',
        "two documents": b'{"numbers": []}{"numbers": []}', "single quotes": b"{'numbers': []}",
        "a comment": b'{"numbers": [] /* none */}', "NaN": b'{"numbers": [NaN]}', "Infinity": b'{"numbers": -Infinity}',
        "a huge number": b'{"numbers": [' + b"1" * 5000 + b"]}", "1e999": b'{"numbers": [1e999]}',
        "repeated": b'{"numbers": [], "numbers": ["+13035550101"]}', "one more": b'{"numbers": [], "why": 1}',
        "another": b'{"number": "+13035550101"}', "a capital": b'{"Numbers": []}', "a text for a list": b'{"numbers": "+1"}',
        "null for a list": b'{"numbers": null}', "an object for a list": b'{"numbers": {"0": "+13035550101"}}',
        "an integer": b'{"numbers": [13035550101]}', "a null": b'{"numbers": ["+13035550101", null]}',
        "true in it": b'{"numbers": [true]}', "a list in it": b'{"numbers": [["+13035550101"]]}',
        "an object in it": b'{"numbers": [{"a": 1}]}', "an empty object in it": b'{"numbers": [{}]}',
        "NUL escaped": b'{"numbers": ["+1303\\u00005550101"]}', "a bare NUL": b'{"numbers": ["+1303\x005550101"]}',
        "a lone surrogate": b'{"numbers": ["\\ud800"]}', "a surrogate in the name": b'{"\\udfff": 1}',
        "deep": b'{"numbers": ' + b"[" * 5000 + b"]" * 5000 + b"}", "deeper": b"[" * 50_000,
        "a text that is no UTF-8": b'{"numbers": ["\xff"]}', "overlong": b'{"numbers": ["\xc0\xaf"]}',
        "a byte order mark": b"\xef\xbb\xbf" + b'{"numbers": ["+13035550101"]}',
        "UTF-16": '{"numbers": ["+13035550101"]}'.encode("utf-16"), "UTF-32": '{"numbers": []}'.encode("utf-32"),
        "UTF-16 without mark": '{"numbers": []}'.encode("utf-16-le"),
        "gzip'd": gzip.compress(b'{"numbers": ["+13035550101"]}'), "a form": b"numbers=%2B13035550101",
        "a MiB": b'{"numbers": ["' + b"1" * (2**20 - 16) + b'"]}', "more than a MiB": b'{"numbers": ["' + b"1" * 2**20 + b'"]}',
    }.items():  # fmt: skip
        yield post(name, body, store=False)
    yield post("a form feed", b'\x0c{"numbers": []}', store=False)
    padded = json.dumps({"numbers": [LISTED]}).encode() + b" " * 100_000
    yield post("padded to 100 kB", padded, store=False)


def _bodies_lengths_and_types() -> Iterator[Asked]:
    good = json.dumps({"numbers": [LISTED]}).encode()
    for kind in ("application/json; charset=utf-8", "application/json;charset=UTF-8", "application/json; charset=latin-1",
                 "application/json; charset=hex", "APPLICATION/JSON", "application/json; a=b", "text/plain", "text/json",
                 "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "multipart/form-data", "",
                 "application/vnd.api+json", "nonsense", "application/json, text/plain",
                 "application/json; charset*=nonsense''x", "application/json; charset=\xff", "application/json\t"):  # fmt: skip
        yield post(
            f"Content-Type: {kind!a}",
            good,
            f"Content-Type: {kind}",
            store=kind in ("application/json\t", "application/json; charset=utf-8"),
        )
    yield post("gzip'd and says so", gzip.compress(good), "Content-Encoding: gzip", store=False)
    yield post("says gzip and is not", good, "Content-Encoding: gzip")
    yield post("a length of zero", good[:0], "Content-Length: 0", store=False)
    yield post("a length with a plus", good, f"Content-Length: +{len(good)}", store=False)
    yield post("a negative length", good, "Content-Length: -1", store=False)
    yield post("a length of letters", good, "Content-Length: many", store=False)
    yield post("a huge length", good, "Content-Length: 99999999999999999999", store=False)
    yield post("a superscript length", good, "Content-Length: \xb2", store=False)
    yield post("two lengths", good, f"Content-Length: {len(good)}", "Content-Length: 5", store=False)
    yield post("the same length twice", good, f"Content-Length: {len(good)}", f"Content-Length: {len(good)}")
    yield post(
        "a length too short", good, f"Content-Length: {len(good) - 3}", "Connection: close", store=False
    )
    yield post("a query", good, store=False)._replace(
        raw=request("POST", LOOKUP + "?a=1", body=good), name="a look-up with a query"
    )
    yield post("a slash", good, store=False)._replace(
        raw=request("POST", LOOKUP + "/", body=good), name="a look-up with a slash"
    )
    chunks = b"%x\r\n%b\r\n0\r\n\r\n" % (len(good), good)
    head = request("POST", LOOKUP, "Transfer-Encoding: chunked", "Content-Type: application/json")
    yield Asked("chunked", head + chunks, False, "POST")
    both = request(
        "POST",
        LOOKUP,
        "Transfer-Encoding: chunked",
        "Content-Type: application/json",
        f"Content-Length: {len(chunks)}",
    )
    yield Asked("chunked and a length", both + chunks, False, "POST")
    yield Asked("no body at all", request("POST", LOOKUP), False, "POST")


def _keys() -> Iterator[Asked]:
    for number in (LISTED, UNKNOWN, "0812"):
        for key in ("revoked", "narrow", "disabled", "good"):
            yield get(f"{number} with the key {key}", CONTACT + number, key=key)
            yield get(
                f"{number} with the key {key}, in Indonesian",
                CONTACT + number,
                "Accept-Language: id",
                key=key,
            )
        yield get(f"{number} with the key unknown", CONTACT + number, key="unknown", store=False)
    for key in ("revoked", "narrow", "disabled"):
        yield post(f"a look-up with the key {key}", {"numbers": [LISTED]}, key=key)
        yield post(f"a look-up gone wrong with the key {key}", b"{", key=key)
        yield get(f"changes with the key {key}", CHANGES + "?after={head}", key=key)
    for header in ("", "Bearer", "Bearer ", "bearer {key}", "BEARER {key}", "Bearer  {key}", "Bearer {key} ", "Basic {key}",
                   "Bearer {key}, Bearer {key}", "Basic abc, Bearer {key}", "{key}", "Bearer {key}x", "Bearer x{key}",
                   "Bearer vbr_test_" + "0" * 36, "Bearer vbr_live_" + "0" * 36, "Bearer {other}", "Bearer \xff", "Bearer\t{key}",
                   "Bearer {key};", 'Bearer "{key}"', "Token {key}"):  # fmt: skip
        answered = header == "Bearer {key} "
        lines = [f"Authorization: {header}"] if header else []
        yield get(
            f"Authorization: {header!a}", CONTACT + LISTED, *lines, key="good", store=answered
        )._replace(raw=request("GET", CONTACT + LISTED, *lines, key=None))
    yield get("two keys", CONTACT + LISTED, "Authorization: Bearer {key}", store=False)


def _changes() -> Iterator[Asked]:
    yield get("changes at the head", CHANGES + "?after={head}")
    yield get("changes since keys were made", CHANGES + "?after={before}")
    yield get("changes at the head with zeros", CHANGES + "?after=00{head}")
    yield get("changes at the head with its tag", CHANGES + "?after={head}", "If-None-Match: {head tag}")
    yield get("changes at the head with any", CHANGES + "?after={head}", "If-None-Match: *")
    for query in ("", "?", "?after=0", "?after=1", "?after=", "?after=-1", "?after=+1", "?after=1.0", "?after=abc",
                  "?after={head}&after={head}", "?after={head}&a=1", "?a=1", "?after=999999999999999999", "?AFTER={head}",
                  "?after=9999999999999999999", "?after=%EF%BC%91", "?after=1_0", "?after={head}%00", "?after=%ff",
                  "?after={head}%20", "?%61fter={head}"):  # fmt: skip
        yield get(f"changes{query}", CHANGES + query, store=False)
    yield get("changes with a slash", CHANGES + "/")
