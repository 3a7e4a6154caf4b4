"""Values as plain documents that JSON and every storage can hold, and back.

The fields of the value's class decide what a document may hold: texts, numbers, booleans, dates, codes, lists of those.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, TypeVar, Union, get_args, get_origin, get_type_hints

import attrs

from communityconnector.errors import CommunityConnectorError

SCHEMA: Final = 1
"""The form of the documents. A reader refuses one that it does not know."""

T = TypeVar("T", bound=attrs.AttrsInstance)


def typed(
    refusal: type[CommunityConnectorError],
) -> Callable[[type, list[attrs.Attribute[Any]]], list[attrs.Attribute[Any]]]:
    """Make a class refuse values of other types than its fields have, so that what is stored can be read again.

    For `field_transformer` of `attrs.frozen`. A boolean is not a number, and a moment is not a day.

    Args:
        refusal: what to raise; the message names class and field and never the value.
    """

    def check(value: attrs.AttrsInstance, field: attrs.Attribute[Any], content: Any) -> None:
        if not _fits(_hints(type(value))[field.name], content):
            message = (
                f"{type(value).__name__}: the field {field.name} does not take a {type(content).__name__}"
            )
            raise refusal(message)

    return lambda _, fields: [field.evolve(validator=check) for field in fields]


@cache
def _hints(cls: type) -> dict[str, Any]:
    """The types of a class's fields, looked up once."""
    return get_type_hints(cls)


def _fits(kind: Any, content: Any) -> bool:
    origin, args = get_origin(kind), get_args(kind)
    if origin in {Union, UnionType}:
        return any(_fits(one, content) for one in args)
    if origin in {tuple, frozenset}:
        return isinstance(content, origin) and all(_fits(args[0], item) for item in content)
    if origin is Mapping:
        return isinstance(content, Mapping) and all(
            _fits(args[0], name) and _fits(args[1], item) for name, item in content.items()
        )
    strange = {int: bool, date: datetime}.get(kind)
    return isinstance(content, kind) and not (strange is not None and isinstance(content, strange))


def write(value: attrs.AttrsInstance, *without: str) -> dict[str, Any]:
    """Write a value as a plain document: texts, numbers, booleans and lists. Empty fields are left out.

    Args:
        value: the value.
        without: names of fields that the document does not hold.
    """
    document: dict[str, Any] = {"schema": SCHEMA}
    for field in attrs.fields(type(value)):
        content = getattr(value, field.name)
        if field.name in without or content is None or content in ("", ()):
            continue
        document[field.name] = _plain(content)
    return document


def _plain(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, date):  # a datetime is one too
        return value.isoformat()
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def read(
    cls: type[T], document: Mapping[str, Any], refusal: type[CommunityConnectorError], what: str, **given: Any
) -> T:
    """Read the value that a document was written from.

    Args:
        cls: what it is.
        document: what `write` made.
        refusal: what to raise if the document is invalid; the message names the field and never the value.
        what: what the document is of, in words.
        given: values of fields that the document does not hold.
    """
    raw = dict(document)
    if raw.pop("schema", None) != SCHEMA:
        message = f"a document of {what} has the schema {SCHEMA}"
        raise refusal(message)
    kinds = _kinds(cls)
    if strange := sorted(map(str, raw.keys() - kinds.keys() | raw.keys() & given.keys())):
        message = f"{cls.__name__} has no field {strange[0]}"
        raise refusal(message)
    values = dict(given)
    for name, content in raw.items():
        values[name] = _read_if_any(kinds[name], content)
        if values[name] is None:
            message = f"the field {name} holds nothing that it can hold"
            raise refusal(message)
    required = {field.name for field in attrs.fields(cls) if field.default is attrs.NOTHING}
    if missing := sorted(required - values.keys()):
        message = f"{cls.__name__} lacks {missing[0]}"
        raise refusal(message)
    return cls(**values)


@cache
def _kinds(cls: type) -> dict[str, Any]:
    hints = _hints(cls)
    return {field.name: _without_none(hints[field.name]) for field in attrs.fields(cls)}


def _without_none(kind: Any) -> Any:
    args = get_args(kind)
    return next(arg for arg in args if arg is not NoneType) if NoneType in args else kind


def _read_if_any(kind: Any, content: Any) -> Any:
    """Read a field; gives `None` if its content is invalid.

    The refusal is raised elsewhere: raised here, its context would be the error that quotes the content.
    """
    try:
        return _read(kind, content)
    except (TypeError, ValueError):
        return None


def _read(kind: Any, content: Any) -> Any:
    if get_origin(kind) is tuple:
        if not isinstance(content, list):
            raise TypeError
        return tuple(_read(get_args(kind)[0], item) for item in content)
    if issubclass(kind, date):
        return kind.fromisoformat(content)
    if issubclass(kind, StrEnum):
        return kind(content)
    if type(content) is not kind:  # a boolean would pass for a number
        raise TypeError
    return content
