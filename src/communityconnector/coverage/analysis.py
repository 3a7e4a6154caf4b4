"""The coverage of a directory at places: what is asked, and what the answer rests on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo

from communityconnector.coverage.places import Places
from communityconnector.coverage.reach import reach_of
from communityconnector.coverage.result import Coverage
from communityconnector.coverage.supply import Circumstances, Supply, supply_of
from communityconnector.errors import InvalidNeedError, UnknownNeedError
from communityconnector.matching import Index
from communityconnector.matching.criteria.place import KM_A_MILE
from communityconnector.matching.weights import Weights
from communityconnector.model import Audience, Directory
from communityconnector.needs import Concept, Vocabulary, lexicon

_ANYBODY: Final[Mapping[str, Any]] = {}


def of(  # noqa: PLR0913  # what is asked, all with a default
    source: Directory | Index,
    places: Places,
    *,
    needs: Iterable[str] | None = None,
    within: Sequence[float] = (1, 5, 10),
    person: Mapping[str, Any] = _ANYBODY,
    now: datetime | None = None,
    zone: str | tzinfo | None = None,
) -> Coverage:
    """Return which needs of the people of places are met by a directory, from how far, and how sure that is.

    Whatever a record leaves open is neither a service nor a gap: each number has a low and a high end, and what is likely
    between them. Distances are straight lines from the centre of each place's homes.

    Example:
        >>> import communityconnector as cc
        >>> from communityconnector import coverage
        >>> ashe = coverage.of(cc.sample(), coverage.places("37009"), needs=["food-pantry", "dental-care"])
        >>> print(ashe["food-pantry"].share)
        99% (96% to 100%)

    Args:
        source: the directory, or an index of it. A directory is taken as the public may see it.
        places: where people live.
        needs: ids of concepts of the vocabulary; by default every concept that has no narrower one.
        within: distances in miles. The largest counts as reach.
        person: for whom and when, by the names that `Need` has for it: `{"age": 16, "language": "es"}`, `open_at`,
            `max_cost`, `without_documents` and so on; nothing of where.
        now: the moment, by default the present.
        zone: the time zone of the directory's times, if it is known.

    Raises:
        UnknownNeedError: the vocabulary has no such concept.
        InvalidNeedError: `person` has something that is not of a person, or no distance of more than 0 is given.
    """
    index = source if isinstance(source, Index) else Index.of(source.for_audience(Audience.PUBLIC), lexicon())
    concepts = _concepts(index.lexicon.vocabulary, needs)
    miles = _limits(within)
    moment = now or datetime.now(UTC)
    its_zone = ZoneInfo(zone) if isinstance(zone, str) else zone
    circumstances = Circumstances(_checked(person), moment, its_zone, Weights.of())
    supply = supply_of(index, [concept.id for concept in concepts], circumstances)
    reach = reach_of(supply, places, [each * KM_A_MILE for each in miles])
    return Coverage(supply, places, reach, concepts, miles, _basis(supply, places, moment))


_OF_PERSON: Final = frozenset(
    "age language open_at open_for open_between max_cost accessibility without_documents capacity situations "
    "assured_within".split()
)


def _checked(person: Mapping[str, Any]) -> Mapping[str, Any]:
    unknown = sorted(set(person) - _OF_PERSON)
    if unknown:
        message = f"`person` has {unknown[0]!r}; it may have: {', '.join(sorted(_OF_PERSON))}"
        raise InvalidNeedError(message)
    return person


def _concepts(vocabulary: Vocabulary, needs: Iterable[str] | None) -> tuple[Concept, ...]:
    if needs is None:
        parents = {concept.parent for concept in vocabulary.concepts.values()}
        return tuple(concept for key, concept in vocabulary.concepts.items() if key not in parents)
    chosen = tuple(dict.fromkeys(needs))
    unknown = [need for need in chosen if need not in vocabulary.concepts]
    if unknown or not chosen:
        message = (
            f"{unknown[0]!r} is not a concept of the vocabulary; docs/reference/vocabulary.md lists them"
            if unknown
            else "no need is named: pass ids of concepts, or nothing for all"
        )
        raise UnknownNeedError(message)
    return tuple(vocabulary.concepts[need] for need in chosen)


def _limits(within: Sequence[float]) -> tuple[float, ...]:
    miles = tuple(sorted({float(each) for each in within}))
    if not miles or not all(0.0 < each < 20_000.0 for each in miles):
        message = "`within` must be distances in miles, each more than 0"
        raise InvalidNeedError(message)
    return miles


def _basis(supply: Supply, places: Places, moment: datetime) -> tuple[str, ...]:
    about = sum(
        1 for placed, radius in zip(supply.is_placed, supply.radius_km, strict=True) if placed and radius
    )
    nowhere = int((~supply.is_placed & ~supply.is_remote).sum())
    services = len(set(supply.service_ids))
    offers = (
        f"Services: {services:,} for these needs at {len(supply.offer_ids):,} places or ways to reach them, as of "
        f"{moment.date().isoformat()}; {about:,} placed only by ZIP code, town or county, {nowhere:,} without any place."
    )
    lines = [
        f"People: {places.source}. Distances: straight lines from the centre of each place's homes.",
        offers,
    ]
    if supply.undescribed:
        lines.append(f"{supply.undescribed:,} records do not say what they are for. They count for nothing.")
    return tuple(lines)
