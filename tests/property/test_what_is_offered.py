"""A requirement, a population, a denial, a call for donations or volunteers, and what others offer are never an offer."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

import builders
from communityconnector.matching import WEIGHTS
from communityconnector.matching.purpose import purpose_of
from communityconnector.model import Attribute
from communityconnector.needs import contexts, lexicon, vocabulary
from communityconnector.needs.words import STOP_WORDS, words_of

NEVER_IN_A_DESCRIPTION = (
    "Bring {}.",
    "Please bring {} on the first visit.",
    "No longer offers {}.",
    "Does not provide {}.",
    "Donate {}.",
    "Donations of {} are welcome.",
    "Must have {}.",
    "Requires {}.",
    "Proof of {} is required.",
    "Must be enrolled in {}.",
    "Accompanied by {}.",
    "For people who receive {}.",
    "Near the {}.",
    "Formerly {}.",
    "Volunteers needed for {}.",
    "Training for {} providers.",
    "Drop off {} at the back door.",
    "Across from the {}.",
    "Funded by {}.",
)
"""Texts that name something which is not offered."""
ONLY_MENTIONED = (
    "Refers to {}.",
    "Provides referrals to {}.",
    "Information about {}.",
    "Partners with {}.",
)
"""Texts that name what others offer: a question at most."""
NEVER_IN_A_NAME = (
    "{} Volunteers Needed",
    "{} Volunteer Opportunities",
    "Volunteer at {}",
    "Donate {}",
    "{} Donations",
    "{} Donation Drop-Off",
    "{} Drive Toolkit",
)
FOR_OTHERS = (
    "For landlords and property managers.",
    "Attorneys: take a case.",
    "Free consulting for nonprofits.",
    "Now hiring! Paid training.",
)
"""Descriptions of records for those who help people, employ them or rent to them."""
_CONTEXTS = frozenset().union(
    contexts.FOR_WHOM, contexts.GIVING, contexts.VOLUNTEER, contexts.DONATION, contexts.POPULATIONS, contexts.NEGATIONS,
    contexts.PAYMENT, {"from", "needed", "no", "not"},
)  # fmt: skip
PHRASES = [
    phrase
    for phrase in (*vocabulary().phrases, *vocabulary().provider_phrases)
    if phrase.language == "en"
    and phrase.weight >= 0.9
    and phrase.concept not in {"volunteering", *contexts.POPULATIONS}
    and (STOP_WORDS | _CONTEXTS).isdisjoint(words_of(phrase.words))
]
"""Phrases of any need, without those that begin a clause of their own ("help him shower")."""


def strength(concept, name, description):
    record = builders.service("s", name=name, description=description, organization=None)
    sign = purpose_of(record, {}, lexicon()).signs.get(concept)
    return 0.0 if sign is None else sign.strength


@given(st.sampled_from(PHRASES), st.sampled_from(NEVER_IN_A_DESCRIPTION + ONLY_MENTIONED))
def test_what_a_description_names_without_offering_it_is_never_met(phrase, text):
    assert strength(phrase.concept, "Blue Door", text.format(phrase.words)) < WEIGHTS["line"]


@given(st.sampled_from(PHRASES), st.sampled_from(NEVER_IN_A_NAME))
def test_a_name_that_asks_for_volunteers_or_donations_offers_nothing(phrase, name):
    assert strength(phrase.concept, name.format(phrase.words).title(), "A place.") < WEIGHTS["line"]


@given(st.sampled_from(PHRASES), st.sampled_from(FOR_OTHERS))
def test_a_record_for_those_who_help_people_offers_nothing_to_others(phrase, text):
    if vocabulary().main_need(phrase.concept) not in {"work", "education"}:
        assert strength(phrase.concept, phrase.words.title(), text) < WEIGHTS["line"]


@given(st.sampled_from(PHRASES), st.sampled_from(NEVER_IN_A_NAME + FOR_OTHERS))
def test_a_category_does_not_make_an_offer_of_what_is_asked_for(phrase, text):
    listed = Attribute(id="a", label=phrase.words)
    record = builders.service("s", name=text.format(phrase.words), description=text, attributes=(listed,))
    sign = purpose_of(record, {}, lexicon()).signs.get(phrase.concept)
    if vocabulary().main_need(phrase.concept) not in {"work", "education"}:
        assert sign is None or sign.strength < WEIGHTS["line"]


@given(st.sampled_from([phrase for phrase in PHRASES if phrase in vocabulary().provider_phrases]))
def test_what_agencies_call_what_they_offer_is_met_in_a_name(phrase):
    assert strength(phrase.concept, phrase.words.title(), "A place.") >= WEIGHTS["line"]


@given(
    st.sampled_from(
        [p for p in PHRASES if p in vocabulary().provider_phrases and p.weight == 1 and " " in p.words]
    )
)
def test_what_agencies_call_what_they_offer_is_met_in_a_description(phrase):
    assert strength(phrase.concept, "Blue Door", f"We offer {phrase.words}.") >= WEIGHTS["line"]
