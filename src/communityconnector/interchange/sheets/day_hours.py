"""Hours that stand in a column for each day, or in two: one for the opening and one for the closing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import attrs

from communityconnector.interchange.sheets.day_columns import DAYS, NAMES, WEEK, DayColumn
from communityconnector.interchange.texts.opening_hours import read_hours
from communityconnector.interchange.texts.opening_hours.written import written
from communityconnector.model.folding import fold

Span = tuple[str, str, tuple[str, ...]]
"""When a day opens and closes, and in which weeks of the month; () for every week."""


@attrs.frozen
class Week:
    """What the columns of days say in one row.

    Attributes:
        schedules: raw HSDS schedules without ids. One without times stands for days of which nothing certain is known.
        words: all that the columns say, in one line.
        read: the spans that were read, in words; "" for none.
        unread: what was not read, in words; "" for nothing.
        doubt: why not.
    """

    schedules: tuple[dict[str, Any], ...] = ()
    words: str = ""
    read: str = ""
    unread: str = ""
    doubt: str = ""


@attrs.define
class _DayCells:
    """One day while its cells are gathered."""

    texts: list[str] = attrs.field(factory=list)
    opens: dict[int, str] = attrs.field(factory=dict)
    closes: dict[int, str] = attrs.field(factory=dict)


def read_week(columns: Mapping[str, DayColumn], row: Mapping[str, str], doubtful: Iterable[str] = ()) -> Week:
    """Read the hours that stand in columns of days.

    A day that is called closed has no schedule. A day whose cell is blank, or that has no column, is one of which
    nothing is known, and so is one whose words cannot be read with certainty.

    Args:
        columns: the columns of days that the sheet has (see `week_columns`).
        row: its cells, by column.
        doubtful: days on which the hours do not hold every week, as another cell says.
    """
    groups: dict[str, dict[str, _DayCells]] = {}
    for column, about in columns.items():
        cell = row.get(column, "").strip()
        if cell:
            for day in about.days:
                _put(groups.setdefault(about.group, {}).setdefault(day, _DayCells()), about, cell)
    if not groups:
        return Week()
    words = "; ".join(
        f"{group} {NAMES[day]}: {_words(days[day])}".strip()
        for group, days in groups.items()
        for day in WEEK
        if day in days
    )
    if len(groups) > 1:
        why = "the sheet has several sets of hours, of different programs or seasons"
        return Week(({"description": words},), words, unread=words, doubt=why)
    return _assemble(next(iter(groups.values())), words, frozenset(doubtful))


def _put(day: _DayCells, about: DayColumn, cell: str) -> None:
    if about.part == "opens" and not _is_state(cell):
        day.opens[about.number] = clock(cell)
    elif about.part == "closes" and not _is_state(cell):
        day.closes[about.number] = clock(cell)
    else:
        is_bare = about.afternoon and not any(letter.isalpha() for letter in cell)
        day.texts.append(f"{cell} pm" if is_bare else cell)


def _words(day: _DayCells) -> str:
    spans = [
        f"{day.opens.get(number, '?')} - {day.closes.get(number, '?')}"
        for number in sorted({*day.opens, *day.closes})
    ]
    return ", ".join(dict.fromkeys([*day.texts, *spans]))


def _assemble(by_day: Mapping[str, _DayCells], words: str, doubtful: frozenset[str]) -> Week:
    spans: dict[Span, list[str]] = {}
    unknown: list[str] = []
    unread: list[str] = []
    closed: list[str] = []
    doubt = ""
    for day in WEEK:
        state, read, why = _read_day(day, by_day.get(day), doubtful)
        if state == "closed":
            closed.append(day)
        elif read:
            for span in read:
                spans.setdefault(span, []).append(day)
        else:
            unknown.append(day)
            if why:
                unread.append(f"{NAMES[day]}: {_words(by_day[day])}")
                doubt = doubt or why
    schedules = [_schedule(span, days, by_day) for span, days in spans.items()]
    if len(closed) == len(WEEK):
        return Week(({"description": words},), words, unread=words, doubt="closed on every day")
    if unknown:
        about = {"description": "; ".join(unread)} if unread else {}
        schedules.append({"freq": "WEEKLY", "byday": ",".join(unknown), **about})
    in_words = "; ".join(map(written, schedules[: len(spans)]))
    return Week(tuple(schedules), words, in_words, "; ".join(unread), doubt)


def _schedule(span: Span, days: Sequence[str], by_day: Mapping[str, _DayCells]) -> dict[str, Any]:
    opens, closes, weeks = span
    return {
        "freq": "MONTHLY" if weeks else "WEEKLY",
        "byday": ",".join(f"{week}{day}" for day in days for week in weeks or ("",)),
        "opens_at": opens,
        "closes_at": closes,
        "description": "; ".join(f"{NAMES[day]} {_words(by_day[day])}" for day in days),
    }


def _read_day(day: str, cells: _DayCells | None, doubtful: frozenset[str]) -> tuple[str, list[Span], str]:
    """Return whether a day is closed; the spans on which it is open; why they cannot be read."""
    if cells is None:
        return "", [], ""
    states = {_STATES[text.casefold()] for text in cells.texts if _is_state(text)}
    texts = [text for text in cells.texts if not _is_state(text)]
    pairs = [(cells.opens.get(n, ""), cells.closes.get(n, "")) for n in sorted({*cells.opens, *cells.closes})]
    if states == {"closed"} and not texts and not pairs:
        return "closed", [], ""
    spans: list[Span] = []
    doubt = ""
    if "closed" in states:
        doubt = "the day is called both open and closed"
    elif day in doubtful:
        doubt = "another cell says that it is not every week"
    elif not all(opens and closes for opens, closes in pairs):
        doubt = "a time without its other end"
    else:
        spans, doubt = _spans(day, (*texts, *(f"{opens} - {closes}" for opens, closes in pairs)))
    return "", spans, doubt


def _spans(day: str, texts: Iterable[str]) -> tuple[list[Span], str]:
    spans: list[Span] = []
    for text in texts:
        hours = read_hours(f"{NAMES[day]} {text}")
        if not hours.certain:
            return [], hours.doubt
        for part in hours.schedules:
            named = [name for name in part.get("byday", "").split(",") if name]
            weeks = tuple(name.removesuffix(day) for name in named if name != day)
            if (
                not part.get("opens_at")
                or not all(name.endswith(day) for name in named)
                or part.keys() & _DATED
            ):
                return [], "not every week"
            spans.append((part["opens_at"], part["closes_at"], weeks))
    return list(dict.fromkeys(spans)), "" if spans else "open, but no times are given"


_DATED: Final = frozenset({"dtstart", "until", "valid_from", "valid_to", "interval", "bymonthday"})


_STATES: Final = {
    **dict.fromkeys(("closed", "cerrado", "cerrada", "no", "none", "not open", "close"), "closed"),
    **dict.fromkeys(("open", "abierto", "abierta", "yes", "si", "s\u00ed"), "open"),
}
"""What a cell of a day says that holds no times."""


def _is_state(text: str) -> bool:
    return text.casefold() in _STATES


_FRACTION: Final = re.compile(r"0?\.\d{1,15}", re.ASCII)


def clock(cell: str) -> str:
    """Return a time of day as a text: a spreadsheet program may write it as a part of a day (0.375 is 09:00)."""
    if not _FRACTION.fullmatch(cell):
        return cell
    minutes = round(float(cell) * 1440, 6)
    if minutes % 1 > 0.01:
        return cell
    return f"{int(minutes) // 60:02}:{int(minutes) % 60:02}"


_NOT_WEEKLY: Final = re.compile(
    r"\b(?:1st|2nd|3rd|4th|5th|first|second|third|fourth|fifth|last|(?:every )?other|alternat\w{2,4}|bi-?weekly|biweekly|"
    r"(?:once|twice) (?:a|per) month|monthly|primer|segundo|tercer|cuarto|ultimo)\b",
    re.IGNORECASE,
)
_DAY_NAMED: Final = re.compile(r"[^\W\d_]{3,12}")


def days_not_weekly(text: str) -> frozenset[str]:
    """Return the days of which a text says that they are not every week ("only the second Saturday"); all, where it names none."""
    plain = fold(text[:2_000])
    if not _NOT_WEEKLY.search(plain):
        return frozenset()
    named = {DAYS[match[0]] for match in _DAY_NAMED.finditer(plain) if match[0] in DAYS}
    return frozenset(named or (WEEK if _OF_A_MONTH.search(plain) else ()))


_OF_A_MONTH: Final = re.compile(r"\b(?:months?|weeks?|mes|meses|semanas?|monthly|biweekly)\b")
