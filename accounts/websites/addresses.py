"""Which addresses are on the public internet: the only ones that the registry connects to on somebody's word."""

import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# `is_global` alone lets some of these through, more or fewer by the version of Python. By the special-purpose address
# registries of IANA (RFC 6890), and what carries an IPv4 address inside.
_REFUSED_V4 = [
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this host
        "10.0.0.0/8",
        "100.64.0.0/10",  # behind a carrier's NAT
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local, where clouds keep their metadata
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",
    )
]
_UNICAST_V6 = ipaddress.IPv6Network(
    "2000::/3"
)  # all that is given out; mapped and local addresses lie outside
_REFUSED_V6 = [
    ipaddress.IPv6Network(network)
    for network in (
        "2001::/23",  # Teredo, benchmarks, ORCHID
        "2001:db8::/32",
        "2002::/16",  # 6to4
        "3fff::/20",
    )
]
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # how a network without IPv4 names the addresses it translates


def is_public(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not any(address in network for network in _REFUSED_V4)
    if address.scope_id is not None:
        return False
    if address in _NAT64:
        return is_public(ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF))
    if address not in _UNICAST_V6 or any(address in network for network in _REFUSED_V6):
        return False
    return address.is_global and not address.is_multicast
