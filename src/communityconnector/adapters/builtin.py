"""The built-in plugin: the library's own parts, declared by the same hooks as those of any other plugin.

Parts are named here and imported when they are used. So a database driver is loaded only if it is needed, and no adapter
imports another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any, Final

from communityconnector.errors import UnknownFormError
from communityconnector.hookspecs import (
    Exporter,
    GeocoderFactory,
    HolidayCalendar,
    Importer,
    InterpreterFactory,
    NotifierFactory,
    Scorer,
    Settings,
    StatusWords,
    StorageBackend,
    hookimpl,
)
from communityconnector.model import Audience, Directory, Finding

if TYPE_CHECKING:
    from communityconnector.needs import Interpreter
    from communityconnector.referrals.mappings import Words

_ADAPTERS: Final = "communityconnector.adapters"


def _later(part: str) -> Callable[..., Any]:
    """Return a function of another adapter, which is imported when it is called.

    Args:
        part: `module:name`, below `adapters`.
    """

    def call(*args: object) -> Any:
        return resolve_name(f"{_ADAPTERS}.{part}")(*args)

    return call


def _made(part: str) -> Callable[..., Any]:
    """Return a factory for a part that reads no settings."""
    make = _later(part)
    return lambda _settings: make()


@hookimpl
def communityconnector_storage_backends() -> Iterable[StorageBackend]:
    """Yield memory, and the databases that library systems run on."""
    yield StorageBackend("memory", open=_made("memory:MemoryStorage"))
    # Hosting services also give out URLs that begin with `postgres` and `mysql`.
    for scheme in ("sqlite", "postgresql", "postgres", "mariadb", "mysql"):
        yield StorageBackend(scheme, open=_later("sql:open_storage"), create=_later("sql:create_storage"))


@hookimpl
def communityconnector_notifiers() -> Iterable[NotifierFactory]:
    """Yield mail, web hooks, the services of apprise, and the console for trying things out."""
    yield NotifierFactory("apprise", make=_later("apprise:from_settings"))
    yield NotifierFactory("console", make=_made("console:ConsoleNotifier"))
    yield NotifierFactory("smtp", make=_later("smtp:from_settings"))
    yield NotifierFactory("webhook", make=_later("webhook:from_settings"))


@hookimpl
def communityconnector_geocoders() -> Iterable[GeocoderFactory]:
    """Yield US ZIP codes, offline."""
    yield GeocoderFactory("us-zip", make=_made("us_zip:UsZipGeocoder"))


@hookimpl
def communityconnector_need_interpreters() -> Iterable[InterpreterFactory]:
    """Yield the learned model with the phrases of the built-in vocabulary, alone and with a sentence encoder."""
    yield InterpreterFactory("words", make=_patrons_words)
    yield InterpreterFactory("semantic", make=_later("sentence_encoder:make_interpreter"))


def _patrons_words(_settings: Settings) -> Interpreter:
    from communityconnector.needs import interpreter

    return interpreter()


@hookimpl
def communityconnector_scorers() -> Iterable[Scorer]:
    """Yield an order that puts records checked within a year first among services that fit equally well."""
    yield Scorer("fresh-first", rerank=_later("fresh_first:fresh_first"))


@hookimpl
def communityconnector_importers() -> Iterable[Importer]:
    """Yield everything that `read` reads: HSDS, its older forms, and plain spreadsheets."""
    suffixes = (".json", ".ndjson", ".jsonl", ".csv", ".tsv", ".txt", ".zip", ".gz")
    yield Importer("hsds", read=_read, suffixes=suffixes)


def _read(path: Path) -> Directory:
    from communityconnector.interchange import read

    return read(path)


@hookimpl
def communityconnector_exporters() -> Iterable[Exporter]:
    """Yield the forms of HSDS 3.2."""
    forms = {"hsds-json": ".json", "hsds-ndjson": ".ndjson", "hsds-zip": ".zip", "hsds-tables": ""}
    for name, suffix in forms.items():
        yield Exporter(name, write=partial(_written, suffix), suffix=suffix)


def _written(suffix: str, directory: Directory, path: Path) -> tuple[Finding, ...]:
    from communityconnector.interchange import write

    # `write` chooses the form by the file name, so the name must fit the form that was asked for.
    if path.suffix.lower() != suffix and (suffix or not path.is_dir()):
        message = (
            f"{path.name}: the name must end in {suffix}"
            if suffix
            else f"{path.name}: a folder has no suffix"
        )
        raise UnknownFormError(message)
    # The directory is already redacted for its readers, and a steward's copy contains all of it.
    return write(directory, path, audience=Audience.STEWARD)


@hookimpl
def communityconnector_holidays() -> Iterable[HolidayCalendar]:
    """Yield the legal public holidays of the United States."""
    yield HolidayCalendar("us-federal", name_of=_later("us_federal_holidays:us_federal_holiday"))


@hookimpl
def communityconnector_status_words() -> Iterable[StatusWords]:
    """Yield the words of FHIR Task, findhelp, Unite Us and Primero."""
    yield StatusWords("built-in", make=_words)


def _words(_settings: Settings) -> Words:
    from communityconnector.referrals.mappings import WORDS

    return WORDS
