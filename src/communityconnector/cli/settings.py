"""The file of settings by which a command opens a desk that sends messages.

An error names the file, a table and what it should say, and repeats no value: a value may be a password.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NoReturn

import communityconnector as cc
from communityconnector.errors import InvalidReferralError, InvalidSettingsError, SourceNotFoundError
from communityconnector.settings import Given

_TABLES: Final = ("plugins", "letterhead", "notifiers")
_PLACE: Final = re.compile(r"at line (\d+), column (\d+)")


def open_desk(url: str, file: str | None) -> cc.Connector:
    """The desk at a URL, with the notifiers, letterhead and plugins of a file.

    Args:
        url: where the desk is.
        file: a TOML file; without one nothing can be sent.

    Raises:
        SourceNotFoundError: the file cannot be read.
        InvalidSettingsError: it is no TOML, or says something that nothing reads.
        CommunityConnectorError: see `Connector.open`.
    """
    if file is None:
        return cc.Connector.open(url)
    from communityconnector.plugins import Plugins

    said = _read(file)
    allow = said.get("plugins", [])
    if not isinstance(allow, list) or not all(isinstance(name, str) for name in allow):
        _refuse(file, '`plugins` must be a list of names: plugins = ["jsonlines"]')
    letterhead = _letterhead(file, _table(file, said, "letterhead"))
    notifiers = {
        name: _texts(_table(file, said["notifiers"], name, within="notifiers."))
        for name in _table(file, said, "notifiers")
    }
    wanted = {letterhead.staff_notifier, *letterhead.channels.values()} - {"", *notifiers}
    if wanted:
        _refuse(file, "the letterhead names a notifier that has no table [notifiers.NAME]")
    plugins = Plugins(allow=allow, strict=True, entry_points=bool(allow))
    return cc.Connector.open(url, plugins=plugins, letterhead=letterhead, notifiers=notifiers)


def _read(file: str) -> dict[str, Any]:
    problem = ""
    try:
        said = tomllib.loads(Path(file).read_text(encoding="utf-8"))
    except OSError as error:
        message = f"{file}: cannot be read: {error.strerror}"
        raise SourceNotFoundError(message) from None
    except ValueError as error:  # of TOML, or of UTF-8; its words may repeat a value, and the place does not
        found = _PLACE.search(str(error))
        place = f"at line {found[1]}, column {found[2]}" if found else "at its end, or is not UTF-8"
        said, problem = None, f"is not TOML {place}"
    if said is None:
        _refuse(file, problem)
    odd = len(said.keys() - set(_TABLES))
    if odd:
        _refuse(file, f"{odd} of its tables or keys are none of {', '.join(_TABLES)}")
    return said


def _table(file: str, said: Mapping[str, Any], name: str, *, within: str = "") -> dict[str, Any]:
    found = said.get(name, {})
    if not isinstance(found, dict):
        _refuse(file, f"[{within}{name}] must be a table")
    return found


def _texts(said: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as parts take them: a number stands in TOML without quotes, and is a text to them."""
    return {name: str(value) if type(value) is int else value for name, value in said.items()}


def _letterhead(file: str, said: dict[str, Any]) -> cc.Letterhead:
    said = dict(said)
    channels = _table(file, said, "channels", within="letterhead.")
    said.pop("channels", None)
    if not all(isinstance(name, str) for name in channels.values()):
        _refuse(file, "[letterhead.channels] gives names of notifiers, such as email = 'smtp'")
    usual = cc.Letterhead()
    given = Given("letterhead", said)
    library = given.text("library", "the library's short name", usual.library)
    link_base = given.text("link_base", "what links begin with", usual.link_base)
    staff_notifier = given.text("staff_notifier", "name of a notifier", usual.staff_notifier)
    language = given.text("language", "the staff's language", usual.language)
    try:
        made = cc.Letterhead(
            library=library,
            link_base=link_base,
            staff_notifier=staff_notifier,
            staff_address=given.secret("staff_address") or usual.staff_address,
            language=language,
            channels=channels,
        )
        given.done()
    except (InvalidSettingsError, InvalidReferralError) as error:
        message = f"{file}: {error}"
        raise InvalidSettingsError(message) from None
    return made


def _refuse(file: str, why: str) -> NoReturn:
    message = f"{file}: {why}"
    raise InvalidSettingsError(message)
