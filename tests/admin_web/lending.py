"""Two lenders on a real database, run through the use cases: what a test wants to have happened before it begins."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from core.money import Money
from core.phones import PhoneNumber
from core.ports.channel import ChannelPlane
from core.ports.directory import StaffEntry
from core.ports.engine import Engine
from core.ports.environment import Clock, KeyedHash, Sealer
from core.ports.rails import PayoutAnswer, PayoutResult
from core.ports.work import OutboxRow
from core.records.application import Application
from core.records.borrower import Channel, ConsentKind, IncomeKind, Language, Purpose
from core.records.complaint import Complaint, ComplaintKind
from core.records.identity import IdentityCase, IdentityChange
from core.records.loan import Disbursement, Loan, Payment, PayoutStatus
from core.records.proposal import Proposal, ProposalKind
from core.records.staff import Actor, Role, StaffMember
from core.references import Reference
from core.use_cases.applying import SubmissionOutcome, SubmitApplication, submit_application
from core.use_cases.borrowing import AcceptOffer, accept_offer
from core.use_cases.complaining import Complain, complain
from core.use_cases.deciding import Approve, CheckIdentity, Recommend, approve, check_identity, recommend
from core.use_cases.disbursing import send_payout, settle_payout
from core.use_cases.funding import FundFloat, fund_float
from core.use_cases.locating import reserve_reference
from core.use_cases.payouts import PAYOUT_TOPIC
from core.use_cases.proposing import Propose, propose
from core.use_cases.proposing_change import ProposeNumber, propose_number
from core.use_cases.quoting import quote_of
from core.use_cases.registration import RegisterBorrower, RegistrationOutcome, register_borrower
from core.use_cases.releasing import ReleaseDisbursement, release_disbursement
from core.use_cases.repaying import PaymentNotice, receive_payment
from letsema.environment import SystemIdentifiers
from storage.postgres.record.plane import RecordOnPostgres
from tests.admin_web.lists import Lists, payment_row
from tests.admin_web.world import BUSINESS_ON, KHOTSO, MOHLOLI, PASSWORD, FastHasher, mfi, product

_numbers = count(1)


class Rail:
    """A rail that takes every payout and answers nothing by itself; a test settles what it wants settled."""

    name = "simulated"

    async def pay_out(self, reference: str, *, to: str, amount: Money, rail_account: str) -> PayoutResult:
        return PayoutResult(PayoutAnswer.ACCEPTED)

    async def query(self, reference: str) -> PayoutResult:
        return PayoutResult(PayoutAnswer.UNKNOWN)


def engine_on(
    record: RecordOnPostgres, channel: ChannelPlane, clock: Clock, keyed_hash: KeyedHash, sealer: Sealer
) -> Engine:
    return Engine(
        record=record,
        channel=channel,
        clock=clock,
        identifiers=SystemIdentifiers(),
        keyed_hash=keyed_hash,
        sealer=sealer,
        pin_hasher=FastHasher(),
        password_hasher=FastHasher(),
        rails={"simulated": Rail()},
    )


@dataclass
class Lending:
    """The lenders, their staff, and shortcuts to any state of an application or a loan."""

    engine: Engine
    staff: dict[tuple[UUID, Role], StaffMember] = field(default_factory=dict)

    async def open(self) -> None:
        """Two lenders, each with a product and money, in Maseru."""
        record = self.engine.record
        await record.open_district("LS-A", BUSINESS_ON)
        await record.open_district("LS-C", BUSINESS_ON)
        for mfi_id, code, name in ((KHOTSO, "khotso", "Khotso Finance"), (MOHLOLI, "mohloli", "Mohloli Credit")):
            await record.add_mfi(mfi(mfi_id, code, name))
            await record.add_product(product(mfi_id))
            await fund_float(
                self.engine,
                FundFloat(mfi_id, "simulated", Money.of(100_000), f"first-{code}", UUID(int=8), UUID(int=9)),
            )

    async def employ(self, role: Role, mfi_id: UUID = KHOTSO, **changes: Any) -> StaffMember:
        """The member of staff with this role; the same one whenever asked."""
        if (mfi_id, role) in self.staff and not changes:
            return self.staff[mfi_id, role]
        lender = (await self.engine.record.catalogue()).mfi(mfi_id)
        member = StaffMember(
            id=self.engine.identifiers.new_id(),
            district="LS-A",
            mfi_id=mfi_id,
            email=f"{role}@{lender.code}.example",
            name=f"{role.replace('_', ' ').title()} of {lender.code.title()}",
            roles=frozenset({role}),
            language="en",
            password_hash=f"hash of {PASSWORD}",
        )
        member = replace(member, **changes)
        async with self.engine.record.unit(member.district) as unit:
            await unit.staff.add(member)
            await unit.commit()
        email_hash = self.engine.keyed_hash.email(member.email)
        await self.engine.channel.directory.add_staff(StaffEntry(email_hash, member.district, member.id))
        self.staff.setdefault((mfi_id, role), member)
        return member

    async def complaint(self, words: str = "The fee was not told.", mfi_id: UUID = KHOTSO) -> Complaint:
        """A complaint that waits for its answer."""
        command = Complain(
            self.engine.identifiers.new_id(), await self.borrower(), mfi_id, ComplaintKind.COSTS, words, Channel.USSD
        )
        taken = (await complain(self.engine, command)).complaint
        assert taken is not None
        return taken

    async def identity_case(self, mfi_id: UUID = KHOTSO, **stranger: Any) -> IdentityCase:
        """Somebody registers from another number with the ID of a borrower whom a lender knows."""
        number = next(_numbers)
        national_id = f"{number:012d}"
        owner = await self.borrower(national_id=national_id)
        await self.application(owner, mfi_id)
        given = {"given_names": "Thabang", "national_id": national_id} | stranger
        command = replace(self.registration(), **given)
        assert (await register_borrower(self.engine, command)).outcome is RegistrationOutcome.IDENTITY_KNOWN
        entry = await self.engine.channel.directory.phone(self.engine.keyed_hash.phone(owner))
        assert entry is not None
        async with self.engine.record.unit(entry.district) as unit:
            (case,) = await unit.identity_cases.unclosed(entry.borrower_id)
        return case

    async def identity_change(
        self, mfi_id: UUID = KHOTSO, role: Role = Role.LOAN_OFFICER, reason: str = "Lost the SIM."
    ) -> IdentityChange:
        """A new number that a lender's officer has proposed for a borrower at the branch."""
        national_id = f"{next(_numbers):012d}"
        old = await self.borrower(national_id=national_id)
        command = ProposeNumber(old, national_id, self.registration().phone, reason, self.key())
        return await propose_number(self.engine, await self.actor(role, mfi_id), command)

    async def actor(self, role: Role, mfi_id: UUID = KHOTSO) -> Actor:
        return (await self.employ(role, mfi_id)).actor

    async def borrower(self, **changes: Any) -> PhoneNumber:
        """A new borrower, by their phone number."""
        command = replace(self.registration(), **changes)
        registration = await register_borrower(self.engine, command)
        assert registration.outcome is RegistrationOutcome.REGISTERED
        return command.phone

    def registration(self) -> RegisterBorrower:
        """What somebody sends who is not registered yet, from a number that nobody has."""
        number = next(_numbers)
        return RegisterBorrower(
            draft_id=self.engine.identifiers.new_id(),
            phone=PhoneNumber.parse(f"58{number:06d}"),
            language=Language.SESOTHO,
            given_names="Palesa",
            surname="Mokoena",
            national_id=f"{number:012d}",
            date_of_birth=date(1990, 5, 17),
            district="LS-A",
            pin_hash="hash of 2580",
            channel=Channel.USSD,
            consents=tuple(ConsentKind),
            text_version="1",
        )

    async def application(self, phone: PhoneNumber | None = None, mfi_id: UUID = KHOTSO, **changes: Any) -> Application:
        """An application as it arrives from the phone."""
        phone = phone or await self.borrower()
        draft_id = self.engine.identifiers.new_id()
        entry = await self.engine.channel.directory.phone(self.engine.keyed_hash.phone(phone))
        assert entry is not None
        reference = await reserve_reference(self.engine, "application", entry.district, str(draft_id))
        command = SubmitApplication(
            draft_id=draft_id,
            reference=reference,
            phone=phone,
            product_id=product(mfi_id).product_id,
            product_version=1,
            amount=Money.of(3_000),
            periods=6,
            purpose=Purpose.SCHOOL,
            net_pay=Money.of(6_000),
            income_kind=IncomeKind.SALARY,
            channel=Channel.USSD,
        )
        submission = await submit_application(self.engine, replace(command, **changes))
        assert submission.outcome is SubmissionOutcome.SUBMITTED, submission
        return await self.stored(reference)

    async def recommended(self, **changes: Any) -> Application:
        """An application that the loan officer has recommended."""
        application = await self.application(**changes)
        command = Recommend(application.reference, application.amount, "", application.version, self.key())
        await recommend(self.engine, await self.actor(Role.LOAN_OFFICER, application.mfi_id), command)
        return await self.stored(application.reference)

    async def offered(self, **changes: Any) -> Loan:
        """An approved application, as the offer that it became."""
        application = await self.recommended(**changes)
        approvers = (Role.CREDIT_ANALYST, Role.MANAGER)
        for role in approvers:
            application = await self.stored(application.reference)
            loan = await self._loan_of(application)
            if loan is None:
                command = Approve(
                    reference=application.reference,
                    amount=application.amount,
                    periods=application.periods,
                    note="",
                    seen_version=application.version,
                    key=self.key(),
                )
                await approve(self.engine, await self.actor(role, application.mfi_id), command)
        loan = await self._loan_of(application)
        assert loan is not None
        return loan

    async def accepted(self, *, identity_checked: bool = True, phone_district: str = "LS-A", **changes: Any) -> Loan:
        """A contract that waits for its money."""
        phone: PhoneNumber = changes.pop("phone", None) or await self.borrower(district=phone_district)
        loan = await self.offered(phone=phone, **changes)
        if identity_checked:
            application = await self._application_of(loan)
            command = CheckIdentity(application.reference, "saw_national_id", "", self.key())
            await check_identity(self.engine, await self.actor(Role.LOAN_OFFICER, loan.mfi_id), command)
        return await accept_offer(
            self.engine,
            AcceptOffer(
                loan_reference=loan.reference,
                phone=phone,
                figures_hash=quote_of(loan).key_facts.sha256,
                text_version="1",
                language=Language.SESOTHO,
                channel=Channel.USSD,
            ),
        )

    async def active(self, **changes: Any) -> Loan:
        """A loan whose money has arrived."""
        loan = await self.accepted(**changes)
        command = ReleaseDisbursement(loan.reference, loan.version, self.key())
        payout = await release_disbursement(self.engine, await self.actor(Role.CASHIER, loan.mfi_id), command)
        await self.confirm(payout)
        return await self.stored_loan(loan.reference)

    async def confirm(self, payout: Disbursement) -> None:
        """The rail is asked to pay, and says that the money arrived."""
        row = OutboxRow(
            id=payout.id,
            district=payout.district,
            topic=PAYOUT_TOPIC,
            kind="send",
            key=f"payout:{payout.reference}",
            data={"reference": payout.reference},
            due_at=self.engine.clock.now(),
        )
        await send_payout(self.engine, row)
        result = PayoutResult(PayoutAnswer.CONFIRMED, rail_reference=f"R{next(_numbers)}")
        await settle_payout(self.engine, payout.rail, payout.reference, result)

    async def paid(self, amount: str, *, mfi_id: UUID = KHOTSO, account: str = "", payer: str = "") -> Payment:
        """Money that a rail told of: on the loan whose number it names, else in the head office's suspense."""
        reference = f"PAY{next(_numbers)}"
        lender = (await self.engine.record.catalogue()).mfi(mfi_id)
        notice = PaymentNotice(
            rail="simulated",
            reference=reference,
            amount=Money.of(amount),
            payer=payer or "+26662999999",
            to=lender.rail_accounts["simulated"],
            account=account,
            paid_at=self.engine.clock.now(),
        )
        await receive_payment(self.engine, notice)
        async with self.engine.record.unit("LS-A") as unit:
            payment = await unit.payments.get("simulated", reference)
        assert payment is not None
        return payment

    async def lost_payout(self, **whose: Any) -> Disbursement:
        """A payout whose rail says for the two hours from its release that it knows nothing of it."""
        loan = await self.accepted(**whose)
        command = ReleaseDisbursement(loan.reference, loan.version, self.key())
        payout = await release_disbursement(self.engine, await self.actor(Role.CASHIER, loan.mfi_id), command)
        now = self.engine.clock.now()
        lost = replace(
            payout,
            status=PayoutStatus.UNKNOWN,
            failure_code="not_found",
            unknown_since=now,
            unknown_until=now + timedelta(hours=2),
        )
        async with self.engine.record.unit(loan.district) as unit:
            await unit.disbursements.save(lost)
            await unit.commit()
        return lost

    async def proposed(self, loan: Loan, reason: str = "Gone abroad.") -> Proposal:
        """A cashier's proposal to write a loan off."""
        command = Propose(
            loan.district, ProposalKind.WRITE_OFF, {"loan_reference": str(loan.reference)}, reason, self.key()
        )
        return await propose(self.engine, await self.actor(Role.CASHIER, loan.mfi_id), command)

    async def to_correct(
        self, lists: Lists, *, mfi_id: UUID = KHOTSO, reason: str = "Gone abroad.", account: str = "12"
    ) -> dict[str, str]:
        """A loan, payments and a proposal of one lender to visit the pages of corrections with, by section or step."""
        loan = await self.active(mfi_id=mfi_id)
        posted = await self.paid("100", mfi_id=mfi_id, account=str(loan.reference))
        stray = await self.paid("70", mfi_id=mfi_id, account=account)
        lists.payment_page = replace(
            lists.payment_page,
            rows=[*lists.payment_page.rows, *(payment_row(of=payment) for payment in (posted, stray))],
        )
        proposal = await self.proposed(loan, reason)
        return {
            "corrections": str(loan.reference),
            "payments/reverse": str(posted.receipt),
            "payments/assign": str(stray.receipt),
            "payments/refund": str(stray.receipt),
            "payouts": (await self.lost_payout(mfi_id=mfi_id)).reference,
            "approvals": f"{proposal.district}/{proposal.id}",
        }

    async def stored(self, reference: Reference) -> Application:
        async with self.engine.record.unit(await self._district(reference)) as unit:
            return await unit.applications.by_reference(reference)

    async def stored_loan(self, reference: Reference) -> Loan:
        async with self.engine.record.unit(await self._district(reference)) as unit:
            return await unit.loans.by_reference(reference)

    def key(self) -> str:
        return f"test-{next(_numbers)}"

    async def _district(self, reference: Reference) -> str:
        return (await self.engine.record.catalogue()).district_of_cell(reference.cell_number).code

    async def _loan_of(self, application: Application) -> Loan | None:
        async with self.engine.record.unit(application.district) as unit:
            return await unit.loans.of_application(application.id)

    async def _application_of(self, loan: Loan) -> Application:
        async with self.engine.record.unit(loan.district) as unit:
            return await unit.applications.get(loan.application_id)
