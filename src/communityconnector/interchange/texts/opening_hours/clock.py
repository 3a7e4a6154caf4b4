"""What two times of the day mean together.

- A clock of 24 hours is known by an hour above 12 or by four digits ("09:00-17:00", "0900-1700").
- "9-5", "10:00-2:00": opening from 7 to 12 and closing from 1 to 6 is from morning (12: noon) to afternoon;
  a closing at 12 is noon.
- One am or pm after a span holds for both its ends if that makes a span of six hours at most ("6-8 pm"); otherwise
  the opening is in the other half of the day if it can only be so ("9-5pm").
- An am before a span whose closing is no later on the dial leads into the afternoon ("9am-5").
- 12 am in figures is often written for noon: it is midnight only at the end of an evening, or in "12am-12am".
- A span of 16 hours or more is not believed, unless it is the whole day.

Everything else is not certain.
"""

from __future__ import annotations

import re

import attrs

from communityconnector.interchange.texts.opening_hours.doubts import doubt

WHOLE_DAY = ("00:00", "00:00")
_LONGEST = 16 * 60
_SHORTEST = 10


@attrs.frozen
class ClockTime:
    """A time as it is written.

    Attributes:
        hour: the hour as written.
        minute: the minute.
        half: "a" or "p", or "".
        wide: whether it is written as on a clock of 24 hours: four digits, or an hour of two that begins with 0.
        in_words: whether it is "noon" or "midnight".
    """

    hour: int
    minute: int
    half: str = ""
    wide: bool = False
    in_words: bool = False


def clock_of(digits: str, half: str, *, named_hours: bool) -> ClockTime:
    """Return a time of its digits."""
    bare = re.sub(r"\s", "", digits).replace(".", ":")
    wide = bare.isdigit() and len(bare) >= 3
    hour, minute = (
        (int(bare[:-2]), int(bare[-2:]))
        if wide
        else (int(bare.split(":")[0]), int((bare + ":0").split(":")[1]))
    )
    limit = 12 if half else 24
    if hour > limit or minute > 59 or (half and hour == 0) or (hour == 24 and minute):
        doubt(f"the time {digits}")
    return ClockTime(hour, minute, half, wide or bare.startswith("0") or hour > 12 or named_hours)


def span_of(first: ClockTime, last: ClockTime) -> tuple[str, str]:
    """Return the opening and closing time of a span."""
    opening, closing = _ends(first, last)
    if opening % 1440 == closing % 1440 == 0 or (opening == 0 and closing == 1439):
        return WHOLE_DAY
    if opening == closing:
        doubt("a span of no length")
    if _is_noon_perhaps(first, opening) or (_is_noon_perhaps(last, closing) and opening < 720):
        doubt("12 am for noon, perhaps")
    length = (closing - opening) % 1440
    if length >= _LONGEST:
        doubt(f"a span of {length // 60} hours")
    if length < _SHORTEST:
        doubt("a span of no length")
    return _written(opening), _written(closing)


def afternoon(first: ClockTime, last: ClockTime, after: str) -> tuple[str, str] | None:
    """Return a span without am or pm that stands after one of the morning ("9-12, 1-5"); `None` for another one."""
    if first.half or last.half or first.wide or last.wide or not "06:00" < after <= "13:00":
        return None
    opening, closing = (time.hour % 12 * 60 + time.minute + 720 for time in (first, last))
    return (
        (_written(opening), _written(closing))
        if after <= _written(opening) < _written(closing) < "20:00"
        else None
    )


def _is_noon_perhaps(time: ClockTime, minutes: int) -> bool:
    return time.hour == 12 and not time.in_words and minutes % 1440 < 60


def _ends(first: ClockTime, last: ClockTime) -> tuple[int, int]:
    if first.half and last.half:
        return _minutes(first), _minutes(last)
    if last.half:
        return _half_after(first, last)
    if first.half:
        closing = last.hour % 12 * 60 + last.minute
        opening = first.hour % 12 * 60 + first.minute
        if last.wide or (closing > opening) == (first.half == "a"):
            doubt("am or pm")
        return _minutes(first), closing + 720
    return _no_half(first, last)


def _half_after(first: ClockTime, last: ClockTime) -> tuple[int, int]:
    end = _minutes(last)
    if first.wide:
        doubt("am or pm")
    dial = first.hour % 12 * 60 + first.minute
    same = dial + (720 if last.half == "p" else 0)
    other = dial + (0 if last.half == "p" else 720)
    if 0 < end - same <= 360:
        return same, end
    if last.half == "p" and end - same <= 0 < end - other:
        return other, end
    return doubt("am or pm")


def _no_half(first: ClockTime, last: ClockTime) -> tuple[int, int]:
    opening, closing = first.hour * 60 + first.minute, last.hour * 60 + last.minute
    if first.hour > 12 or last.hour > 12 or (first.wide and (last.wide or last.hour >= 10)):
        if closing <= opening and first.hour < 13:
            doubt("am or pm")
        if max(first.hour, last.hour) <= 12 and first.hour < 6:
            doubt("am or pm")
        return opening, closing
    if 7 <= first.hour <= 12 and 1 <= last.hour <= 6:
        if last.wide:
            doubt("am or pm")  # "10:00-01:00" may close an hour past midnight
        return opening, closing + 720
    if 7 <= first.hour <= 11 and last.hour == 12:
        return opening, closing
    return doubt("am or pm")


def _minutes(time: ClockTime) -> int:
    return time.hour % 12 * 60 + time.minute + (720 if time.half == "p" else 0)


def _written(minutes: int) -> str:
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"
