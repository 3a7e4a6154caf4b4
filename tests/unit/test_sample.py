"""The sample directory holds what the documentation and the tour promise of it."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

import communityconnector as cc
from communityconnector.model import Disclosure, ServiceStatus
from communityconnector.needs import Wellness, vocabulary

EASTERN = ZoneInfo("America/New_York")
SAMPLE = cc.sample()
MATCHER = cc.Matcher(SAMPLE, zone=EASTERN, clock=lambda: datetime(2026, 11, 24, 12, tzinfo=EASTERN))


def named(name):
    (service,) = (s for s in SAMPLE.services.values() if s.name == name)
    return service


def test_it_is_clean_and_large_enough():
    # Two records are old on purpose, so that freshness can be shown. Whatever is hidden states its level: none is guessed.
    assert {finding.rule for finding in SAMPLE.findings} == {"stale-assurance"}
    assert len(SAMPLE.organizations) >= 40
    assert len(SAMPLE.services) >= 120


def test_it_passes_the_strictest_reading():
    from importlib.resources import files

    assert cc.read(files("communityconnector") / "sample", mode="strict") == SAMPLE


def test_a_stewards_copy_of_it_is_the_same(tmp_path):
    for name in ("a.json", "a.zip", "folder"):
        assert cc.write(SAMPLE, tmp_path / name, audience="steward") == () or name == "a.json"
        back = cc.read(tmp_path / name)
        assert back.services == SAMPLE.services
        assert back.organizations == SAMPLE.organizations


def test_every_contact_of_the_sample_is_invented():
    for phone in SAMPLE.table("phone").values():
        assert re.fullmatch(r"\d{3}-555-01\d\d", phone.number)
    for contact in SAMPLE.table("contact").values():
        assert contact.name is None
    texts = [
        str(value) for record in SAMPLE.services.values() for value in (record.url, record.email) if value
    ]
    texts += [str(o.website) for o in SAMPLE.organizations.values() if o.website]
    assert all("example.org" in text for text in texts)


def test_every_wellness_dimension_is_met_by_several_services():
    met = dict.fromkeys(Wellness, 0)
    for service in SAMPLE.services.values():
        for attribute in service.attributes:
            concept = attribute.taxonomy_term and vocabulary().place(attribute.taxonomy_term)
            if concept:
                shares = vocabulary().concepts[concept].wellness
                met[max(shares, key=shares.__getitem__)] += 1
    assert min(met.values()) >= 3


def test_statuses_and_gaps():
    statuses = {service.status for service in SAMPLE.services.values()}
    assert statuses == set(ServiceStatus)
    bare = [
        s for s in SAMPLE.services.values() if not (s.description or s.attributes or s.service_at_locations)
    ]
    assert len(bare) >= 3
    assert any(
        place.point is None for place in SAMPLE.locations.values() if place.location_type == "physical"
    )
    assert min(s.assured_date for s in SAMPLE.services.values() if s.assured_date) < "2020"


def test_disclosure_levels_occur():
    levels = set(SAMPLE.disclosures.values())
    assert {Disclosure.NEVER, Disclosure.CONTACT_ONLY, Disclosure.PUBLIC} <= levels


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("soup kitchen", "Soup Kitchen Lunch"),
        ("somewhere to sleep tonight", "Overnight Shelter"),
        ("someone to talk to over coffee", "Coffee & Conversation"),
        ("a nurse", "Nurse at the Library"),
        ("free lawyer", "Lawyer in the Library"),
        ("home delivered meals", "Home-Delivered Meals"),
    ],
)
def test_real_needs_find_their_services(text, name):
    result = MATCHER.match(cc.Need(text, near="28694"), limit=10)
    assert name in [match.service.name for match in result]


@pytest.mark.parametrize(
    ("service", "moment", "state"),
    [
        ("Overnight Shelter", "2026-11-24T23:30", "met"),
        ("Overnight Shelter", "2026-11-25T02:00", "met"),
        ("Overnight Shelter", "2026-11-24T12:00", "unmet"),
        ("Nurse at the Library", "2026-12-08T11:00", "met"),
        ("Nurse at the Library", "2026-12-01T11:00", "unmet"),
    ],
)
def test_hours(service, moment, state):
    need = cc.Need("anything", open_at=datetime.fromisoformat(moment).replace(tzinfo=EASTERN))
    explanations = MATCHER.explain(need, named(service).id)
    answers = {r.answer.value for e in explanations for r in e.reasons if r.criterion == "open_at"}
    assert state in answers


def test_the_hotline_matches_only_where_it_serves():
    hotline = named("Fingerpost Helpline")
    assert hotline.service_at_locations == ()
    inside = MATCHER.explain(cc.Need("x", near="28694", within=cc.miles(1)), hotline.id)[0]
    outside = MATCHER.explain(cc.Need("x", near="90210"), hotline.id)[0]
    answers = [{r.criterion: r.answer.value for r in e.reasons} for e in (inside, outside)]
    assert [a["area"] for a in answers] == ["met", "unmet"]
    assert answers[0]["distance"] == "met"
