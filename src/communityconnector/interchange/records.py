"""Raw objects to records and back: the only place where JSON or table values become model values."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import cache
from typing import Any, Final

import attrs
import cattrs

from communityconnector.interchange.values import ABSENT, Mender, Problem, mender
from communityconnector.model import ENTITIES, Finding, Kind, Location, Record, Severity, required, specs
from communityconnector.model.disclosure import attribute_for, with_level
from communityconnector.model.identity import mint


class Mode(StrEnum):
    """What reading does with what is wrong."""

    REPAIR = "repair"
    """Mend what is certain, drop what cannot be used, say both. The default."""
    COLLECT = "collect"
    """Mend nothing: a wrong value is kept, as it was, in the record's `extra`."""
    STRICT = "strict"
    """As `collect`, and `InvalidDirectoryError` in the end if there was any error."""


_MISSING: Final[Mapping[Kind, Any]] = {Kind.NUMBER: None}
"""What a required field holds when the source has none; text fields hold ""."""


@attrs.define(slots=True)
class Draft:
    """A finding while its record and its path are still becoming known."""

    severity: Severity
    rule: str
    message: str
    action: str
    path: str
    value: Any = None
    entity: str = ""
    record_id: str = ""
    file: str = ""
    line: int | None = None
    count: int = 1


Step = tuple[bool, Mender | None, type[Record], bool]
"""How a field is read: whether any text will do; its mender; or, without one, what it embeds and whether many."""


@cache
def _plan(entity: str) -> dict[str, Step]:
    plan: dict[str, Step] = {}
    for name, facts in specs(ENTITIES[entity]).items():
        if facts.kind in (Kind.ONE, Kind.MANY):
            plan[name] = (False, None, ENTITIES[facts.target], facts.kind is Kind.MANY)
        elif facts.hsds:
            plan[name] = (facts.kind is Kind.TEXT, mender(facts), Record, False)
    return plan


@cache
def _wanted(entity: str) -> tuple[tuple[str, Any], ...]:
    cls = ENTITIES[entity]
    return tuple((n, _MISSING.get(specs(cls)[n].kind, "")) for n in required(cls) if n != "id")


class Structurer:
    """Makes records of raw objects and drafts findings on the way.

    Args:
        mode: what to do with what is wrong.
        tabular: the values come from a table, where everything is text and an empty cell is no value.
    """

    def __init__(self, mode: Mode = Mode.REPAIR, *, tabular: bool = False) -> None:
        self.mode = mode
        self.tabular = tabular
        self.drafts: list[Draft] = []
        self.tallies: dict[tuple[str, str, str], Draft] = {}

    def record(self, cls: type[Record], raw: Mapping[str, Any]) -> Record:
        """Make one record, and those that it embeds.

        Findings drafted meanwhile carry paths relative to this record.
        """
        first = len(self.drafts)
        plan = _plan(cls.entity)
        values: dict[str, Any] = {}
        extra: dict[str, Any] = {}
        for name, item in raw.items():
            step = plan.get(name)
            if step is None:
                if not (self.tabular and item == ""):
                    extra[name] = item
                continue
            any_text, mend, target, is_many = step
            if any_text and type(item) is str and item:
                # By far the commonest case: it needs no look.
                values[name] = item
                continue
            if self.tabular and item == "":
                continue
            if mend is not None:
                value, problem = mend(item)
                if problem is not None:
                    value = self._take_note(cls.entity, name, item, value, problem, extra)
            else:
                value = (self._many if is_many else self._one)(name, target, item, extra)
            if value is not ABSENT:
                values[name] = value
        self._complete(cls, raw, values, extra, first)
        return cls(**values, extra=extra)

    def _complete(
        self,
        cls: type[Record],
        raw: Mapping[str, Any],
        values: dict[str, Any],
        extra: dict[str, Any],
        first: int,
    ) -> None:
        """Fill in what HSDS requires and the source lacks, and tell the drafts whose they are."""
        for name, missing in _wanted(cls.entity):
            if name not in values:
                values[name] = missing
                said = [draft.path for draft in self.drafts[first:] if draft.rule not in TALLIED]
                if name not in extra and name not in said:
                    self._note(Severity.ERROR, "missing-field", f"HSDS requires {name}", "", name)
        if "id" not in values:
            values["id"] = mint(cls.entity, json.dumps(raw, sort_keys=True, default=str))
            self._note(
                Severity.ERROR, "missing-id", "a record without an id", "minted one from its content", "id"
            )
        if cls is Location:
            with_level(values, extra)
        for draft in self.drafts[first:]:
            if not draft.record_id:
                draft.entity, draft.record_id = cls.entity, values["id"]

    def _tally(self, entity: str, name: str, problem: Problem, raw: Any) -> None:
        """Count what was found before in this field; the first time is a draft like any other."""
        key = (problem.rule, entity, name)
        first = self.tallies.get(key)
        if first is not None:
            first.count += 1
            return
        severity = Severity.INFO if problem.rule in _HARMLESS else Severity.WARNING
        action = "" if problem.rule in _HARMLESS else "read as if absent"
        self.tallies[key] = first = Draft(severity, problem.rule, problem.message, action, name, raw)
        self.drafts.append(first)

    def _take_note(  # noqa: PLR0913, PLR0917  # a field, its value raw and mended, and what was wrong
        self, entity: str, name: str, raw: Any, value: Any, problem: Problem, extra: dict[str, Any]
    ) -> Any:
        """Draft what was wrong with a field; gives the value to keep."""
        if self.tabular and problem.rule == "number-as-text":
            return value
        if self.mode is Mode.REPAIR and problem.rule in TALLIED:
            self._tally(entity, name, problem, raw)
            return value
        if self.mode is not Mode.REPAIR and problem.rule not in _HARMLESS:
            extra[name] = raw
            self._note(Severity.ERROR, problem.rule, problem.message, "kept as it was", name, raw)
            return ABSENT
        if problem.mended:
            action = "read as if absent" if value is ABSENT else "" if value == raw else f"read as {value}"
            severity = Severity.INFO if problem.rule in _HARMLESS else Severity.WARNING
            self._note(severity, problem.rule, problem.message, action, name, raw)
        else:
            self._note(Severity.ERROR, problem.rule, problem.message, "dropped", name, raw)
        return value

    def _many(self, name: str, target: type[Record], raw: Any, extra: dict[str, Any]) -> Any:
        if not isinstance(raw, list):
            if isinstance(raw, dict) and self.mode is Mode.REPAIR:
                self._note(
                    Severity.WARNING,
                    "wrong-type",
                    "a list expected, one object found",
                    "read as a list of one",
                    name,
                )
                raw = [raw]
            else:
                return self._not_an_object("a list", name, raw, extra)
        if not raw:
            # "None of these" is more than silence: kept, and written back unless something fills it.
            extra[name] = raw
            return ABSENT
        if self.mode is not Mode.REPAIR and not all(isinstance(item, dict) for item in raw):
            return self._not_an_object("a list of objects", name, raw, extra)
        made = []
        for index, item in enumerate(raw):
            step = f"{name}[{index}]"
            if isinstance(item, dict):
                made.append(self._child(step, target, item))
            else:
                self._note(Severity.ERROR, "wrong-type", "an object expected", "dropped", step, item)
        return tuple(made)

    def _one(self, name: str, target: type[Record], raw: Any, extra: dict[str, Any]) -> Any:
        if isinstance(raw, list) and len(raw) == 1 and self.mode is Mode.REPAIR:
            self._note(
                Severity.WARNING,
                "wrong-type",
                "one object expected, a list of one found",
                "read as its object",
                name,
            )
            raw = raw[0]
        if not isinstance(raw, dict):
            return self._not_an_object("an object", name, raw, extra)
        return self._child(name, target, raw)

    def _child(self, step: str, target: type[Record], raw: dict[str, Any]) -> Record:
        first = len(self.drafts)
        child = self.record(target, raw)
        for draft in self.drafts[first:]:
            draft.path = f"{step}.{draft.path}"
        return child

    def _not_an_object(self, wanted: str, name: str, raw: Any, extra: dict[str, Any]) -> Any:
        if raw is None or raw == "":
            problem = Problem("null-value", f"no value where HSDS wants {wanted}; leave the field out")
        else:
            problem = Problem("wrong-type", f"{wanted} expected", mended=False)
        return self._take_note("", name, raw, ABSENT, problem, extra)

    def _note(  # noqa: PLR0913, PLR0917  # the parts of a draft, in its order
        self, severity: Severity, rule: str, message: str, action: str, path: str, value: Any = None
    ) -> None:
        self.drafts.append(Draft(severity, rule, message, action, path, value))

    def findings(self, file: str, at: Callable[[Draft], tuple[int | None, str]]) -> list[Finding]:
        """Finish the drafted findings and forget them.

        Args:
            file: name of the file.
            at: gives a draft's line and path in that file.
        """
        done = []
        for draft in self.drafts:
            draft.file = file
            draft.line, draft.path = at(draft)
            if draft.rule not in TALLIED:
                done.append(_finished(draft))
        self.drafts.clear()
        return done

    def tallied(self) -> list[Finding]:
        """The findings that were counted, once the file is read to its end."""
        done = [_finished(draft) for draft in self.tallies.values()]
        self.tallies.clear()
        return done


def _finished(draft: Draft) -> Finding:
    return Finding(**{name: getattr(draft, name) for name in _DRAFTED})


_DRAFTED: Final = tuple(field.name for field in attrs.fields(Draft))

TALLIED: Final = frozenset({"null-value", "empty-text", "id-not-uuid"})
"""Rules whose findings are counted by entity and field: some files have null in every empty field."""

_HARMLESS: Final = frozenset({"id-not-uuid", "upper-case-id", "extension-as-text"})
"""Rules whose value is kept in every mode: nothing is lost and nothing is changed but letter case."""


_NOTHING: Final = (None, "", ())


def to_raw(record: Record) -> dict[str, Any]:
    """A record as an HSDS JSON object: no null, no empty text; unknown fields at the end."""
    raw: dict[str, Any] = {}
    for name, facts in specs(type(record)).items():
        value = getattr(record, name)
        if value in _NOTHING or not facts.hsds:
            continue
        if facts.kind is Kind.MANY:
            raw[name] = [to_raw(child) for child in value]
        elif facts.kind is Kind.ONE:
            raw[name] = to_raw(value)
        else:
            raw[name] = value
    if isinstance(record, Location):
        stated = attribute_for(record)
        if stated is not None:
            raw.setdefault("attributes", []).append(to_raw(stated))
    for name, value in record.extra.items():
        raw.setdefault(name, value)
    return raw


def converter() -> cattrs.Converter:
    """A cattrs converter that reads and writes records as HSDS JSON, for embedding them in types of your own."""
    made = cattrs.Converter()
    made.register_structure_hook_func(
        lambda cls: isinstance(cls, type) and issubclass(cls, Record),
        lambda raw, cls: Structurer().record(cls, raw),
    )
    made.register_unstructure_hook_func(lambda cls: isinstance(cls, type) and issubclass(cls, Record), to_raw)
    return made
