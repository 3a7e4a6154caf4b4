"""What a plugin may declare.

A plugin is a module or an object with functions named as below and marked with `hookimpl`. Each returns declarations:
small frozen values that name a part and say how it is made. Nothing else happens in a hook. The library asks each hook
once for a `Connector`, sorts the declarations by name, and makes a part when it is first needed. So a hook opens no
file and no connection, and imports nothing that is slow; the functions that it declares do.

Every hook takes no arguments and returns an iterable of declarations, an empty one for none. Where two plugins declare
the same name, the library refuses rather than chooses: no order of plugins has a meaning.

The functions below are specifications. Plugins answer in their place; calling one itself is a mistake, and raises.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import pluggy

from communityconnector.hookspecs.declarations import (
    API_VERSION,
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
)

__all__ = [
    "API_VERSION",
    "PROJECT",
    "Exporter",
    "GeocoderFactory",
    "HolidayCalendar",
    "Importer",
    "InterpreterFactory",
    "NotifierFactory",
    "Scorer",
    "Settings",
    "StatusWords",
    "StorageBackend",
    "hookimpl",
]

PROJECT: Final = "communityconnector"
"""The one name of the markers, of the hooks' prefix and of the group of entry points."""

_hookspec: Final = pluggy.HookspecMarker(PROJECT)

hookimpl: Final = pluggy.HookimplMarker(PROJECT)
"""Marks a plugin's function as one of the hooks below. Use it without arguments."""


@_hookspec
def communityconnector_storage_backends() -> Iterable[StorageBackend]:
    """Declare databases that records can be kept in.

    Returns:
        One `StorageBackend` a scheme. No two plugins may declare the same scheme.

    Example:
        >>> from communityconnector.hookspecs import StorageBackend, hookimpl
        >>> from communityconnector.plugins import Plugins
        >>> class Scratch:
        ...     @hookimpl
        ...     def communityconnector_storage_backends(self):
        ...         return [StorageBackend("scratch", open=self.open)]
        ...
        ...     def open(self, url):
        ...         from communityconnector.adapters.memory import MemoryStorage
        ...         return MemoryStorage()
        >>> list(Plugins(Scratch()).storage_backends())
        ['mariadb', 'memory', 'mysql', 'postgres', 'postgresql', 'scratch', 'sqlite']
    """
    raise NotImplementedError


@_hookspec
def communityconnector_notifiers() -> Iterable[NotifierFactory]:
    """Declare ways to send messages.

    Returns:
        One `NotifierFactory` a name. No two plugins may declare the same name.

    Example:
        >>> from communityconnector.hookspecs import NotifierFactory, hookimpl
        >>> from communityconnector.notification import Message, Receipt, Secret
        >>> from communityconnector.plugins import Plugins
        >>> class Outbox(list):
        ...     def send(self, message):
        ...         self.append(message.id)
        ...         return Receipt(accepted=True)
        >>> class Outboxes:
        ...     @hookimpl
        ...     def communityconnector_notifiers(self):
        ...         return [NotifierFactory("outbox", make=lambda settings: Outbox())]
        >>> notifier = Plugins(Outboxes()).notifiers()["outbox"].make({})
        >>> notifier.send(Message("m-1", Secret("desk@example.org"), "Referral", "Referral r-7 was accepted."))
        Receipt(accepted=True, reference='')
    """
    raise NotImplementedError


@_hookspec
def communityconnector_geocoders() -> Iterable[GeocoderFactory]:
    """Declare who knows where places are.

    Returns:
        One `GeocoderFactory` a name. No two plugins may declare the same name.

    Example:
        >>> from communityconnector.hookspecs import GeocoderFactory, hookimpl
        >>> from communityconnector.model import Point
        >>> from communityconnector.plugins import Plugins
        >>> class Branches:
        ...     places = {"main library": Point(36.4037, -81.4926)}
        ...
        ...     def locate(self, place):
        ...         return self.places.get(place.strip().lower())
        >>> class OurBranches:
        ...     @hookimpl
        ...     def communityconnector_geocoders(self):
        ...         return [GeocoderFactory("branches", make=lambda settings: Branches())]
        >>> Plugins(OurBranches()).geocoders()["branches"].make({}).locate("Main Library")
        Point(latitude=36.4037, longitude=-81.4926)
    """
    raise NotImplementedError


@_hookspec
def communityconnector_need_interpreters() -> Iterable[InterpreterFactory]:
    """Declare who understands what patrons say.

    Returns:
        One `InterpreterFactory` a name. No two plugins may declare the same name.

    Example:
        >>> from communityconnector.hookspecs import InterpreterFactory, hookimpl
        >>> from communityconnector.needs import Interpretation, Understood
        >>> from communityconnector.plugins import Plugins
        >>> class OneWord:
        ...     def interpret(self, text):
        ...         said = "hungry" in text.lower()
        ...         food = Understood("food-pantry", "Groceries to take home", 1.0, ("hungry",))
        ...         return Interpretation(concepts=(food,) if said else ())
        >>> class Simple:
        ...     @hookimpl
        ...     def communityconnector_need_interpreters(self):
        ...         return [InterpreterFactory("one-word", make=lambda settings: OneWord())]
        >>> interpreter = Plugins(Simple()).interpreters()["one-word"].make({})
        >>> [found.concept for found in interpreter.interpret("I am hungry").concepts]
        ['food-pantry']
    """
    raise NotImplementedError


@_hookspec
def communityconnector_scorers() -> Iterable[Scorer]:
    """Declare other orders of the best matches.

    Returns:
        One `Scorer` a name. No two plugins may declare the same name.

    Example:
        >>> import communityconnector as cc
        >>> from communityconnector.hookspecs import Scorer, hookimpl
        >>> from communityconnector.plugins import Plugins
        >>> def by_name(matches, query):
        ...     return sorted(matches, key=lambda match: match.service.name)
        >>> class Alphabet:
        ...     @hookimpl
        ...     def communityconnector_scorers(self):
        ...         return [Scorer("by-name", rerank=by_name)]
        >>> scorer = Plugins(Alphabet()).scorers()["by-name"]
        >>> result = cc.Matcher(cc.sample(), rerankers=[scorer.rerank]).match("dentist", limit=3)
        >>> names = [match.service.name for match in result]
        >>> names == sorted(names)
        True
    """
    raise NotImplementedError


@_hookspec
def communityconnector_importers() -> Iterable[Importer]:
    """Declare forms that directories can be read from.

    Returns:
        One `Importer` a name. No two plugins may declare the same name or the same suffix.

    Example:
        >>> from pathlib import Path
        >>> from communityconnector.hookspecs import Importer, hookimpl
        >>> from communityconnector.model import Directory, Service
        >>> from communityconnector.plugins import Plugins
        >>> def read(path):
        ...     lines = path.read_text(encoding="utf-8").splitlines()
        ...     return Directory.of(Service(id=line, name=line, status="active") for line in lines)
        >>> class Lists:
        ...     @hookimpl
        ...     def communityconnector_importers(self):
        ...         return [Importer("list", read=read, suffixes=(".list",))]
        >>> importer = Plugins(Lists()).importers()["list"]
        >>> importer.matches(Path("Pantries.LIST"))
        True
    """
    raise NotImplementedError


@_hookspec
def communityconnector_exporters() -> Iterable[Exporter]:
    r"""Declare forms that directories can be written in.

    Returns:
        One `Exporter` a name. No two plugins may declare the same name.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> import communityconnector as cc
        >>> from communityconnector.hookspecs import Exporter, hookimpl
        >>> from communityconnector.plugins import Plugins
        >>> def write(directory, path):
        ...     names = sorted(service.name for service in directory.services.values())
        ...     path.write_text("".join(f"{name}\n" for name in names), encoding="utf-8")
        ...     return ()
        >>> class Lists:
        ...     @hookimpl
        ...     def communityconnector_exporters(self):
        ...         return [Exporter("list", write=write, suffix=".list")]
        >>> exporter = Plugins(Lists()).exporters()["list"]
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     exporter.export(cc.sample(), Path(folder) / "services.list")
        ...     len((Path(folder) / "services.list").read_text().splitlines())
        ()
        237
    """
    raise NotImplementedError


@_hookspec
def communityconnector_holidays() -> Iterable[HolidayCalendar]:
    """Declare days on which the usual hours may not hold.

    Returns:
        One `HolidayCalendar` a name. No two plugins may declare the same name.

    Example:
        >>> from datetime import date
        >>> from communityconnector.hookspecs import HolidayCalendar, hookimpl
        >>> from communityconnector.plugins import Plugins
        >>> def fair(day):
        ...     return "County Fair" if (day.month, day.day) == (9, 12) else None
        >>> class County:
        ...     @hookimpl
        ...     def communityconnector_holidays(self):
        ...         return [HolidayCalendar("our-county", name_of=fair)]
        >>> calendar = Plugins(County()).holidays()["our-county"]
        >>> calendar.name_of(date(2026, 9, 12)), calendar.name_of(date(2026, 9, 13))
        ('County Fair', None)
    """
    raise NotImplementedError


@_hookspec
def communityconnector_status_words() -> Iterable[StatusWords]:
    """Declare tables of what words of other systems mean for a referral.

    Returns:
        One `StatusWords` a table. No two plugins may declare the same name.

    Example:
        >>> from communityconnector.hookspecs import StatusWords, hookimpl
        >>> from communityconnector.plugins import Plugins
        >>> from communityconnector.referrals.mappings import Meant
        >>> class OurSystem:
        ...     @hookimpl
        ...     def communityconnector_status_words(self):
        ...         return [StatusWords("our-system", make=self.words)]
        ...
        ...     def words(self, settings):
        ...         return {("our_system", "Helped"): Meant("completed", "service_received")}
        >>> table = Plugins(OurSystem()).status_words()["our-system"].make({})
        >>> table["our_system", "Helped"].outcome.value
        'service_received'
    """
    raise NotImplementedError
