"""What a borrower of the demo does, by the use cases that the phone uses."""

from __future__ import annotations

from dataclasses import dataclass

from conversations.flows import TEXT_VERSION
from core.money import Money
from core.phones import PhoneNumber
from core.ports.engine import Engine
from core.records.borrower import Channel, ConsentKind
from core.records.loan import InstalmentRow
from core.references import Reference
from core.use_cases.applying import SubmitApplication, submit_application
from core.use_cases.borrowing import AcceptOffer, LoanView, accept_offer, overview
from core.use_cases.locating import reserve_reference
from core.use_cases.pins import hash_new_pin
from core.use_cases.registration import RegisterBorrower, register_borrower
from core.use_cases.repaying import PaymentNotice, receive_payment
from letsema.demo.cast import RAIL, Lender, Person
from letsema.demo.lives import Story


@dataclass(frozen=True, slots=True)
class Borrowing:
    """The borrowers' acts. The engine's clock says when."""

    engine: Engine

    async def register(self, person: Person) -> None:
        """Register with every consent, and a PIN."""
        await register_borrower(
            self.engine,
            RegisterBorrower(
                draft_id=self.engine.identifiers.new_id(),
                phone=PhoneNumber.parse(person.phone),
                language=person.language,
                given_names=person.given_names,
                surname=person.surname,
                national_id=person.national_id,
                date_of_birth=person.date_of_birth,
                district=person.district,
                pin_hash=await hash_new_pin(self.engine, person.pin, person.date_of_birth),
                channel=Channel.USSD,
                consents=tuple(ConsentKind),
                text_version=TEXT_VERSION,
            ),
        )

    async def apply(self, story: Story) -> Reference:
        """Send an application in."""
        draft_id = self.engine.identifiers.new_id()
        catalogue = await self.engine.record.catalogue()
        product = next(
            product
            for product in catalogue.products_lent_in(story.person.district)
            if product.code == story.product_code
        )
        reference = await reserve_reference(self.engine, "application", story.person.district, str(draft_id))
        submission = await submit_application(
            self.engine,
            SubmitApplication(
                draft_id=draft_id,
                reference=reference,
                phone=PhoneNumber.parse(story.person.phone),
                product_id=product.product_id,
                product_version=product.version,
                amount=story.amount,
                periods=story.periods,
                purpose=story.purpose,
                net_pay=story.net_pay,
                income_kind=story.income_kind,
                channel=Channel.USSD,
            ),
        )
        return submission.reference

    async def accept(self, person: Person) -> Reference:
        """Accept the offer that waits, as its Key Fact Statement stands."""
        phone = PhoneNumber.parse(person.phone)
        offer = (await overview(self.engine, phone)).offer
        if offer is None:
            raise RuntimeError(f"{person.given_names} has no offer")
        loan = await accept_offer(
            self.engine,
            AcceptOffer(
                loan_reference=offer.loan.reference,
                phone=phone,
                figures_hash=offer.key_facts.sha256,
                text_version=TEXT_VERSION,
                language=person.language,
                channel=Channel.USSD,
            ),
        )
        return loan.reference

    async def loan_from(self, person: Person, lender: Lender) -> LoanView | None:
        """The running loan of a borrower with a lender, if there is one."""
        loans = (await overview(self.engine, PhoneNumber.parse(person.phone))).loans
        return next((view for view in loans if view.mfi.code == lender.code), None)

    async def pay(self, lender: Lender, amount: Money, *, payer: str, account: str, rail_reference: str) -> None:
        """Money arrives on the lender's account, as the rail tells it."""
        await receive_payment(
            self.engine,
            PaymentNotice(
                rail=RAIL,
                reference=rail_reference,
                amount=amount,
                payer=payer,
                to=lender.rail_account,
                account=account,
                paid_at=self.engine.clock.now(),
            ),
        )


def unpaid(view: LoanView, n: int) -> InstalmentRow | None:
    """An instalment of a loan, unless it is settled."""
    return next((row for row in view.instalments if row.n == n and row.settled_on is None), None)
