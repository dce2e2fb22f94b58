"""Proposing a waiver: which part of which instalment, and how much of what is left."""

from __future__ import annotations

from aiohttp import web

from admin_web.corrections.waivable import waivables_of
from admin_web.forms import Form
from admin_web.proposals import put_forward
from admin_web.refusals import sentence_of
from admin_web.visits import Visit
from core.errors import InvalidInput
from core.records.proposal import ProposalKind
from core.use_cases.weighing import LoanBooks, loan_books


async def ask_waiver(visit: Visit) -> web.Response:
    """The form, with the amount that is left of what the address names."""
    return await _page(visit, visit.query_form())


async def propose_waiver(visit: Visit) -> web.Response:
    """Put it before a second person."""
    form = await visit.form()
    books = await loan_books(visit.engine, visit.actor, visit.reference)
    try:
        await put_forward(visit, form, books.loan.district, ProposalKind.WAIVE, _waiver(form, books))
    except InvalidInput as error:
        form.refused_by(error, sentence_of(error))
        return await _page(visit, form, status=422)
    return visit.done("proposed", "/approvals")


def _waiver(form: Form, books: LoanBooks) -> dict[str, object]:
    code = form.one_of("what", tuple(each.code for each in waivables_of(books.instalments)))
    instalment, _, part = code.partition("-")
    return {
        "loan_reference": str(books.loan.reference),
        "instalment": int(instalment or 0),
        "part": part,
        "amount_minor": form.money("amount").minor,
    }


async def _page(visit: Visit, form: Form, *, status: int = 200) -> web.Response:
    books = await loan_books(visit.engine, visit.actor, visit.reference)
    options = waivables_of(books.instalments)
    chosen = next((each for each in options if each.code == form.raw("what")), None)
    return await visit.page(
        "corrections/waive.html",
        status=status,
        books=books,
        options=options,
        chosen=chosen,
        form=form,
        key=visit.new_key(),
    )
