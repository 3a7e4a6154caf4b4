"""The library's notes about a partner: status, contacts, the next step and who takes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final, NoReturn, Self

import attrs

from communityconnector.errors import InvalidPartnershipError
from communityconnector.notification import Secret
from communityconnector.serialization import Document, DocumentForm


class PartnershipStatus(StrEnum):
    """The status of the library's relationship with an agency.

    Raises:
        InvalidPartnershipError: a text is not one of them.
    """

    CONNECTED = "connected"
    """They work together."""
    COULD_CONNECT = "could_connect"
    """They should work together; the library has not asked yet."""
    ASKED = "asked"
    """The library has asked and waits for an answer."""
    LAPSED = "lapsed"
    """They used to work together."""

    @classmethod
    def _missing_(cls, value: object) -> NoReturn:  # noqa: ARG003  # the text may be private, so no message repeats it
        message = f"unknown status of a partnership; expected one of {', '.join(cls)}"
        raise InvalidPartnershipError(message)


_IN_CONTACT: Final = (PartnershipStatus.CONNECTED, PartnershipStatus.ASKED)
"""Statuses of partnerships that need a contact now and then."""


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value.strip() != ""


def _secret(text: str | Secret | None) -> Secret | None:
    return Secret(text) if isinstance(text, str) else text


@attrs.frozen(kw_only=True, repr=False)
class KeyContact:
    """A contact person at an agency. Name and address are the library's own working notes.

    Attributes:
        role: the person's role, such as `intake coordinator`.
        name: the person's name, if noted: a `Secret`, so that it is not shown by accident.
        reach: how to reach the person, such as a telephone extension or an address: also a `Secret`.
    """

    FORM = DocumentForm(error=InvalidPartnershipError, omits="default")

    role: str
    name: Secret | None = attrs.field(default=None, converter=_secret)
    reach: Secret | None = attrs.field(default=None, converter=_secret)

    def __attrs_post_init__(self) -> None:
        if not _is_text(self.role):
            message = "a key contact needs a role at the agency, such as intake coordinator"
            raise InvalidPartnershipError(message)
        if not all(isinstance(value, Secret | None) for value in (self.name, self.reach)):
            message = "`name` and `reach` of a key contact must be strings"
            raise InvalidPartnershipError(message)

    def __repr__(self) -> str:
        # Staff may have entered a name as the role.
        return "<KeyContact>"


def _contacts(contacts: Iterable[KeyContact]) -> tuple[KeyContact, ...]:
    return tuple(contacts)


def _texts(values: Iterable[str]) -> tuple[str, ...]:
    if isinstance(values, str):
        message = "expected a list of strings, such as a list of ids"
        raise InvalidPartnershipError(message)
    return tuple(values)


@attrs.frozen(kw_only=True, repr=False)
class Partnership(Document):
    """The library's notes about one partner. Each agency has at most one.

    Attributes:
        organization_id: the agency's id in the directory.
        status: the status of the relationship.
        contacts: the contact persons there.
        service_ids: which of the agency's services are for the library's patrons.
        offers: what the agency offers the library, as text: sessions, training, leaflets.
        since: the day on which they connected.
        last_contact: the day of the last contact.
        next_step: what to do next, as text.
        owner: who does it: a staff role or a desk. No person's name is needed.
        by: the day by which it should be done.
        version: number of the commit that last wrote it; 0 if it is not stored yet. Comparisons ignore it.

    Raises:
        InvalidPartnershipError: the agency is missing, or there is an owner or a day without a next step.
    """

    FORM = DocumentForm(error=InvalidPartnershipError, has_schema=True, omits="empty", without=("version",))

    organization_id: str
    status: PartnershipStatus = attrs.field(converter=PartnershipStatus)
    contacts: tuple[KeyContact, ...] = attrs.field(default=(), converter=_contacts)
    service_ids: tuple[str, ...] = attrs.field(default=(), converter=_texts)
    offers: str = ""
    since: date | None = None
    last_contact: date | None = None
    next_step: str = ""
    owner: str = ""
    by: date | None = None
    version: int = attrs.field(default=0, eq=False)

    def __attrs_post_init__(self) -> None:
        if not _is_text(self.organization_id):
            message = "a partnership needs an organization_id: the agency's id in the directory"
            raise InvalidPartnershipError(message)
        if not self.next_step and (self.owner or self.by is not None):
            message = "a partnership has an owner or a day but no next_step: state what is to be done"
            raise InvalidPartnershipError(message)
        for name in ("since", "last_contact", "by"):
            day = getattr(self, name)
            if day is not None and type(day) is not date:  # a datetime is also a date
                message = f"`{name}` of a partnership must be a date"
                raise InvalidPartnershipError(message)

    def is_due(self, on: date, every: timedelta) -> bool:
        """Return whether it is time to get in touch, because the last contact is longer ago than `every`.

        Without a noted contact, `since` counts. Without that, the partnership is due. A partnership that has lapsed or
        does not exist yet is never due by time, only by its next step.

        Args:
            on: the day to check.
            every: the longest time without a contact.
        """
        if self.status not in _IN_CONTACT:
            return False
        last = self.last_contact or self.since
        return last is None or on - last > every

    def to_dict(self, *, contacts: bool = False) -> dict[str, Any]:
        """Return the partnership as a plain document, with only the number of key contacts.

        Args:
            contacts: whether to include the key contacts in clear text. For storage only.
        """
        document = super().to_dict()
        written = document.get("contacts", [])
        return {**document, "contacts": written if contacts else len(written)}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """Return the partnership that a document was made from, without contacts if the document has none.

        Raises:
            InvalidPartnershipError: the document is invalid. The message names the field and never repeats its value.
        """
        if isinstance(document.get("contacts"), int):
            document = {key: value for key, value in document.items() if key != "contacts"}
        return super().from_dict(document)

    def __repr__(self) -> str:
        # Free text may name people, so the repr leaves it out.
        return f"<Partnership with {self.organization_id!r}, {self.status}>"
