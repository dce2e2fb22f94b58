"""The page behind an invitation's link. What is wrong with the form leaves the link open; it is used up by success."""

from __future__ import annotations

import structlog
from aiohttp import hdrs, web

from admin_web.addresses import client_address, client_browser
from admin_web.context import signed_in_as
from admin_web.forms import Form
from admin_web.frame import home_of
from admin_web.invitations.enrolment import enrolment_of
from admin_web.languages import LANGUAGE_NAMES, Text, mark
from admin_web.refusals import sentence_of, status_of
from admin_web.session_cookies import set_session_cookie
from admin_web.visits import Guest
from core.errors import DomainError, InvalidInput
from core.passwords import LENGTH_MIN
from core.use_cases import sign_in
from core.use_cases.joining import AcceptInvitation, Joined, accept_invitation, invited_member
from core.use_cases.own_account import WrongCode
from core.use_cases.sign_in import TooManyAttempts

_UNPROCESSABLE = 422
_log = structlog.get_logger("admin_web")


async def show_invitation(guest: Guest) -> web.Response:
    """Who is invited, and the form. Raises `InvitationGone`."""
    return await _form_page(guest, Form())


async def accept(guest: Guest) -> web.Response:
    """Join: the recovery codes are the answer itself, since nothing may keep them until another page shows them."""
    form = await guest.form()
    try:
        joined = await _joined(guest, form)
    except (InvalidInput, WrongCode, TooManyAttempts) as error:
        return await _refused(guest, form, error)
    known = signed_in_as(guest.request)
    if known is not None:
        await sign_in.sign_out(guest.engine, known.cookie)
    member = joined.signed_in.member
    response = await guest.page(
        "invitations/recovery_codes.html", codes=joined.recovery_codes, home_path=home_of(member.actor)
    )
    set_session_cookie(response, guest.portal.settings, joined.signed_in.cookie)
    return response


async def _joined(guest: Guest, form: Form) -> Joined:
    if form.secret("password") != form.secret("repeated"):
        form.refuse("repeated", Text(mark("The two passwords are not the same.")))
    form.check()
    command = AcceptInvitation(
        token=guest.request.match_info["token"],
        password=form.secret("password"),
        code=form.raw("code").replace(" ", ""),
        language=guest.language,
    )
    return await accept_invitation(
        guest.engine,
        command,
        ip=client_address(guest.request, guest.portal.settings.trusted_proxies),
        user_agent=client_browser(guest.request),
    )


async def _refused(guest: Guest, form: Form, error: DomainError) -> web.Response:
    """The form again, and the same link. Passwords are typed anew."""
    _log.warning("authn_invitation_fail", code=error.code)
    form.refused_by(error, sentence_of(error))
    if not isinstance(error, TooManyAttempts):
        return await _form_page(guest, form, status=_UNPROCESSABLE)
    response = await _form_page(guest, form, status=status_of(error))
    response.headers[hdrs.RETRY_AFTER] = str(error.retry_after_seconds)
    return response


async def _form_page(guest: Guest, form: Form, *, status: int = 200) -> web.Response:
    member = await invited_member(guest.engine, guest.request.match_info["token"])
    mfi = (await guest.engine.record.catalogue()).mfi(member.mfi_id)
    return await guest.page(
        "invitations/invitation.html",
        status=status,
        form=form,
        member=member,
        mfi_name=mfi.name,
        enrolment=enrolment_of(member),
        length_min=LENGTH_MIN,
        language_names=LANGUAGE_NAMES,
    )
