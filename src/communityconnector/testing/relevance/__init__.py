"""How right the library is, measured where you are: its understanding of words, and the services that it shows.

`words` judges an interpreter by labelled utterances, `services` a directory by graded needs. Both work without code:
`python -m communityconnector.testing.relevance --help`. Needs no extra.
"""

from communityconnector.testing.relevance import services, words
from communityconnector.testing.relevance.measures import Agreement, Estimate

__all__ = ["Agreement", "Estimate", "services", "words"]
