"""What a link in a message shows: an agency its referral, a patron where the referral stands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import attrs

from communityconnector.desk.casework.change import ReferralChange
from communityconnector.desk.casework.steps import apply_event, begin_change
from communityconnector.desk.context import DeskContext
from communityconnector.desk.store.audit_log import Fact
from communityconnector.desk.store.links import Link, link_not_valid
from communityconnector.notification import Secret, Uncopied
from communityconnector.referrals import TABLE, Actor, Event, Priority, Referral, ReferralStatus, Role
from communityconnector.referrals.table import IMPLIED

REDISCLOSURE: str = (
    "This information was disclosed to you with the patron's consent, for the purpose named in it alone. "
    "Where 42 CFR part 2 protects it, you may not disclose it further unless the patron consents or the law allows it."
)
"""The notice with a disclosure: 42 CFR 2.32 requires one, in words of its own for programs that it covers."""

PATRON: Final = Actor(Role.PATRON)
"""The actor of what a patron does by a link."""

_ANSWERS: Final = (
    Event.ACCEPT,
    Event.REJECT,
    Event.START,
    Event.HOLD,
    Event.COMPLETE,
    Event.FAIL,
    Event.CANCEL,
)


@attrs.frozen(kw_only=True, repr=False)
class AgencyPage(Uncopied):
    """What an agency sees of a referral.

    The matter is shown while the referral is open and the patron's consent is in force. After that the agency sees
    where it stands, and may still answer where it could. Nothing shows who made the referral, or who was asked before.

    Attributes:
        referral_id: the referral's id.
        status: where it stands.
        service_name: the service's name when the referral was sent; empty where the matter is not shown.
        needs: what is needed, in words; empty where the matter is not shown.
        is_urgent: whether it is needed soon; `False` where the matter is not shown.
        shared_fields: what the agency may know, by name of the field.
        notice: the notice about passing that on; empty where nothing is shared.
        events: what it may answer now.
        expires_at: until when the link can be used.
    """

    referral_id: str
    status: ReferralStatus
    service_name: str
    needs: tuple[str, ...]
    is_urgent: bool
    shared_fields: Mapping[str, Secret]
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


def possible_answers(status: ReferralStatus) -> tuple[Event, ...]:
    """List what an agency can answer in a state, including steps that imply others."""
    own = [
        row.event
        for row in TABLE
        if row.before is status and Role.AGENCY in row.who and row.event in _ANSWERS
    ]
    return tuple(dict.fromkeys([*own, *(event for event, before in IMPLIED if before is status)]))


def agency_change(context: DeskContext, link: Link) -> ReferralChange:
    """Begin a change of the referral that an agency's link leads to.

    Raises:
        LinkNotValidError: there is no such referral, or it is no longer the agency's to see.
    """
    stored = context.ledger.find_referral(link.referral_id)
    if stored is None or stored.referral.status is ReferralStatus.ENTERED_IN_ERROR:
        raise link_not_valid()
    change = ReferralChange(context, stored, context.ledger.check_moment(None, stored.referral.last_at))
    consent = change.consents.current()
    if consent is not None and consent.revoked_at is not None:
        raise link_not_valid()
    return change


def agency_page(context: DeskContext, link: Link) -> AgencyPage:
    """Make the page of an agency's link. The log says what was shown, and the referral is acknowledged.

    Raises:
        LinkNotValidError: there is no such referral, or it is no longer the agency's to see.
    """
    ledger = context.ledger
    change, now = agency_change(context, link), ledger.now()
    referral, consent = change.referral, change.consents.current()
    # The third check of the consent: it may have ended since the message was sent. The message did not name the
    # matter, so the disclosure happens here.
    shown = None if referral.is_closed or consent is None or not consent.in_force(now) else consent
    shared: Mapping[str, Secret] = {}
    if shown is not None:
        texts = change.state.usable_private().shared_fields
        shared = {name: text for name, text in texts.items() if name in shown.fields}
    actor = Actor(Role.AGENCY, referral.organization_id)
    read = Fact(
        actor=actor,
        action="read",
        referral_id=referral.id,
        fields=tuple(sorted(shared)),
        to=actor.id,
        because="" if shown is None else shown.id,
    )
    if referral.status is ReferralStatus.REQUESTED and referral.acknowledged_at is None:
        ledger.retry(lambda: _acknowledge(context, referral.id, actor))
    ledger.commit([], [read], now)
    return AgencyPage(
        referral_id=referral.id,
        status=referral.status,
        service_name="" if shown is None else change.state.metadata.service_name,
        needs=() if shown is None else _need_names(context, referral),
        is_urgent=shown is not None and referral.priority is Priority.URGENT,
        shared_fields=shared,
        notice=REDISCLOSURE if shared else "",
        events=possible_answers(referral.status),
        expires_at=link.expires_at,
    )


def patron_page(context: DeskContext, link: Link, language: str) -> PatronPage:
    """Make the page of a patron's link. That it was read is logged.

    Raises:
        LinkNotValidError: there is no such referral.
    """
    ledger = context.ledger
    stored = ledger.find_referral(link.referral_id)
    if stored is None:
        raise link_not_valid()
    referral = stored.referral
    words, tongue = context.letterhead.texts.status(referral.status, language)
    ledger.commit([], [Fact(actor=PATRON, action="read", referral_id=referral.id)], ledger.now())
    return PatronPage(
        words=words,
        language=tongue,
        asks=referral.follow_up_allowed,
        expires_at=link.expires_at,
    )


def _need_names(context: DeskContext, referral: Referral) -> tuple[str, ...]:
    concepts = context.vocabulary.concepts
    return tuple(concepts[key].name for key in referral.concepts if key in concepts)


def _acknowledge(context: DeskContext, referral_id: str, actor: Actor) -> None:
    change = begin_change(context, referral_id, None)
    if change.referral.status is ReferralStatus.REQUESTED:
        apply_event(change, Event.ACKNOWLEDGE, actor, {})
        change.commit()
