"""Whom a service is for moves it down, never in and never out."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

import communityconnector as cc
from builders import service, tagged
from communityconnector.needs.populations import Restricts, populations

NOW = datetime(2026, 12, 2, 15, tzinfo=UTC)
RESTRICTING = sorted(key for key, one in populations().items() if one.restricts is Restricts.YES)
NEEDS = {
    "dental": "my tooth hurts", "food-pantry": "we are out of food", "emergency-shelter": "a bed tonight",
    "tutoring": "help with homework", "rent-help": "behind on rent",
}  # fmt: skip
PEOPLE = (
    "", "im a vet, ", "im a man, ", "single mom here, ", "my dad is 79, ", "for my 8 year old, ", "i am in a wheelchair, ",
    "soy refugiada, ", "just got out of prison, ",
)  # fmt: skip

audiences = st.sampled_from(RESTRICTING).flatmap(
    lambda key: st.sampled_from([f"For {word.replace('=', '')} only" for word in populations()[key].words])
)
texts = st.tuples(st.sampled_from(PEOPLE), st.sampled_from(sorted(NEEDS)))


def explained(text, **record):
    """Return how a service answers."""
    directory = cc.Directory.of([service(name="Laurel House", **record)])
    (explanation,) = cc.Matcher(directory, clock=lambda: NOW).explain(cc.Need(text), "s")
    return explanation


def answers(explanation):
    return {reason.criterion: reason for reason in explanation.reasons}


@given(audiences, texts)
def test_a_population_never_makes_a_service_fit_a_need(eligibility, said):
    person, concept = said
    other = "pet-care" if concept != "pet-care" else "dental"
    plain = explained(person + NEEDS[concept], attributes=tagged(other))
    restricted = explained(
        person + NEEDS[concept], attributes=tagged(other), eligibility_description=eligibility
    )
    assert answers(restricted)["need"].answer == answers(plain)["need"].answer == "unmet"


@given(audiences, texts)
def test_a_service_for_everyone_never_falls_below_one_for_other_people(eligibility, said):
    person, concept = said
    text = person + NEEDS[concept]
    restricted = explained(text, attributes=tagged(concept), eligibility_description=eligibility)
    situation = answers(restricted).get("situation")
    if situation is not None and situation.answer == "unknown":
        assert explained(text, attributes=tagged(concept)).score >= restricted.score


@given(audiences, texts)
def test_a_person_who_is_only_guessed_at_excludes_no_service(eligibility, said):
    person, concept = said
    restricted = explained(
        person + NEEDS[concept], attributes=tagged(concept), eligibility_description=eligibility
    )
    assert restricted.fits or not explained(person + NEEDS[concept], attributes=tagged(concept)).fits


@given(audiences, texts)
def test_whom_a_service_is_for_is_never_unmet(eligibility, said):
    situation = answers(explained("".join(said), eligibility_description=eligibility)).get("situation")
    assert situation is None or situation.answer != "unmet"
