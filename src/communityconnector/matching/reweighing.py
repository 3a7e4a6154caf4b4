"""Offers for a query that are put in order by any weights, without searching again: for fitting the weights."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

import attrs

from communityconnector.matching.answers import KINDS, Answer, kind_of
from communityconnector.matching.index import Result
from communityconnector.matching.ranking import ScoreInputs, score
from communityconnector.matching.sharing import in_turns, need_of
from communityconnector.matching.weights import LINE, WEIGHTS, Weights

EVEN: Final = Weights.of({**{name: 1.0 for name in WEIGHTS if "." in name}, LINE: 0.0})
"""Weights by which the fit is the purpose alone, and whatever has a purpose is met."""


class ReweighedOffer(NamedTuple):
    """An offer in its order.

    Attributes:
        service_id: the id of its service.
        is_met: whether it is known to fit, and not a question.
        score: its score.
    """

    service_id: str
    is_met: bool
    score: float


@attrs.frozen
class _Offer:
    """What the score of an offer is made of, before any weight.

    Attributes:
        ids: of the offer and of its service.
        purpose: how surely it is for what is needed, 0 to 1; 0 if the record does not say what it is for.
        need: which need it would meet.
        answers: the criteria that may lower the fit, each with the number of the kind of its answer.
        others_met: how many criteria are met, the need not counted.
        asked: how many there are, the need counted.
        proximity: see `ScoreInputs`.
        freshness: see `ScoreInputs`.
    """

    ids: tuple[str, str]
    purpose: float
    need: str
    answers: tuple[tuple[str, int], ...]
    others_met: int
    asked: int
    proximity: float | None
    freshness: float

    def weighed(self, weights: Weights) -> tuple[float, bool]:
        """Return its score, and whether the need is met, as the index computes them."""
        left = 1.0
        for criterion, kind in self.answers:
            left *= weights.of_criterion(criterion)[kind]
        fit = self.purpose * left
        is_met = bool(self.purpose) and fit >= weights.line
        inputs = ScoreInputs(fit, self.proximity, (self.others_met + is_met) / self.asked, self.freshness)
        return score(weights, inputs), is_met


@attrs.frozen(repr=False)
class Reweighable:
    """All offers for a query. Its repr shows none.

    Attributes:
        offers: the offers.
        shares: whether several needs share the first results.
    """

    offers: tuple[_Offer, ...]
    shares: bool

    @classmethod
    def of(cls, results: Iterable[Result], *, shares: bool) -> Reweighable:
        """Return what the results of a search by `EVEN` weights are made of.

        Args:
            results: all results, in any order.
            shares: whether several needs share the first results.
        """
        return cls(tuple(map(_offer, results)), shares)

    def ranked(self, weights: Weights) -> list[ReweighedOffer]:
        """Return the offers as a matcher with these weights would, the best first.

        Args:
            weights: the weights.
        """
        weighed = [(*offer.weighed(weights), offer) for offer in self.offers]
        weighed.sort(key=lambda each: (-each[0], *each[2].ids))
        if self.shares:
            order = in_turns([offer.need if is_met else None for _, is_met, offer in weighed])
            weighed = [weighed[place] for place in order]
        return [ReweighedOffer(offer.ids[1], is_met, total) for total, is_met, offer in weighed]


def _offer(result: Result) -> _Offer:
    scored = result.scored
    need, *others = scored.reasons
    return _Offer(
        ids=(scored.offer_id, scored.service_id),
        purpose=scored.inputs.relevance,
        need=need_of(need),
        answers=tuple(
            (reason.criterion, KINDS.index(kind_of(reason)))
            for reason in others
            if reason.criterion in EVEN.factors
        ),
        others_met=sum(reason.answer is Answer.MET for reason in others),
        asked=len(scored.reasons),
        proximity=scored.inputs.proximity,
        freshness=scored.inputs.freshness,
    )
