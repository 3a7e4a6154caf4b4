"""The words in a column's name, folded so that language, casing, punctuation and spelling make no difference.

"Phone1Number", "PHONE_1_NUMBER", "phone number 1" and "Teléfono 1" are the same words. What they mean is not decided
here: `column_meaning` compares them with the words of the fields.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final

from communityconnector.interchange.sheets.column_fields import FIELDS
from communityconnector.model.folding import fold

LONGEST: Final = 200
"""Most characters of a column's name that are looked at; a longer one is a sentence and names nothing."""

_WORDS: Final = {
    "name": "names nombre nombres nm nom nme",
    "title": "titulo",
    "position": "cargo puesto role job",
    "agency": "agencies organization organizations organisation organisations org orgs provider providers company "
    "sponsor operator institution agencia agencias organizacion organizaciones entidad proveedor partner",
    "service": "program programme programa servicio prog svc",
    "services": "programs programas servicios",
    "place": "site sites location locations branch facility venue building market pantry shelter clinic store lugar dist "
    "sitio sucursal sede distribution resource listing ubicacion center "
    "centre centro",
    "address": "addresses addr adress direccion direcciones domicilio",
    "street": "streets calle",
    "line": "linea",
    "suite": "ste unit apt apartment room apto",
    "city": "town ciudad pueblo municipality municipio locality localidad",
    "county": "condado",
    "counties": "condados",
    "state": "st province prov estado provincia",
    "zip": "zips zipcode zipcodes postcode postcodes postal",
    "country": "pais",
    "latitude": "lat latitud",
    "longitude": "lon lng long longitud",
    "point": "points geo geom geometry coordinate coordinates coord coords coordenadas geolocation gps geopoint geocode "
    "shape wkt georeference",
    "phone": "phones telephone telephones tel telefono telefonos ph cell cellphone cellular celular mobile movil landline",
    "number": "numbers num numero numeros no nbr",
    "extension": "ext extn",
    "fax": "",
    "hotline": "helpline",
    "toll": "",
    "tty": "tdd ttd",
    "email": "emails correo",
    "website": "web url urls link links homepage webpage www uri",
    "hours": "hour hrs horario horarios horas schedule schedules",
    "day": "days dia dias weekday weekdays",
    "time": "times hora",
    "opens": "opening start begin begins inicio apertura abre",
    "closes": "closing close end ends fin cierre cierra",
    "open": "abierto abierta",
    "status": "estatus",
    "active": "activo activa",
    "verified": "verification verificacion reviewed review check checked confirmed validated assured verificado verificada revisado "
    "confirmado",
    "edited": "updated update modified modification edit changed actualizado actualizada actualizacion modificado "
    "editado",
    "date": "fecha",
    "at": "on",
    "last": "ultima ultimo latest recently",
    "description": "descriptions descripcion",
    "details": "detail detalles",
    "notes": "note notas nota comments comment comentarios remarks observaciones",
    "eligibility": "eligible elegibilidad",
    "requirements": "requirement requisitos requisito requires require",
    "required": "needed necessary requerido requeridos requerida",
    "population": "populations poblacion clientele audience",
    "ages": "age edad edades",
    "minimum": "min minima minimo lowest youngest",
    "maximum": "max maxima maximo highest oldest",
    "documents": "document documento documentos documentation paperwork docs",
    "bring": "traer",
    "fees": "fee cost costs price prices costo costos precio precios tarifa tarifas charge charges cuota",
    "apply": "application applications solicitar solicitud enroll enrollment registration register inscripcion",
    "intake": "admission",
    "process": "procedure proceso method instructions",
    "languages": "language idioma idiomas lengua lenguas",
    "spoken": "hablados hablado hablan habla speak",
    "category": "categories categoria categorias type types tipo tipos subcategory subcategories subcats keyword keywords "
    "tag tags classification",
    "area": "areas zone",
    "served": "serves serve serving servida",
    "accessibility": "accessible accesibilidad accesible",
    "wheelchair": "handicap handicapped ada disabled disability disabilities",
    "transportation": "transit bus transporte",
    "contact": "contacts contacto contactos poc",
    "alternate": "alternative other aka dba former alias",
    "id": "ids identifier uuid guid identificador",
    "provided": "provide provides offered offer offers available offerings offering ofrecen ofrece ofrecidos",
    "term": "terms",
    "operating": "operation operations",
    "1": "one uno first primero",
    "2": "two dos second segundo",
    "3": "three tres third tercero",
}
"""A word, and the others that mean the same in the name of a column, in English and in Spanish."""

_FOLDED: Final = {other: word for word, others in _WORDS.items() for other in (word, *others.split())}

_TOGETHER: Final[Mapping[tuple[str, ...], str]] = {
    ("e", "mail"): "email",
    ("web", "site"): "website",
    ("web", "page"): "website",
    ("sitio", "web"): "website",
    ("pagina", "web"): "website",
    ("toll", "free"): "tollfree",
    ("also", "known", "as"): "alternate",
    ("doing", "business", "as"): "alternate",
    ("operated", "by"): "agency",
    ("run", "by"): "agency",
    ("correo", "electronico"): "email",
    ("codigo", "postal"): "zip",
    ("c", "p"): "zip",
    ("postal", "code"): "zip",
    ("post", "code"): "zip",
    ("zip", "code"): "zip",
    ("zip", "codes"): "zip",
    ("time", "zone"): "timezone",
    **{
        (axis, word): name
        for axis, name in (("x", "longitude"), ("y", "latitude"))
        for word in ("coordinate", "coord", "point")
    },
    **{
        (word, axis): name
        for axis, name in (("x", "longitude"), ("y", "latitude"))
        for word in ("coordinate", "coord", "point")
    },
}
"""Words that mean one thing only where they stand together."""

_NOISE: Final = frozenset(
    "the a an of for and or to in el la los las de del y o en por para que atencion our you this is are what which please text "
    "string value field full public main primary general current abbreviation abbr code cd iso info information raw orig "
    "original formatted".split()
)
"""Words that leave the meaning as it is."""

_OTHERS_KNOWN: Final = frozenset(
    word for names in FIELDS.values() for name in names.split(", ") for word in name.split()
) | frozenset(
    "social media restrictions qualifications weekly monday tuesday wednesday thursday friday saturday sunday".split()
)
"""Further words of the fields' names, which may stand glued to others."""

_VOCABULARY: Final = frozenset({*_FOLDED, *_OTHERS_KNOWN, *_NOISE})
_GLUED: Final = frozenset(word for word in _VOCABULARY if len(word) >= 3) | {"id"}

_LETTERS: Final = re.compile(r"[^\W\d_]+|\d+")
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_BRACKETS: Final = re.compile(r"[(\[{][^()\[\]{}]{0,200}[)\]}]")
_CUSTOM: Final = re.compile(r"__c$", re.IGNORECASE)
"""What a well-known customer database ends the names of an office's own columns with."""

_CUT_AT: Final = 10
"""Length to which the oldest form of tables on maps (dBase) cuts the names of columns."""


@lru_cache(maxsize=8192)
def words_of(name: str) -> tuple[frozenset[str], ...]:
    """Return the ways to read a column's name as words, likeliest first: each a set of words that mean the same as its own.

    There is always one, which is empty for a name without letters and digits.

    A set, since "name of service" is "service name". Digits are words of their own.
    """
    text = _CUSTOM.sub("", name[:LONGEST].strip()).replace("#", " number ")
    ways: list[frozenset[str]] = []
    for bare in dict.fromkeys((text, _BRACKETS.sub(" ", text))):
        for split in dict.fromkeys((_CAMEL.sub(" ", bare), bare)):
            words = [part for token in _LETTERS.findall(fold(split)) for part in _unglued(token)]
            ways.append(_as_set(words))
            if len(name) == _CUT_AT and words:
                ways += [_as_set([*words[:-1], whole]) for whole in _completions(words[-1])]
    return tuple(dict.fromkeys(way for way in ways if way)) or (frozenset(),)


@lru_cache(maxsize=8192)
def plain_words(name: str) -> tuple[str, ...]:
    """Return the words of a column's name as they stand, without accents and case."""
    return tuple(_LETTERS.findall(fold(_CAMEL.sub(" ", _CUSTOM.sub("", name[:LONGEST])))))


def is_known(word: str) -> bool:
    """Return whether a word occurs in the name of any field."""
    return word in _VOCABULARY or word.isdigit()


def _as_set(words: Sequence[str]) -> frozenset[str]:
    folded = frozenset(_folded(words))
    if not folded or (len(words) > 1 and folded <= {"x", "y"}):
        return frozenset(words)
    if folded & {"agency", "service", "services", "place", "hours"}:
        folded -= {"your"}
    # A phone's number is the phone.
    return folded - {"number"} if folded & _LINES else folded


_LINES: Final = frozenset({"phone", "fax", "tty", "hotline", "tollfree"})


def _folded(words: Sequence[str]) -> Iterator[str]:
    at = 0
    while at < len(words):
        for size in (3, 2):
            together = _TOGETHER.get(tuple(words[at : at + size]))
            if together:
                yield together
                at += size
                break
        else:
            word = _FOLDED.get(words[at], words[at])
            if word not in _NOISE:
                yield word
            at += 1


def _unglued(token: str) -> tuple[str, ...]:
    """Return the words of which a token is glued together ("zipcode" is one word, "phonenumber" two)."""
    if token in _VOCABULARY or len(token) < 6 or token.isdigit():
        return (token,)
    best: list[tuple[str, ...] | None] = [()] + [None] * len(token)
    for end in range(1, len(token) + 1):
        for start in range(max(0, end - 14), end):
            before = best[start]
            if before is not None and token[start:end] in _GLUED:
                shortest = best[end]
                if shortest is None or len(before) + 1 < len(shortest):
                    best[end] = (*before, token[start:end])
    return best[-1] or (token,)


def _completions(token: str) -> Iterator[str]:
    """Yield the words that a name which was cut off may have ended with."""
    if len(token) >= 2 and token not in _VOCABULARY:
        yield from sorted(word for word in _VOCABULARY if word.startswith(token))


_PEOPLE: Final = frozenset(
    "volunteer volunteers staff internal admin private personal home emergency board director manager owner coordinator "
    "driver donor client clients patron submitter submitted entered your mailing billing supervisor employee user "
    "voluntario voluntarios empleado cliente interno interna privado personal previous old mail geocoder arc "
    "student students teacher attendee participant applicant tenant guest resident worker customer customers paciente alumno "
    "estudiante inquilino residente cliente participante".split()
)
"""Words that make of a column something that is not for patrons or not the place: never taken off as a mere prefix."""


def shows_people(column: str) -> bool:
    """Return whether a column's name says that it is about people who work there or are helped."""
    return not _PEOPLE.isdisjoint(plain_words(column))


def shared_prefixes(names: Iterable[str]) -> frozenset[str]:
    """Return first words that mean nothing and stand before three or more of the names ("directory_zip")."""
    firsts = Counter(words[0] for name in names if len(words := plain_words(name)) > 1)
    return frozenset(
        word
        for word, count in firsts.items()
        if count >= 3 and not word.isdigit() and not is_known(word) and word not in _PEOPLE
    )
