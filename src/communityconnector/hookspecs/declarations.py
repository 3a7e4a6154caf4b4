"""The declarations: small frozen values that name a part and how to make it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs

from communityconnector.errors import PluginError
from communityconnector.geocoding import Geocoder
from communityconnector.model import Audience, Directory, Finding
from communityconnector.notification import Notifier
from communityconnector.storage import OpenStorage

if TYPE_CHECKING:
    # These rooms load numpy and the vocabulary's classes, which a plugin that sends messages does not need.
    from communityconnector.matching.engine import Reranker
    from communityconnector.needs import Interpreter
    from communityconnector.referrals.mappings import Words

API_VERSION: Final = 1
"""Version of the declarations. It changes when the meaning of one changes. A plugin for another version is refused."""

Settings = Mapping[str, str]
"""The host's settings for a part, by name: hosts, paths, tokens. Each plugin documents the names that it reads."""

_NAME: Final = re.compile(r"[a-z][a-z0-9]*(?:[-_.+][a-z0-9]+)*")
_SUFFIX: Final = re.compile(r"(?:\.[a-z0-9]+)+")


def _name(_: object, field: attrs.Attribute[Any], value: object) -> None:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        message = (
            f"the {field.name} {value!r} is invalid: use small letters, digits, and - _ . + between them"
        )
        raise PluginError(message)


def _call(owner: object, field: attrs.Attribute[Any], value: object) -> None:
    if not callable(value):
        message = f"`{field.name}` of {type(owner).__name__} must be a function, not {type(value).__name__}"
        raise PluginError(message)


def _suffix(_: object, __: attrs.Attribute[Any], value: object) -> None:
    if value != "" and (not isinstance(value, str) or not _SUFFIX.fullmatch(value)):
        message = f"the suffix {value!r} is invalid: write it like `.mrc`, in small letters"
        raise PluginError(message)


def _suffixes(owner: object, field: attrs.Attribute[Any], value: object) -> None:
    if not isinstance(value, tuple):
        message = f"`suffixes` must be a tuple of strings, not {type(value).__name__}"
        raise PluginError(message)
    for suffix in value:
        _suffix(owner, field, suffix)


@attrs.frozen
class StorageBackend:
    """A database that can store records.

    Attributes:
        scheme: the first word of its URLs: `sqlite` for `sqlite:///desk.db`.
        open: opens the storage at a URL, and raises `StorageNotFoundError` if there is none. It imports its driver when
            it is called.
        api: the `API_VERSION` that the plugin was written for.
        create: opens the storage at a URL, and creates it if there is none. By default this is `open`.
    """

    scheme: str = attrs.field(validator=_name)
    open: OpenStorage = attrs.field(validator=_call)
    api: int = API_VERSION
    create: OpenStorage | None = attrs.field(default=None, validator=attrs.validators.optional(_call))


@attrs.frozen
class NotifierFactory:
    """A way to send messages.

    Attributes:
        name: the name by which a host selects it.
        make: makes the notifier from the host's settings.
        api: the `API_VERSION` that the plugin was written for.
    """

    name: str = attrs.field(validator=_name)
    make: Callable[[Settings], Notifier] = attrs.field(validator=_call)
    api: int = API_VERSION


@attrs.frozen
class GeocoderFactory:
    """A geocoder: it turns names of places into points.

    Attributes:
        name: the name by which a host selects it.
        make: makes the geocoder from the host's settings.
        api: the `API_VERSION` that the plugin was written for.
    """

    name: str = attrs.field(validator=_name)
    make: Callable[[Settings], Geocoder] = attrs.field(validator=_call)
    api: int = API_VERSION


@attrs.frozen
class InterpreterFactory:
    """An interpreter: it finds needs in patrons' words.

    Attributes:
        name: the name by which a host selects it.
        make: makes the interpreter from the host's settings.
        api: the `API_VERSION` that the plugin was written for.
    """

    name: str = attrs.field(validator=_name)
    make: Callable[[Settings], Interpreter] = attrs.field(validator=_call)
    api: int = API_VERSION


@attrs.frozen
class Scorer:
    """An alternative order of the best matches.

    Attributes:
        name: the name by which a host selects it.
        rerank: takes the matches and the query, and returns all of the matches, each once.
        api: the `API_VERSION` that the plugin was written for.
    """

    name: str = attrs.field(validator=_name)
    rerank: Reranker = attrs.field(validator=_call)
    api: int = API_VERSION


@attrs.frozen
class Importer:
    """A form that directories can be read from.

    Attributes:
        name: the name by which a host selects it.
        read: reads the directory in a file or folder. Its faults become findings of the directory.
        suffixes: the endings of such file names, such as `.mrc`. This importer reads files with these endings, so no two
            importers may have the same one. Without suffixes it is selected by name only.
        api: the `API_VERSION` that the plugin was written for.
    """

    name: str = attrs.field(validator=_name)
    read: Callable[[Path], Directory] = attrs.field(validator=_call)
    suffixes: tuple[str, ...] = attrs.field(default=(), validator=_suffixes)
    api: int = API_VERSION

    def matches(self, path: Path) -> bool:
        """Return whether the name of a file has a suffix of this form."""
        return path.name.lower().endswith(self.suffixes)


@attrs.frozen
class Exporter:
    """A form that directories can be written in. It is called by `export`, never by `write` itself.

    Attributes:
        name: the name by which a host selects it.
        write: writes a directory, which is already redacted for its readers, to a path, and replaces what was there. It
            returns findings for everything that the form cannot express.
        suffix: the ending of such file names, such as `.ics`; empty for a folder.
        api: the `API_VERSION` that the plugin was written for.
    """

    name: str = attrs.field(validator=_name)
    write: Callable[[Directory, Path], Sequence[Finding]] = attrs.field(validator=_call)
    suffix: str = attrs.field(default="", validator=_suffix)
    api: int = API_VERSION

    def export(
        self, directory: Directory, path: Path, audience: Audience | str = Audience.PUBLIC
    ) -> tuple[Finding, ...]:
        """Write what an audience may see of a directory. The directory is redacted before the plugin receives it.

        Args:
            directory: the directory.
            path: the path to write to.
            audience: who will read it.

        Returns:
            Findings for everything that the form cannot express.
        """
        return tuple(self.write(directory.for_audience(audience), path))


@attrs.frozen
class HolidayCalendar:
    """A calendar of days on which the usual hours may not apply.

    Attributes:
        name: the name by which a host selects it.
        name_of: returns the name of the holiday on a day; `None` for an ordinary day.
        api: the `API_VERSION` that the plugin was written for.
    """

    name: str = attrs.field(validator=_name)
    name_of: Callable[[date], str | None] = attrs.field(validator=_call)
    api: int = API_VERSION


@attrs.frozen
class StatusWords:
    """A table of what words of other systems mean for a referral.

    Attributes:
        name: the name by which a host selects the table.
        make: makes the table from the host's settings: the meaning of words, by system and word.
        api: the `API_VERSION` that the plugin was written for.
    """

    name: str = attrs.field(validator=_name)
    make: Callable[[Settings], Words] = attrs.field(validator=_call)
    api: int = API_VERSION
