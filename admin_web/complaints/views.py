"""Complaints about the lender: the ones due first on top; one with the borrower's words, its answer and its end."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from admin_web.districts import chosen_districts
from admin_web.forms import Form
from admin_web.paging import PAGE_SIZE, Paging, wanted_page
from admin_web.refusals import sentence_of
from admin_web.visits import Visit
from core.errors import InvalidInput
from core.gsm0338 import EXTENSION
from core.records.complaint import ComplaintStatus
from core.records.staff import Permission
from core.use_cases.complaining import (
    ANSWER_SEPTETS_MAX,
    AnswerComplaint,
    CloseComplaint,
    answer_complaint,
    close_complaint,
    complaint_file,
)

STATUSES: Final = tuple(status.value for status in ComplaintStatus)
_DOUBLED: Final = " ".join(sorted(each for each in EXTENSION if not each.isspace()))
"""What a phone counts as two characters and a keyboard has."""


async def show_complaints(visit: Visit) -> web.Response:
    """Those of one state: open ones unless another is asked for."""
    query = visit.query_form()
    choice = await chosen_districts(visit)
    state = query.among("status", STATUSES, ComplaintStatus.OPEN.value)
    page = wanted_page(query)
    found = await visit.reads.complaints(
        visit.actor.mfi_id, choice.codes, status=ComplaintStatus(state), page=page, page_size=PAGE_SIZE
    )
    return await visit.page(
        "complaints/complaints.html",
        found=found,
        paging=Paging(page, found.total),
        choice=choice,
        state=state,
        states=STATUSES,
    )


async def show_complaint(visit: Visit) -> web.Response:
    """One complaint, and what this actor may do about it now."""
    return await _page(visit, Form())


async def answer(visit: Visit) -> web.Response:
    """Answer it; the borrower reads the answer by SMS."""
    form = await visit.form()
    try:
        command = AnswerComplaint(
            visit.reference, form.required("answer"), form.whole("seen_version"), form.required("key")
        )
        form.check()
        await answer_complaint(visit.engine, visit.actor, command)
    except InvalidInput as error:
        form.refused_by(error, sentence_of(error))
        return await _page(visit, form, status=422)
    return visit.done("complaint_answered", f"/complaints/{visit.reference}")


async def close(visit: Visit) -> web.Response:
    """Close an answered one, with a note of how it ended."""
    form = await visit.form()
    try:
        command = CloseComplaint(
            visit.reference, form.required("note"), form.whole("seen_version"), form.required("key")
        )
        form.check()
        await close_complaint(visit.engine, visit.actor, command)
    except InvalidInput as error:
        form.refused_by(error, sentence_of(error))
        return await _page(visit, form, status=422)
    return visit.done("complaint_closed", f"/complaints/{visit.reference}")


async def _page(visit: Visit, form: Form, *, status: int = 200) -> web.Response:
    file = await complaint_file(visit.engine, visit.actor, visit.reference)
    catalogue = await visit.engine.record.catalogue()
    return await visit.page(
        "complaints/complaint.html",
        status=status,
        file=file,
        form=form,
        answer_max=ANSWER_SEPTETS_MAX,
        doubled=_DOUBLED,
        district_name=catalogue.district(file.complaint.district).name,
        may_answer=visit.actor.may(Permission.COMPLAINT_ANSWER),
        key=visit.new_key(),
    )
