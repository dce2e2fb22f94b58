"""The longest values on the screens that lead to people: recovery, complaints, answers to a returned application."""

from __future__ import annotations

from typing import Final

from conversations.answers.complaining import SHOWN_MAX, STATES
from conversations.check import Candidates
from conversations.check.worst import LARGEST_AMOUNT, LONGEST_DATE
from conversations.engine import Choice, Text
from core.records.borrower import Purpose
from core.records.complaint import ComplaintKind
from core.use_cases.complaining import ANSWER_SEPTETS_MAX

LONGEST_ANSWER: Final = "m" * ANSWER_SEPTETS_MAX


def people_values(lender: str, address: str, phone: str) -> Candidates:
    """By placeholder or by the name of a list, given a lender's longest name, address and number."""
    lines = tuple(
        Text("complaints.line", {"opened_on": LONGEST_DATE, "mfi_name": lender, "complaint_state": Text(state)})
        for state in STATES.values()
    )
    return {
        **dict.fromkeys(
            ("lowest_amount", "lower_amount", "new_amount", "old_net_pay", "passing_amount"), (LARGEST_AMOUNT,)
        ),
        **dict.fromkeys(("locked_until", "opens_at"), ("00:00",)),
        **dict.fromkeys(("old_purpose", "new_purpose"), tuple(Text(f"purpose.{purpose}") for purpose in Purpose)),
        **dict.fromkeys(("opened_on", "due_on"), (LONGEST_DATE,)),
        "answer": (LONGEST_ANSWER,),
        "answer_when": (Text("application.within_48"), Text("application.lender_suspended")),
        "chance": (
            Text("application.would_pass", {"passing_amount": LARGEST_AMOUNT}),
            Text("application.may_try_again"),
        ),
        "complaint_kind": tuple(Text(f"complaint.{kind}") for kind in ComplaintKind),
        "complaint_standing": (
            Text("complaints.answer", {"answer": LONGEST_ANSWER}),
            Text("complaints.due", {"due_on": LONGEST_DATE}),
        ),
        "complaint_state": tuple(Text(state) for state in STATES.values()),
        "complaints": tuple(tuple(Choice(str(n), line) for n in range(SHOWN_MAX)) for line in lines),
        "mfi_address": (address,),
        "mfi_phone": (phone,),
        "what_to_do": (
            Text("application.answer_here"),
            Text("application.bring", {"mfi_address": address, "mfi_phone": phone}),
        ),
    }
