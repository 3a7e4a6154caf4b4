"""Whether an area that a service serves includes where a person is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from communityconnector.matching.answers import Answer, Doubt, Reason, doubted, met, unknown, unmet
from communityconnector.matching.criteria.criterion import Criterion, Facts
from communityconnector.matching.criteria.residence import NAMED, REQUIRED, SAID, residences
from communityconnector.matching.criteria.served_places import AT_HOME, places_in
from communityconnector.matching.criteria.whereabouts import Whereabouts, whereabouts
from communityconnector.matching.criteria.zip_areas import is_zip, zips_in
from communityconnector.model import Offer, ServiceArea
from communityconnector.model.extents import polygons
from communityconnector.model.gazetteer import counties_of_zip, county, state
from communityconnector.needs.words import fold

Area = tuple[str, str, str]
"""The name of an area, its extent and the extent's form, as HSDS has them; "" for a missing one."""


def may_be_shape(form: str) -> bool:
    """Return whether an extent of a form may be GeoJSON or well-known text. "text" often means these."""
    return form.lower() not in ("topojson", "kml")


_SHAPE: Final = re.compile(
    r"\s*(?:[{\[]|(?:SRID=\d+;\s*)?(?:MULTI)?(?:POLYGON|POINT|LINESTRING)|GEOMETRY)", re.IGNORECASE
)
"""How a shape begins."""


def serves(areas: Iterable[Area], person: Whereabouts) -> tuple[Answer, str]:
    """Return whether any of the areas includes where a person is, and the name of the area that decided.

    A shape that can be read decides for its area. So does a list of ZIP codes, if the person's ZIP code is known. An area
    without either includes people in an area of the same name, and those whose county, town or state it names.

    Args:
        areas: the areas.
        person: where the person is.
    """
    name, may_include = "", False
    codes = [code for code in person.names if is_zip(code)]
    for area, extent, form in areas:
        shape = polygons(extent) if person.point is not None and may_be_shape(form) else ()
        zips = None if shape else zips_in(area) or zips_in(extent)
        if zips is not None and codes:
            if any(zips.has(code) for code in codes):
                return Answer.MET, area or extent
            may_include = may_include or not zips.is_whole
        elif shape and person.point is not None:
            if any(polygon.holds(*person.point) for polygon in shape):
                return Answer.MET, area
            # A shape that holds the point only with its axes swapped was most likely written so.
            may_include = may_include or any(polygon.holds(*reversed(person.point)) for polygon in shape)
        elif area and fold(area).strip() in person.names:
            return Answer.MET, area
        else:
            # A shape that cannot be read may be another place than the name.
            answer = (
                Answer.UNKNOWN
                if may_be_shape(form) and _SHAPE.match(extent)
                else places_in(area).includes(person)
            )
            if answer is Answer.MET:
                return answer, area
            may_include = may_include or answer is Answer.UNKNOWN
        name = name or area or (extent if zips is not None else "")
    return (Answer.UNKNOWN if may_include else Answer.UNMET), name


def lives_in(place: str, person: Whereabouts) -> Answer:
    """Return whether a person lives in a place that a text names."""
    zips = zips_in(place)
    if zips is None:
        return places_in(place).includes(person)
    codes = [code for code in person.names if is_zip(code)]
    if any(zips.has(code) for code in codes):
        return Answer.MET
    return Answer.UNMET if codes and zips.is_whole else Answer.UNKNOWN


def _extent(area: ServiceArea) -> str:
    """Return the extent of an area; if it has none, its description, if that is only ZIP codes."""
    if area.extent or not area.description:
        return area.extent or ""
    zips = zips_in(area.description)
    return area.description if zips is not None and zips.is_whole else ""


def _area_facts(offer: Offer) -> Facts:
    areas = tuple((_named(a.name or "", offer), _extent(a), a.extent_type or "") for a in offer.service_areas)
    service = offer.service
    names = (service.name, offer.organization.name if offer.organization else "")
    texts = residences(service.eligibility_description or "", service.description or "", names)
    return areas, offer.placeless, tuple(map(tuple, texts))


def _named(name: str, offer: Offer) -> str:
    """Return the name of an area, with the state or the county of the offer's address in place of "statewide"."""
    words = fold(name).strip()
    if words not in _WIDE:
        return name
    for address in offer.location.addresses if offer.location is not None else ():
        its_state = state(address.state_province or "")
        if its_state is not None and _WIDE[words] == "state":
            return its_state.name
        counties = counties_of_zip(address.postal_code or "")
        fips, share = next(iter(counties.items()), ("", 0.0))
        its_county = county(fips) if share >= AT_HOME else None
        if its_county is not None and _WIDE[words] == "county":
            return f"{its_county.name}, {its_county.state}"
    return name


_WIDE: Final = {
    "statewide": "state", "state wide": "state", "state-wide": "state", "entire state": "state", "all counties": "state",
    "countywide": "county", "county wide": "county", "county-wide": "county", "entire county": "county",
}  # fmt: skip


def _area_answer(facts: Facts, required: Any) -> Reason | None:
    served, placeless, told = facts
    answer, name = serves(served, required) if served else (Answer.UNKNOWN, "")
    if answer is Answer.UNMET:
        return unmet("area", f"Serves {_shown(name)}, where you are not", area=name)
    by_text = _answer_of_texts(told, required, has_areas=bool(served))
    if answer is Answer.MET:
        return by_text if by_text is not None and by_text.answer is not Answer.MET else _is_served(name)
    if by_text is not None:
        return by_text
    if served:
        return unknown("area", f"Serves {_shown(name)}: ask whether that includes where you are", area=name)
    return unknown("area", "Ask whether they serve where you are") if placeless else None


def _is_served(name: str) -> Reason:
    return met("area", f"Serves {_shown(name)}, where you are", area=name)


def _shown(name: str) -> str:
    return name or "an area given as a shape"


def _answer_of_texts(
    told: Sequence[tuple[str, str]], person: Whereabouts, *, has_areas: bool
) -> Reason | None:
    """Return what texts say of where a person is; `None` if they leave it open.

    Args:
        told: the places of the texts, and with which force each is said (`Residence`).
        person: where the person is.
        has_areas: whether the record also has areas. Then a county in a name says nothing more.
    """
    for force in (REQUIRED, SAID, NAMED):
        places = [place for place, its_force in told if its_force == force]
        answers = [lives_in(place, person) for place in places]
        if not places or (force == NAMED and has_areas):
            continue
        if Answer.MET in answers:
            place = places[answers.index(Answer.MET)]
            return (
                None if force == NAMED else met("area", f"For people of {place}, where you are", place=place)
            )
        if all(answer is Answer.UNMET for answer in answers):
            place = places[0]
            if force == REQUIRED:
                return unmet("area", f"For people of {place}, where you are not", place=place)
            said, doubt = _SAID[force]
            return doubted(
                "area", doubt, f"{said} {place}: ask whether they serve where you are", place=place
            )
    return None


_SAID: Final = {
    SAID: ("Its description says that it serves people of", Doubt.UNLIKELY),
    NAMED: ("Its name says", Doubt.DOUBTFUL),
}

AREA: Final = Criterion("area", whereabouts, _area_facts, _area_answer, is_before_distance=True)
"""Whether one of the areas that the offer, else its service, serves includes the place of the need."""
