"""Traces of a hidden place in texts and other values: its street in any wording, its point in any writing, links to maps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from communityconnector.model.confidential import Site
from communityconnector.model.same_place import FORMS, TYPES, plain

INSTEAD: Final = "[address withheld]"
"""What stands in place of a trace."""

Span = tuple[int, int]

_GAP: Final = r"(?:[\s.,+_/-]|%20|%2c)*"
_UNIT: Final = rf"(?:{_GAP}(?:apt|apartment|unit|suite|ste|room|rm|floor|fl|lot|bldg|#|%23){_GAP}#?[a-z0-9]{{1,5}}(?![a-z0-9]))?"
_NUMBER_WORD: Final = re.compile(r"(?<![a-z0-9])(?<!\d\.)[a-z]?\d+[a-z0-9]*")
_DECIMAL: Final = re.compile(r"(?<!\d)(?<!\d\.)[+-]?\d{1,3}[.,]\d{2,}(?!\d)")
_DEGREES: Final = re.compile(
    r"(?<!\d)(\d{1,3})\s*(?:°|º|deg\w{0,5}|d)\s*(\d{1,2}(?:[.,]\d+)?)\s*(?:'|min\w{0,5}|m)\s*(?:(\d{1,2}(?:[.,]\d+)?)\s*(?:\"|''|sec\w{0,5}|s)?)?"
)
_FIGURE: Final = re.compile(r"\d[.,]\d\d|\d\s*(?:°|º|d)")
"""What every coordinate has; most texts have none."""
_MAP_LINK: Final = re.compile(
    r"(?<![\w.-])(?:https?://)?[\w.-]{0,100}(?:maps\.|goo\.gl/|google\.[a-z.]+/maps|openstreetmap\.org|osm\.org|bing\.com/maps|mapquest|waze\."
    r"|what3words|w3w\.co|plus\.codes|here\.com|geohack)\S*|///\w+\.\w+\.\w+",
    re.IGNORECASE,
)
_SECRET_WORD: Final = re.compile(r"confid|disclos|withh|secret|private|unknown|call|n/?a\b", re.IGNORECASE)

_CLOSE: Final = 0.0001
"""Degrees (11 m) by which a number may differ from a coordinate and still reveal it."""
_ROUGHLY: Final = 0.005
"""The same in a record of the place's own, where a rounded point reveals it too."""
_APART: Final = 30
"""Letters between the two numbers of a point."""


class Traces:
    """Finds what reveals some places.

    Args:
        sites: where they are.
        own: whether in records of the places' own services and agencies: then more tells them, such as the name of the
            street without its number, or a link to any map.
        parts: private phones (digits), e-mail addresses and other texts.
    """

    def __init__(self, sites: Iterable[Site], *, own: bool = False, parts: Iterable[str] = ()) -> None:
        sites = list(sites)
        self._own = own
        self._points = [point for site in sites for point in site.points]
        self._streets: dict[str, list[re.Pattern[str]]] = {}
        for core in dict.fromkeys(
            street.core for site in sites for street in site.streets if street.numbered
        ):
            self._add_street(core)
        literal = {line for site in sites for line in site.lines if _is_literal(line)} if own else set()
        phones = []
        for part in parts:
            if part.isdigit():
                phones.append(r"[\s().+-]*".join(part))
            elif "@" in part:
                literal.add(part)
        patterns = [
            rf"(?<!\w){re.escape(plain(line))}(?!\w)"
            for line in sorted(literal, key=lambda line: (-len(line), line))
        ]
        patterns += [rf"(?<!\d){phone}(?!\d)" for phone in sorted(phones)]
        self._literal = re.compile("|".join(patterns)) if patterns else None
        self._anything = own or bool(self._points or self._streets or patterns)

    def __bool__(self) -> bool:
        return self._anything

    def _add_street(self, core: str) -> None:
        words = core.split()
        for at, word in enumerate(words):
            if any(letter.isdigit() for letter in word) and at == 0:
                pattern = self._street(words)
                self._streets.setdefault(word, []).append(re.compile(rf"{pattern}\.?(?![a-z0-9]){_UNIT}"))
                break
        else:
            self._streets.setdefault("", []).append(re.compile(_words(words)))
        if self._own and len(words) > 2:
            self._streets.setdefault("", []).append(re.compile(_words(words[1:])))
        if self._own and len(words) > 3 and words[-1] in TYPES:
            self._streets.setdefault("", []).append(re.compile(_words(words[1:-1]) + _NO_TYPE))

    def _street(self, words: list[str]) -> str:
        """The pattern of a number and a street. What kind of street it is may be left out, but not be another."""
        if words[-1] not in TYPES or len(words) < (3 if self._own else 4):
            return _GAP.join(map(_any_form, words))
        return f"{_GAP.join(map(_any_form, words[:-1]))}(?:{_GAP}{_any_form(words[-1])}|{_NO_TYPE})"

    def spans(self, text: str) -> list[Span]:
        """Return where in a text the places are revealed."""
        flat = plain(text)
        spans: list[Span] = []
        if self._literal is not None:
            spans += [match.span() for match in self._literal.finditer(flat)]
        if self._own:
            spans += [match.span() for match in _MAP_LINK.finditer(flat)]
        for pattern in self._streets.get("", ()):
            spans += [match.span() for match in pattern.finditer(flat)]
        if self._streets:
            for number in _NUMBER_WORD.finditer(flat):
                for pattern in self._streets.get(number.group(), ()):
                    match = pattern.match(flat, number.start())
                    if match:
                        spans.append(match.span())
        if self._points and _FIGURE.search(flat):
            spans += self._coordinates(flat)
        return spans

    def _coordinates(self, flat: str) -> Iterator[Span]:
        numbers = [
            (m.span(), _number(m.group()), len(re.split("[.,]", m.group())[1]))
            for m in _DECIMAL.finditer(flat)
        ]
        numbers += [
            (m.span(), int(m[1]) + _number(m[2]) / 60 + _number(m[3] or "0") / 3600, 3)
            for m in _DEGREES.finditer(flat)
        ]
        numbers.sort()
        for at, (span, value, digits) in enumerate(numbers):
            if self._own and digits >= 4 and self._is_coordinate(value, digits):
                yield span
                continue
            for there, other, more in numbers[at + 1 : at + 2]:
                if there[0] - span[1] <= _APART and self._is_point((value, digits), (other, more)):
                    yield span[0], there[1]

    def _is_point(self, one: tuple[float, int], other: tuple[float, int]) -> bool:
        slack = _ROUGHLY if self._own else _CLOSE
        return any(
            _tells(*one, first, slack) and _tells(*other, second, slack)
            for north, east in self._points
            for first, second in ((north, east), (east, north))
        )

    def _is_coordinate(self, value: float, digits: int) -> bool:
        return any(_tells(value, digits, part, _CLOSE) for point in self._points for part in point)

    def masked(self, value: Any) -> Any:
        """A value without traces: a text, a number, or JSON of any depth. Without any, it is the value itself."""
        if isinstance(value, str):
            return self._text(value) if value else value
        if isinstance(value, Mapping):
            masked = {key: self.masked(item) for key, item in value.items()}
            coordinates = self._point_among(masked.values())
            masked = {key: INSTEAD if _figure(item) in coordinates else item for key, item in masked.items()}
            return value if all(masked[key] is item for key, item in value.items()) else masked
        if isinstance(value, (list, tuple)):
            items = [self.masked(item) for item in value]
            coordinates = self._point_among(items)
            items = [INSTEAD if _figure(item) in coordinates else item for item in items]
            return value if all(a is b for a, b in zip(items, value, strict=True)) else items
        return value

    def _point_among(self, values: Iterable[Any]) -> set[float]:
        """The coordinates of a place among numbers that stand beside each other."""
        figures = {figure for figure in map(_figure, values) if figure is not None} if self._points else set()
        coordinates: set[float] = set()
        for north, east in self._points if len(figures) > 1 else ():
            here = [figure for figure in figures if _tells(figure, 9, north, _CLOSE)]
            there = [figure for figure in figures if _tells(figure, 9, east, _CLOSE)]
            if here and there:
                coordinates.update(here, there)
        return coordinates

    def _text(self, text: str) -> str:
        spans = self.spans(text)
        if not spans:
            return text
        kept, end = [], 0
        for first, last in sorted(spans):
            if last <= end:
                continue
            kept.append(text[end : max(first, end)])
            if first >= end:
                kept.append(INSTEAD)
            end = last
        return "".join([*kept, text[end:]])


def _figure(value: Any) -> float | None:
    """The size of a number, or of a text that is one."""
    if isinstance(value, str):
        return _number(value) if _DECIMAL.fullmatch(value.strip()) else None
    return abs(float(value)) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _is_literal(line: str) -> bool:
    """Return whether a line of an address, word for word, reveals the place."""
    return len(line) > 5 and not _SECRET_WORD.search(line)


def _number(text: str) -> float:
    return abs(float(text.replace(",", ".")))


def _tells(value: float, digits: int, coordinate: float, slack: float) -> bool:
    """Whether a number is a coordinate, as far as it is written out: rounded, cut off, or in full."""
    exact = abs(coordinate)
    if abs(value - exact) <= slack:
        return True
    return slack > _CLOSE and abs(value - exact) <= 10.0**-digits


def _words(words: list[str]) -> str:
    return rf"(?<![a-z0-9]){_GAP.join(map(_any_form, words))}\.?(?![a-z0-9])"


@lru_cache(maxsize=4096)
def _any_form(word: str) -> str:
    forms = FORMS.get(word, (word,))
    # Initials may have dots between, apostrophes may stand anywhere in a name.
    return f"(?:{'|'.join(_spaced(form) for form in sorted(forms, key=len, reverse=True))})"


def _any_type() -> str:
    forms = sorted({form for kind in TYPES for form in FORMS.get(kind, (kind,))})
    return rf"(?!{_GAP}(?:{'|'.join(forms)})(?![a-z0-9]))"


def _spaced(form: str) -> str:
    return r"['.]?".join(map(re.escape, form))


_NO_TYPE: Final = _any_type()
"""No kind of street follows."""
