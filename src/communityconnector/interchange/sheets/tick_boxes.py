"""Tick boxes: columns that each stand for one value, a language or a kind of service, with a mark where it holds.

Only where the cells are marks and nothing else, and only names that could be such a value: "Spanish", "Diapers", "Topic covered:
Budgeting"; not "Referral required", which asks something.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from communityconnector.interchange.sheets.column_fields import IGNORED
from communityconnector.interchange.sheets.column_words import plain_words

LANGUAGE_BOX: Final = "languages.ticked"
KIND_BOX: Final = "attributes.ticked"
_YES: Final = frozenset(
    {"x", "yes", "y", "true", "t", "1", "checked", "\u2713", "\u2714", "\u2611", "si", "s\u00ed"}
)
_NO: Final = frozenset({"no", "n", "false", "f", "0", "unchecked", "", "-", "n/a"})
_LANGUAGES: Final = frozenset(
    """english spanish espanol ingles french chinese mandarin cantonese vietnamese korean russian arabic tagalog portuguese hindi
    haitian creole kreyol polish japanese german italian somali amharic hmong khmer lao farsi persian urdu punjabi bengali
    gujarati nepali swahili asl ukrainian burmese karen thai armenian greek hebrew yiddish albanian serbian bosnian croatian
    romanian turkish tigrinya oromo samoan ilocano navajo""".split()
)
_OF_LANGUAGES: Final = frozenset(
    "language languages spoken speaks speak american sign spanish speaking idioma idiomas other".split()
)
_ASKS: Final = frozenset(
    """required require requires need needs needed must limited only accept accepts accepted allow allowed allows open closed is are has
    have do does can may provide provides offer offers available appointment appointments referral referrals proof id identification
    walk public private internal hidden publish published confidential verified checked approved active flag test restricted
    restriction registration register eligibility exempt subscribe newsletter volunteer volunteers donation donations map mapped
    geocoded duplicate delete deleted review reviewed complete completed sent called contacted""".split()
)
"""Words of columns that ask something of the record, and are no kind of service."""
_MOST_WORDS: Final = 5
_ONLY_PREFIX: Final = re.compile(r"[^:]{2,60}:\s{0,5}(\S.{0,80})")


def is_ticked(cell: str) -> bool:
    """Return whether a cell is a mark that says yes."""
    return cell.strip().lower() in _YES


def value_of(column: str) -> str:
    """Return the value that a column of marks stands for: "Topic covered: Budgeting" is "Budgeting"."""
    found = _ONLY_PREFIX.fullmatch(column.strip())
    words = " ".join((found[1] if found else column).replace("_", " ").split())
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", words)
    return parted[:1].upper() + parted[1:]


def tick_boxes(fields: Mapping[str, str], rows: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Return the columns that are tick boxes, with their fields.

    Args:
        fields: what each column means by its name.
        rows: some rows, cells by column.
    """
    boxes: dict[str, str] = {}
    for column, field in fields.items():
        if field != IGNORED:
            continue
        cells = {row.get(column, "").strip().lower() for row in rows}
        if not cells & _YES or not cells <= _YES | _NO:
            continue
        words = plain_words(value_of(column))
        if words and set(words) <= _LANGUAGES | _OF_LANGUAGES and set(words) & _LANGUAGES:
            boxes[column] = LANGUAGE_BOX
        elif (
            words
            and len(words) <= _MOST_WORDS
            and not set(plain_words(column)) & _ASKS
            and not column.strip().endswith("?")
            and not any(word.startswith(_OF_PRIVACY) for word in plain_words(column))
            and any(map(str.isalpha, words))
        ):
            boxes[column] = KIND_BOX
    kinds = [column for column, field in boxes.items() if field == KIND_BOX]
    if len(kinds) < _FEWEST:
        # One column of marks alone may be about anything.
        boxes = {column: field for column, field in boxes.items() if field != KIND_BOX}
    return boxes


_OF_PRIVACY: Final = (
    "confid",
    "privat",
    "public",
    "publish",
    "secre",
    "hid",
    "list",
    "show",
    "display",
    "web",
)
"""Beginnings of words that may be about who sees a record: such a column is judged as that alone."""
_FEWEST: Final = 2
