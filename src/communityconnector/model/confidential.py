"""What must be hidden of a directory, as it was gathered from all of its records (`hiding`)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

import attrs

from communityconnector.model.level import Disclosure, strictest
from communityconnector.model.same_place import Street


class Why(StrEnum):
    """Why a place is hidden."""

    SAID = "said"
    """A record states it."""
    LOOKS = "looks"
    """No record states it, but the place looks like a refuge."""
    SAME = "same"
    """No record states it, but the place stands where a hidden place stands."""
    KEPT = "kept"
    """It was hidden before, and no person has decided otherwise."""


@attrs.frozen(repr=False)
class Site:
    """Where a location is, as far as that may reveal it.

    Attributes:
        lines: the lines of its addresses.
        streets: the same, as they are compared.
        points: its points, latitude first.
        name: its name, plain.
    """

    lines: tuple[str, ...] = ()
    streets: tuple[Street, ...] = ()
    points: tuple[tuple[float, float], ...] = ()
    name: str = ""

    def __add__(self, other: Site) -> Site:
        """Return all that either of two contains."""
        return Site(
            tuple(dict.fromkeys(self.lines + other.lines)),
            tuple(dict.fromkeys(self.streets + other.streets)),
            tuple(dict.fromkeys(self.points + other.points)),
            self.name or other.name,
        )

    def to_plain(self) -> tuple[Any, ...]:
        """Return it as plain values."""
        return self.lines, tuple(map(tuple, self.streets)), self.points, self.name

    @classmethod
    def of_plain(cls, plain: Any) -> Site:
        """Return what `to_plain` was called on, also after a way through JSON."""
        lines, streets, points, name = plain
        street_values = tuple(Street(core, unit, tuple(areas)) for core, unit, areas in streets)
        return cls(tuple(lines), street_values, tuple((north, east) for north, east in points), name)


@attrs.frozen(repr=False)
class Hidden:
    """A place that is hidden.

    Attributes:
        level: from whom.
        why: why.
        words: the words by which it looks like a refuge.
        site: where it is.
    """

    level: Disclosure
    why: Why
    words: str = ""
    site: Site = Site()

    def stricter(self, other: Hidden) -> Hidden:
        """Return the stricter of two, with all that either contains about where it is."""
        first = self if strictest(self.level, other.level) is self.level else other
        return attrs.evolve(first, site=self.site + other.site)

    def to_plain(self) -> tuple[Any, ...]:
        """Return it as plain values."""
        return self.level.value, self.why.value, self.words, self.site.to_plain()

    @classmethod
    def of_plain(cls, plain: Any) -> Hidden:
        """Return what `to_plain` was called on, also after a way through JSON."""
        level, why, words, site = plain
        return cls(Disclosure(level), Why(why), words, Site.of_plain(site))


@attrs.frozen(repr=False)
class Confidential:
    """What must be hidden of a directory.

    Attributes:
        places: hidden places, by id of the location. It may no longer be in the directory: its street is still hidden.
        links: places that are hidden at one service only, for another agency works there openly, by the id of the
            service at the location.
        parts: phones, contacts and addresses that are private by themselves, by entity and id: from whom they are
            hidden, and what tells them in texts.
        own: `entity id` of records that stand, openly, where a hidden place seems to: what they say of the street or
            the point is their own.
        opened: `entity id` of what a person decided to show.
        internal: whether any record has fields for those who keep the data.
    """

    places: Mapping[str, Hidden] = attrs.field(factory=dict)
    links: Mapping[str, Hidden] = attrs.field(factory=dict)
    parts: Mapping[str, tuple[Disclosure, tuple[str, ...]]] = attrs.field(factory=dict)
    own: frozenset[str] = frozenset()
    opened: frozenset[str] = frozenset()
    internal: bool = False

    @property
    def any(self) -> bool:
        """Whether anything is hidden."""
        return bool(self.places or self.links or self.parts or self.internal)

    @property
    def levels(self) -> dict[str, Disclosure]:
        """By id of the location, who may learn where it is, unless that is the public."""
        return {key: hidden.level for key, hidden in self.places.items()}

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values. They reveal every hidden place."""
        return {
            "places": {key: hidden.to_plain() for key, hidden in self.places.items()},
            "links": {key: hidden.to_plain() for key, hidden in self.links.items()},
            "parts": {key: [level.value, *values] for key, (level, values) in self.parts.items()},
            "own": sorted(self.own),
            "opened": sorted(self.opened),
            "internal": self.internal,
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Confidential:
        """Return what `to_dict` was called on, in this version or in one before 0.2."""
        if "levels" in document:
            return cls(
                {
                    key: _older(level, document["streets"].get(key, ()))
                    for key, level in document["levels"].items()
                }
            )
        return cls(
            {key: Hidden.of_plain(plain) for key, plain in document["places"].items()},
            {key: Hidden.of_plain(plain) for key, plain in document["links"].items()},
            {key: (Disclosure(level), tuple(values)) for key, (level, *values) in document["parts"].items()},
            frozenset(document["own"]),
            frozenset(document["opened"]),
            bool(document.get("internal")),
        )


def _older(level: str, lines: Any) -> Hidden:
    # Mostly, only places that look like refuges were hidden from the public alone.
    why = Why.SAME if level == Disclosure.STAFF_ONLY else Why.SAID
    return Hidden(Disclosure(level), why, site=Site(tuple(lines)))


NOTHING: Final = Confidential()
"""Where nothing is hidden."""
