"""Paying: the lender's account and the loan's number, or an amount that the borrower's own wallet is asked for.

Our PIN is not asked for where a rail prompts the borrower: their wallet's PIN is the yes, and a prompt moves nothing.
"""

from __future__ import annotations

from typing import Final

from conversations.engine import (
    SHOW,
    Command,
    Confirmation,
    End,
    Flow,
    Menu,
    MoneyQuestion,
    Option,
    PagedList,
    Read,
    To,
    Work,
)
from conversations.flows.start import DISTRICT_DOWN, DISTRICT_DOWN_END
from core.money import Money

DUE_TODAY: Final = "due_today"
OVERDUE: Final = "overdue"
NEXT: Final = "next"
PAYOFF: Final = "payoff"
OTHER_AMOUNT: Final = "other"
_LEAST: Final = Money(1_00)

# The number that chose the amount, delivered twice, must not ask for it: so yes is 9.
_ASK: Final = "9"

REPAY: Final = Flow(
    name="repay",
    version=2,
    screens=(
        Work(
            name="enter",
            ask=Read(
                kind="loans_to_pay",
                outcomes={
                    "one": "show",
                    "several": "list",
                    "none": To("main.menu", "repay.none"),
                    DISTRICT_DOWN: DISTRICT_DOWN_END,
                },
            ),
        ),
        PagedList(name="list", text="repay.list", items="loans", saves="loan", to="show"),
        Menu(
            name="show",
            text="repay.show",
            needs=Read(
                kind="how_to_pay",
                arguments=("loan",),
                outcomes={
                    "shown": SHOW,
                    "gone": To("main.menu", "repay.none"),
                    DISTRICT_DOWN: DISTRICT_DOWN_END,
                },
            ),
            options=(Option("1", "repay.choose_amount", to="amounts"),),
        ),
        Menu(
            name="amounts",
            text="repay.amounts",
            saves="pay_what",
            needs=Read(
                kind="amounts_to_pay",
                arguments=("loan",),
                outcomes={
                    "shown": SHOW,
                    "gone": To("main.menu", "repay.none"),
                    DISTRICT_DOWN: DISTRICT_DOWN_END,
                },
            ),
            options=(
                Option("1", "repay.due_today", to="sure", code=DUE_TODAY, when="is_due_today"),
                Option("2", "repay.overdue", to="sure", code=OVERDUE, when="is_behind"),
                Option("3", "repay.next_instalment", to="sure", code=NEXT, when="has_next"),
                Option("4", "repay.pay_off", to="sure", code=PAYOFF, when="may_pay_off"),
                Option("5", "repay.other_amount", to="other", code=OTHER_AMOUNT),
            ),
        ),
        MoneyQuestion(
            name="other",
            text="repay.how_much",
            saves="pay_amount",
            low=_LEAST,
            high="balance",
            to="sure",
        ),
        Confirmation(
            name="sure",
            text="repay.sure",
            needs=Read(
                kind="amount_to_pay",
                arguments=("loan", "pay_what", "pay_amount"),
                outcomes={
                    "asked_for": SHOW,
                    "told": "how",
                    "missing": "other",
                    "gone": To("main.menu", "repay.none"),
                    DISTRICT_DOWN: DISTRICT_DOWN_END,
                },
            ),
            options=(
                Option("1", "repay.tell_me_how", to="how"),
                Option(_ASK, "repay.ask_me", to="ask"),
            ),
        ),
        Work(
            name="ask",
            ask=Command(
                kind="request_payment",
                key="request_payment:{session}:{turn}",
                arguments=("loan", "pay_total"),
                outcomes={
                    "asked": "asked",
                    "already": "asked_already",
                    "not_running": "how",
                    DISTRICT_DOWN: DISTRICT_DOWN_END,
                },
            ),
        ),
        End(name="asked", text="repay.asked"),
        End(name="asked_already", text="repay.asked_already"),
        End(name="how", text="repay.how"),
    ),
)
