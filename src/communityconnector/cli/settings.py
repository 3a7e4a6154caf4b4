"""The file of settings by which a command opens a desk: what the library has decided, and what sends its messages.

An error names the file, a table and what it should say, and repeats no value: a value may be a password.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, NoReturn
from zoneinfo import ZoneInfo

import click

import communityconnector as cc
from communityconnector.cli.policy import decided
from communityconnector.desk_calendar import zone_of
from communityconnector.errors import InvalidReferralError, InvalidSettingsError, SourceNotFoundError
from communityconnector.settings import Given

_TABLES: Final = ("zone", "holidays", "plugins", "policy", "letterhead", "notifiers")
_PLACE: Final = re.compile(r"at line (\d+), column (\d+)")


settings_option: Final = click.option(
    "--settings",
    type=click.Path(),
    help="TOML file of the desk: zone, holidays, [policy], [letterhead], [notifiers.NAME] and plugins.",
)


def open_desk(url: str, file: str | None, **policy: Any) -> cc.Connector:
    """The desk at a URL, with what a file of settings says of it.

    Args:
        url: where the desk is.
        file: a TOML file; without one nothing can be sent, and the policy is the default one.
        **policy: what the command itself was told of the policy; it goes before what the file says.

    Raises:
        SourceNotFoundError: the file cannot be read.
        InvalidSettingsError: it is no TOML, or says something that nothing reads.
        CommunityConnectorError: see `Connector.open`.
    """
    if file is None:
        return cc.Connector.open(url, policy=cc.Policy(**policy))
    from communityconnector.desk_options import MessageOptions
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
    return cc.Connector.open(
        url,
        plugins=plugins,
        messages=MessageOptions(letterhead=letterhead, notifiers=notifiers),
        policy=_policy(file, _table(file, said, "policy"), policy),
        zone=_zone(file, said),
        holidays=_holidays(file, said, plugins.holidays()),
    )


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
    anonymous = given.text(
        "anonymous_link_base",
        "what links to patrons begin with who are not told whom they are from",
        usual.anonymous_link_base,
    )
    staff_notifier = given.text("staff_notifier", "name of a notifier", usual.staff_notifier)
    language = given.text("language", "the staff's language", usual.language)
    try:
        made = cc.Letterhead(
            library=library,
            link_base=link_base,
            anonymous_link_base=anonymous,
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


def _policy(file: str, said: Mapping[str, Any], first: Mapping[str, Any]) -> cc.Policy:
    found, problems = decided(said)
    if problems:
        _refuse(file, f"[policy] {'; '.join(problems)}")
    try:
        return cc.Policy(**{**found, **first})
    except InvalidReferralError as error:
        message = f"{file}: [policy] {error}"
        raise InvalidSettingsError(message) from None


def _zone(file: str, said: Mapping[str, Any]) -> ZoneInfo | None:
    name = said.get("zone")
    if name is None:
        return None
    try:
        return zone_of(str(name))
    except InvalidSettingsError as error:
        message = f"{file}: {error}"
        raise InvalidSettingsError(message) from None


def _holidays(file: str, said: Mapping[str, Any], calendars: Iterable[str]) -> str | None:
    name = said.get("holidays")
    if name is not None and name not in list(calendars):
        _refuse(file, f"`holidays` must name a calendar; there are: {', '.join(calendars)}")
    return name


def _refuse(file: str, why: str) -> NoReturn:
    message = f"{file}: {why}"
    raise InvalidSettingsError(message)
