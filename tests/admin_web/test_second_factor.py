from __future__ import annotations

import pytest

from core.records.staff import Role, StaffMember
from core.totp import STEP_SECONDS, code_at
from tests.admin_web.browser import Answer, Browser
from tests.admin_web.conftest import Office
from tests.admin_web.world import PASSWORD
from tests.fixtures_postgres import MovableClock

SECRET = b"12345678901234567890"


def _code(clock: MovableClock, steps_off: int = 0) -> str:
    return code_at(SECRET, int(clock.now().timestamp()) // STEP_SECONDS + steps_off)


async def _half_way(office: Office) -> tuple[Browser, StaffMember]:
    """Somebody who has given the password and owes the code."""
    member = await office.lending.employ(Role.LOAN_OFFICER, totp_secret=SECRET)
    browser = await office.arrive()
    answer = await browser.sign_in(member.email, PASSWORD)
    assert answer.location.startswith("/login/totp")
    return browser, member


async def _give(browser: Browser, code: str, **fields: str) -> Answer:
    return await browser.post("/login/totp", seen_on="/login/totp", code=code, **fields)


async def test_nothing_opens_before_the_code(office: Office) -> None:
    browser, _ = await _half_way(office)

    assert (await browser.get("/queue")).location.startswith("/login")
    assert (await browser.get("/")).location == "/login/totp"


async def test_the_right_code_opens_the_portal_under_a_new_token(office: Office, clock: MovableClock) -> None:
    browser, _ = await _half_way(office)
    before = browser.cookie("letsema")

    answer = await _give(browser, _code(clock), next="/loans")

    assert (answer.status, answer.location) == (303, "/loans")
    assert browser.cookie("letsema") != before
    assert (await browser.get("/queue")).status == 200
    old = await (await office.arrive()).get("/queue", Cookie=f"letsema={before}")
    assert old.status == 303


@pytest.mark.parametrize("steps_off", [-1, 0, 1])
async def test_a_clock_that_is_half_a_minute_off_is_forgiven(
    office: Office, clock: MovableClock, steps_off: int
) -> None:
    browser, _ = await _half_way(office)

    assert (await _give(browser, _code(clock, steps_off))).status == 303


@pytest.mark.parametrize("code", ["", "000000", "12345", "abcdef", "１２３４５６"])
async def test_a_wrong_code_opens_nothing(office: Office, code: str) -> None:
    browser, _ = await _half_way(office)

    answer = await _give(browser, code)

    assert answer.status == 401
    assert "That is not the code shown now" in answer.text


@pytest.mark.parametrize("steps_off", [-2, 2])
async def test_an_old_or_early_code_opens_nothing(office: Office, clock: MovableClock, steps_off: int) -> None:
    browser, _ = await _half_way(office)

    assert (await _give(browser, _code(clock, steps_off))).status == 401


async def test_a_code_is_good_once(office: Office, clock: MovableClock) -> None:
    first, member = await _half_way(office)
    await _give(first, _code(clock))
    second = await office.arrive()
    await second.sign_in(member.email, PASSWORD)

    assert (await _give(second, _code(clock))).status == 401


async def test_codes_cannot_be_tried_for_ever(office: Office, clock: MovableClock) -> None:
    browser, _ = await _half_way(office)
    for _ in range(5):
        assert (await _give(browser, "000000")).status == 401

    answer = await _give(browser, _code(clock))

    assert answer.status == 429
    assert int(answer.headers["Retry-After"]) > 0


async def test_whoever_owes_no_code_is_led_on(office: Office) -> None:
    browser = await office.at(Role.LOAN_OFFICER)

    assert (await browser.get("/login/totp")).location == "/"
    assert (await _give_anyway(browser)).location == "/"


async def _give_anyway(browser: Browser) -> Answer:
    return await browser.post("/login/totp", seen_on="/me", code="000000")


class TestTheLanguage:
    async def test_the_one_chosen_at_sign_in_holds_until_the_code_is_given(self, office: Office) -> None:
        member = await office.lending.employ(Role.LOAN_OFFICER, totp_secret=SECRET)
        browser = await office.arrive()
        await browser.get("/login?language=st_LS")
        await browser.sign_in(member.email, PASSWORD)

        pages = [await browser.get("/login/totp"), await browser.get("/login/recovery"), await _give(browser, "000000")]

        assert [page.status for page in pages] == [200, 200, 401]
        assert all('<html lang="st-LS">' in page.text for page in pages)

    async def test_without_a_choice_it_is_the_one_that_the_member_keeps(self, office: Office) -> None:
        member = await office.lending.employ(Role.LOAN_OFFICER, totp_secret=SECRET, language="st_LS")
        browser = await office.arrive()
        await browser.sign_in(member.email, PASSWORD)

        assert '<html lang="st-LS">' in (await browser.get("/login/totp")).text
