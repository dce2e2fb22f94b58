"""Proposing that money in suspense goes back to whoever paid it."""

from __future__ import annotations

from aiohttp import web

from admin_web.forms import Form
from admin_web.payments.standing import district_of_payment, standing_payment
from admin_web.proposals import put_forward
from admin_web.refusals import sentence_of
from admin_web.visits import Visit
from core.errors import InvalidInput
from core.ports.reads import PaymentRow
from core.records.proposal import ProposalKind


async def ask_refund(visit: Visit) -> web.Response:
    """The payment, where it goes, and why."""
    return await _page(visit, Form())


async def propose_refund(visit: Visit) -> web.Response:
    """Put it before a second person."""
    form = await visit.form()
    row = await standing_payment(visit, "suspense")
    try:
        await put_forward(visit, form, await district_of_payment(visit), ProposalKind.REFUND_PAYMENT, _refund(row))
    except InvalidInput as error:
        form.refused_by(error, sentence_of(error))
        return await _page(visit, form, status=422)
    return visit.done("proposed", "/approvals")


def _refund(row: PaymentRow) -> dict[str, object]:
    return {"rail": row.rail, "rail_reference": row.rail_reference}


async def _page(visit: Visit, form: Form, *, status: int = 200) -> web.Response:
    row = await standing_payment(visit, "suspense")
    return await visit.page("payments/refund.html", status=status, row=row, form=form, key=visit.new_key())
