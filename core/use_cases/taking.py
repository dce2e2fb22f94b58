"""An application while its district's records do not answer: durable in the intake, and submitted from there once.

The borrower reads their reference and that an SMS follows. Nothing that needs the records is decided before they
answer: what no longer passes then is returned with its reason.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from core.money import Money
from core.phones import PhoneNumber
from core.ports.engine import Engine
from core.ports.intake import IntakeKind, IntakeRow, IntakeStatus
from core.ports.record import DistrictDown
from core.records.borrower import Channel, IncomeKind, Purpose
from core.records.message import MessageKind
from core.records.wallet import Wallet
from core.references import Reference
from core.use_cases.applying import (
    Applicant,
    RefusalReason,
    Submission,
    SubmissionOutcome,
    SubmitApplication,
    application_key,
    submit_for,
)
from core.use_cases.callers import registered
from core.use_cases.idempotency import content_digest
from core.use_cases.messages import tell

SCOPE: Final = "application"
"""The scope of applications in the intake; their reference there is the command's key."""

SET_ASIDE_BARS_FOR: Final = timedelta(days=2)
"""From when it was taken: so long somebody may look why it was set aside before its borrower begins another."""


@dataclass(frozen=True, slots=True)
class TakenApplication:
    """An application as the intake holds it."""

    applicant: Applicant
    command: SubmitApplication


async def apply_for_loan(engine: Engine, command: SubmitApplication) -> Submission:
    """Submit, or take the application into the intake when the district's records do not answer.

    That includes an answer that did not come: the application may be there then, and the same key finds it. While one
    of the borrower's waits in the intake, or was set aside there lately, no other is begun. Raises `NotRegistered`,
    `ChannelPlaneDown`.
    """
    entry = await registered(engine, command.phone)
    applicant = Applicant(entry.district, entry.borrower_id)
    standing = await engine.channel.intake.open_of(str(applicant.borrower_id))
    for row in standing:
        if row.reference == application_key(command.draft_id):
            return Submission(SubmissionOutcome.TAKEN, Reference(row.target))
    if being_sent := _barring(engine, standing):
        return Submission(SubmissionOutcome.BEING_SENT, Reference(being_sent[0].target))
    try:
        return await submit_for(engine, applicant, command)
    except DistrictDown:
        return await _take(engine, applicant, command)


async def application_being_sent(engine: Engine, borrower_id: UUID) -> Reference | None:
    """The number of the application in the intake that keeps a borrower from another; None: there is none."""
    rows = _barring(engine, await engine.channel.intake.open_of(str(borrower_id)))
    return Reference(rows[0].target) if rows else None


async def submit_taken(engine: Engine, row: IntakeRow) -> Submission:
    """Submit what was taken, and tell the borrower when it no longer passes. Safe to repeat.

    Raises `DistrictDown`; `ValueError`: the payload cannot be opened.
    """
    taken = open_application(engine, row)
    submission = await submit_for(engine, taken.applicant, taken.command)
    if submission.outcome is SubmissionOutcome.REFUSED:
        await _tell_why(engine, taken, submission)
    return submission


def open_application(engine: Engine, row: IntakeRow) -> TakenApplication:
    """What was taken. Raises `ValueError` when it was changed, or sealed under a key that is gone."""
    kept: Mapping[str, Any] = json.loads(engine.sealer.open(row.payload, _context(row.reference)))
    applicant = Applicant(row.district, UUID(kept["borrower_id"]))
    return TakenApplication(applicant, replace(_command_from(kept), taken_at=row.received_at))


def _barring(engine: Engine, rows: Sequence[IntakeRow]) -> Sequence[IntakeRow]:
    """Those that keep their borrower from another application.

    What waits does. What was set aside does for a while, unless nobody can open it: no person could let it try again.
    One that is tried late, beside another, meets the rules of that day like any other.
    """
    since = engine.clock.now() - SET_ASIDE_BARS_FOR
    return [
        row
        for row in rows
        if row.status is IntakeStatus.WAITING or (row.received_at > since and _can_be_opened(engine, row))
    ]


def _can_be_opened(engine: Engine, row: IntakeRow) -> bool:
    try:
        open_application(engine, row)
    except ValueError:
        return False
    return True


async def _take(engine: Engine, applicant: Applicant, command: SubmitApplication) -> Submission:
    key = application_key(command.draft_id)
    kept = {**_kept(command), "borrower_id": str(applicant.borrower_id)}
    row = IntakeRow(
        scope=SCOPE,
        reference=key,
        kind=IntakeKind.APPLICATION,
        district=applicant.district,
        digest=content_digest(command),
        payload=engine.sealer.seal(json.dumps(kept).encode(), _context(key)),
        status=IntakeStatus.WAITING,
        received_at=engine.clock.now(),
        target=str(command.reference),
        owner=str(applicant.borrower_id),
    )
    standing = await engine.channel.intake.accept(row) or row
    reference = Reference(standing.target)
    if standing.status is IntakeStatus.RETURNED:
        return Submission(SubmissionOutcome.REFUSED, reference, RefusalReason(standing.last_error))
    return Submission(SubmissionOutcome.TAKEN, reference)


async def _tell_why(engine: Engine, taken: TakenApplication, submission: Submission) -> None:
    """Once for each application. Not in the transaction that refused it: that one may have been the borrower's own,
    whose answer was lost.
    """
    async with engine.record.unit(taken.applicant.district) as unit:
        await tell(
            engine,
            unit,
            MessageKind.APPLICATION_NOT_TAKEN,
            taken.applicant.borrower_id,
            key=f"not_taken:{taken.command.draft_id}",
            reference=submission.reference,
            reason_code=submission.reason,
        )
        await unit.commit()


def _kept(command: SubmitApplication) -> dict[str, Any]:
    wallet = command.wallet
    return {
        "draft_id": str(command.draft_id),
        "reference": str(command.reference),
        "phone": command.phone.e164,
        "product_id": str(command.product_id),
        "product_version": command.product_version,
        "amount": command.amount.minor,
        "periods": command.periods,
        "purpose": command.purpose,
        "net_pay": command.net_pay.minor,
        "income_kind": command.income_kind,
        "channel": command.channel,
        "wallet": None if wallet is None else {"rail": wallet.rail, "number": wallet.number.e164},
    }


def _command_from(kept: Mapping[str, Any]) -> SubmitApplication:
    wallet = kept["wallet"]
    return SubmitApplication(
        draft_id=UUID(kept["draft_id"]),
        reference=Reference(kept["reference"]),
        phone=PhoneNumber(kept["phone"]),
        product_id=UUID(kept["product_id"]),
        product_version=kept["product_version"],
        amount=Money(kept["amount"]),
        periods=kept["periods"],
        purpose=Purpose(kept["purpose"]),
        net_pay=Money(kept["net_pay"]),
        income_kind=IncomeKind(kept["income_kind"]),
        channel=Channel(kept["channel"]),
        wallet=None if wallet is None else Wallet(wallet["rail"], PhoneNumber(wallet["number"])),
    )


def _context(key: str) -> str:
    return f"intake:{key}"
