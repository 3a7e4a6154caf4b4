"""Rows of agencies, sites and programs in one sheet, joined by their numbers, as call centers export them.

A column says of which level a row is. A program is a service, a site is a place, and a third kind of row says which
program is at which site. An agency is known by its name, which every program repeats.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import attrs

from communityconnector.interchange.sheets.layout import SheetLine
from communityconnector.interchange.texts.cells import without_fraction
from communityconnector.interchange.texts.privacy.marks import UNLISTED
from communityconnector.interchange.texts.states import state_in
from communityconnector.model import ServiceStatus
from communityconnector.model.identity import mint

_PROGRAMS: Final = frozenset({"program", "service"})
_SITES: Final = frozenset({"site", "location"})
_LINKS: Final = frozenset({"programatsite", "program at site", "serviceatlocation", "service at location"})
_AGENCIES: Final = frozenset({"agency", "organization"})

_ReadLine = Callable[[SheetLine], dict[str, Any]]
"""Makes a raw service of a row, in which what the row says is private is hidden already."""

_OF_A_SERVICE: Final = frozenset(
    "id name status organization service_at_locations url email alternate_name eligibility_description ages minimum_age "
    "maximum_age fees_description application_process assured_date last_modified alert level attributes service_areas "
    "required_documents cost_options additional_urls".split()
)
"""What a row of a site says that a location has no field for."""


@attrs.frozen
class RowLevels:
    """The rows of a sheet by their level.

    Attributes:
        programs: those that are services.
        sites: those that are places, by their numbers.
        links: those that say which program is at which site.
        agencies: those of agencies.
        fields: what each column means.
    """

    programs: tuple[SheetLine, ...]
    sites: Mapping[str, SheetLine]
    links: tuple[SheetLine, ...]
    agencies: tuple[SheetLine, ...]
    fields: tuple[str, ...]

    def number(self, line: SheetLine, field: str) -> str:
        """Return the number that a row has in a column; "" for none. Programs write 0 for no number."""
        cells = (
            text
            for cell, own in zip(line.row.cells, self.fields, strict=False)
            if own == field and (text := cell.strip())
        )
        number = without_fraction(next(cells, ""))
        return "" if number in {"0", "-1"} else number

    def joined(self) -> Iterator[tuple[str, str, SheetLine | None]]:
        """Yield the number of a program, that of its site, and the row that joins them, if one does."""
        for line in self.links:
            program, site = (self.number(line, field) for field in ("level.program", "level.site"))
            if program and site in self.sites:
                yield program, site, line
        for line in self.programs:
            parent = self.number(line, "level.parent")
            if parent in self.sites:
                yield self.number(line, "service.id"), parent, None

    def unread(self) -> list[int]:
        """Return the lines of which nothing is read."""
        used = {site for _, site, _ in self.joined()}
        links = {line.row.line for _, _, line in self.joined() if line is not None}
        sites = [line.row.line for number, line in self.sites.items() if number not in used]
        others = [line.row.line for line in self.links if line.row.line not in links]
        return sorted([*sites, *others, *(line.row.line for line in self.agencies)])


def levels_of(lines: Sequence[SheetLine], fields: Sequence[str]) -> RowLevels | None:
    """Return the rows of a sheet by their level; `None` where no column says it, or no row is a program.

    Where most sites are joined to no program, each of them is a service, as its center keeps them.
    """
    if "service.level" not in fields:
        return None
    at = list(fields).index("service.level")
    levels = [line.row.cells[at].strip().casefold() if at < len(line.row.cells) else "" for line in lines]
    if not _PROGRAMS & set(levels):
        return None
    by_level = list(zip(lines, levels, strict=True))
    sheet_levels = RowLevels((), {}, (), (), tuple(fields))
    sites = {
        sheet_levels.number(line, "service.id") or f"line {line.row.line}": line
        for line, level in by_level
        if level in _SITES
    }
    places = _SITES | _LINKS | _AGENCIES
    sheet_levels = RowLevels(
        tuple(line for line, level in by_level if level not in places),
        sites,
        tuple(line for line, level in by_level if level in _LINKS),
        tuple(line for line, level in by_level if level in _AGENCIES),
        tuple(fields),
    )
    used = {site for _, site, _ in sheet_levels.joined()}
    if used and len(sites) > 2 * max(len(used), len(sheet_levels.programs)):
        alone = {line.row.line for number, line in sites.items() if number not in used}
        return attrs.evolve(
            sheet_levels,
            programs=tuple(line for line, level in by_level if level not in places or line.row.line in alone),
            sites={number: line for number, line in sites.items() if number in used},
        )
    return sheet_levels


@attrs.frozen
class ProgramPlaces:
    """Where programs are.

    Attributes:
        links: raw services at locations, by the number of the program.
    """

    links: Mapping[str, Sequence[dict[str, Any]]]

    @classmethod
    def of(cls, levels: RowLevels, read: _ReadLine) -> ProgramPlaces:
        """Read the rows of sites, and of what joins programs to them.

        Args:
            levels: the rows.
            read: reads one of them.
        """
        locations: dict[str, dict[str, Any] | None] = {}
        links: dict[str, list[dict[str, Any]]] = {}
        for program, site, line in levels.joined():
            if site not in locations:
                locations[site] = _location(read(levels.sites[site]))
            at = {} if line is None else read(line)
            location = _own_place(at) or locations[site]
            if location is None or _has_stopped(at) or UNLISTED in at:
                continue
            if hidden := _is_hidden(at):
                location = {**_apart(location, program), "disclosure": hidden}
            # Words of the row may say that the place is private: they stay beside it.
            rest = {name: value for name, value in at.items() if name not in _OF_A_SERVICE}
            link = {**rest, "id": mint("row", "at", program, site), "location": location}
            links.setdefault(program, []).append(link)
        return cls(links)

    def of_program(self, number: str, *, apart: bool) -> list[dict[str, Any]]:
        """Return where a program is.

        Args:
            number: its number.
            apart: whether its places are copies of its own, so that hiding them hides no other program's.
        """
        links = list(self.links.get(number, ()))
        if not apart:
            return links
        return [{**link, "location": _apart(link["location"], number)} for link in links]


def _apart(location: dict[str, Any], number: str) -> dict[str, Any]:
    """Return a place as one program's own."""
    own = copy.deepcopy(location)
    parts = [part for name in ("addresses", "phones", "schedules") for part in own.get(name, ())]
    for part in (own, *parts):
        part["id"] = mint("row", number, part["id"])
    return own


def _location(raw: dict[str, Any]) -> dict[str, Any] | None:
    """Return the place that a row of a site is; `None` for one that has closed."""
    if "id" not in raw or UNLISTED in raw or _has_stopped(raw):
        return None
    links = raw.get("service_at_locations") or [
        {"location": {"id": mint("row", raw["id"], "location"), "location_type": "physical"}}
    ]
    place = links[0]["location"]
    rest = {name: value for name, value in raw.items() if name not in _OF_A_SERVICE}
    return {**rest, **place, "name": raw["name"]}


def _own_place(raw: Mapping[str, Any]) -> dict[str, Any] | None:
    links = raw.get("service_at_locations") or ()
    place = next((link["location"] for link in links), None)
    return place if place and (place.get("addresses") or "latitude" in place) else None


def _is_hidden(raw: Mapping[str, Any]) -> str:
    """Return how a row's place is hidden; "" if it is not."""
    return next(
        (
            level
            for link in raw.get("service_at_locations") or ()
            if (level := link["location"].get("disclosure"))
        ),
        "",
    )


def _has_stopped(raw: Mapping[str, Any]) -> bool:
    state = state_in(raw)
    status = raw.get("status") if state is None else state.status
    return status in {ServiceStatus.INACTIVE, ServiceStatus.DEFUNCT}
