"""Plain documents: what storage holds, and what settings files say, read and written by one converter.

The fields of a class decide what its documents may contain. A document with an unknown key, or with a value of another
type, is refused, and the error names the path of the key. Records of a directory are read by `interchange` instead,
which repairs what it can.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time
from functools import cache, partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, Self, TypeVar, get_args, get_origin

import attrs

from communityconnector.errors import CommunityConnectorError
from communityconnector.notification import Secret

if TYPE_CHECKING:  # cattrs is slow to import, so it is imported when the first document is read or written
    from cattrs import Converter

SCHEMA: Final = 1
"""The format of documents that state it. Documents of another format are refused."""

T = TypeVar("T")

_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})
_PLAIN: Final = {str: "a string", int: "a whole number", bool: "true or false"}
_TIMES: Final = {
    date: "a date, such as 2026-03-02",
    datetime: "a date and time with its zone, such as 2026-03-02T15:00:00+00:00",
    time: "a time of day, such as 09:30",
}


class ExpectedError(ValueError):
    """A value is not what its field takes.

    Args:
        what: what the field takes, such as "a list". The value itself must not be repeated.
    """

    def __init__(self, what: str) -> None:
        super().__init__(f"expected {what}")


@attrs.frozen(kw_only=True)
class DocumentForm:
    """The form of a class's documents. It does not change, because stored documents must stay readable.

    Attributes:
        error: raised for an invalid document.
        has_schema: whether documents state their format.
        omits: the fields that a document leaves out: empty ones, those with their default value, or none.
        names: keys in documents that are not named as their field, by field.
        hooks: how to read and write single fields, by field.
        without: fields that documents never contain.
    """

    error: type[CommunityConnectorError]
    has_schema: bool = False
    omits: Literal["empty", "default", "none"] = "none"
    names: Mapping[str, str] = _NOTHING
    hooks: Mapping[str, tuple[Callable[[Any, Any], Any], Callable[[Any], Any]]] = _NOTHING
    without: tuple[str, ...] = ()


class Document:
    """A base for attrs classes whose values are stored as plain documents.

    Attributes:
        FORM: the form of the documents. A class that is only part of other documents has a form and not this base.
    """

    __slots__ = ()
    FORM: ClassVar[DocumentForm]

    def to_dict(self) -> dict[str, Any]:
        """Return the value as a plain document that JSON and every storage can hold. Secrets are in clear text."""
        document: dict[str, Any] = _documents().unstructure(self)
        return document

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """Return the value that a document was made from.

        Raises:
            CommunityConnectorError: the document is invalid. The message names the field and never repeats its value.
        """
        return structure(_documents(), cls, document, cls.FORM.error)


def expect(raw: Any, kind: type[Any], what: str) -> Any:
    """Return the same value if it is of a type. A boolean is not a number.

    Args:
        raw: the value.
        kind: the type.
        what: what the type is called in an error.

    Raises:
        ExpectedError: the value is of another type.
    """
    if not isinstance(raw, kind) or (kind is int and isinstance(raw, bool)):
        raise ExpectedError(what)
    return raw


def new_converter() -> Converter:
    """Return a converter that takes each value only in its own type, and refuses unknown keys."""
    from cattrs import Converter

    converter = Converter(forbid_extra_keys=True, unstruct_collection_overrides={tuple: list})
    for kind, what in _PLAIN.items():
        converter.register_structure_hook(kind, partial(_read_plain, base=kind, what=what))
    for moment, what in _TIMES.items():
        converter.register_structure_hook(moment, partial(_read_time, what=what))
        converter.register_unstructure_hook(moment, lambda value: value.isoformat())
    converter.register_structure_hook(Secret, lambda raw, _: Secret(expect(raw, str, "a string")))
    converter.register_unstructure_hook(Secret, Secret.reveal)
    converter.register_structure_hook_factory(_is_list, _list_reader)
    converter.register_structure_hook_factory(_is_mapping, _mapping_reader)
    return converter


def _read_plain(raw: Any, kind: Any, base: type[Any], what: str) -> Any:
    value = expect(raw, base, what)
    return value if kind is base else kind(value)  # a list of codes is a kind of string


def _read_time(raw: Any, kind: Any, what: str) -> Any:
    try:
        return kind.fromisoformat(raw)
    except (TypeError, ValueError):
        raise ExpectedError(what) from None


def _is_list(kind: Any) -> bool:
    return get_origin(kind) in {tuple, frozenset}


def _list_reader(kind: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    collection: Any = get_origin(kind)
    items: Any = list.__class_getitem__(get_args(kind)[0])
    read = converter.get_structure_hook(items)
    return lambda raw, _: collection(read(expect(raw, list, "a list"), items))


def _is_mapping(kind: Any) -> bool:
    return get_origin(kind) is Mapping


def _mapping_reader(kind: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    items: Any = dict.__class_getitem__(get_args(kind))
    read = converter.get_structure_hook(items)
    return lambda raw, _: read(expect(raw, dict, "a table of names and values"), items)


def read_tables(converter: Converter, cls: type[Any], *, without: tuple[str, ...] = ()) -> None:
    """Make a converter read a class from tables of a settings file. A blank string there counts as no value.

    Args:
        converter: the converter.
        cls: an attrs class.
        without: fields that a table cannot have.
    """
    from cattrs import override
    from cattrs.gen import make_dict_structure_fn

    omitted: dict[str, Any] = {name: override(omit=True) for name in without}
    read: Any = make_dict_structure_fn(cls, converter, **omitted)

    def read_table(raw: Any, _: Any) -> Any:
        return read({key: value for key, value in expect(raw, dict, "a table").items() if value != ""}, cls)

    converter.register_structure_hook(cls, read_table)


def structure(  # noqa: PLR0913  # what to read, and how errors are worded
    converter: Converter,
    cls: type[T],
    document: Any,
    error: type[CommunityConnectorError],
    *,
    prefix: str = "",
    unknown: Callable[[type, set[str]], str] = lambda _, keys: f"unknown key {min(keys)}",
) -> T:
    """Return the value of a class that a document describes.

    Args:
        converter: reads it.
        cls: the class of the value.
        document: what a storage or a file contains.
        error: raised if the document is invalid. It names the path of each invalid key and never repeats a value.
        prefix: the beginning of the error's message, such as the name of a file.
        unknown: words the problem of unknown keys of a class.
    """
    from cattrs import BaseValidationError

    try:
        return converter.structure(document, cls)
    except (BaseValidationError, ExpectedError) as invalid:
        problems = "; ".join(_problems(invalid, "", unknown))
    # Raised after the `except` block: the context of an error raised in it would repeat values.
    message = f"{prefix}{problems}"
    raise error(message)


def _problems(error: Exception, path: str, unknown: Callable[[type, set[str]], str]) -> Iterator[str]:
    from cattrs import ClassValidationError, ForbiddenExtraKeysError, IterableValidationError

    groups: list[tuple[str, Exception]] = []
    words = "invalid"
    if isinstance(error, ClassValidationError):
        with_path, others = error.group_exceptions()
        groups = [(f"{path}.{note.name}" if path else note.name, inner) for inner, note in with_path]
        groups += [(path, inner) for inner in others]
    elif isinstance(error, IterableValidationError):
        groups = [
            (f"{path}[{note.index}]" if isinstance(note.index, int) else f"{path}.{note.index}", inner)
            for inner, note in error.group_exceptions()[0]
        ]
    elif isinstance(error, ExpectedError | CommunityConnectorError):
        words = str(error)
    elif isinstance(error, ForbiddenExtraKeysError):
        words = unknown(error.cl, error.extra_fields)
    elif isinstance(error, KeyError):
        words = "missing"
    if not groups:
        yield f"{path}: {words}" if path else words
    for inner_path, inner in groups:
        yield from _problems(inner, inner_path, unknown)


@cache
def _documents() -> Converter:
    """The converter of stored documents."""
    converter = new_converter()
    converter.register_structure_hook_factory(_has_form, _document_reader)
    converter.register_unstructure_hook_factory(_has_form, _document_writer)
    return converter


def _has_form(kind: Any) -> bool:
    return hasattr(kind, "FORM")


def _document_reader(cls: type[Document], converter: Converter) -> Callable[[Any, Any], Any]:
    from cattrs.gen import make_dict_structure_fn

    read = make_dict_structure_fn(cls, converter, **_overrides(cls.FORM))

    def read_document(raw: Any, _: Any) -> Any:
        document = dict(expect(raw, Mapping, "a document"))
        if cls.FORM.has_schema and document.pop("schema", None) != SCHEMA:
            message = f"a document of the schema {SCHEMA}"
            raise ExpectedError(message)
        return read(document, cls)

    return read_document


def _document_writer(cls: type[Document], converter: Converter) -> Callable[[Any], dict[str, Any]]:
    from cattrs.gen import make_dict_unstructure_fn

    form = cls.FORM
    write = make_dict_unstructure_fn(
        cls, converter, _cattrs_omit_if_default=form.omits == "default", **_overrides(form)
    )
    schema = {"schema": SCHEMA} if form.has_schema else {}

    def write_document(value: Any) -> dict[str, Any]:
        document = write(value)
        if form.omits == "empty":
            document = {
                key: content
                for key, content in document.items()
                if content is not None and content not in ("", [])
            }
        return {**schema, **document}

    return write_document


def _overrides(form: DocumentForm) -> dict[str, Any]:
    from cattrs import override

    return (
        {name: override(rename=key) for name, key in form.names.items()}
        | {name: override(omit=True) for name in form.without}
        | {
            name: override(struct_hook=read, unstruct_hook=write)
            for name, (read, write) in form.hooks.items()
        }
    )
