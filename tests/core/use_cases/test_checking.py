"""A product's checks at the decision: what fails is seen, the right role goes on with a reason, and it is kept."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from core.credit.checks import STANDARD_CHECKS, Check, CheckLimits, Finding, ProductChecks, Severity
from core.credit.exposure import Exposure, SharingLevel
from core.errors import DomainError
from core.money import Money
from core.phones import PhoneNumber
from core.records.application import Application, ApplicationStatus, ScoreKept
from core.records.borrower import ConsentKind
from core.records.catalogue import Mfi, ProductVersion
from core.records.staff import Actor, NotAllowed, Role
from core.records.transition import Transition
from core.references import Reference
from core.use_cases.assessing import Assessment
from core.use_cases.callers import registered
from core.use_cases.deciding import Approve, Recommend, approve, recommend
from core.use_cases.decision import deciding
from core.use_cases.overriding import OverrideNotAllowed, OverrideReasonNeeded
from core.use_cases.reviewing import application_file, preview
from tests.core.use_cases.lending import HOME, Lending, key, new_phone
from tests.fixtures_postgres import MovableClock

TOO_LITTLE = "900"
"""A month's pay of which the instalment of M1,000 over three months (M353.53) is 39.3 %."""


@dataclass
class Desk:
    """One lender's people and product, at which applications are decided."""

    lending: Lending
    mfi: Mfi
    product: ProductVersion

    def actor(self, role: Role) -> Actor:
        return Actor(uuid4(), HOME, self.mfi.id, role.title(), frozenset({role}))

    async def apply(self, phone: PhoneNumber, *, net_pay: str = "6000", amount: str = "1000") -> Reference:
        submission = await self.lending.apply(phone, product=self.product, net_pay=net_pay, amount=amount)
        assert submission.reason is None
        return submission.reference

    async def recommend(self, reference: Reference, note: str = "") -> Application:
        seen = await self.lending.application(reference)
        command = Recommend(reference, seen.amount, note, seen.version, key())
        return await recommend(self.lending.engine, self.actor(Role.LOAN_OFFICER), command)

    async def approve(
        self, reference: Reference, role: Role = Role.MANAGER, note: str = "", amount: str = "1000"
    ) -> Application:
        seen = await self.lending.application(reference)
        command = Approve(reference, Money.of(amount), 3, note, seen.version, key())
        return await approve(self.lending.engine, self.actor(role), command)

    async def advice(self, reference: Reference) -> Assessment:
        return (await application_file(self.lending.engine, self.actor(Role.LOAN_OFFICER), reference)).assessment


async def desk(lending: Lending, checks: ProductChecks, *, other: bool = False) -> Desk:
    """The desk of a lender whose product has these checks, in a version of its own."""
    product = lending.other_product if other else lending.product
    product = replace(product, version=2, checks=checks)
    await lending.engine.record.add_product(product)
    return Desk(lending, lending.other_mfi if other else lending.mfi, product)


def one(check: Check, severity: Severity, **limits: Any) -> ProductChecks:
    return ProductChecks({check: severity}, CheckLimits(**limits))


async def kept(lending: Lending, reference: Reference) -> tuple[Sequence[ScoreKept], Sequence[Transition]]:
    application = await lending.application(reference)
    async with lending.engine.record.unit(application.district) as unit:
        return await unit.applications.scores(application.id), await unit.applications.transitions(application.id)


async def audited(database_url: str, reference: Reference) -> list[Mapping[str, Any]]:
    connection = await asyncpg.connect(database_url)
    try:
        rows = await connection.fetch(
            "select actor_name, details from record.audit_entries "
            "where action = 'application.check_overridden' and subject = $1",
            reference.digits,
        )
    finally:
        await connection.close()
    return [{"by": row["actor_name"], **json.loads(row["details"])} for row in rows]


class TestABlock:
    async def test_more_than_the_borrower_can_carry_is_not_approved_without_the_right(self, lending: Lending) -> None:
        here = await desk(lending, ProductChecks())
        reference = await here.apply(await lending.borrower(), net_pay=TOO_LITTLE)
        await here.recommend(reference, "Her brother pays half.")

        with pytest.raises(OverrideNotAllowed) as refused:
            await here.approve(reference, Role.CREDIT_ANALYST, "I trust her.")

        assert isinstance(refused.value, NotAllowed)
        assert "affordability (0.3928" in refused.value.message
        assert (await lending.application(reference)).status is ApplicationStatus.IN_REVIEW

    async def test_a_manager_approves_in_spite_of_it_only_with_a_reason(self, lending: Lending) -> None:
        here = await desk(lending, ProductChecks())
        reference = await here.apply(await lending.borrower(), net_pay=TOO_LITTLE)
        await here.recommend(reference, "Her brother pays half.")

        with pytest.raises(OverrideReasonNeeded) as refused:
            await here.approve(reference, note="  ")

        assert refused.value.field == "note"
        approved = await here.approve(reference, note="The brother signs too.")
        assert approved.status is ApplicationStatus.APPROVED

    async def test_who_overrode_which_check_at_which_figure_and_why_is_kept(
        self, lending: Lending, database_url: str
    ) -> None:
        here = await desk(lending, ProductChecks())
        reference = await here.apply(await lending.borrower(), net_pay=TOO_LITTLE)
        await here.recommend(reference, "Her brother pays half.")
        await here.approve(reference, note="The brother signs too.")

        scores, steps = await kept(lending, reference)
        last = scores[-1]
        step = next(step for step in steps if step.n == last.transition_n)
        (finding,) = (Finding.from_json(found) for found in last.findings)

        assert (finding.check, finding.severity) == (Check.AFFORDABILITY, Severity.BLOCK)
        assert (Decimal(finding.saw), Decimal(finding.limit)) == (Decimal("0.3928"), Decimal(1) / 3)
        assert (step.actor_name, step.reason_code, step.note) == ("Manager", "approved", "The brother signs too.")
        (line,) = await audited(database_url, reference)
        assert (line["by"], line["check"], line["saw"]) == ("Manager", "affordability", "0.3928")

    async def test_a_lower_amount_that_passes_needs_nobodys_right(self, lending: Lending) -> None:
        here = await desk(lending, ProductChecks())
        reference = await here.apply(await lending.borrower(), net_pay=TOO_LITTLE)
        await here.recommend(reference, "Lower it.")
        passing = (await here.advice(reference)).affordability.passing_amount

        approved = await here.approve(reference, Role.CREDIT_ANALYST, amount=passing.plain)

        scores, _ = await kept(lending, reference)
        assert approved.approved_amount == passing == Money.of("800")
        assert scores[-1].findings == ()

    async def test_the_preview_weighs_the_amount_that_it_shows(self, lending: Lending) -> None:
        here = await desk(lending, ProductChecks())
        reference = await here.apply(await lending.borrower(), net_pay=TOO_LITTLE)
        manager = here.actor(Role.MANAGER)

        asked = await preview(lending.engine, manager, reference, Money.of("1000"), 3)
        lower = await preview(lending.engine, manager, reference, Money.of("800"), 3)

        assert [finding.check for finding in asked.assessment.findings] == [Check.AFFORDABILITY]
        assert lower.assessment.findings == ()


class TestAWarning:
    async def test_it_takes_a_note_to_recommend_and_to_approve(self, lending: Lending) -> None:
        here = await desk(lending, one(Check.ONE_THIRD, Severity.WARN))
        reference = await here.apply(await lending.borrower(), net_pay="2999.97")

        with pytest.raises(OverrideReasonNeeded):
            await here.recommend(reference)
        await here.recommend(reference, "Paid three loans before.")
        with pytest.raises(OverrideReasonNeeded):
            await here.approve(reference, Role.CREDIT_ANALYST)
        approved = await here.approve(reference, Role.CREDIT_ANALYST, "So do I think.")

        assert approved.status is ApplicationStatus.APPROVED
        scores, _ = await kept(lending, reference)
        assert [len(score.findings) for score in scores] == [1, 1, 1]
        assert scores[-1].findings[0]["saw"] == "1000.00"

    async def test_at_the_limit_nothing_is_asked(self, lending: Lending) -> None:
        here = await desk(lending, one(Check.ONE_THIRD, Severity.WARN))
        reference = await here.apply(await lending.borrower(), net_pay="3000")
        await here.recommend(reference)

        assert (await here.approve(reference, Role.CREDIT_ANALYST)).status is ApplicationStatus.APPROVED

    async def test_both_approvals_above_limit_1_are_checked_and_kept(self, lending: Lending) -> None:
        here = await desk(lending, one(Check.ONE_THIRD, Severity.WARN))
        reference = await here.apply(await lending.borrower(), net_pay="17000", amount="6000")
        await here.recommend(reference, "Steady.")

        await here.approve(reference, Role.CREDIT_ANALYST, "First.", amount="6000")
        with pytest.raises(OverrideReasonNeeded):
            await here.approve(reference, amount="6000")
        await here.approve(reference, note="Second.", amount="6000")

        scores, steps = await kept(lending, reference)
        assert [step.note for step in steps] == ["", "Steady.", "First.", "Second."]
        assert [score.transition_n for score in scores] == [1, 2, 3, 4]

    @pytest.mark.parametrize(("net_pay", "change"), [("6501", "0.3002"), ("3499", "0.3002")])
    async def test_an_income_unlike_the_last_one_is_seen_either_way(
        self, lending: Lending, clock: MovableClock, net_pay: str, change: str
    ) -> None:
        here = await desk(lending, one(Check.INCOME_MISMATCH, Severity.WARN))
        there = await desk(lending, ProductChecks(), other=True)
        phone = await lending.borrower()
        await there.apply(phone, net_pay="5000")
        clock.move(minutes=1)

        advice = await here.advice(await here.apply(phone, net_pay=net_pay))

        assert [(found.check, found.saw, found.limit) for found in advice.findings] == [
            (Check.INCOME_MISMATCH, change, "0.30")
        ]


class TestOtherLenders:
    async def test_an_offer_elsewhere_counts_in_loans_band_and_instalments(
        self, lending: Lending, clock: MovableClock
    ) -> None:
        here, there = await desk(lending, STANDARD_CHECKS), await desk(lending, ProductChecks(), other=True)
        phone = await lending.borrower()
        elsewhere = await there.apply(phone)
        await there.recommend(elsewhere)
        await there.approve(elsewhere)
        clock.move(minutes=1)

        advice = await here.advice(await here.apply(phone))

        assert advice.exposure == Exposure(1, "up_to_5000", 0, 1)
        assert advice.affordability.existing_instalments == advice.affordability.new_instalment
        assert advice.score.inputs.live_loans_elsewhere == 1

    @pytest.mark.parametrize(
        ("consents", "level"),
        [
            ((ConsentKind.KEEP_DATA, ConsentKind.CREDIT_CHECK), SharingLevel.LIMITED),
            ((ConsentKind.KEEP_DATA, ConsentKind.SHARE_HISTORY), SharingLevel.NONE),
            ((ConsentKind.KEEP_DATA,), SharingLevel.NONE),
        ],
    )
    async def test_without_consent_nothing_of_them_is_read(
        self, lending: Lending, clock: MovableClock, consents: tuple[ConsentKind, ...], level: SharingLevel
    ) -> None:
        here, there = await desk(lending, STANDARD_CHECKS), await desk(lending, ProductChecks(), other=True)
        phone = new_phone()
        await lending.register(phone, consents=consents)
        elsewhere = await there.apply(phone, net_pay="30000")
        await there.recommend(elsewhere)
        await there.approve(elsewhere)
        clock.move(minutes=1)

        advice = await here.advice(await here.apply(phone))

        assert (advice.sharing, advice.exposure, advice.income_change) == (level, None, None)
        assert advice.affordability.existing_instalments == Money(0)
        assert advice.score.inputs.live_loans_elsewhere is None
        assert advice.findings == ()

    async def test_without_a_credit_check_no_history_is_scored_but_what_is_owed_here_counts(
        self, lending: Lending
    ) -> None:
        phone = await lending.borrower()
        loan = await lending.active_loan(phone)
        _, rows = await lending.books(loan)
        await lending.close(rows[0].due_on + timedelta(days=3))
        reference = (await lending.apply(phone)).reference
        await take_back(lending, phone, ConsentKind.CREDIT_CHECK)

        advice = (await application_file(lending.engine, lending.officer, reference)).assessment

        assert advice.sharing is SharingLevel.NONE
        assert advice.score.inputs.instalments_due == 0
        assert advice.affordability.existing_instalments == rows[0].total

    async def test_a_consent_taken_back_before_the_decision_is_not_used_in_it(
        self, lending: Lending, clock: MovableClock
    ) -> None:
        here = await desk(lending, one(Check.LIVE_LOANS_ELSEWHERE, Severity.BLOCK, live_loans_elsewhere=0))
        there = await desk(lending, ProductChecks(), other=True)
        phone = await lending.borrower()
        elsewhere = await there.apply(phone)
        await there.recommend(elsewhere)
        await there.approve(elsewhere)
        clock.move(minutes=1)
        reference = await here.apply(phone)
        await here.recommend(reference, "One small loan.")
        await take_back(lending, phone, ConsentKind.SHARE_HISTORY)

        await here.approve(reference, Role.CREDIT_ANALYST)

        scores, _ = await kept(lending, reference)
        assert [(score.sharing, score.exposure is None) for score in scores] == [
            ("full", False),
            ("full", False),
            ("limited", True),
        ]

    async def test_two_lenders_that_decide_at_once_do_not_both_miss_the_other(self, lending: Lending) -> None:
        alone = one(Check.LIVE_LOANS_ELSEWHERE, Severity.BLOCK, live_loans_elsewhere=0)
        desks = [await desk(lending, alone), await desk(lending, alone, other=True)]
        phone = await lending.borrower()
        references = [await where.apply(phone) for where in desks]
        for where, reference in zip(desks, references, strict=True):
            await where.recommend(reference)

        outcomes = await asyncio.gather(
            *(
                where.approve(reference, Role.CREDIT_ANALYST)
                for where, reference in zip(desks, references, strict=True)
            ),
            return_exceptions=True,
        )

        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Application", "OverrideNotAllowed"]

    async def test_a_decision_waits_for_the_one_that_holds_the_borrower(self, lending: Lending) -> None:
        alone = one(Check.LIVE_LOANS_ELSEWHERE, Severity.BLOCK, live_loans_elsewhere=0)
        here, there = await desk(lending, alone), await desk(lending, alone, other=True)
        phone = await lending.borrower()
        mine, theirs = await here.apply(phone), await there.apply(phone)
        for where, reference in ((here, mine), (there, theirs)):
            await where.recommend(reference)
        seen = await lending.application(theirs)
        held = Recommend(theirs, seen.amount, "", seen.version, key())
        opening = deciding(lending.engine, there.actor(Role.LOAN_OFFICER), held)
        await opening.__aenter__()

        waiting = asyncio.create_task(here.approve(mine, Role.CREDIT_ANALYST))
        done, _ = await asyncio.wait({waiting}, timeout=0.5)
        gone = _LetGoError()
        assert not await opening.__aexit__(_LetGoError, gone, None)

        assert not done
        assert (await waiting).status is ApplicationStatus.APPROVED


class _LetGoError(DomainError):
    """The one who held the borrower decides nothing after all."""


async def take_back(lending: Lending, phone: PhoneNumber, kind: ConsentKind) -> None:
    entry = await registered(lending.engine, phone)
    async with lending.engine.record.unit(entry.district) as unit:
        await unit.borrowers.withdraw_consent(entry.borrower_id, kind, lending.engine.clock.now())
        await unit.commit()
