"""What patrons need: needs, the vocabulary, and what words mean in it."""

from communityconnector.needs.cues import Cues
from communityconnector.needs.interpretation import Interpretation, Interpreter, Understood
from communityconnector.needs.interpreter import PhraseInterpreter, interpreter
from communityconnector.needs.need import Need
from communityconnector.needs.vocabulary import (
    Concept,
    CrisisLine,
    Phrase,
    Vocabulary,
    Wellness,
    load,
    vocabulary,
)

__all__ = [
    "Concept",
    "CrisisLine",
    "Cues",
    "Interpretation",
    "Interpreter",
    "Need",
    "Phrase",
    "PhraseInterpreter",
    "Understood",
    "Vocabulary",
    "Wellness",
    "interpreter",
    "load",
    "vocabulary",
]
