"""The second factor: asked for whenever the member has one, and until it is given nothing else opens."""

from __future__ import annotations

import structlog
from aiohttp import hdrs, web

from admin_web.context import SignedInAs, signed_in_as
from admin_web.forms import Form
from admin_web.frame import home_of
from admin_web.refusals import sentence_of
from admin_web.returning import safe_path
from admin_web.session_cookies import set_session_cookie
from admin_web.visits import Guest
from core.use_cases.own_account import WrongCode, verify_second_factor
from core.use_cases.sign_in import TooManyAttempts

_log = structlog.get_logger("admin_web")


async def show_second_factor(guest: Guest) -> web.Response:
    """Ask for the code, of whoever gave the password and owes it."""
    if _owing(guest) is None:
        return web.Response(status=303, headers={"Location": "/"})
    return await _form_page(guest, Form(dict(guest.request.query)))


async def post_second_factor(guest: Guest) -> web.Response:
    """Complete the sign-in, under a new token."""
    owing = _owing(guest)
    if owing is None:
        return web.Response(status=303, headers={"Location": "/"})
    form = await guest.form()
    try:
        signed_in = await verify_second_factor(
            guest.engine, owing.member, owing.session, form.raw("code").replace(" ", "")
        )
    except (WrongCode, TooManyAttempts) as error:
        return await _refused(guest, form, error)
    home_path = home_of(owing.member.actor)
    response = web.Response(status=303, headers={"Location": safe_path(form.raw("next"), home_path)})
    set_session_cookie(response, guest.portal.settings, signed_in.cookie)
    return response


def _owing(guest: Guest) -> SignedInAs | None:
    known = signed_in_as(guest.request)
    return known if known is not None and not known.is_verified else None


async def _refused(guest: Guest, form: Form, error: WrongCode | TooManyAttempts) -> web.Response:
    _log.warning("authn_login_fail", code=error.code)
    form.refuse("code", sentence_of(error))
    if isinstance(error, WrongCode):
        return await _form_page(guest, form, status=401)
    response = await _form_page(guest, form, status=429)
    response.headers[hdrs.RETRY_AFTER] = str(error.retry_after_seconds)
    return response


async def _form_page(guest: Guest, form: Form, *, status: int = 200) -> web.Response:
    return await guest.page(
        "sign_in/second_factor.html", status=status, form=form, next_path=safe_path(form.raw("next"), "")
    )
