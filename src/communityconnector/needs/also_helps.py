"""What also helps: a notice of eviction wants a lawyer, and also the fund that pays the rent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import attrs

if TYPE_CHECKING:
    from communityconnector.needs.vocabulary import Vocabulary

_MOST_AT_ONCE: Final = 6
"""The largest number of further concepts: with more, what is asked for would be lost among them."""


@attrs.frozen
class FurtherConcept:
    """A concept whose services also help, although it was not asked for.

    Attributes:
        concept: its id.
        weight: how often its services clearly help, above 0 and below 1.
        reason: why, in plain words, written so that it can follow a colon: "rent paid in time ends most cases".
    """

    concept: str
    weight: float
    reason: str


def further_concepts(wanted: Mapping[str, float], words: Vocabulary) -> tuple[FurtherConcept, ...]:
    """Return what also helps with a set of needs, surest first; never more surely than the need that leads to it.

    One step only: what also helps with a further concept does not count. Services for something narrower than a wanted
    concept are already for the wanted one, so narrower concepts are left out.

    Args:
        wanted: by id of a concept, how surely it is meant, 0 to 1. Unknown ids lead to nothing.
        words: the vocabulary, with the table of what also helps.
    """
    further: dict[str, FurtherConcept] = {}
    for concept, weight in wanted.items():
        for also in words.also_helps.get(concept, ()):
            other = attrs.evolve(also, weight=also.weight * weight)
            if other.weight > 0 and (
                also.concept not in further or other.weight > further[also.concept].weight
            ):
                further[also.concept] = other
    included = {narrower for concept in wanted for narrower in words.with_descendants(concept)}
    others = (also for also in further.values() if also.concept not in included)
    return tuple(sorted(others, key=lambda also: (-also.weight, also.concept))[:_MOST_AT_ONCE])
