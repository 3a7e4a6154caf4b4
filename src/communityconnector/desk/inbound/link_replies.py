"""What comes back: an agency's answer by a link or a web hook, and the patron's, without an account."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import attrs

from communityconnector.desk.arguments import check_actor, check_kind
from communityconnector.desk.casework.change import ReferralChange
from communityconnector.desk.casework.due_work import Following
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
from communityconnector.notification import Secret, Uncopied
from communityconnector.referrals import (
    TABLE,
    Actor,
    Event,
    FollowUp,
    Priority,
    Referral,
    ReferralStatus,
    Role,
    Template,
)
from communityconnector.referrals.table import IMPLIED
from communityconnector.referrals.texts import STATUS_WORDS, spoken

REDISCLOSURE: str = (
    "This information was disclosed to you with the patron's consent, for the purpose named in it alone. "
    "Where 42 CFR part 2 protects it, you may not disclose it further unless the patron consents or the law allows it."
)
"""What goes with a disclosure: 42 CFR 2.32 asks for such a notice, in words of its own for programs that it covers."""


@attrs.frozen(kw_only=True, repr=False)
class AgencyPage(Uncopied):
    """What an agency sees of a referral.

    What the referral is about is shown while it is open and the patron's consent is in force. Else the agency sees where
    it stands, and may still answer where it could. Nothing in it tells who made the referral, and who was asked before.

    Attributes:
        referral_id: the referral's id.
        status: where it stands.
        service_name: the service that is asked for, by its name when the referral was sent; empty where it is not shown.
        needs: what is needed, in words; none where it is not shown.
        is_urgent: whether it is needed soon; not where it is not shown.
        told: what the agency is told, by name of the field.
        notice: what it must know about passing that on; empty where it is told nothing.
        events: what it may answer now.
        expires_at: until when the link can be used.
    """

    referral_id: str
    status: ReferralStatus
    service_name: str
    needs: tuple[str, ...]
    is_urgent: bool
    told: Mapping[str, Secret]
    notice: str
    events: tuple[Event, ...]
    expires_at: datetime

    def __repr__(self) -> str:
        return f"<AgencyPage of referral {self.referral_id!r}>"


@attrs.frozen(kw_only=True, repr=False)
class PatronPage:
    """What a patron sees of a referral.

    Attributes:
        words: where it stands, in plain words.
        language: in which language they are.
        asks: whether the patron may be asked how it went.
        expires_at: until when the link can be used.
    """

    words: str
    language: str
    asks: bool
    expires_at: datetime

    def __repr__(self) -> str:
        return "<PatronPage>"


@attrs.frozen(repr=False)
class LinkReply:
    """What became of a reply.

    Attributes:
        referral: the referral as it stands now.
        next_token: ends the link by which the same party goes on; empty where there is nothing more to say.
    """

    referral: Referral
    next_token: str

    def __repr__(self) -> str:
        return f"<Replied to referral {self.referral.id!r}>"


class Answering(Following):
    """The part of a desk that takes answers."""

    def open_link(self, token: str, *, language: str = "en") -> AgencyPage | PatronPage:
        """What a link in a message leads to. It is not used up by looking; that somebody looked is written down.

        Mail programs fetch links by themselves to look for harm. So show a page with a button first, and call this when
        it is pressed.

        Args:
            token: what the link ends with.
            language: the reader's, as BCP 47 writes it; words for patrons are in English and Spanish.

        Raises:
            LinkNotValidError: the link is used up, too old, or none of ours; or it is an agency's, and the patron has taken
                the consent back, or the referral was entered in error.
        """
        ledger = self._parts.ledger
        link = open_token(ledger, token, ledger.now())
        return (
            self._agency_page(link) if link.party is Recipient.AGENCY else self._patron_page(link, language)
        )

    def answer_link(self, token: str, event: Event | str, **told: Any) -> LinkReply:
        """Take an agency's answer by a link: accept, reject, start, hold, complete, fail or cancel. The link is used up.

        Args:
            token: what the link ends with.
            event: what the agency says.
            **told: what `Details` has.

        Returns:
            The referral, and a link to go on with.

        Raises:
            LinkNotValidError: the link is used up, too old, or none of ours, or is a patron's; or the consent was taken
                back, or the referral entered in error.
            IllegalTransitionError: this cannot happen. The link can still be used.
            InvalidReferralError: what was told is incomplete. The link can still be used.
        """
        ledger = self._parts.ledger
        event = Event(event)

        def write() -> LinkReply:
            link = open_token(ledger, token, ledger.now())
            if link.party is not Recipient.AGENCY:
                raise link_not_valid()
            work = self._opened(link)
            actor = Actor(Role.AGENCY, work.referral.organization_id)
            if event not in _possible_answers(work.referral.status):
                raise IllegalTransitionError(work.referral.status, event, actor.role)
            self._step(work, event, actor, told)
            return self._went_on(work, link, token)

        return ledger.again(write)

    def answer_follow_up(self, token: str, answer: FollowUp) -> LinkReply:
        """Take a patron's answer of how it went by a link, if they agreed to be asked. The link is used up.

        What a patron tells staff of their own accord is noted by `follow_up`.

        Args:
            token: what the link ends with.
            answer: what the patron said.

        Raises:
            LinkNotValidError: the link is used up, too old, or none of ours, or is an agency's.
            IllegalTransitionError: the patron did not agree to be asked (`PatronPage.asks`). The link can still be used.
        """
        check_kind("answer", answer, FollowUp)
        ledger = self._parts.ledger

        def write() -> LinkReply:
            link = open_token(ledger, token, ledger.now())
            held = ledger.held(link.referral_id)
            if held is None or link.party is not Recipient.PATRON:
                raise link_not_valid()
            referral = held.referral
            if not referral.follow_up_allowed:
                raise IllegalTransitionError(referral.status, "follow_up", Role.PATRON, "follow_up_allowed")
            work = self._answered(link.referral_id, answer, _PATRON, None)
            return LinkReply(work.commit(use_write(link)), "")

        return ledger.again(write)

    def invite(self, referral_id: str, *, actor: Actor) -> str:
        """A new link for the agency, for staff to give it by phone or in person.

        Args:
            referral_id: to which referral.
            actor: who asks for it.

        Returns:
            What the link ends with.

        Raises:
            ReferralNotFoundError: there is none.
            IllegalTransitionError: this role gives no links, or the agency has not been asked, or has no more to say.
        """
        check_actor(actor)
        ledger = self._parts.ledger

        def write() -> str:
            held = ledger.need(referral_id)
            referral = held.referral
            if actor.role is not Role.STAFF or not _possible_answers(referral.status):
                raise IllegalTransitionError(referral.status, "invite", actor.role)
            occasion = f"invite {referral_id} {ledger.new_id()}"
            now = ledger.now()
            wanted = LinkRequest(occasion, referral_id, Recipient.AGENCY)
            about = attrs.evolve(held.about, heard=True)
            ledger.commit(
                [ledger.put(referral, about, held.version), *issue_writes(ledger, [wanted], now)],
                [Fact(actor=actor, action="invite", referral_id=referral_id)],
                now,
            )
            return token_for(ledger, occasion)

        return ledger.again(write)

    def renew_link(self, token: str) -> None:
        """Send an agency a new link in the place of one that can be used no more, to the address of its intake.

        For a page that anybody may call who has an old link. It says nothing, whatever the token: neither whether there
        is such a referral, nor the new link, which goes where the first one went. A referral's agency is written to once
        an hour at most, and only while the referral is open and the consent holds.

        Args:
            token: what the old link ends with.

        Raises:
            StorageError: the database cannot be written.
        """
        ledger = self._parts.ledger

        def write() -> None:
            link, now = find_link(ledger, token), ledger.now()
            if link is None or link.party is not Recipient.AGENCY:
                return
            held = ledger.held(link.referral_id)
            if held is None or not _possible_answers(held.referral.status):
                return
            work = ReferralChange(self._parts, held, max(now, held.referral.last_at))
            if not (link.record.document["used"] or link.expires_at <= now) or not work.intake().notifier:
                return
            since = stamp(now - _LEAST_BETWEEN)
            rows = (read_message(record) for record in message_records(ledger.storage, held.referral.id))
            if any(
                isinstance(row, OutboxMessage) and row.template in _LINKED and row.created_at > since
                for row in rows
            ):
                return
            work.tell(Template.AGENCY_REMINDER, Recipient.AGENCY, occasion=f"renew {stamp(now)[:13]}")
            actor = Actor(Role.AGENCY, held.referral.organization_id)
            work.facts.append(Fact(actor=actor, action="renew", referral_id=held.referral.id))
            work.commit()

        FailureIsolator().tried(LINK, "of an agency", lambda: ledger.again(write))

    # Inside

    def _opened(self, link: Link) -> ReferralChange:
        """The referral that an agency's link leads to, as something that may be worked on.

        Raises:
            LinkNotValidError: there is none, or the agency has no more to do with it.
        """
        held = self._parts.ledger.held(link.referral_id)
        if held is None or held.referral.status is ReferralStatus.ENTERED_IN_ERROR:
            raise link_not_valid()
        work = ReferralChange(self._parts, held, self._parts.ledger.moment(None, held.referral.last_at))
        consent = work.consent()
        if consent is not None and consent.revoked_at is not None:
            raise link_not_valid()
        return work

    def _agency_page(self, link: Link) -> AgencyPage:
        ledger = self._parts.ledger
        work, now = self._opened(link), ledger.now()
        referral, consent = work.referral, work.consent()
        # The third look at the consent: it may have ended since the message was sent. The message said nothing of the
        # matter, so it is here that it is disclosed.
        shown = None if referral.is_closed or consent is None or not consent.in_force(now) else consent
        told: Mapping[str, Secret] = {}
        if shown is not None:
            told = {name: text for name, text in work.own().told.items() if name in shown.fields}
        concepts = self._parts.vocabulary.concepts
        needs = tuple(concepts[key].name for key in referral.concepts if key in concepts)
        actor = Actor(Role.AGENCY, referral.organization_id)
        read = Fact(
            actor=actor,
            action="read",
            referral_id=referral.id,
            fields=tuple(sorted(told)),
            to=actor.id,
            because="" if shown is None else shown.id,
        )
        if referral.status is ReferralStatus.REQUESTED and referral.acknowledged_at is None:
            ledger.again(lambda: self._acknowledge(referral.id, actor))
        ledger.commit([], [read], now)
        return AgencyPage(
            referral_id=referral.id,
            status=referral.status,
            service_name="" if shown is None else work.about.service_name,
            needs=() if shown is None else needs,
            is_urgent=shown is not None and referral.priority is Priority.URGENT,
            told=told,
            notice=REDISCLOSURE if told else "",
            events=_possible_answers(referral.status),
            expires_at=link.expires_at,
        )

    def _acknowledge(self, referral_id: str, actor: Actor) -> None:
        work = self._work(referral_id, None)
        if work.referral.status is ReferralStatus.REQUESTED:
            self._step(work, Event.ACKNOWLEDGE, actor, {})
            work.commit()

    def _patron_page(self, link: Link, language: str) -> PatronPage:
        ledger = self._parts.ledger
        held = ledger.held(link.referral_id)
        if held is None:
            raise link_not_valid()
        referral, tongue = held.referral, spoken(language)
        ledger.commit([], [Fact(actor=_PATRON, action="read", referral_id=referral.id)], ledger.now())
        return PatronPage(
            words=STATUS_WORDS[tongue][referral.status],
            language=tongue,
            asks=referral.follow_up_allowed,
            expires_at=link.expires_at,
        )

    def _went_on(self, work: ReferralChange, link: Link, token: str) -> LinkReply:
        """Commit an agency's answer, with a new link where there is more to say."""
        ledger = self._parts.ledger
        if not _possible_answers(work.referral.status):
            return LinkReply(work.commit(use_write(link)), "")
        occasion = f"after {token} {work.referral.version}"
        wanted = LinkRequest(occasion, link.referral_id, Recipient.AGENCY)
        referral = work.commit(use_write(link), *issue_writes(ledger, [wanted], ledger.now()))
        return LinkReply(referral, token_for(ledger, occasion))


def _possible_answers(status: ReferralStatus) -> tuple[Event, ...]:
    """What an agency can answer in a state, the steps that follow from it included."""
    own = [
        row.event
        for row in TABLE
        if row.before is status and Role.AGENCY in row.who and row.event in _ANSWERS
    ]
    return tuple(dict.fromkeys([*own, *(event for event, before in IMPLIED if before is status)]))


_PATRON = Actor(Role.PATRON)
_LINKED: Final = (Template.AGENCY_REQUEST, Template.AGENCY_REMINDER)
"""Messages with a link for an agency."""
_LEAST_BETWEEN: Final = timedelta(hours=1)
"""So long after such a message no other is sent on request."""
_ANSWERS = (Event.ACCEPT, Event.REJECT, Event.START, Event.HOLD, Event.COMPLETE, Event.FAIL, Event.CANCEL)
