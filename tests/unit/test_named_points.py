"""A table that has names and points, and nothing more, is a list of places; points are taken the right way round."""

from __future__ import annotations

import io
import json

import pytest

import communityconnector as cc

LATITUDE, LONGITUDE = 36.4037, -81.4926


def read(text, name="list.csv"):
    file = io.StringIO(text)
    file.name = name
    return cc.read(file)


def points(directory):
    return [
        (link.location.latitude, link.location.longitude)
        for service in directory.services.values()
        for link in service.service_at_locations
    ]


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Name,LAT,LON", "Laurel Pantry,36.4037,-81.4926"),
        ("Pantry Name,X,Y", "Laurel Pantry,-81.4926,36.4037"),
        ("Name;X;Y", "Laurel Pantry;-81,4926;36,4037"),
        ("Nombre;Latitud;Longitud", "Laurel Pantry;36,4037;-81,4926"),
        ("Site\tPOINT_X\tPOINT_Y", "Laurel Pantry\t-81.4926\t36.4037"),
        ("title,lng,lat", "Laurel Pantry,-81.4926,36.4037"),
        ("Name,Lat/Lon", 'Laurel Pantry,"36.4037, -81.4926"'),
        ("Name,the_geom", "Laurel Pantry,POINT (-81.4926 36.4037)"),
        ("Name,Coordinates", 'Laurel Pantry,"{""lat"": ""36.4037"", ""lng"": ""-81.4926""}"'),
        ("Name,centroid_lat,centroid_lon", "Laurel Pantry,36.4037N,81.4926W"),
        ("A list of places,,\nName,Latitude,Longitude", "Laurel Pantry,36.4037,-81.4926"),
    ],
)
def test_names_and_points_are_a_list_of_places(header, row):
    directory = read(f"{header}\n{row}\n")
    assert [service.name for service in directory.services.values()] == ["Laurel Pantry"]
    assert points(directory) == [(LATITUDE, LONGITUDE)]


@pytest.mark.parametrize(
    "value",
    [
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [LONGITUDE, LATITUDE]}, "properties": {"name": "Laurel Pantry"}},
        [{"title": "Laurel Pantry", "phone": "828-555-0101", "coords": {"lat": LATITUDE, "lng": LONGITUDE}}],
        {"features": [{"attributes": {"Name": "Laurel Pantry"}, "geometry": {"x": LONGITUDE, "y": LATITUDE}}]},
    ],
)  # fmt: skip
def test_names_and_points_in_json_are_a_list_of_places(value):
    assert points(read(json.dumps(value), "list.json")) == [(LATITUDE, LONGITUDE)]


@pytest.mark.parametrize(
    "text",
    ["Name,X,Y\nPlayer,3,4\n", "Name,Score,X,Y\nPlayer,5,1234567.1,98765.4\n", "City,Lat,Lon\nBoone,36.21,-81.67\n", "Name,Lat\nA,36.40\n"],
)  # fmt: skip
def test_other_tables_are_not_lists_of_places(text):
    directory = read(text)
    assert not directory.services
    assert "no-name-column" in {finding.rule for finding in directory.findings}


@pytest.mark.parametrize(
    ("state", "latitude", "longitude", "expected"),
    [
        ("NC", "-81.4926", "36.4037", (LATITUDE, LONGITUDE)),
        ("", "-118.2437", "34.0522", (34.0522, -118.2437)),
        ("North Carolina", "36.4037", "81.4926", (LATITUDE, LONGITUDE)),
        ("GU", "13.4443", "144.7937", (13.4443, 144.7937)),
        ("", "36.4037", "81.4926", (36.4037, 81.4926)),
    ],
)
def test_axes_and_signs_that_can_be_no_others_are_mended(state, latitude, longitude, expected):
    directory = read(
        f"Program,Phone,State,Latitude,Longitude\nPantry,828-555-0101,{state},{latitude},{longitude}\n"
    )
    assert points(directory) == [expected]
    mended = str(expected[0]) != latitude or str(expected[1]) != longitude
    assert ("point-turned" in {finding.rule for finding in directory.findings}) is mended


@pytest.mark.parametrize(("latitude", "longitude"), [("-100.5", "-95.2"), ("95.5", "120.1")])
def test_a_point_that_is_nowhere_is_not_taken(latitude, longitude):
    directory = read(f"Program,Phone,Latitude,Longitude\nPantry,828-555-0101,{latitude},{longitude}\n")
    assert all(None in point for point in points(directory))
    assert "implausible-cell" in {finding.rule for finding in directory.findings}
    assert points(read("Program,Phone,Latitude,Longitude\nPantry,828-555-0101,36403700,-81492600\n")) == []
