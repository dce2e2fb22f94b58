"""The golden conversations that are kept, read back: which interruptions of which flow they hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from channels.telegram.rendering import CHAT_WORDS
from conversations.engine import Again, Command, End, Work
from conversations.engine.asks import AskSpec
from conversations.engine.paths import edges
from conversations.engine.screens import BACK, HOME, PinQuestion, Screen, asked_on_arrival
from conversations.flows import BORROWER
from conversations.texts import load_texts
from core.records.borrower import Channel
from tests.flows.caller import AGAIN, BEGINNINGS, LATER
from tests.flows.golden import DIRECTORY

_PAGE: Final = re.compile(
    r"^>>> (?P<did>.*)\n\[(?:CON|END|SMS \d+|CHAT) ?(?P<screen>[a-z_.]+)(?: END)?\]\n", re.MULTILINE
)
_ENDS: Final = frozenset(name for name, screen in BORROWER.screens.items() if isinstance(screen, End))
_STARTS: Final = tuple(BEGINNINGS.values())


@dataclass(frozen=True)
class Page:
    """What was done, and the screen and the text that came; `before` is the screen at which it was done."""

    did: str
    screen: str
    text: str
    before: str = ""
    repeats: str = ""
    """For a late duplicate: the screen at which the hop that came twice had been typed."""

    @property
    def begins(self) -> bool:
        return self.did.startswith(_STARTS)


def conversations(channel: Channel, language: str) -> Mapping[str, list[Page]]:
    """Every golden conversation of a channel in a language, by its name."""
    folder = DIRECTORY if channel is Channel.USSD else DIRECTORY / channel
    paths = sorted(folder.glob(f"*.{language}.txt"))
    return {path.name.partition(".")[0]: list(_pages(path.read_text(encoding="utf-8"))) for path in paths}


def _pages(kept: str) -> Iterator[Page]:
    found = list(_PAGE.finditer(kept))
    before = typed_at = ""
    for at, head in enumerate(found):
        end = found[at + 1].start() if at + 1 < len(found) else len(kept)
        did, screen = head["did"], head["screen"]
        yield Page(did, screen, kept[head.end() : end].strip(), before, typed_at if did == AGAIN else "")
        typed_at = typed_at if did == AGAIN else before
        before = screen


def is_dropped(page: Page, flow: str) -> bool:
    """The session stopped at a screen of the flow, and another began."""
    return page.begins and _of(page.before, flow) and page.before not in _ENDS


def is_wrong(page: Page, flow: str, language: str) -> bool:
    """An answer was refused with the reason, and the same screen stands below it."""
    stays = page.screen == page.before and _of(page.screen, flow)
    return stays and any(reason.match(page.text) for reason in _refusals(language))


def is_back(page: Page, flow: str) -> bool:
    """`0` at a screen of the flow led to the screen before."""
    return page.did == BACK and _of(page.before, flow) and page.screen != page.before


def is_home(page: Page, flow: str) -> bool:
    """`00` at a screen of the flow led home; who is not registered yet is offered their registration there."""
    homes = {*BORROWER.home_screens, BORROWER.resume}
    return page.did == HOME and _of(page.before, flow) and page.screen in homes


def is_expired(page: Page, flow: str) -> bool:
    """So long after the form was left that the next session does not offer it."""
    return is_dropped(page, flow) and page.did.endswith(LATER) and page.screen in BORROWER.home_screens


def is_late_duplicate(page: Page, command: str) -> bool:
    """The hop that ran this command came once more."""
    return page.did == AGAIN and command in _followed_from(page.repeats) and page.screen in _followed_from(command)


def is_repeated(page: Page, flow: str) -> bool:
    """The hop that was typed at a screen of the flow came once more, and so did its page."""
    return page.did == AGAIN and _of(page.repeats, flow)


def commands() -> list[str]:
    """Every screen that changes something."""
    works = ((name, screen) for name, screen in BORROWER.screens.items() if isinstance(screen, Work))
    return [name for name, screen in works if isinstance(screen.ask, Command)]


def flows_with(wanted: Callable[[str], bool]) -> list[str]:
    """The flows with a screen, other than an end, where something is typed and that is `wanted`."""
    return [
        flow.name
        for flow in BORROWER.flows
        if any(wanted(f"{flow.name}.{screen.name}") for screen in flow.screens if not isinstance(screen, Work | End))
    ]


@cache
def _followed_from(screen: str) -> frozenset[str]:
    """The screens that an answer at a screen, or the outcome of its ask, leads to."""
    return frozenset(edge.target for edge in edges(BORROWER) if edge.source == screen)


@cache
def _refusals(language: str) -> tuple[re.Pattern[str], ...]:
    """What stands above a screen that asks again: every sentence of a validator, and of a check that said no."""
    templates = load_texts().messages[language]
    again = {message for screen in BORROWER.screens.values() for message in _again(screen)}
    ids = sorted(again | {CHAT_WORDS[name] for name in again if name in CHAT_WORDS} | _refused(templates))
    return tuple(_as_pattern(templates[name]) for name in ids)


def _refused(templates: Mapping[str, str]) -> set[str]:
    return {name for name in templates if name.startswith("refused.")}


def _again(screen: Screen) -> Iterator[str]:
    asks: tuple[AskSpec | None, ...] = (asked_on_arrival(screen),)
    if isinstance(screen, PinQuestion):
        asks = (*asks, screen.check)
    for ask in asks:
        for target in ask.outcomes.values() if ask else ():
            if isinstance(target, Again):
                yield target.message


def _as_pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{[a-z_]+\\\}", ".+", re.escape(template)))


def _of(screen: str, flow: str) -> bool:
    return screen.partition(".")[0] == flow
