"""What a borrower may see and change about themselves."""

from __future__ import annotations

from typing import Final

from conversations.engine import SHOW, Command, Confirmation, End, Flow, Menu, Option, Read, Work
from conversations.flows.start import DISTRICT_DOWN, DISTRICT_DOWN_END
from core.records.borrower import Language

PROFILE: Final = Flow(
    name="profile",
    version=1,
    screens=(
        Menu(
            name="menu",
            text="profile.menu",
            options=(
                Option("1", "profile.language", to="language"),
                Option("2", "profile.details", to="details"),
                Option("3", "profile.pin", to="pin.now"),
                Option("4", "profile.consents", to="consents.show"),
                Option("5", "profile.looks", to="looks.list"),
            ),
        ),
        Confirmation(
            name="language",
            text="profile.choose_language",
            saves="new_language",
            options=(
                Option("1", "language.sesotho", to="keep_language", code=Language.SESOTHO.value),
                Option("2", "language.english", to="keep_language", code=Language.ENGLISH.value),
            ),
        ),
        Work(
            name="keep_language",
            ask=Command(
                kind="change_language",
                key="language:{new_language}",
                arguments=("new_language",),
                outcomes={"kept": "language_kept", DISTRICT_DOWN: DISTRICT_DOWN_END},
            ),
        ),
        End(name="language_kept", text="profile.language_kept"),
        End(
            name="details",
            text="profile.my_details",
            needs=Read(kind="details", outcomes={"shown": SHOW, DISTRICT_DOWN: DISTRICT_DOWN_END}),
        ),
    ),
)
