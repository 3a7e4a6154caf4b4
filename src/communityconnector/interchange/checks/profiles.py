"""Profiles: local editions of HSDS, as JSON merge patches over its schemas.

A profile is a folder of merge patches (RFC 7396) named like the schemas that they change; `null` takes a field away.
Source: HSDS 3 "Profiles", docs.openreferral.org.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import attrs

from communityconnector.errors import SourceNotFoundError
from communityconnector.model import ENTITIES, Directory, Finding, Record, Severity, specs


def merge_patch(target: Any, patch: Any) -> Any:
    """Return a JSON value with a merge patch applied (RFC 7396): objects merge, `null` removes, all else replaces.

    Neither argument changes.
    """
    if not isinstance(patch, Mapping):
        return patch
    made = dict(target) if isinstance(target, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            made.pop(key, None)
        else:
            made[key] = merge_patch(made.get(key), value)
    return made


@attrs.frozen
class Profile:
    """A profile of HSDS.

    Attributes:
        name: its name.
        uri: what a dataset that follows it names in `profile`.
        patches: merge patches over the HSDS schemas, by entity.
    """

    name: str
    uri: str
    patches: Mapping[str, Mapping[str, Any]] = attrs.field(repr=False)

    @classmethod
    def load(cls, folder: str | os.PathLike[str], *, name: str = "", uri: str = "") -> Profile:
        """Read a folder of merge patches; files that are not named for an entity (`openapi.json`) are passed over.

        Raises:
            SourceNotFoundError: there is no such folder, or a patch in it is not a JSON object.
        """
        path = Path(folder)
        if not path.is_dir():
            message = f"{folder}: no such folder"
            raise SourceNotFoundError(message)
        patches: dict[str, Mapping[str, Any]] = {}
        for file in sorted(path.glob("*.json")):
            if file.stem not in ENTITIES:
                continue
            try:
                patch = json.loads(file.read_bytes())
                merge_patch({}, patch)
            except (OSError, ValueError, RecursionError) as error:
                message = f"{file.name}: no merge patch ({type(error).__name__})"
                raise SourceNotFoundError(message) from error
            if patch is None:
                # The profile does not have the entity at all.
                patch = {"properties": dict.fromkeys(specs(ENTITIES[file.stem]))}
            if not isinstance(patch, dict):
                message = f"{file.name}: no merge patch (an object expected)"
                raise SourceNotFoundError(message)
            patches[file.stem] = patch
        return cls(name or path.name, uri, patches)

    def dropped(self, entity: str) -> frozenset[str]:
        """Return the fields of HSDS that the profile does not have."""
        properties = self.patches.get(entity, {}).get("properties")
        if not isinstance(properties, Mapping):
            return frozenset()
        return frozenset(name for name, patch in properties.items() if patch is None)

    def has(self, entity: str) -> bool:
        """Return whether the profile has the entity: it does unless it drops every field of it."""
        return not specs(ENTITIES[entity]).keys() <= self.dropped(entity)

    def required(self, entity: str) -> tuple[str, ...]:
        """Return the fields that the profile requires of an entity; empty where it leaves that to HSDS."""
        names = self.patches.get(entity, {}).get("required")
        return tuple(name for name in names if isinstance(name, str)) if isinstance(names, list) else ()


def _without(names: str) -> dict[str, Any]:
    return {"properties": dict.fromkeys(names.split())}


OPEN_REFERRAL_UK: Final = Profile(
    "Open Referral UK 3.0",
    "https://docs.openreferraluk.org/",
    {
        "address": _without("address_2"),
        "attribute": _without("link_entity value"),
        "contact": _without("department email location_id organization_id phones service_at_location_id"),
        "cost_option": _without("attributes currency"),
        "funding": _without("attributes organization_id"),
        "language": _without("attributes code location_id name note"),
        "location": _without(
            "alternate_name contacts languages organization_id phones schedules transportation url"
        ),
        "organization": _without(
            "alternate_name contacts funding legal_status locations phones tax_id tax_status year_incorporated"
        ),
        "phone": _without(
            "attributes extension location_id organization_id service_at_location_id service_id type"
        ),
        "schedule": _without("attributes byweekno byyearday count location_id timezone until wkst"),
        "service": _without(
            "alternate_name application_process eligibility_description fees_description interpretation_services licenses phones program_id wait_time"
        ),
        "service_area": _without("attributes description"),
        "service_at_location": _without("attributes contacts description phones schedules"),
        "taxonomy_term": _without("code language taxonomy_detail"),
        "meta_table_description": {"properties": dict.fromkeys(specs(ENTITIES["meta_table_description"]))},
        "metadata": {"properties": dict.fromkeys(specs(ENTITIES["metadata"]))},
        "program": {"properties": dict.fromkeys(specs(ENTITIES["program"]))},
        "required_document": {"properties": dict.fromkeys(specs(ENTITIES["required_document"]))},
    },
)
"""The UK's edition, as facts: the fields that it drops. It keeps `fees`, which HSDS deprecates.

Source: Open Referral UK, developers.openreferraluk.org, profile of 2024.
"""


def profile_of(dataset: Mapping[str, Any]) -> Profile | None:
    """Return the built-in profile that a dataset declares (`Directory.dataset`), or `None`."""
    declared = str(dataset.get("profile") or "").casefold()
    if any(word in declared for word in ("openreferraluk", "open-referral-uk", "oruk")):
        return OPEN_REFERRAL_UK
    return None


def check_profile(directory: Directory, profile: Profile) -> tuple[Finding, ...]:
    """Return where a directory leaves a profile: fields in use that it does not have, and fields that it requires.

    Returns:
        Findings of the rules `not-in-profile` and `required-by-profile`, counted by entity and field.
    """
    return tuple(_departures(directory, profile))


def _departures(directory: Directory, profile: Profile) -> Iterator[Finding]:
    for entity, cls in ENTITIES.items():
        facts = specs(cls)
        records = list(directory.table(entity).values())

        def value(record: Record, name: str, facts: Mapping[str, Any] = facts) -> Any:
            return getattr(record, name) if name in facts else record.extra.get(name)

        for name in sorted(profile.dropped(entity)):
            using = [record for record in records if value(record, name) not in _NOTHING]
            message = f"{profile.name} has no {name}; others who follow it will not see it"
            yield from _counted(using, "not-in-profile", message, name)
        for name in profile.required(entity):
            lacking = [record for record in records if value(record, name) in _NOTHING]
            yield from _counted(lacking, "required-by-profile", f"{profile.name} requires {name}", name)


_NOTHING: Final = (None, "", ())


def _counted(records: list[Record], rule: str, message: str, path: str) -> Iterator[Finding]:
    if records:
        first = records[0]
        yield Finding(
            Severity.WARNING,
            rule,
            message,
            path=path,
            entity=first.entity,
            record_id=first.id,
            count=len(records),
        )


def fit(raw: Mapping[str, Any], profile: Profile, entity: str = "service") -> dict[str, Any]:
    """Return a nested raw record as a profile wants it: without the fields and the entities that it does not have.

    Nothing is lost in silence: `check_profile` says beforehand which fields those are.
    """
    facts = specs(ENTITIES[entity])
    gone = profile.dropped(entity)
    made: dict[str, Any] = {}
    for name, value in raw.items():
        target = facts[name].target if name in facts else ""
        if name in gone or (target and not profile.has(target)):
            continue
        if target and isinstance(value, Mapping):
            made[name] = fit(value, profile, target)
        elif target and isinstance(value, list):
            made[name] = [fit(item, profile, target) if isinstance(item, Mapping) else item for item in value]
        else:
            made[name] = value
    return made
