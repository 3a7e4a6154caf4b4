"""`desk.links`: pages and answers behind the links in messages, for agencies and patrons without an account."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, Unpack

import attrs

from communityconnector.desk.arguments import check_kind
from communityconnector.desk.authorization import check_role
from communityconnector.desk.casework.change import ReferralChange
from communityconnector.desk.casework.follow_ups import answer_change
from communityconnector.desk.casework.referral_request import EventDetails
from communityconnector.desk.casework.steps import apply_event
from communityconnector.desk.context import DeskContext
from communityconnector.desk.inbound.link_pages import (
    PATRON,
    AgencyPage,
    PatronPage,
    agency_change,
    agency_page,
    patron_page,
    possible_answers,
)
from communityconnector.desk.store.audit_log import Fact
from communityconnector.desk.store.failure_isolator import FailureIsolator
from communityconnector.desk.store.links import (
    Link,
    LinkRequest,
    find_link,
    issue_writes,
    link_not_valid,
    open_token,
    token_for,
    use_write,
)
from communityconnector.desk.store.outbox import OutboxMessage, Recipient, message_records, read_message
from communityconnector.desk.store.record_kinds import LINK, stamp
from communityconnector.errors import IllegalTransitionError
from communityconnector.referrals import Actor, Event, FollowUp, Referral, Role, Template
from communityconnector.referrals.names import EventName

_LINKED: Final = (Template.AGENCY_REQUEST, Template.AGENCY_REMINDER)
"""Messages with a link for an agency."""
_LEAST_BETWEEN: Final = timedelta(hours=1)
"""So long after such a message no other is sent on request."""


@attrs.frozen(repr=False)
class LinkReply:
    """What became of an answer.

    Attributes:
        referral: the referral as it stands now.
        next_token: ends the link by which the same party goes on; empty where there is nothing more to answer.
    """

    referral: Referral
    next_token: str

    def __repr__(self) -> str:
        return f"<LinkReply to referral {self.referral.id!r}>"


class Links:
    """Shows what links in messages lead to, and takes answers by them. It may be shared between threads.

    Args:
        context: what the desk works with.
    """

    def __init__(self, context: DeskContext) -> None:
        self._context = context

    def open(self, token: str, *, language: str = "en") -> AgencyPage | PatronPage:
        """Show what a link leads to. Looking does not use it up; it is logged.

        Mail programs fetch links by themselves to look for harm. So show a page with a button first, and call this when
        it is pressed.

        Args:
            token: the end of the link.
            language: the reader's, as BCP 47 writes it; words for patrons are in English and Spanish.

        Raises:
            LinkNotValidError: the link is used up, too old, or unknown; or it is an agency's, and the patron has taken
                the consent back, or the referral was entered in error.
        """
        ledger = self._context.ledger
        link = open_token(ledger, token, ledger.now())
        if link.party is Recipient.AGENCY:
            return agency_page(self._context, link)
        return patron_page(self._context, link, language)

    def answer(self, token: str, event: Event | EventName, **details: Unpack[EventDetails]) -> LinkReply:
        """Take an agency's answer: accept, reject, start, hold, complete, fail or cancel. The link is used up.

        Args:
            token: the end of the link.
            event: what the agency answers.
            **details: the fields of `referrals.Details`, except `sending`.

        Returns:
            The referral, and a link to go on with.

        Raises:
            LinkNotValidError: the link is used up, too old, unknown, or a patron's; or the consent was taken back, or
                the referral entered in error.
            IllegalTransitionError: this cannot happen. The link can still be used.
            InvalidReferralError: the details are incomplete. The link can still be used.
        """
        ledger = self._context.ledger
        event = Event(event)

        def write() -> LinkReply:
            link = open_token(ledger, token, ledger.now())
            if link.party is not Recipient.AGENCY:
                raise link_not_valid()
            change = agency_change(self._context, link)
            actor = Actor(Role.AGENCY, change.referral.organization_id)
            if event not in possible_answers(change.referral.status):
                raise IllegalTransitionError(change.referral.status, event, actor.role)
            apply_event(change, event, actor, details)
            return self._commit_answer(change, link, token)

        return ledger.retry(write)

    def answer_follow_up(self, token: str, answer: FollowUp) -> LinkReply:
        """Take a patron's answer of how it went, if they agreed to be asked. The link is used up.

        What patrons report to staff on their own is recorded by `Referrals.follow_up`.

        Args:
            token: the end of the link.
            answer: what the patron said.

        Raises:
            LinkNotValidError: the link is used up, too old, unknown, or an agency's.
            IllegalTransitionError: the patron did not agree to be asked (`PatronPage.asks`). The link can still be used.
        """
        check_kind("answer", answer, FollowUp)
        ledger = self._context.ledger

        def write() -> LinkReply:
            link = open_token(ledger, token, ledger.now())
            stored = ledger.find_referral(link.referral_id)
            if stored is None or link.party is not Recipient.PATRON:
                raise link_not_valid()
            referral = stored.referral
            if not referral.follow_up_allowed:
                raise IllegalTransitionError(referral.status, "follow_up", Role.PATRON, "follow_up_allowed")
            change = answer_change(self._context, link.referral_id, answer, PATRON, None)
            return LinkReply(change.commit(use_write(link)), "")

        return ledger.retry(write)

    def issue_agency_link(self, referral_id: str, *, actor: Actor) -> str:
        """Issue a new link for the agency, which staff give by phone or in person.

        Args:
            referral_id: which referral.
            actor: staff.

        Returns:
            The end of the link.

        Raises:
            ReferralNotFoundError: there is no such referral.
            PermissionDeniedError: this role issues no links.
            IllegalTransitionError: the agency has not been asked, or has nothing more to answer.
        """
        check_role(actor, "issue_agency_link", Role.STAFF)
        ledger = self._context.ledger

        def write() -> str:
            stored = ledger.get_referral(referral_id)
            referral = stored.referral
            if not possible_answers(referral.status):
                raise IllegalTransitionError(referral.status, "issue_agency_link", actor.role)
            occasion = f"invite {referral_id} {ledger.new_id()}"
            now = ledger.now()
            request = LinkRequest(occasion, referral_id, Recipient.AGENCY)
            metadata = attrs.evolve(stored.metadata, heard=True)
            put = ledger.referral_write(referral, metadata, stored.version)
            ledger.commit(
                [put, *issue_writes(ledger, [request], now)],
                [Fact(actor=actor, action="invite", referral_id=referral_id)],
                now,
            )
            return token_for(ledger, occasion)

        return ledger.retry(write)

    def renew(self, token: str) -> None:
        """Send an agency a new link in place of one that can no longer be used, to the address of its intake.

        For a page that anyone with an old link may call. It returns nothing, whatever the token: neither whether there
        is such a referral, nor the new link, which goes where the first one went. An agency gets such a message about a
        referral once an hour at most, and only while the referral is open and the consent holds.

        Args:
            token: the end of the old link.

        Raises:
            StorageError: the database cannot be written.
        """
        ledger = self._context.ledger
        FailureIsolator().attempt(LINK, "of an agency", lambda: ledger.retry(lambda: self._renew(token)))

    # Inside

    def _renew(self, token: str) -> None:
        ledger = self._context.ledger
        link, now = find_link(ledger, token), ledger.now()
        if link is None or link.party is not Recipient.AGENCY:
            return
        stored = ledger.find_referral(link.referral_id)
        if stored is None or not possible_answers(stored.referral.status):
            return
        change = ReferralChange(self._context, stored, max(now, stored.referral.last_at))
        is_over = link.record.document["used"] or link.expires_at <= now
        if not is_over or not change.state.intake().notifier:
            return
        since = stamp(now - _LEAST_BETWEEN)
        messages = (read_message(record) for record in message_records(ledger.storage, stored.referral.id))
        if any(
            isinstance(one, OutboxMessage) and one.template in _LINKED and one.created_at > since
            for one in messages
        ):
            return
        change.messages.queue(Template.AGENCY_REMINDER, Recipient.AGENCY, occasion=f"renew {stamp(now)[:13]}")
        actor = Actor(Role.AGENCY, stored.referral.organization_id)
        change.state.facts.append(Fact(actor=actor, action="renew", referral_id=stored.referral.id))
        change.commit()

    def _commit_answer(self, change: ReferralChange, link: Link, token: str) -> LinkReply:
        """Commit an agency's answer, with a new link if there is more to answer."""
        ledger = self._context.ledger
        if not possible_answers(change.referral.status):
            return LinkReply(change.commit(use_write(link)), "")
        occasion = f"after {token} {change.referral.version}"
        request = LinkRequest(occasion, link.referral_id, Recipient.AGENCY)
        referral = change.commit(use_write(link), *issue_writes(ledger, [request], ledger.now()))
        return LinkReply(referral, token_for(ledger, occasion))
