"""What patrons need: needs, the vocabulary, and what words mean in it."""

from communityconnector.needs.also_helps import FurtherConcept, further_concepts
from communityconnector.needs.assisted import AssistedInterpreter
from communityconnector.needs.crosswalk import open_eligibility_codes
from communityconnector.needs.cues import Cues
from communityconnector.needs.interpretation import Certainty, Danger, Interpretation, Interpreter, Understood
from communityconnector.needs.interpreter import PatronInterpreter, interpreter
from communityconnector.needs.lexicon import Lexicon, lexicon
from communityconnector.needs.need import Need
from communityconnector.needs.vocabulary import (
    Concept,
    CrisisLine,
    DangerKind,
    Phrase,
    Vocabulary,
    Wellness,
    load,
    vocabulary,
)

__all__ = [
    "AssistedInterpreter",
    "Certainty",
    "Concept",
    "CrisisLine",
    "Cues",
    "Danger",
    "DangerKind",
    "FurtherConcept",
    "Interpretation",
    "Interpreter",
    "Lexicon",
    "Need",
    "PatronInterpreter",
    "Phrase",
    "Understood",
    "Vocabulary",
    "Wellness",
    "further_concepts",
    "interpreter",
    "lexicon",
    "load",
    "open_eligibility_codes",
    "vocabulary",
]
