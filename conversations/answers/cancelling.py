"""Whether and how a loan can be cancelled, and cancelling it."""

from __future__ import annotations

from conversations.answers import arguments
from conversations.answers.table import Scene
from conversations.engine import Ask, Outcome, Value
from core.errors import NotFound
from core.loans.refusals import NothingToReturn
from core.records.loan import IllegalLoanTransition
from core.use_cases import cancelling as core
from core.use_cases.cancelling import CoolingOffOver, FreeToCancel, PayoutUnderWay


async def cancelling(scene: Scene, ask: Ask) -> Outcome:
    """What cancelling it takes: nothing before the payout, the exact cash while it cools off."""
    try:
        way = await core.way_to_cancel(scene.engine, scene.caller, arguments.reference(ask, "loan"))
    except PayoutUnderWay:
        return Outcome(name="under_way")
    except (CoolingOffOver, NothingToReturn, NotFound):
        return Outcome(name="too_late")
    if isinstance(way, FreeToCancel):
        values: dict[str, Value] = {
            "mfi_name": way.mfi_name,
            "loan_reference": way.loan_reference,
            "principal": way.principal,
        }
        return Outcome(name="free", values=values)
    return Outcome(
        name="against_cash",
        values={
            "mfi_name": way.mfi_name,
            "loan_reference": way.loan_reference,
            "cash_back": way.amount,
            "rail_account": way.rail_account,
            "expires_on": way.until,
        },
    )


async def cancel_loan(scene: Scene, ask: Ask) -> Outcome:
    """Cancel a loan whose money has not left."""
    try:
        await core.cancel_accepted_loan(scene.engine, scene.caller, arguments.reference(ask, "loan"))
    except PayoutUnderWay:
        return Outcome(name="under_way")
    except (IllegalLoanTransition, NotFound):
        return Outcome(name="too_late")
    return Outcome(name="cancelled")


async def ask_to_cancel(scene: Scene, ask: Ask) -> Outcome:
    """Note that the cash is to come back; the message says how much, by when and where to."""
    try:
        await core.ask_to_cancel(scene.engine, scene.caller, arguments.reference(ask, "loan"))
    except (CoolingOffOver, NothingToReturn, NotFound):
        return Outcome(name="too_late")
    return Outcome(name="asked")
