"""Every child stays with its own parent, and nothing of a source is lost, however its records are nested or named."""

from __future__ import annotations

import csv
import json
import marshal
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communityconnector import interchange
from communityconnector.directory_store import load_rows
from communityconnector.interchange import stream
from communityconnector.interchange.reading import chunks, json_reader
from communityconnector.interchange.structuring.record_ids import UncountedError
from communityconnector.model import ENTITIES, Kind, specs
from communityconnector.model.shape import children

NO_IDS = st.none()
SHARED = {"taxonomy", "taxonomy_term", "unit", "attribute", "metadata"}
"""What names alone identify, and what hangs on it."""


@st.composite
def nested(draw, entity, depth=3, *, ids=NO_IDS):
    """A raw record with children, whose texts are all different."""
    raw = {}
    key = draw(ids)
    if key is not None:
        raw["id"] = key
    facts = {name: fact for name, fact in specs(ENTITIES[entity]).items() if fact.hsds}
    plain = [name for name, fact in facts.items() if fact.kind is Kind.TEXT and name != "name"]
    odd = [n for n, f in facts.items() if f.kind in (Kind.TIME, Kind.DATE, Kind.EMAIL, Kind.URI, Kind.CHOICE)]
    for name in draw(st.lists(st.sampled_from([*plain, *odd, "x_own"]), max_size=3, unique=True)):
        raw[name] = f"said {draw(st.integers(0, 10**9))}"
    if entity in ("service", "organization", "location"):
        raw["name"] = draw(st.sampled_from(["Food", "Help"]))
    embedding = [n for n, f in facts.items() if f.kind in (Kind.ONE, Kind.MANY) and f.target not in SHARED]
    if depth and embedding:
        for name in draw(st.lists(st.sampled_from(embedding), min_size=depth > 1, max_size=2, unique=True)):
            child = nested(facts[name].target, depth - 1, ids=ids)
            is_one = facts[name].kind is Kind.ONE
            raw[name] = draw(child) if is_one else draw(st.lists(child, min_size=1, max_size=2))
    return raw


def within(record):
    """A record's children, however deep, each with what it says."""
    for _, child in children(record):
        if child.entity not in SHARED:
            yield child
        yield from within(child)


def by_turns(given_chunks):
    for chunk in given_chunks:
        try:
            read = json_reader.read_chunk(chunk, partial(load_rows.to_plain_row, entities=frozenset()))
        except UncountedError:
            yield chunk, None
            continue
        plain = marshal.loads(marshal.dumps(read.to_plain()))  # noqa: S302  # written in this line
        yield chunk, chunks.ChunkRead.of_plain(plain, load_rows.from_plain_row)


@given(entity=st.sampled_from(["service", "organization"]), data=st.data())
def test_two_records_without_ids_never_share_a_child(entity, data, tmp_path_factory):
    raws = data.draw(st.lists(nested(entity), min_size=2, max_size=4))
    folder = tmp_path_factory.mktemp("children")
    (folder / "list.json").write_text(json.dumps(raws))
    (folder / "lines.ndjson").write_text("\n".join(map(json.dumps, raws)))
    for path in folder.iterdir():
        records = list(interchange.records(path))
        assert len(records) == len(raws)
        # Equal agencies of one name may be one; what is theirs may not.
        held = [{(c.entity, c.id) for c in within(r) if c.entity != "organization"} for r in records]
        assert len(set().union(*held)) == sum(map(len, held))


@pytest.fixture(scope="module")
def a_line_a_chunk():
    with pytest.MonkeyPatch.context() as patch:
        for module in (chunks, json_reader):
            patch.setattr(module, "LINES", 1)
        yield


@pytest.mark.usefixtures("a_line_a_chunk")
@given(raws=st.lists(nested("service"), min_size=2, max_size=5))
def test_chunks_read_apart_give_children_the_same_ids(raws, tmp_path_factory):
    path = tmp_path_factory.mktemp("chunks") / "services.ndjson"
    path.write_text("\n".join(map(json.dumps, raws)))
    whole = [load_rows.make_row(record, ()).document for record in interchange.records(path)]
    found = stream(path, mode="repair", mapping=None, on_finding=None, elsewhere=by_turns)
    assert [
        json.loads(item.document.text)
        if isinstance(item, load_rows.LoadRow)
        else load_rows.make_row(item, ()).document
        for item in found
    ] == whole


def leaves(value):
    if isinstance(value, dict):
        for item in value.values():
            yield from leaves(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from leaves(item)
    elif value not in (None, ""):
        yield str(value)


def kept(directory):
    """Every leaf of a directory, and of what was found about it."""
    for entity in ENTITIES:
        for record in directory.table(entity).values():
            yield from leaves(interchange.to_raw(record))
    for finding in directory.findings:
        yield from leaves(finding.value)


@given(
    raws=st.lists(
        nested("service", ids=st.sampled_from([None, None, "1", "2", 3])) | nested("organization"), max_size=3
    )
)
def test_no_value_of_a_nested_record_is_lost_even_where_ids_repeat(raws, tmp_path_factory):
    path = tmp_path_factory.mktemp("leaves") / "all.json"
    path.write_text(json.dumps(raws))
    directory = interchange.read(path)
    missing = set(leaves(raws)) - set(kept(directory))
    assert not missing


@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from("123"), st.sampled_from("ab"), st.sampled_from(["English", "Spanish", "Hmong"])
        ),
        max_size=12,
    )
)
def test_every_row_of_a_table_reaches_its_own_service_whatever_its_id(rows, tmp_path_factory):
    folder = tmp_path_factory.mktemp("rows")
    (folder / "services.csv").write_text("id,name,status\na,A,active\nb,B,active\n")
    with (folder / "languages.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([("id", "service_id", "name"), *rows])
    want = {key: {name for _, owner, name in rows if owner == key} for key in "ab"}
    directory = interchange.read(folder)
    assert {key: {x.name for x in s.languages} for key, s in directory.services.items()} == want
    assert len(directory.table("language")) == len(set(rows))
    streamed = {
        r.id: {x.name for x in r.languages} for r in interchange.records(folder) if r.entity == "service"
    }
    assert streamed == want
    counted = sum(f.count for f in directory.findings if f.rule == "id-used-twice")
    assert counted == len(set(rows)) - len({key for key, _, _ in rows})
