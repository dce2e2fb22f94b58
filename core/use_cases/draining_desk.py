"""What of a lender's is in the intake, for its staff: what waits, what was set aside, and trying one of these again.

What no key opens is shown as well, as far as it can be: left out, it would be missed by nobody but its borrower.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from core.errors import Conflict, NotFound
from core.money import Money
from core.ports.engine import Engine
from core.ports.intake import IntakeKind, IntakeRow, IntakeStatus
from core.records.catalogue import Catalogue
from core.records.staff import Actor, NotAllowed, Permission
from core.use_cases.auditing import audit
from core.use_cases.repaying import open_notice
from core.use_cases.taking import open_application

LISTED_MAX: Final = 500
"""How many rows of each state are looked at in a district. More than that is an outage, and told so."""

MAY_READ: Final[Mapping[IntakeKind, Permission]] = {
    IntakeKind.APPLICATION: Permission.APPLICATION_READ,
    IntakeKind.PAYMENT: Permission.PAYMENT_READ,
}
MAY_TRY_AGAIN: Final[Mapping[IntakeKind, Permission]] = {
    IntakeKind.APPLICATION: Permission.APPLICATION_RECOMMEND,
    IntakeKind.PAYMENT: Permission.PAYMENT_MATCH,
}


class NotSetAside(Conflict):
    """The row is through, or waits already."""

    code = "not_set_aside"


@dataclass(frozen=True, slots=True)
class IntakeLine:
    """One row as staff see it. `number`: the application's ten digits, or the rail's own number for a payment.

    `scope` and `reference` are its key. `error`: why it is not through yet, as a code; empty: it was not tried.
    """

    scope: str
    reference: str
    kind: IntakeKind
    mfi_id: UUID
    district: str
    number: str
    amount: Money
    received_at: datetime
    attempts: int
    error: str
    is_set_aside: bool


@dataclass(frozen=True, slots=True)
class UnreadableLine:
    """A row that no key of ours opens, as far as it can be shown: whose it is and how much, nobody can say.

    `number`: the ten digits of an application, the rail's own number of a payment.
    """

    kind: IntakeKind
    district: str
    number: str
    received_at: datetime
    is_set_aside: bool


@dataclass(frozen=True, slots=True)
class IntakeList:
    """A lender's rows, and those that may be any lender's. is_cut: there is more than was looked at.

    In both what was set aside comes first, each oldest first.
    """

    lines: Sequence[IntakeLine]
    unreadable: Sequence[UnreadableLine]
    is_cut: bool


async def intake_of(engine: Engine, actor: Actor, districts: Sequence[str]) -> IntakeList:
    """What the actor's own lender has in the intake of these districts, of the kinds that they may see.

    Besides, what nobody can read, which every lender's staff see: it may be theirs, and it says nothing about anybody.
    It asks the channel plane alone, so that it answers while the districts do not. Raises `ChannelPlaneDown`.
    """
    catalogue = await engine.record.catalogue()
    rows, is_cut = await _open_rows(engine, districts)
    found = [
        line for row in rows if (line := _line(engine, catalogue, row)) is not None and actor.may(MAY_READ[line.kind])
    ]
    own = [line for line in found if isinstance(line, IntakeLine) and line.mfi_id == actor.mfi_id]
    unreadable = [line for line in found if isinstance(line, UnreadableLine)]
    return IntakeList(sorted(own, key=_urgency), sorted(unreadable, key=_urgency), is_cut)


async def unreadable_in(engine: Engine, districts: Sequence[str]) -> Sequence[UnreadableLine]:
    """What is in the intake of these districts and no key of ours opens. Raises `ChannelPlaneDown`, `DistrictDown`."""
    catalogue = await engine.record.catalogue()
    rows, _ = await _open_rows(engine, districts)
    lines = (_line(engine, catalogue, row) for row in rows)
    return sorted((line for line in lines if isinstance(line, UnreadableLine)), key=_urgency)


async def try_again(engine: Engine, actor: Actor, scope: str, reference: str) -> None:
    """Let a row that was set aside wait for the worker again, and write down who wanted that.

    Raises `NotFound` (also another lender's), `NotAllowed`, `NotSetAside`, `DistrictDown`.
    """
    row = await engine.channel.intake.get(scope, reference)
    line = None if row is None else _line(engine, await engine.record.catalogue(), row)
    if not isinstance(line, IntakeLine) or line.mfi_id != actor.mfi_id or not actor.may(MAY_READ[line.kind]):
        raise NotFound("there is nothing like that in the intake")
    if not actor.may(MAY_TRY_AGAIN[line.kind]):
        raise NotAllowed(f"{MAY_TRY_AGAIN[line.kind]} is not part of your role")
    if not line.is_set_aside:
        raise NotSetAside
    # Written down first: an act that nobody wrote down would be worse than a line about one that came to nothing.
    async with engine.record.unit(line.district) as unit:
        await audit(engine, unit, actor, "intake.tried_again", line.number, kind=line.kind, error=line.error)
        await unit.commit()
    if not await engine.channel.intake.try_again(scope, reference, at=engine.clock.now()):
        raise NotSetAside


async def _open_rows(engine: Engine, districts: Sequence[str]) -> tuple[Sequence[IntakeRow], bool]:
    """What waits in the districts or was set aside, and whether there is more."""
    found: list[IntakeRow] = []
    is_cut = False
    for district in districts:
        for listed in (engine.channel.intake.set_aside, engine.channel.intake.waiting):
            rows = await listed(district, LISTED_MAX)
            is_cut = is_cut or len(rows) == LISTED_MAX
            found.extend(rows)
    return found, is_cut


def _line(engine: Engine, catalogue: Catalogue, row: IntakeRow) -> IntakeLine | UnreadableLine | None:
    """None: it can be read, and its lender is gone; the worker's log names it."""
    kind, is_set_aside = IntakeKind(row.kind), row.status is IntakeStatus.SET_ASIDE
    try:
        mfi_id, number, amount = _opened(engine, catalogue, row)
    except NotFound:
        return None
    except ValueError:
        number = row.target if kind is IntakeKind.APPLICATION else row.reference
        return UnreadableLine(kind, row.district, number, row.received_at, is_set_aside)
    return IntakeLine(
        scope=row.scope,
        reference=row.reference,
        kind=kind,
        mfi_id=mfi_id,
        district=row.district,
        number=number,
        amount=amount,
        received_at=row.received_at,
        attempts=row.attempts,
        error=row.last_error,
        is_set_aside=is_set_aside,
    )


def _urgency(line: IntakeLine | UnreadableLine) -> tuple[bool, datetime, str]:
    return not line.is_set_aside, line.received_at, line.number


def _opened(engine: Engine, catalogue: Catalogue, row: IntakeRow) -> tuple[UUID, str, Money]:
    """Lender, number and amount. Raises `NotFound` for a lender that is gone, `ValueError` for what does not open."""
    if row.kind == IntakeKind.APPLICATION:
        command = open_application(engine, row).command
        product = catalogue.product(command.product_id, command.product_version)
        return product.mfi_id, str(command.reference), command.amount
    notice = open_notice(engine, row)
    mfi = catalogue.mfi_of_rail_account(notice.rail, notice.to)
    if mfi is None:
        raise NotFound("that account is nobody's any more")
    return mfi.id, notice.reference, notice.amount
