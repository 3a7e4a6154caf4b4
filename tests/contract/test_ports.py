"""Every geocoder and exporter of ours keeps its contract, and the contracts catch what they are there for."""

from __future__ import annotations

import json
import socket
from functools import partial
from typing import ClassVar
from zipfile import ZipFile

import pytest
from seeded import caught

from communityconnector import interchange
from communityconnector.adapters.us_zip import UsZipGeocoder
from communityconnector.hookspecs import Exporter, hookimpl
from communityconnector.model import Point
from communityconnector.plugins import Plugins
from communityconnector.testing.exporters import CANARY, SIGHTS, ExporterContract, planted, sights
from communityconnector.testing.geocoders import GeocoderContract

pytest_plugins = ["communityconnector.testing.fixtures"]


class TestUsZip(GeocoderContract):
    known: ClassVar = {"28640": (36.41, -81.47), "28694-1234": (36.39, -81.49), " 10001 ": (40.75, -74.0)}

    def make_geocoder(self):
        return UsZipGeocoder()


class TestHsdsJson(ExporterContract):
    name = "hsds-json"

    def make_exporter(self):
        return Plugins(entry_points=False).exporters()[self.name]


class TestHsdsNdjson(TestHsdsJson):
    name = "hsds-ndjson"


class TestHsdsZip(TestHsdsJson):
    name = "hsds-zip"


class TestHsdsTables(TestHsdsJson):
    name = "hsds-tables"


def test_every_built_in_part_is_tested_above():
    plugins = Plugins(entry_points=False)
    assert set(plugins.exporters()) == {cls.name for cls in (TestHsdsJson, *TestHsdsJson.__subclasses__())}
    assert list(plugins.geocoders()) == ["us-zip"]


def test_the_isolated_manager_knows_only_given_plugins(isolated_plugins):
    class Mine:
        @hookimpl
        def communityconnector_exporters(self):
            return [Exporter("mine", write=print)]

    assert "mine" in isolated_plugins(Mine()).exporters()
    assert [report.name for report in isolated_plugins().report()] == ["communityconnector"]


# Seeded faults: each broken part is caught by the test that is named beside it.


class AnswersTheOrigin:
    def locate(self, place):
        return UsZipGeocoder().locate(place) or Point(0, 0)


class Raises:
    def locate(self, place):
        return UsZipGeocoder().locate(place) or {}[place]


class Connects:
    def locate(self, place):
        with socket.socket():
            pass
        return UsZipGeocoder().locate(place)


class SwapsTheAxes:
    def locate(self, place):
        point = UsZipGeocoder().locate(place)
        return point and Point(point.longitude, point.latitude)


class WalksAbout:
    steps = 0

    def locate(self, place):
        point = UsZipGeocoder().locate(place)
        WalksAbout.steps += 1
        return point and Point(point.latitude + WalksAbout.steps * 1e-6, point.longitude)


def as_json(directory):
    return json.dumps([interchange.to_raw(service) for service in directory.services.values()])


def leaks(_directory, path):
    path.write_text(as_json(planted()))
    return ()


_seen: dict[str, str] = {}


def remembers(directory, path):
    """Keeps what it once wrote of a service, whoever it was for."""
    for service in directory.services.values():
        _seen.setdefault(service.id, json.dumps(interchange.to_raw(service)))
    path.write_text("".join(_seen[key] for key in directory.services))
    return ()


def leaves_tables(directory, path):
    path.mkdir(exist_ok=True)
    (path / "services.json").write_text(as_json(directory))
    addresses = [a for place in directory.locations.values() for a in place.addresses if a.id != "address"]
    if addresses:
        (path / "addresses.json").write_text(json.dumps([interchange.to_raw(a) for a in addresses]))
    return ()


def leaks_in_a_zip_of_utf_16(_directory, path):
    with ZipFile(path, "w") as archive:
        archive.writestr("services.json", as_json(planted()).encode("utf-16"))
    return ()


def leaks_the_point(directory, path):
    place = planted().locations["hidden"]
    path.write_text(f"{as_json(directory)} {place.latitude:.4f}")
    return ()


def tells_in_a_finding(directory, path):
    path.write_text(as_json(directory))
    return planted().findings


def writes_nothing(_directory, path):
    path.write_text("")
    return ()


def leaves_half_a_copy(directory, path):
    path.write_text(as_json(directory))
    path.with_suffix(".part").write_text("")
    return ()


_runs: list[int] = []


def counts_its_runs(directory, path):
    _runs.append(1)
    path.write_text(f"{as_json(directory)} {len(_runs)}")
    return ()


def needs_a_service(directory, path):
    next(iter(directory.services))
    path.write_text(as_json(directory))
    return ()


def geocoding(fault):
    class Seeded(GeocoderContract):
        known = TestUsZip.known

        def make_geocoder(self):
            return fault()

    return Seeded


def exporting(fault, suffix=".json"):
    class Seeded(ExporterContract):
        def make_exporter(self):
            return Exporter("seeded", write=fault, suffix=suffix)

    return Seeded


FAULTS = [
    (partial(geocoding, AnswersTheOrigin), "test_a_place_that_it_does_not_know_is_none"),
    (partial(geocoding, Raises), "test_a_place_that_it_does_not_know_is_none"),
    (partial(geocoding, Connects), "test_nothing_is_sent_over_the_network"),
    (partial(geocoding, SwapsTheAxes), "test_a_place_that_it_knows_is_a_point_near_it"),
    (partial(geocoding, WalksAbout), "test_the_same_place_is_always_at_the_same_point"),
    (partial(exporting, leaks), "test_no_byte_for_the_public_gives_a_hidden_place_away"),
    (partial(exporting, remembers), "test_nothing_is_kept_from_what_was_written_for_the_steward"),
    (partial(exporting, leaves_tables, ""), "test_nothing_is_kept_from_what_was_written_for_the_steward"),
    (
        partial(exporting, leaks_in_a_zip_of_utf_16, ".zip"),
        "test_no_byte_for_the_public_gives_a_hidden_place_away",
    ),
    (partial(exporting, leaks_the_point), "test_no_byte_for_the_public_gives_a_hidden_place_away"),
    (partial(exporting, tells_in_a_finding), "test_no_byte_for_the_public_gives_a_hidden_place_away"),
    (partial(exporting, writes_nothing), "test_what_the_public_may_know_is_written"),
    (partial(exporting, leaves_half_a_copy), "test_nothing_is_written_beside_the_path"),
    (partial(exporting, counts_its_runs), "test_the_same_directory_makes_the_same_bytes"),
    (partial(exporting, needs_a_service), "test_an_empty_directory_can_be_written"),
]


@pytest.mark.parametrize(
    ("contract", "name"),
    FAULTS,
    ids=lambda value: getattr(value, "args", [None])[0].__name__ if isinstance(value, partial) else value,
)
def test_the_contract_catches(contract, name, tmp_path):
    assert caught(contract(), name, tmp_path=tmp_path)


def writes_json(directory, path):
    path.write_text(as_json(directory))
    return ()


class TestASoundExporter(ExporterContract):
    def make_exporter(self):
        return Exporter("sound", write=writes_json, suffix=".json")


def test_a_steward_sees_every_canary():
    """Shows that nothing is found above because it is hidden, not because it never was there."""
    whole = as_json(planted()).encode()
    assert sights([whole]) == list(SIGHTS)
    assert whole.count(CANARY.encode()) > 200
