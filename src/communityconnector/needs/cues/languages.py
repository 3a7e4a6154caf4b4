"""The language of a text, and the language that it asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from communityconnector.needs.cues.model import LANGUAGE, Cue
from communityconnector.needs.cues.text import Text

_NAMES: Final = {
    "es": "spanish|espanol|castellano",
    "ht": "creole|kreyol|haitian",
    "vi": "vietnamese", "hmn": "hmong", "ar": "arabic", "so": "somali", "am": "amharic", "gu": "gujarati|gujarat",
    "ru": "russian", "ko": "korean", "pl": "polish", "uk": "ukrainian", "tr": "turkish", "fa": "dari|farsi|persian",
    "ps": "pashto", "bn": "bengali|bangla", "zh": "chinese|mandarin|cantonese", "tl": "tagalog|filipino",
    "ti": "tigrinya", "pt": "portuguese", "fr": "french", "sw": "swahili|kiswahili", "my": "burmese", "kar": "karen spkg|karen speaking|speaks karen",
    "ne": "nepali", "ur": "urdu", "hi": "hindi", "pa": "punjabi", "ja": "japanese", "de": "german", "it": "italian",
    "mam": "mam", "mix": "mixteco?", "quc": "k'?iche'?", "kek": "q'?eqchi'?", "kjb": "q'?anjob'?al", "rw": "kinyarwanda", "ln": "lingala",
    "km": "khmer|cambodian", "lo": "lao|laotian", "el": "greek", "th": "thai", "ku": "kurdish", "mh": "marshallese", "om": "oromo", "nv": "navajo language",
}  # fmt: skip
_CODES: Final = {f"l_{code}": code for code in _NAMES}
LANGUAGE_NAME: Final = re.compile("|".join(rf"\b(?P<l_{code}>{names})\b" for code, names in _NAMES.items()))
"""Pattern of the names of languages."""
_SURE: Final = frozenset("es ht vi hmn ar so am gu ti tl ps bn kar rw ln my om kjb kek quc mix uk fa".split())
"""Languages whose names say nothing else at a desk, mostly."""
_BEFORE: Final = re.compile(
    r"\b(?:in|en|speaks?|speaking|spoken|talks?|only|reads?|writes?|one|only in|from|he's|into|hablan?|hablo|idioma|lengua) (?:a |only )?$"
)
_AFTER: Final = re.compile(
    r"^(?:[- ](?:speak\w*|spkg|interp\w*|translat\w*|doctor|tax|person|grandm\w+|lady|elder|phone|version|language|only|ok|teacher|nurse|engineer|woman|couple|lawyer|client|counselor|church|family|widow)|/|$| ?[,.]? ?not english)"
)
_NOT: Final = re.compile(
    r"(?:\blearn|\blearning|\bteach me|\bclass in|\bconversational|\bstudy|\bthe book on|\bin my|\bhistory of|\bhomework|\bap) (?:some |more )?$"
)
_NOT_AFTER: Final = re.compile(
    r"^ (?:food|bread|toast|fries|class(?:es)?\b|homework|dictionary|rice|movie|films?|cookbook|war|novels?|history|recipes?|lessons?|book|test|restaurant|poetry|cinema|revolution|opera|american|shepherd|verbs)"
)
_SPANISH: Final = frozenset(
    """que de el la los las mi mis una un para por con sin del al se su sus lo le les nos me te yo tu es esta estoy esto ese esa eso
    estan son soy somos fue era hay tengo tiene tienen tenemos quiero quiere busco busca necesito nesesito necesita ocupo puedo
    puede pueden donde cuando como quien cual porque pero muy mas ya aqui alla ahi hoy ayer noche dia dias ano anos casa trabajo
    hijo hija hijos hijas nino nina ninos ninas esposo esposa mama papa abuela abuelo ayuda ayudar ayuden comida renta luz agua
    gas dinero plata escuela clases ingles papeles abogado seguro doctor medico cita gratis mujer mujeres hombre senora senor
    desde hasta entre sobre tambien nada todo toda todos algo alguien ningun otra otro si ni o y e pa pal ando anda voy va vamos
    vivo vive dice dicen hace hacer hago dar dan doy sacar llevar pagar cuido cuida llego llevo grupo lugar ropa cama panales leche
    bebe meses semana mes manana tarde fin solo sola cuanto cuantos algun alguna biblioteca libro libros horario computadora
    imprimir tarjeta numero pelicula peliculas tienen abren cierran prestan en a ha han he sido ser estar tal vez nomas ustedes
    oiga disculpe gracias favor hola buenas buenos fijese mire ciudadano ciudadania centro curso cursos taller consejero terapia
    empleo jale chamba laburo carro troca raite clinica vivienda cuarto apartamento albergue refugio muebles utiles despensa
    guarderia vacunas dentista lentes beca veteranos hispanos vih anciano ancianos embarazada droga drogas bebida alcohol
    cuarto cortaron despidieron perdi murio tomar dejar cuidar perder conseguir aplicar llenar aprender poder comer dormir
    salud transporte familia familias divorcio clave reservar alimentos alimentacion desalojo corte legales asuntos trabajar
    arriendo atrasado atrasada atrasados economica lugares servicios emocional apoyo escolares escolar robo perdida llegado jardin
    colchon techo cristal juguetes nevera usados usada hambre nervios duelo limpiar abrir cuenta banco bancarrota fumigar muletas
    caro cara cerca juvenil discapacidad unos pantalon catre ventanas usted robot persona control enojo tejido gatos boletos
    vacuna prueba embarazo escucho voces pecho maltrato bilingue cuento broncas regaderas publicas prestada asistencia
    para pediatra asilo notario traductor interprete zapatos abrigo calefaccion recibo factura cheque estampillas cupones""".split()
)
_ENGLISH: Final = frozenset(
    """the a an i my is are was were to of and in for on with at it that this they he she we you not do does did have has had
    who what where when how need want help get got from but out can can't dont don't im i'm his her our their there be been
    any some someone somebody by or as if no all up off one just about would will could me""".split()
)
_SHARED: Final = frozenset(
    "con senor robot control cara cristal lugares a me no he as un son gas doctor alcohol once sin la el de o y e los las mama papa papers al come tu va es centro san santa lo le me dan te del".split()
)
"""Words of both languages, or of names: they count little."""
_SHARE: Final = 0.7
"""So many Spanish words to an English one make a text Spanish."""
_FEW: Final = 4
"""A text of so few words is Spanish for a single Spanish word."""
_MARKS: Final = re.compile(r"[ñ¿¡]|\b\w+(?:ción|ión|ía|ár|ér|ír)\b", re.IGNORECASE)
_ENDINGS: Final = re.compile(
    r"(?:cion|ciones|mente|ando|iendo|idad|ito|ita|itos|itas|aron|ieron|amos|emos|imos|aba|adora?|eria|ario|arme|arle|erme|irme|arse|arlo|arla|ezco|uelo|uela|zas?|ncia|encia|eros?|eras?)$"
)
_NOT_SPANISH: Final = frozenset(
    """pizza plaza visa opera camera cafeteria extra tortilla burrito fajita criteria bacteria panera marijuana commando
    orlando fernando dorito sierra alexandria""".split()
)
"""English words, or words of both, with a Spanish ending."""


def is_spanish(text: Text) -> bool:
    """Return whether a text is Spanish, by its words, endings and accents; one with a little English in it, too."""
    spanish = english = 0.0
    has_own = not text.written.isascii()
    for token in text.tokens:
        word = token.word
        if word in _SHARED:
            spanish += 0.4
            english += 0.3 if word in _ENGLISH else 0.0
        elif word in _SPANISH:
            has_own = True
            spanish += 1
        elif word in _ENGLISH:
            english += 1
        elif len(word) > 4 and word not in _NOT_SPANISH and _ENDINGS.search(word):
            has_own = True
            spanish += 0.6
    if not text.written.isascii():
        spanish += 1.5 * len(_MARKS.findall(text.written)) + 0.5 * sum(
            letter in "áéíóú" for letter in text.written.lower()
        )
    least = 1.0 if len(text.tokens) > _FEW else 0.5
    return has_own and spanish >= max(least, english * _SHARE)


def read_language(text: Text) -> Iterator[Cue]:
    """Yield the language that a text asks for or says is spoken, or its own where that is Spanish."""
    for match in LANGUAGE_NAME.finditer(text.plain):
        code = _CODES[str(match.lastgroup)]
        before, after = (
            text.plain[max(0, match.start() - 24) : match.start()],
            text.plain[match.end() : match.end() + 16],
        )
        if _NOT.search(before) or _NOT_AFTER.match(after):
            continue
        if code in _SURE or _BEFORE.search(before) or _AFTER.match(after) or not before.strip():
            yield Cue(LANGUAGE, code, match.start(), match.end())
            return
    if is_spanish(text):
        yield Cue(LANGUAGE, "es", 0, len(text.written))
