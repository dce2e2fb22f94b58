"""Approving in two steps: look at what would be offered, change it if need be, then confirm exactly that."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from admin_web.applications.findings import findings_for
from admin_web.forms import Form
from admin_web.languages import Text, mark
from admin_web.refusals import sentence_of
from admin_web.visits import Visit
from core.errors import InvalidInput
from core.money import Money
from core.records.application import ApplicationStatus
from core.records.staff import Permission
from core.use_cases.deciding import Approve, approve
from core.use_cases.reviewing import ApplicationFile, application_file, preview, proposed


@dataclass(frozen=True, slots=True)
class Wanted:
    """The amount and term under review."""

    amount: Money
    periods: int


async def review_approval(visit: Visit) -> web.Response:
    """The offer as it would be; the address says which amount and term to look at."""
    file = await application_file(visit.engine, visit.actor, visit.reference)
    form = visit.query_form()
    wanted = _wanted(file, form)
    return await _page(visit, file, form, wanted, status=422 if form.errors else 200)


async def post_approval(visit: Visit) -> web.Response:
    """Approve what was reviewed. Above limit 1 this is the first of two approvals."""
    form = await visit.form()
    try:
        application = await approve(visit.engine, visit.actor, _command(visit, form))
    except InvalidInput as error:
        form.refused_by(error, sentence_of(error))
        file = await application_file(visit.engine, visit.actor, visit.reference)
        return await _page(visit, file, form, _still_wanted(file, form), status=422)
    is_final = application.status is ApplicationStatus.APPROVED
    return visit.done("approved" if is_final else "second_approval_needed", f"/applications/{visit.reference}")


def _wanted(file: ApplicationFile, form: Form) -> Wanted:
    """What the address asks to look at, where that could be approved; else what is on the table."""
    amount, periods = proposed(file.application)
    if "amount" in form.values:
        amount = form.money("amount")
    if "periods" in form.values:
        periods = form.whole("periods")
    if not Money(0) < amount <= file.application.amount:
        asked = file.application.amount
        form.refuse("amount", Text(mark("The amount may be lowered, from %(asked)s down."), {"asked": asked}))
    if periods not in file.product.terms.periods_offered:
        form.refuse("periods", Text(mark("The product does not have that term.")))
    return Wanted(*proposed(file.application)) if form.errors else Wanted(amount, periods)


def _still_wanted(file: ApplicationFile, form: Form) -> Wanted:
    """What was sent, when only its note was refused: the figures under review stay; else what is on the table."""
    if set(form.errors) == {"note"}:
        return Wanted(form.money("amount"), form.whole("periods"))
    return Wanted(*proposed(file.application))


def _command(visit: Visit, form: Form) -> Approve:
    command = Approve(
        reference=visit.reference,
        amount=form.money("amount"),
        periods=form.whole("periods"),
        note=form.raw("note"),
        seen_version=form.whole("seen_version"),
        key=form.required("key"),
    )
    form.check()
    return command


async def _page(visit: Visit, file: ApplicationFile, form: Form, wanted: Wanted, *, status: int = 200) -> web.Response:
    offered = await preview(visit.engine, visit.actor, visit.reference, wanted.amount, wanted.periods)
    return await visit.page(
        "applications/approve.html",
        status=status,
        file=file,
        form=form,
        wanted=wanted,
        quote=offered.quote,
        affordability=offered.assessment.affordability,
        findings=findings_for(visit.actor, offered.assessment.findings),
        needs_second=_needs_second(visit, file, wanted),
        key=visit.new_key(),
    )


def _needs_second(visit: Visit, file: ApplicationFile, wanted: Wanted) -> bool:
    is_second = file.application.status is ApplicationStatus.AWAITING_SECOND_APPROVAL
    is_above = wanted.amount > file.mfi.approval_limit_1
    return is_above and not is_second and not visit.actor.may(Permission.APPLICATION_APPROVE_ABOVE_LIMIT)
