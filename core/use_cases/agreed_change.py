"""What an agreed change of a number or a national ID does in the record plane: one transaction, with the agreement."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from core.errors import Conflict
from core.phones import PhoneNumber
from core.ports.engine import Engine
from core.ports.record import Unit
from core.records.borrower import Borrower
from core.records.catalogue import Mfi
from core.records.identity import ChangeKind, IdentityChange
from core.records.message import MessageKind
from core.records.recovery import PinReset, ResetProof
from core.records.staff import Actor
from core.records.wallet import CoolDownCause
from core.use_cases.cooling_down import start_cool_down
from core.use_cases.messages import tell, tell_number
from core.use_cases.recovering import code_digest, identity_end
from core.use_cases.reserving import Reservation, keep_reservation

FIRST_PIN_DAYS: Final = 30
"""How long a borrower with a new number may wait with choosing a PIN before a branch has to help again."""


async def take_effect(
    engine: Engine, unit: Unit, actor: Actor, change: IdentityChange, old: Reservation, new: Reservation
) -> IdentityChange:
    """Change the borrower, hold payouts back, and tell. Returns the change with the directory's entries it is about.

    Raises `ReservationReleased`, `Conflict` when the borrower's number or ID is another by now.
    """
    borrower = await unit.borrowers.get(change.borrower_id, lock=True)
    await keep_reservation(unit, new.draft_id, new.borrower_id)
    mfi = (await engine.record.catalogue()).mfi(actor.mfi_id)
    if change.kind is ChangeKind.NUMBER:
        await _change_number(engine, unit, actor, borrower, change, mfi)
    else:
        await _correct_id(engine, unit, actor, borrower, change, mfi)
    return replace(change, gives_up=old.draft_id, reservation_id=new.draft_id)


async def _change_number(
    engine: Engine, unit: Unit, actor: Actor, borrower: Borrower, change: IdentityChange, mfi: Mfi
) -> None:
    if borrower.phone.e164 != change.old:
        raise Conflict("the borrower's number is another by now")
    await unit.borrowers.save(replace(borrower, phone=PhoneNumber.parse(change.new)))
    await start_cool_down(engine, unit, borrower.id, CoolDownCause.NUMBER_CHANGED)
    await _ask_for_first_pin(engine, unit, actor, borrower)
    figures = {"mfi_name": mfi.name, "complaints_phone": mfi.complaints_phone}
    await tell_number(
        engine,
        unit,
        MessageKind.NUMBER_GIVEN_UP,
        borrower.phone,
        key=f"number_given_up:{change.id}",
        mfi_id=mfi.id,
        language=borrower.language,
        **figures,
    )
    await tell(engine, unit, MessageKind.NUMBER_CHANGED, borrower.id, key=f"number_changed:{change.id}", mfi_id=mfi.id)


async def _ask_for_first_pin(engine: Engine, unit: Unit, actor: Actor, borrower: Borrower) -> None:
    """A number may be mistyped, and its stranger must not become the borrower: they prove themselves by their ID."""
    now, reset_id = engine.clock.now(), engine.identifiers.new_id()
    await unit.pin_resets.add(
        PinReset(
            id=reset_id,
            borrower_id=borrower.id,
            mfi_id=actor.mfi_id,
            code_digest=code_digest(engine, reset_id, identity_end(borrower.national_id)),
            started_by=actor.staff_id,
            started_by_name=actor.name,
            started_at=now,
            expires_at=now + timedelta(days=FIRST_PIN_DAYS),
            proof=ResetProof.IDENTITY_END,
        )
    )


async def _correct_id(
    engine: Engine, unit: Unit, actor: Actor, borrower: Borrower, change: IdentityChange, mfi: Mfi
) -> None:
    if borrower.national_id != change.old:
        raise Conflict("the borrower's national ID is another by now")
    corrected = replace(borrower, national_id=change.new)
    await unit.borrowers.correct_national_id(corrected)
    reset = await unit.pin_resets.newest(borrower.id, lock=True)
    if reset is not None and reset.proof is ResetProof.IDENTITY_END and reset.used_at is None:
        # Their new number still waits for its first PIN, and they would type what stands on their card.
        await _ask_for_first_pin(engine, unit, actor, corrected)
    await start_cool_down(engine, unit, borrower.id, CoolDownCause.IDENTITY_CORRECTED)
    await tell(
        engine,
        unit,
        MessageKind.IDENTITY_CORRECTED,
        borrower.id,
        key=f"identity_corrected:{change.id}",
        mfi_id=mfi.id,
        mfi_name=mfi.name,
        complaints_phone=mfi.complaints_phone,
    )
