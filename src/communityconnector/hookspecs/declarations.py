"""The declarations: small frozen values that name a part and say how it is made."""

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
"""Number of what the declarations mean. It changes when one comes to mean something else; a plugin of another is refused."""

Settings = Mapping[str, str]
"""What the host has set for a part, by name: hosts, paths, tokens. Each plugin says which names it reads."""

_NAME: Final = re.compile(r"[a-z][a-z0-9]*(?:[-_.+][a-z0-9]+)*")
_SUFFIX: Final = re.compile(r"(?:\.[a-z0-9]+)+")


def _name(_: object, field: attrs.Attribute[Any], value: object) -> None:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        message = f"the {field.name} {value!r} is no name: small letters, digits, and - _ . + between them"
        raise PluginError(message)


def _call(owner: object, field: attrs.Attribute[Any], value: object) -> None:
    if not callable(value):
        message = f"`{field.name}` of {type(owner).__name__} must be a function, not {type(value).__name__}"
        raise PluginError(message)


def _suffix(_: object, __: attrs.Attribute[Any], value: object) -> None:
    if value != "" and (not isinstance(value, str) or not _SUFFIX.fullmatch(value)):
        message = f"{value!r} is no suffix of a file's name: write it as `.mrc`, in small letters"
        raise PluginError(message)


def _suffixes(owner: object, field: attrs.Attribute[Any], value: object) -> None:
    if not isinstance(value, tuple):
        message = f"`suffixes` must be a tuple of texts, not {type(value).__name__}"
        raise PluginError(message)
    for each in value:
        _suffix(owner, field, each)


@attrs.frozen
class StorageBackend:
    """A database that records can be kept in.

    Attributes:
        scheme: the first word of its URLs: `sqlite` for `sqlite:///desk.db`.
        open: opens the storage that is at a URL, and raises `StorageNotFoundError` where there is none; imports its
            driver when it is called.
        api: the `API_VERSION` that the plugin was written to.
        create: opens the storage at a URL, and makes it where there is none; by default `open` does.
    """

    scheme: str = attrs.field(validator=_name)
    open: OpenStorage = attrs.field(validator=_call)
    api: int = API_VERSION
    create: OpenStorage | None = attrs.field(default=None, validator=attrs.validators.optional(_call))


@attrs.frozen
class NotifierFactory:
    """A way to send messages.

    Attributes:
        name: what a host calls it.
        make: makes the notifier from the host's settings.
        api: the `API_VERSION` that the plugin was written to.
    """

    name: str = attrs.field(validator=_name)
    make: Callable[[Settings], Notifier] = attrs.field(validator=_call)
    api: int = API_VERSION


@attrs.frozen
class GeocoderFactory:
    """Somebody who knows where places are.

    Attributes:
        name: what a host calls it.
        make: makes the geocoder from the host's settings.
        api: the `API_VERSION` that the plugin was written to.
    """

    name: str = attrs.field(validator=_name)
    make: Callable[[Settings], Geocoder] = attrs.field(validator=_call)
    api: int = API_VERSION


@attrs.frozen
class InterpreterFactory:
    """Somebody who understands what patrons say.

    Attributes:
        name: what a host calls it.
        make: makes the interpreter from the host's settings.
        api: the `API_VERSION` that the plugin was written to.
    """

    name: str = attrs.field(validator=_name)
    make: Callable[[Settings], Interpreter] = attrs.field(validator=_call)
    api: int = API_VERSION


@attrs.frozen
class Scorer:
    """Another order of the best matches.

    Attributes:
        name: what a host calls it.
        rerank: takes matches and the query, and gives all of them back, each once.
        api: the `API_VERSION` that the plugin was written to.
    """

    name: str = attrs.field(validator=_name)
    rerank: Reranker = attrs.field(validator=_call)
    api: int = API_VERSION


@attrs.frozen
class Importer:
    """A form that directories can be read from.

    Attributes:
        name: what a host calls it.
        read: reads the directory in a file or folder. What is wrong with it becomes findings of the directory.
        suffixes: how the names of such files end, such as `.mrc`. Files with these endings are read by this importer,
            so no two may claim the same one. Without any it is chosen by name.
        api: the `API_VERSION` that the plugin was written to.
    """

    name: str = attrs.field(validator=_name)
    read: Callable[[Path], Directory] = attrs.field(validator=_call)
    suffixes: tuple[str, ...] = attrs.field(default=(), validator=_suffixes)
    api: int = API_VERSION

    def matches(self, path: Path) -> bool:
        """Whether the name of a file says that it is of this form."""
        return path.name.lower().endswith(self.suffixes)


@attrs.frozen
class Exporter:
    """A form that directories can be written in. It is called by `export`, never by `write` itself.

    Attributes:
        name: what a host calls it.
        write: writes a directory, which already holds nothing that its readers may not see, to a path, in place of
            what was there; gives back findings of what the form cannot hold.
        suffix: how the names of such files end, such as `.ics`; empty for a folder.
        api: the `API_VERSION` that the plugin was written to.
    """

    name: str = attrs.field(validator=_name)
    write: Callable[[Directory, Path], Sequence[Finding]] = attrs.field(validator=_call)
    suffix: str = attrs.field(default="", validator=_suffix)
    api: int = API_VERSION

    def export(
        self, directory: Directory, path: Path, audience: Audience | str = Audience.PUBLIC
    ) -> tuple[Finding, ...]:
        """Write what an audience may see of a directory: the one redaction step stands before every plugin.

        Args:
            directory: what to write.
            path: where to.
            audience: for whom.

        Returns:
            Findings of what the form cannot hold.
        """
        return tuple(self.write(directory.for_audience(audience), path))


@attrs.frozen
class HolidayCalendar:
    """Days on which the usual hours may not hold.

    Attributes:
        name: what a host calls it.
        name_of: says which holiday a day is; `None` for an ordinary day.
        api: the `API_VERSION` that the plugin was written to.
    """

    name: str = attrs.field(validator=_name)
    name_of: Callable[[date], str | None] = attrs.field(validator=_call)
    api: int = API_VERSION


@attrs.frozen
class StatusWords:
    """A table of what words of other systems mean for a referral.

    Attributes:
        name: what a host calls the table.
        make: makes it from the host's settings: by system and word, what is meant.
        api: the `API_VERSION` that the plugin was written to.
    """

    name: str = attrs.field(validator=_name)
    make: Callable[[Settings], Words] = attrs.field(validator=_call)
    api: int = API_VERSION
