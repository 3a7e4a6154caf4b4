"""Identifiers and terms that are the project's own and must never change."""

from __future__ import annotations

import re
import uuid
from typing import Final

NAMESPACE: Final = uuid.uuid5(uuid.NAMESPACE_DNS, "communityconnector")
"""Namespace of every identifier that the library mints (RFC 9562, UUIDv5): same input, same id."""

DISCLOSURE_TAXONOMY: Final = "communityconnector disclosure"
"""Name of the taxonomy whose terms say who may learn where a location is."""

DISCLOSURE_LINK: Final = "disclosure"
"""`link_type` of the attribute that says it."""


def mint(*parts: str) -> str:
    """The identifier for something that has none, made of what it is."""
    # Half a surrogate pair, which a program may have put together, stands for itself.
    name = "\x1f".join(parts).encode("utf-8", "backslashreplace").decode()
    return str(uuid.uuid5(NAMESPACE, name))


MARKS: Final = re.compile(r"[\s,;|/&+\[\](){}\"']+")
"""What stands between and around the ids of a list."""
_JOINTS: Final = frozenset({"and", "y"})


def ids_in(text: str) -> list[str]:
    """The parts of a text that may be a list of ids, each once: `1,2`, `1;2`, `1 | 2`, `['1', '2']`, `1 and 2`."""
    return list(dict.fromkeys(part for part in MARKS.split(text) if part and part not in _JOINTS))
