"""A loan's events between the rows that are kept and the values that the loan engine replays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

from core.errors import Conflict
from core.loans.events import (
    Charge,
    CoolingOffReturn,
    Disbursed,
    Event,
    Payoff,
    Refund,
    Repayment,
    Reversal,
    Waiver,
    WriteOff,
)
from core.loans.parts import Part
from core.money import Money
from core.records.loan import LoanEventRow

DISBURSED: Final = "disbursed"
REPAID: Final = "repaid"
_PAYOFF: Final = "payoff"
_RETURNED: Final = "returned"
_REFUNDED: Final = "refunded"
_CHARGED: Final = "charged"
_WAIVED: Final = "waived"
_WRITTEN_OFF: Final = "written_off"
_REVERSED: Final = "reversed"


_WORDS: Final[Mapping[type[Event], str]] = {
    Repayment: REPAID,
    Payoff: _PAYOFF,
    CoolingOffReturn: _RETURNED,
    Refund: _REFUNDED,
    Charge: _CHARGED,
    Waiver: _WAIVED,
    WriteOff: _WRITTEN_OFF,
    Reversal: _REVERSED,
}
_PAYMENTS: Final[Mapping[str, type[Repayment]]] = {REPAID: Repayment, _PAYOFF: Payoff, _RETURNED: CoolingOffReturn}


def kind_of(event: Event) -> str:
    """The word that an event's row is kept under."""
    return _WORDS[type(event)]


def data_of(event: Event) -> dict[str, Any]:
    """What an event's row keeps beside its key and dates."""
    match event:
        case Repayment():
            forgives = {"forgives_minor": event.forgives.minor} if isinstance(event, Payoff) and event.forgives else {}
            return {
                "rail": event.rail,
                "amount_minor": event.amount.minor,
                "source": event.source,
                "closed_through": event.closed_through.isoformat() if event.closed_through else None,
                **forgives,
            }
        case Refund():
            return {"rail": event.rail, "amount_minor": event.amount.minor}
        case Charge():
            return {"part": event.part.value, "amount_minor": event.amount.minor}
        case Waiver():
            return {
                "instalment": event.instalment,
                "part": event.part.value,
                "amount_minor": event.amount.minor,
            }
        case WriteOff():
            return {}
        case _:
            return {"target": event.target}


def disbursed_of(rows: Sequence[LoanEventRow]) -> Disbursed:
    """The payout that opened the account. Raises `Conflict` when the money never left."""
    for row in rows:
        if row.kind == DISBURSED:
            return Disbursed(row.key, str(row.data["rail"]), row.value_on)
    raise Conflict("the loan was never paid out")


def events_of(rows: Sequence[LoanEventRow]) -> tuple[Event, ...]:
    """Everything after the payout, in recording order."""
    return tuple(_READERS[row.kind](row) for row in rows if row.kind != DISBURSED)


def _money(data: Mapping[str, Any]) -> Money:
    return Money(int(data["amount_minor"]))


def _repayment(row: LoanEventRow) -> Repayment:
    make = _PAYMENTS[row.kind]
    closed = row.data.get("closed_through")
    event = make(
        key=row.key,
        n=row.n,
        rail=str(row.data["rail"]),
        value_on=row.value_on,
        amount=_money(row.data),
        source=str(row.data.get("source", "")),
        closed_through=date.fromisoformat(closed) if closed else None,
    )
    forgives = Money(int(row.data.get("forgives_minor", 0)))
    return replace(event, forgives=forgives) if isinstance(event, Payoff) else event


def _refund(row: LoanEventRow) -> Refund:
    return Refund(row.key, row.n, str(row.data["rail"]), row.value_on, _money(row.data))


def _charge(row: LoanEventRow) -> Charge:
    return Charge(row.key, row.n, row.value_on, Part(row.data["part"]), _money(row.data))


def _waiver(row: LoanEventRow) -> Waiver:
    part = Part(row.data["part"])
    return Waiver(row.key, row.n, row.value_on, int(row.data["instalment"]), part, _money(row.data))


def _write_off(row: LoanEventRow) -> WriteOff:
    return WriteOff(row.key, row.n, row.value_on)


def _reversal(row: LoanEventRow) -> Reversal:
    return Reversal(row.key, row.n, str(row.data["target"]))


_READERS: Final[Mapping[str, Callable[[LoanEventRow], Event]]] = {
    **dict.fromkeys(_PAYMENTS, _repayment),
    _REFUNDED: _refund,
    _CHARGED: _charge,
    _WAIVED: _waiver,
    _WRITTEN_OFF: _write_off,
    _REVERSED: _reversal,
}
