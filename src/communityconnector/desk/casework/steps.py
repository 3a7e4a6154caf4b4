"""What carrying a referral on takes, whatever the occasion."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from communityconnector.desk.arguments import build
from communityconnector.desk.casework.change import ReferralChange
from communityconnector.desk.context import DeskContext
from communityconnector.desk.store.record_kinds import REFERRAL
from communityconnector.errors import (
    IllegalTransitionError,
    StaleRecordError,
)
from communityconnector.referrals import (
    MEANINGS,
    Actor,
    CodeClass,
    Details,
    Event,
    Outcome,
    Referral,
    ReferralStatus,
    Role,
)


class Carrying:
    """What carrying a referral on takes."""

    _parts: DeskContext

    def _work(self, referral_id: str, at: datetime | None, expected: int | None = None) -> ReferralChange:
        held = self._parts.ledger.need(referral_id)
        found = held.referral.version
        if expected is not None and expected != found:
            raise StaleRecordError(REFERRAL, referral_id, expected, found)
        return ReferralChange(self._parts, held, self._parts.ledger.moment(at, held.referral.last_at))

    def _step(self, work: ReferralChange, event: Event, actor: Actor, told: Mapping[str, Any]) -> None:
        said = dict(told)
        if event is Event.SEND:
            said["sending"] = work.sending()
        if event is Event.CLOSE_GIVEN and said.get("to") is None and said.get("outcome") is not None:
            success = MEANINGS[Outcome(said["outcome"])].side is CodeClass.SUCCESS
            said["to"] = ReferralStatus.COMPLETED if success else ReferralStatus.FAILED
        work.happen(event, actor, build(Details, said, event.value))

    @staticmethod
    def _check_agency(referral: Referral, actor: Actor, event: Event) -> None:
        if actor.role is Role.AGENCY and not actor.id == referral.organization_id != "":
            raise IllegalTransitionError(referral.status, event, actor.role, "own_referral")
