"""A session as text, what was typed and every page that came back: kept, read and compared like a golden file.

    # channel: ussd
    >>> dials
    [CON main.menu]
    Letsema
    …

What differs from run to run stands as one fixed value each (`NORMAL`). What was typed where a screen asks for a secret
stands as `****`, whatever it was, unless it is the demo's.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from typing import Final

from channels.simulator.phone import PhoneScreen
from channels.simulator.secret_screens import borrower_secrets
from conversations.engine.screens import BACK, HOME
from core.records.borrower import Channel

MASK: Final = "****"
DIALS: Final = "dials"

NORMAL: Final = (
    (re.compile(r"\b\d{4} \d{3} \d{3}\b"), "0000 000 000"),
    (re.compile(r"\b\d{1,2} (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4}\b"), "1 Jan 2000"),
    (re.compile(r"\b(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:19|20)\d{2}\b"), "01012000"),
    (re.compile(r"\b\d{2}:\d{2}\b"), "00:00"),
)
"""References, dates and times of day; dates also as a phone types them: the example of one follows the calendar.
Amounts stay as they are: a changed amount is a change.
"""

_PROMPT: Final = ">>> "
_CHANNEL: Final = "# channel: "
_NO_SECRETS: Final = frozenset({DIALS, BACK, HOME})
"""What a screen that asks for a secret takes for something else."""


class NotASession(ValueError):
    """A file is no recorded session. The text is one sentence."""


@dataclass(frozen=True, slots=True)
class Page:
    """What was typed (`DIALS` for a dial) and the page that came back, its head above it."""

    typed: str
    head: str
    text: str

    @property
    def normal(self) -> str:
        """The page without what differs from run to run."""
        return normalised(f"{self.head}\n{self.text}")


@dataclass
class Session:
    """The pages of a session over a channel, in order."""

    channel: Channel
    pages: list[Page] = field(default_factory=list)

    def add(self, typed: str, screen: PhoneScreen, *, keeps_pins: bool) -> Page:
        """Note a page. What was typed where a secret was asked for is masked, unless PINs may be kept."""
        is_masked = not keeps_pins and bool(self.pages) and is_secret(typed, self.pages[-1])
        page = Page(MASK if is_masked else typed, _head(self.channel, screen), screen.text)
        self.pages.append(page)
        return page

    def to_text(self) -> str:
        """The session as it is kept."""
        pages = "\n".join(f"{_PROMPT}{page.typed}\n{page.normal}\n" for page in self.pages)
        return f"{_CHANNEL}{self.channel}\n{pages}"

    @classmethod
    def from_text(cls, text: str) -> Session:
        """Read a kept session. Raises `NotASession`."""
        first, _, rest = text.partition("\n")
        try:
            channel = Channel(first.removeprefix(_CHANNEL))
        except ValueError:
            raise NotASession(f"the first line is not `{_CHANNEL}ussd`, sms or telegram") from None
        if not rest.startswith(_PROMPT):
            raise NotASession(f"the second line does not begin with `{_PROMPT.strip()}`")
        return cls(channel, [_page(each) for each in f"\n{rest}".split(f"\n{_PROMPT}")[1:]])


def normalised(text: str) -> str:
    """A text with one fixed reference, date and time in place of every one."""
    for pattern, fixed in NORMAL:
        text = pattern.sub(fixed, text)
    return text


def is_secret(typed: str, asked: Page) -> bool:
    """Whether an answer was typed where a screen asks for a secret: also one of the wrong length, or of letters."""
    name = asked.head.strip("[]").partition(" ")[2]
    return typed.strip() not in _NO_SECRETS and borrower_secrets().is_one(name, asked.text)


def difference(expected: Page, shown: Page, number: int) -> str:
    """How a page differs from the recorded one, for a person; empty when it does not."""
    if expected.normal == shown.normal:
        return ""
    lines = difflib.unified_diff(
        expected.normal.splitlines(), shown.normal.splitlines(), "recorded", "shown", lineterm="", n=20
    )
    return "\n".join([f"page {number}, after {_PROMPT}{expected.typed}, is another:", *lines])


def _page(written: str) -> Page:
    typed, _, rest = written.partition("\n")
    head, _, text = rest.rstrip("\n").partition("\n")
    return Page(typed, head, text)


def _head(channel: Channel, screen: PhoneScreen) -> str:
    match channel:
        case Channel.SMS:
            return "[SMS]"
        case Channel.TELEGRAM:
            return "[CHAT]"
        case _:
            return f"[{'CON' if screen.is_open else 'END'} {screen.screen}".rstrip() + "]"
