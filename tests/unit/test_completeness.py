"""How much of a directory is known, for each thing that a patron has to know of a service."""

from __future__ import annotations

import io
import json

import communityconnector as cc
from communityconnector.matching import Aspect, completeness

FULL = {
    "id": "full",
    "name": "Food Pantry",
    "status": "active",
    "minimum_age": 18,
    "phones": [{"id": "p", "number": "828-555-0101"}],
    "schedules": [{"id": "h", "freq": "WEEKLY", "byday": "MO", "opens_at": "09:00", "closes_at": "12:00"}],
    "service_at_locations": [
        {
            "id": "a",
            "location": {"id": "l", "location_type": "physical", "latitude": 36.4, "longitude": -81.5},
        }
    ],
}
BARE = {"id": "bare", "name": "Xyzzy", "status": "active"}


def shares(*services):
    text = io.StringIO(json.dumps(list(services)))
    return {share.aspect: share for share in completeness(cc.read(text))}


def test_a_full_service_states_everything():
    assert all(share.known == share.total == 1 for share in shares(FULL).values())


def test_a_bare_service_is_named_wherever_it_lacks_something():
    percentages = shares(FULL, BARE)
    assert {aspect for aspect, share in percentages.items() if share.lacking == ("bare",)} == set(Aspect) - {
        Aspect.NAME
    }
    assert all(share.known == 1 and share.total == 2 for share in percentages.values() if share.lacking)


def test_unusable_links_and_phones_do_not_count():
    lame = {
        **FULL,
        "phones": [],
        "schedules": [{"id": "h", "description": "by appointment"}],
        "service_at_locations": [{"id": "a", "location": {"id": "l", "location_type": "physical"}}],
    }
    percentages = shares(lame)
    assert [percentages[aspect].known for aspect in (Aspect.CONTACT, Aspect.HOURS, Aspect.PLACE)] == [0, 0, 0]


def test_a_helpline_for_a_stated_area_needs_no_place():
    line = {**FULL, "service_at_locations": [], "service_areas": [{"id": "s", "name": "Ashe County"}]}
    assert shares(line)[Aspect.PLACE].known == 1


def test_hours_of_a_season_are_hours(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text('Name,Phone,Hours\nPantry,828-555-0101,"June-August: Sat 9am-noon"\n')
    shares = {share.aspect: share for share in completeness(cc.read(path))}
    assert shares[Aspect.HOURS].known == 1
