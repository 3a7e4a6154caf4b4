"""Records come one after the other, whole, whatever the form, and the same as `read` gives."""

from __future__ import annotations

import json
import tracemalloc

import pytest

import communityconnector as cc
from communityconnector import interchange
from communityconnector.model import Directory


@pytest.mark.parametrize("name", ["folder", "tables.zip", "services.ndjson", "services.json"])
def test_streamed_records_make_the_same_directory(tmp_path, name):
    sample = cc.sample()
    cc.write(sample, tmp_path / name, audience="steward")
    whole = cc.read(tmp_path / name)
    streamed = Directory.of(interchange.records(tmp_path / name))
    for entity in (
        "service",
        "organization",
        "location",
        "service_at_location",
        "phone",
        "schedule",
        "attribute",
    ):
        assert set(streamed.table(entity)) == set(whole.table(entity)), entity
    # A location whose agency is not that of the service keeps the reference: the agency comes with its own services.
    different = {(change.entity, change.field) for change in whole.diff(streamed).changes}
    assert different <= {("location", "organization_id")}
    assert streamed.disclosures == whole.disclosures


def test_services_of_tables_come_whole_and_loose_records_after_them(tmp_path):
    (tmp_path / "services.csv").write_text("id,organization_id,name,status\ns,o,Pantry,active\n")
    (tmp_path / "organizations.csv").write_text("id,name,description\no,Laurel,Food\np,Loose,No service\n")
    (tmp_path / "phones.csv").write_text("id,service_id,number\n1,s,828-555-0101\n")
    (tmp_path / "eligibility.csv").write_text("id,service_id,eligibility\n1,s,Residents\n")
    service, loose = interchange.records(tmp_path)
    assert (service.organization.name, service.phones[0].number) == ("Laurel", "828-555-0101")
    assert service.eligibility_description == "Residents"
    assert (loose.entity, loose.id) == ("organization", "p")


def test_findings_are_reported_as_they_are_made(tmp_path):
    path = tmp_path / "s.ndjson"
    path.write_text(
        '{"id": "1", "name": "A", "status": "Active"}\n{broken\n{"id": "2", "name": "B", "status": "active"}\n'
    )
    findings = []
    stream = interchange.records(path, on_finding=findings.append)
    assert next(stream).id == "1"
    assert [(f.rule, f.line) for f in findings] == [("unlisted-word", 1)]
    assert [record.id for record in stream] == ["2"]
    assert ("not-json", 2) in [(f.rule, f.line) for f in findings]


def test_strict_takes_the_whole_directory(tmp_path):
    with pytest.raises(ValueError, match="strict"):
        next(interchange.records(tmp_path, mode="strict"))


@pytest.mark.parametrize("form", ["ndjson", "folder"])
def test_memory_does_not_grow_with_the_file(tmp_path, form):
    def peak(count):
        path = tmp_path / f"{count}.ndjson"
        raw = {
            "name": "Pantry",
            "status": "active",
            "description": "x" * 500,
            "phones": [{"number": "828-555-0101"}],
        }
        with path.open("w") as file:
            for number in range(count):
                key = f"00000000-0000-4000-8000-{number:012}"
                phone = {"id": f"00000000-0000-4000-9000-{number:012}", "number": "828-555-0101"}
                file.write(json.dumps({**raw, "id": key, "phones": [phone]}) + "\n")
        if form == "folder":
            cc.write(cc.read(path), tmp_path / str(count))
            path = tmp_path / str(count)
        tracemalloc.start()
        assert sum(1 for record in interchange.records(path) if record.entity == "service") == count
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return used

    small, large = peak(4_500), peak(9_000)
    assert large < small * 1.3


def test_thousands_of_like_findings_are_listed_and_then_counted(tmp_path):
    path = tmp_path / "s.ndjson"
    path.write_text("".join(f'{{"id": "{n}", "name": "A", "status": "open"}}\n' for n in range(2500)))
    findings = [f for f in cc.read(path).findings if f.rule == "unlisted-word"]
    assert len(findings) == 1001
    assert sum(f.count for f in findings) == 2500
