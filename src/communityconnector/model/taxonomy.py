"""Classification: taxonomies, their terms, and the attributes that tie terms to records."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import attrs

from communityconnector.model.record import TEXT, URI, Kind, Record, many, one, record, reference, spec

if TYPE_CHECKING:
    from communityconnector.model.metadata import Metadata


@record
@attrs.frozen(kw_only=True, repr=False, unsafe_hash=False)
class Taxonomy(Record):
    """A published list of terms, such as Open Eligibility or the 211 Human Services Indexing System.

    HSDS 3.2 `taxonomy`.

    Attributes:
        id: identifier of the taxonomy.
        name: what it is called.
        description: what it classifies.
        uri: where it is published.
        version: which edition.
        metadata: changes made to this record.
    """

    entity: ClassVar[str] = "taxonomy"
    table: ClassVar[str] = "taxonomies.csv"

    name: str = attrs.field(metadata=TEXT)
    description: str = attrs.field(metadata=TEXT)
    uri: str | None = attrs.field(default=None, metadata=URI)
    version: str | None = attrs.field(default=None, metadata=TEXT)
    metadata: tuple[Metadata, ...] = attrs.field(default=(), metadata=many("metadata"))


@record
@attrs.frozen(kw_only=True, repr=False, unsafe_hash=False)
class TaxonomyTerm(Record):
    """One term of a taxonomy.

    HSDS 3.2 `taxonomy_term`. `code` identifies a term only together with its taxonomy.

    Attributes:
        id: identifier of the term in this directory.
        code: identifier of the term in its taxonomy.
        name: the term.
        description: what it means.
        parent_id: id of the broader term; absent at the top.
        taxonomy: name of the taxonomy, in words.
        taxonomy_detail: the taxonomy itself.
        language: language of the name, ISO 639-1, 639-2 or 639-3.
        taxonomy_id: id of the taxonomy.
        term_uri: where the term is published.
        metadata: changes made to this record.
    """

    entity: ClassVar[str] = "taxonomy_term"
    table: ClassVar[str] = "taxonomy_terms.csv"

    code: str | None = attrs.field(default=None, metadata=TEXT)
    name: str = attrs.field(metadata=TEXT)
    description: str = attrs.field(metadata=TEXT)
    parent_id: str | None = attrs.field(default=None, metadata=reference("taxonomy_term", foreign_key=False))
    taxonomy: str | None = attrs.field(default=None, metadata=TEXT)
    taxonomy_detail: Taxonomy | None = attrs.field(default=None, metadata=one("taxonomy"))
    language: str | None = attrs.field(default=None, metadata=TEXT)
    taxonomy_id: str | None = attrs.field(default=None, metadata=reference("taxonomy"))
    term_uri: str | None = attrs.field(default=None, metadata=URI)
    metadata: tuple[Metadata, ...] = attrs.field(default=(), metadata=many("metadata"))


@record
@attrs.frozen(kw_only=True, repr=False, unsafe_hash=False)
class Attribute(Record):
    """A classification or a free label on another record.

    HSDS 3.2 `attribute`.

    Attributes:
        id: identifier of the attribute.
        link_id: id of the record that it is about; in nested form the record that holds it.
        taxonomy_term_id: id of the term.
        link_type: what the term says about the record, such as `service_type` or `eligibility`. HSDS leaves
            the list open.
        link_entity: entity of the record that it is about.
        value: a value where the term alone is not enough.
        taxonomy_term: the term itself.
        metadata: changes made to this record.
        label: the attribute in words, for people.
    """

    entity: ClassVar[str] = "attribute"
    table: ClassVar[str] = "attributes.csv"

    link_id: str | None = attrs.field(default=None, metadata=spec(Kind.ID, tabular_required=True))
    taxonomy_term_id: str | None = attrs.field(
        default=None, metadata=reference("taxonomy_term", tabular_required=True)
    )
    link_type: str | None = attrs.field(default=None, metadata=TEXT)
    link_entity: str | None = attrs.field(default=None, metadata=spec(Kind.TEXT, tabular_required=True))
    value: str | None = attrs.field(default=None, metadata=TEXT)
    taxonomy_term: TaxonomyTerm | None = attrs.field(default=None, metadata=one("taxonomy_term"))
    metadata: tuple[Metadata, ...] = attrs.field(default=(), metadata=many("metadata"))
    label: str | None = attrs.field(default=None, metadata=TEXT)
