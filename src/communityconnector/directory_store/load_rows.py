"""A record on its way into storage, with what the load has to know of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import attrs

from communityconnector.directory_store.generations import storage_id
from communityconnector.interchange import to_raw
from communityconnector.model import Record
from communityconnector.model.claims import PlainStatements, plain_statements
from communityconnector.model.shape import children
from communityconnector.storage import Encoded, encoded

Name = tuple[str, str]
"""Entity and id, the id as records have it."""


@attrs.define(slots=True, repr=False)
class LoadRow:
    """A record on its way into storage.

    Attributes:
        entity: its entity.
        id: the id under which it is stored.
        document: what is stored.
        places: what it says of what is to be hidden.
        embedded: records that it embeds, of some entities.
    """

    entity: str
    id: str
    document: Mapping[str, Any]
    places: PlainStatements
    embedded: list[Name]


def make_row(record: Record, entities: Collection[str], *, written: bool = True) -> LoadRow:
    """The row of a record.

    Args:
        record: the record.
        entities: those whose embedded records are to be named.
        written: whether it will be written; else its document is empty.
    """
    document = to_raw(record) if written else {}
    return LoadRow(
        record.entity, storage_id(record.id), document, plain_statements(record), _named(record, entities)
    )


def to_plain_row(record: Record, entities: Collection[str]) -> tuple[Any, ...]:
    """The row of a record as plain values, its document as the text that is stored.

    Raises:
        InvalidRecordError: no storage could keep it.
    """
    return (
        record.entity,
        storage_id(record.id),
        encoded(to_raw(record)),
        plain_statements(record),
        _named(record, entities),
    )


def from_plain_row(
    entity: str, key: str, text: str, places: PlainStatements, embedded: list[Name]
) -> LoadRow:
    """What `to_plain_row` gave."""
    return LoadRow(entity, key, Encoded(text), places, embedded)


def _named(record: Record, entities: Collection[str]) -> list[Name]:
    return [name for name in embedded_in(record) if name[0] in entities] if entities else []


def embedded_in(record: Record) -> Iterator[Name]:
    """Entities and ids of all records that a record embeds, however deep."""
    for _, child in children(record):
        yield child.entity, child.id
        yield from embedded_in(child)
