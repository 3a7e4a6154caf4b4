"""A saved index opens as it was, is shared between processes, and says when it is damaged."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from datetime import UTC, datetime
from functools import cache

import attrs
import numpy as np
import pytest

import communityconnector as cc
from communityconnector.errors import UnusableIndexError
from communityconnector.matching.index.pages import PAGE, digest_of, sums_of
from communityconnector.needs import Lexicon, Vocabulary

NOW = datetime(2026, 11, 24, 17, tzinfo=UTC)
NEEDS = [
    cc.Need("somewhere to sleep tonight", near="28694", within=cc.miles(10), age=19),
    cc.Need("food pantry", near="28640", open_at=NOW, language="es"),
    cc.Need("someone to talk to"),
    cc.Need("lawyer", near="28694", max_cost=0),
]


def make_matcher(source, **more):
    return cc.Matcher(source, clock=lambda: NOW, **more)


def answers_of(found):
    return [[(m.offer_id, m.score, m.reasons, m.km) for m in found.match(need, limit=None)] for need in NEEDS]


@cache
def sample_matcher():
    return make_matcher(cc.sample())


@cache
def expected():
    return answers_of(sample_matcher())


@pytest.fixture
def folder(tmp_path):
    sample_matcher().index.save(tmp_path / "index")
    return tmp_path / "index"


def test_a_saved_index_opens_unchanged_with_its_services(folder):
    opened = make_matcher(cc.Index.open(folder))
    assert answers_of(opened) == expected()
    assert opened.directory.services == sample_matcher().directory.services
    (match, *_) = opened.match(NEEDS[0])
    assert match.service == sample_matcher().directory.services[match.service_id]
    assert opened.explain(NEEDS[0], match.service_id) == sample_matcher().explain(NEEDS[0], match.service_id)


def test_services_can_be_streamed_into_an_index(tmp_path):
    fit = cc.sample().for_audience("public")
    built = cc.Index.build(iter(fit.services.values()), tmp_path / "index", terms=fit.taxonomy_terms)
    assert answers_of(make_matcher(built)) == expected()
    again = cc.Index.build(
        iter(fit.services.values()), tmp_path / "index", terms=fit.taxonomy_terms, fetch=fit.services.get
    )
    assert answers_of(make_matcher(again)) == expected()
    assert next(iter(make_matcher(again).match(NEEDS[0]))).service in fit.services.values()


def test_an_index_that_was_updated_is_saved_with_its_changes(tmp_path):
    directory = cc.sample()
    (first, second, *_) = directory.services.values()
    renamed = attrs.evolve(first, name="Somewhere to sleep")
    kept = [renamed if service is first else service for service in directory.services.values()]
    changed = cc.Directory.of([service for service in kept if service is not second])
    found = make_matcher(directory)
    found.update(changed)
    found.index.save(tmp_path / "index")
    opened = make_matcher(cc.Index.open(tmp_path / "index"))
    assert answers_of(opened) == answers_of(found) == answers_of(make_matcher(changed))
    with pytest.raises(KeyError):
        opened.explain(NEEDS[0], second.id)
    more = opened.update(directory)
    assert [change.record_id for change in more.added if change.entity == "service"] == [second.id]
    assert answers_of(opened) == expected()


def test_a_reader_of_the_old_index_continues_with_it(folder):
    old = make_matcher(cc.Index.open(folder))
    before = answers_of(old)
    (first, *_) = cc.sample().services.values()
    make_matcher(cc.Directory.of([first])).index.save(folder)
    assert answers_of(old) == before
    assert len(make_matcher(cc.Index.open(folder)).directory.services) == 1
    assert len(list(folder.glob("generation-*"))) == 1


def test_a_failed_writer_leaves_the_old_index(folder):
    before = sorted(folder.iterdir())

    def failing():
        yield next(iter(cc.sample().services.values()))
        message = "the source broke off"
        raise OSError(message)

    with pytest.raises(OSError, match="broke off"):
        cc.Index.build(failing(), folder)
    assert sorted(folder.iterdir()) == before
    assert answers_of(make_matcher(cc.Index.open(folder))) == expected()


def test_a_killed_writer_leaves_the_old_index(folder):
    code = (
        "import os, sys, communityconnector as cc\n"
        "def some():\n"
        "    yield from cc.sample().services.values()\n"
        "    os._exit(9)\n"
        "cc.Index.build(some(), sys.argv[1])\n"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(folder)], check=False)
    assert killed.returncode == 9
    assert answers_of(make_matcher(cc.Index.open(folder))) == expected()
    # The next writer is not in its way.
    sample_matcher().index.save(folder)
    assert len(list(folder.glob("generation-*"))) == 1


def test_processes_share_a_saved_index(folder):
    code = (
        "import sys, communityconnector as cc\n"
        "matcher = cc.Matcher(cc.Index.open(sys.argv[1]))\n"
        "print([m.offer_id for m in matcher.match(cc.Need('someone to talk to'), limit=None)])\n"
    )
    run = [
        subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE) for _ in range(2)
    ]
    answers = [process.communicate()[0].decode() for process in run]
    mine = [m.offer_id for m in sample_matcher().match(cc.Need("someone to talk to"), limit=None)]
    assert [answer.strip() for answer in answers] == [str(mine)] * 2


def test_readers_of_an_updating_index_see_the_old_state_or_the_new():
    directory = cc.sample()
    found = make_matcher(directory)
    (gone, *_) = [m.service_id for m in found.match(NEEDS[2])]
    without = cc.Directory.of([s for s in directory.services.values() if s.id != gone])
    states = {
        tuple(m.offer_id for m in make_matcher(d).match(NEEDS[2], limit=None)) for d in (directory, without)
    }
    seen, stop = set(), threading.Event()

    def read():
        while not stop.is_set():
            seen.add(tuple(m.offer_id for m in found.match(NEEDS[2], limit=None)))

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for _ in range(6):
        found.update(without)
        found.update(directory)
    stop.set()
    for reader in readers:
        reader.join()
    assert seen == states


def manifest(folder, **changes):
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def room(folder):
    return next(folder.glob("generation-*"))


def cut(folder):
    file = room(folder) / "part-0-keys.npy"
    file.write_bytes(file.read_bytes()[:-8])


def flip(folder):
    file = room(folder) / "part-0-points.npy"
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)


FAULTS = {
    "no manifest": (lambda folder: (folder / "manifest.json").unlink(), "holds no index"),
    "no JSON": (lambda folder: (folder / "manifest.json").write_text("{"), "cannot be read"),
    "another manifest": (lambda folder: (folder / "manifest.json").write_text("[1]"), "not that of an index"),
    "a later version": (lambda folder: manifest(folder, version=99), "version 99"),
    "a manifest that was changed": (lambda folder: manifest(folder, audience="steward"), "damaged"),
    "a file that is cut off": (cut, "damaged"),
    "a file that is missing": (lambda folder: (room(folder) / "part-0-keys.npy").unlink(), "missing"),
    "a byte that was changed": (flip, "damaged"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_damaged_index_is_not_opened(folder, fault):
    damage, message = FAULTS[fault]
    damage(folder)
    with pytest.raises(UnusableIndexError, match=message) as caught:
        cc.Index.open(folder)
    assert str(folder) in str(caught.value)


def test_a_path_that_is_not_a_folder_is_reported(tmp_path):
    (tmp_path / "index").write_text("")
    with pytest.raises(UnusableIndexError, match="is a file"):
        sample_matcher().index.save(tmp_path / "index")
    with pytest.raises(UnusableIndexError, match="holds no index"):
        cc.Index.open(tmp_path / "nowhere")
    with pytest.raises(UnusableIndexError):
        cc.Index.open(tmp_path / "index")


def test_an_index_is_of_one_vocabulary_and_of_one_audience(folder):
    with pytest.raises(UnusableIndexError, match="another needs vocabulary"):
        cc.Index.open(folder, Lexicon(Vocabulary({}, (), {})))
    with pytest.raises(UnusableIndexError, match="audience public"):
        cc.Matcher(cc.Index.open(folder), audience="staff")
    with pytest.raises(UnusableIndexError, match="vocabulary that it was made with"):
        cc.Matcher(cc.Index.open(folder), vocabulary=cc.vocabulary())


def test_an_index_without_services_needs_a_source_of_services(tmp_path):
    directory = cc.sample().for_audience("public")
    make_matcher(directory).index.save(tmp_path / "index", services=False)
    with pytest.raises(UnusableIndexError, match="without services"):
        cc.Index.open(tmp_path / "index")
    opened = make_matcher(cc.Index.open(tmp_path / "index", fetch=directory.services.get))
    assert answers_of(opened) == expected()
    (match, *_) = make_matcher(cc.Index.open(tmp_path / "index", fetch=lambda _: None)).match(NEEDS[0])
    with pytest.raises(KeyError, match="no service with id"):
        _ = match.service


def test_a_service_changed_since_indexing_is_reported(tmp_path):
    directory = cc.sample().for_audience("public")
    make_matcher(directory).index.save(tmp_path / "index", services=False)

    def moved(key):
        return attrs.evolve(directory.services[key], service_at_locations=())

    (match, *_) = make_matcher(cc.Index.open(tmp_path / "index", fetch=moved)).match(NEEDS[0])
    with pytest.raises(LookupError, match="update the index"):
        _ = match.service


def test_an_index_keeps_no_confidential_place(folder):
    directory = cc.sample()
    hidden = [place for place in directory.locations.values() if place.disclosure not in (None, "public")]
    assert hidden
    written = b"".join(file.read_bytes() for file in sorted(room(folder).iterdir()))
    for place in hidden:
        for address in place.addresses:
            assert address.address_1.encode() not in written


def places_of(size):
    """Some bits of a file: of its beginning, its end, and between."""
    return sorted({8 * byte + 5 * byte % 8 for byte in (9, size // 2, size - 1) if 0 <= byte < size})


def flipped(file, bit):
    content = bytearray(file.read_bytes())
    content[bit // 8] ^= 1 << bit % 8
    file.write_bytes(content)


def test_a_flipped_bit_gives_the_same_answer_or_the_librarys_error(tmp_path):
    """One bit of each file in turn, at several places: the index answers as before, or says that it is damaged."""
    directory = cc.Directory.of(list(cc.sample().services.values())[:12])
    small = make_matcher(directory)
    small.index.save(tmp_path / "index")
    folder = tmp_path / "index"
    services = dict(small.directory.services)
    answers = answers_of(small)
    files = [file for file in sorted(folder.rglob("*")) if file.is_file() and file.stat().st_size]
    assert len(files) > 60
    refused = 0
    for file in files:
        before = file.read_bytes()
        for bit in places_of(len(before)):
            flipped(file, bit)
            try:
                opened = make_matcher(cc.Index.open(folder))
                assert answers_of(opened) == answers
                assert dict(opened.directory.services) == services
            except UnusableIndexError:
                refused += 1
            file.write_bytes(before)
    assert refused > 2 * len(files)
    assert answers_of(make_matcher(cc.Index.open(folder))) == answers


def test_a_desk_builds_a_damaged_index_again(tmp_path):
    url = f"sqlite:///{tmp_path}/desk.db"
    directory = cc.Directory.of(list(cc.sample().services.values())[:12])
    with cc.Connector.open(url, create=True) as desk:
        desk.load(directory)
        expected = [match.offer_id for match in desk.match("someone to talk to", limit=None)]
    for name in ("part-0-place.npy", "part-0-words.npy", "part-0-signs.json", "part-0-offer-ids.utf8"):
        (file,) = (tmp_path / "desk.db.index").rglob(name)
        flipped(file, 8 * file.stat().st_size - 1)
        with cc.Connector.open(url) as desk:
            assert [match.offer_id for match in desk.match("someone to talk to", limit=None)] == expected


def test_swapped_and_unwritten_pages_are_detected():
    content = np.arange(5 * PAGE // 8 + 3, dtype=np.uint64).view(np.uint8)
    digest = digest_of(sums_of(content))
    swapped, lost = content.copy(), content.copy()
    swapped[:PAGE], swapped[PAGE : 2 * PAGE] = content[PAGE : 2 * PAGE], content[:PAGE]
    lost[2 * PAGE : 3 * PAGE] = 0
    assert (
        len({digest, *(digest_of(sums_of(other)) for other in (swapped, lost, content[:-8], content[:0]))})
        == 5
    )
