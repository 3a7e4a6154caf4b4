"""Recording needs that could not be met."""

from __future__ import annotations

from collections.abc import Sequence

from communityconnector.desk.arguments import check_concepts, check_language
from communityconnector.desk.context import DeskContext
from communityconnector.desk.store.record_kinds import UNMET_NEED, stamp
from communityconnector.errors import InvalidReferralError
from communityconnector.matching import MatchResult
from communityconnector.referrals import Basis, UnmetReason, UnmetRecord, reason_for
from communityconnector.referrals.fields import texts
from communityconnector.referrals.names import BasisName, UnmetReasonName
from communityconnector.referrals.unmet import coarse
from communityconnector.storage import ABSENT, Put


def record_unmet_need(  # noqa: PLR0913  # what there is to know of a need
    context: DeskContext,
    result: MatchResult | None = None,
    *,
    concepts: Sequence[str] = (),
    reason: UnmetReason | UnmetReasonName | None = None,
    basis: Basis | BasisName = Basis.PRESENTED,
    area: str = "",
    language: str = "",
    channel: str = "",
) -> UnmetRecord | None:
    """See `Referrals.record_unmet_need`."""
    if result is not None and not isinstance(result, MatchResult):
        message = f"`result` takes the result of `match`, and not a {type(result).__name__}; needs are given as `concepts`"
        raise InvalidReferralError(message)
    check_concepts(context.vocabulary, texts(concepts))
    check_language(language)
    unmet = None if result is None else result.unmet
    if result is not None and unmet is None and reason is None:
        return None
    ledger = context.ledger
    by_match = UnmetReason.UNKNOWN if unmet is None else reason_for(unmet.ruled_out)
    record = coarse(
        UnmetRecord(
            concepts=concepts or (unmet.concepts if unmet else ()),
            terms=unmet.terms if unmet else (),
            reason=reason or by_match,
            basis=basis,
            month=stamp(ledger.now())[:7],
            area=area,
            language=language,
            channel=channel,
        )
    )
    if not record.concepts and not record.terms:
        message = "say which need stayed unmet: concepts=('food-pantry',), or pass on an empty match result"
        raise InvalidReferralError(message)
    ledger.commit([Put(UNMET_NEED, ledger.new_id(), record.to_dict(), ABSENT)])
    return record
