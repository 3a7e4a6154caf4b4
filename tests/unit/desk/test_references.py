"""Patron references: opaque ones are accepted; names, addresses and numbers are refused."""

from __future__ import annotations

from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

import communityconnector as cc
from communityconnector.errors import InvalidPatronRefError
from communityconnector.referrals import derived_ref, patron_ref

BETWEEN = st.sampled_from(["", *"-._:~", "--", "-.", "::"])
LETTERS = "abcdefghijklmnopqrstuvwxyz"
WORD = st.text(LETTERS, min_size=1, max_size=12)
WRITTEN = st.sampled_from([str.lower, str.upper, str.capitalize])
NAME = st.builds(lambda word, write: write(word), WORD, WRITTEN)
YEAR = st.integers(1900, 2026).map(str)


def digits(count):
    return st.text("0123456789", min_size=count, max_size=count)


@st.composite
def phones_and_the_like(draw, between):
    """A phone, social security, ZIP+4 or card number, in groups as people write it."""
    groups = draw(
        st.sampled_from([(3, 3, 4), (1, 3, 3, 4), (3, 4), (3, 2, 4), (5,), (5, 4), (4, 4, 4, 4), (14,)])
    )
    return draw(between).join(draw(digits(count)) for count in groups)


def is_refused(text):
    with pytest.raises(InvalidPatronRefError) as refused:
        patron_ref(text)
    # A message without its own examples would be of no use.
    return text not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    """
    Jane.Smith quill.smith jane_doe JaneSmith jane:smith~doe mcDonald-OBrien Quill-Smith-1984 jane-doe-1980 1980-jane
    jane1980 jsmith84 JaneSmith1984 tel:5551234567 tel:555-123-4567 phone5551234567 5551234567jane tel5551234567jane
    SSN-078-05-1120 ssn:123-45-6789 555-0100-ext 28694-main-street-12 12-elm-st-4b apt-4b-elm-street a1b2c3-555-123-4567
    28694.a1b2c3 12345678 E12345678 patron-123456 another-Token-2 ........ --------
    """.split(),
)
def test_names_addresses_and_numbers_are_refused(text):
    assert is_refused(text)


@pytest.mark.parametrize(
    "text",
    [
        "jane smith 5f3a9c",
        "jane@5f3a9c.org",
        "5f3a9c/2b",
        "+5f3a9c2b",
        "5f3a9cé2b",
        "",
        5,
        None,
        b"token-5f3a9c",
    ],
)
def test_an_invalid_token_is_refused(text):
    with pytest.raises(InvalidPatronRefError):
        patron_ref(text)


@given(NAME, NAME, BETWEEN, st.lists(YEAR, max_size=1))
def test_names_are_refused_with_and_without_a_year(first, last, between, year):
    assert is_refused(between.join([first, last, *year]).rjust(8, "x"))


@given(phones_and_the_like(BETWEEN), st.lists(NAME, max_size=2), BETWEEN, st.booleans())
def test_a_number_is_refused_with_any_separators(number, names, between, number_first):
    parts = [number, *names] if number_first else [*names, number]
    assert is_refused(between.join(parts))


@given(phones_and_the_like(st.sampled_from("-._:~")), st.sampled_from("-._:~"))
def test_a_number_is_refused_even_beside_an_acceptable_part(number, between):
    assert patron_ref("token-5f3a9c")
    assert is_refused(f"5f3a9c{between}{number}")
    assert is_refused(f"{number}{between}5f3a9c")


@given(
    st.uuids(),
    st.text(min_size=16),
    st.text(min_size=1),
    st.text(min_size=1),
    st.sampled_from(["", "p-", "patron:"]),
)
def test_derived_and_random_references_are_accepted(some, secret, purpose, patron_id, before):
    for text in (str(some), some.hex, str(some).upper(), before + str(some), before + some.hex):
        assert patron_ref(text) == text
    ref = derived_ref(cc.Secret(secret), purpose, patron_id)
    assert patron_ref(ref) == ref


def test_random_tokens_of_other_forms_hardly_ever_look_like_words_and_numbers():
    random = Random(7)  # noqa: S311  # no secrets
    alphabets = [
        (LETTERS + LETTERS.upper() + "0123456789", 21),
        (LETTERS.upper() + "234567", 26),
        ("0123456789abcdef", 24),
    ]
    for alphabet, length in alphabets:
        tokens = ["".join(random.choices(alphabet, k=length)) for _ in range(1000)]
        assert sum(_passes(token) for token in tokens) > 980


def _passes(token):
    try:
        return bool(patron_ref(token))
    except InvalidPatronRefError:
        return False


def test_the_nil_uuid_is_accepted():
    assert patron_ref(str(UUID(int=0)))


def test_a_reference_can_be_derived_from_any_id():
    assert patron_ref(derived_ref(cc.Secret("a secret of the library's"), "referrals", "4711 \ud800"))
