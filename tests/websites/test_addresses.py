"""Which addresses the registry never connects to, and which it does: the table."""

import ipaddress

import pytest

from accounts.websites.addresses import is_public

REFUSED = {
    "loopback": ["127.0.0.1", "127.255.255.254", "::1"],
    "private": ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fc00::1", "fd12:3456::1"],
    "link-local": ["169.254.0.1", "fe80::1", "fe80::1%eth0", "2600::1%1", "fec0::1"],
    "cloud metadata": ["169.254.169.254", "fd00:ec2::254", "100.100.100.200", "192.0.0.192"],
    "unspecified": ["0.0.0.0", "0.1.2.3", "::"],  # noqa: S104  # nobody listens
    "multicast and broadcast": ["224.0.0.1", "239.255.255.255", "255.255.255.255", "ff02::1", "ff0e::1"],
    "carriers' NAT": ["100.64.0.1", "100.127.255.254"],
    "IPv4-mapped": ["::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:8.8.8.8", "::ffff:a9fe:a9fe"],
    "IPv4-compatible": ["::127.0.0.1", "::8.8.8.8"],
    "6to4": ["2002:7f00:1::1", "2002:a00:1::1", "2002:808:808::1", "192.88.99.1"],
    "NAT64": ["64:ff9b::127.0.0.1", "64:ff9b::a00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::8.8.8.8"],
    "Teredo": ["2001::1", "2001:0:7f00:1::f5ff:fffe"],
    "documentation and tests": [
        "192.0.2.1",
        "198.51.100.1",
        "203.0.113.1",
        "198.18.0.1",
        "2001:db8::1",
        "3fff::1",
    ],
    "reserved": [
        "240.0.0.1",
        "192.0.0.1",
        "100::1",
        "4000::1",
        "5f00::1",
        "e000::1",
        "2001:2::1",
        "2001:10::1",
    ],
}
PUBLIC = [
    "8.8.8.8",
    "1.1.1.1",
    "100.63.255.255",
    "100.128.0.1",
    "172.32.0.1",
    "103.10.66.5",
    "2606:4700::1111",
]


@pytest.mark.parametrize(
    ("kind", "address"), [(kind, address) for kind, several in REFUSED.items() for address in several]
)
def test_what_is_not_on_the_public_internet_is_refused(kind: str, address: str) -> None:
    assert not is_public(ipaddress.ip_address(address)), kind


@pytest.mark.parametrize("address", [*PUBLIC, "64:ff9b::808:808"])
def test_what_is_on_the_public_internet_is_not(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))
