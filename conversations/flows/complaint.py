"""Complaining about a lender: whom to call, or in one's own words here; and what became of a complaint."""

from __future__ import annotations

from typing import Final

from conversations.engine import (
    SHOW,
    Command,
    Confirmation,
    End,
    Flow,
    Menu,
    Option,
    PagedList,
    Question,
    Read,
    To,
    Work,
)
from conversations.engine.validators import FreeText
from conversations.flows.start import DISTRICT_DOWN, DISTRICT_DOWN_END
from core.records.complaint import ComplaintKind
from core.use_cases.complaining import WORDS_MAX

# Keys typed on the way here, delivered twice, must not send anything: so sending is 9.
_SEND: Final = "9"

NO_WORDS: Final = "1"
"""Typed where words are asked for: the kind says enough."""

COMPLAINT: Final = Flow(
    name="complaint",
    version=1,
    draft_title="complaint.title",
    screens=(
        PagedList(
            name="lender",
            text="complaint.lender",
            items="lenders",
            saves="lender",
            to="route",
            needs=Read(kind="lenders", outcomes={"listed": SHOW, "none": "no_lender"}),
        ),
        Menu(
            name="route",
            text="complaint.route",
            needs=Read(kind="lender", arguments=("lender",), outcomes={"shown": SHOW, "gone": "no_lender"}),
            options=(Option("1", "complaint.here", to="kind"),),
        ),
        Menu(
            name="kind",
            text="complaint.kind",
            saves="complaint_kind",
            options=tuple(
                Option(str(number), f"complaint.{kind}", to="words", code=kind.value)
                for number, kind in enumerate(ComplaintKind, 1)
            ),
        ),
        Question(
            name="words",
            text="complaint.words",
            saves="complaint_words",
            check=FreeText(longest=WORDS_MAX, such_as="complaint.words_example"),
            personal=True,
            to="sure",
        ),
        Confirmation(
            name="sure",
            text="complaint.sure",
            options=(
                Option("1", "complaint.change", to="kind"),
                Option(_SEND, "complaint.send", to="send"),
            ),
        ),
        Work(
            name="send",
            ask=Command(
                kind="complain",
                key="complain:{draft}",
                arguments=("lender", "complaint_kind", "complaint_words"),
                outcomes={
                    "taken": "taken",
                    "too_many": "too_many",
                    "gone": "no_lender",
                    DISTRICT_DOWN: DISTRICT_DOWN_END,
                },
                finishes=("taken", "too_many", "gone"),
            ),
        ),
        End(name="taken", text="complaint.taken"),
        End(name="too_many", text="complaint.too_many"),
        End(name="no_lender", text="help.no_lender"),
    ),
)

COMPLAINTS: Final = Flow(
    name="complaints",
    version=1,
    screens=(
        PagedList(
            name="list",
            text="complaints.list",
            items="complaints",
            saves="complaint",
            to="one",
            needs=Read(
                kind="my_complaints",
                outcomes={
                    "listed": SHOW,
                    "none": To("help.menu", "complaints.none"),
                    DISTRICT_DOWN: DISTRICT_DOWN_END,
                },
            ),
        ),
        Menu(
            name="one",
            text="complaints.one",
            needs=Read(
                kind="my_complaint",
                arguments=("complaint",),
                outcomes={
                    "shown": SHOW,
                    "gone": To("help.menu", "complaints.none"),
                    DISTRICT_DOWN: DISTRICT_DOWN_END,
                },
            ),
            options=(Option("1", "complaints.another", to="complaint.lender"),),
        ),
    ),
)
