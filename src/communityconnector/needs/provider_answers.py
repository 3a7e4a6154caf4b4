"""The answer of a provider's model, read as data from a stranger: what is not a known concept with a plain weight is dropped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final

import attrs

MOST_ENTRIES: Final = 100
"""Entries of an answer that are read; those after them are not."""
MOST_CONCEPTS: Final = 5
"""Concepts of an answer that count: the surest."""
LEAST: Final = 0.01
"""A proposal of less weight is none."""
_MOST_WORDS: Final = 4
_LONGEST_WORD: Final = 60


@attrs.frozen(repr=False)
class Proposal:
    """One concept that a provider proposes. The repr does not show it.

    Attributes:
        concept: its id, of the vocabulary.
        weight: how sure the provider is, from `LEAST` to 1.
        words: those words of the patron that it names as its reason; words that the patron did not use are left out.
    """

    concept: str
    weight: float
    words: tuple[str, ...]


def read_answer(answer: object, text: str, known: Mapping[str, object]) -> tuple[Proposal, ...]:
    """Return what an answer proposes, the surest first. It may raise what the answer's own code raises.

    An answer is a mapping from ids of concepts to weights, or an iterable of entries. An entry is an id, a pair of id and
    weight, a triple with a list of words too, or a mapping with `concept`, `weight` and `words`. Without a weight it is 1.

    Args:
        answer: the answer.
        text: the patron's words.
        known: the concepts by id.
    """
    if isinstance(answer, (str, bytes, bytearray)) or not isinstance(answer, Iterable):
        return ()
    entries: Iterable[Any] = answer.items() if isinstance(answer, Mapping) else answer
    proposals: dict[str, Proposal] = {}
    for entry in islice(entries, MOST_ENTRIES):
        concept, weight, words = _parts(entry)
        # Of exactly this type: a subclass may bring its own comparison.
        if type(concept) is not str or concept not in known or not _is_weight(weight):
            continue
        proposal = Proposal(concept, float(weight), tuple(islice(_said(words, text), _MOST_WORDS)))
        if concept not in proposals or proposals[concept].weight < proposal.weight:
            proposals[concept] = proposal
    surest = sorted(proposals.values(), key=lambda proposal: (-proposal.weight, proposal.concept))
    return tuple(surest[:MOST_CONCEPTS])


def _parts(entry: object) -> tuple[Any, Any, Any]:
    """Return the id, the weight and the words of an entry; `None` for an id where there is none."""
    if isinstance(entry, dict):
        return entry.get("concept"), entry.get("weight", 1.0), entry.get("words", ())
    if isinstance(entry, (tuple, list)):
        padded = (*entry[:3], None, None, None) if 1 <= len(entry) <= 3 else (None, None, None)
        concept, weight, words = padded[:3]
        return concept, weight if len(entry) > 1 else 1.0, words
    return entry, 1.0, ()


def _is_weight(weight: object) -> bool:
    return isinstance(weight, (int, float)) and type(weight) in (int, float) and LEAST <= weight <= 1


def _said(words: object, text: str) -> Iterator[str]:
    """Yield those of a provider's words that the patron used."""
    if not isinstance(words, (tuple, list)):
        return
    folded = text.casefold()
    for word in islice(words, MOST_ENTRIES):
        if type(word) is str and 0 < len(word.strip()) <= _LONGEST_WORD and word.strip().casefold() in folded:
            yield word.strip()
