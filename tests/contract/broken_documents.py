"""Storages with a fault in what becomes of documents."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping

import attrs
from faults import fault

from communityconnector.adapters.memory import MemoryStorage
from communityconnector.storage import Put


class ChangesDocuments(MemoryStorage):
    """Changes values on their way in."""

    def commit(self, writes):
        return super().commit(
            [attrs.evolve(w, document=self.walk(w.document)) if isinstance(w, Put) else w for w in writes]
        )

    def walk(self, value):
        if isinstance(value, Mapping):
            return {self.name(key): self.walk(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.walk(inner) for inner in value]
        return self.text(value) if isinstance(value, str) else self.other(value)

    def name(self, text):
        return text

    def text(self, text):
        return text

    def other(self, value):
        return value


@fault
class WritesDocumentsItself(MemoryStorage):
    def commit(self, writes):
        for write in writes:
            if isinstance(write, Put):
                json.dumps(write.document)
        return super().commit(writes)


@fault
class LosesNullMembers(ChangesDocuments):
    def walk(self, value):
        if isinstance(value, Mapping):
            value = {key: inner for key, inner in value.items() if inner is not None}
        return super().walk(value)


@fault
class LosesNullsInLists(ChangesDocuments):
    def walk(self, value):
        return super().walk([one for one in value if one is not None] if isinstance(value, list) else value)


@fault
class EmptyTextsBecomeNull(ChangesDocuments):
    def text(self, text):
        return text or None


@fault
class CutsLongTexts(ChangesDocuments):
    def text(self, text):
        return text[:65_535]


@fault
class CutsTextsAtNuls(ChangesDocuments):
    def text(self, text):
        return text.partition("\0")[0]


@fault
class ReplacesSurrogates(ChangesDocuments):
    def text(self, text):
        return text.encode("utf-8", "replace").decode()


@fault
class StripsTexts(ChangesDocuments):
    def text(self, text):
        return text.strip()


@fault
class NormalisesTexts(ChangesDocuments):
    def text(self, text):
        return unicodedata.normalize("NFC", text)


@fault
class NormalisesMemberNames(ChangesDocuments):
    def name(self, text):
        return unicodedata.normalize("NFC", text)


@fault
class DropsTimeZones(ChangesDocuments):
    def text(self, text):
        return re.sub(r"(T\d\d:\d\d:\d\d)([+-]\d\d:\d\d|Z)$", r"\1", text)


@fault
class RewritesTimeZones(ChangesDocuments):
    def text(self, text):
        return re.sub(r"(T\d\d:\d\d:\d\d)\+00:00$", r"\1Z", text)


@fault
class TakesTextsForNumbers(ChangesDocuments):
    def text(self, text):
        return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else text


@fault
class RoundsFloats(ChangesDocuments):
    def other(self, value):
        return float(f"{value:.15g}") if isinstance(value, float) else value


@fault
class LargeIntegersBecomeFloats(ChangesDocuments):
    def other(self, value):
        return float(value) if isinstance(value, int) and abs(value) >= 2**63 else value


@fault
class WholeFloatsBecomeIntegers(ChangesDocuments):
    def other(self, value):
        return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e9 else value


@fault
class ZerosLoseTheirSign(ChangesDocuments):
    def other(self, value):
        return value or 0.0 if isinstance(value, float) else value


@fault
class TrueBecomesOne(ChangesDocuments):
    def other(self, value):
        return int(value) if isinstance(value, bool) else value


@fault
class AcceptsNotANumber(ChangesDocuments):
    def other(self, value):
        return None if isinstance(value, float) and value - value else value  # true of what is not finite

    def walk(self, value):
        return None if isinstance(value, float) and value != value else super().walk(value)  # noqa: PLR0124  # only of NaN


@fault
class MergesDocuments(MemoryStorage):
    def commit(self, writes):
        with self._lock:
            merged = []
            for write in writes:
                old = self.get(write.kind, [write.id]).get(write.id)
                if isinstance(write, Put) and isinstance(write.document, Mapping) and old:
                    write = attrs.evolve(write, document={**old.document, **write.document})  # noqa: PLW2901  # merged
                merged.append(write)
            return super().commit(merged)


@fault
class SharesDocuments(MemoryStorage):
    def __init__(self):
        super().__init__()
        self.given = {}

    def get(self, kind, ids):
        found = super().get(kind, ids)
        return {key: self.given.setdefault((kind, key, one.version), one) for key, one in found.items()}


@fault
class KeepsTheCallersDocument(MemoryStorage):
    def __init__(self):
        super().__init__()
        self.kept = {}

    def commit(self, writes):
        number = super().commit(writes)
        self.kept |= {(w.kind, w.id, number): w.document for w in writes if isinstance(w, Put)}
        return number

    def get(self, kind, ids):
        found = super().get(kind, ids)
        kept = (
            (key, one, self.kept.get((kind, key, one.version), one.document)) for key, one in found.items()
        )
        return {key: attrs.evolve(one, document=json.loads(json.dumps(doc))) for key, one, doc in kept}
