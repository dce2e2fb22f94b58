from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from core.credit.checks import STANDARD_CHECKS, ProductChecks
from core.money import Money
from core.records.application import Application, ApplicationStatus
from core.records.borrower import ConsentKind
from core.records.loan import Loan
from core.records.staff import Role
from tests.admin_web.browser import Answer, Browser
from tests.admin_web.conftest import Office
from tests.admin_web.world import BUSINESS_ON, KHOTSO, MOHLOLI, product
from tests.fixtures_postgres import MovableClock

OFFICER, ANALYST, MANAGER = Role.LOAN_OFFICER, Role.CREDIT_ANALYST, Role.MANAGER


async def _send(browser: Browser, application: Application, verb: str, **fields: str) -> Answer:
    """Send the form of a step as its page gave it."""
    path = f"/applications/{application.reference}/{verb}"
    page = (await browser.get(path)).text
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.split("<main")[1]))
    amount = re.search(r'name="amount"[^>]*value="([^"]*)"', page)
    typed = {"amount": amount[1]} if amount and "amount" not in hidden else {}
    return await browser.send("POST", path, fields={**typed, **hidden, **fields})


async def _now(office: Office, application: Application) -> Application:
    return await office.lending.stored(application.reference)


async def _loan(office: Office, application: Application) -> Loan | None:
    async with office.lending.engine.record.unit(application.district) as unit:
        return await unit.loans.of_application(application.id)


def _buttons(page: str) -> Sequence[str]:
    """The steps that the decision box offers as links."""
    return re.findall(r'<a class="button[^"]*" href="/applications/\d+/(recommend|approve|return|reject)">', page)


class TestThePage:
    async def test_it_shows_who_how_much_and_the_advice_with_its_reasons(self, office: Office) -> None:
        application = await office.lending.application(amount=Money.of(9_000), net_pay=Money.of(4_000))
        page = (await (await office.at(OFFICER)).get(f"/applications/{application.reference}")).text

        assert "Palesa Mokoena" in page
        assert "M9,000.00" in page
        assert (
            "No: instalments take 41.5% of the monthly income; the product allows 33.3%. M7,200.00 would pass." in page
        )
        assert "High means that the whole amount is more than a third" in page
        assert "Everyone starts here." in page
        assert "card 2026-11" in page
        assert "Effective annual rate" in page

    async def test_the_points_shown_add_up_to_the_score(self, office: Office) -> None:
        application = await office.lending.application()
        page = (await (await office.at(OFFICER)).get(f"/applications/{application.reference}")).text

        table = page.split('<table class="factors">')[1].split("</table>")[0]
        *points, score = [
            int(text.replace("\N{MINUS SIGN}", "-")) for text in re.findall(r'class="number[^"]*">([^<]+)</td>', table)
        ]
        assert sum(points) == score

    async def test_the_national_id_and_the_phone_are_masked(self, office: Office) -> None:
        phone = await office.lending.borrower(national_id="199005171234")
        application = await office.lending.application(phone)

        page = (await (await office.at(OFFICER)).get(f"/applications/{application.reference}")).text

        assert "199005171234" not in page
        assert "••••••••1234" in page
        assert phone.e164 not in page
        assert phone.masked in page

    async def test_history_elsewhere_is_shown_only_with_consent(self, office: Office) -> None:
        sharing = await office.lending.application()
        needed = (ConsentKind.KEEP_DATA, ConsentKind.CREDIT_CHECK)
        private = await office.lending.application(await office.lending.borrower(consents=needed))
        unlooked = await office.lending.application(await office.lending.borrower(consents=()))
        browser = await office.at(OFFICER)

        assert "Live loans at other lenders" in (await browser.get(f"/applications/{sharing.reference}")).text
        assert "has not agreed to share" in (await browser.get(f"/applications/{private.reference}")).text
        assert "has not agreed to a credit check" in (await browser.get(f"/applications/{unlooked.reference}")).text

    async def test_a_decided_application_shows_the_score_that_was_decided_on(self, office: Office) -> None:
        application = await office.lending.application()
        officer = await office.at(OFFICER)
        await _send(officer, application, "reject", reason="outside_policy")

        page = (await officer.get(f"/applications/{application.reference}")).text

        assert f"as it was decided on {BUSINESS_ON.day} Nov {BUSINESS_ON.year}" in page
        assert "Outside our lending policy" in page

    async def test_the_steps_taken_are_listed_with_who_took_them(self, office: Office) -> None:
        application = await office.lending.recommended()

        page = (await (await office.at(ANALYST)).get(f"/applications/{application.reference}")).text

        assert "Loan Officer of Khotso, Loan officer" in page
        assert "by the borrower" in page


class TestTheDecisionBox:
    @pytest.mark.parametrize(
        ("role", "offered"),
        [
            (OFFICER, ["recommend", "return", "reject"]),
            (ANALYST, ["recommend", "return", "reject"]),
            (Role.AUDITOR, []),
            (Role.MFI_ADMIN, []),
        ],
    )
    async def test_a_new_application_offers_the_first_steps(
        self, office: Office, role: Role, offered: list[str]
    ) -> None:
        application = await office.lending.application()

        page = (await (await office.at(role)).get(f"/applications/{application.reference}")).text

        assert _buttons(page) == offered

    async def test_whoever_recommended_is_told_why_they_cannot_approve(self, office: Office) -> None:
        application = await office.lending.application()
        analyst = await office.at(ANALYST)
        await _send(analyst, application, "recommend")

        page = (await analyst.get(f"/applications/{application.reference}")).text

        assert "You recommended it, so somebody else approves it." in page
        assert "approve" not in _buttons(page)

    async def test_above_limit_1_the_second_approval_is_the_managers(self, office: Office) -> None:
        application = await office.lending.recommended(amount=Money.of(8_000), net_pay=Money.of(20_000))
        analyst, manager = await office.at(ANALYST), await office.at(MANAGER)
        await _send(analyst, application, "approve")

        assert "You gave the first approval" in (await analyst.get(f"/applications/{application.reference}")).text
        assert "approve" in _buttons((await manager.get(f"/applications/{application.reference}")).text)

    async def test_nothing_is_offered_once_it_is_decided(self, office: Office) -> None:
        application = await office.lending.application()
        officer = await office.at(OFFICER)
        await _send(officer, application, "reject", reason="outside_policy")

        assert _buttons((await officer.get(f"/applications/{application.reference}")).text) == []


class TestRecommending:
    async def test_what_nobody_can_see_is_not_kept_in_a_note(self, office: Office) -> None:
        application = await office.lending.application()

        answer = await _send(
            await office.at(OFFICER), application, "recommend", amount="1000", note="Pays\x00 \u202ewell.\r\nTwice."
        )

        async with office.lending.engine.record.unit(application.district) as unit:
            steps = await unit.applications.transitions(application.id)
        assert answer.status == 303
        assert steps[-1].note == "Pays well.\nTwice."

    async def test_it_is_kept_with_amount_and_note(self, office: Office) -> None:
        application = await office.lending.application()

        answer = await _send(await office.at(OFFICER), application, "recommend", amount="2,500.00", note="Steady pay.")

        assert (answer.status, answer.location) == (303, f"/applications/{application.reference}")
        stored = await _now(office, application)
        assert stored.status is ApplicationStatus.IN_REVIEW
        assert stored.recommended_amount == Money.of(2_500)
        page = (await (await office.at(OFFICER)).get(answer.location)).text
        assert "Steady pay." in page
        assert "Your recommendation is recorded." in page

    @pytest.mark.parametrize("amount", ["", "1e3", "3000.01"])
    async def test_an_amount_that_cannot_be_is_asked_again_with_what_was_typed(
        self, office: Office, amount: str
    ) -> None:
        application = await office.lending.application(amount=Money.of(3_000))

        answer = await _send(await office.at(OFFICER), application, "recommend", amount=amount, note="Kept.")

        assert answer.status == 422
        assert 'href="#field-amount"' in answer.text
        assert "Kept." in answer.text
        assert (await _now(office, application)).status is ApplicationStatus.SUBMITTED

    async def test_a_note_that_is_too_long_is_refused(self, office: Office) -> None:
        application = await office.lending.application()

        answer = await _send(await office.at(OFFICER), application, "recommend", note="x" * 1_001)

        assert answer.status == 422
        assert 'href="#field-note"' in answer.text


class TestApproving:
    async def test_up_to_limit_1_one_approval_makes_the_offer(self, office: Office) -> None:
        application = await office.lending.recommended(amount=Money.of(3_000))

        answer = await _send(await office.at(ANALYST), application, "approve")

        assert answer.status == 303
        assert (await _now(office, application)).status is ApplicationStatus.APPROVED
        loan = await _loan(office, application)
        assert loan is not None
        assert loan.principal == Money.of(3_000)

    async def test_above_limit_1_it_takes_two_people(self, office: Office) -> None:
        application = await office.lending.recommended(amount=Money.of(8_000), net_pay=Money.of(20_000))

        first = await _send(await office.at(ANALYST), application, "approve")
        between = await _now(office, application)
        second = await _send(await office.at(MANAGER), between, "approve")

        assert (first.status, second.status) == (303, 303)
        assert between.status is ApplicationStatus.AWAITING_SECOND_APPROVAL
        assert (await _now(office, application)).status is ApplicationStatus.APPROVED

    async def test_the_same_person_cannot_give_both_approvals(self, office: Office) -> None:
        application = await office.lending.recommended(amount=Money.of(8_000), net_pay=Money.of(20_000))
        analyst = await office.at(ANALYST)
        await _send(analyst, application, "approve")

        again = await _send(analyst, application, "approve")

        assert again.status == 409
        assert "You did the step before this one." in again.text

    async def test_the_review_shows_the_offer_of_another_amount_and_approves_exactly_that(self, office: Office) -> None:
        application = await office.lending.recommended(amount=Money.of(3_000))
        analyst = await office.at(ANALYST)
        path = f"/applications/{application.reference}/approve"

        review = await analyst.get(f"{path}?amount=2000&periods=3")
        answer = await analyst.post(path, seen_on=f"{path}?amount=2000&periods=3", **_hidden(review))

        assert "Approve M2,000.00 over 3 months" in review.text
        assert answer.status == 303
        stored = await _now(office, application)
        assert (stored.approved_amount, stored.approved_periods) == (Money.of(2_000), 3)

    async def test_the_review_says_one_month_and_not_one_months(self, office: Office) -> None:
        application = await office.lending.recommended(amount=Money.of(3_000), net_pay=Money.of(20_000))

        review = await (await office.at(ANALYST)).get(f"/applications/{application.reference}/approve?periods=1")

        assert "Approve M3,000.00 over 1 month\n" in review.text

    @pytest.mark.parametrize(
        ("query", "field"), [("amount=3001", "amount"), ("amount=x", "amount"), ("periods=7", "periods")]
    )
    async def test_the_review_refuses_what_could_not_be_approved(self, office: Office, query: str, field: str) -> None:
        application = await office.lending.recommended(amount=Money.of(3_000))

        review = await (await office.at(ANALYST)).get(f"/applications/{application.reference}/approve?{query}")

        assert review.status == 422
        assert f'href="#field-{field}"' in review.text
        assert "Approve M3,000.00 over 6 months" in review.text

    async def test_the_form_cannot_raise_the_amount(self, office: Office) -> None:
        application = await office.lending.recommended(amount=Money.of(3_000))

        answer = await _send(await office.at(ANALYST), application, "approve", amount="4000")

        assert answer.status == 422
        assert (await _now(office, application)).status is ApplicationStatus.IN_REVIEW

    async def test_a_second_click_approves_once(self, office: Office) -> None:
        application = await office.lending.recommended()
        analyst = await office.at(ANALYST)
        path = f"/applications/{application.reference}/approve"
        fields = _hidden(await analyst.get(path)) | {"note": ""}

        first = await analyst.send("POST", path, fields=fields)
        second = await analyst.send("POST", path, fields=fields)

        assert (first.status, second.status) == (303, 303)
        steps = await _steps(office, application)
        assert steps.count(ApplicationStatus.APPROVED) == 1

    async def test_the_same_key_with_another_amount_is_refused(self, office: Office) -> None:
        application = await office.lending.recommended()
        analyst = await office.at(ANALYST)
        path = f"/applications/{application.reference}/approve"
        fields = _hidden(await analyst.get(path)) | {"note": ""}
        await analyst.send("POST", path, fields=fields)

        again = await analyst.send("POST", path, fields=fields | {"amount": "1000"})

        assert again.status == 409
        assert "sent before with other content" in again.text


async def _weighed(office: Office, **changes: Any) -> Application:
    """An application for a product of which every check is on."""
    await office.lending.engine.record.add_product(replace(product(KHOTSO), version=2, checks=STANDARD_CHECKS))
    return await office.lending.application(product_version=2, **changes)


def _main(answer: Answer) -> str:
    """What the page says, a space for each tag and break."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text.split("<main")[1]).split())


class TestChecks:
    async def test_each_check_that_fails_says_its_figure_and_its_limit(self, office: Office) -> None:
        application = await _weighed(office, amount=Money.of(9_000), net_pay=Money.of(4_000))

        page = _main(await (await office.at(OFFICER)).get(f"/applications/{application.reference}"))

        assert "Block Can the borrower carry it? Instalments would take 41.5% of the monthly income" in page
        assert "Warning A third of a month's income The amount is M9,000.00; a third of one month's" in page.replace(
            "&#39;", "'"
        )
        assert "only these may approve in spite of it, with a reason: Manager." in page

    async def test_where_none_fails_the_page_says_so(self, office: Office) -> None:
        application = await _weighed(office, amount=Money.of(1_000), net_pay=Money.of(8_000))
        officer = await office.at(OFFICER)

        assert "No check of this product fails." in _main(await officer.get(f"/applications/{application.reference}"))
        assert "may stay empty" in (await officer.get(f"/applications/{application.reference}/recommend")).text

    async def test_an_income_unlike_the_last_one_asks_for_a_proof(self, office: Office, clock: MovableClock) -> None:
        phone = await office.lending.borrower()
        await office.lending.application(phone, mfi_id=MOHLOLI, net_pay=Money.of(5_000))
        clock.move(minutes=1)
        application = await _weighed(office, phone=phone, amount=Money.of(1_000), net_pay=Money.of(9_000))

        page = _main(await (await office.at(OFFICER)).get(f"/applications/{application.reference}"))

        assert "The stated income is 80.0% away from the one stated before; the product allows 30.0%." in page
        assert "Ask for a payslip or another proof." in page

    async def test_a_warning_takes_a_note_and_keeps_the_figures_that_were_reviewed(self, office: Office) -> None:
        application = await _weighed(office, amount=Money.of(3_000))
        await _send(await office.at(OFFICER), application, "recommend", note="Known for years.")
        analyst = await office.at(ANALYST)
        path = f"/applications/{application.reference}/approve"
        review = await analyst.get(f"{path}?amount=2500&periods=6")

        silent = await analyst.post(path, seen_on=f"{path}?amount=2500&periods=6", **_hidden(review))

        assert "Why approve in spite of this?" in review.text
        assert silent.status == 422
        assert "Say in the note why it goes on in spite of it." in silent.text
        assert "Approve M2,500.00 over 6 months" in silent.text
        assert (await _now(office, application)).status is ApplicationStatus.IN_REVIEW

    async def test_a_block_offers_no_button_but_to_those_who_may(self, office: Office) -> None:
        application = await _weighed(office, amount=Money.of(9_000), net_pay=Money.of(4_000))
        await _send(await office.at(OFFICER), application, "recommend", note="Put to the manager.")
        path = f"/applications/{application.reference}/approve"
        analyst, manager = await office.at(ANALYST), await office.at(MANAGER)
        barred = await analyst.get(path)

        refused = await analyst.post(path, seen_on=path, **_hidden(barred), note="I would.")

        assert "Approve M9,000.00" not in barred.text
        assert "Approve M9,000.00" in (await manager.get(path)).text
        assert refused.status == 403
        assert "Your role may not decide in spite of it." in refused.text
        assert (await _now(office, application)).status is ApplicationStatus.IN_REVIEW

    async def test_who_went_on_in_spite_of_what_and_why_stands_on_the_page(self, office: Office) -> None:
        application = await _weighed(office, amount=Money.of(3_000), net_pay=Money.of(6_000))
        await _send(await office.at(OFFICER), application, "recommend", note="Known for years.")
        await _send(await office.at(ANALYST), application, "approve", note="Owns her house.")
        await office.lending.engine.record.add_product(replace(product(KHOTSO), version=3, checks=ProductChecks()))

        page = _main(await (await office.at(OFFICER)).get(f"/applications/{application.reference}"))
        told = page.split("Steps taken in spite of checks")[1].split("of 300 to 850")[0]

        assert "Recommended" in told
        assert "Loan Officer of Khotso, Loan officer" in told
        assert "Known for years." in told
        assert "Credit Analyst of Khotso, Credit analyst" in told
        assert "The amount is M3,000.00" in told
        assert "Owns her house." in told

    async def test_a_decided_application_shows_other_lenders_as_they_were_then(self, office: Office) -> None:
        phone = await office.lending.borrower()
        application = await office.lending.application(phone)
        officer = await office.at(OFFICER)
        await _send(officer, application, "reject", reason="outside_policy")
        await office.lending.offered(phone=phone, mfi_id=MOHLOLI)

        page = _main(await officer.get(f"/applications/{application.reference}"))

        assert "Live loans at other lenders 0 " in page


class TestRejecting:
    async def test_it_needs_a_reason(self, office: Office) -> None:
        application = await office.lending.application()

        answer = await _send(await office.at(OFFICER), application, "reject")

        assert answer.status == 422
        assert "Choose one." in answer.text
        assert (await _now(office, application)).status is ApplicationStatus.SUBMITTED

    async def test_a_reason_that_is_none_of_ours_is_refused(self, office: Office) -> None:
        application = await office.lending.application()

        answer = await _send(await office.at(OFFICER), application, "reject", reason="because")

        assert answer.status == 422

    async def test_it_is_kept_with_its_reason(self, office: Office) -> None:
        application = await office.lending.application()

        answer = await _send(await office.at(OFFICER), application, "reject", reason="too_many_loans")

        assert answer.status == 303
        stored = await _now(office, application)
        assert (stored.status, stored.reason_code) == (ApplicationStatus.REJECTED, "too_many_loans")

    async def test_fields_that_no_form_has_change_nothing(self, office: Office) -> None:
        application = await office.lending.application()

        await _send(
            await office.at(OFFICER),
            application,
            "reject",
            reason="affordability",
            status="approved",
            mfi_id="2",
            role="manager",
            approved_amount="9000",
            interest="0",
        )

        stored = await _now(office, application)
        assert stored.status is ApplicationStatus.REJECTED
        assert stored.mfi_id == application.mfi_id
        assert stored.approved_amount is None


class TestReturning:
    async def test_it_is_kept_with_what_is_needed(self, office: Office) -> None:
        application = await office.lending.recommended()

        answer = await _send(await office.at(OFFICER), application, "return", reason="bring_payslip")

        assert answer.status == 303
        stored = await _now(office, application)
        assert (stored.status, stored.reason_code) == (ApplicationStatus.RETURNED, "bring_payslip")
        assert stored.recommended_by is None


class TestCheckingIdentity:
    async def test_it_is_noted_with_who_did_it_and_how(self, office: Office) -> None:
        application = await office.lending.application()
        officer = await office.at(OFFICER)

        answer = await _send(officer, application, "identity", method="saw_national_id", note="Card, both sides.")

        assert answer.status == 303
        page = (await officer.get(answer.location)).text
        assert "Saw the national ID card" in page
        assert "Loan Officer of Khotso" in page
        assert "Card, both sides." in page

    async def test_it_needs_a_method(self, office: Office) -> None:
        application = await office.lending.application()

        answer = await _send(await office.at(OFFICER), application, "identity", method="guessed")

        assert answer.status == 422
        assert 'href="#field-method"' in answer.text


STEPS = [
    ("recommend", OFFICER, {}),
    ("approve", ANALYST, {}),
    ("reject", OFFICER, {"reason": "outside_policy"}),
    ("return", OFFICER, {"reason": "bring_payslip"}),
]


@pytest.mark.parametrize(("verb", "role", "fields"), STEPS)
async def test_a_step_on_a_page_that_is_out_of_date_is_not_taken(
    office: Office, verb: str, role: Role, fields: dict[str, str]
) -> None:
    application = await office.lending.recommended()

    answer = await _send(await office.at(role), application, verb, **fields, seen_version="1")

    assert answer.status == 409
    assert "The application changed since you opened the page." in answer.text
    assert f'href="/applications/{application.reference}"' in answer.text
    assert (await _now(office, application)).version == application.version


@pytest.mark.parametrize(("verb", "role", "fields"), [*STEPS, ("identity", OFFICER, {"method": "saw_passport"})])
async def test_a_step_without_the_forms_token_is_not_taken(
    office: Office, verb: str, role: Role, fields: dict[str, str]
) -> None:
    application = await office.lending.recommended()

    answer = await _send(await office.at(role), application, verb, **fields, form_token="made-up")

    assert answer.status == 403
    assert (await _now(office, application)).version == application.version


@pytest.mark.parametrize("verb", ["recommend", "approve", "reject", "return", "identity"])
async def test_a_step_takes_get_and_post_alone(office: Office, verb: str) -> None:
    application = await office.lending.application()

    answer = await (await office.at(ANALYST)).send("PUT", f"/applications/{application.reference}/{verb}")

    assert answer.status == 405


@pytest.mark.parametrize(("verb", "role", "fields"), [STEPS[0], STEPS[2], STEPS[3]])
async def test_a_step_sent_twice_is_taken_once(office: Office, verb: str, role: Role, fields: dict[str, str]) -> None:
    application = await office.lending.application()
    browser = await office.at(role)
    path = f"/applications/{application.reference}/{verb}"
    sent = _hidden(await browser.get(path)) | {"amount": "3000", "note": "", **fields}

    first = await browser.send("POST", path, fields=sent)
    second = await browser.send("POST", path, fields=sent)

    assert (first.status, second.status) == (303, 303)
    assert (await _now(office, application)).version == application.version + 1


def _hidden(page: Answer) -> dict[str, str]:
    """The hidden fields of the form that acts: the last one of the page."""
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text.split("<main")[1]))


async def _steps(office: Office, application: Application) -> Sequence[str]:
    async with office.lending.engine.record.unit(application.district) as unit:
        return [step.to_status for step in await unit.applications.transitions(application.id)]
