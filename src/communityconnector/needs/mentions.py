"""Parts of a record's sentences that name help without offering it: what others offer, or what a lower price is for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from communityconnector.needs import contexts as c


def mentioning_parts(tokens: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield the parts of a sentence that are about what others offer, as first and last positions.

    "Refers to shelters", "information about legal aid" and "partners with food banks to give groceries" name shelters,
    legal aid and food banks; only groceries are offered.

    Args:
        tokens: the words, commas and colons of the sentence.
    """
    if _SIGNALS.isdisjoint(tokens):
        return
    for position, word in enumerate(tokens):
        if word not in _SIGNALS:
            continue
        leading, reach = _LEADING[word]
        near = range(position + 1, min(position + 1 + reach, len(tokens)))
        start = next((n + 1 for n in near if tokens[n] in leading), None)
        if start is not None:
            yield start, _end(tokens, start)


def lowers_prices(tokens: Sequence[str]) -> bool:
    """Return whether a sentence is about a lower price for what people buy."""
    return not c.DISCOUNTS.isdisjoint(tokens)


def is_about_animals(tokens: Sequence[str]) -> bool:
    """Return whether a sentence is about animals, and not about people who have some."""
    if c.ANIMALS.isdisjoint(tokens):
        return False
    animals = [position for position, word in enumerate(tokens) if word in c.ANIMALS]
    return any(c.BESIDE_PEOPLE.isdisjoint(tokens[max(0, n - 2) : n + 2]) for n in animals)


def _end(tokens: Sequence[str], start: int) -> int:
    return next((n for n in range(start + 1, len(tokens)) if tokens[n] in c.ACTING), len(tokens))


_NEAR: Final = 3
_LEADING: Final = {
    **dict.fromkeys(c.TELLING, (c.ABOUT, 1)),
    **dict.fromkeys(c.POINTING, (c.TO, _NEAR)),
    **dict.fromkeys(c.PARTNERING, (frozenset({"with"}), _NEAR)),
}
"""By word, those that must follow it, and within how many words."""
_SIGNALS: Final = frozenset(_LEADING)

SIGNALS: Final = _SIGNALS | c.DISCOUNTS | c.ANIMALS
"""A sentence without any of these only mentions nothing, lowers no prices, and is not about animals."""
