"""Every flow of the machine is kept with every interruption that can happen in it, on every channel, in both languages.

The table is read off the golden conversations themselves: a new flow, or a new command, without them fails here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from conversations.flows import BORROWER
from core.records.borrower import Channel, Language
from tests.flows import kept
from tests.flows.golden import CHANNELS
from tests.flows.kept import Page

Holds = Callable[[Page, str], bool]

pytestmark = [
    pytest.mark.parametrize("language", list(Language)),
    pytest.mark.parametrize("channel", CHANNELS),
]

FLOWS = kept.flows_with(lambda _screen: True)
AWAY_FROM_HOME = kept.flows_with(lambda screen: screen not in BORROWER.home_screens)
FORMS = [flow.name for flow in BORROWER.flows if flow.keeps_draft]


def missing(names: Iterable[str], holds: Holds, channel: Channel, language: Language) -> list[str]:
    """The flows, or commands, that no golden conversation of this channel and language shows interrupted so."""
    pages = [page for conversation in kept.conversations(channel, language).values() for page in conversation]
    return [name for name in names if not any(holds(page, name) for page in pages)]


@pytest.mark.parametrize(
    ("names", "holds"),
    [
        pytest.param(FLOWS, kept.is_dropped, id="dropped session"),
        pytest.param(AWAY_FROM_HOME, kept.is_back, id="back"),
        pytest.param(AWAY_FROM_HOME, kept.is_home, id="home"),
        pytest.param(FORMS, kept.is_expired, id="expired draft"),
        pytest.param(FLOWS, kept.is_repeated, id="late duplicate"),
        pytest.param(kept.commands(), kept.is_late_duplicate, id="late duplicate of a command"),
    ],
)
def test_each_flow_is_kept_with_each_interruption(
    names: list[str], holds: Holds, channel: Channel, language: Language
) -> None:
    assert names
    assert missing(names, holds, channel, language) == []


def test_each_flow_is_kept_with_a_wrong_answer(channel: Channel, language: Language) -> None:
    def holds(page: Page, flow: str) -> bool:
        return kept.is_wrong(page, flow, language)

    assert missing(FLOWS, holds, channel, language) == []


def test_each_conversation_is_kept_on_every_channel(channel: Channel, language: Language) -> None:
    spoken = kept.conversations(channel, language)

    assert set(spoken) == set(kept.conversations(Channel.USSD, Language.ENGLISH))
    assert all(spoken.values()), "each has pages"
