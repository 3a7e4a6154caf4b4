"""A library writes messages in its own words and languages; no text can contain more than its kind of message may."""

from __future__ import annotations

import re

import pytest

import communityconnector as cc
from builders import letterhead
from communityconnector.errors import InvalidReferralError, InvalidSettingsError
from communityconnector.referrals import ReferralStatus, Template
from communityconnector.referrals.message_texts import MessageTexts
from communityconnector.referrals.texts import MESSAGE_TEXTS

BASES = {"link_base": "https://l.example/r/", "anonymous_link_base": "https://m.example/r/"}
VIETNAMESE = {
    "patron_message": {
        "subject": "Tin nhắn từ {library}",
        "with_link": "Bạn có tin nhắn từ {library}: {link}",
        "without_link": "Bạn có tin nhắn từ {library}. Xin hỏi tại quầy.",
    },
    "status": {"accepted": "Họ đã đồng ý giúp bạn."},
}


def written(head, template=Template.PATRON_MESSAGE, language="en", **parts):
    return head.written(template, language, **{"referral_id": "r-1", "token": "x7", **parts})


def test_a_part_of_a_text_is_replaced_and_the_rest_stays():
    head = letterhead(
        **BASES, texts={"en": {"patron_message": {"with_link": "Hello from {library}: {link}"}}}
    )
    subject, body = written(head)
    assert body == "Hello from Ashe County Library: https://l.example/r/x7"
    assert subject == "A message from Ashe County Library"
    assert written(head, language="es") == written(letterhead(**BASES), language="es")


def test_a_language_is_added_and_what_it_lacks_is_in_english():
    head = letterhead(**BASES, texts={"vi": VIETNAMESE})
    assert (
        written(head, language="vi-VN")[1] == "Bạn có tin nhắn từ Ashe County Library: https://l.example/r/x7"
    )
    assert written(head, Template.AGENCY_REQUEST, language="vi")[0] == "A new referral"
    assert head.texts.status(ReferralStatus.ACCEPTED, "vi") == ("Họ đã đồng ý giúp bạn.", "vi")
    assert head.texts.status(ReferralStatus.DRAFT, "vi")[1] == "en"


def test_the_nearest_language_is_used():
    texts = {"zh": {"status": {"draft": "a"}}, "zh-hant": {"status": {"draft": "b"}}}
    for language, text in (("zh-Hant-TW", "b"), ("zh-Hans", "a"), ("ZH", "a")):
        assert letterhead(texts=texts).texts.status(ReferralStatus.DRAFT, language)[0] == text


@pytest.mark.parametrize(
    ("texts", "fault"),
    [
        ({"EN": {}}, "a language must be in small letters"),
        ({"en": {"letter": {}}}, "en has an unknown kind of message (expected: agency_request, "),
        ({"en": {"status": "x"}}, "en.status is not a table"),
        ({"en": {"status": {"lost": "x"}}}, "en.status has an unknown state (expected: draft, "),
        ({"en": {"status": {"draft": "{library}"}}}, "en.status.draft has the placeholder {library} (allowed: none)"),
        ({"en": {"patron_message": {"title": "x"}}}, "en.patron_message has an unknown part (expected: subject, "),
        ({"en": {"patron_message": {"subject": 5}}}, "en.patron_message.subject must be a text"),
        ({"en": {"patron_message": {"subject": "  "}}}, "en.patron_message.subject must be a text"),
        ({"en": {"patron_message": {"subject": "a\nb"}}}, "en.patron_message.subject must be one line"),
        ({"en": {"patron_message": {"subject": "{"}}}, "en.patron_message.subject has a brace too many or too few"),
        ({"vi": {"patron_message": {"subject": "x"}}}, "vi.patron_message.without_link is missing"),
        ({"en": {"patron_message": {"with_link": "Come."}}}, "en.patron_message.with_link lacks the placeholder {link}"),
        ({"en": {"agency_request": {"without_link": "x"}}}, "en.agency_request.without_link lacks the placeholder {referral}"),
        ({"en": {"agency_withdrawn": {"with_link": "x"}}}, "en.agency_withdrawn has an unknown part (expected: subject, without_link)"),
        ({"en": {"patron_message": {"with_link": "https://x.example {link}"}}}, "with_link contains an address: write {link}"),
    ],
)  # fmt: skip
def test_a_fault_names_the_text_and_what_is_wrong(texts, fault):
    with pytest.raises(InvalidSettingsError, match=re.escape(fault)):
        letterhead(texts=texts)


def test_all_faults_are_reported_at_once():
    texts = {"en": {"patron_message": {"subject": "{agency}", "with_link": "{need}"}}}
    with pytest.raises(
        InvalidSettingsError, match=r"subject has .*\{agency\}.*with_link has .*\{need\}.*lacks"
    ):
        letterhead(texts=texts)


FIELDS = [
    (kind, field)
    for kind, text in MESSAGE_TEXTS["en"].items()
    for field, part in text._asdict().items()
    if part
]


@pytest.mark.parametrize(("kind", "field"), FIELDS)
def test_no_text_can_contain_more_than_its_kind_of_message_may(kind, field):
    """Whatever the desk knows, a text reaches nothing beyond the list, by no spelling of a placeholder."""
    allowed = {"library"} if kind != "anonymous_message" else set()
    if kind.startswith(("agency", "staff")) and field != "subject":
        allowed |= {"referral"}
    if kind == "staff_attention" and field != "subject":
        allowed |= {"reason"}
    if field == "with_link":
        allowed |= {"link"}
    tried = [*"library referral reason link agency need service patron token key address".split(), "", "0"]
    for name in [*tried, "library.__class__", "link[0]", "library!r", "library:>9", "library:{link}"]:
        fault = ""
        try:
            letterhead(**BASES, texts={"en": {kind: {field: f"{{{name}}}"}}})
        except InvalidSettingsError as error:
            fault = str(error)
        assert name in allowed or f"en.{kind}.{field} has a" in fault or f"en.{kind}.{field} has the" in fault


def test_the_anonymous_message_does_not_name_the_library_in_words_either():
    texts = {"en": {"anonymous_message": {"without_link": "The ASHE COUNTY library has a message."}}}
    with pytest.raises(InvalidReferralError, match=r"anonymous_message \(en\) names the library"):
        letterhead(texts=texts)
    assert letterhead(texts=texts, library="Todd Branch")


def test_a_text_of_the_librarys_own_fits_one_sms_or_two_in_another_script():
    def head(text):
        return letterhead(
            texts={
                "vi": {**VIETNAMESE, "patron_message": {**VIETNAMESE["patron_message"], "with_link": text}}
            }
        )

    assert head("ấ" * 60 + "{link}")
    for text in ("ấ" * 90 + "{link}", "a" * 120 + "{link}"):
        with pytest.raises(InvalidReferralError, match=r"patron_message \(vi\) does not fit one SMS"):
            head(text)


def test_texts_that_ship_pass_the_same_check():
    texts = {
        language: {
            kind: {field: part for field, part in text._asdict().items() if part}
            for kind, text in kinds.items()
        }
        for language, kinds in MESSAGE_TEXTS.items()
    }
    assert letterhead(texts=texts).texts == MessageTexts()


def test_a_letterhead_is_changed_with_its_texts():
    import attrs

    head = letterhead(texts={"vi": VIETNAMESE})
    assert attrs.evolve(head, library="Todd Branch").texts == head.texts
    assert isinstance(cc.Letterhead().texts, MessageTexts)
