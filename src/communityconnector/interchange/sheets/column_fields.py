"""The fields that the columns of a spreadsheet can fill, and what such columns are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from communityconnector.interchange.texts.privacy.sheet import NO_HIDES, YES_HIDES

FIELDS: Final[Mapping[str, str]] = {
    "service.id": "id, record id, service id, site id, object id, unique id, slug, id number, resource agency number",
    "service.name": "name, service, service name, program, program name, nombre, servicio, nombre del servicio, title, "
    "name of service, service provided, public name, display name, post title, agency program, agency program name, agency service name",
    "service.alternate_name": "alternate name, aka, also known as, other name, name 2, legal name, official name, "
    "service alternate name",
    "service.description": "specific information, tips, additional information, more information, "
    "description, services, services provided, services offered, program description, "
    "service description, what we do, details, descripcion, notes, comments, about, summary, overview, what is offered, "
    "offerings, public notes, service details, servicios, what services do you provide, body, info",
    "service.url": "website, url, web site, web, web address, link, homepage, sitio web, pagina web, website address, contact website",
    "service.email": "email, e mail, email address, correo, correo electronico, contact email, email contact",
    "service.status": "status, estado del servicio, active, is active, agency status, site status, service status, "
    "record status, status description, is this service open, post status",
    "service.eligibility_description": "restrictions explained, restricted explain, target pop, special populations, income eligibility, "
    "eligibility, who is served, who we serve, population served, target population, "
    "elegibilidad, requirements, requisitos, restrictions, criteria, serves, population, who can come, qualifications, "
    "eligibility requirements, eligibility criteria, eligibility notes, income guidelines, income limits, residency, "
    "who qualifies, target group, served population, income requirements, residency requirements",
    "service.ages": "ages, ages served, age, age range, edad, edades, age group, age groups, age requirements, age limits",
    "service.minimum_age": "minimum age, min age, edad minima, minimum age required, minimum age requirement, minimum age accepted",
    "service.maximum_age": "maximum age, max age, edad maxima, maximum age requirement, maximum age accepted",
    "service.fees_description": "sliding scale fees description, sliding fee scale, flat fee description, fee structure source, fees description, payment methods, payments, accepted payments, payments accepted, "
    "fees, fee, cost, costs, price, costo, precio, fee structure, cost of service, "
    "fee description",
    "service.application_process": "referral, referral required, referral needed, referral link, process for applying, process for applying online, process for applying by phone, process for applying by email, process for walk ins, walk in process, next steps, service next steps, application link, "
    "how to apply, application process, intake procedure, intake process, intake, access, "
    "how to access, como solicitar, referral process, registration, how to register, how to get help",
    "service.assured_date": "verified, last verified, date verified, last reviewed, reviewed, last checked, confirmed",
    "service.last_modified": "updated, last updated, date updated, last modified, edited, edit date, changed, "
    "ultima actualizacion",
    "service.alert": "alert, notice, aviso, temporary message",
    "service.level": "taxonomy level name, taxonomy level, record level",
    "level.parent": "parent agency number",
    "level.site": "connects to site number",
    "level.program": "connects to program number",
    "organization.name": "agency, agency name, organization, organization name, organisation, provider, provider name, "
    "agencia, organizacion, company, sponsor, parent agency, lead agency, name of agency, operated by",
    "organization.website": "agency website, organization website",
    "organization.description": "agency description, organization description, agency summary, who we are",
    "location.name": "location, location name, location title, site, site name, branch, lugar, facility, place",
    "location.address": "address, full address, location address, direccion, domicilio, service address, "
    "distribution address",
    "location.address_1": "address 1, address line 1, street, street address, calle, street 1, address1, physical address, "
    "physical address 1, physical location, line 1, street line 1, site address 1",
    "location.address_2": "address 2, address line 2, suite, unit, street 2, address2, physical address 2, line 2, "
    "street address 2, street line 2",
    "location.house_number": "street number, house number, address number, address house number",
    "location.city": "city, town, ciudad, physical city, address city, city name",
    "location.region": "county, condado, physical county, county name",
    "location.state_province": "state, st, province, estado, provincia, physical state, address state, state name",
    "location.postal_code": "zip, zip code, zipcode, postal code, postcode, codigo postal, physical zip, address zip, "
    "zip 5",
    "location.city_line": "city state zip, city state, city zip",
    "location.country": "country, pais, physical country",
    "location.latitude": "latitude, lat, latitud, y, latitude point",
    "location.longitude": "longitude, lon, lng, long, longitud, x, longitude point",
    "location.point": "coordinates, geolocation, geo location, the geom, gps, lat long, latitude longitude, coordenadas, "
    "location point, gps coordinates",
    YES_HIDES: "confidential",
    NO_HIDES: "show address",
    "location.accessibility": "accessibility, wheelchair accessible, ada accessible, accesibilidad, wheelchair, ada, "
    "disabilities access, wheelchair accessibility",
    "location.transportation": "public access transportation, location directions, physical location description, site instructions, specific location, parking, "
    "transportation, transit, bus, directions, transporte, bus service access, bus line, "
    "public transportation, getting there",
    "schedules": "hours, hours of operation, opening hours, business hours, office hours, open, times, days and hours, "
    "days hours, horario, horas, schedule, open hours, operating hours, weekly hours, weekly open hours, hours of service, day and time, date and time, service hours, availability, days and hours of operation, "
    "distribution day and time, dates and hours, hours open, when open, days and times open, days and times, days open and hours, "
    "dates and times, regular hours, pantry hours, distribution time and hours",
    "schedules.days": "days, day, days open, days of operation, weekday, dias, day of week, distribution day",
    "schedules.opens": "start time, open time, opening time, opens, opens at, hora de inicio",
    "schedules.closes": "end time, close time, closing time, closes, closes at, hora de cierre",
    "schedules.day": "monday, monday hours, lunes",
    "schedules.day_opens": "monday opens, monday open",
    "schedules.day_closes": "monday closes, monday close",
    "schedules.varied": "varied hours, hours vary",
    "schedules.limits": "season, seasonal, seasons, season dates, season start, season begins, season opens, months, months open, open months, frequency, how often, recurrence, "
    "week, weeks, week of month, weeks of month, exceptions, hours exceptions, schedule exceptions, holiday hours, holidays, "
    "holiday schedule, closed dates, dates closed, days closed, closed days, closures, closing dates, appointment, "
    "appointment only, by appointment, by appointment only, appointment required, appointments, temporada, frecuencia, semana, "
    "semanas, meses, feriados, excepciones, con cita, cita previa, cita requerida, dias cerrado",
    "schedules.notes": "hours notes, notes hours, hours details, schedule notes, hours description, time notes, day notes",
    "phones": "phone, telephone, phone number, telephone number, tel, main phone, phone 1, phone 2, telefono, telephone 2, "
    "phone2, office phone, mobile, cell, contact phone, contact number, hotline phone, phone number hotline, "
    "business phone, phone contact, telephone business line",
    "phones.extension": "phone extension, extension, ext, phone 1 extension",
    "phones.fax": "fax, fax number, phone fax",
    "phones.toll_free": "toll free, toll free number, 800 number, hotline, toll free phone, hotline number",
    "phones.tty": "tty, tty number, tty phone",
    "languages": "languages, language, languages spoken, idiomas, idioma, languages offered, languages served",
    "attributes": "category, categories, type, service type, keywords, tags, subcategory, categoria, tipo, need, "
    "services category, services type, taxonomy term, taxonomy category, type of service, group type, "
    "agency type, category name, resource type, need category, program list, service list, program category list, program type, "
    "services type category",
    "languages.ticked": "spoken spanish box",
    "attributes.ticked": "kind of service box",
    "service_areas": "service area, area served, areas served, coverage area, counties served, area de servicio, "
    "geographic area, coverage, county served, counties, catchment area, zip served, zip codes served, service counties",
    "required_documents": "required item list, items required, "
    "documents, required documents, documents required, bring, what to bring, documentos, "
    "id required, proof required, documents to bring, what you need to bring, need to bring, required items",
    "aside": "match type, match status, match score, geocode score, score, addr type, accuracy score, accuracy type, loc name, match addr, "
    "object id number, global id, fid, created, created at, created on, date created, date added, entered on, record created date, "
    "resource created date, shape length, shape area, internal notes, admin notes, review notes, editor, creator, permalink, author, image",
    "contacts.name": "contact, contact name, contact person, contacto, contact person name",
    "contacts.title": "contact title, title of contact, position, contact position",
}
"""What a column may mean, and names that columns of that meaning bear (in English and Spanish).

A name stands for all that `column_words` takes for the same: other words of the same meaning, in any order, casing and
punctuation.
"""

ASIDE: Final = "aside"
"""The meaning of a column that a program keeps for itself, and that is kept as it is: how well an address was matched, when a
record was made, notes among editors."""
IGNORED: Final = ""
"""The meaning of a column that is kept as it is, as an unknown field of the service."""
