"""What the value of a privacy column says, and whether it hides what the column is about."""

from __future__ import annotations

import re
from enum import Enum
from typing import Any, Final

import attrs

from communityconnector.interchange.texts.privacy.names import FlagName
from communityconnector.model import Disclosure
from communityconnector.model.plain_words import folded


class FlagAnswer(Enum):
    """What a value says."""

    YES = "yes"
    NO = "no"
    BLANK = "blank"
    HIDDEN = "hidden"
    """A word such as "confidential", which hides whatever the question was."""
    STAFF = "staff"
    """The same, but staff may see it."""
    SHOWN = "shown"
    """A word such as "public"."""
    WHERE = "where"
    """A word for where, or to whom, something is shown; it may as well be hidden there."""
    OTHER = "other"
    """None of these: a number, a date, a sentence."""


def answer_of(value: Any) -> FlagAnswer:
    """Return what a value says."""
    if isinstance(value, bool):
        return FlagAnswer.YES if value else FlagAnswer.NO
    if value is None or value in ({}, []):
        return FlagAnswer.BLANK
    if isinstance(value, (int, float)):
        value = f"{value:g}"
    return _in_words(value) if isinstance(value, str) else FlagAnswer.OTHER


def _in_words(text: str) -> FlagAnswer:
    mark = _SIGNS.get(text.strip())
    if mark is not None:
        return mark
    bare = " ".join(_MARKS.sub(" ", folded(text[:_LONGEST])).split())
    first, _, rest = bare.partition(" ")
    for answer, words in _ANSWERS:
        if bare in words:
            return answer
    if _SHOWN.fullmatch(bare) or (first in _NO - _DENIED and _SHOWN.fullmatch(rest)):
        return FlagAnswer.SHOWN
    for answer, pattern in ((FlagAnswer.STAFF, _STAFF), (FlagAnswer.HIDDEN, _HIDDEN)):
        if pattern.search(bare):
            return answer
    return FlagAnswer.YES if first in _YES else FlagAnswer.OTHER


_LONGEST: Final = 2_000
_SIGNS: Final = dict.fromkeys("\u2713\u2714\u2611\u2705", FlagAnswer.YES) | dict.fromkeys(
    "\u2717\u2718\u2610\u274c\u274e", FlagAnswer.NO
)
_MARKS: Final = re.compile(r"[^a-z0-9.]+|\.(?!\d)")

_YES: Final = frozenset(
    "yes y true t 1 1.0 x xx on ok okay checked ticked check tick selected sure si s verdadero cierto yep required high strict strictly alta alto estricta estricto".split()
)
_NO: Final = frozenset("no n false f 0 0.0 off unchecked unticked falso nope not never".split())
_DENIED: Final = frozenset({"not", "never"})
"""These deny what follows: "not public". "No, public" answers, and then says what is so."""
_ANSWERS: Final = (
    (FlagAnswer.YES, _YES),
    (FlagAnswer.NO, _NO),
    (FlagAnswer.BLANK, frozenset({"", "n a", "na", "null", "none", "nil", "ninguno", "ninguna", "not applicable", "no aplica"})),
    (FlagAnswer.SHOWN, frozenset(
        "public publicly open published visible listed shown displayed publico publica publicado publicada abierto abierta".split()
    )),
    (FlagAnswer.WHERE, frozenset(
        "publish show display everyone everybody all anyone live website web map directory todos publicar mostrar full".split()
    )),
)  # fmt: skip
_STAFF: Final = re.compile(
    r"\b(?:staff|internal(?:ly)?|employees?|librarians?|personal|interno|interna|uso interno)\b(?! (?:hours|phone))"
)
_SHOWN: Final = re.compile(
    r"(?:is |are |yes )?(?:not (?:confidential|private|hidden|secret|unlisted|restricted)|no (?:es )?confidencial|ok(?:ay)? to "
    r"(?:publish|list|show|share|display)|(?:general |the |to the |open to (?:the )?)?public(?:ly)?(?: (?:listing|record|view|"
    r"visible|listed|address|location|ok|okay))?|visible to (?:all|everyone|(?:the )?public))"
)
_HIDDEN: Final = re.compile(
    r"confiden[ct]|privat|privad|secre[tc]|hid(?:e|den)\b|ocult|unlist|undisclos|redact|withh[eo]ld|restrict|suppress|protect"
    r"|unpublish|obscur|blur|\bapprox|\bgeneral area\b|\b(?:city|zip|county|town|area|state|po box|mailing)(?: [a-z]+){0,3} only\b"
    r"|\b(?:on|upon|by) request\b|\bafter (?:intake|screening|approval)\b|\b(?:non ?public|nonpublished|members? only|partners? only|(?:do|is|are|to|should|must) not|dont|not for|not to"
    r"|not (?:public|publish|list|shown?|shar|disclos|display|releas)|no (?:publi|mostr|divulg|compart|list)|dv|safe ?house)"
)


@attrs.frozen
class FlagVerdict:
    """What a flag's value does.

    Attributes:
        level: how what the flag is about is hidden; `None` where it is not.
        understood: whether the value was.
    """

    level: Disclosure | None = None
    understood: bool = True


SHOWN: Final = FlagVerdict()


def judge(flag: FlagName, value: Any, *, is_blank_no: bool = False) -> FlagVerdict:
    """Return what the value of a flag does. One that is not understood hides.

    Args:
        flag: what the flag's name says.
        value: its value.
        is_blank_no: whether an empty value is a no: a box that others ticked.
    """
    if isinstance(value, list) and value:
        verdicts = [judge(flag, item) for item in value]
        return next((verdict for verdict in verdicts if verdict.level is not None), verdicts[0])
    answer = answer_of(value)
    if answer is FlagAnswer.BLANK and is_blank_no:
        answer = FlagAnswer.NO
    if answer is FlagAnswer.STAFF:
        return FlagVerdict(Disclosure.STAFF_ONLY)
    hides = answer is FlagAnswer.HIDDEN
    if answer is (FlagAnswer.YES if flag.yes_hides else FlagAnswer.NO) or (
        answer is FlagAnswer.SHOWN and flag.verb and flag.yes_hides
    ):
        hides = True
    elif (
        answer in (FlagAnswer.OTHER, FlagAnswer.WHERE)
        and flag.sure
        and (flag.yes_hides or not _shows(answer, value))
    ):
        return FlagVerdict(_level(flag), understood=False)
    return FlagVerdict(_level(flag)) if hides else SHOWN


def _level(flag: FlagName) -> Disclosure:
    return Disclosure.STAFF_ONLY if flag.staff else Disclosure.NEVER


_DATE_OR_LINK: Final = re.compile(
    r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\b.*|\d{9,}|[a-z]+://.*|www\..*", re.IGNORECASE
)


def _shows(answer: FlagAnswer, value: Any) -> bool:
    """Return whether a value says when or where something was published, rather than whether it is."""
    return answer is FlagAnswer.WHERE or (
        isinstance(value, (str, int)) and _DATE_OR_LINK.fullmatch(str(value).strip()) is not None
    )
