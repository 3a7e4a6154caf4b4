"""What should be known about a directory that was read: data, not exceptions."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, Final

import attrs

from communityconnector.model.harm import ORDER, Harm, harm_of


class Severity(StrEnum):
    """How much a finding matters."""

    ERROR = "error"
    """Something in the source could not be used, or breaks HSDS."""
    WARNING = "warning"
    """It was mended, or it is lawful but probably wrong."""
    INFO = "info"
    """Worth knowing."""


@attrs.frozen
class Finding:
    """One thing about a directory that a person should know.

    Attributes:
        severity: how much it matters.
        rule: stable name of the rule, such as `dangling-reference`.
        message: what is wrong and what to do, for people.
        action: what the reading did about it, such as `dropped` or `read as`; "" for nothing. It repeats no value.
        file: the file, or the file within a folder or a zip.
        line: line in the file, counted from 1; `None` where a path says it better.
        path: dotted path in a JSON document (`$.contents[3].location.latitude`), or the column of a table.
        entity: HSDS entity of the record.
        record_id: id of the record.
        value: the raw value. `None` where there is none, or where the record's place is confidential.
        read_as: the value as it was read, where that is another. `None` where `value` is.
        count: how often it occurs. Only for what a file may repeat without end, such as null in a field; the
            position is then that of the first time.
    """

    severity: Severity
    rule: str
    message: str
    action: str = ""
    file: str = attrs.field(default="", kw_only=True)
    line: int | None = attrs.field(default=None, kw_only=True)
    path: str = attrs.field(default="", kw_only=True)
    entity: str = attrs.field(default="", kw_only=True)
    record_id: str = attrs.field(default="", kw_only=True)
    value: Any = attrs.field(default=None, kw_only=True)
    read_as: Any = attrs.field(default=None, kw_only=True)
    count: int = attrs.field(default=1, kw_only=True)

    @property
    def harm(self) -> Harm:
        """What it may cost a patron: the order in which findings are best read."""
        return harm_of(self.rule, self.action)

    @property
    def outcome(self) -> str:
        """The action in one piece with the value as it was read: `read as 12`, `dropped`."""
        return self.action if self.read_as is None else f"{self.action} {self.read_as}"

    def without_value(self) -> Finding:
        """Return it without the source's value, for a record that is not shown unchanged."""
        action = self.action if self.read_as is None else "read in another form"
        return attrs.evolve(self, value=None, read_as=None, action=action)

    @property
    def where(self) -> str:
        """The position in one piece: `services.csv line 12, status` or `$.services[3].status`."""
        place = self.file
        if self.line is not None:
            place = f"{place} line {self.line}".strip()
        return ", ".join(part for part in (place, self.path) if part)


def by_harm(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings with the worst harm first, errors before warnings; otherwise in the order in which they came."""
    return tuple(sorted(findings, key=lambda finding: (ORDER[finding.harm], _WEIGHT[finding.severity])))


_WEIGHT: Final = {severity: number for number, severity in enumerate(Severity)}
