"""Areas served: shapes hold points, names alone are unknown."""

from __future__ import annotations

import json

import pytest

from communityconnector.matching.answers import Answer
from communityconnector.matching.areas import serves
from communityconnector.model import Point, ServiceArea

SQUARE = [[[-82, 36], [-81, 36], [-81, 37], [-82, 37], [-82, 36]]]
HOLE = [[-81.6, 36.4], [-81.4, 36.4], [-81.4, 36.6], [-81.6, 36.6], [-81.6, 36.4]]
INSIDE, OUTSIDE = Point(36.2, -81.8), Point(35.5, -81.5)


def area(shape, name="Somewhere", extent_type="geojson"):
    return ServiceArea(id="a", name=name, extent=json.dumps(shape), extent_type=extent_type)


SHAPES = {
    "polygon": {"type": "Polygon", "coordinates": SQUARE},
    "multipolygon": {"type": "MultiPolygon", "coordinates": [[[[0, 0], [1, 0], [1, 1], [0, 0]]], SQUARE]},
    "feature": {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": SQUARE}},
    "features": {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "geometry": {"type": "Polygon", "coordinates": SQUARE}}],
    },
    "collection": {"type": "GeometryCollection", "geometries": [{"type": "Polygon", "coordinates": SQUARE}]},
}


@pytest.mark.parametrize("name", SHAPES)
def test_every_geojson_shape_holds_its_points(name):
    assert serves([area(SHAPES[name])], INSIDE) == (Answer.MET, "Somewhere")
    assert serves([area(SHAPES[name])], OUTSIDE) == (Answer.UNMET, "Somewhere")


def test_a_hole_is_outside():
    shape = {"type": "Polygon", "coordinates": [*SQUARE, HOLE]}
    assert serves([area(shape)], Point(36.5, -81.5))[0] is Answer.UNMET
    assert serves([area(shape)], INSIDE)[0] is Answer.MET


def test_one_of_several_areas_is_enough():
    elsewhere = area({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}, "Elsewhere")
    assert serves([elsewhere, area(SHAPES["polygon"])], INSIDE) == (Answer.MET, "Somewhere")


@pytest.mark.parametrize(
    "extent", [None, "extent", "{", '{"type": "Polygon"}', '{"type": "Point", "coordinates": [1, 2]}', "[]"]
)
def test_an_area_without_a_shape_is_unknown(extent):
    named = ServiceArea(id="a", name="Ashe County", extent=extent, extent_type="geojson")
    assert serves([named], INSIDE) == (Answer.UNKNOWN, "Ashe County")


def test_another_format_is_unknown():
    assert serves([area(SHAPES["polygon"], extent_type="kml")], INSIDE)[0] is Answer.UNKNOWN
