"""Days, spans of the day, and what is closed or excepted, in the order in which a text has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import attrs

from communityconnector.interchange.texts.opening_hours.clock import WHOLE_DAY, afternoon, span_of
from communityconnector.interchange.texts.opening_hours.doubts import DoubtError, doubt
from communityconnector.interchange.texts.opening_hours.tokens import HoursToken, tokens_of
from communityconnector.interchange.texts.opening_hours.vocabulary import DAYS

_NUMBERS: Final = ("ordinal", "dates")


@attrs.frozen
class HoursItem:
    """A part of a text.

    Attributes:
        kind: `days`, `which` (weeks of the month, without their day), `dates`, `span`, `closed`, `except` or `stop`.
        days: days as RFC 5545 writes them.
        numbers: weeks of the month, or dates of it.
        span: opening and closing time.
        in_brackets: whether it stands in brackets.
    """

    kind: str
    days: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()
    span: tuple[str, str] = ("", "")
    in_brackets: bool = False


def items_of(text: str) -> list[HoursItem]:
    """Return the parts of a text.

    Raises:
        DoubtError: the text cannot be read in one way only.
    """
    return _Reader(list(tokens_of(text))).items()


class _Reader:
    """Reads tokens one after the other."""

    def __init__(self, tokens: Sequence[HoursToken]) -> None:
        self._tokens = tokens
        self._at = 0
        self._items: list[HoursItem] = []
        self._depth = 0

    def _kind(self, offset: int = 0) -> str:
        at = self._at + offset
        return self._tokens[at].kind if 0 <= at < len(self._tokens) else ""

    def _put(self, kind: str, **parts: object) -> None:
        self._items.append(HoursItem(kind, in_brackets=self._depth > 0, **parts))  # type: ignore[arg-type]  # its fields

    def items(self) -> list[HoursItem]:
        while self._at < len(self._tokens):
            kind = self._kind()
            reader = getattr(self, f"_read_{kind}", None)
            if reader is None:
                doubt("which span is meant")
            reader()
            self._at += 1
        numbered = any(item.numbers or not all(day.isalpha() for day in item.days) for item in self._items)
        if numbered and any(token.kind == "weekly" for token in self._tokens):
            doubt("which weeks of the month")
        if not numbered and any(token.kind == "month" for token in self._tokens):
            doubt("which day of the month")
        return self._items if any(item.kind == "days" for item in self._items) else self._with_dates()

    def _with_dates(self) -> list[HoursItem]:
        """Return the parts of a text without weekdays, in which "the 1st of the month" is a date of it."""
        return [
            attrs.evolve(item, kind="dates")
            if item.kind == "which" and len(item.numbers) == 1 and item.numbers[0] > 0
            else item
            for item in self._items
        ]

    def _read_always(self) -> None:
        # "Wed 24/7" is that day.
        if not self._items or self._items[-1].kind != "days":
            self._put("days", days=DAYS)
        self._put("span", span=WHOLE_DAY)

    def _read_allday(self) -> None:
        self._put("span", span=WHOLE_DAY)

    def _read_days(self) -> None:
        days = self._tokens[self._at].days
        if self._kind(1) == "dash" and self._kind(2) == "days":
            chain = [days]
            while self._kind(1) == "dash" and self._kind(2) == "days":
                self._at += 2
                chain.append(self._tokens[self._at].days)
            if any(len(each) != 1 for each in chain):
                doubt("which days")
            ends = [each[0] for each in chain]
            # "M-W-F" is three days.
            days = _between(*ends) if len(ends) == 2 else tuple(ends)
            if len(ends) > 2 and list(days) != [day for day in DAYS if day in days]:
                doubt("which days")
        self._put("days", days=days)

    def _read_ordinal(self) -> None:
        every = self._kind(-1) == "every"
        kinds = {self._kind()}
        numbers = [*self._numbers()]
        while step := self._to_next_number():
            self._at += step
            kinds.add(self._kind())
            numbers += self._numbers()
        if self._kind(1) == "dash" and self._kind(2) in _NUMBERS:
            doubt("which weeks of the month")
        if "dates" in kinds:
            if self._kind(1) != "month" or min(numbers) < 1 or max(numbers) > 31:
                doubt("which date")
            self._put("dates", numbers=tuple(numbers))
            return
        if self._kind(1) != "days":
            self._put("which", numbers=tuple(numbers))
            return
        self._at += 1
        days = self._tokens[self._at].days
        if len(days) != 1 or (self._kind(1) == "dash" and self._kind(2) == "days"):
            doubt("which weekday of the month")
        if every and len(numbers) == 1 and numbers[0] > 1 and self._kind(1) != "month":
            doubt("every so many weeks, or a week of the month")
        self._put("days", days=tuple(f"{number}{days[0]}" for number in numbers))

    _read_dates = _read_ordinal

    def _numbers(self) -> tuple[int, ...]:
        token = self._tokens[self._at]
        return token.numbers or (token.number,)

    def _to_next_number(self) -> int:
        """Return how many words on the next number of a list stands ("1st, and 3rd"); 0 for none."""
        kinds = [self._kind(offset) for offset in (1, 2, 3)]
        return next(
            (step for step in (1, 2, 3) if kinds[step - 1] in _NUMBERS and set(kinds[: step - 1]) <= {"and"}),
            0,
        )

    def _read_time(self) -> None:
        if self._kind(1) != "dash" or self._kind(2) != "time":
            doubt("a time without its other end")
        first, last = self._tokens[self._at].clock, self._tokens[self._at + 2].clock
        if first is None or last is None:
            doubt("which time is meant")
        self._at += 2
        before = self._items[-1].span[1] if self._items and self._items[-1].kind == "span" else ""
        try:
            span = span_of(first, last)
        except DoubtError:
            later = afternoon(first, last, before) if before else None
            later = later or (afternoon(first, last, "12:00") if self._is_break() else None)
            if later is None:
                raise
            span = later
        self._put("span", span=span)

    def _is_break(self) -> bool:
        """Return whether the span is when it is closed at midday."""
        return bool(self._items) and self._items[-1].kind == "closed"

    def _read_closed(self) -> None:
        self._put("closed")

    def _read_except(self) -> None:
        self._put("except")

    def _read_month(self) -> None:
        """Words such as "of the month": they say of ordinals what they count."""

    _read_every = _read_weekly = _read_and = _read_month

    def _read_dash(self) -> None:
        # "Monday - 9am-5pm": the dash only separates.
        if self._kind(-1) not in {"days", "colon"} or self._kind(1) not in {
            "time",
            "closed",
            "allday",
            "ordinal",
        }:
            doubt("which span is meant")

    def _read_colon(self) -> None:
        if self._kind(-1) not in {"days", "month", "ordinal", "closed", "closing", ""}:
            doubt("what the colon means")

    def _read_stop(self) -> None:
        self._put("stop")

    def _read_opening(self) -> None:
        self._depth += 1

    def _read_closing(self) -> None:
        self._depth = max(0, self._depth - 1)


def _between(first: str, last: str) -> tuple[str, ...]:
    start, end = DAYS.index(first), DAYS.index(last)
    return DAYS[start : end + 1] if start <= end else DAYS[start:] + DAYS[: end + 1]
