"""What was typed on a number stays behind when the number moves: who has its SIM next finds nothing of it."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from core.phones import PhoneNumber
from core.ports.conversations import CallerSnapshot, DraftRecord, TurnRecord
from core.ports.engine import Engine
from core.use_cases.changing_number import Answer, ProposeNumber, agree, propose_number
from core.use_cases.following_change import follow_change
from tests.core.use_cases.crashing import ON_EACH
from tests.core.use_cases.lending import Lending, key, new_phone
from tests.core.use_cases.test_identity_cases import ID

SERVICE = "ussd:*384*555#"


@pytest.fixture
async def lending(on_each: Engine) -> Lending:
    return await Lending.opened(on_each)


async def left_by(engine: Engine, phone: PhoneNumber) -> CallerSnapshot:
    return await engine.channel.conversations.load(engine.keyed_hash.phone(phone), SERVICE, "s1", engine.clock.now())


async def leave_a_form(engine: Engine, phone: PhoneNumber) -> None:
    """A turn in a form that was begun, as any session leaves them."""
    caller, now = engine.keyed_hash.phone(phone), engine.clock.now()
    end = now + timedelta(days=30)
    turn = TurnRecord(
        caller, SERVICE, "s1", 1, "1", "apply.net_pay", {}, None, None, 0, b"h", 1, "CON", False, None, now, end
    )
    draft = DraftRecord(caller, uuid4(), 1, "s1", "apply", "1", {}, "open", now, end)
    await engine.channel.conversations.save(turn, expected_turn=None, expected_claim=None, draft=draft)


@ON_EACH
async def test_neither_number_keeps_a_form_and_what_is_begun_afterwards_stays(lending: Lending) -> None:
    engine, old, new, third = lending.engine, new_phone(), new_phone(), new_phone()
    await lending.register(old, national_id=ID)
    for phone in (old, new, third):
        await leave_a_form(engine, phone)

    change = await propose_number(engine, lending.officer, ProposeNumber(old, ID, new, "Lost the SIM.", key()))
    assert len((await left_by(engine, old)).drafts) == 1
    await agree(engine, lending.manager, Answer(change.district, change.id, "", key()))

    for phone in (old, new):
        left = await left_by(engine, phone)
        assert (left.turn, left.drafts) == (None, ())
        await leave_a_form(engine, phone)
    await follow_change(engine, change.district, change.id)
    assert [len((await left_by(engine, phone)).drafts) for phone in (old, new, third)] == [1, 1, 1]
