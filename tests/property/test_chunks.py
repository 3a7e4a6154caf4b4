"""A file that is read in chunks, each by itself, says what it says when it is read in one go."""

from __future__ import annotations

import json
import marshal
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communityconnector.directory_store import load_rows
from communityconnector.directory_store.load_rows import LoadRow, make_row
from communityconnector.interchange import notes, stream
from communityconnector.interchange.reading import chunks, json_reader, json_text
from communityconnector.interchange.structuring import record_ids, repeated_records, structurer
from communityconnector.model import ENTITIES
from communityconnector.model.claims import claims_of, parts_of, statements_of
from communityconnector.model.hiding import Hiding
from communityconnector.storage import encoded

WORDS = st.sampled_from(
    ["", "a", "Active", "active", "né", "half \ud83d", "5", None, 5, 5.0, True, 10**30, [], {}]
)
IDS = st.sampled_from([None, "", " ", "1", "2", "3", "00000000-0000-4000-8000-00000000000A"])


def some(**fields):
    return st.fixed_dictionaries({}, optional=fields)


TERMS = some(
    id=IDS, code=WORDS, name=WORDS, taxonomy=WORDS, taxonomy_detail=some(id=IDS, name=WORDS, uri=WORDS)
)
LEVELS = st.sampled_from(["public", "staff_only", "never", "nonsense", None])
ADDRESSES = st.lists(
    some(id=IDS, address_1=st.sampled_from(["555 Hidden Lane", "7 Open Road"]), city=WORDS), max_size=1
)
PLACES = some(
    id=IDS, name=WORDS, latitude=st.sampled_from([36.4, 36.5, "36.4", None]), longitude=st.just(-81.4),
    addresses=ADDRESSES, disclosure=LEVELS, attributes=st.lists(some(id=IDS, taxonomy_term=TERMS), max_size=1),
)  # fmt: skip
AGENCIES = some(
    id=IDS, name=WORDS, description=WORDS, email=WORDS, website=WORDS, year_incorporated=WORDS, x_own=WORDS,
    locations=st.lists(PLACES, max_size=1),
)  # fmt: skip
SERVICES = some(
    id=IDS,
    name=st.sampled_from(["Pantry", "Domestic violence shelter", None]),
    status=WORDS,
    url=WORDS,
    minimum_age=WORDS,
    x_own=WORDS,
    organization=AGENCIES,
    schedules=st.lists(some(id=IDS, description=st.sampled_from(["Mon 9-5", "by call"])), max_size=1),
    phones=st.sampled_from([[], None, "555-0101", [{"id": "p", "number": 5}]]),
    attributes=st.lists(some(id=IDS, taxonomy_term=TERMS), max_size=2),
    service_at_locations=st.lists(some(id=IDS, location=PLACES), max_size=2),
)
VALUES = st.one_of(
    SERVICES,
    AGENCIES,
    st.fixed_dictionaries({"contents": st.lists(SERVICES, max_size=3)}),
    st.lists(st.one_of(SERVICES, st.just("no record")), max_size=2),
    st.just(5),
)
LINES = st.one_of(
    VALUES.map(json.dumps), st.sampled_from(["", "{broken", "null", '\ufeff{"id": "4", "name": "Marked"}'])
)


def everything_read(path, mode, elsewhere):
    """All that a reading tells, in the order in which it does."""
    findings = []
    for item in stream(path, mode=mode, mapping=None, on_finding=findings.append, elsewhere=elsewhere):
        row = item if isinstance(item, LoadRow) else make_row(item, ALL)
        findings.append((row.entity, row.id, encoded(row.document), row.places, row.embedded))
    return findings


ALL = frozenset({"organization", "location", "taxonomy_term"})


def by_turns(given_chunks):
    """Each chunk read by itself, and handed over as processes do."""
    for chunk in given_chunks:
        try:
            read = json_reader.read_chunk(chunk, partial(load_rows.to_plain_row, entities=ALL))
        except record_ids.UncountedError:
            yield chunk, None
            continue
        plain = marshal.loads(marshal.dumps(read.to_plain()))  # noqa: S302  # written in this line
        yield chunk, chunks.ChunkRead.of_plain(plain, load_rows.from_plain_row)


@pytest.fixture(scope="module")
def little():
    """Limits so small that little files reach them."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (chunks, json_reader):
            patch.setattr(module, "LINES", 3)
        patch.setattr(chunks, "_LARGE", 900)
        patch.setattr(notes, "MOST_ALIKE", 2)
        patch.setattr(notes, "_MOST_REPORTED", 4)
        patch.setattr(repeated_records, "_MOST", 2)
        yield


@pytest.mark.usefixtures("little")
@given(lines=st.lists(LINES, max_size=14), mode=st.sampled_from(["repair", "collect"]))
def test_chunks_read_separately_equal_the_whole(lines, mode, tmp_path_factory):
    path = tmp_path_factory.mktemp("chunks") / "services.ndjson"
    # Two lines that tell that the file has a record a line.
    first = ['{"id": "a", "name": "A", "status": "active"}'] * 2
    path.write_text("\n".join([*first, *lines]), encoding="utf-8")
    assert everything_read(path, mode, by_turns) == everything_read(path, mode, None)


AGENCY = {"id": "o", "name": "Agency", "email": None, "website": "no address", "x_own": 1}


def lines_with(*values):
    """Lines of services, one of each value for its organization, in chunks of their own."""
    plain = {"name": "A", "status": "active"}
    made = [{**plain, "id": str(number), "organization": value} for number, value in enumerate(values)]
    return "".join(json.dumps(line) + "\n\n\n" for line in made)


@pytest.mark.usefixtures("little")
@pytest.mark.parametrize(
    ("again", "times"),
    [
        (AGENCY, 1),
        ({**AGENCY, "x_own": 1.0}, 2),
        ({**AGENCY, "x_own": True}, 2),
        (dict(reversed(AGENCY.items())), 2),
        ({"name": "B"}, 1),
    ],
)
def test_an_embedded_record_is_reported_once_and_kept_unchanged(again, times, tmp_path):
    (tmp_path / "s.ndjson").write_text(lines_with(AGENCY, again, AGENCY, again))
    whole = everything_read(tmp_path / "s.ndjson", "repair", None)
    assert everything_read(tmp_path / "s.ndjson", "repair", by_turns) == whole
    stored = [json.loads(row[2])["organization"] for row in whole if isinstance(row, tuple)]
    assert repr(stored[1].get("x_own")) == repr(again.get("x_own"))
    found = [row for row in whole if getattr(row, "rule", "") == "not-a-uri"]
    assert len(found) == times


@pytest.mark.usefixtures("little")
@pytest.mark.parametrize("fault", ["told again", "never counted", "numbered anew"])
def test_a_difference_between_chunks_is_caught(fault, tmp_path, monkeypatch):
    """Shows that the property above can fail."""
    nameless = "".join('{"status": "active", "phones": [{"id": " "}]}\n\n\n' for _ in range(3))
    (tmp_path / "s.ndjson").write_text(lines_with(AGENCY, AGENCY) + nameless)
    whole = everything_read(tmp_path / "s.ndjson", "repair", None)
    assert everything_read(tmp_path / "s.ndjson", "repair", by_turns) == whole
    if fault == "told again":
        monkeypatch.setattr(notes.Notes, "were_reported", lambda _, digests: [False for _ in digests])
    elif fault == "never counted":
        monkeypatch.setattr(chunks.ChunkMerge, "end", lambda _: None)
    else:
        real = json_reader.read_chunk
        monkeypatch.setattr(
            json_reader, "read_chunk", lambda *how, **others: real(*how, unnamed={} if others else None)
        )
    assert everything_read(tmp_path / "s.ndjson", "repair", by_turns) != whole


@given(services=st.lists(SERVICES, max_size=8))
def test_places_are_gathered_from_raw_records_as_from_records(services):
    whole, parts = Hiding(), Hiding()
    for raw in services:
        document = json_text.loads(json.dumps(raw))
        service = structurer.Structurer().record(ENTITIES["service"], document)
        whole.take(claims_of(service), parts_of(service))
        parts.take(*statements_of(make_row(service, ()).places))
        for gathered in (whole, parts):
            gathered.look_at(service)
    assert whole.decide().to_dict() == parts.decide().to_dict()
