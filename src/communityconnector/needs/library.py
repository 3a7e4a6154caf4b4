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
"""Things that one looks for in a library's building."""

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

_WHERE: Final = _words("where wheres where's donde")
_BETWEEN: Final = _words(
    """is are are's the your a an my our this that these those some any do does you have can i find get to el la los
    las esta estan un una mi mis este esta overdue late library new kids children's teen adult spanish large print public nearest"""
)
"""May stand between the question, or what is done, and the thing."""


def spans_of_business(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where a text asks for ordinary library business, as beginnings and ends in words.

    Args:
        words: the folded words of the text.
    """
    for start, word in enumerate(words):
        wanted = _HERE if word in _WHERE else _OURS if word in _DONE else None
        if wanted is None:
            continue
        for end in range(start + 1, len(words)):
            if words[end] in wanted:
                yield start, end + 1
                break
            if words[end] not in _BETWEEN:
                break
