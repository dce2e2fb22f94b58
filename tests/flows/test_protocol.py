"""The turn protocol, each row of its table once, over HTTP to the real hooks, machine, runner and PostgreSQL.

The same rows on a small machine, with every interleaving, are in tests/conversations/turns.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from channels.ussd.pages import UssdRenderer
from conversations.check import Worst, worst_views
from conversations.check.worst import OF_THE_ENGINE
from conversations.engine import Text
from conversations.flows import BORROWER
from conversations.measures import SMS_VALUES, WORST_VALUES
from conversations.texts import Texts
from conversations.turns import TurnRunner
from core.gsm0338 import is_gsm, septets
from core.phones import PhoneNumber
from core.ports.conversations import TurnRecord
from core.ports.engine import Engine
from tests.core.use_cases.lending import PIN, Lending, new_phone
from tests.flows.caller import Caller
from tests.flows.gateway import DIAL_AGAIN, OTHER_SERVICE, SERVICE, Client, HopSession, Session, opened, turns_of

pytestmark = pytest.mark.engine

TO_PIN = ("1", "1", "1", "1500", "2", "2", "1", "6000", "1", "1")
Known = Callable[..., Awaitable[Caller]]


@dataclass
class Place:
    """A client of the hooks, a registered SIM, and a look into the store."""

    engine: Engine
    client: Client
    number: PhoneNumber

    def session(self, *, number: PhoneNumber | None = None, session: str = "") -> Session:
        return Session(self.client, number or self.number, session=session)

    def hops(self, *, number: PhoneNumber | None = None) -> HopSession:
        return HopSession(self.client, number or self.number)

    async def stored(self, session: Session) -> TurnRecord | None:
        channel, now = self.engine.channel, self.engine.clock.now()
        record: TurnRecord | None = await turns_of(channel, self.engine.keyed_hash, session.number, session.id, now)
        return record


@pytest.fixture
async def place(engine: Engine, runner: TurnRunner, known: Known, lending: Lending) -> AsyncIterator[Place]:
    caller = await known()
    client = await opened(engine, runner.take)
    yield Place(engine, client, caller.number)
    await client.close()


async def at_pin(place: Place) -> Session:
    session = place.session()
    await session.sends("")
    await session.types(*TO_PIN)
    return session


async def test_the_same_transcript_gets_the_stored_bytes(place: Place) -> None:
    session = place.session()
    await session.sends("")
    page = await session.types("1")
    stands = await place.stored(session)

    assert await session.sends("1") == page
    assert await place.stored(session) == stands
    assert page.screen == "apply.lender"


async def test_the_same_key_again_is_another_answer(place: Place) -> None:
    session = place.session()
    await session.sends("")

    assert (await session.sends("1")).screen == "apply.lender"
    assert (await session.sends("1*1")).screen == "apply.product"


@pytest.mark.parametrize("shorter", ["", "1"])
async def test_a_shorter_transcript_gets_the_stored_reply(place: Place, shorter: str) -> None:
    session = place.session()
    await session.sends("")
    page = await session.types("1", "1")
    stands = await place.stored(session)

    assert await session.sends(shorter) == page
    assert await place.stored(session) == stands


@pytest.mark.parametrize("diverging", ["2*1*1*1500", "1*1*12", "1*1*2", "11*1*1", "1*1*1 1500"])
async def test_a_transcript_that_does_not_continue_ends_and_changes_nothing(place: Place, diverging: str) -> None:
    session = place.session()
    await session.sends("")
    await session.types("1", "1", "1")
    stands = await place.stored(session)

    page = await session.sends(diverging)

    assert (page.status, page.ends) == (200, True)
    assert DIAL_AGAIN in page.text
    assert await place.stored(session) == stands
    assert (await session.types("1500")).screen == "apply.term"


async def test_nothing_follows_an_end(place: Place) -> None:
    session = place.session()
    await session.sends("")
    ended = await session.types("6", "1")
    assert ended.ends, ended.text
    stands = await place.stored(session)

    for text in ("6*1*1", "6*1*00", "6*1*1*1"):
        page = await session.sends(text)
        assert page.ends
        assert DIAL_AGAIN in page.text
    assert await session.sends("6*1") == ended
    assert await place.stored(session) == stands


async def test_another_caller_with_the_sessions_id_begins_their_own(place: Place, known: Known) -> None:
    mine = place.session()
    await mine.sends("")
    await mine.types("1", "1", "1", "1500")
    theirs = place.session(number=(await known()).number, session=mine.id)

    page = await theirs.sends("1*1*1*1500")

    assert page.screen == "apply.lender", "a deep dial of their own: no data of the first"
    assert (await mine.types("2")).screen == "apply.purpose"


async def test_another_service_with_the_sessions_id_is_another_session(place: Place) -> None:
    session = place.session()
    await session.sends("")
    await session.types("1", "1", "1")

    page = await session.sends("", service=OTHER_SERVICE)

    assert page.screen in {"main.menu", "start.resume"}
    assert (await session.types("1500")).screen == "apply.term"


@pytest.mark.parametrize(
    ("dialled", "screen"),
    [
        ("2", "main.menu"),
        ("6", "help.menu"),
        ("6*1", "help.about"),
        ("1*1*1*1500*2*2*1*6000*1*2580", "apply.lender"),
        ("9*1", "main.menu"),
    ],
)
async def test_a_deep_dial_walks_menus_and_no_further(place: Place, dialled: str, screen: str) -> None:
    session = place.session()

    page = await session.sends(dialled)

    assert page.screen.split(".")[0] == screen.split(".", maxsplit=1)[0]
    assert not await _applied(place)
    assert await session.sends(dialled) == page, "the whole of it is the transcript"


async def test_a_deep_dial_stops_at_consent_and_takes_no_pin(place: Place) -> None:
    stranger = place.session(number=new_phone())

    page = await stranger.sends("2*1*Palesa*Mokoena*012345678901*17051990*1*2580*2580")

    assert page.screen == "register.consent"
    entry = await place.engine.channel.directory.phone(place.engine.keyed_hash.phone(stranger.number))
    assert entry is None


async def test_an_empty_answer_is_asked_again(place: Place) -> None:
    session = place.session()
    await session.sends("")
    await session.sends("1")

    page = await session.sends("1*")

    assert page.screen == "apply.lender"
    assert "Type one of these numbers, like 1." in page.text


@pytest.mark.parametrize(
    "body",
    [
        "serviceCode={code}&phoneNumber={phone}&text=",
        "sessionId={id}&sessionId=other&serviceCode={code}&phoneNumber={phone}&text=",
        "sessionId={id}&serviceCode={code}&phoneNumber={phone}&text=1&text=2",
        "sessionId={id}&serviceCode={code}&phoneNumber={phone}&text=%ZZ",
        "sessionId={id}&serviceCode={code}&phoneNumber={phone}&text=%FF",
        "sessionId={id}&phoneNumber={phone}&text=",
        "sessionId={id}&serviceCode={code}&text=",
        "",
    ],
)
async def test_a_form_that_is_none_is_refused_and_keeps_no_state(place: Place, body: str) -> None:
    session = place.session()
    filled = body.format(id=session.id, code="*384*555%23", phone=f"%2B{session.number.e164[1:]}")

    page = await session.posts(filled)

    assert page.status == 400
    assert await place.stored(session) is None


async def test_an_answer_may_hold_stars(place: Place) -> None:
    stranger = place.session(number=new_phone())
    await stranger.sends("")
    await stranger.types("2", "1", "Palesa", "Mokoena", "012345678901")

    assert (await stranger.types("17*05*1990")).screen == "register.district"


async def test_of_two_answers_to_one_turn_one_counts_and_both_phones_read_it(place: Place) -> None:
    session = place.session()
    await session.sends("")
    await session.types("1", "1", "1")

    pages = await asyncio.gather(*(session.sends(f"1*1*1*{amount}") for amount in ("1500", "2000") * 3))

    stored = await place.stored(session)
    assert stored is not None
    assert stored.turn == 5
    assert len({page.body for page in pages if DIAL_AGAIN not in page.text}) == 1


async def test_of_two_confirmations_at_once_one_acts(place: Place) -> None:
    session = await at_pin(place)
    confirmed = f"{session.transcript}*{PIN}"

    pages = await asyncio.gather(*(session.sends(confirmed) for _ in range(4)))

    assert {page.screen for page in pages} == {"apply.submitted"}
    assert len({page.body for page in pages}) == 1
    assert await _applied(place) == 1


@dataclass
class Held:
    """A port that waits at one of its calls, whenever the test says so."""

    inner: Any
    at: str
    gate: asyncio.Event
    is_on: bool = False
    since_call: int = 1
    calls: int = 0

    def __getattr__(self, name: str) -> Any:
        real = getattr(self.inner, name)
        return self._waiting(real) if name == self.at and self.is_on else real

    def _waiting(self, real: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def call(*arguments: Any, **named: Any) -> Any:
            self.calls += 1
            if self.calls >= self.since_call:
                await self.gate.wait()
            return await real(*arguments, **named)

        return call


@dataclass
class Plane:
    """A channel plane with another conversation store."""

    inner: Any
    conversations: Any

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


class Slow:
    """Hooks whose store or record hangs where a test says, with a deadline of half a second."""

    def __init__(self, place: Place, runner: TurnRunner, at: str, since_call: int = 1) -> None:
        self.place = place
        self.around = runner._around
        self.held = Held(place.engine.channel.conversations, at, asyncio.Event(), since_call=since_call)
        engine = replace(place.engine, channel=Plane(place.engine.channel, self.held))
        self.runner = TurnRunner(
            machine=self.around.machine,
            engine=engine,
            answers=self.around.answers,
            renderers=dict(self.around.renderers),
            deadline_seconds=0.8,
        )

    async def session(self, *typed: str) -> Session:
        client = await opened(self.place.engine, self.runner.take)
        session = Session(client, self.place.number)
        await session.sends("")
        await session.types(*typed)
        self.held.is_on = True
        return session

    async def released(self, session: Session) -> Session:
        """The store answers again, and the work that outlived its answer is through."""
        self.held.gate.set()
        assert await self.runner.drain(5)
        await session.client.close()
        later = self.place.session(session=session.id)
        later.transcript = session.transcript
        return later


async def test_at_the_deadline_without_a_command_the_borrower_dials_again(place: Place, runner: TurnRunner) -> None:
    slow = Slow(place, runner, at="load")
    session = await slow.session("1")

    page = await session.types("1")
    later = await slow.released(session)

    assert (page.status, page.ends) == (200, True)
    assert "It is slow just now" in page.text, "the process remembers the language of the session"
    assert (await later.sends(later.transcript)).screen == "apply.product", "the work behind it was not cut off"


async def test_at_the_deadline_after_the_claim_an_sms_follows_and_that_reply_stands(
    place: Place, runner: TurnRunner, lending: Lending
) -> None:
    slow = Slow(place, runner, at="save", since_call=2)
    session = await slow.session(*TO_PIN)

    page = await session.types(PIN)
    later = await slow.released(session)

    assert page.ends
    assert "SMS" in page.text
    assert "10 minutes" not in page.text
    assert (await later.sends(later.transcript)).body == page.body
    assert await _applied(place) == 1
    assert len(await lending.messages("application_received")) == 1


async def test_at_the_deadline_with_the_claims_fate_unknown_the_borrower_may_dial_again_safely(
    place: Place, runner: TurnRunner
) -> None:
    slow = Slow(place, runner, at="save")
    session = await slow.session(*TO_PIN)

    page = await session.types(PIN)
    later = await slow.released(session)
    redialled = await place.session().sends("")

    assert page.ends
    assert "10 minutes" in page.text
    assert await _applied(place) == 1, "it was not cut off, and the same key acts once"
    assert (await later.sends(later.transcript)).ends
    assert redialled.screen == "main.menu"


async def test_per_hop_a_session_goes_from_dial_to_application(place: Place) -> None:
    session = place.hops()

    begun = await session.dials()
    assert begun.text.startswith("<ussd><type>2</type><msg>Letsema\n1. ")
    await session.types(*TO_PIN)
    done = await session.types(PIN)

    assert done.ends
    assert await _applied(place) == 1


async def test_per_hop_a_dial_may_bring_choices_and_a_repeated_dial_the_stored_page(place: Place) -> None:
    session = place.hops()

    page = await session.dials("*384*555*6#")

    assert "1. " in page.text
    assert not page.ends
    assert await session.dials("*384*555*6#") == page


async def test_per_hop_a_confirmation_pressed_twice_acts_once(place: Place) -> None:
    session = place.hops()
    await session.dials()
    await session.types(*TO_PIN)

    pages = await asyncio.gather(session.types(PIN), session.types(PIN))
    after = await session.types(PIN)

    assert await _applied(place) == 1
    assert any(page.ends for page in pages)
    assert DIAL_AGAIN in after.text


@pytest.mark.parametrize("kind", ["3", "4", "10"])
async def test_per_hop_the_end_of_a_session_leaves_the_form_waiting(place: Place, kind: str) -> None:
    session = place.hops()
    await session.dials()
    await session.types("1", "1", "1", "1500")

    notice = await session.asks(kind, "whatever")

    assert (notice.status, notice.text) == (200, "<ussd><type>3</type><msg></msg></ussd>")
    assert "Continue" in (await place.hops().dials()).text


@pytest.mark.parametrize(
    "body", ["", "<ussd/>", "<!DOCTYPE ussd><ussd><type>1</type></ussd>", "<ussd><type>7</type></ussd>", "sessionId=1"]
)
async def test_per_hop_what_is_no_request_is_refused(place: Place, body: str) -> None:
    answer = await place.client.post("/hooks/0f3c9a7d52e84b16c0d7/ussd/truroute", data=body)

    assert answer.status == 400


async def test_per_hop_a_code_that_is_not_ours_is_refused_and_a_stranger_from_abroad_is_told(place: Place) -> None:
    assert (await place.hops().dials("*999#")).status == 400

    abroad = await place.client.post(
        "/hooks/0f3c9a7d52e84b16c0d7/ussd/truroute",
        data=f"<ussd><msisdn>27821234567</msisdn><sessionid>9</sessionid><type>1</type><msg>{SERVICE}</msg></ussd>",
    )
    assert "Lesotho" in await abroad.text()


async def test_a_page_over_either_dialect_is_the_same_and_fits(place: Place) -> None:
    by_form, by_xml = place.session(), place.hops(number=place.number)
    await by_form.sends("")
    shown = (await by_form.types("6")).text.removeprefix("CON ")

    await by_xml.dials()
    wrapped = (await by_xml.types("6")).text

    assert f"<msg>{shown}</msg>" in wrapped
    assert is_gsm(shown)
    assert septets(shown) <= 160


async def test_what_the_check_measures_is_what_is_sent(place: Place, texts: Texts) -> None:
    """Byte for byte: each page of a registration, plain and under the reason for asking again, is one it measured."""
    renderer = UssdRenderer(texts)
    forms = tuple(Text(flow.draft_title) for flow in BORROWER.flows if flow.keeps_draft)
    worst = Worst({**OF_THE_ENGINE, **SMS_VALUES, **WORST_VALUES, "form": forms}, texts, renderer.measure)
    measured = {
        f"CON {page}".encode()
        for language in BORROWER.languages
        for view in worst_views(BORROWER, worst, language)
        for page in renderer.pages(view)
    }
    stranger = place.session(number=new_phone())

    sent = [await stranger.sends("")]
    consent = ("*", "1", "1")  # under the reason it has two pages, and the first only turns
    typed = ("*", "2", *consent, "7", "Palesa", "*", "Mokoena", "*", "012345678901")
    sent.extend([await stranger.types(text) for text in typed])

    assert len({page.screen for page in sent}) == 6
    assert [page.text for page in sent if page.body not in measured] == []


async def _applied(place: Place) -> int:
    """How many applications this SIM has under way."""
    from core.use_cases.borrowing import overview

    return int((await overview(place.engine, place.number)).application is not None)
