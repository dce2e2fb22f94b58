"""What a borrower may see and change about themselves."""

from __future__ import annotations

from typing import Final

from conversations.engine import SHOW, Command, Confirmation, End, Flow, Menu, Option, Read, Work
from conversations.flows.start import DISTRICT_DOWN, DISTRICT_DOWN_END
from core.records.borrower import Language

WANTED: Final = "wanted"
UNWANTED: Final = "unwanted"

PROFILE: Final = Flow(
    name="profile",
    version=1,
    screens=(
        Menu(
            name="menu",
            text="profile.menu",
            needs=Read(kind="chat", outcomes={"shown": SHOW}),
            options=(
                Option("1", "profile.language", to="language"),
                Option("2", "profile.details", to="details"),
                Option("3", "profile.pin", to="pin.now"),
                Option("4", "profile.consents", to="consents.show"),
                Option("5", "profile.looks", to="looks.list"),
                Option("6", "profile.reminders", to="reminders"),
                Option("7", "profile.telegram", to="telegram", when="chat_linked"),
                Option("8", "profile.wallet", to="wallet.show"),
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
                key="language:{session}:{turn}",
                arguments=("new_language",),
                outcomes={"kept": "language_kept", DISTRICT_DOWN: DISTRICT_DOWN_END},
            ),
        ),
        End(name="language_kept", text="profile.language_kept"),
        Work(
            name="reminders",
            ask=Read(
                kind="reminder_wish",
                outcomes={
                    "wanted": "stop_reminders",
                    "unwanted": "start_reminders",
                    DISTRICT_DOWN: DISTRICT_DOWN_END,
                },
            ),
        ),
        Confirmation(
            name="stop_reminders",
            text="profile.stop_reminders",
            saves="new_reminders",
            options=(
                Option("1", "profile.reminders_keep", to="menu", code=WANTED),
                Option("2", "profile.reminders_stop", to="keep_reminders", code=UNWANTED),
            ),
        ),
        Confirmation(
            name="start_reminders",
            text="profile.start_reminders",
            saves="new_reminders",
            options=(
                Option("1", "profile.reminders_leave", to="menu", code=UNWANTED),
                Option("2", "profile.reminders_start", to="keep_reminders", code=WANTED),
            ),
        ),
        Work(
            name="keep_reminders",
            ask=Command(
                kind="change_reminders",
                key="reminders:{session}:{turn}",
                arguments=("new_reminders",),
                outcomes={
                    WANTED: "reminders_wanted",
                    UNWANTED: "reminders_unwanted",
                    DISTRICT_DOWN: DISTRICT_DOWN_END,
                },
            ),
        ),
        End(name="reminders_wanted", text="profile.reminders_wanted"),
        End(name="reminders_unwanted", text="profile.reminders_unwanted"),
        Confirmation(
            name="telegram",
            text="profile.telegram_linked",
            options=(
                Option("1", "profile.telegram_keep", to="menu"),
                Option("2", "profile.telegram_unlink", to="unlink_telegram"),
            ),
        ),
        Work(
            name="unlink_telegram",
            ask=Command(
                kind="unlink_telegram",
                key="unlink_telegram:{session}:{turn}",
                outcomes={"unlinked": "telegram_unlinked", DISTRICT_DOWN: DISTRICT_DOWN_END},
            ),
        ),
        End(name="telegram_unlinked", text="profile.telegram_unlinked"),
        End(
            name="details",
            text="profile.my_details",
            needs=Read(kind="details", outcomes={"shown": SHOW, DISTRICT_DOWN: DISTRICT_DOWN_END}),
        ),
    ),
)
