"""Finding the parts of a desk that plugins bring, by their names."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, TypeVar

import attrs

from communityconnector.directory_store.loading import Source
from communityconnector.errors import PluginError, UnusableStorageError
from communityconnector.geocoding import Geocoder
from communityconnector.interchange import write
from communityconnector.matching.engine import Reranker
from communityconnector.matching.schedules.recurrence import Holidays
from communityconnector.model import Audience, Directory, Finding
from communityconnector.needs import Interpreter
from communityconnector.notification import Notifier
from communityconnector.plugins import Plugins
from communityconnector.referrals.mappings import Words
from communityconnector.storage import Storage

T = TypeVar("T")

OWN_FORMS: Final = "hsds"
"""Name of the importer that reads what `read` reads: a load streams those forms itself."""


@attrs.frozen
class PartResolver:
    """Finds parts by their names; a part that is given itself is returned as it is.

    Args:
        plugins: the plugins that bring parts.
        settings: settings that the parts may need.
    """

    plugins: Plugins
    settings: Mapping[str, str]

    def storage(self, url: str | None, *, create: bool) -> Storage:
        """Open the storage at a URL; without one, a storage in memory.

        Args:
            url: where it is.
            create: whether to make it if there is none.

        Raises:
            StorageNotFoundError: there is no storage.
            UnusableStorageError: no storage has URLs that begin so, or what is there cannot be used.
            MigrationNeededError: an older version made it.
            StorageError: the database cannot be reached.
        """
        backends = self.plugins.storage_backends()
        backend = backends.get(_scheme(url))
        if backend is None:
            message = (
                f"a storage's URL looks like sqlite:///desk.db, and begins with one of: {', '.join(backends)}"
            )
            raise UnusableStorageError(message)
        return (backend.create if create and backend.create else backend.open)(url or "")

    def geocoder(self, given: Geocoder | str | None) -> Geocoder | None:
        """Get what finds places in words."""
        if not isinstance(given, str):
            return given
        return _named(self.plugins.geocoders(), given, "geocoder").make(self.settings)

    def interpreter(self, given: Interpreter | str | None) -> Interpreter | None:
        """Get what understands what patrons say."""
        if not isinstance(given, str):
            return given
        return _named(self.plugins.interpreters(), given, "interpreter").make(self.settings)

    def holidays(self, given: Holidays | str | None) -> Holidays | None:
        """Get a calendar of holidays."""
        if not isinstance(given, str):
            return given
        return _named(self.plugins.holidays(), given, "calendar of holidays").name_of

    def rerankers(self, given: Iterable[Reranker | str]) -> list[Reranker]:
        """Get what puts matches in another order."""
        scorers = self.plugins.scorers()
        return [_named(scorers, one, "scorer").rerank if isinstance(one, str) else one for one in given]

    def status_words(self, given: Iterable[Words | str]) -> list[Words]:
        """Get tables of what words of other systems mean."""
        tables = self.plugins.status_words()
        return [
            _named(tables, one, "table of words").make(self.settings) if isinstance(one, str) else one
            for one in given
        ]

    def export(
        self, directory: Directory, path: str | os.PathLike[str], audience: Audience, exporter: str | None
    ) -> tuple[Finding, ...]:
        """Write a directory as an audience may see it. `Connector.export` and the command `export` both end here.

        Args:
            directory: the directory.
            path: the file or folder to write. One that exists is replaced.
            audience: who will read it.
            exporter: the name of an exporter. By default HSDS, in the form of the path's suffix (`write`).

        Raises:
            PluginError: there is no exporter of that name.
            UnknownFormError: without an exporter: the path's suffix is unknown.
        """
        if exporter is None:
            return write(directory, path, audience=audience)
        return _named(self.plugins.exporters(), exporter, "exporter").export(directory, Path(path), audience)

    def import_source(self, source: Source) -> Source:
        """Read a file of a form that a plugin knows; other sources are returned as they are."""
        if isinstance(source, Directory):
            return source
        path = Path(source)
        for importer in self.plugins.importers().values():
            if importer.name != OWN_FORMS and importer.matches(path):
                return importer.read(path)
        return source

    def notifiers(self, given: Mapping[str, Notifier | Mapping[str, str]]) -> dict[str, Notifier]:
        """Get what sends messages; settings in place of a notifier make one, of the kind that they name or of its name."""
        return {
            name: self._notifier(name, one) if isinstance(one, Mapping) else one
            for name, one in given.items()
        }

    def _notifier(self, name: str, settings: Mapping[str, str]) -> Notifier:
        kinds = self.plugins.notifiers()
        kind = settings.get("kind", name)
        if "kind" in settings and kind not in list(kinds):
            # Not the kind itself: it may be a password that was pasted into the wrong place.
            message = f"unknown `kind` of the notifier {name!r}; there are: {', '.join(kinds)}"
            raise PluginError(message)
        own = {key: value for key, value in settings.items() if key != "kind"}
        return _named(kinds, kind, "notifier").make(own)


def index_beside(url: str | None) -> Path | None:
    """Give the folder for the indexes of a SQLite file; `None` for other storages."""
    if url is None or _scheme(url) != "sqlite":
        return None
    from communityconnector.adapters.sql import file_of

    file = file_of(url)
    return file.with_name(f"{file.name}.index")


def _scheme(url: str | None) -> str:
    # Others than texts, such as paths, begin with no name of a storage.
    return "memory" if url is None else str(url).partition(":")[0].partition("+")[0].lower()


def _named(parts: Mapping[str, T], name: str, what: str) -> T:
    if name not in parts:
        message = f"no {what} is called {name!r}; there are: {', '.join(parts) or 'none'}"
        raise PluginError(message)
    return parts[name]
