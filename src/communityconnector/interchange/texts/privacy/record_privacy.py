"""The privacy that a raw record asks for, set on the record that is made of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

import attrs

from communityconnector.interchange.texts.privacy.lexicon import Scope
from communityconnector.interchange.texts.privacy.marks import (
    OFFERED,
    OWN,
    UNLISTED,
    PrivacyMark,
    flags_in,
    mark_in_words,
    mark_of_flag,
)
from communityconnector.interchange.texts.privacy.names import is_about, read_name
from communityconnector.interchange.texts.privacy.values import FlagAnswer, answer_of
from communityconnector.interchange.texts.privacy.words import (
    may_tell,
    may_tell_in_place,
    privacy_phrase_in,
    privacy_phrase_in_place,
    privacy_phrase_of_phone,
)
from communityconnector.model import Disclosure
from communityconnector.model.internal_fields import PRIVATE, PRIVATE_PARTS
from communityconnector.model.level import strictest
from communityconnector.model.plain_words import words_of
from communityconnector.model.shape import evolve

_PROSE: Final[Mapping[str, tuple[str, ...]]] = {
    "organization": ("name", "alternate_name", "description"),
    "service": (
        "name",
        "alternate_name",
        "description",
        "alert",
        "application_process",
        "eligibility_description",
    ),
    "service_at_location": ("description",),
    "location": ("description",),
    "phone": ("description", "type", "number"),
}
"""Fields that hold sentences, which may say what is to be hidden."""
_CELLS: Final[Mapping[str, tuple[str, ...]]] = {
    "location": ("name", "alternate_name", "transportation"),
    "address": ("address_1", "address_2", "attention", "city"),
}
"""Fields that should name a place."""
_KINDS: Final[Mapping[str, str]] = {"location": "location_type", "address": "address_type"}
_PLAIN_KINDS: Final = frozenset({"physical", "postal", "virtual"})
_REQUIRED: Final = frozenset({"address_1", "city"})


def _texts(values: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return "\n".join(filter(None, map(values.get, names)))


def _address_tells(values: Mapping[str, Any]) -> bool:
    kind = values.get("address_type")
    return kind not in _PLAIN_KINDS or may_tell_in_place(_texts(values, _CELLS["address"]))


def _location_tells(values: Mapping[str, Any]) -> bool:
    # A point in words is not a point, and was dropped before.
    is_plain = values.get("location_type") in _PLAIN_KINDS and "latitude" in values
    if not is_plain or may_tell_in_place(_texts(values, _CELLS["location"])):
        return True
    text = values.get("description")
    return text is not None and may_tell(text)


def _service_tells(values: Mapping[str, Any]) -> bool:
    is_plain = values.get("status") in _STATES and "program" not in values
    return not is_plain or may_tell(_texts(values, _PROSE["service"]))


MAY_BE_PRIVATE: Final[Mapping[str, Callable[[Mapping[str, Any]], bool]]] = {
    "organization": lambda values: may_tell(_texts(values, _PROSE["organization"])),
    "service": _service_tells,
    "service_at_location": lambda values: "description" in values,
    "phone": lambda values: (
        "description" in values
        or values.get("type") not in _PLAIN_LINES
        or _LETTERS.search(values.get("number", "")) is not None
    ),
    "location": _location_tells,
    "address": _address_tells,
}
"""By entity, a quick look whether the fields of a record may say something: most do not, and are done with."""
_PLAIN_LINES: Final[frozenset[str | None]] = frozenset(
    {None, "voice", "fax", "cell", "text", "video", "pager", "textphone"}
)
_LETTERS: Final[re.Pattern[str]] = re.compile("[a-z]{4}", re.IGNORECASE)
_STATES: Final = frozenset({"active", "inactive", "defunct", "temporarily closed"})


def mark_privacy(  # noqa: PLR0913, PLR0917  # the record as it stands
    entity: str,
    raw: Mapping[str, Any],
    values: dict[str, Any],
    extra: dict[str, Any],
    unknown: Sequence[str],
    ticked: frozenset[str] | None = frozenset(),
) -> Sequence[PrivacyMark]:
    """Set what a raw record says of privacy on the arguments of the record that is made of it.

    Args:
        entity: the record's entity, one that has a level.
        raw: its fields as the source has them.
        values: arguments of its class.
        extra: its fields that HSDS does not know, and others that are kept as they were.
        unknown: the names of the fields that HSDS does not know.
        ticked: fields of the table in which a blank means no; `None` for a row of a spreadsheet, whose columns have
            been judged.

    Returns:
        The marks of privacy.
    """
    marks: list[PrivacyMark] = []
    may_be_private = MAY_BE_PRIVATE.get(entity)
    if may_be_private is not None and may_be_private(values):
        marks += _in_texts(entity, values)
        if entity in _CELLS:
            marks += _in_cells(entity, raw, values, extra)
        elif entity == "service":
            marks += _in_parts_of_service(raw, values)
    if unknown:
        marks += _in_extra(extra, unknown, by_name=ticked is not None)
    if ticked:
        marks += _unticked(raw, ticked)
    if values.get("disclosure") is not None:
        # Where a level is stated, words count no more, but a mark does.
        marks = [mark for mark in marks if not mark.words]
    for mark in marks:
        _set(entity, values, extra, mark)
    return marks


def _in_texts(entity: str, values: Mapping[str, Any]) -> Iterator[PrivacyMark]:
    hear_text = privacy_phrase_of_phone if entity == "phone" else privacy_phrase_in
    for name in _PROSE.get(entity, ()):
        text = values.get(name)
        if text and (mark := mark_in_words(name, hear_text(text))):
            yield mark


def _in_cells(
    entity: str, raw: Mapping[str, Any], values: dict[str, Any], extra: dict[str, Any]
) -> Iterator[PrivacyMark]:
    """Yield what the cells of a place say, where they should name it."""
    for name in _CELLS[entity]:
        text = values.get(name)
        phrase = privacy_phrase_in_place(text) if text else None
        if phrase is None:
            continue
        if phrase.is_all and entity == "address":
            # It is not a street, and must not be treated as one.
            values[name] = "" if name in _REQUIRED else None
            extra[f"x_{name}"] = text
        yield PrivacyMark(phrase.level, frozenset({phrase.scope}), name, phrase.words)
    for name in (_KINDS[entity], "latitude", "longitude"):
        text = raw.get(name)
        if isinstance(text, list):
            text = "; ".join(part for part in text if isinstance(part, str))
        if (
            type(text) is str
            and text not in _PLAIN_KINDS
            and answer_of(text) in (FlagAnswer.HIDDEN, FlagAnswer.STAFF)
        ):
            yield PrivacyMark(Disclosure.NEVER, frozenset({Scope.PLACE}), name, " ".join(words_of(text)))


def _in_parts_of_service(raw: Mapping[str, Any], values: Mapping[str, Any]) -> Iterator[PrivacyMark]:
    """Yield what the state of a service says, and what stands on its program, which has no level of its own."""
    state = raw.get("status")
    if type(state) is str and state not in _STATES and (mark := _mark_of_state("status", state)):
        yield mark
    program = values.get("program")
    if program is not None and program.extra:
        for field, flag, current in flags_in(program.extra):
            if mark := mark_of_flag(f"program.{field}", flag, current):
                yield mark


def _mark_of_state(name: str, text: str) -> PrivacyMark | None:
    """Return what a state in words says: "private", "unlisted"."""
    phrase = privacy_phrase_in_place(text)
    if phrase is None or not phrase.is_all or phrase.level is Disclosure.CONTACT_ONLY:
        return None
    return PrivacyMark(phrase.level, frozenset({Scope.LISTING}), name, phrase.words)


def _unticked(raw: Mapping[str, Any], ticked: frozenset[str]) -> Iterator[PrivacyMark]:
    for name in sorted(ticked):
        flag = None if raw.get(name) else read_name(name)
        mark = flag and mark_of_flag(name, flag, None, is_blank_no=True)
        if mark:
            yield mark


def _in_extra(extra: dict[str, Any], unknown: Iterable[str], *, by_name: bool) -> Iterator[PrivacyMark]:
    for name in unknown:
        value = extra.get(name)
        # What is empty says nothing; a false or a zero does.
        if (not value and value != 0) or name == PRIVATE:
            continue
        if read_name(name) is not None:
            if by_name:
                yield from filter(None, (mark_of_flag(*part) for part in flags_in({name: value})))
            continue
        for text in value if isinstance(value, list) else (value,):
            mark = _mark_in_text(name, text) if isinstance(text, str) else None
            if mark is not None:
                yield mark
                break
        if isinstance(value, (dict, list)):
            yield from _within(extra, name, value)


def _mark_in_text(name: str, text: str) -> PrivacyMark | None:
    mark = mark_in_words(name, privacy_phrase_in(text))
    return _mark_of_state(name, text) if mark is None and _names_a_state(name) else mark


@lru_cache(maxsize=4096)
def _names_a_state(name: str) -> bool:
    return not _STATE_WORDS.isdisjoint(words_of(name))


def _within(extra: dict[str, Any], name: str, value: Any) -> Iterator[PrivacyMark]:
    """Flags in what a source nests in a field of its own: what they stand in is private, and perhaps the place."""
    for holder in _holders(value):
        for field, text in holder.items():
            mark = (
                mark_in_words(f"{name}.{field}", privacy_phrase_in(text)) if isinstance(text, str) else None
            )
            if mark is not None:
                yield mark
        for field, flag, current in flags_in(holder):
            mark = mark_of_flag(f"{name}.{field}", flag, current)
            if mark is None:
                continue
            _keep_private(extra, name)
            words = {word for key in (name, *holder) for word in words_of(key)}
            if words & _PLACE_WORDS or not words & _PERSON_WORDS:
                yield attrs.evolve(mark, scopes=frozenset({Scope.PLACE}))


_STATE_WORDS: Final = frozenset({"status", "state", "estado"})
_PLACE_WORDS: Final = frozenset(
    "address addresses street city latitude longitude lat lon lng coordinates geo location place site direccion calle".split()
)
_PERSON_WORDS: Final = frozenset(
    "phone phones number email contact person fax telefono correo contacto".split()
)
_DEEPEST: Final = 20


def _holders(value: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """Yield all objects within a JSON value."""
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        yield value
        for current in value.values():
            yield from _holders(current, depth + 1)
    elif isinstance(value, list):
        for current in value:
            yield from _holders(current, depth + 1)


def _set(entity: str, values: dict[str, Any], extra: dict[str, Any], mark: PrivacyMark) -> None:
    """Hide what a mark says is private."""
    if mark.is_itself:
        _keep_private(extra, mark.field)
        return
    scopes = mark.scopes or {Scope.LISTING}
    if mark.of_record and entity in OFFERED:
        extra.setdefault(UNLISTED, mark.field)
    if entity in OWN or scopes & {Scope.PLACE, Scope.LISTING} or entity == "address":
        _hide(values, mark.level)
        return
    for scope, name in _PARTS.items():
        if scope in scopes and name in values:
            values[name] = tuple(
                _hidden(one, mark.level) if one in _meant(values[name], mark) else one for one in values[name]
            )
        elif scope in scopes:
            # In tables, rows of their own hold them.
            extra.setdefault(PRIVATE_PARTS, {})[name] = mark.level.value
    for scope, names in _FIELDS.items():
        if scope in scopes:
            for name in names:
                if values.get(name):
                    extra.setdefault(PRIVATE, {})[name] = values.pop(name)
    for name in [name for name in extra if name != mark.field and is_about(mark.subject, name)]:
        _keep_private(extra, name)


_PARTS: Final = {Scope.PHONE: "phones", Scope.CONTACT: "contacts", Scope.MAILING: "addresses"}
_FIELDS: Final = {Scope.EMAIL: ("email",), Scope.WEBSITE: ("url", "website")}


def _hide(values: dict[str, Any], level: Disclosure) -> None:
    current = values.get("disclosure")
    values["disclosure"] = level if current is None else strictest(current, level)


def _hidden(record: Any, level: Disclosure) -> Any:
    return evolve(
        record, {"disclosure": level if record.disclosure is None else strictest(record.disclosure, level)}
    )


def _meant(parts: tuple[Any, ...], mark: PrivacyMark) -> tuple[Any, ...]:
    """Those of some phones, contacts or addresses that a flag is about: the one that it names by its number, else all."""
    if Scope.MAILING in mark.scopes and parts[0].entity == "address":
        return tuple(part for part in parts if part.address_type == "postal")
    numbers = [int(word) for word in mark.subject if word.isdigit()]
    if parts[0].entity == "phone" and len(numbers) == 1 and 1 <= numbers[0] <= len(parts):
        return (parts[numbers[0] - 1],)
    return parts


def _keep_private(extra: dict[str, Any], name: str) -> None:
    """Move a field to those that are never shown."""
    if name in extra:
        extra.setdefault(PRIVATE, {})[name] = extra.pop(name)
