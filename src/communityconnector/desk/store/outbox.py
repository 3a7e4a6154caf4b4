"""The outbox: messages that are to be sent, written in the same commit as what they tell of.

A row says which message it is and for whom. It holds no address and no text: both are looked up when it is sent, so that
what the patron takes back meanwhile is not sent, and nothing has to be wiped out of it afterwards.

A newer version of this library may have written a message that this one cannot read. Such a message shows its keys alone,
and what it says is left as it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final, Self

import attrs

from communityconnector.desk.store.record_kinds import (
    BY_DEAD,
    BY_DUE,
    BY_PURGE,
    BY_REFERENCE,
    BY_REFERRAL,
    OUTBOX,
    stamp,
)
from communityconnector.errors import InvalidReferralError
from communityconnector.referrals import Template
from communityconnector.referrals.fields import Code, typed
from communityconnector.serialization import Document, DocumentForm
from communityconnector.storage import ABSENT, KeyRange, Put, Record, Storage


class Recipient(Code):
    """For whom a message is."""

    AGENCY = "agency"
    PATRON = "patron"
    STAFF = "staff"


class MessageStatus(Code):
    """What has become of a message."""

    PENDING = "pending"
    SENT = "sent"
    """The notifier has taken it on."""
    DEAD = "dead"
    """It cannot be delivered: staff have to look at it, and to try again or give up."""
    WITHDRAWN = "withdrawn"
    """It must not be sent any more, or staff gave up."""


class DeliveryStatus(Code):
    """What a provider says later of a message that it has taken on: django-anymail's names, which many share.

    https://anymail.dev/en/stable/sending/tracking/
    """

    DEFERRED = "deferred"
    """It could not be delivered yet, and the provider goes on trying: a bounce that is temporary, too."""
    DELIVERED = "delivered"
    """The receiver's own system has it. Whether it is read is not known."""
    BOUNCED = "bounced"
    """It cannot be delivered, for good."""
    REJECTED = "rejected"
    """The provider will not deliver it after all, as to an address that bounced before."""
    UNSUBSCRIBED = "unsubscribed"
    """The receiver wants no messages: a link in a mail, STOP in a text message."""
    COMPLAINED = "complained"
    """The receiver calls it spam."""


NEEDS_CONSENT: Final = {
    Template.AGENCY_REQUEST: True,
    Template.AGENCY_REMINDER: True,
    Template.AGENCY_WITHDRAWN: False,
    Template.STAFF_ATTENTION: False,
    Template.PATRON_MESSAGE: False,
}
"""Which messages may only be sent while the patron's consent holds. That a referral was taken back must be told after it
has ended; a message to the patron rests on the contact's own terms."""

UNREADABLE: Final = "unreadable"
"""The code of a message that is set aside because it, or what it takes to send it, cannot be read."""

_STATE_KEYS: Final = frozenset({BY_DUE, BY_DEAD, BY_PURGE})
"""The keys that say what has become of a message."""


@attrs.frozen(kw_only=True, field_transformer=typed)
class OutboxMessage(Document):
    """A message in the outbox.

    Attributes:
        id: the message's id, the same whenever it is sent.
        referral_id: what it is about.
        template: which message.
        recipient: for whom.
        reason: what it is for, as a code that only staff read.
        status: what has become of it.
        attempts: how often a notifier was tried.
        created_at: when it was written.
        last: the code of what went wrong last; `sent` where nothing did.
        reference: what the provider calls it.
        channel: by which of a patron's ways it was tried last; empty for other recipients.
        tried_at: when it was tried last; empty where it was not.
        tracked: what the provider has reported about it since.
    """

    FORM = DocumentForm(error=InvalidReferralError, omits="default")

    id: str
    referral_id: str
    template: Template = attrs.field(converter=Template)
    recipient: Recipient = attrs.field(converter=Recipient)
    reason: str = ""
    status: MessageStatus = attrs.field(default=MessageStatus.PENDING, converter=MessageStatus)
    attempts: int = 0
    created_at: str
    last: str = ""
    reference: str = ""
    channel: str = ""
    tried_at: str = ""
    tracked: DeliveryStatus | None = attrs.field(
        default=None, converter=attrs.converters.optional(DeliveryStatus)
    )

    def __attrs_post_init__(self) -> None:
        if self.attempts < 0:
            message = "attempts cannot be negative"
            raise InvalidReferralError(message)

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
            occasion: distinguishes messages about the same version, such as one reminder from the next.
        """
        identity = f"{referral_id}|{version}|{recipient}|{template}|{occasion}"
        return cls(
            id=f"m-{hashlib.sha256(identity.encode()).hexdigest()[:32]}",
            referral_id=referral_id,
            template=template,
            recipient=recipient,
            reason=reason,
            created_at=stamp(at),
        )

    def put(self, due: datetime) -> Put:
        """Make the write of a new message.

        Args:
            due: when it is to be sent.
        """
        return Put(
            OUTBOX, self.id, self.to_dict(), ABSENT, {BY_REFERRAL: self.referral_id, BY_DUE: stamp(due)}
        )


@attrs.frozen(kw_only=True)
class UnreadableMessage:
    """A message in the outbox that this version cannot read, as one of a newer version: what its keys tell of it.

    Attributes:
        id: the message's id.
        referral_id: what it is about.
        since: since when it is set aside; empty where it is not.
        why: the type of the error.
    """

    id: str
    referral_id: str
    since: str
    why: str

    @property
    def last(self) -> str:
        """The code of what went wrong."""
        return UNREADABLE


def read_message(record: Record) -> OutboxMessage | UnreadableMessage:
    """What a record of the outbox says; where it cannot be read, what its keys tell."""
    try:
        return OutboxMessage.from_dict(record.document)
    except InvalidReferralError as error:
        return UnreadableMessage(
            id=record.id,
            referral_id=record.keys.get(BY_REFERRAL, ""),
            since=record.keys.get(BY_DEAD, ""),
            why=type(error).__name__,
        )


def message_records(storage: Storage, referral_id: str) -> Iterator[Record]:
    """The records of the messages about a referral."""
    return storage.scan(OUTBOX, KeyRange(BY_REFERRAL, referral_id, referral_id))


def update_write(
    record: Record,
    *,
    due: datetime | None = None,
    dead: datetime | None = None,
    purge: datetime | None = None,
    **fields: str | int | None,
) -> Put:
    """Make the write of what has become of a message. Other fields stay, also those of a newer version.

    Args:
        record: the message as it is stored.
        due: when it is to be sent; only while it is pending.
        dead: since when it is set aside.
        purge: when it is to be deleted.
        **fields: new values of fields of its document; `None` removes one.
    """
    keys = {name: value for name, value in record.keys.items() if name not in _STATE_KEYS}
    moments = {BY_DUE: due, BY_DEAD: dead, BY_PURGE: purge}
    keys |= {name: stamp(moment) for name, moment in moments.items() if moment is not None}
    gone = {name for name, value in fields.items() if value is None}
    document = {name: value for name, value in {**record.document, **fields}.items() if name not in gone}
    if "reference" in fields:
        keys.pop(BY_REFERENCE, None)
    if fields.get("reference"):
        keys[BY_REFERENCE] = str(fields["reference"])
    return Put(OUTBOX, record.id, document, record.version, keys)


def withdrawal_write(record: Record, why: str, purge: datetime) -> Put:
    """The write by which a message will not be sent."""
    return update_write(record, purge=purge, status=MessageStatus.WITHDRAWN.value, last=why)


def withdrawal_writes(
    storage: Storage, referral_id: str, why: str, purge: datetime, which: Callable[[OutboxMessage], bool]
) -> Iterator[Put]:
    """The writes by which messages about a referral that wait, or might be tried again, will not be sent.

    Args:
        storage: where they are.
        referral_id: of which referral.
        why: a code.
        purge: when they are to be deleted.
        which: whether a message is meant. Waiting messages that cannot be read are always meant.
    """
    for record in message_records(storage, referral_id):
        waits = BY_DUE in record.keys
        if waits or BY_DEAD in record.keys:
            row = read_message(record)
            if waits if isinstance(row, UnreadableMessage) else which(row):
                yield withdrawal_write(record, why, purge)


def may_have_been_sent(record: Record) -> bool:
    """Whether a message may have been received: it was tried, or a worker may be sending it."""
    row = read_message(record)
    if isinstance(row, UnreadableMessage):
        return True
    if row.status is not MessageStatus.PENDING:
        return row.attempts > 0
    # A claim changes when it is due, and each try or obstacle has left its code.
    return row.last != "" or record.keys.get(BY_DUE) != row.created_at
