"""What a patron says anew: ways to be reached, what an agency is to be told, and whether to be asked how it went."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import attrs

from communityconnector.desk.arguments import check_actor
from communityconnector.desk.casework.change import ReferralChange
from communityconnector.desk.casework.steps import Carrying
from communityconnector.desk.store.audit_log import Fact
from communityconnector.desk.store.legal_holds import LegalHolds
from communityconnector.desk.store.outbox import (
    OutboxMessage,
    message_records,
    read_message,
    withdrawal_write,
)
from communityconnector.desk.store.record_kinds import BY_DUE
from communityconnector.errors import IllegalTransitionError, InvalidReferralError
from communityconnector.notification import Secret
from communityconnector.referrals import (
    Actor,
    Clock,
    ContactPreference,
    Referral,
    ReferralStatus,
    Role,
    Safe,
)


class Contacting(Carrying):
    """The part of a desk that takes down what a patron says anew."""

    def set_contacts(self, referral_id: str, contacts: Iterable[ContactPreference], *, actor: Actor) -> None:
        """Say by which ways a patron may be reached from now on, in place of all that was said before.

        So a way that is no longer safe is taken out, STOP is heeded (no contacts at all), and a word that has grown old
        is given anew (`due` lists those). It counts at once: a message that waits goes by a way that is named now, or
        is withdrawn. Under a legal hold the ways that were named before are kept, as ways that are not safe.

        Args:
            referral_id: for which referral; a closed one too, as long as anything of the patron's own is kept of it.
            contacts: the ways, those to try first at first; none, where nothing is to be sent any more.
            actor: the patron, or staff for the patron.

        Raises:
            ReferralNotFoundError: there is none.
            IllegalTransitionError: this role does not speak for a patron.
            InvalidReferralError: a patron's word is from the future, or ways are named that would never be used: the
                referral is closed and nothing of the patron's own is kept of it, or that is kept for a legal hold alone.
        """
        said = as_contacts(contacts)

        def write() -> None:
            holds = LegalHolds.found(self._parts.ledger)
            work = self._spoken(referral_id, "contacts", actor)
            if said and (work.about.ended or (work.referral.is_closed and not work.about.private)):
                message = "nothing of the patron's own is used for this referral any more: it is closed, or the consent was taken back"
                raise InvalidReferralError(message)
            own = attrs.evolve(work.kept(), contacts=said)
            check_contacts(said, work.recorded_at)
            if holds.keep(referral_id):
                before = [attrs.evolve(one, safe=Safe.NO) for one in work.kept().contacts]
                own = attrs.evolve(own, contacts=tuple(dict.fromkeys((*said, *before))))
            work.keep(own)
            channels = tuple(sorted({one.channel.value for one in said}))
            work.facts.append(Fact(actor=actor, action="contacts", referral_id=referral_id, fields=channels))
            work.commit(holds.guard({}, unwiped=True))

        self._parts.ledger.again(write)

    def allow_follow_up(self, referral_id: str, allowed: bool, *, actor: Actor) -> Referral:  # noqa: FBT001  # the one thing that is said
        """Say whether a patron may be asked how it went, whatever they said before.

        Args:
            referral_id: about which referral; not a draft, for which it is said with `send`.
            allowed: whether they may be asked. If not, a question that waits is withdrawn.
            actor: the patron, or staff for the patron.

        Returns:
            The referral as it stands now.

        Raises:
            ReferralNotFoundError: there is none.
            IllegalTransitionError: it is a draft, or this role does not speak for a patron.
            InvalidReferralError: it is neither `True` nor `False`.
        """
        if not isinstance(allowed, bool):
            message = "whether a patron may be asked is said with True or False"
            raise InvalidReferralError(message)

        def write() -> Referral:
            work = self._spoken(referral_id, "allow_follow_up", actor)
            if work.referral.status is ReferralStatus.DRAFT:
                raise IllegalTransitionError(work.referral.status, "allow_follow_up", actor.role)
            if not allowed:
                self._withdraw_questions(work)
            work.allow_follow_up(allowed=allowed)
            fact = Fact(
                actor=actor, action="allow_follow_up" if allowed else "no_follow_up", referral_id=referral_id
            )
            work.facts.append(fact)
            return work.commit()

        return self._parts.ledger.again(write)

    def tell(self, referral_id: str, told: Mapping[str, str | Secret | None], *, actor: Actor) -> None:
        """Complete or correct what an agency is to be told, before a referral is sent.

        Args:
            referral_id: which draft.
            told: texts by name of the field, in place of what these said before; `None` takes a field out. The others
                stay.
            actor: the patron, or staff for the patron.

        Raises:
            ReferralNotFoundError: there is none.
            IllegalTransitionError: it is no draft, this role does not speak for a patron, or something would be lost that
                is under a legal hold.
            InvalidReferralError: something is no text.
        """
        if not isinstance(told, Mapping):
            message = "what an agency is to be told is given by the names of fields: {'first_name': ...}"
            raise InvalidReferralError(message)

        def write() -> None:
            holds = LegalHolds.found(self._parts.ledger)
            work = self._spoken(referral_id, "tell", actor)
            own = work.kept()
            if work.referral.status is not ReferralStatus.DRAFT:
                raise IllegalTransitionError(work.referral.status, "tell", actor.role)
            if holds.keep(referral_id) and own.told.keys() & told.keys():
                raise IllegalTransitionError(work.referral.status, "tell", actor.role, "no_legal_hold")
            now = {**own.told, **as_shared_fields(told)}
            work.keep(attrs.evolve(own, told={name: text for name, text in now.items() if text is not None}))
            fields = tuple(sorted(told))
            work.facts.append(Fact(actor=actor, action="tell", referral_id=referral_id, fields=fields))
            work.commit(holds.guard({}, unwiped=True))

        self._parts.ledger.again(write)

    # Inside

    def _spoken(self, referral_id: str, action: str, actor: Actor) -> ReferralChange:
        """The work that a patron's word makes."""
        check_actor(actor)
        work = self._work(referral_id, None)
        if actor.role not in (Role.STAFF, Role.PATRON):
            raise IllegalTransitionError(work.referral.status, action, actor.role)
        return work

    def _withdraw_questions(self, work: ReferralChange) -> None:
        """Keep back messages that wait and ask how it went."""
        end = work.recorded_at + self._parts.ledger.policy.keep_messages
        for record in message_records(self._parts.ledger.storage, work.referral.id):
            row = read_message(record)
            if BY_DUE in record.keys and isinstance(row, OutboxMessage) and row.reason == Clock.FOLLOW_UP:
                work.writes.append(withdrawal_write(record, "patron", end))


def as_shared_fields(values: Any) -> Any:
    """Texts by name of the field, as secrets. What is no text is left as it is: the type of the field refuses it."""
    if not isinstance(values, Mapping):
        return values
    return {name: Secret(text) if isinstance(text, str) else text for name, text in values.items()}


def as_contacts(values: Iterable[ContactPreference]) -> tuple[ContactPreference, ...]:
    """Ways to reach a patron.

    Raises:
        InvalidReferralError: it is one way instead of a list, or something else. The message repeats nothing of it.
    """
    if isinstance(values, (str, ContactPreference)) or not isinstance(values, Iterable):
        message = "`contacts` takes a list: [ContactPreference(channel='email', address=Secret(...))]"
        raise InvalidReferralError(message)
    found = tuple(values)
    if not all(isinstance(one, ContactPreference) for one in found):
        message = "`contacts` takes values as ContactPreference(channel='email', address=Secret(...))"
        raise InvalidReferralError(message)
    return found


def check_contacts(contacts: Iterable[ContactPreference], now: datetime) -> None:
    """Make sure that no patron's word on a contact is from the future.

    Raises:
        InvalidReferralError: one is.
    """
    if any(contact.is_ahead(now) for contact in contacts):
        message = "a contact is verified when the patron says so: `verified_at` lies in the future"
        raise InvalidReferralError(message)
