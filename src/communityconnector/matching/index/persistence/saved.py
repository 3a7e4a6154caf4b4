"""The files of a saved index: which part of it each holds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, cast, overload

import numpy as np

from communityconnector.errors import ServiceNotFoundError, UnusableIndexError
from communityconnector.interchange import Mode, to_raw
from communityconnector.interchange.structuring.structurer import Structurer
from communityconnector.matching.criteria import CRITERIA, Criterion, Facts
from communityconnector.matching.index.answers import AnswerTable
from communityconnector.matching.index.builder import Builder
from communityconnector.matching.index.columns import Columns, Postings
from communityconnector.matching.index.part import Part
from communityconnector.matching.index.persistence.folder import Reader, Writer
from communityconnector.matching.index.segment import Segment
from communityconnector.matching.index.texts import Texts
from communityconnector.matching.purpose import ListedTerm, Sign
from communityconnector.model import Audience, Service, TaxonomyTerm
from communityconnector.needs import Vocabulary

_ARRAYS: Final = (
    "keys",
    "space",
    "points",
    "place",
    "where",
    "where_radii",
    "service",
    "agency",
    "order",
    "undescribed",
    "by_service_id",
)
_POSTINGS: Final = ("concepts", "terms", "words")

FetchService = Callable[[str], Service | None]
"""Returns a service by its id, from wherever services are stored."""


def fingerprint(words: Vocabulary) -> str:
    """Return the fingerprint of a vocabulary. An index made with another vocabulary cannot be used."""
    content = [
        sorted(
            (concept.id, concept.name, *words.ancestors(concept.id)) for concept in words.concepts.values()
        ),
        *(
            sorted((phrase.concept, phrase.weight, phrase.words, phrase.language) for phrase in phrases)
            for phrases in (words.phrases, words.provider_phrases)
        ),
        sorted(words.open_eligibility.items()),
        sorted((term, sorted(concepts.items())) for term, concepts in words.local_terms.items()),
    ]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def build(  # noqa: PLR0913  # what `Index.build` takes
    folder: Path,
    services: Iterable[Service],
    builder: Builder,
    audience: Audience,
    *,
    fetch: FetchService | None,
    durable: bool,
) -> None:
    """Index services as they stream by, in a folder (see `Index.build`)."""

    def added() -> Iterator[Service]:
        for service in services:
            builder.add(service)
            yield service

    with Writer(folder, durable=durable) as writer:
        if fetch is None:
            writer.texts("part-0-services", _as_texts(added()), paged=True)
        else:
            for _ in added():
                pass
        _write_segment(writer, "part-0", builder.finish())
        _finish(writer, 1, builder.vocabulary, builder.terms, audience)


def save(  # noqa: PLR0913  # all that an index holds
    folder: Path,
    parts: Sequence[Part],
    vocabulary: Vocabulary,
    terms: Mapping[str, TaxonomyTerm],
    audience: Audience,
    *,
    services: bool,
) -> None:
    """Write an index to a folder (see `Index.save`)."""
    with Writer(folder) as writer:
        for number, part in enumerate(parts):
            _write_segment(writer, f"part-{number}", part.segment)
            if services:
                texts = _as_texts(map(part.service, part.numbers))
                writer.texts(f"part-{number}-services", texts, paged=True)
        _finish(writer, len(parts), vocabulary, terms, audience)


def _finish(
    writer: Writer, parts: int, vocabulary: Vocabulary, terms: Mapping[str, TaxonomyTerm], audience: Audience
) -> None:
    writer.values("taxonomy-terms", [to_raw(term) for term in terms.values()])
    writer.finish(
        {
            "parts": parts,
            "vocabulary": fingerprint(vocabulary),
            "criteria": _criteria(),
            "audience": str(audience),
        }
    )


def open_parts(
    folder: Path, vocabulary: Vocabulary, fetch: FetchService | None
) -> tuple[tuple[Part, ...], dict[str, TaxonomyTerm], Audience]:
    """Return the parts of an index in a folder, its taxonomy terms and its audience (see `Index.open`)."""
    reader = Reader(folder)
    about = reader.about
    for key, own, what in (
        ("vocabulary", fingerprint(vocabulary), "needs vocabulary"),
        ("criteria", _criteria(), "set of criteria"),
    ):
        if about.get(key) != own:
            message = f"{folder} holds an index made with another {what}: build it again"
            raise UnusableIndexError(message)
    parts = tuple(_read_part(reader, f"part-{number}", fetch) for number in range(about["parts"]))
    return parts, _read_terms(reader), Audience(about["audience"])


def _criteria() -> list[str]:
    """Return the names of the criteria. An index made with others lacks their facts."""
    return [criterion.name for criterion in CRITERIA]


def _read_terms(reader: Reader) -> dict[str, TaxonomyTerm]:
    read = Structurer(Mode.COLLECT)
    terms = [cast("TaxonomyTerm", read.record(TaxonomyTerm, raw)) for raw in reader.values("taxonomy-terms")]
    return {term.id: term for term in terms}


def _write_segment(writer: Writer, name: str, segment: Segment) -> None:
    """Write a segment to files whose names begin with a name."""
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


def _read_segment(reader: Reader, name: str) -> Segment:
    """Return the segment of the files whose names begin with a name."""
    facts, tables = {}, {}
    for criterion in CRITERIA:
        facts[criterion.name] = reader.array(f"{name}-{criterion.name}")
        saved_facts = _SavedFacts(criterion, reader.texts(f"{name}-{criterion.name}-facts"))
        count = AnswerTable.column_count(criterion)
        shortcut = tuple(reader.array(f"{name}-{criterion.name}-{number}") for number in range(count))
        tables[criterion.name] = AnswerTable(criterion, saved_facts, shortcut)
    arrays: dict[str, Any] = {array: reader.array(f"{name}-{array}") for array in _ARRAYS}
    postings: dict[str, Any] = {kind: _postings(reader, f"{name}-{kind}") for kind in _POSTINGS}
    columns = Columns(
        **arrays,
        **postings,
        facts=facts,
        signs=[Sign(*sign) for sign in reader.values(f"{name}-signs")],
        listed=[ListedTerm(*listed) for listed in reader.values(f"{name}-listed")],
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


class _SavedFacts(Sequence[Facts]):
    """Facts that are read when they are accessed."""

    def __init__(self, criterion: Criterion, texts: Texts) -> None:
        self._from_json = criterion.from_json
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
        return self._from_json(json.loads(self._texts[index]))


def _as_texts(services: Iterable[Service]) -> Iterator[str]:
    return (json.dumps(to_raw(service), separators=(",", ":")) for service in services)


def _read_part(reader: Reader, name: str, fetch: FetchService | None) -> Part:
    """Return the part of the files whose names begin with a name."""
    segment = _read_segment(reader, name)
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
        message = "this index was saved without services: pass `fetch`, a function that returns them"
        raise UnusableIndexError(message)
    texts = reader.texts(f"{name}-services")

    def read(number: int) -> Service:
        return cast("Service", Structurer(Mode.COLLECT).record(Service, json.loads(texts[number])))

    return Part(segment, read)
