"""Words that show that a record is not talking about what it offers, but of whom it serves, what to bring or what it seeks.

English and Spanish, lower case without accents.
"""

from __future__ import annotations

from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


PEOPLE: Final = _words(
    """anyone anybody everyone those abuser abusers adult adults applicant applicants attendee attendees babies baby boy boys
    child children client clients consumer consumers couple couples customer customers dad dads daughter daughters
    elder elders employee employees family families father fathers friend friends girl girls grandchild grandchildren grandparent grandparents
    guest guests homeowner homeowners household households individual individuals infant infants inmate inmates kid
    kids learner learners man men member members migrant migrants mom moms mother mothers neighbor neighbors newborn
    newborns offender offenders parent parents participant participants patient patients people person persons
    perpetrator perpetrators relative relatives resident residents retiree retirees senior seniors sibling siblings son
    sons spouse spouses student students supervisor supervisors teen teenager teenagers teens tenant tenants toddler
    toddlers user users veteran veterans visitor visitors widow widows woman women youth youths
    adultos clientes familia familias hijos hombres individuos jovenes madres mujeres ninas ninos padres pacientes
    persona personas residentes veteranos vecinos workers trabajadores"""
)
"""People who may be served. None of these words says what is offered."""

STAFF: Final = _words("social case outreach")
"""Before "workers", these mean people who help."""
HARMED: Final = _words(
    """victim victims survivor survivors battered abused trafficked assaulted molested raped bereaved widowed grieving victimas victima
    sobrevivientes sobreviviente"""
)
"""People who have suffered a harm. A service for them is for that harm."""

CONDITIONS: Final = _words(
    """homeless unhoused unsheltered houseless hungry pregnant sick ill unemployed jobless uninsured underinsured poor
    elderly aging homebound housebound blind deaf autistic lonely isolated runaway addicted foster adopted orphaned
    immigrant refugee undocumented incarcerated imprisoned displaced stranded evicted foreclosed laid
    injured wounded disabled handicapped dying troubled suicidal depressed alcoholic expelled"""
)
"""States of people. Before people, they say for whom a service is."""

HELPING: Final = _words(
    "help helps helping assist assists assisting support supports supporting ayuda ayudamos ayudar apoya apoyamos"
)
"""After these come the people who are helped, and then, after "with", the help."""
OFFENDERS: Final = _words(
    "abuser abusers batterer batterers offender offenders perpetrator perpetrators agresores"
)
"""After a harm, these mean that the service is not for people who suffer it."""
PROFESSIONS: Final = _words(
    "aide aides assistant assistants attendant attendants counselor counselors handler handlers instructor instructors"
    " interpreter interpreters nurse nurses professional professionals provider providers technician technicians therapist"
    " therapists worker workers"
)
LEARNING: Final = _words(
    "training certification certificate licensing licensure careers career course courses exam school jobs employment"
)
"""After professions, these mean that people learn or work there."""
OFFICIAL: Final = _words(
    "fraud inspection inspections licensing license licenses registration registry permit permits ordinance statistics"
    " research history studies records police"
)
"""After a thing, these mean that it is checked or regulated, not provided."""
OF_OTHER_KINDS: Final = _words(
    "admission admissions college academic enrollment genetic camp guidance retirement"
)
"""Before "counseling" and similar words, these mean another kind of it."""
STATES: Final = frozenset(
    {("hard", "of", "hearing"), ("low", "income"), ("low", "vision"), ("special", "needs")}
)
"""States of people in several words."""
ACCESSIBLE: Final = _words("accessible accessibility access lift user users")
"""After "wheelchair" and similar words, these are about access."""
FOR_WHOM: Final = HELPING | _words("for serving serves serve targets targeting to among para")
"""After these come the people whom a service is for."""

WHOSE: Final = _words(
    """staying residing sleeping housed placed discharged released attending awaiting who whose that with without facing experiencing living affected struggling suffering dealing coping recovering
    leaving returning escaping fleeing impacted diagnosed of in at under over on having receiving enrolled que con de sin"""
)
"""After people, these begin a description of them."""

IN_NEED: Final = _words("need needs needing seeking wanting looking interested necesitan buscan to")
"""After people, these end the description of them: what follows is what they get."""

THEN: Final = _words("may can will get gets receive receives pueden reciben")
"""After the description of people, these begin what they may do or get."""
LINKS: Final = _words("with in of from by at on under over having into about who that con en desde por")
"""Words between what is offered and the people it is for. People after these are not those whom it is for."""

POPULATIONS: Final = _words(
    "veteran-services newcomer-help disability-services reentry senior-activities veterans-benefits low-cost-care"
)
"""Needs of groups of people: naming the group means that the service is for it."""

NEGATIONS: Final = _words(
    """doesn't don't cannot can't won't isn't aren't unable without except excluding excludes neither nor sin excepto
    ningun ninguna"""
)
NEGATED_VERBS: Final = _words("do does can will is are was be were should may")
"""Before "not", these deny what follows."""
NOT_DENIED: Final = _words(
    "just only limited merely cost costs charge fee fees solo costo cargo matter wrong"
)
"""After a negation, these mean that nothing is denied: "at no cost", "not only"."""
BUT: Final = _words("but however instead pero sino")

REQUIRED_AFTER: Final = _words(
    """must require requires requiring requirement requirements requisito requisitos requiere requieren comprobante
    comprobantes debe deben traiga traer presentar"""
)
"""After these comes what people must have, bring or be."""
PROOFS: Final = _words("proof verification documentation evidence copy copies prueba copia")
"""The same with "of" after these."""
LABELS: Final = _words(
    """eligibility documents documentation requirements requirement fee fees cost costs payment payments restrictions
    exclusions residency identification bring required requisitos costo elegibilidad documentos"""
)
"""Before a colon, these head a list of what is not offered."""
REQUIRED_BEFORE: Final = _words("required requested requerido requerida requeridos obligatorio")
"""Before these comes what people must have."""
BRINGING: Final = _words("bring bringing")
BROUGHT_BY_STAFF: Final = _words("we volunteers drivers will staff who they nurses to can")
"""Before "bring", these mean that something is brought to the patron."""
TO_SHOW: Final = _words("show present provide submit have complete be live reside meet")
ASKED_TO: Final = _words("please should kindly favor")
OBLIGED: Final = _words("need needs have has asked expected")
"""Before "to", these mean an obligation."""

PAPERS: Final = _words(
    """id ids letter letters identification license card cards certificate certificates passport bill bills stub stubs statement
    statements ssn lease w2"""
)
"""Documents that people are asked to show."""
OBTAINING: Final = _words(
    """help helps helping assist assists assistance assisting get getting obtain obtaining obtains apply applying
    application applications replace replacing replacement renew renewing issue issues issuing pay pays paying payment
    payments cost costs cover covers covering free voucher vouchers service services ayuda ayudamos obtener pagar"""
)
"""Near documents, these mean that people get them, or help with them."""

REFERRED: Final = _words(
    "referred referral referrals refers referido referida referidos referidas derivado derivada remitido remitida"
)
"""With "by", "from" or "through", these begin a part about who refers people, not about what is offered."""
SENT: Final = _words("come comes came sent referred")
"""The same with "through" a few words later."""
REFERRERS: Final = _words("by from through via por de")
NOTES: Final = _words("note notes letter letters prescription prescriptions order orders receta nota carta")
"""The same for what another person writes: "a note from a doctor"."""
REFERRING: Final = _words("refer")
MAY: Final = _words("may can must should to who will")
"""After these, "refer" is about the people before it."""
YOURS: Final = _words("your his her their su sus tu tus")
SENDERS: Final = _words(
    """doctor doctors physician physicians attorney attorneys lawyer lawyers dentist therapist counselor counsellor psychiatrist
    clinic hospital judge court caseworker landlord employer school teacher shelter nurse doctora doctor abogado abogada medico medica
    dentista terapeuta consejero maestro"""
)
"""After a possessive, these are people and places that a patron already has."""
BENEFIT_NAMES: Final = _words(
    "snap ebt wic medicaid medicare medi-cal ssi ssdi tanf stamp stamps calfresh calworks cupones estampillas"
)
"""Names of benefits."""
BENEFITS: Final = BENEFIT_NAMES | _words(
    "benefits insurance assistance beneficios asistencia seguro unemployment"
)
"""Benefits that people receive, or are asked to have."""
ENROLLING: Final = _words(
    """help helps helping assist assists assisting apply applies applying application applications enroll enrolls enrolling enrollment
    register registers sign signs recertify recertification renew renews renewal renewals navigator navigators eligibility screening
    screenings office department outreach submit fill get getting gets obtain issue issues issuing determine determines administer administers
    manage manages provide provides offer offers program programs counselors inscribirse inscripcion solicitar solicitud ayuda ayudamos obtener"""
)
"""Near benefits, these mean that people get them, or help with them."""
HAVING: Final = _words(
    "receive receives receiving get gets getting qualify qualifies have has on recibe recibes reciben recibir tiene tienen"
)
CONDITIONAL: Final = _words("if si whose")
"""With a word of having, these make benefits a condition."""
BENEFICIARIES: Final = _words(
    "recipient recipients beneficiary beneficiaries enrollee enrollees cardholder cardholders holder holders"
)
"""Right after a thing, these are people who have it."""
INSURED: Final = BENEFICIARIES | _words(
    "participant participants patient patients member members client clients families family households household users customers people seniors card cards"
)
"""The same after benefits."""
LODGINGS: Final = _words(
    "emergency-shelter transitional-housing recovery-housing safe-house supported-living warming-cooling-center"
)
INMATES: Final = _words("residents resident guests guest")
"""The same after a place to stay."""
PARTNERS: Final = _words(
    "shelters pantries hospitals clinics schools churches agencies kitchens banks homes centers refugios despensas escuelas hospitales"
)
"""In the plural, after "to" and similar words, these are places that a service delivers to or works with."""
DELIVERING: Final = _words(
    """deliver delivers delivering delivered donate donates supply supplies supplying distribute distributes distributing serve serves serving
    partner partners partnering rescue rescues bring brings brought cook cooks cooking make makes prepare prepares"""
)
DELIVERED_TO: Final = _words("to in at with among for")
LACKED: Final = _words("needed necessary")
TAKEN: Final = _words("accepted taken honored aceptado aceptados aceptan")
"""After payments, these mean that people may pay with them."""

PAYMENT: Final = _words("accept accepts accepted accepting take takes bills billed billing aceptamos acepta")
PAID_BY: Final = _words(
    """medicaid medicare medi insurance insurances snap ebt wic tricare vouchers voucher section private cash credit
    payment payments checks donations donation most all seguro"""
)
"""After words of payment, these are means of payment."""

ELSEWHERE: Final = _words("located adjacent across behind nearby formerly funded sponsored ubicado")
"""After these comes a place, or who pays."""
CALLING: Final = _words("call dial text contact llame llamar marque")

VOLUNTEER: Final = _words("volunteer volunteers volunteering voluntario voluntarios voluntariado")
WANTED: Final = _words(
    """opportunity opportunities opening openings needed wanted program programs corps work roles role applications
    application events days training recruitment recruiting position positions placement placements registry
    hours coordination coordinator coordinators signup oportunidades"""
)
"""After "volunteer", these seek volunteers."""
SEEKING: Final = _words("become our recruits recruiting seeking need needs as to want wants places ser")
"""The same before it."""
DONATION: Final = _words(
    "donation donations donate donates donating donor donors donar donacion donaciones fundraiser fundraising"
)
DONATED: Final = _words(
    "suggested by small optional voluntary based requested basis from through via using thanks no pequena sugerida"
)
"""Next to "donation", these say how a service is paid for."""
GIVING: Final = _words(
    """provide provides providing distribute distributes distributing give gives given giving offer offers offering receive
    ofrece ofrecemos entrega entregamos regala"""
)

ANIMALS: Final = _words(
    """animal animals pet pets dog dogs cat cats puppy puppies kitten kittens horse horses wildlife canine feline equine
    veterinary livestock mascota mascotas perro perros gato gatos"""
)
BESIDE_PEOPLE: Final = _words(
    """friendly welcome allowed accept accepts accepting accepted service therapy guide assistance emotional with their
    your and companion assisted"""
)
"""Next to animals, these mean people who have animals, or whom animals help."""
FOR_ANIMALS: Final = _words("pet-help volunteering")

GENERIC: Final = _words(
    """a an and the of for to in on at by with from our your my or & service services program programs programme project
    projects center centers centre office agency department division bureau county city town state community communities
    public private nonprofit free low cost affordable help helping assistance support supports aid relief emergency local
    regional national general resource resources information access initiative network coalition council association
    foundation fund society team outreach new mobile online weekly monthly annual daily monday tuesday wednesday thursday
    friday saturday sunday today mission ministry ministries church st saint inc north south east west area
    night evening morning afternoon day days hour hours week weekend coaching class classes group groups club clubs
    workshop workshops training education event events series course courses lesson lessons session sessions meeting
    meetings circle connection connections alliance partnership institute academy hub place works store shop museum
    health care bank closet room site house home unit desk line navigation navigator counseling advice
    prevention intervention library biblioteca asistencia apoyo recursos clinica banco oficina servicio servicios programa
    programas centro ayuda de del la el los las para y en gratis comunidad"""
)
"""Words in names that say little of what is offered."""

QUALIFIERS: Final = _words(
    """medical new used free hot local low cost emergency overdue unpaid monthly weekly daily basic essential fresh healthy
    nutritious gently warm safe affordable temporary short quality professional confidential individual additional other
    any all some various many more limited immediate ongoing direct full partial"""
)
"""Between the words of a phrase, these change nothing: "rides to medical appointments"."""
SPANISH: Final = _words("para con y del que su sus al una unas unos nuestro nuestra")
SPANISH_ARTICLES: Final = _words("de la el los las en por un se es")
"""A text with one of the words above or two of these is Spanish; one of these may be part of a place's name."""

ARTICLES: Final = _words(
    "a an the my our your his her their its el la los las un una unos unas mi tu su sus nuestro"
)
"""A phrase may be written with or without these."""

TELLING: Final = _words("information info informacion directory database listing listings brochures")
"""With a word of `ABOUT`, these name what is only told about."""
ABOUT: Final = _words("about on regarding concerning of for sobre acerca to")
POINTING: Final = _words(
    "referral referrals refer refers referring link links linkage linkages connect connects connecting referencias refiere"
)
"""With "to", these lead to what others offer."""
TO: Final = _words("to with a")
PARTNERING: Final = _words(
    "partner partners partnering partnered partnership partnerships collaboration collaborates"
)
"""With "with", these name others."""
ACTING: Final = GIVING | HELPING | _words("we providing deliver delivers host hosts run runs")
"""These end a part about what others offer."""
BESIDE_PLACE: Final = _words("near nearby cerca")
"""These begin a place."""
ACCOMPANIED: Final = _words("accompanied acompanado acompanados acompanada")
"""After this comes who must come along."""
TAUGHT: Final = _words("training trainings certification workshops courses conference")
"""With "for" before professions, these mean that people learn to work there."""

REBATES: Final = _words("rebate rebates cashback reembolso reembolsos")
DISCOUNTS: Final = REBATES | _words("discount discounts discounted coupon coupons descuento descuentos")
"""These mean a lower price for what people buy."""
BOUGHT: Final = _words("household-goods housing food work money family guidance legal")
"""Main needs that a lower price in a shop does not meet."""
GOODS: Final = _words("household-goods food")
"""Main needs of things, which may also be asked for."""
ACCEPTING: Final = _words("accept accepts accepting collect collects collecting donate aceptamos")
"""At the beginning of a sentence, these ask for things."""

ADDRESSED: Final = _words(
    """agencies attorneys clinicians congregations corporations educators employers hoas landlords lawyers licensees managers
    nonprofits organizations owners physicians practitioners professionals providers staff abogados empleadores
    organizaciones profesionales propietarios proveedores"""
)
"""After "for" or before a colon, these mean that a service is for those who help or employ people, or rent to them."""
PROPERTY: Final = _words("property building business rental")
"""Only after these, "owners" and "managers" are among them."""
FINDING: Final = _words(
    "search searching searches look looking find finding pay pays paying apply applying ask asking advocate advocates"
)
"""Before "for", these mean that someone is looked for or paid."""
DROPPED: Final = _words("off box boxes barrel barrels bin bins")
"""After "drop" at the beginning, these ask for things."""
HIRING: Final = frozenset({("now", "hiring"), ("we're", "hiring")})
"""A sentence that begins with these looks for employees."""
DRIVE_OF: Final = _words("toolkit kit coordinator coordinators host hosts registration sponsors")
"""After "drive", these are for those who run one."""
ALONG: Final = _words(
    """childcare community-meal local-ride medical-ride bus-fare low-cost-care case-management information-referral form-help
    interpretation"""
)
"""Needs that are also met along with something else, for those who are there: childcare during a class."""
FORMS: Final = _words(
    """counseling counselor counselors crisis line hotline helpline support group groups training class classes case management
    mentoring workshop workshops consejeria grupo apoyo linea loan closet"""
)
"""Words for the form of a service: what it is for is said by others beside them."""
