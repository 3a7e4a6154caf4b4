"""Where an offer is, and how far away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from communityconnector.matching.answers import Answer, Reason, met, unknown, unmet
from communityconnector.model import Address, Disclosure, Offer, Point
from communityconnector.model.zips import zip_point

KM_A_MILE: Final = 1.609344
"""Kilometres in an international mile."""

ROUGH_KM: Final = 24.14016
"""The distance, in km, that an address may have from the point of its postal code: 15 miles. Few are farther."""
USUAL_KM: Final = 8.04672
"""The distance, in km, within which most addresses lie from that point: 5 miles."""

_MET: Final = Answer.MET
PLACES: Final = ("point", "remote", "placeless", "confidential", "unknown", "about", "addressed")
"""What is known of an offer's place: a point; that there is nowhere to go; that the record has no place; that it is
confidential; nothing; a postal code, whose point stands for it; an address without a known distance."""

Locate = Callable[[str], Point | None]
"""Returns the point that stands for a postal code; `None` if it is unknown."""


class OfferPlace(NamedTuple):
    """What is known of the place of an offer.

    Attributes:
        kind: one of `PLACES`.
        point: the point, or the one that stands for its postal code.
        words: the postal code of that point, or the town of an address without a known distance.
    """

    kind: str
    point: Point | None = None
    words: str = ""


def place_of(offer: Offer, locate: Locate = zip_point) -> OfferPlace:
    """Return what is known of the place of an offer.

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
    code = address.postal_code.strip()
    if code and address.country.strip().upper() not in _COUNTRIES_OF_ZIPS:
        code = f"{code}, {address.country.strip()}"
    point = locate(code) if code else None
    if point is not None:
        return OfferPlace("about", point, code)
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


def distance_reason(place: str, km: float | None, limit: float | None, words: str = "") -> Reason:
    """Return the reason of a distance to an offer.

    Args:
        place: the kind of its place, one of `PLACES`.
        km: the distance to its point, or to the one that stands for its postal code.
        limit: the largest distance, in km; `None` for any.
        words: the postal code or the town (see `OfferPlace`).
    """
    if km is None:
        if place == "addressed":
            return unknown("distance", f"In {words or 'a place with an address'}: look up how far it is")
        return _WITHOUT_POINT[place]
    miles = km / KM_A_MILE
    if place == "about":
        return _approximately(miles, km, limit, words)
    text = f"{miles:.1f} miles ({km:.1f} km) away, straight line"
    if limit is not None and km > limit:
        text = f"{text}; {_limit(limit)} was the limit"
        return unmet("distance", text, miles=miles, km=km)
    return Reason("distance", _MET, text, {"miles": miles, "km": km})


def _limit(km: float) -> str:
    return f"{km / KM_A_MILE:.1f} miles ({km:.1f} km)"


def _approximately(miles: float, km: float, limit: float | None, code: str) -> Reason:
    """Return the reason of a distance to the point that stands for a postal code."""
    # From the middle of a postal code, its point is no distance but an area that one is in.
    text = (
        f"In ZIP {code}"
        if miles < _SAME_AREA
        else f"About {_in_words(miles)} ({km:.0f} km) away, by ZIP {code}"
    )
    evidence = {"miles": miles, "km": km, "approximate": True, "postal_code": code}
    if limit is None or km <= limit - USUAL_KM:
        return met("distance", text, **evidence)
    text = f"{text}; {_limit(limit)} was the limit"
    if km <= limit + ROUGH_KM:
        return unknown("distance", f"{text}: look up how far the address is", **evidence)
    return unmet("distance", text, **evidence)


def _in_words(miles: float) -> str:
    return "1 mile" if round(miles) == 1 else f"{miles:.0f} miles"


_SAME_AREA: Final = 0.5
"""Miles from the point of a postal code within which the distance says nothing."""

_WITHOUT_POINT: Final = {
    "remote": met("distance", "No trip needed: by phone, online, or it comes to you", remote=True),
    "placeless": unknown("distance", "No place on file: ask whether an in-person visit is required"),
    "confidential": unknown(
        "distance", "The place is confidential: call the agency to learn where it is", confidential=True
    ),
    "unknown": unknown("distance", "No map position on file: ask for the address"),
}
