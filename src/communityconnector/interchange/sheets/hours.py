"""The hours of a row in words, together with what its other columns say that limits them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from communityconnector.interchange.sheets.column_fields import ASIDE, IGNORED
from communityconnector.interchange.sheets.column_words import words_of
from communityconnector.interchange.sheets.day_columns import WEEK
from communityconnector.interchange.sheets.day_hours import days_not_weekly
from communityconnector.interchange.texts.opening_hours import read_days, read_hours
from communityconnector.interchange.texts.opening_hours.conditions import limits_in
from communityconnector.model.rule_parts import UNSURE

if TYPE_CHECKING:
    from communityconnector.interchange.sheets.row import Cells

_YES: Final = frozenset("yes y true x si s\u00ed 1 checked".split())
_NO_LIMIT: Final = frozenset(
    "no n false f 0 none na n/a - all any weekly always open unchecked".split()
) | {"every week", "all year", "year round", "year-round", "todo el a\u00f1o", "not applicable", "every"}  # fmt: skip
_CLOSED: Final = frozenset({"closed", "cerrado", "closures", "closes"})


def hours_of(cells: Cells) -> dict[str, str]:
    """Return the raw schedule of a row's hours in words; {} where it has none.

    A column that says in which weeks or months they hold is read with them. Where the two cannot be read together, or
    the row's notes say that it is not every week, the hours are unknown.
    """
    hours = _words(cells)
    limits = limits_of(cells)
    if not hours:
        return {"description": "; ".join(limits)} if any(map(_has_digit, limits)) else {}
    whole = "; ".join((hours, *limits))
    schedule = {"description": whole}
    notes = "\n".join(text for field, _, text in cells.columns() if field in _NOTES)
    if limits and not read_hours(whole).certain:
        schedule[UNSURE] = next(filter(None, map(limits_in, limits)), "its words say otherwise")
    elif days_not_weekly(notes) & _weekly_days(whole):
        schedule[UNSURE] = "not every week"
    elif any(len(text) <= _SHORT and limits_in(text) == _APPOINTMENT for text in notes.split("\n")):
        schedule[UNSURE] = _APPOINTMENT
    else:
        return schedule
    message = f"another cell says that the hours do not hold as they stand ({schedule[UNSURE]})"
    cells.note("hours-in-doubt", message, "hours unknown", "", whole)
    return schedule


def limits_of(cells: Cells) -> list[str]:
    """Return what other columns say that limits a row's hours, in words."""
    limits = []
    for field in ("schedules.limits", "schedules.notes"):
        for column, text in cells.of(field):
            limit = _limit(column, text, free=field == "schedules.notes")
            if limit:
                limits.append(limit)
    closed = (
        text
        for column, text in cells.of("service.status")
        if words_of(column)[0] & _CLOSED and read_days(text)
    )
    return [*limits, *(f"closed {text}" for text in closed)]


_APPOINTMENT: Final = "by appointment"
_SHORT: Final = 60
"""Most characters of a note that says one thing only; a longer one may speak of appointments for something else."""
_NOTES: Final = frozenset({
    IGNORED, ASIDE, "service.description", "service.alert", "service.eligibility_description", "service.application_process",
    "service.fees_description",
})  # fmt: skip
"""Fields whose words may say that hours are not every week's."""


def _limit(column: str, text: str, *, free: bool) -> str:
    word = text.strip().casefold().rstrip(".")
    if word in _NO_LIMIT or (free and not limits_in(text)):
        return ""
    words = words_of(column)[0]
    if word in _YES:
        return " ".join(column.strip(" ?").split()).lower()
    if words & {"holidays", "holiday", "feriados"} and word in {"closed", "cerrado"}:
        return "closed on holidays"
    says = word.startswith(("closed", "cerrado", "except", "no "))
    return f"closed {text}" if words & _CLOSED and not says else text


def _words(cells: Cells) -> str:
    opens, closes = ([text for _, text in cells.of(f"schedules.{end}")] for end in ("opens", "closes"))
    times = [f"{first} - {last}" for first, last in zip(opens, closes, strict=False)]
    words = "; ".join(filter(None, (cells.joined("schedules"), *(times or opens))))
    days = cells.joined("schedules.days", ", ")
    return f"{days}: {words}" if days and words else days or words


def _weekly_days(text: str) -> frozenset[str]:
    """Return the days on which hours in words are open every week."""
    named = ",".join(
        part["byday"]
        for part in read_hours(text).schedules
        if part["freq"] == "WEEKLY" and "opens_at" in part
    )
    return frozenset(WEEK) & frozenset(named.split(","))


def _has_digit(text: str) -> bool:
    return any(map(str.isdigit, text))
