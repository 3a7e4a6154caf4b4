"""What the interpreter makes of an utterance, as Open Eligibility ids: the answer that a scorer of labelled data takes.

python eval_needs.py --callable benchmarks.needs:categories
"""

from __future__ import annotations

from communityconnector.needs import interpreter, vocabulary


def categories(text: str) -> dict[str, object]:
    """Open Eligibility ids for what a patron says, best first, and whether it is no need at all."""
    found = interpreter().interpret(text)
    crosswalk = vocabulary().open_eligibility.items()
    codes = [code for concept in found.concepts for code, target in crosswalk if target == concept.concept]
    return {"categories": codes, "abstain": found.library_business or not codes}
