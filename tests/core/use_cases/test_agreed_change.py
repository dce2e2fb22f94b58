"""What was agreed to is what was proposed: a borrower who is another in the record by now stays as they are."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from core.errors import Conflict
from core.ports.chats import ChatLink
from core.records.borrower import Borrower
from core.records.identity import ChangeStatus
from core.records.message import MessageKind
from core.use_cases.deciding_change import Answer, agree, change_file
from core.use_cases.proposing_change import ProposeNumber, ResolveCase, propose_corrected_id, propose_number
from core.use_cases.reserving import settle_reservations
from tests.core.use_cases.faulty_channel import down, with_calls
from tests.core.use_cases.lending import HOME, Lending, key, new_phone
from tests.core.use_cases.test_identity_cases import ID, claimed
from tests.fixtures_postgres import MovableClock

CARD_ID = "111122223333"


async def borrower(lending: Lending, borrower_id: UUID) -> Borrower:
    async with lending.engine.record.unit(HOME) as unit:
        return await unit.borrowers.get(borrower_id)


async def test_a_number_that_is_another_by_now_is_not_written_over(lending: Lending, clock: MovableClock) -> None:
    engine, old, new, meanwhile = lending.engine, new_phone(), new_phone(), new_phone()
    await lending.register(old, national_id=ID)
    command = ProposeNumber(old, ID, new, "Lost the SIM.", key())
    change = await propose_number(engine, lending.officer, command)
    async with engine.record.unit(HOME) as unit:
        await unit.borrowers.save(replace(await unit.borrowers.get(change.borrower_id), phone=meanwhile))
        await unit.commit()

    with pytest.raises(Conflict):
        await agree(engine, lending.manager, Answer(HOME, change.id, "", key()))

    assert (await borrower(lending, change.borrower_id)).phone == meanwhile
    assert (await change_file(engine, lending.manager, HOME, change.id)).change.status is ChangeStatus.PROPOSED
    assert await lending.messages(MessageKind.NUMBER_GIVEN_UP) == []
    clock.move(minutes=11)
    await settle_reservations(engine, HOME, 50)
    assert await engine.channel.directory.phone(engine.keyed_hash.phone(new)) is None


async def test_a_national_id_that_is_another_by_now_is_not_written_over(lending: Lending) -> None:
    engine, meanwhile = lending.engine, "444455556666"
    _, _, case = await claimed(lending)
    command = ResolveCase(HOME, case.id, CARD_ID, "Card seen.", key())
    change = await propose_corrected_id(engine, lending.officer, command)
    async with engine.record.unit(HOME) as unit:
        known = await unit.borrowers.get(case.borrower_id)
        await unit.borrowers.correct_national_id(replace(known, national_id=meanwhile))
        await unit.commit()

    with pytest.raises(Conflict):
        await agree(engine, lending.manager, Answer(HOME, change.id, "", key()))

    assert (await borrower(lending, case.borrower_id)).national_id == meanwhile
    assert await lending.messages(MessageKind.IDENTITY_CORRECTED) == []


async def test_what_tells_the_new_number_finds_no_chat_of_whoever_had_its_sim(
    lending: Lending, clock: MovableClock
) -> None:
    """The worker may send it before the directory follows."""
    engine, old, new = lending.engine, new_phone(), new_phone()
    await lending.register(old, national_id=ID)
    change = await propose_number(engine, lending.officer, ProposeNumber(old, ID, new, "Lost the SIM.", key()))
    caller = engine.keyed_hash.phone(new)
    await engine.channel.chats.save_link(ChatLink(caller, b"c" * 32, b"address", clock.now()))

    nothing_follows = with_calls(engine, "conversations", forget=down)
    agreed = await agree(nothing_follows, lending.manager, Answer(HOME, change.id, "", key()))

    assert agreed.status is ChangeStatus.AGREED
    assert len(await lending.messages(MessageKind.NUMBER_CHANGED)) == 1
    link = await engine.channel.chats.link(caller)
    assert link is not None
    assert link.chat == b""
