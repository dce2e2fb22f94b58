"""The conversation machine: declared as frozen data, checked when it is built, and stepped purely. It performs no I/O.

Flows are written with the names exported here; a channel's caller needs `step`, the events, and what `Step` holds.
"""

from conversations.engine.asking import pending_ask
from conversations.engine.asks import SHOW, Again, Branch, Command, OutcomeTarget, PinCheck, Read, To
from conversations.engine.drafts import DraftChange, DraftEnded, DraftSaved, draft_changes
from conversations.engine.errors import ConversationDefect, CorruptState, InvalidMachine, Refused
from conversations.engine.events import Ask, Event, Input, Outcome, Started, Step
from conversations.engine.flows import Flow, Machine
from conversations.engine.messages import Notice
from conversations.engine.screens import (
    LANGUAGE,
    Confirmation,
    DateQuestion,
    End,
    Menu,
    MoneyQuestion,
    Option,
    PagedList,
    PinQuestion,
    Question,
    Resume,
    Screen,
    Work,
)
from conversations.engine.showing import notice_view, view_of
from conversations.engine.state import SENSITIVE_MEMBERS, Conversation, Draft
from conversations.engine.step import CountPages, one_page, step
from conversations.engine.validators import (
    FreeText,
    Matching,
    MobileNumber,
    PersonName,
    ReferenceNumber,
    Validator,
    WholeNumber,
    national_id,
)
from conversations.engine.values import Choice, Scope, Text, Value
from conversations.engine.versions import Form, Migrated, Restarted, VersionStep
from conversations.engine.views import Kind, OptionView, ScreenView

__all__ = [
    "LANGUAGE",
    "SENSITIVE_MEMBERS",
    "SHOW",
    "Again",
    "Ask",
    "Branch",
    "Choice",
    "Command",
    "Confirmation",
    "Conversation",
    "ConversationDefect",
    "CorruptState",
    "CountPages",
    "DateQuestion",
    "Draft",
    "DraftChange",
    "DraftEnded",
    "DraftSaved",
    "End",
    "Event",
    "Flow",
    "Form",
    "FreeText",
    "Input",
    "InvalidMachine",
    "Kind",
    "Machine",
    "Matching",
    "Menu",
    "Migrated",
    "MobileNumber",
    "MoneyQuestion",
    "Notice",
    "Option",
    "OptionView",
    "Outcome",
    "OutcomeTarget",
    "PagedList",
    "PersonName",
    "PinCheck",
    "PinQuestion",
    "Question",
    "Read",
    "ReferenceNumber",
    "Refused",
    "Restarted",
    "Resume",
    "Scope",
    "Screen",
    "ScreenView",
    "Started",
    "Step",
    "Text",
    "To",
    "Validator",
    "Value",
    "VersionStep",
    "WholeNumber",
    "Work",
    "draft_changes",
    "national_id",
    "notice_view",
    "one_page",
    "pending_ask",
    "step",
    "view_of",
]
