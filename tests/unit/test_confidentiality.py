"""A confidential place is confidential everywhere: planted strings appear in no output for the public."""

from __future__ import annotations

import json
import subprocess
import sys

import attrs
import pytest

import communityconnector as cc
from communityconnector import interchange
from communityconnector.model import (
    Accessibility,
    Address,
    Attribute,
    Contact,
    Directory,
    Disclosure,
    Language,
    Location,
    Metadata,
    Organization,
    Phone,
    Schedule,
    Service,
    ServiceAtLocation,
    TaxonomyTerm,
)

CANARY = "CANARY"
LATITUDE, LONGITUDE = 36.412345, -81.467891
SAFE_HOUSE = "06b56e4f-4fd2-50ec-9734-3745ba673d63"
SAFE_LOCATION = "a835371a-b2ab-5792-80d2-79ede1d94aa3"


def text(part):
    return f"{CANARY} {part}"


def hidden_place(disclosure):
    change = Metadata(
        id="m", last_action_date="2026-01-01", last_action_type="update", field_name="name",
        previous_value=text("before"), replacement_value=text("after"), updated_by=text("who"), resource_type="location",
    )  # fmt: skip
    return Location(
        id="l", location_type="physical", name=text("name"), alternate_name=text("other"), description=text("what"),
        transportation=text("bus"), url=f"https://{CANARY}.example.org", latitude=LATITUDE, longitude=LONGITUDE,
        external_identifier=text("uprn"), external_identifier_type=text("scheme"), disclosure=disclosure,
        addresses=(
            Address(id="d", address_1=text("street"), address_2=text("unit"), city=text("town"), attention=text("c/o"),
                    region=text("region"), state_province=text("state"), postal_code=text("zip"), country="US",
                    address_type="physical"),
        ),
        accessibility=(Accessibility(id="x", description=text("ramp")),),
        phones=(Phone(id="lp", number=text("location phone")),),
        contacts=(Contact(id="lc", name=text("location contact")),),
        schedules=(Schedule(id="h", freq="WEEKLY", byday="MO", opens_at="09:00", closes_at="17:00"),),
        attributes=(Attribute(id="a", value=text("attribute")),),
        metadata=(change,),
        extra={"x_what3words": text("words")},
    )  # fmt: skip


def house(disclosure=Disclosure.NEVER, **more):
    place = hidden_place(disclosure)
    agency = Organization(id="o", name="Agency", description="Helps", locations=(place,))
    link = ServiceAtLocation(
        id="s", location=place, description=text("link"), phones=(Phone(id="sp", number=text("link phone")),),
        contacts=(Contact(id="sc", name=text("link contact")),), extra={"x_map": text("map")},
        attributes=(Attribute(id="sa", value=text("link attribute")),),
    )  # fmt: skip
    service = Service(
        id="v", name="Open House", status="active", organization=agency, service_at_locations=(link,),
        description="A bed and somebody to talk to.", phones=(Phone(id="vp", number="336-555-0100"),), **more,
    )  # fmt: skip
    # A record of the change that stands alone, as tables have it.
    loose = Metadata(
        id="m2", resource_id="l", resource_type="location", last_action_date="2026-01-01", last_action_type="update",
        field_name="latitude", previous_value=str(LATITUDE), replacement_value=text("loose"), updated_by="x",
    )  # fmt: skip
    return Directory.of([service, loose])


def gives_away(output):
    return CANARY in output or str(LATITUDE)[:7] in output or str(LONGITUDE)[:8] in output


def everything_written(directory, folder, audience):
    for name in ("a.json", "b.ndjson", "c"):
        interchange.write(directory, folder / name, audience=audience)
    return "".join(path.read_text() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("level", [Disclosure.STAFF_ONLY, Disclosure.CONTACT_ONLY, Disclosure.NEVER])
def test_no_public_output_reveals_a_confidential_place(tmp_path, level):
    output = everything_written(house(level), tmp_path, "public")
    reachable = {text("location phone"), text("location contact"), text("link phone"), text("link contact")}
    if level is Disclosure.CONTACT_ONLY:
        for part in reachable:
            assert part in output
            output = output.replace(part, "")
    assert not gives_away(output)


def test_the_check_above_can_fail(tmp_path):
    """With nothing to hide, every planted string is written."""
    output = everything_written(house(Disclosure.PUBLIC), tmp_path, "public")
    assert gives_away(output)
    assert output.count(CANARY) > 50


@pytest.mark.parametrize(
    ("level", "audience", "hidden"),
    [
        (Disclosure.PUBLIC, "public", False),
        (Disclosure.STAFF_ONLY, "public", True),
        (Disclosure.STAFF_ONLY, "staff", False),
        (Disclosure.CONTACT_ONLY, "public", True),
        (Disclosure.CONTACT_ONLY, "staff", True),
        (Disclosure.NEVER, "public", True),
        (Disclosure.NEVER, "staff", True),
        (Disclosure.NEVER, "steward", False),
    ],
)
def test_who_may_see_what(level, audience, hidden):
    place = house(level).for_audience(audience).locations["l"]
    assert (
        place.latitude is None and place.addresses == () and place.name == "Confidential location"
    ) is hidden


def test_a_hidden_place_keeps_its_hours_and_the_service_its_own_phone():
    shown = house().for_audience("public")
    assert shown.locations["l"].schedules
    (offer,) = shown.offers.values()
    assert [phone.number for phone in offer.phones] == ["336-555-0100"]
    assert set(shown.table("address")) == set()


def test_a_directory_without_secrets_is_itself():
    plain = house(Disclosure.PUBLIC)
    assert plain.for_audience("public") is plain


@pytest.mark.parametrize(
    "code", ["safe-house", "domestic-violence-help", "trafficking-help", "sexual-assault-help"]
)
def test_a_refuge_without_a_level_is_for_staff_only(code):
    term = TaxonomyTerm(id="t", code=code, name="x", description="x", taxonomy="communityconnector needs")
    directory = house(None, attributes=(Attribute(id="q", taxonomy_term=term),))
    assert directory.disclosures["l"] is Disclosure.STAFF_ONLY
    assert directory.for_audience("public").locations["l"].latitude is None


@pytest.mark.parametrize(
    "name", ["Safe House", "Domestic Violence Shelter", "Home for Survivors of Human Trafficking"]
)
def test_a_protective_name_counts_like_a_tag(name):
    directory = house(None)
    renamed = attrs.evolve(directory.services["v"], name=name)
    assert Directory.of([renamed]).disclosures["l"] is Disclosure.STAFF_ONLY


def test_a_description_that_mentions_violence_hides_nothing():
    directory = house(None)
    mentioned = attrs.evolve(
        directory.services["v"], description="Food, also for survivors of domestic violence."
    )
    assert Directory.of([mentioned]).disclosures["l"] is Disclosure.PUBLIC


def test_the_level_travels_as_an_hsds_attribute(tmp_path):
    for level in Disclosure:
        for name in ("a.json", "b.zip"):
            interchange.write(house(level), tmp_path / name, audience="steward")
            (place,) = interchange.read(tmp_path / name).locations.values()
            assert place.disclosure is level
    raw = interchange.to_raw(house().locations["l"])
    assert [a["value"] for a in raw["attributes"]] == [text("attribute"), "never"]


def test_an_unknown_level_is_read_as_never():
    raw = {
        "id": "l",
        "location_type": "physical",
        "attributes": [{"id": "a", "link_type": "disclosure", "value": "secret"}],
    }
    place = interchange.converter().structure(raw, Location)
    assert place.disclosure is Disclosure.NEVER
    assert place.attributes == ()


@pytest.mark.parametrize("rank", ["score", "distance", "relevance"])
def test_a_match_gives_neither_the_place_nor_the_distance(rank):
    matcher = cc.Matcher(house())
    need = cc.Need("open house", near=(LATITUDE, LONGITUDE), within=cc.miles(1))
    (match,) = matcher.match(need, rank=rank)
    assert match.distance is None
    assert not gives_away(
        json.dumps(match.to_dict()) + repr(match) + repr(match.location) + repr(match.offer)
    )
    assert any("confidential" in reason.text for reason in match.reasons)


@pytest.mark.parametrize("rank", ["score", "distance", "relevance"])
def test_neither_score_nor_order_depends_on_where_the_place_is(rank):
    def answers(latitude):
        moved = attrs.evolve(hidden_place(Disclosure.NEVER), latitude=latitude)
        link = ServiceAtLocation(id="s", location=moved)
        other = Location(id="k", location_type="physical", latitude=36.5, longitude=-81.5)
        services = [
            Service(id="v", name="Open House", status="active", service_at_locations=(link,)),
            Service(
                id="w", name="Open House", status="active",
                service_at_locations=(ServiceAtLocation(id="z", location=other),),
            ),
        ]  # fmt: skip
        result = cc.Matcher(Directory.of(services)).match(
            cc.Need("open house", near=(36.5, -81.5)), rank=rank
        )
        return [(m.offer.id, m.contributions[:2]) for m in result]

    assert answers(36.500001) == answers(20.0)


def test_findings_lose_their_values(tmp_path):
    path = tmp_path / "a.json"
    interchange.write(house(), path, audience="steward")
    raw = json.loads(path.read_text())
    raw[0]["service_at_locations"][0]["location"]["latitude"] = f"{CANARY} north"
    raw[0]["service_at_locations"][0]["location"]["addresses"][0]["country"] = 7
    path.write_text(json.dumps(raw))
    directory = interchange.read(path)
    assert any(CANARY in str(finding.value) for finding in directory.findings)
    shown = directory.for_audience("public").findings
    assert len(shown) == len(directory.findings)
    assert not gives_away(str(shown))


def run(*words):
    done = subprocess.run(
        [sys.executable, "-m", "communityconnector", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    return done.stdout + done.stderr


def test_the_command_line_never_shows_the_safe_house():
    place = cc.sample().locations[SAFE_LOCATION]
    secrets = [str(place.latitude), str(place.longitude), *(a.address_1 for a in place.addresses)]
    secrets += [phone.number for phone in place.phones]
    assert len(secrets) >= 3
    here = f"{place.latitude},{place.longitude}"
    outputs = [
        run("match", "safe house", "--near", "28694", *more)
        for more in ([], ["--json"], ["--audience", "staff"], ["--rank", "distance", "--json"])
    ]
    for output in outputs:
        assert "Safe House" in output
        for secret in secrets:
            assert secret not in output
    assert "Safe House" in run("match", "safe house", "--near", here, "--within", "1mi")
    tour = run("demo") + run("demo", "--json")
    assert not any(secret in tour for secret in secrets)


def test_the_safe_house_of_the_sample_is_found_without_place_and_distance():
    result = cc.Matcher(cc.sample()).match(cc.Need(terms="safe-house", near="28694"), limit=None)
    found = next(m for m in result if m.service.id == SAFE_HOUSE)
    assert found.distance is None
    assert found.location.addresses == ()
    assert cc.Matcher(cc.sample(), audience="steward").directory.locations[SAFE_LOCATION].latitude is not None


def test_the_street_is_withheld_wherever_a_text_repeats_it(tmp_path):
    refuge = house()
    service = attrs.evolve(refuge.services["v"], description=f"Come to {text('street').lower()}, back door.")
    agency = attrs.evolve(refuge.organizations["o"], description=f"At {text('STREET')}.")
    directory = Directory.of([attrs.evolve(service, organization=agency)])
    output = everything_written(directory, tmp_path, "public")
    assert not gives_away(output.upper())
    assert output.count("[address withheld]") == 2 * 3


@pytest.mark.parametrize("same", ["street", "point"])
def test_another_record_of_the_hidden_place_is_hidden_with_it(same):
    hidden = hidden_place(Disclosure.NEVER)
    twin = Location(
        id="twin",
        location_type="physical",
        latitude=LATITUDE if same == "point" else None,
        longitude=LONGITUDE if same == "point" else None,
        addresses=tuple(attrs.evolve(a, id="twin-address") for a in hidden.addresses)
        if same == "street"
        else (),
    )
    links = (ServiceAtLocation(id="a", location=hidden), ServiceAtLocation(id="b", location=twin))
    directory = Directory.of([Service(id="v", name="House", status="active", service_at_locations=links)])
    assert directory.for_audience("public").locations["twin"].name == "Confidential location"
    shown_twin = attrs.evolve(twin, disclosure=Disclosure.PUBLIC)
    links = (links[0], ServiceAtLocation(id="b", location=shown_twin))
    directory = Directory.of([Service(id="v", name="House", status="active", service_at_locations=links)])
    assert directory.disclosures["twin"] is Disclosure.PUBLIC


def test_notes_of_hours_go_and_times_stay():
    place = attrs.evolve(
        hidden_place(Disclosure.NEVER),
        schedules=(
            Schedule(
                id="h",
                byday="MO",
                opens_at="09:00",
                notes=text("n"),
                description=text("d"),
                extra={"x": text("e")},
            ),
        ),
        languages=(Language(id="g", code="es", note=text("n")),),
    )
    link = ServiceAtLocation(id="s", location=place, schedules=place.schedules)
    directory = Directory.of([Service(id="v", name="House", status="active", service_at_locations=(link,))])
    (offer,) = directory.for_audience("public").offers.values()
    assert [(x.code, x.note) for x in offer.languages] == [("es", None)]
    assert [(s.byday, s.opens_at, s.notes, s.description, s.extra) for s in offer.schedules] == [
        ("MO", "09:00", None, None, {})
    ]


def test_values_derived_from_a_hidden_value_are_withheld(tmp_path):
    path = tmp_path / "a.json"
    interchange.write(house(), path, audience="steward")
    raw = json.loads(path.read_text())
    place = raw[0]["service_at_locations"][0]["location"]
    place["latitude"] = str(LATITUDE)
    place["contacts"][0]["email"] = f"{CANARY} at home"
    path.write_text(json.dumps(raw))
    directory = interchange.read(path)
    assert gives_away(str(directory.findings))
    assert not gives_away(str(directory.for_audience("public").findings))


def test_a_public_copy_over_a_stewards_copy_leaves_nothing_behind(tmp_path):
    interchange.write(house(), tmp_path / "copy", audience="steward")
    assert gives_away("".join(p.read_text() for p in (tmp_path / "copy").iterdir()))
    (tmp_path / "copy" / "notes.txt").write_text("mine")
    interchange.write(house(), tmp_path / "copy", audience="public")
    assert not gives_away("".join(p.read_text() for p in (tmp_path / "copy").iterdir()))
    assert (tmp_path / "copy" / "notes.txt").read_text() == "mine"
