"""The second factor: asked for whenever the member has one, and until it is given nothing else opens.

Whoever has lost the authenticator gives a recovery code instead.
"""

from __future__ import annotations

from typing import Final

import structlog
from aiohttp import hdrs, web

from admin_web.context import SignedInAs, signed_in_as
from admin_web.forms import Form
from admin_web.frame import home_of
from admin_web.languages import Text, mark
from admin_web.notices import leave_notice
from admin_web.refusals import sentence_of
from admin_web.returning import safe_path
from admin_web.session_cookies import set_session_cookie
from admin_web.visits import Guest
from core.use_cases.own_account import WrongCode, use_recovery_code, verify_second_factor
from core.use_cases.sign_in import SignedIn, TooManyAttempts

_BY_AUTHENTICATOR: Final = "sign_in/second_factor.html"
_BY_RECOVERY_CODE: Final = "sign_in/recovery.html"
_log = structlog.get_logger("admin_web")


async def show_second_factor(guest: Guest) -> web.Response:
    """Ask for the code, of whoever gave the password and owes it."""
    return await _ask(guest, _BY_AUTHENTICATOR)


async def show_recovery(guest: Guest) -> web.Response:
    """Ask for a recovery code instead."""
    return await _ask(guest, _BY_RECOVERY_CODE)


async def post_second_factor(guest: Guest) -> web.Response:
    """Complete the sign-in, under a new token."""
    owing = _owing(guest)
    if owing is None:
        return _see_other("/")
    form = await guest.form()
    try:
        signed_in = await verify_second_factor(
            guest.engine, owing.member, owing.session, form.raw("code").replace(" ", "")
        )
    except (WrongCode, TooManyAttempts) as error:
        return await _refused(guest, _BY_AUTHENTICATOR, form, sentence_of(error), error)
    return _let_in(guest, form, signed_in)


async def post_recovery(guest: Guest) -> web.Response:
    """The same with a recovery code, which is used up, and said to be: it may not have been its owner."""
    owing = _owing(guest)
    if owing is None:
        return _see_other("/")
    form = await guest.form()
    try:
        recovered = await use_recovery_code(guest.engine, owing.member, owing.session, form.raw("code"))
    except (WrongCode, TooManyAttempts) as error:
        sentence = sentence_of(error)
        if isinstance(error, WrongCode):
            sentence = Text(mark("That is none of your recovery codes, or it was used already."))
        return await _refused(guest, _BY_RECOVERY_CODE, form, sentence, error)
    response = _let_in(guest, form, recovered.signed_in)
    notice = "recovery_code_used" if recovered.codes_left else "last_recovery_code_used"
    leave_notice(response, guest.portal.settings, notice)
    return response


def _owing(guest: Guest) -> SignedInAs | None:
    known = signed_in_as(guest.request)
    return known if known is not None and not known.is_verified else None


async def _ask(guest: Guest, template: str) -> web.Response:
    if _owing(guest) is None:
        return _see_other("/")
    return await _form_page(guest, template, Form(dict(guest.request.query)))


def _let_in(guest: Guest, form: Form, signed_in: SignedIn) -> web.Response:
    response = _see_other(safe_path(form.raw("next"), home_of(signed_in.member.actor)))
    set_session_cookie(response, guest.portal.settings, signed_in.cookie)
    return response


async def _refused(
    guest: Guest, template: str, form: Form, sentence: Text, error: WrongCode | TooManyAttempts
) -> web.Response:
    _log.warning("authn_login_fail", code=error.code)
    form.refuse("code", sentence)
    if isinstance(error, WrongCode):
        return await _form_page(guest, template, form, status=401)
    response = await _form_page(guest, template, form, status=429)
    response.headers[hdrs.RETRY_AFTER] = str(error.retry_after_seconds)
    return response


async def _form_page(guest: Guest, template: str, form: Form, *, status: int = 200) -> web.Response:
    return await guest.page(template, status=status, form=form, next_path=safe_path(form.raw("next"), ""))


def _see_other(path: str) -> web.Response:
    return web.Response(status=303, headers={"Location": path})
