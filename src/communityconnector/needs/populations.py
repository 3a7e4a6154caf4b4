"""The populations that services are for, from `data/populations.csv`: their words, and what makes them known of a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cache
from typing import Final, NamedTuple

import attrs

from communityconnector.needs.tables import rows_of
from communityconnector.needs.words import fold, stem


class Restricts(StrEnum):
    """How much a population restricts a service that is for it."""

    YES = "yes"
    HARDLY = "hardly"
    """Most patrons of a desk belong to it: people with low income, families."""
    PEOPLE = "people"
    """A plain word for people. Beside others in a list it restricts nobody: "veterans and other residents"."""
    EVERYONE = "everyone"
    FREES = "frees"
    """Its words mean that one need not belong to the populations that it implies: "civilians welcome"."""
    NONE = "none"
    """Its words only seem to name a population: "legal aid", "Veterans Memorial Park"."""


@attrs.frozen
class Population:
    """A population that services are for.

    Attributes:
        id: its id.
        name: its plain name.
        restricts: how much it restricts a service.
        words: wording that names it in a record, English and Spanish; `=` before a word means just this form.
        cues: situations, age groups, barriers and accessibility (`Cues`) that make it known of a person.
        needs: concepts that make it known.
        implies: populations that come with it.
        excludes: populations that a person of this one hardly belongs to.
        ages: the least and the greatest age; `None` where age says nothing.
        by_age: ages by which alone a person belongs to it; `None` if age alone never says so.
    """

    id: str
    name: str
    restricts: Restricts
    words: tuple[str, ...]
    cues: tuple[str, ...]
    needs: tuple[str, ...]
    implies: tuple[str, ...]
    excludes: tuple[str, ...]
    ages: tuple[float, float] | None
    by_age: tuple[float, float] | None


class Mention(NamedTuple):
    """A population that words name.

    Attributes:
        population: its id.
        start: where its words begin among the words.
        end: where they end.
    """

    population: str
    start: int
    end: int


class Person(NamedTuple):
    """What is known of the person whom a service is for. The repr does not show it.

    Attributes:
        populations: the populations that the person belongs to, also those that only the need makes probable.
        said: those of them that were said.
        excluded: populations that the person hardly belongs to.
    """

    populations: frozenset[str] = frozenset()
    said: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()

    def __repr__(self) -> str:
        return "<Person>"


NOBODY: Final = Person()
"""A person of whom nothing is known."""


class Populations(Mapping[str, Population]):
    """The table, by id.

    Args:
        all_of_them: the populations.

    Attributes:
        first_words: the stems with which wording begins.
    """

    def __init__(self, all_of_them: Iterable[Population]) -> None:
        self._by_id = {population.id: population for population in all_of_them}
        self._phrases: dict[str, list[tuple[tuple[str, ...], tuple[str, ...], str]]] = {}
        self._by_cue: dict[str, list[str]] = {}
        self._by_need: dict[str, list[str]] = {}
        for population in self._by_id.values():
            for wording in population.words:
                words = tuple(part for part in fold(wording).replace("-", " ").split())
                exact = tuple(word.removeprefix("=") if word.startswith("=") else "" for word in words)
                key = tuple(stem(word.removeprefix("=")) for word in words)
                self._phrases.setdefault(key[0], []).append((key, exact, population.id))
            for cue in population.cues:
                self._by_cue.setdefault(cue, []).append(population.id)
            for need in population.needs:
                self._by_need.setdefault(need, []).append(population.id)
        for phrases in self._phrases.values():
            phrases.sort(key=lambda phrase: -len(phrase[0]))
        self.first_words = frozenset(self._phrases)

    def __getitem__(self, key: str) -> Population:
        return self._by_id[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_id)

    def __len__(self) -> int:
        return len(self._by_id)

    def at(self, words: Sequence[str], position: int) -> Mention | None:
        """Return the population whose wording begins at a word, the longest; `None` if there is none."""
        for key, exact, population in self._phrases.get(stem(words[position]), ()):
            end = position + len(key)
            of = words[position:end]
            if tuple(map(stem, of)) == key and all(e in {"", w} for e, w in zip(exact, of, strict=True)):
                return Mention(population, position, end)
        return None

    def person(
        self,
        cues: Iterable[str],
        *,
        needs: Iterable[str] = (),
        named: Iterable[str] = (),
        age: float | None = None,
    ) -> Person:
        """Return what is known of a person.

        Args:
            cues: what the words say of the person (`Population.cues`).
            needs: concepts that are needed.
            named: populations that the words name.
            age: the age, if it is known.
        """
        said = {one for cue in cues for one in self._by_cue.get(cue, ())}
        excluded = {other for one in said for other in self._by_id[one].excludes}
        if age is not None:
            for population in self._by_id.values():
                if _has(population.by_age, age):
                    said.add(population.id)
                elif population.ages is not None and not _has(population.ages, age):
                    excluded.add(population.id)
        said = self._with_implied({*said, *named})
        known = self._with_implied({*said, *(one for need in needs for one in self._by_need.get(need, ()))})
        return Person(frozenset(known), frozenset(said), frozenset(excluded - said))

    def _with_implied(self, some: set[str]) -> set[str]:
        return some.union(*(self._by_id[one].implies for one in some))


def _has(ages: tuple[float, float] | None, age: float) -> bool:
    return ages is not None and ages[0] <= age <= ages[1]


@cache
def populations() -> Populations:
    """Return the table, read at the first use."""
    return Populations(
        Population(
            id=row["population"],
            name=row["name"],
            restricts=Restricts(row["restricts"]),
            words=_several(row["words"]),
            cues=_several(row["cues"]),
            needs=_several(row["needs"]),
            implies=_several(row["implies"]),
            excludes=_several(row["excludes"]),
            ages=_ages(row["ages"]),
            by_age=_ages(row["by_age"]),
        )
        for row in rows_of("populations.csv")
    )


def _several(cell: str) -> tuple[str, ...]:
    return tuple(part for part in cell.split(";") if part)


def _ages(cell: str) -> tuple[float, float] | None:
    low, _, high = cell.partition("-")
    return (float(low or 0), float(high or _NO_END)) if cell else None


_NO_END: Final = 1_000.0
