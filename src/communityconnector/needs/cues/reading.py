"""Read the cues of a text."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from typing import Final

from communityconnector.needs.cues.ages import read_age
from communityconnector.needs.cues.households import read_household
from communityconnector.needs.cues.languages import read_language
from communityconnector.needs.cues.model import (
    ACCESSIBILITY,
    AGE,
    AGE_GROUP,
    BARRIER,
    CHILDREN,
    DEADLINE,
    HOUSEHOLD,
    KINDS,
    LANGUAGE,
    PLACE,
    SITUATION,
    TIME,
    URGENCY,
    Cue,
    Cues,
)  # fmt: skip
from communityconnector.needs.cues.places import read_places
from communityconnector.needs.cues.table import NONE, Hit, table
from communityconnector.needs.cues.text import Text
from communityconnector.needs.cues.times import read_times

_IMPLIED: Final = {
    (SITUATION, "Mothers"): ((SITUATION, "Parents"), (SITUATION, "Women")),
    (SITUATION, "Fathers"): ((SITUATION, "Parents"), (SITUATION, "Men")),
    (SITUATION, "Single Parents"): ((SITUATION, "Parents"),),
    (BARRIER, "no_insurance"): ((SITUATION, "Uninsured"),),
}
"""What a cue says besides."""
STATED: Final = (SITUATION, AGE_GROUP, ACCESSIBILITY, BARRIER, URGENCY)
"""Kinds of cues that a phrase of the table says by itself."""
_NEAR: Final = 4


def cues_of(text: str) -> Cues:
    """Return the cues of a text (`cues.read_cues`).

    Args:
        text: the text.
    """
    if not text or text.isspace():
        return Cues()
    return _gather(sorted(_cues(text), key=lambda cue: (cue.start, cue.end)))


def _cues(text: str) -> Iterator[Cue]:
    wording = table()
    read = Text(text, wording.word)
    hits: dict[str, list[Hit]] = {}
    for hit in wording.hits(read.tokens):
        hits.setdefault(hit.rule.kind, []).append(hit)
    hidden = _inside(hits.get(NONE, ()))
    stated = [hit for kind in STATED for hit in hits.get(kind, ()) if _stands(read, hit, hidden)]
    languages = hits.get(LANGUAGE, [])
    yield from read_language(read, languages)
    yield from read_age(read)
    yield from read_household(read)
    yield from read_times(read, hits.get(TIME, ()))
    yield from read_places(read, {read.tokens[hit.first].start for hit in languages})
    for hit in stated:
        start, end = read.tokens[hit.first].start, read.tokens[hit.last].end
        for value in hit.rule.values:
            yield Cue(hit.rule.kind, value, start, end)
            for kind, implied in _IMPLIED.get((hit.rule.kind, value), ()):
                yield Cue(kind, implied, start, end)


def _inside(hits: Iterable[Hit]) -> set[tuple[int, int]]:
    """Return the first and last word of every shorter phrase that may stand inside hits."""
    return {
        (first, last)
        for hit in hits
        for first in range(hit.first, hit.last + 1)
        for last in range(first, hit.last + 1)
        if (first, last) != (hit.first, hit.last)
    }


def _stands(text: Text, hit: Hit, hidden: Container[tuple[int, int]]) -> bool:
    """Return whether a phrase counts: it is not hidden by a longer one, taken back, denied, or another person's."""
    rule = hit.rule
    if (hit.first, hit.last) in hidden or not rule.unless.isdisjoint(text.stems):
        return False
    return (rule.negates or not _is_denied(text, hit.first)) and not _is_of_another(text, hit.first)


def _is_denied(text: Text, first: int) -> bool:
    """Return whether a denial stands before a phrase, with only small words between: "not really a veteran"."""
    for token in text.back(first, _NEAR):
        if "denial" in token.classes:
            return True
        if "between" not in token.classes:
            return False
    return False


def _is_of_another(text: Text, first: int) -> bool:
    """Return whether a phrase is said of another person: "my landlord is a veteran"."""
    has_copula = False
    for token in text.back(first, _NEAR):
        has_copula = has_copula or "copula" in token.classes
        if "other" in token.classes:
            return has_copula
    return False


def _gather(cues: Sequence[Cue]) -> Cues:
    """Return cues by kind, each value once, in the order of the text."""
    values: dict[str, dict[str | int, None]] = {kind: {} for kind in KINDS}
    spans: dict[tuple[str, str | int], Cue] = {}
    for cue in cues:
        values[cue.kind][cue.value] = None
        spans.setdefault((cue.kind, cue.value), cue)

    def names(kind: str) -> tuple[str, ...]:
        return tuple(str(value) for value in values[kind])

    def number(kind: str) -> int | None:
        return next((int(value) for value in values[kind]), None)

    return Cues(
        age=number(AGE),
        age_groups=names(AGE_GROUP),
        language=next(iter(names(LANGUAGE)), None),
        accessibility=names(ACCESSIBILITY),
        situations=names(SITUATION),
        barriers=names(BARRIER),
        urgency=next((degree for degree in ("today", "soon") if degree in values[URGENCY]), "none"),
        time=names(TIME),
        deadline=next(iter(names(DEADLINE)), None),
        children=number(CHILDREN),
        household=number(HOUSEHOLD),
        places=names(PLACE),
        spans=tuple(spans.values()),
    )
