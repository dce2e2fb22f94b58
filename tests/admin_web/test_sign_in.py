from __future__ import annotations

from dataclasses import replace

import pytest

from admin_web.settings import DemoSignIn, PortalSettings
from core.records.staff import Role
from tests.admin_web.browser import Browser, token_on
from tests.admin_web.conftest import Visitors
from tests.admin_web.world import PASSWORD, World


async def test_a_member_of_staff_signs_in_and_arrives_at_the_first_page_of_the_role(
    browser: Browser, world: World
) -> None:
    officer = world.employ(Role.LOAN_OFFICER)

    answer = await browser.sign_in(officer.email, PASSWORD)

    assert (answer.status, answer.location) == (303, "/queue")
    assert (await browser.get("/queue")).status == 200


@pytest.mark.parametrize(
    ("role", "home"),
    [
        (Role.LOAN_OFFICER, "/queue"),
        (Role.CASHIER, "/disbursements"),
        (Role.AUDITOR, "/queue"),
        (Role.REGULATOR, "/me"),
    ],
)
async def test_each_role_has_its_own_first_page(browser: Browser, world: World, role: Role, home: str) -> None:
    answer = await browser.sign_in(world.employ(role).email, PASSWORD)

    assert answer.location == home


@pytest.mark.parametrize("email", ["loan_officer@khotso.example", "nobody@khotso.example"])
async def test_a_wrong_password_and_an_unknown_person_read_the_same(
    visitor: Visitors, world: World, email: str
) -> None:
    world.employ(Role.LOAN_OFFICER)
    browser = await visitor()

    answer = await browser.sign_in(email, "wrong")

    assert answer.status == 401
    assert "The e-mail and the password do not belong together." in answer.text
    assert world.sessions == {}


async def test_a_refused_sign_in_keeps_the_email_and_never_the_password(browser: Browser) -> None:
    answer = await browser.sign_in("someone@khotso.example", "sekhukhuni")

    assert "someone@khotso.example" in answer.text
    assert "sekhukhuni" not in answer.text


async def test_a_branch_behind_one_address_may_all_come_to_work_at_once(visitor: Visitors, world: World) -> None:
    officer = world.employ(Role.LOAN_OFFICER)

    answers = [await (await visitor()).sign_in(officer.email, PASSWORD) for _ in range(12)]

    assert {answer.status for answer in answers} == {303}


async def test_signing_in_between_guesses_does_not_take_the_guesses_back(visitor: Visitors, world: World) -> None:
    officer = world.employ(Role.LOAN_OFFICER)
    guesses = []
    for _ in range(11):
        guesses.append((await (await visitor()).sign_in("manager@khotso.example", "wrong")).status)
        await (await visitor()).sign_in(officer.email, PASSWORD)

    assert guesses == [401] * 10 + [429]


async def test_too_many_attempts_are_told_when_to_come_back(browser: Browser, world: World) -> None:
    officer = world.employ(Role.LOAN_OFFICER)
    for _ in range(10):
        await browser.sign_in(officer.email, "wrong")

    answer = await browser.sign_in(officer.email, PASSWORD)

    assert answer.status == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 300


async def test_the_token_changes_at_sign_in_and_the_old_one_is_dead(browser: Browser, world: World) -> None:
    officer = world.employ(Role.LOAN_OFFICER)
    await browser.sign_in(officer.email, PASSWORD)
    first = browser.cookie("letsema")

    await browser.post("/login", seen_on="/queue", email=officer.email, password=PASSWORD)

    assert browser.cookie("letsema") != first
    assert len(world.sessions) == 1


async def test_signing_out_ends_the_session_on_the_server(browser: Browser, world: World) -> None:
    await browser.sign_in(world.employ(Role.LOAN_OFFICER).email, PASSWORD)
    cookie = browser.cookie("letsema")

    answer = await browser.post("/logout", seen_on="/queue")

    assert (answer.status, answer.location) == (303, "/login?language=en")
    assert answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert world.sessions == {}
    again = await browser.get("/queue", Cookie=f"letsema={cookie}")
    assert again.location == "/login?next=%2Fqueue"


async def test_fifteen_idle_minutes_end_a_session(browser: Browser, world: World) -> None:
    await browser.sign_in(world.employ(Role.LOAN_OFFICER).email, PASSWORD)
    world.clock.pass_(minutes=16)

    assert (await browser.get("/queue")).location == "/login?next=%2Fqueue"


async def test_a_shift_of_ten_hours_ends_a_session_however_busy(browser: Browser, world: World) -> None:
    await browser.sign_in(world.employ(Role.LOAN_OFFICER).email, PASSWORD)
    for _ in range(60):
        world.clock.pass_(minutes=10)
        assert (await browser.get("/queue")).status == 200
    world.clock.pass_(minutes=10)

    assert (await browser.get("/queue")).location == "/login?next=%2Fqueue"


async def test_a_member_who_is_disabled_is_out_with_the_next_request(browser: Browser, world: World) -> None:
    officer = world.employ(Role.LOAN_OFFICER)
    await browser.sign_in(officer.email, PASSWORD)
    world.plane.staff.members[officer.id] = replace(officer, disabled_at=world.clock.now())

    assert (await browser.get("/queue")).status == 303


async def test_changed_credentials_end_every_session(browser: Browser, world: World) -> None:
    officer = world.employ(Role.LOAN_OFFICER)
    await browser.sign_in(officer.email, PASSWORD)
    world.plane.staff.members[officer.id] = replace(officer, credentials_version=2)

    assert (await browser.get("/queue")).status == 303


async def test_a_form_sent_after_the_session_ended_leads_to_sign_in(browser: Browser, world: World) -> None:
    await browser.sign_in(world.employ(Role.LOAN_OFFICER).email, PASSWORD)
    page = await browser.get("/queue")
    token = token_on(page)
    world.clock.pass_(hours=1)

    answer = await browser.send("POST", "/logout", fields={"form_token": token})

    assert (answer.status, answer.location) == (303, "/login?ended=1")
    assert "Your session has ended" in (await browser.get("/login?ended=1")).text


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/loans/1234567890?page=2", "/loans/1234567890?page=2"),
        ("https://evil.example/", "/queue"),
        ("//evil.example/", "/queue"),
        ("/\\evil.example", "/queue"),
        ("/queue\r\nSet-Cookie: a=b", "/queue"),
        ("javascript:alert(1)", "/queue"),
    ],
)
async def test_sign_in_leads_back_to_a_page_of_ours_and_nowhere_else(
    browser: Browser, world: World, wanted: str, reached: str
) -> None:
    officer = world.employ(Role.LOAN_OFFICER)

    answer = await browser.post("/login", seen_on="/login", email=officer.email, password=PASSWORD, next=wanted)

    assert answer.location == reached


async def test_outside_the_demo_the_cookie_is_bound_to_host_and_https(world: World, lists: object) -> None:
    settings = PortalSettings()

    assert settings.session_cookie == "__Host-letsema"
    assert settings.secure_cookies


async def test_the_session_cookie_is_out_of_reach_for_scripts_and_other_sites(browser: Browser, world: World) -> None:
    answer = await browser.sign_in(world.employ(Role.LOAN_OFFICER).email, PASSWORD)

    attributes = {part.strip() for part in answer.headers["Set-Cookie"].split(";")[1:]}
    assert attributes == {"HttpOnly", "Path=/", "SameSite=Lax"}


async def test_only_a_hash_of_the_token_is_kept(browser: Browser, world: World) -> None:
    await browser.sign_in(world.employ(Role.LOAN_OFFICER).email, PASSWORD)

    district, _, token = browser.cookie("letsema").partition(".")
    assert district == "LS-A"
    assert len(token) == 43
    assert token.encode() not in b"".join(world.sessions)


class TestTheDemo:
    @pytest.fixture
    def settings(self) -> PortalSettings:
        person = DemoSignIn("palesa@khotso.example", PASSWORD, Role.MANAGER, "Khotso Finance")
        return PortalSettings(secure_cookies=False, demo_sign_ins=(person,))

    async def test_it_prints_its_sign_ins_and_says_that_no_second_factor_is_asked(self, browser: Browser) -> None:
        page = (await browser.get("/login")).text

        assert "palesa@khotso.example" in page
        assert "They need no second factor here" in page


async def test_outside_the_demo_no_sign_in_is_printed(browser: Browser) -> None:
    assert "made up" not in (await browser.get("/login")).text


async def test_the_sign_in_page_speaks_sesotho_when_asked(browser: Browser) -> None:
    asked_by_address = await browser.get("/login?language=st_LS")
    asked_by_browser = await browser.get("/login", **{"Accept-Language": "st-LS,en;q=0.5"})

    assert '<html lang="st-LS">' in asked_by_address.text
    assert '<html lang="st-LS">' in asked_by_browser.text


async def test_a_refused_sign_in_stays_in_the_language_that_was_chosen(browser: Browser) -> None:
    await browser.get("/login?language=st_LS")

    refused = await browser.sign_in("someone@khotso.example", "wrong")

    assert refused.status == 401
    assert '<html lang="st-LS">' in refused.text


async def test_a_language_that_the_portal_does_not_speak_is_not_kept(browser: Browser) -> None:
    await browser.get("/login?language=st_LS")
    await browser.get("/login?language=de")

    assert '<html lang="st-LS">' in (await browser.get("/login")).text


async def test_after_signing_out_the_portal_still_speaks_the_member_s_language(browser: Browser, world: World) -> None:
    await browser.sign_in(world.employ(Role.LOAN_OFFICER, language="st_LS").email, PASSWORD)

    out = await browser.post("/logout", seen_on="/queue")

    assert '<html lang="st-LS">' in (await browser.get(out.location)).text
