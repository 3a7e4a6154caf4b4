"""No file makes reading or writing raise: files of every form, broken in every way.

A thousand files a run; `COMMUNITYCONNECTOR_HOSTILE_FILES=100000` asks for more.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import random
import zipfile
from importlib.resources import files

import pytest

from communityconnector import interchange, sample
from communityconnector.model import Directory, Severity

FILES = int(os.environ.get("COMMUNITYCONNECTOR_HOSTILE_FILES", "1000"))
PARTS = 10

ODD = [
    None, "", " ", 0, -1, 10**400, -1e308, 1.5e-320, True, [], {}, [[]], [None], {"id": None}, {"id": {}}, "x" * 3000,
    "\0", "=cmd()", "\ud800", "\u202e", "NaN", [1], {"a": {"b": []}}, "2026-02-30", "25:61", "MO,99TU", "9999999999",
    "https://exa mple.org", "00000000-0000-4000-8000-000000000000",
]  # fmt: skip
KEYS = (
    "id name phones attributes extra self metadata location locations service services organization contents data "
    "schedules schedule physical_addresses eligibility x_filled_in x_source_id x_extension taxonomy_terms virtual"
).split()


def swapped(value, luck, chance):
    """A JSON value with parts swapped for odd ones, renamed, doubled or nested deep."""
    if luck.random() < chance:
        return luck.choice(ODD)
    if isinstance(value, dict):
        made = {key: swapped(item, luck, chance) for key, item in value.items()}
        if made and luck.random() < 0.1:
            made[luck.choice(KEYS)] = made[luck.choice(list(made))]
        return made
    if isinstance(value, list):
        return [swapped(item, luck, chance) for item in value] * luck.choice([1, 1, 1, 2])
    return value


def types_swapped(content, luck):
    value = swapped(json.loads(content), luck, luck.choice([0.01, 0.05, 0.2]))
    return json.dumps(value).encode()


def keys_doubled(content, luck):
    text = content.decode()
    at = text.find('"', luck.randrange(len(text) + 1))
    end = text.find(",", at)
    return content if at < 0 or end < 0 else (text[:end] + "," + text[at:end] + text[end:]).encode()


def cut(content, luck):
    return content[: luck.randrange(len(content) + 1)]


def cut_out(content, luck):
    start, end = sorted((luck.randrange(len(content) + 1), luck.randrange(len(content) + 1)))
    return content[:start] + content[end:]


def overwritten(content, luck):
    changed = bytearray(content)
    for _ in range(luck.randrange(1, 30)):
        if changed:
            changed[luck.randrange(len(changed))] = luck.choice(
                [0, 0x22, 0x0A, 0x2C, 0xFF, luck.randrange(256)]
            )
    return bytes(changed)


def inserted(content, luck):
    at = luck.randrange(len(content) + 1)
    noise = luck.choice(
        [b'"', b"\0", b"\r", b"\xff\xfe", b"\xe9", b"[" * 5000, b'{"a":' * 5000, b"9" * 5000, b",", b"\n\n"]
    )
    return content[:at] + noise + content[at:]


def recoded(content, luck):
    text = content.decode("utf-8", "replace")
    return text.encode(
        luck.choice(["utf-16", "utf-32", "cp1252", "utf-8-sig", "utf-7", "utf-16-le"]), "replace"
    )


def shuffled(content, luck):
    lines = content.split(b"\n")
    luck.shuffle(lines)
    return b"\n".join(lines)


def bytes_broken(content, luck):
    for way in luck.sample(
        [cut, cut_out, overwritten, inserted, recoded, shuffled, keys_doubled_or_not], luck.randint(1, 2)
    ):
        content = way(content, luck)
    return content


def keys_doubled_or_not(content, luck):
    try:
        return keys_doubled(content, luck)
    except UnicodeDecodeError:
        return content


def zipped(members, luck):
    buffer = io.BytesIO()
    packing = luck.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
    with zipfile.ZipFile(buffer, "w", packing) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


def hostile_zip(luck):
    members = [
        (name, bytes_broken(content, luck) if luck.random() < 0.3 else content) for name, content in TABLES
    ]
    if luck.random() < 0.5:
        name, content = luck.choice(members)
        evil = luck.choice(
            [
                f"../{name}",
                f"/etc/{name}",
                f"C:\\{name}",
                f"a/../../{name}",
                f"{name}.\0csv",
                "x" * 300 + ".csv",
            ]
        )
        members.append((evil, content))
    if luck.random() < 0.2:
        members.append(("bomb.csv", b"id,name\n" + b"0" * (interchange.files.sources.SMALL * 2)))
    content = zipped(members, luck)
    return (
        overwritten(content, luck)
        if luck.random() < 0.5
        else cut(content, luck)
        if luck.random() < 0.3
        else content
    )


DOCUMENTS = list(interchange.documents(sample()))
TABLES = [
    (table.name, table.read_bytes()[:3_000])
    for table in (files("communityconnector") / "sample").iterdir()
    if table.name.endswith(".csv")
]
OLD = (
    b"id,location_id,name,languages,taxonomy_ids,eligibility,accepted_payments,keywords\n"
    b'1,2,Pantry,"English, Tagalog","101, 102",18 and over,"Cash, Check","food, meals"\n'
)
SHEET = (
    b"Agency,Program,Address,City,State,Zip,Phone,Hours,Ages,Confidential,Lat\n"
    b'Blue,Pantry,"1 Main St, Jefferson, NC 28640",,,,"828-555-0101 / 828-555-0102 x3",Mon-Fri 9-5,18+,no,36.4\n'
)


def hostile_file(luck):  # noqa: PLR0911  # one return a form
    """A broken file and its name."""
    form = luck.randrange(9)
    some = json.dumps(luck.sample(DOCUMENTS, 2)).encode()
    if form == 0:
        return "services.json", types_swapped(some, luck)
    if form == 1:
        return "services.json", bytes_broken(some, luck)
    if form == 2:
        lines = b"\n".join(json.dumps(raw).encode() for raw in luck.sample(DOCUMENTS, 3))
        return "services.jsonl", bytes_broken(lines, luck)
    if form == 3:
        page = {
            "version": "3.1",
            luck.choice(KEYS): json.loads(types_swapped(some, luck)),
            "organizations": DOCUMENTS[:1],
        }
        return "data", json.dumps(page).encode()
    if form == 4:
        name, content = luck.choice(TABLES)
        return name, bytes_broken(content, luck)
    if form == 5:
        return "services.csv", bytes_broken(luck.choice([OLD, SHEET]) * luck.randint(1, 3), luck)
    if form == 6:
        return "all.zip", hostile_zip(luck)
    if form == 7:
        packed = gzip.compress(bytes_broken(some, luck))
        return "services.json.gz", overwritten(packed, luck) if luck.random() < 0.5 else packed
    return "data", luck.randbytes(luck.randrange(400))


def use(name, content, mode):
    """Read a file in both ways and write it in both forms, for the public and for its keeper."""
    stream = io.BytesIO(content)
    stream.name = name
    directory = interchange.read(stream, mode=mode)
    for audience in ("public", "steward"):
        shown = directory.for_audience(audience)
        for text in (
            json.dumps(list(interchange.documents(shown)), ensure_ascii=False),
            *interchange.tables(shown).values(),
        ):
            text.encode("utf-8")
    stream.seek(0)
    for _ in interchange.records(stream, mode=mode):
        pass
    return directory


@pytest.mark.parametrize("part", range(PARTS))
def test_no_file_makes_reading_or_writing_raise(part):
    for number in range(part * FILES // PARTS, (part + 1) * FILES // PARTS):
        luck = random.Random(number)  # noqa: S311  # the same files every time
        name, content = hostile_file(luck)
        try:
            directory = use(name, content, luck.choice(["repair", "collect"]))
        except Exception as error:
            message = f"file {number} ({name}, {len(content)} bytes)"
            raise AssertionError(message) from error
        assert isinstance(directory, Directory)


def test_the_check_above_can_fail(monkeypatch):
    monkeypatch.setattr(interchange, "lint", lambda *_, **__: 1 / 0)
    with pytest.raises(AssertionError, match="file 0"):
        test_no_file_makes_reading_or_writing_raise(0)


def rules(directory):
    return {f.rule for f in directory.findings if f.severity is Severity.ERROR}


@pytest.mark.parametrize(
    "name", ["../services.csv", "/etc/services.csv", "C:\\services.csv", "a/../../services.csv"]
)
def test_a_name_that_leads_out_of_a_zip_is_refused(name):
    luck = random.Random(0)  # noqa: S311  # only picks a packing
    row = b"id,name,status\n22222222-2222-4222-8222-222222222222,Pantry,active\n"
    directory = interchange.read(io.BytesIO(zipped([(name, row)], luck)))
    assert "unsafe-name" in rules(directory)
    assert not directory.services


def test_a_bomb_is_refused_before_it_is_unpacked():
    row = b"id,name,status\n" + b"0" * (interchange.files.sources.SMALL * 4)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("services.csv", row)
    assert "too-large" in rules(interchange.read(io.BytesIO(packed.getvalue())))
    assert "too-large" in rules(interchange.read(io.BytesIO(gzip.compress(row))))
