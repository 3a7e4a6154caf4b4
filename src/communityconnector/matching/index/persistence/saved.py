"""What of an index goes into which file of its folder, and back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, cast, overload

import numpy as np

from communityconnector.errors import ServiceNotFoundError, UnusableIndexError
from communityconnector.interchange import Mode, to_raw
from communityconnector.interchange.structuring.structurer import Structurer
from communityconnector.matching.criteria import CRITERIA, Criterion, Facts
from communityconnector.matching.index.answers import AnswerTable
from communityconnector.matching.index.columns import Columns, Postings
from communityconnector.matching.index.part import Part
from communityconnector.matching.index.persistence.folder import Reader, Writer
from communityconnector.matching.index.segment import Segment
from communityconnector.matching.index.texts import Texts
from communityconnector.matching.purpose import Listed, Sign
from communityconnector.model import Service, TaxonomyTerm
from communityconnector.needs import Vocabulary

_ARRAYS: Final = (
    "keys",
    "space",
    "points",
    "place",
    "where",
    "service",
    "agency",
    "order",
    "undescribed",
    "by_service_id",
)
_POSTINGS: Final = ("concepts", "terms", "words")

FetchService = Callable[[str], Service | None]
"""Gives a service by its id, from wherever services are stored."""


def fingerprint(words: Vocabulary) -> str:
    """What tells one vocabulary from another: an index made with the one is of no use with the other."""
    told = [
        sorted(
            (concept.id, concept.name, *words.ancestors(concept.id)) for concept in words.concepts.values()
        ),
        sorted((phrase.concept, phrase.weight, phrase.words) for phrase in words.phrases),
        sorted(words.open_eligibility.items()),
    ]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def write_terms(writer: Writer, terms: Mapping[str, TaxonomyTerm]) -> None:
    """Write the taxonomy terms of an index."""
    writer.values("taxonomy-terms", [to_raw(term) for term in terms.values()])


def read_terms(reader: Reader) -> dict[str, TaxonomyTerm]:
    """The taxonomy terms of an index."""
    read = Structurer(Mode.COLLECT)
    terms = [cast("TaxonomyTerm", read.record(TaxonomyTerm, raw)) for raw in reader.values("taxonomy-terms")]
    return {term.id: term for term in terms}


def write_segment(writer: Writer, name: str, segment: Segment) -> None:
    """Write a segment.

    Args:
        writer: where to.
        name: what its files begin with.
        segment: the segment.
    """
    columns = segment.columns
    for array in _ARRAYS:
        writer.array(f"{name}-{array}", getattr(columns, array))
    writer.array(f"{name}-gone", np.array(sorted(segment.gone), dtype=np.int64))
    for kind in _POSTINGS:
        postings: Postings = getattr(columns, kind)
        writer.array(f"{name}-{kind}", postings.rows)
        writer.array(f"{name}-{kind}-data", postings.data)
        ends = [last for _, last in postings.spans.values()]
        writer.values(f"{name}-{kind}-spans", [list(postings.spans), ends])
    writer.values(f"{name}-signs", list(columns.signs))
    writer.values(f"{name}-listed", list(columns.listed))
    writer.values(f"{name}-where-words", list(columns.where_words))
    writer.texts(f"{name}-offer-ids", columns.offer_ids)
    writer.texts(f"{name}-service-ids", columns.service_ids)
    writer.texts(f"{name}-agency-ids", columns.agency_ids)
    for criterion, codes in columns.facts.items():
        table = segment.tables[criterion]
        writer.array(f"{name}-{criterion}", codes)
        writer.texts(f"{name}-{criterion}-facts", (json.dumps(facts) for facts in table.facts))
        for number, column in enumerate(table.columns):
            writer.array(f"{name}-{criterion}-{number}", column)


def read_segment(reader: Reader, name: str) -> Segment:
    """The segment whose files begin with a name."""
    facts, tables = {}, {}
    for criterion in CRITERIA:
        facts[criterion.name] = reader.array(f"{name}-{criterion.name}")
        held = _Restored(criterion, reader.texts(f"{name}-{criterion.name}-facts"))
        count = AnswerTable.columns_held(criterion)
        sooner = tuple(reader.array(f"{name}-{criterion.name}-{number}") for number in range(count))
        tables[criterion.name] = AnswerTable(criterion, held, sooner)
    arrays: dict[str, Any] = {array: reader.array(f"{name}-{array}") for array in _ARRAYS}
    postings: dict[str, Any] = {kind: _postings(reader, f"{name}-{kind}") for kind in _POSTINGS}
    columns = Columns(
        **arrays,
        **postings,
        facts=facts,
        signs=[Sign(*sign) for sign in reader.values(f"{name}-signs")],
        listed=[Listed(*listed) for listed in reader.values(f"{name}-listed")],
        where_words=reader.values(f"{name}-where-words"),
        offer_ids=reader.texts(f"{name}-offer-ids"),
        service_ids=reader.texts(f"{name}-service-ids"),
        agency_ids=reader.texts(f"{name}-agency-ids"),
    )
    return Segment(columns, tables, frozenset(reader.array(f"{name}-gone").tolist()))


def _postings(reader: Reader, name: str) -> Postings:
    keys, ends = reader.values(f"{name}-spans")
    spans = dict(zip(keys, zip([0, *ends], ends, strict=False), strict=True))
    return Postings(spans, reader.array(name), reader.array(f"{name}-data"))


class _Restored(Sequence[Facts]):
    """Facts that are read when they are looked at."""

    def __init__(self, criterion: Criterion, texts: Texts) -> None:
        self._restored = criterion.restored
        self._texts = texts

    def __len__(self) -> int:
        return len(self._texts)

    @overload
    def __getitem__(self, index: int) -> Facts: ...
    @overload
    def __getitem__(self, index: slice) -> list[Facts]: ...
    def __getitem__(self, index: int | slice) -> Facts | list[Facts]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        return self._restored(json.loads(self._texts[index]))


def recorded(services: Iterable[Service]) -> Iterator[str]:
    """Services as texts."""
    return (json.dumps(to_raw(service), separators=(",", ":")) for service in services)


def read_part(reader: Reader, name: str, fetch: FetchService | None) -> Part:
    """The part whose files begin with a name.

    Args:
        reader: where from.
        name: what the files begin with.
        fetch: gives services by their ids; `None` to take them from the folder.

    Raises:
        UnusableIndexError: the folder keeps no services, and nothing gives them either.
    """
    segment = read_segment(reader, name)
    ids = segment.columns.service_ids
    if fetch is not None:

        def fetched(number: int) -> Service:
            service = fetch(ids[number])
            if service is None:
                message = f"no service with id {ids[number]!r} is stored, though the index has it"
                raise ServiceNotFoundError(message)
            return service

        return Part(segment, fetched)
    if not reader.has_texts(f"{name}-services"):
        message = "this index was saved without services: say with `fetch` who gives them"
        raise UnusableIndexError(message)
    texts = reader.texts(f"{name}-services")

    def read(number: int) -> Service:
        return cast("Service", Structurer(Mode.COLLECT).record(Service, json.loads(texts[number])))

    return Part(segment, read)
