"""What the library knows of a partner: how they stand, whom to ask there, what comes next and who does it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final, NoReturn, Self

import attrs

from communityconnector import documents
from communityconnector.errors import InvalidPartnershipError
from communityconnector.notification import Secret


class PartnershipStatus(StrEnum):
    """How the library and an agency stand.

    Raises:
        InvalidPartnershipError: a text is none of them.
    """

    CONNECTED = "connected"
    """They work together."""
    COULD_CONNECT = "could_connect"
    """They would do well to; nobody has asked yet."""
    ASKED = "asked"
    """The library has asked, and waits."""
    LAPSED = "lapsed"
    """They did once."""

    @classmethod
    def _missing_(cls, value: object) -> NoReturn:  # noqa: ARG003  # the text may be anything, so no message repeats it
        message = f"there is no such status of a partnership; it is one of {', '.join(cls)}"
        raise InvalidPartnershipError(message)


KEPT_UP: Final = (PartnershipStatus.CONNECTED, PartnershipStatus.ASKED)
"""Partnerships that want to be kept up: somebody should get in touch now and then."""


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value.strip() != ""


def _secret(text: str | Secret | None) -> Secret | None:
    return Secret(text) if isinstance(text, str) else text


@attrs.frozen(kw_only=True, repr=False)
class KeyContact:
    """Somebody to know at an agency. Who it is and how to reach them is the library's own working note.

    Attributes:
        role: what they do there, such as `intake coordinator`.
        name: who it is, if that is noted at all; a `Secret`, which is shown to nobody by accident.
        reach: how to reach them: a telephone extension, an address; a `Secret` likewise.
    """

    role: str
    name: Secret | None = attrs.field(default=None, converter=_secret)
    reach: Secret | None = attrs.field(default=None, converter=_secret)

    def __attrs_post_init__(self) -> None:
        if not _is_text(self.role):
            message = "a key contact has a role: what they do at the agency"
            raise InvalidPartnershipError(message)
        if not all(isinstance(kept, Secret | None) for kept in (self.name, self.reach)):
            message = "name and way to reach a key contact are texts"
            raise InvalidPartnershipError(message)

    def __repr__(self) -> str:
        # Staff may have put a name where the role should be.
        return "<KeyContact>"


def _contacts(contacts: Iterable[KeyContact]) -> tuple[KeyContact, ...]:
    return tuple(contacts)


def _texts(values: Iterable[str]) -> tuple[str, ...]:
    if isinstance(values, str):
        message = "several texts are wanted, such as a list of ids"
        raise InvalidPartnershipError(message)
    return tuple(values)


@attrs.frozen(kw_only=True, repr=False)
class Partnership:
    """What the library knows of one partner. There is one for an agency.

    Attributes:
        organization_id: the agency's id in the directory.
        status: how they stand.
        contacts: whom to know there.
        service_ids: which of the agency's services are for the library's patrons.
        offers: what the agency does for the library, in words: sessions, training, leaflets.
        since: since when they have been connected.
        last_contact: the day on which they last spoke.
        next_step: what to do next, in words.
        owner: who does it: a staff role or a desk. Nobody's name is needed.
        by: the day by which it should be done.
        version: number of the commit that last wrote it; 0 for one that is not stored yet. It counts for no comparison.

    Raises:
        InvalidPartnershipError: there is no agency, or somebody has nothing to do.
    """

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
            message = "a partnership is with an agency: give its id in the directory"
            raise InvalidPartnershipError(message)
        if not self.next_step and (self.owner or self.by is not None):
            message = "an owner or a day without a next step: say what is to be done"
            raise InvalidPartnershipError(message)
        for name in ("since", "last_contact", "by"):
            day = getattr(self, name)
            if day is not None and type(day) is not date:  # a datetime is one too
                message = f"`{name}` of a partnership is a date"
                raise InvalidPartnershipError(message)

    def is_due(self, on: date, every: timedelta) -> bool:
        """Whether it is time to get in touch: the last contact is longer ago than so.

        Where no contact is noted, `since` counts, and where that is not either it is due. One that lapsed, or that only
        could be, waits for its next step alone.

        Args:
            on: the day on which one asks.
            every: how long one may go without a contact.
        """
        if self.status not in KEPT_UP:
            return False
        last = self.last_contact or self.since
        return last is None or on - last > every

    def to_dict(self, *, contacts: bool = False) -> dict[str, Any]:
        """The partnership as a plain document. Of key contacts it has nothing but how many there are.

        Args:
            contacts: whether it has them whole, in the open: for storage alone.
        """
        document = documents.write(self, "contacts", "version")
        held = [_open(contact) for contact in self.contacts]
        return {**document, "contacts": held if contacts else len(held)}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """The partnership that a document was made from, without its contacts where the document has none.

        Raises:
            InvalidPartnershipError: it is no such document; the message names the field and never what stands in it.
        """
        raw = dict(document)
        held = raw.pop("contacts", ())
        try:
            contacts = () if isinstance(held, int) else tuple(KeyContact(**contact) for contact in held)
        except TypeError:
            message = "the field contacts holds nothing that it can hold"
            raise InvalidPartnershipError(message) from None
        return documents.read(
            cls, raw, InvalidPartnershipError, "a partnership", contacts=contacts, version=0
        )

    def __repr__(self) -> str:
        # What was agreed with whom is in words that may name people.
        return f"<Partnership with {self.organization_id!r}, {self.status}>"


def _open(contact: KeyContact) -> dict[str, str]:
    kept = {"name": contact.name, "reach": contact.reach}
    return {"role": contact.role, **{name: text.reveal() for name, text in kept.items() if text is not None}}
