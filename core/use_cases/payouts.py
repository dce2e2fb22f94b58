"""A payout before a rail hears of it: its number, which names what it pays, and its place in the outbox."""

from __future__ import annotations

from typing import Final

from core.ports.engine import Engine
from core.ports.record import Unit
from core.ports.work import OutboxRow
from core.records.loan import Disbursement, PayoutPurpose
from core.references import Reference

PAYOUT_TOPIC: Final = "payout"
DEFAULT_RAIL: Final = "simulated"
_LETTERS: Final = {PayoutPurpose.LOAN: "D", PayoutPurpose.CREDIT: "C", PayoutPurpose.SUSPENSE: "R"}


def payout_reference(subject: Reference, attempt: int, purpose: PayoutPurpose = PayoutPurpose.LOAN) -> str:
    """The payout's own number: letters and digits only and at most twenty, as the narrowest rail wants it.

    `subject` is the loan's number, or the receipt of the money in suspense that goes back.
    """
    return f"{_LETTERS[purpose]}{subject}{attempt:02d}"


def subject_of_payout(reference: str) -> Reference:
    """The loan or the receipt that a payout's number names. Raises `InvalidReference`."""
    return Reference.parse(reference[1:-2])


async def queue_payout(engine: Engine, unit: Unit, payout: Disbursement) -> None:
    """Let the worker ask the rail."""
    await unit.outbox.add(
        OutboxRow(
            id=engine.identifiers.new_id(),
            district=unit.district,
            topic=PAYOUT_TOPIC,
            kind="send",
            key=f"payout:{payout.reference}",
            data={"reference": payout.reference},
            due_at=engine.clock.now(),
        )
    )
