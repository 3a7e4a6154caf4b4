"""Areas served: shapes hold points, names alone are unknown."""

from __future__ import annotations

import json

import pytest

from communityconnector.matching.answers import Answer
from communityconnector.matching.criteria import areas
from communityconnector.matching.criteria.whereabouts import Whereabouts
from communityconnector.model import Point, ServiceArea

SQUARE = [[[-82, 36], [-81, 36], [-81, 37], [-82, 37], [-82, 36]]]
HOLE = [[-81.6, 36.4], [-81.4, 36.4], [-81.4, 36.6], [-81.6, 36.6], [-81.6, 36.4]]
INSIDE, OUTSIDE = Point(36.2, -81.8), Point(35.5, -81.5)


def serves(given, point):
    facts = [(a.name or "", a.extent or "", a.extent_type or "") for a in given]
    return areas.serves(facts, Whereabouts((point.latitude, point.longitude), frozenset()))


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


@pytest.mark.parametrize(
    "ring",
    [
        [[0, 0], [1, 1], [0, 0]],
        [[0, 0], [1, "x"], [1, 1], [0, 0]],
        [[0, 0], [1], [1, 1], [0, 0]],
        [[0, 0], [1, 95], [1, 1], [0, 0]],
        [[0, 0], [float("inf"), 1], [1, 1], [0, 0]],
        [],
        [[-120, 80], [0, 80], [120, 80], [-120, 80]],
    ],
    ids=["two corners", "a text", "a number short", "beyond the pole", "endless", "nothing", "around a pole"],
)
def test_an_invalid_ring_is_unknown(ring):
    shape = {"type": "MultiPolygon", "coordinates": [SQUARE, [ring]]}
    assert serves([area(shape)], OUTSIDE)[0] is Answer.UNKNOWN


def test_a_shape_across_the_antimeridian_holds_what_is_in_it_and_nothing_else():
    shape = {
        "type": "Polygon",
        "coordinates": [[[170, -20], [-170, -20], [-170, -10], [170, -10], [170, -20]]],
    }
    for longitude in (175, -175, 180, -180, 170, -170):
        assert serves([area(shape)], Point(-15, longitude))[0] is Answer.MET
    for longitude in (0, 165, -165):
        assert serves([area(shape)], Point(-15, longitude))[0] is Answer.UNMET


def test_an_edge_belongs_to_the_area():
    for point in (Point(36, -81.5), Point(37, -82), Point(36.5, -81)):
        assert serves([area(SHAPES["polygon"])], point)[0] is Answer.MET
