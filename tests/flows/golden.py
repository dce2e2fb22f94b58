"""Golden conversations: what was typed and what was shown, kept as text and compared to the byte.

One script is played over USSD, SMS and Telegram, in both languages; each has its file. A test in here is marked with
`GOLDEN` and asks for `language` (and for callers, who speak over the channel of the test):

    pytestmark = GOLDEN

`LETSEMA_GOLDEN=write pytest tests/flows` writes them anew; the difference is then read like any other change.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

import pytest

from channels.sms.segments import parts_of
from channels.telegram.screens import TelegramScreen
from conversations.turns import Reply
from core.records.borrower import Channel, Language
from tests.flows.caller import Caller, Seen

CHANNELS: Final = (Channel.USSD, Channel.SMS, Channel.TELEGRAM)
GOLDEN: Final = [
    pytest.mark.engine,
    pytest.mark.parametrize("language", list(Language)),
    pytest.mark.parametrize("channel", CHANNELS),
]
DIRECTORY: Final = Path(__file__).parent / "golden"
_REFERENCE: Final = re.compile(r"\b\d{4} \d{3} \d{3}\b")
_ID_END: Final = re.compile(r"(ends in|qetella ka) \d{4}")


def transcript(caller: Caller) -> str:
    """Everything that a caller typed and saw. References and IDs are chance, so they stand as zeros."""
    pages = (f">>> {seen.did}\n{_head(seen)}\n{_readable(seen)}\n" for seen in caller.seen)
    return _ID_END.sub(r"\1 0000", _REFERENCE.sub("0000 000 000", "\n".join(pages)))


def assert_golden(caller: Caller, name: str, language: str) -> None:
    """Compare a conversation with the one that is kept under this name, for the caller's channel."""
    folder = DIRECTORY if caller.channel is Channel.USSD else DIRECTORY / caller.channel
    path = folder / f"{name}.{language}.txt"
    spoken = transcript(caller)
    if os.environ.get("LETSEMA_GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(spoken, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == spoken


def _head(seen: Seen) -> str:
    """How it came: a USSD page, an SMS and its parts, or a message in a chat; and which screen it is."""
    screen = seen.reply.screen or "notice"
    match seen.channel:
        case Channel.SMS:
            return f"[SMS {parts_of(seen.reply.text)} {screen}{_end(seen.reply)}]"
        case Channel.TELEGRAM:
            return f"[CHAT {screen}{_end(seen.reply)}]"
        case _:
            return f"[{'END' if seen.reply.ends else 'CON'} {screen}]"


def _end(reply: Reply) -> str:
    return " END" if reply.ends else ""


def _readable(seen: Seen) -> str:
    if seen.channel is not Channel.TELEGRAM:
        return seen.reply.text
    screen = TelegramScreen.from_json(seen.reply.text)
    rows = (" ".join(f"[{button.label}]" for button in row) for row in screen.rows)
    return "\n".join([screen.text, *rows])
