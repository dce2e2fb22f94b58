"""What the screens say when things are not as the borrower left them: each outcome that is not the usual one."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta

import pytest

from conversations.turns import TurnRunner
from core.money import Money
from core.ports.engine import Engine
from core.ports.rails import PayoutAnswer, PayoutResult
from core.ports.record import DistrictDown, Unit
from core.records.application import RejectionReason
from core.records.borrower import Channel, ConsentKind, Language
from core.records.catalogue import RegulatoryStatus
from core.records.loan import Loan, LoanStatus
from core.use_cases.borrowing import DECISION_SHOWN_DAYS, DeclineOffer, decline_offer, overview, payoff_quote
from core.use_cases.consenting import withdraw_consent
from core.use_cases.deciding import Reject, reject
from tests.core.use_cases.lending import HOME, Lending, key
from tests.fixtures_engine import ObedientRail
from tests.fixtures_postgres import MovableClock
from tests.flows.caller import Caller

pytestmark = pytest.mark.engine

Known = Callable[..., Awaitable[Caller]]
TO_PIN = ("1", "1", "1", "1500", "2", "2", "1", "6000", "1", "1")


async def retire(lending: Lending, *, other: bool = False) -> None:
    product = lending.other_product if other else lending.product
    await lending.engine.record.add_product(replace(product, version=2, retired=True))


async def at_offer_pin(caller: Caller, lending: Lending) -> Loan:
    loan = await lending.offer(caller.number)
    await caller.dials()
    await caller.types("3", "1")
    caller.shows("offer.pin")
    return loan


async def test_a_loan_whose_money_is_under_way_says_so_and_asks_for_nothing(
    known: Known, lending: Lending, rail: ObedientRail
) -> None:
    caller = await known()
    accepted = await lending.accept(caller.number, await lending.offer(caller.number))
    await caller.dials()
    await caller.types("2")
    caller.shows("loans.not_paid_out").says("has not been paid out yet", "5. Cancel loan").says_not("How to pay")

    rail.answer = PayoutResult(PayoutAnswer.UNKNOWN)
    await lending.release(accepted)
    await lending.work_on_outbox(HOME)
    await caller.dials()
    await caller.types("2")

    caller.shows("loans.being_paid_out").says("on its way").ends()


async def test_money_is_on_its_way_only_when_a_cashier_has_sent_it(
    known: Known, lending: Lending, rail: ObedientRail
) -> None:
    caller = await known()
    accepted = await lending.accept(caller.number, await lending.offer(caller.number))
    await caller.dials()
    await caller.types("3")
    caller.shows("application.payout").says("Khotso Finance", "after a last check").says_not("on its way").ends()

    rail.answer = PayoutResult(PayoutAnswer.UNKNOWN)
    await lending.release(accepted)
    await lending.work_on_outbox(HOME)
    await caller.dials()
    await caller.types("3")

    caller.shows("application.payout").says("Khotso Finance", "on its way").says_not("last check").ends()


async def test_an_application_whose_loan_runs_points_to_the_loans_however_long_ago_it_was_decided(
    known: Known, lending: Lending, clock: MovableClock
) -> None:
    caller = await known()
    loan = await lending.active_loan(caller.number)
    clock.move(days=DECISION_SHOWN_DAYS + 10)
    await lending.close(clock.now().date() - timedelta(days=1))

    await caller.dials()
    await caller.types("3")
    caller.shows("application.over").says("it was paid out. See My loans.")

    seen = await payoff_quote(lending.engine, caller.number, loan.reference)
    await lending.pay(seen.total, reference="RAIL-1", account=str(loan.reference))
    await caller.dials()
    await caller.types("3")
    caller.shows("main.menu").says("You have no application.")


async def test_an_application_whose_loan_was_paid_back_soon_says_so(known: Known, lending: Lending) -> None:
    caller = await known()
    loan = await lending.active_loan(caller.number)
    seen = await payoff_quote(lending.engine, caller.number, loan.reference)
    await lending.pay(seen.total, reference="RAIL-1", account=str(loan.reference))

    await caller.dials()
    await caller.types("3")

    caller.shows("application.over").says("it was paid out, and is paid back.")


async def test_a_lender_with_an_open_application_is_not_offered_again(known: Known, lending: Lending) -> None:
    caller = await known()
    await lending.apply(caller.number)
    await caller.dials()
    await caller.types("1")
    caller.shows("apply.product").says("Mohloli Finance").says_not("Khotso Finance")

    await retire(lending, other=True)
    await caller.dials()
    await caller.types("1")
    caller.shows("apply.already_open").ends()


async def test_a_language_that_was_chosen_since_is_spoken_beside_an_unfinished_form(known: Known) -> None:
    caller = await known()
    await caller.dials()
    await caller.types("1", "1", "1", "1500")
    await caller.dials()
    await caller.types("00", "5", "1", "1")
    caller.shows("profile.language_kept").says("Sesotho")

    await caller.dials()
    caller.shows("start.resume").says("Tsoela pele")
    await caller.types("00")

    caller.shows("main.menu").says("Kopa kalimo")


async def test_who_registers_goes_on_in_the_language_of_the_form(stranger: Caller) -> None:
    await stranger.dials()
    await stranger.types("2", "1", "Palesa")

    await stranger.dials()

    stranger.shows("start.resume").says("Continue")


async def test_where_nobody_lends_the_screen_says_so(known: Known, lending: Lending) -> None:
    caller = await known()
    await retire(lending)
    await retire(lending, other=True)

    await caller.dials()
    await caller.types("1")

    caller.shows("apply.nothing_to_lend").ends()


async def test_a_blocked_borrower_is_sent_to_a_branch(known: Known, engine: Engine) -> None:
    caller = await known()
    seen = await overview(engine, caller.number)
    async with engine.record.unit(HOME) as unit:
        await unit.borrowers.save(replace(seen.borrower, blocked=True))
        await unit.commit()

    await caller.dials()
    await caller.types("1")

    caller.shows("apply.blocked").ends()


async def test_an_application_that_the_rules_refuse_says_why(known: Known, lending: Lending) -> None:
    caller = await known()
    await caller.dials()
    await caller.types(*TO_PIN)
    await lending.apply(caller.number)

    await caller.types("2580")

    caller.shows("apply.refused").says("Nothing was sent.", "already have an application with this lender").ends()
    await caller.dials()
    caller.shows("main.menu")


async def test_an_offer_that_ended_meanwhile_is_not_accepted(
    known: Known, lending: Lending, clock: MovableClock
) -> None:
    caller = await known()
    await at_offer_pin(caller, lending)
    await lending.close(clock.now().date() + timedelta(days=9))

    await caller.types("2580")

    caller.shows("offer.expired").ends()


async def test_an_offer_that_was_declined_meanwhile_is_gone(known: Known, lending: Lending, engine: Engine) -> None:
    caller = await known()
    loan = await at_offer_pin(caller, lending)
    await decline_offer(engine, DeclineOffer(loan.reference, caller.number, Channel.USSD))

    await caller.types("2580")

    caller.shows("offer.gone").ends()


async def test_figures_that_changed_meanwhile_are_read_again_before_anything_is_accepted(
    known: Known, lending: Lending, engine: Engine
) -> None:
    caller = await known()
    loan = await at_offer_pin(caller, lending)
    async with engine.record.unit(HOME) as unit:
        await unit.loans.save(replace(loan, terms={**loan.terms, "annual_rate_percent": "24"}))
        await unit.commit()

    await caller.types("2580")
    caller.shows("offer.show").says("The figures have changed.").goes_on()
    await caller.types("1", "1", "2580")  # with that line before it the offer has two pages: the first only turns
    caller.shows("offer.accepted")


async def test_an_offer_whose_lender_was_suspended_at_the_pin_is_not_accepted_and_may_be_declined(
    known: Known, lending: Lending
) -> None:
    caller = await known()
    loan = await at_offer_pin(caller, lending)
    await lending.engine.record.change_mfi(replace(lending.mfi, regulatory_status=RegulatoryStatus.SUSPENDED))

    await caller.types("2580")
    caller.shows("offer.barred").says("may not lend now", "Complaints:").goes_on()
    assert (await lending.loan(loan)).status is LoanStatus.OFFERED
    await caller.types("98", "3", "1")

    caller.shows("offer.declined").ends()


async def test_declining_an_offer_that_is_gone_says_so(known: Known, lending: Lending, engine: Engine) -> None:
    caller = await known()
    loan = await lending.offer(caller.number)
    await caller.dials()
    await caller.types("3", "3")
    await lending.accept(caller.number, loan)

    await caller.types("1")

    caller.shows("offer.gone").ends()
    assert (await lending.loan(loan)).status == "accepted"


async def test_withdrawing_after_the_decision_is_too_late(known: Known, lending: Lending, engine: Engine) -> None:
    caller = await known()
    reference = (await lending.apply(caller.number)).reference
    await caller.dials()
    await caller.types("3", "1")
    version = (await lending.application(reference)).version
    await reject(engine, lending.analyst, Reject(reference, RejectionReason.OUTSIDE_POLICY, "policy", version, key()))

    await caller.types("2")

    caller.shows("application.too_late").ends()


async def test_an_offer_that_ended_is_over_and_may_be_applied_for_again(
    known: Known, lending: Lending, clock: MovableClock
) -> None:
    caller = await known()
    await lending.offer(caller.number)
    clock.move(days=9)
    await lending.close(clock.now().date())

    await caller.dials()
    await caller.types("3")

    caller.shows("application.over").says("the offer is not open any more")


async def test_a_paid_out_application_points_to_the_loan(known: Known, lending: Lending) -> None:
    caller = await known()
    await lending.active_loan(caller.number)

    await caller.dials()
    await caller.types("3")

    caller.shows("application.over").says("it was paid out. See My loans.")


async def test_several_loans_are_listed_and_one_is_picked(known: Known, lending: Lending) -> None:
    caller = await known()
    await lending.active_loan(caller.number)
    await lending.active_loan(caller.number, amount="2000")

    await caller.dials()
    await caller.types("2")
    caller.shows("loans.list").says("1. Khotso Finance, M2,121.18 to pay", "2. Khotso Finance, M1,060.59 to pay")
    await caller.types("1")
    caller.shows("loans.loan").says("M2,121.18")
    await caller.types("00", "4", "2")
    caller.shows("repay.show").says("M353.53")


async def test_a_list_says_which_loan_is_not_paid_out_yet(known: Known, lending: Lending) -> None:
    caller = await known()
    await lending.active_loan(caller.number, amount="2000")
    await lending.accept(caller.number, await lending.offer(caller.number))

    await caller.dials()
    await caller.types("2")

    caller.shows("loans.list").says("Khotso Finance, M2,121.18 to pay", "Khotso Finance, M1,000.00 not paid out yet")
    caller.says_not("M0.00")


async def test_a_loan_whose_money_is_on_its_way_owes_nothing_yet(known: Known, lending: Lending) -> None:
    caller = await known()
    await lending.accept(caller.number, await lending.offer(caller.number))

    await caller.dials()
    await caller.types("2")
    caller.shows("loans.not_paid_out").says("has not been paid out yet.").says_not("Next instalments", "How to pay")
    await caller.types("2")
    caller.shows("loans.not_paid_out").says("Type one of these numbers, like ")


async def test_only_a_running_loan_can_be_paid_off(known: Known, lending: Lending) -> None:
    caller = await known()
    await lending.accept(caller.number, await lending.offer(caller.number))

    await caller.dials()
    await caller.types("2")
    caller.shows("loans.not_paid_out").says_not("Pay off early", "Statement by SMS")
    await caller.types("3")

    caller.shows("loans.not_paid_out").says("Type one of these numbers, like ")


async def test_what_the_payoff_screen_says_closes_the_loan_to_the_lisente(
    known: Known, lending: Lending, clock: MovableClock
) -> None:
    caller = await known()
    loan = await lending.active_loan(caller.number)
    clock.move(days=40)
    await lending.close(clock.now().date() - timedelta(days=1))
    await caller.dials()
    await caller.types("2", "3")
    said = re.search(r"Pay exactly M([\d,.]+) to", caller.shows("loans.pay_off_quoted").ends().reply.text)
    assert said is not None

    await lending.pay(
        Money.of(said[1].replace(",", "")), reference="RAIL-1", payer=caller.number.e164, account=str(loan.reference)
    )

    assert (await lending.loan(loan)).status == "closed"


async def test_a_loan_that_was_closed_meanwhile_is_not_quoted(known: Known, lending: Lending) -> None:
    caller = await known()
    loan = await lending.active_loan(caller.number)
    await caller.dials()
    await caller.types("2")
    await lending.pay(Money.of("2000"), reference="RAIL-1", account=str(loan.reference))

    await caller.types("3")

    caller.shows("loans.not_running").says("That loan is not running now.").ends()


async def test_who_took_back_the_credit_check_agrees_again_before_they_apply(known: Known, lending: Lending) -> None:
    caller = await known()
    await withdraw_consent(lending.engine, caller.number, ConsentKind.CREDIT_CHECK, "key")
    await caller.dials()
    await caller.types(*TO_PIN, "2580")
    caller.shows("apply.refused").says('To agree again, choose "Profile", then "What I agreed to".').ends()

    await caller.dials()
    await caller.types("5", "4", "1", "9")
    caller.shows("consents.given")
    await caller.dials()
    await caller.types(*TO_PIN, "2580")

    caller.shows("apply.submitted")


async def test_after_the_last_due_date_there_is_no_next_instalment_to_name(
    known: Known, lending: Lending, clock: MovableClock
) -> None:
    caller = await known()
    await lending.active_loan(caller.number)
    clock.move(days=120)
    await lending.close(clock.now().date())

    await caller.dials()
    await caller.types("2")

    caller.shows("loans.loan").says("to be on schedule.").says_not("Then")


async def test_the_language_chosen_in_the_profile_speaks_on_the_next_dial(known: Known) -> None:
    caller = await known(Language.ENGLISH)
    await caller.dials()
    await caller.types("5", "1", "1")
    caller.says("Sesotho le uena").ends()

    await caller.dials()

    caller.says("Kopa kalimo")


@pytest.mark.parametrize("typed", [("2",), ("3",), ("4",), ("5", "2"), ("5", "1", "1"), ("5", "4"), ("5", "6")])
async def test_a_district_that_is_down_says_so_on_every_way(
    known: Known, engine: Engine, typed: tuple[str, ...]
) -> None:
    caller = await known()
    caller.runner = _with_its_district_down(engine, caller.runner)

    await caller.dials()
    caller.shows("main.menu")
    await caller.types(*typed)

    caller.shows("start.district_down").says("Nothing is lost.").ends()


async def test_help_and_complaints_work_with_the_district_down(known: Known, engine: Engine) -> None:
    caller = await known()
    caller.runner = _with_its_district_down(engine, caller.runner)

    await caller.dials()
    await caller.types("6", "3", "2")

    # Whom to call is told without the district; to write a complaint down it has to be there.
    caller.shows("complaint.route").says("Mohloli Finance", "Central Bank of Lesotho")


def _with_its_district_down(engine: Engine, runner: TurnRunner) -> TurnRunner:
    """The same runner where no district's node answers; reference data and the channel plane do."""

    class Down:
        def unit(self, district: str) -> AbstractAsyncContextManager[Unit]:
            raise DistrictDown(district)

        def __getattr__(self, name: str) -> object:
            return getattr(engine.record, name)

    around = runner._around
    return TurnRunner(
        machine=around.machine,
        engine=replace(engine, record=Down()),  # type: ignore[arg-type]
        answers=around.answers,
        renderers=dict(around.renderers),
    )
