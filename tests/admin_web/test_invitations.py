"""Coming in by an invitation, and with a recovery code."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest
import structlog
from structlog.testing import LogCapture

from admin_web.invitations.enrolment import draw, enrolment_of
from core.records.borrower import Language
from core.records.staff import Role, StaffMember
from core.totp import STEP_SECONDS, code_at
from core.use_cases.inviting import Invited, InviteStaff, invite_staff
from core.use_cases.joining import invited_member
from tests.admin_web.browser import Answer, Browser
from tests.admin_web.conftest import Office
from tests.fixtures_postgres import MovableClock

CHOSEN = "correct horse battery staple"


async def _invite(office: Office, **changes: str) -> Invited:
    command = InviteStaff(
        changes.get("lender", "khotso"),
        changes.get("email", "palesa@khotso.co.ls"),
        changes.get("name", "Palesa Molapo"),
        frozenset({Role.LOAN_OFFICER}),
        "command line",
    )
    return await invite_staff(office.lending.engine, command)


async def _member(office: Office, invited: Invited) -> StaffMember:
    return await invited_member(office.lending.engine, invited.token)


def _code(member: StaffMember, clock: MovableClock) -> str:
    assert member.totp_secret is not None
    return code_at(member.totp_secret, int(clock.now().timestamp()) // STEP_SECONDS)


async def _accept(browser: Browser, invited: Invited, code: str, *, password: str = CHOSEN, **more: str) -> Answer:
    path = f"/invitation/{invited.token}"
    fields = {"password": password, "repeated": password, "code": code} | more
    return await browser.post(path, seen_on=path, **fields)


def _codes_on(page: Answer) -> list[str]:
    return re.findall(r"<code>([A-Z2-7]{4}(?:-[A-Z2-7]{4}){3})</code>", page.text)


@pytest.mark.parametrize(("language", "word"), [("en", "Welcome, Palesa Molapo"), ("st_LS", "Rea u amohela, Palesa")])
async def test_the_page_says_who_is_invited_and_how_to_enrol(office: Office, language: str, word: str) -> None:
    invited = await _invite(office)
    enrolment = enrolment_of(await _member(office, invited))

    page = await (await office.arrive()).get(f"/invitation/{invited.token}?language={language}")

    assert page.status == 200
    assert word in page.text
    assert "Khotso Finance" in page.text
    assert enrolment.letters in page.text
    assert enrolment.link in html.unescape(page.text)
    assert enrolment.picture.path in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"


async def test_whoever_accepts_is_signed_in_and_shown_ten_codes(office: Office, clock: MovableClock) -> None:
    invited = await _invite(office)
    member = await _member(office, invited)
    browser = await office.arrive()

    page = await _accept(browser, invited, _code(member, clock))

    assert page.status == 200
    assert len(set(_codes_on(page))) == 10
    assert (await browser.get("/queue")).status == 200


async def test_later_the_password_and_the_authenticator_let_them_in(office: Office, clock: MovableClock) -> None:
    invited = await _invite(office)
    member = await _member(office, invited)
    await _accept(await office.arrive(), invited, _code(member, clock))
    clock.move(minutes=2)
    browser = await office.arrive()

    assert (await browser.sign_in("palesa@khotso.co.ls", CHOSEN)).location.startswith("/login/totp")
    assert (await browser.get("/queue")).status == 303
    given = await browser.post("/login/totp", seen_on="/login/totp", code=_code(member, clock))

    assert given.status == 303
    assert (await browser.get("/queue")).status == 200


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"password": "too short"}, "at least 12 characters"),
        ({"password": "x" * 129}, "at most 128 characters"),
        ({"password": "administrator"}, "tried first"),
        ({"password": "khotso finance 2026"}, "contains your name"),
        ({"repeated": "something else"}, "The two passwords are not the same."),
        ({"code": "000000"}, "not the code shown now"),
        ({"code": ""}, "not the code shown now"),
    ],
)
async def test_what_is_wrong_is_said_and_the_link_stays_open(
    office: Office, clock: MovableClock, fields: dict[str, str], sentence: str
) -> None:
    invited = await _invite(office)
    code = _code(await _member(office, invited), clock)
    browser = await office.arrive()

    refused = await _accept(browser, invited, **{"code": code} | fields)

    assert refused.status == 422
    assert sentence in html.unescape(refused.text)
    assert CHOSEN not in refused.text
    assert (await browser.get("/queue")).status == 303
    assert (await _accept(browser, invited, code)).status == 200


async def test_a_used_an_old_and_a_made_up_link_read_alike(office: Office, clock: MovableClock) -> None:
    used, replaced = await _invite(office), await _invite(office, email="thabo@khotso.co.ls")
    await _accept(await office.arrive(), used, _code(await _member(office, used), clock))
    old = await _invite(office, email="thabo@khotso.co.ls")
    clock.move(hours=25)
    browser = await office.arrive()

    pages = [await browser.get(f"/invitation/{token}") for token in (used.token, replaced.token, old.token, "LS-A.no")]

    assert [page.status for page in pages] == [404] * 4
    assert all("older than a day" in page.text for page in pages)


async def test_a_form_sent_twice_joins_once(office: Office, clock: MovableClock) -> None:
    invited = await _invite(office)
    code = _code(await _member(office, invited), clock)
    browser = await office.arrive()
    path = f"/invitation/{invited.token}"
    token = (await browser.get(path)).text.split('name="form_token" value="')[1].split('"')[0]
    fields = {"form_token": token, "password": CHOSEN, "repeated": CHOSEN, "code": code}

    first = await browser.send("POST", path, fields=fields)
    other = await office.arrive()
    second = await other.get(path)

    assert (first.status, second.status) == (200, 404)


async def test_a_form_without_its_token_and_another_method_do_nothing(office: Office) -> None:
    path = f"/invitation/{(await _invite(office)).token}"
    browser = await office.arrive()

    assert (await browser.send("POST", path, fields={"password": CHOSEN})).status == 403
    assert (await browser.send("PUT", path)).status == 405
    assert (await browser.get(path)).status == 200


async def test_extra_fields_change_nothing(office: Office, clock: MovableClock) -> None:
    invited = await _invite(office)
    code = _code(await _member(office, invited), clock)

    await _accept(await office.arrive(), invited, code, role="manager", email="manager@khotso.co.ls", mfi_id="2")

    async with office.lending.engine.record.unit("LS-A") as unit:
        member = await unit.staff.get(invited.member.id)
    assert (member.roles, member.email) == (frozenset({Role.LOAN_OFFICER}), "palesa@khotso.co.ls")


async def test_the_language_of_the_page_becomes_the_members(office: Office, clock: MovableClock) -> None:
    invited = await _invite(office)
    code = _code(await _member(office, invited), clock)
    path = f"/invitation/{invited.token}?language=st_LS"

    await (await office.arrive()).post(path, seen_on=path, password=CHOSEN, repeated=CHOSEN, code=code)

    async with office.lending.engine.record.unit("LS-A") as unit:
        assert (await unit.staff.get(invited.member.id)).language == Language.SESOTHO


async def test_an_invitation_ends_the_session_that_the_browser_had(office: Office, clock: MovableClock) -> None:
    browser = await office.at(Role.CASHIER)
    before = browser.cookie("letsema")
    invited = await _invite(office)

    await _accept(browser, invited, _code(await _member(office, invited), clock))

    assert browser.cookie("letsema") != before
    old = await (await office.arrive()).get("/me", Cookie=f"letsema={before}")
    assert old.status == 303


async def test_codes_cannot_be_tried_for_ever(office: Office, clock: MovableClock) -> None:
    invited = await _invite(office)
    browser = await office.arrive()
    for _ in range(10):
        assert (await _accept(browser, invited, "000000")).status == 422

    answer = await _accept(browser, invited, _code(await _member(office, invited), clock))

    assert answer.status == 429
    assert int(answer.headers["Retry-After"]) > 0


async def test_a_hostile_name_is_shown_as_text(office: Office) -> None:
    invited = await _invite(office, name='"><script>alert(1)</script>')

    assert "<script" not in (await (await office.arrive()).get(f"/invitation/{invited.token}")).text


@pytest.fixture
def logged() -> Iterator[LogCapture]:
    capture, before = LogCapture(), structlog.get_config()
    structlog.reset_defaults()  # another test's level would leave lines out
    structlog.configure(processors=[capture])
    yield capture
    structlog.configure(**before)


async def test_the_token_is_in_no_log_line(office: Office, logged: LogCapture) -> None:
    invited = await _invite(office)
    browser = await office.arrive()
    path = f"/invitation/{invited.token}"

    await browser.send("POST", path, headers={"Sec-Fetch-Site": "cross-site"})
    await browser.send("POST", path)
    await _accept(browser, invited, "000000")
    await browser.get(path + "x")

    assert len(logged.entries) >= 4
    assert invited.token not in str(logged.entries)


class TestRecoveryCodes:
    async def _half_way(self, office: Office, clock: MovableClock) -> tuple[Browser, list[str]]:
        """Somebody who has given the password, and their codes."""
        invited = await _invite(office)
        joined = await _accept(await office.arrive(), invited, _code(await _member(office, invited), clock))
        browser = await office.arrive()
        await browser.sign_in("palesa@khotso.co.ls", CHOSEN)
        return browser, _codes_on(joined)

    async def _give(self, browser: Browser, code: str) -> Answer:
        return await browser.post("/login/recovery", seen_on="/login/recovery", code=code, next="/loans")

    async def test_one_signs_in_once_and_says_so(self, office: Office, clock: MovableClock) -> None:
        browser, codes = await self._half_way(office, clock)
        assert 'href="/login/recovery"' in (await browser.get("/login/totp")).text

        answer = await self._give(browser, codes[0].lower())

        assert (answer.status, answer.location) == (303, "/loans")
        assert "used up now" in (await browser.get("/me")).text
        again = await office.arrive()
        await again.sign_in("palesa@khotso.co.ls", CHOSEN)
        assert (await self._give(again, codes[0])).status == 401

    async def test_a_wrong_one_opens_nothing(self, office: Office, clock: MovableClock) -> None:
        browser, _ = await self._half_way(office, clock)

        answer = await self._give(browser, "ABCD-EFGH-IJKL-MNOP")

        assert answer.status == 401
        assert "none of your recovery codes" in answer.text
        assert (await browser.get("/queue")).status == 303

    async def test_they_share_the_limit_of_the_authenticators_codes(self, office: Office, clock: MovableClock) -> None:
        browser, codes = await self._half_way(office, clock)
        for _ in range(5):
            assert (await self._give(browser, "ABCD-EFGH-IJKL-MNOP")).status == 401

        assert (await self._give(browser, codes[0])).status == 429

    async def test_whoever_owes_no_code_is_led_on(self, office: Office) -> None:
        browser = await office.at(Role.LOAN_OFFICER)

        assert (await browser.get("/login/recovery")).location == "/"
        assert (await browser.post("/login/recovery", seen_on="/me", code="x")).location == "/"


def test_the_drawing_is_the_code_with_its_quiet_edge() -> None:
    drawn = draw("otpauth://totp/Letsema:palesa")
    modules = {
        (int(x) + offset, int(y))
        for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", drawn.path)
        for offset in range(int(length))
    }
    finder = {(x, y) for x in range(7) for y in range(7) if x in {0, 6} or y in {0, 6} or (2 <= x <= 4 and 2 <= y <= 4)}

    assert {(x - 4, y - 4) for x, y in modules if x < 12 and y < 12} & {
        (x, y) for x in range(7) for y in range(7)
    } == finder
    assert min(x for x, _ in modules) == 4
    assert max(y for _, y in modules) == drawn.size - 5
