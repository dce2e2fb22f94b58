"""Where a borrower is paid: their own number until they say otherwise, and from then on the newest wallet they chose.

A change holds payouts back for a day and is told to every number that it touches. A payout that was released before
keeps the wallet that it was released to.
"""

from __future__ import annotations

from uuid import UUID

from core.errors import DomainError
from core.phones import PhoneNumber
from core.ports.engine import Engine
from core.ports.record import Unit
from core.records.borrower import Borrower, Channel
from core.records.catalogue import Mfi
from core.records.message import MessageKind
from core.records.wallet import CoolDownCause, Wallet, WalletChoice
from core.use_cases.callers import entry_of
from core.use_cases.cooling_down import COOL_DOWN_HOURS, start_cool_down
from core.use_cases.messages import tell, tell_number
from core.use_cases.payouts import DEFAULT_RAIL


class RailNotServed(DomainError):
    """The lender does not pay to wallets of that rail."""

    code = "rail_not_served"


async def payout_wallet(unit: Unit, borrower: Borrower) -> Wallet:
    """The wallet that the borrower's money goes to."""
    newest = await unit.wallets.newest(borrower.id)
    return newest.wallet if newest is not None else own_wallet(borrower.phone)


async def wallet_served_by(unit: Unit, borrower: Borrower, mfi: Mfi) -> Wallet:
    """The wallet, when this lender can pay to it. Raises `RailNotServed`."""
    wallet = await payout_wallet(unit, borrower)
    if wallet.rail not in mfi.rail_accounts:
        raise RailNotServed(f"{mfi.code} does not pay out over {wallet.rail}")
    return wallet


def own_wallet(phone: PhoneNumber) -> Wallet:
    """The wallet of the number itself, which is what everybody has who never chose another."""
    return Wallet(DEFAULT_RAIL, phone)


async def choose_wallet(engine: Engine, unit: Unit, borrower: Borrower, wallet: Wallet, channel: Channel) -> bool:
    """Keep the choice in the caller's unit, which holds the borrower's row; True where it changed the wallet.

    Naming one's own number for the first time is no change: the money went there all along.
    """
    newest = await unit.wallets.newest(borrower.id)
    before = newest.wallet if newest is not None else own_wallet(borrower.phone)
    if newest is not None and before == wallet:
        return False
    choice = WalletChoice(
        borrower_id=borrower.id,
        n=newest.n + 1 if newest is not None else 1,
        wallet=wallet,
        belongs_to_other=await _belongs_to_other(engine, borrower.id, wallet.number),
        channel=channel,
        chosen_at=engine.clock.now(),
    )
    await unit.wallets.add(choice)
    if before == wallet:
        return False
    await start_cool_down(engine, unit, borrower.id, CoolDownCause.WALLET_CHANGED)
    await _tell_everyone(engine, unit, borrower, before, choice)
    return True


async def _belongs_to_other(engine: Engine, borrower_id: UUID, number: PhoneNumber) -> bool:
    entry = await entry_of(engine, number)
    return entry is not None and entry.borrower_id != borrower_id


async def _tell_everyone(engine: Engine, unit: Unit, borrower: Borrower, before: Wallet, choice: WalletChoice) -> None:
    """The borrower's own number, the wallet that was left, and the one that was chosen."""
    fact = f"wallet:{borrower.id}:{choice.n}"
    changed, chosen = MessageKind.WALLET_CHANGED, MessageKind.WALLET_CHOSEN
    tail = choice.wallet.number.e164[-3:]
    await tell(engine, unit, changed, borrower.id, key=fact, wallet_masked=tail, hours=COOL_DOWN_HOURS)
    if before.number != borrower.phone:
        await tell_number(
            engine,
            unit,
            changed,
            before.number,
            key=f"{fact}:left",
            language=borrower.language,
            wallet_masked=tail,
            hours=COOL_DOWN_HOURS,
        )
    if choice.wallet.number != borrower.phone:
        await tell_number(engine, unit, chosen, choice.wallet.number, key=f"{fact}:chosen", language=borrower.language)
