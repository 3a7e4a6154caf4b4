"""Pages of an API in files: whether all are there that each says that there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from communityconnector.model import Finding, Severity


@attrs.define
class ApiPages:
    """The pages that a source holds, by what they say of the whole, and by the file of the first of them."""

    _seen: dict[tuple[Any, ...], tuple[str, set[Any], bool]] = attrs.field(factory=dict, init=False)

    def add(self, value: Mapping[str, Any], file: str) -> None:
        """Take note of an object that may be a page.

        Args:
            value: the object. A page holds a list and says of itself, in HSDS 3, `page_number`, `total_pages`, `last_page` and
                `total_items`; in Open Referral UK 1.0 `number`, `totalPages`, `last` and `totalElements`.
            file: the file that it is in.
        """
        pages, items = (_count(value, *names) for names in (_PAGES, _ITEMS))
        number = _count(value, "page_number", "number")
        is_last = next(
            (value[name] for name in ("last_page", "last") if isinstance(value.get(name), bool)), None
        )
        if (pages is None and is_last is None) or not any(isinstance(item, list) for item in value.values()):
            return
        first, numbers, ends = self._seen.get((pages, items), (file, set(), False))
        numbers.add(number)
        self._seen[pages, items] = (first, numbers, ends or is_last is True)

    def missing(self) -> Iterator[Finding]:
        """Yield a finding for each list of which pages are missing. Servers count wrongly, so it says who says so."""
        for (pages, items), (file, numbers, ends) in self._seen.items():
            if len(numbers) >= pages if pages is not None else ends:
                continue
            whole = f" of {pages:,}" if pages is not None else ""
            records = f", of {items:,} records in all" if items is not None else ""
            message = (
                f"{len(numbers):,}{whole} pages of an API's list are here, as they themselves say{records}"
            )
            yield Finding(Severity.WARNING, "more-pages", message, "read what is here", file=file)


_PAGES = ("total_pages", "totalPages")
_ITEMS = ("total_items", "totalElements")


def _count(value: Mapping[str, Any], *names: str) -> int | None:
    number = next((value[name] for name in names if name in value), None)
    return number if isinstance(number, int) and not isinstance(number, bool) and number >= 0 else None
