"""A small language for tests about lending: a borrower registers, staff decide, money moves, days pass."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, Self
from uuid import UUID, uuid4

from core.calendar import business_date_of, maseru_instant
from core.loans.policy import LateFeeRule, Policy
from core.loans.product_terms import ProductTerms
from core.loans.terms import Fee, FeeTiming
from core.money import Money
from core.phones import PhoneNumber
from core.ports.engine import Engine
from core.ports.work import OutboxRow
from core.records.application import Application
from core.records.borrower import Channel, ConsentKind, IncomeKind, Language, Purpose
from core.records.catalogue import Mfi, ProductVersion, RegulatoryStatus
from core.records.loan import InstalmentRow, Loan, LoanPosition
from core.records.staff import Actor, Role
from core.records.wallet import Wallet
from core.references import Reference
from core.use_cases.applying import Submission, SubmitApplication, submit_application
from core.use_cases.borrowing import AcceptOffer, accept_offer, overview
from core.use_cases.closing import DayEndResult, close_through
from core.use_cases.deciding import Approve, CheckIdentity, Recommend, approve, check_identity, recommend
from core.use_cases.disbursing import send_payout
from core.use_cases.funding import AllotFloat, FundFloat, allot_float, fund_float
from core.use_cases.locating import reserve_reference
from core.use_cases.pins import hash_new_pin
from core.use_cases.registration import RegisterBorrower, Registration, register_borrower
from core.use_cases.releasing import ReleaseDisbursement, release_disbursement
from core.use_cases.repaying import NoticeOutcome, PaymentNotice, receive_payment
from core.use_cases.transferring import TRANSFER_TOPIC, receive_transfer

PIN: Final = "2580"
HOME: Final = "LS-A"
AWAY: Final = "LS-J"
CONSENTS: Final = (ConsentKind.KEEP_DATA, ConsentKind.CREDIT_CHECK, ConsentKind.SHARE_HISTORY)
_numbers = itertools.count(1)


def new_phone() -> PhoneNumber:
    """A number that nobody has."""
    return PhoneNumber.parse(f"+26658{next(_numbers):06d}")


def key() -> str:
    """A form's one-use token."""
    return secrets.token_hex(16)


@dataclass
class Lending:
    """Everything a test about lending starts from."""

    engine: Engine
    mfi: Mfi
    other_mfi: Mfi
    product: ProductVersion
    other_product: ProductVersion
    officer: Actor
    analyst: Actor
    manager: Actor
    cashier: Actor
    pin_hash: str
    done: set[UUID] = field(default_factory=set)
    lent_in: set[str] = field(default_factory=set)

    @classmethod
    async def opened(cls, engine: Engine) -> Self:
        districts = frozenset((await engine.record.catalogue()).districts)
        mfi, other = _mfi("khotso", "71001", districts), _mfi("mohloli", "71002", districts)
        product, other_product = _product(mfi), _product(other)
        for lender, lent in ((mfi, product), (other, other_product)):
            await engine.record.add_mfi(lender)
            await engine.record.add_product(lent)
        today = business_date_of(engine.clock.now())
        for district in districts:
            await engine.record.open_district(district, today)
        lending = cls(
            engine=engine,
            mfi=mfi,
            other_mfi=other,
            product=product,
            other_product=other_product,
            officer=_actor(mfi, Role.LOAN_OFFICER),
            analyst=_actor(mfi, Role.CREDIT_ANALYST),
            manager=_actor(mfi, Role.MANAGER),
            cashier=_actor(mfi, Role.CASHIER),
            pin_hash=await hash_new_pin(engine, PIN),
        )
        await lending.fund(Money.of("100000"))
        return lending

    async def fund(self, amount: Money) -> None:
        maker, checker = uuid4(), uuid4()
        await fund_float(self.engine, FundFloat(self.mfi.id, "simulated", amount, key(), maker, checker))
        allot = AllotFloat(self.mfi.id, "simulated", AWAY, Money(amount.minor // 2), key(), maker, checker)
        await allot_float(self.engine, allot)
        await self.work_on_outbox(HOME)

    async def register(
        self,
        phone: PhoneNumber,
        *,
        district: str = HOME,
        national_id: str = "",
        draft_id: UUID | None = None,
        consents: Sequence[ConsentKind] = CONSENTS,
    ) -> Registration:
        self.lent_in.add(district)
        return await register_borrower(
            self.engine,
            RegisterBorrower(
                draft_id=draft_id or uuid4(),
                phone=phone,
                language=Language.SESOTHO,
                given_names="Palesa",
                surname="Mokoena",
                national_id=national_id or f"0{phone.e164[4:]}",
                date_of_birth=date(1990, 5, 17),
                district=district,
                pin_hash=self.pin_hash,
                channel=Channel.USSD,
                consents=tuple(consents),
                text_version="1",
            ),
        )

    async def borrower(self, *, district: str = HOME) -> PhoneNumber:
        """The number of a newly registered borrower."""
        phone = new_phone()
        await self.register(phone, district=district)
        return phone

    async def apply(
        self,
        phone: PhoneNumber,
        *,
        amount: str = "1000",
        net_pay: str = "6000",
        draft_id: UUID | None = None,
        product: ProductVersion | None = None,
        district: str = HOME,
        wallet: Wallet | None = None,
    ) -> Submission:
        draft = draft_id or uuid4()
        wanted = product or self.product
        return await submit_application(
            self.engine,
            SubmitApplication(
                draft_id=draft,
                reference=await reserve_reference(self.engine, "application", district, str(draft)),
                phone=phone,
                product_id=wanted.product_id,
                product_version=wanted.version,
                amount=Money.of(amount),
                periods=3,
                purpose=Purpose.BUSINESS,
                net_pay=Money.of(net_pay),
                income_kind=IncomeKind.SALARY,
                channel=Channel.USSD,
                wallet=wallet,
            ),
        )

    async def application(self, reference: Reference) -> Application:
        district = (await self.engine.record.catalogue()).district_of_cell(reference.cell_number).code
        async with self.engine.record.unit(district) as unit:
            return await unit.applications.by_reference(reference)

    async def recommend(self, reference: Reference, by: Actor, amount: Money | None = None) -> Application:
        application = await self.application(reference)
        return await recommend(
            self.engine, by, Recommend(reference, amount or application.amount, "", application.version, key())
        )

    async def approve(
        self, reference: Reference, by: Actor, *, seen_version: int | None = None, form_key: str = ""
    ) -> Application:
        application = await self.application(reference)
        return await approve(
            self.engine,
            by,
            Approve(reference, application.amount, 3, "", seen_version or application.version, form_key or key()),
        )

    async def offer(
        self, phone: PhoneNumber, *, amount: str = "1000", net_pay: str = "6000", district: str = HOME
    ) -> Loan:
        """A loan offered to a borrower: applied, checked, recommended, approved."""
        reference = (await self.apply(phone, amount=amount, net_pay=net_pay, district=district)).reference
        await check_identity(self.engine, self.officer, CheckIdentity(reference, "saw_national_id", "", key()))
        await self.recommend(reference, self.officer)
        decided = await self.approve(reference, self.manager)
        async with self.engine.record.unit(district) as unit:
            loan = await unit.loans.of_application(decided.id)
        assert loan is not None
        return loan

    async def accept(self, phone: PhoneNumber, loan: Loan) -> Loan:
        offer = (await overview(self.engine, phone)).offer
        assert offer is not None
        return await accept_offer(
            self.engine,
            AcceptOffer(loan.reference, phone, offer.key_facts.sha256, "1", Language.SESOTHO, Channel.USSD),
        )

    async def release(self, loan: Loan, by: Actor | None = None) -> None:
        await release_disbursement(
            self.engine, by or self.cashier, ReleaseDisbursement(loan.reference, loan.version, key())
        )

    async def active_loan(self, phone: PhoneNumber, *, amount: str = "1000", district: str = HOME) -> Loan:
        """A loan whose money has arrived."""
        accepted = await self.accept(phone, await self.offer(phone, amount=amount, district=district))
        await self.release(accepted)
        await self.work_on_outbox(district)
        return await self.loan(accepted)

    async def loan(self, loan: Loan) -> Loan:
        """The loan as it stands."""
        async with self.engine.record.unit(loan.district) as unit:
            return await unit.loans.get(loan.id)

    async def books(self, loan: Loan) -> tuple[LoanPosition, Sequence[InstalmentRow]]:
        async with self.engine.record.unit(loan.district) as unit:
            position = await unit.loans.position(loan.id)
            assert position is not None
            return position, await unit.loans.instalments(loan.id)

    async def pay(
        self, amount: Money, *, reference: str, payer: str = "+26662000000", account: str = "", on: date | None = None
    ) -> NoticeOutcome:
        paid_at = maseru_instant(on, 10) if on else self.engine.clock.now()
        notice = PaymentNotice(
            "simulated", reference, amount, payer, self.mfi.rail_accounts["simulated"], account, paid_at
        )
        return await receive_payment(self.engine, notice)

    async def close(self, through: date, districts: Sequence[str] = ()) -> list[DayEndResult]:
        """Close the days at home and wherever else this test lent, or in these districts.

        In all ten it is most of a test's time.
        """
        return await close_through(self.engine, districts or sorted({HOME, *self.lent_in}), through)

    async def today(self, district: str = HOME) -> date:
        async with self.engine.record.unit(district) as unit:
            return await unit.business_date()

    async def outbox(self, district: str = HOME) -> Sequence[OutboxRow]:
        """What waits there now; reading it leases it for no time at all."""
        async with self.engine.record.unit(district) as unit:
            later = self.engine.clock.now() + timedelta(days=3650)
            return [row for row in await unit.outbox.claim(later, 1_000, 0) if row.id not in self.done]

    async def messages(self, kind: str, district: str = HOME) -> list[OutboxRow]:
        return [row for row in await self.outbox(district) if row.topic == "message" and row.kind == kind]

    async def work_on_outbox(self, district: str) -> None:
        """Send the payouts and the transfers that wait."""
        for row in await self.outbox(district):
            if row.topic == "payout":
                await send_payout(self.engine, row)
            elif row.topic == TRANSFER_TOPIC:
                await receive_transfer(self.engine, row)
            if row.topic != "message":
                self.done.add(row.id)


def _mfi(code: str, rail_account: str, districts: frozenset[str]) -> Mfi:
    return Mfi(
        id=uuid4(),
        code=code,
        name=f"{code.title()} Finance",
        licence_number=f"CBL-{rail_account}",
        licence_tier=3,
        regulatory_status=RegulatoryStatus.REGISTERED,
        address="Kingsway, Maseru",
        phone="+26622300000",
        complaints_phone="+26680000000",
        head_office_district=HOME,
        districts=districts,
        approval_limit_1=Money.of("5000"),
        disbursement_limit_2=Money.of("10000"),
        rail_accounts={"simulated": rail_account},
    )


def _product(mfi: Mfi) -> ProductVersion:
    return ProductVersion(
        product_id=uuid4(),
        version=1,
        mfi_id=mfi.id,
        code="personal",
        names={"en": "Personal loan", "st_LS": "Kalimo ea motho"},
        amount_min=Money.of("500"),
        amount_max=Money.of("20000"),
        amount_step=Money.of("50"),
        terms=ProductTerms(
            annual_rate_percent=Decimal(36),
            periods_offered=(1, 3, 6, 12),
            fees=(Fee("upfront", FeeTiming.UPFRONT, percent=Decimal(5)),),
        ),
        policy=Policy(late_fee=LateFeeRule(Money.of("50"), None, with_interest=False, after_days=0)),
        instalment_share_limit=Decimal(1) / 3,
        offer_valid_days=7,
        cooling_off_days=3,
    )


def _actor(mfi: Mfi, role: Role) -> Actor:
    return Actor(uuid4(), HOME, mfi.id, role.title(), frozenset({role}))
