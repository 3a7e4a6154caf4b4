"""Records that ask, are for those who help people, or name something beside what they offer; and those that offer after all."""

from __future__ import annotations

import pytest

import builders
from communityconnector.matching import WEIGHTS
from communityconnector.matching.purpose import purpose_of
from communityconnector.model import Attribute
from communityconnector.needs import lexicon


def met(name, description=None, category=None, eligibility=None):
    listed = (Attribute(id="a", label=category),) if category else ()
    record = builders.service(
        "s",
        name=name,
        description=description,
        attributes=listed,
        organization=None,
        eligibility_description=eligibility,
    )
    signs = purpose_of(record, {}, lexicon()).signs.items()
    return {key for key, sign in signs if sign.strength >= WEIGHTS["line"]}


@pytest.mark.parametrize(
    ("concept", "record"),
    [
        # It asks for things, volunteers or employees, whatever it is listed under.
        ("diapers-formula", ("Diaper Drive Toolkit", "Posters and a barrel for your office.", "Diapers")),
        ("eye-care", ("Old Glasses Boxes", "Drop boxes for used eyeglasses at banks.", "Eye Care")),
        ("emergency-shelter", ("Evening Host Volunteers", "Play cards with guests.", "Homeless Shelter")),
        ("home-care", ("Caregiver Careers", "Now hiring! Home care aides.", "Home Care")),
        # It is for those who help people, employ them or rent to them.
        ("eviction-defense", ("Landlord Night", "Evictions. For property owners.", "Eviction Help")),
        ("legal-aid", ("Case Panel", "Attorneys: take a case of legal aid.", "Legal Aid")),
        ("furniture", ("City Surplus", "Free used furniture.", None, "For nonprofit organizations.")),
        ("dental-care", ("Dental Assistant Radiography Course", "Sixteen hours.")),
        ("outpatient-treatment", ("Licensure Course", "Substance abuse counselor training.")),
        # A lower price, what others offer, what comes along.
        ("home-repair", ("Water Heater", "Instant discounts on water heaters in shops.")),
        ("emergency-shelter", ("Blue Door", "Coffee. Refers to shelters.")),
        ("childcare", ("Parenting Classes", "Ten evenings. Childcare provided.")),
        ("childcare", ("English Conversation Circle", "Practice speaking. Child care on site.")),
        # The form of a service, and a short form of another word.
        ("counseling", ("Foreclosure Prevention Counseling", "For owners who are behind.")),
        ("crisis-support", ("Domestic Violence Shelter & Crisis Line", "Day and night.")),
        ("high-school-equivalency", ("Laurel HSE Shelter", None)),
        # Another thing of the same kind than the name says.
        (
            "community-meal",
            ("Meals on Wheels", "Hot meals are delivered. Six more lines. Of text. And more."),
        ),
    ],
)
def test_what_is_not_offered_is_not_met(concept, record):
    assert concept not in met(*record)


@pytest.mark.parametrize(
    ("concept", "record"),
    [
        ("furniture", ("Furniture Bank", "Accepts used furniture and gives it to families.")),
        ("food-pantry", ("Food Pantry", "Free groceries. Drop off donations on Monday.")),
        ("exercise", ("Join Us", "Join our walking group for seniors.")),
        ("home-repair", ("Home Repair", "Ramps for homeowners and property owners.")),
        ("interpretation", ("Interpreter Services", "Interpreters for patients and providers.")),
        ("counseling", ("Behavioral Health Search", "Search for providers of counseling. Counseling.")),
        ("childcare", ("Child Care Center", "Meals and play.")),
        ("low-cost-care", ("Copper Kettle", "A clinic with sliding fees. Sliding fee clinic.")),
        ("job-training", ("Nurse Aide Training", "Job training for nurse aides.")),
    ],
)
def test_what_is_offered_is_met(concept, record):
    assert concept in met(*record)
