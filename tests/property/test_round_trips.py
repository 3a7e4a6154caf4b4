"""Nested, tabular and model forms hold the same: nothing is lost on any way between them."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from communityconnector import interchange
from communityconnector.model import Audience, Directory, Severity
from communityconnector.testing import strategies as cc_st


def sent(directory: Directory, name: str) -> Directory:
    """A directory as it comes back from a file of that name."""
    with tempfile.TemporaryDirectory() as folder:
        assert interchange.write(directory, Path(folder) / name, audience=Audience.STEWARD) == ()
        return interchange.read(Path(folder) / name)


def canonical(directory: Directory) -> list[str]:
    """The directory's services as JSON, lists of records as sets."""

    def as_set(value):
        if isinstance(value, dict):
            return {key: as_set(item) for key, item in value.items()}
        if isinstance(value, list):
            return sorted((as_set(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
        return value

    return sorted(
        json.dumps(as_set(raw), sort_keys=True) for raw in interchange.documents(directory, "service")
    )


def errors(directory: Directory) -> list[str]:
    """What could not be read. That no service is active is so in what was written, too."""
    return [
        f"{f.rule} {f.path}: {f.value!r}"
        for f in directory.findings
        if f.severity is Severity.ERROR and f.rule != "none-active"
    ]


@given(cc_st.directories())
def test_json_brings_back_the_same_directory(directory):
    for name in ("a.json", "a.ndjson"):
        back = sent(directory, name)
        assert errors(back) == []
        assert back == directory


@given(cc_st.directories())
def test_tables_bring_back_the_same_records(directory):
    for name in ("a.zip", "folder"):
        back = sent(directory, name)
        assert errors(back) == []
        assert canonical(back) == canonical(directory)


@given(cc_st.directories())
def test_writing_twice_gives_the_same_bytes(directory):
    with tempfile.TemporaryDirectory() as folder:
        for name in ("a.zip", "b.zip"):
            interchange.write(directory, Path(folder) / name)
        assert (Path(folder) / "a.zip").read_bytes() == (Path(folder) / "b.zip").read_bytes()


@given(cc_st.records("organization") | cc_st.records("service_at_location") | cc_st.records("location"))
def test_a_single_record_of_any_root_comes_back(record):
    directory = Directory.of([record], root=record.entity)
    (raw,) = interchange.documents(directory)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{record.entity}.json"
        path.write_text(json.dumps(raw))
        assert interchange.read(path) == directory


@given(cc_st.directories())
def test_written_files_have_no_null_and_no_empty_text(directory):
    def check(value, where):
        if isinstance(value, dict):
            for key, item in value.items():
                if not key.startswith("x_"):
                    assert item is not None, (where, key)
                    assert item != "", (where, key)
                    check(item, f"{where}.{key}")
        elif isinstance(value, list):
            for item in value:
                check(item, where)

    for raw in interchange.documents(directory):
        check(raw, "$")


@given(cc_st.directories(), st.integers(1, 4))
def test_api_pages_partition_the_records(directory, size):
    first = interchange.page(directory, size=size)
    pages = [interchange.page(directory, number, size) for number in range(1, first["total_pages"] + 1)]
    assert [raw for page in pages for raw in page["contents"]] == list(interchange.documents(directory))
    assert [page["last_page"] for page in pages] == [False] * (len(pages) - 1) + [True]
    assert interchange.page(directory, len(pages) + 1, size)["empty"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.json"
        path.write_text(json.dumps(interchange.page(directory, size=100)))
        assert interchange.read(path) == directory
