"""How to pay a loan, which amounts make sense, asking the borrower's wallet for one, and what closes the loan."""

from __future__ import annotations

from datetime import date

from conversations.answers import arguments
from conversations.answers.loans import balance, chosen, next_due, rail_account, unpaid
from conversations.answers.table import Scene
from conversations.engine import Ask, Outcome, Text, Value
from conversations.flows.repay import DUE_TODAY, NEXT, OTHER_AMOUNT, OVERDUE, PAYOFF
from core.errors import NotFound
from core.money import ZERO, Money, total
from core.records.loan import LoanStatus, overdue
from core.use_cases import paying_off
from core.use_cases import requesting_payment as requesting
from core.use_cases.borrowing import LoanView, overview, payoff_quote
from core.use_cases.requesting_payment import RequestPayment, collecting_rail


async def how_to_pay(scene: Scene, ask: Ask) -> Outcome:
    """The lender's account, and the number that puts the money on this loan."""
    seen = await overview(scene.engine, scene.caller)
    view = chosen(seen.loans, ask)
    if view is None or not balance(view):
        return Outcome(name="gone")
    return Outcome(name="shown", values={**_account(view), "to_pay": _to_pay(view, seen.business_on)})


async def amounts_to_pay(scene: Scene, ask: Ask) -> Outcome:
    """What is due, what puts the loan back on schedule, what comes next, and what closes it."""
    seen = await overview(scene.engine, scene.caller)
    view = chosen(seen.loans, ask)
    if view is None or not balance(view):
        return Outcome(name="gone")
    amounts = await _amounts(scene, view, seen.business_on)
    coming = [row for row in unpaid(view) if row.due_on > seen.business_on]
    values: dict[str, Value] = {
        "mfi_name": view.mfi.name,
        "balance": balance(view),
        "due_today": amounts[DUE_TODAY],
        "is_due_today": int(any(row.due_on == seen.business_on for row in unpaid(view))),
        "overdue": amounts[OVERDUE],
        "is_behind": int(bool(amounts[OVERDUE])),
        "has_next": int(bool(coming)),
        "payoff": amounts[PAYOFF],
        "may_pay_off": int(bool(amounts[PAYOFF])),
        **(next_due(coming[0]) if coming else {}),
    }
    return Outcome(name="shown", values=values)


async def amount_to_pay(scene: Scene, ask: Ask) -> Outcome:
    """The amount that was chosen, as it is now, and whether the borrower's own wallet can be asked for it."""
    seen = await overview(scene.engine, scene.caller)
    view = chosen(seen.loans, ask)
    if view is None or not balance(view):
        return Outcome(name="gone")
    what = arguments.text(ask, "pay_what")
    given = ask.arguments.get("pay_amount")
    if what == OTHER_AMOUNT and not isinstance(given, Money):
        return Outcome(name="missing")
    named = given if isinstance(given, Money) and what == OTHER_AMOUNT else ZERO
    amount = min(named, balance(view)) or (await _amounts(scene, view, seen.business_on)).get(what, ZERO)
    if not amount:
        return Outcome(name="gone")
    can_be_asked = collecting_rail(scene.engine, view.mfi) is not None
    return Outcome(name="asked_for" if can_be_asked else "told", values={**_account(view), "pay_total": amount})


async def request_payment(scene: Scene, ask: Ask) -> Outcome:
    """Have the rail prompt the number that speaks."""
    command = RequestPayment(
        phone=scene.caller,
        loan_reference=arguments.reference(ask, "loan"),
        amount=arguments.money(ask, "pay_total"),
        key=ask.key,
    )
    try:
        return Outcome(name=(await requesting.request_payment(scene.engine, command)).value)
    except NotFound:
        return Outcome(name="not_running")


async def quote_payoff(scene: Scene, ask: Ask) -> Outcome:
    """What closes the loan, until when, and where to send it."""
    seen = await overview(scene.engine, scene.caller)
    view = chosen(seen.loans, ask)
    if view is None:
        return Outcome(name="not_running")
    try:
        quote = await paying_off.quote_payoff(scene.engine, scene.caller, view.loan.reference)
    except NotFound:
        return Outcome(name="not_running")
    is_for_today = quote.expires_on == quote.quoted_on
    good = Text("loans.good_today" if is_for_today else "loans.good_until", {"payoff_on": quote.expires_on})
    return Outcome(name="quoted", values={**_account(view), "payoff": quote.total, "payoff_good": good})


def _account(view: LoanView) -> dict[str, Value]:
    return {
        "mfi_name": view.mfi.name,
        "loan_reference": view.loan.reference,
        "rail_account": rail_account(view.mfi),
    }


async def _amounts(scene: Scene, view: LoanView, on: date) -> dict[str, Money]:
    """Each choice's amount; nothing where it is none."""
    rows = unpaid(view)
    coming = [row for row in rows if row.due_on > on]
    is_active = view.loan.status is LoanStatus.ACTIVE
    quote = await payoff_quote(scene.engine, scene.caller, view.loan.reference) if is_active else None
    return {
        DUE_TODAY: total(row.outstanding for row in rows if row.due_on <= on),
        OVERDUE: overdue(view.instalments, on),
        NEXT: coming[0].outstanding if coming else ZERO,
        PAYOFF: quote.total if quote else ZERO,
    }


def _to_pay(view: LoanView, on: date) -> Text:
    """What to send now: the amount that puts the loan back on schedule, or the next instalment."""
    behind = overdue(view.instalments, on)
    return Text("repay.behind", {"overdue": behind}) if behind else Text("repay.next", next_due(unpaid(view)[0]))
