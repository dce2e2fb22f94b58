"""Proposing what became of a payout that its rail knows nothing of."""

from __future__ import annotations

from aiohttp import web

from admin_web import words
from admin_web.forms import Form
from admin_web.proposals import put_forward
from admin_web.refusals import sentence_of
from admin_web.visits import Visit
from core.errors import InvalidInput
from core.records.proposal import ProposalKind
from core.use_cases.locating import district_of
from core.use_cases.payouts import subject_of_payout
from core.use_cases.weighing import weigh


async def ask_settlement(visit: Visit) -> web.Response:
    """The payout, and what was found out about it."""
    return await _page(visit, Form())


async def propose_settlement(visit: Visit) -> web.Response:
    """Put it before a second person."""
    form = await visit.form()
    payout = visit.request.match_info["payout"]
    outcome = form.one_of("outcome", tuple(words.OUTCOMES))
    data = {"payout": payout, "outcome": outcome, "rail_receipt": form.raw("rail_receipt")}
    try:
        await put_forward(visit, form, await _district(visit), ProposalKind.SETTLE_PAYOUT, data)
    except InvalidInput as error:
        form.refused_by(error, sentence_of(error))
        return await _page(visit, form, status=422)
    return visit.done("proposed", "/approvals")


async def _district(visit: Visit) -> str:
    return await district_of(visit.engine, subject_of_payout(visit.request.match_info["payout"]))


async def _page(visit: Visit, form: Form, *, status: int = 200) -> web.Response:
    # Whether it may be settled at all does not depend on how.
    data = {"payout": visit.request.match_info["payout"], "outcome": "failed"}
    weighed = await weigh(visit.engine, visit.actor, await _district(visit), ProposalKind.SETTLE_PAYOUT, data)
    return await visit.page(
        "disbursements/settle.html", status=status, payout=weighed.payout, form=form, key=visit.new_key()
    )
