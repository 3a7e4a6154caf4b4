"""Hypothesis strategies for records, directories and needs.

The strategies for records are derived from the model, so a new field of the model is generated automatically.
"""

from __future__ import annotations

import random
import re
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import attrs
from hypothesis import strategies as st

from communityconnector.interchange.texts.privacy.names import read_name
from communityconnector.model import (
    ENTITIES,
    Accessibility,
    Address,
    Attribute,
    CostOption,
    Directory,
    Disclosure,
    FieldSpec,
    Kind,
    Language,
    Location,
    Organization,
    Record,
    RequiredDocument,
    Schedule,
    Service,
    ServiceArea,
    ServiceAtLocation,
    ServiceCapacity,
    TaxonomyTerm,
    kilometers,
    required,
    specs,
)
from communityconnector.needs import Need, vocabulary
from communityconnector.needs.need import PREFERABLE
from communityconnector.needs.vocabulary import TAXONOMY

ids = st.uuids().map(str)
"""Identifiers in the form that HSDS requires."""

_WORD = re.compile("[A-Za-z]{4,}")


def _has_no_words(text: str) -> bool:
    """Return whether a text has no words. Words have effects: "undisclosed" hides a record, and "closed" closes it."""
    return not _WORD.search(text) and read_name(text) is None


texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20).filter(
    _has_no_words
)
"""Text in any script, without words, which have effects, and without the null character, which no CSV reader takes."""

numbers = st.integers(-(10**6), 10**6) | st.floats(-(10**6), 10**6, allow_nan=False).map(
    lambda x: round(x, 6)
)

json_values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2),
    max_leaves=4,
)
"""Any value of an unknown field."""

extras = st.dictionaries(
    texts.map(lambda name: f"x_{name}"), json_values.filter(lambda value: value not in (None, "")), max_size=1
)
"""Fields that only one source has. Null and empty text are not values, so a reader leaves them out."""

_PLAIN = {
    Kind.TEXT: texts,
    Kind.NUMBER: numbers,
    Kind.URI: st.sampled_from(
        ["https://example.org", "https://example.org/a?b=c", "http://pantry.example.org/"]
    ),
    Kind.EMAIL: st.sampled_from(["desk@example.org", "intake@pantry.example.org"]),
    Kind.DATE: st.dates().map(lambda day: day.isoformat()),
    Kind.TIME: st.times(timezones=st.none()).map(lambda time: time.replace(microsecond=0).isoformat()),
    Kind.TIMESTAMP: st.datetimes().map(lambda moment: f"{moment.replace(microsecond=0).isoformat()}Z"),
}


_WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
_LAWFUL = {
    ("schedule", "byday"): st.lists(
        st.sampled_from([*_WEEKDAYS, "1MO", "2TU", "-1FR"]), min_size=1, max_size=3, unique=True
    ).map(",".join),
    ("schedule", "timezone"): st.integers(-12 * 4, 14 * 4).map(lambda quarters: quarters / 4),
}
"""Values with a form of their own: a reader repairs others."""


def _value(entity: str, name: str, facts: FieldSpec) -> st.SearchStrategy[Any]:
    if (entity, name) in _LAWFUL:
        return _LAWFUL[entity, name]
    return st.sampled_from(facts.choices) if facts.kind is Kind.CHOICE else _PLAIN[facts.kind]


@st.composite
def records(draw: st.DrawFn, entity: str, depth: int = 3) -> Record:
    """Draw a record of an entity with some of its fields, in nested form, with up to `depth` levels of embedding."""
    cls = ENTITIES[entity]
    values: dict[str, Any] = {"id": draw(ids), "extra": draw(extras)}
    for name, facts in specs(cls).items():
        if facts.kind in (Kind.ID, Kind.REFERENCE) or facts.compiled_only or (entity, name) in _ABOUT_OWNER:
            continue
        if facts.kind is Kind.MANY:
            size = draw(st.integers(0, 9)) - 7 if depth > 0 else 0
            if size > 0:
                values[name] = tuple(draw(records(facts.target, depth - 1)) for _ in range(size))
        elif facts.kind is Kind.ONE:
            if name == "unit" or (depth > 0 and draw(st.booleans())):
                values[name] = draw(records(facts.target, depth - 1))
        elif name in required(cls) or draw(st.integers(0, 3)) == 0:
            values[name] = draw(_value(entity, name, facts))
    return cls(**values)


_ABOUT_OWNER = {("attribute", "link_entity"), ("metadata", "resource_type")}
"""Columns that name the owner of the record. In nested form the nesting shows the owner."""


@st.composite
def directories(draw: st.DrawFn) -> Directory:
    """Draw a small directory of any valid records: for reading, writing and comparing."""
    services = draw(st.lists(records("service"), min_size=1, max_size=3))
    return Directory.of(services)


latitudes = st.floats(36.0, 37.0).map(lambda x: round(x, 5))
longitudes = st.floats(-82.0, -81.0).map(lambda x: round(x, 5))
points = st.tuples(latitudes, longitudes)
"""Points in and around Ashe County, North Carolina."""

needs_ids = st.sampled_from(sorted(vocabulary().concepts))
languages = st.sampled_from(["en", "es", "fr", "vi"])
ages = st.integers(0, 100)
_EASTERN = ZoneInfo("America/New_York")
moments = st.integers(0, 365 * 24 * 4 - 1).map(
    lambda quarters: datetime(2026, 1, 1, tzinfo=_EASTERN) + timedelta(minutes=15 * quarters)
)
"""Quarters of an hour of the wall clock in New York through the year 2026."""


@st.composite
def squares(draw: st.DrawFn) -> ServiceArea:
    """Draw a service area: a square, or a name without a shape."""
    if draw(st.integers(0, 3)) == 0:
        return ServiceArea(id=draw(ids), name="Somewhere")
    south, west = draw(latitudes), draw(longitudes)
    side = draw(st.sampled_from([0.2, 0.6, 2.0]))
    ring = [
        [west, south],
        [west + side, south],
        [west + side, south + side],
        [west, south + side],
        [west, south],
    ]
    return ServiceArea(
        id=draw(ids),
        name="A square",
        extent=f'{{"type": "Polygon", "coordinates": [{ring}]}}',
        extent_type="geojson",
    )


def named_areas() -> st.SearchStrategy[ServiceArea]:
    """Return a strategy for areas with a name and no shape."""
    return st.builds(ServiceArea, id=ids, name=st.sampled_from(["Ashe County", "North Carolina"]))


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    """Draw a schedule that repeats weekly or monthly, by day or overnight, and is sometimes incomplete."""
    clock = st.sampled_from([f"{hour:02}:{minute}:00" for hour in range(24) for minute in ("00", "30")])
    weekly = draw(st.booleans())
    days = st.lists(st.sampled_from(_WEEKDAYS), min_size=1, max_size=4, unique=True)
    nth = st.sampled_from(["1MO", "2TU", "-1FR", "3SU"])
    began = draw(st.none() | st.dates(date(2025, 1, 1), date(2026, 6, 1)))
    return Schedule(
        id=draw(ids),
        freq="WEEKLY" if weekly else "MONTHLY",
        byday=",".join(draw(days)) if weekly else draw(nth),
        interval=draw(st.sampled_from([None, 1, 2, 3])) if began else None,
        dtstart=began.isoformat() if began else None,
        until=draw(st.none() | st.just("2026-09-30")),
        valid_from=draw(st.none() | st.none() | st.just("2026-03-01")),
        valid_to=draw(st.none() | st.none() | st.just("2026-10-31")),
        opens_at=draw(st.none() | clock) if draw(st.integers(0, 5)) == 0 else draw(clock),
        closes_at=draw(clock),
    )


def _need_attribute(key: str, concept: str) -> Attribute:
    term = TaxonomyTerm(
        id=f"term-{concept}", code=concept, name=concept, description=concept, taxonomy=TAXONOMY
    )
    return Attribute(id=f"{key}-{concept}", link_type="service_type", taxonomy_term=term)


@st.composite
def matchable_services(
    draw: st.DrawFn, places: tuple[Location, ...], agencies: tuple[Organization, ...]
) -> Service:
    """Draw a service with everything that a matcher evaluates, each of it often missing."""
    key = draw(ids)
    at = draw(st.lists(st.sampled_from(places), max_size=2, unique_by=lambda place: place.id))
    low, high = draw(st.none() | ages), draw(st.none() | ages)
    tongues = draw(st.lists(languages, max_size=2, unique=True))
    return Service(
        id=key,
        name=draw(st.sampled_from(["Helping Hands", "Open Door", "Community Meals", "Legal Aid Desk"])),
        status=draw(st.sampled_from(["active", "active", "active", "inactive", ""])),
        description=draw(
            st.none() | st.sampled_from(["Soup and bread.", "Groceries for a week.", "All are welcome."])
        ),
        organization=draw(st.none() | st.sampled_from(agencies)),
        minimum_age=low,
        maximum_age=high,
        assured_date=draw(st.none() | st.sampled_from(["2019-03-04", "2026-05-06"])),
        attributes=tuple(_need_attribute(key, c) for c in draw(st.lists(needs_ids, max_size=2, unique=True))),
        service_areas=tuple(draw(st.lists(squares() | named_areas(), max_size=2))),
        cost_options=tuple(
            CostOption(id=f"{key}-cost-{n}", amount=amount)
            for n, amount in enumerate(draw(st.lists(st.sampled_from([None, 0, 5, 20]), max_size=2)))
        ),
        fees_description=draw(st.none() | st.none() | st.sampled_from(["Free for children", "No charge"])),
        required_documents=tuple(
            RequiredDocument(id=f"{key}-paper-{n}", document=paper)
            for n, paper in enumerate(draw(st.lists(papers, max_size=2)))
        ),
        capacities=tuple(
            ServiceCapacity(
                id=f"{key}-room-{n}",
                available=free,
                updated=draw(st.sampled_from(["2026-11-23T20:00:00Z", "2020-01-01"])),
            )
            for n, free in enumerate(draw(st.lists(st.sampled_from([None, 0, 3]), max_size=1)))
        ),
        eligibility_description=draw(st.none() | st.sampled_from(["Veterans and their families.", "Women."])),
        schedules=tuple(draw(st.lists(schedules(), max_size=2))),
        languages=tuple(Language(id=f"{key}-{code}", code=code) for code in tongues),
        service_at_locations=tuple(
            ServiceAtLocation(id=f"{key}-{number}", location=place) for number, place in enumerate(at)
        ),
    )


@st.composite
def matchable_directories(draw: st.DrawFn, most: int = 6) -> Directory:
    """Draw a directory for matching, with up to `most` services in and around Ashe County."""
    agencies = tuple(
        Organization(id=draw(ids), name=name, description=name) for name in ("Blue Agency", "Green Agency")
    )
    places = tuple(draw(locations()) for _ in range(3))
    services = draw(
        st.lists(matchable_services(places, agencies), max_size=most, unique_by=lambda service: service.id)
    )
    return Directory.of(services)


@st.composite
def crowded_directories(draw: st.DrawFn) -> Directory:
    """Draw a directory of several hundred offers, most in one city, built from few different parts, with many ties."""
    parts = draw(matchable_directories(most=8).filter(lambda directory: len(directory.services) > 2))
    chance = random.Random(draw(st.integers(0, 10**6)))  # noqa: S311  # for tests, and repeatable
    models = list(parts.services.values())
    rough = draw(st.sampled_from([0.0, 0.3]))
    made = []
    for number in range(draw(st.sampled_from([700, 1400]))):
        model = chance.choice(models)
        spread = chance.choice([0.005, 0.05, 0.5, 5.0])
        corner = (
            36.4 + round(chance.uniform(-spread, spread), 2),
            -81.4 + round(chance.uniform(-spread, spread), 2),
        )
        place = Location(
            id=f"place-{number}", location_type="physical", latitude=corner[0], longitude=corner[1]
        )
        link = ServiceAtLocation(id=f"link-{number}", location=place)
        links = (link,) if chance.random() < 0.9 else ()
        if chance.random() < rough:
            code = chance.choice(["28694", "28640", "24333", "99999"])
            address = Address(id=f"at-{number}", address_1="1 Quillpen Lane", city="West Jefferson", state_province="NC",
                              postal_code=code, country="US", address_type="physical")  # fmt: skip
            bare = attrs.evolve(place, latitude=None, longitude=None, addresses=(address,))
            links = (attrs.evolve(link, location=bare),)
        made.append(attrs.evolve(model, id=f"service-{number}", service_at_locations=links))
    return Directory.of(made)


@st.composite
def locations(draw: st.DrawFn) -> Location:
    """Draw a physical or virtual location, with or without a point, and sometimes confidential."""
    placed = draw(st.integers(0, 3)) > 0
    key = draw(ids)
    return Location(
        id=key,
        location_type=draw(st.sampled_from(["physical", "physical", "physical", "virtual"])),
        name="A place",
        latitude=draw(latitudes) if placed else None,
        longitude=draw(longitudes) if placed else None,
        disclosure=draw(st.sampled_from([None, None, None, Disclosure.NEVER])),
        addresses=(
            Address(
                id=f"{key}-address",
                address_1="1 Quillpen Lane",
                city="West Jefferson",
                state_province="NC",
                postal_code=draw(st.sampled_from(["28694", "28694", "28640", "24333", ""])),
                country="US",
                address_type="physical",
            ),
        ),
        accessibility=tuple(
            Accessibility(id=f"{key}-access-{number}", description=text)
            for number, text in enumerate(
                draw(st.lists(st.sampled_from(["Wheelchair ramp", "No wheelchair access"]), max_size=1))
            )
        ),
    )


papers = st.sampled_from(["Photo ID", "Photo ID or a letter", "Proof of income", "None"])
"""Documents that services require."""

opening_times: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({}),
    st.fixed_dictionaries({"open_at": moments}),
    st.fixed_dictionaries(
        {"open_at": moments, "open_for": st.sampled_from([timedelta(minutes=30), timedelta(hours=3)])}
    ),
    st.fixed_dictionaries({"open_between": moments.map(lambda begin: (begin, begin + timedelta(hours=20)))}),
)
"""Requirements of a need on opening times, as arguments of `Need`."""


@st.composite
def needs(draw: st.DrawFn) -> Need:
    """Draw a need with some of its criteria."""
    near = draw(st.none() | points)
    words = [
        "soup kitchen",
        "someone to talk to",
        "a bed tonight",
        "help with the light bill",
        "helping hands",
    ]
    return Need(
        draw(st.sampled_from(["", *words])),
        terms=tuple(draw(st.lists(needs_ids, min_size=1, max_size=2, unique=True))),
        near=near,
        areas=draw(st.sampled_from([(), (), ("ashe county",)])),
        within=draw(st.none() | st.sampled_from([kilometers(5), kilometers(30), kilometers(200)]))
        if near
        else None,
        age=draw(st.none() | ages),
        language=draw(st.none() | languages),
        **draw(opening_times),
        max_cost=draw(st.none() | st.sampled_from([0, 10])),
        accessibility=draw(st.sampled_from([(), (), ("wheelchair",)])),
        without_documents=draw(st.sampled_from([(), (), ("photo ID",)])),
        capacity=draw(st.none() | st.none() | st.just(2)),
        situations=draw(st.sampled_from([(), (), ("veterans",)])),
        assured_within=draw(st.none() | st.none() | st.just(timedelta(days=365))),
        prefer=tuple(draw(st.sets(st.sampled_from(PREFERABLE), max_size=2))) if draw(st.booleans()) else (),
    )
