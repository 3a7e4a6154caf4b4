"""Texts in fields that embed records."""

from __future__ import annotations

import re
from typing import Any, Final


def records_in_text(name: str, value: Any) -> list[dict[str, Any]] | dict[str, Any] | None:
    """Read a text in a field that embeds records: `languages: "English, Spanish"`.

    Args:
        name: the field, which embeds one record or many.
        value: a text, or a list of texts.

    Returns:
        A list of raw records for a field of many, one raw record for a field of one, `None` where it is not certain.
    """
    if name == "organization":
        return {"name": value} if isinstance(value, str) else None
    if name == "location":
        return {"name": value, "location_type": "physical"} if isinstance(value, str) else None
    field = _TEXT_RECORDS.get(name)
    if field is None:
        return None
    if isinstance(value, (int, float)) and not isinstance(value, bool) and name == "phones":
        value = str(value)
    if isinstance(value, str):
        parts = PARTS.split(value) if name in _LISTS else [value]
        texts = [part.strip() for part in parts if part.strip()]
    elif isinstance(value, list) and all(isinstance(item, str) for item in value):
        texts = [item.strip() for item in value if item.strip()]
    else:
        return None
    return [
        {"code" if name == "languages" and _CODE.fullmatch(text) else field: text} for text in texts
    ] or None


PARTS: Final = re.compile(r"\s*[,;|]\s*|\s+/\s+")
_LISTS: Final = frozenset({"languages", "service_areas"})
_TEXT_RECORDS: Final = {
    "languages": "name",
    "phones": "number",
    "schedules": "description",
    "service_areas": "name",
    "required_documents": "document",
    "cost_options": "option",
    "accessibility": "description",
    "funding": "source",
    "additional_urls": "url",
    "additional_websites": "url",
    "attributes": "label",
}
_CODE: Final = re.compile(r"[a-z]{2,3}")
