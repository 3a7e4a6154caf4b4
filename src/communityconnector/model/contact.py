"""Contacts, phones and languages."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import attrs

from communityconnector.model.level import LEVEL, Disclosure
from communityconnector.model.record import EMAIL, TEXT, Kind, Record, many, record, reference, spec

if TYPE_CHECKING:
    from communityconnector.model.metadata import Metadata
    from communityconnector.model.taxonomy import Attribute


@record
@attrs.frozen(kw_only=True, repr=False, unsafe_hash=False)
class Language(Record):
    """A language in which something is offered without an interpreter.

    HSDS 3.2 `language`.

    Attributes:
        id: identifier of this entry.
        service_id: the service that is given in the language.
        location_id: the location where it is spoken.
        phone_id: the phone that is answered in it.
        name: name of the language.
        code: ISO 639-1 or 639-3 code.
        note: anything else, such as when a speaker is in.
        attributes: classifications of this entry.
        metadata: changes made to this record.
    """

    entity: ClassVar[str] = "language"
    table: ClassVar[str] = "languages.csv"

    service_id: str | None = attrs.field(default=None, metadata=reference("service"))
    location_id: str | None = attrs.field(default=None, metadata=reference("location"))
    phone_id: str | None = attrs.field(default=None, metadata=reference("phone"))
    name: str | None = attrs.field(default=None, metadata=TEXT)
    code: str | None = attrs.field(default=None, metadata=TEXT)
    note: str | None = attrs.field(default=None, metadata=TEXT)
    attributes: tuple[Attribute, ...] = attrs.field(default=(), metadata=many("attribute"))
    metadata: tuple[Metadata, ...] = attrs.field(default=(), metadata=many("metadata"))


@record
@attrs.frozen(kw_only=True, repr=False, unsafe_hash=False)
class Phone(Record):
    """A telephone number.

    HSDS 3.2 `phone`.

    Attributes:
        id: identifier of the phone.
        location_id: the location that it rings at.
        service_id: the service that it reaches.
        organization_id: the organization that it reaches.
        contact_id: the contact that it reaches.
        service_at_location_id: the service at a location that it reaches.
        number: the number, as it is to be shown.
        extension: the extension. HSDS has a number here; text such as "x12" is kept as text.
        type: kind of line, from RFC 6350: text, voice, fax, cell, video, pager, textphone.
        description: what the line is for.
        languages: languages in which it is answered.
        attributes: classifications of this phone.
        metadata: changes made to this record.
        disclosure: who may see it; `None` if not stated. Ours, not an
            HSDS field.
    """

    entity: ClassVar[str] = "phone"
    table: ClassVar[str] = "phones.csv"

    location_id: str | None = attrs.field(default=None, metadata=reference("location"))
    service_id: str | None = attrs.field(default=None, metadata=reference("service"))
    organization_id: str | None = attrs.field(default=None, metadata=reference("organization"))
    contact_id: str | None = attrs.field(default=None, metadata=reference("contact"))
    service_at_location_id: str | None = attrs.field(default=None, metadata=reference("service_at_location"))
    number: str = attrs.field(metadata=TEXT)
    extension: float | str | None = attrs.field(default=None, metadata=spec(Kind.NUMBER, text_too=True))
    type: str | None = attrs.field(default=None, metadata=TEXT)
    description: str | None = attrs.field(default=None, metadata=TEXT)
    languages: tuple[Language, ...] = attrs.field(default=(), metadata=many("language"))
    attributes: tuple[Attribute, ...] = attrs.field(default=(), metadata=many("attribute"))
    metadata: tuple[Metadata, ...] = attrs.field(default=(), metadata=many("metadata"))
    disclosure: Disclosure | None = attrs.field(default=None, metadata=LEVEL)


@record
@attrs.frozen(kw_only=True, repr=False, unsafe_hash=False)
class Contact(Record):
    """A person or a desk to ask for.

    HSDS 3.2 `contact`.

    Attributes:
        id: identifier of the contact.
        organization_id: the organization that the contact is for.
        service_id: the service that the contact is for.
        service_at_location_id: the service at a location that the contact is for.
        location_id: the location that the contact is at.
        name: the contact's name.
        title: job title.
        department: department.
        email: e-mail address.
        phones: the contact's phones.
        attributes: classifications of this contact.
        metadata: changes made to this record.
        disclosure: who may see it; `None` if not stated. Ours, not an
            HSDS field.
    """

    entity: ClassVar[str] = "contact"
    table: ClassVar[str] = "contacts.csv"

    organization_id: str | None = attrs.field(default=None, metadata=reference("organization"))
    service_id: str | None = attrs.field(default=None, metadata=reference("service"))
    service_at_location_id: str | None = attrs.field(default=None, metadata=reference("service_at_location"))
    location_id: str | None = attrs.field(default=None, metadata=reference("location"))
    name: str | None = attrs.field(default=None, metadata=TEXT)
    title: str | None = attrs.field(default=None, metadata=TEXT)
    department: str | None = attrs.field(default=None, metadata=TEXT)
    email: str | None = attrs.field(default=None, metadata=EMAIL)
    phones: tuple[Phone, ...] = attrs.field(default=(), metadata=many("phone"))
    attributes: tuple[Attribute, ...] = attrs.field(default=(), metadata=many("attribute"))
    metadata: tuple[Metadata, ...] = attrs.field(default=(), metadata=many("metadata"))
    disclosure: Disclosure | None = attrs.field(default=None, metadata=LEVEL)
