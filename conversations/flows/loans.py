"""What a borrower owes: the balance, what is due when, and what puts them back on schedule or closes the loan."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from conversations.engine import SHOW, Command, End, Flow, Menu, Option, PagedList, Read, To, Work
from conversations.flows.start import DISTRICT_DOWN, DISTRICT_DOWN_END

_CANCEL: Final = Option("5", "loans.cancel", to="cancel.enter")

LOANS: Final = Flow(
    name="loans",
    version=2,
    screens=(
        Work(
            name="enter",
            ask=Read(
                kind="my_loans",
                outcomes={
                    "one": "loan",
                    "several": "list",
                    "none": To("main.menu", "loans.none"),
                    DISTRICT_DOWN: DISTRICT_DOWN_END,
                },
            ),
        ),
        PagedList(name="list", text="loans.list", items="loans", saves="loan", to="loan"),
        Menu(
            name="loan",
            text="loans.loan",
            needs=Read(
                kind="loan",
                arguments=("loan",),
                outcomes={
                    "shown": SHOW,
                    "accepted": "not_paid_out",
                    "disbursing": "being_paid_out",
                    "gone": To("main.menu", "loans.none"),
                    DISTRICT_DOWN: DISTRICT_DOWN_END,
                },
            ),
            options=(
                Option("1", "loans.instalments", to="instalments", when="has_instalments"),
                Option("2", "loans.how_to_pay", to="repay.show"),
                Option("3", "loans.pay_off", to="pay_off", when="is_active"),
                Option("4", "loans.statement", to="send_statement", when="is_owed"),
                replace(_CANCEL, when="may_cancel"),
            ),
        ),
        # Before the money has come nothing is owed: there is no way to pay, and cancelling has its usual number.
        Menu(name="not_paid_out", text="loans.not_paid_out", options=(_CANCEL,)),
        End(name="being_paid_out", text="loans.being_paid_out"),
        Menu(
            name="instalments",
            text="loans.next_instalments",
            options=(Option("2", "loans.how_to_pay", to="repay.show"),),
        ),
        Work(
            name="send_statement",
            ask=Command(
                kind="send_statement",
                key="send_statement:{session}:{turn}",
                arguments=("loan",),
                outcomes={
                    "sent": "statement_sent",
                    "already": "statement_already",
                    "not_running": "not_running",
                    DISTRICT_DOWN: DISTRICT_DOWN_END,
                },
            ),
        ),
        End(name="statement_sent", text="loans.statement_sent"),
        End(name="statement_already", text="loans.statement_already"),
        End(name="not_running", text="loans.not_running"),
        Work(
            name="pay_off",
            ask=Command(
                kind="quote_payoff",
                key="quote_payoff:{session}:{turn}",
                arguments=("loan",),
                outcomes={"quoted": "pay_off_quoted", "not_running": "not_running", DISTRICT_DOWN: DISTRICT_DOWN_END},
            ),
        ),
        End(name="pay_off_quoted", text="loans.pay_off_today"),
    ),
)
