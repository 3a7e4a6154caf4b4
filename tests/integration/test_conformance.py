"""What is written holds to the official schemas, with formats asserted, whatever was read."""

from __future__ import annotations

import copy
import csv
import io
import json

import pytest
from frictionless import Package
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import communityconnector as cc
from communityconnector import interchange
from communityconnector.model import ENTITIES, Kind, specs
from communityconnector.testing import strategies as cc_st

ROOTS = ("service", "organization", "service_at_location")
MENDED = {("program", "organization_id"), ("taxonomy_term", "code")}
"""Columns that the official data package calls unique, though an organization may have two programs, and a code
belongs to its taxonomy."""


class Schemas(dict):
    """Validators by root. Their own repr would fill a screen where a property fails."""

    def __repr__(self):
        return "Schemas()"


@pytest.fixture(scope="session")
def schemas(shared_data):
    folder = shared_data / "hsds-3.1-schema" / "compiled"
    checker = Draft202012Validator.FORMAT_CHECKER
    assert {"uuid", "uri", "email", "date-time"} <= checker.checkers.keys()
    return Schemas(
        (
            root,
            Draft202012Validator(json.loads((folder / f"{root}.json").read_text()), format_checker=checker),
        )
        for root in ROOTS
    )


@pytest.fixture(scope="session")
def descriptor(shared_data):
    """The official data package with its two faults mended: missing ids, and columns called unique by mistake."""
    package = json.loads((shared_data / "hsds-3.1-schema" / "datapackage.json").read_text())
    for resource in package["resources"]:
        fields = resource["schema"]["fields"]
        if not any(field["name"] == "id" for field in fields):
            assert resource["name"] in {"unit", "service_capacity"}
            required = {"required": True, "unique": True}
            fields.insert(0, {"name": "id", "type": "string", "format": "uuid", "constraints": required})
        for field in fields:
            if (resource["name"], field["name"]) in MENDED:
                del field["constraints"]["unique"]
    return package


def nested_errors(directory, schemas):
    return [
        f"{error.json_path}: {error.message[:200]}"
        for root in ROOTS
        for document in interchange.documents(directory, root)
        for error in schemas[root].iter_errors(document)
    ]


def tabular_errors(folder, descriptor):
    package = copy.deepcopy(descriptor)
    package["resources"] = [r for r in package["resources"] if (folder / r["path"]).exists()]
    present = {r["name"] for r in package["resources"]}
    for resource in package["resources"]:
        keys = resource["schema"].get("foreignKeys", [])
        absent = [key["fields"] for key in keys if key["reference"]["resource"] not in present]
        # The 3.1 package knows fewer columns than 3.2.
        resource["schema"]["fieldsMatch"] = "subset"
        resource["schema"]["foreignKeys"] = [k for k in keys if k["reference"]["resource"] in present]
        # A key to a table that is not there must not be used.
        with (folder / resource["path"]).open(encoding="utf-8", newline="") as file:
            assert not [row for row in csv.DictReader(file) for column in absent if row[column]]
    return Package(package, basepath=str(folder)).validate().flatten(["type", "fieldName", "note"])


def sources(shared_data):
    yield shared_data / "detroit"
    yield shared_data / "ohana-sample"
    yield shared_data / "mock-hsds-api-3.0"
    yield shared_data / "oruk-profile-3.0" / "examples" / "csv"
    yield shared_data / "hsds-3.2.3-examples" / "csv"
    for folder in ("oruk-mocks", "oruk-profile-3.0/examples", "hsds-3.2.3-examples"):
        yield from sorted((shared_data / folder).rglob("*.json"))


def hostile(shared_data, step):
    lines = (shared_data / "haarrrvest" / "results.jsonl").read_text(encoding="utf-8").splitlines()
    for line in lines[::step]:
        yield io.StringIO(json.loads(line)["text"])


def test_json_of_all_real_data_conforms_to_the_official_schemas(shared_data, schemas):
    documents = 0
    for source in (*sources(shared_data), *hostile(shared_data, 1)):
        directory = cc.read(source)
        assert nested_errors(directory, schemas) == []
        documents += len(directory.services)
    print(f"{documents} services of real data written as JSON: 0 errors")  # noqa: T201  # the figure
    assert documents > 900


def test_tables_of_real_data_conform_to_the_official_data_package(shared_data, descriptor, tmp_path):
    checked = 0
    for number, source in enumerate((*sources(shared_data), *hostile(shared_data, 60), None)):
        directory = cc.sample() if source is None else cc.read(source)
        folder = tmp_path / str(number)
        cc.write(directory, folder, audience="steward")
        assert tabular_errors(folder, descriptor) == []
        checked += len(directory.services)
    assert checked > 250


@pytest.mark.parametrize(
    ("table", "fault", "rule"),
    [
        ("services.csv", ("active", "Aktiv"), "constraint-error"),
        ("services.csv", ("22222222-2222-4222-8222-222222222222", "7"), "type-error"),
        (
            "services.csv",
            ("11111111-1111-4111-8111-111111111111", "99999999-1111-4111-8111-111111111111"),
            "foreign-key",
        ),
        ("schedules.csv", ("09:00:00", "9am"), "type-error"),
        ("organizations.csv", ("Laurel Pantry", ""), "constraint-error"),
    ],
)
def test_the_check_of_tables_can_fail(descriptor, tmp_path, table, fault, rule):
    old, new = fault
    raw = {
        "id": "22222222-2222-4222-8222-222222222222",
        "name": "Pantry",
        "status": "active",
        "organization": {
            "id": "11111111-1111-4111-8111-111111111111",
            "name": "Laurel Pantry",
            "description": "Food",
        },
        "schedules": [
            {"id": "33333333-3333-4333-8333-333333333333", "opens_at": "09:00", "closes_at": "10:00"}
        ],
    }
    cc.write(cc.read(io.StringIO(json.dumps(raw))), tmp_path / "out")
    assert tabular_errors(tmp_path / "out", descriptor) == []
    path = tmp_path / "out" / table
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    assert rule in str(tabular_errors(tmp_path / "out", descriptor))


@pytest.mark.parametrize(
    ("field", "value"),
    [("id", "7"), ("status", "Active"), ("url", "example.org"), ("email", "me"), ("last_modified", "2026-01-01"), ("name", None)],
)  # fmt: skip
def test_the_check_of_json_can_fail(schemas, field, value):
    (document,) = interchange.documents(cc.read(io.StringIO(SERVICE)))
    assert list(schemas["service"].iter_errors(document)) == []
    assert list(schemas["service"].iter_errors({**document, field: value}))


SERVICE = '{"id": "22222222-2222-4222-8222-222222222222", "name": "Pantry", "status": "active"}'

ODD = [
    None, "", " ", 0, -1, 1.5, True, [], {}, "x", "7", "007 ext", "Active", "12/31/2026", "2026-12-31", "9 am", "24:00",
    "2026-12-31T10:00", "2026-12-31T10:00Z", "20261231T100000Z", "2026-12-31 10:00:00+02:00", "www.example.org",
    "http://ex\u00e4mple.org/\u00fc", "http://a b", "mailto:me@example.org", "http://x/%zz", "http://[x", "http://x#a#b",
    "me@example.org", "m\u00e9@example.org", "a@b", "urn:uuid:22222222-2222-4222-8222-222222222222",
    "22222222222242228222222222222222", "A2222222-2222-4222-8222-22222222222B", ["x"], [{}], {"id": "9"}, "\ud7ff",
    "http://x/[1]", "http://x:ab/", "http://a@b@c/", "http://[::1]/", "http://[::::]/", "http://a/%", "x://", "//x", "a:b",
]  # fmt: skip
odd = st.sampled_from(ODD)


@pytest.mark.parametrize("value", ODD, ids=ascii)
def test_an_odd_value_in_any_field_is_written_in_conformance(schemas, value):
    raw = {
        entity: {
            name: value
            for name, facts in specs(ENTITIES[entity]).items()
            if facts.kind not in (Kind.ONE, Kind.MANY)
        }
        for entity in ENTITIES
    }
    place = raw["location"] | {
        name: [raw[entity]]
        for name, entity in [("addresses", "address"), ("phones", "phone"), ("schedules", "schedule")]
    }
    service = raw["service"] | {
        name: [raw[facts.target]]
        for name, facts in specs(ENTITIES["service"]).items()
        if facts.kind is Kind.MANY and facts.target != "service_at_location"
    }
    service |= {"organization": raw["organization"], "service_at_locations": [{"location": place}]}
    for one in (service, service | {"id": "1", "name": "x"}):
        assert nested_errors(cc.read(io.StringIO(json.dumps(one))), schemas) == []


@st.composite
def dirty_services(draw):
    """A nested service with some of its values swapped for odd ones."""
    raw = interchange.to_raw(draw(cc_st.records("service")))

    def dirtied(value):
        if draw(st.integers(0, 9)) == 0:
            return draw(odd)
        if isinstance(value, dict):
            return {key: dirtied(item) for key, item in value.items() if draw(st.integers(0, 19))}
        if isinstance(value, list):
            return [dirtied(item) for item in value]
        return value

    return {key: dirtied(item) for key, item in raw.items()}


@given(raw=dirty_services())
def test_everything_read_is_written_in_conformance(schemas, raw):
    assert nested_errors(cc.read(io.StringIO(json.dumps(raw))), schemas) == []


@given(raw=dirty_services())
def test_placeholder_values_are_removed_when_read_back(raw):
    first = cc.read(io.StringIO(json.dumps(raw)))
    written = list(interchange.documents(first, "service"))
    again = cc.read(io.StringIO(json.dumps(written)))
    assert [s.status for s in again.services.values()] == [s.status for s in first.services.values()]
    assert list(interchange.documents(again, "service")) == written
