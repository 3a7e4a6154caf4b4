"""Reading: every form is recognised, nothing raises, nothing is dropped in silence."""

from __future__ import annotations

import gzip
import io
import json
import zipfile

import pytest

from communityconnector import interchange
from communityconnector.errors import InvalidDirectoryError, SourceNotFoundError
from communityconnector.model import Severity

UUID = "11111111-1111-4111-8111-111111111111"
SERVICE = {
    "id": UUID,
    "name": "Pantry",
    "status": "active",
    "organization": {"id": UUID, "name": "A", "description": "b"},
}


def errors(directory):
    return [f for f in directory.findings if f.severity is Severity.ERROR]


def read_text(tmp_path, text, name="file.json", **how):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return interchange.read(path, **how)


PAGE = {
    "total_items": 1,
    "total_pages": 1,
    "page_number": 1,
    "size": 1,
    "empty": False,
    "contents": [SERVICE],
}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(SERVICE),
        json.dumps([SERVICE]),
        json.dumps(PAGE),
        json.dumps(SERVICE) + "\n" + json.dumps({**SERVICE, "id": UUID.replace("1", "2")}) + "\n",
        json.dumps({"services.csv": [SERVICE]}),
        json.dumps({"services": [SERVICE], "organizations": [SERVICE["organization"]]}),
        f"id,name,status,organization_id\n{UUID},Pantry,active,\n",
        f"\ufeffid,name,status,organization_id\r\n{UUID},Pantry,active,\r\n",
        f'"id";"name";"status"\n{UUID};Pantry;active\n',
    ],
    ids=[
        "record",
        "list",
        "page",
        "ndjson",
        "tables",
        "plural keys",
        "csv",
        "csv from a spreadsheet",
        "semicolons",
    ],
)
def test_the_form_is_recognised_from_the_content(tmp_path, text):
    for name in ("file.json", "file.data"):
        directory = read_text(tmp_path, text, name)
        assert directory.services[UUID].name == "Pantry"
        assert errors(directory) == []


def test_folders_zips_gzips_and_file_objects_are_read_alike(tmp_path):
    rows = f"id,name,status,organization_id\n{UUID},Pantry,active,{UUID}\n"
    agencies = f"id,name,description\n{UUID},Agency,Helps\n"
    folder = tmp_path / "tables"
    folder.mkdir()
    (folder / "services.csv").write_text(rows)
    (folder / "organizations.csv").write_text(agencies)
    packed = tmp_path / "tables.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("export/services.csv", rows)
        archive.writestr("export/organizations.csv", agencies)
    squeezed = tmp_path / "services.json.gz"
    squeezed.write_bytes(gzip.compress(json.dumps([SERVICE]).encode()))
    plain = tmp_path / "services.json"
    plain.write_text(json.dumps([SERVICE]))
    sources = [
        folder,
        packed,
        str(packed),
        squeezed,
        plain,
        plain.open("rb"),
        plain.open(),
        io.StringIO(plain.read_text()),
    ]
    for source in sources:
        service = interchange.read(source).services[UUID]
        assert (service.name, service.organization.id) == ("Pantry", UUID)
        if hasattr(source, "close"):
            source.close()


def test_a_data_package_says_which_file_is_which_table(tmp_path):
    (tmp_path / "export-7.csv").write_text(f"id,name,status\n{UUID},Pantry,active\n")
    package = {"resources": [{"name": "service", "path": "export-7.csv"}]}
    (tmp_path / "datapackage.json").write_text(json.dumps(package))
    assert interchange.read(tmp_path).services[UUID].name == "Pantry"


UNUSABLE = {
    "not json": (b"hello world", "neither JSON nor a table"),
    "empty": (b"", "the file is empty"),
    "spaces": (b"  \n ", "the file is empty"),
    "a long line": (b"x" * 50_000_000, "neither JSON nor a table"),
    "a long number": (b"[" + b"1" * 5_000_000, "a number too long to read"),
    "cut off": (json.dumps(SERVICE).encode()[:-30], "line 1 column"),
    "a colon too few": (b'{"id" 1}', "line 1 column 7"),
    "too deep": (b"[" * 100_000, "nested too deep"),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_an_unusable_file_is_a_finding_with_its_position(tmp_path, name):
    content, message = UNUSABLE[name]
    directory = read_text(tmp_path, content)
    (problem,) = errors(directory)
    assert message in problem.message
    assert (problem.file, problem.line) == ("file.json", 1)
    assert len(problem.message) < 300
    assert len(directory.services) == 0


def test_a_broken_line_does_not_sink_the_file(tmp_path):
    other = {**SERVICE, "id": UUID.replace("1", "2")}
    directory = read_text(tmp_path, f"{json.dumps(SERVICE)}\n{{broken\n{json.dumps(other)}\n")
    assert len(directory.services) == 2
    assert [(f.rule, f.line) for f in errors(directory)] == [("not-json", 2)]


@pytest.mark.parametrize(
    ("prefix", "encoding", "rule"),
    [
        (b"\xef\xbb\xbf", "utf-8", "byte-order-mark"),
        (b"", "cp1252", "not-utf-8"),
        (b"\xff\xfe", "utf-16-le", "byte-order-mark"),
    ],
)
def test_another_encoding_is_read_and_reported(tmp_path, prefix, encoding, rule):
    text = json.dumps([{**SERVICE, "name": "Caf\u00e9"}], ensure_ascii=False, indent=1)
    directory = read_text(tmp_path, prefix + text.encode(encoding))
    assert directory.services[UUID].name == "Caf\u00e9"
    (problem,) = errors(directory)
    assert problem.rule == rule
    assert "byte " in problem.message
    assert problem.line is not None


def test_a_missing_file_raises(tmp_path):
    with pytest.raises(SourceNotFoundError, match="no such file"):
        interchange.read(tmp_path / "nothing.json")
    with pytest.raises(FileNotFoundError):
        interchange.read(str(tmp_path / "nothing.json"))


def test_a_broken_zip_is_a_finding(tmp_path):
    directory = read_text(tmp_path, b"PK\x03\x04 and then nothing", "broken.zip")
    assert [f.rule for f in errors(directory)] == ["broken-archive"]


MENDED = {
    "null": ({"description": None}, "description", None, "null-value", Severity.WARNING),
    "empty": ({"description": ""}, "description", None, "empty-text", Severity.WARNING),
    "number as text": ({"minimum_age": "18"}, "minimum_age", 18, "number-as-text", Severity.WARNING),
    "not a number": ({"minimum_age": "adults"}, "minimum_age", None, "not-a-number", Severity.ERROR),
    "infinite": ({"minimum_age": float("inf")}, "minimum_age", None, "wrong-type", Severity.ERROR),
    "text as number": ({"fees": 5}, "fees", "5", "wrong-type", Severity.WARNING),
    "text as object": ({"fees": {}}, "fees", None, "wrong-type", Severity.ERROR),
    "status in capitals": ({"status": "Active "}, "status", "active", "unlisted-word", Severity.WARNING),
    "status with an underscore": (
        {"status": "temporarily_closed"}, "status", "temporarily closed", "unlisted-word", Severity.WARNING,
    ),
    "status unknown": ({"status": "do not refer"}, "status", "", "unlisted-word", Severity.ERROR),
    "address without scheme": ({"url": "example.org"}, "url", "http://example.org", "uri-without-scheme", Severity.WARNING),
    "address in its own letters": ({"url": "http://example.org/ñ?50%"}, "url", "http://example.org/%C3%B1?50%25", "uri-not-encoded", Severity.WARNING),
    "address of no server": ({"url": "http://[x"}, "url", None, "not-a-uri", Severity.ERROR),
    "no address": ({"url": "see below"}, "url", None, "not-a-uri", Severity.ERROR),
    "two e-mails": ({"email": "a@example.org b@example.org"}, "email", None, "not-an-email", Severity.ERROR),
    "spaces": ({"email": " a@example.org"}, "email", "a@example.org", "spaces-around", Severity.WARNING),
    "no date": ({"assured_date": "last week"}, "assured_date", None, "not-a-date", Severity.ERROR),
    "a date with a time": (
        {"assured_date": "2026-01-02T00:00:00"}, "assured_date", "2026-01-02", "not-a-date", Severity.WARNING,
    ),
    "a naive time": (
        {"last_modified": "2026-01-02T03:04:05"}, "last_modified", "2026-01-02T03:04:05Z", "timestamp-without-zone",
        Severity.WARNING,
    ),
    "one for many": ({"phones": {"id": UUID, "number": "1"}}, "phones", 1, "wrong-type", Severity.WARNING),
    "many for one": ({"program": [{"id": UUID, "name": "a", "description": "b"}]}, "program", 1, "wrong-type", Severity.WARNING),
}  # fmt: skip


@pytest.mark.parametrize("name", MENDED)
def test_certain_repairs_are_made_and_everything_is_reported(tmp_path, name):
    change, field, value, rule, severity = MENDED[name]
    directory = read_text(tmp_path, json.dumps({**SERVICE, **change}).replace("Infinity", "1e999"))
    kept = getattr(directory.services[UUID], field)
    if field in ("phones", "program"):
        kept = len(kept) if isinstance(kept, tuple) else int(kept is not None)
    assert kept == value
    findings = [f for f in directory.findings if f.rule == rule]
    assert [(f.severity, f.path, f.record_id) for f in findings] == [(severity, f"$.{field}", UUID)]


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("09:00", "09:00"),
        ("09:00:00Z", "09:00:00Z"),
        ("09:00-05:00", "09:00-05:00"),
        ("9am", "09:00"),
        ("9:30 AM", "09:30"),
        ("12:00 a.m.", "00:00"),
        ("12 pm", "12:00"),
        ("5 :00 pm", "17:00"),
        ("noon", "12:00"),
        ("24:00", "00:00"),
        ("25:00", None),
        ("13 pm", None),
        ("9", None),
        ("by appointment", None),
    ],
)
def test_times_are_read_in_the_ways_that_people_write_them(tmp_path, raw, value):
    service = {**SERVICE, "schedules": [{"id": UUID, "opens_at": raw}]}
    directory = read_text(tmp_path, json.dumps(service))
    assert directory.services[UUID].schedules[0].opens_at == value
    findings = [f.path for f in directory.findings if f.rule == "not-a-time"]
    assert findings == ([] if value == raw else ["$.schedules[0].opens_at"])


def test_what_a_file_repeats_in_every_record_is_counted(tmp_path):
    services = [{**SERVICE, "id": UUID[:-1] + str(n), "url": None} for n in range(5)]
    (finding,) = (f for f in read_text(tmp_path, json.dumps(services)).findings if f.rule == "null-value")
    assert (finding.count, finding.path, finding.entity) == (5, "$[0].url", "service")


def test_a_required_field_that_is_null_is_missing_in_every_record(tmp_path):
    agency = {"id": UUID, "name": "A", "description": None}
    services = [
        {**SERVICE, "id": UUID[:-1] + str(n), "organization": {**agency, "id": UUID[:-1] + str(n)}}
        for n in range(3)
    ]
    found = [f.path for f in errors(read_text(tmp_path, json.dumps(services)))]
    assert found == [f"$[{n}].organization.description" for n in range(3)]


def test_collect_repairs_nothing_and_loses_nothing(tmp_path):
    raw = {**SERVICE, "minimum_age": "18", "status": "Active", "description": None, "phones": {"id": UUID}}
    directory = read_text(tmp_path, json.dumps(raw), mode="collect")
    service = directory.services[UUID]
    assert (service.minimum_age, service.status) == (None, "")
    assert interchange.to_raw(service) == raw
    assert {f.action for f in errors(directory)} == {"kept as it was"}


def test_collect_keeps_a_list_with_something_else_in_it(tmp_path):
    raw = {**SERVICE, "phones": [{"id": UUID, "number": "1"}, 5]}
    directory = read_text(tmp_path, json.dumps(raw), mode="collect")
    assert interchange.to_raw(directory.services[UUID]) == raw


def test_unread_files_of_a_folder_are_reported(tmp_path):
    (tmp_path / "services.csv").write_text(f"id,name,status\n{UUID},Pantry,active\n")
    (tmp_path / "more.parquet").write_bytes(b"PK")
    (tmp_path / "notes.md").write_text("#")
    findings = [f for f in interchange.read(tmp_path).findings if f.file]
    assert [(f.rule, f.file) for f in findings] == [("file-not-read", "more.parquet")]


def test_strict_raises_with_all_findings(tmp_path):
    assert read_text(tmp_path, json.dumps(SERVICE), mode="strict").services
    with pytest.raises(
        InvalidDirectoryError, match=r"file.json has 2 errors; the first: .*\$\.status"
    ) as caught:
        read_text(tmp_path, json.dumps({**SERVICE, "status": "Active", "minimum_age": "x"}), mode="strict")
    assert len(caught.value.findings) >= 2


def test_a_record_without_an_id_gets_the_same_one_every_time(tmp_path):
    bare = {key: value for key, value in SERVICE.items() if key != "id"}
    first, second = (read_text(tmp_path, json.dumps([bare])) for _ in range(2))
    assert list(first.services) == list(second.services)
    assert [f.rule for f in errors(first)] == ["missing-id"]


def test_ids_are_compared_in_lower_case(tmp_path):
    key = "ABCDEF11-1111-4111-8111-111111111111"
    text = json.dumps({"services": [{**SERVICE, "organization": {**SERVICE["organization"], "id": key}}]})
    directory = read_text(tmp_path, text)
    assert list(directory.organizations) == [key.lower()]


def test_rows_are_placed_by_file_line_and_column(tmp_path):
    (tmp_path / "services.csv").write_text(
        f'id,name,status,minimum_age,description\n{UUID},Pantry,active,18,"two\nlines"\n{UUID[:-1]}2,Other,nonsense,x,\n'
    )
    directory = interchange.read(tmp_path)
    assert directory.services[UUID].minimum_age == 18
    assert directory.services[UUID].description == "two\nlines"
    found = {(f.rule, f.file, f.line, f.path) for f in errors(directory)}
    assert found == {
        ("unlisted-word", "services.csv", 4, "status"),
        ("not-a-number", "services.csv", 4, "minimum_age"),
    }


def test_ragged_and_unknown_columns_are_kept_or_reported(tmp_path):
    (tmp_path / "services.csv").write_text(f"ID ,name,status,x_local\n{UUID},Pantry,active,yes,too many\n")
    (tmp_path / "notes.csv").write_text("a,b\n1,2\n")
    directory = interchange.read(tmp_path)
    assert directory.services[UUID].extra == {"x_local": "yes", "column 5": "too many"}
    assert {(f.rule, f.file, f.line) for f in directory.findings if f.file} == {
        ("too-many-cells", "services.csv", 2),
        ("unknown-table", "notes.csv", 1),
    }


def test_a_cell_may_be_as_wide_as_a_countys_outline(tmp_path):
    wide = "x" * 400_000
    (tmp_path / "services.csv").write_text(f"id,name,status,description\n{UUID},Pantry,active,{wide}\n")
    assert interchange.read(tmp_path).services[UUID].description == wide


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"minimum_age": 30, "maximum_age": 20}, "ages-out-of-order"),
        ({"organization": None}, "no-organization"),
        ({"service_at_locations": [{"id": UUID}]}, "no-location"),
        ({"schedules": [{"id": UUID, "count": 3, "until": "2026-01-01"}]}, "impossible-schedule"),
    ],
)
def test_the_lint_layer_sees_what_no_schema_sees(tmp_path, change, rule):
    clean = {f.rule for f in read_text(tmp_path, json.dumps(SERVICE)).findings}
    assert rule not in clean
    assert rule in {f.rule for f in read_text(tmp_path, json.dumps({**SERVICE, **change})).findings}


@pytest.mark.parametrize(
    ("latitude", "longitude", "rule"),
    [(0, 0, "null-island"), (100, 10, "point-out-of-range"), (36.1, None, "half-a-point")],
)
def test_doubtful_points_are_found(tmp_path, latitude, longitude, rule):
    place = {"id": UUID, "location_type": "physical", "latitude": latitude, "longitude": longitude}
    place = {key: value for key, value in place.items() if value is not None}
    text = json.dumps({**SERVICE, "service_at_locations": [{"id": UUID, "location": place}]})
    assert rule in {f.rule for f in read_text(tmp_path, text).findings}
