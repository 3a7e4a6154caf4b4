"""The words of opening hours, in English and Spanish, in small letters without accents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

DAY_NAMES: Final[Mapping[str, str]] = {
    name: day
    for day, names in {
        "MO": "monday mondays mon mons mo lunes lun m",
        "TU": "tuesday tuesdays tues tue tu martes mar t",
        "WE": "wednesday wednesdays wed weds we miercoles mie mier w",
        "TH": "thursday thursdays thurs thur thu th jueves jue juev r",
        "FR": "friday fridays fri fr viernes vie vier f",
        "SA": "saturday saturdays sat sats sa sabado sabados sab",
        "SU": "sunday sundays sun suns su domingo domingos dom",
    }.items()
    for name in names.split()
}
RUN: Final = ("th", "tu", "sa", "su", "m", "t", "w", "r", "f")
"""Letters of days that may stand together: MWF, TTh."""
AMBIGUOUS_RUNS: Final = frozenset({"mf", "mth", "tf", "tth" * 2})
"""Two letters that may be two days, or all days from the one to the other; "TTh" is two."""

SETS: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(("weekdays", "weekday", "entre semana", "dias de semana", "dias laborables"), DAYS[:5]),
    **dict.fromkeys(("weekends", "weekend", "fin de semana", "fines de semana"), DAYS[5:]),
    **dict.fromkeys(
        (
            "daily", "everyday", "every day", "7 days a week", "7 days per week", "7 days/week", "7 days",
            "seven days a week", "seven days per week", "seven days", "all week", "todos los dias", "diario",
            "diariamente", "a diario", "los 7 dias", "los siete dias", "7 dias a la semana", "siete dias a la semana",
            "los 7 dias de la semana", "los siete dias de la semana", "7 dias de la semana", "every night", "each night",
            "nightly", "each day", "cada dia", "todas las noches", "cada noche", "7 nights a week", "seven nights a week",
            "365 days a year", "365 days per year", "365 days/year", "365 days", "365 dias al ano", "los 365 dias del ano",
        ),
        DAYS,
    ),
}  # fmt: skip

ORDINALS: Final[Mapping[str, int]] = {
    name: number
    for number, names in {
        1: "1st 1rst first primer primero primeros 1er 1ro 1o",
        2: "2nd second segundo segundos 2do 2o",
        3: "3rd third tercer tercero terceros 3er 3ro 3o",
        4: "4th fourth cuarto cuartos 4to 4o",
        5: "5th fifth quinto quintos 5to 5o",
        -1: "last final ultimo ultimos",
    }.items()
    for name in names.split()
}

RANGES: Final = frozenset({"to", "through", "thru", "until", "till", "til", "a", "al", "hasta"})
ANDS: Final = frozenset({"and", "y", "e", "plus"})
EVERY: Final = frozenset({"every", "each", "cada", "todos"})
CLOSED: Final = frozenset({"closed", "cerrado", "cerrada", "cerrados", "cerradas"})
EXCEPT: Final = frozenset({"except", "excepto", "excluding", "salvo", "menos"})
WEEKLY: Final = frozenset({"weekly", "semanal", "semanalmente"})
FILLERS: Final = frozenset(
    "open opens hours hour hrs from between de desde on el los las la the at are is our we office abierto abierta abre "
    "horario horarios horas atencion business operating operation opening of for lunch almuerzo por lo time times only "
    "solo solamente".split()
)
"""Words that change nothing. "For lunch" stands beside a closing, "only" beside what it stresses."""

HOLIDAY_NAMES: Final = (
    r"thanksgiving(?: day)?|christmas(?: eve| day)?|new year'?s?(?: eve| day)?|easter(?: sunday| monday)?|good friday|"
    r"memorial day|labor day|labour day|independence day|july 4(?:th)?|4th of july|mlk day|martin luther king,?(?: jr\.?)? day|"
    r"president'?s'? day|veteran'?s'? day|columbus day|juneteenth|navidad|ano nuevo|dia de accion de gracias"
)
