"""What providers say later of messages that they have taken on: that one arrived, came back, or is not wanted."""

from __future__ import annotations

from functools import partial
from typing import Final

import attrs

from communityconnector.desk.apart import Apart
from communityconnector.desk.audit import Fact
from communityconnector.desk.dispatching import Dispatching
from communityconnector.desk.kinds import BY_PATRON, BY_REFERENCE, BY_REFERRAL, CONSENT, OUTBOX, PRIVATE
from communityconnector.desk.outbox import Recipient, Row, RowStatus, Tracked, row_of, settled
from communityconnector.errors import IllegalTransitionError, InvalidReferralError
from communityconnector.referrals import Actor, Role, Safe
from communityconnector.storage import KeyRange, Put, Record, fetch

_ANY: Final = "any"
_WEIGHT: Final = {
    None: 0,
    Tracked.DEFERRED: 1,
    Tracked.DELIVERED: 2,
    Tracked.BOUNCED: 3,
    Tracked.REJECTED: 3,
    Tracked.UNSUBSCRIBED: 4,
    Tracked.COMPLAINED: 4,
}
"""What is said comes twice and in any order: of two things the one that matters more counts."""
_LOST: Final = (Tracked.BOUNCED, Tracked.REJECTED)
_UNWANTED: Final = (Tracked.UNSUBSCRIBED, Tracked.COMPLAINED)


class Tracking(Dispatching):
    """The part of a desk that hears what has become of messages."""

    def track(self, message: str, status: Tracked | str, *, actor: Actor) -> bool:
        """Take down what a provider says of a message that it has taken on.

        One that came back is among those that cannot be delivered (`dead_letters`), and staff are told. A patron who
        wants no messages gets none any more by that way, about none of their referrals, and staff are told; a way by
        which a message came back is used no more until the patron names it anew (`set_contacts`). What comes twice, or
        late, changes nothing.

        Args:
            message: the message's id, or the provider's own name for it (`Receipt.reference`).
            status: what the provider says. One that is not listed here, such as that a mail was opened, is not kept.
            actor: an adapter that speaks for the provider, or staff.

        Returns:
            Whether it was news.

        Raises:
            IllegalTransitionError: this role may not.
            InvalidReferralError: there is no such status; or no such message that is known to have been sent: it is
                none of ours, has been purged, or is being sent at this moment. A provider that is told so tries again.
        """
        said = Tracked(status)
        if actor.role not in (Role.ADAPTER, Role.STAFF):
            raise IllegalTransitionError(_ANY, "track", actor.role)
        row = self._sent_before(message)[1]
        if _is_old(row, said):
            return False
        heeded = True
        if row.recipient is Recipient.PATRON and said in (*_LOST, *_UNWANTED):
            heeded = self._spare(row, Safe.NO if said in _UNWANTED else Safe.UNKNOWN, actor)
        # Last, so that a report which is cut off is begun anew when the provider tells it again.
        return self._parts.ledger.again(lambda: self._taken_down(message, said, heeded, actor))

    def _sent_before(self, message: str) -> tuple[Record, Row]:
        storage = self._parts.ledger.storage
        record = fetch(storage, OUTBOX, message)
        if record is None and message:
            called = list(storage.scan(OUTBOX, KeyRange(BY_REFERENCE, message, message), limit=2))
            record = called[0] if len(called) == 1 else None
        row = None if record is None else row_of(record)
        if record is None or not isinstance(row, Row) or row.status not in (RowStatus.SENT, RowStatus.DEAD):
            why = "there is no such message that has been sent"
            raise InvalidReferralError(why)
        return record, row

    def _taken_down(self, message: str, said: Tracked, heeded: bool, actor: Actor) -> bool:  # noqa: FBT001  # from `track` alone
        ledger = self._parts.ledger
        record, row = self._sent_before(message)
        if _is_old(row, said):
            return False
        now = ledger.now()
        if said in _LOST and row.status is RowStatus.SENT:
            dead, purge = RowStatus.DEAD.value, now + ledger.policy.keep_messages
            put = settled(record, dead=now, purge=purge, status=dead, last=said.value, tracked=said.value)
        else:
            document = {**record.document, "tracked": said.value}
            put = Put(OUTBOX, record.id, document, record.version, record.keys)
        puts = [put]
        if said in (*_LOST, *_UNWANTED):
            why = "message not delivered" if said in _LOST else f"{row.recipient} wants no messages"
            puts += self._alert(row, why if heeded else f"{why}: use that way no more")
        fact = Fact(
            actor=actor, action="track", referral_id=row.referral_id, fields=(row.id,), because=said.value
        )
        ledger.commit(puts, [fact], now)
        return True

    # The patron's ways

    def _spare(self, row: Row, safe: Safe, actor: Actor) -> bool:
        """Use the way of a message no more, for any referral of the same patron; whether all of them could be changed."""
        apart, again = Apart(), self._parts.ledger.again
        for each in self._of_the_same_patron(row.referral_id):
            apart.tried(PRIVATE, each, partial(again, partial(self._unsafe, each, row.channel, safe, actor)))
        return not apart.failed

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

    def _unsafe(self, referral_id: str, channel: str, safe: Safe, actor: Actor) -> None:
        """Use a way no more."""
        if self._parts.ledger.held(referral_id) is None:
            return
        work = self._work(referral_id, None)
        own = work.kept()
        contacts = tuple(
            attrs.evolve(one, safe=safe) if one.channel == channel and one.safe is not Safe.NO else one
            for one in own.contacts
        )
        if contacts == own.contacts:
            return
        work.keep(attrs.evolve(own, contacts=contacts))
        work.facts.append(
            Fact(
                actor=actor, action="contacts", referral_id=referral_id, fields=(channel,), because=safe.value
            )
        )
        work.commit()


def _is_old(row: Row, said: Tracked) -> bool:
    return _WEIGHT[said] <= _WEIGHT[row.tracked]
