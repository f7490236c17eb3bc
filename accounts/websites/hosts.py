"""The host of a website's address, as the DNS writes it."""

import re
from urllib.parse import urlsplit

from accounts.errors import Invalid, Problem

LONGEST_WEBSITE, LONGEST_HOST = 200, 253
# IDNA 2003, which Python has, writes these otherwise than browsers do: another host.
_DEVIANT = frozenset("ßς\u200c\u200d")
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")  # a host that ends so is an IPv4 address, in whichever notation
_PORTS = {"http": 80, "https": 443}


def host_of(website: str) -> str:
    """`https://Warung.example./menu` -> `warung.example`; a name in another script as `xn--…`.

    Raises Invalid website_unfit: no name of the public DNS, another scheme or port, or a sign-in in it.
    """
    try:
        parts = urlsplit(website)
        name, port = parts.hostname or "", parts.port
        if len(website) > LONGEST_WEBSITE or _DEVIANT & set(name):
            raise _unfit()
        host = name.encode("idna").decode().lower().removesuffix(".")
    except ValueError as wrong:
        raise _unfit() from wrong
    if parts.scheme not in _PORTS or port not in (None, _PORTS[parts.scheme]) or "@" in parts.netloc:
        raise _unfit()
    labels = host.split(".")
    if len(labels) < 2 or len(host) > LONGEST_HOST or _NUMBER.fullmatch(labels[-1]):
        raise _unfit()
    if not all(_LABEL.fullmatch(label) for label in labels):
        raise _unfit()
    return host


def same_host(website: str, host: str) -> bool:
    """Whether that is the website's host. One that can't be proven has none."""
    try:
        return bool(website) and host_of(website) == host
    except Invalid:
        return False


def same_website(one: str, other: str) -> bool:
    """Whether both addresses have the same host, or are the same where there is none to prove."""
    try:
        return one == other or same_host(one, host_of(other))
    except Invalid:
        return False


def _unfit() -> Invalid:
    return Invalid("website_unfit", problems=[Problem("website_unfit", "/website")])
