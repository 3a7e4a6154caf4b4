"""What providers say later of messages that they have taken on: that one arrived, came back, or is not wanted."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Final

import attrs

from communityconnector.desk.authorization import check_role
from communityconnector.desk.messages.delivery import as_reference
from communityconnector.desk.messages.dispatcher import Dispatching
from communityconnector.desk.store.audit_log import Fact
from communityconnector.desk.store.failure_isolator import FailureIsolator
from communityconnector.desk.store.outbox import (
    DeliveryStatus,
    MessageStatus,
    OutboxMessage,
    Recipient,
    may_have_been_sent,
    read_message,
    update_write,
)
from communityconnector.desk.store.record_kinds import (
    BY_PATRON,
    BY_REFERENCE,
    BY_REFERRAL,
    CONSENT,
    OUTBOX,
    PRIVATE,
    stamp,
)
from communityconnector.errors import InvalidReferralError
from communityconnector.referrals import Actor, ContactPreference, Role, Safe
from communityconnector.referrals.documents import CLOCKS_DIFFER, as_utc_if_any
from communityconnector.storage import KeyRange, Put, Record, fetch

_WEIGHT: Final = {
    None: 0,
    DeliveryStatus.DEFERRED: 1,
    DeliveryStatus.DELIVERED: 2,
    DeliveryStatus.BOUNCED: 3,
    DeliveryStatus.REJECTED: 3,
    DeliveryStatus.UNSUBSCRIBED: 4,
    DeliveryStatus.COMPLAINED: 4,
}
"""What is said comes twice and in any order: of two things the one that matters more counts."""
_LOST: Final = (DeliveryStatus.BOUNCED, DeliveryStatus.REJECTED)
_UNWANTED: Final = (DeliveryStatus.UNSUBSCRIBED, DeliveryStatus.COMPLAINED)
_GRAVE: Final = (*_LOST, *_UNWANTED)


class Tracking(Dispatching):
    """The part of a desk that hears what has become of messages."""

    def track(
        self, message: str, status: DeliveryStatus | str, *, actor: Actor, at: datetime | None = None
    ) -> bool:
        """Take down what a provider says of a message that it has taken on.

        One that came back is among those that cannot be delivered (`dead_letters`), and staff are told. A patron who
        wants no messages gets none any more by that way, about none of their referrals, and staff are told; a way by
        which a message came back is used no more until the patron names it anew (`set_contacts`). What comes twice, or
        late, changes nothing; of two things that are said of a message the graver counts.

        Args:
            message: the message's id, or the provider's own name for it (`Receipt.reference`).
            status: what the provider says. One that is not listed here, such as that a mail was opened, is not kept.
            actor: an adapter that speaks for the provider, or staff.
            at: when it happened, as the provider says; left out for now. By it a report of an earlier sending of the
                same message is told from one of the last.

        Returns:
            Whether it was news.

        Raises:
            IllegalTransitionError: this role may not.
            InvalidReferralError: there is no such status; the time has no zone; there is no such message that is known to have left: it is
                none of ours, has been purged, or waits to be tried again; or what a patron wants could not be written
                down for all of their referrals, of which staff are told. A provider that is told so should try again.
        """
        said, at = DeliveryStatus(status), as_utc_if_any(at)
        check_role(actor, "track", Role.ADAPTER, Role.STAFF)
        record, row = self._that_left(message, said)
        if _is_old(row, said, at):
            return False
        if row.recipient is Recipient.PATRON and said in _GRAVE:
            self._spare(record, row, said, actor)
        # Last, so that a report which is cut off is begun anew when the provider tells it again.
        return self._parts.ledger.again(lambda: self._taken_down(message, said, at, actor))

    def _that_left(self, message: str, said: DeliveryStatus) -> tuple[Record, OutboxMessage]:
        storage, name = self._parts.ledger.storage, as_reference(message)
        record = fetch(storage, OUTBOX, name)
        if record is None and name:
            called = list(storage.scan(OUTBOX, KeyRange(BY_REFERENCE, name, name), limit=2))
            record = called[0] if len(called) == 1 else None
        row = None if record is None else read_message(record)
        if record is None or not isinstance(row, OutboxMessage) or not _has_left(record, row, said):
            why = "there is no such message that has been sent"
            raise InvalidReferralError(why)
        return record, row

    def _taken_down(self, message: str, said: DeliveryStatus, at: datetime | None, actor: Actor) -> bool:
        ledger = self._parts.ledger
        record, row = self._that_left(message, said)
        if _is_old(row, said, at):
            return False
        now = ledger.now()
        if said in _LOST and row.status is MessageStatus.SENT:
            dead, purge = MessageStatus.DEAD.value, now + ledger.policy.keep_messages
            put = update_write(
                record, dead=now, purge=purge, status=dead, last=said.value, tracked=said.value
            )
        else:
            document = {**record.document, "tracked": said.value}
            put = Put(OUTBOX, record.id, document, record.version, record.keys)
        puts = [put, *(self._alert(record, _word(row, said)) if said in _GRAVE else ())]
        fact = Fact(
            actor=actor, action="track", referral_id=row.referral_id, fields=(row.id,), because=said.value
        )
        ledger.commit(puts, [fact], now)
        return True

    # The patron's ways

    def _spare(self, record: Record, row: OutboxMessage, said: DeliveryStatus, actor: Actor) -> None:
        """Use the way of a message no more, for any referral of the same patron.

        Raises:
            InvalidReferralError: for some of them it could not be written down. Staff are told.
        """
        ledger, apart = self._parts.ledger, FailureIsolator()
        for each in self._of_the_same_patron(row.referral_id):
            change = partial(ledger.again, partial(self._unsafe, each, row, said, actor))
            apart.tried(PRIVATE, each, change)
        if apart.failed:
            ledger.again(partial(self._tell_once, record, f"{_word(row, said)}: use that way no more"))
            why = "it could not be written down for every referral of the patron: staff are told"
            raise InvalidReferralError(why)

    def _tell_once(self, record: Record, reason: str) -> None:
        for alert in self._alert(record, reason):
            if fetch(self._parts.ledger.storage, OUTBOX, alert.id) is None:
                self._parts.ledger.commit([alert])

    def _of_the_same_patron(self, referral_id: str) -> list[str]:
        """A referral, and the others of its patron, as far as anybody can tell.

        Where what is the patron's own has gone, the consent still has by what the patron's records are found.
        """
        ledger, storage = self._parts.ledger, self._parts.ledger.storage
        own = [
            *storage.get(PRIVATE, [referral_id]).values(),
            *storage.scan(CONSENT, KeyRange(BY_REFERRAL, referral_id, referral_id)),
        ]
        patrons = {one.keys[BY_PATRON] for one in own if BY_PATRON in one.keys}
        return sorted({referral_id, *(one.id for key in patrons for one in ledger.of_patron(PRIVATE, key))})

    def _unsafe(self, referral_id: str, row: OutboxMessage, said: DeliveryStatus, actor: Actor) -> None:
        """Use a way no more."""
        if self._parts.ledger.held(referral_id) is None:
            return
        work = self._work(referral_id, None)
        own = work.kept()
        contacts = tuple(_spared(one, row, said) for one in own.contacts)
        if contacts == own.contacts:
            return
        work.keep(attrs.evolve(own, contacts=contacts))
        channels = tuple(
            sorted(
                {
                    one.channel.value
                    for one, before in zip(contacts, own.contacts, strict=True)
                    if one != before
                }
            )
        )
        fact = Fact(
            actor=actor, action="contacts", referral_id=referral_id, fields=channels, because=said.value
        )
        work.facts.append(fact)
        work.commit()


def _has_left(record: Record, row: OutboxMessage, said: DeliveryStatus) -> bool:
    """Whether a provider may speak of a message."""
    if row.status in (MessageStatus.SENT, MessageStatus.DEAD):
        return True
    # Whoever says STOP is heard though the message waits to be tried again, or is not to be sent any more.
    return said in _UNWANTED and may_have_been_sent(record)


def _is_old(row: OutboxMessage, said: DeliveryStatus, at: datetime | None) -> bool:
    """Whether it is known, or of an earlier time that the message was sent."""
    before = row.tried_at and at is not None and at < datetime.fromisoformat(row.tried_at) - CLOCKS_DIFFER
    return _WEIGHT[said] <= _WEIGHT[row.tracked] or bool(before and said not in _UNWANTED)


def _word(row: OutboxMessage, said: DeliveryStatus) -> str:
    return "message not delivered" if said in _LOST else f"{row.recipient} wants no messages"


def _spared(contact: ContactPreference, row: OutboxMessage, said: DeliveryStatus) -> ContactPreference:
    """A way as it may be used from now on."""
    if contact.safe is Safe.NO or row.channel not in ("", contact.channel):
        return contact
    if said in _UNWANTED:
        return attrs.evolve(contact, safe=Safe.NO)
    # One that was named after the message had left is another one, or is named anew.
    newer = row.tried_at and contact.verified_at and stamp(contact.verified_at) > row.tried_at
    return contact if newer else attrs.evolve(contact, safe=Safe.UNKNOWN)
