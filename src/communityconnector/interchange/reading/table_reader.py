"""Tables read: those of HSDS and of its older forms, and plain spreadsheets, become records joined by their ids."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Final

from communityconnector.interchange.files.sources import SourceFile, UnreadableError
from communityconnector.interchange.reading.extras import COPY, EXTRAS, Extras
from communityconnector.interchange.reading.gathered import Reading
from communityconnector.interchange.reading.repeats import Repeats
from communityconnector.interchange.reading.scratch import scratch_database
from communityconnector.interchange.reading.table_file import TableFile, at_line
from communityconnector.interchange.reading.table_package import Package, package_hints
from communityconnector.model import ENTITIES, Finding, Location, Record, Service, ServiceAtLocation, Severity
from communityconnector.model.shape import evolve

_LEDGER: Final = """
CREATE TABLE agency (location TEXT, agency TEXT);
CREATE TABLE place (service TEXT, location TEXT);
CREATE TABLE lacking (service TEXT);
"""
_BY_LOCATION: Final = """
SELECT place.service, min(agency.agency) FROM place LEFT JOIN agency USING (location)
WHERE place.service IN (SELECT service FROM lacking)
GROUP BY place.service HAVING count(DISTINCT agency.agency) = 1 AND count(agency.agency) = count(*)
ORDER BY place.service
"""
"""Services that name no organization, while every location of theirs names the same one."""


def read_tables(files: Sequence[SourceFile], reading: Reading) -> Iterator[Record]:
    """Yield the flat records of CSV files, file after file; findings and loose parts go to `reading`.

    In some older forms a service names no organization, only a location that names one: it is the service's too.
    """
    with closing(scratch_database(_LEDGER)) as ledger:
        for record in _flat_records(files, reading):
            if isinstance(record, Location) and (agency := getattr(record, "organization_id", None)):
                ledger.execute("INSERT INTO agency VALUES (?, ?)", (record.id, agency))
            elif isinstance(record, ServiceAtLocation) and record.service_id and record.location_id:
                ledger.execute("INSERT INTO place VALUES (?, ?)", (record.service_id, record.location_id))
            elif isinstance(record, Service) and not record.organization_id and record.organization is None:
                ledger.execute("INSERT INTO lacking VALUES (?)", (record.id,))
            yield record
        for service, agency in ledger.execute(_BY_LOCATION):
            reading.partial.append(Service(id=service, name="", status="", organization_id=agency))
            reading.findings.append(
                Finding(
                    Severity.INFO,
                    "linked-by-location",
                    "the service names no organization; its locations all belong to one",
                    "taken as the service's organization",
                    entity="service",
                    record_id=service,
                )
            )


def _flat_records(files: Sequence[SourceFile], reading: Reading) -> Iterator[Record]:
    reading.tabular = True
    extras = Extras()
    for file in files:
        if file.base == EXTRAS:
            extras.read(file, reading.findings)
    structurer = reading.structurer(tabular=True)
    tables = [file for file in files if file.base not in {EXTRAS, "datapackage.json"}]
    with closing(Repeats()) as repeats, closing(Package(tables, package_hints(files))) as package:
        for file in tables:
            try:
                yield from TableFile(file, structurer, reading, extras, repeats, package).records()
            except UnreadableError as error:
                reading.findings.append(error.finding)
            reading.findings.extend(repeats.findings(file.name))
            reading.findings.extend(structurer.counted())
    for entity, raw in extras.whole():
        record = structurer.record(ENTITIES[entity], raw)
        reading.findings.extend(structurer.notes.finish(EXTRAS, at_line(1)))
        yield evolve(record, {"id": raw[COPY]}) if isinstance(raw.get(COPY), str) else record
    reading.findings.extend(structurer.counted())
    reading.findings.extend(extras.unused())
