from __future__ import annotations

import pytest

from core.records.staff import Role
from tests.admin_web.conftest import Office
from tests.admin_web.world import PASSWORD


async def test_it_says_who_one_is_here(office: Office) -> None:
    page = (await (await office.at(Role.CASHIER)).get("/me")).text

    for words in ("Cashier of Khotso", "cashier@<wbr>khotso.example", "Khotso Finance", "Maseru"):
        assert words in page


async def test_the_language_changes_for_every_page(office: Office) -> None:
    browser = await office.at(Role.LOAN_OFFICER)

    answer = await browser.post("/me/language", seen_on="/me", language="st_LS")

    assert (answer.status, answer.location) == (303, "/me")
    page = (await browser.get("/queue")).text
    assert '<html lang="st-LS">' in page
    assert "Likopo" in page


@pytest.mark.parametrize("language", ["", "sot", "xx", "st_LS'--"])
async def test_a_language_that_the_portal_does_not_speak_is_refused(office: Office, language: str) -> None:
    browser = await office.at(Role.LOAN_OFFICER)

    assert (await browser.post("/me/language", seen_on="/me", language=language)).status == 422
    assert '<html lang="en">' in (await browser.get("/me")).text


async def test_every_other_session_can_be_ended(office: Office) -> None:
    here = await office.at(Role.LOAN_OFFICER)
    elsewhere = await office.arrive()
    await elsewhere.sign_in("loan_officer@khotso.example", PASSWORD)
    before = here.cookie("letsema")

    answer = await here.post("/me/sessions/end", seen_on="/me")

    assert (answer.status, answer.location) == (303, "/me")
    assert (await here.get("/queue")).status == 200
    assert here.cookie("letsema") != before
    assert (await elsewhere.get("/queue")).status == 303


@pytest.mark.parametrize("path", ["/me/language", "/me/sessions/end"])
async def test_nothing_changes_without_the_forms_token(office: Office, path: str) -> None:
    browser = await office.at(Role.LOAN_OFFICER)

    assert (await browser.post(path, seen_on="/me", language="st_LS", form_token="made-up")).status == 403
    assert (await browser.get(path)).status == 405


async def test_what_was_done_is_told_once(office: Office) -> None:
    browser = await office.at(Role.LOAN_OFFICER)
    await browser.post("/me/language", seen_on="/me", language="en")

    first, second = await browser.get("/me"), await browser.get("/me")

    assert "The language is changed." in first.text
    assert "The language is changed." not in second.text


async def test_a_notice_that_is_none_of_ours_is_not_shown(office: Office) -> None:
    browser = await office.at(Role.LOAN_OFFICER)
    session = browser.cookie("letsema")

    page = await browser.get("/me", Cookie=f"letsema={session}; letsema-notice=You+have+won")

    assert page.status == 200
    assert "won" not in page.text
