"""Whatever a file holds, reading it never raises, and what was read can be written."""

from __future__ import annotations

import io
import json
import random
from importlib.resources import files

from hypothesis import example, given
from hypothesis import strategies as st

from communityconnector import interchange, sample
from communityconnector.model import Directory

ODD = [
    None,
    "",
    0,
    -1,
    1e308,
    10**30,
    True,
    [],
    {},
    [[]],
    [None],
    {"id": None},
    "x" * 1000,
    "\0",
    [1],
    {"a": {"b": []}},
]
KEYS = ["id", "name", "phones", "attributes", "extra", "self", "metadata", "location", "service", "x_y"]


def mutated(value, chance: float, luck: random.Random):
    """A JSON value with parts swapped for odd ones, renamed or doubled."""
    if luck.random() < chance:
        return luck.choice(ODD)
    if isinstance(value, dict):
        made = {key: mutated(item, chance, luck) for key, item in value.items()}
        if made and luck.random() < 0.1:
            made[luck.choice(KEYS)] = made[luck.choice(list(made))]
        return made
    if isinstance(value, list):
        return [mutated(item, chance, luck) for item in value] * luck.choice([1, 1, 1, 2])
    return value


def damaged(content: bytes, luck: random.Random) -> bytes:
    """Bytes cut off, cut out, or overwritten."""
    start, end = sorted((luck.randrange(len(content)), luck.randrange(len(content))))
    way = luck.randrange(3)
    if way == 0:
        return content[:start]
    if way == 1:
        return content[:start] + content[end:]
    changed = bytearray(content)
    for _ in range(luck.randrange(1, 30)):
        changed[luck.randrange(len(changed))] = luck.randrange(256)
    return bytes(changed)


def read_and_write(content: bytes, name: str, mode: str) -> Directory:
    stream = io.BytesIO(content)
    stream.name = name
    directory = interchange.read(stream, mode=mode)
    for audience in ("public", "steward"):
        shown = directory.for_audience(audience)
        json.dumps(list(interchange.documents(shown)))
        interchange.tables(shown)
    return directory


DOCUMENTS = list(interchange.documents(sample()))
TABLES = [
    (table.name, table.read_bytes()[:20_000])
    for table in (files("communityconnector") / "sample").iterdir()
    if table.name.endswith(".csv")
]
names = st.sampled_from(["services.json", "services.csv", "data", "services.json.gz", "all.zip"])
modes = st.sampled_from(["repair", "collect"])
lucks = st.integers(0, 2**64).map(random.Random)


@given(lucks, st.sampled_from([0.005, 0.02, 0.1]), names, modes)
def test_mutated_json_never_raises(luck, chance, name, mode):
    value = [mutated(raw, chance, luck) for raw in luck.sample(DOCUMENTS, 3)]
    read_and_write(json.dumps(value).encode(), name, mode)


@given(lucks, names, modes)
def test_damaged_json_never_raises(luck, name, mode):
    read_and_write(damaged(json.dumps(luck.sample(DOCUMENTS, 3)).encode(), luck), name, mode)


@given(lucks, modes)
def test_damaged_tables_never_raise(luck, mode):
    name, content = luck.choice(TABLES)
    read_and_write(damaged(content, luck), name, mode)


@given(st.binary(max_size=2000), names, modes)
@example(b"PK\x03\x04", "all.zip", "repair")
@example(b"\x1f\x8b", "services.json.gz", "repair")
@example(b"[" * 100_000, "data", "repair")
@example(b'{"id": NaN}', "data", "collect")
@example(b'{"id": "1", "name": "\\ud800", "status": "active"}', "data", "repair")
@example("id,latitude\n1,\uff11\x1d\n".encode(), "locations.csv", "repair")
def test_any_bytes_never_raise(content, name, mode):
    read_and_write(content, name, mode)
