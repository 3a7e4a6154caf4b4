"""The parts of a desk that plugins bring, found by their names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeVar

import attrs

from communityconnector.errors import PluginError, UnusableStorageError
from communityconnector.geocoding import Geocoder
from communityconnector.matching.engine import Reranker
from communityconnector.matching.schedules.recurrence import Holidays
from communityconnector.needs import Interpreter
from communityconnector.notification import Notifier
from communityconnector.plugins import Plugins
from communityconnector.referrals.mappings import Words
from communityconnector.storage import Storage

T = TypeVar("T")


@attrs.frozen
class PartResolver:
    """Finds parts by their names; a part that was handed over itself is given back as it is.

    Args:
        plugins: who brings them.
        settings: what they may have to know.
    """

    plugins: Plugins
    settings: Mapping[str, str]

    def storage(self, url: str | None, *, create: bool) -> Storage:
        """The storage at a URL; without one, in memory.

        Args:
            url: where it is.
            create: whether to make it where there is none.

        Raises:
            StorageNotFoundError: there is none.
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
        """Who knows places in words."""
        if not isinstance(given, str):
            return given
        return _named(self.plugins.geocoders(), given, "geocoder").make(self.settings)

    def interpreter(self, given: Interpreter | str | None) -> Interpreter | None:
        """Who understands what patrons say."""
        if not isinstance(given, str):
            return given
        return _named(self.plugins.interpreters(), given, "interpreter").make(self.settings)

    def holidays(self, given: Holidays | str | None) -> Holidays | None:
        """A calendar."""
        if not isinstance(given, str):
            return given
        return _named(self.plugins.holidays(), given, "calendar of holidays").name_of

    def rerankers(self, given: Iterable[Reranker | str]) -> list[Reranker]:
        """Who puts matches in another order."""
        scorers = self.plugins.scorers()
        return [_named(scorers, one, "scorer").rerank if isinstance(one, str) else one for one in given]

    def words(self, given: Iterable[Words | str]) -> list[Words]:
        """What words of other systems mean."""
        tables = self.plugins.status_words()
        return [
            _named(tables, one, "table of words").make(self.settings) if isinstance(one, str) else one
            for one in given
        ]

    def notifiers(self, given: Mapping[str, Notifier | Mapping[str, str]]) -> dict[str, Notifier]:
        """Who sends messages; settings in the place of a notifier make one: of the kind that they say, or of its name."""
        return {
            name: self._notifier(name, one) if isinstance(one, Mapping) else one
            for name, one in given.items()
        }

    def _notifier(self, name: str, settings: Mapping[str, str]) -> Notifier:
        kinds = self.plugins.notifiers()
        kind = settings.get("kind", name)
        if "kind" in settings and kind not in list(kinds):
            # Not the kind itself: it may be a password that was pasted into the wrong place.
            message = f"the `kind` of the notifier {name!r} is none; there are: {', '.join(kinds)}"
            raise PluginError(message)
        said = {key: value for key, value in settings.items() if key != "kind"}
        return _named(kinds, kind, "notifier").make(said)


def index_beside(url: str | None) -> Path | None:
    """Where the indexes of a SQLite file are; `None` for other storages."""
    if url is None or _scheme(url) != "sqlite":
        return None
    from communityconnector.adapters.sql import file_of

    file = file_of(url)
    return file.with_name(f"{file.name}.index")


def _scheme(url: str | None) -> str:
    # Others than texts, such as paths, begin with no name of a storage.
    return "memory" if url is None else str(url).partition(":")[0].partition("+")[0].lower()


def _named(found: Mapping[str, T], name: str, what: str) -> T:
    if name not in found:
        message = f"no {what} is called {name!r}; there are: {', '.join(found) or 'none'}"
        raise PluginError(message)
    return found[name]
