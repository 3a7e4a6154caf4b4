"""Whom to call first: the services whose records leave most people in doubt."""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import NDArray

from communityconnector.coverage.places import Places
from communityconnector.coverage.reach import Reach, kilometres
from communityconnector.coverage.residents import IS_OPEN, IS_OUT, AreaAnswers
from communityconnector.coverage.supply import OPEN_AREA, OPEN_PLACE, Supply
from communityconnector.matching.index.geometry import through_the_earth


@attrs.frozen
class Call:
    """A service to call, and what its answers would settle.

    Attributes:
        service_id: the id of the service.
        name: its name.
        questions: what its record leaves open: names of criteria, `place`, or `need` where it is not sure what it is for.
        needs: ids of the needs that its answers would settle.
        people: how many people, summed over these needs, would be surely covered or surely not; those of a place are
            counted by how likely that is.
    """

    service_id: str
    name: str
    questions: tuple[str, ...]
    needs: tuple[str, ...]
    people: float


def calls(supply: Supply, places: Places, reach: Reach) -> tuple[Call, ...]:
    """Return the services whose records leave something open, those that would settle most first.

    A yes settles all places in reach where nobody is sure yet; a no settles those where nobody else may be.
    """
    worth: dict[str, float] = {}
    needs: dict[str, set[int]] = {}
    bits: dict[str, int] = {}
    first: dict[str, int] = {}
    space = through_the_earth(places.latitude, places.longitude)
    offers = through_the_earth(supply.latitude, supply.longitude)
    areas = AreaAnswers(supply.areas, places)
    every = np.arange(len(places))
    limit = reach.limits_km[-1]
    in_doubt = reach.sure[:, -1] == 0
    for number in range(len(supply.need)):
        offer, need = int(supply.offer[number]), int(supply.need[number])
        if supply.is_remote[offer]:
            continue
        answers = areas.of(every, supply.area[offer : offer + 1])[:, 0]
        near, open_place = _nearness(supply, offer, space, offers, limit)
        is_open = open_place | (answers == IS_OPEN) | bool(supply.open[number])
        settled = in_doubt[need] & is_open & (near > 0.0) & (answers != IS_OUT)
        if not settled.any():
            continue
        chance = near[settled] * float(supply.chance[number])
        alone = reach.possible[need, -1, settled] <= 1
        people = places.people[settled] * (chance + (1.0 - chance) * alone)
        key = supply.service_ids[offer]
        worth[key] = worth.get(key, 0.0) + float(people.sum())
        needs.setdefault(key, set()).add(need)
        own = int(supply.open[number]) | (OPEN_PLACE if open_place[settled].any() else 0)
        bits[key] = bits.get(key, 0) | own | (OPEN_AREA if (answers[settled] == IS_OPEN).any() else 0)
        first.setdefault(key, offer)
    order = sorted(worth, key=lambda key: (-worth[key], key))
    return tuple(
        Call(
            key,
            _name(supply, first[key]),
            tuple(name for at, name in enumerate(supply.questions) if bits[key] >> at & 1),
            tuple(supply.needs[need] for need in sorted(needs[key])),
            round(worth[key], 1),
        )
        for key in order
    )


def _nearness(
    supply: Supply, offer: int, space: NDArray[np.float64], offers: NDArray[np.float64], limit: float
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return how likely an offer is to be within reach of each place, roughly, and where that is open."""
    if not supply.is_placed[offer]:
        return np.full(len(space), 0.5), np.ones(len(space), dtype=bool)
    km = kilometres(space, offers[offer : offer + 1])[:, 0]
    radius = float(supply.radius_km[offer])
    surely, maybe = km + radius <= limit, km - radius <= limit
    return np.where(surely, 1.0, np.where(maybe, 0.5, 0.0)), maybe & ~surely


def _name(supply: Supply, offer: int) -> str:
    part, row = supply.parts[offer]
    return part.service(int(part.segment.columns.service[row])).name
