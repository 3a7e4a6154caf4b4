"""Looking at referrals, and at how agencies take them."""

from __future__ import annotations

from contextlib import suppress

from communityconnector.desk.arguments import check_actor, check_id, check_kind
from communityconnector.desk.authorization import check_role
from communityconnector.desk.context import DeskContext
from communityconnector.desk.store.audit_log import Audit, Fact
from communityconnector.desk.store.record_kinds import BY_INBOX, EVENT, INTAKE, REFERRAL
from communityconnector.errors import (
    AgencyNotFoundError,
    DirectoryNotLoadedError,
    IllegalTransitionError,
    InvalidReferralError,
)
from communityconnector.referrals import (
    Actor,
    Intake,
    Private,
    Referral,
    ReferralEvent,
    Role,
)
from communityconnector.referrals.intake import Taker, intake_key
from communityconnector.storage import ABSENT, KeyRange, Put, fetch


class Looking:
    """The part of a desk that shows what there is."""

    _parts: DeskContext

    @property
    def audit(self) -> Audit:
        """The log of who did what: `desk.audit.verify()` looks whether it is whole."""
        return self._parts.ledger.audit

    def referral(self, referral_id: str) -> Referral:
        """A referral as it stands.

        Raises:
            ReferralNotFoundError: there is none.
        """
        return self._parts.ledger.need(referral_id).referral

    def events(self, referral_id: str) -> tuple[ReferralEvent, ...]:
        """What happened to a referral, first to last; words that were added are private and not in it.

        Raises:
            ReferralNotFoundError: there is none.
        """
        self._parts.ledger.need(referral_id)
        return tuple(
            ReferralEvent.from_dict(one.document) for one in self._parts.ledger.under(EVENT, referral_id)
        )

    def inbox(self, agency_id: str) -> tuple[Referral, ...]:
        """The open referrals that an agency has, by id. Nothing in them is the patron's own.

        Args:
            agency_id: id of the organization.

        Raises:
            AgencyNotFoundError: nothing is known of it: the directory has none of that id, and it has no referrals.
        """
        check_id("agency_id", agency_id)
        found = self._parts.ledger.storage.scan(REFERRAL, KeyRange(BY_INBOX, agency_id, agency_id))
        inbox = tuple(Referral.from_dict(record.document["referral"]) for record in found)
        if not inbox:
            self._check_taker(Taker.ORGANIZATION, agency_id)
        return inbox

    def private(self, referral_id: str, *, actor: Actor) -> Private:
        """What is the patron's own of a referral, for staff. That somebody looked is written down first.

        Args:
            referral_id: of which.
            actor: who looks.

        Raises:
            ReferralNotFoundError: there is none.
            IllegalTransitionError: this role may not look.
        """
        check_actor(actor)
        ledger = self._parts.ledger
        referral = ledger.need(referral_id).referral
        if actor.role is not Role.STAFF:
            raise IllegalTransitionError(referral.status, "read", actor.role)
        found = ledger.private(referral_id).private
        ledger.commit(
            [],
            [Fact(actor=actor, action="read", referral_id=referral_id, fields=tuple(found.told))],
            ledger.now(),
        )
        return found

    def put_intake(self, intake: Intake, *, actor: Actor) -> None:
        """Say how an agency, or one of its services, takes referrals; in place of what was said before.

        Args:
            intake: by which way it is told, and what it asks to know.
            actor: staff. It is logged, for it says where links go.

        Raises:
            IllegalTransitionError: this role says nothing of the kind.
            InvalidReferralError: there is no notifier of that name.
            AgencyNotFoundError: the directory has no such agency.
            ServiceNotFoundError: it has no such service.
        """
        ledger = self._parts.ledger
        check_role(actor, "put_intake", Role.STAFF)
        check_kind("intake", intake, Intake)
        if intake.notifier and intake.notifier not in self._parts.notifiers:
            known = ", ".join(self._parts.notifiers) or "none"
            message = f"the desk has no notifier {intake.notifier!r}; it has: {known}"
            raise InvalidReferralError(message)

        def write() -> None:
            held = fetch(ledger.storage, INTAKE, intake.key)
            if held is None:
                self._check_taker(intake.entity, intake.id)
            put = Put(INTAKE, intake.key, intake.to_dict(), ABSENT if held is None else held.version)
            ledger.commit([put], [Fact(actor=actor, action="put_intake", to=intake.key)])

        ledger.again(write)

    def intake(self, id: str, entity: Taker | str = Taker.ORGANIZATION) -> Intake | None:  # noqa: A002  # the field's own word
        """How an agency or a service takes referrals; `None` where nobody has said.

        Args:
            id: id of the organization or the service.
            entity: which of the two.

        Raises:
            InvalidReferralError: there is no such entity.
            AgencyNotFoundError: the directory has no such agency.
            ServiceNotFoundError: it has no such service.
        """
        check_id("id", id)
        taker = Taker(entity)
        key = intake_key(taker, id)
        found = self._parts.ledger.intakes([key]).get(key)
        if found is None:
            self._check_taker(taker, id)
        return found

    def _check_taker(self, entity: Taker, key: str) -> None:
        """Make sure that the directory has an agency, or a service. Where none has been loaded, it may have any."""
        if entity is Taker.SERVICE:
            with suppress(DirectoryNotLoadedError):
                self._parts.find_service(key)
        elif not self._parts.has_agency(key):
            message = f"no agency {key!r} in this directory: a match has its agency's id as `organization.id`"
            raise AgencyNotFoundError(message)
