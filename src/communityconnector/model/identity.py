"""Identifiers and terms that are the project's own and must never change."""

from __future__ import annotations

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
    return str(uuid.uuid5(NAMESPACE, "\x1f".join(parts)))
