"""What was hidden once stays hidden, until a person says otherwise and the log knows who."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import attrs
import pytest

import communityconnector as cc
from builders import agency, location, service
from communityconnector.adapters.memory import MemoryStorage
from communityconnector.directory_store import DirectoryStore, load
from communityconnector.errors import InvalidReferralError, PermissionDeniedError
from communityconnector.model import (
    Audience,
    Directory,
    Disclosure,
    Phone,
)

NOW = datetime(2026, 11, 30, tzinfo=UTC)
STAFF = cc.Actor("staff", "desk-1")


def place(key="l", street="77 Hidden Lane", **fields):
    return location(key, street, (36.2134, -81.6721), name="House", **fields)


def counsel(place, key="s", **fields):
    return service(key, place, **{"name": "Counsel", "organization": agency("o", "Rowan Aid"), **fields})


def directory(place, *others, **fields):
    return Directory.of([counsel(place, **fields), *others])


@pytest.fixture
def desk():
    with cc.Connector.open() as opened:
        yield opened


class Stored:
    """A stored directory without an index, which these tests do not need."""

    def __init__(self):
        self.storage = MemoryStorage()

    def load(self, source, **how):
        load(self.storage, source, now=NOW, **how)

    def decide_to_show(self, name):
        shelf = DirectoryStore(self.storage)
        self.storage.commit([shelf.disclosure_write(name)])
        self.load(Directory.of(shelf.directory(shelf.current().number).roots()))

    @property
    def directory(self):
        shelf = DirectoryStore(self.storage)
        return shelf.directory(shelf.current().number).for_audience("public")


@pytest.fixture
def stored():
    return Stored()


def rules(found):
    return [(f.rule, f.entity, f.record_id) for f in found if f.rule != "older-than-stored"]


def point(holder, key="l"):
    """Where a location is shown: by a desk, or by what is stored without one."""
    directory = holder.directory
    return (directory if isinstance(directory, Directory) else directory.read()).locations[key].point


HIDDEN = directory(place(disclosure=Disclosure.NEVER))
SILENT = directory(place())


@pytest.mark.parametrize("later", [SILENT, directory(place(disclosure=Disclosure.PUBLIC))])
def test_a_place_that_a_file_hid_stays_hidden_when_a_later_one_does_not(stored, later):
    stored.load(HIDDEN)
    for _ in range(3):
        findings = []
        stored.load(later, on_finding=findings.append)
        assert ("still-hidden", "location", "l") in rules(findings)
        assert point(stored) is None
        assert "Hidden" not in repr(cc.Matcher(stored.directory).match("counsel").to_dict())


def test_a_place_that_was_amended_to_be_hidden_stays_hidden(desk):
    desk.load(SILENT)
    assert point(desk) is not None
    desk.directory.amend(counsel(place(disclosure=Disclosure.NEVER)))
    assert point(desk) is None
    desk.load(SILENT)
    assert point(desk) is None
    desk.directory.amend(counsel(place(), description="Another word."))
    assert point(desk) is None


def test_a_place_that_returns_under_another_id_is_still_hidden(stored):
    stored.load(HIDDEN)
    other = directory(place("t", "1 Main Street"), key="t", name="Pantry")
    stored.load(other, drop_missing=True)
    assert list(stored.directory.locations) == ["t"]
    stored.load(directory(place("new", "77 Hidden Ln.")), drop_missing=True)
    assert point(stored, "new") is None
    stored.load(SILENT, drop_missing=True)
    assert point(stored) is None


def test_a_person_may_decide_to_show_it_and_the_log_says_who(desk):
    desk.load(HIDDEN)
    desk.load(SILENT)
    with pytest.raises(PermissionDeniedError):
        desk.directory.disclose("l", actor=cc.Actor("agency", "o"), reason="asked")
    with pytest.raises(InvalidReferralError):
        desk.directory.disclose("l", actor=STAFF, reason="they said so!")
    assert point(desk) is None
    desk.directory.disclose("l", actor=STAFF, reason="agency-agreed")
    assert point(desk) is not None
    last = list(desk.audit.entries())[-1]
    assert (last.action, last.actor_id, last.to, last.because) == (
        "disclose_place",
        "desk-1",
        "l",
        "agency-agreed",
    )
    findings = []
    desk.load(SILENT, on_finding=findings.append)
    assert point(desk) is not None
    assert rules(findings) == []


def test_a_records_own_level_overrides_an_earlier_decision(desk):
    desk.load(HIDDEN)
    desk.directory.disclose("l", actor=STAFF, reason="mistaken")
    assert point(desk) is None, "the record still says so"
    desk.load(SILENT)
    assert point(desk) is None, "the record said so after that was decided"
    desk.directory.disclose("l", actor=STAFF, reason="agency-agreed")
    assert point(desk) is not None
    desk.load(HIDDEN)
    desk.load(SILENT)
    assert point(desk) is None


def test_a_suspected_refuge_is_shown_once_a_person_or_the_record_decides(stored):
    looks = directory(place(), name="Safe House")
    findings = []
    stored.load(looks, on_finding=findings.append)
    assert ("looks-like-a-refuge", "location", "l") in rules(findings)
    assert point(stored) is None
    stored.load(directory(place(), name="Rowan House"))
    assert point(stored) is None, "it was hidden before"
    stored.load(directory(place(disclosure=Disclosure.PUBLIC), name="Safe House"))
    assert point(stored) is not None
    stored.load(looks)
    stored.decide_to_show("location l")
    stored.load(looks)
    assert point(stored) is not None


def test_a_private_phone_stays_private(stored):
    line = Phone(id="p", number="336-555-0142", disclosure=Disclosure.NEVER)
    stored.load(directory(place(), phones=(line,)))
    without_level = directory(
        place(), phones=(attrs.evolve(line, disclosure=None),), description="Call 336 555 0142."
    )
    stored.load(without_level)
    shown = stored.directory.services["s"]
    assert shown.phones == ()
    assert "0142" not in shown.description
    stored.decide_to_show("phone p")
    assert stored.directory.services["s"].phones[0].number == "336-555-0142"


def test_an_update_keeps_hidden_places_hidden_and_reports_them():
    hidden = Directory.of(
        [counsel(place(disclosure=Disclosure.NEVER), phones=(Phone(id="p", number="1", disclosure="never"),))]
    )
    new = Directory.of(
        [
            counsel(
                place(disclosure=Disclosure.PUBLIC), phones=(Phone(id="p", number="1"),), description="New."
            )
        ]
    )
    update = hidden.update(new)
    assert rules(update.findings) == [("still-hidden", "location", "l"), ("still-hidden", "phone", "p")]
    assert update.directory.locations["l"].disclosure is Disclosure.NEVER
    shown = update.directory.for_audience("public")
    assert shown.locations["l"].point is None
    assert shown.services["s"].phones == ()
    assert shown.services["s"].description == "New."
    moved = hidden.update(directory(place("new", "77 hidden ln")), drop_missing=True).directory
    assert moved.for_audience("public").locations["new"].point is None
    assert not rules(SILENT.update(SILENT).findings)


def test_a_loads_findings_have_no_raw_value_of_a_hidden_place(stored, tmp_path):
    raw = [
        {
            "id": "s", "name": "Counsel", "status": "active",
            "service_at_locations": [
                {"id": "k", "location": {"id": "l", "location_type": "physical", "disclosure": "never", "latitude": "CANARY",
                                         "addresses": [{"id": "a", "address_1": "77 Hidden Lane", "country": "CANARY"}]}}
            ],
            "minimum_age": "CANARY of a service that leads there",
        },
        {"id": "t", "name": "Pantry", "status": "active", "minimum_age": "seen"},
    ]  # fmt: skip
    (tmp_path / "a.json").write_text(json.dumps(raw))
    findings = []
    stored.load(tmp_path / "a.json", on_finding=findings.append)
    assert any(f.rule == "not-a-number" and f.entity == "location" for f in findings)
    assert "77 Hidden" not in repr(findings)
    assert not [f for f in findings if f.entity in ("location", "address") and f.value is not None]
    assert [f.value for f in findings if f.record_id == "t" and f.value] == ["seen"]


@pytest.mark.parametrize("audience", [Audience.PUBLIC, Audience.STEWARD])
def test_a_file_that_is_read_as_a_stream_tells_only_the_steward_raw_values(tmp_path, monkeypatch, audience):
    from communityconnector.directory_store import loading

    monkeypatch.setattr(loading, "READ_WHOLE", 0)
    (tmp_path / "a.ndjson").write_text(
        '{"id": "s", "name": "Counsel", "status": "active", "minimum_age": "CANARY"}\n'
    )
    findings = []
    with cc.Connector.open(audience=audience) as desk:
        desk.load(tmp_path / "a.ndjson", on_finding=findings.append)
    assert ("CANARY" in repr(findings)) is (audience is Audience.STEWARD)
