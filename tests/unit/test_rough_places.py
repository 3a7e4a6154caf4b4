"""An address without a point lies about where its postal code is, and nothing says more than that."""

from __future__ import annotations

from datetime import UTC, datetime

import attrs
import pytest

import communityconnector as cc
from builders import address, location, service
from communityconnector.matching.criteria.place import ROUGH_KM
from communityconnector.model import Directory, Disclosure, ServiceAtLocation

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
    assert first.reasons[-1].text == "About 2 miles (3 km) away, by ZIP 00002"
    assert first.to_dict()["distance"]["approximate"] is True
    assert first.distance.miles == pytest.approx(2, abs=0.02)


@pytest.mark.parametrize(
    ("code", "said"),
    [("00000", "In ZIP 00000"), ("00001", "About 1 mile (2 km) away, by ZIP 00001"), ("00050", "About 50 miles (80 km) away, by ZIP 00050")],
)  # fmt: skip
def test_no_distance_is_shown_from_a_postal_codes_center(code, said):
    assert distance(pantry("a", code)).text == said


@pytest.mark.parametrize(
    ("miles", "expected"),
    [(2, "met"), (4, "met"), (6, "unknown"), (12, "unknown"), (24, "unknown"), (26, "unmet"), (90, "unmet")],
)
def test_only_places_surely_beyond_the_limit_are_ruled_out(miles, expected):
    service = pantry("1", f"{miles:05}")
    reason = distance(service, within=cc.miles(10))
    assert (reason.answer.value, reason.evidence["approximate"]) == (expected, True)
    result = make_matcher(service).match(cc.Need("food pantry", near=HERE, within=cc.miles(10)))
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


def test_without_a_known_postal_code_the_town_is_shown():
    for place in (pantry("1", "99999"), pantry("2", "")):
        reason = distance(place)
        assert (reason.answer.value, reason.text) == ("unknown", "In Boone, NC: look up how far it is")
    bare = pantry("3", "", city="", state_province="")
    assert "not on record" not in distance(bare).text


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
    assert 0 < match.km < ROUGH_KM
