"""Whether a text is Spanish, by the small words that every sentence has, and by accents.

The learned model was trained with this rule and reads with it. Cues have a larger one of their own, from the classes of
their table, since the language that somebody speaks is itself a cue.
"""

from __future__ import annotations

import re
from typing import Final

from communityconnector.needs.words import words_of

_SPANISH: Final = frozenset(
    """el la los las un una unos unas de del al y o que en por para con sin se lo le les su sus mi mis tu tus nos me te
    yo ella ellos nosotros usted ustedes es son era fue ser estoy estas esta este esto esa ese eso estan estamos soy hay
    ha he han hace hasta desde cuando donde como quien porque pero si ya muy mas tambien nada algo alguien todo toda
    todos tengo tiene tienen tenemos quiero quiere puedo puede necesito necesita busco ayuda no q xq pa toy""".split()
)
_ENGLISH: Final = frozenset(
    """the a an of to and or in on at for with from by my your his her our their i im ive me we you he she they it is are
    was were be been am do does did dont didnt doesnt cant have has had need needs want get got where how what who when
    why because but if not no this that these those there here can could will would should any some help just out up
    about after before near free""".split()
)
SMALL_WORDS: Final = _SPANISH | _ENGLISH
"""Words that by themselves say little, in both languages."""
_MARKS: Final = re.compile(r"[ñ¿¡áéíóúü]", re.IGNORECASE)
_ENDINGS: Final = re.compile(
    r"(?:cion|ciones|idad|idades|ados|adas|[ai]do|ida|idas|ando|iendo|mente|eros|eras|uelo|uela|ito|ita|itos|itas"
    r"|[aei]r(?:me|te|se|la|lo)|aje|encia|ancia|illa|illo|eria|[^aeious]os|[^aeious]as|anza|eza)$"
)
_ENDING: Final = 0.4
"""The value of a Spanish ending, which many English words have too, beside 1 for a small word."""
_MARK: Final = 1.5


def is_spanish(text: str) -> bool:
    """Return whether a text is Spanish, also one with some English words in it."""
    spanish, english = 0.0, 0.0
    for word in words_of(text):
        plain = word.replace("'", "")
        spanish += plain in _SPANISH
        english += plain in _ENGLISH
        if len(plain) > 3 and plain not in _ENGLISH and _ENDINGS.search(plain):
            spanish += _ENDING
    if not text.isascii():
        spanish += _MARK * len(_MARKS.findall(text))
    return spanish > english
