"""What `day-end` and `remind` tell a person, and what they do about a district that is down."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from channels.dispatch.chats import ChatDispatch
from channels.dispatch.outbox import OutboxWorker
from channels.transport import SmsSender
from core.ports.engine import Engine
from core.ports.record import DistrictDown
from core.use_cases import closing, reminding
from core.use_cases.closing import DayEndResult, EachDay
from core.use_cases.reminding import plan_reminders
from letsema.commands.days import close_lines
from letsema.installation import Installation
from tests.letsema.conftest import Run
from tests.letsema.test_bad_input import KEYS

DOWN = "LS-C"


def closed(district: str, day: str, **done: int) -> dict[str, Any]:
    """A closed day as the command has it."""
    nothing = {"loans": 1, "interest_recognised": 0, "late_fees": 0, "offers_expired": 0, "applications_expired": 0}
    return {"district": district, "closed_on": day, **nothing, **done}


def test_many_days_of_a_district_are_one_line_with_their_sums() -> None:
    rows = [
        closed("LS-A", "2026-12-23", interest_recognised=2),
        closed("LS-A", "2026-12-24", late_fees=1),
        closed("LS-A", "2026-12-25", late_fees=1, offers_expired=3),
        closed("LS-B", "2026-12-25"),
    ]

    assert list(close_lines(rows)) == [
        "LS-A  2026-12-23 to 2026-12-25  interest recognised 2, late fees 2, offers expired 3, applications expired 0",
        "LS-B  2026-12-25  interest recognised 0, late fees 0, offers expired 0, applications expired 0",
    ]


def test_nothing_closed_is_no_line() -> None:
    assert list(close_lines([])) == []


@pytest.mark.engine
def test_a_district_that_is_down_keeps_no_other_open(
    letsema: Run, own_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def close(_engine: Engine, districts: Sequence[str], through: date, *, each_day: EachDay) -> None:
        for district in districts:
            if district == DOWN:
                raise DistrictDown
            await each_day(DayEndResult(district, through, 0, 0, 0, 0, 0))

    monkeypatch.setattr(closing, "close_through", close)

    ran = letsema("day-end", "--json", LETSEMA_RECORD_URL=own_database_url, **KEYS)

    assert ran.code == 2
    assert ran.err == "No answer from LS-C: run the same command again when it is back.\n"
    assert [row["district"][-1] for row in json.loads(ran.out)] == list("ABDEFGHJK")


@pytest.mark.engine
def test_a_district_that_is_down_keeps_no_other_from_being_reminded(
    letsema: Run, own_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def plan(engine: Engine, district: str, day: date) -> object:
        if district == DOWN:
            raise DistrictDown
        return await plan_reminders(engine, district, day)

    monkeypatch.setattr(reminding, "plan_reminders", plan)

    ran = letsema("remind", "--json", LETSEMA_RECORD_URL=own_database_url, **KEYS)

    assert ran.code == 2
    assert ran.err == "No answer from LS-C: run the same command again when it is back.\n"
    assert [row["district"][-1] for row in json.loads(ran.out)] == list("ABDEFGHJK")


@pytest.mark.engine
@pytest.mark.parametrize("token", ["", f"123456789:{'t' * 35}"])
def test_reminders_by_hand_go_to_the_chats_that_the_workers_would_send_to(
    letsema: Run, own_database_url: str, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    given: list[object] = []
    make = Installation.outbox

    def outbox(self: Installation, sender: SmsSender, chats: ChatDispatch | None = None) -> OutboxWorker:
        given.append(chats)
        return make(self, sender, chats)

    monkeypatch.setattr(Installation, "outbox", outbox)

    ran = letsema("remind", LETSEMA_RECORD_URL=own_database_url, LETSEMA_TELEGRAM_TOKEN=token, **KEYS)

    assert ran.code == 0, ran.err
    assert [chats is not None for chats in given] == [bool(token)]
