"""A directory and its findings as an audience may see them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from communityconnector.model.audience import Audience, Redaction, redaction, tells_a_place, without_values
from communityconnector.model.claims import name_of
from communityconnector.model.doubts import DOUBTS
from communityconnector.model.finding import Finding
from communityconnector.model.metadata import Metadata
from communityconnector.model.rebuilding import rebuild
from communityconnector.model.record import Record
from communityconnector.model.shape import children

if TYPE_CHECKING:
    from communityconnector.model.directory import Directory

_MAY_BE_HIDDEN = ("address", "accessibility")
"""Records that, if no location owns them, may be those of a hidden one."""


def view_for(directory: Directory, audience: Audience) -> Directory:
    """Return a directory as an audience may see it (see `Directory.for_audience`)."""
    transform = redaction(audience, directory.confidential)
    if transform is None:
        return directory
    # The tables are made anew from the roots, so that what only a hidden place embedded is in no table.
    roots = [
        without_values(record) if isinstance(record, Metadata) and tells_a_place(record) else record
        for entity, table in rebuild(directory.tables, transform).items()
        if entity not in _MAY_BE_HIDDEN
        for key, record in table.items()
        if key in directory.root_ids[entity] and not transform.takes_out(record)
    ]
    view = type(directory).of(roots, dataset=transform.masked(directory.dataset), root=directory.root)
    view.findings = findings_for(directory, audience)
    return view


def findings_for(directory: Directory, audience: Audience) -> tuple[Finding, ...]:
    """Return a directory's findings as an audience may see them (see `Directory.findings_for`)."""
    transform = redaction(audience, directory.confidential)
    if transform is None:
        return directory.findings
    within_withheld = {
        name_of(child)
        for entity in ("location", "service_at_location")
        for record in directory.table(entity).values()
        if transform.withholds(record)
        for child in _descendants(record)
    }
    return tuple(
        finding if _may_show(finding, directory, transform, within_withheld) else finding.without_value()
        for finding in directory.findings
    )


def _may_show(
    finding: Finding, directory: Directory, transform: Redaction, within_withheld: set[str]
) -> bool:
    """Return whether a finding has no raw value, or is about a record that the audience sees unchanged."""
    if (finding.value is None and not finding.action) or finding.rule in DOUBTS:
        return True
    entity, key = finding.entity, finding.record_id
    record = directory.tables.get(entity, {}).get(key)
    is_loose = entity in _MAY_BE_HIDDEN and key in directory.root_ids[entity]
    if record is None or is_loose or transform.takes_out(record) or name_of(record) in within_withheld:
        return False
    return rebuild({entity: {key: record}}, transform)[entity][key] == record


def _descendants(record: Record) -> Iterator[Record]:
    """Yield all records that a record embeds, at any depth."""
    for _, child in children(record):
        yield child
        yield from _descendants(child)
