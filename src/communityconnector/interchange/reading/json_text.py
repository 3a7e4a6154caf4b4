"""JSON as text: parsed, salvaged where it breaks off, and described where it is not JSON."""

from __future__ import annotations

import json
from typing import Any

from communityconnector.model import Finding, Severity


def looks_like_json(start: bytes) -> bool:
    """Return whether a file that begins so can only be meant as JSON."""
    for mark in (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"):
        start = start.removeprefix(mark)
    return start.replace(b"\0", b"").lstrip()[:1] in {b"{", b"["}


def _constant(word: str) -> str:
    """Return NaN and Infinity, which are not JSON, as text: they are reported like any other wrong value."""
    return word


def loads(content: bytes | str) -> Any:
    """Parse JSON, with orjson where it is installed: same values, several times the speed.

    Raises:
        ValueError: the text is not JSON (a `json.JSONDecodeError`, which knows where).
        RecursionError: it is nested deeper than Python can follow.
    """
    try:
        import orjson
    except ImportError:
        pass
    else:
        try:
            return orjson.loads(content)
        except ValueError:
            # orjson is stricter (numbers beyond 64 bits, lone surrogates) and says less of where.
            pass
    if isinstance(content, bytes):
        content = content.decode("utf-8")
    return _without_half_letters(json.loads(content, parse_constant=_constant))


def _without_half_letters(value: Any) -> Any:
    """Return a value without half letters (lone surrogates) in its texts, which cannot be written to a file."""
    if isinstance(value, str):
        return (
            value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        )
    if isinstance(value, list):
        return [_without_half_letters(item) for item in value]
    if isinstance(value, dict):
        return {_without_half_letters(key): _without_half_letters(item) for key, item in value.items()}
    return value


def not_json(name: str, text: str, error: Exception, line: int | None = None) -> Finding:
    """Return the finding that a text is not JSON, with the place where parsing it failed."""
    if isinstance(error, json.JSONDecodeError):
        rest = text[error.pos :].strip()
        what = error.msg if rest else f"the file ends in the middle ({error.msg})"
        what += f"; line {line or error.lineno} column {error.colno}, character {error.pos}"
        line = line or error.lineno
    elif isinstance(error, RecursionError):
        what, line = "nested too deep", line or 1
    else:
        what, line = "a number too long to read", line or 1
    return Finding(Severity.ERROR, "not-json", f"not JSON: {what}", "not read", file=name, line=line)


def salvage(text: str) -> Any:
    """Return the value that a text of broken JSON holds, as far as that is certain; else `None`.

    Salvaged: what stands between the marks of a code block, what follows a value, and a value that breaks off. Of the
    last, what is cut short is dropped and what is whole is kept.
    """
    start = min((at for at in (text.find("{"), text.find("[")) if at >= 0), default=-1)
    if start < 0:
        return None
    try:
        value, _ = json.JSONDecoder(parse_constant=_constant).raw_decode(text, start)
    except (ValueError, RecursionError):
        closed = _closed(text[start:])
        if closed is None:
            return None
        try:
            value = json.loads(closed, parse_constant=_constant)
        except (ValueError, RecursionError):
            return None
    value = _without_half_letters(value)
    return value if isinstance(value, (dict, list)) and value else None


def _closed(text: str) -> str | None:
    """Return a text that breaks off, cut after the last whole value and closed."""
    open_brackets: list[str] = []
    in_text = escaped = False
    cut, pending = -1, ""
    for at, letter in enumerate(text):
        if in_text:
            if escaped:
                escaped = False
            elif letter == "\\":
                escaped = True
            elif letter == '"':
                in_text = False
        elif letter == '"':
            in_text = True
        elif letter in "{[":
            open_brackets.append("}" if letter == "{" else "]")
        elif letter in "}]":
            if not open_brackets or open_brackets.pop() != letter:
                break
            cut, pending = at + 1, "".join(reversed(open_brackets))
    return None if cut < 0 else text[:cut] + pending
