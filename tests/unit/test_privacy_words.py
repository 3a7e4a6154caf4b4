"""A note that hides a place is heard in both languages and both orders; one about calls, records or tests hides nothing."""

from __future__ import annotations

import time

import pytest

from communityconnector.interchange.texts.privacy.lexicon import Scope
from communityconnector.interchange.texts.privacy.words import (
    privacy_phrase_in,
    privacy_phrase_in_place,
    privacy_phrase_of_phone,
)
from communityconnector.model import Disclosure

HIDING = """
Address is confidential - do not give out | location is undisclosed | The shelter's location is confidential.
The location of the shelter is strictly confidential | Shelter location: confidential | Shelter is at a confidential location
Emergency shelter in an undisclosed location for survivors | Location kept confidential for safety
For safety reasons, the address is not listed. | For the safety of residents, our address is not published
Address withheld for safety | We do not publish our address | We don't give out our location | DO NOT PUBLISH
Please do not share the location of the shelter | Do not list | Please do not list on website | Not for publication
Free meals. Exclude from website | Keep address confidential | Please keep the location secret | Hide address
Confidential, safe shelter for women | Address not for public release | Address must not be published
Physical address is not public | Site is confidential | This is a confidential location | Address (confidential)
Group meets in a private home | Meetings are held at a private residence | This listing is not public | Do not put on the map
NEVER give out the street address | The address cannot be disclosed | The whereabouts of the house are secret
Housing at confidential sites | Do not print in directory | Safehouse location is never disclosed | Confidential | Undisclosed
Due to safety concerns the address is not made public | Address is not available to the public | Do not map
We can't tell you where the shelter is until you are screened | Emergency housing at a hidden site | Unlisted at the agency's request
conf. location | CONF ADDRESS - do not print | addr confid | They do not want their address published
Only the PO box may be given to callers | Housing in a hidden shelter for families
The house is in a secret place. | Keep confidential! | We're not able to share our location | This is a private home - do not list
La direcci\u00f3n es confidencial | Ubicaci\u00f3n confidencial | No publicar la direcci\u00f3n | No dar la direcci\u00f3n | No publicar
La ubicaci\u00f3n no se divulga | Refugio en un lugar secreto | Mantener la direcci\u00f3n confidencial | El domicilio es reservado
No se publica la direcci\u00f3n del refugio | La direcci\u00f3n del albergue es confidencial | Se re\u00fanen en una casa particular
"""
ASKING = """
Address provided after intake | Address given upon request | Location disclosed at intake | Location will be given when you call
Location is given when a bed is confirmed | Address by email after RSVP | Se dará la dirección al llamar
Staff will tell you how to get here after intake
Please call the hotline for address | Llame para obtener la direcci\u00f3n
"""
INNOCENT = """
All calls are confidential | confidential counseling | HIPAA privacy | services are confidential and free | Strictly confidential
Services at this location are confidential | Calls to this location are confidential | Free and confidential HIV testing
All visits to our site are confidential | Your email address will not be published. Required fields are marked *
We keep your address confidential | Client addresses are kept confidential | We do not share your information
Offers the Address Confidentiality Program to survivors | Private pay and insurance accepted | Private rooms available
The location is not public transit accessible | Near public library | Entrance is hidden behind the store
If your location is not listed, call us | If you do not see your location listed, call | Call for locations and hours
Call for location and times of the mobile pantry | Home visits in private homes of clients | Private home care | Free. Confidential. 24/7
Confidential support groups | The program is free and confidential | Our helpline is private and confidential
We address confidential matters | Records are confidential | No address required | Proof of address required | Staff only parking
Do not share needles | We do not disclose immigration status | Hidden disabilities welcome | Published weekly
The location is wheelchair accessible; services are confidential | Walk in at any location for confidential testing
Confidential testing site | Do not give out food without ID | Phone calls to the office are kept private | Private building
Located in a private building | Non-confidential shelter | Not a confidential location | Location: confidential counseling center
At our location all conversations are confidential | The address is on the website | Clients who do not show are removed
Food is given out at this location | Addresses domestic violence; confidential | Location has private parking | Open to the public
Las llamadas son confidenciales | Servicios confidenciales | Consejer\u00eda confidencial y gratuita | Informaci\u00f3n confidencial
Only the food box may be given to each family | We tell you how to apply after intake | Conf. room B, second floor | Please conf. your visit
The entrance is hidden from the street | Tell us where you live | Keep receipts confidential | A confidential place to talk | Change your address by mail
Located in a quiet place | The address is given on the card | Se da ayuda al llamar | Where to go: 12 Oak Street, not the church
Escuela privada | Los datos son confidenciales | No se requiere direcci\u00f3n
"""
CELLS = """
Confidential | CONFIDENTIAL | Undisclosed location | Call for location | Call for address | Private home | Private residence
Confidential - call first | not published | Not disclosed | withheld | Address withheld | Unlisted | Hidden | Secret | *Confidential*
N/A - confidential | Contact agency for address | Please call for address | Provided upon intake | scattered sites | Private | Redacted
12 Oak Street (confidential) | 12 Oak Street - CONFIDENTIAL | 12 Oak St (private home) | Available upon request | staff only
Conf. | Secure location | Safe house | Contact agency | call the office
Confidencial | Domicilio particular | Casa particular | Llame para la direcci\u00f3n | Direcci\u00f3n confidencial | No publicada | reservada
"""
STREETS = """
77 Hidden Lane | 12 Private Drive | Private Road 1234 | 45 Secret Lake Rd | 1 Hidden Valley Pkwy | Public Library, 12 Main St
100 Public Square | Hidden Springs | Secret Harbor | 1 Confidential Way | 12 Main Street, call first | N/A | Unknown | Various | Online
2 Secretariat Dr | 5 Call Street | 12 Privateer Ave | Safe Harbor House | Home | Call first | 12 Conf Ct | Safe Way | Secure Storage Dr | 4 Conference Center Blvd
"""


def texts(lines):
    return [text.strip() for line in lines.strip().splitlines() for text in line.split(" | ")]


def test_a_note_that_hides_a_place_counts():
    heard = {text: privacy_phrase_in(text) for text in texts(HIDING)}
    assert [text for text, found in heard.items() if found is None] == []
    assert {found.scope for found in heard.values()} == {Scope.PLACE, Scope.LISTING}
    assert {found.level for found in heard.values()} == {Disclosure.NEVER}


def test_an_address_on_request_may_be_asked_for():
    heard = [privacy_phrase_in(text) for text in texts(ASKING)]
    assert {found and found.level for found in heard} == {Disclosure.CONTACT_ONLY}


def test_words_about_calls_records_and_visits_hide_nothing():
    assert [(text, found.words) for text in texts(INNOCENT) if (found := privacy_phrase_in(text))] == []


def test_a_cell_that_is_no_street_hides_the_place():
    assert [text for text in texts(CELLS) if privacy_phrase_in_place(text) is None] == []


def test_a_street_with_such_a_name_hides_nothing():
    assert [(text, found.words) for text in texts(STREETS) if (found := privacy_phrase_in_place(text))] == []


def test_a_phone_whose_description_says_so_is_private():
    hiding = [
        "Do not give out",
        "Unlisted",
        "private line",
        "Staff only",
        "not for public",
        "No publicar",
        "Back line",
        "private",
        "828-555-0178 (private)",
        "828-555-0178 (do not publish)",
    ]
    assert [text for text in hiding if privacy_phrase_of_phone(text) is None] == []
    open_ = [
        "Confidential hotline",
        "Main line",
        "24 hours",
        "Public",
        "Staff are bilingual",
        "Fax",
        "Private pay line of credit",
    ]
    assert [text for text in open_ if privacy_phrase_of_phone(text)] == []


def test_staff_only_records_are_shown_to_staff():
    assert privacy_phrase_in("Address for staff only").level is Disclosure.STAFF_ONLY
    assert privacy_phrase_of_phone("internal use only").level is Disclosure.STAFF_ONLY


def test_a_privacy_note_holds_no_street():
    phrase = privacy_phrase_in("At 12 Oak Street, Boone: address is confidential, ask for Maria Lark")
    assert phrase.words == "address is confidential"
    assert privacy_phrase_in_place("12 Oak Street (confidential)").words == "confidential"


@pytest.mark.parametrize(
    "part",
    [
        "location ",
        "to ",
        "the address is ",
        "confidential, ",
        "do not be be ",
        "call us ",
        "direccion de la ",
        "keep the ",
        "a",
    ],
)
def test_no_text_takes_long(part):
    text = part * (100_000 // len(part))
    start = time.process_time()
    privacy_phrase_in(text)
    privacy_phrase_in_place(text)
    privacy_phrase_of_phone(text)
    assert time.process_time() - start < 2
