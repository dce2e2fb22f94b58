"""A change of number that comes twice, is decided twice, or whose second half has to wait: it happens once, whole."""

from __future__ import annotations

import pytest

from core.ports.engine import Engine
from core.records.identity import ChangeStatus, IdentityChange
from core.use_cases.deciding_change import Answer, agree, change_file, refuse, withdraw
from core.use_cases.following_change import LEFT_ALONE_FOR, follow_changes
from core.use_cases.proposing import AlreadyDecided
from core.use_cases.proposing_change import ProposeNumber, ResolveCase, propose_number, propose_number_of_case
from tests.core.use_cases.crashing import ON_EACH
from tests.core.use_cases.faulty_channel import down, with_calls
from tests.core.use_cases.lending import HOME, Lending, key, new_phone
from tests.core.use_cases.test_identity_cases import ID, cases_of, claimed
from tests.fixtures_postgres import MovableClock


@pytest.fixture
async def lending(on_each: Engine) -> Lending:
    return await Lending.opened(on_each)


async def proposed(lending: Lending) -> IdentityChange:
    old = new_phone()
    await lending.register(old, national_id=ID)
    command = ProposeNumber(old, ID, new_phone(), "Lost the SIM.", key())
    return await propose_number(lending.engine, lending.officer, command)


def answer(change: IdentityChange, note: str = "") -> Answer:
    return Answer(change.district, change.id, note, key())


async def test_a_cases_form_sent_twice_proposes_once(lending: Lending) -> None:
    owner, _, case = await claimed(lending)
    command = ResolveCase(HOME, case.id, ID, "New SIM, card seen.", key())

    first = await propose_number_of_case(lending.engine, lending.officer, command)

    assert await propose_number_of_case(lending.engine, lending.officer, command) == first
    assert [each.change_id for each in await cases_of(lending, owner)] == [first.id]


async def test_a_refusal_sent_twice_is_one(lending: Lending) -> None:
    word = answer(await proposed(lending), "No card.")

    first = await refuse(lending.engine, lending.manager, word)

    assert await refuse(lending.engine, lending.manager, word) == first
    assert first.status is ChangeStatus.REFUSED


async def test_what_is_decided_is_neither_refused_nor_taken_back(lending: Lending) -> None:
    change = await proposed(lending)
    await agree(lending.engine, lending.manager, answer(change))

    with pytest.raises(AlreadyDecided):
        await refuse(lending.engine, lending.manager, answer(change, "Too late."))
    with pytest.raises(AlreadyDecided):
        await withdraw(lending.engine, lending.officer, answer(change))

    assert (await change_file(lending.engine, lending.officer, HOME, change.id)).change.status is ChangeStatus.DONE


@ON_EACH
async def test_an_agreement_stands_while_the_directory_is_down_and_the_worker_finishes_it(
    lending: Lending, clock: MovableClock
) -> None:
    change = await proposed(lending)
    failing = with_calls(lending.engine, "directory", remove_phone=down)

    agreed = await agree(failing, lending.manager, answer(change))
    clock.move(seconds=LEFT_ALONE_FOR.total_seconds() + 1)
    finished = await follow_changes(lending.engine, HOME, 50)

    assert (agreed.status, finished) == (ChangeStatus.AGREED, 1)
    assert (await change_file(lending.engine, lending.officer, HOME, change.id)).change.status is ChangeStatus.DONE
