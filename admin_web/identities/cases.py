"""Identities that came from another phone: the list, one with what the caller gave, and what comes of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final
from uuid import UUID

from aiohttp import web

from admin_web import words
from admin_web.districts import chosen_districts
from admin_web.forms import Form, FormRefused
from admin_web.identities.addresses import id_in_address
from admin_web.paging import PAGE_SIZE, Paging, wanted_page
from admin_web.refusals import sentence_of
from admin_web.visits import Visit
from core.errors import InvalidInput
from core.phones import PhoneNumber
from core.ports.engine import Engine
from core.records.identity import CLOSING_OUTCOMES, CaseOutcome, CaseStatus, IdentityChange
from core.records.staff import Actor, Permission
from core.use_cases.identity_cases import CloseCase, case_file, close_case, show_number
from core.use_cases.proposing_change import ResolveCase, propose_corrected_id, propose_number_of_case

STATUSES: Final = tuple(status.value for status in CaseStatus)
_LONGEST_ID: Final = 20

Propose = Callable[[Engine, Actor, ResolveCase], Awaitable[IdentityChange]]


async def show_cases(visit: Visit) -> web.Response:
    """Those of one state: open ones unless another is asked for."""
    query = visit.query_form()
    choice = await chosen_districts(visit)
    state = query.among("status", STATUSES, CaseStatus.OPEN.value)
    page = wanted_page(query)
    found = await visit.reads.identity_cases(
        visit.actor.mfi_id, choice.codes, status=CaseStatus(state), page=page, page_size=PAGE_SIZE
    )
    return await visit.page(
        "identities/cases.html",
        found=found,
        paging=Paging(page, found.total),
        choice=choice,
        state=state,
        states=STATUSES,
        may_propose=visit.actor.may(Permission.IDENTITY_PROPOSE),
    )


async def show_case(visit: Visit) -> web.Response:
    """One case, and what this actor may do about it now."""
    return await _page(visit, Form())


async def reveal_number(visit: Visit) -> web.Response:
    """The number to call, once, on this page alone. Posted, because who looked is written down."""
    await visit.form()
    return await _page(visit, Form(), number=await show_number(visit.engine, visit.actor, *_named(visit)))


async def same_person(visit: Visit) -> web.Response:
    """Propose that the borrower's number becomes the one that called."""
    return await _proposed(visit, "same", propose_number_of_case)


async def correct_id(visit: Visit) -> web.Response:
    """Propose the ID of the borrower's card in place of the one that was mistyped at their registration."""
    return await _proposed(visit, "right", propose_corrected_id)


async def close(visit: Visit) -> web.Response:
    """Close it without changing anything, with how it ended."""
    form, district, case_id = await _of_case(visit)
    try:
        outcome = form.one_of("outcome", tuple(each.value for each in CLOSING_OUTCOMES))
        note, key = form.required("note"), form.required("key")
        form.check()
        command = CloseCase(district, case_id, CaseOutcome(outcome), note, key)
        await close_case(visit.engine, visit.actor, command)
    except InvalidInput as error:
        form.refused_by(error, sentence_of(error))
        return await _page(visit, form, status=422)
    return visit.done("identity_case_closed", "/identity-cases")


async def _proposed(visit: Visit, fields: str, propose: Propose) -> web.Response:
    """Put a change before a second person. Two forms of the page ask for an ID: `fields` tells theirs apart.

    The ID is not shown again.
    """
    form, district, case_id = await _of_case(visit)
    try:
        change = await propose(visit.engine, visit.actor, _resolved(form, fields, district, case_id))
    except InvalidInput as error:
        if not isinstance(error, FormRefused):
            name = {"national_id": f"{fields}_id", "note": f"{fields}_note"}.get(error.field or "", "")
            form.refuse(name, sentence_of(error))
        return await _page(visit, form, status=422)
    return visit.done("identity_change_proposed", f"/identity-changes/{change.district}/{change.id}")


async def _of_case(visit: Visit) -> tuple[Form, str, UUID]:
    """What was posted, once it is sure that the case is one of this lender's."""
    form, (district, case_id) = await visit.form(), _named(visit)
    await case_file(visit.engine, visit.actor, district, case_id)
    return form, district, case_id


def _named(visit: Visit) -> tuple[str, UUID]:
    return visit.request.match_info["district"], id_in_address(visit, "case")


def _resolved(form: Form, fields: str, district: str, case_id: UUID) -> ResolveCase:
    national_id, note = form.required(f"{fields}_id")[:_LONGEST_ID], form.required(f"{fields}_note")
    key = form.required("key")
    form.check()
    return ResolveCase(district, case_id, national_id, note, key)


async def _page(visit: Visit, form: Form, *, number: PhoneNumber | None = None, status: int = 200) -> web.Response:
    file = await case_file(visit.engine, visit.actor, *_named(visit))
    catalogue = await visit.engine.record.catalogue()
    return await visit.page(
        "identities/case.html",
        status=status,
        file=file,
        form=form,
        number=number,
        outcomes={each.value: words.CASE_OUTCOMES[each] for each in CLOSING_OUTCOMES},
        district_name=catalogue.district(file.case.district).name,
        may_propose=visit.actor.may(Permission.IDENTITY_PROPOSE),
        may_reveal=visit.actor.may(Permission.BORROWER_REVEAL),
        keys=[visit.new_key() for _ in range(3)],
    )
