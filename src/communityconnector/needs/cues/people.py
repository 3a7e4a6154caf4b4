"""Ages, children and households in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from communityconnector.needs.cues.model import AGE, AGE_GROUP, CHILDREN, HOUSEHOLD, Cue
from communityconnector.needs.cues.numbers import NUMBER, read_number
from communityconnector.needs.cues.text import Text

_OLDEST: Final = 110
_MOST_CHILDREN: Final = 14
_PERSON: Final = (
    r"(?:patron|pt|patient|ct|client|caller|student|woman|man|male|female|girl|boy|daug?hter|duaghter|mami|papi|chavo|chava|clienta|sra|sr|owner|veteran|ma'am|mr|mrs|ms|trans masc|lady|gentleman|resident|participant|vet|marine|teen|kid|"
    r"child|youth|mom|mother|mama|dad|father|son|daughter|sister|brother|grandma|grandpa|grandson|granddaughter|nephew|"
    r"niece|aunt|uncle|guy|husband|wife|neighbor|widow|widower|grandmother|grandfather|baby|toddler|dtr|elder|person|"
    r"hombre|mujer|senora|senor|cliente|paciente|usuario|usuaria|varon|joven|muchach[oa]|participante|dona|don|hij[oa]|nin[oa]|"
    r"nen[ea]|sobrin[oa]|niet[oa]|abuel[oa]|mama|papa|madre|padre|herman[oa]|prim[oa]|ti[oa]|chamac[oa]|cipot[ea]|patoj[oa]|"
    r"chaval[oa]|mij[oa]|viud[oa]|suegr[oa]|espos[oa]|bebe|adolescente|estudiante|menor|residente|embarazada|nana|abuelit[oa]|jubilad[oa])"
)
_NO_UNIT: Final = (
    r"(?![\w-]|[:/.]\d|'|\s*(?:[%$&]|y/?o|p\.m|a\.m)|\s*(?:x|pm|am|percent|dollars?|bucks|weeks?|wks?|months?|monts|mos?|mths|days?|hours?|hrs?|h|miles?|mi"
    r"|minutes?|mins?|pounds?|lbs?|degrees|cents|payments?|ft|feet|k|people|kids|children|of|grand|times|more|blocks|steps"
    r"|semanas?|meses|dias?|horas?|millas?|minutos?|dolares|pesos|libras|hijos|ninos|personas|veces|cuadras|inches|units"
    r"|hundred|thousand|bedroom|bdrm|br|(?:years?|yrs?) (?:sober|clean|ago|in|of|without|now|back|behind|and|later|since|on)"
    r"|st|nd|rd|th|anos (?:viviendo|de casad[oa]|aqui|sin))\b)"
)
"""What may not follow an age: a unit, which makes the number another one."""
_WHO: Final = rf"(?:i'?m|i am|i'm only|he'?s|she'?s|who'?s|she is|he is|{_PERSON} is|age|aged|i (?:just )?turned|i be|only|she|he|ima|you)"
_PATTERNS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b(?P<age>{NUMBER})(?:[- ]?(?:years?|yrs?|yr)[- ]?olds?|[- ]?y\.?/?o\.?\b|[- ]y[- ]o\b|[- ]years?[- ]of[- ]age)",
        rf"\b{_WHO} (?:only |just |now |like |almost |nearly |about |maybe |around )?(?P<age>{NUMBER})\b{_NO_UNIT}(?! (?:and \d|or))",
        rf"\b{_PERSON}(?: de|:|,|\.|'s| around| about| maybe| como de)*,? ?(?:about |maybe |around |casi |como )?(?P<age>{NUMBER})(?: (?:years?|yrs?|anos|anitos))?\b{_NO_UNIT}",
        r"\b(?:man|woman|lady|girl|boy|widow|shut-in|widower) of (?P<age>\d\d|fifty|sixty|seventy|eighty|ninety|forty)(?=$|[ ,.?!;])(?! (?:us|the|my|them|cash|percent))",
        rf"\b(?:tengo|tiene|tenia|cumplio|cumpli|cumple|cumplir|cumplo|tendra|edad)(?: como| casi| ya| solo| apenas)? (?P<age>{NUMBER})(?: (?:anos|anitos)\b(?! (?:viviendo|de casad|aqui|sin|trabaj|en este|en el|cuidando|de trabaj|esperando))|$|(?= y\b|[,.;]))",
        rf"\b(?:de|con) (?P<age>{NUMBER}) (?:anos|anitos)\b(?! (?:de|viviendo|trabaj))",
        rf"\b{_PERSON} (?P<age>{NUMBER}) (?:anos|anitos)\b",
        rf"\b(?:mi|un|una|el|la|my|su|este) \w{{2,14}} de (?P<age>{NUMBER})\b{_NO_UNIT}(?! (?:la|el|los|las|cada|ellos|mil|enero|febrero|marzo|abril|mayo|junio|julio|agosto))",
        rf"(?:^|[,.;(] ?)(?:maybe |about |around |just |only |im |casi )?(?P<age>(?!10|11|12)(?:[1-9]\d)|(?:twent|thirt|fort|fift|sixt|sevent|eight|ninet)y[- ]\w{{3,5}}|(?:thir|four|fif|six|seven|eigh|nine)teen)(?= ?[,;)]| ?\.(?:\s|$)| ?$| (?:and|now|pregnant|with|w/|yrs|y|no|yesterday)\b){_NO_UNIT}",
        r"\bat (?P<age>1[3-9]|[23]\d|(?:thir|four|fif|six|seven|eigh|nine)teen)(?=$|[,.?!]| (?:and|after|w/|with|w)\b)",
        r"\b(?:i have|cumplio los|el de|la de|una de|mayores de|over) (?P<age>1[3-9]|[2-9]\d|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|once|doce)(?=$|[,.?!]| y\b| anos)",
        rf"^(?:hi |hey |ok |so )?(?P<age>{NUMBER})(?= ?(?:,|and\b|y\b(?! medi)|w/|but\b|years old|m\b|f\b|here\b|con\b|sin\b|living|with\b)){_NO_UNIT}",
        r"(?<![$\d/.:-])\b(?P<age>\d{1,2}) ?(?:f|m|yof|yom|male|female)\b(?![-/'])(?! ?(?:a\b|\d|w/? ?f))",
        r"(?<![\w'])[fm],? ?(?P<age>\d{2})\b(?![:/%])",
        rf"\bat (?P<age>(?:[4-9]\d|(?:fort|fift|sixt|sevent|eight|ninet)y(?:[- ](?:one|two|three|four|five|six|seven|eight|nine))?))\b{_NO_UNIT}(?! (?:a|an|for|per)\b)(?=$|[ ,.?!;])",
    )
)
_MONTHS: Final = re.compile(
    rf"\b(?:(?:he|she|it)'?s|is|baby|bebe|nino|nina|nene|nena|hij[oa]|tiene|bebita|grand(?:son|daughter|baby))(?:,| de| at| is)? (?P<months>{NUMBER})[- ]?(?:months?|mos?|meses)\b(?! (?:along|pregnant|preg|behind|sober|clean|embarazad|de embarazo|late|in\b|and i|atras))"
    rf"|\b(?P<months2>{NUMBER})[- ]?(?:months?|mos?)[- ]?(?:olds?|boy|girl|baby)\b|(?<!embarazada )(?<!embarazo )(?<!prenada )\bde (?P<months3>{NUMBER}) meses\b(?! de)"
    rf"|(?:^|, )(?P<months4>{NUMBER}) (?:months|meses)(?=$| (?:and not|no )| y no )"
)
_DECADE: Final = re.compile(
    r"\b(?:his|her|their|my|mid|late|early|woman|man|client|pt|patron|lady|male|female|ct|couple),? (?:early |late |mid |mid-)?(?P<decade>[1-9])0'?s\b"
    r"|\b(?:his|her|their|my) (?:early |late |mid |mid-)?(?P<word>twent|thirt|fort|fift|sixt|sevent|eight|ninet)ies\b"
)
_DECADES: Final = "x x twent thirt fort fift sixt sevent eight ninet".split()
_CHILD: Final = (
    r"(?:kids?|children|kiddos|hijos|hijas|ninos|ninas|nietos|nietas|babies|little ones|grandkids|grandchildren|grandsons|granddaughters|"
    r"grandbabies|boys|girls|sons|daughters|young'?uns|nenes|nenas|chamacos|chamacas|cipotes|patojos|huercos|chavalos|sobrinos|"
    r"nephews|nieces|bendiciones|muchachitos|toddlers|little kids|hijitos|niños|chiquitos|munchkins|greats|guaguas|chibolos|pelaos|carajitos|littles|muchachos|muchachas|varones|menores|chiguines|siblings|foster kids|home-schooled children|head of \w+)"
)
_COUNTS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b(?P<count>{NUMBER}|one|1|un|una) (?:(?:small|little|young|school[- ]?age|hungry|growing|teenage|autistic|foster|minor|other|more|youngest|sick|grown|tiny|of my|hyper|beautiful) )*{_CHILD}\b",
        rf"\b(?:mom|mother|mama|dad|father|parent|madre|padre|papa|single mom|grandma|mommy|daddy) (?:of|to|de) (?P<count>{NUMBER})\b{_NO_UNIT}",
        rf"\b(?:viuda|viudo|sola|solo|raising|raise|caring for|widow with|tengo|alone with) (?:con )?(?P<count>{NUMBER})(?=$|[,.;]| (?:y|en|and|on|under)\b)",
        r"\b(?P<twins>twins|gemelos|gemelas|cuates|mellizos)\b(?! (?:mattress|bed|size|peaks|cities))",
        r"\b(?P<triplets>triplets|trillizos)\b",
        r"\b(?:my|both|the|her|mis) (?P<count>two|three|four|five|dos|tres|cuatro|[2-9])(?=$|[,.;?!]| (?:and|under|are|need|who|with|in)\b)",
        r"\b(?:kids|boys|girls|hijos|ninos|children|sons|daughters),? (?:ages? |aged |de |are )?\d{1,2}(?P<pair>(?:,? ?(?:and|&|y|n|,|) ?\d{1,2}){1,6})\b",
    )
)
_HOUSEHOLD: Final = re.compile(
    rf"\b(?:family|household|familia|hogar) (?:of|de) (?P<size>{NUMBER})\b(?! (?:years|anos|hijos))|\b(?:somos|we(?:'re| are)) (?P<size2>{NUMBER})(?=$|[ ,.;])(?! (?:months|weeks|days|behind|payments|miles|hours|years|meses))"
    rf"|\b(?P<size3>{NUMBER}) (?:of us|people in (?:the|my|our) (?:house|home|household)|personas en (?:la|mi) casa)\b|\bthe (?P<size4>{NUMBER}) of us\b"
)
_ALONE: Final = 10
"""A smaller number is an age only where no noun follows: "she is two", not "I'm two states away"."""
_ENDS: Final = re.compile(
    r" ?(?:$|[,.;?!)&]|- ?y|y/?o\b|(?:and|y|but|who|w/|with|now|he|she|has|is|not|needs?|in|anos|anitos|years?|yrs?|yr|yo|que|con|sin|or)\b)"
)
_GROUPS: Final = ((3, "Infants"), (13, "Children"), (18, "Teens"), (26, "Young Adults"), (60, "Adults"))
_NOT_THEIRS: Final = re.compile(
    r"(?:keeps it|thermostat|heat|off|set|heater|furnace|roof|car|truck|fine|coat|house|stove|fridge|until i'?m|when i'?m|till i'?m|if|older|new|ex|landlord|boss|boyfriend|girlfriend|bf|gf|coach|novio|novia|neighbor'?s|when i was|since i was|cuando tenia|until i was|desde los|from when i was|like|born in|around since|was like)\b[^,.;]{0,12}$"
)


def age_group(age: int) -> str:
    """Return the age group of an age in years."""
    return next((group for below, group in _GROUPS if age < below), "Seniors")


def read_age(text: Text) -> Iterator[Cue]:
    """Yield the age of the person who needs help, in years, and its age group: the first age that is not another's."""
    if not text.has_number:
        return
    best: tuple[int, int, int] | None = None
    for pattern in _PATTERNS:
        for match in pattern.finditer(text.plain):
            age = read_number(match["age"])
            start, end = match.span("age")
            if age < _ALONE and not _ENDS.match(text.plain, end):
                continue
            if not 0 < age <= _OLDEST or _NOT_THEIRS.search(text.plain[max(0, match.start() - 24) : start]):
                continue
            if best is None or start < best[0]:
                best = (start, end, age)
            break
    months = _MONTHS.search(text.plain)
    if months and (best is None or months.start() < best[0]):
        span = (months.start(), months.end())
        number = read_number(next(value for value in months.groups() if value))
        if number <= 35:
            if number >= 12:
                yield Cue(AGE, number // 12, *span)
            yield Cue(AGE_GROUP, "Infants", *span)
            return
    if best:
        start, end, age = best
        yield Cue(AGE, age, start, end)
        yield Cue(AGE_GROUP, age_group(age), start, end)
    elif decade := _DECADE.search(text.plain):
        tens = int(decade["decade"]) if decade["decade"] else _DECADES.index(decade["word"])
        if tens >= 2:
            yield Cue(AGE_GROUP, age_group(tens * 10 + 1), decade.start(), decade.end())


def read_household(text: Text) -> Iterator[Cue]:
    """Yield the number of children and the size of the household."""
    if not text.has_number:
        return
    for pattern in _COUNTS:
        match = pattern.search(text.plain)
        if match:
            if (count := _count(match)) <= _MOST_CHILDREN:
                yield Cue(CHILDREN, count, match.start(), match.end())
            break
    if match := _HOUSEHOLD.search(text.plain):
        size = read_number(next(value for value in match.groups() if value))
        if size <= 20:
            yield Cue(HOUSEHOLD, size, match.start(), match.end())


def _count(match: re.Match[str]) -> int:
    named = match.groupdict()
    if named.get("twins"):
        return 2
    if named.get("triplets"):
        return 3
    if named.get("pair"):
        return 1 + len(re.findall(r"\d+", named["pair"]))
    return read_number(named["count"])
