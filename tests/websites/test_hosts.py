"""Which addresses of websites have a host that can be proven."""

import pytest

from accounts.errors import Invalid
from accounts.websites.hosts import host_of, same_host

HOSTS = {
    "https://warung.example": "warung.example",
    "HTTPS://Warung.EXAMPLE/menu?x=1#y": "warung.example",
    "http://www.warung.example:80/": "www.warung.example",
    "https://warung.example:443": "warung.example",
    "https://warung.example./": "warung.example",
    "https://Bücher.example/": "xn--bcher-kva.example",
    "https://ｗarung.example/": "warung.example",
    "https://warung。example/": "warung.example",
    "https://127.0.0.1.warung.example/": "127.0.0.1.warung.example",
}
REFUSED = {
    "loopback": "http://127.0.0.1/",
    "with a dot after it": "http://127.0.0.1./",
    "decimal": "http://2130706433/",
    "octal": "http://0177.0.0.1/",
    "octal, last part": "http://127.0.0.01/",
    "hexadecimal": "http://0x7f000001/",
    "hexadecimal, last part": "http://127.0.0.0x1/",
    "hexadecimal, empty": "http://127.0.0.0x/",
    "short": "http://127.1/",
    "full-width digits": "http://１２７.０.０.１/",
    "circled digits": "http://①②⑦.⓪.⓪.①/",
    "ideographic dots": "http://127。0。0。1/",
    "IPv6": "http://[::1]/",
    "IPv4-mapped": "http://[::ffff:127.0.0.1]/",
    "scope id": "http://[fe80::1%25eth0]/",
    "one label": "http://localhost/",
    "one label with a dot": "http://localhost./",
    "no host": "http:///etc/passwd",
    "nothing": "",
    "another port": "https://warung.example:8443/",
    "a port that is none": "https://warung.example:99999/",
    "a sign-in": "https://user:pass@warung.example/",
    "a sign-in that looks like a host": "https://warung.example@127.0.0.1/",
    "backslash": "https://warung.example\\@127.0.0.1/",
    "file": "file:///etc/passwd",
    "ftp": "ftp://warung.example/",
    "gopher": "gopher://warung.example:70/",
    "no scheme": "warung.example",
    "ß": "https://straße.example/",
    "zero-width joiner": "https://wa\u200drung.example/",
    "a space": "https://wa rung.example/",
    "per cent": "https://127%2e0.0.1.example/",
    "underscore": "https://_warung.example/",
    "hyphen first": "https://-warung.example/",
    "empty label": "https://warung..example/",
    "a label too long": f"https://{'a' * 64}.example/",
    "too long": f"https://{'a.' * 95}warung.example/",
    "NUL": "https://warung.example\0/",
}


@pytest.mark.parametrize(("website", "host"), HOSTS.items())
def test_the_host_of_a_website(website: str, host: str) -> None:
    assert host_of(website) == host
    assert same_host(website, host)


@pytest.mark.parametrize("website", REFUSED.values(), ids=REFUSED)
def test_what_has_no_host_that_could_be_proven(website: str) -> None:
    with pytest.raises(Invalid) as refusal:
        host_of(website)
    assert refusal.value.code == "website_unfit"
    assert not same_host(website, "warung.example")
