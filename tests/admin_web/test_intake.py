"""What waits in the intake, seen by the lender's own staff alone, and tried again by those who may."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from core.money import Money
from core.ports.intake import IntakeKind, IntakeStatus
from core.records.borrower import Channel, IncomeKind, Purpose
from core.records.staff import Role
from core.references import Reference
from core.use_cases.applying import SubmitApplication
from core.use_cases.draining import TRIES_MAX, drain_applications
from core.use_cases.locating import reserve_reference
from core.use_cases.repaying import PaymentNotice, drain_payments, receive_payment
from core.use_cases.taking import SCOPE, apply_for_loan
from tests.admin_web.conftest import Office
from tests.admin_web.lending import Lending
from tests.admin_web.world import KHOTSO, MOHLOLI, product
from tests.core.use_cases.faulty_record import while_down


async def taken(lending: Lending, mfi_id: UUID = KHOTSO) -> tuple[Reference, str]:
    """An application that waits: the number that its borrower has, and its key in the intake."""
    draft = lending.engine.identifiers.new_id()
    wanted = product(mfi_id)
    command = SubmitApplication(
        draft_id=draft,
        reference=await reserve_reference(lending.engine, "application", "LS-A", str(draft)),
        phone=await lending.borrower(),
        product_id=wanted.product_id,
        product_version=wanted.version,
        amount=Money.of(3_000),
        periods=6,
        purpose=Purpose.BUSINESS,
        net_pay=Money.of(9_000),
        income_kind=IncomeKind.SALARY,
        channel=Channel.USSD,
    )
    submission = await apply_for_loan(while_down(lending.engine), command)
    return submission.reference, f"apply:{draft}"


async def waiting_payment(lending: Lending, mfi_id: UUID = KHOTSO) -> str:
    """A payment that waits, by the rail's number of it."""
    number = f"RAIL{lending.engine.identifiers.random_below(10**9)}"
    to = (await lending.engine.record.catalogue()).mfi(mfi_id).rail_accounts["simulated"]
    notice = PaymentNotice("simulated", number, Money.of(75), "", to, "", lending.engine.clock.now())
    await receive_payment(while_down(lending.engine), notice)
    return number


async def set_aside(lending: Lending, key: str, scope: str = SCOPE) -> None:
    at = lending.engine.clock.now()
    await lending.engine.channel.intake.mark(scope, key, IntakeStatus.SET_ASIDE, at=at, error="failed")


async def test_staff_see_what_waits_of_their_own_lender_and_kind(office: Office) -> None:
    mine, _ = await taken(office.lending)
    theirs, _ = await taken(office.lending, MOHLOLI)
    paid, paid_to_others = await waiting_payment(office.lending), await waiting_payment(office.lending, MOHLOLI)

    by_officer = (await (await office.at(Role.LOAN_OFFICER)).get("/intake")).text
    by_cashier = (await (await office.at(Role.CASHIER)).get("/intake")).text
    by_others = (await (await office.at(Role.LOAN_OFFICER, MOHLOLI)).get("/intake")).text

    shown = {
        number: [number in page for page in (by_officer, by_cashier, by_others)]
        for number in (str(mine), str(theirs), paid, paid_to_others)
    }
    assert shown == {
        str(mine): [True, False, False],
        str(theirs): [False, False, True],
        paid: [True, True, False],
        paid_to_others: [False, False, True],
    }
    assert "M3,000.00" in by_officer
    assert "Waits for its district" in by_officer
    assert "Try again" not in by_officer


async def test_the_page_answers_while_the_district_of_what_waits_does_not(office: Office) -> None:
    page = (await (await office.at(Role.AUDITOR)).get("/intake?district=LS-C")).text

    assert "Everything that came in is recorded." in page


async def test_what_was_set_aside_is_tried_again_from_the_page_and_written_down(office: Office) -> None:
    lending = office.lending
    number, key = await taken(lending)
    await set_aside(lending, key)
    officer = await office.at(Role.LOAN_OFFICER)
    page = (await officer.get("/intake")).text
    assert "Set aside" in page
    assert "The program failed on it" in page

    answer = await officer.post("/intake", seen_on="/intake", scope=SCOPE, reference=key)
    assert (answer.status, answer.location) == (303, "/intake")
    assert "Waits for its district" in (await officer.get("/intake")).text
    assert await drain_applications(lending.engine, "LS-A", 10) == 1

    assert str(number) not in (await officer.get("/intake")).text
    actor = await lending.actor(Role.LOAN_OFFICER)
    async with lending.engine.record.unit("LS-A") as unit:
        now = lending.engine.clock.now()
        entries = await unit.audit.between(KHOTSO, now - timedelta(days=1), now)
    (entry,) = [entry for entry in entries if entry.action == "intake.tried_again"]
    assert (entry.actor_id, entry.subject, entry.details["error"]) == (actor.staff_id, str(number), "failed")


async def test_a_payment_is_tried_again_by_the_cashier_and_not_by_an_officer(office: Office) -> None:
    lending = office.lending
    number = await waiting_payment(lending)
    await set_aside(lending, number, "rail:simulated")
    officer, cashier = await office.at(Role.LOAN_OFFICER), await office.at(Role.CASHIER)
    assert "Try again" not in (await officer.get("/intake")).text
    refused = await officer.post("/intake", seen_on="/me", scope="rail:simulated", reference=number)
    assert refused.status == 403

    done = await cashier.post("/intake", seen_on="/intake", scope="rail:simulated", reference=number)

    assert done.status == 303
    assert await drain_payments(lending.engine, "LS-A", 10) == 1


async def test_nobody_tries_what_is_anothers_what_is_not_there_or_what_is_not_set_aside(office: Office) -> None:
    _, theirs = await taken(office.lending, MOHLOLI)
    await set_aside(office.lending, theirs)
    _, waiting = await taken(office.lending)
    officer = await office.at(Role.LOAN_OFFICER)

    statuses = [
        (await officer.post("/intake", seen_on="/me", scope=SCOPE, reference=reference)).status
        for reference in (theirs, "apply:nothing", waiting)
    ]

    assert statuses == [404, 404, 409]
    (row,) = await office.lending.engine.channel.intake.set_aside("LS-A", 10, kind=IntakeKind.APPLICATION)
    assert row.reference == theirs


async def under_a_lost_key(lending: Lending, scope: str, reference: str) -> str:
    """The same row once more, which opens no better than one whose key is gone; its own number."""
    row = await lending.engine.channel.intake.get(scope, reference)
    assert row is not None
    moved = replace(row, reference=f"{row.reference}-moved", owner=None)
    await lending.engine.channel.intake.accept(moved)
    return moved.target if scope == SCOPE else moved.reference


async def test_what_no_key_opens_is_shown_to_every_lender_as_far_as_it_can_be(office: Office) -> None:
    lending = office.lending
    number, key = await taken(lending)
    paid = await waiting_payment(lending)
    application = await under_a_lost_key(lending, SCOPE, key)
    payment = await under_a_lost_key(lending, "rail:simulated", paid)
    assert application == str(number)

    officer, cashier, other = [
        (await (await office.at(role, mfi)).get("/intake")).text
        for role, mfi in ((Role.LOAN_OFFICER, KHOTSO), (Role.CASHIER, KHOTSO), (Role.LOAN_OFFICER, MOHLOLI))
    ]

    assert [page.count(f">{application}<") for page in (officer, cashier, other)] == [2, 0, 1]
    assert [page.count(f">{payment}<") for page in (officer, cashier, other)] == [1, 1, 1]
    assert all("the system no longer has" in page for page in (officer, cashier, other))
    assert "M3,000.00" not in other
    assert "Everything that came in is recorded." not in other


async def test_what_no_key_opens_is_not_tried_again_and_holds_up_nothing_else(office: Office) -> None:
    lending = office.lending
    _, key = await taken(lending)
    await under_a_lost_key(lending, SCOPE, key)

    for _ in range(TRIES_MAX):
        with pytest.raises(ExceptionGroup, match="applications whose submission broke"):
            await drain_applications(lending.engine, "LS-A", 10)

    done = await lending.engine.channel.intake.get(SCOPE, key)
    assert done is not None
    assert done.status is IntakeStatus.DONE
    officer = await office.at(Role.LOAN_OFFICER)
    page = (await officer.get("/intake")).text
    assert "Set aside" in page
    assert "Try again" not in page
    refused = await officer.post("/intake", seen_on="/me", scope=SCOPE, reference=f"{key}-moved")
    assert refused.status == 404
