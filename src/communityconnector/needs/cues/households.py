"""The number of children and the size of the household in a text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from communityconnector.needs.cues.ages import counts_next, is_amount
from communityconnector.needs.cues.model import CHILDREN, HOUSEHOLD, Cue
from communityconnector.needs.cues.numbers import Number
from communityconnector.needs.cues.text import Text

_MOST_CHILDREN: Final = 14
_LARGEST_HOUSEHOLD: Final = 20
_GROWN: Final = 18
_FEW: Final = range(2, 7)
"""So many are children in "my two", without a noun."""
_CHILDREN: Final = frozenset({"child", "infant", "teen", "grandchild", "kinchild"})
_BIRTHS: Final = {"twin": 2, "triplet": 3}
_TOGETHER: Final = frozenset({"of us", "people in", "people living", "en casa", "en mi", "personas en"})
_MOST_ADJECTIVES: Final = 2


def read_household(text: Text) -> Iterator[Cue]:
    """Yield the number of children and the size of the household."""
    children = next((cue for number in text.numbers if (cue := _children(text, number))), None)
    children = children or _listed(text)
    births = (token for token in text.tokens if token.stem in _BIRTHS or "twins" in token.classes)
    if children:
        yield children
    elif born := next(births, None):
        yield Cue(CHILDREN, _BIRTHS.get(born.stem, 2), born.start, born.end)
    for number in text.numbers:
        if 1 < number.value <= _LARGEST_HOUSEHOLD and _is_household(text, number):
            yield Cue(HOUSEHOLD, number.value, text.tokens[number.first].start, text.tokens[number.last].end)
            return


def _children(text: Text, number: Number) -> Cue | None:
    """Return the number of children that a number counts: "3 kids", "mom of two", "my two"."""
    start, end = text.tokens[number.first].start, text.tokens[number.last].end
    if (
        not 0 < number.value <= _MOST_CHILDREN
        or is_amount(text, number)
        or text.token(number.first).word in {"un", "una", "uno"}
    ):
        return None
    position = number.last + 1
    while _describes(text, number, position):
        position += 1
    token = text.token(position)
    is_many = token.word.endswith(("s", "ren"))
    if (
        not token.classes.isdisjoint(_CHILDREN)
        and (is_many or number.value == 1)
        and token.clause == text.token(number.last).clause
    ):
        return Cue(CHILDREN, number.value, start, token.end)
    before, parent = text.token(number.first - 1), text.token(number.first - 2)
    if counts_next(text, number, 0) or number.value not in _FEW or text.ends_before(number.first):
        return None
    links = before.word in {"of", "to", "de", "with", "con", "a"}
    if (
        "raising" in before.classes
        or before.word in {"my", "mis", "both", "her"}
        or (links and not parent.classes.isdisjoint({"parent", "raising"}))
    ):
        return Cue(CHILDREN, number.value, start, end)
    return None


def _describes(text: Text, number: Number, position: int) -> bool:
    """Return whether a word may stand between a number and "children": a known one, or one or two others with content."""
    classes = text.token(position).classes
    if "describing" in classes:
        return True
    is_near = position <= number.last + _MOST_ADJECTIVES and position < len(text.tokens)
    return is_near and classes.isdisjoint(_CHILDREN | {"english", "spanish", "unit"})


def _listed(text: Text) -> Cue | None:
    """Return the number of children whose ages are listed: "boys 4, 7 and 9"."""
    starts = {number.first: number for number in text.numbers if number.value < _GROWN}
    for position, token in enumerate(text.tokens):
        if token.classes.isdisjoint(_CHILDREN) or not token.word.endswith("s"):
            continue
        count, last, after = 0, position, position + 1
        while after in starts or not text.token(after).classes.isdisjoint({"listing", "about"}):
            if after in starts:
                if is_amount(text, starts[after]):
                    break
                count, last = count + 1, starts[after].last
            after = max(after, last) + 1
        if count > 1:
            return Cue(CHILDREN, count, token.start, text.tokens[last].end)
    return None


def _is_household(text: Text, number: Number) -> bool:
    """Return whether a number is the size of a household: "family of five", "somos seis", "three of us"."""
    before, earlier = text.token(number.first - 1), text.token(number.first - 2)
    after, later = text.token(number.last + 1), text.token(number.last + 2)
    if "household" in earlier.classes and before.word in {"of", "de"}:
        return not counts_next(text, number, number.value + 100)
    if before.word in {"somos", "we"} or (earlier.word, before.word) == ("we", "are"):
        return not counts_next(text, number, 0)
    return f"{after.word} {later.word}" in _TOGETHER
