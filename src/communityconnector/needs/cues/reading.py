"""Read the cues of a text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

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
from communityconnector.needs.cues.people import read_age, read_household
from communityconnector.needs.cues.places import read_places
from communityconnector.needs.cues.table import NONE, Hit, Table, table
from communityconnector.needs.cues.text import Text, Token
from communityconnector.needs.cues.times import read_times
from communityconnector.needs.words import stem

_IMPLIED: Final = {
    (SITUATION, "Mothers"): ((SITUATION, "Parents"), (SITUATION, "Women")),
    (SITUATION, "Fathers"): ((SITUATION, "Parents"), (SITUATION, "Men")),
    (SITUATION, "Single Parents"): ((SITUATION, "Parents"),),
    (BARRIER, "no_insurance"): ((SITUATION, "Uninsured"),),
}
"""What a cue says besides."""
_DENIALS: Final = frozenset(
    "no not never isnt arent aint wasnt werent dont doesnt without nunca ni sin tampoco neither nor".split()
)
_BETWEEN: Final = frozenset(
    "a an the any really currently yet actually even been be have got going want need longer un una el la los soy es estoy"
    " somos tengo for im my quiero busco".split()
)
"""Words that may stand between a denial and what it denies."""
_COPULAS: Final = frozenset("is was are were who whos es era who's being esta".split())
_NEAR: Final = 4
_NAMED_DAYS: Final = frozenset("tomorrow monday tuesday wednesday thursday friday saturday sunday".split())
_PRESSING: Final = frozenset(
    map(
        stem,
        """cut cutting shut shutting disconnect due court hearing evict eviction discharge closes deadline auction interview expire
        notice surgery corte cortan cortar vence vencen desalojo vista starts begins leave deadline released finals
        operan entro empiezo deadline""".split(),
    )
)
"""Beside a day, these say that something ends or begins on it."""


def cues_of(text: str) -> Cues:
    """Return the cues of a text (`cues.read_cues`).

    Args:
        text: the text.
    """
    if not text or text.isspace():
        return Cues()
    return _gather(sorted(_cues(Text(text)), key=lambda cue: (cue.start, cue.end)))


def _cues(text: Text) -> Iterator[Cue]:
    yield from read_language(text)
    yield from read_age(text)
    yield from read_household(text)
    times = list(read_times(text))
    yield from times
    yield from _pressing(text.tokens, times)
    yield from read_places(text)
    yield from _stated(text.tokens, table())


def _pressing(tokens: Sequence[Token], times: Sequence[Cue]) -> Iterator[Cue]:
    """Yield that it is needed soon, where a day is named on which something ends or begins."""
    day = next((cue for cue in times if cue.value in _NAMED_DAYS), None)
    if day and (day.value == "tomorrow" or any(token.stem in _PRESSING for token in tokens)):
        yield Cue(URGENCY, "soon", day.start, day.end)


def _stated(tokens: Sequence[Token], wording: Table) -> Iterator[Cue]:
    """Yield the cues of the table, with what they imply."""
    hits = list(wording.hits(tokens))
    hidden = [(hit.first, hit.last) for hit in hits if hit.rule.kind == NONE]
    stems = {token.stem for token in tokens}
    for hit in hits:
        rule = hit.rule
        if rule.kind == NONE or not rule.unless.isdisjoint(stems):
            continue
        if any(
            first <= hit.first and hit.last <= last and last - first > hit.last - hit.first
            for first, last in hidden
        ):
            continue
        if (not rule.negates and _is_denied(tokens, hit.first)) or _is_of_another(tokens, hit, wording):
            continue
        start, end = tokens[hit.first].start, tokens[hit.last].end
        for value in rule.values:
            yield Cue(rule.kind, value, start, end)
            for kind, implied in _IMPLIED.get((rule.kind, value), ()):
                yield Cue(kind, implied, start, end)


def _is_denied(tokens: Sequence[Token], first: int) -> bool:
    """Return whether a negative stands before a phrase, with only small words between."""
    position = first - 1
    while position >= 0 and first - position <= _NEAR and tokens[position].clause == tokens[first].clause:
        word = tokens[position].word
        if word in _DENIALS:
            return True
        if word not in _BETWEEN:
            return False
        position -= 1
    return False


def _is_of_another(tokens: Sequence[Token], hit: Hit, wording: Table) -> bool:
    """Return whether a phrase is said of another person: "my landlord is a veteran"."""
    position = hit.first - 1
    has_copula = False
    while (
        position >= 0
        and hit.first - position <= _NEAR
        and tokens[position].clause == tokens[hit.first].clause
    ):
        has_copula = has_copula or tokens[position].word in _COPULAS
        if wording.has_class(tokens[position].stem, "other"):
            return has_copula
        position -= 1
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
