"""Titles, idioms, questions of fact and library business are no need and ring no alarm."""

from __future__ import annotations

import pytest

from communityconnector.needs import Certainty, Interpretation, interpreter

WORDS = "can doc glass coffee die lost print pan once mine book home gum"
TITLES = """the hunger games; where the crawdads sing; a man called ove; the kite runner; the glass castle;
    little fires everywhere; born a crime; i know why the caged bird sings; to kill a mockingbird; crime and punishment;
    the shining; it ends with us; gone girl; educated tara westover; hillbilly elegy; the help; nickel and dimed;
    evicted matthew desmond; a child called it; thirteen reasons why; girl interrupted; beautiful boy; dopesick;
    the body keeps the score; nomadland dvd; maid netflix series; dead poets society; kill bill; die hard; home alone;
    lord of the flies; the old man and the sea; the grapes of wrath; the walking dead season 4; law and order episodes;
    shelter from the storm bob dylan; the color purple; angelas ashes; doctor who; doctor sleep;
    rent the musical soundtrack; food network magazine; better homes and gardens; the food lab; house of leaves;
    house of the dragon; little house on the prairie; car talk podcast; the road cormac mccarthy; jobs movie;
    water for elephants; light in august; heat 1995 movie; cold mountain; bird by bird; wild cheryl strayed;
    cien años de soledad; la casa de los espíritus; pedro páramo; el hambre martín caparrós; addiction the band;
    sober curious book club; the lonely city olivia laing; crying in h mart; when breath becomes air; being mortal;
    man's search for meaning; an unquiet mind; prozac nation; the bell jar; reasons to stay alive matt haig;
    the year of magical thinking; tuesdays with morrie; five people you meet in heaven; please look after mom;
    my sister's keeper; the lovely bones; room emma donoghue; speak laurie halse anderson; winter's bone;
    bastard out of carolina; the other wes moore; just mercy; the new jim crow; enrique's journey;
    the house on mango street; american dirt; in cold blood; helter skelter; the stand; misery stephen king"""
IDIOMS = """dying for a coffee; this line is killing me; i could murder a burger; break a leg;
    kill two birds with one stone; beat around the bush; hit the road; under the weather; over my dead body;
    costs an arm and a leg; bite the bullet; shoot me an email; the battery is dead; killer deal on jeans;
    dressed to kill; i'm starving, is there a vending machine; he's a monster at chess; she slayed that performance;
    take a shot at the quiz; cut me some slack; drop dead gorgeous; overdose of cuteness; me muero de risa;
    estoy muerto de cansancio; tell me a joke; thank you so much; you guys are awesome"""
FACTS = """bleeding edge technology book; shooting stars for kids; a murder of crows meaning; crash course chemistry;
    how do sharks attack; poison ivy pictures; books about ww2 bombing; history of the cold war;
    hunger in the great depression essay; domestic violence statistics for my paper; gas prices 1970;
    clothes from the 1920s; baby names; diaper bag pattern sewing; qué hora es; capital de francia;
    how tall is mount everest; what's the weather tomorrow; who is the president of mexico; convert 5 miles to km;
    genealogy databases; newspaper archives 1985; obituary for my grandfather 1972; recipe for banana bread;
    lawn mower repair manual; ford f150 chilton manual; how to tie a tie; is a tomato a fruit; population of ohio;
    define ephemeral; spanish word for library; roblox; minecraft books; pokemon cards; manga one piece;
    superman comics; taylor swift lyrics; super bowl score; who won the oscars; best pizza in town; movie times;
    train sets; space heater reviews consumer reports; mattress reviews; used car prices blue book;
    stock market crash 1929; bitcoin; divorce rates by state; marriage customs in india;
    teenage pregnancy statistics for class; veterans day parade time; prison architecture book; jail break iphone"""
BUSINESS = """is the library open on sunday; do you have the new james patterson; i want to renew my books;
    how do i get a library card; printer is out of toner; study room for 4; dónde está el baño; is there parking;
    wifi password; large print westerns; kids storytime schedule; 3d printer; return a dvd; late fee;
    hold on the new grisham; meeting room projector"""

TEXTS = [
    *WORDS.split(),
    *(text.strip() for part in (TITLES, IDIOMS, FACTS, BUSINESS) for text in part.split(";")),
]


def test_there_are_200():
    assert len(set(TEXTS)) == len(TEXTS) >= 200


@pytest.mark.parametrize("text", TEXTS)
def test_no_alarm(text):
    assert interpreter().interpret(text).urgent == ()


@pytest.mark.parametrize("text", WORDS.split())
def test_a_word_alone_is_no_need(text):
    assert interpreter().interpret(text).concepts == ()


def test_hardly_one_is_taken_for_a_need():
    """What is left are titles that are needs word for word; a number that only falls."""
    taken = [text for text in TEXTS if interpreter().interpret(text).certainty is Certainty.SURE]
    asked = [text for text in TEXTS if interpreter().interpret(text).certainty is Certainty.DID_YOU_MEAN]
    assert len(taken) <= 18, taken
    assert len(asked) <= 20, asked


@pytest.mark.parametrize("text", ["", "   ", "?!", "...", "\u2014", "\n\t"])
def test_nothing_said_is_nothing_understood_and_nothing_suggested(text):
    assert interpreter().interpret(text) == Interpretation()
