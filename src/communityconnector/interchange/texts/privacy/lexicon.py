"""The words that names of privacy columns are made of, in English and Spanish."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Scope(StrEnum):
    """What a flag is about."""

    PLACE = "place"
    """The place and all that shows it: street, point, directions, map."""
    MAILING = "mailing address"
    PHONE = "phone"
    CONTACT = "contact"
    EMAIL = "email"
    WEBSITE = "website"
    LISTING = "listing"
    """The whole record: all its places."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


CLEAR: Final = _words(
    "confidential unlisted undisclosed nondisclosed nondisclosure redacted withheld unpublished nonpublic nonpublished "
    "nonlisted safehouse confidencial confidenciales"
)
"""Adjectives that say "hidden" of whatever they stand with."""
WEAK: Final = _words(
    "private privately hidden invisible secret secretly concealed masked obscured suppressed obfuscated blurred privado privada privados "
    "privadas oculto oculta ocultos ocultas secreto secreta reservado reservada"
)
"""Adjectives that say so of a place or a record, and something else of a room or a payment."""
WITH_OBJECT: Final = _words(
    "restricted restrict sensitive shield shielded protected protect anonymous restringido restringida protegido protegida sensible"
)
"""Adjectives that say so only where the name also says of what."""
CONCEAL: Final = _words(
    "hide hides hiding unlist delist redact withhold conceal obscure obfuscate ocultar oculte esconder esconda"
)
"""Verbs that hide whatever is their object, or the record."""
LEAVE_OUT: Final = _words(
    "exclude excluded excludes omit omitted remove removed suppress mask block blocked blur excluir excluido excluida omitir "
    "quitar suprimir"
)
"""Verbs that hide where the name also says what, or from where."""
SECRECY: Final = _words("privacy confidentiality secrecy privacidad confidencialidad")
"""Nouns whose value says how secret something is."""
OPENNESS: Final = _words("visibility disclosure visibilidad divulgacion")
"""Nouns whose value says how public something is."""

PUBLISH: Final = _words(
    "publish publishes publishable publishing publication disclose disclosed advertise publicar publicacion publique divulgar "
    "divulgue difundir"
)
"""Verbs (and a noun) that stand for "let the public see" by themselves."""
SHOW: Final = _words(
    "show shows display displays list share shareable release print reveal include expose appear appears mostrar mostrado "
    "mostrada muestre listar compartir incluir incluido aparecer aparece exhibir revelar imprimir"
)
"""Verbs that mean it where the name says what, or where."""
SEEN: Final = _words(
    "public publicly published listed visible viewable shown displayed printed searchable publico publica publicado publicada "
    "publicamente divulgado divulgada mostrado mostrada visibles listado listada"
)
"""Adjectives and participles of what the public may see."""

NOT: Final = _words("not no non dont never cannot cant wont without sin nunca")
ON: Final = _words("on in from to at via off with con en del de al desde")
OUTLET: Final = _words(
    "website web site map maps directory directories listing listings list public search online internet app finder portal "
    "publication publications guide results page pages export feed print media printed sitio pagina mapa directorio lista "
    "guia linea busqueda buscador publico publicamente publicly red"
)
"""Where things are shown: after a preposition or a verb, these are no objects."""
SHOWN_IN: Final = _words(
    "website web site map maps directory directories listing listings list public search publico publicly publicamente sitio mapa "
    "directorio"
)
"""What follows "public" in the name of a flag: a public website, but not public internet."""
PURPOSE: Final = _words(
    "directory referral referrals research publication public website web print listing directorio"
)
"""What something is available for."""

ADDRESS: Final = _words(
    "address addresses addr street coordinates coordinate coords latitude longitude lat lng geocode geolocation geo gps whereabouts "
    "direccion direcciones domicilio domicilios calle coordenadas paradero"
)
SPOT: Final = _words(
    "location locations loc place site sites premises building facility venue residence house shelter map pin marker directions "
    "ubicacion ubicaciones localizacion lugar sitio sede refugio casa albergue mapa"
)
PHONE: Final = _words(
    "phone phones telephone telephones tel cell cellphone fax tty tdd telefono telefonos celular"
)
CONTACT: Final = _words(
    "contact contacts person worker director manager coordinator administrator representative poc contacto contactos persona "
    "encargado encargada"
)
EMAIL: Final = _words("email emails correo correos")
MAILING: Final = _words("mailing mail postal pobox correspondence correspondencia")
WEBSITE: Final = _words("website websites url urls")
LISTING: Final = _words(
    "organization organizations organisation org agency agencies provider providers service program programs programme resource "
    "record entry listing info information data details organizacion agencia proveedor servicio programa "
    "recurso registro ficha entidad informacion datos"
)
OWNED: Final = LISTING - {"listing", "record", "entry", "info", "information", "data", "details"} | {
    "facility",
    "building",
    "venue",
}
"""What is private by belonging to someone: a private agency is not a secret one."""
BUILT: Final = frozenset({"facility", "building", "venue", "house", "residence", "shelter", "place", "lugar"})
"""What is public by being open to all: a public building."""
QUALIFIER: Final = _words(
    "main primary secondary alternate other business line after hours out of area toll free hotline helpline local crisis emergency "
    "intake number numbers name names title senior first last second third work home office admin extension ext numero nombre "
    "principal"
)
"""Words that distinguish one phone, contact or address from another."""
REASON: Final = _words(
    "reason reasons note notes comment comments remark remarks explanation instructions why motivo razon nota notas "
    "comentario comentarios"
)
FILLER: Final = _words(
    "is are be being been was should can may must will might ok okay allow allowed allows permission permitted consent approved "
    "agree agrees agreed authorized the a an this that these it its we they our your their you us if for as by and or y o e only "
    "just please do does did want wants would like prefer requested request asked flag flags ind indicator bool boolean field "
    "value status state setting settings preference preferences level nivel tipo option checkbox tick box check checked mark marked select selected custom c pc "
    "has have keep kept hold held make made remain remains treat treated general users user visitors visitor audience external "
    "everyone everybody anyone people patrons outside full exact actual precise physical entire whole all any es esta estan ser debe "
    "dv domestic violence yes si x yn sn permiso autoriza autorizo autorizado permite permitir puede se el la los las lo un una para por que su sus este favor marcar marque casilla indicador solo solamente mantener fisica "
    "fisico exacta"
)
"""Words that change nothing in what a name says."""
IS: Final = _words("is are be kept remain remains held es esta estan ser")

STAFF: Final = "staffonly"
"""Stands for "staff only", "for internal use" and the like."""
VICTIMS: Final = "victimserviceprovider"
"""Stands for the name of HUD's flag for organizations that serve victims of violence."""
AVAILABLE: Final = "availablefor"
"""Stands for "available for"."""

SECRET: Final = CLEAR | WEAK | WITH_OBJECT | CONCEAL | LEAVE_OUT | SECRECY | {STAFF, VICTIMS}
OPEN: Final = PUBLISH | SHOW | SEEN | OPENNESS | {AVAILABLE}
OBJECTS: Final = ADDRESS | SPOT | PHONE | CONTACT | EMAIL | MAILING | WEBSITE | LISTING
KNOWN: Final = SECRET | OPEN | OBJECTS | NOT | ON | OUTLET | FILLER | REASON
JOINABLE: Final = frozenset(
    word for word in KNOWN | QUALIFIER | PURPOSE | {"available", "disponible", "yes"} if len(word) > 1
)
"""The words that a name without gaps may be made of."""
