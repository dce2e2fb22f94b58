"""What borrowers make of the English screens that they read: what to type next, and what they were promised."""

from __future__ import annotations

import re
from typing import Final

PIN: Final = "6924"
GROUPED_REFERENCE: Final = r"(\d{4} ?\d{3} ?\d{3})"

SUBMITTED: Final = re.compile(rf"Your reference is {GROUPED_REFERENCE}")
"""An application that was acknowledged, with its number."""

ACCEPTED: Final = re.compile(rf"You accepted loan {GROUPED_REFERENCE}")
"""An offer whose acceptance was acknowledged."""

ACCEPTED_BEFORE: Final = re.compile("You accepted the offer of|it was paid out")
APPLICATION_WAITS: Final = re.compile(rf"has your application {GROUPED_REFERENCE}")
NO_APPLICATION: Final = re.compile("You have no application")
MONEY_COMES: Final = re.compile("on its way|when the money is sent")
HAS_LOAN: Final = re.compile(r"you owe M[\s\S]*Next: M")
"""A loan whose money has come."""
ALREADY_OPEN: Final = re.compile("Your application waits for an answer")
PROMISED: Final = re.compile("[Aa]n SMS (follows|tells)|SMS ea latela")
RECEIVED: Final = re.compile("^Received|^E amohetsoe")
"""The time was up, or the records are out of reach: it is taken, and its outcome comes by SMS. In a language that
nobody could look up it is said in Sesotho.
"""

MAIN_MENU: Final = re.compile(r"^1\. Apply for a loan", re.MULTILINE)
_OPTION: Final = r"^(\d+)[.):]?\s+[^\n]*{}"
_TYPED: Final[tuple[tuple[str, str], ...]] = (
    (r"Your given names", "Thabo"),
    (r"Your surname", "Moshoeshoe"),
    (r"Your date of birth", "17051990"),
    (r"Choose a secret PIN|Type the same PIN again|PIN\?", PIN),
    (r"Your net pay in a month", "6000"),
)
_CHOSEN: Final[tuple[tuple[str, str], ...]] = (
    (r"Choose a language", "English"),
    (r"You can withdraw this later", "I agree"),
    (r"You have not finished", "Continue"),
    (r"Choose a lender:", "Khotso"),
    (r"Choose a loan:", "loan"),
    (r"For how long", "3 months"),
    (r"What is the loan for", "Business"),
    (r"Where does your money come from", "Salary"),
    (r"Where do we send the money", "This number"),
    (r"[Gg]et M[\d,.]+ of M", "Accept"),
)


def next_typed(screen: str, *, national_id: str, district: str, amount: str) -> str | None:
    """What a borrower types into a screen that asks something; None: it only tells something."""
    for question, typed in (
        *_TYPED,
        (r"Your national ID number", national_id),
        (r"How much do you want", amount),
    ):
        if re.search(question, screen):
            return typed
    for question, label in (*_CHOSEN, (r"Your home district", district)):
        if re.search(question, screen):
            return _key_of(label, screen) or _key_of_more(screen)
    # The second page of a list has no question any more.
    return _key_of(district, screen)


def plain_reference(grouped: str) -> str:
    """The ten digits of a reference as it is shown."""
    return grouped.replace(" ", "")


def _key_of_more(screen: str) -> str | None:
    return "98" if re.search(r"^98\b", screen, re.MULTILINE) else None


def _key_of(label: str, screen: str) -> str | None:
    option = re.search(_OPTION.format(re.escape(label)), screen, re.MULTILINE)
    return option.group(1) if option else None
