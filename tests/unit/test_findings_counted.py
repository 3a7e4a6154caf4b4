"""What repeats is counted, and never merged with what was done otherwise."""

from __future__ import annotations

import json

import pytest

from communityconnector import interchange
from communityconnector.interchange import notes


def findings_of(path, rule):
    return [f for f in interchange.read(path).findings if f.rule == rule]


def test_a_matter_of_form_is_one_finding_per_file(tmp_path):
    (tmp_path / "services.csv").write_text("id,name,status\n1,A,active\n2,B,active\n")
    (tmp_path / "phones.csv").write_text("id,service_id,phone,department\n1,1,555-0101,x\n2,2,555-0102,\n")
    odd = findings_of(tmp_path, "id-not-uuid")
    assert [(f.file, f.count) for f in odd] == [("phones.csv", 2), ("services.csv", 2)]
    (older,) = findings_of(tmp_path, "older-form")
    assert (older.file, older.count) == ("phones.csv", 3)
    assert older.message.endswith("phone is number (2), department is description (1)")


def test_nulls_in_many_fields_are_one_finding_that_names_the_fields(tmp_path):
    raw = [{"id": str(n), "name": "A", "status": "active", "url": None, "email": None} for n in range(3)]
    (tmp_path / "a.json").write_text(json.dumps(raw))
    (null,) = findings_of(tmp_path / "a.json", "null-value")
    assert null.count == 6
    assert null.message.endswith(": service.url (3), service.email (3)")


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(notes, "MOST_ALIKE", 3)


@pytest.mark.usefixtures("few")
def test_after_a_thousand_dropped_and_repaired_values_are_counted_separately(tmp_path):
    times = ["9:00am"] * 10 + ["9:0zz"] + ["9:00am"] * 5 + ["25:99"] * 6
    raw = {
        "id": "s",
        "name": "A",
        "status": "active",
        "schedules": [{"id": f"t{n}", "opens_at": t} for n, t in enumerate(times)],
    }
    (tmp_path / "a.json").write_text(json.dumps(raw))
    counted = {}
    for finding in findings_of(tmp_path / "a.json", "not-a-time"):
        counted[finding.harm.value] = counted.get(finding.harm.value, 0) + finding.count
    assert counted == {"mended": 15, "lost": 7}


@pytest.mark.parametrize("mode", ["repair", "collect"])
def test_a_value_that_could_not_be_used_stays_in_the_record_in_every_mode(tmp_path, mode):
    (tmp_path / "services.csv").write_text("id,name,status\n1,A,active\n")
    (tmp_path / "schedules.csv").write_text("id,service_id,opens_at\n1,1,9:0zz\n")
    directory = interchange.read(tmp_path, mode=mode)
    assert "9:0zz" in directory.services["1"].schedules[0].extra.values()


@pytest.mark.parametrize("name", ["a.json", "a.zip"])
def test_such_a_value_is_written_beside_the_fields_of_hsds_and_read_back(tmp_path, name):
    (tmp_path / "in.json").write_text(
        json.dumps({"id": "1", "name": "A", "status": "active", "email": "no mail"})
    )
    directory = interchange.read(tmp_path / "in.json")
    interchange.write(directory, tmp_path / name, audience="steward")
    (back,) = interchange.read(tmp_path / name).services.values()
    assert back.extra["email"] == "no mail"
    assert next(iter(interchange.documents(directory)))["x_not_read"] == {"email": "no mail"}


def test_collect_reports_each_wrong_value_and_counts_it(tmp_path):
    raw = [{"id": str(n), "name": "A", "status": "active", "url": None} for n in range(3)]
    (tmp_path / "a.json").write_text(json.dumps(raw))
    findings = interchange.read(tmp_path / "a.json", mode="collect").findings
    assert [(f.rule, f.severity, f.count) for f in findings if f.rule == "null-value"] == [
        ("null-value", "error", 3)
    ]
