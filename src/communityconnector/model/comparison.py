"""What differs between two directories, and what a new one would change in the present one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import attrs

from communityconnector.model.claims import name_of
from communityconnector.model.confidential import NOTHING
from communityconnector.model.doubts import doubts
from communityconnector.model.finding import Finding, Severity
from communityconnector.model.graph import Tables
from communityconnector.model.hiding import confidential
from communityconnector.model.rebuilding import rebuild
from communityconnector.model.record import ENTITIES, Record
from communityconnector.model.shape import evolve, shape

if TYPE_CHECKING:
    from communityconnector.model.directory import Directory


@attrs.frozen(repr=False)
class Change:
    """One difference: a record that was added or removed, or one field of a record.

    Attributes:
        kind: `added`, `removed` or `changed`.
        entity: HSDS entity of the record.
        record_id: its id.
        field: the field that changed; "" where the whole record was added or removed.
        before: its value before; of embedded records their ids. `None` where there was none.
        after: its value after.
    """

    kind: str
    entity: str
    record_id: str
    field: str = ""
    before: Any = None
    after: Any = None

    def __repr__(self) -> str:
        # Values may be those of a confidential place, and reprs end up in logs.
        return f"Change({self.kind} {self.entity} {self.record_id!r}{f' {self.field}' if self.field else ''})"


@attrs.frozen(repr=False)
class Difference:
    """What differs between two directories. False where nothing does.

    Attributes:
        changes: every difference, by entity in the order of the model, then added, removed and changed, each by id.
    """

    changes: tuple[Change, ...]

    def __bool__(self) -> bool:
        return bool(self.changes)

    def __repr__(self) -> str:
        return f"<Difference: {self.summary()}>"

    def of(self, kind: str, entity: str = "") -> tuple[Change, ...]:
        """The changes of a kind (`added`, `removed`, `changed`), perhaps of one entity only."""
        return tuple(c for c in self.changes if c.kind == kind and entity in ("", c.entity))

    @property
    def added(self) -> tuple[Change, ...]:
        """Records that only the other directory has."""
        return self.of("added")

    @property
    def removed(self) -> tuple[Change, ...]:
        """Records that only this directory has."""
        return self.of("removed")

    @property
    def changed(self) -> tuple[Change, ...]:
        """Fields that differ, of records that both have."""
        return self.of("changed")

    def summary(self) -> str:
        """The differences in one line, for people: `services: 2 added, 1 changed (url); phones: 1 removed`."""
        parts = []
        for entity in ENTITIES:
            counts = []
            for kind in ("added", "removed"):
                number = len(self.of(kind, entity))
                counts += [f"{number} {kind}"] if number else []
            fields = Counter(change.field for change in self.of("changed", entity))
            records = {change.record_id for change in self.of("changed", entity)}
            if records:
                counts.append(f"{len(records)} changed ({', '.join(f for f, _ in fields.most_common(4))})")
            if counts:
                parts.append(f"{ENTITIES[entity].table.removesuffix('.csv')}: {', '.join(counts)}")
        return "; ".join(parts) or "no difference"

    def table(self) -> list[dict[str, Any]]:
        """The differences as rows, for a notebook."""
        return [attrs.asdict(change, recurse=False) for change in self.changes]


def compare(old: Directory, new: Directory) -> Difference:
    """Compare two directories, record by record and field by field.

    Records are the same if their entity and id are. A change of an embedded record is reported once, at that record;
    its owner reports only which records it embeds. Values are unchanged: to show the result to an audience,
    compare the views that this audience may see (`Directory.for_audience`).
    """
    changes: list[Change] = []
    for entity in ENTITIES:
        before, after = old.table(entity), new.table(entity)
        changes += [Change("added", entity, key) for key in sorted(after.keys() - before.keys())]
        changes += [Change("removed", entity, key) for key in sorted(before.keys() - after.keys())]
        for key in sorted(before.keys() & after.keys()):
            changes += _changes(before[key], after[key])
    return Difference(tuple(changes))


def _changes(before: Record, after: Record) -> Iterator[Change]:
    if before is after:
        return
    facts = shape(before.entity)
    for name, mine, theirs in zip(
        facts.names, facts.everything(before), facts.everything(after), strict=True
    ):
        if mine is theirs:
            continue
        one, other = _told(mine), _told(theirs)
        if one != other:
            yield Change("changed", before.entity, before.id, name, one, other)


def _told(value: Any) -> Any:
    """A field's value, with ids in place of embedded records, whose order means nothing."""
    if isinstance(value, Record):
        return value.id
    if isinstance(value, tuple):
        return tuple(sorted(item.id for item in value))
    return value


@attrs.frozen
class Update:
    """What taking in a new directory would change, and the directory that it would make. Nothing has changed yet.

    Attributes:
        difference: what would change.
        directory: the directory afterwards.
        kept: entity and id of the records that the new directory lacks and that are kept.
        findings: what to look at before going on: rule `older-than-stored` where a service was checked later than
            the one that would take its place; `still-hidden` where the new directory no longer hides what is hidden.
    """

    difference: Difference
    directory: Directory
    kept: tuple[tuple[str, str], ...] = ()
    findings: tuple[Finding, ...] = ()


def plan_update(stored: Directory, new: Directory, *, drop_missing: bool = False) -> Update:
    """Plan to take in a new directory: its records take the place of those of the same id.

    Args:
        stored: the present directory.
        new: the one to take in.
        drop_missing: delete what the new one lacks. By default it is kept, because a file may contain only a part.
    """
    made = new
    if not drop_missing:
        tables = {entity: {**stored.table(entity), **new.table(entity)} for entity in ENTITIES}
        made = type(stored).of(_freshened(tables), dataset=new.dataset, root=new.root)
    made, hidden = _kept_hidden(stored, made)
    gone = [(e, key) for e in ENTITIES for key in sorted(stored.table(e).keys() - new.table(e).keys())]
    kept = tuple((entity, key) for entity, key in gone if key in made.table(entity))
    return Update(compare(stored, made), made, kept, (*_older(stored, new), *hidden))


def _kept_hidden(stored: Directory, made: Directory) -> tuple[Directory, list[Finding]]:
    """Return a directory in which what was hidden stays hidden, although its records no longer state it, with findings."""
    if not stored.confidential.any:
        return made, []
    now, either = made.confidential, confidential(made.tables, before=stored.confidential)
    levels = {f"location {key}": hidden.level for key, hidden in either.places.items()}
    levels |= {key: level for key, (level, _) in either.parts.items()}
    known = {f"location {key}": level for key, level in now.levels.items()}
    known |= {key: level for key, (level, _) in now.parts.items()}
    still = {key: level for key, level in levels.items() if known.get(key) is not level}

    def keep(record: Record) -> Record:
        level = still.get(name_of(record))
        return record if level is None else evolve(record, {"disclosure": level})

    present = [key for key in still if key.partition(" ")[2] in made.table(key.partition(" ")[0])]
    if not present:
        return made, []
    tables = rebuild(made.tables, keep)
    kept = type(made)(tables, findings=made.findings, dataset=made.dataset, root=made.root)
    return kept, list(doubts(NOTHING, sorted(present)))


def _freshened(tables: Tables) -> Iterator[Record]:
    """Records that embed the newest body of each record."""
    memo: dict[tuple[str, str], Record] = {}

    def fresh(entity: str, key: str) -> Record:
        done = memo.get((entity, key))
        if done is not None:
            return done
        record = tables[entity][key]
        changed: dict[str, Any] = {}
        for name, target in shape(entity).ones:
            child = getattr(record, name)
            if child is not None and (newest := fresh(target, child.id)) is not child:
                changed[name] = newest
        for name, target in shape(entity).manys:
            embedded = getattr(record, name)
            newest_all = tuple([fresh(target, child.id) for child in embedded])
            if any(a is not b for a, b in zip(newest_all, embedded, strict=True)):
                changed[name] = newest_all
        memo[entity, key] = done = evolve(record, changed) if changed else record
        return done

    for entity, table in tables.items():
        for key in table:
            yield fresh(entity, key)


def _older(stored: Directory, new: Directory) -> Iterable[Finding]:
    for key, service in new.services.items():
        before = stored.services.get(key)
        if before is None:
            continue
        for field in ("assured_date", "last_modified"):
            mine, theirs = getattr(before, field), getattr(service, field)
            if mine and theirs and theirs < mine:
                yield Finding(
                    Severity.WARNING,
                    "older-than-stored",
                    f"{field} of the new record lies before that of the one it replaces; is the file older?",
                    "taken nevertheless",
                    path=field,
                    entity="service",
                    record_id=key,
                    value=theirs,
                )
                break
