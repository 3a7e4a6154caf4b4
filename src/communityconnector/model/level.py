"""Who may see a record: the levels of disclosure, and the field of a record that holds one."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import Final

from communityconnector.model.record import ENTITIES, Kind, Record, spec, specs


class Disclosure(StrEnum):
    """Who may see a record. HSDS has no such field; this one is ours.

    It travels as an HSDS attribute on the record, so that any HSDS software carries it along. On a location, an
    organization, a service or the link between them it speaks of where the places are; on an address, a phone or a
    contact, of that one.
    """

    PUBLIC = "public"
    """Everyone."""
    STAFF_ONLY = "staff_only"
    """Library staff; the public sees that the service exists."""
    CONTACT_ONLY = "contact_only"
    """Neither the public nor staff: only the agency gives it. A place's phones and contacts may be given."""
    NEVER = "never"
    """Neither the public nor staff, and nothing that belongs to a place, its phones included."""


LEVEL: Final = spec(Kind.CHOICE, choices=tuple(Disclosure), hsds=False)
"""Metadata of the field `disclosure`: every entity that has it is written and read with its level."""


def has_level(cls: type[Record]) -> bool:
    """Return whether records of a class can state who may see them."""
    return "disclosure" in specs(cls)


@cache
def levelled() -> tuple[str, ...]:
    """Return the entities whose records can state who may see them."""
    return tuple(entity for entity, cls in ENTITIES.items() if has_level(cls))


def strictest(*levels: Disclosure) -> Disclosure:
    """The level that shows least."""
    return max(levels, key=_STRICTNESS.__getitem__)


_STRICTNESS: Final = {level: number for number, level in enumerate(Disclosure)}


def level_named(word: object) -> Disclosure:
    """The level of a word, in any case, with spaces or hyphens; `never` where it is not one of ours."""
    text = word.strip().lower().replace(" ", "_").replace("-", "_") if isinstance(word, str) else ""
    return Disclosure(text) if text in _STRICTNESS else Disclosure.NEVER
