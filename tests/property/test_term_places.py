"""Placing terms: whatever the tree, the order and the services, a term has one place, and an index knows it."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

import communityconnector as cc
from builders import service, tagged
from communityconnector.matching.purpose import purpose_of
from communityconnector.model import Directory, TaxonomyTerm
from communityconnector.needs import lexicon
from communityconnector.needs.term_places import How, TermPlaces

WORDS = (
    "food housing shelter bills rent medical health transportation rides clinic legal training volunteer homeless people"
    " youth veterans counseling tenant utility assistance programs services and & / - ; > , of for xyzzy populations"
).split()
names = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)


@st.composite
def taxonomies(draw):
    """Terms with any parents among them: trees, strays and cycles."""
    some = draw(st.lists(names, min_size=1, max_size=8))
    keys = [f"t{number}" for number in range(len(some))]
    parents = st.none() | st.sampled_from([*keys, "missing"])
    return {
        key: TaxonomyTerm(id=key, name=name, description="", parent_id=draw(parents))
        for key, name in zip(keys, some, strict=True)
    }


@given(taxonomies())
def test_a_place_is_of_known_concepts_surest_first(terms):
    places = TermPlaces(lexicon(), terms)
    for term in terms.values():
        concepts, how = places.of_term(term)
        weights = list(concepts.values())
        assert concepts.keys() <= lexicon().vocabulary.concepts.keys()
        assert all(0 < weight <= 1 for weight in weights)
        assert weights == sorted(weights, reverse=True)
        assert concepts or how is not How.NAME


@given(taxonomies(), st.randoms(use_true_random=False))
def test_the_order_of_terms_changes_no_place(terms, chance: random.Random):
    shuffled = dict(chance.sample(list(terms.items()), len(terms)))
    one, other = TermPlaces(lexicon(), terms), TermPlaces(lexicon(), shuffled)
    expected = {key: one.of_term(term) for key, term in terms.items()}
    assert {key: other.of_term(term) for key, term in shuffled.items()} == expected


@given(taxonomies(), st.data())
def test_an_index_has_the_signs_that_a_record_gives_after_an_update_too(terms, data):
    """A parent that no service uses is known to the index, and a renamed one changes what stands below it."""
    used = data.draw(st.lists(st.sampled_from(sorted(terms)), min_size=1, max_size=3))
    services = [service(f"s{n}", name="Xyzzy", attributes=tagged(terms[key])) for n, key in enumerate(used)]
    matcher = cc.Matcher(Directory.of([*terms.values(), *services]))
    _compare(matcher, services, terms)
    loose = sorted(terms.keys() - set(used))
    if loose:
        renamed = data.draw(st.sampled_from(loose))
        terms = {**terms, renamed: TaxonomyTerm(id=renamed, name=data.draw(names), description="")}
        matcher.update(Directory.of([*terms.values(), *services]))
        _compare(matcher, services, terms)


def _compare(matcher, services, terms):
    signs = {each.id: purpose_of(each, terms, lexicon()).signs for each in services}
    for concept in {concept for of_one in signs.values() for concept in of_one}:
        found = matcher.match(cc.Need(terms=concept), limit=None)
        sure = {
            key for key, of_one in signs.items() if concept in of_one and of_one[concept].strength >= 0.35
        }
        assert sure <= {match.service_id for match in found}
        assert {match.service_id for match in found if "listed under" in match.reasons[0].text} <= {
            key for key, of_one in signs.items() if concept in of_one
        }
