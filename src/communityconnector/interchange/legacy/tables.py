"""Tables that HSDS 3.2 lacks, or that meant something else before, upgraded row by row."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any, Final

import attrs

from communityconnector.interchange.legacy.schedules import day_of
from communityconnector.model.identity import mint

_TableRow = dict[str, str]


@attrs.frozen
class RawRecord:
    """What a row becomes.

    Attributes:
        entity: the HSDS 3.2 entity.
        raw: its fields.
        partial: it only fills in fields of a record that another row holds.
    """

    entity: str
    raw: dict[str, Any]
    partial: bool = False


TableUpgrade = Callable[[_TableRow], Iterable[RawRecord]]


def table_upgrade(stem: str, header: Collection[str]) -> TableUpgrade | None:
    """Return how the rows of a table are upgraded; `None` where HSDS 3.2 has the table and means the same.

    Args:
        stem: the file's name without folder and suffix, lower case.
        header: its column names, lower case.
    """
    if {"name", "parent_name"} <= set(header) and ("id" in header or "taxonomy_id" in header):
        return _term
    if stem in _AMBIGUOUS:
        column, upgrade = _AMBIGUOUS[stem]
        return upgrade if column in header else None
    return _TABLES.get(stem)


def _as(entity: str, **more: str) -> TableUpgrade:
    """Return the same columns under another table's name."""
    return lambda row: (RawRecord(entity, {**more, **{k: v for k, v in row.items() if v}}),)


def _own(table: str, key: str) -> str:
    """Return the id of a row whose table is now one with another table, where the same number stands for something else."""
    return key if not key or len(key) > _LONGEST_NUMBER else f"{table}-{key}"


_LONGEST_NUMBER: Final = 19
"""A longer id is a UUID or the like, and stands for one thing everywhere."""


def _renamed(table: str, entity: str, **more: str) -> TableUpgrade:
    """Upgrade as `_as` does, with ids kept apart from those of the table that the rows come into."""
    upgrade = _as(entity, **more)
    return lambda row: upgrade({**row, "id": _own(table, row.get("id", ""))})


def _ids(row: _TableRow, *names: str) -> tuple[str, ...]:
    return tuple(row.get(name, "") for name in names)


def _service_terms(row: _TableRow) -> Iterable[RawRecord]:
    """Upgrade a link between a service and a term to an attribute."""
    term = row.get("taxonomy_term_id") or row.get("taxonomy_id") or ""
    service = row.get("service_id", "")
    rest = {k: v for k, v in row.items() if k not in ("service_id", "taxonomy_id", "taxonomy_term_id", "id")}
    detail = rest.pop("taxonomy_detail", "")
    key = _own("service_taxonomy", row.get("id", "")) or mint("service_taxonomy", service, term)
    link = {"id": key, "link_id": service, "link_entity": "service", "taxonomy_term_id": term}
    yield RawRecord("attribute", {**link, **({"value": detail} if detail else {}), **rest})


def _other_attributes(row: _TableRow) -> Iterable[RawRecord]:
    """Upgrade HSDS 2.0.1, where `link_type` names the entity, and Open Referral UK 1.0 with `taxonomy_id` for the term."""
    raw: dict[str, Any] = {k: v for k, v in row.items() if k not in ("taxonomy_id", "link_type")}
    raw["taxonomy_term_id"] = row.get("taxonomy_term_id") or row.get("taxonomy_id") or ""
    raw["link_entity"] = row.get("link_entity") or row.get("link_type") or ""
    raw["id"] = _own("other_attributes", row.get("id", ""))
    if not raw["id"]:
        raw["id"] = mint("other_attribute", *_ids(row, "link_id", "taxonomy_id", "taxonomy_term_id"))
    yield RawRecord("attribute", raw)


def _eligibility(row: _TableRow) -> Iterable[RawRecord]:
    """Upgrade eligibility from a table of its own; several rows of one service become one text."""
    service = row.get("service_id")
    text = row.get("eligibility", "")
    if not service:
        yield RawRecord("attribute", {
            "id": _own("eligibility", row.get("id", "")) or mint("eligibility", text),
            "label": text, "link_type": "eligibility",
        })  # fmt: skip
        return
    ages = {k: row[k] for k in ("minimum_age", "maximum_age") if row.get(k)}
    raw: dict[str, Any] = {"id": service, **({"eligibility_description": text} if text else {}), **ages}
    yield RawRecord("service", raw, partial=True)


def _payment(row: _TableRow) -> Iterable[RawRecord]:
    service, payment = row.get("service_id", ""), row.get("payment") or row.get("payment_accepted") or ""
    key = _own("payment", row.get("id", "")) or mint("payment", service, payment)
    yield RawRecord(
        "attribute",
        {"id": key, "link_id": service, "link_entity": "service", "link_type": "payment", "label": payment},
    )


def _holiday(row: _TableRow) -> Iterable[RawRecord]:
    """Upgrade hours on certain days, or closing on them. Where the days are unknown, the row becomes a label."""
    rest = {k: v for k, v in row.items() if k not in ("weekday", "start_date", "end_date")}
    rest["id"] = _own("holiday_schedules", row.get("id", ""))
    first, last = (row.get(name, "").strip() for name in ("start_date", "end_date"))
    if day_of(first) and (day_of(last) or not last):
        yield RawRecord("schedule", {**rest, "start_date": first, "end_date": last or first})
        return
    shut = row.get("closed", "").strip().lower() in {"true", "t", "yes", "y", "1"}
    for entity in ("service_at_location", "service", "location"):
        owner = row.get(f"{entity}_id")
        if owner:
            words = " to ".join(dict.fromkeys(filter(None, (first, last))))
            yield RawRecord("attribute", {
                "id": mint("holiday", row.get("id", ""), entity, owner, words),
                "link_id": owner, "link_entity": entity, "link_type": "holiday_schedule",
                "label": f"{'Closed' if shut else 'Special hours'} {words}".strip(),
                "value": " to ".join(filter(None, _ids(row, "opens_at", "closes_at"))),
            })  # fmt: skip
            return


def _term(row: _TableRow) -> Iterable[RawRecord]:
    """Upgrade a term of HSDS 1.x and of Ohana: `taxonomy` was a table of terms."""
    raw: dict[str, Any] = {
        k: v for k, v in row.items() if k not in ("taxonomy_id", "parent_id", "parent_name", "vocabulary")
    }
    key = row.get("id") or row.get("taxonomy_id") or ""
    if key:
        raw["id"] = raw["code"] = key.strip()
    parent = row.get("parent_id", "").strip()
    if parent not in ("", "0"):
        raw["parent_id"] = parent
    if row.get("vocabulary"):
        raw["taxonomy"] = row["vocabulary"].strip()
    # HSDS requires a description, and these tables have none; the name is what there is to say.
    raw["name"] = row.get("name", "").strip()
    raw.setdefault("description", raw["name"])
    yield RawRecord("taxonomy_term", raw)


def _term_parent(row: _TableRow) -> Iterable[RawRecord]:
    """Upgrade HSDS's own table, where a file writes 0 for the parent of a term at the top."""
    yield RawRecord("taxonomy_term", {k: v for k, v in row.items() if k != "parent_id" or v.strip() != "0"})


def _at_location(row: _TableRow) -> Iterable[RawRecord]:
    """Upgrade Ohana's service, which stands at one location that its own row names."""
    yield RawRecord("service", {k: v for k, v in row.items() if k != "location_id"})
    if row.get("location_id") and row.get("id"):
        link = {"service_id": row["id"], "location_id": row["location_id"]}
        yield RawRecord(
            "service_at_location", {"id": mint("service_at_location", row["id"], row["location_id"]), **link}
        )


def _review(row: _TableRow) -> Iterable[RawRecord]:
    """Upgrade a review of a service (Open Referral UK 1.0)."""
    service = row.get("service_id", "")
    label = row.get("title") or row.get("description") or row.get("score") or ""
    yield RawRecord("attribute", {
        "id": _own("review", row.get("id", "")) or mint("review", service, label), "link_id": service, "link_entity": "service",
        "link_type": "review", "label": label, "value": row.get("score", ""),
    })  # fmt: skip


_MAILED: Final = _renamed("postal_addresses", "address", address_type="postal")
_TABLES: Final[dict[str, TableUpgrade]] = {
    "physical_addresses": _as("address", address_type="physical"),
    "physical_address": _as("address", address_type="physical"),
    "postal_addresses": _MAILED,
    "postal_address": _MAILED,
    "mail_addresses": _MAILED,
    "regular_schedules": _as("schedule"),
    "regular_schedule": _as("schedule"),
    "holiday_schedules": _holiday,
    "holiday_schedule": _holiday,
    "services_at_location": _as("service_at_location"),
    "services_at_locations": _as("service_at_location"),
    "services_taxonomy": _service_terms,
    "service_taxonomy": _service_terms,
    "services_taxonomies": _service_terms,
    "service_attributes": _service_terms,
    "other_attributes": _other_attributes,
    "link_taxonomy": _other_attributes,
    "link_taxonomies": _other_attributes,
    "eligibility": _eligibility,
    "eligibilities": _eligibility,
    "payments_accepted": _payment,
    "payment_accepted": _payment,
    "accessibility_for_disabilities": _as("accessibility"),
    "review": _review,
    "reviews": _review,
}
_AMBIGUOUS: Final[dict[str, tuple[str, TableUpgrade]]] = {
    "services": ("location_id", _at_location),
    "addresses": ("location_id", _as("address", address_type="physical")),
    "taxonomy_terms": ("parent_id", _term_parent),
    "taxonomy": ("parent_id", _term),
    "taxonomies": ("parent_id", _term),
}
"""Tables of a name that HSDS 3.2 has too, by the column that shows the older meaning."""

OLD_TABLES: Final = frozenset({*_TABLES, *_AMBIGUOUS})
"""Names of the tables that may be upgraded."""
