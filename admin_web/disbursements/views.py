"""Paying out: who waits and why they cannot be paid yet, the release in two steps, and what the rail answered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from admin_web.disbursements.payouts import paging_of, payout_under_review, settleable, wanted_payouts
from admin_web.districts import chosen_districts
from admin_web.visits import Visit
from core.ports.engine import Engine
from core.records.loan import Disbursement, PayoutStatus
from core.records.staff import Actor, Permission
from core.use_cases.releasing import ReleaseDisbursement, confirm_release, release_disbursement

Release = Callable[[Engine, Actor, ReleaseDisbursement], Awaitable[Disbursement]]


async def show_disbursements(visit: Visit) -> web.Response:
    """The payouts that wait, those on their way, and the newest that arrived or failed; or a later page of one list."""
    choice = await chosen_districts(visit)
    wanted = wanted_payouts(visit.query_form())
    payouts = await visit.reads.disbursements(visit.actor.mfi_id, choice.codes, wanted)
    return await visit.page(
        "disbursements/disbursements.html",
        payouts=payouts,
        settleable=settleable(payouts),
        only=wanted.paged,
        paging=paging_of(payouts, wanted),
        floats=None if wanted.paged else await visit.reads.floats(visit.actor.mfi_id, choice.codes),
        choice=choice,
        now=visit.engine.clock.now(),
        may_propose=visit.actor.may(Permission.ADJUSTMENT_PROPOSE),
        may_release=visit.actor.may(Permission.DISBURSEMENT_RELEASE),
        may_confirm=visit.actor.may(Permission.DISBURSEMENT_RELEASE_ABOVE_LIMIT),
    )


async def review_release(visit: Visit) -> web.Response:
    """Look at a payout once more before its money goes."""
    return await _review(visit, step="release")


async def release_payout(visit: Visit) -> web.Response:
    """Let the money go; above limit 2 it then waits for a manager."""
    return await _release(visit, release_disbursement)


async def review_confirmation(visit: Visit) -> web.Response:
    """The second person looks at a payout above limit 2."""
    return await _review(visit, step="confirm")


async def confirm_payout(visit: Visit) -> web.Response:
    """The second person lets the money go."""
    return await _release(visit, confirm_release)


async def _review(visit: Visit, *, step: str) -> web.Response:
    row = await payout_under_review(visit, step)
    mfi = await visit.mfi()
    return await visit.page(
        "disbursements/review.html",
        row=row,
        step=step,
        now=visit.engine.clock.now(),
        limit=mfi.disbursement_limit_2,
        is_above_limit=row.principal > mfi.disbursement_limit_2,
        key=visit.new_key(),
    )


async def _release(visit: Visit, use_case: Release) -> web.Response:
    form = await visit.form()
    command = ReleaseDisbursement(
        loan_reference=visit.reference, seen_version=form.whole("seen_version"), key=form.required("key")
    )
    form.check()
    payout = await use_case(visit.engine, visit.actor, command)
    waits = payout.status is PayoutStatus.AWAITING_SECOND
    return visit.done("second_release_needed" if waits else "released", "/disbursements")
