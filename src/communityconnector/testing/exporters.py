"""The contract of exporters, as tests.

Two lines test an exporter:

    class TestMine(ExporterContract):
        def make_exporter(self):
            return Exporter("mine", write=write, suffix=".mine")

Private strings, called canaries, are in every confidential field of a hidden location, in the link to it, and wherever
else a directory may repeat them. None of them may appear in any byte that is written for the public.
"""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, Final

import pytest

from communityconnector.hookspecs import Exporter
from communityconnector.model import (
    ENTITIES,
    Address,
    Audience,
    Directory,
    Disclosure,
    Finding,
    Kind,
    Location,
    Metadata,
    Organization,
    Record,
    Service,
    ServiceAtLocation,
    Severity,
    required,
    specs,
)

CANARY: Final = "canary7q3x5w8k"
"""The beginning of every private string: small letters and digits, which every form writes unchanged."""

STREET: Final = f"{CANARY} 12 Hidden Lane"
LATITUDE: Final = 36.412345
LONGITUDE: Final = -81.467891

SIGHTS: Final = (CANARY, "hidden lane", "36.412", "81.467")
"""Texts that reveal the place: the private strings, the street, and its point to a hundred meters."""

_OWNERS: Final = frozenset({"organization", "service", "service_at_location", "location", "program"})
_SHOWN: Final = {
    "language": {"name", "code"},
    "schedule": {"byday", "byweekno", "bymonthday", "byyearday"},
    "service_at_location": {"service_areas"},
}
"""Fields of a hidden place that are shown: its hours, its languages and its service areas."""


def planted() -> Directory:
    """Return a directory with a canary in every confidential field of a hidden location, and a fully public service."""
    hidden = _filled(
        Location,
        id="hidden",
        location_type="physical",
        latitude=LATITUDE,
        longitude=LONGITUDE,
        disclosure=Disclosure.NEVER,
        addresses=(_filled(Address, address_1=STREET, country="US"),),
    )
    link = _filled(ServiceAtLocation, id="link", location=hidden)
    agency = Organization(
        id="agency", name="Rowan House", description=f"Asks people to come to {STREET}.", locations=(hidden,)
    )
    refuge = Service(
        id="refuge",
        name="Open House",
        status="active",
        organization=agency,
        description=f"A bed at {STREET.upper()}.",
        service_at_locations=(link,),
        metadata=(_filled(Metadata),),
        extra={"x_location": {"address": STREET}},
    )
    place = Location(
        id="place",
        location_type="physical",
        name="Laurel Hall",
        latitude=36.2,
        longitude=-81.2,
        addresses=(
            Address(
                id="address", address_1="1 Main Street", city="Todd", state_province="NC", postal_code="28684",
                country="US", address_type="physical",
            ),
        ),
    )  # fmt: skip
    pantry = Service(
        id="pantry",
        name="Laurel Pantry",
        status="active",
        organization=Organization(id="other", name="Laurel Aid", description="Food"),
        service_at_locations=(ServiceAtLocation(id="other-link", location=place),),
    )
    # As in tables: a metadata record of its own, which names its record by id.
    loose = _filled(Metadata, id="loose", resource_id="hidden", resource_type="location")
    finding = Finding(
        severity=Severity.WARNING,
        rule="not-a-number",
        message="not a number",
        entity="location",
        record_id="hidden",
        value=STREET,
    )
    return Directory.of([refuge, pantry, loose], findings=[finding])


def _filled(cls: type[Record], **given: Any) -> Any:
    """Return a record with a canary in every field that can contain one, with such records embedded in it."""
    values: dict[str, Any] = {"id": f"planted-{cls.entity}", "extra": {"x_private": f"{CANARY} extra"}}
    for name, facts in specs(cls).items():
        text = f"{CANARY} {cls.entity} {name}"
        if name in ("id", "disclosure") or name in _SHOWN.get(cls.entity, ()):
            continue
        if facts.kind is Kind.TEXT:
            values[name] = text
        elif facts.kind is Kind.URI:
            values[name] = f"https://{CANARY}.example.org/{name}"
        elif facts.kind is Kind.EMAIL:
            values[name] = f"{CANARY}@example.org"
        elif facts.kind is Kind.CHOICE and name in required(cls):
            values[name] = facts.choices[0]
        elif facts.kind in (Kind.DATE, Kind.TIMESTAMP) and name in required(cls):
            values[name] = "2026-01-01"
        elif facts.kind in (Kind.ONE, Kind.MANY) and facts.target not in _OWNERS and name not in given:
            inner = _filled(ENTITIES[facts.target])
            values[name] = (inner,) if facts.kind is Kind.MANY else inner
    return cls(**{**values, **given})


class ExporterContract:
    """The tests for every exporter. Subclass it under a name that begins with `Test`, and define `make_exporter`.

    Attributes:
        shows: a text that must be in the output, so that an exporter which writes nothing does not pass; `None` if the
            form shows no name.
    """

    shows: ClassVar[str | None] = "Laurel Pantry"

    def make_exporter(self) -> Exporter:
        """Return the exporter, as it is declared."""
        message = "an ExporterContract must define make_exporter"
        raise NotImplementedError(message)

    def texts(self, path: Path) -> Iterator[bytes]:
        """Yield everything that can be read in the output: its bytes, and the contents of zips and gzips.

        Override it for a form that packs its texts in another way, such as PDF.

        Args:
            path: the file or folder.
        """
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            yield file.name.encode()
            if file.is_file():
                yield from unpacked(file.read_bytes())

    def test_no_byte_for_the_public_gives_a_hidden_place_away(self, tmp_path: Path) -> None:
        """Confidential data is in no byte, no file name and no finding."""
        path, findings = self._written(tmp_path)
        self._gives_nothing_away(path)
        assert sights([repr(findings).encode()]) == [], "a finding gives the hidden place away"

    def test_nothing_is_kept_from_what_was_written_for_the_steward(self, tmp_path: Path) -> None:
        """A public copy reveals nothing even if a steward's copy was written before, at the same path or another."""
        exporter, directory = self.make_exporter(), planted()
        path = tmp_path / f"copy{exporter.suffix}"
        for target in (tmp_path / f"steward{exporter.suffix}", path):
            exporter.export(directory, target, Audience.STEWARD)
        exporter.export(directory, path)
        self._gives_nothing_away(path)

    def test_what_the_public_may_know_is_written(self, tmp_path: Path) -> None:
        """Public data is written: an exporter that writes nothing does not pass."""
        if self.shows is None:
            pytest.skip("shows is None: not tested that anything is written")
        path, _ = self._written(tmp_path)
        assert any(self.shows.encode() in text for text in self.texts(path)), f"{self.shows!r} is not written"

    def test_nothing_is_written_beside_the_path(self, tmp_path: Path) -> None:
        """No other file remains, such as half a copy."""
        path, _ = self._written(tmp_path)
        assert [file.name for file in tmp_path.iterdir()] == [path.name]

    def test_the_same_directory_makes_the_same_bytes(self, tmp_path: Path) -> None:
        """A copy changes only when the directory does."""
        copies = []
        for name in ("first", "second"):
            (tmp_path / name).mkdir()
            path, _ = self._written(tmp_path / name)
            copies.append(list(self.texts(path)))
        assert copies[0] == copies[1]

    def test_an_empty_directory_can_be_written(self, tmp_path: Path) -> None:
        """An empty directory is valid."""
        exporter = self.make_exporter()
        exporter.export(Directory.of([]), tmp_path / f"copy{exporter.suffix}")

    def _written(self, folder: Path) -> tuple[Path, tuple[Finding, ...]]:
        exporter = self.make_exporter()
        path = folder / f"copy{exporter.suffix}"
        return path, exporter.export(planted(), path)

    def _gives_nothing_away(self, path: Path) -> None:
        revealed = sights(self.texts(path))
        assert revealed == [], f"the output gives the hidden place away: {revealed[0]!r}"


def unpacked(data: bytes) -> Iterator[bytes]:
    """Yield bytes, and what is packed in them: the members of a zip, the content of a gzip."""
    yield data
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield archive.comment
            for member in archive.infolist():
                yield member.filename.encode()
                yield from unpacked(archive.read(member))
    elif data[:2] == b"\x1f\x8b":
        try:
            yield from unpacked(gzip.decompress(data))
        except (OSError, EOFError, zlib.error):
            # It only begins like a gzip.
            return


def sights(texts: Iterator[bytes] | list[bytes]) -> list[str]:
    """Return the `SIGHTS` that are in some bytes, in any letter case and in the usual encodings of text."""
    lowered = [text.lower() for text in texts]
    return [
        sight
        for sight in SIGHTS
        if any(
            sight.encode(encoding) in text
            for encoding in ("utf-8", "utf-16-le", "utf-16-be")
            for text in lowered
        )
    ]
