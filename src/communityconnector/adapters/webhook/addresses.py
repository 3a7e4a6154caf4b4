"""Tell addresses on the public Internet from those in closed networks.

The tables follow the IANA registries of special-purpose addresses (RFC 6890 and later entries; read in November 2026).
They are listed here because those of Python's `ipaddress` differ between releases.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

Resolve = Callable[[str, int], Sequence[str]]
"""Returns the addresses of a host, for a port."""

_NOT_PUBLIC_4: Final = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",  # this network
            "10.0.0.0/8",  # private
            "100.64.0.0/10",  # behind a carrier's translation
            "127.0.0.0/8",  # loopback
            "168.63.129.16/32",  # Azure's service address for its own machines; in no registry
            "169.254.0.0/16",  # link-local, where clouds serve their keys
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
"""All public IPv6 addresses. Outside it are loopback, link-local, private and multicast addresses, and those that stand
for an IPv4 address."""

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
"""NAT64: in an IPv6-only network all IPv4 hosts have addresses here, with the IPv4 address at the end."""


def is_public(address: str) -> bool:
    """Return whether an address is on the public Internet and not in a closed network."""
    parsed = ip_address(address)
    if isinstance(parsed, IPv6Address):
        if parsed in _TRANSLATED:
            return is_public(str(IPv4Address(int(parsed) & 0xFFFFFFFF)))
        return parsed in _GLOBAL_6 and not any(parsed in network for network in _NOT_PUBLIC_6)
    return not any(parsed in network for network in _NOT_PUBLIC_4)


def resolve(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a host from the system's resolver.

    Raises:
        OSError: the host has no address, or no resolver can be reached.
        UnicodeError: the text is not a host name.
    """
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in answers))
