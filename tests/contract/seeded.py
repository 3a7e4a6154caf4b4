"""Whether a test of a contract catches a part that is broken on purpose."""

from __future__ import annotations

import inspect
from functools import partial

import pytest


def caught(contract, name, **at_hand):
    """Whether the test of this name fails for any of its cases.

    Args:
        contract: a class of tests.
        name: of one of them.
        at_hand: the fixtures that there are.
    """
    test = getattr(contract(), name)
    wanted = inspect.signature(test).parameters
    cases = [{}]
    for mark in getattr(test, "pytestmark", ()):
        field, values, *_ = mark.args
        cases = [{field: value} for value in values]
    given = {key: value for key, value in at_hand.items() if key in wanted}
    return any(_fails(partial(test, **case, **given)) for case in cases)


def _fails(test):
    try:
        test()
    # What `pytest.raises` says where nothing is raised is no Exception.
    except (Exception, pytest.fail.Exception):  # noqa: BLE001  # a fault shows itself by any error
        return True
    return False
