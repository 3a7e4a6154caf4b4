"""Records of one id are looked up by their values, with the same result as if each were compared with all before it."""

from __future__ import annotations

import attrs
from hypothesis import given
from hypothesis import strategies as st

from communityconnector.model import Address, Location, Phone, Record, same_id
from communityconnector.model.apart import differ
from communityconnector.model.same_id import SameId

WORDS = st.sampled_from((None, "", "a", "b"))
PHONES = st.builds(
    Phone,
    id=st.just("1"),
    number=st.sampled_from(("", "555-0101", "555-0102", "555-0103")),
    type=WORDS,
    description=WORDS,
    extension=st.sampled_from((None, 1, 1.0, 2, "1")),
    extra=st.sampled_from(({}, {"x": 1}, {"x": 2})),
)
ADDRESSES = st.builds(
    Address,
    id=st.just("1"),
    address_1=st.sampled_from(("", "1 Elm St", "2 Oak St", "1 Elm Street")),
    city=st.sampled_from(("", "Elk", "Ashe")),
    state_province=st.just("NC"),
    postal_code=st.sampled_from(("", "27001", "27002")),
    country=st.just("US"),
    address_type=st.just("physical"),
)
LOCATIONS = st.builds(
    Location,
    id=st.just("1"),
    location_type=st.just("physical"),
    name=st.sampled_from((None, "Hall", "Mill")),
    addresses=st.lists(ADDRESSES, max_size=2).map(tuple),
)


@given(st.one_of(st.lists(PHONES), st.lists(LOCATIONS)))
def test_a_record_gets_the_id_of_the_first_that_it_does_not_differ_from(records: list[Record]):
    known: list[Record] = []
    same = SameId()
    for record in records:
        first = next((n for n, other in enumerate(known) if not differ(other, record)), None)
        assert same.id_of(record) == ("" if first is None else str(first))
        if first is None:
            same.add(str(len(known)), record)
            known.append(record)


def test_many_phones_of_one_id_are_not_compared_with_each_other(monkeypatch):
    compared = []
    monkeypatch.setattr(same_id, "differ", lambda one, other: compared.append(one) or differ(one, other))
    same = SameId()
    phone = Phone(id="1", number="")
    for number in range(1_000):
        for record in (attrs.evolve(phone, number=str(number), type=kind) for kind in ("voice", "fax")):
            if not same.id_of(record):
                same.add(f"{number} {record.type}", record)
    assert len(same.ids) == 2_000
    assert len(compared) < 2_000
