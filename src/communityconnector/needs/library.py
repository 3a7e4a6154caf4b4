"""What people ask a library for itself: where a thing in the building is, and what is done with books and cards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_HERE: Final = _words(
    """printer printers copier copiers photocopier scanner scanners fax microfilm computer computers pc pcs restroom
    restrooms bathroom bathrooms washroom toilet toilets elevator exit entrance desk stapler outlet outlets charger
    book books dvd dvds cd cds audiobook audiobooks ebook ebooks magazine magazines newspaper newspapers movie movies
    novel novels fiction nonfiction biographies comics manga shelf shelves stacks section room rooms catalog bookdrop
    bookmobile storytime impresora copiadora computadora computadoras bano banos libro libros pelicula peliculas revistas
    sala fotocopiadora"""
)
"""Things that people look for in a library's building."""

_OURS: Final = _words(
    """book books dvd dvds cd cds audiobook audiobooks ebook ebooks magazine magazines movie movies novel novels item
    items hold holds card cards account loan loans room tarjeta libro libros pelicula peliculas cuenta"""
)
"""What a library lends, gives out or keeps."""

_DONE: Final = _words(
    """renew renewing renewed return returning borrow borrowing reserve reserving request extend laminate checkout
    renovar devolver reservar prestar"""
)
"""What is done with it."""

_PAPERS: Final = _words(
    """document documents page pages paper papers letter letters form forms label labels ticket tickets photo photos something stuff pdf
    pass documento documentos pagina paginas papel papeles carta formulario formularios foto fotos algo"""
)
"""What people print, copy or send at a library."""
_COPIED: Final = _words(
    "scan scanning fax faxing photocopy copy copying print printing imprimir escanear fotocopiar copiar faxear"
)
"""What is done with these."""

_MACHINES: Final = _words(
    """printer printers copier copiers photocopier scanner scanners fax microfilm impresora copiadora fotocopiadora escaner printing photocopies photocopying"""
)
"""Machines that people come to a library to use."""
_SHARED: Final = _MACHINES | _words(
    "computer computers computadora computadoras pc pcs wifi wi-fi internet keyboard mouse kiosk catalog"
)
"""The same, and machines that people also have at home."""
_TROUBLE: Final = _words(
    """jam jams jammed stuck broken broke down frozen froze freezes crashed crash crashes slow offline ink toner ate eats eating password passcode
    login logout logoff log logged dropping drops disconnects disconnecting disconnected kicks kicked atascada atascado danada dano descompuesta lenta lento contrasena"""
)
"""What is wrong with them, or what people need to know to use them."""
_FAILS: Final = _words("not wont won't isn't isnt doesn't doesnt no out ya")
_CANNOT: Final = _words("cant can't cannot")
_WORKS: Final = _words(
    "work works working print prints printing connect connects connecting load loads loading scan scanning start paper on sirve funciona imprime conecta"
)
"""After words of failing, these also mean trouble."""
_DOES: Final = _words("print connect load scan open")
"""After "cannot", these are."""
_MINE: Final = _words("my mine mi our nuestra mis")
"""Before these machines, they mean the person's own."""
_AT_HOME: Final = _words("home house need afford buy pay free casa pagar necesito shut cut")
"""With these, the machine is the person's own."""
_ONLY: Final = _words(
    "color colour black white the this that these your a an to use i can please where el la esta usar puedo una"
)
"""A machine with only these words is one in the building."""

_WHERE: Final = _words("where wheres where's donde")
_BETWEEN: Final = _words(
    """is are are's the your a an my our this that these those some any do does you have can i find get to el la los
    las esta estan un una mi mis este esta overdue late library new kids children's teen adult spanish large print public nearest"""
)
"""Words between the question, or what is done, and the thing."""


def spans_of_business(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield the parts of a text that ask for ordinary library business, as first and last positions of words.

    Args:
        words: the folded words of the text.
    """
    yield from _of_machines(words)
    for start, word in enumerate(words):
        wanted = _HERE if word in _WHERE else _OURS if word in _DONE else _PAPERS if word in _COPIED else None
        if wanted is None:
            continue
        for end in range(start + 1, len(words)):
            if words[end] in wanted:
                yield start, end + 1
                break
            if words[end] not in _BETWEEN:
                break


def _of_machines(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield the whole text if it says that a machine in the building does not work, or only names one."""
    present = set(words)
    if not present & _SHARED or present & _AT_HOME:
        return
    if any(
        word in _SHARED and not _MINE.isdisjoint(words[max(0, n - 2) : n]) for n, word in enumerate(words)
    ):
        return
    has_failed = any(
        (word in _FAILS and not _WORKS.isdisjoint(words[n + 1 : n + 4]))
        or (word in _CANNOT and not _DOES.isdisjoint(words[n + 1 : n + 4]))
        for n, word in enumerate(words)
    )
    is_all = len(words) > 1 and not present - _MACHINES - _ONLY
    if present & _TROUBLE or has_failed or is_all:
        yield 0, len(words)
