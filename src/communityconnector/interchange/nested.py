"""HSDS as JSON: one record, a list, an API page, a package, tables in one object, or a record a line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import attrs

from communityconnector.interchange.records import Structurer, to_raw
from communityconnector.interchange.sources import TextFile
from communityconnector.model import ENTITIES, Directory, Finding, Record, Severity, required, specs
from communityconnector.model.graph import children


@attrs.define
class Reading:
    """What a source has given so far.

    Attributes:
        records: top-level records, as they were found.
        findings: what was found on the way.
        dataset: what the source says of itself.
        tabular: whether any of it came from tables.
    """

    records: list[Record] = attrs.field(factory=list)
    findings: list[Finding] = attrs.field(factory=list)
    dataset: dict[str, Any] = attrs.field(factory=dict)
    tabular: bool = False


def looks_like_json(text: str) -> bool:
    """Whether a text can only be meant as JSON."""
    return text.lstrip()[:1] in ("{", "[")


def read_json(file: TextFile, structurer: Structurer, reading: Reading) -> None:
    """Read one JSON or ndjson file."""
    JsonFile(file, structurer, reading).read()
    reading.findings.extend(structurer.tallied())


def loads(text: str) -> Any:
    """Parse JSON, with orjson where it is installed: same values, several times the speed.

    Raises:
        ValueError: the text is not JSON (a `json.JSONDecodeError`, which knows where).
        RecursionError: it is nested deeper than Python can follow.
    """
    try:
        import orjson
    except ImportError:
        return json.loads(text)
    try:
        return orjson.loads(text)
    except ValueError:
        # orjson is stricter (numbers beyond 64 bits, lone surrogates) and says less of where.
        return json.loads(text)


def _is_ndjson(text: str) -> bool:
    first, _, rest = text.lstrip().partition("\n")
    if not rest.strip():
        return False
    try:
        return isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return False


def _syntax(file: TextFile, error: Exception) -> Finding:
    if isinstance(error, json.JSONDecodeError):
        rest = file.text[error.pos :].strip()
        what = error.msg if rest else f"the file ends in the middle ({error.msg})"
        what += f"; line {error.lineno} column {error.colno}, character {error.pos}"
        line = error.lineno
    elif isinstance(error, RecursionError):
        what, line = "nested too deep", 1
    else:
        what, line = "a number too long to read", 1
    return Finding(
        severity=Severity.ERROR,
        rule="not-json",
        message=f"not JSON: {what}",
        action="not read",
        file=file.name,
        line=line,
    )


_PAGE: Final = "contents"
_TABLES: Final = {cls.table: entity for entity, cls in ENTITIES.items()}


@attrs.define
class JsonFile:
    """One JSON file while it is read.

    Attributes:
        file: its name and text.
        structurer: makes records.
        reading: takes records and findings.
        hint: the entity that the file's name tells, if any.
        line: the line being read, in ndjson.
    """

    file: TextFile
    structurer: Structurer
    reading: Reading
    hint: str = ""
    line: int | None = None

    def read(self) -> None:
        """Read the file."""
        *_, folder, name = ("", *self.file.name.split("/"))
        self.hint = _entity_named(name.split(".")[0]) or _entity_named(folder)
        try:
            value = loads(self.file.text)
        except (ValueError, RecursionError) as error:
            if _is_ndjson(self.file.text):
                self._lines()
            else:
                self.reading.findings.append(_syntax(self.file, error))
            return
        self._value(value, "$", self.hint)

    def _lines(self) -> None:
        for number, text in enumerate(self.file.text.split("\n"), start=1):
            if not text.strip():
                continue
            self.line = number
            try:
                value = loads(text)
            except (ValueError, RecursionError) as error:
                found = _syntax(attrs.evolve(self.file, text=text), error)
                self.reading.findings.append(attrs.evolve(found, line=number))
                continue
            self._value(value, "$", self.hint)

    def _value(self, value: Any, path: str, hint: str) -> None:
        if isinstance(value, list):
            for index, item in enumerate(value):
                self._record(item, f"{path}[{index}]", hint)
            return
        if isinstance(value, dict) and "id" not in value:
            tables = _tables_in(value)
            if isinstance(value.get(_PAGE), list):
                self._value(value[_PAGE], f"{path}.{_PAGE}", hint)
                return
            if tables:
                self.reading.tabular = True
                for key, entity in tables.items():
                    self._value(value[key], f"{path}['{key}']", entity)
                return
            if "openapi_url" in value:
                self.reading.dataset.update(value)
                return
        self._record(value, path, hint)

    def _record(self, item: Any, path: str, hint: str) -> None:
        if not isinstance(item, dict):
            finding = Finding(
                severity=Severity.ERROR,
                rule="not-a-record",
                message="an HSDS record (a JSON object) expected",
                action="dropped",
                file=self.file.name,
                line=self.line,
                path=path,
                value=item,
            )
            self.reading.findings.append(finding)
            return
        self.reading.records.append(self.structurer.record(ENTITIES[entity_of(item, hint)], item))
        here = self.structurer.findings(self.file.name, lambda draft: (self.line, f"{path}.{draft.path}"))
        self.reading.findings.extend(here)


def _tables_in(value: Mapping[str, Any]) -> dict[str, str]:
    """The tables of an object that holds nothing else, as entity by key: `{"services.csv": [...], ...}`."""
    found = {key: _TABLES.get(key) or _entity_named(key) for key in value}
    if (
        value
        and "id" not in value
        and all(found.values())
        and all(isinstance(v, list) for v in value.values())
    ):
        return found
    return {}


def _entity_named(word: str) -> str:
    """The entity that a file or a key is named for: `services`, `service_list`, `hsds-locations`; else ""."""
    bare = word.lower().replace("-", "_").removeprefix("hsds_")
    for tail in ("_full", "_list", "_package"):
        bare = bare.removesuffix(tail)
    return _NAMES.get(bare, "")


_NAMES: Final = {
    name: entity
    for entity, cls in ENTITIES.items()
    for name in (entity, f"{entity}s", cls.table.removesuffix(".csv"))
} | {"services_at_locations": "service_at_location", "services_at_location": "service_at_location"}

_RECOGNISED: Final = (
    "service",
    "organization",
    "location",
    "service_at_location",
    "taxonomy_term",
    "taxonomy",
    "program",
)
"""Entities that a top-level object may be without saying so, likeliest first."""


def entity_of(item: Mapping[str, Any], hint: str = "") -> str:
    """The entity that an object most looks like.

    The entity named by the file decides if the object could be one. Otherwise the entity that knows most of
    the object's fields, and of two such the one that misses the fewest required ones.
    """
    if hint and (hint not in _RECOGNISED or set(required(ENTITIES[hint])) <= set(item)):
        return hint

    def fit(entity: str) -> tuple[int, int, int]:
        facts = specs(ENTITIES[entity])
        known = sum(1 for key in item if key in facts)
        missing = sum(1 for name in required(ENTITIES[entity]) if name not in item)
        return (known, -missing, -_RECOGNISED.index(entity))

    return max(_RECOGNISED, key=fit)


def documents(directory: Directory, root: str = "") -> Iterator[dict[str, Any]]:
    """The directory's records as nested HSDS JSON objects, one a top-level record.

    Args:
        directory: what to write.
        root: entity of the top-level objects. `service`: services with their organization and locations.
            `organization`: organizations with their services. `service_at_location`: each with its service
            and location. Any other entity: the records of it that nothing embeds. Default: as it was read.
    """
    for record in top_level(directory, root or directory.root):
        yield to_raw(record)


def page(directory: Directory, number: int = 1, size: int = 100, root: str = "") -> dict[str, Any]:
    """One page of the directory's records, as the HSDS API answers a list request.

    Args:
        directory: the directory, fit for whoever asks (`Directory.for_audience`).
        number: which page, counted from 1. Beyond the last one the page is empty.
        size: most records a page.
        root: entity of the records (see `documents`).

    Raises:
        ValueError: `number` or `size` is below 1.
    """
    if number < 1 or size < 1:
        message = "pages are counted from 1 and hold at least one record"
        raise ValueError(message)
    found = list(top_level(directory, root or directory.root))
    pages = -(-len(found) // size)
    contents = [to_raw(record) for record in found[(number - 1) * size : number * size]]
    return {
        "total_items": len(found),
        "total_pages": pages,
        "page_number": number,
        "size": len(contents),
        "first_page": number == 1,
        "last_page": number >= pages,
        "empty": not contents,
        "contents": contents,
    }


def top_level(directory: Directory, root: str) -> Iterator[Record]:
    """The directory's records as `documents` nests them."""
    if root == "organization":
        for key, organization in directory.organizations.items():
            services = tuple(attrs.evolve(s, organization=None) for s in directory.services_of(key))
            yield attrs.evolve(organization, services=services)
    elif root == "service_at_location":
        owners = {
            link.id: attrs.evolve(service, service_at_locations=())
            for service in directory.services.values()
            for link in service.service_at_locations
        }
        for key, link in directory.services_at_locations.items():
            yield attrs.evolve(link, service=owners.get(key))
    else:
        yield from directory.table(root).values()


def left_out(directory: Directory, root: str) -> list[Finding]:
    """What `documents` cannot hold: records that no top-level record leads to."""
    reached: set[tuple[str, str]] = set()

    def reach(record: Record) -> None:
        key = (record.entity, record.id)
        if key not in reached or record.entity in ("organization", "service"):
            reached.add(key)
            for _, child in children(record):
                reach(child)

    for record in top_level(directory, root):
        reach(record)
    return [
        Finding(
            severity=Severity.WARNING,
            rule="not-in-nested-form",
            message=f"no {root} leads to this record, so JSON of {root} records cannot hold it; write tables",
            action="not written",
            entity=entity,
            record_id=key,
        )
        for entity in ENTITIES
        for key in directory.table(entity)
        if (entity, key) not in reached
    ]
