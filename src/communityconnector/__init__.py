"""Connect library patrons with the agencies that can help.

    >>> import communityconnector as cc
    >>> matcher = cc.Matcher(cc.sample())
    >>> (match, *_) = matcher.match(cc.Need("dentist", near="28640", within=cc.miles(10)))
    >>> match.service.name, [reason.answer.value for reason in match.reasons]
    ('Dental Clinic', ['met', 'met', 'met'])

Importing this package loads next to nothing. Each public name is a line of `__init__.pyi`, for type checkers and for the
code below, and is loaded when it is first used.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any


@cache
def _modules() -> dict[str, str]:
    """Return the module of each public name."""
    import pkgutil
    import re

    stub = pkgutil.get_data(__name__, "__init__.pyi") or b""
    return {
        name: module for module, name in re.findall(r"^from (\S+) import (\w+)", stub.decode(), re.MULTILINE)
    }


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from communityconnector.version import installed_version

        value: Any = installed_version()
    elif name == "__all__":
        value = ["__version__", *_modules()]
    elif name in _modules():
        value = getattr(import_module(_modules()[name]), name)
    else:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return ["__version__", *_modules()]
