"""What a directory offers for each need, as columns: which offers, how surely, and where each is or may be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any, Final

import attrs
import numpy as np
from numpy.typing import NDArray

from communityconnector.matching import Index
from communityconnector.matching.criteria import AREA
from communityconnector.matching.criteria.place import APPROXIMATE, PLACES
from communityconnector.matching.cue_criteria import person_of
from communityconnector.matching.index.answers import factors_by_number
from communityconnector.matching.index.part import Part
from communityconnector.matching.index.shortcuts import MET, SILENT, UNKNOWN
from communityconnector.matching.query import Query
from communityconnector.matching.survey import SurveyedPart, survey
from communityconnector.matching.weights import Weights
from communityconnector.needs import Interpretation, Need, Understood

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

PLACED: Final = frozenset({"point", *APPROXIMATE})
"""Kinds of place whose distance is known, exactly or about."""
OPEN_AREA: Final = 1
OPEN_PLACE: Final = 2
"""Bits of `Supply.open` and `Reach.open`: whether people there are served, and whether the offer is near enough."""


@attrs.frozen(eq=False)
class Supply:
    """Offers for needs. An entry is an offer for one need; entries stand in the order of needs, then of agencies.

    Attributes:
        needs: ids of the needs.
        need: the number of the need of each entry.
        offer: the number of its offer.
        chance: how likely the offer is to serve somebody near enough, 0 to 1; 1 where nothing about it is open.
        open: what is open about it: a bit for each of `questions`.
        questions: names of what may be open: criteria, and `need` where it is not sure that the offer is for it. The first
            two are `OPEN_AREA` and `OPEN_PLACE`, which depend on where one asks from and are never set here.
        agency: the number of the agency of each offer.
        latitude: its latitude, or that of the middle of its area, in degrees; 0 where `is_placed` is false.
        longitude: its longitude, likewise.
        radius_km: within how many km of that point it is; 0 for an exact point.
        is_placed: whether its distance is known, at least about.
        is_remote: whether nobody has to go there: by phone, online, or it comes to people.
        area: the number of what the record says of whom it serves by where they live, in `areas`.
        areas: facts of the criterion `area`, each once.
        service_ids: the id of the service of each offer.
        offer_ids: the id of each offer.
        parts: the part of the index and the row of each offer, to fetch its records.
        undescribed: how many offers say nothing of what they are for. They count for no need.
        ruled_out: by criterion, how many entries it rules out wherever one lives.
    """

    needs: tuple[str, ...]
    need: Ints
    offer: Ints
    chance: Floats
    open: Ints
    questions: tuple[str, ...]
    agency: Ints
    latitude: Floats
    longitude: Floats
    radius_km: Floats
    is_placed: Flags
    is_remote: Flags
    area: Ints
    areas: Sequence[Any]
    service_ids: Sequence[str]
    offer_ids: Sequence[str]
    parts: Sequence[tuple[Part, int]]
    undescribed: int
    ruled_out: Mapping[str, int]

    @property
    def is_sure(self) -> Flags:
        """Which entries have nothing open but, perhaps, where they are and whom they serve by residence."""
        return np.asarray(self.open == 0)


@attrs.frozen
class Circumstances:
    """For whom and when coverage is asked.

    Attributes:
        person: age, language, hours and so on of somebody, by the names that `Need` has for them.
        now: the moment of the analysis, with a zone.
        zone: the time zone of the directory, if it is known.
        weights: the numbers of the ranking: its line says when an offer is for a need.
    """

    person: Mapping[str, Any]
    now: datetime
    zone: tzinfo | None
    weights: Weights


def supply_of(index: Index, needs: Sequence[str], circumstances: Circumstances) -> Supply:
    """Return what an index offers for some needs.

    Args:
        index: the index.
        needs: ids of concepts of its vocabulary.
        circumstances: for whom and when.
    """
    gathered = _Gathered(index, circumstances)
    found = [list(survey(index, gathered.query(need), circumstances.weights)) for need in needs]
    of_all = Known.of(surveyed for of_need in found for surveyed in of_need)
    for number, of_need in enumerate(found):
        gathered.add(number, of_need, of_all)
    return gathered.supply(tuple(needs))


@attrs.frozen
class Known:
    """How often the records of offers answer each criterion, where they answer it.

    Attributes:
        met: by criterion, how many offers meet it.
        unmet: how many do not.
    """

    met: Mapping[str, int]
    unmet: Mapping[str, int]

    @classmethod
    def of(cls, found: Iterable[SurveyedPart]) -> Known:
        """Count the answers of offers."""
        met: Counter[str] = Counter()
        unmet: Counter[str] = Counter()
        for surveyed in found:
            unmet.update(surveyed.ruled_out)
            for name, numbers in surveyed.answers.items():
                met[name] += int((numbers == MET).sum())
        return cls(dict(met), dict(unmet))

    @property
    def names(self) -> tuple[str, ...]:
        """The criteria that were asked."""
        return tuple(self.met)

    def rate(self, name: str, of_all: Known) -> float:
        """Return how likely an open answer is to be met: as often as those that are known.

        Few known answers say little, so those of all needs count for `_LENT` more.

        Args:
            name: the criterion.
            of_all: the answers of offers for all needs.
        """
        met, unmet = of_all.met.get(name, 0), of_all.unmet.get(name, 0)
        lent = (met + 1) / (met + unmet + 2)  # Laplace's rule of succession
        own = self.met.get(name, 0)
        return (own + _LENT * lent) / (own + self.unmet.get(name, 0) + _LENT)


_LENT: Final = 20.0
"""For how many answers of a need's own those of all needs count."""


class _Gathered:
    """Collects entries need by need."""

    def __init__(self, index: Index, circumstances: Circumstances) -> None:
        self._index = index
        self._asked = circumstances
        self._entries: list[tuple[Ints, Ints, Floats, Ints]] = []
        self._offers: dict[tuple[int, int], int] = {}
        self._parts: list[tuple[Part, int]] = []
        self._questions = {"area": 0, "place": 1}
        self._ruled_out: Counter[str] = Counter()
        self._undescribed = 0

    def add(self, number: int, found: Sequence[SurveyedPart], of_all: Known) -> None:
        """Add the offers for a need, with what is known of those for all needs."""
        known = Known.of(found)
        priors = {name: known.rate(name, of_all) for name in known.names}
        undescribed = 0
        for part_number, surveyed in enumerate(found):
            described = surveyed.fits > 0.0
            undescribed += int((~described).sum())
            self._ruled_out.update(surveyed.ruled_out)
            rows = surveyed.rows[described]
            if not len(rows):
                continue
            chance, is_open = self._judged(surveyed, described, priors)
            offers = np.array([self._offer(part_number, surveyed.part, row) for row in rows.tolist()])
            self._entries.append((np.full(len(rows), number), offers, chance, is_open))
        self._undescribed = max(self._undescribed, undescribed)

    def query(self, need: str) -> Query:
        """Return the query for a need, of the person in question."""
        concept = self._index.lexicon.vocabulary.concepts[need]
        asked = Need(terms=(need,), **self._asked.person)
        meaning = Interpretation((Understood(need, concept.name, 1.0, (need,)),))
        return Query(
            need=asked,
            meaning=meaning,
            now=self._asked.now,
            zone=self._asked.zone,
            person=person_of(asked, meaning, cues=False),
        )

    def _judged(
        self, surveyed: SurveyedPart, described: Flags, priors: Mapping[str, float]
    ) -> tuple[Floats, Ints]:
        """Return the chance of each entry, and what is open about it."""
        fits = surveyed.fits[described]
        line = self._asked.weights.line
        is_for = fits >= line
        chance = np.where(is_for, 1.0, fits)
        is_open = np.where(is_for, 0, self._bit("need"))
        for name, numbers in surveyed.answers.items():
            number = numbers[described]
            doubt = (number != MET) & (number != SILENT)
            if not doubt.any():
                continue
            is_open = np.where(doubt, is_open | self._bit(name), is_open)
            factors = factors_by_number(self._asked.weights.of_criterion(name))
            # What a record leaves open is as likely as what others say; a doubt has a number of its own.
            prior = np.full(len(number), priors[name])
            left = prior if factors is None else np.where(number == UNKNOWN, prior, factors.take(number))
            chance = np.where(doubt, chance * left, chance)
        return chance, is_open

    def _bit(self, question: str) -> int:
        return 1 << self._questions.setdefault(question, len(self._questions))

    def _offer(self, part_number: int, part: Part, row: int) -> int:
        number = self._offers.setdefault((part_number, row), len(self._offers))
        if number == len(self._parts):
            self._parts.append((part, row))
        return number

    def supply(self, needs: tuple[str, ...]) -> Supply:
        """Return all that was collected."""
        kinds, places = [], []
        areas: dict[Any, int] = {}
        area_codes, agencies = [], []
        agency_numbers: dict[Any, int] = {}
        for part, row in self._parts:
            columns = part.segment.columns
            kind = PLACES[int(columns.place[row])]
            kinds.append(kind)
            placed = kind in PLACED
            latitude, longitude = columns.points[row].tolist() if placed else (0.0, 0.0)
            places.append(
                (latitude, longitude, float(columns.where_radii[columns.where[row]]) if placed else 0.0)
            )
            facts = part.segment.tables[AREA.name].facts[int(columns.facts[AREA.name][row])]
            area_codes.append(areas.setdefault(facts, len(areas)))
            agencies.append(agency_numbers.setdefault(self._agency(part, row), len(agency_numbers)))
        point = np.array(places, dtype=np.float64).reshape(-1, 3)
        agency = np.array(agencies, dtype=np.int64)
        need, offer, chance, is_open = _joined(self._entries)
        order = np.lexsort((offer, agency[offer], need))
        return Supply(
            needs=needs,
            need=need[order],
            offer=offer[order],
            chance=chance[order],
            open=is_open[order],
            questions=tuple(self._questions),
            agency=agency,
            latitude=point[:, 0].copy(),
            longitude=point[:, 1].copy(),
            radius_km=point[:, 2].copy(),
            is_placed=np.array([kind in PLACED for kind in kinds], dtype=bool),
            is_remote=np.array([kind == "remote" for kind in kinds], dtype=bool),
            area=np.array(area_codes, dtype=np.int64),
            areas=list(areas),
            service_ids=[
                part.segment.columns.service_ids[int(part.segment.columns.service[row])]
                for part, row in self._parts
            ],
            offer_ids=[part.segment.columns.offer_ids[row] for part, row in self._parts],
            parts=self._parts,
            undescribed=self._undescribed,
            ruled_out=dict(self._ruled_out),
        )

    def _agency(self, part: Part, row: int) -> Any:
        """Return a key of an offer's agency; an offer without one is its own."""
        columns = part.segment.columns
        if len(self._index.parts) > 1:
            # Parts number agencies each for itself.
            service = part.service(int(columns.service[row]))
            agency = service.organization_id if service.organization is None else service.organization.id
            return agency or (None, service.id)
        number = int(columns.agency[row])
        return number if number >= 0 else (None, int(columns.service[row]))


def _joined(entries: Sequence[tuple[Ints, Ints, Floats, Ints]]) -> Iterator[NDArray[Any]]:
    kinds: tuple[Any, ...] = (np.int64, np.int64, np.float64, np.int64)
    if not entries:
        return iter([np.empty(0, dtype=kind) for kind in kinds])
    return (
        np.concatenate(column).astype(kind)
        for column, kind in zip(zip(*entries, strict=True), kinds, strict=True)
    )
