"""Keeping needs that could not be met."""

from __future__ import annotations

from collections.abc import Iterator

from communityconnector.desk.arguments import check_concepts, check_language
from communityconnector.desk.context import DeskContext
from communityconnector.desk.store.record_kinds import UNMET_NEED, stamp
from communityconnector.desk.store.unmet_need_records import read_unmet_needs
from communityconnector.errors import InvalidReferralError
from communityconnector.matching import MatchResult
from communityconnector.referrals import Basis, UnmetReason, UnmetRecord, reason_for
from communityconnector.referrals.documents import texts
from communityconnector.referrals.unmet import coarse
from communityconnector.storage import ABSENT, Put


class Noting:
    """The part of a desk that keeps needs that stayed unmet."""

    _parts: DeskContext

    def note_unmet(  # noqa: PLR0913  # what there is to know of a need
        self,
        found: MatchResult | None = None,
        *,
        concepts: tuple[str, ...] = (),
        reason: UnmetReason | str | None = None,
        basis: Basis | str = Basis.PRESENTED,
        area: str = "",
        language: str = "",
        channel: str = "",
    ) -> UnmetRecord | None:
        """Keep that a need could not be met. Nothing of the patron is in it, and nothing leads back to one.

        Args:
            found: a match that found nothing; then needs and reason are taken from it.
            concepts: ids of the needs, where there was no match.
            reason: why it could not be met, if not as the match shows.
            basis: whether the patron said the need, or staff saw it.
            area: where, coarsely: the beginning of a ZIP code, a county, a branch.
            language: the language that it was asked for in.
            channel: how the patron came: `desk`, `phone`, `outreach` and the like.

        Returns:
            What was kept; `None` where the match did find something, and so nothing is unmet.

        Raises:
            UnknownNeedError: a need is not known.
            InvalidReferralError: it does not say which need, or says more than may be kept for ever: an area that may be
                an address, or words where a code belongs.
        """
        if found is not None and not isinstance(found, MatchResult):
            message = f"`found` takes what `match` gave, and not a {type(found).__name__}; needs are given as `concepts`"
            raise InvalidReferralError(message)
        check_concepts(self._parts.vocabulary, texts(concepts))
        check_language(language)
        unmet = None if found is None else found.unmet
        if found is not None and unmet is None and reason is None:
            return None
        ledger = self._parts.ledger
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
            message = "say which need stayed unmet: concepts=('food-pantry',), or pass on a match that found nothing"
            raise InvalidReferralError(message)
        ledger.commit([Put(UNMET_NEED, ledger.new_id(), record.to_dict(), ABSENT)])
        return record

    def unmet_needs(self) -> Iterator[UnmetRecord]:
        """The needs that could not be met, in no order that means anything."""
        return read_unmet_needs(self._parts.ledger)
