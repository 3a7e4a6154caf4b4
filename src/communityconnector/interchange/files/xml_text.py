"""XML read safely: no declarations, no entities of its own, no network, element after element in bounded memory."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import IO, Final
from xml.etree import ElementTree as ET
from xml.parsers import expat

_CHUNK: Final = 1 << 16
_MOST_DEEP: Final = 200
_MOST_LETTERS: Final = 64 * 1024**2
"""One element that holds more is not read: it would fill the memory."""


class UnsafeXmlError(Exception):
    """XML that declares entities or a document type, is nested too deep, or holds too much in one element."""


class BrokenXmlError(Exception):
    """XML that breaks off or is not well formed.

    Attributes:
        line: the line where.
    """

    def __init__(self, line: int) -> None:
        super().__init__(f"not well formed in line {line}")
        self.line = line


def elements(stream: IO[bytes], wanted: Collection[str]) -> Iterator[tuple[ET.Element, int]]:
    """Yield elements as they are complete, with the line of each; elements within them come with them.

    Names are local names, without namespaces. Whatever stands outside the wanted elements is not kept.

    Args:
        stream: the text, in any encoding that XML declares.
        wanted: local names of the outermost elements to yield.

    Raises:
        UnsafeXmlError: see there.
        BrokenXmlError: the text is not well formed; what was complete before has been yielded.
    """
    reader = _Reader(frozenset(wanted))
    while True:
        chunk = stream.read(_CHUNK)
        try:
            reader.parser.Parse(chunk, not chunk)
        except expat.ExpatError as error:
            yield from reader.done()
            raise BrokenXmlError(error.lineno) from None
        yield from reader.done()
        if not chunk:
            return


class _Reader:
    """Builds the wanted elements from the events of a parser."""

    def __init__(self, wanted: frozenset[str]) -> None:
        self._wanted = wanted
        self._open: list[ET.Element] = []
        self._done: list[tuple[ET.Element, int]] = []
        self._depth = 0
        self._letters = 0
        self._line = 0
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse
        self.parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)

    def done(self) -> Iterator[tuple[ET.Element, int]]:
        """Yield the elements that are complete, each once."""
        yield from self._done
        self._done.clear()

    def _refuse(self, *_: object) -> None:
        message = "XML that declares a document type or entities"
        raise UnsafeXmlError(message)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _MOST_DEEP:
            message = f"XML of more than {_MOST_DEEP} elements within each other"
            raise UnsafeXmlError(message)
        local = name.rpartition(":")[2]
        if not self._open and local not in self._wanted:
            return
        if not self._open:
            self._line, self._letters = self.parser.CurrentLineNumber, 0
        element = ET.Element(local, {key.rpartition(":")[2]: value for key, value in attributes.items()})
        if self._open:
            self._open[-1].append(element)
        self._open.append(element)
        self._count(len(local) + 50)

    def _end(self, _name: str) -> None:
        self._depth -= 1
        if self._open:
            element = self._open.pop()
            if not self._open:
                self._done.append((element, self._line))

    def _text(self, text: str) -> None:
        if not self._open:
            return
        self._count(len(text))
        parent = self._open[-1]
        if len(parent):
            parent[-1].tail = (parent[-1].tail or "") + text
        else:
            parent.text = (parent.text or "") + text

    def _count(self, letters: int) -> None:
        self._letters += letters
        if self._letters > _MOST_LETTERS:
            message = f"an element of XML that holds more than {_MOST_LETTERS:,} letters"
            raise UnsafeXmlError(message)


def text_of(element: ET.Element | None) -> str:
    """Return the text of an element and of those within it, with single blanks; "" for none."""
    return "" if element is None else " ".join(" ".join(element.itertext()).split())
