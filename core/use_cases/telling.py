"""What a borrower is told of an application or a loan: each message with its own key, so that none is sent twice."""

from __future__ import annotations

from core.loans.account import Instalment, LoanAccount
from core.loans.parts import Part
from core.money import Money
from core.ports.engine import Engine
from core.ports.record import Unit
from core.records.application import Application
from core.records.loan import Loan
from core.records.message import MessageKind
from core.references import Reference
from core.use_cases.messages import tell


async def tell_of_application(
    engine: Engine, unit: Unit, kind: MessageKind, application: Application, *, key: str, **figures: object
) -> bool:
    """Put a message about an application into the outbox, with its lender and its reference.

    `key` makes it once: False when it was told already.
    """
    mfi = (await engine.record.catalogue()).mfi(application.mfi_id)
    return await tell(
        engine,
        unit,
        kind,
        application.borrower_id,
        key=key,
        mfi_id=application.mfi_id,
        mfi_name=mfi.name,
        reference=application.reference,
        **figures,
    )


async def tell_of_loan(
    engine: Engine, unit: Unit, kind: MessageKind, loan: Loan, *, key: str, **figures: object
) -> bool:
    """The same of a loan."""
    mfi = (await engine.record.catalogue()).mfi(loan.mfi_id)
    return await tell(
        engine,
        unit,
        kind,
        loan.borrower_id,
        key=key,
        mfi_id=loan.mfi_id,
        mfi_name=mfi.name,
        loan_reference=loan.reference,
        **figures,
    )


async def tell_receipt(
    engine: Engine, unit: Unit, loan: Loan, account: LoanAccount, amount: Money, receipt: Reference, key: str
) -> None:
    """Say what a payment came to, part by part, and what is left. `key` is the event's."""
    transaction = account.transaction(key)
    if transaction is None:
        raise ValueError(f"the replay has no payment {key}")
    split = transaction.split
    first = account.first_unsettled
    await tell_of_loan(
        engine,
        unit,
        MessageKind.PAYMENT_RECEIVED,
        loan,
        key=f"receipt:{receipt}",
        receipt=receipt,
        amount_minor=amount,
        penalties_minor=split.penalties,
        fees_minor=split.fees,
        interest_minor=split.interest,
        principal_minor=split.principal,
        # Money after a loss pays nothing of the loan any more: it makes good what was given up.
        recovered_minor=transaction.recovered,
        overpaid_minor=transaction.overpaid,
        outstanding_minor=account.outstanding(),
        next_due_on=first.due_on if first else None,
        next_due_minor=first.outstanding() if first else None,
    )


async def tell_reversed(
    engine: Engine, unit: Unit, loan: Loan, account: LoanAccount, amount: Money, receipt: Reference
) -> None:
    """Say that a payment was taken off the loan again, and what is left to pay without it."""
    await tell_of_loan(
        engine,
        unit,
        MessageKind.PAYMENT_REVERSED,
        loan,
        key=f"reversed:{receipt}",
        receipt=receipt,
        amount_minor=amount,
        outstanding_minor=account.outstanding(),
    )


async def tell_waived(engine: Engine, unit: Unit, loan: Loan, account: LoanAccount, amount: Money, key: str) -> None:
    """Say that a charge was forgiven, and what is left to pay."""
    await tell_of_loan(
        engine,
        unit,
        MessageKind.CHARGE_WAIVED,
        loan,
        key=key,
        amount_minor=amount,
        outstanding_minor=account.outstanding(),
    )


async def tell_returned(engine: Engine, unit: Unit, loan: Loan, amount: Money, receipt: Reference) -> None:
    """Say that the cash came back in time and that nothing is owed."""
    await tell_of_loan(
        engine,
        unit,
        MessageKind.LOAN_RETURNED,
        loan,
        key=f"receipt:{receipt}",
        receipt=receipt,
        amount_minor=amount,
    )


async def tell_late_fee(engine: Engine, unit: Unit, loan: Loan, row: Instalment) -> None:
    """Say that an instalment was late and what that costs."""
    await tell_of_loan(
        engine,
        unit,
        MessageKind.LATE_FEE,
        loan,
        key=f"late_fee:{loan.id}:{row.n}",
        amount_minor=row.due[Part.PENALTY],
        due_on=row.due_on,
    )
