"""Loans live at random in PostgreSQL, several writers at a time; after each burst all that is kept is proved."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from typing import Any, TypeVar

import asyncpg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from core.loans.parts import Part
from core.money import Money
from tests.core.loans.lives import LIVES
from tests.core.use_cases.acts import (
    Act,
    ChargeIt,
    CloseDays,
    GiveUp,
    Pay,
    RefundCredit,
    ReturnTheCash,
    Reverse,
    Scene,
    Settle,
    Waive,
    prove_all,
)
from tests.core.use_cases.lending import HOME, Lending
from tests.core.use_cases.proving import balance

RESULT = TypeVar("RESULT")
SETTINGS = settings(
    max_examples=8 * LIVES,
    stateful_step_count=6,
    deadline=None,
    derandomize=LIVES == 1,
    database=None,
    suppress_health_check=list(HealthCheck),
)
"""The same lives in each usual run, so that a change is judged by itself; LETSEMA_LIVES=20 tries twenty times more."""

AMOUNTS = st.integers(1, 60_000).map(Money)
TIMES = st.sampled_from([1, 1, 1, 2])
PAYS = st.builds(Pay, AMOUNTS, st.sampled_from([0, 0, 3, 40]), TIMES)
CHANGES: st.SearchStrategy[Act] = st.one_of(
    PAYS,
    st.builds(Reverse, st.integers(0, 9), st.sampled_from(["payer", "suspense"]), TIMES),
    st.builds(Waive, AMOUNTS, st.integers(1, 4), st.sampled_from([Part.PENALTY, Part.FEE, Part.INTEREST]), TIMES),
    st.builds(ChargeIt, AMOUNTS, st.sampled_from([Part.FEE, Part.PENALTY])),
    st.builds(Settle),
    st.builds(RefundCredit, AMOUNTS, TIMES),
    st.builds(ReturnTheCash),
    st.builds(CloseDays, st.integers(1, 3), TIMES),
)
RARELY: st.SearchStrategy[Act] = st.builds(GiveUp, TIMES)


class Life(RuleBasedStateMachine):
    """One borrower's loan against the real books; the loop that owns their connections runs in another thread."""

    lending: Lending
    connection: asyncpg.Connection
    loop: asyncio.AbstractEventLoop

    def do(self, action: Coroutine[Any, Any, RESULT]) -> RESULT:
        return asyncio.run_coroutine_threadsafe(action, self.loop).result(timeout=120)

    @initialize()
    def lend(self) -> None:
        self.scene = self.do(opened_scene(self.lending, self.connection))

    @rule(acts=st.lists(CHANGES, min_size=1, max_size=4))
    def at_once(self, acts: list[Act]) -> None:
        self._burst(acts)

    @rule(acts=st.lists(PAYS | RARELY, min_size=2, max_size=3))
    def around_a_write_off(self, acts: list[Act]) -> None:
        self._burst(acts)

    @rule(days=st.sampled_from([1, 7, 30]))
    def live_on(self, days: int) -> None:
        self._burst([CloseDays(days)])

    def _burst(self, acts: list[Act]) -> None:
        self.do(self.scene.at_once(acts))
        self.do(prove_all(self.scene, self.connection, acts))


async def opened_scene(lending: Lending, connection: asyncpg.Connection) -> Scene:
    """A running loan in a district where earlier scenes may have left theirs; their messages wait no more."""
    await connection.execute("update record.outbox set done_at = due_at where topic = 'message' and done_at is null")
    phone = await lending.borrower()
    loan = await lending.active_loan(phone)
    return Scene(lending, phone, loan, await balance(connection, HOME, "float:simulated"))


@pytest.fixture
async def connection(lending: Lending, database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """As the owner, to see what is kept without the product's own readers."""
    opened = await asyncpg.connect(database_url)
    yield opened
    await opened.close()


async def test_the_books_follow_whatever_happens_to_a_loan_at_once(
    lending: Lending, connection: asyncpg.Connection
) -> None:
    await lending.fund(Money.of("10000000"))
    shared = {"lending": lending, "connection": connection, "loop": asyncio.get_running_loop()}

    await asyncio.to_thread(run_state_machine_as_test, type("LifeHere", (Life,), shared), settings=SETTINGS)
