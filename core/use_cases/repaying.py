"""Money that arrives: durable in the intake before the rail is told so, then posted exactly once where it belongs.

By the account number first; without one, the payer's only open loan with that lender; else to the lender's suspense,
where a person looks. Money is never refused and never guessed at.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from core.calendar import business_date_of
from core.errors import Conflict, DomainError, InvalidInput, NotFound
from core.ledger.journals import suspense_receipt
from core.money import ZERO, Money
from core.phones import NotALesothoMobile, PhoneNumber
from core.ports.channel import ChannelPlaneDown
from core.ports.engine import Engine
from core.ports.intake import IntakeKind, IntakeRow, IntakeStatus
from core.ports.record import DistrictDown, KeyReused, Unit
from core.records.catalogue import Mfi
from core.records.loan import Loan, LoanStatus, Payment
from core.references import InvalidReference, Reference
from core.use_cases.bookkeeping import receive_repayment, value_date
from core.use_cases.callers import entry_of
from core.use_cases.idempotency import content_digest, earlier_outcome
from core.use_cases.locating import reserve_reference
from core.use_cases.trying import BROKE, mark, mark_failed

PAYABLE: Final = frozenset({LoanStatus.ACTIVE, LoanStatus.CLOSED, LoanStatus.WRITTEN_OFF})
_OPEN: Final = frozenset({LoanStatus.ACTIVE})
_SUSPENSE: Final = "suspense"
_UNPOSTED: Final = frozenset({IntakeStatus.WAITING, IntakeStatus.SET_ASIDE})
_CLASHES_MAX: Final = 100
"""How often somebody else may have been first before it is no coincidence any more."""


_TRIES_MAX: Final = 100
"""After how many tries, whatever they met, one that breaks the program is set aside: money is hurried for longest."""


class UnknownRailAccount(InvalidInput):
    """The account that was paid is nobody's here."""

    code = "unknown_rail_account"


class NoticeOutcome(StrEnum):
    """What a rail is told: both mean that the payment is safe."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class PaymentNotice:
    """A rail says that money arrived. `payer` is a phone number as the rail wrote it, `to` the MFI's account there."""

    rail: str
    reference: str
    amount: Money
    payer: str
    to: str
    account: str
    paid_at: datetime

    def to_json(self) -> dict[str, str]:
        """As it is kept, sealed, in the intake."""
        return {
            "rail": self.rail,
            "reference": self.reference,
            "amount": self.amount.plain,
            "payer": self.payer,
            "to": self.to,
            "account": self.account,
            "paid_at": self.paid_at.isoformat(),
        }

    @classmethod
    def from_json(cls, kept: dict[str, str]) -> PaymentNotice:
        """The notice that was kept."""
        return cls(
            rail=kept["rail"],
            reference=kept["reference"],
            amount=Money.of(kept["amount"]),
            payer=kept["payer"],
            to=kept["to"],
            account=kept["account"],
            paid_at=datetime.fromisoformat(kept["paid_at"]),
        )


async def receive_payment(engine: Engine, notice: PaymentNotice) -> NoticeOutcome:
    """Take a rail's notice. When this returns, the payment is durable; it is posted at once if its district answers.

    Raises `KeyReused` (same reference, other content), `UnknownRailAccount`, `ChannelPlaneDown` (not durable).
    """
    if notice.amount <= ZERO:
        raise InvalidInput("a payment is more than nothing", field="amount")
    mfi = await _paid_mfi(engine, notice)
    row = IntakeRow(
        scope=f"rail:{notice.rail}",
        reference=notice.reference,
        kind=IntakeKind.PAYMENT,
        district=await _likely_district(engine, notice, mfi),
        digest=content_digest(notice),
        payload=engine.sealer.seal(json.dumps(notice.to_json()).encode(), _context(notice.rail, notice.reference)),
        status=IntakeStatus.WAITING,
        received_at=engine.clock.now(),
    )
    standing = await engine.channel.intake.accept(row)
    if standing is not None and standing.digest != row.digest:
        raise KeyReused("that payment reference came before with other content")
    if standing is None or standing.status in _UNPOSTED:
        await _try_to_post(engine, standing or row)
    return NoticeOutcome.ACCEPTED if standing is None else NoticeOutcome.DUPLICATE


def open_notice(engine: Engine, row: IntakeRow) -> PaymentNotice:
    """The notice of an intake row. Raises `ValueError` when it was changed, or sealed under a key that is gone."""
    rail = row.scope.removeprefix("rail:")
    return PaymentNotice.from_json(json.loads(engine.sealer.open(row.payload, _context(rail, row.reference))))


def repayment_key(rail: str, rail_reference: str, assignment: int) -> str:
    """What a payment is to the books, each time that it is put somewhere."""
    return f"repayment:{rail}:{rail_reference}:{assignment}"


async def drain_payments(engine: Engine, district: str, limit: int) -> int:
    """Post what waits for a district; returns how many were posted. One that fails does not stop the rest.

    Raises an `ExceptionGroup` at the end when a row broke the program itself: a defect to mend, while it waits. After
    a hundred tries it is set aside, and the proof of the books names it.
    """
    posted = 0
    defects: list[Exception] = []
    for row in await engine.channel.intake.waiting(district, limit, kind=IntakeKind.PAYMENT):
        try:
            posted += await _try_to_post(engine, row)
        except DomainError:
            raise  # the intake itself is down: the rest would fare no better
        except Exception as error:  # noqa: BLE001 -- told below; one payment must never hold up everybody else's
            await mark_failed(engine, row, BROKE, _TRIES_MAX)
            defects.append(error)
    if defects:
        raise ExceptionGroup("payments that wait because posting them broke", defects)
    return posted


async def _try_to_post(engine: Engine, row: IntakeRow) -> bool:
    try:
        await _post(engine, row)
    except (DistrictDown, ChannelPlaneDown) as error:
        await mark(engine, row, IntakeStatus.WAITING, error.code)
        return False
    except Conflict as error:
        await mark_failed(engine, row, error.code, _CLASHES_MAX)
        return False
    except DomainError as error:
        await mark(engine, row, IntakeStatus.SET_ASIDE, error.code)
        return False
    await mark(engine, row, IntakeStatus.DONE)
    return True


async def _post(engine: Engine, row: IntakeRow) -> None:
    notice = open_notice(engine, row)
    mfi = await _paid_mfi(engine, notice)
    target = row.target or await engine.channel.intake.pin(
        row.scope, row.reference, await _choose_target(engine, notice, mfi)
    )
    district, _, loan_id = target.partition("/")
    key = repayment_key(notice.rail, notice.reference, 1)
    receipt = await reserve_reference(engine, "receipt", district, key)
    async with engine.record.unit(district) as unit:
        if await earlier_outcome(unit, key, notice) is not None:
            return
        if loan_id == _SUSPENSE:
            await _to_suspense(engine, unit, notice, mfi, receipt, key)
        else:
            loan = await unit.loans.get(UUID(loan_id), lock=True)
            payment = await _payment(engine, unit, notice, loan.mfi_id, receipt, loan)
            await unit.payments.add(payment)
            await receive_repayment(engine, unit, loan, notice, receipt=receipt, key=key, value_on=payment.value_on)
        await unit.commands.complete(key, {"receipt": str(receipt), "target": target})
        await unit.commit()


async def _choose_target(engine: Engine, notice: PaymentNotice, mfi: Mfi) -> str:
    """`district/loan id`, or the suspense of the head office."""
    loan = await _loan_by_account(engine, notice, mfi) if notice.account else None
    if loan is None and not notice.account:
        loan = await _only_open_loan(engine, notice, mfi)
    return f"{loan.district}/{loan.id}" if loan else f"{mfi.head_office_district}/{_SUSPENSE}"


async def _loan_by_account(engine: Engine, notice: PaymentNotice, mfi: Mfi) -> Loan | None:
    try:
        entry = await engine.channel.directory.reference(Reference.parse(notice.account))
    except InvalidReference:
        return None
    if entry is None:
        return None
    async with engine.record.unit(entry.district) as unit:
        try:
            if entry.kind == "application":
                application = await unit.applications.by_reference(entry.reference, mfi_id=mfi.id)
                loan = await unit.loans.of_application(application.id)
            else:
                loan = await unit.loans.by_reference(entry.reference, mfi_id=mfi.id)
        except NotFound:
            return None
    return loan if loan is not None and loan.status in PAYABLE else None


async def _only_open_loan(engine: Engine, notice: PaymentNotice, mfi: Mfi) -> Loan | None:
    try:
        payer = PhoneNumber.parse(notice.payer)
    except NotALesothoMobile:
        return None
    entry = await entry_of(engine, payer)
    if entry is None:
        return None
    async with engine.record.unit(entry.district) as unit:
        loans = await unit.loans.of_borrower(entry.borrower_id)
    open_loans = [loan for loan in loans if loan.mfi_id == mfi.id and loan.status in _OPEN]
    return open_loans[0] if len(open_loans) == 1 else None


async def _paid_mfi(engine: Engine, notice: PaymentNotice) -> Mfi:
    mfi = (await engine.record.catalogue()).mfi_of_rail_account(notice.rail, notice.to)
    if mfi is None:
        raise UnknownRailAccount(field="to")
    return mfi


async def _likely_district(engine: Engine, notice: PaymentNotice, mfi: Mfi) -> str:
    """Whose drain should try first; the target is chosen when it is posted."""
    try:
        cell = Reference.parse(notice.account).cell_number
        return (await engine.record.catalogue()).district_of_cell(cell).code
    except (InvalidReference, NotFound):
        return mfi.head_office_district


async def _to_suspense(
    engine: Engine, unit: Unit, notice: PaymentNotice, mfi: Mfi, receipt: Reference, key: str
) -> None:
    today = await unit.business_date()
    await unit.payments.add(await _payment(engine, unit, notice, mfi.id, receipt, None))
    journal = suspense_receipt(key=key, rail=notice.rail, amount=notice.amount, value_on=today)
    await unit.ledger.post(mfi.id, [journal], recorded_at=engine.clock.now(), business_on=today)


async def _payment(
    engine: Engine, unit: Unit, notice: PaymentNotice, mfi_id: UUID, receipt: Reference, loan: Loan | None
) -> Payment:
    today = await unit.business_date()
    paid_on = min(business_date_of(notice.paid_at), today)
    return Payment(
        id=engine.identifiers.new_id(),
        district=unit.district,
        mfi_id=mfi_id,
        rail=notice.rail,
        rail_reference=notice.reference,
        assignment=1,
        receipt=receipt,
        amount=notice.amount,
        payer=notice.payer,
        account=notice.account,
        paid_at=notice.paid_at,
        value_on=value_date(paid_on, loan, today) if loan else paid_on,
        recorded_at=engine.clock.now(),
        loan_id=loan.id if loan else None,
        borrower_id=loan.borrower_id if loan else None,
        status="posted" if loan else "suspense",
    )


def _context(rail: str, reference: str) -> str:
    return f"intake:{rail}:{reference}"
