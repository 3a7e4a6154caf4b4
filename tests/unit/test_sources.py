"""Files, folders, zips and file objects: whatever cannot be read is a finding, and nothing else suffers."""

from __future__ import annotations

import gc
import gzip
import io
import json
import os
import threading
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

import communityconnector as cc
from communityconnector import interchange
from communityconnector.errors import SourceNotFoundError, UnknownFormError
from communityconnector.interchange.writing.table_writer import cell

ROWS = "id,name,status\n22222222-2222-4222-8222-222222222222,Pantry,active\n"
RAW = {"id": "22222222-2222-4222-8222-222222222222", "name": "Pantry", "status": "active"}


def rules(directory):
    return {finding.rule for finding in directory.findings}


def test_a_folder_with_an_unreadable_file_is_still_read(tmp_path):
    (tmp_path / "services.csv").write_text(ROWS)
    (tmp_path / "phones.csv").symlink_to(tmp_path / "nowhere.csv")
    (tmp_path / "round").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "contacts.csv")
    directory = cc.read(tmp_path)
    assert len(directory.services) == 1
    assert rules(directory) >= {"cannot-open", "broken-archive"}


@pytest.mark.parametrize("path", ["", " ", "x" * 300, "a\0b", "nowhere/at/all.json", "/dev/null"])
def test_a_missing_path_is_a_clear_error(path):
    with pytest.raises(SourceNotFoundError) as error:
        cc.read(path)
    assert len(str(error.value)) < 300
    assert "\0" not in str(error.value)


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, zipfile.ZIP_DEFLATED])
def test_a_broken_zip_is_a_finding(packing):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", packing) as archive:
        archive.writestr("services.csv", ROWS * 50)
    content = bytearray(packed.getvalue())
    content[45:120] = b"\x55" * 75
    assert rules(cc.read(io.BytesIO(bytes(content)))) & {
        "broken-archive",
        "not-utf-8",
        "unknown-form",
        "cannot-open",
    }


def test_each_form_comes_packed_too(tmp_path):
    lines = (json.dumps(RAW) + "\n").encode() * 2
    for name, content in {
        "a.jsonl.gz": gzip.compress(lines),
        "b.csv.gz": gzip.compress(ROWS.encode()),
        "c.tsv": ROWS.replace(",", "\t").encode(),
    }.items():
        (tmp_path / name).write_bytes(content)
        assert set(cc.read(tmp_path / name).services) == {RAW["id"]}
        with (tmp_path / name).open("rb") as file:
            assert set(cc.read(file).services) == {RAW["id"]}
    assert set(cc.read(io.StringIO(ROWS)).services) == {RAW["id"]}


@pytest.mark.parametrize(
    "value",
    [
        {"version": "3.1", "services": [RAW], "organizations": []},
        {"data": [RAW]},
        {"id": "x", "contents": [RAW]},
        {"services": {"contents": [RAW]}} | {},
        [[RAW]],
        {"service": RAW},
        {"status": "ok", "results": {"services": [RAW]}},
    ],
)
def test_a_wrapper_of_records_is_not_a_record(value):
    directory = cc.read(io.StringIO(json.dumps(value)))
    assert set(directory.services) == {RAW["id"]}
    assert not directory.organizations


def test_a_broken_first_line_does_not_sink_a_file_of_lines():
    text = '{"id": "broken\n' + "".join(json.dumps({**RAW, "id": f"s{n}"}) + "\n" for n in range(3))
    directory = cc.read(io.StringIO(text))
    assert set(directory.services) == {"s0", "s1", "s2"}
    assert [(f.rule, f.line) for f in directory.findings if f.rule == "not-json"] == [("not-json", 1)]


@pytest.mark.parametrize(
    "text",
    [
        f"```json\n{json.dumps(RAW)}\n```",
        f"{json.dumps(RAW)}\nThat is all.",
        json.dumps([RAW, {**RAW, "id": "cut"}])[:-20],
    ],
)
def test_json_that_breaks_off_or_stands_among_words_is_read_as_far_as_it_is_whole(text):
    directory = cc.read(io.StringIO(text))
    assert RAW["id"] in directory.services or "unknown-form" in rules(directory)
    assert rules(directory) & {"not-json", "unknown-form"}


def test_a_stray_quote_does_not_swallow_the_rows_after_it(tmp_path):
    path = tmp_path / "services.csv"
    path.write_text(
        'id,name,status\n1,"Pantry,active\n2,Clinic,active\n3,"Shop ""A""\nand B",active\n4,Desk,active\n'
    )
    directory = cc.read(path)
    assert {s.name for s in directory.services.values()} >= {"Clinic", 'Shop "A"\nand B', "Desk"}
    assert [(f.rule, f.line) for f in directory.findings if f.rule == "stray-quote"] == [("stray-quote", 2)]


def test_two_columns_of_one_name_are_both_kept(tmp_path):
    path = tmp_path / "services.csv"
    path.write_text("id,name,status,x_a,x_a,\n1,Pantry,active,one,two,three\n")
    directory = cc.read(path)
    assert directory.services["1"].extra == {"x_a": "one", "x_a (column 5)": "two", "column 6": "three"}
    assert "duplicate-column" in rules(directory)


def test_threads_that_read_wide_cells_do_not_disturb_each_other(tmp_path):
    import csv

    limit = csv.field_size_limit()
    path = tmp_path / "services.csv"
    path.write_text(f"id,name,status,description\n1,Pantry,active,{'x' * 200_000}\n")
    found = []
    threads = [threading.Thread(target=lambda: found.append(len(cc.read(path).services))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [1] * 8
    assert csv.field_size_limit() == limit


@pytest.mark.parametrize(
    "text", ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3+cmd", "\t=1", "\uff1d1", "'=1", "''@x"]
)
def test_no_cell_is_a_formula_and_every_cell_comes_back(tmp_path, text):
    assert cell(text)[0] == "'"
    directory = cc.read(io.StringIO(json.dumps({**RAW, "description": text, "x_own": text})))
    cc.write(directory, tmp_path / "out")
    service = cc.read(tmp_path / "out").services[RAW["id"]]
    assert (service.description, service.extra["x_own"]) == (text, text)


@pytest.mark.parametrize(
    "text",
    ["+1 828-555-0101", "-81.47", "-1e-05", "-2.5E+3", "(828) 555-0101", "Pantry", "a=b", "+44 (0)20 7946"],
)
def test_numbers_and_phones_are_no_formulas(text):
    assert cell(text) == text


@given(st.text(max_size=20))
def test_an_escaped_cell_reads_back_as_its_text(text):
    from communityconnector.interchange.reading.table_file import plain_cell

    assert plain_cell(cell(text)) == text
    assert cell(text)[:1] not in {"=", "@", "\t", "\r", "\n"}


def test_a_name_that_stands_for_no_form_is_refused(tmp_path):
    for name in ("out.xlsx", "out.txt"):
        with pytest.raises(UnknownFormError, match=r"\.json"):
            cc.write(cc.sample(), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_invalid_ids_are_replaced_on_writing_and_the_originals_kept(tmp_path):
    raw = {**RAW, "id": "17", "organization": {"id": "9", "name": "Laurel", "description": "Food"}}
    raw["phones"] = [{"id": "1", "number": "828-555-0101", "extension": "12a", "description": "Desk"}]
    directory = cc.read(io.StringIO(json.dumps(raw)))
    assert set(directory.services) == {"17"}
    for name in ("out.json", "out"):
        cc.write(directory, tmp_path / name)
        (service,) = cc.read(tmp_path / name).services.values()
        assert service.extra["x_source_id"] == "17"
        assert service.organization.extra["x_source_id"] == "9"
        assert (service.phones[0].extension, service.phones[0].description) == ("12a", "Desk")
        again = list(interchange.documents(cc.read(tmp_path / name)))
        assert again[0]["id"] == service.id == next(iter(interchange.documents(directory)))["id"]


def test_placeholders_of_required_fields_are_not_read_back_as_values(tmp_path):
    raw = {
        "id": RAW["id"],
        "name": "Pantry",
        "capacities": [{"id": "c"}],
        "service_at_locations": [{"location": {}}],
    }
    directory = cc.read(io.StringIO(json.dumps(raw)))
    for name in ("out.json", "out"):
        findings = cc.write(directory, tmp_path / name)
        assert {f.path for f in findings if f.rule == "filled-in"} >= {"status", "available", "unit"}
        (service,) = cc.read(tmp_path / name).services.values()
        assert service.status == ""
        assert service.organization is None
        assert service.capacities[0].available is None
        assert service.service_at_locations[0].location.location_type == ""


def test_an_agency_of_many_services_is_reported_once(tmp_path):
    place = {"id": "p", "location_type": "physical", "description": "y" * 1000}
    agency = {"id": "o", "name": "Laurel", "description": "Food", "locations": [place]}
    services = [{**RAW, "id": f"s{n}", "organization": agency} for n in range(50)]
    directory = cc.read(io.StringIO(json.dumps(services)))
    cc.write(directory, tmp_path / "out.json")
    assert (tmp_path / "out.json").stat().st_size < 50_000
    back = cc.read(tmp_path / "out.json")
    assert all(service.organization.locations for service in back.services.values())


@pytest.mark.parametrize("collecting", [True, False])
def test_reading_leaves_the_garbage_collector_as_it_was(tmp_path, collecting):
    path = tmp_path / "a.json"
    path.write_text("[]")
    was = gc.isenabled()
    try:
        gc.enable() if collecting else gc.disable()
        cc.read(path)
        assert gc.isenabled() is collecting
        with pytest.raises(FileNotFoundError):
            cc.read(tmp_path / "nowhere.json")
        assert gc.isenabled() is collecting
    finally:
        gc.enable() if was else gc.disable()
