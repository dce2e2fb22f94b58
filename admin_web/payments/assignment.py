"""Proposing where money in suspense belongs: a loan's number first, then whose it is and what it would do, then why."""

from __future__ import annotations

from aiohttp import web

from admin_web.forms import Form
from admin_web.payments.standing import district_of_payment, standing_payment
from admin_web.proposals import put_forward
from admin_web.refusals import sentence_of
from admin_web.visits import Visit
from core.errors import DomainError, InvalidInput
from core.ports.reads import PaymentRow
from core.records.proposal import ProposalKind
from core.references import Reference
from core.use_cases.weighing import Weighed, weigh


async def ask_assignment(visit: Visit) -> web.Response:
    """Ask for the loan; with its number in the address, show whose it is."""
    return await _page(visit, visit.query_form())


async def propose_assignment(visit: Visit) -> web.Response:
    """Put it before a second person."""
    form = await visit.form()
    row = await standing_payment(visit, "suspense")
    try:
        data = _assignment(row, form.reference("loan"))
        await put_forward(visit, form, await district_of_payment(visit), ProposalKind.ASSIGN_PAYMENT, data)
    except InvalidInput as error:
        form.refused_by(error, sentence_of(error))
        return await _page(visit, form, status=422)
    return visit.done("proposed", "/approvals")


def _assignment(row: PaymentRow, loan: Reference | None) -> dict[str, object]:
    return {"rail": row.rail, "rail_reference": row.rail_reference, "loan_reference": str(loan)}


async def _page(visit: Visit, form: Form, *, status: int = 200) -> web.Response:
    row = await standing_payment(visit, "suspense")
    weighed = await _preview(visit, form, row) if form.raw("loan") else None
    return await visit.page(
        "payments/assign.html",
        status=422 if form.errors else status,
        row=row,
        weighed=weighed,
        form=form,
        key=visit.new_key(),
    )


async def _preview(visit: Visit, form: Form, row: PaymentRow) -> Weighed | None:
    """What it would do; None with the reason beside the field when that loan cannot take it."""
    loan = form.reference("loan")
    if loan is None:
        return None
    try:
        district, data = await district_of_payment(visit), _assignment(row, loan)
        return await weigh(visit.engine, visit.actor, district, ProposalKind.ASSIGN_PAYMENT, data)
    except DomainError as error:
        form.refuse("loan", sentence_of(error))
        return None
