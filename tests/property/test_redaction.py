"""Of any two places, the hidden one is told nowhere, and the one beside it is shown just as it is."""

from __future__ import annotations

import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import attrs
from hypothesis import given
from hypothesis import strategies as st

import communityconnector as cc
from builders import address, agency, location, service
from communityconnector import interchange
from communityconnector.adapters.memory import MemoryStorage
from communityconnector.directory_store import DirectoryStore, load
from communityconnector.model import (
    ENTITIES,
    Audience,
    Directory,
    Disclosure,
    ServiceAtLocation,
)

NUMBERS = st.integers(11, 9999).map(str)
NAMES = st.sampled_from(["Hidden", "Quillpen", "Old Mill", "St. Mary's", "Calle Ocho"])
KINDS = st.sampled_from([("Lane", "Ln."), ("Street", "ST"), ("Road", "rd"), ("Avenue", "Ave")])
TOWNS = st.sampled_from([("Todd", "28684"), ("Boone", "28607")])
POINTS = st.tuples(st.integers(361234, 369876), st.integers(811234, 819876)).map(
    lambda p: (p[0] / 10_000, -p[1] / 10_000)
)
STREETS = st.tuples(NUMBERS, NAMES, KINDS, TOWNS)
LEVELS = st.sampled_from([Disclosure.STAFF_ONLY, Disclosure.CONTACT_ONLY, Disclosure.NEVER])
WORDINGS = st.sampled_from(
    [
        "{number} {name} {long}", "{number} {name} {short}", "{number} {NAME} {LONG}, Apt 4", "{number}, {name} {long}",
        "https://maps.example.org/?q={number}+{plus}+{long}", "{north}, {west}", "@{north},{west},15z", "POINT ({west} {north})", "[{west},{north}]",
    ]
)  # fmt: skip


def place(key, street, point, **fields):
    number, name, (kind, _), (town, code) = street
    home = address(f"{number} {name} {kind}", town, code, id=f"{key}-a")
    return location(key, point=point, name=f"Place {key}", addresses=(home,), **fields)


def help_at(place, key, text):
    owner = agency(f"{key}-o", f"Agency {key}", description=text, locations=(place,))
    link = ServiceAtLocation(id=f"{key}-k", location=place, description=text)
    return service(
        key,
        name=f"Help {key}",
        organization=owner,
        service_at_locations=(link,),
        description=text,
        extra={"x_note": [text]},
    )


def worded(wording, street, point):
    number, name, (long, short), _ = street
    return wording.format(
        number=number, name=name, NAME=name.upper(), long=long, LONG=long.upper(), short=short,
        plus=name.replace(" ", "+"), north=f"{point[0]:.4f}", west=f"{point[1]:.4f}",
    )  # fmt: skip


def outputs(directory, folder):
    shown = directory.for_audience("public")
    yield repr(list(shown.locations.values())) + repr(shown)
    yield json.dumps([interchange.to_raw(r) for e in ENTITIES for r in shown.table(e).values()])
    for name in ("a.ndjson", "tables"):
        interchange.write(directory, folder / name)
    yield "".join(path.read_text() for path in folder.rglob("*") if path.is_file())
    storage = MemoryStorage()
    load(storage, directory, now=datetime(2026, 11, 30, tzinfo=UTC))
    shelf = DirectoryStore(storage)
    view = shelf.view(1, Audience.PUBLIC)
    yield json.dumps([interchange.to_raw(found) for found in shelf.services(1, view)])


@given(STREETS, STREETS, POINTS, POINTS, st.booleans(), LEVELS, WORDINGS)
def test_a_hidden_place_is_revealed_nowhere_and_its_neighbor_is_unchanged(  # noqa: PLR0917
    street, other, point, elsewhere, at_one_point, level, wording
):
    if other == street or (other[0], other[1], other[2]) == (street[0], street[1], street[2]):
        other = (f"{other[0]}5", *other[1:])
    hidden = help_at(
        place("h", street, point, disclosure=level), "h", f"Come to {worded(wording, street, point)} at nine"
    )
    beside = place("b", other, point if at_one_point else elsewhere)
    bystander = help_at(beside, "b", f"Come to {worded('{number} {name} {long}', other, elsewhere)} at ten")
    directory = Directory.of([hidden, bystander])
    shown = directory.for_audience("public")
    assert shown.services["b"] == directory.services["b"]
    alone = Directory.of([attrs.evolve(hidden)])
    number, name, _, _ = street
    with tempfile.TemporaryDirectory() as folder:
        for output in outputs(alone, Path(folder)):
            text = output.lower()
            assert f"{number} {name.lower()}" not in text
            assert f"{number}, {name.lower()}" not in text
            assert f"{number}+{name.lower().replace(' ', '+')}" not in text
            assert f"{point[0]:.4f}" not in text
            assert f"{-point[1]:.4f}" not in text


def test_a_saved_index_and_a_match_hold_no_trace_of_a_hidden_place(tmp_path):
    street, point = ("77", "Hidden", ("Lane", "Ln."), ("Todd", "28684")), (36.2134, -81.6721)
    hidden = help_at(place("h", street, point, disclosure=Disclosure.NEVER), "h", "Come to 77 Hidden Ln.")
    with cc.Connector.open(index=tmp_path / "index") as desk:
        desk.load(Directory.of([hidden]))
        text = json.dumps(desk.match("help h", near=point).to_dict())
    files = b"".join(path.read_bytes() for path in (tmp_path / "index").rglob("*") if path.is_file())
    assert len(files) > 1000
    for sight in ("77 Hidden", "Hidden Ln", "36.2134", "81.6721"):
        assert sight not in text
        assert sight.encode() not in files
