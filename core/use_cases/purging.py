"""How long what is finished is kept, and its removal when that time is over. What moved money is kept for ever.

The table here is the only place that says it for the record plane; the channel plane has its own. A key is forgotten
only when nothing can come again under it: what is named in no row is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from core.ports.engine import Engine

OUTBOX_KEPT: Final[Mapping[str, timedelta]] = {
    "message": timedelta(days=90),
    "payment_request": timedelta(days=90),
}
"""By topic, after a row was done or given up. Payouts and transfers are not here: their rows are money's own trail."""

COMMANDS_KEPT: Final[Mapping[str, timedelta]] = {
    # A code of a second factor is good for a minute and a half.
    "totp:": timedelta(days=2),
    # A session of a network or a browser lasts hours; its name may come again, but not within months.
    "send_statement:": timedelta(days=90),
    "change_wallet:": timedelta(days=90),
    "request_payment:": timedelta(days=90),
    "reset_code:": timedelta(days=90),
    "give_consent:": timedelta(days=90),
    "withdraw_consent:": timedelta(days=90),
    "form:": timedelta(days=90),
    # A draft lives for thirty days, an offer for weeks; a borrower may ask what came of one for a year.
    "register:": timedelta(days=400),
    "reservation:": timedelta(days=400),
    "identity_case:": timedelta(days=400),
    "apply:": timedelta(days=400),
    "withdraw:": timedelta(days=400),
    "accept:": timedelta(days=400),
    "decline:": timedelta(days=400),
    "answer_returned:": timedelta(days=400),
    "complain:": timedelta(days=400),
}
"""By how a key begins, after it was claimed. No key of a rail, a payment, a payout, a float or a transfer is here."""

_BATCH: Final = 1_000


async def purge_finished(engine: Engine, district: str) -> int:
    """Remove a batch of everything whose time is over; how many rows went. Call it again until none did."""
    now, gone = engine.clock.now(), 0
    async with engine.record.unit(district) as unit:
        for topic, kept in OUTBOX_KEPT.items():
            gone += await unit.outbox.purge(topic, now - kept, _BATCH)
        for prefix, kept in COMMANDS_KEPT.items():
            gone += await unit.commands.purge(prefix, now - kept, _BATCH)
        await unit.commit()
    return gone
