"""The cells of one row by what they mean, findings about them, and those that are implausible."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from communityconnector.interchange.notes import Draft
from communityconnector.interchange.texts.cells import SCIENTIFIC
from communityconnector.interchange.texts.regions import REGIONS
from communityconnector.model import Severity


class Cells:
    """The cells of a row that hold something, by field.

    Attributes:
        notes: findings about them.
        refused: the cells that are not believed, by column.
        private: those of them that may show where a place is.
    """

    def __init__(self) -> None:
        self._by_field: dict[str, list[tuple[str, str]]] = {}
        self.notes: list[Draft] = []
        self.refused: dict[str, str] = {}
        self.private: set[str] = set()

    def __bool__(self) -> bool:
        return bool(self._by_field)

    def add(self, field: str, column: str, text: str) -> None:
        """Put a cell under its field."""
        self._by_field.setdefault(field, []).append((column, text))

    def of(self, field: str) -> list[tuple[str, str]]:
        """Return the cells of a field that are not refused, with their columns."""
        return [item for item in self._by_field.get(field, ()) if item[0] not in self.refused]

    def first(self, field: str) -> str:
        """Return the first cell of a field; "" where it has none."""
        return next((text for _, text in self.of(field)), "")

    def joined(self, field: str, mark: str = "; ") -> str:
        """Return all cells of a field."""
        return mark.join(dict.fromkeys(text for _, text in self.of(field)))

    def replace(self, field: str, column: str, text: str) -> None:
        """Put another text into a cell; none takes it away."""
        kept = [(own, text if own == column else cell) for own, cell in self._by_field.get(field, ())]
        self._by_field[field] = [item for item in kept if item[1]]

    def fields(self) -> Iterable[str]:
        """Return the fields that have cells."""
        return self._by_field.keys()

    def columns(self) -> Iterable[tuple[str, str, str]]:
        """Yield field, column and text of every cell."""
        for field, items in self._by_field.items():
            for column, text in items:
                yield field, column, text

    def note(  # noqa: PLR0913, PLR0917  # the parts of a note, in its order
        self,
        rule: str,
        message: str,
        action: str,
        column: str,
        value: str,
        severity: Severity = Severity.INFO,
        read_as: str | None = None,
    ) -> None:
        """Draft a finding about a cell. A cell that may show a place is not repeated, for the place may be hidden."""
        shown = "" if self._may_show_place(column, value) else value
        self.notes.append(Draft(severity, rule, message, action, column, shown, read_as))

    def _may_show_place(self, column: str, text: str) -> bool:
        fields = (field for field, items in self._by_field.items() if any(own == column for own, _ in items))
        return any(field.startswith("location.") for field in fields) or kind_of(text) in _OF_A_PLACE

    def note_field(self, field: str, message: str, *, rule: str) -> None:
        """Note something about the first cell of a field."""
        column, value = next(iter(self.of(field)), ("", ""))
        self.note(rule, message, "", column, value)

    def refuse(self, column: str, why: str, *, rule: str = "implausible-cell") -> None:
        """Keep a cell as it is and believe nothing of it."""
        value = next((text for _, own, text in self.columns() if own == column), "")
        self.refused[column] = value
        if self._may_show_place(column, value):
            self.private.add(column)
        self.note(rule, why, "kept as it was, and not used", column, value, Severity.WARNING)


def refuse_implausible(cells: Cells, order: Mapping[str, int]) -> None:
    """Refuse the cells of a row that plainly are something else than their columns say: a ZIP code among phones.

    Where two or more are, the cells stand under the wrong columns: then what stands right of the last cell that surely
    stands right, up to the last that does not, is not believed either.

    Args:
        cells: the row.
        order: the number of each column.
    """
    wrong: list[str] = []
    right: list[int] = []
    for field, column, text in cells.columns():
        if field in _FREE:
            continue
        if SCIENTIFIC.fullmatch(text):
            why = "a number of which a spreadsheet program kept only the first digits"
            cells.refuse(column, why, rule="number-cut-short")
            continue
        kind = kind_of(text)
        if kind and field in _KINDS:
            if kind in _KINDS[field]:
                right.append(order[column])
            else:
                wrong.append(column)
    if not wrong:
        return
    if len(wrong) == 1:
        cells.refuse(wrong[0], "something else than its column says", rule="implausible-cell")
    else:
        first, last = (pick(order[column] for column in wrong) for pick in (min, max))
        surely = max((number for number in right if number < first), default=-1)
        _shifted(cells, order, wrong, surely, last)


def _shifted(cells: Cells, order: Mapping[str, int], wrong: list[str], surely: int, last: int) -> None:
    doubted = [
        column
        for field, column, _ in cells.columns()
        if surely < order[column] <= last and field not in _FREE and column not in cells.refused
    ]
    cells.refused.update(
        {column: text for _, column, text in cells.columns() if column in {*wrong, *doubted}}
    )
    names = ", ".join(sorted({*wrong, *doubted}, key=order.__getitem__))
    message = f"the cells of these columns seem to stand under the wrong names: {names}"
    action = "kept as they were, and not used"
    # Any of them may be the street.
    cells.private |= {*wrong, *doubted}
    cells.note("columns-shifted", message, action, wrong[0], "", Severity.ERROR)


_FREE: Final = frozenset({
    "", "service.id", "service.name", "service.description", "service.alert", "organization.name", "attributes",
    "organization.description", "service.alternate_name",
})  # fmt: skip
"""Fields that may hold any text, and are believed."""

_PATTERNS: Final = {
    "zip": re.compile(r"\d{5}(?:-\d{4})?|[A-Za-z]\d[A-Za-z] ?\d[A-Za-z]\d", re.ASCII),
    "phone": re.compile(
        r"(?:\+?1[ .-]?)?\(?\d{3}\)?[ .-]{0,3}\d{3}[ .-]?\d{4}(?:\D.{0,40})?", re.ASCII | re.DOTALL
    ),
    "email": re.compile(r"[^@\s]{1,64}@[^@\s]{1,100}\.[A-Za-z]{2,20}"),
    "url": re.compile(r"(?:https?://|www\.)\S{1,2000}", re.IGNORECASE),
    "degrees": re.compile(r"-?\d{1,3}\.\d{3,20}", re.ASCII),
    "street": re.compile(r"\d{1,6}[A-Za-z]? [A-Za-z].{2,200}", re.ASCII | re.DOTALL),
}
_OF_A_PLACE: Final = frozenset({"zip", "degrees", "street"})

_KINDS: Final = {
    "phones": {"phone"},
    "phones.fax": {"phone"},
    "phones.toll_free": {"phone"},
    "phones.tty": {"phone"},
    "service.email": {"email"},
    "service.url": {"url"},
    "location.address": {"street", "zip"},
    "location.address_1": {"street", "zip"},
    "location.city": frozenset(),
    "location.region": frozenset(),
    "location.state_province": {"state"},
    "location.postal_code": {"zip"},
    "location.country": {"state"},
    "location.latitude": {"degrees"},
    "location.longitude": {"degrees"},
    "schedules": {"street"},
    "languages": {"state"},
}
"""What the cells of a field may look like, of the kinds that are known at sight."""


def kind_of(text: str) -> str:
    """Return what a cell is at sight; "" where it may be many things."""
    if text in REGIONS:
        return "state"
    return next((kind for kind, pattern in _PATTERNS.items() if pattern.fullmatch(text[:300])), "")
