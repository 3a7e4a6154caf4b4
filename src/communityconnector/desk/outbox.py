"""The outbox: messages that are to be sent, written in the same commit as what they tell of.

A row says which message it is and for whom. It holds no address and no text: both are looked up when it is sent, so that
what the patron takes back meanwhile is not sent, and nothing has to be wiped out of it afterwards.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final, Self

import attrs

from communityconnector.desk.kinds import BY_DEAD, BY_DUE, BY_PURGE, BY_REFERRAL, OUTBOX, stamp
from communityconnector.referrals import Template
from communityconnector.referrals.documents import Code
from communityconnector.storage import ABSENT, KeyRange, Put, Record, Storage


class Recipient(Code):
    """For whom a message is."""

    AGENCY = "agency"
    PATRON = "patron"
    STAFF = "staff"


class RowStatus(Code):
    """What has become of a message."""

    PENDING = "pending"
    SENT = "sent"
    """The notifier has taken it on."""
    DEAD = "dead"
    """It cannot be delivered: somebody has to look at it, and then to try again or to give up."""
    WITHDRAWN = "withdrawn"
    """It must not be sent any more, or somebody gave up."""


NEEDS_CONSENT: Final = {
    Template.AGENCY_REQUEST: True,
    Template.AGENCY_REMINDER: True,
    Template.AGENCY_WITHDRAWN: False,
    Template.STAFF_ATTENTION: False,
    Template.PATRON_MESSAGE: False,
}
"""Which messages may only be sent while the patron's consent holds. That a referral was taken back must be told after it
has ended; a message to the patron rests on the contact's own terms."""


@attrs.frozen(kw_only=True)
class Row:
    """A message in the outbox.

    Attributes:
        id: the message's id, the same whenever it is sent.
        referral_id: what it is about.
        template: which message.
        recipient: for whom.
        reason: for staff: what it is about; a code.
        status: what has become of it.
        attempts: how often a notifier was tried.
        created_at: when it was written.
        last: the code of what went wrong last; `sent` where nothing did.
        reference: what the provider calls it.
    """

    id: str
    referral_id: str
    template: Template = attrs.field(converter=Template)
    recipient: Recipient = attrs.field(converter=Recipient)
    reason: str = ""
    status: RowStatus = attrs.field(default=RowStatus.PENDING, converter=RowStatus)
    attempts: int = 0
    created_at: str
    last: str = ""
    reference: str = ""

    @classmethod
    def of(  # noqa: PLR0913  # what makes it that message and no other
        cls,
        template: Template,
        recipient: Recipient,
        referral_id: str,
        version: int,
        at: datetime,
        *,
        reason: str = "",
        occasion: str = "",
    ) -> Self:
        """The message of a template to a recipient about a version of a referral: always of the same id.

        Args:
            template: which message.
            recipient: for whom.
            referral_id: what it is about.
            version: which version of it.
            at: now.
            reason: for staff: what it is about.
            occasion: tells apart messages about the same version, such as one reminder from the next.
        """
        said = f"{referral_id}|{version}|{recipient}|{template}|{occasion}"
        return cls(
            id=f"m-{hashlib.sha256(said.encode()).hexdigest()[:32]}",
            referral_id=referral_id,
            template=template,
            recipient=recipient,
            reason=reason,
            created_at=stamp(at),
        )

    def put(
        self, expected: int = ABSENT, *, due: datetime | None = None, purge: datetime | None = None
    ) -> Put:
        """The write of it.

        Args:
            expected: the version that it has.
            due: when it is to be sent; only while it is pending.
            purge: when it is to be let go of.
        """
        keys = {BY_REFERRAL: self.referral_id}
        if due is not None:
            keys[BY_DUE] = stamp(due)
        if self.status is RowStatus.DEAD:
            keys[BY_DEAD] = self.created_at
        if purge is not None:
            keys[BY_PURGE] = stamp(purge)
        return Put(OUTBOX, self.id, self.to_dict(), expected, keys)

    def to_dict(self) -> dict[str, Any]:
        """The row as a plain document; what is empty is left out."""
        plain = attrs.asdict(self, filter=lambda field, value: value != field.default)
        return {name: str(value) if isinstance(value, Code) else value for name, value in plain.items()}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """The row that a document was made from."""
        return cls(**document)


def rows_of(storage: Storage, referral_id: str) -> Iterator[tuple[Row, Record]]:
    """The messages about a referral, each with its record."""
    for record in storage.scan(OUTBOX, KeyRange(BY_REFERRAL, referral_id, referral_id)):
        yield Row.from_dict(record.document), record


def withdrawn(row: Row, version: int, why: str, purge: datetime) -> Put:
    """The write by which a message that is still pending will not be sent."""
    return attrs.evolve(row, status=RowStatus.WITHDRAWN, last=why).put(version, purge=purge)
