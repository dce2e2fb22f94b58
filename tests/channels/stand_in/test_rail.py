"""The rail over plain HTTP: what it refuses, what it tells the application, and how often."""

from __future__ import annotations

from typing import Any

import pytest

from channels.rails.simulated_notices import PayoutEnd, parse_payment_notice, parse_payout_notice
from core.money import Money
from tests.channels.stand_in.serving import NOW, Served, serving

PAYOUT = {"reference": "payout-7", "to": "+26658851234", "amount": "1000.00", "currency": "LSL", "account": "600100"}
PAY = {"from": "+26658851234", "to": "600100", "amount": "150.00", "account": "1034567891"}


async def test_a_payout_is_confirmed_by_callback() -> None:
    async with serving() as served:
        status, payout = await served.post("/rail/payouts", **PAYOUT)
        await served.quiet_after_payouts()
        [(path, kind, body)] = served.application.taken

        notice = parse_payout_notice(body)
        assert (status, payout["status"]) == (202, "accepted")
        assert (path, kind) == ("/hooks/demo/payouts/simulated", "application/json")
        assert (notice.reference, notice.status, notice.at) == ("payout-7", PayoutEnd.CONFIRMED, NOW)
        assert notice.rail_reference == payout["rail_reference"]
        assert await served.get("/_payouts") == [payout | {"status": "confirmed"}]


async def test_a_payout_can_fail_after_it_was_accepted() -> None:
    async with serving() as served:
        await served.fault("rail", "fail_later")

        status, _ = await served.post("/rail/payouts", **PAYOUT)
        await served.quiet_after_payouts()

        notice = parse_payout_notice(served.application.taken[0][2])
        assert (status, notice.status, notice.code) == (202, PayoutEnd.FAILED, "wallet_barred")


async def test_a_payout_refused_at_once_has_no_callback_and_stays_refused() -> None:
    async with serving() as served:
        await served.fault("rail", "fail")

        first = await served.post("/rail/payouts", **PAYOUT)
        again = await served.post("/rail/payouts", **PAYOUT)
        await served.quiet()

        assert first == again
        assert (first[0], first[1]["code"]) == (200, "insufficient_float")
        assert served.application.taken == []


@pytest.mark.parametrize(("fault", "times"), [("no_callback", 0), ("duplicate_callback", 2), ("slow", 1)])
async def test_callbacks_go_missing_come_twice_or_late(fault: str, times: int) -> None:
    async with serving() as served:
        await served.fault("rail", fault)
        await served.post("/rail/payouts", **PAYOUT)
        await served.quiet_after_payouts()
        await served.fault("rail", fault)
        await served.post("/rail/pay", **PAY)
        await served.quiet()

        bodies = [body for _, _, body in served.application.taken]
        assert len(bodies) == 2 * times
        assert len(set(bodies)) == (2 if times else 0)
        assert (await served.get("/rail/payouts/payout-7"))["status"] == "confirmed"


async def test_a_reference_that_names_another_payout_is_409_and_moves_nothing() -> None:
    async with serving() as served:
        await served.post("/rail/payouts", **PAYOUT)

        status, answer = await served.post("/rail/payouts", **(PAYOUT | {"to": "+26662123456"}))

        assert (status, answer["code"]) == (409, "reference_conflict")
        assert len(await served.get("/_payouts")) == 1


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("reference", "a b"),
        ("reference", None),
        ("to", "+27821234567"),
        ("amount", "0.00"),
        ("amount", "1.005"),
        ("amount", 1000),
        ("currency", "ZAR"),
        ("account", ""),
    ],
)
async def test_a_payout_order_that_is_wrong_is_400_and_names_the_member(member: str, value: object) -> None:
    async with serving() as served:
        status, answer = await served.post("/rail/payouts", **(PAYOUT | {member: value}))

        assert status == 400
        assert answer["field"] in {member, "phone"}
        assert await served.get("/_payouts") == []


async def test_a_persons_payment_is_notified_to_the_application() -> None:
    async with serving() as served:
        status, payment = await served.post("/rail/pay", **PAY)
        await served.quiet()
        [(path, kind, body)] = served.application.taken

        notice = parse_payment_notice(body)
        assert (status, path, kind) == (201, "/hooks/demo/payments/simulated", "application/json")
        assert (notice.reference, notice.amount, notice.payer) == (payment["reference"], Money(15_000), "+26658851234")
        assert (notice.to, notice.account, notice.paid_at) == ("600100", "1034567891", NOW)
        assert await served.get("/_payments?from=%2B26658851234") == [payment]
        assert await served.get("/_payments?from=%2B26662123456") == []


@pytest.mark.parametrize(
    ("member", "value"),
    [("from", "nobody"), ("amount", "-5"), ("amount", "0"), ("amount", 5), ("to", ""), ("account", "1" * 41)],
)
async def test_a_payment_that_is_wrong_is_400_and_nothing_is_notified(member: str, value: object) -> None:
    async with serving() as served:
        status, answer = await served.post("/rail/pay", **(PAY | {member: value}))

        assert (status, bool(answer["message"])) == (400, True)
        assert await served.get("/_payments") == []


async def test_an_unknown_payout_is_404() -> None:
    async with serving() as served, served.client.get(f"{served.url}/rail/payouts/none") as response:
        assert (response.status, await response.json()) == (404, {"code": "not_found"})


async def test_only_so_many_payouts_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channels.stand_in.rail.REMEMBERED_MAX", 2)
    async with serving() as served:
        for number in range(3):
            await served.post("/rail/payouts", **(PAYOUT | {"reference": f"payout-{number}"}))

        assert [one["reference"] for one in await _payouts(served)] == ["payout-1", "payout-2"]


async def _payouts(served: Served) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = await served.get("/_payouts")
    return rows
