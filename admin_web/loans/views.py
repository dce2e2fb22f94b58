"""The list of loans, and one loan with all that happened to it."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from admin_web.districts import chosen_districts
from admin_web.loans.movements import movements_of, recovered_of
from admin_web.paging import PAGE_SIZE, Paging, wanted_page
from admin_web.visits import Visit
from core.loans.arrears import days_past_due
from core.loans.disclosure import KeyFacts
from core.records.loan import LoanStatus, overdue
from core.records.staff import Permission
from core.use_cases.quoting import quote_of
from core.use_cases.reviewing import loan_file

STATUSES: Final = tuple(status.value for status in LoanStatus)


async def show_loans(visit: Visit) -> web.Response:
    """Loans of one state or of all, the latest in arrears first."""
    query = visit.query_form()
    choice = await chosen_districts(visit)
    state = query.among("status", STATUSES)
    page = wanted_page(query)
    found = await visit.reads.loans(
        visit.actor.mfi_id, choice.codes, status=state or None, page=page, page_size=PAGE_SIZE
    )
    return await visit.page(
        "loans/loans.html",
        found=found,
        paging=Paging(page, found.total),
        choice=choice,
        state=state,
        states=STATUSES,
    )


async def show_loan(visit: Visit) -> web.Response:
    """One loan: what is owed, what is late, the schedule with its paid parts, and every movement."""
    file = await loan_file(visit.engine, visit.actor, visit.reference)
    oldest = file.position.oldest_unpaid_due_on if file.position is not None else None
    return await visit.page(
        "loans/loan.html",
        file=file,
        quote=quote_of(file.loan),
        days_late=days_past_due(oldest, file.business_on),
        overdue=overdue(file.instalments, file.business_on),
        movements=movements_of(file.journals),
        recovered=recovered_of(file.journals),
        accepted_facts=KeyFacts.from_json(file.key_facts.figures) if file.key_facts else None,
        may_cancel=file.loan.status is LoanStatus.ACCEPTED and visit.actor.may(Permission.LOAN_CANCEL),
        may_propose=visit.actor.may(Permission.ADJUSTMENT_PROPOSE),
    )
