"""The hooks: what a plugin may declare.

A plugin is a module or an object with functions named as below and marked with `hookimpl`. Each function returns
declarations: small frozen values that name a part and how to make it. A hook does nothing else. The library calls each
hook once for a `Connector`, sorts the declarations by name, and makes a part when it is first needed. So a hook must open
no file and no connection and import nothing slow. The functions that it declares may do so.

Every hook takes no arguments and returns an iterable of declarations, which may be empty. If two plugins declare the
same name, the library refuses both and does not choose: the order of plugins has no meaning.

The functions below are specifications that plugins implement. Calling one directly raises an error.
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
"""The name of the hook markers and of the entry point group, and the prefix of the hooks."""

_hookspec: Final = pluggy.HookspecMarker(PROJECT)

hookimpl: Final = pluggy.HookimplMarker(PROJECT)
"""Marks a function of a plugin as one of the hooks below. Use it without arguments."""


@_hookspec
def communityconnector_storage_backends() -> Iterable[StorageBackend]:
    """Declare databases that can store records.

    Returns:
        One `StorageBackend` for each scheme. No two plugins may declare the same scheme.

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
        One `NotifierFactory` for each name. No two plugins may declare the same name.

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
    """Declare geocoders, which turn names of places into points.

    Returns:
        One `GeocoderFactory` for each name. No two plugins may declare the same name.

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
    """Declare interpreters, which find needs in patrons' words.

    Returns:
        One `InterpreterFactory` for each name. No two plugins may declare the same name.

    Example:
        >>> from communityconnector.hookspecs import InterpreterFactory, hookimpl
        >>> from communityconnector.needs import Interpretation, Understood
        >>> from communityconnector.plugins import Plugins
        >>> class OneWord:
        ...     def interpret(self, text):
        ...         is_hungry = "hungry" in text.lower()
        ...         food = Understood("food-pantry", "Groceries to take home", 1.0, ("hungry",))
        ...         return Interpretation(concepts=(food,) if is_hungry else ())
        >>> class Simple:
        ...     @hookimpl
        ...     def communityconnector_need_interpreters(self):
        ...         return [InterpreterFactory("one-word", make=lambda settings: OneWord())]
        >>> interpreter = Plugins(Simple()).interpreters()["one-word"].make({})
        >>> [understood.concept for understood in interpreter.interpret("I am hungry").concepts]
        ['food-pantry']
    """
    raise NotImplementedError


@_hookspec
def communityconnector_scorers() -> Iterable[Scorer]:
    """Declare alternative orders of the best matches.

    Returns:
        One `Scorer` for each name. No two plugins may declare the same name.

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
        One `Importer` for each name. No two plugins may declare the same name or the same suffix.

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
        One `Exporter` for each name. No two plugins may declare the same name.

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
    """Declare calendars of days on which the usual hours may not apply.

    Returns:
        One `HolidayCalendar` for each name. No two plugins may declare the same name.

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
    """Declare tables of what other systems' words mean for a referral.

    Returns:
        One `StatusWords` for each table. No two plugins may declare the same name.

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
