"""Comparing tells every difference and nothing else; updating does what it said it would."""

from __future__ import annotations

import attrs
from hypothesis import assume, given
from hypothesis import strategies as st

from communityconnector.model import ENTITIES, Directory, Record
from communityconnector.testing import strategies as cc_st


def keys(changes):
    return {(change.entity, change.record_id) for change in changes}


@given(cc_st.directories())
def test_a_directory_does_not_differ_from_itself(directory):
    again = Directory.of(list(directory.services.values()), root=directory.root)
    assert not directory.diff(again)
    assert directory.diff(again).summary() == "no difference"


@given(cc_st.directories(), cc_st.directories())
def test_the_other_way_round_added_and_removed_change_places(one, other):
    there, back = one.diff(other), other.diff(one)
    assert keys(there.added) == keys(back.removed)
    assert keys(there.removed) == keys(back.added)
    assert [(c.record_id, c.field, c.before, c.after) for c in there.changed] == [
        (c.record_id, c.field, c.after, c.before) for c in back.changed
    ]


@given(cc_st.directories(), st.data())
def test_one_changed_field_is_one_change(directory, data):
    service = data.draw(st.sampled_from(list(directory.services.values())))
    name = data.draw(cc_st.texts)
    assume(name != service.name)
    others = [s for s in directory.services.values() if s.id != service.id]
    changed = Directory.of([*others, attrs.evolve(service, name=name)])
    (change,) = directory.diff(changed).changes
    assert (change.kind, change.entity, change.record_id) == ("changed", "service", service.id)
    assert (change.field, change.before, change.after) == ("name", service.name, name)
    # Neither value is shown.
    assert repr(change) == f"Change(changed service {service.id!r} name)"


@given(cc_st.directories(), cc_st.directories())
def test_an_update_applies_the_reported_changes_and_is_idempotent(held, new):
    update = held.update(new)
    assert held.diff(update.directory).changes == update.difference.changes
    for entity in ENTITIES:
        assert set(update.directory.table(entity)) == set(held.table(entity)) | set(new.table(entity))
        for key, record in new.table(entity).items():
            assert update.directory.table(entity)[key] == record
    again = update.directory.update(new)
    assert not again.difference
    assert held.update(new, drop_missing=True).directory == new


@given(cc_st.directories())
def test_records_are_shared_after_an_update(directory):
    update = directory.update(directory)
    for service in update.directory.services.values():
        if service.organization is not None:
            assert update.directory.organizations[service.organization.id] is service.organization
    assert all(isinstance(r, Record) for r in update.directory.services.values())
