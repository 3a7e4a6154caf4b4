"""The contract of sentence encoders, as tests.

Two lines test an encoder:

    class TestMine(EncoderContract):
        def make_encoder(self):
            return MyEncoder()
"""

from __future__ import annotations

import logging
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar, Final

import numpy as np
import pytest

from communityconnector.needs.semantic.encoder import Encoder
from communityconnector.testing.texts import HOSTILE, MEGABYTES
from communityconnector.testing.watching import watched

CANARY: Final = "zqcanary"
"""A word in a text. It must appear in no log, warning or repr and on no screen."""

TEXTS: Final = (
    "nothing in the fridge till payday",
    "food pantry",
    "they shut the lights off on Friday",
    "no tengo dónde dormir",
    "can you print this in color",
)
NEAR: Final = 1e-4
"""How far the numbers of the same vector may differ: the order of sums depends on how many texts are encoded at once."""


class EncoderContract:
    """The tests for every encoder. Subclass it under a name that begins with `Test`, and define `make_encoder`.

    Attributes:
        sends_words: whether the host lets it send patrons' words to another program. If not, a connection is a fault.
        seconds: how long a text of a megabyte may take.
    """

    sends_words: ClassVar[bool] = False
    seconds: ClassVar[float] = 60.0

    def make_encoder(self) -> Encoder:
        """Return an encoder as the host would make it."""
        message = "an EncoderContract must define make_encoder"
        raise NotImplementedError(message)

    def test_it_says_what_it_is(self) -> None:
        """It has a name, the same for every encoder made alike, and a dimension."""
        first, second = self.make_encoder(), self.make_encoder()
        assert isinstance(first.name, str)
        assert first.name.strip(), "the name is empty"
        assert type(first.dimension) is int
        assert first.dimension > 0
        assert (first.name, first.dimension) == (second.name, second.dimension)

    @pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:12]))
    def test_any_text_has_a_vector(self, text: str) -> None:
        """Every text has a vector of finite numbers: empty, hostile, in any script."""
        encoder = self.make_encoder()
        _encoded(encoder, text)

    def test_a_text_of_a_megabyte_has_a_vector_in_time(self) -> None:
        """A long text has a vector too, within `seconds`."""
        encoder = self.make_encoder()
        for text in MEGABYTES:
            start = time.monotonic()
            _encoded(encoder, text)
            taken = time.monotonic() - start
            assert taken <= self.seconds, f"a text of a megabyte took {taken:.0f} seconds"

    def test_no_texts_have_no_vectors(self) -> None:
        """Of no texts there are no rows, and each row still has the dimension."""
        encoder = self.make_encoder()
        assert np.asarray(encoder.encode([])).shape == (0, encoder.dimension)

    def test_the_same_text_has_the_same_vector(self) -> None:
        """A text has the same vector again, beside other texts, in any order, and from a second encoder."""
        first, second = self.make_encoder(), self.make_encoder()
        alone = np.concatenate([_encoded(first, text) for text in TEXTS])
        for encoder in (first, second):
            _is_near(alone, _encoded(encoder, *TEXTS))
            _is_near(alone[::-1], _encoded(encoder, *TEXTS[::-1]))
            # Beside a long text and an empty one, to whose length others may be filled up.
            _is_near(alone, _encoded(encoder, "word " * 500, *TEXTS, "")[1:-1])

    def test_other_texts_have_other_vectors(self) -> None:
        """Texts that mean different things have different directions."""
        vectors = np.asarray(_encoded(self.make_encoder(), *TEXTS), dtype=np.float64)
        units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        alike = np.triu(units @ units.T, 1) > 0.999
        assert not alike.any(), "two texts that mean different things have the same vector"

    def test_threads_may_share_it(self) -> None:
        """Texts that several threads encode at once have the vectors that they have one by one."""
        encoder = self.make_encoder()
        with ThreadPoolExecutor(4) as threads:
            rows = list(threads.map(lambda text: _encoded(encoder, text), TEXTS * 4))
        _is_near(np.concatenate(rows), np.concatenate([_encoded(encoder, text) for text in TEXTS * 4]))

    def test_words_show_up_nowhere(
        self, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
    ) -> None:
        """A patron's words appear in no log, warning or repr and on no screen."""
        caplog.set_level(logging.DEBUG)
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            encoder = self.make_encoder()
            for text in TEXTS:
                encoder.encode([f"{CANARY} {text}", CANARY])
            output = [
                repr(encoder),
                str(encoder),
                encoder.name,
                *(str(warning.message) for warning in warned),
            ]
        # No `in` within the assertion: pytest would print the words.
        for text in (caplog.text, "".join(output), "".join(capfd.readouterr())):
            is_shown = CANARY in text.casefold()
            assert not is_shown, "the patron's words are shown"

    def test_nothing_is_sent_and_no_file_is_opened(self) -> None:
        """Words go nowhere, neither over the network nor into a file, unless the host lets the encoder send them."""
        if self.sends_words:
            pytest.skip("sends_words is True: not tested that nothing is sent")
        encoder = self.make_encoder()
        # The first text may load a model.
        encoder.encode(TEXTS)
        with watched("socket.", "open", "os.open", "subprocess.", "os.system", "os.exec") as events:
            for text in (*TEXTS, *HOSTILE):
                encoder.encode([text])
        assert events == [], f"the encoder reached outside ({events[0]})"


def _encoded(encoder: Encoder, *texts: str) -> Any:
    vectors = encoder.encode(texts)
    assert isinstance(vectors, np.ndarray), "the answer is not an array"
    assert vectors.shape == (len(texts), encoder.dimension), (
        f"{len(texts)} texts must have {len(texts)} rows of {encoder.dimension} numbers"
    )
    assert np.issubdtype(vectors.dtype, np.floating), "the numbers of a vector are not of a floating type"
    assert np.isfinite(vectors).all(), "a number of a vector is not finite"
    return vectors


def _is_near(one: Any, other: Any) -> None:
    farthest = float(np.abs(one - other).max())
    assert farthest <= NEAR, f"the same text has another vector (it differs by {farthest:.2g})"
