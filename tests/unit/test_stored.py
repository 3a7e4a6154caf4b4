"""A directory in storage, cut off, raced and amended: nothing hidden is shown, nothing acknowledged is lost."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime

import attrs
import pytest

import communityconnector as cc
from builders import agency, location, pantry
from communityconnector.adapters.memory import MemoryStorage
from communityconnector.connector import Connector
from communityconnector.directory_store import DirectoryStore, generation_writer, load, loading
from communityconnector.directory_store.generations import ABOUT, confidential_id
from communityconnector.errors import SourceNotFoundError, StaleRecordError, StorageError
from communityconnector.interchange import to_raw
from communityconnector.model import Organization
from communityconnector.storage import Delete

NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)


def clock():
    return NOW


def place(key, street="555 Hidden Lane", point=(36.4, -81.4), **fields):
    return location(key, street, point, **fields)


def hidden(key="house", **fields):
    return place(key, disclosure=cc.Disclosure.NEVER, **fields)


def public_output(desk):
    """All that the public is told, by matches and by the directory."""
    result = desk.match(cc.Need("food pantry", near=(36.4, -81.4)), limit=None)
    whole = [to_raw(one) for one in desk.directory.read().roots()]
    return json.dumps([result.to_dict(), whole], default=str)


@pytest.fixture
def desk(tmp_path):
    with Connector.open(f"sqlite:///{tmp_path}/desk.db", create=True, clock=clock) as opened:
        yield opened


def ids(storage, number=None):
    current = DirectoryStore(storage).current()
    return {record.id for record in DirectoryStore(storage).read(number or current.number, "service")}


# What is hidden


def test_a_hidden_place_stays_hidden_when_it_is_carried_over(desk):
    desk.load(cc.Directory.of([pantry("s1", hidden()), pantry("s2")]))
    desk.load(cc.Directory.of([pantry("s2")]))
    assert "Hidden Lane" not in public_output(desk)
    assert "36.4" not in public_output(desk)


def test_an_amended_service_on_a_hidden_street_is_hidden(desk):
    desk.load(cc.Directory.of([pantry("s1", hidden()), pantry("s2")]))
    desk.directory.amend(pantry("s3", place("twin")))
    assert {match.service_id for match in desk.match("food pantry", limit=None)} == {"s1", "s2", "s3"}
    assert "Hidden Lane" not in public_output(desk)
    assert "36.4" not in public_output(desk)


def test_a_hidden_place_that_moves_is_hidden_where_it_is_now(desk):
    desk.load(cc.Directory.of([pantry("s1", hidden()), pantry("s2")]))
    moved = hidden(street="777 Newplace Road", point=(36.5, -81.5))
    desk.directory.amend(pantry("s1", moved, description="Come to 777 Newplace Road"))
    assert "Newplace" not in public_output(desk)
    assert "36.5" not in public_output(desk)


def test_hidden_places_of_an_agency_without_services_count(desk):
    other = agency("o2", "Another Agency", locations=(hidden(),))
    desk.load(cc.Directory.of([other, pantry("s1", place("twin"))]))
    assert "Hidden Lane" not in public_output(desk)


def test_a_hidden_street_in_what_hsds_does_not_know_is_masked(desk):
    note = {"note": "ask at 555 hidden lane", "more": [{"deep": "555 Hidden Lane"}]}
    desk.load(
        cc.Directory.of(
            [pantry("s1", hidden()), pantry("s2", extra=note, url="https://example.org/555 Hidden Lane")]
        )
    )
    assert "hidden lane" not in public_output(desk).lower()


def test_without_its_record_of_hidden_places_a_directory_is_not_shown(desk):
    desk.load(cc.Directory.of([pantry("s1", hidden())]))
    noted = desk.storage.get(ABOUT, [confidential_id(1)])[confidential_id(1)]
    desk.storage.commit([Delete(ABOUT, noted.id, noted.version)])
    with Connector(desk.storage) as other, pytest.raises(StorageError, match="load it again"):
        other.match("food pantry")


def test_only_the_owner_may_read_an_index(desk, tmp_path):
    desk.load(cc.Directory.of([pantry("s1")]))
    assert stat.S_IMODE((tmp_path / "desk.db.index").stat().st_mode) == 0o700


# Cut off, and raced


def lines(path, services):
    path.write_text("".join(json.dumps(to_raw(one)) + "\n" for one in services), encoding="utf-8")
    return path


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(loading, "READ_WHOLE", 0)
    monkeypatch.setattr(loading, "PROCESSES", 1)
    monkeypatch.setattr(loading, "_BATCH", 5)
    monkeypatch.setattr(generation_writer, "_PAGE", 5)


class CutOffError(Exception):
    pass


def cutting(after):
    """Cuts a load off once so many records were read."""

    def progress(number):
        if number >= after:
            raise CutOffError

    return progress


FIFTY = [pantry(f"s{number:02}") for number in range(50)]


@pytest.mark.usefixtures("small")
def test_a_missing_file_leaves_an_interrupted_load_alone(tmp_path):
    storage, path = MemoryStorage(), lines(tmp_path / "a.ndjson", FIFTY)
    with pytest.raises(CutOffError):
        load(storage, path, now=NOW, on_progress=cutting(30))
    with pytest.raises(SourceNotFoundError):
        load(storage, tmp_path / "typo.ndjson", now=NOW)
    done = load(storage, path, now=NOW)
    assert (done.resumed, done.records["service"], len(ids(storage))) == (30, 50, 50)


@pytest.mark.usefixtures("small")
def test_a_new_load_ends_a_running_one(tmp_path):
    storage, path = MemoryStorage(), lines(tmp_path / "a.ndjson", FIFTY)

    def other(number):
        if number == 30:
            load(storage, cc.Directory.of([pantry("other")]), now=NOW)

    with pytest.raises(StaleRecordError):
        load(storage, path, now=NOW, on_progress=other)
    assert ids(storage) == {"other"}


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("how", [{"mode": "collect"}, {"drop_missing": True}, {"mapping": {"a": "name"}}])
def test_an_interrupted_load_continues_only_with_the_same_options(how, tmp_path):
    storage, path = MemoryStorage(), lines(tmp_path / "a.ndjson", FIFTY)
    with pytest.raises(CutOffError):
        load(storage, path, now=NOW, on_progress=cutting(30))
    if "mapping" in how:
        mapping = tmp_path / "mapping.toml"
        mapping.write_text('[columns]\nname = "service.name"\n', encoding="utf-8")
        how = {"mapping": mapping}
    done = load(storage, path, now=NOW, **how)
    assert (done.resumed, done.generation, len(ids(storage))) == (0, 2, 50)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("after", range(1, 12))
def test_an_interrupted_load_ends_as_if_uninterrupted(after, tmp_path):
    """Each commit in turn is the last one of the first try."""

    class Failing(MemoryStorage):
        left = 10**9

        def commit(self, writes):
            if self.left <= 0 and writes:
                raise CutOffError
            self.left -= 1
            return super().commit(writes)

    path = lines(tmp_path / "a.ndjson", [*FIFTY[5:30], pantry("s99", hidden())])

    def loaded(storage, left):
        load(storage, cc.Directory.of(FIFTY[:20]), now=NOW)
        storage.left = left
        try:
            load(storage, path, now=NOW)
        except CutOffError:
            storage.left = 10**9
            load(storage, path, now=NOW)
        current = DirectoryStore(storage).current()
        return (
            {one.id: (one.document, one.keys) for one in storage.scan(f"service.{current.number}")},
            storage.get(ABOUT, [confidential_id(current.number)])[confidential_id(current.number)].document,
            current.records,
        )

    assert loaded(Failing(), after) == loaded(Failing(), 10**9)


def test_an_amendment_during_a_load_is_not_lost(tmp_path):
    with Connector.open(f"sqlite:///{tmp_path}/desk.db", create=True, clock=clock) as desk:
        desk.load(cc.Directory.of([pantry("a"), pantry("b")]))
        amended = []

        def amend(what, _):
            if what == "indexed" and not amended:
                amended.append(True)
                desk.directory.amend(pantry("b", name="Dental Clinic"))

        desk.load(cc.Directory.of([pantry("a")]), on_progress=amend)
        assert amended
        assert desk.directory.read().services["b"].name == "Dental Clinic"
        assert desk.match("dentist")[0].service_id == "b"


def test_a_service_of_a_kind_that_was_not_there_before_is_carried_over(desk):
    desk.load(cc.Directory.of([Organization(id="alone", name="Agency", description="x")]))
    desk.directory.amend(pantry("a"))
    assert desk.load(cc.Directory.of([Organization(id="alone", name="Agency", description="x")])).missing == 1
    assert [match.service_id for match in desk.match("food pantry")] == ["a"]


def test_a_place_without_services_is_not_stored_twice(desk):
    desk.load(cc.Directory.of([place("l", "7 Old Street"), pantry("a")]))
    done = desk.load(cc.Directory.of([pantry("a", place("l", "7 New Street"))]))
    assert done.missing == 0
    assert desk.directory.read().locations["l"].addresses[0].address_1 == "7 New Street"


@pytest.mark.parametrize("drop", [False, True])
def test_an_empty_directory_can_be_loaded(drop, desk):
    assert desk.load(cc.Directory.of([])).records == {}
    desk.load(cc.Directory.of([pantry("a")]))
    assert desk.load(cc.Directory.of([]), drop_missing=drop).missing == 1
    assert len(desk.match("food pantry")) == (0 if drop else 1)


def test_an_index_of_another_database_is_not_used(tmp_path):
    url = f"sqlite:///{tmp_path}/desk.db"
    with Connector.open(url, create=True, clock=clock) as desk:
        desk.load(cc.Directory.of([pantry("a", name="Dental Clinic")]))
    (tmp_path / "desk.db").unlink()
    with Connector.open(url, create=True) as desk:
        desk.load(cc.Directory.of([pantry("a", name="Food Pantry")]))
        assert desk.match("food pantry")[0].service.name == "Food Pantry"
        reasons = desk.match("food pantry")[0].reasons
        assert reasons[0].answer is cc.Answer.MET


def test_two_loads_during_indexing_leave_a_whole_directory(tmp_path, monkeypatch):
    storage = MemoryStorage()
    with Connector(storage, index=tmp_path / "one") as one, Connector(storage, index=tmp_path / "two") as two:
        one.load(cc.Directory.of(FIFTY))
        real, calls = DirectoryStore.services, []

        def slowly(self, generation, view):
            for number, found in enumerate(real(self, generation, view)):
                if number == 10 and not calls:
                    calls.append(True)
                    for _ in range(2):
                        load(storage, cc.Directory.of([*FIFTY, pantry("new")]), now=NOW)
                yield found

        monkeypatch.setattr(DirectoryStore, "services", slowly)
        assert len(two.match("food pantry", limit=None)) == 51


def test_leftover_generations_are_deleted_by_the_next_load():
    class Failing(MemoryStorage):
        broken = False

        def drop(self, kind):
            if self.broken:
                raise CutOffError
            super().drop(kind)

    storage = Failing()
    for _ in range(2):
        load(storage, cc.Directory.of([pantry("a")]), now=NOW)
    storage.broken = True
    with pytest.raises(CutOffError):
        load(storage, cc.Directory.of([pantry("a")]), now=NOW)
    storage.broken = False
    load(storage, cc.Directory.of([pantry("a")]), now=NOW)
    assert [number for number in range(1, 5) if list(storage.scan(f"service.{number}"))] == [3, 4]


def test_a_storage_without_a_feed_of_changes_is_amended_too(tmp_path):
    class Plain:
        def __init__(self):
            self._memory = MemoryStorage()
            for name in ("get", "scan", "commit", "drop", "close"):
                setattr(self, name, getattr(self._memory, name))

    with Connector(Plain(), index=tmp_path / "index", clock=clock) as desk:
        desk.load(cc.Directory.of([pantry("a"), pantry("b")]))
        desk.directory.amend(attrs.evolve(pantry("a"), name="Dental Clinic"))
        assert desk.match("dentist")[0].service.name == "Dental Clinic"
        assert set(desk.directory.read().services) == {"a", "b"}
