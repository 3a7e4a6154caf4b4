"""Which addresses are anybody's on the Internet, and which lead into somebody's own network.

After the IANA registries of special-purpose addresses (RFC 6890 and what came since; read in November 2026). The tables
stand here, for those of Python's `ipaddress` differ from one release to the next.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

Resolve = Callable[[str, int], Sequence[str]]
"""Says which addresses a host has, for a port."""

_NOT_PUBLIC_4: Final = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",  # this network
            "10.0.0.0/8",  # private
            "100.64.0.0/10",  # behind a carrier's translation
            "127.0.0.0/8",  # loopback
            "168.63.129.16/32",  # where Azure answers its own machines; in no registry
            "169.254.0.0/16",  # link-local, where clouds keep their keys
            "172.16.0.0/12",  # private
            "192.0.0.0/24",  # protocols
            "192.0.2.0/24",  # documentation
            "192.31.196.0/24",  # AS112
            "192.52.193.0/24",  # AMT
            "192.88.99.0/24",  # relays of 6to4
            "192.168.0.0/16",  # private
            "192.175.48.0/24",  # AS112
            "198.18.0.0/15",  # benchmarks
            "198.51.100.0/24",  # documentation
            "203.0.113.0/24",  # documentation
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, and broadcast
        ),
    )
)

_GLOBAL_6: Final = IPv6Network("2000::/3")
"""All that is given out to the Internet. What stands for an IPv4 address, loopback, link-local, private and multicast
addresses lie outside of it."""

_NOT_PUBLIC_6: Final = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # protocols, Teredo among them, which stands for an IPv4 address
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4, which stands for an IPv4 address
            "2620:4f:8000::/48",  # AS112
            "3fff::/20",  # documentation
        ),
    )
)

_TRANSLATED: Final = IPv6Network("64:ff9b::/96")
"""NAT64: in a network that speaks IPv6 alone, all hosts of IPv4 lie here, with their address at the end."""


def is_public(address: str) -> bool:
    """Whether an address leads to the Internet and not into a network that is closed to it."""
    found = ip_address(address)
    if isinstance(found, IPv6Address):
        if found in _TRANSLATED:
            return is_public(str(IPv4Address(int(found) & 0xFFFFFFFF)))
        return found in _GLOBAL_6 and not any(found in network for network in _NOT_PUBLIC_6)
    return not any(found in network for network in _NOT_PUBLIC_4)


def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a host, as the system knows them.

    Raises:
        OSError: it has none, or nobody can be asked.
        UnicodeError: it is no name.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))
