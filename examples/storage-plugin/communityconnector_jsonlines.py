"""Storage in a file of JSON lines: a commit is a line, and its number is the number of that line."""

import fcntl
import json
import os
from functools import partial
from pathlib import Path

from communityconnector.errors import StaleRecordError, StorageClosedError, StorageError, StorageNotFoundError
from communityconnector.hookspecs import StorageBackend, hookimpl
from communityconnector.storage import Put, Record, checked, encoded


class JsonLines:
    def __init__(self, url, *, create=False):
        self._path, self._closed = Path(url.partition(":///")[2]), False
        if create:
            self._path.touch()
        if not self._path.is_file():
            raise StorageNotFoundError(f"there is no file {self._path.absolute()}")

    def get(self, kind, ids):
        records, _ = self._read()
        return {each: records[kind, each] for each in ids if (kind, each) in records}

    def scan(self, kind, key=None, *, after="", limit=None):
        found = sorted((r for r in self._read()[0].values() if r.kind == kind), key=lambda r: r.id)
        return iter([r for r in found if r.id > after and (key is None or key.holds(r.keys))][:limit])

    def commit(self, writes):
        texts = [json.loads(encoded(w.document)) if isinstance(w, Put) else None for w in checked(writes)]
        return self._append(
            lambda held: [_change(w, text, held) for w, text in zip(writes, texts, strict=True)]
        )

    def drop(self, kind):
        self._append(lambda held: [(of, each) for of, each in held if of == kind])

    def close(self):
        self._closed = True

    def _read(self):
        if self._closed:
            raise StorageClosedError("this storage is closed")
        records, number = {}, 0
        for number, line in enumerate(self._path.read_bytes().split(b"\n")[:-1], start=1):
            for kind, each, *put in json.loads(line):
                records.pop((kind, each), None)
                records |= {(kind, each): Record(kind, each, number, *put)} if put else {}
        return records, number

    def _append(self, changes):
        with self._path.open("r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # whoever else commits waits here
            records, number = self._read()
            if line := changes(records):
                try:
                    file.truncate(file.read().rfind(b"\n") + 1)  # half a line is of somebody who was cut off
                    file.seek(0, os.SEEK_END)
                    file.write(json.dumps(line).encode() + b"\n")
                    file.flush()
                    os.fsync(file.fileno())
                except OSError as error:
                    raise StorageError(f"the file cannot be written: {error.strerror}") from None
            return number + bool(line)


def _change(write, text, held):
    found = held[write.kind, write.id].version if (write.kind, write.id) in held else 0
    if found != write.expected:
        raise StaleRecordError(write.kind, write.id, write.expected, found)
    return (
        (write.kind, write.id, text, dict(write.keys)) if isinstance(write, Put) else (write.kind, write.id)
    )


@hookimpl
def communityconnector_storage_backends():
    return [StorageBackend("jsonlines", open=JsonLines, create=partial(JsonLines, create=True))]
