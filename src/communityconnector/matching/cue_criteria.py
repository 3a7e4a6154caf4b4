"""What a patron's words say about the person, as criteria that are only preferred: it moves offers and excludes none.

The table `needs/data/cue_criteria.csv` says which cue asks which criterion. Age, language and a ZIP code are asked as they
are. A field of the need that is set outranks every cue.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final, NamedTuple

import attrs

from communityconnector.matching import languages
from communityconnector.model import Point
from communityconnector.model.zips import zip_point
from communityconnector.needs import Cues, Interpretation, Need, limits
from communityconnector.needs.audience import populations_in
from communityconnector.needs.populations import Person, populations
from communityconnector.needs.tables import rows_of

_FIELDS: Final = {
    "accessibility": "accessibility",
    "documents": "without_documents",
    "situation": "situations",
    "cost": "max_cost",
}
"""The field of a need that asks a criterion of the table."""
_ZIP_LETTERS: Final = 5


class NeedWithCues(NamedTuple):
    """A need with what its cues ask beside it. The repr shows no value.

    Attributes:
        need: the need.
        criteria: the names of the criteria that only cues ask.
        point: the point of the ZIP code that is the place of the need, if a cue named it.
    """

    need: Need
    criteria: frozenset[str] = frozenset()
    point: Point | None = None

    def __repr__(self) -> str:
        return f"<NeedWithCues, {len(self.criteria)} criteria>"


class _Asked(NamedTuple):
    """What a cue asks.

    Attributes:
        criterion: the name of the criterion.
        words: what is asked; for the cost, the highest.
    """

    criterion: str
    words: tuple[str, ...]


def add_cues(need: Need, cues: Cues) -> NeedWithCues:
    """Return a need with what its cues ask beside it.

    A ZIP code is looked up offline, whatever the geocoder, since nobody asked to look it up.

    Args:
        need: the need.
        cues: what its words say about the person and the circumstances.
    """
    fields: dict[str, Any] = {}
    criteria: set[str] = set()
    if cues.age is not None and need.age is None and 0 <= cues.age <= limits.OLDEST:
        fields["age"] = cues.age
        criteria.add("age")
    if cues.language and need.language is None and languages.is_known(cues.language):
        fields["language"] = cues.language
        criteria.add("language")
    code = _zip_of(cues) if need.near is None and not need.areas else ""
    point = zip_point(code) if code else None
    if point is not None:
        fields["near"] = code
        criteria |= {"area", "distance"}
    words: dict[str, list[str]] = {}
    for asked in _asked(cues):
        words.setdefault(asked.criterion, []).extend(asked.words)
    for criterion, texts in words.items():
        field = _FIELDS[criterion]
        if getattr(need, field) in {None, ()}:
            several = tuple(dict.fromkeys(texts))[: limits.MOST_ENTRIES]
            fields[field] = float(texts[0]) if criterion == "cost" else several
            criteria.add(criterion)
    if not criteria:
        return NeedWithCues(need)
    prefer = tuple(dict.fromkeys((*need.prefer, *sorted(criteria))))
    return NeedWithCues(attrs.evolve(need, **fields, prefer=prefer), frozenset(criteria), point)


def person_of(need: Need, meaning: Interpretation, *, cues: bool) -> Person:
    """Return what is known of the person whom a need is for.

    Args:
        need: the need, with what its cues ask.
        meaning: what was understood of its words.
        cues: whether its words count.
    """
    said: tuple[str, ...] = ()
    if cues:
        of = meaning.cues
        said = (*of.situations, *of.age_groups, *of.accessibility, *of.barriers)
    return populations().person(
        said,
        needs=() if meaning.is_guessed else (understood.concept for understood in meaning.concepts),
        named=populations_in(" . ".join((need.text if cues else "", *need.situations))),
        age=need.age,
    )


def _asked(cues: Cues) -> Iterator[_Asked]:
    table = _table()
    for kind in ("accessibility", "barriers", "situations", "age_groups"):
        for value in getattr(cues, kind):
            if (kind, value) in table:
                yield table[kind, value]


def _zip_of(cues: Cues) -> str:
    """Return the ZIP code that the words name; "" if they name none or several."""
    codes = [place for place in cues.places if len(place) == _ZIP_LETTERS and place.isdecimal()]
    return codes[0] if len(codes) == 1 else ""


@cache
def _table() -> Mapping[tuple[str, str], _Asked]:
    """Return what each cue asks, by its kind and value."""
    return {
        (row["kind"], row["value"]): _Asked(row["criterion"], tuple(row["words"].split(";")))
        for row in rows_of("cue_criteria.csv")
    }
