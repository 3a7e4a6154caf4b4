"""Documents are read strictly, and an error names the place and no value."""

from __future__ import annotations

import attrs
import pytest

from communityconnector.errors import InvalidSettingsError
from communityconnector.serialization import new_converter, structure


@attrs.frozen
class Hours:
    """A value that refuses some numbers in its own way."""

    opens: int = attrs.field()

    @opens.validator
    def _check(self, _attribute: object, value: int) -> None:
        if value > 23:
            message = f"no hour: {value}"
            raise ValueError(message)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"opens": 77}, "file: invalid"),
        ({"opens": "77"}, "file: opens: expected a whole number"),
        ({}, "file: opens: missing"),
        ({"opens": 7, "closes": 77}, "file: unknown key closes"),
    ],
)
def test_an_error_names_the_place_and_repeats_no_value(document, message):
    with pytest.raises(InvalidSettingsError) as caught:
        structure(new_converter(), Hours, document, InvalidSettingsError, prefix="file: ")
    assert str(caught.value) == message
    assert "77" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
