"""What the borrower agreed to: seen, taken back, and agreed to again."""

from __future__ import annotations

from typing import Final

from conversations.engine import SHOW, Command, Confirmation, End, Flow, Menu, Option, Read, Work
from conversations.flows.start import DISTRICT_DOWN, DISTRICT_DOWN_END
from core.records.borrower import ConsentKind

# The numbers that choose a consent, delivered twice, must not change it: so yes is 9.
_YES: Final = "9"

CONSENTS: Final = Flow(
    name="consents",
    version=1,
    screens=(
        Menu(
            name="show",
            text="consents.show",
            saves="consent",
            needs=Read(kind="my_consents", outcomes={"shown": SHOW, DISTRICT_DOWN: DISTRICT_DOWN_END}),
            options=(
                Option("1", "consents.choose_credit_check", to="one", code=ConsentKind.CREDIT_CHECK.value),
                Option("2", "consents.choose_share_history", to="one", code=ConsentKind.SHARE_HISTORY.value),
                Option("3", "consents.choose_keep_data", to="one", code=ConsentKind.KEEP_DATA.value),
            ),
        ),
        Work(
            name="one",
            ask=Read(
                kind="my_consent",
                arguments=("consent",),
                outcomes={
                    "stands": "withdraw_sure",
                    "still_needed": "still_needed",
                    "withdrawn": "give_sure",
                    DISTRICT_DOWN: DISTRICT_DOWN_END,
                },
            ),
        ),
        Confirmation(
            name="withdraw_sure",
            text="consents.withdraw_sure",
            options=(
                Option("1", "consents.withdraw_no", to="show"),
                Option(_YES, "consents.withdraw_yes", to="withdraw"),
            ),
        ),
        Confirmation(
            name="give_sure",
            text="consents.give_sure",
            options=(
                Option("1", "consents.give_no", to="show"),
                Option(_YES, "consents.give_yes", to="give"),
            ),
        ),
        Work(
            name="withdraw",
            ask=Command(
                kind="withdraw_consent",
                key="withdraw_consent:{session}:{turn}",
                arguments=("consent",),
                outcomes={
                    "withdrawn": "withdrawn",
                    "still_needed": "still_needed",
                    DISTRICT_DOWN: DISTRICT_DOWN_END,
                },
            ),
        ),
        Work(
            name="give",
            ask=Command(
                kind="give_consent",
                key="give_consent:{session}:{turn}",
                arguments=("consent",),
                outcomes={"given": "given", DISTRICT_DOWN: DISTRICT_DOWN_END},
            ),
        ),
        End(name="withdrawn", text="consents.withdrawn"),
        End(name="given", text="consents.given"),
        End(name="still_needed", text="consents.still_needed"),
    ),
)
