"""Where an offer is, and whom it serves by where they are."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from communityconnector.matching import areas
from communityconnector.matching.answers import Answer, Reason, met, unknown, unmet
from communityconnector.matching.criteria.criterion import Criterion, Facts
from communityconnector.matching.query import Query
from communityconnector.model import Disclosure, Offer
from communityconnector.needs.words import fold

KM_A_MILE: Final = 1.609344
"""Kilometres in an international mile."""

_MET: Final = Answer.MET
PLACES: Final = ("point", "remote", "placeless", "confidential", "unknown")
"""What is known of an offer's place: a point; that there is nowhere to go; that no place is on record; that it is
confidential; that its place has no point on record."""


def place_of(offer: Offer) -> str:
    """Which of `PLACES` an offer has."""
    if offer.point is not None:
        return "point"
    if offer.remote:
        return "remote"
    if offer.placeless:
        return "placeless"
    place = offer.location
    if place is not None and place.disclosure not in (None, Disclosure.PUBLIC) and not place.addresses:
        return "confidential"
    return "unknown"


def distance_reason(place: str, km: float | None, limit: float | None) -> Reason:
    """What the distance to an offer means.

    Args:
        place: which of `PLACES` it has.
        km: how far away, where it is a point.
        limit: how far at most, in km; `None` for any distance.
    """
    if km is None:
        return _WITHOUT_POINT[place]
    miles = km / KM_A_MILE
    text = f"{miles:.1f} miles ({km:.1f} km) away, straight line"
    if limit is not None and km > limit:
        text = f"{text}; {limit / KM_A_MILE:.1f} miles ({limit:.1f} km) was the limit"
        return unmet("distance", text, miles=miles, km=km)
    return Reason("distance", _MET, text, {"miles": miles, "km": km})


_WITHOUT_POINT: Final = {
    "remote": met("distance", "Nowhere to go: by phone, online, or it comes to you", remote=True),
    "placeless": unknown("distance", "No place is on record: ask whether one has to go somewhere"),
    "confidential": unknown(
        "distance", "The place is confidential: call, and the agency says where", confidential=True
    ),
    "unknown": unknown("distance", "Where it is, is not on record: ask for the address"),
}


class Whereabouts(NamedTuple):
    """Where somebody is.

    Attributes:
        point: latitude and longitude, if they are known.
        names: folded names of areas that they are in.
    """

    point: tuple[float, float] | None
    names: frozenset[str]

    def __repr__(self) -> str:
        # Where somebody is stays out of messages and logs.
        return f"<Whereabouts with {len(self.names)} names>"


def _whereabouts(query: Query) -> Whereabouts | None:
    names = frozenset(fold(name).strip() for name in query.need.areas)
    if query.point is None:
        return Whereabouts(None, names) if names else None
    return Whereabouts((query.point.latitude, query.point.longitude), names)


def _areas(offer: Offer) -> Facts:
    served = tuple((a.name or "", a.extent or "", a.extent_type or "") for a in offer.service_areas)
    return (served, offer.placeless)


def _serves(facts: Facts, asked: Any) -> Reason | None:
    served, placeless = facts
    if not served:
        return unknown("area", "Ask whether they serve where you are") if placeless else None
    answer, name = areas.serves(served, *asked)
    called = name or "an area given as a shape"
    if answer is Answer.MET:
        return met("area", f"Serves {called}, where you are", area=name)
    if answer is Answer.UNMET:
        return unmet("area", f"Serves {called}, where you are not", area=name)
    return unknown("area", f"Serves {called}: ask whether that takes in where you are", area=name)


AREA: Final = Criterion("area", _whereabouts, _areas, _serves)
"""Whether one of the areas that the offer, else its service, serves takes in where it is asked from."""
