"""Proposing that a borrower gets back what they paid too much."""

from __future__ import annotations

from aiohttp import web

from admin_web.forms import Form
from admin_web.proposals import put_forward
from admin_web.refusals import sentence_of
from admin_web.visits import Visit
from core.errors import InvalidInput
from core.records.proposal import ProposalKind
from core.use_cases.weighing import loan_books


async def ask_refund(visit: Visit) -> web.Response:
    """The form, with the whole credit."""
    return await _page(visit, Form())


async def propose_refund(visit: Visit) -> web.Response:
    """Put it before a second person."""
    form = await visit.form()
    books = await loan_books(visit.engine, visit.actor, visit.reference)
    data = {"loan_reference": str(books.loan.reference), "amount_minor": form.money("amount").minor}
    try:
        await put_forward(visit, form, books.loan.district, ProposalKind.REFUND_CREDIT, data)
    except InvalidInput as error:
        form.refused_by(error, sentence_of(error))
        return await _page(visit, form, status=422)
    return visit.done("proposed", "/approvals")


async def _page(visit: Visit, form: Form, *, status: int = 200) -> web.Response:
    books = await loan_books(visit.engine, visit.actor, visit.reference)
    return await visit.page("corrections/refund.html", status=status, books=books, form=form, key=visit.new_key())
