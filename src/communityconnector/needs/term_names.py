"""What the name of a taxonomy term or a category says is offered.

The names of classifications are noun phrases. The last noun says what is offered, the words around it say which:
"Clinic Visit Rides" are rides. "Volunteer Opportunities at Shelters" are opportunities, and no shelter. A name whose last
noun is people says for whom a service is, not what it offers. A cell may list several categories, or a category with a
narrower one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from communityconnector.model.refuge import SAFE_HOUSE, look
from communityconnector.needs import contexts as c
from communityconnector.needs.offered import Claim
from communityconnector.needs.tables import rows_of
from communityconnector.needs.words import STOP_WORDS, stem, stems, words_of

if TYPE_CHECKING:
    from communityconnector.needs.lexicon import Lexicon

SURE_ENOUGH: Final = 0.5
"""The lowest weight of a phrase in a name that counts."""
DOUBTED: Final = 0.55
"""What a phrase counts beside a last noun of another kind."""
BROAD: Final = 0.5
"""What a main need counts that is one of several in a name."""

_WHOLE: Final = 0.9
"""From this weight on, a phrase that is the whole name needs no last noun."""
_MOST_LETTERS: Final = 200
"""A longer name is a sentence, which has no last noun."""
_MOST_READ: Final = 20_000


class NameReading(NamedTuple):
    """What a name says.

    Attributes:
        concepts: by id of a concept, how surely it is offered, 0 to 1; surest first.
        is_for_whom: whether the name says for whom a service is, so that what it offers is only guessed.
    """

    concepts: Mapping[str, float]
    is_for_whom: bool = False


_NOTHING: Final = NameReading({})


class _Head(NamedTuple):
    """A row of `term_heads.csv`: what a last noun means beside certain words.

    Attributes:
        beside: one of these groups of stems must be there; if empty, any words will do.
        concept: id of the concept; "" if a patron is offered nothing.
        weight: how surely.
    """

    beside: tuple[frozenset[str], ...]
    concept: str
    weight: float


class TermNameReader:
    """Reads the names of taxonomy terms and categories.

    Args:
        lexicon: finds the phrases of a vocabulary.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._vocabulary = lexicon.vocabulary
        self._read: dict[str, NameReading] = {}
        self._heads: dict[str, list[_Head]] = {}
        for row in rows_of("term_heads.csv"):
            if row["concept"] and row["concept"] not in self._vocabulary.concepts:
                continue
            beside = tuple(frozenset(map(stem, group.split("+"))) for group in row["with"].split())
            for head in row["head"].split():
                rows = self._heads.setdefault(stem(head), [])
                rows.append(_Head(beside, row["concept"], float(row["weight"])))
        for rows in self._heads.values():
            rows.sort(key=lambda head: not head.beside)

    def read(self, name: str) -> NameReading:
        """Return what a name says.

        Args:
            name: the name of a term, or a category as a cell has it, such as "Food; Clothing" or "Food > Pantries".
        """
        reading = self._read.get(name)
        if reading is None:
            if len(self._read) >= _MOST_READ:
                self._read = {}
            reading = self._read[name] = self._with_refuge(name, self._reading(name))
        return reading

    def _with_refuge(self, name: str, reading: NameReading) -> NameReading:
        """Return a reading that takes a name for a refuge exactly if redaction does.

        Otherwise a service would be offered as a confidential place beside an address that is shown.
        """
        refuge = (look(name) or ("",))[0]
        concepts = {key: weight for key, weight in reading.concepts.items() if key != SAFE_HOUSE}
        if refuge in self._vocabulary.concepts:
            broader = set(self._vocabulary.ancestors(refuge)) | {"housing"}
            concepts = {
                refuge: 1.0,
                **{key: weight for key, weight in concepts.items() if key not in broader},
            }
        is_for_whom = reading.is_for_whom and not refuge
        return NameReading(dict(sorted(concepts.items(), key=lambda item: -item[1])), is_for_whom)

    def _reading(self, name: str) -> NameReading:
        levels = [level for level in map(str.strip, _LEVELS.split(name[:_MOST_LETTERS])) if level]
        if len(levels) > 1:
            return self._narrowed(levels)
        return self._list(levels[0]) if levels else _NOTHING

    def _narrowed(self, levels: Sequence[str]) -> NameReading:
        """Return the reading of a category with a narrower one: "Housing - Emergency", "Food > Pantries"."""
        broader, narrower = self._list(levels[-2]), self._list(levels[-1])
        kinds = self._kinds(broader.concepts)
        # "Housing - Emergency" is emergency housing, "Utilities - Bills" are utility bills.
        together = {
            **self._list(f"{levels[-2]} {levels[-1]}").concepts,
            **self._list(f"{levels[-1]} {levels[-2]}").concepts,
        }
        within = {key: w for key, w in together.items() if self._vocabulary.main_need(key) in kinds}
        if narrower.concepts and (not kinds or kinds & self._kinds(narrower.concepts)):
            return narrower
        finer = {key: weight for key, weight in within.items() if key not in broader.concepts}
        if finer and not narrower.concepts:
            return NameReading(finer)
        if within and max(within.values()) >= max(broader.concepts.values()):
            return NameReading(within)
        if narrower.concepts and not broader.is_for_whom:
            return NameReading({**narrower.concepts, **{k: w * DOUBTED for k, w in broader.concepts.items()}})
        return broader if broader.concepts else narrower

    def _kinds(self, concepts: Mapping[str, float]) -> set[str]:
        return {self._vocabulary.main_need(concept) for concept in concepts}

    def _list(self, name: str) -> NameReading:
        """Return the reading of a name, or of several in one cell."""
        offered = self._lexicon.offered_in(name)
        whole = {key: claim.weight for key, claim in offered.concepts.items() if claim.weight >= SURE_ENOUGH}
        if offered.seeks:
            return NameReading(whole)
        groups = [group for group in map(str.strip, _LISTED.split(name)) if group]
        readings = [reading for group in groups for reading in self._joined(group)]
        is_for_whom = bool(readings) and all(reading.is_for_whom for reading in readings)
        parts = readings if is_for_whom else [reading for reading in readings if not reading.is_for_whom]
        concepts: dict[str, float] = {}
        for reading in parts:
            for key, weight in reading.concepts.items():
                concepts[key] = max(weight, concepts.get(key, 0.0))
        if len(readings) > 1:
            # A phrase may stand across the joint: "Adoption & Foster Care".
            across = {key: claim for key, claim in offered.concepts.items() if _JOINT.search(claim.words)}
            concepts.update({key: claim.weight for key, claim in across.items()})
        return NameReading(concepts, is_for_whom=is_for_whom)

    def _group(self, group: str) -> Iterator[NameReading]:
        """Yield the readings of the names in a group that is joined by "and", "&", "/" or commas.

        What has no noun of its own shares the last one: "Medical and Dental Clinics".
        """
        parts = [part for part in map(str.strip, _JOINT.split(group)) if part]
        if group.count(",") == 1 and len(parts) == 2:
            # Turned around, as in an index: "Transportation, Medical".
            turned = f"{parts[1]} {parts[0]}"
            if all(word in _WHICH for word in words_of(parts[1])) or self._is_composed(turned):
                yield self._phrase(turned)
                return
        last = words_of(parts[-1]) if parts else ()
        said: set[str] = set()
        for number, part in enumerate(parts, 1):
            reading = self._phrase(part)
            if number == len(parts) > 1 and self._is_composed(group):
                # The words of the first name say which last one: "Tenant Rights Information/Counseling".
                shared_by_all = self._phrase(group)
                kinds = self._kinds(shared_by_all.concepts)
                if kinds & said and not kinds & self._kinds(reading.concepts):
                    reading = shared_by_all
            said |= self._kinds(reading.concepts)
            shared = f"{part} {last[-1]}" if number < len(parts) and len(last) > 1 else ""
            if shared and not reading.concepts and not reading.is_for_whom and self._is_composed(shared):
                reading = self._phrase(shared)
            elif not reading.concepts and number == len(parts) > 1 and all(w in _FORMS for w in last):
                continue
            yield reading

    def _joined(self, group: str) -> list[NameReading]:
        """Return the readings of the joined names, main needs weaker: "Work & Learning" is for neither in particular."""
        readings = list(self._group(group))
        if sum(not reading.is_for_whom for reading in readings) < 2:
            return readings
        broad = {key for key, concept in self._vocabulary.concepts.items() if not concept.parent}
        return [
            reading._replace(
                concepts={k: w * BROAD if k in broad else w for k, w in reading.concepts.items()}
            )
            for reading in readings
        ]

    def _phrase(self, name: str) -> NameReading:
        """Return the reading of one noun phrase."""
        words = words_of(_ASIDE.sub(" ", _COMPOUND.sub(" ", name))) or words_of(name)
        if not words:
            return _NOTHING
        claims = self._lexicon.phrases_in(name, SURE_ENOUGH)
        phrases = {key: claim.weight for key, claim in claims.items()}
        if _is_people(words):
            if self._is_need(words):
                return NameReading(phrases)
            # What has its own services: "Veterans", but not the shelter of "Shelter Employees".
            people = [stem(word) for word in words if word in c.PEOPLE or word in _GROUPS][-1:]
            named = {key: w for key, w in phrases.items() if {*people} & {*stems(claims[key].words)}}
            return NameReading({key: w * DOUBTED for key, w in named.items()}, is_for_whom=True)
        head = self._head(words)
        if head is not None and not head.concept:
            return _NOTHING
        whole = {key: claim.weight for key, claim in claims.items() if _is_whole(claim, words)}
        return NameReading(whole or phrases if head is None or whole else self._beside(head, phrases))

    def _beside(self, head: _Head, phrases: Mapping[str, float]) -> Mapping[str, float]:
        """Return what a last noun says beside the phrases of its name."""
        narrower = {
            key: weight for key, weight in phrases.items() if head.concept in self._vocabulary.ancestors(key)
        }
        if head.beside:
            alike = {key: w for key, w in narrower.items() if w > head.weight}
            return alike or {head.concept: max(head.weight, phrases.get(head.concept, 0.0))}
        kind = self._vocabulary.main_need(head.concept)
        same = {key: w for key, w in phrases.items() if self._vocabulary.main_need(key) == kind}
        others = {key: w * DOUBTED for key, w in phrases.items() if key not in same}
        if narrower:
            same = {key: w for key, w in same.items() if key != head.concept}
        return {**(same or {head.concept: head.weight}), **others}

    def _is_composed(self, name: str) -> bool:
        """Return whether the last noun of a name means something of its own beside its other words."""
        head = self._head(words_of(name))
        return head is not None and bool(head.beside)

    def _is_need(self, words: Sequence[str]) -> bool:
        """Return whether a name that ends in people is the name of a concept."""
        return any(words == words_of(concept.name) for concept in self._vocabulary.concepts.values())

    def _head(self, words: Sequence[str]) -> _Head | None:
        """Return what the last noun means beside the other words; `None` if the table does not say."""
        end = next((n for n, word in enumerate(words) if n and word in _AFTER_HEAD), len(words))
        before, after = words[:end], words[end:]
        if all(word in _FORMS or word in STOP_WORDS for word in before) and after:
            # "Help with Rent", "Assistance for Families": what it is help with comes after.
            before = tuple(word for word in words if word not in _AFTER_HEAD)
        every = frozenset(map(stem, words))
        for position in range(len(before) - 1, -1, -1):
            for head in self._heads.get(stem(before[position]), ()):
                if not head.beside or any(group <= every for group in head.beside):
                    return head
            if before[position] not in _FORMS and before[position] not in STOP_WORDS:
                return None
        return None


def _is_whole(claim: Claim, words: Sequence[str]) -> bool:
    """Return whether a sure phrase has all words of a name that are not only its form: "Bus Passes", "Financial Aid Office"."""
    phrase = set(stems(claim.words))
    rest = {stem(word) for word in words if word not in _FORMS and word not in STOP_WORDS}
    return claim.weight >= _WHOLE and len(phrase) > 1 and phrase >= rest


def _is_people(words: Sequence[str]) -> bool:
    """Return whether a name says people, ages or a group: "Homeless Youth", "Adults 60 and Over", "Friends of Drug Users"."""
    end = next((n for n, word in enumerate(words) if n and word in _AFTER_PEOPLE), len(words))
    last = next((w for w in reversed(words[:end]) if not w.isdigit() and w not in _AGES), "")
    if last in c.PEOPLE:
        return c.STAFF.isdisjoint(words)
    return all(
        word in c.CONDITIONS or word in _GROUPS or word in _AGES or word.isdigit() for word in words
    ) and not all(word.isdigit() for word in words)


_LEVELS: Final = re.compile(r"\s*(?:>+|::|\s[-\u2013\u2014]\s|:\s|»|\\)\s*")
_LISTED: Final = re.compile(r"\s*[;|\n]\s*")
_JOINT: Final = re.compile(r"\s*(?:[,/&+]|\band\b|\bor\b)\s*", re.IGNORECASE)
_ASIDE: Final = re.compile(r"\([^)]*\)")
_COMPOUND: Final = re.compile(r"-(?:in|to|of|by|up|off|on|over|through)\b")
"""A preposition within a compound, such as "drop-in", does not end a noun phrase."""
_AFTER_HEAD: Final = frozenset("of for to in at by with from on through under during".split())
_AFTER_PEOPLE: Final = frozenset("of for to in at by with from on who whose under over without".split())
_AGES: Final = frozenset(
    "age ages aged year years old older younger over under up and to through above plus yrs".split()
)
_GROUPS: Final = frozenset(
    "lgbt lgbtq lgbtqia lgbtq+ transgender gay lesbian bisexual latino latina latinx hispanic asian african american native"
    " black indigenous english spanish chinese vietnamese korean tagalog russian arabic french somali hmong asl female male"
    " speaking income low refugees immigrants veteran senior youth language languages deaf blind".split()
)
"""Words of groups and languages. A name of only such words says for whom a service is."""
_FORMS: Final = frozenset(
    """program programs programme service services center centers centre site sites facility facilities organization organizations
    agency agencies provider providers office offices resource resources initiative project projects network networks
    assistance aid help support delivery deliveries prevention education information referral referrals access other general misc
    miscellaneous and day days event events club clubs pickup unit units""".split()
)
"""Words that say in which form something is offered. The noun before them says what."""
_WHICH: Final = frozenset(
    """medical emergency residential legal financial dental temporary transitional outpatient inpatient mental behavioral
    permanent affordable public free local senior adult child youth elderly family children women veterans homeless domestic
    vocational academic prenatal nursing psychiatric individual group rental utility""".split()
)
"""Words that only say which: after a comma they belong before the noun."""
