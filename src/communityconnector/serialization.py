"""Values as plain documents that JSON and every storage can hold, and back.

What a document may hold is told by the value's own fields: texts, numbers, truths, dates, codes and lists of those.
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
    """Has a class refuse values of other types than its fields have, so that what was kept can be read again.

    For `field_transformer` of `attrs.frozen`. A truth is no number, a moment is no day.

    Args:
        refusal: what to raise; the message names class and field and never what was given.
    """

    def check(value: attrs.AttrsInstance, field: attrs.Attribute[Any], held: Any) -> None:
        if not _fits(_hints(type(value))[field.name], held):
            message = f"{type(value).__name__}: the field {field.name} does not take a {type(held).__name__}"
            raise refusal(message)

    return lambda _, fields: [field.evolve(validator=check) for field in fields]


@cache
def _hints(cls: type) -> dict[str, Any]:
    """The types of a class's fields, looked up once."""
    return get_type_hints(cls)


def _fits(kind: Any, held: Any) -> bool:
    origin, args = get_origin(kind), get_args(kind)
    if origin in {Union, UnionType}:
        return any(_fits(one, held) for one in args)
    if origin in {tuple, frozenset}:
        return isinstance(held, origin) and all(_fits(args[0], item) for item in held)
    if origin is Mapping:
        return isinstance(held, Mapping) and all(
            _fits(args[0], name) and _fits(args[1], item) for name, item in held.items()
        )
    strange = {int: bool, date: datetime}.get(kind)
    return isinstance(held, kind) and not (strange is not None and isinstance(held, strange))


def write(value: attrs.AttrsInstance, *without: str) -> dict[str, Any]:
    """A value as a plain document: texts, numbers, truths and lists. What is empty is left out.

    Args:
        value: the value.
        without: names of fields that the document does not hold.
    """
    found: dict[str, Any] = {"schema": SCHEMA}
    for field in attrs.fields(type(value)):
        held = getattr(value, field.name)
        if field.name in without or held is None or held in ("", ()):
            continue
        found[field.name] = _plain(held)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, date):  # a datetime is one too
        return value.isoformat()
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def read(
    cls: type[T], document: Mapping[str, Any], refusal: type[CommunityConnectorError], what: str, **given: Any
) -> T:
    """The value that a document was written from.

    Args:
        cls: what it is.
        document: what `write` made.
        refusal: what to raise where it is no such document; the message names the field and never what stands in it.
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
    for name, held in raw.items():
        values[name] = _read_if_any(kinds[name], held)
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


def _read_if_any(kind: Any, held: Any) -> Any:
    """What a field holds; `None` where it can hold no such thing.

    The refusal is raised elsewhere: raised here, it would have the error hang on to it that shows what stood there.
    """
    try:
        return _read(kind, held)
    except (TypeError, ValueError):
        return None


def _read(kind: Any, held: Any) -> Any:
    if get_origin(kind) is tuple:
        if not isinstance(held, list):
            raise TypeError
        return tuple(_read(get_args(kind)[0], item) for item in held)
    if issubclass(kind, date):
        return kind.fromisoformat(held)
    if issubclass(kind, StrEnum):
        return kind(held)
    if type(held) is not kind:  # a truth would pass for a number
        raise TypeError
    return held
