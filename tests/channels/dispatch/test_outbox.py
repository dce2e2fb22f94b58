from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from itertools import pairwise
from uuid import UUID

import pytest

from channels.dispatch.messages import MessageDispatch
from channels.dispatch.outbox import OutboxWorker
from channels.dispatch.pacing import Pace
from channels.dispatch.use_cases import once
from channels.dispatch.verdicts import (
    ATTEMPTS_MAX,
    FIRST_PAUSE_SECONDS,
    LONGEST_PAUSE_SECONDS,
    Done,
    GiveUp,
    Later,
    RowHandler,
    Verdict,
    pause_seconds,
)
from channels.dispatch.wording import Wording, sms_parts
from channels.sms.africastalking import PROVIDER
from channels.transport import Sent, TransportError
from conversations.texts import load_texts
from core.phones import PhoneNumber
from core.ports.engine import Engine
from core.ports.messages import MessageRecord
from core.ports.work import OutboxRow
from core.records.borrower import Language
from core.records.message import MessageKind
from core.use_cases.deciding_change import Answer, agree
from core.use_cases.disbursing import send_payout
from core.use_cases.messages import CODE_CONTEXT
from core.use_cases.payouts import PAYOUT_TOPIC
from core.use_cases.proposing_change import ProposeNumber, propose_number
from core.use_cases.recovering import StartPinReset, start_pin_reset
from core.use_cases.transferring import TRANSFER_TOPIC, receive_transfer
from tests.core.use_cases.lending import HOME, Lending, key, new_phone
from tests.fixtures_engine import ObedientRail
from tests.fixtures_postgres import MovableClock

LEASE = 120
TEXTS = load_texts()


class KilledError(BaseException):
    """The process was killed at this point: nothing after it ran, and nothing could be caught."""


@dataclass
class Sender:
    """Takes messages as it is told to."""

    sent: list[tuple[PhoneNumber, str, str | None]] = field(default_factory=list)
    faults: list[BaseException] = field(default_factory=list)
    dies_after_sending: bool = False
    together: int = 0
    most_together: int = 0

    async def send(self, to: PhoneNumber, text: str, sender_id: str | None) -> Sent:
        self.together += 1
        self.most_together = max(self.most_together, self.together)
        await asyncio.sleep(0.02)
        self.together -= 1
        if self.faults:
            raise self.faults.pop(0)
        self.sent.append((to, text, sender_id))
        if self.dies_after_sending:
            raise KilledError
        return Sent(PROVIDER, f"ATXid_{len(self.sent)}", 1, None)


@dataclass
class Post:
    """A borrower who is owed the message of a registration, and who sends it."""

    lending: Lending
    sender: Sender
    worker: OutboxWorker
    phone: PhoneNumber
    verdicts: list[Verdict]

    @property
    def engine(self) -> Engine:
        return self.lending.engine

    async def work(self) -> int:
        return await self.worker.work_on(HOME)

    async def history(self) -> list[MessageRecord]:
        return list(await self.engine.channel.messages.of_caller(self.engine.keyed_hash.phone(self.phone), 50))

    async def state(self) -> str:
        (message,) = await self.history()
        return message.state


def worker_of(engine: Engine, sender: Sender, verdicts: list[Verdict]) -> OutboxWorker:
    messages = MessageDispatch(
        engine, sender, Wording(TEXTS, "*384*555#"), Pace(10_000), sender_id="Letsema", doubt_seconds=LEASE
    )
    handlers: dict[str, RowHandler] = {
        "message": messages,
        PAYOUT_TOPIC: once(send_payout, engine),
        TRANSFER_TOPIC: once(receive_transfer, engine),
    }
    return OutboxWorker(engine, handlers, lease_seconds=LEASE, observe=lambda _row, verdict: verdicts.append(verdict))


@pytest.fixture
async def post(lending: Lending) -> Post:
    sender, verdicts = Sender(), list[Verdict]()
    worker = worker_of(lending.engine, sender, verdicts)
    await worker.work_on(HOME)  # the lender's money reaches its other district
    verdicts.clear()
    return Post(lending, sender, worker, await lending.borrower(), verdicts)


async def test_a_message_is_worded_in_the_borrowers_language_and_sent_once(post: Post) -> None:
    await post.work()
    await post.work()

    ((to, text, sender_id),) = post.sender.sent
    assert (to, sender_id) == (post.phone, "Letsema")
    assert "Palesa" in text
    assert "*384*555#" in text
    (kept,) = await post.history()
    assert (kept.state, kept.provider, kept.provider_id, kept.text) == ("accepted", PROVIDER, "ATXid_1", text)


async def test_the_code_of_a_new_pin_is_sent_as_its_borrower_types_it(post: Post) -> None:
    await post.work()
    post.sender.sent.clear()
    national_id = f"0{post.phone.e164[4:]}"
    await start_pin_reset(post.engine, post.lending.officer, StartPinReset(post.phone, national_id, key()))
    (row,) = await post.lending.messages(MessageKind.PIN_RESET_CODE)

    await post.work()

    ((to, text, _),) = post.sender.sent
    code = post.engine.sealer.open(bytes.fromhex(row.data["code"]), CODE_CONTEXT).decode()
    assert to == post.phone
    assert code in text
    assert row.data["code"] not in text


async def test_after_a_change_the_old_number_hears_of_it_once_and_the_new_one_of_all_else(post: Post) -> None:
    await post.work()
    post.sender.sent.clear()
    new, national_id = new_phone(), f"0{post.phone.e164[4:]}"
    change = await propose_number(
        post.engine, post.lending.officer, ProposeNumber(post.phone, national_id, new, "Lost the SIM.", key())
    )
    await agree(post.engine, post.lending.manager, Answer(change.district, change.id, "", key()))
    await post.lending.apply(new)

    await post.work()

    assert [to for to, _, _ in post.sender.sent].count(post.phone) == 1
    assert {to for to, _, _ in post.sender.sent} == {post.phone, new}
    assert len(post.sender.sent) == 3


async def test_a_refusal_for_good_is_given_up_and_says_why(post: Post) -> None:
    post.sender.faults = [TransportError(permanent=True, code="user_in_blacklist")]

    await post.work()

    assert post.verdicts == [GiveUp("user_in_blacklist")]
    (kept,) = await post.history()
    assert (kept.state, kept.failure) == ("failed", "user_in_blacklist")
    assert await post.work() == 0


async def test_a_refusal_for_now_is_tried_again_after_a_pause(post: Post, clock: MovableClock) -> None:
    post.sender.faults = [TransportError(permanent=False, code="insufficient_balance")]

    await post.work()
    assert await post.state() == "waiting"
    assert await post.work() == 0

    clock.move(seconds=FIRST_PAUSE_SECONDS)
    await post.work()
    assert await post.state() == "accepted"
    assert len(post.sender.sent) == 1


async def test_what_fails_for_ever_is_given_up_in_the_end(post: Post, clock: MovableClock) -> None:
    refusal = TransportError(permanent=False, code="gateway_error")

    for _ in range(ATTEMPTS_MAX + 1):
        post.sender.faults = [refusal]
        await post.work()
        clock.move(seconds=LONGEST_PAUSE_SECONDS)

    assert post.verdicts[-1] == GiveUp("gateway_error")
    assert len(post.verdicts) == ATTEMPTS_MAX
    assert await post.work() == 0


async def test_killed_before_the_send_it_is_sent_when_the_lease_ends(post: Post, clock: MovableClock) -> None:
    post.sender.faults = [KilledError()]
    with pytest.raises(BaseExceptionGroup):
        await post.work()

    assert await post.work() == 0
    clock.move(seconds=LEASE)
    await post.work()

    assert len(post.sender.sent) == 1
    assert await post.state() == "accepted"


async def test_killed_after_the_send_it_is_not_sent_again_once_its_report_is_there(
    post: Post, clock: MovableClock
) -> None:
    post.sender.dies_after_sending = True
    with pytest.raises(BaseExceptionGroup):
        await post.work()
    assert await post.state() == "sending"

    await _report_arrives(post)
    post.sender.dies_after_sending = False
    clock.move(seconds=LEASE)
    await post.work()

    assert len(post.sender.sent) == 1
    assert post.verdicts[-1] == Done()
    assert await post.state() == "delivered"


async def test_killed_after_the_send_it_is_sent_again_when_nothing_was_heard_of_it(
    post: Post, clock: MovableClock
) -> None:
    post.sender.dies_after_sending = True
    with pytest.raises(BaseExceptionGroup):
        await post.work()

    post.sender.dies_after_sending = False
    clock.move(seconds=LEASE)
    await post.work()

    assert len(post.sender.sent) == 2
    (kept,) = await post.history()
    assert kept.provider_id == "ATXid_2"


async def test_an_answer_that_never_came_waits_for_the_report_before_another_try(
    post: Post, clock: MovableClock
) -> None:
    post.sender.faults = [TransportError(permanent=False, code="timeout", may_have_been_sent=True)]

    await post.work()
    assert await post.state() == "sending"
    clock.move(seconds=LEASE / 2)
    assert await post.work() == 0

    await _report_arrives(post)
    clock.move(seconds=LEASE)
    await post.work()
    assert post.sender.sent == []
    assert await post.state() == "delivered"


async def test_killed_between_noting_and_marking_it_is_not_sent_again(post: Post, clock: MovableClock) -> None:
    def die(_row: OutboxRow, _verdict: Verdict) -> None:
        raise KilledError

    dying = worker_of(post.engine, post.sender, post.verdicts)
    dying._observe = die
    with pytest.raises(BaseExceptionGroup):
        await dying.work_on(HOME)
    clock.move(seconds=LEASE)
    await post.work()

    assert len(post.sender.sent) == 1
    assert post.verdicts == [Done()]


async def test_a_provider_that_never_answers_is_tried_less_and_less_and_then_no_more(
    post: Post, clock: MovableClock
) -> None:
    """It may send each time, so the borrower may read each try."""
    doubt = TransportError(permanent=False, code="timeout", may_have_been_sent=True)
    post.sender.faults = [doubt] * 200

    for _ in range(60):
        await post.work()
        clock.move(seconds=LEASE)
    in_two_hours = len(post.verdicts)
    for _ in range(ATTEMPTS_MAX + 5):
        await post.work()
        clock.move(seconds=LONGEST_PAUSE_SECONDS)

    assert in_two_hours < 20
    assert len(post.verdicts) == ATTEMPTS_MAX
    assert post.verdicts[-1] == GiveUp("timeout")


async def test_two_messages_to_one_number_are_never_under_way_together(post: Post, clock: MovableClock) -> None:
    for number in range(5):
        await _owe(post, f"again:{number}")

    await post.work()

    assert len(post.sender.sent) == 6
    assert post.sender.most_together == 1


async def test_a_message_in_doubt_holds_back_the_next_one_to_that_number(post: Post, clock: MovableClock) -> None:
    post.sender.faults = [TransportError(permanent=False, code="timeout", may_have_been_sent=True)]
    await post.work()
    await _owe(post, "the-next-one")

    await post.work()

    assert post.sender.sent == []
    assert isinstance(post.verdicts[-1], Later)


async def test_messages_to_different_numbers_do_not_wait_for_each_other(post: Post) -> None:
    for _ in range(4):
        await post.lending.borrower()

    await post.work()

    assert len(post.sender.sent) == 5
    assert post.sender.most_together > 1


async def test_somebody_without_a_record_is_reached_by_the_sealed_number(post: Post) -> None:
    sealed = post.engine.sealer.seal(b"+26662000001", "outbox:phone")
    row = OutboxRow(
        id=post.engine.identifiers.new_id(),
        district=HOME,
        topic="message",
        kind=MessageKind.COMMAND_REFUSED,
        key="message:outcome:register:x",
        data={
            "phone_sealed": sealed.hex(),
            "language": "en",
            "mfi_id": None,
            "command": "register",
            "reason_code": "under_age",
        },
        due_at=post.engine.clock.now(),
    )
    async with post.engine.record.unit(HOME) as unit:
        await unit.outbox.add(row)
        await unit.commit()

    await post.work()

    assert PhoneNumber("+26662000001") in {to for to, _, _ in post.sender.sent}


async def test_a_row_that_nobody_can_read_does_not_stop_the_others(post: Post, clock: MovableClock) -> None:
    await _owe(post, "broken", kind="no-such-kind")
    await _owe(post, "fine")

    await post.work()

    assert len(post.sender.sent) == 2
    assert Later("failed") in post.verdicts


async def test_a_payout_goes_to_its_rail(post: Post, rail: ObedientRail) -> None:
    accepted = await post.lending.accept(post.phone, await post.lending.offer(post.phone))
    await post.lending.release(accepted)

    await post.work()

    assert len(rail.asked) == 1


async def test_two_workers_never_take_the_same_row(post: Post) -> None:
    for _ in range(8):
        await post.lending.borrower()
    others = [worker_of(post.engine, post.sender, []) for _ in range(3)]

    await asyncio.gather(*(worker.work_on(HOME, limit=5) for worker in [post.worker, *others]))
    while await post.work():
        pass

    assert len(post.sender.sent) == 9
    assert len({to for to, _, _ in post.sender.sent}) == 9


def test_the_pause_doubles_to_its_limit_and_varies() -> None:
    pauses = [pause_seconds(attempts, lambda _limit: 0) for attempts in range(1, 30)]

    assert pauses[0] == FIRST_PAUSE_SECONDS
    assert all(later in (2 * earlier, LONGEST_PAUSE_SECONDS) for earlier, later in pairwise(pauses))
    assert pauses[-1] == LONGEST_PAUSE_SECONDS
    assert pause_seconds(5, lambda limit: limit - 1) < pause_seconds(5, lambda _limit: 0)


async def test_a_pace_lets_no_more_through_than_it_says() -> None:
    pace = Pace(100)
    loop = asyncio.get_running_loop()
    began = loop.time()

    await asyncio.gather(*(pace.take() for _ in range(11)))

    assert 0.1 <= loop.time() - began < 0.5


@pytest.mark.parametrize(
    ("text", "parts"), [("a" * 160, 1), ("a" * 161, 2), ("a" * 306, 2), ("a" * 307, 3), ("€" * 80, 1), ("€" * 81, 2)]
)
def test_parts_are_counted_in_septets(text: str, parts: int) -> None:
    assert sms_parts(text) == parts


def test_a_name_with_a_letter_that_phones_lack_is_folded() -> None:
    row = OutboxRow(
        id=UUID(int=1),
        district=HOME,
        topic="message",
        kind=MessageKind.REGISTERED,
        key="x",
        data={"given_names": "Retšelisitsoe"},
        due_at=MovableClock().now(),
    )

    assert "Rets'elisitsoe" in Wording(TEXTS, "*384*555#")(row, Language.ENGLISH).text


async def _report_arrives(post: Post) -> None:
    """What the delivery hook does with a report of a send that it knows nothing of."""
    (message,) = await post.history()
    await post.engine.channel.messages.add(
        replace(message, provider=PROVIDER, provider_id="ATXid_reported", state="delivered")
    )


async def _owe(post: Post, key: str, kind: str = MessageKind.REGISTERED) -> None:
    entry = await post.engine.channel.directory.phone(post.engine.keyed_hash.phone(post.phone))
    assert entry is not None
    row = OutboxRow(
        id=post.engine.identifiers.new_id(),
        district=HOME,
        topic="message",
        kind=kind,
        key=f"message:{key}",
        data={"borrower_id": str(entry.borrower_id), "mfi_id": None, "given_names": "Palesa"},
        due_at=post.engine.clock.now(),
    )
    async with post.engine.record.unit(HOME) as unit:
        await unit.outbox.add(row)
        await unit.commit()


async def test_money_is_never_given_up(lending: Lending, rail: ObedientRail, clock: MovableClock) -> None:
    phone = await lending.borrower()
    await lending.release(await lending.accept(phone, await lending.offer(phone)))
    verdicts: list[Verdict] = []
    without_rail = worker_of(replace(lending.engine, rails={}), Sender(), verdicts)
    for _ in range(ATTEMPTS_MAX + 5):
        await without_rail.work_on(HOME)
        clock.move(seconds=LONGEST_PAUSE_SECONDS)

    await worker_of(lending.engine, Sender(), verdicts).work_on(HOME)

    assert [to for _, to, _ in rail.asked] == [phone.e164]
    assert not any(isinstance(verdict, GiveUp) for verdict in verdicts)
