"""Proposing that a payment never paid its loan: the rail took it back, or it belongs to somebody else."""

from __future__ import annotations

from aiohttp import web

from admin_web import words
from admin_web.forms import Form
from admin_web.payments.standing import district_of_payment, standing_payment
from admin_web.proposals import put_forward
from admin_web.refusals import sentence_of
from admin_web.visits import Visit
from core.errors import InvalidInput
from core.ports.reads import PaymentRow
from core.records.proposal import ProposalKind
from core.use_cases.floats import TillTooLow
from core.use_cases.weighing import weigh


async def ask_reversal(visit: Visit) -> web.Response:
    """What the loan would be without it, where the money goes, and why."""
    return await _page(visit, Form())


async def propose_reversal(visit: Visit) -> web.Response:
    """Put it before a second person."""
    form = await visit.form()
    row = await standing_payment(visit, "posted")
    try:
        data = _reversal(row, form.one_of("to", tuple(words.RETURNS)))
        await put_forward(visit, form, await district_of_payment(visit), ProposalKind.REVERSE_PAYMENT, data)
    except TillTooLow as error:
        form.refuse("to", sentence_of(error))
        return await _page(visit, form, status=422)
    except InvalidInput as error:
        form.refused_by(error, sentence_of(error))
        return await _page(visit, form, status=422)
    return visit.done("proposed", "/approvals")


def _reversal(row: PaymentRow, to: str) -> dict[str, object]:
    return {"rail": row.rail, "rail_reference": row.rail_reference, "to": to}


async def _page(visit: Visit, form: Form, *, status: int = 200) -> web.Response:
    row = await standing_payment(visit, "posted")
    district = await district_of_payment(visit)
    # The loan's figures are the same wherever the money goes, and into suspense it always can.
    data = _reversal(row, "suspense")
    weighed = await weigh(visit.engine, visit.actor, district, ProposalKind.REVERSE_PAYMENT, data)
    return await visit.page(
        "payments/reverse.html",
        status=status,
        row=row,
        weighed=weighed,
        change=weighed.loan_change,
        form=form,
        key=visit.new_key(),
    )
