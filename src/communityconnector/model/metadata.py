"""Records about records: who changed what, and how a table is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import attrs

from communityconnector.model.record import DATE, TEXT, Kind, Record, many, record, spec

if TYPE_CHECKING:
    from communityconnector.model.taxonomy import Attribute


@record
@attrs.frozen(kw_only=True, repr=False, unsafe_hash=False)
class Metadata(Record):
    """One change of one field of one record.

    HSDS 3.2 `metadata`.

    Attributes:
        id: identifier of this entry.
        resource_id: id of the record that was changed; in nested form the record that holds the entry.
        resource_type: entity of the record that was changed.
        last_action_date: day of the change.
        last_action_type: what was done, such as `create` or `update`.
        field_name: the field that was changed.
        previous_value: the value before.
        replacement_value: the value after.
        updated_by: who made the change.
    """

    entity: ClassVar[str] = "metadata"
    table: ClassVar[str] = "metadata.csv"

    resource_id: str | None = attrs.field(default=None, metadata=spec(Kind.ID, tabular_required=True))
    resource_type: str | None = attrs.field(default=None, metadata=spec(Kind.TEXT, tabular_required=True))
    last_action_date: str = attrs.field(metadata=DATE)
    last_action_type: str = attrs.field(metadata=TEXT)
    field_name: str = attrs.field(metadata=TEXT)
    previous_value: str = attrs.field(metadata=TEXT)
    replacement_value: str = attrs.field(metadata=TEXT)
    updated_by: str = attrs.field(metadata=TEXT)


@record
@attrs.frozen(kw_only=True, repr=False, unsafe_hash=False)
class MetaTableDescription(Record):
    """Describes a table as a whole.

    HSDS 3.2 `meta_table_description`.

    Attributes:
        id: identifier of this entry.
        name: what the entry describes.
        language: language of the table's text, ISO 639-1 or 639-3.
        character_set: character encoding of the table.
        attributes: classifications of this entry.
        metadata: changes made to this entry.
    """

    entity: ClassVar[str] = "meta_table_description"
    table: ClassVar[str] = "meta_table_descriptions.csv"

    name: str | None = attrs.field(default=None, metadata=TEXT)
    language: str | None = attrs.field(default=None, metadata=TEXT)
    character_set: str | None = attrs.field(default=None, metadata=TEXT)
    attributes: tuple[Attribute, ...] = attrs.field(default=(), metadata=many("attribute"))
    metadata: tuple[Metadata, ...] = attrs.field(default=(), metadata=many("metadata"))
