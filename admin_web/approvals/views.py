"""What waits for a second person, and that person's word on it: carried out or refused; or its maker takes it back."""

from __future__ import annotations

from uuid import UUID

from aiohttp import web

from admin_web.districts import ALL, DistrictChoice, chosen_districts
from admin_web.forms import Form
from admin_web.paging import PAGE_SIZE, Paging, wanted_page
from admin_web.refusals import sentence_of
from admin_web.visits import Visit
from admin_web.waiting import days_waited
from core.errors import InvalidInput, NotFound
from core.records.proposal import ProposalKind
from core.records.staff import Permission
from core.use_cases.proposing import Answer, carry_out, refuse, withdraw
from core.use_cases.weighing import FloatChange, ProposalFile, proposal_file


async def show_approvals(visit: Visit) -> web.Response:
    """What is pending, oldest first."""
    choice = await chosen_districts(visit)
    page = wanted_page(visit.query_form())
    found = await visit.reads.proposals(visit.actor.mfi_id, choice.codes, page=page, page_size=PAGE_SIZE)
    now = visit.engine.clock.now()
    return await visit.page(
        "approvals/approvals.html",
        found=found,
        lines=[(row, days_waited(row.made_at, now)) for row in found.rows],
        paging=Paging(page, found.total),
        choice=choice,
        loans="/loans" if visit.actor.may(Permission.LOAN_READ) else "/corrections",
    )


async def show_proposal(visit: Visit) -> web.Response:
    """One change with its figures before and after, or what became of it."""
    return await _page(visit, Form())


async def carry_out_proposal(visit: Visit) -> web.Response:
    """Do it."""
    form = await visit.form()
    await carry_out(visit.engine, visit.actor, _answer(visit, form, form.raw("note")))
    return visit.done("carried_out", "/approvals")


async def refuse_proposal(visit: Visit) -> web.Response:
    """Turn it down; the one who proposed it reads why."""
    form = await visit.form()
    try:
        await refuse(visit.engine, visit.actor, _answer(visit, form, form.required("note")))
    except InvalidInput as error:
        form.refused_by(error, sentence_of(error))
        return await _page(visit, form, status=422)
    return visit.done("proposal_refused", "/approvals")


async def withdraw_proposal(visit: Visit) -> web.Response:
    """Take back what one proposed oneself."""
    form = await visit.form()
    await withdraw(visit.engine, visit.actor, _answer(visit, form, form.raw("note")))
    return visit.done("proposal_withdrawn", "/approvals")


def _answer(visit: Visit, form: Form, note: str) -> Answer:
    key = form.required("key")
    form.check()
    return Answer(*_named(visit), note, key)


def _named(visit: Visit) -> tuple[str, UUID]:
    """The district and the id in the address; whether the first is one, the use case asks. Raises `NotFound`."""
    try:
        return visit.request.match_info["district"], UUID(visit.request.match_info["proposal"])
    except ValueError:
        raise NotFound("that is no proposal's number") from None


async def _page(visit: Visit, form: Form, *, status: int = 200) -> web.Response:
    file = await proposal_file(visit.engine, visit.actor, *_named(visit))
    return await visit.page(
        "approvals/proposal.html",
        status=status,
        file=file,
        receiving=await _receiving(visit, file),
        choice=DistrictChoice(ALL, await visit.districts()),
        form=form,
        refusal=sentence_of(file.refusal) if file.refusal is not None else None,
        is_mine=file.proposal.made_by == visit.actor.staff_id,
        may_decide=visit.actor.may(Permission.ADJUSTMENT_CARRY_OUT),
        loans="/loans" if visit.actor.may(Permission.LOAN_READ) else "/corrections",
        keys=(visit.new_key(), visit.new_key()),
    )


async def _receiving(visit: Visit, file: ProposalFile) -> FloatChange | None:
    """The float that a move adds to. None where there is none, or its district does not answer: the money waits then.

    Asked together with the district that gives, which answered just now, so that the page stands without the other.
    """
    proposal, weighed = file.proposal, file.weighed
    if proposal.kind is not ProposalKind.MOVE_FLOAT or weighed is None:
        return None
    to_district, rail = str(proposal.data["to_district"]), str(proposal.data["rail"])
    found = await visit.reads.floats(proposal.mfi_id, [proposal.district, to_district])
    there = [row for row in found.rows if (row.district, row.rail) == (to_district, rail)]
    return next((FloatChange(rail, row.held, row.reserved, row.held + weighed.amount) for row in there), None)
