"""Being paid elsewhere from now on, as the borrower says on the phone."""

from __future__ import annotations

from core.phones import PhoneNumber
from core.ports.engine import Engine
from core.records.borrower import Channel
from core.records.wallet import CoolDown, Wallet
from core.use_cases.callers import registered
from core.use_cases.idempotency import earlier_outcome
from core.use_cases.wallets import choose_wallet, payout_wallet


async def wallet_of(engine: Engine, phone: PhoneNumber) -> tuple[Wallet, CoolDown | None]:
    """Where a caller is paid, and what holds their payouts back now. Raises `NotRegistered`, `DistrictDown`."""
    entry = await registered(engine, phone)
    async with engine.record.unit(entry.district) as unit:
        borrower = await unit.borrowers.get(entry.borrower_id)
        standing = await unit.wallets.cool_downs(borrower.id, engine.clock.now())
        return await payout_wallet(unit, borrower), standing[0] if standing else None


async def change_wallet(engine: Engine, phone: PhoneNumber, wallet: Wallet, channel: Channel, key: str) -> bool:
    """Be paid there from now on; False where that was so already. The PIN was verified before. Once for each key.

    Raises `NotRegistered`, `DistrictDown`, `Conflict`.
    """
    entry = await registered(engine, phone)
    own_key = f"{key}:{entry.borrower_id}"
    async with engine.record.unit(entry.district) as unit:
        earlier = await earlier_outcome(unit, own_key)
        if earlier is not None:
            return bool(earlier["changed"])
        borrower = await unit.borrowers.get(entry.borrower_id, lock=True)
        changed = await choose_wallet(engine, unit, borrower, wallet, channel)
        await unit.commands.complete(own_key, {"changed": changed})
        await unit.commit()
    return changed
