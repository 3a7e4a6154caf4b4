"""What must hold for every directory and every need: the invariants that the field's other systems break."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import attrs
import pytest
from geopy.distance import geodesic
from hypothesis import assume, given
from hypothesis import strategies as st

import communityconnector as cc
from communityconnector.matching.schedules import hours
from communityconnector.matching.schedules.hours import Open
from communityconnector.model import Attribute, Directory, Offer, Schedule, Service, ServiceArea, TaxonomyTerm
from communityconnector.model.zips import zip_point
from communityconnector.needs.vocabulary import TAXONOMY
from communityconnector.testing import strategies as cc_st

NOW = datetime(2026, 11, 24, tzinfo=UTC)
ranks = st.sampled_from(list(cc.Rank))


def state(moment, *schedules) -> Open:
    return hours.status(Offer(Service(id="s", name="s", status="active", schedules=schedules)), moment).state


def make_matcher(directory: Directory) -> cc.Matcher:
    return cc.Matcher(directory, clock=lambda: NOW)


def ids(result) -> list[str]:
    return [match.offer.id for match in result]


def everything(directory, need, rank=cc.Rank.SCORE):
    return make_matcher(directory).match(need, limit=None, rank=rank)


def with_services(directory: Directory, *more: Service) -> Directory:
    return Directory.of([*directory.services.values(), *more])


@given(cc_st.matchable_directories(), cc_st.matchable_directories(most=1), cc_st.needs(), ranks)
def test_another_service_never_reorders_the_others(directory, other, need, rank):
    assume(not set(directory.services) & set(other.services))
    before = ids(everything(directory, need, rank))
    after = ids(everything(with_services(directory, *other.services.values()), need, rank))
    assert [key for key in after if key in set(before)] == before


RESTRICTIONS = {
    "within": {"within": None},
    "age": {"age": None},
    "language": {"language": None},
    "open_at": {"open_at": None, "open_for": None},
    "open_for": {"open_for": None},
    "open_between": {"open_between": None},
    "max_cost": {"max_cost": None},
    "accessibility": {"accessibility": ()},
    "without_documents": {"without_documents": ()},
    "capacity": {"capacity": None},
    "situations": {"situations": ()},
    "assured_within": {"assured_within": None},
}


def test_every_restriction_is_lifted():
    others = {"text", "terms", "near", "areas", "prefer"}
    assert RESTRICTIONS.keys() | others == {field.name for field in attrs.fields(cc.Need)}


@given(cc_st.matchable_directories(), cc_st.needs(), st.sampled_from(list(RESTRICTIONS)))
def test_lifting_a_restriction_never_loses_a_result(directory, need, restriction):
    lifted = attrs.evolve(need, **RESTRICTIONS[restriction])
    assert set(ids(everything(directory, need))) <= set(ids(everything(directory, lifted)))


@given(cc_st.matchable_directories(), cc_st.needs(), st.floats(0, 300), st.floats(0, 300))
def test_a_wider_radius_returns_a_superset(directory, need, one, other):
    assume(need.near is not None)
    narrow, wide = (attrs.evolve(need, within=cc.kilometers(km)) for km in sorted((one, other)))
    assert set(ids(everything(directory, narrow))) <= set(ids(everything(directory, wide)))


def for_everyone(concept: str, **more) -> Service:
    """A service that says what it is for and nothing else."""
    term = TaxonomyTerm(id="t", code=concept, name="x", description="x", taxonomy=TAXONOMY)
    return Service(
        id="all", name="For all", status="active", attributes=(Attribute(id="a", taxonomy_term=term),), **more
    )


@given(cc_st.matchable_directories(), cc_st.needs())
def test_a_service_without_rules_matches_everyone(directory, need):
    open_to_all = for_everyone(need.terms[0])
    assert "all" in ids(everything(with_services(directory, open_to_all), need))


@given(cc_st.matchable_directories(), cc_st.needs(), cc_st.points, cc_st.schedules())
def test_a_service_without_a_place_that_serves_the_point_is_always_returned(directory, need, point, hours):
    south, west = point[0] - 0.1, point[1] - 0.1
    ring = [[west, south], [west + 0.2, south], [west + 0.2, south + 0.2], [west, south + 0.2], [west, south]]
    area = ServiceArea(
        id="area", extent=f'{{"type": "Polygon", "coordinates": [{ring}]}}', extent_type="geojson"
    )
    whenever = {"open_at": None, "open_for": None, "open_between": None}
    asked = attrs.evolve(need, near=cc.Point(*point), within=cc.kilometers(1), **whenever)
    online = for_everyone(need.terms[0], service_areas=(area,), schedules=(hours,))
    assert "all" in ids(everything(with_services(directory, online), asked))


@given(cc_st.matchable_directories(), cc_st.needs())
def test_only_unmet_rules_out_and_every_result_says_why(directory, need):
    found = make_matcher(directory)
    result = found.match(need, limit=None)
    assert len(result) == result.total
    returned = {match.offer.id: match for match in result}
    for key in directory.services:
        for explanation in found.explain(need, key):
            required = [r for r in explanation.reasons if r.criterion not in need.prefer]
            answers = {reason.answer for reason in required}
            assert (cc.Answer.UNMET not in answers) == explanation.fits == (explanation.offer.id in returned)
            assert all(reason.text for reason in explanation.reasons)
            if explanation.fits:
                assert explanation.reasons == returned[explanation.offer.id].reasons


@given(cc_st.matchable_directories(), cc_st.needs())
def test_the_score_is_the_sum_of_its_contributions(directory, need):
    for match in everything(directory, need):
        parts = {part.name: part for part in match.contributions}
        fit = parts["relevance"].value
        assert match.score == math.fsum(part.points for part in match.contributions)
        for name, part in parts.items():
            assert part.points == part.weight * part.value * (1 if name == "relevance" else fit)
            assert 0 <= part.value <= 1
        assert 0 < match.score <= 1


@given(cc_st.matchable_directories(), cc_st.needs())
def test_the_fit_is_the_product_of_its_factors(directory, need):
    for match in everything(directory, need):
        purpose, *lowering = match.factors
        assert purpose.name == "purpose"
        assert 0 < purpose.value <= 1 + 1e-9
        assert all(factor.value < 1 for factor in lowering)
        assert {factor.name for factor in lowering} <= {
            *(reason.criterion for reason in match.reasons if reason.answer is not cc.Answer.MET),
            *match.unanswered,
        }
        assert math.isclose(match.fit, math.prod(factor.value for factor in match.factors))
        assert match.fit == match.contributions[0].value


@given(cc_st.matchable_directories(), cc_st.needs(), ranks, st.integers(1, 3))
def test_pages_partition_the_results(directory, need, rank, size):
    found = make_matcher(directory)
    whole = ids(found.match(need, limit=None, rank=rank))
    pages = [
        ids(found.match(need, limit=size, offset=start, rank=rank))
        for start in range(0, len(whole) + size, size)
    ]
    assert [key for page in pages for key in page] == whole
    assert len(set(whole)) == len(whole)


@given(cc_st.matchable_directories(), cc_st.needs(), ranks)
def test_same_input_same_output_whatever_the_order_of_the_records(directory, need, rank):
    turned = Directory.of(reversed(directory.services.values()))
    one, other = everything(directory, need, rank), everything(turned, need, rank)
    assert [m.to_dict()["reasons"] for m in one] == [m.to_dict()["reasons"] for m in other]
    assert ids(one) == ids(other)


@given(cc_st.matchable_directories(), cc_st.needs())
def test_the_order_by_distance_is_the_geodesic_order(directory, need):
    assume(need.near is not None)
    result = everything(directory, need, cc.Rank.DISTANCE)
    sure = [m for m in result if m.reasons[0].answer is cc.Answer.MET]
    placed = [m for m in sure if m.distance is not None]
    home = (need.near.latitude, need.near.longitude)
    points = [m.location.point or zip_point(m.location.addresses[0].postal_code) for m in placed]
    expected = sorted(geodesic(home, (point.latitude, point.longitude)).km for point in points)
    assert [m.distance.km for m in placed] == pytest.approx(expected, abs=1e-6)  # a millimetre
    assert sure == placed + [m for m in sure if m.distance is None]


@given(cc_st.schedules(), cc_st.moments)
def test_an_overnight_span_contains_its_midnight(schedule, moment):
    """Open at the last minute of a day within a span that goes on, and open at the first minute of the next."""
    overnight = attrs.evolve(schedule, opens_at="22:00:00", closes_at="06:00:00", until=None)
    before = moment.replace(hour=23, minute=59)
    after = (before + timedelta(minutes=1)).replace(hour=0, minute=0)
    if state(before, overnight) is Open.OPEN:
        assert state(after, overnight) is Open.OPEN


@given(cc_st.matchable_directories(), cc_st.needs())
def test_a_cue_guessed_from_words_never_rules_out(directory, need):
    """Words about a person change no answer but that of the need: they only add answers to what was not asked."""
    told = attrs.evolve(need, text=f"{need.text} she is 17 and speaks only french")
    before = {m.offer.id: m.reasons[1:] for m in everything(directory, need)}
    after = {m.offer.id: m.reasons[1:] for m in everything(directory, told)}
    asked = {name for name, value in (("age", need.age), ("language", need.language)) if value is not None}
    for key in before.keys() & after.keys():
        added = [reason for reason in after[key] if reason not in before[key]]
        assert [reason for reason in after[key] if reason in before[key]] == list(before[key])
        assert {reason.criterion for reason in added} <= {"age", "language", "situation"} - asked


@given(cc_st.matchable_directories())
def test_every_offer_is_a_service_at_a_location_or_one_without(directory):
    for service in directory.services.values():
        offers = directory.offers_of(service.id)
        assert len(offers) == max(1, len(service.service_at_locations))
        assert all(isinstance(offer, Offer) and directory.offers[offer.id] == offer for offer in offers)


@given(cc_st.schedules())
def test_hours_never_raise(schedule):
    broken = Schedule(
        id="x", freq="MONTHLY", byday="5XX", bymonthday="99", opens_at="25:00", closes_at="x", until="x"
    )
    assert state(NOW, schedule, broken) in Open
