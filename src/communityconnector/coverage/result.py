"""The coverage of needs at places: who is covered, how sure that is, and what would make it surer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import attrs
import numpy as np
from numpy.typing import NDArray

from communityconnector.coverage.asking import Call, calls
from communityconnector.coverage.measures import weighted_quantile
from communityconnector.coverage.page import card
from communityconnector.coverage.places import Places
from communityconnector.coverage.reach import Reach
from communityconnector.coverage.status import ORDER, Status, statuses, why
from communityconnector.coverage.supply import Supply
from communityconnector.coverage.table import Table
from communityconnector.matching.criteria.place import KM_A_MILE
from communityconnector.needs import Concept


class Share(NamedTuple):
    """A share of people, 0 to 1, as far as the records say.

    Attributes:
        low: the share that is surely covered.
        likely: the share to be expected, if what is open turns out as what is known.
        high: the share that may be covered.
    """

    low: float
    likely: float
    high: float

    def __str__(self) -> str:
        return f"{self.likely:.0%} ({self.low:.0%} to {self.high:.0%})"


@attrs.frozen
class NeedCoverage:
    """The coverage of one need.

    Attributes:
        need: its id.
        name: its plain name.
        shares: by distance in miles, the share of people who are covered from within it.
        people: by status, how many people live where the need has it.
        median_miles: the distance within which half of the people have the nearest offer that is sure; `None` where fewer
            than half have one.
        ninety_miles: the same of nine people in ten.
    """

    need: str
    name: str
    shares: Mapping[float, Share]
    people: Mapping[Status, int]
    median_miles: float | None
    ninety_miles: float | None

    @property
    def share(self) -> Share:
        """The share of people who are covered from within the largest distance."""
        return self.shares[max(self.shares)]


@attrs.frozen(eq=False, repr=False)
class Coverage:
    """The coverage of needs at places.

    Attributes:
        supply: what is offered.
        places: where people live.
        reach: what reaches each place.
        concepts: the needs, in their order.
        within: the distances in miles, ascending; the last one counts as reach.
        basis: what the numbers rest on, in sentences.
    """

    supply: Supply
    places: Places
    reach: Reach
    concepts: tuple[Concept, ...]
    within: tuple[float, ...]
    basis: tuple[str, ...]

    @property
    def status(self) -> NDArray[np.int8]:
        """The number of the status of each cell in `status.ORDER`, by need and place."""
        return statuses(self.reach, len(self.within) - 1)

    def __len__(self) -> int:
        return len(self.concepts)

    def __getitem__(self, need: str) -> NeedCoverage:
        """Return the coverage of a need, by its id.

        Raises:
            KeyError: the need was not asked for.
        """
        number = next((at for at, concept in enumerate(self.concepts) if concept.id == need), None)
        if number is None:
            message = (
                f"{need!r} was not asked for; there are: {', '.join(c.id for c in self.concepts[:8])} ..."
            )
            raise KeyError(message)
        return self._of_need(number, self.status[number])

    def needs(self) -> tuple[NeedCoverage, ...]:
        """Return the coverage of every need, that of most people without first."""
        status = self.status
        every = [self._of_need(number, status[number]) for number in range(len(self.concepts))]
        return tuple(
            sorted(
                every,
                key=lambda need: (need.share.likely, need.share.high, -need.people[Status.GAP], need.name),
            )
        )

    def _of_need(self, number: int, status: NDArray[np.int8]) -> NeedCoverage:
        concept, people = self.concepts[number], self.places.people
        return NeedCoverage(
            concept.id,
            concept.name,
            {miles: self._share(number, limit) for limit, miles in enumerate(self.within)},
            {kind: int(people[status == at].sum()) for at, kind in enumerate(ORDER)},
            *(self._miles(number, part) for part in (0.5, 0.9)),
        )

    def _share(self, number: int, limit: int) -> Share:
        people = self.places.people
        total = max(1, self.places.total)
        reach = self.reach
        low = float(people[reach.sure[number, limit] > 0].sum()) / total
        high = float(people[reach.possible[number, limit] > 0].sum()) / total
        likely = float((people * reach.likely[number, limit]).sum()) / total
        return Share(low, min(max(likely, low), high), high)

    def _miles(self, number: int, part: float) -> float | None:
        km = weighted_quantile(self.reach.nearest_km[number], self.places.people, part)
        return None if not np.isfinite(km) else km / KM_A_MILE

    def gaps(self, count: int | None = 20, *, least: int = 1) -> Table:
        """Return where needs are not surely met within reach, those of most people first.

        Args:
            count: how many rows; `None` for all.
            least: the smallest number of people of a place that is shown.
        """
        status, people = self.status, self.places.people
        open_or_gap = np.isin(status, [ORDER.index(Status.GAP), ORDER.index(Status.UNKNOWN)])
        need, place = np.nonzero(open_or_gap & (people >= least))
        order = np.lexsort((place, need, -status[need, place], -people[place]))[:count]
        rows = [self._row(int(need[at]), int(place[at]), status) for at in order.tolist()]
        return _table(rows, f"Needs not surely met within {self.within[-1]:g} miles, most people first")

    def table(self) -> Table:
        """Return every cell: a row for each need and place."""
        status = self.status
        rows = [
            self._row(need, place, status)
            for need in range(len(self.concepts))
            for place in range(len(self.places))
        ]
        return _table(rows, f"Coverage within {self.within[-1]:g} miles")

    def _row(self, need: int, place: int, status: NDArray[np.int8]) -> dict[str, Any]:
        reach, limit = self.reach, len(self.within) - 1
        kind, km = ORDER[status[need, place]], float(reach.nearest_km[need, place])
        nearest = int(reach.nearest[need, place])
        return {
            "need": self.concepts[need].id,
            "place": self.places.ids[place],
            "county": self.places.county_name(place),
            "people": int(self.places.people[place]),
            "status": str(kind),
            "why": str(why(kind, km)),
            "open": "; ".join(self._questions(int(reach.open[need, place])))
            if kind is Status.UNKNOWN
            else "",
            "agencies": int(reach.sure[need, limit, place]),
            "may_be_agencies": int(reach.possible[need, limit, place]),
            "likely": round(float(reach.likely[need, limit, place]), 4),
            "nearest_miles": round(km / KM_A_MILE, 2) if np.isfinite(km) else None,
            "nearest_service": self.supply.service_ids[nearest] if nearest >= 0 else None,
        }

    def _questions(self, bits: int) -> list[str]:
        return [name for at, name in enumerate(self.supply.questions) if bits >> at & 1]

    def by(self, what: str) -> Table:
        """Return shares of people covered, by `need`, `county` or `wellness`.

        A county's share is the mean of its needs', a dimension's the mean of the needs that it has, by their weights in
        the vocabulary. What no dimension has is a row of its own.

        Raises:
            ValueError: it is none of these.
        """
        ways: Mapping[str, Callable[[], Table]] = {
            "need": self._by_need, "county": self._by_county, "wellness": self._by_wellness
        }  # fmt: skip
        if what not in ways:
            message = f"{what!r}: coverage is told by need, county or wellness"
            raise ValueError(message)
        return ways[what]()

    def _by_need(self) -> Table:
        rows = [
            {
                "need": need.need, "name": need.name, **_shares(need.share),
                **{f"people_{kind}": people for kind, people in need.people.items()},
                "median_miles": need.median_miles, "ninety_miles": need.ninety_miles,
            }
            for need in self.needs()
        ]  # fmt: skip
        return _table(rows, f"Share of {self.places.total:,} people covered within {self.within[-1]:g} miles")

    def _by_county(self) -> Table:
        counties = np.asarray(self.places.counties)
        people, reach, limit = self.places.people, self.reach, len(self.within) - 1
        rows = []
        for code in np.unique(counties).tolist():
            here = np.flatnonzero(counties == code)
            weights = people[here] / max(1, int(people[here].sum()))
            each = Share(
                float(((reach.sure[:, limit][:, here] > 0) * weights).sum(axis=1).mean()),
                float((reach.likely[:, limit][:, here] * weights).sum(axis=1).mean()),
                float(((reach.possible[:, limit][:, here] > 0) * weights).sum(axis=1).mean()),
            )
            name = self.places.county_name(int(here[0]))
            rows.append({"county": code, "name": name, "people": int(people[here].sum()), **_shares(each)})
        rows.sort(key=lambda row: (row["likely"], row["county"]))
        return _table(rows, "Mean share of people covered over all needs, by county")

    def _by_wellness(self) -> Table:
        limit = len(self.within) - 1
        shares = [self._share(number, limit) for number in range(len(self.concepts))]
        sums: dict[str, tuple[float, list[float], int]] = {}
        for concept, share in zip(self.concepts, shares, strict=True):
            for dimension, weight in (
                {str(d): w for d, w in concept.wellness.items()} or {_UNMAPPED: 1.0}
            ).items():
                whole, parts, count = sums.get(dimension, (0.0, [0.0, 0.0, 0.0], 0))
                parts = [part + weight * value for part, value in zip(parts, share, strict=True)]
                sums[dimension] = whole + weight, parts, count + 1
        rows = [
            {"dimension": name, "needs": count, **_shares(Share(*(part / whole for part in parts)))}
            for name, (whole, parts, count) in sorted(sums.items())
        ]
        return _table(rows, "Mean share of people covered, by dimension of wellness")

    def ask_first(self, count: int | None = 20) -> tuple[Call, ...]:
        """Return whom to call to narrow the figures most: the services whose records leave most people in doubt.

        Args:
            count: how many services; `None` for all.
        """
        return calls(self.supply, self.places, self.reach)[:count]

    def __repr__(self) -> str:
        return "\n".join(card(self, mark=False))

    def _repr_html_(self) -> str:
        return "\n".join(card(self, mark=True))


_UNMAPPED: Final = "not mapped"


def _shares(share: Share) -> dict[str, float]:
    return {"low": round(share.low, 4), "likely": round(share.likely, 4), "high": round(share.high, 4)}


def _table(rows: Sequence[Mapping[str, Any]], title: str) -> Table:
    names = list(rows[0]) if rows else []
    return Table({name: [row[name] for row in rows] for name in names}, title)
