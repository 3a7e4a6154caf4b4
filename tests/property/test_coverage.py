"""Laws of coverage: what holds whatever the directory and the places."""

from __future__ import annotations

import itertools
import math
import os
from datetime import UTC, datetime
from random import Random

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import address, agency, location
from communityconnector import coverage
from communityconnector.coverage import reach as reaching
from communityconnector.coverage.places import Places
from communityconnector.coverage.status import ORDER, Status, statuses
from communityconnector.matching.criteria.place import KM_A_MILE
from communityconnector.model import Directory, Language, Service, ServiceArea, ServiceAtLocation
from communityconnector.model.gazetteer import zip_area
from communityconnector.model.geography import geodesic_km

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
NEEDS = ("food-pantry", "dental-care")
NAMES = {"food-pantry": "Food Pantry", "dental-care": "Dental Clinic"}
WITHIN = (1.0, 5.0, 10.0)
AREAS = ("", "Ashe County, NC", "Wilkes County, NC", "the northern end")

latitudes = st.sampled_from([36.3, 36.4]) | st.floats(36.2, 36.6).map(lambda value: round(value, 5))
longitudes = st.sampled_from([-81.5, -81.4]) | st.floats(-81.8, -81.2).map(lambda value: round(value, 5))
"""Some are on a grid, so that several services are at one point."""


@st.composite
def offers(draw, key):
    """A service for a need, at a place that is exact, about, unknown or nowhere, for whoever it is for."""
    need = draw(st.sampled_from(NEEDS))
    kind = draw(st.sampled_from(["point", "point", "point", "zip", "none", "virtual"]))
    point = (draw(latitudes), draw(longitudes)) if kind == "point" else None
    fields = {"minimum_age": draw(st.sampled_from([None, None, 18.0, 60.0]))}
    if draw(st.booleans()):
        fields["languages"] = (Language(id=f"{key}-l", code=draw(st.sampled_from(["en", "es"]))),)
    area = draw(st.sampled_from(AREAS))
    if area:
        fields["service_areas"] = (ServiceArea(id=f"{key}-a", name=area),)
    places = ()
    if kind != "none":
        options = {"location_type": "virtual"} if kind == "virtual" else {}
        place = location(f"{key}-p", street="1 Elm Street" if kind == "zip" else "", point=point, **options)
        places = (ServiceAtLocation(id=f"{key}-s", location=place),)
    return Service(
        id=key, name=NAMES[need], status="active", organization=agency(f"agency-{draw(st.integers(0, 3))}"),
        service_at_locations=places, **fields,
    )  # fmt: skip


@st.composite
def directories(draw, most=6):
    count = draw(st.integers(0, most))
    return [draw(offers(f"service-{number}")) for number in range(count)]


@st.composite
def peoples(draw):
    rows = draw(st.lists(st.tuples(latitudes, longitudes, st.integers(0, 3000)), min_size=1, max_size=6))
    return Places.of(
        [
            {
                "id": f"place-{number}",
                "people": people,
                "latitude": north,
                "longitude": east,
                "county": "37009",
            }
            for number, (north, east, people) in enumerate(rows)
        ]
    )


persons = st.fixed_dictionaries(
    {}, optional={"age": st.sampled_from([16, 30, 70]), "language": st.sampled_from(["en", "es"])}
)


def cover(services, places, person=None, within=WITHIN):
    return coverage.of(
        Directory.of(services),
        places,
        needs=NEEDS,
        within=within,
        person=person or {},
        now=NOW,
        zone="America/New_York",
    )


@given(directories(), peoples(), persons)
def test_low_is_never_above_likely_nor_likely_above_high(services, places, person):
    c = cover(services, places, person)
    assert (c.reach.sure <= c.reach.possible).all()
    for need in c.needs():
        for share in need.shares.values():
            assert 0.0 <= share.low <= share.likely <= share.high <= 1.0


@given(directories(), peoples(), persons)
def test_every_cell_has_one_status_and_all_people_are_counted(services, places, person):
    c = cover(services, places, person)
    assert set(np.unique(c.status).tolist()) <= set(range(len(ORDER)))
    for need in c.needs():
        assert sum(need.people.values()) == places.total


@given(directories(), peoples(), persons)
def test_shares_only_grow_with_the_distance(services, places, person):
    for need in cover(services, places, person).needs():
        shares = [need.shares[miles] for miles in WITHIN]
        assert all(a.low <= b.low and a.high <= b.high for a, b in itertools.pairwise(shares))


@given(directories(5), offers("one-more"), peoples(), persons)
def test_one_more_service_never_lowers_a_share(services, more, places, person):
    before, after = cover(services, places, person), cover([*services, more], places, person)
    assert (before.reach.sure <= after.reach.sure).all()
    assert (before.reach.possible <= after.reach.possible).all()
    assert (after.reach.nearest_km <= before.reach.nearest_km).all()


@given(directories(), peoples(), persons)
def test_what_is_learned_never_widens_the_bounds(services, places, person):
    """Every age is written down where none is, as the person's own or as one that rules them out."""
    before = cover(services, places, {"age": 30, **person})
    for learned in (0.0, 200.0):
        known = [
            attrs.evolve(service, minimum_age=learned) if service.minimum_age is None else service
            for service in services
        ]
        after = cover(known, places, {"age": 30, **person})
        assert (after.reach.possible <= before.reach.possible).all()
        if learned == 0.0:
            assert (after.reach.sure >= before.reach.sure).all()


@given(directories(), peoples(), persons)
def test_the_same_agency_twice_is_one_choice(services, places, person):
    twice = [*services, *(attrs.evolve(service, id=f"{service.id}-again") for service in services)]
    before, after = cover(services, places, person), cover(twice, places, person)
    assert (before.reach.sure == after.reach.sure).all()
    assert (before.reach.possible == after.reach.possible).all()


@given(directories(), peoples(), persons, st.randoms(use_true_random=False))
def test_the_order_of_services_changes_nothing(services, places, person, random):
    shuffled = random.sample(services, len(services))
    a, b = cover(services, places, person), cover(shuffled, places, person)
    assert (a.reach.sure == b.reach.sure).all()
    assert (a.reach.possible == b.reach.possible).all()
    assert np.allclose(a.reach.likely, b.reach.likely)
    assert a.ask_first() == b.ask_first()


@given(directories(), peoples(), persons)
def test_a_place_split_into_two_equal_parts_changes_no_share(services, places, person):
    halves = [
        {
            "id": f"{key}-{part}",
            "people": int(people),
            "latitude": float(north),
            "longitude": float(east),
            "county": "37009",
        }
        for key, people, north, east in zip(
            places.ids, places.people, places.latitude, places.longitude, strict=True
        )
        for part in "ab"
    ]
    whole, split = cover(services, places, person), cover(services, Places.of(halves), person)
    for a, b in zip(whole.needs(), split.needs(), strict=True):
        assert a.shares.keys() == b.shares.keys()
        assert all(np.allclose(a.shares[miles], b.shares[miles]) for miles in WITHIN)


@given(directories(), peoples())
def test_tiles_find_what_measuring_every_pair_finds(services, places):
    c = cover(services, places)
    supply = c.supply
    for number in range(len(NEEDS)):
        for place in range(len(places)):
            here = float(places.latitude[place]), float(places.longitude[place])
            km = {}
            for entry in np.flatnonzero(supply.need == number).tolist():
                offer = int(supply.offer[entry])
                if supply.is_placed[offer] and supply.open[entry] == 0:
                    there = float(supply.latitude[offer]), float(supply.longitude[offer])
                    distance = geodesic_km(*here, *there) + float(supply.radius_km[offer])
                    if serves(supply, offer):
                        agency_number = int(supply.agency[offer])
                        km[agency_number] = min(distance, km.get(agency_number, np.inf))
            for limit, miles in enumerate(WITHIN):
                edge = any(abs(each - miles * KM_A_MILE) < 1e-3 for each in km.values())
                if not edge:
                    assert c.reach.sure[number, limit, place] == sum(
                        each <= miles * KM_A_MILE for each in km.values()
                    )
            ordered = [*sorted(km.values()), np.inf, np.inf]
            assert np.isclose(c.reach.nearest_km[number, place], ordered[0], atol=1e-3) or not km
            assert np.isclose(c.reach.second_km[number, place], ordered[1], atol=1e-3) or len(km) < 2


def serves(supply, offer):
    """Whether the areas of an offer have Ashe County, where all places are, or say nothing."""
    named = [name for name, _, _ in supply.areas[int(supply.area[offer])][0]]
    return not named or named == ["Ashe County, NC"]


def test_a_fault_in_the_second_agency_is_caught(monkeypatch):
    """Two agencies in one building: hiding the nearest one by its distance hides both."""

    def wrong(by_agency, starts):
        first = np.minimum.reduceat(by_agency, starts, axis=1)
        each = np.repeat(first, np.diff(np.append(starts, by_agency.shape[1])), axis=1)
        return first, np.minimum.reduceat(np.where(by_agency > each, by_agency, np.inf), starts, axis=1)

    monkeypatch.setattr(reaching, "_two_nearest", wrong)
    with pytest.raises(AssertionError):
        one_building_holds_two_agencies()


def one_building_holds_two_agencies():
    places = Places.of([{"id": "a", "people": 1, "latitude": 36.4, "longitude": -81.5, "county": "37009"}])
    two = [at_point(f"service-{number}", 36.41, -81.5, agency(f"agency-{number}")) for number in range(2)]
    c = cover(two, places)
    assert c.reach.second_km[0, 0] == c.reach.nearest_km[0, 0]


def test_two_agencies_in_one_building_are_two():
    one_building_holds_two_agencies()


def at_point(key, latitude, longitude, by, **fields):
    place = location(f"{key}-p", street="1 Elm Street", point=(latitude, longitude))
    return Service(
        id=key, name="Food Pantry", status="active", organization=by,
        service_at_locations=(ServiceAtLocation(id=f"{key}-s", location=place),), **fields,
    )  # fmt: skip


def test_a_status_is_by_what_is_sure_first():
    c = cover(
        [], Places.of([{"id": "a", "people": 1, "latitude": 36.4, "longitude": -81.5, "county": "37009"}])
    )
    assert statuses(c.reach, 2).tolist() == [[ORDER.index(Status.GAP)]] * 2


TRIALS = {"deep": 9_000, "brief": 200}.get(os.environ.get("HYPOTHESIS_PROFILE", ""), 2_000)
ZIPS = ("28694", "28640", "28617", "28615", "28626", "28684")
"""ZIP codes of Ashe County."""
LOST = 0.4
"""The share of each field that is lost."""


def true_directory(random):
    """Services of which everything is known, each within its ZIP code."""
    for number in range(random.randint(1, 12)):
        code = random.choice(ZIPS)
        area = zip_area(code)
        km, angle = area.radius_km * math.sqrt(random.random()) * 0.99, random.uniform(0, 2 * math.pi)
        north = area.point.latitude + km * math.cos(angle) / 111.2
        east = area.point.longitude + km * math.sin(angle) / (
            111.2 * math.cos(math.radians(area.point.latitude))
        )
        key = f"service-{number}"
        yield Service(
            id=key, name="Food Pantry", status="active", organization=agency(f"agency-{number % 3}"),
            minimum_age=random.choice([0.0, 18.0]), maximum_age=120.0,
            service_at_locations=(
                ServiceAtLocation(
                    id=f"{key}-s",
                    location=location(
                        f"{key}-p", point=(north, east), addresses=(address(id=f"{key}-a", city="", postal_code=code),)
                    ),
                ),
            ),
        )  # fmt: skip


def with_losses(service, random):
    """The service as a record may have it, without fields that were lost by chance."""
    if random.random() < LOST:
        service = attrs.evolve(service, minimum_age=None, maximum_age=None)
    if random.random() < LOST:
        (link,) = service.service_at_locations
        place = attrs.evolve(link.location, latitude=None, longitude=None)
        service = attrs.evolve(service, service_at_locations=(attrs.evolve(link, location=place),))
    return service


def background(random):
    """Other services elsewhere, which tell how often a field has which value."""
    far = agency("far-away")
    return [
        at_point(f"far-{number}", 35.0, -78.0, far, minimum_age=random.choice([0.0, 18.0]), maximum_age=120.0)
        for number in range(150)
    ]


def simulated(trials):
    """Shares that are true, with those that a directory with losses shows."""
    ashe = coverage.places("37009")
    random = Random(20260302)  # noqa: S311  # the same trials every time
    elsewhere = background(random)
    for _ in range(trials):
        true = list(true_directory(random))
        lossy = [with_losses(service, random) for service in true]
        person = {"age": 16}
        truth = coverage.of(
            Directory.of([*true, *elsewhere]), ashe, needs=["food-pantry"], person=person, now=NOW
        )
        shown = coverage.of(
            Directory.of([*lossy, *elsewhere]), ashe, needs=["food-pantry"], person=person, now=NOW
        )
        for miles in WITHIN:
            yield truth["food-pantry"].shares[miles].low, shown["food-pantry"].shares[miles]


def test_the_truth_lies_between_low_and_high_whatever_was_lost():
    found = list(simulated(TRIALS))
    assert all(share.low - 1e-9 <= truth <= share.high + 1e-9 for truth, share in found)
    # What is likely is right on the whole, though wrong in single cases.
    assert abs(sum(share.likely - truth for truth, share in found) / len(found)) <= (
        0.01 if TRIALS >= 2_000 else 0.03
    )
