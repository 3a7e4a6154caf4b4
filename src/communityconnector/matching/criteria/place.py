"""Where an offer is, and how far away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from communityconnector.matching.answers import Answer, Reason, met, unknown, unmet
from communityconnector.model import Address, Disclosure, Offer, Point
from communityconnector.model.gazetteer import place_of_address, zip_area
from communityconnector.model.zips import zip_point

KM_A_MILE: Final = 1.609344
"""Kilometres in an international mile."""

ROUGH_KM: Final = 24.14016
"""The radius, in km, of a postal code of which only the point is known: 15 miles. Few addresses are farther from it."""

_MET: Final = Answer.MET
PLACES: Final = (
    "point", "remote", "placeless", "confidential", "unknown", "zip", "town", "county", "addressed",
)  # fmt: skip
"""What is known of an offer's place: a point; that there is nowhere to go; that the record has no place; that it is
confidential; nothing; a postal code, a town or a county, whose middle stands for it; an address without a known distance."""
APPROXIMATE: Final = {"zip": "ZIP code", "town": "town", "county": "county"}
"""The kinds of place whose distance is approximate, and how they are called."""

Locate = Callable[[str], Point | None]
"""Returns the point that stands for a postal code; `None` if it is unknown."""


class OfferPlace(NamedTuple):
    """What is known of the place of an offer.

    Attributes:
        kind: one of `PLACES`.
        point: the point, or the one that stands for an approximate place.
        words: the name of an approximate place, or the town of an address without a known distance.
        radius_km: within how many km of the point it is; 0 for a place with a point of its own.
    """

    kind: str
    point: Point | None = None
    words: str = ""
    radius_km: float = 0.0


def place_of(offer: Offer, locate: Locate = zip_point) -> OfferPlace:
    """Return what is known of the place of an offer.

    An address without a point is placed by its postal code, else its town, else its county (`model.gazetteer`).

    Args:
        offer: the offer.
        locate: returns the points that stand for postal codes, by default those of US ZIP codes. Confidential places are
            never looked up.
    """
    if offer.point is not None:
        return OfferPlace("point", offer.point)
    if offer.remote:
        return OfferPlace("remote")
    if offer.placeless:
        return OfferPlace("placeless")
    place = offer.location
    if place is not None and place.disclosure not in (None, Disclosure.PUBLIC):
        return OfferPlace("unknown" if place.addresses else "confidential")
    addresses = () if place is None else place.addresses
    shown = (a for a in addresses if a.disclosure in (None, Disclosure.PUBLIC))
    address = next((address for address in shown if address.address_type != "postal"), None)
    return OfferPlace("unknown") if address is None else _place_of_address(address, locate)


def _place_of_address(address: Address, locate: Locate) -> OfferPlace:
    """Return the place of an address without a point."""
    code, country = address.postal_code.strip(), address.country.strip()
    is_here = country.upper() in _COUNTRIES_OF_ZIPS
    found = None
    if is_here:
        found = place_of_address(code, address.city, address.region or "", address.state_province)
        if zip_area(code) is not None and (found is None or found.by != "zip"):
            code = ""  # a ZIP code of another state
    elif code:
        code = f"{code}, {country}"
    is_known = found is not None and found.by == "zip"
    # The library's own points of ZIP codes are those of the gazetteer.
    point = locate(code) if code and not (is_known and locate is zip_point) else None
    if point is not None:
        return OfferPlace("zip", point, code, found.radius_km if found is not None and is_known else ROUGH_KM)
    if found is not None:
        return OfferPlace(found.by, found.point, found.name, found.radius_km)
    return OfferPlace(
        "addressed", words=", ".join(filter(None, (address.city, address.state_province or code)))
    )


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


def distance_reason(  # noqa: PLR0913, PLR0917  # all that a distance is of, and called for every match
    place: str,
    km: float | None,
    limit: float | None,
    words: str = "",
    radius_km: float = 0.0,
    around_km: float = 0.0,
) -> Reason:
    """Return the reason of a distance to an offer.

    Args:
        place: the kind of its place, one of `PLACES`.
        km: the distance to its point, or to the one that stands for it.
        limit: the largest distance, in km; `None` for any.
        words: the name of the place (see `OfferPlace`).
        radius_km: within how many km of the point it is.
        around_km: within how many km of the point that is asked from the person is.
    """
    if km is None:
        if place == "addressed":
            return unknown("distance", f"In {words or 'a place with an address'}: look up how far it is")
        return _WITHOUT_POINT[place]
    miles = km / KM_A_MILE
    evidence: dict[str, Any] = {"miles": miles, "km": km}
    if place in APPROXIMATE:
        by = APPROXIMATE[place]
        evidence |= {"approximate": True, "by": by, "place": words, "radius_km": radius_km}
        text = f"about {_in_words(miles)} (by {by})"
        if miles < _SAME_AREA:
            # From the middle of an area, its point is no distance.
            text = f"in {by} {words}" if place == "zip" else f"in {words}"
    else:
        text = f"{miles:.1f} miles ({km:.1f} km) away, straight line"
    doubt = radius_km + around_km
    if limit is None or km + doubt <= limit:
        return Reason("distance", _MET, _capital(text), evidence)
    if km - doubt <= limit:
        return unknown("distance", f"May lie within {_in_words(limit / KM_A_MILE, 1)}: {text}", **evidence)
    return unmet("distance", f"{_capital(text)}; {_limit(limit)} was the limit", **evidence)


def _limit(km: float) -> str:
    return f"{km / KM_A_MILE:.1f} miles ({km:.1f} km)"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _in_words(miles: float, digits: int = 0) -> str:
    number = f"{miles:.{digits}f}".removesuffix(".0")
    return "1 mile" if number == "1" else f"{number} miles"


_SAME_AREA: Final = 0.5
"""Miles from the middle of a place within which the distance says nothing."""

_WITHOUT_POINT: Final = {
    "remote": met("distance", "No trip needed: by phone, online, or it comes to you", remote=True),
    "placeless": unknown("distance", "No place on file: ask whether an in-person visit is required"),
    "confidential": unknown(
        "distance", "The place is confidential: call the agency to learn where it is", confidential=True
    ),
    "unknown": unknown("distance", "No map position on file: ask for the address"),
}
