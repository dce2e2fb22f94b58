"""The demo's beginning: its lenders, their staff, and the money that they lend."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from core.money import Money
from core.ports.directory import StaffEntry
from core.ports.engine import Engine
from core.records.catalogue import Mfi
from core.records.staff import Actor, Role, StaffMember
from core.use_cases.funding import AllotFloat, FundFloat, allot_float, fund_float
from letsema.demo.cast import ALL_DISTRICTS, LENDERS, RAIL, STAFF, Colleague

FUNDED: Final = Money.of(1_000_000)
ALLOTTED: Final = Money.of(60_000)

Staff = Mapping[tuple[str, Role], Actor]


async def found_lenders(engine: Engine) -> Mapping[str, Mfi]:
    """Enter the lenders and their products; by code."""
    mfis = {lender.code: lender.mfi(engine.identifiers.new_id()) for lender in LENDERS}
    for lender in LENDERS:
        await engine.record.add_mfi(mfis[lender.code])
        for product in lender.products:
            await engine.record.add_product(product.version(engine.identifiers.new_id(), mfis[lender.code].id))
    return mfis


async def employ_staff(engine: Engine, mfis: Mapping[str, Mfi]) -> Staff:
    """Enter the staff, at their lender's head office. Of two with one role, the history has the first."""
    staff: dict[tuple[str, Role], Actor] = {}
    for colleague in STAFF:
        actor = await _employ(engine, colleague, mfis[colleague.lender.code])
        staff.setdefault((colleague.lender.code, colleague.role), actor)
    return staff


async def fund(engine: Engine, mfis: Mapping[str, Mfi], staff: Staff) -> None:
    """Put the owners' money into each head office's float."""
    for code, mfi in mfis.items():
        maker, checker = staff[code, Role.CASHIER].staff_id, staff[code, Role.MANAGER].staff_id
        await fund_float(engine, FundFloat(mfi.id, RAIL, FUNDED, f"demo:{code}", maker, checker))


async def allot(engine: Engine, mfis: Mapping[str, Mfi], staff: Staff) -> None:
    """Give every other district a part of it, so that each can lend."""
    for code, mfi in mfis.items():
        maker, checker = staff[code, Role.CASHIER].staff_id, staff[code, Role.MANAGER].staff_id
        for district in sorted(ALL_DISTRICTS - {mfi.head_office_district}):
            key = f"demo:{code}:{district}"
            await allot_float(engine, AllotFloat(mfi.id, RAIL, district, ALLOTTED, key, maker, checker))


async def _employ(engine: Engine, colleague: Colleague, mfi: Mfi) -> Actor:
    member = StaffMember(
        id=engine.identifiers.new_id(),
        district=mfi.head_office_district,
        mfi_id=mfi.id,
        email=colleague.email,
        name=colleague.name,
        roles=frozenset({colleague.role}),
        language=colleague.language,
        password_hash=await engine.password_hasher.hash(colleague.password),
    )
    async with engine.record.unit(member.district) as unit:
        await unit.staff.add(member)
        await unit.commit()
    entry = StaffEntry(engine.keyed_hash.email(member.email), member.district, member.id)
    await engine.channel.directory.add_staff(entry)
    return member.actor
