"""First contact: language, consent, who the caller is, where they live, and the PIN. Nine answers, resumable."""

from __future__ import annotations

from datetime import date
from typing import Final

from conversations.engine import (
    LANGUAGE,
    SHOW,
    Again,
    Branch,
    Command,
    Confirmation,
    DateQuestion,
    End,
    Flow,
    Menu,
    Option,
    PagedList,
    PersonName,
    PinCheck,
    PinQuestion,
    Question,
    Read,
    Scope,
    To,
    Work,
    national_id,
)
from conversations.flows.start import DISTRICT_DOWN, DISTRICT_DOWN_END
from core.records.borrower import ADULT_YEARS, Language, age_on

AGREED: Final = "agreed"
_DISAGREED: Final = "disagreed"
_OLDEST_YEARS: Final = -110


def _after_birth(scope: Scope) -> str:
    born, today = scope["date_of_birth"], scope["today"]
    is_adult = isinstance(born, date) and isinstance(today, date) and age_on(born, today) >= ADULT_YEARS
    return "district" if is_adult else "under_age"


REGISTER: Final = Flow(
    name="register",
    version=1,
    draft_title="register.title",
    screens=(
        Menu(
            name="language",
            text="register.language",
            saves=LANGUAGE,
            options=(
                Option("1", "language.sesotho", to="consent", code=Language.SESOTHO.value),
                Option("2", "language.english", to="consent", code=Language.ENGLISH.value),
            ),
        ),
        Confirmation(
            name="consent",
            text="register.consent",
            saves="consent",
            options=(
                Option("1", "register.agree", to="given_names", code=AGREED),
                Option("2", "register.disagree", to="no_consent", code=_DISAGREED),
            ),
        ),
        Question(
            name="given_names",
            text="register.given_names",
            saves="given_names",
            check=PersonName(),
            personal=True,
            to="surname",
        ),
        Question(
            name="surname",
            text="register.surname",
            saves="surname",
            check=PersonName(),
            personal=True,
            to="national_id",
        ),
        Question(
            name="national_id",
            text="register.national_id",
            saves="national_id",
            check=national_id(),
            personal=True,
            to="date_of_birth",
        ),
        DateQuestion(
            name="date_of_birth",
            text="register.date_of_birth",
            saves="date_of_birth",
            earliest_years=_OLDEST_YEARS,
            personal=True,
            to=Branch(targets=("district", "under_age"), choose=_after_birth),
        ),
        PagedList(
            name="district",
            text="register.district",
            items="districts",
            saves="district",
            to="pin",
            needs=Read(kind="districts", outcomes={"listed": SHOW, "none": "closed"}),
        ),
        PinQuestion(
            name="pin",
            text="register.pin",
            check=PinCheck(
                kind="choose_pin",
                arguments=("date_of_birth",),
                outcomes={"chosen": "pin_again", "weak": Again("register.pin_weak")},
            ),
        ),
        PinQuestion(
            name="pin_again",
            text="register.pin_again",
            check=PinCheck(
                kind="repeat_pin",
                arguments=("new_pin_hash",),
                outcomes={"same": "send", "different": To("pin", "register.pin_different")},
            ),
        ),
        Work(
            name="send",
            ask=Command(
                kind="register",
                key="register:{draft}",
                arguments=(
                    LANGUAGE,
                    "given_names",
                    "surname",
                    "national_id",
                    "date_of_birth",
                    "district",
                    "new_pin_hash",
                ),
                outcomes={
                    "registered": To("main.menu", "register.done"),
                    "identity_known": "identity_known",
                    "phone_taken": To("main.menu", "register.phone_taken"),
                    "under_age": "under_age",
                    "district_closed": To("district", "register.district_closed"),
                    DISTRICT_DOWN: DISTRICT_DOWN_END,
                },
                finishes=("registered", "identity_known", "phone_taken", "under_age"),
            ),
        ),
        # Without consent, and under eighteen, nothing of what was typed is kept.
        End(name="no_consent", text="register.no_consent", forgets=True),
        End(name="under_age", text="register.under_age", forgets=True),
        End(name="identity_known", text="register.identity_known"),
        End(name="closed", text="register.closed"),
    ),
)
