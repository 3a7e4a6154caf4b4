"""An itinerary goes to as few places as it can, calls where no place is known, and says what is left."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

import builders
import communityconnector as cc
from builders import location, tagged
from communityconnector.model import (
    Location,
    ServiceArea,
)

HOME = cc.Point(36.40, -81.40)


def service(key, *needs, at=None, place=None, **fields):
    """A service for some needs, at a point or at a place."""
    if at is not None:
        place = location(f"at-{key}", point=at)
    places = () if place is None else (place,)
    return builders.service(key, *places, **{"name": key, "attributes": tagged(*needs), **fields})


def plan(*services, needs=("food-pantry", "legal-aid", "clothing"), near=HOME):
    matcher = cc.Matcher(cc.Directory.of(services), clock=lambda: datetime(2026, 11, 24, tzinfo=UTC))
    return matcher.plan([cc.Need(terms=need) for need in needs], near=near)


def done(found):
    return [[(errand.need, errand.match.service_id) for errand in stop.errands] for stop in found.stops]


def test_one_stop_for_two_needs_is_better_than_two_that_are_nearer():
    found = plan(
        service("food", "food-pantry", at=(36.41, -81.40)),
        service("law", "legal-aid", at=(36.39, -81.40)),
        service("both", "food-pantry", "legal-aid", at=(36.50, -81.40)),
        service("coats", "clothing", at=(36.45, -81.40)),
    )
    assert done(found) == [[(2, "coats")], [(0, "both"), (1, "both")]]
    assert (found.unmet, found.calls, found.exact, found.bound) == ((), (), True, 1.0)
    assert found.km == pytest.approx(cc.distance(HOME, cc.Point(36.50, -81.40)).km)
    assert found.stops[0].distance.km + found.stops[1].distance.km == pytest.approx(found.distance.km)


def test_a_need_that_no_place_offers_is_a_call():
    square = '{"type": "Polygon", "coordinates": [[[-82, 36], [-81, 36], [-81, 37], [-82, 37], [-82, 36]]]}'
    hotline = service("hotline", "legal-aid", service_areas=(ServiceArea(id="a", extent=square),))
    unknown = service("a-place", "legal-aid", place=Location(id="x", location_type="physical"))
    food = service("food", "food-pantry", at=(36.41, -81.40))
    found = plan(unknown, hotline, food)
    assert done(found) == [[(0, "food")]]
    assert [(errand.need, errand.match.service_id) for errand in found.calls] == [(1, "hotline")]
    assert found.unmet == (2,)
    found = plan(hotline, food, service("law", "legal-aid", at=(36.30, -81.40)))
    assert done(found) == [[(0, "food")], [(1, "law")]]
    assert found.calls == ()


def test_an_offer_without_a_known_place_is_used_only_as_a_last_resort():
    somewhere = Location(id="x", location_type="physical")
    unknown = service("unknown", "food-pantry", place=somewhere)
    assert [errand.match.service_id for errand in plan(unknown, needs=["food-pantry"]).calls] == ["unknown"]
    known = service("known", "food-pantry", at=(36.6, -81.4))
    assert done(plan(unknown, known, needs=["food-pantry"])) == [[(0, "known")]]


def test_no_needs_give_an_empty_itinerary():
    found = plan(needs=())
    assert (found.stops, found.km, found.exact) == ((), 0.0, True)
    assert plan(service("food", "food-pantry", at=(36.4, -81.4)), needs=["legal-aid"]).unmet == (0,)


def test_the_way_may_begin_at_the_first_stop():
    found = plan(service("food", "food-pantry", at=(36.41, -81.40)), needs=["food-pantry"], near=None)
    assert (found.km, found.stops[0].km) == (0.0, 0.0)


def test_unconsidered_offers_are_reported():
    many = [service(f"food-{n}", "food-pantry", at=(36.4 + n / 1000, -81.40)) for n in range(50)]
    found = plan(*many, needs=["food-pantry"])
    assert (done(found), found.exact, found.bound) == ([[(0, "food-0")]], False, 1.0)


def test_the_sample_plans_a_morning():
    matcher = cc.Matcher(cc.sample())
    found = matcher.plan(["food pantry", "clothing", "help with the light bill"], near="28694")
    assert found.unmet == ()
    assert json.dumps(found.to_dict())
    assert {e.need for stop in found.stops for e in stop.errands} | {e.need for e in found.calls} == {0, 1, 2}
