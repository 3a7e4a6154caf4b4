"""What was found about a directory while it was read: data, not exceptions."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, Final

import attrs

from communityconnector.model.harm import ORDER, Harm, harm_of

READ_AS: Final = "read as "
"""How an action begins that repeats a value; but for `_FORMS`."""

_FORMS: Final = frozenset(
    {
        "HSDS 3.2",
        "a list of one",
        "a record",
        "a table",
        "far as it is whole",
        "if absent",
        "its object",
        "links",
        "one record for each",
        "one service",
        "status",
    }
)
"""What may stand after `read as` and is no value."""


class Severity(StrEnum):
    """How much a finding matters."""

    ERROR = "error"
    """Something in the source could not be used, or breaks HSDS."""
    WARNING = "warning"
    """It was mended, or it is lawful but probably wrong."""
    INFO = "info"
    """Worth knowing."""


@attrs.frozen(kw_only=True)
class Finding:
    """One thing found about a directory.

    Attributes:
        severity: how much it matters.
        rule: stable name of the rule, such as `dangling-reference`.
        message: what was found and what to do, for people.
        action: what the reading did about it, such as `dropped` or `read as 12`; "" for nothing. Nothing of the source
            stands in it, but after `read as`.
        file: the file, or the file within a folder or a zip.
        line: line in the file, counted from 1; `None` where a path says it better.
        path: dotted path in a JSON document (`$.contents[3].location.latitude`), or the column of a table.
        entity: HSDS entity of the record.
        record_id: id of the record.
        value: the raw value. `None` where there is none, or where the record's place is confidential.
        count: how often it occurs. Only for what a file may repeat without end, such as null in a field; the
            position is then that of the first time.
    """

    severity: Severity
    rule: str
    message: str
    action: str = ""
    file: str = ""
    line: int | None = None
    path: str = ""
    entity: str = ""
    record_id: str = ""
    value: Any = None
    count: int = 1

    @property
    def harm(self) -> Harm:
        """What it may cost a patron: the order in which findings are best read."""
        return harm_of(self.rule, self.action)

    def without_value(self) -> Finding:
        """The same without what the source says there, for a record that is not shown as it is."""
        repeats = self.action.startswith(READ_AS) and self.action.removeprefix(READ_AS) not in _FORMS
        return attrs.evolve(self, value=None, action="read in another form" if repeats else self.action)

    @property
    def where(self) -> str:
        """The position in one piece: `services.csv line 12, status` or `$.services[3].status`."""
        place = self.file
        if self.line is not None:
            place = f"{place} line {self.line}".strip()
        return ", ".join(part for part in (place, self.path) if part)


def by_harm(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings with the worst harm first, errors before warnings; otherwise in the order in which they came."""
    return tuple(sorted(findings, key=lambda found: (ORDER[found.harm], _WEIGHT[found.severity])))


_WEIGHT: Final = {severity: number for number, severity in enumerate(Severity)}
