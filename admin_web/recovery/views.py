"""Starting the reset of a borrower's PIN: their number, and the national ID as it stands on the card."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from admin_web.forms import Form, FormRefused
from admin_web.languages import Text, mark
from admin_web.refusals import sentence_of
from admin_web.visits import Visit
from core.errors import InvalidInput
from core.phones import NotALesothoMobile, PhoneNumber
from core.use_cases.recovering import StartPinReset, start_pin_reset

_LONGEST_ID: Final = 20


async def ask_reset(visit: Visit) -> web.Response:
    """The form."""
    return await _page(visit, Form())


async def start_reset(visit: Visit) -> web.Response:
    """Send the borrower a code by SMS. What was typed is shown again, but never the ID."""
    form = await visit.form()
    try:
        command = _command(form)
        await start_pin_reset(visit.engine, visit.actor, command)
    except InvalidInput as error:
        form.refused_by(error, sentence_of(error))
        return await _page(visit, form, status=422)
    return visit.done("pin_reset_started", "/pin-resets")


def _command(form: Form) -> StartPinReset:
    phone, national_id, key = _phone(form), form.required("national_id")[:_LONGEST_ID], form.required("key")
    form.check()
    if phone is None:
        raise FormRefused(field="phone")
    return StartPinReset(phone, national_id, key)


def _phone(form: Form) -> PhoneNumber | None:
    try:
        return PhoneNumber.parse(form.required("phone"))
    except NotALesothoMobile:
        form.refuse("phone", Text(mark("That is no mobile number of Lesotho.")))
        return None


async def _page(visit: Visit, form: Form, *, status: int = 200) -> web.Response:
    return await visit.page("recovery/reset.html", status=status, form=form, key=visit.new_key())
