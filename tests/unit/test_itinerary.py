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
    itinerary = plan(
        service("food", "food-pantry", at=(36.41, -81.40)),
        service("law", "legal-aid", at=(36.39, -81.40)),
        service("both", "food-pantry", "legal-aid", at=(36.50, -81.40)),
        service("coats", "clothing", at=(36.45, -81.40)),
    )
    assert done(itinerary) == [[(2, "coats")], [(0, "both"), (1, "both")]]
    assert (itinerary.unmet, itinerary.calls, itinerary.exact, itinerary.bound) == ((), (), True, 1.0)
    assert itinerary.km == pytest.approx(cc.distance(HOME, cc.Point(36.50, -81.40)).km)
    assert itinerary.stops[0].distance.km + itinerary.stops[1].distance.km == pytest.approx(
        itinerary.distance.km
    )


def test_a_need_that_no_place_offers_is_a_call():
    square = '{"type": "Polygon", "coordinates": [[[-82, 36], [-81, 36], [-81, 37], [-82, 37], [-82, 36]]]}'
    hotline = service("hotline", "legal-aid", service_areas=(ServiceArea(id="a", extent=square),))
    unknown = service("a-place", "legal-aid", place=Location(id="x", location_type="physical"))
    food = service("food", "food-pantry", at=(36.41, -81.40))
    itinerary = plan(unknown, hotline, food)
    assert done(itinerary) == [[(0, "food")]]
    assert [(errand.need, errand.match.service_id) for errand in itinerary.calls] == [(1, "hotline")]
    assert itinerary.unmet == (2,)
    itinerary = plan(hotline, food, service("law", "legal-aid", at=(36.30, -81.40)))
    assert done(itinerary) == [[(0, "food")], [(1, "law")]]
    assert itinerary.calls == ()


def test_an_offer_without_a_known_place_is_used_only_as_a_last_resort():
    somewhere = Location(id="x", location_type="physical")
    unknown = service("unknown", "food-pantry", place=somewhere)
    assert [errand.match.service_id for errand in plan(unknown, needs=["food-pantry"]).calls] == ["unknown"]
    known = service("known", "food-pantry", at=(36.6, -81.4))
    assert done(plan(unknown, known, needs=["food-pantry"])) == [[(0, "known")]]


def test_no_needs_give_an_empty_itinerary():
    itinerary = plan(needs=())
    assert (itinerary.stops, itinerary.km, itinerary.exact) == ((), 0.0, True)
    assert plan(service("food", "food-pantry", at=(36.4, -81.4)), needs=["legal-aid"]).unmet == (0,)


def test_the_way_may_begin_at_the_first_stop():
    itinerary = plan(service("food", "food-pantry", at=(36.41, -81.40)), needs=["food-pantry"], near=None)
    assert (itinerary.km, itinerary.stops[0].km) == (0.0, 0.0)


def test_unconsidered_offers_are_reported():
    many = [service(f"food-{n}", "food-pantry", at=(36.4 + n / 1000, -81.40)) for n in range(50)]
    itinerary = plan(*many, needs=["food-pantry"])
    assert (done(itinerary), itinerary.exact, itinerary.bound) == ([[(0, "food-0")]], False, 1.0)


def test_the_sample_plans_a_morning():
    matcher = cc.Matcher(cc.sample())
    itinerary = matcher.plan(["food pantry", "clothing", "help with the light bill"], near="28694")
    assert itinerary.unmet == ()
    assert json.dumps(itinerary.to_dict())
    assert {e.need for stop in itinerary.stops for e in stop.errands} | {e.need for e in itinerary.calls} == {
        0,
        1,
        2,
    }
