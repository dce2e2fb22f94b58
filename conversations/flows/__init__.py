"""The borrower's whole journey, declared: one machine for every channel, checked when this package is imported."""

from typing import Final

from conversations.engine import Machine
from conversations.flows.application import APPLICATION
from conversations.flows.apply import APPLY
from conversations.flows.cancel import CANCEL
from conversations.flows.complaint import COMPLAINT, COMPLAINTS
from conversations.flows.consents import CONSENTS
from conversations.flows.help import HELP
from conversations.flows.loans import LOANS
from conversations.flows.looks import LOOKS
from conversations.flows.main import MAIN
from conversations.flows.offer import OFFER
from conversations.flows.pin import PIN
from conversations.flows.profile import PROFILE
from conversations.flows.recovery import FIRST_PIN, RECOVERY
from conversations.flows.register import REGISTER
from conversations.flows.repay import REPAY
from conversations.flows.start import START
from conversations.flows.wallet import WALLET
from conversations.flows.wording import TEXT_VERSION
from core.records.borrower import Language

BORROWER: Final = Machine(
    flows=(
        START,
        REGISTER,
        MAIN,
        APPLY,
        APPLICATION,
        OFFER,
        LOANS,
        CANCEL,
        REPAY,
        PROFILE,
        PIN,
        WALLET,
        CONSENTS,
        LOOKS,
        HELP,
        COMPLAINT,
        COMPLAINTS,
        RECOVERY,
        FIRST_PIN,
    ),
    entry="start.enter",
    gave_up="start.gave_up",
    languages=(Language.SESOTHO, Language.ENGLISH),
)

__all__ = ["BORROWER", "TEXT_VERSION"]
