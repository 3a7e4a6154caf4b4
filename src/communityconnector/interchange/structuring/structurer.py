"""Raw objects to records: the only place where JSON or table values become model values.

A record embeds records, so its reading is one recursion, and its innermost loop is one function.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import attrs

from communityconnector.interchange.legacy import describe, field_upgrade, records_in_text, repair_parts
from communityconnector.interchange.notes import TALLIED, UPGRADED, Draft, Notes
from communityconnector.interchange.ownership import parent_key
from communityconnector.interchange.structuring.field_problems import FieldProblems
from communityconnector.interchange.structuring.mode import Mode
from communityconnector.interchange.structuring.own_fields import filled_in, restore
from communityconnector.interchange.structuring.plain_schedules import is_plain_schedule
from communityconnector.interchange.structuring.plans import EntityPlan, FieldPlan, entity_plan
from communityconnector.interchange.structuring.record_ids import RecordIds
from communityconnector.interchange.structuring.repeated_records import RepeatedRecords, text_of
from communityconnector.interchange.structuring.schedule_parts import schedule_parts
from communityconnector.interchange.structuring.service_state import with_state
from communityconnector.interchange.texts.identifiers import is_odd_id
from communityconnector.interchange.texts.privacy.classifying import mark_class_privacy
from communityconnector.interchange.texts.privacy.marks import HIDDEN, PrivacyMark
from communityconnector.interchange.texts.privacy.record_privacy import mark_privacy
from communityconnector.interchange.texts.repaired import ABSENT, NOTHING, Problem
from communityconnector.interchange.texts.values import LARGEST
from communityconnector.model import ENTITIES, Finding, Record, Severity
from communityconnector.model.disclosure import with_level

_PLANS: Final[dict[str, EntityPlan]] = {}


@attrs.define(slots=True)
class _Unfinished:
    """A record while its fields are read.

    Attributes:
        plan: how its entity is read.
        raw: its fields in the source.
        seed: what distinguishes it from others, should it have no id.
        values: the values that were read, by field.
        extra: those that no field holds.
    """

    plan: EntityPlan
    raw: Mapping[str, Any]
    seed: str
    values: dict[str, Any]
    extra: dict[str, Any]


class Structurer:
    """Makes records of raw objects and drafts findings on the way.

    Args:
        mode: what to do with what is wrong.
        tabular: the values come from a table, where everything is text and an empty cell has no value.
        sheet: they come from a plain spreadsheet, which need not have what HSDS requires.
        notes: takes the findings; by default its own.

    Attributes:
        ticked: columns of the table that is read in which a blank means no, because other rows have a yes there;
            `None` in a spreadsheet.
        ids: mints ids for records that have none.
    """

    def __init__(
        self,
        mode: Mode = Mode.REPAIR,
        *,
        tabular: bool = False,
        sheet: bool = False,
        notes: Notes | None = None,
    ) -> None:
        self._sheet = sheet
        self.tabular = tabular
        self.notes = Notes() if notes is None else notes
        self.repairs = mode is Mode.REPAIR
        # Where something is repaired, plans count what was; else all readings share theirs.
        self._plans: dict[str, EntityPlan] = {} if self.repairs else _PLANS
        self._repeated = RepeatedRecords()
        self.ticked: frozenset[str] | None = None if sheet else frozenset()
        self.ids = RecordIds(self.notes)
        self._problems = FieldProblems(self.notes, mode, tabular=tabular)

    def record(  # noqa: C901, PLR0912, PLR0915  # the innermost loop of reading: calls would cost half its speed
        self, cls: type[Record], raw: Mapping[str, Any], *, seed: str = "", partial: bool = False
    ) -> Record:
        """Make one record, and those that it embeds.

        Findings drafted meanwhile carry paths relative to this record.

        Args:
            cls: its class.
            raw: its fields.
            seed: what distinguishes it from others, should it have no id: its parent, and its place there.
            partial: it only fills in fields of a record that another row holds.
        """
        entity = cls.entity
        plan = self._plans.get(entity) or self._plan(entity)
        if not seed:
            key = raw.get("id")
            if type(key) is not str or not key.strip():
                seed = self.ids.root_seed(entity, raw)
        if plan.has_movable_parts and self.repairs and not self.tabular:
            repaired = repair_parts(entity, raw, seed)
            if repaired is not None:
                message = "a field of an older or another form: parts in another place than HSDS has for them"
                self.notes.tally(entity, Draft(Severity.INFO, "older-form", message, UPGRADED, "id"))
                raw = repaired
        fields = plan.fields
        drafts = self.notes.drafts
        first = len(drafts)
        if plan.has_state and self.repairs:
            raw = with_state(entity, raw, self.notes)
        values: dict[str, Any] = {}
        extra: dict[str, Any] = {}
        unknown: list[str] = []
        for name, item in raw.items():
            field = fields.get(name)
            if field is None:
                unknown.append(name)
                continue
            kind = type(item)
            if kind is str:
                if item and (field.any_text or field.is_right(item)):
                    # By far the commonest cases: they need no second look.
                    values[name] = item
                    continue
                if field.odd_ids is not None and is_odd_id(item):
                    field.odd_ids.count += 1
                    values[name] = item
                    continue
                if self.tabular and not item:
                    continue
            elif item is None:
                if field.nulls is not None:
                    field.nulls.count += 1
                    continue
            elif kind is int:
                if field.is_number and -LARGEST <= item <= LARGEST:
                    values[name] = item
                    continue
            elif kind is list and field.many:
                if item:
                    value = self._list(field, item, extra, raw, seed)
                    if value is not ABSENT:
                        values[name] = value
                else:
                    # "None of these" is more than silence: kept, and written back unless something fills it.
                    extra[name] = item
                continue
            value = self._other(field, item, extra, raw, seed)
            if value is not ABSENT:
                values[name] = value
        if unknown:
            self._unknown(unknown, _Unfinished(plan, raw, seed, values, extra))
        for name, missing in plan.required:
            if name not in values:
                values[name] = missing
                if not partial and not self._sheet and name not in filled_in(raw):
                    self._report_missing(name, extra, first)
        if "id" not in values:
            values["id"] = self.ids.mint(entity, raw, seed)
        if plan.has_level:
            if extra or "attributes" in values:
                with_level(values, extra)
            if unknown or self.ticked or plan.may_be_private(values):
                mark = mark_privacy(entity, raw, values, extra, unknown, self.ticked)
                if mark:
                    self.report_hidden(mark, entity)
        elif plan.classifies and not plan.classifies.isdisjoint(values):
            of_class = mark_class_privacy(entity, values)
            if of_class is not None:
                self.report_hidden((of_class,), entity)
        if len(drafts) > first:
            for draft in drafts[first:]:
                if not draft.record_id:
                    draft.entity, draft.record_id = entity, values["id"]
        return cls(**values, extra=extra)

    def report_hidden(self, hidden: Iterable[PrivacyMark], entity: str, record_id: str = "") -> None:
        """Draft a finding of each thing that is hidden: a person may know better.

        Args:
            hidden: what the source says is private.
            entity: the entity of the record that says it.
            record_id: its id; by default that of the record being read.
        """
        for mark in hidden:
            draft = Draft(mark.severity, mark.rule, mark.message(entity), HIDDEN, mark.field)
            draft.entity, draft.record_id = entity, record_id
            self.notes.drafts.append(draft)

    def schedules(self, raw: Mapping[str, Any], *, seed: str = "") -> Iterator[Record]:
        """Make the schedules that one raw schedule is: several, where its hours are in words that can be read."""
        cls = ENTITIES["schedule"]
        if not self.repairs or is_plain_schedule(raw):
            yield self.record(cls, raw, seed=seed)
            return
        first = len(self.notes.drafts)
        parts = schedule_parts(raw, self.notes)
        drafts = self.notes.drafts[first:]
        for number, part in enumerate(parts):
            schedule = self.record(cls, part, seed=f"{seed}.{number}" if number and seed else seed)
            if not number:
                for draft in drafts:
                    draft.entity, draft.record_id = "schedule", schedule.id
            yield schedule

    def _plan(self, entity: str) -> EntityPlan:
        self._plans[entity] = plan = entity_plan(entity)
        return plan

    def _other(
        self, field: FieldPlan, item: Any, extra: dict[str, Any], raw: Mapping[str, Any], seed: str
    ) -> Any:
        """Read a field whose value is not plainly right."""
        if field.repair is not None:
            if field.odd_ids is not None and type(item) is str and is_odd_id(item):
                field.odd_ids.count += 1
                return item
            value, problem = field.repair(item)
            return value if problem is None else self._problems.report(field, item, value, problem, extra)
        if field.many:
            return self._many(field, item, extra, raw, seed)
        return self._one(field, item, extra, raw, seed)

    def _report_missing(self, name: str, extra: Mapping[str, Any], first: int) -> None:
        reported = [draft.path for draft in self.notes.drafts[first:] if draft.rule not in TALLIED]
        if name not in extra and name not in reported:
            self.notes.draft(Severity.ERROR, "missing-field", f"HSDS requires {name}", "", name)

    def _many(
        self, field: FieldPlan, item: Any, extra: dict[str, Any], raw: Mapping[str, Any], seed: str
    ) -> Any:
        """Read a field of many records that is not a list."""
        if item in NOTHING:
            return self._not_an_object("a list", field, item, extra)
        if self.repairs:
            if isinstance(item, dict):
                message = "a list expected, one object found"
                self.notes.draft(Severity.WARNING, "wrong-type", message, "read as a list of one", field.name)
                return self._list(field, [item], extra, raw, seed)
            records = records_in_text(field.name, item)
            if isinstance(records, list):
                message = f"a field of an older or another form: {field.name} is text where HSDS has records"
                draft = Draft(Severity.INFO, "older-form", message, UPGRADED, field.name, item)
                self.notes.tally(field.entity, draft)
                with self.ids.expected():
                    return self._list(field, records, extra, raw, seed)
        return self._not_an_object("a list", field, item, extra)

    def _list(
        self, field: FieldPlan, items: list[Any], extra: dict[str, Any], raw: Mapping[str, Any], seed: str
    ) -> Any:
        """Read a field of many records that holds a list."""
        records: list[Record] = []
        name, target = field.name, field.target
        is_schedule = target.entity == "schedule"
        drafts = self.notes.drafts
        for index, item in enumerate(items):
            if type(item) is not dict:
                if not self.repairs:
                    return self._not_an_object("a list of objects", field, items, extra)
                records.extend(self._odd_item(field, index, item, raw, seed))
                continue
            first = len(drafts)
            own = "" if item.get("id") else f"{parent_key(field.entity, raw, seed)}/{name}[{index}]"
            if is_schedule and self.repairs and not is_plain_schedule(item):
                records.extend(self.schedules(item, seed=own))
            else:
                records.append(self.record(target, item, seed=own))
            if len(drafts) > first:
                self._under(first, f"{name}[{index}]")
        return tuple(records)

    def _odd_item(
        self, field: FieldPlan, index: int, item: Any, raw: Mapping[str, Any], seed: str
    ) -> Iterator[Record]:
        """Read an item of a list that is not an object: a text that can only mean one thing becomes records."""
        records = None if item in NOTHING else records_in_text(field.name, item)
        path = f"{field.name}[{index}]"
        if not isinstance(records, list):
            self.notes.draft(Severity.ERROR, "wrong-type", "an object expected", "dropped", path, item)
            return
        self.notes.draft(Severity.WARNING, "wrong-type", "an object expected", "read as a record", path, item)
        with self.ids.expected():
            yield from self._list(field, records, {}, {}, f"{parent_key(field.entity, raw, seed)}/{path}")

    def _one(
        self, field: FieldPlan, item: Any, extra: dict[str, Any], raw: Mapping[str, Any], seed: str
    ) -> Any:
        """Read a field of one record."""
        if self.repairs and not isinstance(item, dict) and item not in NOTHING:
            item = self._as_object(field, item)
        if not isinstance(item, dict):
            return self._not_an_object("an object", field, item, extra)
        key = item.get("id")
        if type(key) is not str or not key.strip():
            own = f"{parent_key(field.entity, raw, seed)}/{field.name}"
            return self._child(field.name, field.target, item, own)
        text = text_of(item)
        if text is None:
            return self._child(field.name, field.target, item, "")
        kind = f"{field.target.entity} {self.ids.is_expected} ".encode()
        repeated = self._repeated.of_kind(kind)
        child = repeated.get(text)
        if child is None:
            first, before, numbered = len(self.notes.drafts), self.notes.counts(), self.ids.numbered
            child = self._child(field.name, field.target, item, "")
            if self.ids.numbered > numbered:
                # It was numbered, or something in it: the next one that is equal is another.
                return child
            self.notes.once(kind + text, first, before)
            repeated[text] = child
        return child

    def _as_object(self, field: FieldPlan, item: Any) -> Any:
        """Return the object that a value in the place of one can only mean; else the value."""
        if isinstance(item, list) and len(item) == 1 and isinstance(item[0], dict):
            message = "one object expected, a list of one found"
            self.notes.draft(Severity.WARNING, "wrong-type", message, "read as its object", field.name)
            return item[0]
        record = records_in_text(field.name, item)
        if not isinstance(record, dict):
            return item
        message = "an object expected"
        self.notes.draft(Severity.WARNING, "wrong-type", message, "read as a record", field.name, item)
        return record

    def counted(self) -> list[Finding]:
        """Return the findings that were counted; to be called once a file is read to its end."""
        for plan in self._plans.values() if self.repairs else ():
            for field in plan.fields.values():
                field.nulls = field.odd_ids = None
        return self.notes.counted()

    def pause(self) -> None:
        """Forget what was remembered of embedded records; called now and then, so that memory stays bounded."""
        if self.notes.pause():
            # Findings of recognised records are not drafted again: from here on all of them have to be.
            self._repeated.forget()

    def _child(self, name: str, target: type[Record], raw: Mapping[str, Any], seed: str) -> Record:
        first = len(self.notes.drafts)
        child = self.record(target, raw, seed=seed)
        if len(self.notes.drafts) > first:
            self._under(first, name)
        return child

    def _under(self, first: int, step: str) -> None:
        """Put the drafts since `first` under a step of the path."""
        for draft in self.notes.drafts[first:]:
            draft.path = f"{step}.{draft.path}" if draft.path else step

    def _not_an_object(self, expected: str, field: FieldPlan, raw: Any, extra: dict[str, Any]) -> Any:
        if raw is None or raw == "":
            problem = Problem("null-value", f"no value where HSDS wants {expected}; leave the field out")
        else:
            problem = Problem("wrong-type", f"{expected} expected", mended=False)
        return self._problems.report(field, raw, ABSENT, problem, extra)

    def _unknown(self, names: Iterable[str], record: _Unfinished) -> None:
        """Read fields that HSDS 3.2 lacks: those of older forms are upgraded, the others are kept as they are."""
        entity = record.plan.cls.entity
        for name in names:
            item = record.raw[name]
            if self.tabular and item == "":
                continue
            if item in NOTHING and self.repairs:
                message = "null or empty text in a field of the source's own"
                draft = Draft(Severity.INFO, "null-value", message, "read as if absent", name)
                self.notes.tally(entity, draft)
                continue
            if restore(entity, name, item, record.values, record.extra):
                continue
            upgrade = field_upgrade(entity, name) if self.repairs else None
            upgraded = upgrade(item) if upgrade is not None else None
            if upgraded is None or not self._enter(name, upgraded, record):
                record.extra[name] = item
                continue
            message = f"a field of an older or another form: {describe(entity, name)}"
            self.notes.tally(entity, Draft(Severity.INFO, "older-form", message, UPGRADED, name))

    def _enter(self, name: str, upgraded: Mapping[str, Any], record: _Unfinished) -> bool:
        """Enter what an older field becomes, and return whether all of it has a place."""
        values, extra, raw = record.values, record.extra, record.raw
        for key, item in upgraded.items():
            field = record.plan.fields.get(key)
            is_filled = key in values or raw.get(key) not in NOTHING
            if field is not None and not field.many and is_filled and values.get(key) != item:
                return False
        for key, item in upgraded.items():
            field = record.plan.fields.get(key)
            if field is None:
                extra.setdefault(key, item)
            elif field.many:
                own = f"{parent_key(field.entity, raw, record.seed)}/{name}"
                with self.ids.expected():
                    records = self._list(field, item, {}, {}, own)
                if records is not ABSENT:
                    extra.pop(key, None)
                    values[key] = (*values.get(key, ()), *records)
            elif key not in values:
                value = item
                if not (isinstance(item, str) and item and (field.any_text or field.is_right(item))):
                    value = self._other(field, item, extra, raw, record.seed)
                if value is not ABSENT:
                    values[key] = value
        return True
