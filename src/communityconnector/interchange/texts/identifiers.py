"""Identifiers, which HSDS wants to be UUIDs."""

from __future__ import annotations

import re
from typing import Final

from communityconnector.interchange.texts.repaired import Problem, Repaired

_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
LOWER_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_BARE_UUID: Final = re.compile(
    r"(?:urn:uuid:)?([0-9a-fA-F]{8})-?([0-9a-fA-F]{4})-?([0-9a-fA-F]{4})-?([0-9a-fA-F]{4})-?([0-9a-fA-F]{12})"
)
_UUID_LENGTHS: Final = frozenset((*range(32, 37), *range(41, 46)))
"""How long a UUID may be: with up to four hyphens, and as a URN."""
_NOT_UUID: Final = Problem("id-not-uuid", "HSDS wants a UUID here; the identifier is kept as it is")


def is_odd_id(raw: str) -> bool:
    """Return whether an identifier is not a UUID in any form, and has no space at its ends."""
    return (len(raw) not in _UUID_LENGTHS or not _BARE_UUID.fullmatch(raw)) and raw.strip() == raw != ""


def repair_identifier(raw: str) -> Repaired:
    """Return a UUID in its usual form, and another identifier as it is."""
    if len(raw) < 32 or len(raw) > 45:
        return raw, _NOT_UUID
    if _UUID.fullmatch(raw):
        lower = raw.lower()
        return lower, None if lower == raw else Problem(
            "upper-case-id", "identifiers are written in lower case"
        )
    bare = _BARE_UUID.fullmatch(raw)
    if bare:
        return "-".join(bare.groups()).lower(), Problem("id-not-canonical", "a UUID in an unusual form")
    return raw, _NOT_UUID


def identifier_of(raw: str) -> str:
    """Return an identifier as a record has it: without spaces around it, a UUID in its usual form."""
    return str(repair_identifier(raw.strip())[0])


def repair_reference(raw: str) -> Repaired:
    """Return an identifier that names a record."""
    value, problem = repair_identifier(raw)
    # Reported once, for the record that has the id; its references need not repeat it.
    return value, None if problem and problem.rule == "id-not-uuid" else problem
