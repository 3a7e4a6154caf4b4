"""Weights fitted on judged needs: every need is matched once, and its services are put in order again for each try."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import attrs

from communityconnector.errors import CommunityConnectorError
from communityconnector.matcher import Matcher
from communityconnector.matching import WEIGHTS, Reweighable
from communityconnector.matching.weights import LINE, Weights
from communityconnector.testing.relevance.measures import ndcg
from communityconnector.testing.relevance.services.calibration import calibrate
from communityconnector.testing.relevance.services.judged_sets import GradedNeed, JudgedSet
from communityconnector.testing.relevance.services.judging import (
    DEPTH,
    GOOD,
    JudgedAnswer,
    ShownService,
    need_of,
)
from communityconnector.testing.relevance.services.measured import FIRST, is_answerable

STEPS: Final = (0.25, 0.5, 0.75, 0.9, 1.1, 1.35, 2.0, 4.0)
"""By what a number is multiplied at a try."""
ROUNDS: Final = 6
"""The largest number of times that every number is tried."""
LEAST_GAIN: Final = 0.005
"""The least gain for which a number is changed: less is chance with some hundred needs, and lost on others."""
_DIGITS: Final = 3

Bounds = tuple[float, float]


def _bounds(name: str) -> Bounds:
    """Return between which values a number may be fitted."""
    if name == LINE:
        return 0.1, 0.7
    return (0.05, 1.0) if "." in name else (0.01, 0.5)


BOUNDS: Final[Mapping[str, Bounds]] = {
    name: _bounds(name) for name in WEIGHTS if name != "relevance" and not name.endswith(".unmet")
}
"""The numbers that are fitted, each with its bounds.

The parts of a score count beside each other, so that of relevance stays. So do those of wishes, which are hardly ever judged.
"""

_WEAKENING: Final = ("unknown", "possible", "doubtful", "unlikely")
"""Answers that speak ever more against an offer, so none leaves more of a fit than the one before it."""


@attrs.frozen(repr=False)
class Rankable:
    """A judged need with all services that fit it, to be put in order by any weights. Its repr shows no words.

    Attributes:
        need: the need with its grades.
        offers: the offers.
    """

    need: GradedNeed
    offers: Reweighable

    def answer(self, weights: Weights) -> JudgedAnswer:
        """Return what is shown for the need with these weights, without names and reasons."""
        ranked = self.offers.ranked(weights)
        services: dict[str, ShownService] = {}
        for service_id, is_met, score in ranked:
            if len(services) == DEPTH:
                break
            services.setdefault(service_id, ShownService(service_id, "", "", is_met, score, ()))
        return JudgedAnswer(self.need, tuple(services.values()), not any(offer.is_met for offer in ranked))

    def __repr__(self) -> str:
        return f"<Rankable of {self.need!r}>"


@attrs.frozen
class Tuned:
    """Fitted weights.

    Attributes:
        weights: all numbers of the ranking, by name, for `Matcher(weights=...)` and `matching.write_weights`.
        before: the objective with the numbers at the start.
        after: the objective with the fitted ones, on the same needs.
    """

    weights: Mapping[str, float]
    before: float
    after: float


@attrs.frozen
class LeftOut:
    """A set that was measured with weights fitted on the other sets.

    Attributes:
        name: the name of the set.
        start: the answers with the numbers at the start.
        others: those with numbers fitted on the other sets.
        own: those with numbers fitted on all sets, this one included. What they are better by is overfitted.
    """

    name: str
    start: tuple[JudgedAnswer, ...]
    others: tuple[JudgedAnswer, ...]
    own: tuple[JudgedAnswer, ...]


def rankable(matcher: Matcher, judged_set: JudgedSet) -> tuple[Rankable, ...]:
    """Return the needs of a set with all services that fit each. Needs that cannot be matched are left out.

    Args:
        matcher: the matcher of the judged directory; its weights do not matter.
        judged_set: the needs with their grades.
    """
    found = []
    for need in judged_set.needs:
        try:
            found.append(Rankable(need, matcher.reweighable(need_of(need))))
        except CommunityConnectorError:
            continue  # `judge_all` reports it.
    return tuple(found)


def answers(
    needs: Iterable[Rankable], weights: Mapping[str, float] | None = None
) -> tuple[JudgedAnswer, ...]:
    """Return what a matcher with some weights would show for each need.

    Args:
        needs: the needs.
        weights: the numbers of the ranking to replace, by name.

    Raises:
        InvalidWeightsError: a name is unknown or a number out of bounds.
    """
    numbers = Weights.of(weights)
    return tuple(need.answer(numbers) for need in needs)


def objective(given: Sequence[JudgedAnswer]) -> float:
    """Return how good answers are: nDCG@5, less the share of wrong marks among the first five, less the Brier score.

    A mark is wrong if a service that is no help is shown as met, or one that helps as a question. Without it a line that
    nothing reaches would be best. The Brier score holds the scores to what they mean: the chance that a service helps.

    Args:
        given: the answers.
    """
    answerable = [answer for answer in given if is_answerable(answer)]
    order = math.fsum(ndcg(a.ranked, a.need.grades) for a in answerable) / max(1, len(answerable))
    marks = [
        is_wrong for answer in given for is_wrong in map(_is_wrong(answer.need), answer.services[:FIRST])
    ]
    return order - sum(marks) / max(1, len(marks)) - (calibrate(given).brier or 0.0)


def tune(needs: Sequence[Rankable], start: Mapping[str, float] | None = None) -> Tuned:
    """Return weights that are better on judged needs, by coordinate ascent.

    One number after another is multiplied by each of `STEPS` within `BOUNDS`, and the best value is taken if the objective
    gains `LEAST_GAIN`, until no number does or after `ROUNDS`. Nothing is drawn by chance, so the same needs give the same
    weights. A doubt never counts more than a weaker one.

    Args:
        needs: the needs with their services, of one set or of several.
        start: numbers to begin with, in place of the shipped ones.

    Raises:
        InvalidWeightsError: a name is unknown or a number out of bounds.
    """
    weights = {**WEIGHTS, **(start or {})}
    before = best = objective(answers(needs, weights))
    for _ in range(ROUNDS):
        last = best
        for name, bounds in BOUNDS.items():
            tries = {_within(weights[name] * step, bounds) for step in STEPS} - {weights[name]}
            for value in sorted(tries):
                other = {**weights, name: value}
                if not is_ordered(other):
                    continue
                reached = objective(answers(needs, other))
                if reached > best + LEAST_GAIN:
                    weights, best = other, reached
        if best == last:
            break
    return Tuned(weights, before, best)


def leave_one_set_out(
    sets: Mapping[str, Sequence[Rankable]], start: Mapping[str, float] | None = None
) -> tuple[LeftOut, ...]:
    """Return how weights that were fitted on all sets but one do on that one: what they are worth elsewhere.

    Args:
        sets: the needs of each set, by its name; at least two sets.
        start: numbers to begin with, in place of the shipped ones.
    """
    on_all = tune([need for needs in sets.values() for need in needs], start).weights
    return tuple(
        LeftOut(
            name,
            answers(needs, start),
            answers(needs, tune([n for key in sets if key != name for n in sets[key]], start).weights),
            answers(needs, on_all),
        )
        for name, needs in sets.items()
    )


def is_ordered(weights: Mapping[str, float]) -> bool:
    """Return whether no answer leaves more of a fit than one that speaks less against the offer."""
    criteria = {name.partition(".")[0] for name in weights if "." in name}
    for criterion in criteria:
        left = [weights[f"{criterion}.{kind}"] for kind in _WEAKENING if f"{criterion}.{kind}" in weights]
        if left != sorted(left, reverse=True):
            return False
    return True


def _within(value: float, bounds: Bounds) -> float:
    return round(min(max(value, bounds[0]), bounds[1]), _DIGITS)


def _is_wrong(need: GradedNeed) -> Callable[[ShownService], bool]:
    def is_wrong(service: ShownService) -> bool:
        grade = need.grades.get(service.service_id)
        return (grade == 0 and service.is_met) or (grade is not None and grade >= GOOD and not service.is_met)

    return is_wrong
