"""An address without a point lies about where its postal code is, and nothing says more than that."""

from __future__ import annotations

from datetime import UTC, datetime

import attrs
import pytest

import communityconnector as cc
from builders import address, location, service
from communityconnector.model import Directory, Disclosure, ServiceArea, ServiceAtLocation

NOW = datetime(2026, 12, 2, 15, tzinfo=UTC)
HERE = cc.Point(36.40, -81.47)


def degrees(miles):
    """Degrees of latitude, roughly."""
    return miles / 69.0


CODES = {f"0000{miles}": cc.Point(36.40 + degrees(miles), -81.47) for miles in range(10)}
CODES.update({f"000{miles}": cc.Point(36.40 + degrees(miles), -81.47) for miles in range(10, 100)})


class Codes:
    """Knows the postal codes of a made-up country, named by their miles from here."""

    def locate(self, place):
        return CODES.get(place)


def pantry(key, code="", *, point=None, disclosure=None, **fields):
    """A pantry at an address with a postal code, and at a point where one is given."""
    point = point and (point.latitude, point.longitude)
    place = location(
        f"l{key}", point=point, disclosure=disclosure, addresses=(address(postal_code=code, **fields),)
    )
    return service(key, place)


def make_matcher(*services, **more):
    return cc.Matcher(Directory.of(services), geocoder=Codes(), clock=lambda: NOW, **more)


def distance(service, **asked):
    (explained,) = make_matcher(service).explain(cc.Need("food pantry", near=HERE, **asked), service.id)
    return next(reason for reason in explained.reasons if reason.criterion == "distance")


def test_it_ranks_by_its_postal_code_among_what_has_a_point():
    near, middle, far = pantry("c", "00002"), pantry("b", "", point=CODES["00005"]), pantry("a", "00050")
    for rank in ("score", "distance"):
        result = make_matcher(near, middle, far).match(cc.Need("food pantry", near=HERE), rank=rank)
        assert [match.service.id for match in result] == ["c", "b", "a"]
        assert [match.is_approximate for match in result] == [True, False, True]
    first = make_matcher(near).match(cc.Need("food pantry", near=HERE))[0]
    assert first.reasons[-1].text == "About 2 miles (by ZIP code)"
    assert first.to_dict()["distance"]["approximate"] is True
    assert first.distance.miles == pytest.approx(2, abs=0.02)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("00000", "In ZIP code 00000"),
        ("00001", "About 1 mile (by ZIP code)"),
        ("00050", "About 50 miles (by ZIP code)"),
    ],
)
def test_no_distance_is_shown_from_a_postal_codes_center(code, said):
    assert distance(pantry("a", code)).text == said


@pytest.mark.parametrize(
    ("miles", "expected"),
    [(0, "met"), (4, "met"), (6, "unknown"), (20, "unknown"), (34, "unknown"), (36, "unmet"), (90, "unmet")],
)
def test_only_places_surely_beyond_the_limit_are_ruled_out(miles, expected):
    service = pantry("1", f"{miles:05}")
    reason = distance(service, within=cc.miles(20))
    assert ("May lie within 20 miles: about " in reason.text) is (expected == "unknown")
    assert (reason.answer.value, reason.evidence["approximate"]) == (expected, True)
    result = make_matcher(service).match(cc.Need("food pantry", near=HERE, within=cc.miles(20)))
    assert bool(result) is (expected != "unmet")
    assert (result.ruled_out == {"distance": 1}) is (expected == "unmet")


def test_a_wider_radius_loses_no_rough_place():
    services = [pantry(str(miles), f"{miles:05}") for miles in range(0, 60, 3)]
    asks = make_matcher(*services)
    before = set()
    for limit in (0, 1, 5, 10, 20, 40, None):
        within = None if limit is None else cc.miles(limit)
        found = {
            m.service.id for m in asks.match(cc.Need("food pantry", near=HERE, within=within), limit=None)
        }
        assert before <= found
        before = found
    assert len(before) == len(services)


def test_without_a_known_postal_code_the_town_or_county_gives_the_distance():
    for place in (pantry("1", "99999"), pantry("2", "")):
        reason = distance(place)
        assert (reason.answer.value, reason.text) == ("met", "About 17 miles (by town)")
    county = pantry("3", city="", region="Ashe County")
    assert distance(county).text == "About 1 mile (by county)"


def test_a_place_that_nobody_knows_is_shown_without_a_distance():
    for place in (pantry("1", city="Atlantis"), pantry("2", state_province="ZZ")):
        reason = distance(place)
        assert (reason.answer.value, reason.evidence) == ("unknown", {})
        assert reason.text.endswith(": look up how far it is")
    bare = pantry("3", "", city="", state_province="")
    assert "not on record" not in distance(bare).text


def test_a_saved_index_has_the_same_places(tmp_path):
    services = [pantry("1", "28694"), pantry("2", city="Todd"), pantry("3", "59301", state_province="MT")]
    matcher = cc.Matcher(Directory.of(services), clock=lambda: NOW)
    matcher.index.save(tmp_path / "index")
    again = cc.Matcher(cc.Index.open(tmp_path / "index"), clock=lambda: NOW)
    need = cc.Need("food pantry", near=HERE)
    assert [(m.km, m.reasons, m.score) for m in again.match(need)] == [
        (m.km, m.reasons, m.score) for m in matcher.match(need)
    ]


def test_a_mailing_address_and_a_foreign_code_are_not_taken_for_a_place():
    assert distance(pantry("1", "00002", address_type="postal")).answer.value == "unknown"
    assert distance(pantry("1", "00002", country="DE")).answer.value == "unknown"


@pytest.mark.parametrize("hidden", ["place", "address"])
def test_a_confidential_place_has_no_rough_distance(hidden):
    service = pantry("1", "00002", disclosure=Disclosure.NEVER if hidden == "place" else None)
    if hidden == "address":
        place = service.service_at_locations[0].location
        address = attrs.evolve(place.addresses[0], disclosure=Disclosure.NEVER)
        link = ServiceAtLocation(id="at1", location=attrs.evolve(place, addresses=(address,)))
        service = attrs.evolve(service, service_at_locations=(link,))
    for audience in cc.Audience:
        match = make_matcher(service, audience=audience).match(cc.Need("food pantry", near=HERE))[0]
        assert (match.km, match.is_approximate) == (None, False)
        assert "00002" not in str([reason.text for reason in match.reasons])


def test_a_built_and_an_updated_index_place_it_alike(tmp_path):
    services = [pantry("1", "00002"), pantry("2", "00030")]
    need = cc.Need("food pantry", near=HERE, within=cc.miles(20))

    def told(asks):
        return [(m.offer_id, m.km, m.reasons) for m in asks.match(need)]

    expected = told(make_matcher(*services))
    built = cc.Index.build(iter(services), tmp_path / "index", locate=Codes().locate)
    again = cc.Matcher(built, geocoder=Codes(), clock=lambda: NOW)
    assert told(again) == expected
    assert again.explain(need, "1")[0].reasons == make_matcher(*services).explain(need, "1")[0].reasons
    fresh = cc.Matcher(Directory.of([]), geocoder=Codes(), clock=lambda: NOW)
    fresh.update(Directory.of(services))
    assert told(fresh) == expected


def test_us_zip_codes_are_known_by_default():
    service = pantry("1", "28694")
    match = cc.Matcher(Directory.of([service])).match(cc.Need("food pantry", near="28640"))[0]
    assert match.is_approximate
    assert 0 < match.km < 10


def test_a_zip_code_of_another_state_than_the_address_is_not_believed():
    reason = distance(pantry("1", "90012"))
    assert (reason.text, reason.evidence["place"]) == ("About 17 miles (by town)", "Boone, NC")


def test_near_and_approximate_comes_before_far_and_exact():
    near, far = pantry("b", "28694"), pantry("a", point=cc.Point(34.9, -81.49))
    asks = cc.Matcher(Directory.of([near, far]), clock=lambda: NOW)
    for place in (
        "28694",
        "West Jefferson, NC",
        "Ashe County",
        "Ashe, NC",
        "1 Elm St, West Jefferson, NC 28694",
    ):
        for rank in ("score", "distance"):
            result = asks.match(cc.Need("food pantry", near=place), rank=rank)
            assert [match.service.id for match in result] == ["b", "a"]
            assert result[0].is_approximate


def test_a_limit_rules_out_what_is_surely_elsewhere():
    """An address in the wrong state never passes for near, and one nearby is kept."""
    near, far = pantry("near", "28694"), pantry("far", "90012", state_province="CA")
    result = cc.Matcher(Directory.of([near, far])).match(
        cc.Need("food pantry", near="28694", within=cc.miles(10))
    )
    assert [match.service.id for match in result] == ["near"]
    assert result.ruled_out == {"distance": 1}


def test_a_patron_in_a_town_is_not_told_that_what_may_be_near_is_too_far():
    """Towns and counties are wide: what lies within the limit of some part of them is kept and says so."""
    service = pantry("1", point=cc.Point(36.404, -81.60))  # 6 miles from the middle of West Jefferson
    asks = cc.Matcher(Directory.of([service]))
    for place in ("West Jefferson, NC", "Ashe County, NC"):
        match = asks.match(cc.Need("food pantry", near=place, within=cc.miles(2)))[0]
        assert match.reasons[-1].answer.value == "unknown"
        assert match.reasons[-1].text.startswith("May lie within 2 miles: ")
    assert not asks.match(cc.Need("food pantry", near="West Jefferson, NC", within=cc.miles(2)))[
        0
    ].is_approximate
    assert not asks.match(cc.Need("food pantry", near="90012", within=cc.miles(2)))


def test_a_wide_place_is_found_from_far_away():
    """Miles City's ZIP code reaches 60 miles: what may be within the limit is found from its edge, and by a batch."""
    wide = pantry("wide", "59301", city="Miles City", state_province="MT")
    others = [pantry(str(n), point=cc.Point(46.0 + n / 300, -106.6)) for n in range(300)]
    asks = cc.Matcher(Directory.of([wide, *others]), clock=lambda: NOW)
    edge = cc.Need(terms="food-pantry", near=cc.Point(46.95, -106.6), within=cc.miles(5))
    for rank in ("score", "distance"):
        every = [match.service.id for match in asks.match(edge, limit=None, rank=rank)]
        assert "wide" in every
        assert [match.service.id for match in asks.match_many([edge], limit=400, rank=rank)[0]] == every
    far = attrs.evolve(edge, near=cc.Point(48.9, -106.6))
    assert not asks.match(far)


@pytest.mark.parametrize(
    "place", ["Springfield", "Washington County", "Atlantis", "Boone", "1600 Pennsylvania Avenue"]
)
def test_a_name_that_may_be_several_places_is_not_guessed(place):
    with pytest.raises(cc.PlaceNotFoundError, match="with its state"):
        make_matcher_of_places().match(cc.Need("food pantry", near=place))


def make_matcher_of_places():
    return cc.Matcher(Directory.of([pantry("1", "28694")]))


def test_a_patron_somewhere_in_a_county_is_in_that_county_and_in_no_town_of_it():
    """What serves another county is ruled out; what serves one of its towns is not."""
    served = [
        attrs.evolve(pantry(key, "28694"), service_areas=(cc_area(key, name),))
        for key, name in (
            ("own", "Ashe County"),
            ("town", "Town of West Jefferson"),
            ("other", "Watauga County"),
        )
    ]
    asks = cc.Matcher(Directory.of(served), clock=lambda: NOW)
    result = asks.match(cc.Need("food pantry", near="Ashe County, NC"))
    assert {match.service.id for match in result} == {"own", "town"}
    assert result.ruled_out == {"area": 1}


def cc_area(key, name):
    return ServiceArea(id=f"area-{key}", name=name)
