"""New numbers and corrected IDs: what waits for its second person, proposing a number, and that person's word."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from admin_web.districts import chosen_districts
from admin_web.forms import Form, FormRefused
from admin_web.identities.addresses import id_in_address
from admin_web.languages import Text, mark
from admin_web.refusals import sentence_of
from admin_web.visits import Visit
from admin_web.waiting import days_waited
from core.errors import InvalidInput
from core.phones import NotALesothoMobile, PhoneNumber
from core.records.staff import Permission
from core.use_cases.deciding_change import Answer, agree, change_file, refuse, withdraw
from core.use_cases.proposing_change import ProposeNumber, propose_number

_LONGEST_ID: Final = 20


async def show_changes(visit: Visit) -> web.Response:
    """Everything that is not finished, oldest first."""
    choice = await chosen_districts(visit)
    found = await visit.reads.identity_changes(visit.actor.mfi_id, choice.codes)
    now = visit.engine.clock.now()
    return await visit.page(
        "identities/changes.html",
        found=found,
        lines=[(row, days_waited(row.made_at, now)) for row in found.rows],
        choice=choice,
        may_propose=visit.actor.may(Permission.IDENTITY_PROPOSE),
    )


async def ask_number(visit: Visit) -> web.Response:
    """The form for a borrower who is at the branch with a new SIM."""
    return await _form_page(visit, Form())


async def propose_new_number(visit: Visit) -> web.Response:
    """Put it before a second person. What was typed is shown again, but never the ID."""
    form = await visit.form()
    try:
        change = await propose_number(visit.engine, visit.actor, _command(form))
    except InvalidInput as error:
        form.refused_by(error, sentence_of(error))
        return await _form_page(visit, form, status=422)
    return visit.done("identity_change_proposed", f"/identity-changes/{change.district}/{change.id}")


async def show_change(visit: Visit) -> web.Response:
    """One change, or what became of it."""
    return await _page(visit, Form())


async def agree_change(visit: Visit) -> web.Response:
    """Carry it out."""
    form = await visit.form()
    change = await agree(visit.engine, visit.actor, _answer(visit, form, form.raw("note")))
    return visit.done("identity_changed", f"/identity-changes/{change.district}/{change.id}")


async def refuse_change(visit: Visit) -> web.Response:
    """Turn it down; the one who proposed it reads why."""
    form = await visit.form()
    await change_file(visit.engine, visit.actor, visit.request.match_info["district"], id_in_address(visit, "change"))
    try:
        await refuse(visit.engine, visit.actor, _answer(visit, form, form.required("note")))
    except InvalidInput as error:
        form.refused_by(error, sentence_of(error))
        return await _page(visit, form, status=422)
    return visit.done("identity_change_refused", "/identity-changes")


async def withdraw_change(visit: Visit) -> web.Response:
    """Take back what one proposed oneself."""
    form = await visit.form()
    await withdraw(visit.engine, visit.actor, _answer(visit, form, form.raw("note")))
    return visit.done("identity_change_withdrawn", "/identity-changes")


def _command(form: Form) -> ProposeNumber:
    old, new = _phone(form, "phone"), _phone(form, "new_phone")
    national_id, note, key = form.required("national_id")[:_LONGEST_ID], form.required("note"), form.required("key")
    form.check()
    if old is None or new is None:
        raise FormRefused(field="phone")
    return ProposeNumber(old, national_id, new, note, key)


def _phone(form: Form, name: str) -> PhoneNumber | None:
    try:
        return PhoneNumber.parse(form.required(name))
    except NotALesothoMobile:
        form.refuse(name, Text(mark("That is no mobile number of Lesotho.")))
        return None


def _answer(visit: Visit, form: Form, note: str) -> Answer:
    key = form.required("key")
    form.check()
    return Answer(visit.request.match_info["district"], id_in_address(visit, "change"), note, key)


async def _form_page(visit: Visit, form: Form, *, status: int = 200) -> web.Response:
    return await visit.page("identities/number.html", status=status, form=form, key=visit.new_key())


async def _page(visit: Visit, form: Form, *, status: int = 200) -> web.Response:
    file = await change_file(
        visit.engine, visit.actor, visit.request.match_info["district"], id_in_address(visit, "change")
    )
    catalogue = await visit.engine.record.catalogue()
    return await visit.page(
        "identities/change.html",
        status=status,
        file=file,
        form=form,
        is_mine=file.change.made_by == visit.actor.staff_id,
        may_agree=visit.actor.may(Permission.IDENTITY_AGREE),
        may_propose=visit.actor.may(Permission.IDENTITY_PROPOSE),
        district_name=catalogue.district(file.change.district).name,
        keys=(visit.new_key(), visit.new_key()),
    )
