"""What a text says of closing: that a service has stopped or paused, for certain or perhaps; and words that only sound so.

A clause counts for the whole service where everything around the word that closes is about the service: "the food
pantry is permanently closed", not "the lobby is closed". What closes on some days or hours ("closed Fridays"), what
closes a list and not a service ("waitlist closed"), and "closed" before a noun ("closed captioning") is not a closing.
English and Spanish.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple

from communityconnector.interchange.texts.days import MONTHS, read_day
from communityconnector.model.folding import fold


class Closing(StrEnum):
    """What a text says, the strongest first."""

    GONE = "gone"
    """It has stopped."""
    PAUSED = "paused"
    """It is closed for a while."""
    UNREFERRED = "unreferred"
    """It runs, but people are not to be referred to it."""
    DOUBT = "doubt"
    """Something about it is closed, or it has moved: one has to ask."""


class Closure(NamedTuple):
    """One clause that closes.

    Attributes:
        kind: what it says, a `Closing`.
        since: from which day on, ISO 8601; "" where it does not say.
        until: up to which day, ISO 8601; "" where it does not say.
        words: the clause as it is written.
    """

    kind: str
    since: str
    until: str
    words: str


_SIGNS: Final = (
    "closed", "closing", "closur", "closes", "close its", "close the", "close our", "cerrad", "cerro", "cerrar", "cierr",
    "clausur", "shut", "no longer", "ya no", "out of business", "defunct", "discontinu", "disscontinu", "descontinu", "disband",
    "dissolved", "disuelt", "ceased", "ended", "ends", "suspend", "pausa", "paused", "on hold", "on hiatus", "inactiv",
    "deactiv", "made inactive", "cancel", "terminat", "not operat", "not in operation", "not currently", "not for refer",
    "not accepting refer", "not taking refer", "not available for refer", "no refer", "no more refer", "do not", "does not",
    "no remitir", "no derivar", "decommission", "permanent", "temp", "not open", "no esta abierto", "no abierto", "moved",
    "moving", "relocat", "merged", "se mudo", "se traslad", "traslad", "dejo", "dad", "fuera de servicio", "will reopen",
    "will re-open", "will be clos", "will close", "last day", "expire", "ultimo dia", "termin", "clients only", "client only",
    "members only", "member only", "residents only", "resident only", "patients only", "patient only", "employees only",
    "tenants only", "tenant only", "enrolled only", "by referral only", "solo ", "solamente ", "currently", "presently",
    "actualmente", "provisional",
)  # fmt: skip
"""Every text that closes has a word that begins like this; most texts have none."""
_APART_SIGNS: Final = (
    "delet",
    "archiv",
    "retired",
    "obsolete",
    "expired",
    "dead",
    "duplicate",
    "withdrawn",
    "eliminad",
    "borrad",
)


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern of any of some words, by their first letters: quicker than one after the other."""
    endings: dict[str, list[str]] = {}
    for word in words:
        endings.setdefault(word[0], []).append(re.escape(word[1:]))
    branches = (f"{re.escape(first)}(?:{'|'.join(rest)})" for first, rest in endings.items())
    return re.compile(rf"(?<![a-z])(?:{'|'.join(branches)})")


_SIGN: Final = _any_of(_SIGNS)
_APART_SIGN: Final = _any_of(_APART_SIGNS)
_EITHER_SIGN: Final = _any_of(_SIGNS + _APART_SIGNS)


def may_close(text: str) -> bool:
    """Return whether any part of a text may close: quick, and true more often than it is so."""
    return _EITHER_SIGN.search(fold(text)) is not None


_CLAUSES: Final = re.compile(
    r"[!?;|\n\r\u2022*()\[\]{}<>~\"]+|"
    r"(?<!\bjan)(?<!\bfeb)(?<!\bmar)(?<!\bapr)(?<!\bjun)(?<!\bjul)(?<!\baug)(?<!\bsep)(?<!sept)(?<!\boct)(?<!\bnov)"
    r"(?<!\bdec)(?<!\bst)\.(?=\s|$)",
    re.IGNORECASE,
)
_TITLE_PARTS: Final = re.compile(r"\s+[-\u2013\u2014]+\s+|:\s+|,(?!\s*\d)|/(?!\d)|_+")

_STOPPED: Final = (
    r"(?:perm(?:anently|\.)?|definitively) (?:been )?(?:clos(?:ed|ing|ure)|shut|suspended|discontinued)(?: down)?|"
    r"permanent(?:ly)? closures?|clos(?:ed|ing) (?:permanently|definitively|for good|forever|down)|"
    r"(?:will (?:be )?)?(?:permanently )?clos(?:e|ed|ing) (?:its|their|our|the) doors?(?: (?:permanently|for good|forever))?|"
    r"will (?:be )?(?:permanently clos(?:e|ing)|clos(?:e|ing) (?:permanently|for good))|"
    r"shut(?:ting)? (?:down|(?:its|their|our) doors)(?: permanently| for good)?|"
    r"(?:gone |went |going )?out of business|"
    r"no longer (?:an? )?(?:operat(?:es?|ing|ional|ed)|in (?:operation|business|service|existence)|exists?|existing|active"
    r"|available|offered|provided|open|runs?|running|functioning|functions?|does business"
    r"|offer(?:s|ing)? (?:this|the|its|any|these)? ?(?:service|program)s?|provid(?:es?|ing) (?:this |the |any )?services?)|"
    r"ceased (?:all )?(?:operations?|operating|to (?:exist|operate)|services?)|"
    r"not (?:in operation|operating|operational)(?: (?:any ?more|any longer))?|"
    r"(?:was |been )?(?:dis?continued|defunct|disbanded|dissolved|deactivated|decommissioned|inactive)|"
    r"(?:has|have) (?:now )?ended|(?:was|were|been) (?:cancell?ed|terminated|merged|made inactive)|merged (?:with|into)|"
    r"made inactive|"
    r"cerrad[oa]s? (?:permanentemente|definitivamente|para siempre|de forma (?:permanente|definitiva))|"
    r"(?:permanente|definitiva)mente cerrad[oa]s?|cierre (?:permanente|definitivo)|"
    r"cerro (?:sus puertas|permanentemente|definitivamente)|"
    r"ya no (?:opera|existe|funciona|esta (?:disponible|activ[oa]|abiert[oa]|en servicio|operando|funcionando)|se ofrece"
    r"|ofrece(?:mos)? (?:este |sus |el )?(?:servicio|programa)s?|presta servicios?)|"
    r"fuera de servicio|dad[oa] de baja|clausurad[oa]s?|descontinuad[oa]s?|disuelt[oa]s?|inactiv[oa]s?|"
    r"dejo de (?:operar|existir|funcionar|ofrecer (?:el |este |sus )?servicios?)"
)
_PAUSED: Final = (
    r"temp(?:orar(?:ily|y))?\.? (?:been )?(?:clos(?:ed|ure|ing)|shut(?: down)?|suspended|paused|inactive|on hold|unavailable"
    r"|not (?:operating|in operation|open|available))|"
    r"clos(?:ed|ing) temp(?:orarily)?|(?:currently|presently) (?:closed|suspended|paused|inactive|on hold|not operating)|"
    r"not currently (?:operating|in operation|open|available|active)|on (?:hold|hiatus)|will re-?open|"
    r"(?:been |is |are )?(?:paused|suspended)|(?:on|en) pausa|"
    r"(?:temporal|actual|provisional)mente (?:cerrad[oa]s?|suspendid[oa]s?|inactiv[oa]s?)|"
    r"(?:cerrad|suspendid)[oa]s? (?:temporal|provisional)mente|cierre temporal|suspendid[oa]s?"
)
_UNREFERRED: Final = (
    r"do(?:es)? not (?:currently )?(?:refer|take referrals|accept referrals)|not (?:for|accepting|taking) referrals?|"
    r"no (?:more )?referrals|not available for referrals?|no (?:referir|remitir|derivar)"
)
_ASK: Final = (
    r"(?:has|have|we've) (?:now )?(?:moved|relocated)(?= *$| to\b| from\b)|relocated to|moved to (?:a |our |their |its )?(?:new\b|\d|main\b)|(?:is|are) (?:moving|relocating) to|"
    r"se (?:mudo|traslado)|trasladad[oa]|not open to (?:the )?public|no (?:esta )?abierto al publico"
)
_LIMITED: Final = (
    r"(?:clients?|members?|residents?|patients?|employees|tenants?|enrolled) only|by referral only|"
    r"sol(?:o|amente) (?:clientes|miembros|socios|residentes|pacientes)"
)
_WORD: Final = re.compile(
    rf"\b(?:(?P<gone>{_STOPPED})|(?P<paused>{_PAUSED})|(?P<unreferred>{_UNREFERRED})|(?P<doubt>{_ASK})|(?P<limited>{_LIMITED})"
    rf"|(?P<ends>(?:last day|ends|ended|expires|expired|ultimo dia|termina|termino)(?: (?:is|was|es|el|on))*:?(?= [^a-z]*\d| (?:{'|'.join(MONTHS)})\b))"
    r"|(?P<closed>closed|(?:se )?cerro|cerrad[oa]s?)|(?P<coming>(?:will be |will |to )?clos(?:ing|es|ure)|will (?:be )?close[d]?"
    r"|cierre|cerraran?|cerraremos))(?![\w-])"
)
_ALONE: Final = frozenset(
    """inactive inactivo inactiva closed cerrado cerrada defunct delete deleted archived archive retired obsolete expired
    dead duplicate discontinued disbanded dissolved terminated cancelled canceled deactivated withdrawn eliminado eliminada
    borrado borrada archivado archivada clausurado clausurada disuelto""".split()
)
"""Words that close where they stand apart in a name, but say something else within it ("Retired Teachers")."""

_WHOLE: Final = frozenset(
    """a an and the this that these our all its it we is are was were will be been being has have had now as of effective
    immediately since due note notice alert update updated attention important please reminder status sadly unfortunately
    regret announce sorry today currently temporarily permanently officially recently indefinitely until further covid
    because following on in at by from to s also active activo activa but pero
    service services program programs programme agency organization organisation pantry food site location center centre
    clinic shelter facility branch store shop church ministry kitchen soup meal meals listing record resource business
    hotline house home project club bank closet market distribution both
    este esta esto el la los las del de un una nuestro nuestra todo todos servicio servicios programa agencia
    organizacion despensa alimentos banco centro clinica refugio sede lugar sitio tienda iglesia comedor proyecto
    estan estamos ha han sido fue se es son queda por aviso nota atencion importante actualizacion lamentablemente desde
    partir ahora actualmente hoy ya permanentemente temporalmente
    january february march april may june july august september october november december jan feb mar apr jun jul aug sep
    sept oct nov dec enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre""".split()
)
"""Words about the whole service, or about nothing."""
_LISTS: Final = re.compile(
    r"wait ?-?list|waiting list|lista de espera|enrol|inscripci|registration|applica|solicitud|intake|admission|"
    r"referral list|section 8|voucher|caseload|\bcases?\b|lottery|cohort|subtitul|reuni|grupos?\b|meetings?\b|circuit|"
    r"window|ventana|road|street|bridge|captions?\b|account|sorteo"
)
"""Before a word that closes: a list or a thing is closed, not the service."""
_IF: Final = re.compile(
    r"\b(?:when|if|while|whenever|unless|except|once|who|whose|cuando|si|mientras|excepto|salvo)\b"
)
_IF_AFTER: Final = re.compile(r"\W*(?:if|when|whenever|unless|cuando|si)\b")
_DAY: Final = (
    r"(?:(?:mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?s?\b|weekends?\b|weekdays?\b|holidays?\b"
    r"|lunes|martes|miercoles|jueves|viernes|sabados?|domingos?|fines? de semana|feriados?|festivos?"
    r"|\d{1,2}(?::\d\d)?\s*(?:[ap]\.?m\b|noon)|\d{1,2}:\d\d)"
)
_DAY_BEFORE: Final = re.compile(rf"\b{_DAY}\W*(?:is |are |we are |we're |we close |office |also )?\W*$")
_DAYS: Final = re.compile(
    r"\W*(?:(?:on|every|all|the|each|for|during|at|in|from|between|most|federal|state|major|public|bank|legal|some|national"
    r"|observed|school|and|or|in observance of|los|las|el|la|en|por|a|al|de|del|para|durante|todos|todas|dias?|cada|certain"
    r"|also|only|early)\W+)*"
    rf"(?:{_DAY}|(?:{'|'.join(MONTHS)})\b(?!\W*(?:\d{{1,2}}\W+)?(?:of |de )?\d{{4}})|lunch|dinner|breaks?\b|noon|midday|night|evenings?|afternoons?|mornings?|daily|week of|1st|2nd|3rd|[45]th"
    r"|(?:first|second|third|fourth|fifth|last)\b|\d{1,2}\s*(?:-|to|a|y|and|until)\s*\d{1,2}\b(?!/)|christmas|thanksgiving"
    r"|easter|new year|good friday|independence|labor day|memorial|juneteenth|veterans|inclement|bad weather|snow"
    r"|spring break|winter break|almuerzo|almorzar|comer|noches?|tardes?|mananas?|mediodia|navidad|semana santa|primer"
    r"|segundo|tercer|ultimo)"
)
"""After a word that closes: it closes for some time of the day, the week or the year, which hours say."""
_NEWCOMERS: Final = re.compile(
    r"\W*(?:to|a|al|for|para)\W+(?:all\W+|any\W+|the\W+)?(?:new|walk|public|non|outside|nuev|publico|visitors)"
)
_A_WHILE: Final = re.compile(
    r"\b(?:until|till|til|thru|through|hasta|indefinid|indefinite|further notice|nuevo aviso|temporar|temporal|renovat|remod|repair|reparaci"
    r"|renovaci|construct|maintenance|mantenimiento|(?:for|por|para|de) (?:the |a |la |el |un |una )?(?:few |pocas? |next |winter "
    r"|summer )?(?:season|temporada|winter|summer|invierno|verano|time being|now\b|week|month|semana|mes|moment|while|momento"
    r"|vacaciones|vacation)|(?:in|en) (?:the |el )?(?:winter|summer|invierno|verano)|seasonal|water damage|flood|fire\b|storm"
    r"|hurricane|covid|pandemi|weather|this (?:week|month|year)|today|relocat|moving|reopen|re-open|reab|until)"
)
_UNTIL: Final = re.compile(
    r"\b(?:(?P<last>thru|through)|until|till|til|hasta|re-?open(?:s|ing)?)\s+(?:on\s+|in\s+|el\s+)*"
)
_CAUSE: Final = re.compile(r"^\W*(?:due to|because of|owing to|debido a|a causa de|por)\b[^,]*,")
_SINCE: Final = re.compile(
    r"\b(?:as of|since|effective|on|in|from|desde|a partir de|el|en)\s+(?:el\s+|on\s+)?(?=[\w])"
)
_TAIL: Final = frozenset(
    """permanently for until till til through thru as since effective due because pending indefinitely temporarily now today
    down forever its their our in on and by again this after following per to we please call contact see operations
    definitely completely hasta desde por debido a temporalmente permanentemente definitivamente y llame de en para
    indefinidamente at with thank gracias favor sorry reopening reopens""".split()
)
"""Words that may follow "closed" where it says what the service is; before others it is their adjective."""
_WORDS: Final = re.compile(r"[a-z']+")
_LONGEST: Final = 160


def names_times(text: str) -> bool:
    """Return whether what follows a word that closes are times of the day, the week or the year: "Fridays", "for lunch"."""
    return _DAYS.match(fold(text)) is not None


@lru_cache(maxsize=2_048)
def closures(text: str, own: str = "", *, title: bool = False, certain: bool = False) -> tuple[Closure, ...]:
    """Return what a text says of closing, clause by clause.

    Args:
        text: the text.
        own: names of the service and its agency: what they are called is about them.
        title: whether the text is a name: then only what stands apart in it counts ("Food Pantry (CLOSED)").
        certain: whether it was written to state the present, as an alert or the cell of a state is: then what
            is not about the whole service is a question all the same.
    """
    folded = fold(text)
    if not _SIGN.search(folded):
        return _apart(text) if title and _APART_SIGN.search(folded) else ()
    called = _WHOLE.union(_WORDS.findall(fold(own))) if own else _WHOLE
    mixed = any(letter.islower() for letter in text)
    made = []
    for clause in _CLAUSES.split(text):
        parts = _TITLE_PARTS.split(clause) if title else (clause,)
        for part in parts:
            plain = fold(part)
            word = _WORD.search(plain)
            if word is None:
                continue
            loud = mixed and _is_loud(part)
            kind = (
                _in_title(plain, word, loud=loud)
                if title
                else _in_words(plain, word, called, certain=certain, loud=loud)
            )
            if kind is not None:
                made.append(_dated(kind, plain, word, " ".join(part.split())))
    return tuple(made) or (_apart(text) if title else ())


def _apart(title: str) -> tuple[Closure, ...]:
    """Return a name's part that stands apart and is nothing but a word for what has stopped."""
    parts = [
        part.strip(" .-\u2013") for clause in _CLAUSES.split(title) for part in _TITLE_PARTS.split(clause)
    ]
    standing = [part for part in parts if fold(part) in _ALONE]
    return tuple(Closure(Closing.GONE, "", "", part) for part in standing[:1]) if len(parts) > 1 else ()


def _is_loud(part: str) -> bool:
    return any(
        word.isupper() and len(word) > 3 and _SIGN.search(word.lower())
        for word in re.findall(r"[^\W\d]+", part)
    )


def _in_words(
    plain: str, word: re.Match[str], called: frozenset[str], *, certain: bool, loud: bool
) -> Closing | None:
    asks = certain or loud
    before, after = _CAUSE.sub("", plain[: word.start()]), plain[word.end() :]
    kind = str(word.lastgroup)
    conditional = _IF.search(before) or _IF_AFTER.match(after)
    is_timed = _DAY_BEFORE.search(before) or (kind in _CLOSED_AT_TIMES and _DAYS.match(after))
    if conditional or is_timed or _LISTS.search(before[-60:]):
        return None
    whole = called.issuperset(_WORDS.findall(before))
    thing = _OBJECT.match(after) if kind in ("closed", "coming") else None
    if thing is not None:
        whole = whole and _is_whole(thing, called)
    if not (whole or thing["own"] if thing is not None else not word[0].isalpha() or _says_what_it_is(after)):
        return None
    if kind == "limited":
        return Closing.DOUBT if certain else None
    if kind == "doubt" or not whole or (kind in ("closed", "coming") and _NEWCOMERS.match(after)):
        return Closing.DOUBT if asks or (whole and kind == "doubt") else None
    if kind in ("closed", "coming"):
        return _bare(kind, after, asks=asks)
    return Closing.GONE if kind == "ends" else Closing(kind)


def _is_whole(thing: re.Match[str], called: frozenset[str]) -> bool:
    """Return whether what was closed is all that there is: "closed our doors", "closed the program", not "closed our old site"."""
    words = set(_WORDS.findall(thing["thing"]))
    if thing["all"]:
        words -= _PARTS
    return bool(called - _PARTS | _DOORS >= words)


_OBJECT: Final = re.compile(
    r"\W*(?:(?P<all>all|tod[oa]s)\W+(?:(?:of|our|its|their|the|nuestr[oa]s|sus|los|las)\W+)*"
    r"|(?P<own>our|its|their|his|her|nuestr[oa]s?|sus?)\W+|(?:the|el|la|los|las)\W+)"
    r"(?P<thing>[a-z'-]+(?: [a-z'-]+){0,5}?)"
    r"(?= *(?:$|[^a-z' -]|\b(?:and|but|in|on|as|since|due|because|for|to|at|of|effective|until|after|by|this|last|y|pero|en|desde"
    r"|por|debido|hasta|a|de)\b))"
)
"""After "closed", what was closed."""
_PARTS: Final = frozenset(
    """site sites location locations office offices branch branches facility facilities building buildings center centers centre centres
    store stores shop shops house home sede sedes sitio sitios oficina oficinas tienda tiendas lugar lugares centro centros""".split()
)
"""What there may be several of, or another of by now."""
_DOORS: Final = frozenset(
    "door doors operation operations programs services agencies pantries clinics shelters puertas operaciones programas".split()
)
_CLOSED_AT_TIMES: Final = ("closed", "coming", "gone", "paused")


def _bare(kind: str, after: str, *, asks: bool) -> Closing | None:
    """Return what "closed" or "closing" alone says of the whole."""
    if _A_WHILE.search(after):
        return Closing.PAUSED
    if kind == "closed" or _since(after):
        return Closing.GONE
    return Closing.DOUBT if asks else None


def _says_what_it_is(after: str) -> bool:
    rest = after.lstrip(" ,.:-")
    first = _WORDS.match(rest)
    return first is None or first[0] in _TAIL or bool(read_day(rest))


def _in_title(plain: str, word: re.Match[str], *, loud: bool) -> Closing | None:
    before, after = plain[: word.start()].strip(), plain[word.end() :].strip(" .,:-")
    kind = str(word.lastgroup)
    if kind in ("coming", "ends", "limited") or _LISTS.search(before) or _DAYS.match(after):
        return None
    closing = {"closed": Closing.PAUSED if _A_WHILE.search(after) else Closing.GONE}.get(kind) or Closing(
        kind
    )
    if not after or _says_what_it_is(after):
        return closing
    if before:
        return None
    if loud or kind in ("doubt", "unreferred"):
        return closing
    return Closing.DOUBT if kind == "closed" and _WHOLE.issuperset(_WORDS.findall(after)) else None


def _since(plain: str) -> str:
    """Return the first day that a clause names as a beginning."""
    spots = [0, *(match.end() for match in _SINCE.finditer(plain))]
    return next((day for spot in spots if (day := read_day(plain[spot:].lstrip(" ,.:-")))), "")


def _dated(kind: Closing, plain: str, word: re.Match[str], words: str) -> Closure:
    if len(words) > _LONGEST:
        words = f"{words[: _LONGEST - 3].rstrip()}..."
    if kind is Closing.PAUSED:
        days = (
            _day_before(plain[match.end() :], through=bool(match["last"])) for match in _UNTIL.finditer(plain)
        )
        return Closure(kind, "", max(filter(None, days), default=""), words)
    since = _since(plain[word.end() :]) or _since(plain[: word.start()]) if kind is Closing.GONE else ""
    if since and word.lastgroup == "ends":
        since = (date.fromisoformat(since) + timedelta(days=1)).isoformat()
    return Closure(kind, since, "", words)


def _day_before(text: str, *, through: bool) -> str:
    """Return the last day that "through" or "until" a date surely means."""
    day = read_day(text, last=through)
    return day if through or not day else (date.fromisoformat(day) - timedelta(days=1)).isoformat()
