"""Each question of a screen about the borrower's own rows is answered by one look at them: one transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager

import pytest

from core.ports.record import Unit
from storage.postgres.record.plane import RecordOnPostgres
from tests.core.use_cases.lending import Lending
from tests.flows.caller import Caller

pytestmark = pytest.mark.engine

Known = Callable[..., Awaitable[Caller]]
Arrange = Callable[[Lending, Lending, Caller], Awaitable[object]]


@pytest.fixture
def looks(record_plane: RecordOnPostgres, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The district of each transaction that is opened."""
    opened: list[str] = []
    unit = record_plane.unit

    def counted(district: str) -> AbstractAsyncContextManager[Unit]:
        opened.append(district)
        return unit(district)

    monkeypatch.setattr(record_plane, "unit", counted)
    return opened


async def nothing(_lending: Lending, _other: Lending, _caller: Caller) -> None:
    """A borrower who has only registered."""


async def waiting(lending: Lending, _other: Lending, caller: Caller) -> None:
    await lending.apply(caller.number)


async def running(lending: Lending, _other: Lending, caller: Caller) -> None:
    await lending.active_loan(caller.number)


async def offered(lending: Lending, _other: Lending, caller: Caller) -> None:
    await lending.offer(caller.number)


async def several(lending: Lending, other: Lending, caller: Caller) -> None:
    await lending.offer(caller.number)
    await other.apply(caller.number)


@pytest.mark.parametrize(
    ("arrange", "keys", "screen", "questions"),
    [
        (nothing, "1", "apply.lender", 2),
        (waiting, "1", "apply.product", 1),
        (running, "1", "apply.product", 1),
        (nothing, "3", "main.menu", 1),
        (waiting, "3", "application.waiting", 1),
        (running, "3", "application.over", 1),
        (offered, "3", "offer.show", 2),
        (several, "3", "application.which", 1),
        (several, "31", "offer.show", 2),
        (several, "32", "application.waiting", 1),
    ],
)
async def test_each_question_of_a_hop_looks_once(
    known: Known,
    lending: Lending,
    other: Lending,
    looks: list[str],
    arrange: Arrange,
    keys: Sequence[str],
    screen: str,
    questions: int,
) -> None:
    caller = await known()
    await arrange(lending, other, caller)
    await caller.dials()
    await caller.types(*keys[:-1])
    looks.clear()

    await caller.types(keys[-1])

    caller.shows(screen)
    assert len(looks) == questions
