"""The borrower's conversations as `letsema conversations check` checks them."""

from __future__ import annotations

import conversations.answers.borrower  # noqa: F401 (building it checks that each ask of the machine has an answer)
from conversations.check import Subject
from conversations.flows import BORROWER
from conversations.measures import OTHER_MESSAGES, SMS_VALUES, TASKS, WORST_VALUES
from conversations.message_measures import sent_texts
from conversations.ordinary_measures import ORDINARY_VALUES
from conversations.texts import load_texts


def borrower() -> Subject:
    """The machine of all flows, its texts in every language, and every message.

    Importing this module raises `InvalidMachine` when a flow breaks a rule.
    """
    return Subject(
        machine=BORROWER,
        texts=load_texts(),
        candidates={**SMS_VALUES, **WORST_VALUES},
        tasks=TASKS,
        ordinary=ORDINARY_VALUES,
        other_messages=OTHER_MESSAGES,
        sent=sent_texts,
        is_texted=True,
    )
