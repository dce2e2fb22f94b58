"""What a borrower owes, instalment by instalment. Every figure is of the business date."""

from __future__ import annotations

from datetime import date
from typing import Final

from conversations.answers import arguments
from conversations.answers.table import Scene
from conversations.engine import Ask, Choice, Outcome, Text, Value
from core.money import ZERO, Money, total
from core.records.catalogue import Mfi
from core.records.loan import InstalmentRow, LoanStatus, overdue
from core.use_cases.borrowing import LoanView, overview
from core.use_cases.meaning import cooling_off_ends_on
from core.use_cases.stating import send_statement as statement

INSTALMENTS_SHOWN: Final = 3
_OWED: Final = frozenset({LoanStatus.ACTIVE, LoanStatus.WRITTEN_OFF})
_WAITING: Final = {LoanStatus.ACCEPTED: "accepted", LoanStatus.DISBURSING: "disbursing"}
"""The outcome for a loan whose money has not come."""


async def my_loans(scene: Scene, _ask: Ask) -> Outcome:
    """Every running loan, also one that waits for its money."""
    seen = await overview(scene.engine, scene.caller)
    return _listed(seen.loans)


async def loans_to_pay(scene: Scene, _ask: Ask) -> Outcome:
    """The loans on which something is owed."""
    seen = await overview(scene.engine, scene.caller)
    return _listed(tuple(view for view in seen.loans if balance(view)))


async def loan(scene: Scene, ask: Ask) -> Outcome:
    """One loan: the balance, what is due when, and what puts it back on schedule."""
    seen = await overview(scene.engine, scene.caller)
    view = chosen(seen.loans, ask)
    if view is None:
        return Outcome(name="gone")
    if view.loan.status in _WAITING:
        waits: dict[str, Value] = {"mfi_name": view.mfi.name, "principal": view.loan.principal}
        return Outcome(name=_WAITING[view.loan.status], values=waits)
    coming = unpaid(view)[:INSTALMENTS_SHOWN]
    values: dict[str, Value] = {
        "mfi_name": view.mfi.name,
        "balance": balance(view),
        "standing": _standing(view, seen.business_on),
        "coming": _coming(coming),
        "has_instalments": int(bool(coming)),
        "is_owed": int(view.loan.status in _OWED),
        "is_active": int(view.loan.status is LoanStatus.ACTIVE),
        "may_cancel": int(await _may_cancel(scene, view, seen.business_on)),
    }
    return Outcome(name="shown", values=values)


async def send_statement(scene: Scene, ask: Ask) -> Outcome:
    """Send the statement of one loan as a message."""
    sent = await statement(scene.engine, scene.caller, arguments.reference(ask, "loan"), ask.key)
    return Outcome(name=sent.value)


def balance(view: LoanView) -> Money:
    """Everything that is left to pay, instalments to come included; nothing before the money was paid out."""
    if view.loan.status not in _OWED:
        return ZERO
    return total(row.outstanding for row in view.instalments)


def rail_account(mfi: Mfi) -> str:
    """Where borrowers of a lender pay: its accounts, joined when it has one on several rails."""
    return ", ".join(account for _, account in sorted(mfi.rail_accounts.items()))


async def _may_cancel(scene: Scene, view: LoanView, on: date) -> bool:
    """Whether the menu of a running loan speaks of cancelling: while it cools off."""
    if view.loan.status is not LoanStatus.ACTIVE:
        return False
    last_day = await cooling_off_ends_on(scene.engine, view.loan)
    return last_day is not None and on <= last_day


def _listed(views: tuple[LoanView, ...]) -> Outcome:
    if not views:
        return Outcome(name="none")
    if len(views) == 1:
        return Outcome(name="one", values={"loan": str(views[0].loan.reference)})
    return Outcome(name="several", values={"loans": tuple(_choice(view) for view in views)})


def _choice(view: LoanView) -> Choice:
    return Choice(str(view.loan.reference), _line(view))


def _line(view: LoanView) -> Text:
    """What tells a loan from the others: what is left to pay, or the amount that is still to come."""
    if view.loan.status in _WAITING:
        return Text("loans.line_waiting", {"lender": view.mfi.name, "principal": view.loan.principal})
    return Text("loans.line", {"lender": view.mfi.name, "owed": balance(view)})


def chosen(views: tuple[LoanView, ...], ask: Ask) -> LoanView | None:
    """The loan that the borrower picked, if it is still there."""
    wanted = arguments.reference(ask, "loan")
    return next((view for view in views if view.loan.reference == wanted), None)


def unpaid(view: LoanView) -> list[InstalmentRow]:
    """The instalments on which something is left, oldest first."""
    if view.loan.status not in _OWED:
        return []
    return [row for row in sorted(view.instalments, key=lambda row: row.n) if row.outstanding]


def _standing(view: LoanView, on: date) -> Text:
    """One sentence: on schedule, or how late and what puts it right."""
    open_rows, behind = unpaid(view), overdue(view.instalments, on)
    if not open_rows:
        return Text("loans.nothing_due")
    if not behind:
        return Text("loans.on_schedule", next_due(open_rows[0]))
    late: dict[str, Value] = {"days": view.days_past_due, "overdue": behind}
    coming = next((row for row in open_rows if row.due_on >= on), None)
    return Text("loans.behind", late | next_due(coming)) if coming else Text("loans.behind_at_the_end", late)


def next_due(row: InstalmentRow) -> dict[str, Value]:
    """What is left of an instalment, and when it is due."""
    return {"next_due": row.outstanding, "next_due_on": row.due_on}


def _coming(rows: list[InstalmentRow]) -> Text:
    """The next instalments as lines; there is a text for one, two and three of them."""
    values: dict[str, Value] = {}
    for number, row in enumerate(rows, start=1):
        values |= {f"amount_{number}": row.outstanding, f"due_{number}": row.due_on}
    return Text(f"loans.coming_{len(rows)}" if rows else "loans.nothing_due", values)
