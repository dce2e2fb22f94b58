"""Finding a loan by its number, and its books: whose it is, what is owed, and what can be proposed."""

from __future__ import annotations

from aiohttp import web

from admin_web.corrections.waivable import waivables_of
from admin_web.refusals import sentence_of
from admin_web.visits import Visit
from core.errors import DomainError
from core.records.loan import LoanStatus
from core.use_cases.repaying import PAYABLE
from core.use_cases.weighing import loan_books


async def find_loan(visit: Visit) -> web.Response:
    """Ask for a loan's number; with one, go to its books."""
    form = visit.query_form()
    reference = form.reference("loan") if form.raw("loan") else None
    if reference is None:
        return await visit.page("corrections/find.html", status=422 if form.errors else 200, form=form)
    try:
        await loan_books(visit.engine, visit.actor, reference)
    except DomainError as error:
        form.refuse("loan", sentence_of(error))
        return await visit.page("corrections/find.html", status=422, form=form)
    return web.Response(status=303, headers={"Location": f"/corrections/{reference}"})


async def show_books(visit: Visit) -> web.Response:
    """What is owed by part and instalment, without anything that a cashier need not know of the borrower."""
    books = await loan_books(visit.engine, visit.actor, visit.reference)
    return await visit.page(
        "corrections/books.html",
        books=books,
        waivable=waivables_of(books.instalments) if books.loan.status is LoanStatus.ACTIVE else (),
        is_active=books.loan.status is LoanStatus.ACTIVE,
        is_payable=books.loan.status in PAYABLE,
    )
