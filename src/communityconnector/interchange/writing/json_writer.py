"""HSDS written as JSON: nested records, a list of them, or a page of an API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs

from communityconnector.interchange.writing.conform import Conformer
from communityconnector.interchange.writing.raw import to_raw
from communityconnector.model import ENTITIES, Directory, Finding, Record, Service, Severity
from communityconnector.model.shape import children, evolve


def documents(
    directory: Directory, root: str = "", *, conformer: Conformer | None = None
) -> Iterator[dict[str, Any]]:
    """Yield the directory's records as nested HSDS JSON objects, one a top-level record.

    They hold to the HSDS schemas: an id that is not a UUID becomes one, with the source's id in `x_source_id`, and a
    required field that is unknown is filled in, with its name in `x_filled_in`. Of an organization with several
    services the first embeds its locations and programs; repeated in each, they would fill a disk.

    Args:
        directory: what to write.
        root: entity of the top-level objects. `service`: services with their organization and locations.
            `organization`: organizations with their services. `service_at_location`: each with its service
            and location. Any other entity: the records of it that nothing embeds. Default: as it was read.
        conformer: counts what it fills in.
    """
    conform = conformer or Conformer()
    written: set[str] = set()
    for record in _top_level(directory, root or directory.root):
        shown = record
        if isinstance(record, Service) and (agency := record.organization) is not None:
            if agency.id in written and (agency.locations or agency.programs):
                shown = evolve(record, {"organization": evolve(agency, {"locations": (), "programs": ()})})
            written.add(agency.id)
        yield to_raw(shown, conform)


def page(directory: Directory, number: int = 1, size: int = 100, root: str = "") -> dict[str, Any]:
    """Return one page of the directory's records, as the HSDS API answers a list request.

    Args:
        directory: the directory, fit for its reader (`Directory.for_audience`).
        number: which page, counted from 1. Beyond the last one the page is empty.
        size: most records a page.
        root: entity of the records (see `documents`).

    Raises:
        ValueError: `number` or `size` is below 1.
    """
    if number < 1 or size < 1:
        message = "pages are counted from 1 and hold at least one record"
        raise ValueError(message)
    records = list(_top_level(directory, root or directory.root))
    pages = -(-len(records) // size)
    contents = [to_raw(record, Conformer()) for record in records[(number - 1) * size : number * size]]
    return {
        "total_items": len(records),
        "total_pages": pages,
        "page_number": number,
        "size": len(contents),
        "first_page": number == 1,
        "last_page": number >= pages,
        "empty": not contents,
        "contents": contents,
    }


def _top_level(directory: Directory, root: str) -> Iterator[Record]:
    """Yield the directory's records as `documents` nests them."""
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
    """Return what `documents` cannot hold: records that no top-level record leads to."""
    reached: set[tuple[str, str]] = set()

    def reach(record: Record) -> None:
        key = (record.entity, record.id)
        if key not in reached or record.entity in ("organization", "service"):
            reached.add(key)
            for _, child in children(record):
                reach(child)

    for record in _top_level(directory, root):
        reach(record)
    return [
        Finding(
            Severity.WARNING,
            "not-in-nested-form",
            f"no {root} leads to this record, so JSON of {root} records cannot hold it; write tables",
            "not written",
            entity=entity,
            record_id=key,
        )
        for entity in ENTITIES
        for key in directory.table(entity)
        if (entity, key) not in reached
    ]
