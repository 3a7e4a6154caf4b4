"""Quick looks, which spare most records a slow one, never say "nothing here" where the slow one would hear something."""

from __future__ import annotations

import re
from collections.abc import Callable
from unittest import mock

from hypothesis import given, settings
from hypothesis import strategies as st

from communityconnector.interchange.texts import states
from communityconnector.interchange.texts.privacy import phrases, words
from communityconnector.model import refuge

_LOOKS_BACK = re.compile(r"\(\?<[!=][^)]*\)")
_UNBOUNDED = re.compile(r"\\w\+|\\w\*|\[a-z\]\+")


def _texts_that_fit(pattern: str) -> st.SearchStrategy[str]:
    """Texts that a pattern fits: what it wants around them is added by `_disguised`."""
    bare = _UNBOUNDED.sub(r"[a-z]{1,6}", _LOOKS_BACK.sub("", pattern))
    return st.from_regex(re.compile(bare, re.ASCII), fullmatch=True)


_DISGUISES = (
    str,
    str.upper,
    str.title,
    lambda text: text.replace("a", "\u00e1").replace("o", "o\u0301").replace("i", "\u00cd"),
    lambda text: text.replace("dont", "don't").replace("cant", "can\u2019t").replace("wont", "won`t"),
    lambda text: text.replace(" ", "\u00a0"),
    lambda text: f"\u201c{text}\u201d\u2014",
    lambda text: f"({text})",
    lambda text: "".join(chr(ord(letter) + 0xFEE0) if "a" <= letter <= "z" else letter for letter in text),
)
"""Ways in which people write the same."""

_WORDS = sorted(
    phrases.SECRET
    | phrases.REFUSED
    | phrases.DISCLOSING
    | phrases.PLACED
    | phrases.ASKED
    | phrases.CELL_WORDS
)
_some_words = st.lists(st.sampled_from(_WORDS), min_size=1, max_size=6).map(" ".join)
_notes = st.sampled_from(sorted(phrases.ALONE))
_said = st.one_of(
    [_texts_that_fit(pattern.pattern) for pattern, *_ in phrases.SAYINGS]
    + [_texts_that_fit(pattern.pattern) for pattern, _ in phrases.CELLS]
    + [_texts_that_fit(phrases.MARKED.pattern), _some_words, _notes]
)
_written = st.builds(lambda text, disguise: disguise(text), _said, st.sampled_from(_DISGUISES))


@settings(max_examples=400)
@given(_written)
def test_no_privacy_text_is_skipped(text: str) -> None:
    with mock.patch.object(words, "may_tell", return_value=True):
        phrase = words.privacy_phrase_in(text)
    assert phrase is None or words.may_tell(text), phrase


@settings(max_examples=400)
@given(_written)
def test_no_privacy_cell_of_a_place_is_skipped(text: str) -> None:
    with (
        mock.patch.object(words, "may_tell", return_value=True),
        mock.patch.object(words, "may_tell_in_place", return_value=True),
    ):
        phrase = words.privacy_phrase_in_place.__wrapped__(text)
    assert phrase is None or words.may_tell_in_place(text), phrase


def _fits(concept: str, pattern: re.Pattern[str]) -> st.SearchStrategy[tuple[str, str]]:
    return _texts_that_fit(pattern.pattern).map(lambda text: (concept, text))


_TOUCHING = (" ", "&", "-", "/", "'s ", " of the ", ", ")


@settings(max_examples=400)
@given(
    st.one_of([_texts_that_fit(pattern.pattern) for _, pattern in refuge.PATTERNS]),
    st.sampled_from(_DISGUISES[:-1]),
    st.sampled_from(_TOUCHING),
)
def test_no_name_of_a_refuge_is_skipped(text: str, disguise: Callable[[str], str], between: str) -> None:
    name = disguise(f"hope{between}{text}{between}inc")
    with mock.patch.object(refuge, "_BEGINNINGS", mock.Mock(isdisjoint=lambda _: False)):
        kind = refuge.look.__wrapped__(name)
    assert refuge.look.__wrapped__(name) == kind


def test_hsds_fields_other_than_status_state_no_closure() -> None:
    plain = dict.fromkeys(states.SILENT_BUT_STATUS - {"status"}, "closed")
    assert [name for name in plain if states.sense_of(name) is not None] == []
    assert states.state_in({**plain, "status": "active"}) is None
    assert states.state_in({**plain, "status": None}) is None
    state = states.state_in({**plain, "status": "closed"})
    assert state is not None
    assert state.status == "inactive"
    state = states.state_in({**plain, "status": "active", "Inactive": "yes"})
    assert state is not None
    assert state.status == "inactive"
