"""One drill: the product runs, borrowers borrow, something is killed, and at the end everything told stands."""

from __future__ import annotations

import asyncio
import itertools
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

from tests.drills.borrowers.plan import Plan, Wish
from tests.drills.borrowers.record import ANSWERED, DONE, WAITS, Entry, read_record
from tests.drills.evidence import Seen, Told, differences
from tests.drills.ground import Ground
from tests.drills.processes import Product, Started
from tests.drills.reading import Reader
from tests.drills.staff import Staff

HOME: Final = "Maseru"
AWAY: Final = "Mokhotlong"
GATE: Final = "gate"
_FINISH_SECONDS: Final = 150
_LOOK_SECONDS: Final = 0.1
_SPREAD_SECONDS: Final = 0.4
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A drill's line in the table: what was killed, what borrowers saw, what was acknowledged and stands."""

    killed: str
    seconds: float
    seen: Seen
    applications: int
    acceptances: int
    payments: int
    repeated_sms: int

    def __str__(self) -> str:
        seen = self.seen
        return (
            f"{self.killed}: {seen.answered} answered, {seen.lost} lost, {seen.polite} polite, "
            f"{seen.not_durable} payments put off; slowest {seen.slowest_seconds:.1f} s, "
            f"longest silence {seen.longest_silence_seconds:.1f} s; stand: {self.applications} applications, "
            f"{self.acceptances} acceptances, {self.payments} payments; {self.repeated_sms} SMS twice; "
            f"{self.seconds:.0f} s"
        )


@dataclass
class Drill:
    """A drill under way."""

    ground: Ground
    product: Product
    borrowers: Started
    wishes: Sequence[Wish]
    record_file: Path
    began_at: datetime
    began: float = field(default_factory=time.monotonic)

    @property
    def record(self) -> list[Entry]:
        return read_record(self.record_file)

    @property
    def told(self) -> Told:
        return Told.read(self.record)

    async def until_answered(self, count: int) -> None:
        """Wait until so many requests were answered: traffic is under way, at every stage of a life."""
        await self._wait_for(lambda: sum(entry.event == ANSWERED for entry in self.record) >= count, _FINISH_SECONDS)

    async def until_killed(self, count: int) -> None:
        """Wait until so many processes have killed themselves."""
        await self._wait_for(lambda: len(self.product.killed) >= count, _FINISH_SECONDS)

    async def until_waiting(self) -> None:
        """Wait until everybody who stops at the gate stands there."""
        stopped = {wish.number for wish in self.wishes if wish.waits_before}
        await self._wait_for(lambda: stopped <= self._who(WAITS), _FINISH_SECONDS)

    async def until_done_of(self, wishes: Sequence[Wish]) -> None:
        """Wait until these borrowers have everything they came for."""
        numbers = {wish.number for wish in wishes}
        await self._wait_for(lambda: numbers <= self._who(DONE), _FINISH_SECONDS)

    async def until_taken(self, wishes: Sequence[Wish]) -> None:
        """Wait until the applications of these borrowers were acknowledged with a number."""
        numbers = {wish.number for wish in wishes}
        await self._wait_for(lambda: numbers <= {phone for phone, _ in self.told.applications}, _FINISH_SECONDS)

    async def until_put_off(self) -> None:
        """Wait until both a caller and the rail were asked to come again."""

        def put_off() -> bool:
            seen = Seen.of(self.record)
            return seen.polite > 0 and seen.not_durable > 0

        await self._wait_for(put_off, _FINISH_SECONDS)

    def open_gate(self) -> None:
        """Let those go on who wait."""
        (self.record_file.parent / GATE).touch()

    async def until_done(self) -> None:
        """Wait until every borrower has everything they came for."""
        await self._wait_for(lambda: self.borrowers.process.poll() is not None, _FINISH_SECONDS)
        assert self.borrowers.process.returncode == 0, self.borrowers.log.read_text()[-3000:]

    async def prove(self, killed: str) -> Outcome:
        """Compare what was told with what stands; nothing may differ."""
        async with self.ground.installed(patient=True) as installation:
            stands = await Reader(self.ground, installation.engine, self.wishes, self.began_at).when_quiet()
        record = self.record
        told = Told.read(record)
        found = differences(told, stands, self.wishes)
        assert not found, "\n".join(found)
        assert not self.product.ended, f"ended by themselves: {self.product.ended}"
        return Outcome(
            killed=killed,
            seconds=time.monotonic() - self.began,
            seen=Seen.of(record),
            applications=len(stands.applications),
            acceptances=sum(loan.acceptances for loan in stands.loans),
            payments=len(stands.payments),
            repeated_sms=stands.repeated_sms,
        )

    def _who(self, event: str) -> set[str]:
        return {entry.phone for entry in self.record if entry.event == event}

    async def _wait_for(self, happened: Callable[[], bool], seconds: float) -> None:
        give_up_at = time.monotonic() + seconds
        while not happened():
            if time.monotonic() > give_up_at or self.borrowers.process.poll() not in {None, 0}:
                raise AssertionError(self._story())
            await asyncio.sleep(_LOOK_SECONDS)

    def _story(self) -> str:
        """Where everybody stands who is not done."""
        last: dict[str, Entry] = {}
        for entry in self.record:
            last[entry.phone] = entry
        stuck = [f"{phone} {one.event} {one.what} {one.reply!r}" for phone, one in last.items() if one.event != DONE]
        said = self.borrowers.log.read_text()[-2000:]
        return "\n".join(["it did not come so far:", *stuck, f"killed: {self.product.killed}", said])


@asynccontextmanager
async def drilled(
    ground: Ground,
    directory: Path,
    wishes: Sequence[Wish],
    *,
    kills: Sequence[str] = (),
) -> AsyncIterator[Drill]:
    """Staff and borrowers at work, until left. kills: places at which whichever process comes there kills itself."""
    product = ground.product
    product.killed.clear()
    product.ended.clear()
    for place in kills:
        product.order_kill(place)
    async with ground.installed() as installation:
        began_at = installation.engine.clock.now()
        lending = replace(ground.lending, engine=installation.engine)
        staff = Staff(lending, [wish.number for wish in wishes], partial(ground.told, "_payouts"))
        async with staff.at_work():
            borrowers, record_file = _start_borrowers(ground, directory, wishes)
            try:
                yield Drill(ground, product, borrowers, wishes, record_file, began_at)
            finally:
                borrowers.stop()


def some_wishes(count: int, *districts: str, waits_before: str = "") -> list[Wish]:
    """So many new borrowers, of these districts in turn, each a moment after the one before."""
    return [_wish(next(_numbers), n, districts[n % len(districts)], waits_before) for n in range(count)]


def _wish(number: int, n: int, district: str, waits_before: str) -> Wish:
    return Wish(
        number=f"+2665601{number:04d}",
        national_id=f"09005601{number:04d}",
        district=district,
        amount=str(500 + 50 * n),
        # Amounts that no other text about this borrower has, so that a receipt is known by its amount.
        payments=[f"{101 + n}.13", f"{51 + n}.17"],
        starts_after=n * _SPREAD_SECONDS,
        waits_before=waits_before,
    )


def _start_borrowers(ground: Ground, directory: Path, wishes: Sequence[Wish]) -> tuple[Started, Path]:
    plan_file, record_file = directory / "plan.json", directory / "record.jsonl"
    urls = [f"http://127.0.0.1:{port}" for port in ground.ports]
    gate = str(directory / GATE)
    Plan(urls, ground.settings["hook_tokens"], ground.rail_account, wishes, gate).write(plan_file)
    command = [sys.executable, "-m", "tests.drills.borrowers", str(plan_file), str(record_file)]
    return Started("borrowers", command, ground.environment, directory / "borrowers.log"), record_file
