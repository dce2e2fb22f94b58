"""Applying for a loan. A returning borrower answers six times: what they told us last is shown, not asked again.

The read behind the first screen brings the last application's purpose, income and net pay as facts; an answer of the
same name hides them. Who told us nothing yet chooses the lender first, and then sees that lender's loans alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from conversations.engine import (
    SHOW,
    Again,
    Branch,
    Command,
    Confirmation,
    End,
    Flow,
    Form,
    Menu,
    Migrated,
    MoneyQuestion,
    Option,
    OutcomeTarget,
    PagedList,
    PinCheck,
    PinQuestion,
    Read,
    Restarted,
    Scope,
    To,
    Work,
)
from conversations.flows.choosing_wallet import this_or_another
from conversations.flows.start import DISTRICT_DOWN, DISTRICT_DOWN_END
from core.money import Money
from core.records.borrower import IncomeKind, Purpose

KNOWN_FROM_LAST: Final = ("purpose", "income_kind", "net_pay", "wallet")

_NET_PAY_LOW: Final = Money(100_00)
_NET_PAY_HIGH: Final = Money(999_999_99)


def _after_term(scope: Scope) -> str:
    return "summary" if all(name in scope for name in KNOWN_FROM_LAST) else "purpose"


def _after_purpose(scope: Scope) -> str:
    return "summary" if all(name in scope for name in KNOWN_FROM_LAST) else "income_kind"


def _after_income(scope: Scope) -> str:
    return "summary" if "wallet" in scope else "wallet"


def _loans_came_by(scope: Scope) -> str:
    return "lender" if "lender" in scope else "product"


def _as_it_stands(form: Form) -> Form:
    """Version 2 had one list of all lenders' loans: what was chosen from it stands, and all that was answered since."""
    return form


_TO_AFTER_INCOME: Final = Branch(targets=("summary", "wallet"), choose=_after_income)
_TO_AFTER_PURPOSE: Final = Branch(targets=("summary", "income_kind"), choose=_after_purpose)

# Before any list of loans or lenders: there may be nothing to choose, or nobody may choose now.
_NOTHING_TO_CHOOSE: Final[Mapping[str, OutcomeTarget]] = {
    "none": "nothing_to_lend",
    "already_open": "already_open",
    "blocked": "blocked",
    "being_sent": "being_sent",
    "outside_hours": "start.closed",
    DISTRICT_DOWN: DISTRICT_DOWN_END,
}

APPLY: Final = Flow(
    name="apply",
    version=3,
    draft_title="apply.title",
    # Nobody was asked for a wallet before: what was answered stands, and the summary is reached anew.
    steps=(Restarted(to=2), Migrated(to=3, change=_as_it_stands)),
    screens=(
        PagedList(
            name="product",
            text="apply.product",
            items="products",
            saves="product",
            to="amount",
            needs=Read(
                kind="products",
                arguments=("lender",),
                outcomes={
                    "listed": SHOW,
                    "lender_first": "lender",
                    "lender_gone": To("lender", "apply.lender_gone"),
                    **_NOTHING_TO_CHOOSE,
                },
            ),
        ),
        PagedList(
            name="lender",
            text="apply.lender",
            items="lenders",
            saves="lender",
            to="product",
            needs=Read(kind="lenders_here", outcomes={"listed": SHOW, **_NOTHING_TO_CHOOSE}),
        ),
        MoneyQuestion(
            name="amount",
            text="apply.amount",
            saves="amount",
            low="amount_min",
            high="amount_max",
            multiple="amount_step",
            to="term",
            needs=Read(
                kind="product_limits",
                arguments=("product",),
                outcomes={"known": SHOW, "gone": To("product", "apply.product_gone")},
            ),
        ),
        PagedList(
            name="term",
            text="apply.term",
            items="terms",
            saves="term",
            to=Branch(targets=("summary", "purpose"), choose=_after_term),
        ),
        Menu(
            name="purpose",
            text="apply.purpose",
            saves="purpose",
            options=(
                Option("1", "purpose.business", to=_TO_AFTER_PURPOSE, code=Purpose.BUSINESS.value),
                Option("2", "purpose.school", to=_TO_AFTER_PURPOSE, code=Purpose.SCHOOL.value),
                Option("3", "purpose.farming", to=_TO_AFTER_PURPOSE, code=Purpose.FARMING.value),
                Option("4", "purpose.health", to=_TO_AFTER_PURPOSE, code=Purpose.HEALTH.value),
                Option("5", "purpose.home", to=_TO_AFTER_PURPOSE, code=Purpose.HOME.value),
                Option("6", "purpose.personal", to=_TO_AFTER_PURPOSE, code=Purpose.PERSONAL.value),
            ),
        ),
        Menu(
            name="income_kind",
            text="apply.income_kind",
            saves="income_kind",
            options=(
                Option("1", "income.salary", to="net_pay", code=IncomeKind.SALARY.value),
                Option("2", "income.business", to="net_income", code=IncomeKind.BUSINESS.value),
                Option("3", "income.farming", to="net_income", code=IncomeKind.FARMING.value),
                Option("4", "income.family", to="net_income", code=IncomeKind.FAMILY.value),
            ),
        ),
        MoneyQuestion(
            name="net_pay",
            text="apply.net_pay",
            saves="net_pay",
            low=_NET_PAY_LOW,
            high=_NET_PAY_HIGH,
            personal=True,
            to=_TO_AFTER_INCOME,
        ),
        MoneyQuestion(
            name="net_income",
            text="apply.net_income",
            saves="net_pay",
            low=_NET_PAY_LOW,
            high=_NET_PAY_HIGH,
            personal=True,
            to=_TO_AFTER_INCOME,
        ),
        *this_or_another("wallet", text="apply.wallet", to="summary"),
        Confirmation(
            name="summary",
            text="apply.summary",
            needs=Read(
                kind="quote",
                arguments=("product", "amount", "term", "reserved", "wallet", "wallet_number"),
                outcomes={
                    "quoted": SHOW,
                    "gone": To("product", "apply.product_gone"),
                    "wallet_missing": "wallet",
                },
            ),
            options=(
                Option("1", "apply.accept", to="pin"),
                Option("2", "apply.read_terms", to="terms"),
                Option("3", "apply.change", to="change"),
            ),
        ),
        # A confirmation, so that accepting acts on the last page of the terms, where all of them were shown.
        Confirmation(
            name="terms",
            text="apply.terms",
            options=(Option("1", "apply.accept", to="pin"),),
        ),
        Menu(
            name="change",
            text="apply.change_what",
            options=(
                Option("1", "apply.change_amount", to="amount"),
                Option("2", "apply.change_term", to="term"),
                Option("3", "apply.change_product", to=Branch(targets=("lender", "product"), choose=_loans_came_by)),
                Option("4", "apply.change_purpose", to="purpose"),
                Option("5", "apply.change_income", to="income_kind"),
                Option("6", "apply.change_wallet", to="wallet"),
            ),
        ),
        PinQuestion(
            name="pin",
            text="apply.pin",
            check=PinCheck(
                kind="check_pin",
                outcomes={
                    "right": "send",
                    "wrong": Again("pin.wrong"),
                    "locked": "start.pin_locked",
                    "needs_officer": "start.pin_needs_officer",
                },
            ),
        ),
        Work(
            name="send",
            ask=Command(
                kind="apply",
                key="apply:{draft}",
                arguments=(
                    "reserved",
                    "product",
                    "product_version",
                    "amount",
                    "term",
                    *KNOWN_FROM_LAST,
                    "wallet_number",
                ),
                outcomes={
                    "submitted": "submitted",
                    "taken": "taken",
                    "refused": "refused",
                    "being_sent": "being_sent",
                },
                finishes=("submitted", "taken", "refused"),
            ),
        ),
        End(name="submitted", text="apply.submitted"),
        # The district's records do not answer: it is kept, and sent when they do.
        End(name="taken", text="apply.taken"),
        End(name="being_sent", text="apply.being_sent"),
        End(name="refused", text="apply.refused"),
        End(name="nothing_to_lend", text="apply.nothing_to_lend"),
        End(name="already_open", text="apply.already_open", forgets=True),
        End(name="blocked", text="apply.blocked", forgets=True),
    ),
)
