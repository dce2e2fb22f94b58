"""Proposing that cash, brought to the cashier's branch, is booked to a loan from the till's receipt."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from admin_web.forms import Form
from admin_web.languages import Text, mark
from admin_web.proposals import put_forward
from admin_web.refusals import sentence_of
from admin_web.visits import Visit
from core.errors import InvalidInput
from core.records.proposal import ProposalKind
from core.use_cases.weighing import LoanBooks, loan_books

_LONGEST_NUMBER: Final = 32


async def ask_cash(visit: Visit) -> web.Response:
    """Whose loan it is and what is owed; how much was paid, when, and the receipt's number."""
    return await _page(visit, Form())


async def propose_cash(visit: Visit) -> web.Response:
    """Put it before a second person. The cash is where the cashier is, wherever the loan is."""
    form = await visit.form()
    books = await loan_books(visit.engine, visit.actor, visit.reference)
    try:
        await put_forward(visit, form, visit.actor.district, ProposalKind.TAKE_CASH, _cash(form, books))
    except InvalidInput as error:
        form.refused_by(error, sentence_of(error))
        return await _page(visit, form, status=422)
    return visit.done("proposed", "/approvals")


def _cash(form: Form, books: LoanBooks) -> dict[str, object]:
    amount, paid_on, reference = form.money("amount"), form.day("value_on"), form.required("reference")
    if len(reference) > _LONGEST_NUMBER:
        form.refuse("reference", Text(mark("That is too long for a receipt's number.")))
    return {
        "loan_reference": str(books.loan.reference),
        "amount_minor": amount.minor,
        "reference": reference,
        "value_on": paid_on.isoformat() if paid_on else "",
    }


async def _page(visit: Visit, form: Form, *, status: int = 200) -> web.Response:
    return await visit.page(
        "corrections/cash.html",
        status=status,
        books=await loan_books(visit.engine, visit.actor, visit.reference),
        branch=await visit.district_name(visit.actor.district),
        form=form,
        key=visit.new_key(),
    )
