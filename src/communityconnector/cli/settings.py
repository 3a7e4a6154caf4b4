"""The file of settings with which a command opens a desk: the library's policy, its letterhead and its notifiers.

An error names the file and the path of a key. It repeats no value and no unknown name, because either may be a password.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import attrs
import click

import communityconnector as cc
from communityconnector.desk_calendar import zone_of
from communityconnector.errors import InvalidSettingsError, SourceNotFoundError
from communityconnector.matching import read_weights
from communityconnector.referrals.message_texts import MessageTexts, own_texts
from communityconnector.serialization import ExpectedError, expect, new_converter, read_tables, structure

if TYPE_CHECKING:
    from cattrs import Converter

    from communityconnector.needs import Vocabulary

MOST_DAYS: Final = 36_525
"""The longest time that a policy can have."""

_PLACE: Final = re.compile(r"at line (\d+), column (\d+)")
_NOT_IN_FILES: Final = ("zone", "is_holiday", "needs_guardian")
"""Fields of a policy that its table does not have: zone and calendar belong to the whole desk, and a file has no functions."""


settings_option: Final = click.option(
    "--settings",
    type=click.Path(),
    help="TOML file of the desk: zone, holidays, words, terms, weights, interpreter, [policy], [letterhead], [notifiers.NAME] and plugins.",
)


words_option: Final = click.option(
    "--words",
    type=click.Path(),
    metavar="FILE",
    help="CSV of the library's own words: phrase,concept and, if wanted, weight,language,name,parent.",
)


weights_option: Final = click.option(
    "--weights",
    type=click.Path(),
    metavar="FILE",
    help="CSV of the library's own numbers of the ranking: name,value.",
)


terms_option: Final = click.option(
    "--terms",
    type=click.Path(),
    metavar="FILE",
    help="CSV of the library's own places of taxonomy terms and categories: term,concept and, if wanted, weight.",
)


@attrs.frozen(kw_only=True)
class DeskSettings:
    """What a file of settings may contain.

    Attributes:
        zone: the library's time zone.
        holidays: the name of its calendar of holidays.
        words: a CSV of the library's own words; a relative path begins at the folder of the settings.
        weights: a CSV of the library's own numbers of the ranking; a relative path begins at the folder of the settings.
        terms: a CSV of the library's own places of terms, in the same way.
        interpreter: the name of what understands patrons' words.
        plugins: names of the plugins that may be loaded.
        policy: the library's policy; times are whole numbers of days.
        letterhead: whom messages are from.
        notifiers: the settings of each notifier, by its name.

    Raises:
        InvalidSettingsError: the letterhead names a notifier that has no settings.
    """

    zone: ZoneInfo | None = None
    holidays: str | None = None
    words: str | None = None
    weights: str | None = None
    terms: str | None = None
    interpreter: str | None = None
    plugins: tuple[str, ...] = ()
    policy: cc.Policy = attrs.field(factory=cc.Policy)
    letterhead: cc.Letterhead = attrs.field(factory=cc.Letterhead)
    notifiers: Mapping[str, Mapping[str, Any]] = attrs.field(factory=dict)

    def __attrs_post_init__(self) -> None:
        if {self.letterhead.staff_notifier, *self.letterhead.channels.values()} - {"", *self.notifiers}:
            message = "the letterhead names a notifier that has no table [notifiers.NAME]"
            raise InvalidSettingsError(message)


def open_desk(url: str, file: str | None, **policy: Any) -> cc.Connector:
    """Open the desk at a URL, with the settings of a file.

    Args:
        url: where the desk is.
        file: a TOML file. Without one the policy is the default one, and nothing can be sent.
        **policy: fields of the policy that an option of the command sets; they take precedence over the file.

    Raises:
        SourceNotFoundError: the file cannot be read.
        InvalidSettingsError: the file is not TOML, or contains an unknown name or an invalid value.
        InvalidWordsError: the library's own words or places of terms have a row that cannot be used.
        InvalidWeightsError: the library's own weights have a row that cannot be used.
        CommunityConnectorError: see `Connector.open`.
    """
    if file is None:
        return cc.Connector.open(url, policy=cc.Policy(**policy))
    from communityconnector.plugins import Plugins

    settings = structure(
        _converter(),
        DeskSettings,
        _read(file),
        InvalidSettingsError,
        prefix=f"{file}: ",
        unknown=_count_unknown,
    )
    plugins = Plugins(allow=settings.plugins, strict=True, entry_points=bool(settings.plugins))
    if settings.holidays not in {None, *plugins.holidays()}:
        message = f"{file}: holidays: expected the name of a calendar: {', '.join(plugins.holidays())}"
        raise InvalidSettingsError(message)
    if settings.interpreter not in {None, *plugins.interpreters()}:
        message = (
            f"{file}: interpreter: expected the name of an interpreter: {', '.join(plugins.interpreters())}"
        )
        raise InvalidSettingsError(message)
    # A notifier's settings are strings. A number may stand in TOML without quotes.
    notifiers = {
        name: {key: str(value) if type(value) is int else value for key, value in table.items()}
        for name, table in settings.notifiers.items()
    }
    folder = Path(file).parent
    words = None if settings.words is None else folder / settings.words
    weights = None if settings.weights is None else read_weights(folder / settings.weights)
    terms = None if settings.terms is None else folder / settings.terms
    return cc.Connector.open(
        url,
        plugins=plugins,
        matching=cc.MatchingOptions(
            vocabulary=vocabulary_with(words, terms), interpreter=settings.interpreter, weights=weights
        ),
        messages=cc.MessageOptions(letterhead=settings.letterhead, notifiers=notifiers),
        policy=attrs.evolve(settings.policy, **policy),
        zone=settings.zone,
        holidays=settings.holidays,
    )


def vocabulary_with(words: str | Path | None, terms: str | Path | None) -> Vocabulary | None:
    """Return the built-in vocabulary with a library's own words and places of terms; `None` without any.

    Args:
        words: the CSV of the words.
        terms: the CSV of the places of terms.

    Raises:
        SourceNotFoundError: the file cannot be read.
        InvalidWordsError: a row of it cannot be used.
    """
    if words is None and terms is None:
        return None
    vocabulary = cc.vocabulary()
    if words is not None:
        vocabulary = vocabulary.with_words(words)
    return vocabulary if terms is None else vocabulary.with_terms(terms)


def _read(file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(Path(file).read_text(encoding="utf-8"))
    except OSError as error:
        message = f"{file}: cannot be read: {error.strerror}"
        raise SourceNotFoundError(message) from None
    except (
        ValueError
    ) as error:  # invalid TOML or UTF-8; the error's text may repeat a value, its place does not
        place = _PLACE.search(str(error))
        where = f"at line {place[1]}, column {place[2]}" if place else "at its end, or is not UTF-8"
        message = f"{file}: is not TOML {where}"
    raise InvalidSettingsError(message)


@cache
def _converter() -> Converter:
    """The converter of a file's tables."""
    converter = new_converter()
    converter.register_structure_hook(timedelta, _days)
    converter.register_structure_hook(ZoneInfo, _zone)
    converter.register_structure_hook(MessageTexts, _texts)
    read_tables(converter, cc.Policy, without=_NOT_IN_FILES)
    read_tables(converter, cc.Letterhead)
    read_tables(converter, DeskSettings)
    return converter


def _days(raw: Any, _: Any) -> timedelta:
    if type(raw) is not int or not 0 <= raw <= MOST_DAYS:
        message = f"a whole number of days, at most {MOST_DAYS:,}"
        raise ExpectedError(message)
    return timedelta(days=raw)


def _zone(raw: Any, _: Any) -> ZoneInfo:
    what = "the name of an IANA time zone, such as America/New_York"
    try:
        return zone_of(expect(raw, str, what))
    except InvalidSettingsError:
        raise ExpectedError(what) from None


def _texts(raw: Any, _: Any) -> MessageTexts:
    return own_texts(expect(raw, dict, "tables of texts by language"))


def _count_unknown(cls: type, names: set[str]) -> str:
    known = [
        field.name for field in attrs.fields(cls) if cls is not cc.Policy or field.name not in _NOT_IN_FILES
    ]
    return f"{len(names)} unknown {'name' if len(names) == 1 else 'names'} (expected: {', '.join(known)})"
