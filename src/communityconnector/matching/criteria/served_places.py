"""Areas in words, read into places: "Alameda and Contra Costa Counties", "City of Oakland", "Nationwide"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from communityconnector.matching.answers import Answer
from communityconnector.matching.criteria.whereabouts import Whereabouts
from communityconnector.model.gazetteer import (
    County,
    State,
    Town,
    find_counties,
    find_towns,
    split_state,
    state,
)

AT_HOME: Final = 0.75
"""The chance of living in a place from which on it counts as certain."""
ELSEWHERE: Final = 0.05
"""The chance up to which it counts as impossible."""
_LONGEST: Final = 400
"""Letters of a text that may be the name of an area."""


class Place(NamedTuple):
    """What one name of an area may mean: the readings exclude each other, and each is of all places of the name.

    Attributes:
        counties: the FIPS numbers of the counties of the name.
        towns: the towns of the name.
        states: the FIPS numbers of the states of the name.
        is_part: whether only a part of the place is meant, as in "eastern Iowa" or "Hampton, Rock Island County".
        is_bare: whether the words do not say of which kind the place is: "Peninsula" is a town in Ohio, and something else
            elsewhere.
    """

    counties: frozenset[str] = frozenset()
    towns: frozenset[tuple[str, str, str]] = frozenset()
    states: frozenset[str] = frozenset()
    is_part: bool = False
    is_bare: bool = False


class Places(NamedTuple):
    """What an area in words says.

    Attributes:
        places: the places that it names.
        is_everywhere: whether it names the whole country.
        is_whole: whether these are all: "and surrounding counties" is more.
    """

    places: tuple[Place, ...] = ()
    is_everywhere: bool = False
    is_whole: bool = True

    @property
    def is_understood(self) -> bool:
        """Whether it names any place."""
        return self.is_everywhere or bool(self.places)

    def includes(self, person: Whereabouts) -> Answer:
        """Return whether the area includes where a person is; unknown if nothing is known of that."""
        if self.is_everywhere:
            return Answer.MET
        if not person.counties:
            return Answer.UNKNOWN
        least = most = 0.0
        for place in self.places:
            chances = _chances(place, person)
            least += 0.0 if place.is_part else min(chances)
            most += max(chances)
        if least >= AT_HOME:
            return Answer.MET
        return Answer.UNMET if self.is_whole and self.places and most <= ELSEWHERE else Answer.UNKNOWN


def _chances(place: Place, person: Whereabouts) -> list[float]:
    """Return the chance of being in a place, for each reading of its name that there is in the person's states."""
    its_states = {fips[:2] for fips, _ in person.counties}
    chances = []
    if place.states:
        chances.append(sum(share for fips, share in person.counties if fips[:2] in place.states))
    if any(fips[:2] in its_states for fips in place.counties):
        chances.append(sum(share for fips, share in person.counties if fips in place.counties))
    if any(county[:2] in its_states for _, _, county in place.towns):
        if person.towns:
            chances.append(sum(chance for town, chance in person.towns if town in place.towns))
        else:
            # Somewhere in a county: perhaps in any of its towns.
            its_counties = {county for _, _, county in place.towns}
            chances += [0.0, sum(share for fips, share in person.counties if fips in its_counties)]
    return chances or ([0.0, 1.0] if place.is_bare else [0.0])


@lru_cache(maxsize=65_536)
def places_in(text: str) -> Places:
    """Return the places that an area in words names. What is not understood may include anybody."""
    if len(text) > _LONGEST:
        return Places(is_whole=False)
    places: list[Place] = []
    is_whole = True
    for piece in re.split(r"[;\n|/]+", text):
        words = _TRAILING.sub("", _LEADING.sub("", " ".join(piece.split()).strip(" .:")))
        if not words:
            continue
        if _EVERYWHERE.fullmatch(words):
            return Places(is_everywhere=True)
        for place in _places_of_list(words):
            if place is None:
                is_whole = False
            else:
                places.append(place)
    return Places(tuple(places), is_whole=is_whole and bool(places))


_LEADING: Final = re.compile(
    r"^(?:(?:all(?: of)?|the|entire|only|serves?|serving|served|area served|service area|residents? of|people (?:living )?in|"
    r"throughout|within|anyone in|everyone in)\b[\s:]*)+",
    re.IGNORECASE,
)
_TRAILING: Final = re.compile(
    r"(?:\s+(?:residents?|only|families|adults|seniors|citizens|communities))+$", re.IGNORECASE
)
_EVERYWHERE: Final = re.compile(
    r"(?:(?:united states(?: of america)?|usa?|u\.s\.(?:a\.)?)|nationwide|national(?:ly)?|country ?wide|worldwide|"
    r"all (?:50 )?states|50 states|todo el pa[ií]s|(?:los )?estados unidos)(?: only)?",
    re.IGNORECASE,
)
_LIST: Final = re.compile(r"(\s*,\s*(?:and|y|e|&)\s+|\s*,\s*|\s+(?:and|y|&|or)\s+)", re.IGNORECASE)
_MORE: Final = re.compile(
    r"\b(?:surrounding|nearby|neighbou?ring|adjacent|adjoining|other|outlying|beyond|vicinity|more|alrededores)\b",
    re.IGNORECASE,
)
_PART: Final = re.compile(
    r"^(?:(?:parts?|portions?|some|sections?|areas?) of|(?:north|south|east|west|northern|southern|eastern|western|central|"
    r"north ?eastern|north ?western|south ?eastern|south ?western|northeast|northwest|southeast|southwest|upper|lower|mid|rural|"
    r"downtown|inner|outer|unincorporated|most of|much of))\s+",
    re.IGNORECASE,
)
_AROUND: Final = re.compile(
    r"^greater\s+|\s+(?:area|areas|region|metro|metropolitan area|metro area)$", re.IGNORECASE
)
_COUNTIES_OF: Final = re.compile(r"^(?:the\s+)?(?:counties|condados)\s+(?:of|de)\s+", re.IGNORECASE)
_CITIES_OF: Final = re.compile(
    r"^(?:the\s+)?(?:cities|towns|villages|communities|ciudades)\s+(?:of|de)\s+", re.IGNORECASE
)
_COUNTIES: Final = re.compile(r"\s+(?:counties|parishes|boroughs)\.?(?: only)?$", re.IGNORECASE)
_COUNTY: Final = re.compile(r"\bcount(?:y|ies)\b|\bparish\b|\bco\.?$|\bcondado\b", re.IGNORECASE)
_CITY: Final = re.compile(
    r"^(?:the\s+)?(?:city|town|village|ciudad)\s+(?:of|de)\b|\b(?:city limits|township)$", re.IGNORECASE
)
_BOTH: Final = re.compile(r"^(?:the\s+)?city\s+and\s+county\s+of\s+", re.IGNORECASE)
_SPANISH_COUNTY: Final = re.compile(r"^(?:el\s+)?condado\s+de\s+", re.IGNORECASE)


def _places_of_list(words: str) -> Iterator[Place | None]:
    """Yield the places of a list of names; `None` for what is no known name."""
    words = _BOTH.sub("County of ", words)
    kind, of_all = "", None
    before, its_state = split_state(words)
    if its_state is not None and _COUNTIES.search(before):
        words, of_all = before, its_state
    if _COUNTIES_OF.match(words) or _COUNTIES.search(words):
        kind, words = "county", _COUNTIES.sub("", _COUNTIES_OF.sub("", words))
    elif _CITIES_OF.match(words):
        kind, words = "town", _CITIES_OF.sub("", words)
    found: list[tuple[str, Place | None]] = []
    comma = False
    for part in _LIST.split(words):
        if _LIST.fullmatch(part):
            comma = part.strip() == ","
            continue
        name = _LEADING.sub("", part.strip(" .()"))
        if not name:
            continue
        its_state = _state(name)
        if its_state is not None and found and not _is_state(found[-1][1]):
            found = [(told, _in_state(place, its_state)) for told, place in found]
        elif comma and found and not kind and _COUNTY.search(name) and not _COUNTY.search(found[-1][0]):
            # "Hampton Township, Rock Island County": the county only says where the township is.
            inner, outer = found[-1][1], _place(name, "county")
            found.append((name, None if outer is None else outer._replace(is_part=True)))
            if inner is not None and outer is not None:
                found[-2] = (found[-2][0], _in_county(inner, outer))
        else:
            around = _AROUND.sub("", name)
            if around != name and _named(name, kind) is None:
                # "Greater Moline" is Moline, and more.
                found += [(name, _place(around, kind)), (name, None)]
            else:
                found.append((name, _place(name, kind)))
    for _, place in found:
        yield place if of_all is None else _in_state(place, of_all)


def _state(name: str) -> State | None:
    """Return the state of a name; two letters count only as capitals, since "in" and "or" are words."""
    return state(name) if len(name) > 2 or name.isupper() else None


def _is_state(place: Place | None) -> bool:
    """Return whether a name was read as that of a state."""
    return place is not None and bool(place.states)


def _place(name: str, kind: str) -> Place | None:
    """Return the place of one name; `None` if there is none or more is meant.

    Args:
        name: the name.
        kind: "county" or "town", if the words around it say so; else "".
    """
    if _MORE.search(name):
        return None
    name = _SPANISH_COUNTY.sub("County of ", name)
    found = _named(name, kind)
    if found is not None:
        return found
    part = _PART.sub("", name)
    if part != name:
        whole = _named(part, kind)
        return None if whole is None else whole._replace(is_part=True)
    return None


def _named(name: str, kind: str) -> Place | None:
    its_state = None if kind else _state(name)
    if its_state is not None:
        # "New York" and "Washington" are also towns; as an area served, the state is meant where nothing says "city".
        return Place(states=frozenset({its_state.fips}))
    kind = kind or ("county" if _COUNTY.search(name) else "town" if _CITY.search(name) else "")
    counties: Iterable[County] = () if kind == "town" else find_counties(name)
    towns: Iterable[Town] = () if kind == "county" else find_towns(name)
    place = Place(
        frozenset(county.fips for county in counties), frozenset(map(key_of_town, towns)), is_bare=not kind
    )
    return place if place.counties or place.towns else None


def key_of_town(town: Town) -> tuple[str, str, str]:
    """Return what tells a town from others: its name, state and county."""
    return town.name, town.state, town.county


def _in_state(place: Place | None, its_state: State) -> Place | None:
    """Return a place as far as it lies in a state; the place itself if none of it does."""
    if place is None:
        return None
    counties = frozenset(fips for fips in place.counties if fips[:2] == its_state.fips)
    towns = frozenset(town for town in place.towns if town[1] == its_state.code)
    return place._replace(counties=counties, towns=towns, is_bare=False) if counties or towns else place


def _in_county(place: Place, county: Place) -> Place:
    """Return a place as far as it lies in a county; the place itself if none of it does."""
    towns = frozenset(town for town in place.towns if town[2] in county.counties)
    return Place(towns=towns) if towns else place
