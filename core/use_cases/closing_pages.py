"""The part of a day's close that needs no replay: ordinary loans, by the page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from core.loans.policy import Cap
from core.ports.day_end import CloseRule, Page, PageClosed
from core.ports.engine import Engine
from core.ports.record import Unit
from core.records.catalogue import Catalogue, ProductVersion
from core.use_cases.due_pages import days_with_instalments, each_page

ClosePage = Callable[[Unit, Page], Awaitable[PageClosed]]


@dataclass(frozen=True, slots=True)
class OrdinaryClose:
    """What a pass over the ordinary loans did, and the loans that it found to need a replay."""

    interest_recognised: int
    late_fees: int
    left: frozenset[UUID]

    @property
    def closed(self) -> int:
        """How many instalments were worked on."""
        return self.interest_recognised + self.late_fees


@dataclass(frozen=True, slots=True)
class Rules:
    """Product versions (id and version where there is no rule) by how their loans are closed."""

    ordinary: tuple[CloseRule, ...]
    others: tuple[tuple[UUID, int], ...]

    @classmethod
    def of(cls, catalogue: Catalogue) -> Rules:
        """The rules of every product version there is."""
        rules = {(product.product_id, product.version): _rule_of(product) for product in catalogue.products}
        return cls(
            ordinary=tuple(rule for rule in rules.values() if rule is not None),
            others=tuple(key for key, rule in rules.items() if rule is None),
        )

    def late_after(self) -> dict[timedelta, list[CloseRule]]:
        """The rules with a late fee, by how long after the due date it is charged."""
        groups: dict[timedelta, list[CloseRule]] = {}
        for rule in self.ordinary:
            if rule.late_fee is not None:
                groups.setdefault(timedelta(days=rule.late_fee.after_days + 1), []).append(rule)
        return groups


def _rule_of(product: ProductVersion) -> CloseRule | None:
    """None where a close needs a replay: interest on arrears runs day by day, a cap over fees looks at several rows."""
    policy = product.policy
    if policy.arrears_interest_percent or policy.cap is not Cap.INTEREST:
        return None
    return CloseRule(product.product_id, product.version, policy.late_fee)


async def close_ordinary_loans(
    engine: Engine, district: str, rules: Rules, day: date, *, business_on: date
) -> OrdinaryClose:
    """Close a day for the ordinary loans that are not closed for it yet. Late fees come first, as in the replay."""
    late = {day - wait: charging for wait, charging in rules.late_after().items()}
    # One look for all of them: on most days of a small district nothing falls due.
    due = await days_with_instalments(engine, district, {day, *late})
    charged = []
    for late_on, charging in late.items():
        if late_on in due:
            charged += await each_page(engine, district, late_on, _late_fees(engine, charging, day, business_on))
    recognised = []
    if day in due:
        recognised = await each_page(engine, district, day, _income(engine, rules.ordinary, business_on))
    return OrdinaryClose(
        interest_recognised=sum(page.closed for page in recognised),
        late_fees=sum(page.closed for page in charged),
        left=frozenset(loan_id for page in (*charged, *recognised) for loan_id in page.left),
    )


def _late_fees(engine: Engine, rules: Sequence[CloseRule], late_on: date, business_on: date) -> ClosePage:
    async def close(unit: Unit, page: Page) -> PageClosed:
        return await unit.day_end.charge_late_fees(
            page, rules, late_on=late_on, business_on=business_on, at=engine.clock.now()
        )

    return close


def _income(engine: Engine, rules: Sequence[CloseRule], business_on: date) -> ClosePage:
    async def close(unit: Unit, page: Page) -> PageClosed:
        return await unit.day_end.recognise(page, rules, business_on=business_on, at=engine.clock.now())

    return close
