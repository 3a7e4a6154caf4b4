"""Whether a service runs, under the names that columns and keys have for it, in the words of HSDS.

`active: false`, `Inactive: TRUE`, `Is this service open? No` and `Status: CLOSED` are one state: a false answer to a
positive name and a true one to a negative name. What HSDS has no word for is kept in words, as the record's alert.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import IntEnum
from functools import lru_cache
from typing import Any, Final, NamedTuple

from communityconnector.interchange.texts.closures import Closing, closures, names_times
from communityconnector.interchange.texts.days import read_day
from communityconnector.model import ENTITIES, ServiceStatus, specs
from communityconnector.model.folding import fold, without_accents


class Sense(IntEnum):
    """What a name asks."""

    STATE = 1
    """What state it is in: the value says it in words."""
    RUNS = 2
    STOPPED = 3
    PAUSED = 4
    STOPPED_ON = 5
    """Since which day it has not run."""
    LAST_DAY = 6
    PUBLISHED = 7
    UNPUBLISHED = 8
    REFERRED = 9
    UNREFERRED = 10
    GONE = 11
    """Whatever stands there was once so."""
    EITHER = 12
    """What state a service is in, or in which state of the country: the value shows which."""


class _Answer(IntEnum):
    """What a value says, the least first: of several the greatest counts."""

    NOTHING = 0
    RUNS = 1
    DATED = 2
    """From or up to some day: whether that day has come depends on when it is asked."""
    DOUBT = 3
    PAUSED = 4
    UNREFERRED = 5
    STOPPED = 6
    GONE = 7
    UNPUBLISHED = 8


class ServiceState(NamedTuple):
    """A state as HSDS has it.

    Attributes:
        status: the HSDS word; "" where it is left open.
        alert: what the source says beyond that, in words; "" where nothing.
        sources: the names under which it stands.
        runs: whether all that it says is that the service runs.
    """

    status: str
    alert: str
    sources: tuple[str, ...]
    runs: bool


_TOKEN: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_QUALIFIERS: Final = frozenset(
    """is are this the a an of in was has been it service services program programs agency organization organisation provider
    site location pantry food bank record resource listing entry current currently still now post content facility flag
    yes no y n c s description business custom value name today operation operating inventory system or and inactive active
    status state open closed permanently permanent temporarily temporary temp completely workflow lifecycle moderation soft
    el la esta este del de servicio programa agencia actualmente si en operacion""".split()
)
_STATES: Final = frozenset("status state estado estatus situacion".split())
_RUNS: Final = frozenset(
    """active operational operating open running live enabled available activo activa abierto abierta vigente operativo
    disponible funcionando""".split()
)
_STOPPED: Final = frozenset(
    """inactive inactivo inactiva closed cerrado cerrada defunct deleted delete archived discontinued retired disabled
    deactivated dissolved terminated obsolete shut trash trashed eliminado archivado deletion deactivation closure closing termination cierre""".split()
)
_ANYWHERE: Final = frozenset("inactive inactivo inactiva deactivated discontinued".split())
"""Words that close beside any other word of a name."""
_PAUSED: Final = frozenset(
    "suspended paused temporarily temporary temp hold suspendido pausa temporalmente".split()
)
_ON: Final = frozenset("date on at since when fecha day desde".split())
_ENDS: Final = frozenset(
    "end ends ended ending until expires expiration expiry fin termina finaliza vencimiento".split()
)
_AROUND_END: Final = frozenset(
    "date day on fecha de season seasonal service program site operation operations valid available open dates the last".split()
)
_ABOUT_SOMETHING_ELSE: Final = frozenset(
    "reason notes note by comment comments user count number hours days id meeting".split()
)


_NO_LONGER: Final = re.compile(
    r"(?:disused|abandoned|was|demolished|removed):(?:amenity|social_facility|office|shop|healthcare|building)$"
)
"""Keys of OpenStreetMap for what a place was."""


@lru_cache(maxsize=4_096)
def sense_of(name: str) -> Sense | None:  # noqa: C901, PLR0911, PLR0912  # a table of names, one line a sense
    """Return what a column or a key asks of the state of a service; `None` where it asks something else."""
    tokens = [fold(token) for token in _TOKEN.findall(without_accents(name.replace("__c", "")))]
    words = frozenset(tokens)
    if not words or words & _ABOUT_SOMETHING_ELSE:
        return None
    if _NO_LONGER.match(name):
        return Sense.GONE
    joined = " ".join(tokens)
    if re.search(r"\b(?:available|ok|open) (?:for|to) referrals?\b", joined):
        return Sense.REFERRED
    if re.search(r"\b(?:do not refer|no referrals?|exclude from referrals?)\b", joined):
        return Sense.UNREFERRED
    if _STOPPED_PHRASE.fullmatch(joined):
        return Sense.STOPPED
    if words <= _QUALIFIERS | {"publish", "published", "publicado", "publicar"} and "publi" in joined:
        return Sense.PUBLISHED
    if words <= {"is", "approved", "record", "listing", "entry", "aprobado"} and joined.endswith(
        ("approved", "aprobado")
    ):
        return Sense.PUBLISHED
    if words <= {"is", "draft", "unpublished", "borrador"}:
        return Sense.UNPUBLISHED
    if (words & _ENDS and words <= _ENDS | _AROUND_END) or joined in ("last day", "season last day"):
        return Sense.LAST_DAY
    known = words <= _QUALIFIERS | _STATES | _RUNS | _STOPPED | _PAUSED | _ON
    negated = bool(words & {"not", "non"}) and words - {"not", "non"} <= _QUALIFIERS | _RUNS
    if words & _ANYWHERE or (known and words & _STOPPED):
        if words & _STATES or (words & _RUNS and words & _STOPPED):
            return Sense.STATE
        if words & _ON:
            return Sense.STOPPED_ON
        return Sense.PAUSED if words & _PAUSED else Sense.STOPPED
    if negated and words & _RUNS:
        return Sense.STOPPED
    if not known:
        return None
    if words & _STATES and not words & _ON:
        is_sure = words & {"status", "estatus", "situacion"} or joined in _STATES_OF_SERVICES
        return Sense.STATE if is_sure else Sense.EITHER
    if words & _ON:
        return None
    if words & {"suspended", "paused", "hold", "suspendido", "pausa"} or joined == "temp closed":
        return Sense.PAUSED
    return Sense.RUNS if words & _RUNS or joined in _IN_OPERATION else None


_STOPPED_PHRASE: Final = re.compile(
    r"(?:is |has )?(?:out of (?:business|operation|service|order)|no longer (?:in )?(?:operating|operational|operates|operation|active|open|running"
    r"|available|offered|exists|existing|business|service)|closed (?:for good|permanently|forever|down)|ya no (?:opera|existe|funciona|esta activ[oa]|esta abiert[oa]))"
)
_IN_OPERATION: Final = ("in operation", "in business", "in service", "en operacion", "en servicio")
_STATES_OF_SERVICES: Final = frozenset({
    "estado del servicio", "estado servicio", "estado del programa", "state of service", "service state", "program state",
})  # fmt: skip

_YES: Final = frozenset("yes y true t 1 1.0 x on si s verdadero checked \u2713 \u2714 \u2611".split())
_NO: Final = frozenset("no n false f 0 0.0 off falso unchecked \u2610".split())
_SILENT: Final = frozenset(
    "n/a na none null unknown - -- ? desconocido tbd not/available m u t matched unmatched tied -1".split()
)

_ACTIVE: Final = re.compile(
    r"(?:is |still |currently |fully |service |program |open and |now )*(?:active|activ[oa]|a|open(?:ed)?|abiert[oa]|operating|operational"
    r"|operativ[oa]|in operation|in service|in business|open for business|running|live|current|available|vigente|publish(?:ed)?"
    r"|publicad[oa]|disponible|en funcionamiento|funcionando|re-?opened|enabled|yes|y|true|si|si esta abierto|ok|up|normal)"
    r"(?:$|\W.*)"
)
_UNPUBLISHED: Final = re.compile(
    r"(?:auto-?)?draft|pending(?: (?:review|approval|update|verification))?|private|unpublished|not published|non[- ]public|trash"
    r"|(?:in|under|needs|awaiting) (?:review|approval)|submitted|rejected|staged|borrador|pendiente(?: de .*)?|no publicad[oa]"
    r"|privad[oa]|future|scheduled"
)
_UNREFERRED: Final = re.compile(
    r"do(?:es)? not refer|no referrals?|not for referral|not accepting referrals|no (?:referir|remitir|derivar)"
)
_LISTS: Final = re.compile(
    r"wait ?-?list|waiting list|lista de espera|full\b|at capacity|enrol|intake|applications?|registration"
)
_ASK: Final = re.compile(
    r"not open to (?:the )?public|(?:clients?|members?|residents?|patients?) only|solo (?:clientes|miembros|socios)|mov(?:ed|ing)"
    r"|relocat|se mudo|closed to|opening soon|coming soon|proximamente"
)
_PAUSED_WORDS: Final = re.compile(
    r"temp(?:orar(?:y|ily))?\b\.?.*(?:clos|inactiv|shut|suspen|unavail|hold|down)|(?:clos|inactiv|suspen).*temp|on hold|hold$|paus"
    r"|suspend|hiatus|receso|vacaciones|tc$|seasonal(?:ly)? closed|off[- ]season|out of season|(?:temporal|provisional)mente|en pausa|temporarily (?!.*\b(?:accept|donat|reloc|moved|locat|open\b|limit|reduc|extend|virtual|online|new\b|by\b|at\b)).*"
    r"|clos.*season|not currently|(?:closed|inactive) for now"
)
_GONE_WORDS: Final = re.compile(
    r"perman|defin|for good|defunct|out of business|dissol|disuelt|no longer exist|ya no exist|dead|gone"
)
_STOPPED_WORDS: Final = re.compile(
    r"(?:is |now |already |record |program |service |agency |site |has |perm(?:anent(?:ly)?)?[. ]+)*(?:inact(?:iv[eoa])?|closed|clos(?:ed|ure)\b.*|i|cerrad[oa]s?|delete[d]?|del|archived?|archivad[oa]|retired"
    r"|obsolete|expired|dead|gone|duplicate|cancell?ed|cancelad[oa]|withdrawn|terminated|terminad[oa]|deactivated|disabled|ended"
    r"|discontinued|descontinuad[oa]|disbanded|dissolved|disuelt[oa]|defunct|eliminad[oa]|borrad[oa]|clausurad[oa]|merged.*|shut|shuttered|ceased|out of (?:operation|service)"
    r"|do not (?:use|list)"
    r"(?: down)?|out of business|de baja|dad[oa] de baja|fuera de servicio|inoperative|not (?:active|open|operational|operating"
    r"|in operation|available|running|in service|in business)|no (?:esta )?(?:activ[oa]|abiert[oa]|operativ[oa]|disponible)"
    r"|non-?(?:operational|active)|no longer .*|ya no .*|removed|finalizad[oa])(?:$|\W.*)"
)


_AFTER_CLOSED: Final = re.compile(r"^.*?(?:closed|closure|cerrad[oa]s?)\b")


def _in_words(value: str) -> _Answer:  # noqa: PLR0911  # one line a group of words
    """Return what the words of a state say."""
    value = value[:2_000].replace("_", " ")  # a longer text is not a state
    plain = " ".join(fold(value).strip(" .!*").split())
    if plain in _SILENT or _LISTS.search(plain):
        return _Answer.NOTHING
    closures_in = closures(value, certain=True)
    kinds = {closure.kind for closure in closures_in}
    if _UNREFERRED.search(plain):
        return _Answer.UNREFERRED
    if _UNPUBLISHED.fullmatch(plain):
        return _Answer.UNPUBLISHED
    if _ASK.search(plain):
        return _Answer.DOUBT
    if Closing.GONE in kinds and any(closure.since for closure in closures_in):
        return _Answer.DATED
    pauses = Closing.PAUSED in kinds or _PAUSED_WORDS.search(plain)
    if pauses and not _GONE_WORDS.search(plain):
        return _Answer.PAUSED
    if Closing.GONE in kinds or (
        _STOPPED_WORDS.match(plain) and not names_times(_AFTER_CLOSED.sub("", plain))
    ):
        return _Answer.GONE if _GONE_WORDS.search(plain) else _Answer.STOPPED
    return _Answer.RUNS if _ACTIVE.match(plain) else _Answer.NOTHING


@lru_cache(maxsize=8_192)
def _answer_of(name: str, value: str) -> tuple[_Answer, str]:  # noqa: PLR0911  # one branch a sense
    """Return what a value under a name says, and the words that state more than the HSDS word for it."""
    sense = sense_of(name)
    plain = fold(value).strip(" .")
    if sense is Sense.GONE:
        return _Answer.GONE, ""
    yes, no = plain in _YES, plain in _NO
    if sense is None or (not plain):
        return _Answer.NOTHING, ""
    if sense in (Sense.STOPPED_ON, Sense.LAST_DAY):
        day = read_day(value)
        if day and day == read_day(value, last=True) and day > _LONG_AGO:
            return (
                _Answer.DATED,
                f"{'Made inactive on' if sense is Sense.STOPPED_ON else 'Last day:'} {day}",
            )
        # "Program ended: yes".
        return (_Answer.STOPPED if yes and _PAST.search(fold(name)) else _Answer.NOTHING), ""
    if sense in _ANSWERS and (yes or no):
        return _ANSWERS[sense][0 if yes else 1], ""
    if sense in (Sense.PUBLISHED, Sense.UNPUBLISHED, Sense.REFERRED, Sense.UNREFERRED):
        return _Answer.NOTHING, ""
    if sense is Sense.EITHER:
        return (_in_words(value) if is_state(value) else _Answer.NOTHING), ""
    if sense is Sense.STATE and (yes or no):
        # "Status: 1" may be a code of anything.
        sure = plain in {"yes", "y", "true", "si", "no", "n", "false"}
        return (_Answer.RUNS if yes else _Answer.STOPPED) if sure else _Answer.NOTHING, ""
    word = _in_words(value)
    if sense in (Sense.STOPPED, Sense.PAUSED) and word is _Answer.NOTHING and plain not in _SILENT:
        day = read_day(value)
        return (_Answer.DATED, f"Closed as of {day}") if day > _LONG_AGO else (_Answer.NOTHING, "")
    words = " ".join(value.split())
    return word, words if word in _IN_WORDS or (
        word is _Answer.PAUSED and not _PLAIN_PAUSE.fullmatch(plain)
    ) else ""


_PAST: Final = re.compile(r"ended|expired|closed|finaliz|termin[ao]|cerrad")
_LONG_AGO: Final = "1900-01-02"
"""Databases write 1 January 1900 for no date."""
_IN_WORDS: Final = (_Answer.DATED, _Answer.DOUBT, _Answer.UNREFERRED)
_ANSWERS: Final[Mapping[Sense, tuple[_Answer, _Answer]]] = {
    Sense.RUNS: (_Answer.RUNS, _Answer.STOPPED),
    Sense.STOPPED: (_Answer.STOPPED, _Answer.RUNS),
    Sense.PAUSED: (_Answer.PAUSED, _Answer.RUNS),
    Sense.PUBLISHED: (_Answer.NOTHING, _Answer.UNPUBLISHED),
    Sense.UNPUBLISHED: (_Answer.UNPUBLISHED, _Answer.NOTHING),
    Sense.REFERRED: (_Answer.NOTHING, _Answer.UNREFERRED),
    Sense.UNREFERRED: (_Answer.UNREFERRED, _Answer.NOTHING),
}
"""What yes and no mean."""
_STATUS: Final[Mapping[_Answer, str]] = {
    _Answer.RUNS: ServiceStatus.ACTIVE.value,
    _Answer.PAUSED: ServiceStatus.TEMPORARILY_CLOSED.value,
    _Answer.STOPPED: ServiceStatus.INACTIVE.value,
    _Answer.GONE: ServiceStatus.DEFUNCT.value,
    _Answer.UNPUBLISHED: ServiceStatus.INACTIVE.value,
}
_PLAIN_PAUSE: Final = re.compile(
    r"temp(?:orar(?:y|ily))?\.? clos(?:ed|ure)|closed temp(?:orarily)?|temporarily_closed|tc"
)


def is_state(value: str) -> bool:
    """Return whether a text under "State" or "Estado" is what state something is in: "inactive", and not "NC" or "Ohio"."""
    return len(value.strip()) > len("OK") and _in_words(value) is not _Answer.NOTHING


def is_yes_or_no(name: str, value: str) -> bool:
    """Return whether a value under a name that asks for a state is a plain yes or no."""
    return fold(value).strip(" .") in _YES | _NO and sense_of(name) is not None


@lru_cache(maxsize=1_024)
def _state_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return those names that ask for the state of a service."""
    return tuple(name for name in names if sense_of(name) is not None)


def state_in(raw: Mapping[str, Any], *, has_status: bool = True) -> ServiceState | None:
    """Return the state that a raw record gives under names of its own; `None` where HSDS has all of it as it is.

    Args:
        raw: the record, with text, numbers, truth values or anything else under each name.
        has_status: whether such a record has a status in HSDS.
    """
    if _is_meeting_of_a_closed_place(raw):
        return ServiceState(ServiceStatus.TEMPORARILY_CLOSED.value, "", ("attributes",), runs=False)
    status = raw.get("status")
    if SILENT_BUT_STATUS.issuperset(raw) and (
        status is None or (has_status and isinstance(status, str) and status in _WORDS)
    ):
        return None
    names = _state_names(tuple(raw))
    if not names or (has_status and names == ("status",) and _is_word(status)):
        return None
    answers = [(name, *_answer_of(name, _text(raw[name]))) for name in names]
    answers = [answer for answer in answers if answer[1] is not _Answer.NOTHING]
    if not answers:
        return None
    sources = tuple(name for name, _, _ in answers)
    runs = any(answer is _Answer.RUNS for _, answer, _ in answers)
    strongest = max(answer for _, answer, _ in answers)
    alerts = dict.fromkeys(
        words for _, kind, words in answers if words and kind >= min(strongest, _Answer.PAUSED)
    )
    alert = "; ".join(alerts)
    if strongest is _Answer.DATED and any(words.startswith("Made inactive") for words in alerts) and runs:
        # Once inactive and active again, or active by a default: not known.
        alert = f"Called active, though {alert[0].lower()}{alert[1:]}"
    elif strongest is _Answer.DATED and runs:
        return ServiceState(_STATUS[_Answer.RUNS], alert, sources, runs=False)
    status = _STATUS.get(strongest, "")
    if strongest is _Answer.UNREFERRED:
        alert = alert or "Not for referral"
        status = _STATUS[_Answer.RUNS] if runs else ""
    return ServiceState(status, alert, sources, strongest is _Answer.RUNS)


def _is_meeting_of_a_closed_place(raw: Mapping[str, Any]) -> bool:
    """Return whether a meeting has the Meeting Guide's code for a place that is closed for a while; C is a closed meeting."""
    attributes = raw.get("attributes")
    if isinstance(attributes, list):
        for item in attributes:
            if isinstance(item, dict) and item.get("label") == "TC":
                return True
    return False


_WORDS: Final = frozenset(ServiceStatus)


SILENT_BUT_STATUS: Final = frozenset(
    name
    for entity in ("service", "organization", "location")
    for name in specs(ENTITIES[entity])
    if name == "status" or sense_of(name) is None
)
"""Fields of HSDS of which only one is a state: most records have no others, and are done with."""


def _is_word(value: Any) -> bool:
    """Return whether a value is one of the words of HSDS, but for case, spaces and underscores."""
    if not isinstance(value, str):
        return False
    return value in _WORDS or " ".join(re.split(r"[\s_-]+", value.strip().lower())) in _WORDS


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "; ".join(item for item in value if isinstance(item, str))
    return value if isinstance(value, str) else str(value) if isinstance(value, (int, float)) else ""
