"""What reaches each place: agencies within distances, the nearest ones, and how likely it is that there is any.

Places are taken in tiles that lie close together, so that one small product of matrices measures a tile against all offers
that may be in reach of it. Distances are arcs over chords through the ellipsoid: within a millimetre up to 30 km.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import attrs
import numpy as np
from numpy.typing import NDArray

from communityconnector.coverage.places import Places
from communityconnector.coverage.residents import IS_OPEN, IS_OUT, IS_SERVED, AreaAnswers
from communityconnector.coverage.supply import OPEN_AREA, OPEN_PLACE, Supply
from communityconnector.matching.index.geometry import Origin, arcs_of, keys, square_of, through_the_earth

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_MOST_IN_TILE: Final = 96
_SPAN_KM: Final = 24.0
"""A tile has at most so many places and spans at most so many km: by number alone, tiles of the countryside span states."""


@attrs.frozen(eq=False)
class Reach:
    """What reaches each place. Arrays are by need, by limit where stated, and by place.

    Attributes:
        limits_km: the distances that were asked for, ascending.
        sure: by limit, how many agencies surely serve people there from within the distance.
        possible: by limit, how many do or may.
        likely: by limit, the chance that at least one does, 0 to 1.
        nearest_km: the distance to the nearest offer that is sure; infinite for none.
        second_km: the same of another agency.
        nearest: the number of that nearest offer; -1 for none.
        open: what is open about the offers that may serve people from within the largest distance, as bits of
            `Supply.questions`.
        remote: whether somebody surely serves them without a trip.
        maybe_remote: whether somebody does or may.
    """

    limits_km: tuple[float, ...]
    sure: NDArray[np.int32]
    possible: NDArray[np.int32]
    likely: Floats
    nearest_km: Floats
    second_km: Floats
    nearest: NDArray[np.int64]
    open: NDArray[np.int64]
    remote: Flags
    maybe_remote: Flags


class _Entries(NamedTuple):
    """Some entries of a supply against some places: a row for each place, a column for each entry.

    Attributes:
        numbers: the numbers of the entries, in the order of needs and agencies.
        farthest: km within which each offer surely is.
        closest: km beyond which it surely is.
        answers: whether it serves people there (`residents`).
    """

    numbers: Ints
    farthest: Floats
    closest: Floats
    answers: NDArray[np.int8]


def reach_of(supply: Supply, places: Places, limits_km: Sequence[float]) -> Reach:
    """Return what reaches each place.

    Args:
        supply: what is offered.
        places: where people live.
        limits_km: distances in km, ascending.
    """
    shape = (len(supply.needs), len(limits_km), len(places))
    flat = (shape[0], shape[2])
    reach = Reach(
        tuple(limits_km),
        np.zeros(shape, dtype=np.int32),
        np.zeros(shape, dtype=np.int32),
        np.zeros(shape),
        np.full(flat, np.inf),
        np.full(flat, np.inf),
        np.full(flat, -1, dtype=np.int64),
        np.zeros(flat, dtype=np.int64),
        np.zeros(flat, dtype=bool),
        np.zeros(flat, dtype=bool),
    )
    _Reaching(supply, places, reach).fill()
    return reach


class _Reaching:
    """Fills a `Reach`, tile by tile."""

    def __init__(self, supply: Supply, places: Places, reach: Reach) -> None:
        self._supply = supply
        self._places = places
        self._reach = reach
        self._areas = AreaAnswers(supply.areas, places)
        self._space = through_the_earth(places.latitude, places.longitude)
        placed = np.flatnonzero(supply.is_placed)
        key = keys(supply.latitude[placed], supply.longitude[placed])
        order = np.argsort(key, kind="stable")
        self._placed = placed[order]
        self._keys = key[order]
        self._offer_space = through_the_earth(supply.latitude, supply.longitude)
        self._widest = float(supply.radius_km.max(initial=0.0))
        by_offer = np.argsort(supply.offer, kind="stable")
        self._entries = by_offer
        self._starts = np.searchsorted(supply.offer[by_offer], np.arange(len(supply.service_ids) + 1))
        self._column = np.full(len(supply.service_ids), -1, dtype=np.int64)

    def fill(self) -> None:
        for tile in tiles(self._space):
            self._fill_tile(tile)
        self._fill_nearest()

    def _fill_tile(self, tile: Ints) -> None:
        limits = self._reach.limits_km
        offers = self._offers_near(tile, limits[-1])
        remote = np.flatnonzero(self._supply.is_remote)
        unplaced = np.flatnonzero(~self._supply.is_placed & ~self._supply.is_remote)
        none_left = np.zeros((len(self._supply.needs), len(limits), len(tile)))
        entries = self._against(tile, offers)
        if len(entries.numbers):
            self._count(tile, entries, none_left)
        if len(unplaced):
            self._count_unplaced(tile, unplaced, none_left)
        for number in np.unique(self._supply.need).tolist():
            self._reach.likely[number][:, tile] = np.abs(np.expm1(none_left[number]))
        if len(remote):
            self._mark_remote(tile, remote)

    def _offers_near(self, tile: Ints, km: float) -> Ints:
        """Return the offers that may be within a distance of any place of a tile."""
        middle = int(tile[len(tile) // 2])
        origin = Origin(float(self._places.latitude[middle]), float(self._places.longitude[middle]))
        half = float(arcs_of(origin.squares(self._space, tile.astype(np.int32))).max(initial=0.0))
        runs = origin.runs(self._keys, (km + half + self._widest) * 1.01 + 0.1)
        spans = [
            self._placed[a:b] for a, b in zip(runs[0::2].tolist(), runs[1::2].tolist(), strict=True) if b > a
        ]
        return np.concatenate(spans) if spans else np.empty(0, dtype=np.int64)

    def _entries_of(self, offers: Ints) -> Ints:
        spans = [self._entries[self._starts[n] : self._starts[n + 1]] for n in offers.tolist()]
        return np.sort(np.concatenate(spans)) if spans else np.empty(0, dtype=np.int64)

    def _against(self, tile: Ints, offers: Ints) -> _Entries:
        supply = self._supply
        numbers = self._entries_of(offers)
        self._column[offers] = np.arange(len(offers))
        column = self._column[supply.offer[numbers]]
        km = kilometres(self._space[tile], self._offer_space[offers])[:, column]
        radius = supply.radius_km[supply.offer[numbers]]
        answers = self._areas.of(tile, supply.area[offers])[:, column]
        return _Entries(numbers, km + radius, np.maximum(km - radius, 0.0), answers)

    def _count(self, tile: Ints, entries: _Entries, none_left: Floats) -> None:
        supply, reach = self._supply, self._reach
        need, agency = supply.need[entries.numbers], supply.agency[supply.offer[entries.numbers]]
        starts = _run_starts(need, agency)
        group_need = need[starts]
        need_starts = _run_starts(group_need)
        known = group_need[need_starts]
        is_sure = supply.is_sure[entries.numbers] & (entries.answers == IS_SERVED)
        surely = np.minimum.reduceat(np.where(is_sure, entries.farthest, np.inf), starts, axis=1)
        maybe = np.minimum.reduceat(
            np.where(entries.answers != IS_OUT, entries.closest, np.inf), starts, axis=1
        )
        for number, limit in enumerate(reach.limits_km):
            within = np.add.reduceat((surely <= limit).astype(np.int32), need_starts, axis=1)
            reach.sure[known, number, tile[:, None]] = within
            may_be = np.add.reduceat((maybe <= limit).astype(np.int32), need_starts, axis=1)
            reach.possible[known, number, tile[:, None]] = may_be
            chance = self._chances(entries, is_sure, limit)
            left = np.add.reduceat(np.log1p(-np.minimum(chance, 1 - 1e-12)), _run_starts(need), axis=1)
            none_left[known, number, np.arange(len(tile))[:, None]] += left
        in_doubt = (entries.answers != IS_OUT) & (entries.closest <= reach.limits_km[-1])
        bits = np.where(entries.answers == IS_OPEN, OPEN_AREA, 0) | supply.open[entries.numbers]
        bits = bits | np.where(entries.farthest > reach.limits_km[-1], OPEN_PLACE, 0)
        every = np.bitwise_or.reduceat(np.where(in_doubt, bits, 0), _run_starts(need), axis=1)
        reach.open[known, tile[:, None]] |= every
        first, second = _two_nearest(surely, need_starts)
        reach.nearest_km[known, tile[:, None]] = first
        reach.second_km[known, tile[:, None]] = second
        exact = np.where(is_sure, entries.farthest, np.inf)
        for start, end, number in zip(
            _run_starts(need).tolist(),
            [*_run_starts(need).tolist()[1:], len(need)],
            known.tolist(),
            strict=True,
        ):
            at = start + exact[:, start:end].argmin(axis=1)
            found = np.isfinite(reach.nearest_km[number, tile])
            reach.nearest[number, tile] = np.where(found, supply.offer[entries.numbers[at]], -1)

    def _chances(self, entries: _Entries, is_sure: Flags, limit: float) -> Floats:
        """Return the chance that each entry serves people of each place from within a distance."""
        radius = (entries.farthest - entries.closest) / 2.0
        km = entries.farthest - self._supply.radius_km[self._supply.offer[entries.numbers]]
        share = np.where(
            radius > 0.0,
            share_of_disc(km, self._supply.radius_km[self._supply.offer[entries.numbers]], limit),
            km <= limit,
        )
        chance = self._supply.chance[entries.numbers] * self._areas.chances(entries.answers)
        return np.where(is_sure & (entries.farthest <= limit), 1.0, share * chance)

    def _count_unplaced(self, tile: Ints, offers: Ints, none_left: Floats) -> None:
        """Count offers whose place is not known: they may be in reach of everybody whom they serve."""
        supply, reach = self._supply, self._reach
        numbers = self._entries_of(offers)
        self._column[offers] = np.arange(len(offers))
        answers = self._areas.of(tile, supply.area[offers])[:, self._column[supply.offer[numbers]]]
        need, agency = supply.need[numbers], supply.agency[supply.offer[numbers]]
        starts = _run_starts(need, agency)
        group_need = need[starts]
        need_starts = _run_starts(group_need)
        known = group_need[need_starts]
        maybe = np.logical_or.reduceat(answers != IS_OUT, starts, axis=1)
        count = np.add.reduceat(maybe.astype(np.int32), need_starts, axis=1)
        chance = supply.chance[numbers] * self._areas.chances(answers)
        bits = np.where(answers == IS_OPEN, OPEN_AREA, 0) | supply.open[numbers] | OPEN_PLACE
        every = np.bitwise_or.reduceat(np.where(answers != IS_OUT, bits, 0), _run_starts(need), axis=1)
        reach.open[known, tile[:, None]] |= every
        for number, limit in enumerate(reach.limits_km):
            reach.possible[known, number, tile[:, None]] += count
            near = np.minimum(chance * self._people_within(tile, limit)[:, None], 1 - 1e-12)
            left = np.add.reduceat(np.log1p(-near), _run_starts(need), axis=1)
            none_left[known, number, np.arange(len(tile))[:, None]] += left

    def _people_within(self, tile: Ints, limit: float) -> Floats:
        """Return the share of the people of each place's county who live within a distance of it."""
        counties = np.asarray(self._places.counties)
        shares = np.zeros(len(tile))
        for name in np.unique(counties[tile]).tolist():
            own = np.flatnonzero(counties == name)
            here = np.flatnonzero(counties[tile] == name)
            km = kilometres(self._space[tile[here]], self._space[own])
            people = self._places.people[own]
            shares[here] = ((km <= limit) * people).sum(axis=1) / max(1, int(people.sum()))
        return shares

    def _mark_remote(self, tile: Ints, offers: Ints) -> None:
        supply, reach = self._supply, self._reach
        numbers = self._entries_of(offers)
        self._column[offers] = np.arange(len(offers))
        answers = self._areas.of(tile, supply.area[offers])[:, self._column[supply.offer[numbers]]]
        starts = _run_starts(supply.need[numbers])
        known = supply.need[numbers][starts]
        is_sure = supply.is_sure[numbers] & (answers == IS_SERVED)
        reach.remote[known, tile[:, None]] = np.logical_or.reduceat(is_sure, starts, axis=1)
        reach.maybe_remote[known, tile[:, None]] = np.logical_or.reduceat(answers != IS_OUT, starts, axis=1)
        bits = np.where(answers == IS_OPEN, OPEN_AREA, 0) | supply.open[numbers]
        reach.open[known, tile[:, None]] |= np.bitwise_or.reduceat(
            np.where(answers != IS_OUT, bits, 0), starts, axis=1
        )

    def _fill_nearest(self) -> None:
        """Look for the nearest two offers of places that have none within the largest distance."""
        supply, reach = self._supply, self._reach
        for number in range(len(supply.needs)):
            mine = np.flatnonzero((supply.need == number) & supply.is_sure & supply.is_placed[supply.offer])
            missing = np.flatnonzero(~np.isfinite(reach.second_km[number]))
            if not len(mine) or not len(missing):
                continue
            offers = supply.offer[mine]
            starts = _run_starts(supply.agency[offers])
            for first in range(0, len(missing), _CHUNK):
                tile = missing[first : first + _CHUNK]
                km = kilometres(self._space[tile], self._offer_space[offers]) + supply.radius_km[offers]
                km = np.where(self._areas.of(tile, supply.area[offers]) == IS_SERVED, km, np.inf)
                nearest, second = _two_nearest(
                    np.minimum.reduceat(km, starts, axis=1), np.zeros(1, dtype=np.int64)
                )
                reach.nearest_km[number, tile], reach.second_km[number, tile] = nearest[:, 0], second[:, 0]
                found = np.isfinite(nearest[:, 0])
                reach.nearest[number, tile] = np.where(found, offers[km.argmin(axis=1)], -1)


_CHUNK: Final = 512


def kilometres(places: Floats, offers: Floats) -> Floats:
    """Return the distances between points in space, in km: a row for each of the first, a column for each of the second."""
    squares = places @ offers.T
    squares *= -2.0
    squares += np.einsum("ij,ij->i", places, places)[:, None]
    squares += np.einsum("ij,ij->i", offers, offers)
    return arcs_of(np.maximum(squares, 0.0))


def tiles(space: Floats) -> Iterator[Ints]:
    """Yield points in tiles that lie close together: halved along their longest side until they are small."""
    waiting = [np.arange(len(space))]
    while waiting:
        some = waiting.pop()
        if not len(some):
            continue
        extent = np.ptp(space[some], axis=0)
        if len(some) == 1 or (len(some) <= _MOST_IN_TILE and float(extent.max()) ** 2 <= square_of(_SPAN_KM)):
            yield some
            continue
        order = some[np.argsort(space[some, int(extent.argmax())], kind="stable")]
        half = len(order) // 2
        waiting += [order[half:], order[:half]]


def share_of_disc(km: Floats, radius: Floats, limit: float) -> Floats:
    """Return how much of a disc lies within a distance: the chance of an offer that is anywhere in it.

    The common area of two circles in the plane, by the area of the disc (Weisstein, "Circle-Circle Intersection").

    Args:
        km: from the point to the middle of each disc.
        radius: its radius in km, more than 0 where it counts.
        limit: the distance in km.
    """
    r = np.maximum(radius, 1e-9)
    d = np.maximum(km, 1e-9)
    a = np.clip((d**2 + r**2 - limit**2) / (2 * d * r), -1.0, 1.0)
    b = np.clip((d**2 + limit**2 - r**2) / (2 * d * max(limit, 1e-9)), -1.0, 1.0)
    kite = np.maximum((-d + r + limit) * (d + r - limit) * (d - r + limit) * (d + r + limit), 0.0)
    lens = r**2 * np.arccos(a) + limit**2 * np.arccos(b) - 0.5 * np.sqrt(kite)
    inside = d + r <= limit
    around = d + limit <= r
    share = np.where(around, (limit / r) ** 2, lens / (np.pi * r**2))
    return np.asarray(np.where(inside, 1.0, np.where(d >= r + limit, 0.0, np.clip(share, 0.0, 1.0))))


def _run_starts(*columns: Ints) -> Ints:
    is_new = np.zeros(len(columns[0]), dtype=bool)
    is_new[:1] = True
    for column in columns:
        is_new[1:] |= column[1:] != column[:-1]
    return np.flatnonzero(is_new)


def _two_nearest(by_agency: Floats, starts: Ints) -> tuple[Floats, Floats]:
    """Return the least and the second least value of each group of columns. Two agencies in one building are two."""
    first = np.minimum.reduceat(by_agency, starts, axis=1)
    widths = np.diff(np.append(starts, by_agency.shape[1]))
    each = np.repeat(first, widths, axis=1)
    ties = np.add.reduceat((by_agency == each).astype(np.int64), starts, axis=1)
    rest = np.minimum.reduceat(np.where(by_agency > each, by_agency, np.inf), starts, axis=1)
    return first, np.where(ties > 1, first, rest)
