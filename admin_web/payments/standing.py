"""The payment that an address names by its receipt number, as long as it stands as the page expects."""

from __future__ import annotations

from admin_web.visits import Visit
from core.errors import NotFound
from core.ports.reads import PaymentRow
from core.use_cases.locating import district_of


async def standing_payment(visit: Visit, status: str) -> PaymentRow:
    """The payment of that status. Raises `NotFound`: another's, one that has moved on, or none at all."""
    row = await visit.reads.payment(visit.actor.mfi_id, visit.reference)
    if row is None or row.status != status:
        raise NotFound(f"no payment with that receipt is {status}")
    return row


async def district_of_payment(visit: Visit) -> str:
    """The district that a receipt's number begins with."""
    return await district_of(visit.engine, visit.reference)
