"""A library's own places of taxonomy terms and categories, from one CSV.

The file is a librarian's. Its faults are reported all at once, each with its row as a spreadsheet program numbers it.
"""

from __future__ import annotations

import os
from typing import Final

import attrs

from communityconnector.needs.learned.labels import NOT_A_NEED
from communityconnector.needs.local_rows import Problems, is_weight, read_rows, suggestion
from communityconnector.needs.vocabulary import Vocabulary, term_key

REQUIRED: Final = ("term", "concept")
"""The columns that a file of places must have."""
OPTIONAL: Final = ("weight", "notes")
"""The columns that it may have. `notes` is for the librarian alone."""

_LONGEST_TERM: Final = 500


def add_terms(words: Vocabulary, path: str | os.PathLike[str]) -> Vocabulary:
    """Return a vocabulary with the places of a file (see `Vocabulary.with_terms`)."""
    problems = Problems(path)
    places: dict[str, dict[str, float]] = {}
    for row in read_rows(path, REQUIRED, OPTIONAL):
        term, concept, weight = term_key(row["term"]), row["concept"], row["weight"]
        if not term or len(term) > _LONGEST_TERM:
            problems.add(
                row, f"`term` is the name, the code or the id of a term, {_LONGEST_TERM} letters at most"
            )
        if concept not in words.concepts and concept != NOT_A_NEED:
            near = suggestion(concept, words.concepts)
            problems.add(
                row, f"`concept` is unknown; {near} For a term that offers nothing, give {NOT_A_NEED!r}"
            )
        if weight and not is_weight(weight):
            problems.add(row, "`weight` is a number above 0, at most 1: 1.0 for a term that is for just this")
            continue
        places.setdefault(term, {})[concept] = float(weight or 1)
        if len(places[term]) > 1 and NOT_A_NEED in places[term]:
            problems.add(row, f"{term!r} stands with a need and with {NOT_A_NEED!r}: keep one of them")
    problems.raise_if_any()
    own = {
        term: dict(sorted(((c, w) for c, w in place.items() if c != NOT_A_NEED), key=lambda item: -item[1]))
        for term, place in places.items()
    }
    return attrs.evolve(words, local_terms={**words.local_terms, **own})
