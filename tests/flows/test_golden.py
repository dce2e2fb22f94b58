"""Every flow in both languages, each with its interruptions, page by page as the phone shows it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from core.calendar import PeriodUnit
from core.loans.policy import Cap, LateFeeRule, Policy
from core.loans.product_terms import ProductTerms
from core.loans.terms import DayCount, Fee, FeeTiming, Method
from core.money import Money
from core.phones import PhoneNumber
from core.ports.engine import Engine
from core.ports.enquiries import Enquiry
from core.records.application import RejectionReason, ReturnReason
from core.records.borrower import Language
from core.use_cases.borrowing import payoff_quote
from core.use_cases.deciding import Reject, ReturnToBorrower, reject, return_to_borrower
from core.use_cases.withdrawing import withdraw_application
from tests.core.use_cases.lending import PIN, Lending, key
from tests.fixtures_postgres import MovableClock
from tests.flows.caller import PAGE_BACK, Caller
from tests.flows.golden import GOLDEN, assert_golden

pytestmark = GOLDEN

Known = Callable[[Language], Awaitable[Caller]]

ANSWERS = ("Palesa", "Mokoena", "012345678901", "17051990")
FIRST_APPLICATION = ("1", "1", "1", "1500", "2", "2", "1", "6000", "1")
CHOICE = {Language.SESOTHO: "1", Language.ENGLISH: "2"}


async def test_registering(stranger: Caller, language: Language) -> None:
    await stranger.dials()
    await stranger.types("7", CHOICE[language], "1", "Palesa2", "Palesa")
    await stranger.dials()
    await stranger.types("1", "Mokoena", "12345", "012345678901", "0", "012345678901")
    await stranger.types("1990", "31021990", "17 05 1990", "98", PAGE_BACK, "1")
    await stranger.types("1234", "25", "2580", "2581", "2580", "2580")

    assert_golden(stranger, "registering", language)


async def test_registering_without_consent(stranger: Caller, language: Language) -> None:
    await stranger.dials()
    await stranger.types(CHOICE[language], "2")

    assert_golden(stranger, "registering_without_consent", language)


async def test_registering_under_eighteen(stranger: Caller, language: Language) -> None:
    await stranger.dials()
    await stranger.types(CHOICE[language], "1", "Palesa", "Mokoena", "012345678901", "24112008")
    await stranger.repeats()

    assert_golden(stranger, "registering_under_eighteen", language)


async def test_registering_an_identity_that_another_number_has(
    stranger: Caller, lending: Lending, language: Language
) -> None:
    await lending.register(stranger.number.parse("+26658990001"), national_id="012345678901")
    await stranger.dials()
    await stranger.types(CHOICE[language], "1", *ANSWERS, "1", "2580", "2580")

    assert_golden(stranger, "registering_a_known_identity", language)


async def test_giving_up(stranger: Caller, language: Language) -> None:
    await stranger.dials()
    await stranger.types(CHOICE[language], "1", "?", "!", "7")

    assert_golden(stranger, "giving_up", language)


async def test_applying_first(known: Known, language: Language) -> None:
    caller = await known(language)
    await caller.dials()
    await caller.types("1", "1", "1", "100", "1525", "1500")
    await caller.dials()
    await caller.types("1", "2", "2", "1", "6000", "3", "2", "5", "58123456")
    await caller.types("98", "2", "98", PAGE_BACK, "0", "3", "1", "2000", "2")
    await caller.types("1", "1111", "2580")
    await caller.repeats()

    assert_golden(caller, "applying_first", language)


TRADERS = ProductTerms(
    annual_rate_percent=Decimal(36),
    periods_offered=(1, 8, 12),
    method=Method.FLAT,
    period_unit=PeriodUnit.WEEK,
    instalment_multiple=Money.of(5),
)
HARVEST = ProductTerms(
    annual_rate_percent=Decimal(24),
    periods_offered=(4,),
    method=Method.EQUAL_PRINCIPAL,
    period_every=3,
    day_count=DayCount.ACTUAL_365,
    principal_grace=1,
    fees=(Fee("Service fee", FeeTiming.SPREAD, None, Decimal(3), (("st_LS", "Tefiso ea ts'ebeletso"),)),),
)
STRICT = Policy(
    late_fee=LateFeeRule(None, Decimal("2.5"), with_interest=True, after_days=5),
    arrears_interest_percent=Decimal(12),
    cap=Cap.INTEREST_AND_FEES,
)


@pytest.mark.parametrize(
    ("name", "terms", "policy"),
    [("by_the_week", TRADERS, Policy()), ("for_a_harvest", HARVEST, STRICT)],
    ids=["by the week", "for a harvest"],
)
async def test_applying_for_another_kind_of_loan(
    known: Known, lending: Lending, language: Language, name: str, terms: ProductTerms, policy: Policy
) -> None:
    await lending.engine.record.add_product(replace(lending.product, version=2, terms=terms, policy=policy))
    caller = await known(language)
    await caller.dials()
    await caller.types("1", "1", "1", "1500", str(len(terms.periods_offered)), "1", "1", "6000", "1")
    await caller.types("98", "2", "98", "98", "98")

    assert_golden(caller, f"applying_{name}", language)


async def test_applying_again(known: Known, lending: Lending, language: Language) -> None:
    caller = await known(language)
    await lending.apply(caller.number, product=lending.other_product)
    await caller.dials()
    await caller.types("1", "1", "800", "2", "1", "2580")

    assert_golden(caller, "applying_again", language)


async def test_starting_an_application_again(known: Known, language: Language) -> None:
    caller = await known(language)
    await caller.dials()
    await caller.types("1", "1", "1", "1500", "00", "1", "2")
    await caller.repeats()
    await caller.types("00")
    await caller.dials()

    assert_golden(caller, "starting_again", language)


async def test_following_an_application(known: Known, lending: Lending, engine: Engine, language: Language) -> None:
    caller = await known(language)
    await caller.dials()
    await caller.types("3")
    reference = (await lending.apply(caller.number)).reference
    await caller.types("3", "0", "3", "1", "1", "00")
    application = await lending.application(reference)
    await return_to_borrower(
        engine,
        lending.officer,
        ReturnToBorrower(reference, ReturnReason.BRING_PAYSLIP, "", application.version, key()),
    )
    await caller.types("3", "1", "2")
    await caller.dials()
    await caller.types("3")

    assert_golden(caller, "following_an_application", language)


async def test_following_several_applications(
    known: Known, lending: Lending, engine: Engine, language: Language
) -> None:
    caller = await known(language)
    await lending.apply(caller.number, product=lending.other_product, amount="2000")
    reference = (await lending.apply(caller.number)).reference
    application = await lending.application(reference)
    await return_to_borrower(
        engine,
        lending.officer,
        ReturnToBorrower(reference, ReturnReason.BRING_PAYSLIP, "", application.version, key()),
    )
    await caller.dials()
    await caller.types("3", "9", "2", "1", "1", "0", "1", "00", "3")

    assert_golden(caller, "following_several_applications", language)


async def test_a_rejection(known: Known, lending: Lending, engine: Engine, language: Language) -> None:
    caller = await known(language)
    reference = (await lending.apply(caller.number, amount="9000", net_pay="3000")).reference
    application = await lending.application(reference)
    await reject(
        engine,
        lending.analyst,
        Reject(reference, RejectionReason.AFFORDABILITY, "too much", application.version, key()),
    )
    await caller.dials()
    await caller.types("3", "98", "1")

    assert_golden(caller, "a_rejection", language)


async def test_accepting_an_offer(known: Known, lending: Lending, language: Language) -> None:
    caller = await known(language)
    await lending.offer(caller.number)
    await caller.dials()
    await caller.types("3", "98", "2", "98", PAGE_BACK, "0", "1", "0000", "2580")
    await caller.dials()
    await caller.types("3")

    assert_golden(caller, "accepting_an_offer", language)


async def test_declining_an_offer(known: Known, lending: Lending, language: Language) -> None:
    caller = await known(language)
    await lending.offer(caller.number)
    await caller.dials()
    await caller.types("3", "3", "2", "3", "1")
    await caller.dials()
    await caller.types("3")

    assert_golden(caller, "declining_an_offer", language)


async def test_paying_a_loan_back(known: Known, lending: Lending, clock: MovableClock, language: Language) -> None:
    caller = await known(language)
    await caller.dials()
    await caller.types("2", "4")
    loan = await lending.active_loan(caller.number)
    await caller.types("2", "98", "1", "98", "00", "4")
    await lending.pay(Money.of("371.93"), reference="RAIL-1", account=str(loan.reference))
    clock.move(days=70)
    await lending.close(clock.now().date())
    await caller.dials()
    await caller.types("2", "98", "2")

    assert_golden(caller, "paying_back", language)


async def test_paying_from_ones_own_wallet(
    known: Known, lending: Lending, clock: MovableClock, language: Language
) -> None:
    caller = await known(language)
    loan = await lending.active_loan(caller.number)
    clock.move(days=33)
    await lending.close(clock.now().date() - timedelta(days=1))
    await caller.dials()
    await caller.types("4", "1", "98", "5", "0.5", "90000", "0", "2")
    await caller.dials()
    await caller.types("4", "1", "2", "9")
    await caller.repeats()
    await caller.dials()
    await caller.types("4", "1", "4", "9")
    await caller.dials()
    await caller.types("4", "1", "3", "1")
    await lending.pay(Money.of("371.93"), reference="RAIL-1", account=str(loan.reference))
    clock.move(days=28)
    await lending.close(clock.now().date() - timedelta(days=1))
    await caller.dials()
    await caller.types("4", "98", "1", "5", "50", "9")

    assert_golden(caller, "paying_from_the_wallet", language)


async def test_changing_the_wallet(known: Known, lending: Lending, clock: MovableClock, language: Language) -> None:
    caller = await known(language)
    other = PhoneNumber.parse("+26658123456")
    await caller.dials()
    await caller.types("5", "8", "1", "12", "58123456", "2", "1", other.e164)
    await caller.dials()
    await caller.types("5", "8", "1", "58123456", "1", "1111", PIN)
    await caller.repeats()
    await caller.dials()
    await caller.types("5", "8", "1", "58123456", "2", "1", PIN)
    await caller.dials()
    await caller.types("5", "8", "00")
    clock.move(hours=25)
    await caller.types("5", "8")

    assert_golden(caller, "changing_the_wallet", language)


async def test_cancelling_before_the_payout(known: Known, lending: Lending, language: Language) -> None:
    caller = await known(language)
    await lending.accept(caller.number, await lending.offer(caller.number))
    await caller.dials()
    await caller.types("2", "5", "2", "5", "1", "0000", "2580")
    await caller.dials()
    await caller.types("2")

    assert_golden(caller, "cancelling_before_the_payout", language)


async def test_returning_the_cash(known: Known, lending: Lending, clock: MovableClock, language: Language) -> None:
    caller = await known(language)
    loan = await lending.active_loan(caller.number)
    await caller.dials()
    await caller.types("2", "98", "5", "9", "98", "2", "98", "5", "1")
    await caller.repeats()
    await lending.pay(Money.of("950"), reference="CASH-1", account=str(loan.reference))
    await caller.dials()
    await caller.types("2")
    other = await known(language)
    await lending.active_loan(other.number)
    clock.move(days=4)
    await lending.close(clock.now().date() - timedelta(days=1))
    await other.dials()
    await other.types("2", "98", "5")

    assert_golden(caller, "returning_the_cash", language)
    assert_golden(other, "too_late_to_cancel", language)


async def test_paying_a_loan_off(known: Known, lending: Lending, clock: MovableClock, language: Language) -> None:
    caller = await known(language)
    loan = await lending.active_loan(caller.number)
    clock.move(days=10)
    await lending.close(clock.now().date() - timedelta(days=1))
    await caller.dials()
    await caller.types("2", "9", "1", "0", "3")
    await caller.repeats()
    seen = await payoff_quote(lending.engine, caller.number, loan.reference)
    await lending.pay(seen.total, reference="RAIL-1", account=str(loan.reference))
    await caller.dials()
    await caller.types("2")

    assert_golden(caller, "paying_off", language)


async def test_a_payoff_quote_that_holds_for_days(
    known: Known, lending: Lending, clock: MovableClock, language: Language
) -> None:
    lending.product = replace(lending.product, version=2, payoff_quote_days=5)
    await lending.engine.record.add_product(lending.product)
    caller = await known(language)
    loan = await lending.active_loan(caller.number)
    clock.move(days=10)
    await lending.close(clock.now().date() - timedelta(days=1))
    await caller.dials()
    await caller.types("2", "3")
    quoted = (await payoff_quote(lending.engine, caller.number, loan.reference)).total
    clock.move(days=5)
    await lending.close(clock.now().date() - timedelta(days=1))
    await lending.pay(quoted, reference="RAIL-1", account=str(loan.reference))
    await caller.dials()
    await caller.types("2")

    assert_golden(caller, "a_payoff_quote_for_days", language)


async def test_a_statement_by_message(known: Known, lending: Lending, language: Language) -> None:
    caller = await known(language)
    loan = await lending.active_loan(caller.number)
    await caller.dials()
    await caller.types("2", "4")
    await caller.repeats()
    await caller.dials()
    await caller.types("2", "4")
    await caller.dials()
    await caller.types("2")
    await lending.pay(Money.of("2000"), reference="RAIL-1", account=str(loan.reference))
    await caller.types("4")

    assert_golden(caller, "statement", language)


async def test_the_profile(known: Known, language: Language) -> None:
    caller = await known(language)
    await caller.dials()
    await caller.types("5", "1", CHOICE[language])
    await caller.dials()
    await caller.types("5", "2")

    assert_golden(caller, "the_profile", language)


async def test_stopping_the_reminders(known: Known, language: Language) -> None:
    caller = await known(language)
    await caller.dials()
    await caller.types("5", "6", "6", "1", "6", "2")
    await caller.repeats()
    await caller.dials()
    await caller.types("5", "6", "1", "6", "2")
    await caller.dials()
    await caller.types("5", "6")

    assert_golden(caller, "reminders", language)


async def test_changing_the_pin(known: Known, language: Language) -> None:
    caller = await known(language)
    await caller.dials()
    await caller.types("5", "3", "9999", "12", PIN, PIN, "1234", "1357", "1358", "1357", "1357")
    await caller.repeats()
    await caller.dials()
    await caller.types("5", "3", PIN, "1357", "0", "00")

    assert_golden(caller, "changing_the_pin", language)


async def test_consents(known: Known, lending: Lending, language: Language) -> None:
    caller = await known(language)
    reference = (await lending.apply(caller.number)).reference
    await caller.dials()
    await caller.types("5", "4", "3")
    await withdraw_application(lending.engine, caller.number, reference)
    await caller.dials()
    await caller.types("5", "4", "4", "2", "2", "98", "1", "2", "98", "9")
    await caller.repeats()
    await caller.dials()
    await caller.types("5", "4", "2", "1", "2", "98", "9")
    await caller.dials()
    await caller.types("5", "4", "98", "3", "98", "9")
    await caller.dials()
    await caller.types("5", "4")

    assert_golden(caller, "consents", language)


async def test_who_checked_me(
    known: Known, lending: Lending, engine: Engine, clock: MovableClock, language: Language
) -> None:
    caller = await known(language)
    await caller.dials()
    await caller.types("5", "5", "00")
    application = await lending.application((await lending.apply(caller.number)).reference)
    for day in range(3):
        for mfi in (lending.mfi, lending.other_mfi):
            look = Enquiry(application.borrower_id, clock.now(), mfi.id, None, f"opened:{day}")
            await engine.channel.enquiries.add(look)
            clock.move(minutes=1)
        clock.move(days=1)
    await caller.dials()
    await caller.types("5", "5", "98", "99", "98", PAGE_BACK, "2")
    await caller.repeats()

    assert_golden(caller, "who_checked_me", language)


async def test_help(known: Known, language: Language) -> None:
    caller = await known(language)
    for choice in ("1", "2"):
        await caller.dials()
        await caller.types("6")
        await caller.repeats()
        await caller.types(choice)
        await caller.repeats()
    await caller.dials()
    await caller.types("6", "3", "1")

    assert_golden(caller, "help", language)
