"""Wallets, payoff quotes and requests to pay, of one district. Numbers are sealed; their last digits stay readable."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, update
from sqlalchemy.dialects.postgresql import insert

from core.errors import Conflict, NotFound
from core.loans.parts import Split
from core.money import Money
from core.phones import PhoneNumber
from core.records.borrower import Channel
from core.records.wallet import (
    CoolDown,
    CoolDownCause,
    KeptQuote,
    PaymentRequest,
    PaymentRequestStatus,
    Wallet,
    WalletChoice,
)
from core.references import Reference
from storage.postgres.record.connection import DistrictConnection
from storage.postgres.sealing import Sealing, tail
from storage.postgres.tables.wallets import cool_downs, payment_requests, payoff_quotes, wallet_choices


class WalletsOnPostgres:
    """`core.ports.wallets.Wallets`."""

    def __init__(self, connection: DistrictConnection, sealing: Sealing) -> None:
        self._connection = connection
        self._sealing = sealing

    async def add(self, choice: WalletChoice) -> None:
        cell = f"{choice.borrower_id}/{choice.n}"
        number = choice.wallet.number.e164
        statement = insert(wallet_choices).values(
            district=self._connection.district,
            borrower_id=choice.borrower_id,
            n=choice.n,
            rail=choice.wallet.rail,
            number_sealed=self._sealing.seal(number, "wallet_choices", cell, "number"),
            number_tail=tail(number),
            belongs_to_other=choice.belongs_to_other,
            channel=choice.channel,
            chosen_at=choice.chosen_at,
        )
        if not await self._connection.write(statement.on_conflict_do_nothing()):
            raise Conflict("the wallet was changed meanwhile")

    async def newest(self, borrower_id: UUID) -> WalletChoice | None:
        statement = select(wallet_choices).where(
            self._connection.here(wallet_choices), wallet_choices.c.borrower_id == borrower_id
        )
        row = await self._connection.row(statement.order_by(wallet_choices.c.n.desc()).limit(1))
        return None if row is None else self._choice(row)

    async def add_cool_down(self, cool_down: CoolDown) -> None:
        statement = insert(cool_downs).values(
            district=self._connection.district,
            borrower_id=cool_down.borrower_id,
            cause=cool_down.cause,
            began_at=cool_down.began_at,
            ends_at=cool_down.ends_at,
        )
        await self._connection.write(statement.on_conflict_do_nothing())

    async def cool_downs(self, borrower_id: UUID, after: datetime) -> Sequence[CoolDown]:
        statement = select(cool_downs).where(
            self._connection.here(cool_downs), cool_downs.c.borrower_id == borrower_id, cool_downs.c.ends_at > after
        )
        rows = await self._connection.rows(statement.order_by(cool_downs.c.ends_at.desc()))
        return [CoolDown(row.borrower_id, CoolDownCause(row.cause), row.began_at, row.ends_at) for row in rows]

    def _choice(self, row: Row[Any]) -> WalletChoice:
        cell = f"{row.borrower_id}/{row.n}"
        number = self._sealing.open(row.number_sealed, "wallet_choices", cell, "number")
        return WalletChoice(
            borrower_id=row.borrower_id,
            n=row.n,
            wallet=Wallet(row.rail, PhoneNumber(number)),
            belongs_to_other=row.belongs_to_other,
            channel=Channel(row.channel),
            chosen_at=row.chosen_at,
        )


class PayoffQuotesOnPostgres:
    """`core.ports.wallets.PayoffQuotes`."""

    def __init__(self, connection: DistrictConnection) -> None:
        self._connection = connection

    async def keep(self, quote: KeptQuote) -> None:
        statement = insert(payoff_quotes).values(
            district=self._connection.district,
            loan_id=quote.loan_id,
            quoted_on=quote.quoted_on,
            after_n=quote.after_n,
            expires_on=quote.expires_on,
            penalties_lisente=quote.split.penalties.minor,
            fees_lisente=quote.split.fees.minor,
            interest_lisente=quote.split.interest.minor,
            principal_lisente=quote.split.principal.minor,
            quoted_at=quote.quoted_at,
        )
        await self._connection.write(statement.on_conflict_do_nothing())

    async def of_loan(self, loan_id: UUID) -> Sequence[KeptQuote]:
        statement = select(payoff_quotes).where(
            self._connection.here(payoff_quotes), payoff_quotes.c.loan_id == loan_id
        )
        rows = await self._connection.rows(statement.order_by(payoff_quotes.c.quoted_at.desc()))
        return [_quote(row) for row in rows]


class PaymentRequestsOnPostgres:
    """`core.ports.wallets.PaymentRequests`."""

    def __init__(self, connection: DistrictConnection, sealing: Sealing) -> None:
        self._connection = connection
        self._sealing = sealing

    async def add(self, request: PaymentRequest) -> None:
        payer = request.wallet.number.e164
        statement = insert(payment_requests).values(
            district=self._connection.district,
            reference=request.reference,
            loan_id=request.loan_id,
            loan_reference=str(request.loan_reference),
            rail=request.wallet.rail,
            payer_sealed=self._sealing.seal(payer, "payment_requests", request.reference, "payer"),
            payer_tail=tail(payer),
            amount_lisente=request.amount.minor,
            status=request.status,
            failure_code=request.failure_code,
            asked_at=request.asked_at,
        )
        await self._connection.write(statement)

    async def get(self, reference: str, *, lock: bool = False) -> PaymentRequest:
        statement = select(payment_requests).where(
            self._connection.here(payment_requests), payment_requests.c.reference == reference
        )
        row = await self._connection.row(statement.with_for_update() if lock else statement)
        if row is None:
            raise NotFound("there is no such request")
        return self._request(row)

    async def of_loan(self, loan_id: UUID) -> Sequence[PaymentRequest]:
        statement = select(payment_requests).where(
            self._connection.here(payment_requests), payment_requests.c.loan_id == loan_id
        )
        rows = await self._connection.rows(statement.order_by(payment_requests.c.asked_at.desc()))
        return [self._request(row) for row in rows]

    async def save(self, request: PaymentRequest) -> None:
        statement = update(payment_requests).where(
            self._connection.here(payment_requests), payment_requests.c.reference == request.reference
        )
        outcome = {"status": request.status, "failure_code": request.failure_code}
        if not await self._connection.write(statement.values(**outcome)):
            raise NotFound("there is no such request")

    def _request(self, row: Row[Any]) -> PaymentRequest:
        payer = self._sealing.open(row.payer_sealed, "payment_requests", row.reference, "payer")
        return PaymentRequest(
            loan_id=row.loan_id,
            reference=row.reference,
            loan_reference=Reference(row.loan_reference),
            wallet=Wallet(row.rail, PhoneNumber(payer)),
            amount=Money(row.amount_lisente),
            status=PaymentRequestStatus(row.status),
            asked_at=row.asked_at,
            failure_code=row.failure_code,
        )


def _quote(row: Row[Any]) -> KeptQuote:
    return KeptQuote(
        loan_id=row.loan_id,
        quoted_on=row.quoted_on,
        expires_on=row.expires_on,
        after_n=row.after_n,
        split=Split(
            penalties=Money(row.penalties_lisente),
            fees=Money(row.fees_lisente),
            interest=Money(row.interest_lisente),
            principal=Money(row.principal_lisente),
        ),
        quoted_at=row.quoted_at,
    )
