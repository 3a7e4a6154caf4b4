"""The index of a stored directory: one folder a generation and audience, made from what is stored."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from communityconnector.directory_store.generations import (
    DirectoryStore,
    Generation,
    View,
    generation_kind,
    storage_id,
)
from communityconnector.errors import StorageError, UnusableIndexError
from communityconnector.matching import Index
from communityconnector.matching.criteria import Locate
from communityconnector.model import Audience, Service
from communityconnector.model.zips import zip_point
from communityconnector.storage import SupportsChanges

if TYPE_CHECKING:
    from communityconnector.needs import Lexicon

Progress = Callable[[int], object]
_TOLD_EVERY: Final = 1000


def open_index(  # noqa: PLR0913  # which index, and what it takes to build it
    store: DirectoryStore,
    generation: int,
    token: str,
    folder: Path,
    audience: Audience,
    *,
    anew: bool = False,
    durable: bool = True,
    lexicon: Lexicon | None = None,
    locate: Locate = zip_point,
    on_progress: Progress | None = None,
) -> Index:
    """The index of a generation; it is built if there is none that can be used.

    Args:
        store: where the directory is stored.
        generation: which.
        token: its token.
        folder: holds a folder an index; made if there is none, for its owner alone: an index reveals where places are.
        audience: for whom.
        anew: whether to build it in any case.
        durable: see `Index.build`.
        lexicon: finds the phrases of a vocabulary; by default that which ships.
        locate: gives the points that stand for postal codes; by default of US ZIP codes.
        on_progress: takes the number of services that were indexed, now and then, while it is built.

    Raises:
        StorageError: the generation is forgotten by now.
    """
    view = store.view(generation, audience)

    def fetch(key: str) -> Service | None:
        return store.some(generation, [storage_id(key)], view).get(storage_id(key))

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    place = folder / f"{generation}-{token}-{audience}"
    if not anew:
        try:
            return Index.open(place, lexicon, fetch=fetch, locate=locate)
        except UnusableIndexError:
            pass
    services = _report_progress(store.services(generation, view), on_progress)
    terms = store.terms(generation)
    index = Index.build(
        services,
        place,
        lexicon,
        terms=terms,
        audience=audience,
        fetch=fetch,
        locate=locate,
        durable=durable,
    )
    try:
        # Forgetting a generation begins with what tells how it may be seen: if that is there, so was all the rest.
        store.confidential(generation)
    except StorageError:
        shutil.rmtree(place, ignore_errors=True)
        raise
    return index


def remove_outdated(folder: Path, current: Generation) -> None:
    """Remove the indexes of generations that are no longer read."""
    if not folder.is_dir():
        return
    for place in folder.iterdir():
        number = place.name.partition("-")[0]
        if number.isdecimal() and int(number) not in (current.number, current.previous):
            shutil.rmtree(place, ignore_errors=True)


def follow_changes(
    store: DirectoryStore, generation: Generation, index: Index, view: View, since: int
) -> tuple[Index, int]:
    """An index that knows what was changed of single services since a commit, and the last commit that it knows.

    Args:
        store: where the directory is stored.
        generation: which is indexed.
        index: its index.
        view: how the index's audience may see it.
        since: the last commit that the index knows.
    """
    storage = store.storage
    if not isinstance(storage, SupportsChanges):
        return index, since
    kind = generation_kind("service", generation.number)
    changed: list[str] = []
    removed: list[str] = []
    for change in storage.changes(since):
        since = change.version
        if change.kind == kind:
            (removed if change.deleted else changed).append(change.id)
    if not changed and not removed:
        return index, since
    return index.update(store.some(generation.number, changed, view).values(), removed), since


def _report_progress(services: Iterator[Service], on_progress: Progress | None) -> Iterator[Service]:
    number = 0
    for number, service in enumerate(services, start=1):
        yield service
        if on_progress is not None and number % _TOLD_EVERY == 0:
            on_progress(number)
    if on_progress is not None:
        on_progress(number)
