"""Where a person is, as areas are compared with it."""

from __future__ import annotations

from typing import NamedTuple

from communityconnector.matching.criteria.zip_areas import zip_of
from communityconnector.matching.query import Query
from communityconnector.needs.words import fold


class Whereabouts(NamedTuple):
    """Where a person is.

    Attributes:
        point: latitude and longitude, if they are known.
        names: folded names of the areas that the person is in, with the ZIP code if the need has one.
    """

    point: tuple[float, float] | None
    names: frozenset[str]

    def __repr__(self) -> str:
        # Where a person is must not appear in messages and logs.
        return f"<Whereabouts with {len(self.names)} names>"


def whereabouts(query: Query) -> Whereabouts | None:
    """Return where the person of a query is; `None` if that is unknown."""
    names = frozenset(fold(name).strip() for name in query.need.areas)
    code = zip_of(query.need.near)
    if code:
        names |= {code}
    if query.point is None:
        return Whereabouts(None, names) if names else None
    return Whereabouts((query.point.latitude, query.point.longitude), names)
