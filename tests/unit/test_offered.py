"""What a record says is offered, and what its words are about otherwise."""

from __future__ import annotations

import time

import pytest

from communityconnector.needs import lexicon
from communityconnector.needs.words import ending, stem

NAMES = lexicon()


def offered(text, at_least=0.5):
    return set(NAMES.phrases_in(text, at_least))


@pytest.mark.parametrize(
    ("name", "concept"),
    [
        ("Laurel County Food Bank", "food-pantry"),
        ("St. Brannoc's Soup Kitchen", "community-meal"),
        ("Emergency Rental Assistance Program", "rent-help"),
        ("Rent and Utility Assistance", "rent-help"),
        ("Rent and Utility Assistance", "utilities"),
        ("Diaper Bank of the Foothills", "diapers-formula"),
        ("Free Immigration Legal Clinic", "immigration-help"),
        ("Battered Women's Shelter", "safe-house"),
        ("Counseling for Victims of Domestic Violence", "domestic-violence-help"),
        ("Homeless Shelter for Men", "emergency-shelter"),
        ("Pet-Friendly Emergency Shelter", "emergency-shelter"),
        ("Volunteer Income Tax Assistance", "tax-help"),
        ("Volunteer Lawyers Project", "legal-aid"),
        ("Volunteer Driver Program", "local-ride"),
        ("Volunteer Center", "volunteering"),
        ("Low-Cost Spay/Neuter Clinic", "pet-help"),
        ("Pet Food Pantry", "pet-help"),
        ("Suicide Prevention Hotline", "crisis-support"),
        ("Bereavement Support Group", "grief-support"),
        ("Job Training for Youth", "job-training"),
        ("Clases de Ingl\u00e9s", "english-classes"),
        ("Despensa de Alimentos", "food-pantry"),
        ("Despensa", "food-pantry"),
        ("Asistencia de Renta", "rent-help"),
        ("Transitional Housing for Homeless Youth", "transitional-housing"),
        ("Food Cupboard", "food-pantry"),
        ("Laundry Night", "day-center"),
        ("Managing anger", "anger-management"),
        ("Transportation to Medical Appointments, Medical Transportation", "medical-ride"),
        ("Medical Appointment Transportation", "medical-ride"),
        ("Utility Bill Payment Program", "utility-bill-help"),
        ("Utility Payment Assistance", "utility-bill-help"),
        ("Residential Alcohol Use Disorder Treatment", "residential-treatment"),
    ],
)
def test_a_name_says_what_is_offered(name, concept):
    assert concept in offered(name)


@pytest.mark.parametrize(
    ("name", "concept"),
    [
        # Another language's word, another form of a word, words that stand apart.
        ("Kindergarten Curriculum Office", "resume-help"),
        ("Toddler Curriculum Library", "resume-help"),
        ("Family Care Coordination", "emergency-shelter"),
        ("Gum Tree Residence", "dental-care"),
        ("Long-term Living Program", "residential-treatment"),
        ("Glass Blowing Studio", "eye-care"),
        ("Rate Assistance Plan", "pest-control"),
        ("Marin Ferry", "veteran-services"),
        ("Donated Drop Box, Off Main Street", "local-ride"),
        # One word that has another sense beside others.
        ("Board of Supervisors", "workplace-rights"),
        ("Civil Conflict Veterans", "mediation"),
        ("Sports Injury Medicine", "prescription-help"),
        ("Basketball Court Reservations", "legal"),
        ("Bicycle Rental", "affordable-housing"),
        ("Water Park", "utility-bill-help"),
        ("Stress Test", "counseling"),
        ("Truck Driving Range", "local-ride"),
        # Denied.
        ("Center for Creative Non-Violence", "domestic-violence-help"),
        ("Nonviolence Training", "domestic-violence-help"),
        # Whom it is about or for.
        ("Friends and Families of Child Abusers", "domestic-violence-help"),
        ("Families of Drug Users", "substance-use"),
        ("Perpetrators of Domestic Abuse", "domestic-violence-help"),
        ("Evicted Tenants", "eviction-defense"),
        ("Homeless Teens", "emergency-shelter"),
        ("Runaway Youth", "emergency-shelter"),
        ("Hungry Children", "food-pantry"),
        ("Pregnant Students", "maternity-care"),
        ("Laid Off Workers", "unemployment-benefits"),
        # The later words of a name say what it is.
        ("Bereaved Child Support Group", "family-law"),
        ("Drug Detoxification", "sexual-assault-help"),
        ("Child Support Group for Divorce", "family-law"),
        ("Domestic Violence Offender Program", "domestic-violence-help"),
        # A trade to learn, a thing to look into, another kind of the thing.
        ("Dental Assistant Training", "dental-care"),
        ("Home Health Aide Certification", "home-care"),
        ("Food Stamp Fraud Line", "food-benefits"),
        ("Shelter Inspections", "emergency-shelter"),
        ("Career Counseling", "counseling"),
        ("Academic and Financial Counseling", "counseling"),
        ("Wheelchair Accessible Trails", "medical-equipment"),
        # For animals.
        ("Dog Adoption Day", "adoption-foster"),
        ("Cat Foster Homes", "adoption-foster"),
        ("Wildlife Shelter", "emergency-shelter"),
        ("Animal Food Pantry", "food-pantry"),
        # Asked for, not given.
        ("Night Shelter Volunteer Openings, Volunteers Needed", "emergency-shelter"),
        ("Food Bank Volunteers", "food-pantry"),
        ("Soup Kitchen Volunteer Recruitment", "community-meal"),
        ("Furniture Donation Pick Up", "furniture"),
        ("Diaper Donation Site", "diapers-formula"),
        ("Winter Coat Drive", "clothing"),
        ("Donation Drop Off Points", "local-ride"),
        ("Housing Authority Police", "public-housing"),
        ("College Admissions Counseling", "counseling"),
        ("Museum Pass for SNAP Recipients", "food-benefits"),
    ],
)
def test_a_name_is_not_taken_for_another_need(name, concept):
    assert concept not in offered(name)


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("Hot meals daily. Photo ID and proof of address required.", "identity-documents"),
        ("Clients must bring birth certificates and Social Security cards.", "identity-documents"),
        ("You will need a lease, a utility bill and a pay stub.", "utility-bill-help"),
        ("Groceries. Photo ID, light bill and pay stub at the first visit, please.", "utility-bill-help"),
        ("Documents: lease, eviction notice, utility bill.", "eviction-defense"),
        ("What to bring:\n- photo ID\n- utility bill\n\nHot lunch at noon.", "utility-bill-help"),
        ("Eligibility: homeless or facing eviction.", "eviction-defense"),
        ("To qualify, applicants must be enrolled in Medicaid or SNAP.", "health-insurance"),
        ("Referral from a domestic violence agency required.", "domestic-violence-help"),
        ("Traiga identificaci\u00f3n y un recibo de luz.", "utility-bill-help"),
        ("Debe presentar comprobante de domicilio o recibo de luz.", "utility-bill-help"),
        ("Groceries for families facing eviction.", "eviction-defense"),
        ("Counseling for people living with HIV.", "reproductive-health"),
        ("Open to residents of public housing.", "public-housing"),
        ("We do not provide rent assistance or emergency shelter.", "rent-help"),
        ("No shelter beds available.", "emergency-shelter"),
        ("This program cannot help with utility bills.", "utility-bill-help"),
        ("No ofrecemos ayuda con la renta.", "rent-help"),
        ("We accept Medicaid, Medicare and most private insurance.", "health-insurance"),
        ("Accepts SNAP, WIC and EBT.", "food-benefits"),
        ("Located next to the food pantry.", "food-pantry"),
        ("Funded by the Housing Authority.", "public-housing"),
        ("For emergency shelter, call the crisis line at 555-0100.", "emergency-shelter"),
        ("If you are in crisis call 988.", "crisis-support"),
        ("Donations of furniture are welcome.", "furniture"),
        ("We need volunteers to drive seniors to medical appointments.", "medical-ride"),
        # Who sends people, what they have already, and what they pay with.
        ("Referred by a lawyer or legal aid.", "legal-aid"),
        ("A referral from a doctor, judge or lawyer is needed.", "legal-aid"),
        ("Referrals are accepted from shelters and hospitals.", "emergency-shelter"),
        ("Clients come to us through a food pantry.", "food-pantry"),
        ("Your attorney signs the form, and we print it.", "legal-aid"),
        ("Have your physician fax the form.", "medical-care"),
        ("Referido por un abogado o por una despensa.", "legal-aid"),
        ("Free if you receive SNAP benefits.", "food-benefits"),
        ("You qualify if your household gets food stamps, WIC or Medicaid.", "food-benefits"),
        ("Gratis si usted recibe cupones de alimentos.", "food-benefits"),
        ("No cost to food stamp recipients.", "food-benefits"),
        ("Medicaid members ride free.", "health-insurance"),
        ("SNAP and EBT accepted.", "food-benefits"),
        ("Serves people staying in shelters.", "emergency-shelter"),
        ("Volunteers cook for local shelters.", "emergency-shelter"),
        ("Case workers from shelters may refer families.", "emergency-shelter"),
        ("Attorneys may call to refer a client.", "legal-aid"),
        ("With a prescription from a physician.", "primary-care"),
        ("Discount with an EBT or WIC card.", "food-benefits"),
        ("Double your SNAP dollars.", "food-benefits"),
        ("Medicaid patients welcome.", "health-insurance"),
        ("A recent light bill is needed.", "utility-bill-help"),
        ("Applicants need a job offer letter.", "job-search"),
        ("Meals are brought to shelters and schools.", "emergency-shelter"),
        ("We deliver boxes to local food pantries.", "food-pantry"),
        ("Shelter residents may do laundry.", "emergency-shelter"),
        ("Spay and neuter for cats and dogs; pet food pantry.", "food-pantry"),
    ],
)
def test_a_description_does_not_offer_what_it_requires_or_denies(text, concept):
    assert concept not in offered(text, 0.75)


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("Helps people find a dentist, apply for food stamps and pay rent.", "food-benefits"),
        ("Provides rental assistance and food to low-income households.", "rent-help"),
        ("Offers free legal help to tenants who got an eviction notice.", "legal-aid"),
        ("Help getting a birth certificate, photo ID or Social Security card.", "identity-documents"),
        ("Assists families with utility bills and prescriptions.", "utility-bill-help"),
        ("At no cost to you: eyeglasses and hearing aids.", "eye-care"),
        ("Rides to medical appointments for people of all ages.", "medical-ride"),
        ("Pays overdue rent once a year.", "rent-help"),
        ("See a nurse. We care for people with no insurance.", "low-cost-care"),
        ("Not only food, but also diapers.", "diapers-formula"),
        ("Serves survivors of sexual assault with counseling.", "sexual-assault-help"),
        ("Eligibility: must live in the county. We give diapers.", "diapers-formula"),
        ("Clients receive bus passes and hygiene kits.", "bus-fare"),
        ("Pets are welcome at this homeless shelter.", "emergency-shelter"),
        ("We help you apply for SNAP benefits if you have children.", "food-benefits"),
        ("If you got an eviction notice, our lawyers help.", "legal-aid"),
        ("If you need a bed tonight, call us.", "emergency-shelter"),
        ("Referral by the county; we offer emergency shelter.", "emergency-shelter"),
        ("Come by for a hot meal, or see a lawyer.", "legal-aid"),
        ("We serve hot meals and have emergency shelter.", "emergency-shelter"),
        ("Women, infants and children get WIC here.", "food-benefits"),
        ("Diapers for families on WIC.", "diapers-formula"),
        ("Enrolls families in Medicaid.", "health-insurance"),
        ("SNAP, Medicaid, WIC and cash assistance.", "food-benefits"),
        ("Rent assistance if you have an eviction notice.", "rent-help"),
        ("Families with children enrolled in school get free diapers.", "diapers-formula"),
        ("Ayuda para pagar la luz a familias de bajos ingresos.", "utility-bill-help"),
        ("Comidas calientes para personas mayores.", "community-meal"),
    ],
)
def test_a_description_says_what_is_offered(text, concept):
    assert concept in offered(text, 0.75)


def test_words_of_requirements_are_not_words_of_the_offer():
    said = NAMES.offered_in("Groceries once a month. Bring a photo ID and a recent utility bill.")
    assert {"grocery", "month"} <= said.words
    assert not {"photo", "id", "utility", "bill"} & said.words


def test_a_word_that_has_another_sense_beside_others_is_a_hint():
    said = NAMES.offered_in("Bicycle Rental")
    assert ("affordable-housing" in said.hints, said.concepts) == (True, {})


@pytest.mark.parametrize(
    "text", ["no " * 50_000, "for " * 50_000, "families of " * 25_000, "," * 100_000, "- \n" * 30_000]
)
def test_the_longest_description_is_read_in_a_moment(text):
    begin = time.process_time()
    NAMES.offered_in(text)
    assert time.process_time() - begin < 5


@pytest.mark.parametrize(
    ("word", "base", "found"),
    [
        ("care", "care", ""),
        ("caring", "care", "ing"),
        ("cane", "cane", ""),
        ("can", "can", ""),
        ("riding", "ride", "ing"),
        ("evicted", "evict", "ed"),
        ("pantries", "pantry", "s"),
        ("glasses", "glasses", ""),
        ("house", "hous", ""),
    ],
)
def test_a_stem_is_no_other_word_and_its_ending_is_known(word, base, found):
    assert (stem(word), ending(word)) == (base, found)
