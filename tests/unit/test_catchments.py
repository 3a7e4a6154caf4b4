"""Areas given as ZIP codes and as shapes in any form are compared with where one is; what is doubtful asks."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import communityconnector as cc
from communityconnector.matching.criteria.zip_areas import zips_in
from communityconnector.model import Directory, Service, ServiceArea
from communityconnector.model.extents import is_swapped, polygons

NOW = datetime(2026, 12, 2, 15, tzinfo=UTC)
SQUARE = [[-81.8, 36.1], [-81.2, 36.1], [-81.2, 36.7], [-81.8, 36.7], [-81.8, 36.1]]
INSIDE, OUTSIDE = cc.Point(36.40, -81.49), cc.Point(36.40, -80.40)


def area_reason(near, *areas, also=()):
    service = Service(
        id="1",
        name="Food Pantry",
        status="active",
        service_areas=tuple(ServiceArea(id=str(n), **told) for n, told in enumerate(areas)),
    )
    (explained,) = cc.Matcher(Directory.of([service]), clock=lambda: NOW).explain(
        cc.Need("food pantry", near=near, areas=also), "1"
    )
    return next(reason for reason in explained.reasons if reason.criterion == "area")


@pytest.mark.parametrize(
    "text",
    [
        "28694", "28694, 28640", "28640; 28694 & 28617", "ZIP codes 28640 and 28694", "Zip: 28694", "zips 28640 28694",
        "28690-28699", "28690 to 28699", "286xx", "286**", "28694-1234", "Residents of the following ZIP codes: 28640, 28694",
        "c\u00f3digos postales 28640 y 28694", "28640\n28694", "(28694)", "28640 / 28694",
    ],
)  # fmt: skip
def test_a_list_of_zip_codes_holds_its_own_and_no_other(text):
    for told in (
        {"name": text},
        {"name": "Our area", "description": text},
        {"extent": text, "extent_type": "text"},
    ):
        assert area_reason("28694", told).answer.value == "met"
        assert area_reason("28694-0001", told).answer.value == "met"
        assert area_reason("94118", told).answer.value == "unmet"
        assert area_reason(INSIDE, told).answer.value == "unknown"
        assert area_reason(INSIDE, told, also=("28694",)).answer.value == "met"


@pytest.mark.parametrize(
    "text", ["Boone 28607", "Ashe County (28694) and beyond", "28694 and parts of Wilkes County"]
)
def test_zip_codes_among_other_words_rule_no_one_out(text):
    code = next(iter(zips_in(text).codes))
    assert area_reason(code, {"name": text}).answer.value == "met"
    assert area_reason("94118", {"name": text}).answer.value == "unknown"


@pytest.mark.parametrize(
    "text", ["Ashe County", "Highway 221", "828-555-0101", "$10000", "since 1998", "123456", "30 miles"]
)
def test_other_numbers_are_not_zip_codes(text):
    assert zips_in(text) is None


def test_one_area_of_several_is_enough():
    assert area_reason("28694", {"name": "94110"}, {"name": "28694"}).answer.value == "met"
    assert area_reason("28617", {"name": "94110"}, {"name": "28694"}).answer.value == "unmet"
    assert area_reason("28617", {"name": "94110"}, {"name": "Ashe County"}).answer.value == "met"
    assert area_reason("28617", {"name": "94110"}, {"name": "the valley"}).answer.value == "unknown"


def wkt(ring):
    return ", ".join(f"{x} {y}" for x, y in ring)


SHAPES = [
    json.dumps({"type": "Polygon", "coordinates": [SQUARE]}),
    f"POLYGON (({wkt(SQUARE)}))",
    f"polygon(({wkt(SQUARE)}))",
    f"SRID=4326;POLYGON (({wkt(SQUARE)}))",
    f"MULTIPOLYGON ((({wkt(SQUARE)})), ((0 0, 1 0, 1 1, 0 0)))",
    "POLYGON Z ((" + ", ".join(f"{x} {y} 0" for x, y in SQUARE) + "))",
]


@pytest.mark.parametrize("extent", SHAPES)
@pytest.mark.parametrize("form", ["geojson", "wkt", "text", None])
def test_a_shape_is_read_in_any_form(extent, form):
    fields = {"name": "Ashe", "extent": extent, "extent_type": form}
    assert area_reason(INSIDE, fields).answer.value == "met"
    assert area_reason(OUTSIDE, fields).answer.value == "unmet"


@pytest.mark.parametrize(
    "extent", ["POLYGON ((1 2, 3 4", "POLYGON EMPTY", "POINT (1 2)", "POLYGON ((a b, c d))"]
)
def test_well_known_text_without_an_inside_is_unknown(extent):
    assert polygons(extent) == ()
    assert area_reason(INSIDE, {"name": "Ashe", "extent": extent}).answer.value == "unknown"


def turned(ring):
    return [[y, x] for x, y in ring]


WEST = [[x - 30, y] for x, y in SQUARE]
LONDON = [[-0.5, 51.3], [0.3, 51.3], [0.3, 51.7], [-0.5, 51.7], [-0.5, 51.3]]


@pytest.mark.parametrize("ring", [SQUARE, WEST], ids=["Antarctica", "beyond the pole"])
def test_swapped_axes_are_detected_and_rule_no_one_out(ring):
    for extent in (
        json.dumps({"type": "Polygon", "coordinates": [turned(ring)]}),
        f"POLYGON (({wkt(turned(ring))}))",
    ):
        assert is_swapped(extent)
        for point in (INSIDE, OUTSIDE):
            assert area_reason(point, {"name": "Ashe", "extent": extent}).answer.value == "unknown"
        raw = [
            {
                "id": "1",
                "name": "Food Pantry",
                "status": "active",
                "service_areas": [{"id": "a", "extent": extent}],
            }
        ]
        rules = [f.rule for f in cc.read(io.BytesIO(json.dumps(raw).encode())).findings]
        assert "extent-swapped" in rules
    assert not any(map(is_swapped, SHAPES))


def test_a_shape_that_fits_only_with_its_axes_swapped_is_a_question():
    extent = json.dumps({"type": "Polygon", "coordinates": [turned(LONDON)]})
    assert not is_swapped(extent)
    here, elsewhere = cc.Point(51.5, 0.0), cc.Point(40.0, 3.0)
    assert area_reason(here, {"extent": extent}).answer.value == "unknown"
    assert area_reason(elsewhere, {"extent": extent}).answer.value == "unmet"
    many = [
        Service(
            id=str(n),
            name="Food Pantry",
            status="active",
            service_areas=(ServiceArea(id=f"a{n}", extent=extent),),
        )
        for n in range(40)
    ]
    assert len(cc.Matcher(Directory.of(many)).match(cc.Need("food pantry", near=here), limit=None)) == 40


@pytest.mark.parametrize("name", ["extent", "geojson", "geometry", "boundary"])
def test_a_shape_as_an_object_is_read(name):
    shape = {"type": "Polygon", "coordinates": [SQUARE]}
    raw = [
        {
            "id": "1",
            "name": "Food Pantry",
            "status": "active",
            "service_areas": [{"id": "a", "name": "Ashe", name: shape}],
        }
    ]
    directory = cc.read(io.BytesIO(json.dumps(raw).encode()))
    (area,) = directory.services["1"].service_areas
    assert json.loads(area.extent) == shape
    assert not [f for f in directory.findings if f.severity is cc.Severity.ERROR]


def test_a_shape_that_cannot_be_read_is_a_finding():
    for extent in ('{"type": "Polygon"}', "POLYGON ((1 2, 3", '{"rings": []}'):
        raw = [
            {
                "id": "1",
                "name": "Food Pantry",
                "status": "active",
                "service_areas": [{"id": "a", "extent": extent}],
            }
        ]
        rules = [f.rule for f in cc.read(io.BytesIO(json.dumps(raw).encode())).findings]
        assert "extent-not-read" in rules


codes = st.integers(0, 99_999).map("{:05}".format)


@given(st.lists(codes, min_size=1, max_size=8), codes, st.sampled_from([", ", "; ", " ", " and ", "/"]))
def test_a_list_of_codes_is_compared_code_by_code(listed, asked, between):
    zips = zips_in(between.join(listed))
    assert zips is not None
    assert zips.is_whole
    assert zips.has(asked) is (asked in listed)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"assured_date": "2026-11-01"}, "met"), ({"assured_date": "2018-03-01"}, "unmet"),
        ({"assured_date": "1900-01-01"}, "unknown"), ({"assured_date": "1970-01-01"}, "unknown"),
        ({"assured_date": "2027-05-01"}, "unknown"), ({"last_modified": "2026-11-01T00:00:00Z"}, "unknown"), ({}, "unknown"),
    ],
)  # fmt: skip
def test_a_future_date_of_checking_does_not_count_as_fresh(told, expected):
    service = Service(id="1", name="Food Pantry", status="active", **told)
    need = cc.Need("food pantry", assured_within=timedelta(days=90))
    (explained,) = cc.Matcher(Directory.of([service]), clock=lambda: NOW).explain(need, "1")
    assert next(r.answer.value for r in explained.reasons if r.criterion == "assured") == expected


@pytest.mark.parametrize(
    "name", ["last_updated", "updatedAt", "UpdatedOn", "date_updated", "lastModified", "Edit Date"]
)
def test_edited_is_not_verified(name):
    raw = [{"id": "1", "name": "Food Pantry", "status": "active", name: "2026-11-01"}]
    service = cc.read(io.BytesIO(json.dumps(raw).encode())).services["1"]
    assert (service.assured_date, (service.last_modified or "")[:10]) == (None, "2026-11-01")


@pytest.mark.parametrize(
    "name", ["LastVerifiedOn", "last_verified", "date_verified", "last_reviewed", "Resource Verified Date"]
)
def test_verified_is_assured(name):
    raw = [{"id": "1", "name": "Food Pantry", "status": "active", name: "2026-11-01T10:00:00Z"}]
    service = cc.read(io.BytesIO(json.dumps(raw).encode())).services["1"]
    assert (service.assured_date, service.last_modified) == ("2026-11-01", None)
