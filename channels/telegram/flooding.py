"""How much one chat may say: a person presses buttons, a machine that floods us is not heard.

Counted in the memory of the process that receives, before anything is stored: what is over the bound costs no row.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

AT_ONCE_MAX: Final = 60
"""What a chat may say in one go: an impatient thumb on a slow line."""
SECONDS_EACH: Final = 2.0
"""After that, so long for each thing more: 1,800 an hour, which is more than anybody reads."""
CHATS_KNOWN_MAX: Final = 10_000
"""Of so many chats this process remembers; the one that was silent for longest is forgotten first."""


@dataclass(slots=True)
class _Said:
    """How much of its bound a chat has used, as of an instant."""

    used: float
    at: datetime


@dataclass(frozen=True, slots=True)
class Floodgate:
    """Lets each chat say as much as a person would."""

    _chats: OrderedDict[bytes, _Said] = field(default_factory=OrderedDict, repr=False)

    def lets_in(self, chat: bytes, now: datetime) -> bool:
        """Count something that a chat said at `now`; False: it is over its bound and this is not to be heard."""
        said = self._chats.pop(chat, None) or _Said(0.0, now)
        elapsed_seconds = max((now - said.at).total_seconds(), 0.0)
        said.used, said.at = max(said.used - elapsed_seconds / SECONDS_EACH, 0.0), now
        self._chats[chat] = said
        while len(self._chats) > CHATS_KNOWN_MAX:
            self._chats.popitem(last=False)
        if said.used + 1 > AT_ONCE_MAX:
            return False
        said.used += 1
        return True
