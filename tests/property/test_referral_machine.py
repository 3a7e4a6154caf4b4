"""A second model of a referral, written from its description and not from the code, against `advance`.

The model is a dict of allowed moves with the few numbers that conditions need. Random sequences, half of them steered
along legal ways so that they get deep, are played to both: neither may allow what the other forbids.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random
from types import SimpleNamespace

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from communityconnector.errors import IllegalTransitionError, InvalidReferralError
from communityconnector.referrals import (
    Actor,
    Consent,
    Details,
    Event,
    Proposal,
    Referral,
    ReferralEvent,
    Role,
    Sending,
    advance,
    create,
    guards,
    table,
    transitions,
)

START = datetime(2026, 3, 2, 15, tzinfo=UTC)
DAY = timedelta(days=1)
SUCCESS = "service_received service_received_partly enrolled information_sufficient".split()
AGENCY = (
    "not_eligible no_capacity no_funds waitlist_too_long out_of_area wrong_service service_ended "
    "documents_missing agency_unreachable agency_no_response referred_onward"
).split()
OTHERS = (
    "patron_declined need_met_elsewhere no_show unable_to_contact_patron language_barrier "
    "disability_access_barrier transport_barrier cost_barrier hours_barrier safety_concern "
    "duplicate sent_in_error unknown other"
).split()
FAILURE = AGENCY + OTHERS
OPEN = "requested accepted in_progress on_hold".split()
WORKED = "accepted in_progress on_hold".split()
ENDED = "completed failed rejected cancelled expired entered_in_error".split()

MOVES = {
    "give": {"draft": "given"},
    "send": {"draft": "requested"},
    "acknowledge": {"requested": "requested"},
    "attempt_contact": {status: status for status in ("given", *OPEN, "completed", "failed", "expired")},
    "accept": {"requested": "accepted"},
    "reject": {"requested": "rejected"},
    "start": dict.fromkeys(["requested", "accepted", "on_hold"], "in_progress"),
    "hold": dict.fromkeys(OPEN, "on_hold"),
    "complete": dict.fromkeys(OPEN, "completed"),
    "fail": dict.fromkeys(OPEN, "failed"),
    "cancel": dict.fromkeys(["draft", *OPEN], "cancelled"),
    "revoke_consent": dict.fromkeys(OPEN, "cancelled"),
    "expire": {"requested": "expired"},
    "close_given": {"given": None},
    "void": dict.fromkeys(["draft", "given", *OPEN, *ENDED[:-1]], "entered_in_error"),
    "amend_outcome": {status: status for status in ("completed", "failed", "rejected", "expired")},
}
"""Where each event leads from where; a request answered by a later step is taken to be accepted first."""

WHO = {
    "give": "staff patron",
    "send": "staff patron",
    "acknowledge": "agency adapter",
    "attempt_contact": "staff agency",
    "accept": "agency",
    "reject": "agency",
    "start": "agency",
    "hold": "agency staff",
    "complete": "agency staff patron",
    "fail": "agency staff patron",
    "cancel": "staff patron agency",
    "revoke_consent": "patron staff",
    "expire": "system",
    "close_given": "staff patron system",
    "void": "staff",
    "amend_outcome": "staff agency",
}
FITTING = {"completed": SUCCESS, "failed": FAILURE, "rejected": AGENCY, "cancelled": FAILURE}


@attrs.define
class Model:
    """What the description says of a referral, in as few words as will do."""

    type: str
    status: str = "draft"
    version: int = 1
    last: datetime = START
    sent: datetime | None = None
    given: datetime | None = None
    closed: datetime | None = None
    attempts: int = 0
    asked: bool = False
    outcome: str | None = None

    def allows(self, move) -> bool:
        if self.status not in MOVES.get(move.event, {}) or move.role not in WHO[move.event].split():
            return False
        return self._conditions(move) and self._told(move)

    def _conditions(self, move) -> bool:
        now = self.last + move.later
        return {
            "give": lambda: self.type == "information",
            "send": lambda: (
                self.type != "information"
                and move.facts in ("fine", "nothing but the need")
                and (self.type != "self" or move.role == "patron" or move.facts != "fine")
            ),
            "fail": lambda: self.status != "requested" or "agency" in (move.role, move.source),
            "cancel": lambda: not (self.status == "draft" and move.role == "agency"),
            "hold": lambda: self.status == "on_hold" or move.role == "agency",
            "attempt_contact": lambda: self.status in OPEN or (self.asked and move.role == "staff"),
            "expire": lambda: now >= business_days_later(self.sent, 14),
            "close_given": lambda: (
                now >= self.given + 60 * DAY if move.to == "expired" else move.role != "system"
            ),
            "void": lambda: move.right,
            "amend_outcome": lambda: (
                now + move.recorded - self.closed <= 90 * DAY
                and not (move.role == "agency" and not self.sent)
            ),
        }.get(move.event, lambda: True)()

    def _told(self, move) -> bool:
        """Whether exactly that was told which the event wants."""
        told = {
            name for name in ("outcome", "source", "hold", "to", "facts") if getattr(move, name) is not None
        }
        speaks = move.event in ("complete", "fail", "amend_outcome", "reject", "cancel") or (
            move.event == "close_given" and move.to in ("completed", "failed", "cancelled")
        )
        wants = {
            "send": {"facts"},
            "hold": {"hold"},
            "close_given": {"to", "outcome"} if speaks else {"to"},
        }.get(move.event, {"outcome"} if speaks else set())
        if move.asks and move.event not in ("give", "send"):
            return False
        if told - {"source"} != wants or (move.event == "void" and not move.text):
            return False
        if move.event == "close_given" and move.to not in ("completed", "failed", "cancelled", "expired"):
            return False
        return self._spoken(move) if speaks else move.source is None

    def _spoken(self, move) -> bool:
        """Whether the outcome fits, and whoever tells it may."""
        target = move.to or MOVES[move.event][self.status]
        may_be_silent = move.role == "agency" or move.event == "cancel"
        enough = self.attempts >= 3 or move.event == "close_given"
        return (
            move.outcome in FITTING.get(target, SUCCESS + FAILURE)
            and (move.source is not None or may_be_silent)
            and (move.source is None or move.role in ("staff", move.source))
            and (move.outcome != "unable_to_contact_patron" or enough)
        )

    def follow(self, move) -> int:
        """Do what a legal move does; returns how many events are written for it."""
        before = self.status
        steps = 2 if before == "requested" and move.event in ("start", "hold", "complete", "fail") else 1
        self.status = move.to or MOVES[move.event][before]
        self.version += steps
        self.last += move.later
        if move.event == "send":
            self.sent = self.last
        if move.event == "give":
            self.given = self.last
        if self.status in ENDED and before not in ENDED:
            self.closed = self.last
        self.asked = self.asked or move.asks
        self.attempts += move.event == "attempt_contact"
        told = {"revoke_consent": "consent_revoked", "expire": "agency_no_response"}.get(
            move.event, move.outcome
        )
        if move.event == "void":
            self.outcome = None
        elif move.to == "expired":
            self.outcome = "unknown"
        elif told:
            self.outcome = told
        return steps


def business_days_later(moment, days):
    while days:
        moment += DAY
        days -= moment.weekday() < 5
    return moment


def move(event, role, **told):
    usual = {
        "outcome": None,
        "source": None,
        "hold": None,
        "to": None,
        "facts": None,
        "asks": False,
        "text": "",
        "right": False,
        "later": timedelta(hours=1),
        "recorded": timedelta(0),
    }
    return SimpleNamespace(event=event, role=role, **(usual | told))


ROLES = "staff patron agency system adapter".split()
OUTCOMES = [None, *SUCCESS[:2], *AGENCY[:2], *OTHERS, "consent_revoked"]
ANY = st.builds(
    move,
    st.sampled_from([*MOVES, "create", "re_refer", "discard"]),
    st.sampled_from(ROLES),
    outcome=st.sampled_from(OUTCOMES),
    source=st.sampled_from([None, None, "staff", "patron", "agency"]),
    hold=st.sampled_from([None, None, None, "waitlisted"]),
    to=st.sampled_from([None, None, None, *ENDED, "given"]),
    facts=st.sampled_from([None, None, "fine", "nothing but the need", "no consent"]),
    asks=st.sampled_from([False, False, False, True]),
    text=st.sampled_from(["", "because"]),
    right=st.booleans(),
    later=st.sampled_from([timedelta(0), DAY, 20 * DAY, 61 * DAY]),
    recorded=st.sampled_from([timedelta(0), DAY, 91 * DAY]),
)
FAULTS_OF_A_SENDING = (
    "no consent,other referral,other agency,other field,other purpose,ended,revoked,closed,channel"
).split(",")
NEAR = st.builds(
    SimpleNamespace,
    pick=st.integers(0, 999),
    twist=st.sampled_from(
        [
            None,
            None,
            None,
            "role",
            "outcome",
            "source",
            "facts",
            "right",
            "recorded",
            "hold",
            "silence",
            "event",
        ]
    ),
    other=st.integers(0, 999),
    later=st.sampled_from([timedelta(0), timedelta(hours=3), DAY, 21 * DAY, 61 * DAY]),
)


def near(model, wish):
    """A move that is legal, or one twist away from it."""
    events = [event for event, ways in MOVES.items() if model.status in ways]
    # The right to void is rare, for after it all is over.
    events = [event for event in events if event != "void" or wish.other % 5 == 0] or ["void"]
    if wish.twist == "event":
        events = list(MOVES)
    event = events[wish.pick % len(events)]
    roles = WHO[event].split()
    role = roles[wish.other % len(roles)]
    fields = {"later": wish.later}
    to = ["completed", "failed", "cancelled", "expired"][wish.other % 4] if event == "close_given" else None
    target = to or MOVES[event].get(model.status) or next(iter(MOVES[event].values()))
    if event in ("complete", "fail", "amend_outcome", "reject", "cancel") or to not in (None, "expired"):
        fitting = FITTING.get(target, SUCCESS + FAILURE)
        fields["outcome"] = fitting[wish.other % len(fitting)]
        if wish.other % 7 == 0 and "unable_to_contact_patron" in fitting:
            fields["outcome"] = "unable_to_contact_patron"
        told_by = {"staff": ["staff", "patron", "agency"][wish.pick % 3], "system": None}
        fields["source"] = told_by.get(role, role)
    fields |= {
        "send": {
            "facts": "nothing but the need" if wish.pick % 3 == 0 else "fine",
            "asks": wish.pick % 2 == 0,
        },
        "give": {"asks": wish.pick % 2 == 0},
        "hold": {"hold": "waitlisted"},
        "void": {"right": True, "text": "because"},
    }.get(event, {})
    found = move(event, role, to=to, **fields)
    twists = {
        "role": ("role", ROLES),
        "outcome": ("outcome", [*OUTCOMES, "not_eligible", "enrolled"]),
        "source": ("source", [None, "staff", "patron", "agency"]),
        "facts": ("facts", FAULTS_OF_A_SENDING if event == "send" else [None, "fine"]),
        "right": ("right", [False]),
        "recorded": ("recorded", [91 * DAY]),
        "hold": ("hold", [None]),
        "silence": ("outcome", [None]),
    }
    if wish.twist in twists:
        name, values = twists[wish.twist]
        setattr(found, name, values[wish.other % len(values)])
        if found.outcome is None:
            found.source = None
    return found


CONSENT = Consent(
    id="c-1",
    referral_id="r-1",
    agency_id="o-1",
    service_id="s-1",
    method="verbal",
    given_by="patron",
    fields=["phone"],
    purpose="help",
    granted_at=START,
    expires_at=START + 9999 * DAY,
)
FINE = Sending(consent=CONSENT, fields=["phone"], purpose="help", service_active=True, confidential=False)
FACTS = {
    None: None,
    "fine": FINE,
    "nothing but the need": attrs.evolve(FINE, fields=[]),
    "no consent": attrs.evolve(FINE, consent=None),
    "other referral": attrs.evolve(FINE, consent=attrs.evolve(CONSENT, referral_id="r-2")),
    "other agency": attrs.evolve(FINE, consent=attrs.evolve(CONSENT, agency_id="o-2")),
    "other field": attrs.evolve(FINE, fields=["phone", "name"]),
    "other purpose": attrs.evolve(FINE, purpose="news"),
    "ended": attrs.evolve(FINE, consent=attrs.evolve(CONSENT, expires_at=START)),
    "revoked": attrs.evolve(FINE, consent=attrs.evolve(CONSENT, revoked_at=START)),
    "closed": attrs.evolve(FINE, service_active=False),
    "channel": attrs.evolve(FINE, confidential=True),
}


def play(referral, wanted):
    """What the library makes of a move; `None` where it refuses."""
    ids = {"agency": "o-1", "staff": "desk"}
    actor = Actor(wanted.role, ids.get(wanted.role, ""), frozenset({"void"} if wanted.right else ()))
    details = Details(
        outcome=wanted.outcome,
        outcome_source=wanted.source,
        hold_reason=wanted.hold,
        to=wanted.to,
        sending=FACTS[wanted.facts],
        follow_up_allowed=wanted.asks,
        text=wanted.text,
    )
    at = referral.last_at + wanted.later
    try:
        return advance(referral, Event(wanted.event), actor, at, details, recorded_at=at + wanted.recorded)
    except (IllegalTransitionError, InvalidReferralError):
        return None


TYPES = ("information", "direct", "self")


def begin(kind):
    proposal = Proposal(
        id="r-1",
        type=kind,
        service_id="s-1",
        organization_id="o-1",
        concepts=["food"],
    )
    return create(proposal, Actor("staff", "desk"), START).referral


COUNTED = Counter()


@pytest.fixture(scope="module", autouse=True)
def _counted():
    yield
    print(  # noqa: T201  # the figure
        f"\nR4: {COUNTED['sequences']:,} sequences, {COUNTED[True, True]:,} steps taken, {COUNTED[False, False]:,} refused: "
        f"{COUNTED[False, True]} illegal accepted, {COUNTED[True, False]} legal refused"
    )


def compare(kind, wishes, counted=None):
    """Play a sequence to both, and compare their answers and states at every step."""
    counted = Counter() if counted is None else counted
    counted["sequences"] += 1
    model, referral = Model(kind), begin(kind)
    for wish in wishes:
        wanted = near(model, wish) if hasattr(wish, "pick") else wish
        expected = model.allows(wanted)
        done = play(referral, wanted)
        counted[expected, done is not None] += 1
        assert (done is not None) == expected, (
            f"{'legal refused' if expected else 'illegal accepted'}: {model.status}, {wanted}"
        )
        if done is None:
            continue
        before, (referral, events) = referral, done
        steps = model.follow(wanted)
        assert (referral.status, referral.version) == (model.status, model.version)
        assert (referral.outcome, referral.closed_at) == (model.outcome, model.closed)
        assert referral.contact_attempts == model.attempts
        assert [event.inferred for event in events] == [True] * (steps - 1) + [False]
        hold_invariants(before, referral, events)
    return referral


def hold_invariants(before, referral, events):
    assert events[-1].after is referral.status
    assert [event.version for event in events] == list(range(before.version + 1, referral.version + 1))
    assert [event.before for event in events] == [before.status, *(event.after for event in events[:-1])]
    assert before.last_at <= events[0].at <= events[-1].at == referral.last_at
    assert all(event.at <= event.recorded_at for event in events)
    if before.is_closed:
        assert referral.closed_at == before.closed_at
        assert referral.status in (before.status, "entered_in_error")
        assert events[-1].event in ("amend_outcome", "void", "attempt_contact")
    for value in (referral, *events):
        document = json.loads(json.dumps(value.to_dict()))
        again = type(value).from_dict(document)
        assert again == value
        assert again.to_dict() == document


SEQUENCES = st.lists(NEAR | NEAR | ANY, min_size=1, max_size=25)
MANY = settings(max_examples=settings().max_examples * 10)
LONG = 100 if settings().max_examples >= 2000 else 50


@MANY
@given(st.sampled_from(TYPES), SEQUENCES)
def test_exactly_the_events_that_the_description_allows_can_happen(kind, wishes):
    compare(kind, wishes, COUNTED)


def test_long_sequences_agree_with_the_description():
    rng = Random(2)  # noqa: S311  # chance, not secrecy
    for _ in range(MANY.max_examples):
        compare(rng.choice(TYPES), drawn(rng, LONG), COUNTED)


@pytest.mark.parametrize("kind", TYPES)
def test_every_event_by_every_role_in_every_state(kind):
    """No sampling here: each state that can be reached, with what each event wants told and what it does not."""
    ways = {"draft": []}
    pending = ["draft"]
    while pending:
        status = pending.pop()
        for wish in every_wish():
            model, referral = Model(kind), begin(kind)
            for earlier in ways[status]:
                referral = play(referral, earlier).referral
                model.follow(earlier)
            wanted = near(model, wish)
            done = play(referral, wanted)
            assert (done is not None) == model.allows(wanted), (status, wanted)
            if done and done.referral.status not in ways:
                ways[done.referral.status] = [*ways[status], wanted]
                pending.append(done.referral.status)
    reached = {"draft", "given", *ENDED} - {"rejected"} if kind == "information" else {"draft", *OPEN, *ENDED}
    assert set(ways) == reached


def every_wish():
    for pick in range(16):
        for other in (*range(0, 40, 5), *range(5)):
            for twist in (None, "role", "outcome", "facts", "right", "recorded", "source"):
                yield SimpleNamespace(pick=pick, other=other, twist=twist, later=61 * DAY)


@given(st.sampled_from(TYPES), SEQUENCES, st.dictionaries(st.text(max_size=5), st.integers(), max_size=2))
def test_a_document_with_any_unknown_value_is_refused(kind, wishes, strange):
    document = compare(kind, wishes).to_dict()
    known = attrs.fields_dict(Referral).keys() | {"schema"}
    if strange.keys() - known:
        with pytest.raises(InvalidReferralError):
            Referral.from_dict(document | strange)


@given(
    st.sampled_from(sorted(attrs.fields_dict(ReferralEvent))),
    st.none() | st.integers() | st.text() | st.lists(st.text()),
)
def test_an_event_with_any_value_is_read_or_refused(name, value):
    _, (event,) = advance(begin("information"), Event.GIVE, Actor(Role.STAFF, "desk"), START)
    try:
        read = ReferralEvent.from_dict(event.to_dict() | {name: value})
    except InvalidReferralError:
        return
    assert ReferralEvent.from_dict(read.to_dict()) == read


# Faults: each makes the table or a condition wrong in one way, and the model must notice.


def without(event, before=None):
    return [r for r in table.TABLE if r.event != event or (before and r.before != before)]


def changed(event, before=None, **changes):
    return [
        attrs.evolve(r, **changes) if r.event == event and before in (None, r.before) else r
        for r in table.TABLE
    ]


def added(event, before, after, like):
    row = next(r for r in table.TABLE if r.event == like)
    return [*table.TABLE, attrs.evolve(row, event=event, before=before, after=after)]


S = transitions.ReferralStatus
FAULTY_TABLES = {
    "a request cannot be taken back": without("cancel", "requested"),
    "work cannot go on after a hold": without("start", "on_hold"),
    "a patron can accept": changed("accept", who=(Role.AGENCY, Role.PATRON)),
    "staff can let a request expire": changed("expire", who=(Role.SYSTEM, Role.STAFF)),
    "nobody asks for consent": changed(
        "send", guards=("leaves_the_library", "own_act", "service_active", "channel_allowed")
    ),
    "staff tell what a patron tells by themselves": changed(
        "send", guards=("leaves_the_library", "consent", "service_active", "channel_allowed")
    ),
    "a confidential service is sent over any channel": changed(
        "send", guards=("leaves_the_library", "consent", "own_act", "service_active")
    ),
    "a request expires at once": changed("expire", guards=()),
    "anyone of staff can void": changed("void", guards=()),
    "amending never ends": changed("amend_outcome", guards=("agency_was_told", "contact_attempts")),
    "failure may be a success": changed("fail", classes=tuple(table.CodeClass)),
    "what was given can be given again": added(Event.GIVE, S.GIVEN, S.GIVEN, "give"),
    "completed can be cancelled": added(Event.CANCEL, S.COMPLETED, S.CANCELLED, "cancel"),
    "an agency rejects without a reason": changed("reject", needs=(), takes=("outcome", "outcome_source")),
    "rejecting leads to failed": changed("reject", after=S.FAILED),
    "whoever does not want to be asked is called": changed("attempt_contact", S.COMPLETED, guards=()),
    "staff put a referral on hold": changed("hold", S.ACCEPTED, who=(Role.STAFF, Role.AGENCY)),
    "a hold cannot be looked at again": without("hold", "on_hold"),
    "an agency may cancel a draft": changed("cancel", S.DRAFT, who=(Role.STAFF, Role.PATRON, Role.AGENCY)),
}
FAULTY_GUARDS = {
    "one attempt at contact will do": {
        "contact_attempts": lambda step: (
            step.details.outcome != "unable_to_contact_patron" or step.referral.contact_attempts >= 1
        )
    },
    "a consent for anybody will do": {
        "consent": lambda step: step.details.sending is not None and step.details.sending.consent is not None
    },
    "a service that has closed is asked": {"service_active": lambda _: True},
}


def drawn(rng, steps):
    """A sequence by plain chance, which strays farther than one that is meant to be made smaller."""
    later = [timedelta(0), timedelta(hours=3), DAY, 21 * DAY, 61 * DAY]
    twists = [None] * 6 + [
        "role",
        "outcome",
        "source",
        "facts",
        "right",
        "recorded",
        "hold",
        "silence",
        "event",
    ]
    return [
        SimpleNamespace(
            pick=rng.randrange(1000),
            other=rng.randrange(1000),
            twist=rng.choice(twists),
            later=rng.choice(later),
        )
        for _ in range(steps)
    ]


def is_caught():
    """Whether a fixed number of fixed sequences shows a difference."""
    rng = Random(1)  # noqa: S311  # chance, not secrecy
    try:
        for _ in range(8000):
            compare(rng.choices(TYPES, (1, 3, 1))[0], drawn(rng, rng.randrange(1, 25)))
    except (AssertionError, InvalidReferralError):
        return True
    return False


def test_a_correct_model_is_not_reported():
    assert not is_caught()


@pytest.mark.parametrize("fault", FAULTY_TABLES)
def test_a_wrong_table_is_caught(fault, monkeypatch):
    monkeypatch.setattr(transitions, "MOVES", table.by_move(FAULTY_TABLES[fault]))
    assert is_caught()


@pytest.mark.parametrize("fault", FAULTY_GUARDS)
def test_a_wrong_condition_is_caught(fault, monkeypatch):
    monkeypatch.setattr(guards, "GUARDS", dict(guards.GUARDS) | FAULTY_GUARDS[fault])
    assert is_caught()


def test_a_step_that_is_not_inferred_is_caught(monkeypatch):
    monkeypatch.setattr(transitions, "IMPLIED", {})
    assert is_caught()
