"""What all records of a directory have in common, and how their fields state what they contain.

The classes of this room are the library's only statement of HSDS 3.2: names, order, kinds, required fields
and embedding all live in the `attrs` field metadata below. Readers, writers and checks are derived from it.

Source of entities, fields and code lists: Human Services Data Specification (HSDS) 3.2, Open Referral,
https://docs.openreferral.org. The wording is this project's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar, Final, TypeVar

import attrs


class Kind(StrEnum):
    """What the value of an HSDS field is. Dates and times stay the text that the file had.

    HSDS writes dates, times and timestamps as text, and real files write them in more ways than one. Keeping
    the text keeps every file whole; the properties and functions that need a real date parse it where they
    use it.
    """

    ID = "id"
    """An identifier: a UUID, lower case."""
    REFERENCE = "reference"
    """The identifier of another record (`target` names its entity)."""
    TEXT = "text"
    CHOICE = "choice"
    """One of the words in `choices`."""
    URI = "uri"
    EMAIL = "email"
    NUMBER = "number"
    DATE = "date"
    """YYYY-MM-DD."""
    TIME = "time"
    """HH:MM or HH:MM:SS, with `Z` or an offset from UTC where the source gave one."""
    TIMESTAMP = "timestamp"
    """RFC 3339 date and time with a zone."""
    ONE = "one"
    """Another record, embedded (`target` names its entity)."""
    MANY = "many"
    """A tuple of records, embedded (`target` names their entity)."""


@attrs.frozen(slots=True)
class FieldSpec:
    """What HSDS states about one field.

    Attributes:
        kind: what the value is.
        target: the entity that a `REFERENCE`, `ONE` or `MANY` leads to.
        choices: the words that a `CHOICE` may be.
        tabular_required: the field is required in the tabular (CSV) form only.
        deprecated: HSDS keeps the field for older data; new data should not use it.
        foreign_key: the official data package declares this reference, so it must resolve in tabular form.
        compiled_only: the field is in HSDS's compiled schemas only (an organization's services, ...).
        hsds: whether HSDS has the field (`Location.disclosure` is ours).
        text_too: a `NUMBER` that sources write as text, which is kept (a phone's extension).
    """

    kind: Kind
    target: str = ""
    choices: tuple[str, ...] = ()
    tabular_required: bool = False
    deprecated: bool = False
    foreign_key: bool = False
    compiled_only: bool = False
    hsds: bool = True
    text_too: bool = False

    @property
    def column(self) -> bool:
        """Whether the field is a column of the tabular form (the rest are embedded records)."""
        return self.hsds and self.kind not in (Kind.ONE, Kind.MANY)


_SPEC: Final = "hsds"


def spec(kind: Kind, **facts: Any) -> dict[str, FieldSpec]:
    """Return the metadata of a field: what HSDS states about it."""
    return {_SPEC: FieldSpec(kind, **facts)}


ID: Final = spec(Kind.ID)
TEXT: Final = spec(Kind.TEXT)
DEPRECATED_TEXT: Final = spec(Kind.TEXT, deprecated=True)
URI: Final = spec(Kind.URI)
EMAIL: Final = spec(Kind.EMAIL)
NUMBER: Final = spec(Kind.NUMBER)
DATE: Final = spec(Kind.DATE)
TIME: Final = spec(Kind.TIME)
TIMESTAMP: Final = spec(Kind.TIMESTAMP)


def choice(words: type[StrEnum]) -> dict[str, FieldSpec]:
    """Metadata of a field that takes one word of a closed list."""
    return spec(Kind.CHOICE, choices=tuple(word.value for word in words))


def reference(
    target: str, *, foreign_key: bool = True, tabular_required: bool = False
) -> dict[str, FieldSpec]:
    """Metadata of a field that holds the id of another record."""
    return spec(Kind.REFERENCE, target=target, foreign_key=foreign_key, tabular_required=tabular_required)


def one(target: str, *, compiled_only: bool = False) -> dict[str, FieldSpec]:
    """Metadata of a field that embeds one record."""
    return spec(Kind.ONE, target=target, compiled_only=compiled_only)


def many(target: str, *, compiled_only: bool = False) -> dict[str, FieldSpec]:
    """Metadata of a field that embeds a tuple of records."""
    return spec(Kind.MANY, target=target, compiled_only=compiled_only)


R = TypeVar("R", bound="Record")

ENTITIES: Final[dict[str, type[Record]]] = {}
"""Every HSDS entity by its name, in the order in which the model defines them. Filled by `record` below."""

_SPECS: Final[dict[type[Record], dict[str, FieldSpec]]] = {}


def record(cls: type[R]) -> type[R]:
    """Enter an attrs class among the entities. Each says `attrs.frozen` itself, so that type checkers see it."""
    ENTITIES[cls.entity] = cls
    _SPECS[cls] = {f.name: f.metadata[_SPEC] for f in attrs.fields(cls) if _SPEC in f.metadata}
    return cls


def specs(cls: type[Record]) -> Mapping[str, FieldSpec]:
    """Return what HSDS states about each field of an entity, in field order, without `extra`."""
    return _SPECS[cls]


def required(cls: type[Record]) -> tuple[str, ...]:
    """Return the names of the fields that HSDS requires in JSON."""
    return tuple(f.name for f in attrs.fields(cls) if _SPEC in f.metadata and f.default is attrs.NOTHING)


def columns(cls: type[Record]) -> tuple[str, ...]:
    """Return the names of an entity's columns in tables."""
    return tuple(name for name, facts in specs(cls).items() if facts.column)


@attrs.frozen(kw_only=True, repr=False, unsafe_hash=False)
class Record:
    """A record of a directory: frozen, compared by value, hashed by entity and id.

    Attributes:
        id: identifier, unique among the records of one entity. HSDS wants a UUID.
        extra: fields that HSDS does not know, as the source had them (extensions such as `x_detroit`, fields
            of a profile or of a later HSDS), and empty lists where the source had them. They are kept and
            written back; nothing in the library reads them.
    """

    entity: ClassVar[str] = ""
    """HSDS name of the entity, singular."""
    table: ClassVar[str] = ""
    """File name of the entity's table in the official data package."""

    id: str = attrs.field(metadata=ID)
    extra: Mapping[str, Any] = attrs.field(factory=dict)

    def __hash__(self) -> int:
        return hash((self.entity, self.id))

    def __repr__(self) -> str:
        # A name helps at the prompt, but only where it cannot give a place or a person away: a location's
        # name, an address or a contact may be confidential, and reprs end up in logs.
        name = getattr(self, "name", None) if self.entity in _NAMED else None
        return f"{type(self).__name__}({self.id!r}{f', {name!r}' if name else ''})"


_NAMED: Final = frozenset({"organization", "service", "program", "taxonomy", "taxonomy_term", "unit"})
