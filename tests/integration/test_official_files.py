"""Official examples and real records: read without loss, written without loss."""

from __future__ import annotations

import json
import re

import pytest

from communityconnector import interchange
from communityconnector.model import Severity

NESTED = [
    "location",
    "organization_full",
    "organization_list",
    "service_at_location_full",
    "service_at_location_list",
    "service_full",
    "service_list",
    "taxonomy",
    "taxonomy_list",
    "taxonomy_term",
    "taxonomy_term_list",
]


def canonical(value):
    """Equal for equal JSON: keys in order, numbers as numbers."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def as_set(value):
    """As `canonical`, but lists of records compare as sets: tables keep no order across owners, and write seconds."""
    if isinstance(value, dict):
        return {key: as_set(item) for key, item in value.items()}
    if isinstance(value, list):
        return sorted((as_set(item) for item in value), key=canonical)
    if isinstance(value, str) and re.fullmatch(r"\d\d:\d\d", value):
        return f"{value}:00"
    return value


def records_of(path):
    value = json.loads(path.read_text())
    value = value.get("contents", value) if isinstance(value, dict) else value
    return value if isinstance(value, list) else [value]


@pytest.mark.parametrize("name", NESTED)
def test_an_official_example_has_no_error_and_comes_back_as_it_was(official, name):
    directory = interchange.read(official / f"{name}.json")
    assert [f for f in directory.findings if f.severity is Severity.ERROR] == []
    assert canonical(list(interchange.documents(directory))) == canonical(
        records_of(official / f"{name}.json")
    )


@pytest.mark.parametrize("name", NESTED)
def test_an_official_example_survives_the_way_through_tables(official, tmp_path, name):
    before = interchange.read(official / f"{name}.json")
    for target in (tmp_path / "folder", tmp_path / "tables.zip"):
        interchange.write(before, target, audience="steward")
        after = interchange.read(target)
        assert as_set(list(interchange.documents(after, before.root))) == as_set(
            list(interchange.documents(before, before.root))
        )


def test_the_official_tables_have_exactly_their_four_broken_references(official):
    directory = interchange.read(official / "csv")
    findings = {(f.rule, f.entity, f.path) for f in directory.findings if f.severity is Severity.ERROR}
    assert findings == {
        ("dangling-reference", "location", "organization_id"),
        ("dangling-reference", "contact", "organization_id"),
        ("dangling-reference", "contact", "service_at_location_id"),
        ("dangling-reference", "taxonomy_term", "taxonomy_id"),
    }


def test_the_official_tables_come_back_as_they_were(official, tmp_path):
    before = interchange.read(official / "csv")
    interchange.write(before, tmp_path / "out", audience="steward")
    assert interchange.read(tmp_path / "out") == before
    # An attribute whose link names no entity, and the four tables with broken references, which are kept elsewhere.
    changed = {"attributes.csv", "locations.csv", "contacts.csv", "taxonomy_terms.csv"}
    for path in (official / "csv").glob("*.csv"):
        if path.name not in changed:
            assert (tmp_path / "out" / path.name).read_text().splitlines() == path.read_text().splitlines()


def test_an_attribute_that_is_linked_to_nothing_is_not_lost(official):
    (attribute,) = interchange.read(official / "csv").table("attribute").values()
    assert attribute.link_entity == "link_entity"


def test_an_api_root_is_the_dataset_describing_itself(official):
    directory = interchange.read(official / "base.json")
    assert directory.dataset["profile"] == "https://path/to/profile"
    assert [f for f in directory.findings if f.severity is Severity.ERROR] == []


def test_the_tables_in_one_object_say_what_the_csv_files_say(official):
    def names(directory):
        return {
            entity: set(directory.table(entity))
            for entity in ("service", "organization", "location", "phone")
        }

    assert names(interchange.read(official / "tabular.json")) == names(interchange.read(official / "csv"))


def test_real_city_records_come_back_as_they_were(shared_data, tmp_path):
    path = shared_data / "detroit" / "services_excerpt.json"
    directory = interchange.read(path)
    assert directory.findings == ()
    assert canonical(list(interchange.documents(directory))) == canonical(records_of(path))
    interchange.write(directory, tmp_path / "tables")
    assert as_set(list(interchange.documents(interchange.read(tmp_path / "tables")))) == as_set(
        records_of(path)
    )


def test_every_json_file_beside_the_project_is_read_without_raising(shared_data):
    paths = [p for p in shared_data.rglob("*.json") if p.stat().st_size < 200_000]
    assert len(paths) > 50
    for path in paths:
        interchange.read(path)


def test_the_sample_directory_is_valid_hsds(shared_data):
    from jsonschema import Draft202012Validator, FormatChecker

    from communityconnector import sample

    schema = json.loads((shared_data / "hsds-3.1-schema" / "compiled" / "service.json").read_text())
    validator = Draft202012Validator(schema, format_checker=FormatChecker())
    problems = [
        (document["name"], list(error.absolute_path), error.message)
        for document in interchange.documents(sample())
        for error in validator.iter_errors(document)
    ]
    assert problems == []
