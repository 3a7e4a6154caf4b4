"""What is hidden is hidden everywhere and in every wording, and nothing beside it is."""

from __future__ import annotations

import json
import time

import attrs
import pytest

import communityconnector as cc
from builders import address, agency, location, service
from communityconnector import interchange
from communityconnector.model import (
    ENTITIES,
    Attribute,
    Directory,
    Disclosure,
    Metadata,
    Phone,
    Schedule,
    TaxonomyTerm,
)
from communityconnector.model.confidential import Site
from communityconnector.model.refuge import SAFE_HOUSE, look
from communityconnector.model.same_place import same_street, street_of
from communityconnector.model.traces import Traces
from communityconnector.needs import vocabulary

STREET, NORTH, WEST = "77 Hidden Lane", 36.2134, -81.6721


def hidden_in(*records):
    shown = Directory.of(records).for_audience("public")
    return sorted(key for key, p in shown.locations.items() if p.name == "Confidential location")


def tables(folder, **texts):
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text)
    return interchange.read(folder)


# Nobody beside is hidden


def test_a_place_at_the_same_postal_code_point_as_a_refuge_is_shown(tmp_path):
    rows = "".join(f"{n},2,P{n},36.4000,-81.4900,physical\n" for n in range(2, 8))
    directory = tables(
        tmp_path,
        organizations="id,name,description\n1,Domestic Violence Coalition,x\n2,Town Pantries,x\n",
        locations="id,organization_id,name,latitude,longitude,location_type\n1,1,A,36.4000,-81.4900,physical\n"
        + rows,
        services="id,organization_id,name,status\n1,1,Support Line,active\n"
        + "".join(f"{n},2,Food Pantry {n},active\n" for n in range(2, 8)),
        services_at_location="id,service_id,location_id\n" + "".join(f"{n},{n},{n}\n" for n in range(1, 8)),
    )
    shown = directory.for_audience("public")
    assert shown.locations["1"].point is None
    assert shown.locations["1"].name == "Confidential location"
    for key in "234567":
        assert shown.locations[key] == directory.locations[key]
        assert shown.services[key] == directory.services[key]


def test_a_protective_program_hides_its_place_and_not_its_whole_agency(tmp_path):
    directory = tables(
        tmp_path,
        organizations="id,name,description\n1,Town Fire Department,x\n",
        locations="id,organization_id,name,latitude,longitude,location_type\n"
        + "".join(f"{n},1,Station {n},36.4{n},-81.4{n},physical\n" for n in range(1, 5)),
        services="id,organization_id,name,status\n1,1,Safe Place Signs,active\n2,1,Blood Pressure Check,active\n",
        services_at_location="id,service_id,location_id\n1,1,1\n2,2,2\n3,2,3\n4,2,4\n",
        service_attributes="id,service_id,taxonomy_term_id\n1,1,9\n",
        taxonomy_terms="id,name,description\n9,Safe Housing,x\n",
    )
    shown = directory.for_audience("public")
    assert [shown.locations[key].point is None for key in "1234"] == [True, False, False, False]
    assert attrs.evolve(shown.services["2"], organization=None) == attrs.evolve(
        directory.services["2"], organization=None
    )


def test_an_agency_that_is_a_refuge_by_its_name_keeps_all_its_silent_places_hidden():
    refuge = agency("o", "Center for Family Violence Prevention", locations=(location("office", "5 Elm St"),))
    assert hidden_in(
        service("s", location("l", STREET), organization=refuge), service("t", location("x", "9 Oak St"))
    ) == [
        "l",
        "office",
    ]


def test_a_private_service_at_the_open_place_of_another_agency_is_hidden_there_only():
    library = agency("lib", "Town Library")
    hall = location("hall", "1 Main Street", (36.3, -81.3), name="Main Library")
    group = service("group", hall, organization=agency("dv", "Rowan House"), name="Domestic violence support group",
                    description="We meet at 1 Main Street.")  # fmt: skip
    stories = service(
        "stories", hall, organization=attrs.evolve(library, locations=(hall,)), name="Story time"
    )
    directory = Directory.of([group, stories])
    shown = directory.for_audience("public")
    assert shown.services["stories"] == directory.services["stories"]
    (offer,) = shown.offers_of("group")
    assert offer.point is None
    assert offer.location.id != "hall"
    assert "Main Street" not in shown.services["group"].description


def test_a_flag_of_an_agency_hides_its_places_and_not_those_of_others():
    own, hall = location("own", STREET), location("hall", "1 Main Street")
    private = agency("p", disclosure=Disclosure.NEVER, locations=(own,))
    records = [
        service("a", own, hall, organization=private),
        service("b", hall, organization=agency("q", locations=(hall,))),
    ]
    assert hidden_in(*records) == ["own"] or set(hidden_in(*records)) > {"own"}
    shown = Directory.of(records).for_audience("public")
    assert shown.locations["hall"].addresses
    assert {offer.location.name for offer in shown.offers_of("a")} == {"Confidential location"}


def test_the_same_street_in_another_town_and_another_suite_are_other_places():
    hidden = location("h", "100 Main St, Suite 9", disclosure=Disclosure.NEVER, point=(NORTH, WEST))
    other_town = location("t", addresses=(address("100 Main Street", "Lenoir"),))
    other_town = attrs.evolve(
        other_town, addresses=(attrs.evolve(other_town.addresses[0], postal_code="28645"),)
    )
    other_suite = location("u", "100 Main St Ste 4")
    bystanders = [
        service("t", other_town, organization=agency("t"), description="Come to 100 Main Street."),
        service("u", other_suite, organization=agency("u"), description="Come to 100 Main St Ste 4."),
    ]
    directory = Directory.of(
        [service("h", hidden, organization=agency("h"), description="At 100 Main Street."), *bystanders]
    )
    shown = directory.for_audience("public")
    assert hidden_in(*directory.roots()) == ["h"]
    for one in bystanders:
        assert shown.services[one.id] == directory.services[one.id]
    assert "Main" not in shown.services["h"].description


# The same place is hidden with it


@pytest.mark.parametrize(
    "street",
    ["77 Hidden Ln", "77 Hidden Ln.", "77  HIDDEN LANE", "77 Hidden Lane, Apt. 4", "77 Hidden Lane #4", "Rear; 77 Hidden Ln",
     "77 Hidden Lane, Boone NC 28607", "77 Hídden Lane", "77 Hidden", "77 hidden, rear"],
)  # fmt: skip
def test_a_street_in_other_words_is_the_same_place_in_every_record(street):
    records = [
        service("a", location("h", STREET, disclosure=Disclosure.NEVER), organization=agency("a")),
        service("b", location("twin", street), organization=agency("b")),
        service("c", location("c", "78 Hidden Lane"), organization=agency("c")),
    ]
    assert hidden_in(*records) == ["h", "twin"]


def test_a_rounded_point_of_the_same_agency_is_the_same_place():
    mine = agency("a")
    hidden = location("h", point=(36.2100, -81.6700), disclosure=Disclosure.NEVER)
    twin, far = location("twin", point=(36.21001, -81.67002)), location("far", point=(36.25, -81.67))
    other = service("o", location("o", point=(36.2100, -81.6700)), organization=agency("b"))
    assert hidden_in(
        service("a", hidden, organization=mine), service("b", twin, far, organization=mine), other
    ) == ["h", "twin"]


def test_many_places_of_one_agency_at_one_point_are_not_that_place():
    mine = agency("a")
    hidden = location("h", point=(36.21, -81.67), name="House", disclosure=Disclosure.NEVER)
    others = [location(f"p{n}", point=(36.21, -81.67), name=f"Pantry {n}") for n in range(5)]
    assert hidden_in(service("a", hidden, organization=mine), service("b", *others, organization=mine)) == [
        "h"
    ]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("12 N. Oak Avenue", "12 North Oak Ave", True), ("12 Oak Ave", "12 Oak St", False), ("12 Oak", "12 Oak St", True), ("12 Wren Hollow", "12 Wren Hollow Rd", True),
        ("12 Oak Hill", "12 Oak St", False), ("12 First St", "12 1st Street", True),
        ("12 St. Mary's Rd", "12 Saint Marys Road", True), ("12 Oak Ave Suite 2", "12 Oak Ave # 2", True),
        ("12 Oak Ave Suite 2", "12 Oak Ave Suite 3", False), ("12 Oak Ave Suite 2", "12 Oak Ave", True),
        ("12 Oak\u2013Hill Rd", "12 Oak-Hill Road", True), ("P.O. Box 12", "PO Box 12", None), ("12 Oak Ave NW", "12 Oak Ave", False),
    ],
)  # fmt: skip
def test_streets_are_compared_as_they_are_meant(one, other, same):
    first, second = street_of(address(one)), street_of(address(other))
    assert (None if first is None or second is None else same_street(first, second)) is same


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Manager, 41 Wren Hollow", "Manager, "), ("Turn onto Wren Hollow, third house", "Turn onto , third house"),
        ("41 wren hollow rd.", ""), ("41-Wren-Hollow", ""), ("41 Wren Hollow Court", "41 Wren Hollow Court"),
        ("a wren in a hollow", "a wren in a hollow"),
    ],
)  # fmt: skip
def test_a_street_is_removed_with_or_without_its_kind_but_not_of_another_kind(text, left):
    site = Site(streets=(street_of(address("41 Wren Hollow Rd")),))
    assert Traces([site], own=True).masked(text).replace("[address withheld]", "") == left


# What looks like a refuge

REFUGES = (
    "Women\u2019s Shelter; WOMEN'S SHELTER; Womens Refuge; Shelter for abused women; Shelter for Women and Children; "
    "Women and Children's Emergency Shelter; Refugio para mujeres; Violencia intrafamiliar; casa de acogida; Casa Segura; "
    "safe-house; Safe\u2013House; safehouse; trafficking survivors' residence; Residence for survivors of trafficking; "
    "Domestic Violence Coalition; Domestic—Violence Program; DV Shelter; Battered Women\u2019s Services; Safe Housing; "
    "Help Escape Violence; Sexual & Domestic Violence Services; Rape Crisis Center; Violencia doméstica; VIOLENCIA FAMILIAR; "
    "Albergue para víctimas de violencia; Mujeres maltratadas; Trata de personas; Violencia de género; "
    "Intimate-partner violence; Spouse abuse center; Victims of domestic abuse; Survivors\u2019 House; Confidential shelter; "
    "Human\u00a0trafficking help; Hogar seguro para mujeres; Shelter from abuse; Center Against Sexual and Family Violence"
).split("; ")
NO_REFUGES = (
    "Food Pantry; Homeless Shelter; Safe Place Signs; Drug Abuse Treatment; Drug trafficking tip line; Animal Shelter; "
    "Safe Haven for Newborns; Wildlife Refuge; City of Refuge Church; Cancer Survivors House; Women's Clinic; "
    "Batterers Intervention Program; Community for Creative Non-Violence; Gang Violence Prevention; Hidden Valley Housing; "
    "Confidential HIV Testing; Safe Sleep; Refugee Resettlement; Casa de Esperanza; Men's Shelter; Elder abuse hotline; "
    "Child Abuse Prevention; Traffic School; Housing Authority; Substance abuse survivors; Safe Home Repair"
).split("; ")


@pytest.mark.parametrize("name", REFUGES)
def test_a_refuge_is_known_by_its_name_in_any_spelling(name):
    assert look(name)
    assert hidden_in(service("s", location("l", STREET), name=name)) == ["l"]
    assert hidden_in(service("s", location("l", STREET, name=name))) == ["l"]
    term = Attribute(id="a", taxonomy_term=TaxonomyTerm(id="t", name=name, description="x"))
    assert hidden_in(service("s", location("l", STREET), attributes=(term,))) == ["l"]


@pytest.mark.parametrize("name", NO_REFUGES)
def test_sharing_a_word_with_refuges_does_not_make_a_refuge(name):
    assert look(name) is None
    assert hidden_in(service("s", location("l", STREET), name=name)) == []


def test_whatever_the_vocabulary_calls_a_refuge_for_sure_looks_like_one():
    """Phrases in which a patron speaks of themselves, or of any safe place, are no names."""
    spoken = (
        "he ",
        "him",
        "my ",
        "us",
        "kids",
        "hide",
        "hiding",
        "somewhere",
        "place",
        "lugar",
        "stay away",
        "esposo",
    )
    names = [p.words for p in vocabulary().phrases if p.concept == SAFE_HOUSE and p.weight >= 0.8]
    names = [words for words in names if not any(part in f"{words} " for part in spoken)]
    assert len(names) > 10
    assert [words for words in names if look(words) is None] == []


def test_a_description_that_mentions_violence_is_listed_and_hides_nothing(tmp_path):
    raw = interchange.to_raw(
        service("s", location("l", STREET), description="Food, also for survivors of domestic violence.")
    )
    (tmp_path / "a.json").write_text(json.dumps([raw]))
    directory = interchange.read(tmp_path / "a.json")
    assert directory.disclosures["l"] is Disclosure.PUBLIC
    assert [(f.severity, f.action) for f in directory.findings if f.rule == "looks-like-a-refuge"] == [
        ("info", "")
    ]
    named = json.dumps([{**raw, "name": "Women\u2019s Shelter"}])
    (tmp_path / "b.json").write_text(named)
    (finding,) = [
        f for f in interchange.read(tmp_path / "b.json").findings if f.rule == "looks-like-a-refuge"
    ]
    assert (finding.entity, finding.record_id, finding.action, finding.value) == (
        "location",
        "l",
        "hidden from the public",
        None,
    )
    assert "womens shelter" in finding.message


# Hidden in every wording


@pytest.mark.parametrize(
    "text",
    ["77 Hidden Ln.", "77 hidden lane", "77, HIDDEN LN", "77 Hidden\nLane", "77 Hidden Lane Apt 4B", "7 7".replace(" ", "") + " Hídden Lane",
     "https://www.google.com/maps/place/77+Hidden+Ln,+Boone", "?q=77%20Hidden%20Lane", "@36.2134,-81.6721,15z",
     "36.2134, -81.6721", "36.21340 -81.67210", "POINT (-81.6721 36.2134)", "[-81.6721,36.2134]", "36,2134; -81,6721", "geo:36.2134,-81.6721",
     "N 36.2134° W 81.6721°", "36°12'48.2\"N 81°40'19.6\"W", "36.21341,-81.67209"],
)  # fmt: skip
def test_a_trace_is_taken_out_of_any_text(text):
    site = Site(streets=(street_of(address(STREET)),), points=((NORTH, WEST),))
    masked = Traces([site]).masked(f"Come to {text} at nine")
    assert masked.startswith("Come to ")
    assert masked.endswith(" at nine")
    assert not any(
        sight in masked.lower() for sight in ("hidden", "hídden", "36.21", "81.67", "36,21", "48.2", "12'")
    )


@pytest.mark.parametrize(
    "text",
    ["177 Hidden Lane", "77 Hidden Lanes", "1.77 Hidden Lane", "Hidden Lane 8", "$36.21", "36.2234, -81.6721", "call 336-213-4816",
     "from 9.00 to 17.00", "Confidential"],
)  # fmt: skip
def test_text_without_a_trace_stays(text):
    site = Site(("Confidential",), (street_of(address(STREET)),), ((NORTH, WEST),))
    assert Traces([site]).masked(text) is text
    assert "Confidential" in Traces([site], own=True).masked("Confidential help")


def test_numbers_that_stand_together_are_a_point_in_any_json():
    traces = Traces([Site(points=((NORTH, WEST),))])
    for told in (
        {"lat": NORTH, "lng": WEST},
        {"Y": "36.2134", "X": "-81.6721"},
        {"at": [{"p": [WEST, NORTH]}]},
    ):
        assert "36.2134" not in json.dumps(traces.masked(told))
    harmless = {"n": 36.2134, "list": [1, 2, True, None]}
    assert traces.masked(harmless) is harmless


def public_output(*records, folder, audience="public"):
    directory = Directory.of(
        records, dataset={"about": f"Home at {STREET}", "columns": {"Point": "36.2134,-81.6721"}}
    )
    for name in ("a.json", "b"):
        interchange.write(directory, folder / name, audience=audience)
    shown = directory.for_audience(audience)
    files = "".join(path.read_text() for path in folder.rglob("*") if path.is_file())
    matched = cc.Matcher(directory).match(cc.Need("counsel", near=(NORTH, WEST)), limit=None)
    raw = [interchange.to_raw(r) for e in ENTITIES for r in shown.table(e).values()]
    return (
        files
        + json.dumps(raw)
        + json.dumps(matched.to_dict())
        + repr(shown.findings)
        + json.dumps(shown.dataset)
    )


def test_a_hidden_place_is_revealed_nowhere_and_harmless_text_stays(tmp_path):
    house = location("l", STREET, (NORTH, WEST), name="Rowan House", alternate_name="House at 77 Hidden Ln",
                  transportation="Bus 7 to Hidden Lane", disclosure=Disclosure.NEVER)  # fmt: skip
    owner = agency(
        "o", "Rowan Aid", website="https://rowan.example.org", locations=(house,),
        extra={"x_geo": [NORTH, WEST], "x_hours": "by phone", "x_note": "keys at 77 hidden ln"},
    )  # fmt: skip
    change = Metadata(
        id="m", last_action_date="2026-01-01", last_action_type="update", field_name="name", updated_by="x",
        previous_value="Counsel", replacement_value="Counsel by phone",
    )  # fmt: skip
    helped = service(
        "s", house, organization=owner, alternate_name="Counsel on Hidden Lane", description="Ring at 77 Hidden Ln.",
        url="https://maps.google.com/?q=77+Hidden+Lane", phones=(Phone(id="p", number="336-555-0142"),),
        schedules=(Schedule(id="h", byday="MO", opens_at="09:00", description=f"Mondays at {STREET}"),),
        metadata=(change,), extra={"x_Datum": "NAD83", "x_plan": "B", "x_lat": NORTH, "x_lon": WEST},
    )  # fmt: skip
    output = public_output(
        helped,
        service("t", location("t", "1 Main St", (36.5, -81.5)), organization=agency("t")),
        folder=tmp_path,
    )
    for sight in ("hidden", "36.21", "81.67", "rowan house", "bus 7", "nad83"):
        assert sight not in output.lower(), sight
    shown = Directory.of([helped]).for_audience("public").services["s"]
    assert shown.metadata == (change,)
    assert shown.extra == {"x_plan": "B"}
    assert shown.phones == helped.phones
    assert shown.organization.website == "https://rowan.example.org"
    assert shown.organization.extra == {"x_hours": "by phone", "x_note": "keys at [address withheld]"}
    assert shown.schedules[0].opens_at == "09:00"
    whole = public_output(helped, folder=tmp_path, audience="steward")
    assert all(sight in whole.lower() for sight in ("hidden", "36.21", "rowan house")), (
        "the check above can fail"
    )


def test_a_private_phone_is_removed_everywhere():
    line = Phone(id="p", number="(336) 555-0142", disclosure=Disclosure.NEVER)
    asked = service("s", organization=agency("o", website="https://o.example.org"), phones=(line, Phone(id="q", number="336-555-0177")),
                    description="Text 336.555.0142, or call 336-555-0177.")  # fmt: skip
    shown = Directory.of([asked]).for_audience("public").services["s"]
    assert [phone.id for phone in shown.phones] == ["q"]
    assert shown.description == "Text [address withheld], or call 336-555-0177."


def test_changes_of_places_of_others_keep_their_values():
    moved = Metadata(
        id="m", last_action_date="2026-01-01", last_action_type="update", field_name="address_1", updated_by="x",
        previous_value="2 Main St", replacement_value="1 Main St",
    )  # fmt: skip
    other = service("t", location("t", "1 Main St", metadata=(moved,)), organization=agency("t"))
    directory = Directory.of([service("s", location("h", STREET, disclosure=Disclosure.NEVER)), other])
    assert directory.for_audience("public").services["t"] == directory.services["t"]


LONG = ("7", "77 ", "36.2134 ", "77 Hidden ", "1deg", "1 deg 1 min ", "w.", "shelter for ", "women and children ", "domestic ",
        "violencia a ", "http://", "//a.a.", "77,", "Confidential ", "a", " ")  # fmt: skip


@pytest.mark.parametrize("piece", LONG)
def test_no_text_takes_long(piece):
    """A hundred thousand letters of any kind take a moment: no pattern looks at them again and again."""
    text = piece * (100_000 // len(piece))
    site = Site((STREET,), (street_of(address(STREET)),), ((NORTH, WEST),))
    begun = time.process_time()
    Traces([site], own=True).masked(text)
    look(text)
    assert time.process_time() - begun < 3
