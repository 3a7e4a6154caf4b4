"""Where an offer is, and whom it serves by where they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from communityconnector.matching.answers import Answer, Reason, met, unknown, unmet
from communityconnector.matching.criteria import areas
from communityconnector.matching.criteria.criterion import Criterion, Facts
from communityconnector.matching.criteria.zip_areas import zip_of, zips_in
from communityconnector.matching.query import Query
from communityconnector.model import Address, Disclosure, Offer, Point, ServiceArea
from communityconnector.model.zips import zip_point
from communityconnector.needs.words import fold

KM_A_MILE: Final = 1.609344
"""Kilometres in an international mile."""

ROUGH_KM: Final = 24.14016
"""How far, in km, an address may lie from the point that stands for its postal code: 15 miles. Few lie farther."""
USUAL_KM: Final = 8.04672
"""How far, in km, most addresses lie from that point at most: 5 miles."""

_MET: Final = Answer.MET
PLACES: Final = ("point", "remote", "placeless", "confidential", "unknown", "about", "addressed")
"""What is known of an offer's place: a point; that there is nowhere to go; that no place is on record; that it is
confidential; nothing; a postal code, whose point stands for it; an address that tells no distance."""

Locate = Callable[[str], Point | None]
"""Gives the point that stands for a postal code; `None` where it knows none."""


class Spot(NamedTuple):
    """What is known of where an offer is.

    Attributes:
        place: which of `PLACES` it has.
        point: the point, or the one that stands for its postal code.
        words: the postal code that tells where it is, or the town of an address that tells no distance.
    """

    place: str
    point: Point | None = None
    words: str = ""


def spot_of(offer: Offer, locate: Locate = zip_point) -> Spot:
    """What is known of where an offer is.

    Args:
        offer: the offer.
        locate: gives the points that stand for postal codes; by default those of US ZIP codes. Confidential places are
            never looked up.
    """
    if offer.point is not None:
        return Spot("point", offer.point)
    if offer.remote:
        return Spot("remote")
    if offer.placeless:
        return Spot("placeless")
    place = offer.location
    if place is not None and place.disclosure not in (None, Disclosure.PUBLIC):
        return Spot("unknown" if place.addresses else "confidential")
    addresses = () if place is None else place.addresses
    shown = (a for a in addresses if a.disclosure in (None, Disclosure.PUBLIC))
    address = next((address for address in shown if address.address_type != "postal"), None)
    return Spot("unknown") if address is None else _addressed(address, locate)


def _addressed(address: Address, locate: Locate) -> Spot:
    """What an address without a point tells of where it is."""
    code = address.postal_code.strip()
    if code and address.country.strip().upper() not in _COUNTRIES_OF_ZIPS:
        code = f"{code}, {address.country.strip()}"
    point = locate(code) if code else None
    if point is not None:
        return Spot("about", point, code)
    return Spot("addressed", words=", ".join(filter(None, (address.city, address.state_province or code))))


_COUNTRIES_OF_ZIPS: Final = frozenset(
    {
        "",
        "US",
        "USA",
        "U.S.",
        "U.S.A.",
        "UNITED STATES",
        "UNITED STATES OF AMERICA",
        "PR",
        "VI",
        "GU",
        "AS",
        "MP",
    }
)


def distance_reason(place: str, km: float | None, limit: float | None, words: str = "") -> Reason:
    """What the distance to an offer means.

    Args:
        place: which of `PLACES` it has.
        km: how far away, where it is a point, or one that stands for its postal code.
        limit: how far at most, in km; `None` for any distance.
        words: the postal code or the town (see `Spot`).
    """
    if km is None:
        if place == "addressed":
            return unknown("distance", f"In {words or 'a place with an address'}: look up how far that is")
        return _WITHOUT_POINT[place]
    miles = km / KM_A_MILE
    if place == "about":
        return _roughly(miles, km, limit, words)
    text = f"{miles:.1f} miles ({km:.1f} km) away, straight line"
    if limit is not None and km > limit:
        text = f"{text}; {_limit(limit)} was the limit"
        return unmet("distance", text, miles=miles, km=km)
    return Reason("distance", _MET, text, {"miles": miles, "km": km})


def _limit(km: float) -> str:
    return f"{km / KM_A_MILE:.1f} miles ({km:.1f} km)"


def _roughly(miles: float, km: float, limit: float | None, code: str) -> Reason:
    """What the distance to the point that stands for a postal code means."""
    # From its middle, a postal code is no distance but an area that one is in.
    text = f"In ZIP {code}" if miles < _SAME else f"About {_counted(miles)} ({km:.0f} km) away, by ZIP {code}"
    told = {"miles": miles, "km": km, "approximate": True, "postal_code": code}
    if limit is None or km <= limit - USUAL_KM:
        return met("distance", text, **told)
    text = f"{text}; {_limit(limit)} was the limit"
    if km <= limit + ROUGH_KM:
        return unknown("distance", f"{text}: look up how far the address is", **told)
    return unmet("distance", text, **told)


def _counted(miles: float) -> str:
    return "1 mile" if round(miles) == 1 else f"{miles:.0f} miles"


_SAME: Final = 0.5
"""Miles from the point of a postal code within which its own middle may as well be anywhere around."""

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
        names: folded names of areas that they are in; with the ZIP code, if they said one.
    """

    point: tuple[float, float] | None
    names: frozenset[str]

    def __repr__(self) -> str:
        # Where somebody is stays out of messages and logs.
        return f"<Whereabouts with {len(self.names)} names>"


def _whereabouts(query: Query) -> Whereabouts | None:
    names = frozenset(fold(name).strip() for name in query.need.areas)
    code = zip_of(query.need.near)
    if code:
        names |= {code}
    if query.point is None:
        return Whereabouts(None, names) if names else None
    return Whereabouts((query.point.latitude, query.point.longitude), names)


def _extent(area: ServiceArea) -> str:
    """An area's extent; for want of one, its description where that is nothing but ZIP codes."""
    if area.extent or not area.description:
        return area.extent or ""
    listed = zips_in(area.description)
    return area.description if listed is not None and listed.is_whole else ""


def _areas(offer: Offer) -> Facts:
    served = tuple((a.name or "", _extent(a), a.extent_type or "") for a in offer.service_areas)
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
