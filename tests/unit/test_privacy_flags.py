"""Whatever a source says of privacy is understood, whoever's wording it is; and what only looks like it hides nothing."""

from __future__ import annotations

import csv
import json

import pytest

import communityconnector as cc
from communityconnector import interchange

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
No publicar; NO_PUBLICA; No mostrar direcci\u00f3n; No divulgar; No compartir direcci\u00f3n; Domicilio reservado; Excluir del sitio web; Uso interno
"""
HIDES_ON_NO = """
Public; isPublic; Publish?; Published; Ok to publish; OK to list; Permission to publish; May we publish the address?; Can we list your address?;
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
On call; NoPhysicalAddress; PRIVATE_PA; PRIVATE_IN; PUBLIC_TRA; SHOW_TIMES; Private lessons; Confidential records kept; Transporte p\u00fablico;
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
