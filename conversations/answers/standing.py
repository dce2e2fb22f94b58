"""What a caller has to answer or to wait for: offers and open applications, of several lenders at the same time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from conversations.answers import arguments
from conversations.answers.table import Scene
from conversations.engine import Ask, Choice, Text, Value
from core.records.application import OPEN_STATUSES, Application, ApplicationStatus
from core.records.catalogue import Catalogue
from core.records.loan import Loan, LoanStatus
from core.references import Reference
from core.use_cases.callers import registered

WHICH: Final = "which"
"""The answer that says which one is meant; absent where there was nothing to choose from."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The offers that can still be answered and the applications that nobody has decided on, each the newest first."""

    offers: tuple[Loan, ...] = ()
    applications: tuple[Application, ...] = ()

    @property
    def is_several(self) -> bool:
        """Whether the caller must say which one is meant."""
        return len(self.offers) + len(self.applications) > 1

    def application(self, ask: Ask) -> Application | None:
        """The application that was chosen, if it still waits."""
        meant = chosen(ask)
        return next((application for application in self.applications if application.reference == meant), None)

    def offer(self, ask: Ask) -> Loan | None:
        """The offer that was chosen if it still stands, else the newest."""
        meant = chosen(ask)
        return next((loan for loan in self.offers if loan.reference == meant), next(iter(self.offers), None))


async def standing(scene: Scene) -> Standing:
    """What stands now. Raises `NotRegistered`, `DistrictDown`."""
    entry = await registered(scene.engine, scene.caller)
    async with scene.engine.record.unit(entry.district) as unit:
        today = await unit.business_date()
        loans = await unit.loans.of_borrower(entry.borrower_id)
        applications = await unit.applications.of_borrower(entry.borrower_id)
    return Standing(
        tuple(loan for loan in loans if loan.status is LoanStatus.OFFERED and today <= loan.offer_expires_on),
        tuple(application for application in applications if application.status in OPEN_STATUSES),
    )


def chosen(ask: Ask) -> Reference | None:
    """The reference of the one that was chosen."""
    return arguments.reference(ask, WHICH) if WHICH in ask.arguments else None


def choices(stands: Standing, catalogue: Catalogue) -> tuple[Choice, ...]:
    """Each by its lender and its amount, offers first: they end by themselves."""
    return (*_offered(stands, catalogue), *_open(stands, catalogue))


def _offered(stands: Standing, catalogue: Catalogue) -> Iterator[Choice]:
    for loan in stands.offers:
        values: dict[str, Value] = {"lender": catalogue.mfi(loan.mfi_id).name, "principal": loan.principal}
        yield Choice(str(loan.reference), Text("application.line_offer", values))


def _open(stands: Standing, catalogue: Catalogue) -> Iterator[Choice]:
    for application in stands.applications:
        is_returned = application.status is ApplicationStatus.RETURNED
        line = "application.line_returned" if is_returned else "application.line_waiting"
        values: dict[str, Value] = {
            "lender": catalogue.mfi(application.mfi_id).name,
            "asked_amount": application.amount,
        }
        yield Choice(str(application.reference), Text(line, values))
