"""The lender's money on its rails in the portal: put in, taken out, charged for, and moved between districts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from core.money import ZERO, Money
from core.ports.reads import FloatOnItsWay, FloatPage, RailChargeRow
from core.records.proposal import Proposal, ProposalKind
from core.records.staff import Role
from core.use_cases.transferring import TRANSFER_TOPIC, receive_transfer
from tests.admin_web.browser import Answer, Browser
from tests.admin_web.conftest import Office
from tests.admin_web.lists import Lists, float_row
from tests.admin_web.world import BUSINESS_ON, KHOTSO, NOW, mfi


async def _pending(office: Office) -> Sequence[Proposal]:
    async with office.lending.engine.record.unit("LS-A") as unit:
        return await unit.proposals.pending(KHOTSO)


# --- put in and taken out ---


async def test_a_float_is_funded_with_the_banks_number(office: Office) -> None:
    cashier = await office.at(Role.CASHIER)

    page = await cashier.get("/disbursements")
    answer = await cashier.post(
        "/floats/fund", seen_on="/floats/fund", rail="simulated", amount="5000", reference="BANK-7", note="October."
    )

    assert "M88,000.00" in page.text, "held less what payouts under way may take"
    assert answer.status == 303
    (proposal,) = await _pending(office)
    assert proposal.data == {"rail": "simulated", "amount_minor": 5_000_00, "reference": "BANK-7"}


async def test_no_more_is_swept_than_is_free_and_the_page_says_by_how_much(office: Office) -> None:
    cashier = await office.at(Role.CASHIER)

    answer = await cashier.post(
        "/floats/sweep", seen_on="/floats/sweep", rail="simulated", amount="100001", reference="B8", note="To the bank."
    )

    assert answer.status == 422
    assert "The float is short by M1.00." in answer.text
    assert await _pending(office) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"rail": "made-up", "amount": "5", "reference": "B"},
        {"rail": "simulated", "amount": "-5", "reference": "B"},
        {"rail": "simulated", "amount": "5", "reference": ""},
        {"rail": "simulated", "amount": "5", "reference": "B" * 65},
    ],
)
async def test_what_is_wrong_with_a_movement_is_said_beside_its_field(office: Office, fields: dict[str, str]) -> None:
    cashier = await office.at(Role.CASHIER)

    answer = await cashier.post("/floats/fund", seen_on="/floats/fund", note="October.", **fields)

    assert answer.status == 422
    assert await _pending(office) == []


async def test_cash_of_the_cashier_s_branch_is_taken_to_the_bank_where_it_lies(office: Office, lists: Lists) -> None:
    cashier = await office.at(Role.CASHIER)
    lists.float_page = FloatPage((float_row(), float_row(rail="till", held=Money.of(300), reserved=ZERO)), ())

    page = await cashier.get("/floats/sweep")
    fund = await cashier.get("/floats/fund")
    too_much = await cashier.post(
        "/floats/sweep", seen_on="/floats/sweep", rail="till", amount="300", reference="DEP-1", note="To the bank."
    )
    into_the_till = await cashier.post(
        "/floats/fund", seen_on="/floats/fund", rail="till", amount="300", reference="DEP-1", note="Change."
    )

    assert "cash at a branch" in page.text
    assert "M300.00" in page.text
    assert "cash at a branch" not in fund.text
    assert (too_much.status, into_the_till.status) == (422, 422)
    assert "The float is short by M300.00." in too_much.text, "the books hold no cash yet"


# --- charges ---

CHARGE = "/floats/charge"


async def _charge(cashier: Browser, **changes: str) -> Answer:
    fields = {"rail": "simulated", "amount": "152.40", "reference": "qh7 x81", "note": "October's statement."}
    return await cashier.post(CHARGE, seen_on=CHARGE, **fields | {"value_on": BUSINESS_ON.isoformat()} | changes)


async def test_a_charge_is_proposed_with_the_statement_s_day_and_number(office: Office) -> None:
    cashier = await office.at(Role.CASHIER)

    page = await cashier.get("/disbursements")
    answer = await _charge(cashier)

    assert f'href="{CHARGE}"' in page.text
    assert (answer.status, answer.location) == (303, "/approvals")
    (proposal,) = await _pending(office)
    assert proposal.kind is ProposalKind.BOOK_RAIL_CHARGE
    assert proposal.data == {
        "rail": "simulated",
        "amount_minor": 152_40,
        "reference": "qh7 x81",
        "value_on": "2026-11-23",
    }


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"value_on": ""}, "Write a day as year, month and day"),
        ({"value_on": "2026-06-31"}, "Write a day as year, month and day"),
        ({"value_on": "20261123"}, "Write a day as year, month and day"),
        ({"value_on": "2026-11-24"}, "from 23 Aug 2026, and not after 23 Nov 2026."),
        ({"value_on": "2025-11-23"}, "from 23 Aug 2026, and not after 23 Nov 2026."),
        ({"amount": "0"}, "Write an amount in maloti"),
        ({"amount": "100000.01"}, "The books hold M0.01 less than this charge."),
        ({"rail": "made-up"}, "Choose one."),
        ({"reference": ""}, "Fill this in."),
        ({"note": " "}, "Fill this in."),
    ],
)
async def test_what_is_wrong_with_a_charge_is_said_and_what_was_typed_stays(
    office: Office, changes: dict[str, str], said: str
) -> None:
    cashier = await office.at(Role.CASHIER)

    answer = await _charge(cashier, **changes)

    assert answer.status == 422
    assert said in answer.text
    assert 'value="qh7 x81"' in answer.text or not changes.get("reference", "kept")
    assert await _pending(office) == []


async def test_the_second_person_sees_the_day_and_the_float_afterwards_and_it_is_booked_once(office: Office) -> None:
    cashier, manager = await office.at(Role.CASHIER), await office.at(Role.MANAGER)
    yesterday = BUSINESS_ON - timedelta(days=1)
    await _charge(cashier, value_on=yesterday.isoformat())
    (proposal,) = await _pending(office)
    review = f"/approvals/LS-A/{proposal.id}"

    page = await manager.get(review)
    answer = await manager.post(f"{review}/carry-out", seen_on=review)
    again = await _charge(cashier, reference="QH7X81", amount="10")

    for said in ("Book a charge of a money service", "22 Nov 2026", "qh7 x81", "M152.40", "M99,847.60"):
        assert said in page.text
    assert answer.status == 303
    assert "22 Nov 2026" in (await manager.get(review)).text, "also once it is carried out"
    assert again.status == 422
    assert "That charge is booked already." in again.text


async def test_a_charge_that_the_books_no_longer_hold_says_so_to_the_second_person(office: Office) -> None:
    cashier, manager = await office.at(Role.CASHIER), await office.at(Role.MANAGER)
    await _charge(cashier, amount="100000")
    (proposal,) = await _pending(office)
    await cashier.post(
        "/floats/sweep", seen_on="/floats/sweep", rail="simulated", amount="5", reference="B9", note="To the bank."
    )
    sweep = next(each for each in await _pending(office) if each.kind is ProposalKind.SWEEP_FLOAT)
    await manager.post(f"/approvals/LS-A/{sweep.id}/carry-out", seen_on=f"/approvals/LS-A/{sweep.id}")
    review = f"/approvals/LS-A/{proposal.id}"

    page = await manager.get(review)

    assert "The books hold M5.00 less than this charge." in page.text
    assert f'action="{review}/carry-out"' not in page.text


async def test_charges_are_listed_where_the_floats_are_and_nothing_where_there_is_none(
    office: Office, lists: Lists
) -> None:
    charge = RailChargeRow("LS-A", "simulated", "QH7X81", Money.of("152.40"), date(2026, 11, 20))
    auditor, cashier = await office.at(Role.AUDITOR), await office.at(Role.CASHIER)

    without = await auditor.get("/disbursements")
    lists.float_page = FloatPage((float_row(),), (), (charge,))

    assert "Charges of money services" not in without.text
    for page in (await auditor.get("/disbursements"), await cashier.get(CHARGE)):
        for said in ("Charges of money services", "QH7X81", "20 Nov 2026", "M152.40"):
            assert said in page.text


# --- between districts ---

MOVE = "/floats/move"


async def _move(cashier: Browser, **changes: str) -> Answer:
    fields = {"rail": "simulated", "from_district": "LS-A", "to_district": "LS-C", "amount": "2500"}
    return await cashier.post(MOVE, seen_on=MOVE, **fields | {"reference": "K 7", "note": "Leribe is short."} | changes)


async def test_a_move_is_proposed_in_the_district_that_gives(office: Office, lists: Lists) -> None:
    cashier = await office.at(Role.CASHIER)
    lists.float_page = FloatPage((float_row(), float_row(rail="till", held=Money.of(311), reserved=ZERO)), ())

    disbursements = await cashier.get("/disbursements")
    page = await cashier.get(MOVE)
    answer = await _move(cashier)

    assert f'href="{MOVE}"' in disbursements.text
    for said in ("M88,000.00", '<option value="LS-A" selected>', "Leribe"):
        assert said in page.text
    assert "M311.00" not in page.text, "cash of a till is not moved"
    assert (answer.status, answer.location) == (303, "/approvals")
    (proposal,) = await _pending(office)
    assert proposal.kind is ProposalKind.MOVE_FLOAT
    assert proposal.data == {
        "rail": "simulated",
        "amount_minor": 2_500_00,
        "reference": "K 7",
        "to_district": "LS-C",
    }


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"to_district": "LS-A"}, "Choose another district than the one that gives."),
        ({"to_district": ""}, "Choose one."),
        ({"from_district": "LS-Z"}, "Choose one."),
        ({"rail": "till"}, "Choose one."),
        ({"amount": "0"}, "Write an amount in maloti"),
        ({"amount": "100000.01"}, "The float is short by M0.01."),
        ({"from_district": "LS-C", "to_district": "LS-A"}, "The float is short by M2,500.00."),
        ({"reference": ""}, "Fill this in."),
        ({"note": " "}, "Fill this in."),
    ],
)
async def test_what_is_wrong_with_a_move_is_said_and_what_was_typed_stays(
    office: Office, changes: dict[str, str], said: str
) -> None:
    cashier = await office.at(Role.CASHIER)

    answer = await _move(cashier, **changes)

    assert answer.status == 422
    assert said in answer.text
    assert 'value="K 7"' in answer.text or not changes.get("reference", "kept")
    assert await _pending(office) == []


async def test_a_lender_moves_money_between_districts_where_it_works(office: Office, lists: Lists) -> None:
    small = replace(mfi(UUID(int=7), "small", "Small Loans"), districts=frozenset({"LS-B"}))
    await office.lending.engine.record.add_mfi(small)
    cashier = await office.at(Role.CASHIER, small.id)

    page = await cashier.get(MOVE)
    asked = lists.last_districts
    elsewhere = await _move(cashier)

    assert re.findall(r'<option value="(LS-.)"', page.text) == ["LS-A", "LS-B"] * 2
    assert list(asked) == ["LS-A", "LS-B"]
    assert elsewhere.status == 422
    assert "Choose one." in elsewhere.text


async def test_the_second_person_sees_both_districts_and_the_money_is_on_its_way_until_it_arrives(
    working_office: Office,
) -> None:
    engine = working_office.lending.engine
    cashier, manager = await working_office.at(Role.CASHIER), await working_office.at(Role.MANAGER)
    await _move(cashier)
    (proposal,) = await _pending(working_office)
    review = f"/approvals/LS-A/{proposal.id}"

    waiting = await manager.get("/approvals?district=all")
    page = await manager.get(review)
    answer = await manager.post(f"{review}/carry-out", seen_on=review)
    left = await cashier.get("/disbursements?district=all")
    async with engine.record.unit("LS-A") as unit:
        later = engine.clock.now() + timedelta(days=1)
        (row,) = [row for row in await unit.outbox.claim(later, 10, 0) if row.topic == TRANSFER_TOPIC]
        await receive_transfer(engine, row)
        await unit.outbox.done(row.id, later)
        await unit.commit()
    arrived = await cashier.get("/disbursements?district=all")

    assert "from Maseru to Leribe" in waiting.text
    for said in ("Move money between districts", "Maseru", "Leribe", "K 7", "M100,000.00", "M97,500.00", "M2,500.00"):
        assert said in page.text
    assert answer.status == 303
    assert "On its way between districts" in left.text
    assert "On its way between districts" not in arrived.text
    assert "M97,500.00" in arrived.text
    assert "M2,500.00" in arrived.text
    decided = await manager.get(review)
    for said in ("Leribe", "M2,500.00"):
        assert said in decided.text, "also once it is carried out"


async def test_a_district_that_does_not_answer_is_named_and_the_move_can_be_carried_out(
    office: Office, lists: Lists
) -> None:
    cashier, manager = await office.at(Role.CASHIER), await office.at(Role.MANAGER)
    await _move(cashier)
    (proposal,) = await _pending(office)
    review = f"/approvals/LS-A/{proposal.id}"
    lists.float_page = FloatPage((float_row(),), ("LS-C",))

    page = await manager.get(review)
    answer = await manager.post(f"{review}/carry-out", seen_on=review)

    assert "the district does not answer: Leribe." in page.text
    assert answer.status == 303


async def test_what_is_on_its_way_is_listed_where_the_floats_are(office: Office, lists: Lists) -> None:
    auditor, cashier = await office.at(Role.AUDITOR), await office.at(Role.CASHIER)
    way = FloatOnItsWay("LS-A", "LS-C", "simulated", Money.of("611.50"), NOW)
    lists.float_page = FloatPage((float_row(),), (), (), (way,))

    for page in (await auditor.get("/disbursements"), await cashier.get(MOVE)):
        for said in ("On its way between districts", "Maseru", "Leribe", "M611.50"):
            assert said in page.text
