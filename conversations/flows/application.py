"""What became of an application, answering one that was sent back, and taking one back while nobody has decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from conversations.engine import (
    Branch,
    Command,
    Confirmation,
    End,
    Flow,
    Menu,
    MoneyQuestion,
    Option,
    OutcomeTarget,
    PagedList,
    Read,
    Scope,
    To,
    Work,
)
from conversations.flows.choosing_wallet import sure_by_pin, this_or_another
from conversations.flows.start import DISTRICT_DOWN, DISTRICT_DOWN_END
from core.money import Money
from core.records.answer import Question as Asked
from core.records.borrower import Purpose

_WITHDRAW: Final = Option("1", "application.withdraw", to="withdraw_sure")
_APPLY_AGAIN: Final = (Option("1", "application.apply_again", to="apply.product"),)
_NET_PAY_LOW: Final = Money(100_00)
_NET_PAY_HIGH: Final = Money(999_999_99)

_ASKING: Final = {
    Asked.NET_PAY.value: "new_net_pay",
    Asked.AMOUNT.value: "new_amount",
    Asked.PURPOSE.value: "new_purpose",
    Asked.WALLET.value: "new_wallet",
}

# The number that leads to a yes, delivered twice, must not be that yes: so yes is 9.
_SEND: Final = "9"


_STANDS: Final[Mapping[str, OutcomeTarget]] = {
    "offer": "offer.show",
    "waiting": "waiting",
    "returned": "returned",
    "rejected": "rejected",
    "payout": "payout",
    "over": "over",
    "being_sent": "apply.being_sent",
    "none": To("main.menu", "application.none"),
    DISTRICT_DOWN: DISTRICT_DOWN_END,
}


def _what_is_asked(scope: Scope) -> str:
    return _ASKING[str(scope["question"])]


def _sure(name: str, text: str, change: str) -> Confirmation:
    return Confirmation(
        name=name,
        text=text,
        options=(
            Option("1", "application.answer_change", to=change),
            Option(_SEND, "application.answer_send", to="send"),
        ),
    )


APPLICATION: Final = Flow(
    name="application",
    version=2,
    screens=(
        Work(name="enter", ask=Read(kind="my_applications", outcomes={"several": "which", **_STANDS})),
        # Of several lenders at once: an older one that was sent back must be answered beside a newer one.
        PagedList(name="which", text="application.which", items="applications", saves="which", to="one"),
        Work(name="one", ask=Read(kind="my_application", arguments=("which",), outcomes=_STANDS)),
        Menu(name="waiting", text="application.waiting", options=(_WITHDRAW,)),
        Menu(
            name="returned",
            text="application.returned",
            options=(
                _WITHDRAW,
                Option(
                    "2",
                    "application.answer",
                    to=Branch(targets=tuple(_ASKING.values()), choose=_what_is_asked),
                    when="question",
                ),
            ),
        ),
        MoneyQuestion(
            name="new_net_pay",
            text="application.new_net_pay",
            saves="new_amount",
            low=_NET_PAY_LOW,
            high=_NET_PAY_HIGH,
            personal=True,
            to="amount_sure",
        ),
        MoneyQuestion(
            name="new_amount",
            text="application.new_amount",
            saves="new_amount",
            low="lowest_amount",
            high="lower_amount",
            multiple="amount_step",
            personal=True,
            to="amount_sure",
        ),
        Menu(
            name="new_purpose",
            text="application.new_purpose",
            saves="new_purpose",
            options=tuple(
                Option(str(number), f"purpose.{purpose}", to="purpose_sure", code=purpose.value)
                for number, purpose in enumerate(Purpose, 1)
            ),
        ),
        # Where the money goes is changed behind the PIN, here as in the profile.
        *this_or_another("new_wallet", text="application.new_wallet", to="wallet_sure"),
        *sure_by_pin("wallet_sure", chosen_at="new_wallet", no="returned", then="send"),
        _sure("amount_sure", "application.amount_sure", "returned"),
        _sure("purpose_sure", "application.purpose_sure", "new_purpose"),
        Work(
            name="send",
            ask=Command(
                kind="answer_returned",
                key="answer_returned:{application}:{application_version}",
                arguments=(
                    *("reference", "application_version", "question"),
                    *("new_amount", "new_purpose", "wallet", "wallet_number"),
                ),
                outcomes={"answered": "answered", "too_late": "answer_too_late", DISTRICT_DOWN: DISTRICT_DOWN_END},
            ),
        ),
        End(name="answered", text="application.answered"),
        End(name="answer_too_late", text="application.answer_too_late"),
        Menu(name="rejected", text="application.rejected", options=_APPLY_AGAIN),
        Menu(name="over", text="application.over", options=_APPLY_AGAIN),
        End(name="payout", text="application.payout"),
        # Keeping is 1: the 1 that led here, delivered twice, must not withdraw anything.
        Confirmation(
            name="withdraw_sure",
            text="application.withdraw_sure",
            options=(
                Option("1", "application.withdraw_no", to="one"),
                Option("2", "application.withdraw_yes", to="withdraw"),
            ),
        ),
        Work(
            name="withdraw",
            ask=Command(
                kind="withdraw",
                key="withdraw:{application}",
                arguments=("reference",),
                outcomes={
                    "withdrawn": "withdrawn",
                    "too_late": "too_late",
                    DISTRICT_DOWN: DISTRICT_DOWN_END,
                },
            ),
        ),
        End(name="withdrawn", text="application.withdrawn"),
        End(name="too_late", text="application.too_late"),
    ),
)
