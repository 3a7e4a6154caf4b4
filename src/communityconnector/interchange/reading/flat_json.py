"""JSON that is not HSDS: rows of flat objects, as online tables and map servers give them, laid out as a table.

Where an object is neither HSDS nor a table of services, one finding says so, with what it was and how many records were
not read; it never becomes a service.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

import attrs

from communityconnector.interchange.forms import lift_json, sheet_form
from communityconnector.interchange.forms.content import FormNote, Lifted, LiftedRecords, LiftedTable
from communityconnector.interchange.forms.envelopes import opened
from communityconnector.interchange.legacy import field_upgrade
from communityconnector.interchange.sheets.column_meaning import meaning_of
from communityconnector.interchange.sheets.flat_cells import NOT_TAKEN, cell_of, columns_of, is_wrapped
from communityconnector.interchange.sheets.signs import lists_places, looks_like_spreadsheet, specific_fields
from communityconnector.interchange.structuring.shapes import RECOGNISED, entity_named
from communityconnector.model import ENTITIES, Kind, specs

_SAMPLE: Final = 50
"""Objects by which a list is judged."""


@attrs.frozen
class FlatTable:
    """A table in JSON.

    Attributes:
        form: what kind of JSON it was, in words.
        header: its columns, each once.
        rows: a path in the JSON and the cells by column, for each.
        notes: rules and messages of what was not read.
    """

    form: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, Mapping[str, str]], ...]
    notes: tuple[FormNote, ...] = ()


@attrs.frozen
class UnknownJson:
    """JSON that is neither HSDS nor a table of services.

    Attributes:
        what: what was there, in words.
        count: how many records were not read.
    """

    what: str
    count: int


@attrs.frozen
class WrappedRecords:
    """HSDS records under keys of their own: each with its path."""

    records: tuple[tuple[str, Any], ...]


def flat_json(value: Any, hint: str = "") -> FlatTable | LiftedRecords | UnknownJson | WrappedRecords | None:
    """Return what JSON holds that is not HSDS; `None` where it is HSDS, or nothing at all.

    Args:
        value: the JSON.
        hint: the entity that the file's name names.
    """
    if isinstance(value, dict) and "openapi_url" in value:
        return None
    lifted = lift_json(value)
    if lifted is not None:
        return _known_form(lifted)
    if isinstance(value, dict) and _is_wrapper(value, hint):
        return _unwrapped(value, hint)
    rows = value if isinstance(value, list) else [value]
    objects = [opened(row) for row in rows[:_SAMPLE] if isinstance(row, dict)]
    if not objects or len(objects) < len(rows[:_SAMPLE]):
        return None
    if _reads_better_flat(objects, hint):
        start = "$[{0}]" if isinstance(value, list) else "$"
        paths = [(start.format(number), opened(row)) for number, row in enumerate(rows)]
        if table := table_of(LiftedTable("a list of flat objects", paths)):
            return table
    return UnknownJson(_described(objects), len(rows)) if _is_strange(objects, hint) else None


def _known_form(lifted: Lifted) -> FlatTable | LiftedRecords | UnknownJson:
    """Return records as they are, and rows as a table, where it is one of services."""
    if isinstance(lifted, LiftedRecords):
        return lifted
    return table_of(lifted, least=2) or UnknownJson(lifted.form, len(lifted.rows))


def table_of(listed: LiftedTable, least: int = 3) -> FlatTable | None:
    """Return rows as a table with a header; `None` where its columns are not those of services.

    Args:
        listed: the rows.
        least: how many of the columns must be understood.
    """
    rows = [
        (path, cells) for path, raw in listed.rows if isinstance(raw, dict) and (cells := columns_of(raw))
    ]
    header = tuple(dict.fromkeys(column for _, cells in rows for column in cells))
    names = {column: listed.labels.get(column, column) for column in header}
    named = tuple(names[column] for column in header)
    if len(set(named)) < len(named):
        return None
    sample = [{names[column]: text for column, text in cells.items()} for _, cells in rows[:_SAMPLE]]
    if not (sheet_form(named) or looks_like_spreadsheet(named, least) or lists_places(named, sample)):
        return None
    nested = [column.removesuffix(NOT_TAKEN) for column in header if column.endswith(NOT_TAKEN)]
    notes = listed.notes
    if nested:
        notes += (
            FormNote(
                "nested-not-read", f"lists of objects in a row, which no cell can hold: {', '.join(nested)}"
            ),
        )
    return FlatTable(
        listed.form,
        named,
        tuple((path, {names[column]: text for column, text in cells.items()}) for path, cells in rows),
        notes,
    )


def _reads_better_flat(objects: Sequence[Mapping[str, Any]], hint: str) -> bool:
    """Return whether more keys of some objects are understood as columns than as fields of HSDS."""
    if any(_embeds(key, item) for row in objects for key, item in row.items()):
        return False
    keys = tuple(dict.fromkeys(key for row in objects for key in row))
    flat = tuple(dict.fromkeys(key for row in objects for key in columns_of(row)))
    understood, known = len(specific_fields(flat)) + ("id" in keys), _known_to_hsds(keys, hint)
    if understood <= known <= understood + 1:
        understood += lists_places(flat, [columns_of(row) for row in objects])
    # An address in one text says more as a cell than as a field of HSDS, which has addresses in parts; a link or a point
    # that an object wraps is not a field of it.
    return understood > known or (
        understood == known
        and any(isinstance(row.get("address"), str) or any(map(is_wrapped, row.values())) for row in objects)
    )


def _embeds(key: str, item: Any) -> bool:
    """Return whether a value is records of HSDS within a record."""
    holds = isinstance(item, list) and any(isinstance(part, dict) for part in item)
    if key == "location" and isinstance(item, dict):
        # Other systems write a point or an address there; the type of a location is HSDS's own.
        return "location_type" in item
    return (holds or isinstance(item, dict)) and (key in _EMBEDDING or (holds and entity_named(key) != ""))


_EMBEDDING: Final = frozenset(
    name
    for cls in ENTITIES.values()
    for name, facts in specs(cls).items()
    if facts.kind in {Kind.MANY, Kind.ONE} and name not in {"location", "languages"}
) | set(
    "locations_attributes services_attributes regular_schedule regular_schedules operating_hours events".split()
)


@lru_cache(maxsize=1024)
def _known_to_hsds(keys: tuple[str, ...], hint: str) -> int:
    """Return how many keys the likeliest entity has as fields, of today or of an older form."""
    return max(
        sum(1 for key in keys if key in specs(ENTITIES[entity]) or field_upgrade(entity, key) is not None)
        for entity in dict.fromkeys((*RECOGNISED, *([hint] if hint else [])))
    )


_WEAK: Final = frozenset(
    "id name type title description url version status email website language languages code date created updated label "
    "value values key keywords category categories group number text notes summary links link file files path".split()
)
"""Keys that any JSON may have."""


@lru_cache(maxsize=4096)
def _is_strong(key: str, hint: str) -> bool:
    if key.lower() in _WEAK:
        return False
    return any(
        key in specs(ENTITIES[entity]) or field_upgrade(entity, key) is not None
        for entity in dict.fromkeys((*RECOGNISED, *([hint] if hint else [])))
    )


def _is_strange(objects: Sequence[Mapping[str, Any]], hint: str) -> bool:
    """Return whether some objects are no records of HSDS: they have nothing of it but what any JSON may have, or no name."""
    keys = {key for row in objects for key in row}
    if not keys or any(entity_named(key.removesuffix(".csv")) for key in keys):
        return False
    others = {key for key in keys if key.lower() not in _WEAK and not key.startswith("x_")}
    nested = any(isinstance(row.get(key), (dict, list)) for row in objects for key in others)
    named = any(_names(key) and row[key] for row in objects for key in row)
    if any(_is_strong(key, hint) for key in keys):
        return (
            nested
            and not named
            and not any(key == "id" or key.endswith("_id") for key in keys - {"tenant_id", "_id"})
        )
    return bool(others) and (nested or not named)


@lru_cache(maxsize=4096)
def _names(key: str) -> bool:
    """Return whether a key holds the name of a record, in HSDS or in an older form."""
    return key == "name" or any(
        (upgrade := field_upgrade(entity, key)) is not None and "name" in (upgrade("x") or {})
        for entity in RECOGNISED
    )


def _is_wrapper(value: Mapping[str, Any], hint: str) -> bool:
    """Return whether an object says nothing of HSDS itself, and holds others."""
    holds = any(isinstance(item, (dict, list)) for item in value.values())
    own = any(_is_strong(key, hint) or entity_named(key.removesuffix(".csv")) for key in value)
    return holds and not own and "x_filled_in" not in value


def _unwrapped(
    value: Mapping[str, Any], hint: str
) -> FlatTable | LiftedRecords | UnknownJson | WrappedRecords | None:
    lists = list(_lists_in(value, "$", 3))
    if len(lists) == 1:
        return _of_one_list(value, *lists[0], hint)
    if several := _tables_in(lists, hint):
        return several
    keyed = list(_keyed(value, "$", ()))
    if keyed:
        leaves = [leaf for _, _, leaf in keyed][:_SAMPLE]
        table = _keyed_table(keyed) if _reads_better_flat(leaves, hint) else None
        if table is not None:
            return table
        if not _is_strange(leaves, hint):
            return WrappedRecords(tuple((path, leaf) for path, _, leaf in keyed))
    count = max((len(items) for _, items in lists), default=len(keyed) or 1)
    return UnknownJson(_described([value]), count) if _is_strange([value], hint) or len(lists) > 1 else None


def _of_one_list(
    value: Mapping[str, Any], path: str, items: list[Any], hint: str
) -> FlatTable | LiftedRecords | UnknownJson | WrappedRecords | None:
    inner = flat_json(items, hint)
    if isinstance(inner, FlatTable):
        rows = tuple((f"{path}{own.removeprefix('$')}", cells) for own, cells in inner.rows)
        return attrs.evolve(inner, rows=rows)
    if isinstance(inner, UnknownJson):
        return UnknownJson(_described([value]), len(items))
    return (
        None
        if value.get("name")
        else WrappedRecords(tuple((f"{path}[{n}]", item) for n, item in enumerate(items)))
    )


def _tables_in(lists: Sequence[tuple[str, list[Any]]], hint: str) -> FlatTable | None:
    """Return one table of several lists ("Ashe": [...], "Wilkes": [...]), each row with the key of its list."""
    tables = [
        (path, inner) for path, items in lists if isinstance(inner := flat_json(items, hint), FlatTable)
    ]
    if not tables:
        return None
    rows = tuple(
        (f"{path}{own.removeprefix('$')}", {**cells, "group 1": path.rpartition(".")[2].strip("$[]'")})
        for path, inner in tables
        for own, cells in inner.rows
    )
    header = tuple(dict.fromkeys((*(name for _, inner in tables for name in inner.header), "group 1")))
    notes = tuple(dict.fromkeys(note for _, inner in tables for note in inner.notes))
    if len(tables) < len(lists):
        others = ", ".join(
            path.removeprefix("$.") for path, _ in lists if path not in {own for own, _ in tables}
        )
        notes += (FormNote("nested-not-read", f"lists beside those of services: {others}"),)
    return FlatTable("lists of flat objects", header, rows, notes)


def _lists_in(value: Mapping[str, Any], path: str, depth: int) -> Iterator[tuple[str, list[Any]]]:
    for key, item in value.items():
        here = _step(path, key)
        if isinstance(item, list) and any(isinstance(part, dict) for part in item):
            yield here, item
        elif isinstance(item, dict) and depth:
            yield from _lists_in(item, here, depth - 1)


def _keyed(
    value: Mapping[str, Any], path: str, keys: tuple[str, ...]
) -> Iterator[tuple[str, tuple[str, ...], dict[str, Any]]]:
    """Yield the objects that stand under keys of their own ("Food Pantry": {...}), some levels deep."""
    if not value or not all(isinstance(item, dict) and item for item in value.values()) or len(keys) >= 3:
        return
    for key, item in value.items():
        here = _step(path, key)
        if all(isinstance(part, dict) for part in item.values()):
            yield from _keyed(item, here, (*keys, key))
        else:
            yield here, (*keys, key), item


def _keyed_table(keyed: Sequence[tuple[str, tuple[str, ...], dict[str, Any]]]) -> FlatTable | None:
    rows: list[tuple[str, Any]] = []
    names = {meaning_of(key) for _, _, leaf in keyed[:_SAMPLE] for key in columns_of(leaf)}
    key_column = "id" if names & {"service.name", "organization.name"} else "name"
    for path, keys, leaf in keyed:
        groups = {f"group {number}": key for number, key in enumerate(keys[:-1], start=1)}
        rows.append((path, {key_column: keys[-1], **groups, **leaf}))
    notes = (
        ()
        if key_column == "id"
        else (FormNote("names-from-keys", "the keys of the objects are taken for names", "read so"),)
    )
    return table_of(LiftedTable("objects under keys", rows, notes=notes))


def _step(path: str, key: str) -> str:
    return f"{path}.{key}" if key.isidentifier() else f"{path}['{key}']"


def _described(objects: Sequence[Mapping[str, Any]]) -> str:
    keys = list(dict.fromkeys(str(key)[:40] for row in objects for key in row))
    shown = ", ".join(keys[:8]) + (" ..." if len(keys) > 8 else "")
    return f"JSON objects with the keys {shown}"


def sheet_cells(table: FlatTable) -> list[list[str]]:
    """Return the table's cells, row by row, in the order of its header."""
    return [[cell_of(cells.get(column, "")) for column in table.header] for _, cells in table.rows]
