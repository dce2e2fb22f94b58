"""The flows that lead to people, in both languages and on every channel: a PIN set anew, complaints, answers, doors."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import time

from channels.sms.rendering import SmsRenderer
from channels.telegram.rendering import TelegramRenderer
from channels.ussd.pages import UssdRenderer
from conversations.answers.borrower import BORROWER_ANSWERS
from conversations.flows import BORROWER
from conversations.texts import Texts
from conversations.turns import TurnRunner
from core.ports.engine import Engine
from core.records.application import ReturnReason
from core.records.borrower import Channel, Language
from core.records.catalogue import RegulatoryStatus
from core.records.message import MessageKind
from core.service_hours import ServiceHours
from core.use_cases.complaining import AnswerComplaint, answer_complaint, complaints_of
from core.use_cases.deciding import ReturnToBorrower, return_to_borrower
from core.use_cases.deciding_change import Answer, agree
from core.use_cases.messages import CODE_CONTEXT
from core.use_cases.proposing_change import ProposeNumber, propose_number
from core.use_cases.recovering import StartPinReset, start_pin_reset
from tests.core.use_cases.lending import HOME, Lending, key, new_phone
from tests.fixtures_postgres import MovableClock
from tests.flows.caller import SERVICE, Caller
from tests.flows.golden import GOLDEN, assert_golden

pytestmark = GOLDEN

Known = Callable[[Language], Awaitable[Caller]]

NEW_PIN = "1357"
WORDS = "Fee 50% {too} dear; drop table loans"


async def send_code(lending: Lending, caller: Caller) -> str:
    """An officer sees the ID and starts the reset; the code as it came by SMS."""
    national_id = f"0{caller.number.e164[4:]}"
    await start_pin_reset(lending.engine, lending.officer, StartPinReset(caller.number, national_id, key()))
    row = (await lending.messages(MessageKind.PIN_RESET_CODE))[-1]
    return lending.engine.sealer.open(bytes.fromhex(row.data["code"]), CODE_CONTEXT).decode()


def other(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def hide(caller: Caller, *codes: str) -> None:
    """Codes are chance, so they stand as words in the golden text."""
    words = dict.fromkeys(codes, "(the code)") | {other(code): "(another code)" for code in codes}
    caller.seen = [replace(seen, did=words.get(seen.did, seen.did)) for seen in caller.seen]


async def test_setting_a_pin_anew(known: Known, lending: Lending, clock: MovableClock, language: Language) -> None:
    caller = await known(language)
    await caller.dials()
    await caller.types("6", "2", "1")
    await caller.dials()
    await caller.types("5", "3", "0000", "1111", "2222")
    await caller.dials()
    await caller.types("5", "3", "3333")
    clock.move(minutes=16)
    await caller.dials()
    await caller.types("5", "3", "3333", "4444")
    code = await send_code(lending, caller)
    await caller.types("1", "12", other(code), code, "1990")
    await caller.dials()
    await caller.types("6", "2", "1", code, NEW_PIN, "1358", NEW_PIN, NEW_PIN)
    await caller.repeats()
    await caller.dials()
    await caller.types("6", "2", "1")
    hide(caller, code)

    assert_golden(caller, "setting_a_pin_anew", language)


async def test_coming_to_a_new_number(
    known: Known, runner: TurnRunner, lending: Lending, channel: Channel, language: Language
) -> None:
    old, moved = await known(language), new_phone()
    national_id = f"0{old.number.e164[4:]}"
    change = await propose_number(
        lending.engine, lending.officer, ProposeNumber(old.number, national_id, moved, "Lost the SIM.", key())
    )
    await agree(lending.engine, lending.manager, Answer(change.district, change.id, "", key()))
    caller = Caller(runner, moved, channel)
    end = national_id[-6:]
    await caller.dials()
    await caller.types(other(end))
    await caller.repeats()
    await caller.dials()
    await caller.types(end, "1111", NEW_PIN, NEW_PIN)
    await caller.repeats()
    await caller.dials()
    await caller.types("5", "3", NEW_PIN)
    hide(caller, end)

    assert_golden(caller, "coming_to_a_new_number", language)


async def test_a_new_number_that_was_tried_too_often_leads_to_a_branch(
    known: Known, runner: TurnRunner, lending: Lending, channel: Channel, language: Language
) -> None:
    old, moved = await known(language), new_phone()
    national_id = f"0{old.number.e164[4:]}"
    change = await propose_number(
        lending.engine, lending.officer, ProposeNumber(old.number, national_id, moved, "Lost the SIM.", key())
    )
    await agree(lending.engine, lending.manager, Answer(change.district, change.id, "", key()))
    caller = Caller(runner, moved, channel)
    await caller.dials()
    await caller.types("000000", "000000", "000000")
    await caller.dials()

    assert caller.seen[-1].reply.screen == "recovery.no_code"


async def test_complaining(known: Known, lending: Lending, language: Language) -> None:
    caller = await known(language)
    await caller.dials()
    await caller.types("6", "4", "3", "1", "1", "7", "1", "x" * 161)
    await caller.dials()
    await caller.types("6", "3", "1", WORDS, "1", "2", "0", "2", WORDS, "9")
    await caller.repeats()
    await caller.dials()
    await caller.types("6", "4", "1", "00")
    (complaint,) = await complaints_of(lending.engine, caller.number)
    assert complaint.words == WORDS
    await answer_complaint(
        lending.engine, lending.officer, AnswerComplaint(complaint.reference, "We gave the fee back.", 1, key())
    )
    await caller.types("6", "4", "1")
    await caller.repeats()

    assert_golden(caller, "complaining", language)


async def returned(lending: Lending, caller: Caller, reason: ReturnReason) -> None:
    reference = (await lending.apply(caller.number)).reference
    application = await lending.application(reference)
    await return_to_borrower(
        lending.engine, lending.officer, ReturnToBorrower(reference, reason, "", application.version, key())
    )


async def test_answering_with_a_net_pay(known: Known, lending: Lending, language: Language) -> None:
    caller = await known(language)
    await returned(lending, caller, ReturnReason.CONFIRM_INCOME)
    await caller.dials()
    await caller.types("3", "2", "5", "0", "2", "5500")
    await caller.dials()
    await caller.types("3", "2", "5500", "1", "2", "5400", "9")
    await caller.repeats()
    await caller.dials()
    await caller.types("3")

    assert_golden(caller, "answering_with_a_net_pay", language)


async def test_answering_with_an_amount(known: Known, lending: Lending, language: Language) -> None:
    caller = await known(language)
    await returned(lending, caller, ReturnReason.CHANGE_AMOUNT)
    await caller.dials()
    await caller.types("3", "2", "1000", "725", "700", "9")
    await caller.dials()
    await caller.types("3")

    assert_golden(caller, "answering_with_an_amount", language)


async def test_answering_with_a_purpose(known: Known, lending: Lending, language: Language) -> None:
    caller = await known(language)
    await returned(lending, caller, ReturnReason.CONFIRM_PURPOSE)
    await caller.dials()
    await caller.types("3", "2", "2", "1", "3", "00", "3", "2", "3", "9")

    assert_golden(caller, "answering_with_a_purpose", language)


async def test_answering_with_a_wallet(known: Known, lending: Lending, clock: MovableClock, language: Language) -> None:
    """Behind the PIN, and payouts wait then, as after a change in the profile."""
    caller = await known(language)
    await returned(lending, caller, ReturnReason.CHANGE_WALLET)
    await caller.dials()
    await caller.types("3", "2", "1", "3", "2", "12", "0", "2", "58123456", "2", "2", "2", "58123456", "1", "0000")
    await caller.dials()
    await caller.types("3", "2", "2", "58123456", "1", "2580")
    await caller.repeats()
    await caller.dials()
    await caller.types("3", "00", "5", "8")

    assert_golden(caller, "answering_with_a_wallet", language)


async def test_what_has_to_be_brought_is_not_answered_by_phone(
    known: Known, lending: Lending, language: Language
) -> None:
    caller = await known(language)
    await returned(lending, caller, ReturnReason.BRING_PAYSLIP)
    await caller.dials()
    await caller.types("3", "2")

    assert_golden(caller, "bringing_a_payslip", language)


async def test_outside_service_hours(engine: Engine, known: Known, texts: Texts, language: Language) -> None:
    """What is owed and how to pay stay in reach; a stranger reads when to come back."""
    caller = await known(language)
    now = engine.clock.now()
    opens = time((now.hour + 4) % 24)
    runner = TurnRunner(
        machine=BORROWER,
        engine=replace(engine, service_hours=ServiceHours(opens, time((now.hour + 5) % 24))),
        answers=BORROWER_ANSWERS,
        renderers={
            Channel.USSD: UssdRenderer(texts),
            Channel.SMS: SmsRenderer(texts, SERVICE),
            Channel.TELEGRAM: TelegramRenderer(texts),
        },
    )
    caller.runner = runner
    await caller.dials()
    await caller.types("1", "2", "1")
    await caller.dials()
    await caller.types("6", "00")
    assert await runner.drain(5)

    assert_golden(caller, "outside_service_hours", language)


async def test_a_suspended_lender(known: Known, lending: Lending, language: Language) -> None:
    """Its borrowers still pay and see where they stand; nothing new is lent."""
    caller = await known(language)
    await lending.apply(caller.number)
    for mfi in (lending.mfi, lending.other_mfi):
        await lending.engine.record.change_mfi(replace(mfi, regulatory_status=RegulatoryStatus.SUSPENDED))
    await caller.dials()
    await caller.types("3")
    await caller.dials()
    await caller.types("1")

    assert_golden(caller, "a_suspended_lender", language)


async def test_an_offer_that_cannot_be_accepted(known: Known, lending: Lending, language: Language) -> None:
    """Of a lender that was suspended, and one to a borrower who is blocked: what is left is to decline and complain."""
    caller = await known(language)
    loan = await lending.offer(caller.number)
    await lending.engine.record.change_mfi(replace(lending.mfi, regulatory_status=RegulatoryStatus.SUSPENDED))
    await caller.dials()
    await caller.types("3", "1", "98", "3", "2", "00")
    await lending.engine.record.change_mfi(lending.mfi)
    async with lending.engine.record.unit(HOME) as unit:
        borrower = await unit.borrowers.get(loan.borrower_id)
        await unit.borrowers.save(replace(borrower, blocked=True))
        await unit.commit()
    await caller.dials()
    await caller.types("3", "98", "3", "98", "1")
    await caller.repeats()

    assert_golden(caller, "an_offer_that_cannot_be_accepted", language)
