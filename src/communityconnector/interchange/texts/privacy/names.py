"""What the name of a column or field says of privacy: what it is about, and whether a yes hides or shows it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import attrs

from communityconnector.interchange.texts.privacy.lexicon import (
    ADDRESS,
    AVAILABLE,
    BUILT,
    CLEAR,
    CONCEAL,
    CONTACT,
    EMAIL,
    FILLER,
    IS,
    KNOWN,
    LEAVE_OUT,
    LISTING,
    MAILING,
    NOT,
    OBJECTS,
    ON,
    OPEN,
    OUTLET,
    OWNED,
    PHONE,
    PURPOSE,
    QUALIFIER,
    REASON,
    SECRECY,
    SECRET,
    SEEN,
    SHOW,
    SHOWN_IN,
    SPOT,
    STAFF,
    VICTIMS,
    WEAK,
    WEBSITE,
    WITH_OBJECT,
    Scope,
)
from communityconnector.interchange.texts.privacy.name_words import whole_words
from communityconnector.model.plain_words import folded


@attrs.frozen
class FlagName:
    """What a name says.

    Attributes:
        yes_hides: whether a yes hides (`Hide address?`); else a no does (`Show address?`).
        scopes: what is hidden; empty for the record that the field stands in.
        sure: whether the name alone makes it a flag, so that a value which is not understood hides. Else only values
            that are plainly about privacy count: `Public address` may hold a yes, or an address.
        staff: whether what is hidden may still be shown to staff.
        verb: whether the name says "hide" or "exclude", so that "public" as its value names from whom.
        holds_value: whether the column may hold what is private itself (`Private phone`).
        subject: the words of what it is about, as other columns' names have them: `phone`, `1`.
        publishes: whether it asks if the record is for the public at all, and not whether something is secret.
    """

    yes_hides: bool
    scopes: frozenset[Scope] = frozenset()
    sure: bool = True
    staff: bool = False
    verb: bool = False
    holds_value: bool = False
    subject: tuple[str, ...] = ()
    publishes: bool = False


_STEM: Final = 4
_LONGEST: Final = 160
"""A longer name is a sentence of a form; no flag is called so."""


@lru_cache(maxsize=8192)
def read_name(name: str) -> FlagName | None:
    """Return what a name says of privacy; `None` where it says nothing."""
    if not 2 < len(name) <= _LONGEST or not _STEMS.search(folded(name)):
        return None
    for camel in (True, False):
        words = whole_words(name, camel=camel)
        flag = _FlagWords(words).read() if words else None
        if flag is not None:
            return flag
    return None


_STEMS: Final = re.compile(
    "|".join(
        sorted(
            {word[:_STEM] for word in SECRET | OPEN}
            | set(
                "opt keep leav post give map web inte offi solo dont not pub disp avai dire who requ safe".split()
            )
        )
    )
    + r"|is[ _-]?(?:pr|co|hi|pu|un)$"
)
"""How words of privacy begin, so that most names are done with at a glance."""


def is_about(subject: tuple[str, ...], name: str) -> bool:
    """Return whether another column or field is about what a flag is about: `Phone1Name` is about `phone`, `1`.

    Args:
        subject: the subject of the flag's name.
        name: the other name.
    """
    words = set(whole_words(name))
    if any(word in _LINES and word not in words for word in subject):
        return False
    return (
        bool(words)
        and all(
            any(word in kind and words & kind for kind in _KINDS) or word in words
            for word in subject
            if word not in _LOOSE
        )
        and any(word in kind for word in subject for kind in _KINDS)
        and read_name(name) is None
    )


_KINDS: Final = (PHONE, CONTACT, EMAIL, MAILING, WEBSITE)
_LINES: Final = frozenset("fax tty tdd cell cellphone celular".split())
"""Kinds of phones: a mark on the fax is not about the main number."""
_LOOSE: Final = (
    frozenset({"number", "numbers", "line", "name", "names", "address", "addresses", "numero", "of"})
    | LISTING
)
_PERSONAL: Final = PHONE | CONTACT | EMAIL | MAILING | WEBSITE
_TALK: Final = frozenset(
    "counseling counselling counselor therapy testing test tests services support help helpline hotline call calls chat "
    "conversation conversations visit visits treatment advice consultation consultations session sessions meeting meetings "
    "group groups screening result results case cases interview interviews communication communications file files client "
    "clients patient patients consejeria asesoria terapia prueba pruebas servicios apoyo ayuda llamada llamadas conversaciones "
    "consultas".split()
)
"""What is confidential without its place being so."""
_PRIVATE: Final = frozenset({"private", "privado", "privada"})
_ALONE: Final = [["sensitive"], ["exclude"], ["omit"], ["suppress"], ["excluir"], ["omitir"]]
"""Names of one word that are enough where others like it say too little."""
_NOUNS: Final = [["displays"], ["shows"]]
_NOT_ALONE: Final = [["printed"], ["displayed"]]
_OF_PLACES: Final = frozenset({Scope.PLACE, Scope.LISTING})
_THE_RECORD: Final = frozenset({Scope.LISTING})
_UNPUBLISHED: Final = (
    CONCEAL
    | LEAVE_OUT
    | {STAFF}
    | frozenset(
        "unlisted unpublished nonpublic nonpublished nonlisted hidden invisible suppressed oculto oculta".split()
    )
)
"""Words of secrecy that say of a record that it is not for the public, where "confidential" may describe what it offers."""
_ENDS_OTHERWISE: Final = ON - {"from", "off", "de", "del"} | frozenset(
    "by as for x y e o a or and if".split()
)
"""Published on, published by, shown at: a date, a person, a place follows. Display Y is a coordinate."""
_MAPS: Final = frozenset({"map", "maps", "mapa"})
_PLACED: Final = OUTLET - {
    "site",
    "list",
    "public",
    "publico",
    "online",
    "linea",
    "media",
    "results",
    "page",
    "guide",
    "print",
    "printed",
}


class _FlagWords:
    """The words of one name while it is read."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = [word for word in words if not word.isdigit()]
        self.personal = any(word in _PERSONAL for word in self.words)
        self.unknown = [word for word in self.words if not self.knows(word)]
        self.outlets, self.objects = self._objects()
        numbers = [word for word in words if word.isdigit()]
        self.subject = tuple(w for w in words if w in OBJECTS or w in QUALIFIER or w in numbers)

    def knows(self, word: str) -> bool:
        return (
            word in KNOWN
            or word in (STAFF, VICTIMS, AVAILABLE)
            or (self.personal and word in QUALIFIER)
            or (word in PURPOSE and AVAILABLE in self.words)
        )

    def _objects(self) -> tuple[list[str], list[int]]:
        """Return where things are shown, and the positions of the words for what is."""
        outlets: list[str] = []
        objects: list[int] = []
        after_on = False
        for at, word in enumerate(self.words):
            if word in ON or word in ("for", AVAILABLE):
                after_on = True
            elif after_on and word in OUTLET:
                outlets.append(word)
            elif word in OBJECTS:
                objects.append(at)
                after_on = False
            elif word not in FILLER:
                after_on = False
        return outlets, objects

    def read(self) -> FlagName | None:
        if not self.words or self.words[-1] in _ENDS_OTHERWISE:
            return None
        secret = next((at for at, word in enumerate(self.words) if word in SECRET), None)
        if secret is not None:
            return self._secret(secret)
        if self.unknown:
            return None
        open_at = next((at for at, word in enumerate(self.words) if self._opens(at, word)), None)
        if open_at is not None:
            return self._open(open_at)
        if self.outlets and self.outlets[-1] in _PLACED and any(word in ON for word in self.words):
            denied = any(word in NOT for word in self.words)
            scopes = self._scopes()
            return FlagName(yes_hides=denied, scopes=scopes, sure=denied, publishes=scopes <= _THE_RECORD)
        return None

    def _opens(self, at: int, word: str) -> bool:
        return word in OPEN and not (word in OUTLET and at and self.words[at - 1] in ON)

    def _secret(self, at: int) -> FlagName | None:
        word, words = self.words[at], self.words
        if self._is_of_something_else(at):
            return None
        scopes = self._scopes()
        denied = sum(other in NOT for other in words[:at]) % 2 == 1
        is_sure = not self.unknown and word not in SECRECY | {STAFF} | LEAVE_OUT
        if word in SECRECY | LEAVE_OUT and (scopes or self.outlets):
            is_sure = True
        return FlagName(
            yes_hides=not denied,
            scopes=frozenset({Scope.LISTING}) if word == VICTIMS else scopes,
            sure=is_sure,
            staff=word == STAFF,
            verb=word in CONCEAL | LEAVE_OUT,
            holds_value=self._describes(at) and self.personal,
            subject=self.subject,
            publishes=word in _UNPUBLISHED and scopes <= _THE_RECORD,
        )

    def _describes(self, at: int) -> bool:
        """Return whether the word at a place stands before what it describes: "private phone"."""
        after = [other for other in self.objects if other > at]
        return bool(after) and not any(word in IS for word in self.words[at : after[0]])

    def _is_of_something_else(self, at: int) -> bool:
        """Return whether a word of secrecy is about rooms, payment, talks, notes and the like."""
        word, words = self.words[at], self.words
        described = [words[other] for other in self.objects]
        if self.unknown:
            return not self._says_it_of_the_unknown(at)
        if any(w in REASON for w in words):
            is_secrecy = word in SECRECY or word in ("withheld", "redacted")
            return not is_secrecy and Scope.PLACE not in self._scopes()
        if not described and not self.outlets:
            needs_object = word in WITH_OBJECT | LEAVE_OUT and [w for w in words if w not in ON] not in _ALONE
            return needs_object or (word in _PRIVATE and "public" in words)
        is_owned = bool(described) and all(other in OWNED for other in described)
        return word in _PRIVATE and self._describes(at) and is_owned

    def _says_it_of_the_unknown(self, at: int) -> bool:
        """Return whether a name says of something that is not known here that it is secret: "bldg confidential"."""
        word, words = self.words[at], self.words
        rest = [w for w in words[at + 1 :] if w not in FILLER | ON | OUTLET]
        says_it = word in CLEAR or (word in WEAK and any(w in IS for w in words[:at]))
        return says_it and not rest and not any(w in _TALK for w in self.unknown)

    def _open(self, at: int) -> FlagName | None:
        denied = sum(other in NOT for other in self.words[:at]) % 2 == 1
        scopes = self._scopes()
        is_sure = None if any(w in REASON for w in self.words) else self._is_sure(at, scopes, denied=denied)
        if is_sure is None:
            return None
        return FlagName(
            yes_hides=denied,
            scopes=scopes,
            sure=is_sure or denied,
            subject=self.subject,
            publishes=scopes <= _THE_RECORD,
        )

    def _is_sure(self, at: int, scopes: frozenset[Scope], *, denied: bool) -> bool | None:
        """Return whether a name that speaks of showing is a flag whatever its values are; `None` where it is not a flag."""
        word, words = self.words[at], self.words
        if word == AVAILABLE:
            return True if any(w in PURPOSE for w in words[at + 1 :]) else None
        if word in SHOW:
            return self._is_shown(at, scopes, denied=denied)
        if word in SEEN:
            return self._is_seen(at, scopes)
        if word in ("publication", "publicacion", "publishing"):
            return True if denied or "status" in words else None
        return True

    def _is_seen(self, at: int, scopes: frozenset[Scope]) -> bool | None:
        """Return the same for "public" and its like, which stand before much that is not private."""
        word, words = self.words[at], self.words
        after = [other for other in words[at + 1 :] if other in OUTLET]
        if words in _NOT_ALONE or any(other not in SHOWN_IN for other in after):
            return None
        if not self._describes(at):
            return word in ("public", "published", "visible")
        built = any(words[other] in BUILT for other in self.objects)
        return False if scopes <= _OF_PLACES and not built else None

    def _is_shown(self, at: int, scopes: frozenset[Scope], *, denied: bool) -> bool | None:
        """Return the same for verbs that also mean other things: a list of agencies, the display name."""
        word, words = self.words[at], self.words
        is_asked = bool(self.outlets or denied or self._is_asked())
        is_first = all(w in FILLER or w in NOT for w in words[:at])
        is_last = all(w in FILLER or w in ON or w in OUTLET for w in words[at + 1 :])
        if not is_first and not denied and not (is_last and word in ("show", "display", "mostrar")):
            return None
        if (len(words) > 1 and not scopes and not is_asked) or words in _NOUNS:
            return None
        is_plain_verb = word in ("show", "shows", "mostrar")
        return bool(scopes or self.outlets) and (is_plain_verb or (is_asked and len(words) > len(scopes) + 1))

    def _is_asked(self) -> bool:
        return any(w in FILLER - {"status", "level", "physical", "full"} for w in self.words)

    def _scopes(self) -> frozenset[Scope]:
        objects = [self.words[at] for at in self.objects]
        scopes: set[Scope] = set()
        spots = [word for word in objects if word in SPOT]
        streets = [word for word in objects if word in ADDRESS]
        for words, scope in _PERSONS:
            if any(word in words for word in objects):
                scopes.add(scope)
        if scopes & {Scope.MAILING, Scope.EMAIL, Scope.WEBSITE} and streets:
            # A mailing address, an e-mail address, a web address.
            streets = streets[1:]
        if Scope.CONTACT in scopes:
            scopes -= {Scope.PHONE, Scope.EMAIL}
        if (
            streets
            or (spots and not scopes)
            or any(word in _MAPS for word in self.outlets)
            or "safehouse" in self.words
        ):
            scopes.add(Scope.PLACE)
        if not scopes and any(word in LISTING for word in objects):
            scopes.add(Scope.LISTING)
        return frozenset(scopes)


_PERSONS: Final = (
    (MAILING, Scope.MAILING),
    (PHONE, Scope.PHONE),
    (CONTACT, Scope.CONTACT),
    (EMAIL, Scope.EMAIL),
    (WEBSITE, Scope.WEBSITE),
)
