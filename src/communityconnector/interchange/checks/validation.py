"""Validation of documents against the official JSON Schemas, in a folder that the caller names: never over the network.

The schemas are Open Referral's (CC BY-SA 4.0) and are not part of this library. Validation needs the extra `validate`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from communityconnector.errors import MissingExtraError, SourceNotFoundError
from communityconnector.interchange.checks.profiles import Profile, merge_patch
from communityconnector.interchange.writing.json_writer import documents
from communityconnector.model import ENTITIES, Directory, Finding, Severity

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator

_FORMATS: Final = ("uuid", "uri", "email", "date-time")
"""The formats that HSDS schemas use."""


def validate(
    source: Directory | Iterable[Mapping[str, Any]],
    schemas: str | os.PathLike[str],
    *,
    entity: str = "service",
    profile: Profile | None = None,
    formats: bool = True,
) -> tuple[Finding, ...]:
    """Validate a directory, or raw documents, against official HSDS schemas.

    Args:
        source: a directory, which is validated as it would be written, or nested raw documents as they are.
        schemas: a folder of the specification's schemas (`service.json`, ...; its `compiled` folder will do), or one
            compiled schema.
        entity: what the documents are.
        profile: a profile to merge into the schemas first; compiled schemas take it at their top level only.
        formats: whether ids must be UUIDs, addresses be URIs and so on. JSON Schema 2020-12 leaves that open.

    Returns:
        A finding of the rule `schema-violation` for each violation, with its path; the message says what the schema
        asks. Raw values stay out of it: which of them are confidential is not known yet.

    Raises:
        SourceNotFoundError: there is no such schema, or it is invalid.
        ValueError: `entity` is not an entity of HSDS.
        MissingExtraError: a package of the extra `validate` is missing.
    """
    if entity not in ENTITIES:
        message = f"{entity!r} is not an entity of HSDS"
        raise ValueError(message)
    validator = _validator(Path(schemas), entity, profile, formats=formats)
    objects = documents(source, entity) if isinstance(source, Directory) else source
    try:
        return tuple(
            Finding(
                Severity.ERROR,
                "schema-violation",
                _asked(error),
                path=f"$[{number}]{error.json_path[1:]}",
                entity=entity,
                record_id=_id(document),
            )
            for number, document in enumerate(objects)
            for error in _errors(validator, document)
        )
    except RecursionError:
        message = f"{schemas}: a JSON Schema without end, or documents nested too deeply for it"
        raise SourceNotFoundError(message) from None


def _id(document: Any) -> str:
    # A document that is not an object is a violation too, not an error of ours.
    return str(document.get("id") or "") if isinstance(document, Mapping) else ""


def _asked(error: ValidationError) -> str:
    """Return what the schema asks, in its own words: those of the document stay out."""
    if error.validator == "required":
        return f"required: {error.message}"
    return f"{error.validator}: {json.dumps(error.validator_value, ensure_ascii=False)[:200]} is asked"


def _errors(validator: Validator, document: Mapping[str, Any]) -> Iterator[ValidationError]:
    from referencing.exceptions import Unresolvable

    try:
        yield from validator.iter_errors(document)
    except Unresolvable as error:
        message = f"the schema's reference {error.ref!r} leads to no file beside it"
        raise SourceNotFoundError(message) from None


def _validator(path: Path, entity: str, profile: Profile | None, *, formats: bool) -> Validator:
    try:
        from jsonschema import Draft202012Validator
        from jsonschema.exceptions import SchemaError
        from referencing import Registry, Resource
        from referencing.exceptions import NoSuchResource
        from referencing.jsonschema import DRAFT202012
    except ImportError as error:
        message = 'validation needs the extra "validate": pip install "communityconnector[validate]"'
        raise MissingExtraError(message) from error
    folder = path if path.is_dir() else path.parent
    patched = _patched(profile)

    def sound(name: str) -> dict[str, Any]:
        schema = patched(name, _schema(folder / name))
        try:
            Draft202012Validator.check_schema(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
        except (SchemaError, RecursionError) as error:
            where = error.json_path if isinstance(error, SchemaError) else "too deep"
            message = f"{folder / name}: not a JSON Schema ({where})"
            raise SourceNotFoundError(message) from None
        return schema

    def retrieve(uri: str) -> Resource[Any]:
        # Files beside the schema only: a reference to anywhere else, the network above all, is refused.
        name = uri.rpartition("/")[2]
        if "/" in uri.removeprefix(_BASE) or not (folder / name).is_file():
            raise NoSuchResource(uri)
        return DRAFT202012.create_resource(sound(name))

    name = f"{entity}.json" if path.is_dir() else path.name
    checker = Draft202012Validator.FORMAT_CHECKER if formats else None
    if checker is not None and not set(_FORMATS) <= checker.checkers.keys():
        message = 'formats can only be checked with the extra "validate": pip install "communityconnector[validate]"'
        raise MissingExtraError(message)
    schema = {"$id": _BASE + name, **sound(name)}
    registry: Registry[Any] = Registry(retrieve=retrieve)  # type: ignore[call-arg]  # attrs names it by its alias
    return Draft202012Validator(schema, registry=registry, format_checker=checker)


_BASE: Final = "hsds:///"


def _patched(profile: Profile | None) -> Callable[[str, dict[str, Any]], dict[str, Any]]:
    def patched(name: str, schema: dict[str, Any]) -> dict[str, Any]:
        patch = profile.patches.get(name.removesuffix(".json")) if profile else None
        return merge_patch(schema, patch) if patch else schema

    return patched


def _schema(path: Path) -> dict[str, Any]:
    try:
        schema = json.loads(path.read_bytes())
    except FileNotFoundError:
        message = f"{path}: no such schema"
        raise SourceNotFoundError(message) from None
    except (OSError, ValueError, RecursionError) as error:
        message = f"{path}: not a JSON Schema ({type(error).__name__})"
        raise SourceNotFoundError(message) from error
    if not isinstance(schema, dict):
        message = f"{path}: not a JSON Schema"
        raise SourceNotFoundError(message)
    return schema
