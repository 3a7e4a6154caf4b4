"""Raw objects to records: the only place where JSON or table values become model values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from communityconnector.choices import Choice
from communityconnector.interchange.legacy import describe, field_lift, mend, mend_schedule, value_lift
from communityconnector.interchange.notes import TALLIED, Draft, Notes
from communityconnector.interchange.ownership import has_id, whose
from communityconnector.interchange.structuring.plans import Plan, Step, plan_of
from communityconnector.interchange.texts.opening_hours import read_hours
from communityconnector.interchange.texts.opening_hours.conditions import conditions
from communityconnector.interchange.texts.opening_hours.written import written
from communityconnector.interchange.texts.privacy.classifying import hear_class
from communityconnector.interchange.texts.privacy.hearing import hear
from communityconnector.interchange.texts.privacy.said import HIDDEN, Said
from communityconnector.interchange.texts.states import state_in
from communityconnector.interchange.texts.values import (
    ABSENT,
    LARGEST,
    NOTHING,
    Problem,
    is_odd_id,
    is_plain_date,
    is_plain_time,
    is_rule_days,
)
from communityconnector.model import (
    ENTITIES,
    Finding,
    Record,
    Severity,
    specs,
)
from communityconnector.model.disclosure import with_level
from communityconnector.model.identity import mint
from communityconnector.model.rule_parts import UNSURE, beyond_hsds

if TYPE_CHECKING:
    from functools import _lru_cache_wrapper


class UncountedError(Exception):
    """Inside the library: a record has to be numbered among others that are not known."""


class Mode(Choice):
    """What reading does with what is wrong."""

    REPAIR = "repair"
    """Mend what is certain, drop what cannot be used, say both. The default."""
    COLLECT = "collect"
    """Mend nothing: a wrong value is kept, as it was, in the record's `extra`."""
    STRICT = "strict"
    """As `collect`, and `InvalidDirectoryError` in the end if there was any error."""


FILLED_IN: Final = "x_filled_in"
"""Field of a written record that lists the fields which HSDS requires and nobody knows."""

SOURCE_ID: Final = "x_source_id"
"""Field of a written record that holds the id that its source gave it, where that is no UUID."""

STATE: Final = "x_status"
"""Field of a record that holds its state in its source's own words; for an organization or a location, in HSDS words."""

EXTENSION: Final = "x_extension"
"""Field of a written phone that holds an extension which is no number."""

NOT_READ: Final = "x_not_read"
"""Field of a written record that holds, by field, the values of its source that could not be used."""

_PLANS: Final[dict[str, Plan]] = {}

_MOST_SHARED: Final = 20_000
"""Most embedded records of one entity that are remembered, to be recognised when a file repeats them."""


class Structurer:
    """Makes records of raw objects and drafts findings on the way.

    Args:
        mode: what to do with what is wrong.
        tabular: the values come from a table, where everything is text and an empty cell is no value.
        sheet: they come from a plain spreadsheet, which nobody may blame for what HSDS requires.
        notes: takes what is found on the way; by default its own.

    Attributes:
        ticked: columns of the table that is read in which a blank means no, for others have a yes there; `None` in a
            spreadsheet.
        unnamed: counts records that nothing tells from others; `None` where nobody knows how many there were before.
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
        self.mode = mode
        self.tabular = tabular
        self.notes = Notes() if notes is None else notes
        self._repair = mode is Mode.REPAIR
        self._count_nulls = self._repair and not tabular
        # Where something is mended, plans count what was; else all readings share theirs.
        self._plans: dict[str, Plan] = {} if self._repair else _PLANS
        self._shared: dict[bytes, dict[bytes, Record]] = {}
        self.ticked: frozenset[str] | None = None if sheet else frozenset()
        self.unnamed: dict[str, int] | None = {}
        self._making = 0
        self._numbered = 0

    @property
    def repairs(self) -> bool:
        """Whether what is certain is mended."""
        return self._repair

    def record(  # noqa: C901, PLR0912, PLR0915  # the innermost loop of reading: calls would cost half its speed
        self, cls: type[Record], raw: Mapping[str, Any], *, seed: str = "", partial: bool = False
    ) -> Record:
        """Make one record, and those that it embeds.

        Findings drafted meanwhile carry paths relative to this record.

        Args:
            cls: its class.
            raw: its fields.
            seed: what tells it from others, should it have no id: whose child it is, and which.
            partial: it only fills in fields of a record that another row holds.
        """
        entity = cls.entity
        plan = self._plans.get(entity) or self._plan(entity)
        if not seed:
            key = raw.get("id")
            if type(key) is not str or not key.strip():
                seed = self.root(entity, raw)
        if plan.may_be_mended and self._repair and not self.tabular:
            mended = mend(entity, raw, seed)
            if mended is not None:
                message = "a field of an older or another form: parts in another place than HSDS has for them"
                self.notes.tally(entity, Draft(Severity.INFO, "older-form", message, _LIFTED, "id"))
                raw = mended
        steps = plan.steps
        drafts = self.notes.drafts
        first = len(drafts)
        if plan.has_state and self._repair:
            raw = self._with_state(entity, raw)
        values: dict[str, Any] = {}
        extra: dict[str, Any] = {}
        unknown: list[str] = []
        for name, item in raw.items():
            step = steps.get(name)
            if step is None:
                unknown.append(name)
                continue
            kind = type(item)
            if kind is str:
                if item and (step.any_text or step.is_right(item)):
                    # By far the commonest cases: they need no second look.
                    values[name] = item
                    continue
                if step.odd_ids is not None and is_odd_id(item):
                    step.odd_ids.count += 1
                    values[name] = item
                    continue
                if self.tabular and not item:
                    continue
            elif item is None:
                if step.nulls is not None:
                    step.nulls.count += 1
                    continue
            elif kind is int:
                if step.is_number and -LARGEST <= item <= LARGEST:
                    values[name] = item
                    continue
            elif kind is list and step.many:
                if item:
                    value = self._list(step, item, extra, raw, seed)
                    if value is not ABSENT:
                        values[name] = value
                else:
                    # "None of these" is more than silence: kept, and written back unless something fills it.
                    extra[name] = item
                continue
            value = self._other(step, item, extra, raw, seed)
            if value is not ABSENT:
                values[name] = value
        if unknown:
            self._unknown(plan, unknown, raw, values, extra, seed)
        for name, missing in plan.wanted:
            if name not in values:
                values[name] = missing
                if not partial and not self._sheet and name not in _marked(raw):
                    self._missing(name, extra, first)
        if "id" not in values:
            values["id"] = self._mint(entity, raw, seed)
        if plan.has_level:
            if extra or "attributes" in values:
                with_level(values, extra)
            if unknown or self.ticked or plan.tells(values):
                said = hear(entity, raw, values, extra, unknown, self.ticked)
                if said:
                    self.tell(said, entity)
        elif plan.classifies and not plan.classifies.isdisjoint(values):
            of_class = hear_class(entity, values)
            if of_class is not None:
                self.tell((of_class,), entity)
        if len(drafts) > first:
            for draft in drafts[first:]:
                if not draft.record_id:
                    draft.entity, draft.record_id = entity, values["id"]
        return cls(**values, extra=extra)

    def _with_state(self, entity: str, raw: Mapping[str, Any]) -> Mapping[str, Any]:
        """A raw record with the state that it tells under other names, or in other words, in its HSDS place."""
        state = state_in(raw, has_status=entity == "service")
        if state is None or (state.runs and raw.get("status") in {"active", None} and entity != "service"):
            return raw
        if entity != "service":
            return {**raw, STATE: state.status or state.alert}
        held = raw.get("status")
        if state.runs and held == state.status:
            return raw
        made = {name: value for name, value in raw.items() if name != "status"}
        if held not in NOTHING and held != state.status:
            made.setdefault(STATE, held)
        if state.status:
            made["status"] = state.status
        alert = raw.get("alert")
        if state.alert and state.alert not in str(alert or ""):
            made["alert"] = f"{alert}; {state.alert}" if isinstance(alert, str) and alert else state.alert
        told = "; ".join(f"{name}: {raw[name]}" for name in state.sources if name != "attributes")
        action = f"read as {state.status}" if state.status else "left open; shown as an alert"
        if state.sources == ("status",):
            message = "a state in words that HSDS has not"
            severity = Severity.WARNING if state.status else Severity.ERROR
            self._note(severity, "unlisted-word", message, action, "status", held)
        elif state.runs:
            message = f"{', '.join(state.sources)}: whether the service runs"
            self.notes.tally(
                entity, Draft(Severity.INFO, "older-form", message, "read as status", state.sources[0])
            )
        else:
            self._note(
                Severity.WARNING,
                "state-read",
                "the state of a service under other names",
                action,
                "status",
                told,
            )
        return made

    def tell(self, found: Iterable[Said], entity: str, record_id: str = "") -> None:
        """Draft a finding of each thing that is hidden: a person may know better.

        Args:
            found: what was said.
            entity: the entity of the record that says it.
            record_id: its id; by default that of the record being read.
        """
        for said in found:
            message = said.message(entity)
            draft = Draft(said.severity, said.rule, message, HIDDEN, said.field, None, entity, record_id)
            self.notes.drafts.append(draft)

    def schedules(self, raw: Mapping[str, Any], *, seed: str = "") -> Iterator[Record]:
        """The schedules that one raw schedule is: several, where its hours are in words that can be read."""
        cls = ENTITIES["schedule"]
        if not self._repair or self._plain_schedule(raw):
            yield self.record(cls, raw, seed=seed)
            return
        first = len(self.notes.drafts)
        parts = self._spans(raw)
        said = self.notes.drafts[first:]
        for number, part in enumerate(parts):
            made = self.record(cls, part, seed=f"{seed}.{number}" if number and seed else seed)
            if not number:
                for draft in said:
                    draft.entity, draft.record_id = "schedule", made.id
            yield made

    def _spans(self, raw: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """A raw schedule whose slips are mended, and whose hours in words are read."""
        mended = mend_schedule(dict(raw))
        if mended is not None:
            message = "a field of an older or another form: a schedule in other parts"
            self.notes.tally("schedule", Draft(Severity.INFO, "older-form", message, _LIFTED, ""))
            raw = mended
        text = raw.get("description")
        if any(raw.get(part) for part in _RULE_PARTS) or beyond_hsds(
            {n: raw[n] for n in raw.keys() - _SAY_WHEN}
        ):
            return [self._with_conditions(raw)]
        if not isinstance(text, str) or not any(letter.isdigit() for letter in text):
            return [raw]
        hours = read_hours(text)
        if not hours.certain:
            message = f"hours in words that cannot be read with certainty ({hours.doubt})"
            self._note(Severity.INFO, "hours-not-read", message, "kept as text", "description", text)
            return [raw]
        spans = "; ".join(map(written, hours.schedules))
        self._note(Severity.INFO, "hours-read", "hours in words", f"read as {spans}", "description", text)
        key = raw.get("id")
        own = [
            {"id": mint("schedule", str(key), str(n))} if key and n else {}
            for n in range(len(hours.schedules))
        ]
        return [{**raw, **part, **more} for part, more in zip(hours.schedules, own, strict=True)]

    def _with_conditions(self, raw: Mapping[str, Any]) -> Mapping[str, Any]:
        """A raw schedule with what its words say beside its hours."""
        found = conditions(raw) if raw.get("opens_at") else {}
        new = {name: value for name, value in found.items() if name not in raw}
        if why := new.get(UNSURE):
            message = f"words beside the hours say that these do not hold as they stand ({why})"
            self._note(
                Severity.WARNING,
                "hours-in-doubt",
                message,
                "read as: hours unknown",
                "description",
                raw.get("description"),
            )
        return {**raw, **new} if new else raw

    def _plan(self, entity: str) -> Plan:
        self._plans[entity] = plan = plan_of(entity)
        return plan

    def _other(self, step: Step, item: Any, extra: dict[str, Any], raw: Mapping[str, Any], seed: str) -> Any:
        """A field whose value is not plainly right."""
        if step.mend is not None:
            if step.odd_ids is not None and type(item) is str and is_odd_id(item):
                step.odd_ids.count += 1
                return item
            value, problem = step.mend(item)
            return value if problem is None else self._take_note(step, item, value, problem, extra)
        if step.many:
            return self._many(step, item, extra, raw, seed)
        return self._one(step, item, extra, raw, seed)

    def _missing(self, name: str, extra: Mapping[str, Any], first: int) -> None:
        said = [draft.path for draft in self.notes.drafts[first:] if draft.rule not in TALLIED]
        if name not in extra and name not in said:
            self._note(Severity.ERROR, "missing-field", f"HSDS requires {name}", "", name)

    def _mint(self, entity: str, raw: Mapping[str, Any], seed: str) -> str:
        """An id for a record without one, of what names it; never of its place, which may be confidential."""
        if not self._making:
            self._note(Severity.ERROR, "missing-id", "a record without an id", "minted one", "id")
        if entity in _NAMED_ALONE:
            parts = [str(raw.get(field) or "") for field in _NAMED_ALONE[entity]]
            if any(parts):
                return mint(entity, *parts)
        # Without a seed it has an id which this mode does not keep.
        return mint(entity, seed or whose(entity, raw, ""))

    def root(self, entity: str, raw: Mapping[str, Any]) -> str:
        """What tells a record without an id that nothing embeds from all others: its name, and which of that name it is.

        Its children are told from those of others by it, so two records that say the same never share a child.
        """
        if has_id(raw):
            return ""
        if self.unnamed is None:
            raise UncountedError
        self._numbered += 1
        agency = raw.get("organization")
        owner = (
            agency.get("id") or agency.get("name") if isinstance(agency, dict) else raw.get("organization_id")
        )
        named = entity == "service" or entity in _NAMED_ALONE
        name = _UNIT.join((str(owner or ""), str(raw.get("name") or "") if named else ""))
        counted = mint(entity, name)
        self.unnamed[counted] = number = self.unnamed.get(counted, 0) + 1
        return name if number == 1 else mint(counted, str(number))

    def _take_note(self, step: Step, raw: Any, value: Any, problem: Problem, extra: dict[str, Any]) -> Any:
        """Draft what was wrong with a field; gives the value to keep."""
        name, rule = step.name, problem.rule
        if self.tabular and rule == "number-as-text":
            return value
        harmless = rule in _HARMLESS
        kept = not self._repair and not harmless
        if kept:
            extra[name] = raw
        if rule in TALLIED:
            severity = Severity.INFO if harmless else Severity.WARNING if self._repair else Severity.ERROR
            action = "" if harmless else "read as if absent" if self._repair else _KEPT
            first = self.notes.tally(step.entity, Draft(severity, rule, problem.message, action, name, raw))
            if raw is None and self._count_nulls:
                step.nulls = first
            elif rule == "id-not-uuid" and self._repair:
                step.odd_ids = first
            return ABSENT if kept else value
        if kept:
            self._note(Severity.ERROR, rule, problem.message, _KEPT, name, raw)
            return ABSENT
        if problem.mended:
            action = "read as if absent" if value is ABSENT else "" if value == raw else f"read as {value}"
            severity = Severity.INFO if harmless else Severity.WARNING
            self._note(severity, rule, problem.message, action, name, raw)
        elif step.entity == "schedule" and name in _SAY_WHEN:
            # To leave out a part of a rule would make the hours wider.
            extra[f"x_{name}"] = raw
            self._note(Severity.ERROR, rule, problem.message, f"kept as x_{name}; hours unknown", name, raw)
        else:
            if value is ABSENT:
                extra[name] = raw
            self._note(Severity.ERROR, rule, problem.message, "dropped", name, raw)
        return value

    def _many(self, step: Step, item: Any, extra: dict[str, Any], raw: Mapping[str, Any], seed: str) -> Any:
        """A field of many records that holds something else than a list."""
        if item in NOTHING:
            return self._not_an_object("a list", step, item, extra)
        if self._repair:
            if isinstance(item, dict):
                message = "a list expected, one object found"
                self._note(Severity.WARNING, "wrong-type", message, "read as a list of one", step.name)
                return self._list(step, [item], extra, raw, seed)
            lifted = value_lift(step.name, item)
            if isinstance(lifted, list):
                message = f"a field of an older or another form: {step.name} is text where HSDS has records"
                draft = Draft(Severity.INFO, "older-form", message, _LIFTED, step.name, item)
                self.notes.tally(step.entity, draft)
                self._making += 1
                made = self._list(step, lifted, extra, raw, seed)
                self._making -= 1
                return made
        return self._not_an_object("a list", step, item, extra)

    def _list(
        self, step: Step, items: list[Any], extra: dict[str, Any], raw: Mapping[str, Any], seed: str
    ) -> Any:
        """A field of many records that holds a list."""
        made: list[Record] = []
        name, target = step.name, step.target
        is_schedule = target.entity == "schedule"
        drafts = self.notes.drafts
        for index, item in enumerate(items):
            if type(item) is not dict:
                if not self._repair:
                    return self._not_an_object("a list of objects", step, items, extra)
                made.extend(self._odd_item(step, index, item, raw, seed))
                continue
            first = len(drafts)
            own = "" if item.get("id") else f"{whose(step.entity, raw, seed)}/{name}[{index}]"
            if is_schedule and self._repair and not self._plain_schedule(item):
                made.extend(self.schedules(item, seed=own))
            else:
                made.append(self.record(target, item, seed=own))
            if len(drafts) > first:
                self._under(first, f"{name}[{index}]")
        return tuple(made)

    def _odd_item(
        self, step: Step, index: int, item: Any, raw: Mapping[str, Any], seed: str
    ) -> Iterator[Record]:
        """What an item of a list is that is no object: a text that can only mean one thing becomes records."""
        lifted = None if item in NOTHING else value_lift(step.name, item)
        path = f"{step.name}[{index}]"
        if not isinstance(lifted, list):
            self._note(Severity.ERROR, "wrong-type", "an object expected", "dropped", path, item)
            return
        self._note(Severity.WARNING, "wrong-type", "an object expected", "read as a record", path, item)
        self._making += 1
        yield from self._list(step, lifted, {}, {}, f"{whose(step.entity, raw, seed)}/{path}")
        self._making -= 1

    def _plain_schedule(self, raw: Mapping[str, Any]) -> bool:
        """Whether a raw schedule has nothing that `schedules` would look at."""
        plain = _plain_hours(tuple(raw))
        if plain is None or raw.get("description") or raw.get("notes"):
            return False
        values_in, are_plain = plain
        values = values_in(raw)
        try:
            return are_plain(*values)
        except TypeError:
            # Lists and objects cannot be remembered.
            return are_plain.__wrapped__(*values)

    def _one(self, step: Step, item: Any, extra: dict[str, Any], raw: Mapping[str, Any], seed: str) -> Any:
        if self._repair and not isinstance(item, dict) and item not in NOTHING:
            if isinstance(item, list) and len(item) == 1 and isinstance(item[0], dict):
                message = "one object expected, a list of one found"
                self._note(Severity.WARNING, "wrong-type", message, "read as its object", step.name)
                item = item[0]
            else:
                lifted = value_lift(step.name, item)
                if isinstance(lifted, dict):
                    self._note(
                        Severity.WARNING,
                        "wrong-type",
                        "an object expected",
                        "read as a record",
                        step.name,
                        item,
                    )
                    item = lifted
        if not isinstance(item, dict):
            return self._not_an_object("an object", step, item, extra)
        key = item.get("id")
        if type(key) is not str or not key.strip():
            return self._child(step.name, step.target, item, f"{whose(step.entity, raw, seed)}/{step.name}")
        # What many records embed is recognised rather than read again: an agency with each of its services. Letter for
        # letter, for what says `1` is not what says `true`, and the order of fields is kept too.
        text = _text_of(item)
        if text is None:
            return self._child(step.name, step.target, item, "")
        kind = f"{step.target.entity} {bool(self._making)} ".encode()
        known = self._shared.setdefault(kind, {})
        child = known.get(text)
        if child is None:
            first, before, numbered = len(self.notes.drafts), self.notes.counts(), self._numbered
            child = self._child(step.name, step.target, item, "")
            if self._numbered > numbered:
                # It was numbered, or something in it: the next one that says the same is another.
                return child
            self.notes.once(kind + text, first, before)
            if len(known) >= _MOST_SHARED:
                known.clear()
            known[text] = child
        return child

    def counted(self) -> list[Finding]:
        """The findings that were counted; to be called once a file is read to its end."""
        for plan in self._plans.values() if self._repair else ():
            for step in plan.steps.values():
                step.nulls = step.odd_ids = None
        return self.notes.counted()

    def pause(self) -> None:
        """Called now and then while a source of any size is read, so that memory stays bounded."""
        if self.notes.pause():
            # What is recognised is told of by nobody: from here on all of it is to be told again.
            self._shared.clear()

    def _child(self, step: str, target: type[Record], raw: Mapping[str, Any], seed: str) -> Record:
        first = len(self.notes.drafts)
        child = self.record(target, raw, seed=seed)
        if len(self.notes.drafts) > first:
            self._under(first, step)
        return child

    def _under(self, first: int, step: str) -> None:
        """Put the drafts since `first` under a step of the path."""
        for draft in self.notes.drafts[first:]:
            draft.path = f"{step}.{draft.path}" if draft.path else step

    def _not_an_object(self, wanted: str, step: Step, raw: Any, extra: dict[str, Any]) -> Any:
        if raw is None or raw == "":
            problem = Problem("null-value", f"no value where HSDS wants {wanted}; leave the field out")
        else:
            problem = Problem("wrong-type", f"{wanted} expected", mended=False)
        return self._take_note(step, raw, ABSENT, problem, extra)

    def _unknown(  # noqa: PLR0913, PLR0917  # the record as it stands
        self,
        plan: Plan,
        names: Iterable[str],
        raw: Mapping[str, Any],
        values: dict[str, Any],
        extra: dict[str, Any],
        seed: str,
    ) -> None:
        """Fields that HSDS 3.2 does not know: those of older forms are lifted, the others are kept as they are."""
        entity = plan.cls.entity
        for name in names:
            item = raw[name]
            if self.tabular and item == "":
                continue
            if item in NOTHING and self._repair:
                message = "null or empty text in a field of the source's own"
                self.notes.tally(
                    entity, Draft(Severity.INFO, "null-value", message, "read as if absent", name)
                )
                continue
            if name == FILLED_IN and isinstance(item, list):
                for field in item:
                    if isinstance(field, str) and field in plan.steps:
                        values.pop(field, None)
                continue
            if name == NOT_READ and isinstance(item, dict):
                extra.update((field, value) for field, value in item.items() if field not in extra)
                continue
            if name == EXTENSION and isinstance(item, str) and entity == "phone":
                found = extension_back(item, values.get("description"))
                values.update({name: value for name, value in found.items() if value is not None})
                if found["description"] is None:
                    values.pop("description", None)
                continue
            lift = field_lift(entity, name) if self._repair else None
            lifted = lift(item) if lift is not None else None
            if lifted is None or not self._take_in(plan, name, lifted, raw, values, extra, seed):
                extra[name] = item
                continue
            message = f"a field of an older or another form: {describe(entity, name)}"
            self.notes.tally(entity, Draft(Severity.INFO, "older-form", message, _LIFTED, name))

    def _take_in(  # noqa: PLR0913, PLR0917  # the record as it stands
        self,
        plan: Plan,
        name: str,
        lifted: Mapping[str, Any],
        raw: Mapping[str, Any],
        values: dict[str, Any],
        extra: dict[str, Any],
        seed: str,
    ) -> bool:
        """Enter what an older field becomes; gives whether all of it found a place."""
        for field in lifted:
            step = plan.steps.get(field)
            taken = field in values or raw.get(field) not in NOTHING
            if step is not None and not step.many and taken and values.get(field) != lifted[field]:
                return False
        for field, item in lifted.items():
            step = plan.steps.get(field)
            if step is None:
                extra.setdefault(field, item)
                continue
            if step.many:
                # Records made of an older field have no ids of their own, and nobody is to blame for that.
                self._making += 1
                made = self._list(step, item, {}, {}, f"{whose(step.entity, raw, seed)}/{name}")
                self._making -= 1
                if made is not ABSENT:
                    extra.pop(field, None)
                    values[field] = (*values.get(field, ()), *made)
            elif field not in values:
                value = item
                if not (isinstance(item, str) and item and (step.any_text or step.is_right(item))):
                    value = self._other(step, item, extra, raw, seed)
                if value is not ABSENT:
                    values[field] = value
        return True

    def _note(  # noqa: PLR0913, PLR0917  # the parts of a draft, in its order
        self, severity: Severity, rule: str, message: str, action: str, path: str, value: Any = None
    ) -> None:
        self.notes.note(severity, rule, message, action, path, value)


_UNIT: Final = "\x1f"
"""Stands between the parts of a name that is minted, as in `mint`."""


@cache
def _quick_dumps() -> Callable[[Any], bytes] | None:
    """What orjson writes values with, where it is installed."""
    try:
        import orjson
    except ImportError:
        return None
    return orjson.dumps


def _text_of(item: Any) -> bytes | None:
    """A JSON value as a text that no other value has; `None` where it is nested too deep."""
    dumps = _quick_dumps()
    if dumps is not None:
        try:
            return dumps(item)
        except TypeError:
            # It knows no numbers beyond 64 bits.
            pass
    try:
        return repr(item).encode("utf-8", "surrogatepass")
    except RecursionError:
        return None


def extension_back(text: str, description: str | None) -> dict[str, str | None]:
    """Undo what a writer does with an extension that is no number: extension and description as they were."""
    said = f"ext. {text}"
    if description == said:
        return {"extension": text, "description": None}
    return {"extension": text, "description": (description or "").removesuffix(f"; {said}") or None}


def _marked(raw: Mapping[str, Any]) -> Iterable[Any]:
    """The fields that a writer filled in because HSDS requires them."""
    marks = raw.get(FILLED_IN)
    return marks if isinstance(marks, list) else ()


_KEPT: Final = "kept as it was"
_LIFTED: Final = "read as HSDS 3.2"
_PLAIN_FREQUENCIES: Final = (None, "", "WEEKLY", "MONTHLY")
_SAY_WHEN: Final = frozenset(specs(ENTITIES["schedule"])) - frozenset(
    "id service_id location_id service_at_location_id description schedule_link attending_type notes attributes metadata".split()
)
"""The fields of a schedule that say when it is open."""
_OF_SCHEDULES: Final = frozenset(name for name, facts in specs(ENTITIES["schedule"]).items() if facts.hsds)
_RULE_PARTS: Final = ("freq", "byday", "opens_at", "closes_at", "bymonthday", "dtstart")


def _is_plain_frequency(raw: Any) -> bool:
    return raw in _PLAIN_FREQUENCIES


def _names_no_zone(raw: Any) -> bool:
    return type(raw) is not str or not raw


_PLAIN_HOURS: Final[Mapping[str, Callable[[Any], bool]]] = {
    "freq": _is_plain_frequency,
    "byday": is_rule_days,
    "dtstart": is_plain_date,
    "until": is_plain_date,
    "opens_at": is_plain_time,
    "closes_at": is_plain_time,
    "timezone": _names_no_zone,
}
"""Tests whether the fields of a schedule are as HSDS writes them."""


class _PlainHours(NamedTuple):
    """How schedules with the same fields are seen to be plain.

    Attributes:
        values_in: the values of a schedule that have to be looked at.
        are_plain: whether such values are plain. Weeks repeat, so answers are remembered.
    """

    values_in: Callable[[Any], tuple[Any, ...]]
    are_plain: _lru_cache_wrapper[bool]


@lru_cache(maxsize=256)
def _plain_hours(names: tuple[str, ...]) -> _PlainHours | None:
    """How to see that a schedule of these fields is plain; `None` where a field is not one of HSDS."""
    if not _OF_SCHEDULES.issuperset(names):
        return None
    tests = {name: test for name, test in _PLAIN_HOURS.items() if name in names}

    @lru_cache(maxsize=4_096)
    def are_plain(*values: Any) -> bool:
        return all(test(value) for test, value in zip(tests.values(), values, strict=True))

    if len(tests) > 1:
        return _PlainHours(itemgetter(*tests), are_plain)
    return _PlainHours(lambda raw: tuple(raw[name] for name in tests), are_plain)


_NAMED_ALONE: Final[Mapping[str, tuple[str, ...]]] = {
    "organization": ("name",),
    "taxonomy": ("name",),
    "taxonomy_term": ("taxonomy", "code", "name"),
    "unit": ("name",),
}
"""Entities that their names identify, so that a file which names one twice means one."""

_HARMLESS: Final = frozenset({"id-not-uuid", "upper-case-id", "extension-as-text"})
"""Rules whose value is kept in every mode: nothing is lost and nothing is changed but letter case."""
