"""Whether an area that a service serves takes in where somebody is."""

from __future__ import annotations

from collections.abc import Iterable

from communityconnector.matching.answers import Answer
from communityconnector.matching.criteria.zip_areas import is_zip, zips_in
from communityconnector.model.extents import polygons
from communityconnector.needs.words import fold

Area = tuple[str, str, str]
"""An area's name, its extent and the extent's form, as HSDS has them; "" where it does not say."""


def may_be_shape(form: str) -> bool:
    """Whether an extent of a form may be GeoJSON or well-known text. What says "text" often is."""
    return form.lower() not in ("topojson", "kml")


def serves(
    areas: Iterable[Area], point: tuple[float, float] | None, names: frozenset[str] = frozenset()
) -> tuple[Answer, str]:
    """Whether any of the areas takes in where somebody is, and the name of the area that decided.

    A shape that can be read decides for its area, and so does a list of ZIP codes where one of the names is a ZIP code.
    An area without either takes in whoever is in an area of its name, and might take in anybody else: unknown.

    Args:
        areas: the areas.
        point: latitude and longitude, if they are known.
        names: folded names of areas that they are in, their ZIP code among them.
    """
    name, open_question = "", False
    codes = [code for code in names if is_zip(code)]
    for called, extent, form in areas:
        shape = polygons(extent) if point is not None and may_be_shape(form) else ()
        listed = None if shape else zips_in(called) or zips_in(extent)
        if listed is not None and codes:
            if any(listed.has(code) for code in codes):
                return Answer.MET, called or extent
            open_question = open_question or not listed.is_whole
        elif shape and point is not None:
            if any(polygon.holds(*point) for polygon in shape):
                return Answer.MET, called
            # A shape that holds the point only with its axes swapped was most likely written so.
            open_question = open_question or any(polygon.holds(*reversed(point)) for polygon in shape)
        elif called and fold(called).strip() in names:
            return Answer.MET, called
        else:
            open_question = True
        name = name or called or (extent if listed is not None else "")
    return (Answer.UNKNOWN if open_question else Answer.UNMET), name
