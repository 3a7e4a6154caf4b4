"""When it suits, and by when it is needed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from communityconnector.needs.cues.model import DEADLINE, TIME, URGENCY, Cue
from communityconnector.needs.cues.text import Text

_DAYS: Final = {
    "monday": "mondays?|mon|lunes",
    "tuesday": "tuesdays?|tues?|tusday|martes",
    "wednesday": "wednesdays?|weds?|wensday|miercoles",
    "thursday": "thursdays?|thurs?|jueves",
    "friday": "fridays?|fri|frday|viernes",
    "saturday": "saturdays?|saterday|satuday|sat (?=morning|night|afternoon)|sabados?",
    "sunday": "sundays?|domingos?",
}
DAY: Final = "|".join(_DAYS.values())
_TIMES: Final = {
    **_DAYS,
    "weekend": r"week ?-?ends?|weekens|wk?ends?|fin(?:es)? de semana|finde",
    "weekday": r"week ?-?days?|entre semana",
    "tonight": r"tonite|tonihgt|tonight|2nite|esta noche|for the night",
    "today": r"today|todays|hoy",
    "tomorrow": r"tomm?orr?ow|tmrw|tmw|2morrow|(?<!la )(?<!de )(?<!cada )manana(?!s)",
    "morning": r"mornings?|mornin|(?:por|en|de) la manana|(?:por|en) las mananas|mananas|(?:[5-9]|1[01])(?::\d\d)? ?a\.?m\b|(?<!since )(?<!no )(?<!and )(?<!for )breakfast(?! for)|de madrugada",
    "afternoon": r"afternoons?|(?:por|en) las? tardes?|[1-4](?::\d\d)? ?pm\b",
    "evening": r"evenings?|evning|evenins?|nights|nites|after work|(?:por|en) las? noches?|(?:clases?|curso|grupo|estudios?|ingles)(?: \w+){0,3} de noche|[5-9](?::\d\d)? ?pm\b|night class(?:es)?|class(?:es)? at night|tardecita",
    "daytime": r"daytimes?|day time|during the day|of a day|(?:mid)?days only|for (?:her|his) days|works days|noon|(?<!centro )(?<!centros )de dia para|work days",
}
_PATTERN: Final = re.compile(
    "|".join(rf"\b(?P<{name}>{pattern})\b" for name, pattern in _TIMES.items()).replace(
        r"\b(?P<morning>", r"(?<![$\d:])\b(?P<morning>"
    )
)
_BEFORE: Final = 34
_AFTER: Final = 30
_PAST: Final = re.compile(
    r"(?:\blast|\bsince|\bdesde(?: el| la)?|\bpasad[oa]|\bthis past|\bdesde ayer|\ball|\bone|\bthat|\bthe other)\s*(?:the )?$"
    r"|\b(?:broke|came|went|got out|left|quit|died|was|were|been|fell|hit|took|ran|lost|drink|told|said|happened|started|stopped|died"
    r"|[a-z]{3,}ed(?<!need)(?<!closed)(?<!suspended)(?<!conditioned)(?<!married))(?: \w+){0,4}? (?:on )?$"
    r"|\bsanto $|\b(?:perdi|cai|murio|fallecio|corrieron|despidieron|llego|llegue|llegamos|sali|fue|paso|cerro|dej[oe])(?: \w+){0,2}? (?:el |ayer )?$"
)
_LIVES: Final = re.compile(
    r"\b(?:this|yesterday|third|hoy|few|couple|couple of|\d|eleven|two|three|four|five|six|seven|sleepless|trabajo|up all|last|work(?:s|ing|o|a)?|trabaj\w+|good|buenas?|buenos|middle of the|all|toda la|every|once|one|two|three|that|late|sleeps? at|wakes? (?:up )?(?:at|in the)|the other|black|long|esa|una|cada)\s(?:at |la |the |de |por la )?$"
)
_AFTER_PAST: Final = re.compile(
    r" (?:pasad|was|came|went|night (?:he|she|i)\b|black|noon|ended|last)"
    r"|,? (?:i|he|she|they|we|it|one|two|the|my|his|her)(?: \w+)? (?:was|were|wasnt|wasn't|came|went|got|left|put|took|said|had|did|told|[a-z]{3,}ed(?<!need))\b"
)
_PARTS: Final = frozenset({"morning", "afternoon", "evening", "daytime", "tonight"})
_MAY_BE_PAST: Final = frozenset(_DAYS) | {"morning", "weekend"}
_NOW: Final = frozenset({"today", "tonight"})
_BY: Final = re.compile(
    rf"\b(?:by|until|till|til|before|due|no later than|antes del?|para el|pal|pa'?l|pa el|hasta el|para|hasta)(?: this| next| proximo)? (?P<day>{DAY}|tomorrow|manana)\b"
    rf"|\b(?P<first>{DAY}) (?:is the last day|deadline|me cortan|nos cortan|they (?:shut|cut|turn)|or (?:i|we))"
    r"|\b(?:by|until|till|til|before|due|due on|date|hearing is on|is on|expires?|ends?|antes del?|para el|se vence el|se acaba el|hasta el) (?:the )?(?P<date>\d{1,2}/\d{1,2}|\d{1,2}(?:st|nd|rd|th)|first|1st"
    r"|(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]* \d{1,2}|\d{1,2} de [a-z]+|(?<=el )(?:3[01]|[12]?\d))\b"
)


def read_times(text: Text) -> Iterator[Cue]:
    """Yield the times that suit, the deadline and how soon it is. Days that are past do not count."""
    for match in _PATTERN.finditer(text.plain):
        name = str(match.lastgroup)
        before = text.plain[max(0, match.start() - _BEFORE) : match.start()]
        if _is_past(name, before, text.plain[match.end() : match.end() + _AFTER]):
            continue
        yield Cue(TIME, name, match.start(), match.end())
    if by := _BY.search(text.plain):
        word = by["day"] or by["first"] or by["date"]
        day = next((name for name, pattern in _DAYS.items() if re.fullmatch(pattern, word)), word)
        yield Cue(DEADLINE, "tomorrow" if day == "manana" else day, by.start(), by.end())
        yield Cue(URGENCY, "soon", by.start(), by.end())


def _is_past(name: str, before: str, after: str) -> bool:
    if name in _PARTS and _LIVES.search(before):
        return True
    if name in _MAY_BE_PAST and _PAST.search(before):
        return True
    return (name in _MAY_BE_PAST or name in _NOW) and _AFTER_PAST.match(after) is not None
