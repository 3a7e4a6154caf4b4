"""A desk: what was loaded is matched, whoever loaded it; half a directory is never seen."""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
import threading
from datetime import UTC, datetime

import attrs
import pytest

import communityconnector as cc
from builders import pantry
from communityconnector.adapters.memory import MemoryStorage
from communityconnector.async_connector import AsyncConnector
from communityconnector.connector import Connector
from communityconnector.directory_store import DirectoryStore, generation_writer, load, loading
from communityconnector.directory_store.index_follower import IndexFollower
from communityconnector.errors import (
    DirectoryNotLoadedError,
    InvalidDirectoryError,
    PluginError,
    SourceNotFoundError,
    StaleRecordError,
    StorageClosedError,
    UnusableStorageError,
)
from communityconnector.hookspecs import Exporter, GeocoderFactory, Importer, hookimpl
from communityconnector.interchange import to_raw
from communityconnector.model import Address, Location
from communityconnector.plugin_parts import PartResolver
from communityconnector.plugins import Plugins
from communityconnector.storage import Put

NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)
SAMPLE = cc.sample()
NEEDS = ["soup kitchen", "somewhere to sleep tonight", "dentist", "safe from my husband", "help with rent"]


def clock():
    return NOW


def names(result):
    return [(match.offer_id, match.score) for match in result]


@pytest.fixture(params=["memory", "sqlite"])
def desk(request, tmp_path):
    url = None if request.param == "memory" else f"sqlite:///{tmp_path}/desk.db"
    with Connector.open(url, create=True, clock=clock) as opened:
        yield opened


@pytest.mark.parametrize("audience", ["public", "staff", "steward"])
@pytest.mark.parametrize("words", NEEDS)
def test_a_desk_matches_like_a_matcher(words, audience, tmp_path):
    """The stored directory is the directory: the same matches, scores and reasons for everybody who may look."""
    need = cc.Need(words, near="28694")
    expected = cc.Matcher(SAMPLE, audience=audience, clock=clock).match(need, limit=None)
    with Connector.open(
        f"sqlite:///{tmp_path}/desk.db", create=True, audience=audience, clock=clock
    ) as opened:
        opened.load(SAMPLE)
        result = opened.match(need, limit=None)
        assert names(result) == names(expected)
        assert [match.reasons for match in result] == [match.reasons for match in expected]
        assert [match.service for match in result][:20] == [match.service for match in expected][:20]


def test_the_whole_directory_comes_back(desk):
    desk.load(SAMPLE)
    shown = SAMPLE.for_audience("public")
    assert dict(desk.directory.read().services) == dict(shown.services)
    assert dict(desk.directory.read().taxonomy_terms) == dict(shown.taxonomy_terms)
    assert set(desk.directory.read().organizations) == set(shown.organizations)


def test_a_desk_without_a_directory_reports_it(desk):
    with pytest.raises(DirectoryNotLoadedError, match="`load` takes one in"):
        desk.match("food")


def test_loading_again_reports_the_changes(desk):
    first = desk.load(cc.Directory.of([pantry("a"), pantry("b"), pantry("c")]))
    assert (first.added, first.changed, first.same, first.missing) == (3, 0, 0, 0)
    second = desk.load(cc.Directory.of([pantry("a"), pantry("b", name="Soup Kitchen"), pantry("d")]))
    assert (second.added, second.changed, second.same, second.missing) == (1, 1, 1, 1)
    assert {match.service_id for match in desk.match("food", limit=None)} == {"a", "b", "c", "d"}


def test_missing_services_are_dropped_only_on_request(desk):
    desk.load(cc.Directory.of([pantry("a"), pantry("b")]))
    kept = desk.load(cc.Directory.of([pantry("a")]))
    assert (kept.missing, kept.dropped) == (1, False)
    assert len(desk.match("food pantry", limit=None)) == 2
    again = desk.load(cc.Directory.of([pantry("a")]), drop_missing=True)
    assert (again.missing, again.dropped) == (1, True)
    assert [match.service_id for match in desk.match("food pantry", limit=None)] == ["a"]


def test_a_file_that_cannot_be_read_changes_nothing(desk, tmp_path):
    desk.load(cc.Directory.of([pantry("a")]))
    with pytest.raises(SourceNotFoundError):
        desk.load(tmp_path / "nowhere.json")
    bad = tmp_path / "bad.json"
    bad.write_text('[{"id": "x", "status": 7}]', encoding="utf-8")
    with pytest.raises(InvalidDirectoryError):
        desk.load(bad, mode="strict")
    assert [match.service_id for match in desk.match("food pantry")] == ["a"]


def test_ids_that_no_storage_accepts_are_still_stored(desk):
    long, odd = "x" * 300, "a\0b\ud800"
    desk.load(cc.Directory.of([pantry(long), pantry(odd)]))
    result = desk.match("food pantry")
    assert {match.service_id for match in result} == {long, odd}
    assert {match.service.id for match in result} == {long, odd}


def streamed(monkeypatch, tmp_path, services):
    """A file that is read as a stream, a few records in a commit."""
    monkeypatch.setattr(loading, "READ_WHOLE", 0)
    monkeypatch.setattr(loading, "PROCESSES", 1)
    monkeypatch.setattr(loading, "_BATCH", 3)
    monkeypatch.setattr(generation_writer, "_PAGE", 3)
    path = tmp_path / "services.ndjson"
    path.write_text("".join(json.dumps(to_raw(one)) + "\n" for one in services), encoding="utf-8")
    return path


def test_an_interrupted_load_continues_where_it_stopped(monkeypatch, tmp_path):
    path = streamed(monkeypatch, tmp_path, [pantry(f"s{number:02}") for number in range(10)])
    storage = MemoryStorage()

    class CutOffError(Exception):
        pass

    def cut(number):
        if number >= 6:
            raise CutOffError

    with pytest.raises(CutOffError):
        load(storage, path, now=NOW, on_progress=cut)
    assert DirectoryStore(storage).current() is None
    done = load(storage, path, now=NOW)
    assert (done.resumed, done.added, done.records["service"]) == (6, 10, 10)
    assert len(list(DirectoryStore(storage).read(1, "service"))) == 10


def test_an_interrupted_load_is_discarded_for_another_file(monkeypatch, tmp_path):
    path = streamed(monkeypatch, tmp_path, [pantry(f"s{number:02}") for number in range(10)])
    storage = MemoryStorage()

    def cut(number):
        if number >= 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load(storage, path, now=NOW, on_progress=cut)
    done = load(storage, cc.Directory.of([pantry("z")]), now=NOW)
    assert (done.generation, done.resumed, done.added) == (2, 0, 1)
    assert list(storage.scan("service.1")) == []


def test_readers_see_the_old_directory_until_the_new_one_is_whole(monkeypatch, tmp_path, desk):
    desk.load(cc.Directory.of([pantry(f"s{number:02}", name="Old Pantry") for number in range(10)]))
    path = streamed(
        monkeypatch, tmp_path, [pantry(f"s{number:02}", name="New Pantry") for number in range(10)]
    )
    seen = []

    def look(*_):
        result = desk.match("food pantry", limit=None)
        seen.append({match.service.name for match in result})

    desk.load(path, on_progress=look)
    assert len(seen) > 3
    assert all(some == {"Old Pantry"} for some in seen)
    assert {match.service.name for match in desk.match("food pantry", limit=None)} == {"New Pantry"}


def test_a_reader_of_the_old_directory_can_finish(desk):
    desk.load(cc.Directory.of([pantry("a", name="Old Pantry")]))
    result = desk.match("food pantry")
    desk.load(cc.Directory.of([pantry("a", name="New Pantry")]))
    assert result[0].service.name == "Old Pantry"


def test_only_the_last_two_generations_are_kept(tmp_path):
    storage = MemoryStorage()
    with Connector(storage, index=tmp_path / "index", clock=clock) as opened:
        for number in range(4):
            opened.load(cc.Directory.of([pantry("a", name=f"Pantry {number}")]))
        kinds = [number for number in range(1, 5) if list(storage.scan(f"service.{number}"))]
        assert kinds == [3, 4]
        assert sorted(path.name[0] for path in (tmp_path / "index").iterdir()) == ["3", "4"]


def test_two_simultaneous_loads_do_not_mix(monkeypatch, tmp_path):
    path = streamed(monkeypatch, tmp_path, [pantry(f"s{number:02}") for number in range(10)])
    storage = MemoryStorage()

    def other(number):
        if number == 6:
            load(storage, cc.Directory.of([pantry("other")]), now=NOW)

    with pytest.raises(StaleRecordError):
        load(storage, path, now=NOW, on_progress=other)
    current = DirectoryStore(storage).current()
    assert [service.id for service in DirectoryStore(storage).read(current.number, "service")] == ["other"]


def test_another_desk_sees_what_was_loaded_and_amended(tmp_path, monkeypatch):
    monkeypatch.setattr("communityconnector.directory_store.index_follower._LOOK_AGAIN", 0.0)
    url = f"sqlite:///{tmp_path}/desk.db"
    with Connector.open(url, create=True) as one, Connector.open(url) as other:
        one.load(cc.Directory.of([pantry("a"), pantry("b")]))
        assert len(other.match("food pantry")) == 2
        one.directory.amend(pantry("c"))
        assert len(other.match("food pantry")) == 3
        one.directory.amend(pantry("a", name="Dental Clinic"))
        assert other.match("dentist")[0].service.name == "Dental Clinic"
        one.load(cc.Directory.of([pantry("z")]), drop_missing=True)
        assert [match.service_id for match in other.match("food pantry")] == ["z"]


def test_an_amended_service_is_still_so_when_the_desk_is_opened_again(tmp_path):
    url = f"sqlite:///{tmp_path}/desk.db"
    with Connector.open(url, create=True) as opened:
        opened.load(cc.Directory.of([pantry("a"), pantry("b")]))
        opened.directory.amend(pantry("a", name="Dental Clinic"))
    with Connector.open(url) as opened:
        assert opened.match("dentist")[0].service.name == "Dental Clinic"


HOUSE = Location(
    id="house",
    location_type="physical",
    latitude=36.4,
    longitude=-81.4,
    disclosure=cc.Disclosure.NEVER,
    addresses=(
        Address(
            id="street", address_1="555 Hidden Lane", city="Lansing", state_province="NC", postal_code="28643",
            country="US", address_type="physical",
        ),
    ),
)  # fmt: skip
TWIN = attrs.evolve(HOUSE, id="twin", disclosure=None, name="The same house")


def text_of(result):
    return json.dumps(result.to_dict(), default=str)


@pytest.mark.parametrize("how", ["whole", "streamed", "amended"])
def test_a_hidden_place_is_hidden_in_every_form(how, desk, monkeypatch, tmp_path):
    """Also where another record tells the same street, or repeats it in a text."""
    others = [pantry("twin-service", TWIN), pantry("text", description="Food near 555 Hidden Lane.")]
    hidden = pantry("house-service", HOUSE)
    if how == "whole":
        desk.load(cc.Directory.of([hidden, *others]))
    elif how == "streamed":
        desk.load(streamed(monkeypatch, tmp_path, [*others, hidden]))
    else:
        desk.load(
            cc.Directory.of([pantry("house-service", attrs.evolve(HOUSE, id="open", addresses=())), *others])
        )
        assert "Hidden Lane" not in repr(desk)
        desk.directory.amend(hidden)
    result = desk.match(cc.Need("food pantry", near=(36.4, -81.4)), limit=None)
    assert {match.service_id for match in result} == {"house-service", "twin-service", "text"}
    assert "Hidden Lane" not in text_of(result)
    assert "36.4" not in text_of(result)


def test_a_desk_closes_once(desk):
    desk.load(SAMPLE)
    desk.close()
    desk.close()
    with pytest.raises(StorageClosedError):
        desk.match("food")


def test_threads_share_a_desk(desk):
    desk.load(SAMPLE)
    expected = names(desk.match("soup kitchen", near="28694"))
    wrong = []

    def ask():
        found = (names(desk.match("soup kitchen", near="28694")) for _ in range(20))
        wrong.extend(some for some in found if some != expected)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_the_log_names_records_and_never_their_contents(desk, caplog):
    caplog.set_level(logging.DEBUG, logger="communityconnector")
    desk.load(cc.Directory.of([pantry("a", name="Very Private Pantry")]))
    desk.match("my secret trouble", near="28694")
    desk.directory.amend(pantry("a", name="Even More Private Pantry"))
    assert "a amended" in caplog.text
    assert not any(word in caplog.text for word in ("Private", "secret", "28694"))


def test_an_index_that_is_lost_or_damaged_is_built_again(tmp_path):
    url = f"sqlite:///{tmp_path}/desk.db"
    with Connector.open(url, create=True) as opened:
        opened.load(SAMPLE)
        expected = names(opened.match("soup kitchen"))
    for manifest in (tmp_path / "desk.db.index").rglob("manifest.json"):
        manifest.write_text("{", encoding="utf-8")
    with Connector.open(url) as opened:
        assert names(opened.match("soup kitchen")) == expected


def test_only_the_owner_may_read_a_desks_files(tmp_path):
    with Connector.open(f"sqlite:///{tmp_path}/desk.db", create=True) as opened:
        opened.load(SAMPLE)
        modes = {
            path.name: path.stat().st_mode & 0o777 for path in tmp_path.glob("desk.db*") if path.is_file()
        }
    assert modes
    assert set(modes.values()) == {0o600}


def test_a_url_that_names_no_storage_says_what_one_looks_like(tmp_path):
    with pytest.raises(UnusableStorageError, match=r"sqlite:///desk\.db"):
        Connector.open("desk.db")
    with pytest.raises(UnusableStorageError, match=r"the folder .* does not exist"):
        Connector.open(f"sqlite:///{tmp_path}/nowhere/desk.db")


def test_an_asynchronous_desk_answers_the_same(tmp_path):
    async def ask():
        async with await AsyncConnector.open(
            f"sqlite:///{tmp_path}/desk.db", create=True, clock=clock
        ) as opened:
            await opened.load(SAMPLE)
            results = await asyncio.gather(*(opened.match(words, near="28694") for words in NEEDS))
            await opened.run(opened.desk.directory.amend, pantry("a", name="Dental Clinic"))
            explained = await opened.explain("dentist", "a")
            return [names(result) for result in results], explained[0].fits

    found, fits = asyncio.run(ask())
    matcher = cc.Matcher(SAMPLE, clock=clock)
    assert found == [names(matcher.match(cc.Need(words, near="28694"))) for words in NEEDS]
    assert fits


SECRETS = ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")


def test_each_receiver_of_web_hooks_has_a_notifier_and_a_secret_of_its_own():
    clinic, shelter = (
        {"kind": "webhook", "secrets": secret, "source": "https://library.example.org"} for secret in SECRETS
    )
    parts = PartResolver(Plugins(entry_points=False), {})
    notifiers = parts.notifiers({"clinic": clinic, "shelter": shelter, "console": {}})
    assert [notifiers[name].keys[0].reveal() for name in ("clinic", "shelter")] == list(SECRETS)
    assert set(notifiers) == {"clinic", "shelter", "console"}
    assert clinic["kind"] == "webhook"


@pytest.mark.parametrize("kind", ["hunter2", "", ["webhook"], 5])
def test_an_unknown_kind_of_notifier_is_reported_without_its_value(kind):
    with pytest.raises(
        PluginError, match=r"unknown `kind` of the notifier 'clinic'; there are: .*webhook"
    ) as caught:
        Connector.open(messages=cc.MessageOptions(notifiers={"clinic": {"kind": kind}}))
    assert "hunter2" not in str(caught.value)


def test_settings_under_an_unknown_notifier_name_need_a_kind():
    with pytest.raises(PluginError, match="no notifier is called 'clinic'"):
        Connector.open(messages=cc.MessageOptions(notifiers={"clinic": {"secrets": SECRETS[0]}}))


def test_rows_of_other_programs_in_the_database_are_left_alone(tmp_path):
    path = tmp_path / "library.db"
    with sqlite3.connect(path) as host:
        host.execute("CREATE TABLE loan (id INTEGER)")
        host.execute("INSERT INTO loan VALUES (7)")
    with Connector.open(f"sqlite:///{path}", create=True) as opened:
        opened.load(SAMPLE)
        opened.storage.commit([Put("note", "n", {"x": 1})])
    with sqlite3.connect(path) as host:
        assert host.execute("SELECT id FROM loan").fetchall() == [(7,)]


class Extra:
    """A plugin handed over by its host."""

    @hookimpl
    def communityconnector_geocoders(self):
        return [GeocoderFactory("branches", make=lambda settings: Branches(settings["town"]))]

    @hookimpl
    def communityconnector_importers(self):
        return [Importer("lines", read=self.read, suffixes=(".pantries", ".pantries.old"))]

    @staticmethod
    def read(path):
        lines = path.read_text(encoding="utf-8").splitlines()
        return cc.Directory.of(pantry(f"line-{number}", name=name) for number, name in enumerate(lines))


class Branches:
    def __init__(self, town):
        self.town = town

    def locate(self, place):
        return cc.Point(36.4, -81.4) if place == self.town else None


def test_parts_of_plugins_are_used_by_their_names(tmp_path):
    path = tmp_path / "list.pantries"
    path.write_text("Food Pantry\nSoup Kitchen\n", encoding="utf-8")
    plugins = Plugins(Extra(), entry_points=False)
    with Connector.open(
        plugins=plugins,
        settings={"town": "Lansing"},
        matching=cc.MatchingOptions(
            geocoder="branches",
            rerankers=["fresh-first"],
            interpreter="words",
        ),
        holidays="us-federal",
    ) as opened:
        assert opened.load(path.rename(tmp_path / "list.pantries.old")).records == {"service": 2}
        assert len(opened.match("soup kitchen", near="Lansing")) == 2


def test_an_unknown_part_is_refused_with_the_known_ones():
    with pytest.raises(PluginError, match="no geocoder is called 'nowhere'; there are: us-zip"):
        Connector.open(matching=cc.MatchingOptions(geocoder="nowhere"))


def test_no_reader_waits_while_a_new_directory_is_indexed(tmp_path, monkeypatch):
    monkeypatch.setattr("communityconnector.directory_store.index_follower._LOOK_AGAIN", 0.0)
    url = f"sqlite:///{tmp_path}/desk.db"
    indexing, go_on = threading.Event(), threading.Event()
    with Connector.open(url, create=True) as one, Connector.open(url, audience="staff") as other:
        one.load(cc.Directory.of([pantry("a", name="Old Pantry")]))
        assert other.match("food pantry")[0].service.name == "Old Pantry"
        one.load(cc.Directory.of([pantry("a", name="New Pantry")]))
        build = IndexFollower.index

        def slowly(*arguments, **options):
            indexing.set()
            assert go_on.wait(30)
            return build(*arguments, **options)

        monkeypatch.setattr(IndexFollower, "index", slowly)
        first = threading.Thread(target=other.match, args=("food pantry",))
        first.start()
        assert indexing.wait(30)
        assert other.match("food pantry")[0].service.name == "Old Pantry"
        go_on.set()
        first.join()
        assert other.match("food pantry")[0].service.name == "New Pantry"


class Listing:
    """A plugin that writes the names of services."""

    @hookimpl
    def communityconnector_exporters(self):
        yield Exporter("names", write=self.write, suffix=".txt")

    def write(self, directory, path):
        path.write_text("\n".join(sorted(one.name for one in directory.services.values())), encoding="utf-8")
        return ()


def test_a_desk_exports_what_its_audience_may_see_by_any_exporter(tmp_path):
    with Connector.open(plugins=Plugins(Listing(), entry_points=False)) as desk:
        desk.load(SAMPLE)
        public = SAMPLE.for_audience("public")
        assert desk.export(tmp_path / "names.txt", format="names") == ()
        names = sorted(one.name for one in public.services.values())
        assert (tmp_path / "names.txt").read_text(encoding="utf-8").split("\n") == names
        desk.export(tmp_path / "hsds.json")
        assert set(cc.read(tmp_path / "hsds.json").locations) == set(public.locations)
        with pytest.raises(PluginError, match="no exporter is called 'marc'; there are: hsds-json"):
            desk.export(tmp_path / "x", format="marc")
    with Connector.open() as empty, pytest.raises(cc.DirectoryNotLoadedError):
        empty.export(tmp_path / "none.json")
