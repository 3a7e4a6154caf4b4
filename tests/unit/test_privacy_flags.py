"""Whatever a source says of privacy is understood, whoever's wording it is; and what only looks like it hides nothing."""

from __future__ import annotations

import csv
import json
import re

import pytest

import communityconnector as cc
from communityconnector import interchange
from communityconnector.interchange.texts.privacy.lexicon import Scope
from communityconnector.interchange.texts.privacy.names import read_name
from communityconnector.model import Disclosure

PHONE = "828-555-0147"

HIDES_ON_YES = """
Confidential; Confidential?; CONFIDENTIAL; is_confidential; isConfidential; Confidential (Y/N); Private; Private?; IS_PRIVAT; Hidden; Is Hidden;
HIDE; Hide Address; HIDE_ADDRE; hideaddress; Hide address from public?; Hide from map; Unlisted; UNDISCLOSE; Undisclosed Location; Secret location;
Redacted; Address withheld; Reason Withheld; Do not publish; DO_NOT_PUB; donotpublish; Don't publish; Don\u2019t list; Do not share location;
Do not show on map; Do Not Give Out; Do not map; Do not post online; Not for publication; NOT_FOR_PU; Not public; NON_PUBLIC; nonpublic; Unpublished;
Exclude from website; EXCLUDE_FR; excludeFromDirectory; Omit address; Remove from public directory; Suppress address; Keep off the map;
Keep address confidential; Location is confidential; Confidential Address; AddressIsPrivate; ADDRESSISPRIVATE; physical_address_private;
Should this listing be hidden?; Is this a confidential location; Sensitive location; Protected address; VictimServiceProvider; Victim Service Provider;
Safe house; Opt out of directory; HIDE_ADDRESS__C; Confidential_1; CONFIDEN_1; Is Private 2; addressPrivacy; location_privacy; Private listing;
Private location; Nondisclosed; Blur location; cONFIDENTIAL lOCATION; Organization is confidential; Confidential agency; Do not include in directory;
Internal only; Address for staff only; Location not public; Never publish; Withhold location; Confidential site?;
Confidencial; \u00bfEs confidencial?; Direcci\u00f3n confidencial; Ubicaci\u00f3n privada; Privado; Oculto; Ocultar direcci\u00f3n; Ocultar en el mapa;
No publicar; NO_PUBLICA; No mostrar direcci\u00f3n; No divulgar; No compartir direcci\u00f3n; Domicilio reservado;
No web; Not in print directory; Safe at Home participant; Address privacy requested; Shielded address; Address is shielded; Geo privacy; GPS hidden; Excluir del sitio web; Uso interno
"""
HIDES_ON_NO = """
Website visibility; Map visibility; Map pin; Publish flag; PUBLISH_FL; Address display preference; Print directory; Online directory; Visible to; Viewable by; Who can see this?; Public; isPublic; Publish?; Published; Ok to publish; OK to list; Permission to publish; May we publish the address?; Can we list your address?;
Show address; SHOW_ADDRE; Show on map; SHOW_ON_PUBLIC_SITE; SHOW_ON_PU; showOnWebsite; Display address; Display on map; Visible; Visible to public;
visible_on_website; Listed; List in directory; Published address; Public address; PUBLIC_ADD; Address is public; Public location; AvailableForDirectory;
Available for referral; AvailableF; Include in directory; On map; In directory; Address on map; Not confidential; Not private; Do not hide;
Share address; Address may be disclosed; Publicly listed; Address visibility; Visibility; Appear on website; Public listing;
\u00bfPublicar?; Publicar direcci\u00f3n; Mostrar en el mapa; Mostrar ubicaci\u00f3n; Visible al p\u00fablico; Direcci\u00f3n p\u00fablica; Se puede publicar
"""
INNOCENT = """
Private pay; Private insurance; Privacy policy url; Public transit; Publication date; Public Notes; Private school; Hidden disabilities; Show times;
Published at; Published by; Date published; publish_up; Publications; Publisher; Public housing; Public hours; Public computers; PublicName;
public_description; Public url; Open to the public; Organization provides services to the public?; Private rooms; Private parking; Private nonprofit;
Private Agency; Public/Private; Confidential services; Confidential counseling; Confidential HIV testing; Confidential hotline; Counseling is confidential;
HIPAA privacy; Hidden costs; List price; Wait list; Mailing list; Provider list; Display name; Display order; DISPLAY_OR; DisplayX; DisplayY; Show hours;
No-show policy; Secretary; SECRETARY_; List type; Share of cost; Shared housing; Share link; On-site; Online; Exclusions; Excludes pets;
Restrictions; Trauma sensitive; Masks required; Victim services; Confident; Available for adoption; Internal notes; Private notes; Postal code;
On call; NoPhysicalAddress; PRIVATE_PA; PRIVATE_IN; PUBLIC_TRA; SHOW_TIMES; Private lessons; Confidential records kept; Displays; Shows; No website; No internet; Nursing home phone; Safe ride home; Hidden hunger; Print shop; Home page; Transporte p\u00fablico;
Seguro privado; Servicios confidenciales; Fecha de publicaci\u00f3n; Aviso de privacidad; Lista de espera; Sitio web
"""


def names(text):
    return [name.strip() for name in text.split(";")]


def sheet(tmp_path, rows):
    """A sheet of shelters, one for each row of more cells by column name."""
    path = tmp_path / "sheet.csv"
    more = list(dict.fromkeys(column for row in rows for column in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            [
                "ID",
                "Agency",
                "Program",
                "Street Address",
                "City",
                "State",
                "Zip",
                "Latitude",
                "Longitude",
                "Phone",
                *more,
            ]
        )
        for number, row in enumerate(rows):
            writer.writerow([
                f"service-{number}", f"Agency {number}", f"Program {number}", street(number), "Boone", "NC", "28607", 36 + number / 1000, -81.6744,
                PHONE, *(row.get(column, "") for column in more),
            ])  # fmt: skip
    return cc.read(path)


def nested(tmp_path, rows, entity="location"):
    """The same as nested JSON, the cells in one of the records."""
    services = []
    for number, row in enumerate(rows):
        records = {
            name: {"id": f"{name}-{number}"}
            for name in ("address", "location", "service_at_location", "organization", "service")
        }
        records["address"].update(
            address_1=street(number),
            city="Boone",
            state_province="NC",
            postal_code="28607",
            country="US",
            address_type="physical",
        )
        records["location"].update(
            location_type="physical",
            latitude=36 + number / 1000,
            longitude=-81.6744,
            addresses=[records["address"]],
        )
        records["service_at_location"].update(location=records["location"])
        records["organization"].update(name=f"Agency {number}", description="Helps")
        records["service"].update(
            name=f"Program {number}", status="active", organization=records["organization"],
            service_at_locations=[records["service_at_location"]],
        )  # fmt: skip
        records[entity].update(row)
        services.append(records["service"])
    path = tmp_path / "services.json"
    path.write_text(json.dumps(services), encoding="utf-8")
    return cc.read(path)


def street(number):
    return f"{number + 101} Quillfeather Road"


def hidden_in(directory):
    """The numbers of the shelters whose place the public does not see."""
    shown = directory.for_audience("public")
    found = set()
    for service in shown.services.values():
        number = int(service.id.removeprefix("service-"))
        (link,) = service.service_at_locations
        is_hidden = link.location.name == "Confidential location"
        assert is_hidden is (link.location.point is None)
        assert is_hidden is (street(number) not in json.dumps(interchange.to_raw(service)))
        if is_hidden:
            found.add(number)
    return found


def named(numbers, among):
    return [among[number] for number in sorted(numbers) if number < len(among)]


def test_a_yes_under_any_wording_of_keep_this_secret_hides_the_place(tmp_path):
    among = names(HIDES_ON_YES)
    rows = [{name: "Yes"} for name in among]
    directory = sheet(tmp_path, [*rows, dict.fromkeys(among, "No")])
    assert named(hidden_in(directory), among) == among
    assert len(among) not in hidden_in(directory)


def test_a_no_under_any_wording_of_show_this_hides_the_place(tmp_path):
    among = names(HIDES_ON_NO)
    rows = [{other: "No" if other == name else "Yes" for other in among} for name in among]
    directory = sheet(tmp_path, [*rows, dict.fromkeys(among, "Yes")])
    assert named(hidden_in(directory), among) == among
    assert len(among) not in hidden_in(directory)


def test_a_column_that_only_looks_like_privacy_hides_nothing(tmp_path):
    among = names(INNOCENT)
    for word in ("Yes", "No"):
        directory = sheet(tmp_path, [{name: word} for name in among])
        assert named(hidden_in(directory), among) == []


@pytest.mark.parametrize("entity", ["address", "location", "service_at_location", "service", "organization"])
def test_a_mark_on_any_record_of_nested_json_hides_the_place(tmp_path, entity):
    rows = [{name: True} for name in names(HIDES_ON_YES)] + [{name: False} for name in names(HIDES_ON_NO)]
    among = names(HIDES_ON_YES) + names(HIDES_ON_NO)
    assert named(hidden_in(nested(tmp_path, rows, entity)), among) == among
    shown = [{name: False} for name in names(HIDES_ON_YES)] + [{name: True} for name in names(HIDES_ON_NO)]
    assert named(hidden_in(nested(tmp_path, shown, entity)), among) == []
    assert hidden_in(nested(tmp_path, [{name: True} for name in names(INNOCENT)], entity)) == set()


def spelled(name):
    """Other spellings of a name: other cases, other joints, numbered, and cut to ten letters as dBASE files do."""
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)
    joined = " ".join(words)
    return [
        name, joined, joined.upper(), joined.lower(), joined.title(), "_".join(words).lower(), "_".join(words).upper(),
        "-".join(words), "".join(word.capitalize() for word in words), "".join(words).lower(), "".join(words).upper(),
        words[0].lower() + "".join(word.capitalize() for word in words[1:]), f"{joined}?", f"{joined} (Yes / No)", f" {joined}:",
        f"{joined} (Y/N)", f"{joined}_1", f"Custom_{joined}", f"{'_'.join(words)}__c", joined.swapcase(),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "name",
    [
        "Hide Address",
        "Do Not Publish",
        "PhysicalAddressIsPrivate",
        "Show on website",
        "No publicar",
        "Is Public",
    ],
)
def test_no_spelling_of_a_name_makes_a_difference(name):
    first = read_name(name)
    assert [
        other
        for other in spelled(name)
        if (found := read_name(other)) is None or found.yes_hides != first.yes_hides
    ] == []


def test_the_flags_of_real_files_hide_what_they_are_about_in_every_spelling(tmp_path, reference):
    """Each column of privacy that real files were seen to have, with a value that hides."""
    with (reference / "headers.csv").open(encoding="utf-8", newline="") as file:
        flags = [
            row["header"]
            for row in csv.DictReader(file)
            if row["meaning"].split()[0] in ("flag.private_field", "flag.exclude", "flag.show_address")
        ]
    assert len(flags) > 15
    for name in flags:
        found = {other: read_name(other) for other in spelled(name)}
        assert None not in found.values(), name
        assert len({flag.scopes for flag in found.values()}) == 1, name
    places = [name for name in flags if read_name(name).scopes <= {Scope.PLACE, Scope.LISTING}]
    assert len(places) > 5
    rows = [{name: "TRUE" if read_name(name).yes_hides else "FALSE"} for name in places]
    assert named(hidden_in(sheet(tmp_path, rows)), places) == places


@pytest.mark.parametrize(
    "word",
    ["see note", "Staff only", "address only to partners", "unknown", "99", "Confidential", "TBD", "DV"],
)
@pytest.mark.parametrize("name", ["Confidential", "Show on map", "Publish?", "Hide address"])
def test_a_value_that_is_not_understood_hides_and_a_finding_says_where(tmp_path, name, word):
    directory = sheet(tmp_path, [{name: word}])
    assert hidden_in(directory) == {0}
    (finding,) = [f for f in directory.findings if f.rule in ("privacy-not-understood", "hidden-by-flag")]
    assert (finding.path, finding.record_id, finding.line, finding.value) == (name, "service-0", 2, None)
    assert word in name or word not in finding.message


@pytest.mark.parametrize(
    "word", ["", "no", "N", "FALSE", "0", "n/a", "-", "No.", "not confidential", "\u2717"]
)
def test_a_no_hides_nothing(tmp_path, word):
    assert hidden_in(sheet(tmp_path, [{"Confidential": word}])) == set()


@pytest.mark.parametrize(
    "word", ["yes", "Y", "TRUE", "1", "1.0", "x", "checked", "\u2713", "s\u00ed", "Yes - see file"]
)
def test_every_yes_is_one(tmp_path, word):
    assert hidden_in(sheet(tmp_path, [{"Confidential": word, "Show address": ""}])) == {0}
    assert hidden_in(sheet(tmp_path, [{"Show address": word}])) == set()


def test_a_blank_box_is_a_no_where_others_are_ticked(tmp_path):
    assert hidden_in(sheet(tmp_path, [{"Publish?": "x"}, {"Publish?": ""}, {"Publish?": "yes"}])) == {1}
    assert hidden_in(sheet(tmp_path, [{"Publish?": ""}, {"Publish?": ""}])) == set()
    assert hidden_in(sheet(tmp_path, [{"Publish?": "no"}, {"Publish?": ""}])) == {0}


def test_a_mapping_says_what_a_column_means(tmp_path):
    rows = [{"Bldg": "yes", "Confidential": "yes"}]
    sheet(tmp_path, rows)
    columns = {
        "ID": "service.id",
        "Agency": "organization.name",
        "Program": "service.name",
        "Street Address": "location.address_1",
    }
    columns |= {"Latitude": "location.latitude", "Longitude": "location.longitude"}
    for more, hidden in (
        ({"Bldg": "privacy.yes_hides"}, {0}),
        ({"Bldg": "privacy.no_hides"}, set()),
        ({"Confidential": ""}, set()),
    ):
        mapping = cc.ColumnMapping({**columns, "Confidential": "", **more})
        assert hidden_in(cc.read(tmp_path / "sheet.csv", mapping=mapping)) == hidden


def public_text(directory):
    """All that is written of a directory for the public, in every form."""
    shown = directory.for_audience("public")
    raws = [interchange.to_raw(record) for record in shown.roots()]
    return (
        json.dumps(raws)
        + "".join(interchange.tables(shown).values())
        + "".join(f"{f}" for f in shown.findings)
    )


def test_a_private_phone_is_not_shown_and_another_is(tmp_path):
    rows = [{
        "Phone1Number": "828-555-0161", "Phone1Name": "Desk of Wren", "Phone1IsPrivate": "TRUE", "Phone2Number": "828-555-0162",
        "Phone2IsPrivate": "FALSE",
    }]  # fmt: skip
    directory = sheet(tmp_path, rows)
    text = public_text(directory)
    assert "0161" not in text
    assert "Wren" not in text
    assert "0162" in text
    assert hidden_in(directory) == set()


@pytest.mark.parametrize(
    "row",
    [
        {"Contact Person": "Wren Lark", "Contact is private": "yes"},
        {
            "MainContactName": "Wren Lark",
            "MainContactEmailAddress": "wren@example.org",
            "MainContactIsPrivate": "Yes",
        },
        {"Email": "wren@example.org", "Email private?": "x"},
        {
            "MailingAddress1": "PO Box 12 Wren",
            "MailingCity": "Larkville",
            "MailingAddressIsPrivate": "Yes",
        },
        {"Private phone": "828-555-0161 wren"},
        {"Confidential email": "wren@example.org"},
        {"InternalNotes": "ask Wren"},
        {"ADMIN_COMMENTS__C": "ask Wren"},
        {"LastVerifiedByName": "Wren Lark", "LastVerifiedByEmailAddress": "wren@example.org"},
    ],
)
def test_private_values_are_in_no_output_and_the_place_stays(tmp_path, row):
    directory = sheet(tmp_path, [row])
    text = public_text(directory)
    for word in ("wren", "0161", "larkville"):
        assert word not in text.lower()
    assert hidden_in(directory) == set()
    assert (
        "wren"
        in json.dumps([interchange.to_raw(r) for r in directory.for_audience("steward").roots()]).lower()
    )


def test_a_privacy_column_in_hsds_tables_hides_too(tmp_path):
    """In HSDS tables, with a column of any wording in any of them; a blank among ticks is a no."""
    tables = {
        "organizations.csv": ("id,name,description,Is Hidden", "o1,One,Helps,", "o2,Two,Helps,Yes", "o3,Three,Helps,", "o4,Four,Helps,", "o5,Five,Helps,", "o6,Six,Helps,"),
        "services.csv": ("id,organization_id,name,status,Show on website", *(f"s{n},o{n},Program {n},active,{'' if n == 3 else 'x'}" for n in range(1, 7))),
        "locations.csv": ("id,location_type,latitude,longitude,unlisted", *(f"l{n},{'redacted' if n == 6 else 'physical'},36.0{n},-81.6,{'TRUE' if n == 4 else ''}" for n in range(1, 7))),
        "service_at_locations.csv": ("id,service_id,location_id", *(f"a{n},s{n},l{n}" for n in range(1, 7))),
        "addresses.csv": ("id,location_id,address_1,city,state_province,postal_code,country,address_type,is_private", *(f"d{n},l{n},{street(n)},Boone,NC,28607,US,physical,{'Y' if n == 5 else 'N'}" for n in range(1, 7))),
    }  # fmt: skip
    for name, lines in tables.items():
        (tmp_path / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    directory = cc.read(tmp_path)
    text = public_text(directory)
    assert [n for n in range(1, 7) if street(n) not in text] == [2, 3, 4, 5, 6]
    assert [n for n in range(1, 7) if f"36.0{n}" not in text] == [2, 3, 4, 5, 6]
    streamed = {r.id: r for r in interchange.records(tmp_path)}
    assert {
        r.disclosure
        for r in (
            streamed["s2"].organization,
            streamed["s3"],
            streamed["s4"].service_at_locations[0].location,
        )
    } == {Disclosure.NEVER}


@pytest.mark.parametrize(
    "more",
    [
        {"privacy": {"address": True, "phone": False}},
        {"visibility": {"address": "private"}},
        {"privacy": {"location": "staff"}},
        {"flags": ["confidential"]},
        {"addressPrivacy": "full"},
        {"site_record": {"street": "101 Quillfeather Road", "isConfidential": True}},
        {"show_address": "city only"},
    ],
)
def test_marks_of_any_shape_are_found_in_json(tmp_path, more):
    directory = nested(tmp_path, [more], "service")
    assert hidden_in(directory) == {0}


@pytest.mark.parametrize(
    ("entity", "more"),
    [
        ("location", {"attributes": [{"id": "a", "label": "Confidential", "value": "Yes"}]}),
        ("location", {"attributes": [{"id": "a", "link_type": "is_private", "value": "true"}]}),
        (
            "service",
            {
                "attributes": [
                    {
                        "id": "a",
                        "taxonomy_term": {"id": "t", "name": "Confidential location", "description": "x"},
                    }
                ]
            },
        ),
        ("service", {"program": {"id": "p", "name": "P", "description": "x", "unlisted": True}}),
        ("service", {"status": "Unlisted"}),
        ("service", {"x_remarks": {"text": "Do not give out the address"}}),
        ("location", {"location_type": "redacted"}),
        ("location", {"name": "Undisclosed"}),
        ("location", {"description": "Food.\nConfidential location."}),
        ("address", {"attention": "Confidential - do not publish"}),
        ("address", {"city": "Confidential"}),
        ("organization", {"description": "A shelter whose location is confidential."}),
        ("service_at_location", {"description": "La direcci\u00f3n es confidencial"}),
    ],
)
def test_privacy_words_on_any_record_count(tmp_path, entity, more):
    directory = nested(tmp_path, [more], entity)
    assert hidden_in(directory) == {0}
    again = tmp_path / "again"
    interchange.write(directory, again, audience="steward")
    assert street(0) not in public_text(cc.read(again))


def test_a_hidden_row_keeps_no_column_that_reveals_its_place(tmp_path):
    more = {
        "Match_addr": street(0),
        "DisplayX": "-81.6744",
        "Datum": "36.0001, -81.6744",
        "Cross Streets": "Quillfeather and 5th",
    }
    sheet(tmp_path, [more])
    path = tmp_path / "sheet.csv"
    path.write_text(path.read_text().replace(f"Program 0,{street(0)}", "Program 0,Confidential"))
    text = public_text(cc.read(path))
    assert "Quillfeather" not in text
    assert "81.67" not in text


def test_an_address_cell_in_words_makes_no_street(tmp_path):
    sheet(tmp_path, [{}])
    path = tmp_path / "sheet.csv"
    path.write_text(path.read_text().replace(street(0), "Confidential"))
    directory = cc.read(path)
    (address,) = directory.table("address").values()
    assert (address.address_1, address.extra["x_address_1"]) == ("", "Confidential")
    (place,) = directory.for_audience("public").locations.values()
    assert (place.name, place.point) == ("Confidential location", None)
    assert "Confidential counseling" in public_text(
        cc.read(write(tmp_path, path, "Phone", "Description", "Confidential counseling"))
    )


def write(folder, path, column, name, value):
    """A copy of a sheet with another name and value in a column."""
    rows = list(csv.reader(path.read_text().splitlines()))
    at = rows[0].index(column)
    rows[0][at], rows[1][at] = name, value
    copy = folder / "copy.csv"
    with copy.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return copy


def test_hiding_is_told_once_a_place_and_counted_beyond_a_thousand(tmp_path):
    directory = nested(tmp_path, [{"is_private": True} for _ in range(1100)])
    findings = [f for f in directory.findings if f.rule == "hidden-by-flag"]
    assert len(findings) == 1001
    assert sum(f.count for f in findings) == 1100


def test_a_record_that_says_public_is_not_hidden_for_its_words(tmp_path):
    fields = {"description": "The address is confidential."}
    assert hidden_in(nested(tmp_path, [fields])) == {0}
    assert hidden_in(nested(tmp_path, [{**fields, "disclosure": "public"}])) == set()


@pytest.mark.parametrize(
    ("name", "value", "hides"),
    [
        ("Display address?", "City and state only", True), ("Show exact address", "On request", True), ("Map pin", "Hide", True),
        ("Website visibility", "Off", True), ("Record Visibility", "Not public", True), ("Confidentiality", "High", True),
        ("Viewable by", "Staff", True), ("Geo privacy", "obscured", True), ("Map pin", "36", False), ("Visibility", "Public", False),
        ("Confidentiality", "None", False), ("Viewable by", "Everyone", False),
    ],
)  # fmt: skip
def test_a_value_in_words_under_a_name_of_privacy_hides_or_shows(tmp_path, name, value, hides):
    assert hidden_in(sheet(tmp_path, [{name: value}])) == ({0} if hides else set())
