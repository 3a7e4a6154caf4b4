"""Profiles are merge patches; the UK's is built in; validation is against schemas on disk and nothing else."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import communityconnector as cc
from communityconnector import interchange
from communityconnector.errors import SourceNotFoundError
from communityconnector.interchange.checks.profiles import (
    OPEN_REFERRAL_UK,
    Profile,
    check_profile,
    fit,
    merge_patch,
    profile_of,
)
from communityconnector.interchange.checks.validation import validate
from communityconnector.interchange.writing.json_writer import documents
from communityconnector.testing.strategies import json_values

objects = st.dictionaries(st.text(max_size=3), json_values, max_size=4)


@pytest.mark.parametrize(
    ("target", "patch", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a"], ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_patches_merge_as_the_examples_of_rfc_7396_have_it(target, patch, result):
    assert merge_patch(target, patch) == result


@given(objects, objects)
def test_merging_twice_is_merging_once_and_changes_neither_argument(target, patch):
    before = json.dumps([target, patch])
    once = merge_patch(target, patch)
    assert merge_patch(once, patch) == once
    assert json.dumps([target, patch]) == before


def test_the_uk_profile_drops_what_its_own_patches_drop(shared_data):
    official = Profile.load(shared_data / "oruk-profile-3.0" / "profile")
    assert {e: official.dropped(e) for e in official.patches if official.dropped(e)} == {
        e: OPEN_REFERRAL_UK.dropped(e) for e in OPEN_REFERRAL_UK.patches
    }
    assert official.required("phone") == ("id", "number")


def test_where_a_directory_leaves_a_profile_is_counted_by_field():
    raw = [
        {"id": f"s{n}", "name": "A", "status": "active", "wait_time": "a week", "fees": "none"}
        for n in range(3)
    ]
    directory = cc.read(io.StringIO(json.dumps(raw)))
    (finding,) = check_profile(directory, OPEN_REFERRAL_UK)
    assert (finding.rule, finding.path, finding.count) == ("not-in-profile", "wait_time", 3)
    strict = Profile("strict", "", {"service": {"required": ["url", "x_local"]}})
    assert {(f.rule, f.path) for f in check_profile(directory, strict)} == {
        ("required-by-profile", "url"),
        ("required-by-profile", "x_local"),
    }
    assert "wait_time" not in fit({**raw[0], "phones": [{"id": "p", "type": "fax"}]}, OPEN_REFERRAL_UK)
    assert profile_of({"profile": "https://docs.openreferraluk.org/x"}) is OPEN_REFERRAL_UK
    assert profile_of({"profile": "https://example.org"}) is None


def test_an_invalid_folder_is_a_clear_error(tmp_path):
    with pytest.raises(SourceNotFoundError):
        Profile.load(tmp_path / "nowhere")
    (tmp_path / "service.json").write_text("{")
    with pytest.raises(SourceNotFoundError, match=r"service\.json"):
        Profile.load(tmp_path)
    with pytest.raises(SourceNotFoundError):
        validate([], tmp_path)
    with pytest.raises(SourceNotFoundError):
        validate([], tmp_path, entity="location")


@pytest.fixture
def schemas(tmp_path):
    service = {
        "type": "object",
        "properties": {
            "id": {"type": "string", "format": "uuid"},
            "phones": {"type": "array", "items": {"$ref": "phone.json"}},
            "wait_time": {"type": "string"},
        },
        "required": ["id", "name"],
    }
    (tmp_path / "service.json").write_text(json.dumps(service))
    (tmp_path / "phone.json").write_text(json.dumps({"required": ["number"]}))
    return tmp_path


def test_violations_are_findings_with_their_path(schemas):
    findings = validate([{"id": "7", "name": "A", "phones": [{}]}], schemas)
    assert {(f.path, f.message.partition(":")[0]) for f in findings} == {
        ("$[0].id", "format"),
        ("$[0].phones[0]", "required"),
    }
    assert len(validate([{"id": "7", "name": "A", "phones": [{}]}], schemas, formats=False)) == 1
    assert validate(cc.read(io.StringIO('{"id": "7", "name": "A", "status": "active"}')), schemas) == ()


def test_a_profile_changes_the_schemas(schemas):
    profile = Profile("p", "", {"phone": {"required": None}, "service": {"required": ["id", "url"]}})
    findings = validate(
        [{"id": "00000000-0000-4000-8000-000000000000", "phones": [{}]}], schemas, profile=profile
    )
    assert [f.message for f in findings] == ["required: 'url' is a required property"]


def test_findings_reveal_nothing_of_the_documents(schemas):
    street = "12 Hidden Lane"
    document = {"id": "7", "name": street, "phones": [street], "wait_time": {"at": street}}
    (schemas / "phone.json").write_text('{"type": "object", "const": {}, "not": {"minLength": 3}}')
    findings = validate([document], schemas)
    assert len(findings) >= 4
    assert street not in repr(findings)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": 5},
        {"properties": {"id": 5}},
        {"properties": {"id": {"pattern": "("}}},
        {"$ref": 5},
        {"$ref": "#"},
        {"$ref": "#/nowhere"},
        {"required": "id"},
        [],
    ],
)
def test_an_invalid_schema_is_a_clear_error(tmp_path, schema):
    (tmp_path / "service.json").write_text(json.dumps(schema))
    with pytest.raises(SourceNotFoundError, match="schema"):
        validate([{"id": "1"}], tmp_path)
    with pytest.raises(ValueError, match="not an entity"):
        validate([], tmp_path, entity="servise")


def test_fitting_leaves_no_empty_shells_of_what_a_profile_lacks():
    raw = {
        "id": "1",
        "name": "A",
        "metadata": [{"id": "2", "resource_id": "1"}],
        "required_documents": [{"id": "3"}],
        "languages": [{"id": "4", "name": "Spanish"}],
    }
    assert fit(raw, OPEN_REFERRAL_UK) == {"id": "1", "name": "A", "languages": [{"id": "4"}]}


def test_a_directory_fitted_to_the_uk_profile_conforms_to_its_schemas(shared_data):
    profile = Profile.load(shared_data / "oruk-profile-3.0" / "profile")
    raws = [fit(raw, OPEN_REFERRAL_UK) for raw in documents(cc.sample().for_audience("public"))]
    assert validate(raws, shared_data / "hsds-3.1-schema", profile=profile) == ()
    raws[0]["name"] = 5
    assert len(validate(raws, shared_data / "hsds-3.1-schema", profile=profile)) == 1


@pytest.mark.parametrize(
    "reference", ["https://example.org/phone.json", "../phone.json", "other.json", "file:///phone.json"]
)
def test_a_reference_to_another_place_is_refused(schemas, reference):
    (schemas / "service.json").write_text(json.dumps({"$ref": reference}))
    with pytest.raises(SourceNotFoundError, match="reference"):
        validate([{"id": "1"}], schemas)


def test_official_examples_hold_to_the_official_schemas_and_faults_are_seen(shared_data, official):
    folder = shared_data / "hsds-3.1-schema"
    raw = json.loads((official / "service_full.json").read_text())
    for schemas in (folder, folder / "compiled", folder / "compiled" / "service.json"):
        assert validate([raw], schemas) == ()
        findings = validate([{**raw, "url": "no address", "status": "Active"}], schemas)
        assert {f.path for f in findings} == {"$[0].url", "$[0].status"}
    assert validate(interchange.read(official / "csv"), folder) == ()
