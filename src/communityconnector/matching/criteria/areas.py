"""Whether an area that a service serves includes where a person is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from communityconnector.matching.answers import Answer, Reason, met, unknown, unmet
from communityconnector.matching.criteria.criterion import Criterion, Facts
from communityconnector.matching.criteria.whereabouts import whereabouts
from communityconnector.matching.criteria.zip_areas import is_zip, zips_in
from communityconnector.model import Offer, ServiceArea
from communityconnector.model.extents import polygons
from communityconnector.needs.words import fold

Area = tuple[str, str, str]
"""The name of an area, its extent and the extent's form, as HSDS has them; "" for a missing one."""


def may_be_shape(form: str) -> bool:
    """Return whether an extent of a form may be GeoJSON or well-known text. "text" often means these."""
    return form.lower() not in ("topojson", "kml")


def serves(
    areas: Iterable[Area], point: tuple[float, float] | None, names: frozenset[str] = frozenset()
) -> tuple[Answer, str]:
    """Return whether any of the areas includes where a person is, and the name of the area that decided.

    A shape that can be read decides for its area. So does a list of ZIP codes, if the person's ZIP code is known. An area
    without either includes people in an area of the same name; for others it is unknown.

    Args:
        areas: the areas.
        point: latitude and longitude, if they are known.
        names: folded names of the areas that the person is in, and the ZIP code.
    """
    name, may_include = "", False
    codes = [code for code in names if is_zip(code)]
    for area, extent, form in areas:
        shape = polygons(extent) if point is not None and may_be_shape(form) else ()
        zips = None if shape else zips_in(area) or zips_in(extent)
        if zips is not None and codes:
            if any(zips.has(code) for code in codes):
                return Answer.MET, area or extent
            may_include = may_include or not zips.is_whole
        elif shape and point is not None:
            if any(polygon.holds(*point) for polygon in shape):
                return Answer.MET, area
            # A shape that holds the point only with its axes swapped was most likely written so.
            may_include = may_include or any(polygon.holds(*reversed(point)) for polygon in shape)
        elif area and fold(area).strip() in names:
            return Answer.MET, area
        else:
            may_include = True
        name = name or area or (extent if zips is not None else "")
    return (Answer.UNKNOWN if may_include else Answer.UNMET), name


def _extent(area: ServiceArea) -> str:
    """Return the extent of an area; if it has none, its description, if that is only ZIP codes."""
    if area.extent or not area.description:
        return area.extent or ""
    zips = zips_in(area.description)
    return area.description if zips is not None and zips.is_whole else ""


def _area_facts(offer: Offer) -> Facts:
    served = tuple((a.name or "", _extent(a), a.extent_type or "") for a in offer.service_areas)
    return (served, offer.placeless)


def _area_answer(facts: Facts, required: Any) -> Reason | None:
    served, placeless = facts
    if not served:
        return unknown("area", "Ask whether they serve where you are") if placeless else None
    answer, name = serves(served, *required)
    area = name or "an area given as a shape"
    if answer is Answer.MET:
        return met("area", f"Serves {area}, where you are", area=name)
    if answer is Answer.UNMET:
        return unmet("area", f"Serves {area}, where you are not", area=name)
    return unknown("area", f"Serves {area}: ask whether that includes where you are", area=name)


AREA: Final = Criterion("area", whereabouts, _area_facts, _area_answer, is_before_distance=True)
"""Whether one of the areas that the offer, else its service, serves includes the place of the need."""
