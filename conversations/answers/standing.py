"""What a caller has to answer or to wait for: offers and open applications, of several lenders at the same time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from conversations.answers import arguments
from conversations.engine import Ask, Choice, Text, Value
from core.records.application import Application, ApplicationStatus
from core.records.catalogue import Catalogue
from core.references import Reference
from core.use_cases.borrowing import OfferView, Overview

WHICH: Final = "which"
"""The answer that says which one is meant; absent where there was nothing to choose from."""


def is_several(seen: Overview) -> bool:
    """Whether the caller must say which one is meant."""
    return len(seen.offers) + len(seen.open_applications) > 1


def chosen_application(seen: Overview, ask: Ask) -> Application | None:
    """The application that was chosen, if it still waits."""
    meant = _chosen(ask)
    return next((application for application in seen.open_applications if application.reference == meant), None)


def chosen_offer(seen: Overview, ask: Ask) -> OfferView | None:
    """The offer that was chosen if it still stands, else the newest."""
    meant = _chosen(ask)
    return next((offer for offer in seen.offers if offer.loan.reference == meant), seen.offer)


def choices(seen: Overview, catalogue: Catalogue) -> tuple[Choice, ...]:
    """Each by its lender and its amount, offers first: they end by themselves."""
    return (*_offered(seen), *_open(seen, catalogue))


def _chosen(ask: Ask) -> Reference | None:
    return arguments.reference(ask, WHICH) if WHICH in ask.arguments else None


def _offered(seen: Overview) -> Iterator[Choice]:
    for offer in seen.offers:
        values: dict[str, Value] = {"lender": offer.mfi.name, "principal": offer.loan.principal}
        yield Choice(str(offer.loan.reference), Text("application.line_offer", values))


def _open(seen: Overview, catalogue: Catalogue) -> Iterator[Choice]:
    for application in seen.open_applications:
        is_returned = application.status is ApplicationStatus.RETURNED
        line = "application.line_returned" if is_returned else "application.line_waiting"
        values: dict[str, Value] = {
            "lender": catalogue.mfi(application.mfi_id).name,
            "asked_amount": application.amount,
        }
        yield Choice(str(application.reference), Text(line, values))
